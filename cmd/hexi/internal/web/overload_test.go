package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"hexi/archive/objects"
	"hexi/ingest"
)

// shared is a buffer that several goroutines write to.
type shared struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *shared) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Split(strings.TrimSpace(s.b.String()), "\n")
}

// Requests that are turned away by the hundred are logged in a line with their
// number, not one by one as if each were a fault.
func TestOverloadIsLoggedInOneLine(t *testing.T) {
	h := open(t, "")
	logged := &shared{}
	cfg := h.server.Config
	cfg.Log = slog.New(slog.NewTextHandler(logged, nil))
	cfg.Ready = func(context.Context) error { return errors.New("the search index is catching up") }
	server, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server.overload.every = time.Hour // the ends of pauses come when the test says so
	h.server = server
	for range 30 {
		h.serve(http.MethodGet, "/readyz", http.StatusServiceUnavailable)
	}
	if n := len(logged.lines()); n != 1 {
		t.Errorf("before the end of the pause there are %d lines, want the first", n)
	}
	server.overload.next()
	lines := logged.lines()
	if len(lines) != 2 || !strings.Contains(lines[0], "count=1 ") || !strings.Contains(lines[1], "count=29 ") {
		t.Errorf("30 refusals are logged as:\n%s", strings.Join(lines, "\n"))
	}
	for _, line := range lines {
		if strings.Contains(line, "ERROR") || !strings.Contains(line, "catching up") || !strings.Contains(line, "/readyz") {
			t.Errorf("logged: %s", line)
		}
	}
	server.overload.next()
	h.serve(http.MethodGet, "/readyz", http.StatusServiceUnavailable)
	if n := len(logged.lines()); n != 3 {
		t.Errorf("after a pause the next one makes %d lines, want 3", n)
	}
}

// Why a sidecar is not used is always said, also where it is sound itself.
func TestUnusedSidecarIsExplained(t *testing.T) {
	h := open(t, "")
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400))})["dh-9"]
	key := ingest.PyramidKey(asset)
	body, info, err := h.bytes.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close() //nolint:errcheck // read to its end
	longer := io.MultiReader(body, strings.NewReader("and more"))
	if _, err := h.bytes.Put(t.Context(), key, longer, objects.PutOptions{Size: info.Size + 8}); err != nil {
		t.Fatal(err)
	}
	logged := &shared{}
	h.server.log = slog.New(slog.NewTextHandler(logged, nil))
	h.serve(http.MethodGet, "/iiif/3/"+asset+"/full/max/0/default.jpg", http.StatusOK)
	if line := strings.Join(logged.lines(), "\n"); !strings.Contains(line, "sidecar") || strings.Contains(line, "<nil>") {
		t.Errorf("logged: %q", line)
	}
}
