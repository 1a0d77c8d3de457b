package web

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
)

// form makes a form with files, and its Content-Type as a header line.
func form(t *testing.T, values map[string]string, files map[string][]byte) (*bytes.Buffer, string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range values {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		part, err := m.CreateFormFile("files", name)
		if err == nil {
			_, err = part.Write(data)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return &b, "Content-Type: " + m.FormDataContentType()
}

// work works jobs until the assets of a batch are ready or refused.
func (h *house) work() {
	h.t.Helper()
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Workers: 1, Handlers: h.line.Handlers()})
	if err == nil {
		err = runner.Start(h.t.Context())
	}
	if err != nil {
		h.t.Fatal(err)
	}
	defer runner.Stop(context.WithoutCancel(h.t.Context())) //nolint:errcheck // the test is over
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		counts, err := h.archive.AssetCounts(h.t.Context(), "")
		if err != nil {
			h.t.Fatal(err)
		}
		if counts[archive.AssetReceived]+counts[archive.AssetIdentified] == 0 {
			return
		}
		if time.Now().After(end) {
			h.t.Fatalf("the jobs were not worked off: %v", counts)
		}
	}
}

// versionJSON is an asset in a list of a record's.
type versionJSON struct {
	ID, State, Filename, ReceivedBy, Replacing, Replaces, ReplacedBy string
	ReplacedAt                                                       *time.Time
	Width                                                            int
}

type versionsJSON struct {
	Assets, Earlier []versionJSON
	Batch           string
	Received        []string
}

func (h *house) versionsOf(record string, headers ...string) versionsJSON {
	h.t.Helper()
	var out versionsJSON
	got := h.get("/api/v1/records/"+record+"/assets", headers...)
	if err := json.Unmarshal(got.body, &out); err != nil || got.StatusCode != http.StatusOK {
		h.t.Fatalf("%d %v: %s", got.StatusCode, err, got.body)
	}
	return out
}

// TestBetterScanOverTheAPI: a scan is sent for an image; the record shows it when it is
// ready, and everything that names the image before goes on working.
func TestBetterScanOverTheAPI(t *testing.T) {
	h := open(t, "")
	editor, curator := "Authorization: Bearer "+h.user("wang", archive.RoleEditor), "Authorization: Bearer "+h.user("li", archive.RoleCurator)
	sheet := `{"id":"m1","kind":"mural","titles":{"zh":"壁"},"files":["a.jpg","b.jpg"]}` + "\n" +
		`{"id":"show","kind":"exhibition","titles":{"zh":"展"},"stops":[{"record":"m1","asset":"ASSET"}]}` + "\n"
	first := archive.AssetID("m1", "")
	h.take(strings.ReplaceAll(sheet, "ASSET", first), map[string][]byte{"a.jpg": asJPEG(t, painted(300, 200)), "b.jpg": asJPEG(t, painted(200, 300))})
	was := h.versionsOf("m1", editor)
	old := was.Assets[0].ID
	show, err := h.archive.Record(t.Context(), "show")
	if err != nil {
		t.Fatal(err)
	}
	show.Record.Stops[0].Asset = old
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: show.Record, Publish: true}); err != nil {
		t.Fatal(err)
	}
	canvas := "/iiif/manifest/m1/canvas/" + old
	if got := h.get("/iiif/manifest/m1"); !strings.Contains(string(got.body), canvas+`"`) {
		t.Fatalf("%s", got.body)
	}
	better := asJPEG(t, painted(600, 400))
	send := func(who string, values map[string]string, files map[string][]byte, more ...string) answer {
		t.Helper()
		body, kind := form(t, values, files)
		return h.ask(http.MethodPost, "/api/v1/records/m1/assets", body, append(more, who, kind)...)
	}
	one := map[string][]byte{"better.jpg": better}
	for name, test := range map[string]struct {
		got    answer
		status int
		says   string
	}{
		"nobody":                     {send("X: y", nil, one), 401, ""},
		"who does not publish":       {send(curator, map[string]string{"replaces": old}, one), 403, ""},
		"no file":                    {send(editor, map[string]string{"replaces": old}, nil), 400, `"field":"files"`},
		"an empty file":              {send(editor, nil, map[string][]byte{"a.jpg": {}}), 400, `"field":"files"`},
		"two files for one":          {send(editor, map[string]string{"replaces": old}, map[string][]byte{"1.jpg": better, "2.jpg": better}), 400, "only one can take the place"},
		"no such image":              {send(editor, map[string]string{"replaces": "nothing"}, one), 400, `"field":"replaces"`},
		"an image in another place":  {send(editor, map[string]string{"replaces": old}, map[string][]byte{"x.jpg": asJPEG(t, painted(200, 300))}), 400, "is in the record already"},
		"a record that changed":      {send(editor, map[string]string{"replaces": old}, one, `If-Match: "9-x"`), 412, ""},
		"no form":                    {h.ask(http.MethodPost, "/api/v1/records/m1/assets", strings.NewReader("x"), editor), 400, "form could not be read"},
		"no record":                  {h.ask(http.MethodPost, "/api/v1/records/none/assets", strings.NewReader("x"), editor), 404, ""},
		"a parameter of another day": {h.get("/api/v1/records/m1/assets?all=1", editor), 400, ""},
	} {
		if test.got.StatusCode != test.status || !strings.Contains(string(test.got.body), test.says) {
			t.Errorf("%s: %d %s", name, test.got.StatusCode, test.got.body)
		}
	}
	got := send(editor, map[string]string{"replaces": old}, one)
	var sent versionsJSON
	if err := json.Unmarshal(got.body, &sent); err != nil || got.StatusCode != http.StatusAccepted || len(sent.Received) != 1 || sent.Batch == "" {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	scan := sent.Received[0]
	if a := sent.Assets[2]; a.ID != scan || a.Replacing != old || a.ReceivedBy != "wang" || a.State != "received" {
		t.Errorf("%+v", a)
	}
	if public := h.versionsOf("m1"); len(public.Assets) != 2 || public.Assets[0].ID != old || len(public.Earlier) != 0 {
		t.Errorf("meanwhile the public sees %+v", public)
	}
	h.work()
	h.server.images.forgetDecisions()
	for who, headers := range map[string][]string{"public": nil, "staff": {editor}} {
		v := h.versionsOf("m1", headers...)
		if len(v.Assets) != 2 || v.Assets[0].ID != scan || v.Assets[0].Width != 600 || len(v.Earlier) != 1 || v.Earlier[0].ID != old || v.Earlier[0].ReplacedBy != scan || v.Earlier[0].ReplacedAt == nil {
			t.Errorf("%s: %+v", who, v)
		}
		if staff := who == "staff"; (v.Earlier[0].Filename == "a.jpg") != staff || (v.Assets[0].Replaces == old) != staff {
			t.Errorf("%s: %+v", who, v)
		}
		info := h.get("/iiif/3/"+old+"/info.json", headers...)
		if info.StatusCode != http.StatusOK || !strings.Contains(string(info.body), `"width":300`) ||
			!strings.Contains(string(info.body), `"seeAlso":[{"id":"`+h.url+"/iiif/3/"+scan+`/info.json"`) ||
			!strings.Contains(info.Header.Get("Link"), "<"+h.url+"/iiif/3/"+scan+`/info.json>; rel="successor-version"`) {
			t.Errorf("%s: info of the image before: %d %v %s", who, info.StatusCode, info.Header, info.body)
		}
		if info := h.get("/iiif/3/"+scan+"/info.json", headers...); info.StatusCode != http.StatusOK || strings.Contains(string(info.body), "seeAlso") {
			t.Errorf("%s: info of the scan: %d %s", who, info.StatusCode, info.body)
		}
		if pixels := h.get("/iiif/3/"+old+"/full/max/0/default.jpg", headers...); pixels.StatusCode != http.StatusOK || len(pixels.body) < 1000 {
			t.Errorf("%s: the image before: %d", who, pixels.StatusCode)
		}
		if one := h.get("/api/v1/assets/"+old, headers...); one.StatusCode != http.StatusOK || !strings.Contains(string(one.body), `"replacedBy":"`+scan+`"`) {
			t.Errorf("%s: %d %s", who, one.StatusCode, one.body)
		}
		manifest := string(h.get("/iiif/manifest/m1", headers...).body)
		if !strings.Contains(manifest, canvas+`"`) || !strings.Contains(manifest, "/iiif/3/"+scan) || strings.Contains(manifest, "/iiif/3/"+old) {
			t.Errorf("%s: the canvas is another one, or shows another image:\n%s", who, manifest)
		}
	}
	if page := string(h.get("/exhibitions/show").body); !strings.Contains(page, "/iiif/3/"+scan) {
		t.Error("a stop that names the image before does not show the better scan")
	}
	if master := h.get("/api/v1/assets/"+old+"/master", editor); master.StatusCode != http.StatusOK || !bytes.Equal(master.body, asJPEG(t, painted(300, 200))) {
		t.Errorf("the master before: %d", master.StatusCode)
	}
	page := string(h.get("/records/m1", "Cookie: "+strings.TrimPrefix(h.cookie("wang"), "Cookie: ")).body)
	for _, want := range []string{`id="versions"`, "早期版本</summary>", "better.jpg", "a.jpg", "操作人 wang", `name="replaces" value="` + scan + `"`} {
		if !strings.Contains(strings.ReplaceAll(page, " (1)", ""), want) {
			t.Errorf("the record's page has no %q", want)
		}
	}
	if public := string(h.get("/records/m1").body); strings.Contains(public, "versions") || strings.Contains(public, old) {
		t.Error("the public page speaks of versions")
	}
	// A scan that is no picture leaves all as it is, and says so to those who work here.
	got = send(editor, map[string]string{"replaces": scan}, map[string][]byte{"broken.jpg": better[:300]})
	if got.StatusCode != http.StatusAccepted {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	h.work()
	if v := h.versionsOf("m1", editor); v.Assets[0].ID != scan || v.Assets[2].State != "refused" || v.Assets[2].Replacing != scan {
		t.Errorf("%+v", v)
	}
	if public := h.versionsOf("m1"); len(public.Assets) != 2 || public.Assets[0].ID != scan {
		t.Errorf("%+v", public)
	}
	// Withdrawn, neither version is there for the public; its tombstone says why.
	if err := h.archive.Withdraw(t.Context(), "wang", "m1"); err != nil {
		t.Fatal(err)
	}
	h.server.images.forgetDecisions()
	for _, id := range []string{old, scan} {
		if got := h.get("/iiif/3/" + id + "/info.json"); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusGone {
			t.Errorf("withdrawn: %d", got.StatusCode)
		}
	}
	// What no longer is published a curator may replace, by the page's form.
	body, kind := form(t, map[string]string{"replaces": scan}, map[string][]byte{"third.jpg": asJPEG(t, painted(900, 600))})
	got = h.ask(http.MethodPost, "/curate/records/m1/assets", body, h.cookie("li"), kind, "Sec-Fetch-Site: same-origin")
	if got.StatusCode != http.StatusSeeOther || !strings.Contains(got.Header.Get("Location"), "/curate/jobs?batch=") {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	h.work()
	if v := h.versionsOf("m1", editor); len(v.Assets) != 2 || v.Assets[0].Width != 900 || len(v.Earlier) != 3 {
		t.Errorf("%+v", v)
	}
}

// TestVersionsThatWereNeverPublic: what was replaced before the public saw it is not
// opened to it later.
func TestVersionsThatWereNeverPublic(t *testing.T) {
	h := open(t, "")
	editor := "Authorization: Bearer " + h.user("wang", archive.RoleEditor)
	r := archive.Record{ID: "m1", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "壁"}}
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: r}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for n, replaces := 0, ""; n < 2; n++ {
		body, kind := form(t, map[string]string{"replaces": replaces}, map[string][]byte{"a.jpg": asJPEG(t, painted(300+n, 200))})
		var sent versionsJSON
		got := h.ask(http.MethodPost, "/api/v1/records/m1/assets", body, editor, kind)
		if err := json.Unmarshal(got.body, &sent); err != nil || len(sent.Received) != 1 {
			t.Fatalf("%d %s", got.StatusCode, got.body)
		}
		replaces = sent.Received[0]
		ids = append(ids, replaces)
		h.work()
	}
	if err := h.archive.Publish(t.Context(), "wang", "m1"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/iiif/3/" + ids[0] + "/info.json": 404, "/iiif/3/" + ids[0] + "/full/max/0/default.jpg": 404, "/api/v1/assets/" + ids[0]: 404,
		"/iiif/3/" + ids[1] + "/info.json": 200,
	} {
		if got := h.get(path); got.StatusCode != want {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
	if got := h.get("/iiif/3/"+ids[0]+"/info.json", editor); got.StatusCode != http.StatusOK {
		t.Errorf("to those who work here: %d", got.StatusCode)
	}
	if v := h.versionsOf("m1"); len(v.Earlier) != 0 {
		t.Errorf("%+v", v)
	}
}

// forgetDecisions forgets what the public may see of images, as time does.
func (m *images) forgetDecisions() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.seen)
}
