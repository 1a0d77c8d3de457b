package harvest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that only moves when someone sleeps.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	slept []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.slept = c.now.Add(d), append(c.slept, d)
	return ctx.Err()
}

// testClient asks servers of this machine, and waits for nothing.
func testClient(t *testing.T, change ...func(*Options)) (*Client, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)}
	opts := Options{Agent: "hexi/test", Rate: 1000, AllowPrivate: true, Now: c.Now, Sleep: c.Sleep}
	for _, f := range change {
		f(&opts)
	}
	client := NewClient(opts)
	t.Cleanup(client.http.CloseIdleConnections)
	return client, c
}

// site serves pages by their paths; those that it has not are 404.
func site(t *testing.T, pages map[string]http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if page, ok := pages[r.URL.Path]; ok {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }
}

func codeOf(err error) string {
	if r := refused(err); r != nil {
		return r.Code
	}
	return fmt.Sprint(err)
}

func TestClientKeepsToRobots(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/robots.txt": says("User-agent: hexi\nDisallow: /shut\nCrawl-delay: 3\n"),
		"/open":       says("open"),
		"/shut/1":     says("shut"),
		"/round":      func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/shut/1", http.StatusFound) },
	})
	client, clock := testClient(t)
	if a, err := client.Document(t.Context(), s.URL+"/open", ""); err != nil || string(a.Body) != "open" {
		t.Errorf("%+v %v", a, err)
	}
	for _, path := range []string{"/shut/1", "/round"} {
		if _, err := client.Document(t.Context(), s.URL+path, ""); codeOf(err) != "robots" {
			t.Errorf("%s: %v", path, err)
		}
	}
	if !slices.Contains(clock.slept, 3*time.Second) {
		t.Errorf("waited %v between requests, want the delay that is asked for", clock.slept)
	}
}

// Without a robots.txt everything may be asked for; while it cannot be read, nothing.
func TestClientWithoutRobots(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/robots.txt": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"/open":       says("open"),
	})
	client, _ := testClient(t)
	if _, err := client.Document(t.Context(), s.URL+"/open", ""); codeOf(err) != "unreachable" {
		t.Errorf("%v", err)
	}
}

func TestClientKeepsItsPace(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/a": says("a")})
	client, clock := testClient(t, func(o *Options) { o.Rate = 0 })
	began := clock.Now()
	for range 4 {
		if _, err := client.Document(t.Context(), s.URL+"/a", ""); err != nil {
			t.Fatal(err)
		}
	}
	if took := clock.Now().Sub(began); took != 2*time.Second { // robots.txt, and four more
		t.Errorf("5 requests took %v, want half a second between any two", took)
	}
}

func TestClientTriesAgain(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		fail   func(w http.ResponseWriter)
		asked  int // in all, where it fails twice and would then succeed
		want   string
		waited time.Duration // once, at least
	}{
		{"told when", func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "17")
			w.WriteHeader(http.StatusTooManyRequests)
		}, 3, "", 17 * time.Second},
		{"told a date", func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "Fri, 01 May 2026 00:01:00 GMT")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, 3, "", 59 * time.Second},
		{"told a year", func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "31536000")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, 3, "", maxWait},
		{"not told", func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, 3, "", time.Second},
		{"cut", func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte("the beg"))
		}, 3, "", time.Second},
		{"not there", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, 1, "status", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			s := site(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, _ *http.Request) {
				if asked++; asked <= 2 {
					test.fail(w)
					return
				}
				fmt.Fprint(w, "a")
			}})
			client, clock := testClient(t)
			a, err := client.Document(t.Context(), s.URL+"/a", "")
			if test.want == "" && (err != nil || string(a.Body) != "a") || test.want != "" && codeOf(err) != test.want {
				t.Errorf("%+v %v", a, err)
			}
			if asked != test.asked {
				t.Errorf("asked %d times, want %d", asked, test.asked)
			}
			if test.waited > 0 && slices.Max(clock.slept) < test.waited {
				t.Errorf("waited %v, want %v", clock.slept, test.waited)
			}
		})
	}
}

func TestClientGivesUp(t *testing.T) {
	t.Parallel()
	asked := 0
	s := site(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusServiceUnavailable)
	}})
	client, _ := testClient(t)
	if _, err := client.Document(t.Context(), s.URL+"/a", ""); codeOf(err) != "status" || asked != attempts {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestClientFollowsWithinBounds(t *testing.T) {
	t.Parallel()
	to := func(address string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address, http.StatusFound) }
	}
	pages := map[string]http.HandlerFunc{
		"/1": to("/2"), "/2": to("/3"), "/3": to("/4"), "/4": to("/5"), "/5": to("/6"), "/6": says("six"), "/0": to("/1"),
		"/file": to("file:///etc/passwd"), "/name": to("http://me:secret@example.org/"),
	}
	s := site(t, pages)
	client, _ := testClient(t)
	if a, err := client.Document(t.Context(), s.URL+"/1", ""); err != nil || string(a.Body) != "six" {
		t.Errorf("five steps: %+v %v", a, err)
	}
	for _, path := range []string{"/0", "/file", "/name"} {
		if _, err := client.Document(t.Context(), s.URL+path, ""); codeOf(err) != "redirect" {
			t.Errorf("%s: %v", path, err)
		}
	}
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		http.Redirect(w, r, s.URL+"/6", http.StatusFound)
	}))
	t.Cleanup(secure.Close)
	client.http.Transport = secure.Client().Transport
	if _, err := client.Document(t.Context(), secure.URL+"/a", ""); codeOf(err) != "redirect" {
		t.Errorf("from https to http: %v", err)
	}
	for _, address := range []string{"ftp://example.org/", "file:///etc/passwd", "/a", "http://u@example.org/", "http://[::1", ""} {
		if _, err := client.Document(t.Context(), address, ""); codeOf(err) != "address" {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// A private address is refused when it is connected to, whatever name or redirect led
// there.
func TestClientRefusesPrivateAddresses(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/a": says("secret")})
	client, _ := testClient(t, func(o *Options) { o.AllowPrivate = false })
	for _, address := range []string{s.URL, strings.Replace(s.URL, "127.0.0.1", "localhost", 1)} {
		_, err := client.Document(t.Context(), address+"/a", "")
		if codeOf(err) != "private-address" || !strings.Contains(refused(err).Do, "--allow-private") {
			t.Errorf("%s: %v", address, err)
		}
	}
	// A site that may be asked leads to one that may not.
	outside, _ := testClient(t)
	outside.http.Transport = &http.Transport{DialContext: client.http.Transport.(*http.Transport).DialContext}
	outside.hosts[s.URL] = &host{turn: make(chan struct{}, 1), read: true}
	if _, err := outside.Document(t.Context(), s.URL+"/a", ""); codeOf(err) != "private-address" {
		t.Errorf("%v", err)
	}
}

func TestClientBoundsWhatItTakes(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/large": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2000)) },
	})
	client, _ := testClient(t)
	path := filepath.Join(t.TempDir(), "f")
	if _, err := client.Download(t.Context(), s.URL+"/large", path, 1999, Validators{}); codeOf(err) != "too-large" {
		t.Errorf("%v", err)
	}
	a, err := client.Download(t.Context(), s.URL+"/large", path, 2000, Validators{})
	if err != nil || a.Size != 2000 || len(a.SHA512) != 128 {
		t.Errorf("%+v %v", a, err)
	}
	if _, err := client.Download(t.Context(), s.URL+"/large", filepath.Join(path, "not", "a folder"), 2000, Validators{}); err == nil || refused(err) != nil {
		t.Errorf("a fault of this machine: %v", err)
	}
}

func TestClientAsksForChangesOnly(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/a": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "a", r.UserAgent())
	}})
	client, _ := testClient(t)
	path := filepath.Join(t.TempDir(), "f")
	a, err := client.Download(t.Context(), s.URL+"/a", path, 100, Validators{})
	if err != nil || a.Unchanged || a.ETag != `"1"` {
		t.Fatalf("%+v %v", a, err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "ahexi/test" {
		t.Errorf("%q %v", got, err)
	}
	if a, err = client.Download(t.Context(), s.URL+"/a", path, 100, a.Validators); err != nil || !a.Unchanged {
		t.Errorf("%+v %v", a, err)
	}
}
