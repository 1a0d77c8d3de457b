package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/ingest"
)

// Without room for the access copy the job waits and says so; the image is not
// refused, and goes through once there is room.
func TestScratchSpaceIsChecked(t *testing.T) {
	scratch := filepath.Join(t.TempDir(), "scratch")
	env := &environment{getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard,
		flags: settings{Data: filepath.Join(t.TempDir(), "archive"), Scratch: scratch}}
	h, err := openHouse(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close() //nolint:errcheck // the test is over
	var free atomic.Int64
	var asked atomic.Value
	line := ingest.New(h.archive, storeAdapter{h.objects, scratch, h.meters.received}, h.decoders, ingest.Options{Scratch: scratch, Log: h.log, Free: func(dir string) (int64, error) {
		asked.Store(dir)
		return free.Load(), nil
	}})
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Handlers: line.Handlers(), Backoff: func(int) time.Duration { return 300 * time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	free.Store(1 << 20) // 600 × 400 pixels take 1024 × 512 and need 1 MB more than a third
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer runner.Stop(t.Context()) //nolint:errcheck // the test is over
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: archive.Record{ID: "x", Collection: "folk", Kind: "relic", Titles: archive.Text{"zh": "甲"}}}); err != nil {
		t.Fatal(err)
	}
	picture := photo(t, 3, 600, 400)
	receipt, err := line.Receive(t.Context(), "li", "x", ingest.File{Name: "a.jpg", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(picture)), nil }}, "b")
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	if !eventually(t, func() bool {
		jobs, err := h.archive.Jobs(t.Context(), archive.JobQuery{Record: "x"})
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if j.Kind == archive.JobDerive && j.Error != "" {
				said = j.Error
				return j.State == archive.JobRetry
			}
		}
		return false
	}) {
		t.Fatalf("the job does not wait: %q", said)
	}
	for _, part := range []string{scratch, "1 MB free", "600 × 400", "needs about 1 MB", "--scratch"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q says nothing of %q", said, part)
		}
	}
	if a, err := h.archive.Asset(t.Context(), receipt.Asset); err != nil || a.State != archive.AssetIdentified || asked.Load() != scratch {
		t.Errorf("%+v, %v, asked of %v", a, err, asked.Load())
	}
	free.Store(1 << 30)
	if !eventually(t, func() bool {
		a, err := h.archive.Asset(t.Context(), receipt.Asset)
		return err == nil && a.State == archive.AssetReady
	}) {
		t.Error("the image does not go through")
	}
}

// The setting comes from all its places, and what is made there goes again.
func TestScratchDirectory(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		scratch := filepath.Join(t.TempDir(), "a", "scratch")
		dir := t.TempDir()
		for i := range 3 {
			fileOf(t, dir, fmt.Sprintf("%d.jpg", i), photo(t, i, 700, 500))
		}
		if got := hexi(t, append([]string{"ingest", dir, "--collection", "folk", "--scratch", scratch}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		left, err := os.ReadDir(scratch)
		if err != nil || len(left) != 0 {
			t.Errorf("%v, %v", left, err)
		}
	})
	s, err := settings{}.load(func(name string) string { return map[string]string{"HEXI_SCRATCH": "/srv/scratch"}[name] })
	if err != nil || s.Scratch != "/srv/scratch" {
		t.Errorf("%+v, %v", s, err)
	}
}
