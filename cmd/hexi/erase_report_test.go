package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The last report of a check names files: not those of a record that was erased.
func TestEraseReport(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "qwzxkvj.jpg", photo(t, 3, 700, 500))
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","kind":"mural","titles":{"zh":"机密"},"files":["qwzxkvj.jpg"]}`+"\n"))
	for _, args := range [][]string{{"ingest", sheet, dir, "--collection", "dunhuang", "--publish"}, {"reindex"}} {
		if got := hexi(t, append(args, "--data", data)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	masters, err := filepath.Glob(filepath.Join(data, "objects", "ocfl", "*", "*", "*", "*", "v*", "content", "masters", "*", "*"))
	if err != nil || len(masters) == 0 {
		t.Fatalf("%v, %v", masters, err)
	}
	for _, path := range masters {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if got := hexi(t, "check", "--data", data); got.status != exitPart || !strings.Contains(got.stdout, "qwzxkvj.jpg") {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, "erase", "s-1", "--reason", "court order", "--yes", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, "check", "--last", "--data", data); !strings.Contains(got.stdout, "erased since") || strings.Contains(got.stdout, "qwzxkvj") {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"hexi.db", "hexi.db-wal"} {
		if bytes, err := os.ReadFile(filepath.Join(data, name)); err == nil && strings.Contains(string(bytes), "qwzxkvj") {
			t.Errorf("%s still names the file", name)
		}
	}
}
