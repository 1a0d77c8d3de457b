package web

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// cookie signs in and returns the session's cookie as a request carries it.
func (h *house) cookie(name string) string {
	h.t.Helper()
	got := h.signIn(name, "correct horse")
	for _, c := range got.Cookies() {
		if c.Name == "hexi-session" {
			return "Cookie: hexi-session=" + c.Value
		}
	}
	h.t.Fatalf("signing in: %d without a cookie", got.StatusCode)
	return ""
}

// A page of another site changes nothing in the name of someone who is signed
// in; a program with a token is not asked where it comes from.
func TestWritesFromOtherSites(t *testing.T) {
	h := open(t, "")
	token := "Authorization: Bearer " + h.user("wang", "editor")
	cookie := h.cookie("wang")
	const record = `{"id":"fo-1","collection":"folk","kind":"intangible","titles":{"zh":"花儿"}}`
	for _, test := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"another site", []string{cookie, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, http.StatusForbidden},
		{"an old browser on another site", []string{cookie, "Origin: https://evil.example"}, http.StatusForbidden},
		{"a neighbouring site", []string{cookie, "Sec-Fetch-Site: same-site"}, http.StatusForbidden},
		{"another site with a token", []string{token, "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"}, http.StatusOK},
		{"this site", []string{cookie, "Origin: " + h.url, "Sec-Fetch-Site: same-origin", "If-Match: *"}, http.StatusOK},
		{"no browser", []string{cookie, "If-Match: *"}, http.StatusOK},
	} {
		got := h.ask(http.MethodPut, "/api/v1/records/fo-1?publish=true", strings.NewReader(record), test.headers...)
		if got.StatusCode != test.status && !(test.status == http.StatusOK && got.StatusCode == http.StatusCreated) {
			t.Errorf("%s: %d, want %d: %s", test.name, got.StatusCode, test.status, got.body)
		}
	}
	if got := h.ask(http.MethodPost, "/api/v1/records/fo-1/withdraw", nil, cookie, "Sec-Fetch-Site: cross-site"); got.StatusCode != http.StatusForbidden {
		t.Errorf("withdrawing from another site: %d", got.StatusCode)
	}
	if got := h.get("/api/v1/records/fo-1", cookie, "Sec-Fetch-Site: cross-site"); got.StatusCode != http.StatusOK {
		t.Errorf("reading: %d", got.StatusCode)
	}
}

// A session's cookie that came by TLS never leaves without.
func TestSessionCookieIsSecure(t *testing.T) {
	h := open(t, "")
	h.user("wang", "editor")
	for _, test := range []struct {
		base string
		tls  bool
		want bool
	}{
		{"", false, false}, {"", true, true}, {"https://archive.example.org", false, true}, {"http://archive.example.org", false, false},
	} {
		cfg := h.server.Config
		cfg.BaseURL = test.base
		server, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/curate/signin", strings.NewReader("name=wang&password=correct+horse"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if test.base != "" { // as the browser sends it, though a proxy names another host
			r.Header.Set("Origin", test.base)
		}
		if test.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		cookies := w.Result().Cookies()
		if w.Code != http.StatusSeeOther || len(cookies) != 1 {
			t.Fatalf("%+v: %d with %d cookies", test, w.Code, len(cookies))
		}
		if c := cookies[0]; c.Secure != test.want || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("%+v: cookie %v", test, c)
		}
	}
}
