package web

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"hexi/archive"
)

const formed = `{"id":"dh-9","kind":"mural","titles":{"zh":"北壁</script><script>alert(1)</script>","en":"North wall"},"period":{"term":"late-tang","from":848,"to":906},"partOf":"dh-cave","files":["wall.jpg"]}
{"id":"dh-cave","kind":"cave","titles":{"zh":"莫高窟第9窟","en":"Mogao Cave 9"}}
{"id":"secret","kind":"mural","titles":{"zh":"内部"},"rights":{"tier":"staff"}}
{"id":"later","kind":"mural","titles":{"zh":"将来"},"rights":{"tier":"embargoed","until":"2999-01-01"}}
`

// A record is given in every form at an address of its own, and at the record's to those
// who prefer its media type.
func TestForms(t *testing.T) {
	h := open(t, "")
	asset := h.take(formed, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400))})["dh-9"]
	for _, test := range []struct {
		path, accept, contentType string
		has                       []string
	}{
		{"/api/v1/records/dh-9/dc", "", "application/xml; charset=utf-8", []string{"<oai_dc:dc ", "<dc:date>0848/0906</dc:date>"}},
		{"/api/v1/records/dh-9/lido", "", "application/xml; charset=utf-8", []string{"<lido:lido ", ">晚唐<", ">Late Tang<", "莫高窟第9窟", "/iiif/3/" + asset + "/full/max/0/default.jpg"}},
		{"/api/v1/records/dh-9/edm", "", "application/rdf+xml; charset=utf-8", []string{"<rdf:RDF ", "<edm:type>IMAGE</edm:type>"}},
		{"/api/v1/records/dh-9/linked-art", "", `application/ld+json;profile="https://linked.art/ns/v1/linked-art.json"`, []string{`"type":"HumanMadeObject"`, "Mogao Cave 9"}},
		{"/api/v1/records/dh-9/schema", "", `application/ld+json;profile="https://schema.org"`, []string{`"@type":"VisualArtwork"`}},
		{"/records/dh-9", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8", []string{"<html"}},
		{"/records/dh-9", "", "text/html; charset=utf-8", []string{"<html"}},
		{"/records/dh-9", "image/png", "text/html; charset=utf-8", []string{"<html"}},
		{"/records/dh-9", "application/json", "application/json; charset=utf-8", []string{`"status":`}},
		{"/records/dh-9", "application/ld+json, text/html;q=0.5", `application/ld+json;profile="https://linked.art/ns/v1/linked-art.json"`, []string{`"type":"HumanMadeObject"`}},
		{"/records/dh-9", "application/rdf+xml", "application/rdf+xml; charset=utf-8", []string{"<rdf:RDF "}},
		{"/records/dh-9", "text/xml", "application/xml; charset=utf-8", []string{"<lido:lido "}},
		{"/records/dh-9", "application/json;q=0.1, application/xml;q=0.2", "application/xml; charset=utf-8", []string{"<lido:lido "}},
	} {
		headers := []string{"X-Test: 1"}
		if test.accept != "" {
			headers = append(headers, "Accept: "+test.accept)
		}
		got := h.get(test.path, headers...)
		name := test.path + " as " + test.accept
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != test.contentType {
			t.Errorf("%s: %d %q, want %q", name, got.StatusCode, got.Header.Get("Content-Type"), test.contentType)
		}
		for _, want := range test.has {
			if !strings.Contains(string(got.body), want) {
				t.Errorf("%s lacks %q:\n%.3000s", name, want, got.body)
			}
		}
		if strings.Contains(test.contentType, "xml") {
			if err := xml.Unmarshal(got.body, new(struct{})); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if strings.HasPrefix(test.contentType, "text/html") {
			continue
		}
		if tag := got.Header.Get("ETag"); tag == "" || h.get(test.path, append(headers, "If-None-Match: "+tag)...).StatusCode != http.StatusNotModified {
			t.Errorf("%s: its ETag %q does not spare it being sent again", name, tag)
		}
		if !strings.Contains(got.Header.Get("Vary"), "Accept") {
			t.Errorf("%s varies by %q", name, got.Header.Get("Vary"))
		}
		if !strings.Contains(test.contentType, "/json") && got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s is closed to scripts of other sites", name)
		}
	}
	links := strings.Join(h.get("/records/dh-9").Header.Values("Link"), "\n")
	for _, want := range []string{
		fmt.Sprintf(`<%s/records/dh-9>; rel="canonical"`, h.url),
		fmt.Sprintf(`<%s/api/v1/records/dh-9/lido>; rel="alternate"; type="application/xml"; title="LIDO"`, h.url),
		fmt.Sprintf(`<%s/api/v1/records/dh-9/linked-art>; rel="alternate"; type="application/ld+json"; title="Linked Art"`, h.url),
	} {
		if !strings.Contains(links, want) {
			t.Errorf("the record's address names no form by %s, but %s", want, links)
		}
	}
	schemaInPage(t, h)
}

// The page of a record holds its data for search engines, which no title can break out of.
func schemaInPage(t *testing.T, h *house) {
	t.Helper()
	page := h.get("/records/dh-9", "Accept: text/html")
	blocks := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindAllSubmatch(page.body, -1)
	if len(blocks) != 1 {
		t.Fatalf("the page has %d blocks of data:\n%.3000s", len(blocks), page.body)
	}
	var data struct {
		Type string `json:"@type"`
		Name []struct {
			Value string `json:"@value"`
		} `json:"name"`
	}
	if err := json.Unmarshal(blocks[0][1], &data); err != nil {
		t.Fatalf("%v: %s", err, blocks[0][1])
	}
	if data.Type != "VisualArtwork" || len(data.Name) != 2 || data.Name[0].Value != "北壁</script><script>alert(1)</script>" {
		t.Errorf("the page's data is %s", blocks[0][1])
	}
	if strings.Contains(string(page.body), "<script>alert") || !strings.Contains(page.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Error("a title can run a script")
	}
}

// What is closed is closed in every form, and those who work here read it.
func TestFormsAreClosed(t *testing.T) {
	h := open(t, "")
	h.take(formed, map[string][]byte{"wall.jpg": asJPEG(t, painted(60, 40))})
	draft := archive.Record{ID: "draft", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "草稿"}}
	if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: draft}); err != nil {
		t.Fatal(err)
	}
	if err := h.archive.Withdraw(t.Context(), "test", "dh-cave"); err != nil {
		t.Fatal(err)
	}
	token := "Authorization: Bearer " + h.user("li", "viewer")
	for _, f := range forms() {
		for id, want := range map[string]int{"secret": 404, "later": 404, "draft": 404, "none": 404, "dh-cave": 410} {
			if got := h.get(f.path(id)); got.StatusCode != want || !json.Valid(got.body) {
				t.Errorf("%s: %d %s, want %d and a problem", f.path(id), got.StatusCode, got.body, want)
			}
			if got := h.get("/records/"+id, "Accept: "+f.media); got.StatusCode != want {
				t.Errorf("/records/%s as %s: %d, want %d", id, f.media, got.StatusCode, want)
			}
		}
		if got := h.get(f.path("secret"), token); got.StatusCode != http.StatusOK || !strings.Contains(string(got.body), "内部") {
			t.Errorf("%s for those who work here: %d %s", f.path("secret"), got.StatusCode, got.body)
		}
		if got := h.get(f.path("dh-9")); strings.Contains(string(got.body), "dh-cave") {
			t.Errorf("%s tells of a record that was withdrawn: %s", f.path("dh-9"), got.body)
		}
		if got := h.get(f.path("dh-9") + "?lang=en"); got.StatusCode != http.StatusBadRequest {
			t.Errorf("a parameter that %s does not know: %d", f.name, got.StatusCode)
		}
	}
}
