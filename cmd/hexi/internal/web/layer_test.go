package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// wall is a house with a mural of two layers and a third image.
func wall(t *testing.T) (h *house, ids map[string]string) {
	t.Helper()
	h = open(t, "")
	h.take(`{"id":"m45","kind":"mural","titles":{"zh":"壁画","en":"Mural"},"files":["ir.png","vis.png","uv.png"],"layers":["红外（940 纳米 / 940 nm）","可见光",null]}`, map[string][]byte{
		"ir.png": asPNG(t, painted(300, 200)), "vis.png": asPNG(t, painted(600, 400)), "uv.png": asPNG(t, painted(60, 40)),
	})
	e, err := h.archive.Record(t.Context(), "m45")
	if err != nil {
		t.Fatal(err)
	}
	ids = map[string]string{}
	for _, a := range e.Assets {
		ids[strings.TrimSuffix(a.Master.Filename, ".png")] = a.ID
	}
	return h, ids
}

// assetJSON is what the API says of an asset.
type assetJSON struct {
	ID    string
	Layer *struct {
		View, Kind, Region, Tier, Until string
		Order                           int
		Label, Problem                  map[string]string
	}
}

func (h *house) assetsOf(record string, headers ...string) map[string]assetJSON {
	h.t.Helper()
	var body struct{ Assets []assetJSON }
	got := h.get("/api/v1/records/"+record, headers...)
	if err := json.Unmarshal(got.body, &body); err != nil {
		h.t.Fatalf("%v: %s", err, got.body)
	}
	out := map[string]assetJSON{}
	for _, a := range body.Assets {
		out[a.ID] = a
	}
	return out
}

func TestLayersOverTheAPI(t *testing.T) {
	t.Parallel()
	h, ids := wall(t)
	curator, editor := "Authorization: Bearer "+h.user("curator", archive.RoleCurator), "Authorization: Bearer "+h.user("editor", archive.RoleEditor)
	public := h.assetsOf("m45")
	if l := public[ids["ir"]].Layer; l == nil || l.View != "1" || l.Kind != "infrared" || l.Label["en"] != "940 nm" {
		t.Fatalf("%+v", public)
	}
	if public[ids["uv"]].Layer != nil {
		t.Errorf("what is no layer: %+v", public[ids["uv"]])
	}
	path := func(id string) string { return "/api/v1/assets/" + id + "/layer" }
	for _, test := range []struct {
		name, method, id, body, as string
		status                     int
		says                       string
	}{
		{"nobody", "PUT", "uv", `{"kind":"uv"}`, "X: y", 401, ""},
		{"no such asset", "PUT", "", `{"kind":"uv"}`, curator, 404, ""},
		{"an unknown kind", "PUT", "uv", `{"kind":"infared"}`, curator, 422, `"field":"kind"`},
		{"an unknown key", "PUT", "uv", `{"kind":"uv","colour":1}`, curator, 400, "colour"},
		{"no JSON", "PUT", "uv", `{"kind":`, curator, 400, "ends early"},
		{"null", "PUT", "uv", `null`, curator, 400, "is null"},
		{"two objects", "PUT", "uv", `{"kind":"uv"}{}`, curator, 400, "behind the layer"},
		{"one that is there", "PUT", "uv", `{"kind":"可见光"}`, curator, 400, "vis.png and uv.png would both be"},
		{"closed by a curator", "PUT", "uv", `{"kind":"uv","tier":"staff"}`, curator, 403, ""},
		{"set", "PUT", "uv", `{"kind":"紫外荧光","order":2,"region":"10,20,300,200"}`, curator, 200, `"layer":{"view":"1","kind":"ultraviolet","order":2,"region":"10,20,300,200"}`},
		{"beyond the edge", "PUT", "uv", `{"kind":"uv","region":"400,20,300,200"}`, curator, 200, "reaches beyond the 600 × 400 pixels of vis.png"},
		{"unset", "DELETE", "uv", "", curator, 200, `"height":40,"service"`},
		{"unset again", "DELETE", "uv", "", curator, 200, ""},
		{"closed by an editor", "PUT", "ir", `{"kind":"ir","tier":"embargoed","until":"2999-01-01"}`, editor, 200, `"tier":"embargoed"`},
		{"opened by a curator", "PUT", "ir", `{"kind":"ir"}`, curator, 403, ""},
		{"taken out by a curator", "DELETE", "ir", "", curator, 403, ""},
		{"labelled by a curator", "PUT", "ir", `{"kind":"ir","label":{"zh":"新"},"tier":"embargoed","until":"2999-01-01"}`, curator, 200, "新"},
	} {
		got := h.ask(test.method, path(ids[test.id]), strings.NewReader(test.body), test.as)
		if got.StatusCode != test.status || !strings.Contains(string(got.body), test.says) {
			t.Errorf("%s: %d %s, want %d and %s", test.name, got.StatusCode, got.body, test.status, test.says)
		}
	}
	if l := h.assetsOf("m45", editor)[ids["ir"]].Layer; l == nil || l.Tier != "embargoed" || l.Until != "2999-01-01" {
		t.Errorf("for those who work here: %+v", l)
	}
}

// TestClosedLayerIsNotNamed: by no address does the public learn of a closed layer.
func TestClosedLayerIsNotNamed(t *testing.T) {
	t.Parallel()
	h, ids := wall(t)
	closed := ids["vis"]
	staff := "Authorization: Bearer " + h.user("viewer", archive.RoleViewer)
	pages := []string{
		"/records/m45", "/api/v1/records/m45", "/api/v1/records", "/iiif/manifest/m45", "/iiif/collection/dunhuang", "/api/v1/search?q=壁画", "/search?q=壁画",
		"/api/v1/assets/" + ids["ir"] + "/similar", "/api/v1/changes?since=0", "/", "/collections/dunhuang",
	}
	for _, path := range pages[:4] {
		if got := h.get(path); !strings.Contains(string(got.body), closed) {
			t.Errorf("before it is closed, %s does not name it: %d", path, got.StatusCode)
		}
	}
	if _, err := h.archive.SetLayers(t.Context(), "li", "m45", archive.Layers{closed: {Kind: "visible", Tier: archive.TierStaff}}); err != nil {
		t.Fatal(err)
	}
	h.follow()
	time.Sleep(accessFor + 100*time.Millisecond) // a decision of before holds that long
	for _, path := range pages {
		if got := h.get(path); got.StatusCode != http.StatusOK || strings.Contains(string(got.body), closed) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
	for _, path := range []string{"/api/v1/assets/" + closed, "/iiif/3/" + closed + "/info.json", "/iiif/3/" + closed + "/full/max/0/default.jpg", "/iiif/3/" + closed + "/0,0,512,400/512,400/0/default.jpg"} {
		if got := h.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
		if got := h.get(path, staff); got.StatusCode != http.StatusOK {
			t.Errorf("%s for those who work here: %d", path, got.StatusCode)
		}
	}
	if got := h.get("/iiif/manifest/m45", staff); !strings.Contains(string(got.body), closed) {
		t.Errorf("the manifest for those who work here: %s", got.body)
	}
}

// TestLayersOnThePage: one picture a view, its layers listed; and the form.
func TestLayersOnThePage(t *testing.T) {
	t.Parallel()
	h, ids := wall(t)
	page := string(h.get("/records/m45").body)
	for _, want := range []string{
		`id="viewer" data-info="/iiif/3/` + ids["vis"] + `/info.json"`,
		`<a href="/iiif/3/` + ids["vis"] + `/full/!2000,2000/0/default.jpg" data-info="/iiif/3/` + ids["vis"] + `/info.json" data-at="0 0 1 0.6666666667">可见光</a>`,
		`data-at="0 0 1 0.6666666667">红外（940 纳米）</a>`,
		`data-info="/iiif/3/` + ids["uv"] + `/info.json" data-view="2"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if n := strings.Count(page, `data-view="`); n != 2 {
		t.Errorf("%d pictures in the strip, want one a view", n)
	}
	if strings.Contains(page, "/curate/records/m45/layers") {
		t.Error("the public finds the form")
	}
	if en := string(h.get("/records/m45", "Accept-Language: en", "Cookie: lang=en").body); !strings.Contains(en, "Infrared (940 nm)</a>") {
		t.Error("the layers are not in English")
	}

	curator := "Authorization: Bearer " + h.user("curator", archive.RoleCurator)
	if page = string(h.get("/records/m45", curator).body); !strings.Contains(page, `<option value="infrared" selected>红外</option>`) {
		t.Errorf("the form does not show what is set")
	}
	form := url.Values{}
	for name, kind := range map[string]string{"vis": "visible", "ir": "infrared", "uv": "ultraviolet"} {
		form.Set("kind-"+ids[name], kind)
	}
	form.Set("label_zh-"+ids["ir"], "850 纳米")
	send := func(status int) answer {
		t.Helper()
		got := h.ask(http.MethodPost, "/curate/records/m45/layers", strings.NewReader(form.Encode()), curator, "Content-Type: application/x-www-form-urlencoded")
		if got.StatusCode != status {
			t.Errorf("%d %s", got.StatusCode, got.body)
		}
		return got
	}
	send(http.StatusSeeOther)
	page = string(h.get("/records/m45").body)
	if !strings.Contains(page, "红外（850 纳米）") || !strings.Contains(page, "紫外荧光</a>") || strings.Contains(page, `class="strip"`) {
		t.Error("the page does not show what the form set")
	}
	form.Set("kind-"+ids["uv"], "nothing")
	send(http.StatusUnprocessableEntity)
	form.Set("kind-"+ids["uv"], "")
	send(http.StatusSeeOther)
	if a := h.assetsOf("m45")[ids["uv"]]; a.Layer != nil {
		t.Errorf("%+v", a.Layer)
	}
}
