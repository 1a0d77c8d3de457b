package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestCite(t *testing.T) {
	h := open(t, "")
	h.take(`{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟北壁","en":"North wall of <Cave 9>"},"period":{"from":900,"to":907},"rights":{"holder":{"zh":"敦煌研究院"}}}
{"id":"dh-10","kind":"mural","titles":{"zh":"第10窟"},"rights":{"tier":"staff"}}
`, map[string][]byte{})
	for path, want := range map[string]struct{ media, text string }{
		"?style=gb7714":         {"text/plain; charset=utf-8", "敦煌研究院. 第9窟北壁: 900—907年[EB/OL]. 河西数字档案["},
		"?style=chicago":        {"text/plain; charset=utf-8", "North wall of <Cave 9>. 900–907 CE. 敦煌研究院. hexi digital archive. Accessed "},
		"?style=bibtex&lang=en": {"application/x-bibtex; charset=utf-8", "@misc{dh-9,\n  title = {{North wall of <Cave 9>}},"},
		"?style=ris":            {"application/x-research-info-systems; charset=utf-8", "TY  - ART\r\nTI  - 第9窟北壁\r\n"},
		"?style=csl":            {"application/vnd.citationstyles.csl+json", `"title": "第9窟北壁"`},
		"":                      {"application/json; charset=utf-8", `"gb7714":"敦煌研究院. 第9窟北壁`},
	} {
		got := h.get("/api/v1/records/dh-9/cite" + path)
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != want.media || !strings.Contains(string(got.body), want.text) {
			t.Errorf("%s: %d %s %s", path, got.StatusCode, got.Header.Get("Content-Type"), got.body)
		}
		if path != "" && strings.Contains(path, "csl") == false && !strings.Contains(string(got.body), h.url+"/records/dh-9") {
			t.Errorf("%s does not name the address: %s", path, got.body)
		}
	}
	for path, status := range map[string]int{"dh-9/cite?style=mla": http.StatusBadRequest, "dh-9/cite?lang=fr": http.StatusBadRequest, "dh-9/cite?x=1": http.StatusBadRequest, "dh-10/cite": http.StatusNotFound, "none/cite": http.StatusNotFound} {
		if got := h.get("/api/v1/records/" + path); got.StatusCode != status {
			t.Errorf("%s: %d, want %d", path, got.StatusCode, status)
		}
	}
	page := string(h.get("/records/dh-9").body)
	for _, want := range []string{`<p id="cite-gb7714">敦煌研究院. 第9窟北壁`, `<p id="cite-chicago">North wall of &lt;Cave 9&gt;.`, `data-copy="cite-gb7714"`, `href="/api/v1/records/dh-9/cite?style=ris&amp;lang=zh" download="dh-9.ris"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
}
