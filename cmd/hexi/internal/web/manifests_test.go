package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

const caves = `{"id":"mogao","kind":"site","titles":{"zh":"莫高窟"},"place":{"name":{"zh":"敦煌市"},"lat":40.04,"lon":94.8}}
{"id":"dh-9","kind":"cave","partOf":"mogao","titles":{"zh":"第9窟"}}
{"id":"dh-9-n","kind":"mural","partOf":"dh-9","titles":{"zh":"北壁"},"location":{"site":"mogao","cave":"9","surface":"north"},"period":{"from":900,"to":907},"files":["n.jpg"]}
{"id":"dh-9-s","kind":"mural","partOf":"dh-9","titles":{"zh":"南壁"},"location":{"site":"mogao","cave":"9","surface":"south"},"files":["s.jpg"]}
{"id":"dh-9-x","kind":"mural","partOf":"dh-9","titles":{"zh":"未公开"},"files":["x.jpg"],"rights":{"tier":"staff"}}
{"id":"loose","kind":"mural","partOf":"nowhere","titles":{"zh":"残片"},"files":["l.jpg"]}
{"id":"walk","kind":"route","collection":"red-culture","titles":{"zh":"线路"},"stops":[{"record":"dh-9-s","caption":{"zh":"南壁"},"view":"pct:0,0,50,50"},{"record":"dh-9-x"},{"record":"dh-9-n"}]}
{"id":"closed","kind":"cave","titles":{"zh":"未公开窟"},"rights":{"tier":"staff"}}
{"id":"closed-n","kind":"mural","partOf":"closed","titles":{"zh":"封闭窟北壁"},"files":["c.jpg"]}
`

// documentAt reads a document of the Presentation API as an older or a newer client gets it.
func documentAt(t *testing.T, h *house, path string) (doc struct {
	ID, Type string
	NavDate  string
	Items    []struct{ ID, Type string }
	PartOf   []struct{ ID string }

	Structures []struct {
		Label iiif.LanguageMap
		Items []struct{ Items []struct{ ID string } }
	}
}) {
	t.Helper()
	got := h.get(path)
	if got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, got.StatusCode, got.body)
	}
	if err := json.Unmarshal(got.body, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// Sites hold caves, caves their walls: as collections one in another, and as the manifest
// of a cave.
func TestNestedCollections(t *testing.T) {
	h := open(t, "")
	files := map[string][]byte{}
	for i, name := range []string{"n", "s", "x", "l", "c"} {
		files[name+".jpg"] = asJPEG(t, painted(60+i, 40))
	}
	h.take(caves, files)
	list := func(path string) string {
		var out []string
		for _, item := range documentAt(t, h, path).Items {
			out = append(out, item.Type+" "+strings.TrimPrefix(item.ID, h.url+"/iiif/"))
		}
		return strings.Join(out, ", ")
	}
	for path, want := range map[string]string{
		"/iiif/collection/dunhuang":            "Manifest manifest/closed-n, Manifest manifest/loose, Collection collection/mogao",
		"/iiif/collection/mogao":               "Collection collection/dh-9",
		"/iiif/collection/dh-9":                "Manifest manifest/dh-9, Manifest manifest/dh-9-n, Manifest manifest/dh-9-s",
		"/iiif/collection/dunhuang?after=dh-9": "Manifest manifest/loose, Collection collection/mogao",
	} {
		if got := list(path); got != want {
			t.Errorf("%s lists %s; want %s", path, got, want)
		}
	}
	cave := documentAt(t, h, "/iiif/manifest/dh-9")
	if len(cave.Items) != 2 || len(cave.Structures) != 2 || cave.Structures[0].Label["zh"][0] != "北壁" || cave.Structures[0].Items[0].Items[0].ID != cave.Items[0].ID {
		t.Errorf("the cave's manifest: %+v", cave)
	}
	wall := documentAt(t, h, "/iiif/manifest/dh-9-n")
	if wall.NavDate != "0900-01-01T00:00:00Z" || wall.Items[0].ID != cave.Items[0].ID {
		t.Errorf("the wall's manifest: %+v", wall)
	}
	walk := documentAt(t, h, "/iiif/manifest/walk")
	if len(walk.Items) != 2 || walk.Items[0].ID != h.url+"/iiif/manifest/dh-9-s/canvas/"+walk.Items[0].ID[strings.LastIndexByte(walk.Items[0].ID, '/')+1:] || len(walk.Structures) != 2 {
		t.Errorf("the route's manifest: %+v", walk)
	}
	for path, status := range map[string]int{"/iiif/collection/closed": http.StatusNotFound, "/iiif/manifest/closed": http.StatusNotFound, "/iiif/collection/dunhuang?after=%00": http.StatusBadRequest} {
		if got := h.get(path); got.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, status)
		}
	}
}

// The Image API 2.1 is answered by the same pictures as 3.0.
func TestImage2(t *testing.T) {
	h := open(t, "")
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	base := "/iiif/2/" + asset
	if got := h.get(base); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != h.url+base+"/info.json" {
		t.Errorf("the base leads to %s, %d", got.Header.Get("Location"), got.StatusCode)
	}
	info := h.get(base + "/info.json")
	var doc struct {
		ID      string `json:"@id"`
		Profile []any
		License string
	}
	if err := json.Unmarshal(info.body, &doc); err != nil {
		t.Fatal(err)
	}
	link := info.Header.Get("Link")
	if doc.ID != h.url+base || len(doc.Profile) != 2 || doc.License != "http://creativecommons.org/publicdomain/zero/1.0/" || info.Header.Get("Content-Type") != "application/json" ||
		!strings.Contains(link, `image/2/context.json>;rel="http://www.w3.org/ns/json-ld#context"`) || !strings.Contains(link, `<http://iiif.io/api/image/2/level2.json>;rel="profile"`) {
		t.Errorf("%+v as %s, Link %s", doc, info.Header.Get("Content-Type"), link)
	}
	if got := h.get(base+"/info.json", "Accept: application/ld+json"); got.Header.Get("Content-Type") != "application/ld+json" || strings.Contains(got.Header.Get("Link"), "json-ld#context") {
		t.Errorf("as JSON-LD: %s, Link %s", got.Header.Get("Content-Type"), got.Header.Get("Link"))
	}
	for path, as := range map[string]string{
		"/full/full/0/default.jpg": "/full/max/0/default.jpg", "/0,0,512,512/512,/0/default.jpg": "/0,0,512,512/512,/0/default.jpg",
		"/full/!200,200/90/gray.png": "/full/!200,200/90/gray.png",
	} {
		two, three := h.get(base+path), h.get("/iiif/3/"+asset+as)
		if two.StatusCode != http.StatusOK || string(two.body) != string(three.body) || two.Header.Get("ETag") != three.Header.Get("ETag") {
			t.Errorf("%s: %d, %d bytes %s; version 3 has %d bytes %s", path, two.StatusCode, len(two.body), two.Header.Get("ETag"), len(three.body), three.Header.Get("ETag"))
		}
		if link := two.Header.Get("Link"); !strings.Contains(link, base+"/") || !strings.Contains(link, "image/2/level2.json") {
			t.Errorf("%s: Link %s", path, link)
		}
		h.holdsAgain(t, base+path, two)
	}
	for path, says := range map[string]string{"/full/^max/0/default.jpg": "no ^", "/full/1301,/0/default.jpg": "larger than the region"} {
		if got := h.get(base + path); got.StatusCode != http.StatusBadRequest || !strings.Contains(string(got.body), says) {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
}
