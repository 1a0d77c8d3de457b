package web

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// The sitemap is a list of pages, and each page lists public records with their pictures.
func TestSitemap(t *testing.T) {
	h := open(t, "")
	asset := h.take(formed, map[string][]byte{"wall.jpg": asJPEG(t, painted(60, 40))})["dh-9"]
	fetch := func(address string, into any) {
		t.Helper()
		got := h.get(strings.TrimPrefix(address, h.url))
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "application/xml; charset=utf-8" {
			t.Fatalf("%s: %d %v", address, got.StatusCode, got.Header)
		}
		if err := xml.Unmarshal(got.body, into); err != nil {
			t.Fatalf("%s: %v\n%s", address, err, got.body)
		}
	}
	type pages struct {
		XMLName  xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Sitemaps []string `xml:"sitemap>loc"`
	}
	type page struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []struct {
			Loc     string   `xml:"loc"`
			LastMod string   `xml:"lastmod"`
			Images  []string `xml:"http://www.google.com/schemas/sitemap-image/1.1 image>loc"`
		} `xml:"url"`
	}
	all := func(list []string) (found []string) {
		for _, address := range list {
			var p page
			fetch(address, &p)
			for _, u := range p.URLs {
				found = append(found, strings.TrimPrefix(u.Loc, h.url))
				if u.Loc == h.url+"/records/dh-9" && (len(u.Images) != 1 || !strings.Contains(u.Images[0], "/iiif/3/"+asset+"/full/") || u.LastMod == "") {
					t.Errorf("the entry of a record with a picture is %+v", u)
				}
			}
		}
		return found
	}
	want := []string{"/", "/collections", "/exhibitions", "/routes", "/records/dh-9", "/records/dh-cave"}
	var whole pages
	fetch(h.url+"/sitemap.xml", &whole)
	if found := all(whole.Sitemaps); len(whole.Sitemaps) != 1 || !slices.Equal(found, want) {
		t.Errorf("%d pages list %q, want one with %q", len(whole.Sitemaps), found, want)
	}
	// Pages of one record each, as those of 10,000 would be cut.
	if found := all([]string{h.url + "/sitemap.xml?after=&to=dh-9", h.url + "/sitemap.xml?after=dh-9&to=dh-cave", h.url + "/sitemap.xml?after=dh-cave&to="}); !slices.Equal(found, want) {
		t.Errorf("pages that follow each other list %q, want %q", found, want)
	}
	for _, path := range []string{"/sitemap.xml?after=a%2Fb", "/sitemap.xml?page=2"} {
		if got := h.get(path); got.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", path, got.StatusCode)
		}
	}
	if got := h.get("/robots.txt"); !strings.Contains(string(got.body), "Sitemap: "+h.url+"/sitemap.xml\n") {
		t.Errorf("robots.txt does not name it: %s", got.body)
	}
}
