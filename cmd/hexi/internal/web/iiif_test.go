package web

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

const twoWalls = `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟"},"files":["wall.jpg"]}
{"id":"dh-10","kind":"mural","titles":{"zh":"第10窟"},"files":["other.jpg"],"rights":{"tier":"staff"}}
{"id":"dh-11","kind":"mural","titles":{"zh":"第11窟"}}
`

// A 404 below /iiif/ says which part of the address is wrong, in plain text that
// scripts of other sites may read.
func TestNotFoundNamesThePart(t *testing.T) {
	h := open(t, "")
	assets := h.take(twoWalls, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400)), "other.jpg": asJPEG(t, painted(400, 600))})
	for path, says := range map[string]string{
		"3/" + assets["dh-9"] + "/full/max/0":                  "{region}/{size}/{rotation}/{quality}.{format}",
		"3/" + assets["dh-9"] + "/full/max/0/default.jpg/more": "one segment",
		"3/":                                  "identifier",
		"3/none/full/max/0/default.jpg":       `identifier "none"`,
		"3/none/info.json":                    `identifier "none"`,
		"3/none":                              `identifier "none"`,
		"3/a%2Fb/info.json":                   `identifier "a/b"`,
		"3/" + assets["dh-10"] + "/info.json": `identifier "` + assets["dh-10"] + `"`,
		"3/" + strings.Repeat("x", 500) + "/info.json": `x"…`,
		"manifest/none":                       `record "none"`,
		"manifest/dh-10":                      `record "dh-10"`,
		"manifest/dh-11":                      "no image",
		"collection/mars":                     `collection "mars"`,
		"2/none/info.json":                    `identifier "none"`,
		"2/" + assets["dh-9"] + "/full/max/0": "{region}/{size}/{rotation}/{quality}.{format}",
		"4/none/info.json":                    "/iiif/3/",
		"collection/dh-9":                     `collection "dh-9"`,
		"collection/dh-10":                    `collection "dh-10"`,
	} {
		got := h.get("/iiif/" + path)
		if got.StatusCode != http.StatusNotFound || !strings.Contains(string(got.body), says) {
			t.Errorf("%s: %d %q, want 404 with %q", path, got.StatusCode, got.body, says)
		}
		if got.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %v", path, got.Header)
		}
	}
}

// What only those who are signed in may see stays out of shared caches, and a
// cache on their own machine does not take it for the public's.
func TestStaffDocumentsArePrivate(t *testing.T) {
	h := open(t, "")
	asset := h.take(twoWalls, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400)), "other.jpg": asJPEG(t, painted(400, 600))})["dh-10"]
	token := "Authorization: Bearer " + h.user("li", "viewer")
	for path, status := range map[string]int{
		"/iiif/3/" + asset: http.StatusSeeOther, "/iiif/3/" + asset + "/info.json": http.StatusOK, "/iiif/manifest/dh-10": http.StatusOK,
		"/iiif/3/" + asset + "/full/max/0/default.jpg": http.StatusOK, "/iiif/collection/dunhuang": http.StatusOK,
	} {
		got := h.get(path, token)
		if got.StatusCode != status || got.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.Header.Get("Cache-Control"))
		}
		vary := strings.Join(got.Header.Values("Vary"), ", ")
		if !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Cookie") || strings.HasSuffix(path, ".json") && !strings.Contains(vary, "Accept") {
			t.Errorf("%s: Vary is %q", path, vary)
		}
	}
	if got := h.get("/iiif/manifest/dh-9"); got.Header.Get("Cache-Control") != "public, max-age=60" || got.Header.Get("Vary") != "Accept" {
		t.Errorf("for the public: %v", got.Header)
	}
}

func TestTypesOfADocumentHaveTheirOwnETag(t *testing.T) {
	h := open(t, "")
	asset := h.take(twoWalls, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400)), "other.jpg": asJPEG(t, painted(400, 600))})["dh-9"]
	for _, path := range []string{"/iiif/3/" + asset + "/info.json", "/iiif/manifest/dh-9"} {
		linked, plain := h.get(path, "Accept: application/ld+json"), h.get(path, "Accept: application/json")
		if !bytes.Equal(linked.body, plain.body) || linked.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Errorf("%s: %s and %s have the ETag %s", path, linked.Header.Get("Content-Type"), plain.Header.Get("Content-Type"), plain.Header.Get("ETag"))
		}
		if got := h.get(path, "Accept: application/json", "If-None-Match: "+plain.Header.Get("ETag")); got.StatusCode != http.StatusNotModified {
			t.Errorf("%s with its ETag: %d", path, got.StatusCode)
		}
		if got := h.get(path, "Accept: application/json", "If-None-Match: "+linked.Header.Get("ETag")); got.StatusCode != http.StatusOK {
			t.Errorf("%s with the ETag of another type: %d", path, got.StatusCode)
		}
	}
}

func TestMethodsAndAddressesThatAreNot(t *testing.T) {
	h := open(t, "")
	for _, test := range []struct {
		method, path string
		status       int
		cors         bool
	}{
		{"POST", "/iiif/3/x/info.json", http.StatusMethodNotAllowed, true},
		{"DELETE", "/iiif/manifest/x", http.StatusMethodNotAllowed, true},
		{"GET", "/api/v1/nothing", http.StatusNotFound, true},
		{"GET", "/api/nothing", http.StatusNotFound, true},
		{"POST", "/api/v1/nothing", http.StatusNotFound, true},
		{"DELETE", "/api/v1/records/x", http.StatusMethodNotAllowed, true},
		{"OPTIONS", "/api/v1/records/x", http.StatusNoContent, true},
		{"POST", "/search", http.StatusMethodNotAllowed, false},
	} {
		got := h.ask(test.method, test.path, nil)
		if got.StatusCode != test.status {
			t.Errorf("%s %s: %d, want %d", test.method, test.path, got.StatusCode, test.status)
		}
		if cors := got.Header.Get("Access-Control-Allow-Origin") == "*"; cors != test.cors {
			t.Errorf("%s %s: CORS headers %v, want %v", test.method, test.path, cors, test.cors)
		}
		if allow := got.Header.Get("Allow") != ""; allow != (test.status == http.StatusMethodNotAllowed) {
			t.Errorf("%s %s: Allow is %q", test.method, test.path, got.Header.Get("Allow"))
		}
	}
	if got := h.get("/iiif/3/x/info.json", "Authorization: Bearer wrong"); got.StatusCode != http.StatusUnauthorized || got.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a wrong token: %d %v", got.StatusCode, got.Header)
	}
}
