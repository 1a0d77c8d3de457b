package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/ingest/check"
)

// What a backup of the store brings back of an erased record is told, and removed again.
func TestEraseLeft(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "secret.jpg", photo(t, 3, 700, 500))
	fileOf(t, dir, "other.jpg", photo(t, 4, 700, 500))
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","kind":"mural","titles":{"zh":"机密"},"files":["secret.jpg"]}`+"\n"+
		`{"id":"s-2","kind":"mural","titles":{"zh":"留下"},"files":["other.jpg"]}`+"\n"))
	for _, args := range [][]string{{"ingest", sheet, dir, "--collection", "dunhuang", "--publish"}, {"reindex"}} {
		if got := hexi(t, append(args, "--data", data)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	objects := filepath.Join(data, "objects")
	files := map[string][]byte{}
	walk(t, objects, func(path string) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[path] = content
	})
	if got := hexi(t, "erase", "s-1", "--reason", "court order", "--yes", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	// The job that the erasure made as well is worked off: it would remove them, too.
	_, stop := serve(t, "--data", data)
	for end := time.Now().Add(time.Minute); !erasedJobs(t, data); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the job of the erasure does not end")
		}
	}
	stop()
	checked(t, exitDone, "--data", data)
	left := map[string]bool{}
	walk(t, objects, func(path string) { left[path] = true })
	var back []string
	for path, content := range files {
		if left[path] {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o640); err != nil {
			t.Fatal(err)
		}
		back = append(back, path)
		if parts := strings.Split(filepath.ToSlash(path), "/access/"); len(parts) == 2 { // a master, too
			asset, _, _ := strings.Cut(parts[1], "/")
			master := fileOf(t, objects, "incoming/"+asset+"/master", []byte("a master"))
			back = append(back, master)
		}
	}
	if len(back) < 8 {
		t.Fatalf("only %v come back", back)
	}
	r := checked(t, exitPart, "--data", data)
	for _, part := range []string{"ocfl/", "access/", "incoming/"} {
		if !named(r, check.ErasedLeft, part) {
			t.Errorf("nothing about %s: %+v", part, r.Differences)
		}
	}
	for _, d := range r.Differences {
		if d.Code != check.ErasedLeft || d.Record != "s-1" {
			t.Errorf("%+v", d)
		}
	}
	checked(t, exitDone, "--repair", "--data", data)
	for _, path := range back {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is left", path)
		}
	}
	if r := checked(t, exitDone, "--data", data); r.Looked.Masters != 2 && len(r.Differences) != 0 {
		t.Errorf("%+v", r)
	}
}

// erasedJobs reports whether no erasure waits or is worked at.
func erasedJobs(t *testing.T, data string) bool {
	t.Helper()
	h, err := openHouse(t.Context(), &environment{getenv: func(string) string { return "" }, stderr: os.Stderr, flags: settings{Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close() //nolint:errcheck // only read
	jobs, err := h.archive.Jobs(t.Context(), archive.JobQuery{Record: "s-1", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if job.Kind == archive.JobErase && job.State != archive.JobDone {
			return false
		}
	}
	return true
}

func walk(t *testing.T, dir string, each func(path string)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			each(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
