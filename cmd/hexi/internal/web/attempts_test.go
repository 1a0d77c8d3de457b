package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// signIn sends the form as a browser on this server's own page does.
func (h *house) signIn(name, password string, headers ...string) answer {
	h.t.Helper()
	form := url.Values{"name": {name}, "password": {password}}.Encode()
	return h.ask(http.MethodPost, "/curate/signin", strings.NewReader(form), append(headers,
		"Content-Type: application/x-www-form-urlencoded", "Origin: "+h.url, "Sec-Fetch-Site: same-origin")...)
}

// However many try to sign in at once, and from wherever, few passwords are
// compared at a time; the others are told when to come again.
func TestSigningInIsBounded(t *testing.T) {
	h := open(t, "")
	h.user("wang", "editor")
	const many = 32
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	var (
		running  sync.WaitGroup
		mu       sync.Mutex
		statuses = map[int]int{}
	)
	for i := range many {
		running.Go(func() {
			got := h.signIn(fmt.Sprintf("nobody-%d", i), "guess", fmt.Sprintf("X-Forwarded-For: 203.0.113.%d", i))
			mu.Lock()
			defer mu.Unlock()
			statuses[got.StatusCode]++
			if got.StatusCode != http.StatusUnauthorized && got.Header.Get("Retry-After") == "" {
				t.Errorf("%d without Retry-After", got.StatusCode)
			}
		})
	}
	running.Wait()
	runtime.ReadMemStats(&after)
	if grown := (after.HeapSys - before.HeapSys) >> 20; after.HeapSys > before.HeapSys && grown > 640 {
		t.Errorf("%d attempts took %d MiB", many, grown)
	}
	if statuses[http.StatusUnauthorized] == 0 || statuses[http.StatusServiceUnavailable] == 0 || len(statuses) != 2 {
		t.Errorf("statuses %v; want 401 for some and 503 for the rest", statuses)
	}
	if got := h.signIn("wang", "correct horse"); got.StatusCode != http.StatusSeeOther {
		t.Errorf("signing in afterwards: %d", got.StatusCode)
	}
}

func TestAttemptsAreLimited(t *testing.T) {
	h := open(t, "")
	// However slow the machine, nothing is given back while this runs.
	h.server.attempts.names.every, h.server.attempts.addresses.every = time.Hour, time.Hour
	for i := range 6 {
		if got := h.signIn("wang", "guess"); got.StatusCode != http.StatusUnauthorized {
			t.Fatalf("attempt %d: %d", i, got.StatusCode)
		}
	}
	if got := h.signIn("wang", "guess", "X-Forwarded-For: 203.0.113.9"); got.StatusCode != http.StatusTooManyRequests || got.Header.Get("Retry-After") == "" {
		t.Errorf("a seventh attempt for one name, from elsewhere: %d", got.StatusCode)
	}
	refused := 0
	for i := range 30 {
		if got := h.signIn(fmt.Sprintf("other-%d", i), "guess", "X-Forwarded-For: 2001:db8::"+fmt.Sprint(i)); got.StatusCode == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 5 {
		t.Errorf("of 30 attempts for different names from one network %d were refused", refused)
	}
}

func TestRemote(t *testing.T) {
	for _, test := range []struct{ peer, forwarded, want string }{
		{"198.51.100.7:99", "", "198.51.100.7"},
		{"198.51.100.7:99", "203.0.113.1", "198.51.100.7"}, // no proxy of ours
		{"127.0.0.1:99", "", "127.0.0.1"},
		{"127.0.0.1:99", "10.0.0.1, 203.0.113.1", "203.0.113.1"},
		{"10.1.2.3:99", "unknown", "10.1.2.3"},
		{"[::1]:99", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2::9]:99", "", "2001:db8:1:2::/64"},
		{"[::ffff:198.51.100.7]:99", "", "198.51.100.7"},
		{"@", "", "@"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := remote(r); got != test.want {
			t.Errorf("%s for %q: %q, want %q", test.peer, test.forwarded, got, test.want)
		}
	}
}
