package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/ingest"
)

// readCounter counts how often files are opened and how often the store takes
// bytes in.
type readCounter struct {
	ingest.Stager
	opened, staged int
	full           error // what the store says
}

func (c *readCounter) Stage(ctx context.Context, r io.Reader) (ingest.Staged, error) {
	c.staged++
	if c.full != nil {
		return nil, c.full
	}
	return c.Stager.Stage(ctx, r)
}

func (c *readCounter) file(name string, content []byte) ingest.File {
	return ingest.File{Name: name, Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		c.opened++
		return io.NopCloser(bytes.NewReader(content)), nil
	}}
}

// readingHouse is an archive with a record "x".
func readingHouse(t *testing.T) *house {
	t.Helper()
	env := &environment{getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard,
		flags: settings{Data: filepath.Join(t.TempDir(), "archive")}}
	h, err := openHouse(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	record := archive.Record{ID: "x", Collection: "folk", Kind: "relic", Titles: archive.Text{"zh": "甲"}}
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: record}); err != nil {
		t.Fatal(err)
	}
	return h
}

// A directory takes a new file in while it is read for the first time; a file that
// the archive most likely has is only read; other stores need two readings.
func TestFilesAreReadOnce(t *testing.T) {
	t.Parallel()
	h := readingHouse(t)
	count := &readCounter{Stager: stagerOf(h.objects, h.meters.received)}
	once := ingest.New(h.archive, storeAdapter{store: h.objects, received: h.meters.received}, h.decoders, ingest.Options{Stager: count})
	twice := ingest.New(h.archive, storeAdapter{store: h.objects, received: h.meters.received}, h.decoders, ingest.Options{})
	first, other := bytes.Repeat([]byte("first"), 1<<18), bytes.Repeat([]byte("other"), 1<<18)
	for _, step := range []struct {
		what           string
		line           *ingest.Pipeline
		name           string
		content        []byte
		opened, staged int
		outcome        archive.Outcome
	}{
		{"a new file", once, "a.tif", first, 1, 1, archive.Created},
		{"the same again", once, "a.tif", first, 1, 0, archive.Unchanged},
		{"the same by another name", once, "b.tif", first, 1, 1, archive.Unchanged},
		{"another of the same name and size", once, "a.tif", other, 2, 0, archive.Updated},
		{"a new file, by a store that needs its key", twice, "c.tif", other[1:], 2, 0, archive.Created},
		{"the same again", twice, "c.tif", other[1:], 1, 0, archive.Unchanged},
	} {
		count.opened, count.staged = 0, 0
		receipt, err := step.line.Receive(t.Context(), "li", "x", count.file(step.name, step.content), "b")
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		if count.opened != step.opened || count.staged != step.staged || receipt.Outcome != step.outcome {
			t.Errorf("%s: read %d times, taken in %d times, %s; want %d, %d, %s",
				step.what, count.opened, count.staged, receipt.Outcome, step.opened, step.staged, step.outcome)
		}
		asset, err := h.archive.Asset(t.Context(), receipt.Asset)
		if err != nil {
			t.Fatal(err)
		}
		r, _, err := h.objects.Get(t.Context(), asset.Master.Key)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || !bytes.Equal(stored, step.content) {
			t.Errorf("%s: %d bytes are stored, %v; want the %d of the file", step.what, len(stored), err, len(step.content))
		}
	}
	unfinished(t, h)
}

// A file that is still being written is refused, and what a full store says is not
// held against the file; neither leaves anything.
func TestFilesThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	h := readingHouse(t)
	dir := t.TempDir()
	count := &readCounter{Stager: stagerOf(h.objects, h.meters.received)}
	line := ingest.New(h.archive, storeAdapter{store: h.objects, received: h.meters.received}, h.decoders, ingest.Options{Stager: count})

	growing := fileOf(t, dir, "growing.jpg", photo(t, 3, 300, 200))
	_, err := line.Receive(t.Context(), "li", "x", ingest.File{Name: "growing.jpg", Size: 1, Open: func() (io.ReadCloser, error) {
		return os.Open(growing)
	}}, "b")
	if err == nil || !strings.Contains(err.Error(), "changed while it was being read") {
		t.Errorf("a file of another size than before: %v", err)
	}
	content, err := os.ReadFile(growing)
	if err != nil {
		t.Fatal(err)
	}
	_, err = line.Receive(t.Context(), "li", "x", ingest.File{Name: "growing.jpg", Size: int64(len(content)), Open: func() (io.ReadCloser, error) {
		f, err := os.Open(growing)
		return &growingFile{f, growing}, err
	}}, "b")
	if err == nil || !strings.Contains(err.Error(), "changed while it was being read") {
		t.Errorf("a file that is written to: %v", err)
	}

	count.full = errors.New("no space left on device")
	_, _, err = line.Run(t.Context(), ingest.Request{Paths: []string{dir}, Collection: "folk", By: "li", Batch: "b"}, nil)
	if !errors.Is(err, count.full) {
		t.Errorf("a full store: %v", err)
	}
	if _, err := h.archive.Asset(t.Context(), "x"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("an asset came of it: %v", err)
	}
	unfinished(t, h)
}

// growingFile is written to by another while it is read.
type growingFile struct {
	*os.File
	path string
}

func (g *growingFile) Read(b []byte) (int, error) {
	if g.path != "" {
		f, err := os.OpenFile(g.path, os.O_WRONLY, 0)
		if err != nil {
			return 0, err
		}
		if _, err := f.WriteAt([]byte("more"), 1<<20); err != nil {
			return 0, err
		}
		if err := f.Close(); err != nil {
			return 0, err
		}
		g.path = ""
	}
	return g.File.Read(b)
}

// unfinished fails where the object directory holds a write that has no key.
func unfinished(t *testing.T, h *house) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(h.settings.Data, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() {
			t.Errorf("%s is left", entry.Name())
		}
	}
}
