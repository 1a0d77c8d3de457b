package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestARK(t *testing.T) {
	h := open(t, "")
	h.take(`{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟\n北壁"},"period":{"from":900,"to":907},"rights":{"holder":{"zh":"敦煌研究院"}}}
{"id":"dh-10","kind":"mural","titles":{"zh":"第10窟"},"rights":{"tier":"staff"}}
`, map[string][]byte{})
	if got := h.get("/id/ark:12345/h1x"); got.StatusCode != http.StatusNotFound || !strings.Contains(string(h.get("/api/v1/records/dh-9").body), `"assets":[]`) || strings.Contains(string(h.get("/api/v1/records/dh-9").body), `"ark"`) {
		t.Errorf("without a number: %d", got.StatusCode)
	}
	h.server.NAAN = "12345"
	var record struct{ ARK string }
	if err := json.Unmarshal(h.get("/api/v1/records/dh-9").body, &record); err != nil || !strings.HasPrefix(record.ARK, "ark:12345/h1") {
		t.Fatalf("%q, %v", record.ARK, err)
	}
	for _, path := range []string{record.ARK, "ark:/" + record.ARK[4:], strings.ToUpper(record.ARK)} {
		if got := h.get("/id/" + path); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/records/dh-9" {
			t.Errorf("%s leads to %s, %d", path, got.Header.Get("Location"), got.StatusCode)
		}
	}
	info := h.get("/id/" + record.ARK + "?info")
	want := "erc:\nwho: 敦煌研究院\nwhat: 第9窟 北壁\nwhen: 900—907年\nwhere: " + h.url + "/id/" + record.ARK + "\nhow: mural\nchanged: "
	if !strings.HasPrefix(string(info.body), want) || info.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("%s\nwant\n%s", info.body, want)
	}
	if got := h.get("/id/" + h.server.ark("dh-10") + "?info"); got.StatusCode != http.StatusNotFound || strings.Contains(string(got.body), "第10窟") {
		t.Errorf("of what is closed: %d %s", got.StatusCode, got.body)
	}
	if got := h.get("/id/"+record.ARK[:len(record.ARK)-1], "Accept: application/json"); got.StatusCode != http.StatusNotFound || !strings.Contains(string(got.body), "last character") {
		t.Errorf("cut off: %d %s", got.StatusCode, got.body)
	}
	if page := string(h.get("/records/dh-9").body); !strings.Contains(page, `<a href="/id/`+record.ARK+`">`) {
		t.Error("the page does not name it")
	}
}
