package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("敦煌", 100_000)
	mux := http.NewServeMux()
	mux.HandleFunc("/length", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "莫高窟") })
	mux.HandleFunc("/empty", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/big", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, big) })
	mux.HandleFunc("/chunks", func(w http.ResponseWriter, _ *http.Request) {
		for range 5 {
			fmt.Fprint(w, big[:70_001])
			w.(http.Flusher).Flush()
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()

	tests := []struct {
		target string
		length int
		err    string
	}{
		{"/length", 9, ""},
		{"/length", 0, ""},
		{"/length", 10, "9 bytes instead of 10"},
		{"/empty", 0, ""},
		{"/big", len(big), ""},
		{"/chunks", 5 * 70_001, ""},
		{"/absent", 0, "404"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.target, test.length), func(t *testing.T) {
			r := newRequest(address, test.target)
			r.length = test.length
			got, err := load(t.Context(), address, []request{r, r, r}, 2, 20*time.Millisecond)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got error %v, want one about %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.requests < 1 || got.times.total != got.requests || got.bytes != int64(got.requests*test.length) && test.length > 0 {
				t.Errorf("got %d requests, %d times, %d bytes", got.requests, got.times.total, got.bytes)
			}
		})
	}

	t.Run("bodies come whole", func(t *testing.T) {
		for target, want := range map[string]string{"/big": big, "/chunks": strings.Repeat(big[:70_001], 5), "/empty": ""} {
			if got, err := fetch(t.Context(), address, newRequest(address, target)); err != nil || !bytes.Equal(got, []byte(want)) {
				t.Errorf("%s: got %d bytes and error %v, want %d bytes", target, len(got), err, len(want))
			}
		}
	})
	t.Run("a cancelled context ends it", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		if _, err := load(ctx, address, []request{newRequest(address, "/length")}, 1, time.Minute); err == nil {
			t.Error("got no error")
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestLoadOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked[r.URL.Path]++
		fmt.Fprint(w, "千佛洞")
	}))
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	var requests []request
	for i := range 101 {
		requests = append(requests, newRequest(address, fmt.Sprintf("/%d", i)))
	}
	got, err := loadOnce(t.Context(), address, requests, 4)
	if err != nil {
		t.Fatal(err)
	}
	if got.requests != 101 || got.times.total != 101 || got.bytes != 101*9 || len(asked) != 101 {
		t.Errorf("got %d requests, %d times, %d bytes for %d addresses", got.requests, got.times.total, got.bytes, len(asked))
	}
	for path, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", path, n)
		}
	}
}

func TestLoadStaysOnLoopback(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"192.0.2.1:80", "example.org:80", "localhost"} {
		if _, err := load(t.Context(), address, []request{{}}, 1, time.Millisecond); err == nil {
			t.Errorf("%s: got no error", address)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	var counted times
	for i := range 1000 {
		counted.add(time.Duration(i+1) * time.Microsecond)
	}
	for share, want := range map[float64]time.Duration{0.5: 500 * time.Microsecond, 0.99: 990 * time.Microsecond, 1: time.Millisecond} {
		if got := counted.below(share); got < want*88/100 || got > want*112/100 {
			t.Errorf("below(%v) is %v, want about %v", share, got, want)
		}
	}
	var none times
	none.add(0)
	if got := none.below(0.5); got > 10 {
		t.Errorf("below of nothing but 0 is %v", got)
	}
}
