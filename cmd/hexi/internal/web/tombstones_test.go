package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"hexi/archive"
)

func TestTombstones(t *testing.T) {
	h := open(t, "")
	editor, admin := "Authorization: Bearer "+h.user("wang", archive.RoleEditor), "Authorization: Bearer "+h.user("root", archive.RoleAdmin)
	assets := h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})
	post := func(path, body string, headers ...string) answer {
		t.Helper()
		return h.ask(http.MethodPost, path, strings.NewReader(body), headers...)
	}
	for _, test := range []struct {
		body   string
		who    string
		status int
	}{
		{`{"reason": {"zh": "x"}}`, "X: y", http.StatusUnauthorized},
		{`{"reason": "x"}`, editor, http.StatusBadRequest},
		{`{"why": {}}`, editor, http.StatusBadRequest},
		{`{"reason": {"zh": "` + strings.Repeat("长", 2001) + `"}}`, editor, http.StatusUnprocessableEntity},
		{`{"reason": {"zh": "壁画主权有争议 <b>", "en": "Contested <b>"}, "showTitle": true}`, editor, http.StatusOK},
	} {
		if got := post("/api/v1/records/dh-9/withdraw", test.body, test.who); got.StatusCode != test.status {
			t.Errorf("%.60s: %d, want %d: %s", test.body, got.StatusCode, test.status, got.body)
		}
	}
	for path, wants := range map[string][]string{
		"/records/dh-9":         {"莫高窟第9窟北壁", "已于", "壁画主权有争议 &lt;b&gt;"},
		"/records/dh-9?lang=en": {"North wall of Cave 9", "was withdrawn on", "Contested &lt;b&gt;"},
		"/api/v1/records/dh-9":  {`"status":410`, `"tombstone":{"record":"dh-9"`, `"reason":{"en":"Contested `, `"title":{`},
		"/iiif/manifest/dh-9":   {"was withdrawn on", "Contested <b>"},
	} {
		got := h.get(path, "Accept: text/html")
		if got.StatusCode != http.StatusGone {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
		for _, want := range wants {
			if !strings.Contains(string(got.body), want) {
				t.Errorf("%s does not say %q: %s", path, want, got.body)
			}
		}
		if strings.Contains(string(got.body), "晚唐壁画") || strings.Contains(string(got.body), "wang") {
			t.Errorf("%s says more than it should", path)
		}
	}
	if got := h.get("/api/v1/records/dh-9", editor); got.StatusCode != http.StatusOK {
		t.Errorf("those who work here: %d", got.StatusCode)
	}
	if got := post("/api/v1/records/dh-9/publish", "", editor); got.StatusCode != http.StatusOK {
		t.Errorf("publish: %d", got.StatusCode)
	}
	if got := h.get("/records/dh-9"); got.StatusCode != http.StatusOK {
		t.Errorf("published again: %d", got.StatusCode)
	}

	image := "/iiif/3/" + assets["dh-9"] + "/full/300,/0/default.jpg"
	if got := h.get(image); got.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", image, got.StatusCode)
	}
	for _, test := range []struct {
		name, body, who string
		status          int
		says            string
	}{
		{"the public", `{"id":"dh-9","reason":"court order"}`, "X: y", http.StatusUnauthorized, ""},
		{"an editor", `{"id":"dh-9","reason":"court order"}`, editor, http.StatusForbidden, ""},
		{"without a body", ``, admin, http.StatusBadRequest, "dh-9"},
		{"another id", `{"id":"gw-1","reason":"court order"}`, admin, http.StatusBadRequest, `"field":"id"`},
		{"without a reason", `{"id":"dh-9"}`, admin, http.StatusBadRequest, `"field":"reason"`},
		{"hardly a reason", `{"id":"dh-9","reason":"误"}`, admin, http.StatusBadRequest, "needs a reason of at least 3, or of 2 Chinese ones, and at most 2000"},
		{"white space", `{"id":"dh-9","reason":"     "}`, admin, http.StatusBadRequest, `"field":"reason"`},
		{"rightly", `{"id":"dh-9","reason":"误录"}`, admin, http.StatusAccepted, `"erased":true`},
		{"again", `{"id":"dh-9","reason":"court order"}`, admin, http.StatusAccepted, `"erased":true`},
	} {
		if got := post("/api/v1/records/dh-9/erase", test.body, test.who); got.StatusCode != test.status || !strings.Contains(string(got.body), test.says) {
			t.Errorf("%s: %d, want %d: %s", test.name, got.StatusCode, test.status, got.body)
		}
	}
	for _, who := range []string{"X: y", editor} {
		for path, status := range map[string]int{
			"/records/dh-9": 410, "/api/v1/records/dh-9": 410, "/iiif/manifest/dh-9": 410, "/api/v1/records/dh-9/revisions": 410, "/api/v1/records/dh-9/revisions/1": 410,
		} {
			if got := h.get(path, who, "Accept: text/html"); got.StatusCode != status || strings.Contains(string(got.body), "莫高窟第9窟") || strings.Contains(string(got.body), "court") {
				t.Errorf("%s of what was erased, for %.20s: %d %s", path, who, got.StatusCode, got.body)
			}
		}
	}
	saved := h.ask(http.MethodPut, "/api/v1/records/dh-9", strings.NewReader(`{"collection":"dunhuang","kind":"cave","titles":{"zh":"甲"}}`), editor)
	if says := `"detail":"record dh-9 was erased, and its id is not used again"`; saved.StatusCode != http.StatusGone || !strings.Contains(string(saved.body), says) {
		t.Errorf("saved over what was erased: %d %s, want %s", saved.StatusCode, saved.body, says)
	}
	// Those who harvest learn of it, and not why.
	var log struct{ Changes []archive.Change }
	if err := json.Unmarshal(h.get("/api/v1/changes?limit=1000").body, &log); err != nil {
		t.Fatal(err)
	}
	last := log.Changes[len(log.Changes)-1]
	if last.Action != archive.ActionErased || last.Record != "dh-9" || last.Detail != nil || last.By != "" || last.Hash == "" {
		t.Errorf("the public log ends with %+v", last)
	}
	h.follow()
	if got := h.get("/api/v1/search?q=wall"); strings.Contains(string(got.body), "dh-9") {
		t.Errorf("still found: %s", got.body)
	}
	// A kiosk and an exhibition that showed it go on without it.
	if got := h.get("/exhibitions/show"); got.StatusCode != http.StatusOK {
		t.Errorf("the exhibition: %d", got.StatusCode)
	}
}

// The cache on disk forgets what was erased.
func TestCacheDropsWhatWasErased(t *testing.T) {
	cache, err := OpenDiskCache(t.TempDir(), 1<<20, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer cache.Close() //nolint:errcheck // only a directory
	h := open(t, "")
	h.server.Cache = cache
	assets := h.take(holding, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})
	asset := assets["dh-9"]
	cache.put(asset, "v1", "a", []byte("erased"))
	cache.put(asset, "v2", "b", []byte("erased"))
	cache.put("another", "v1", "a", []byte("stays"))
	if err := h.server.DropErased(t.Context()); err != nil || cache.state().entries != 3 {
		t.Fatalf("before: %+v, %v", cache.state(), err)
	}
	if err := h.archive.Erase(t.Context(), "root", "dh-9", "court order"); err != nil {
		t.Fatal(err)
	}
	if err := h.server.DropErased(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := cache.get(asset, "v1", "a"); ok || cache.state().entries != 1 {
		t.Errorf("after: %+v", cache.state())
	}
}
