package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A server whose index was damaged makes it anew by itself, and what was set aside of it
// goes when something is erased.
func TestServeDamagedIndex(t *testing.T) {
	t.Parallel()
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","kind":"mural","titles":{"zh":"机密","en":"Qwzxkvj"}}`+"\n"+`{"id":"s-2","kind":"mural","titles":{"zh":"留下"}}`+"\n"))
	for _, args := range [][]string{{"ingest", sheet, "--collection", "dunhuang", "--publish"}, {"reindex"}} {
		if got := hexi(t, append(args, "--data", data)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	segments, err := filepath.Glob(filepath.Join(data, "index", "index-*", "store", "*.zap"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("%v, %v", segments, err)
	}
	b, err := os.ReadFile(segments[0])
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(segments[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	address, stop := serve(t, "--data", data)
	if status, body := fetch(t, address+"/api/v1/search?q=qwzxkvj"); status != http.StatusOK || !strings.Contains(string(body), `"total":1`) {
		t.Errorf("%d %s", status, body)
	}
	if got := hexi(t, "reindex", "--data", data); got.status != exitDone || !strings.Contains(got.stdout, "2 records") {
		t.Errorf("%+v", got)
	}
	aside := func() []string {
		found, err := filepath.Glob(filepath.Join(data, "index", "*.damaged"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if len(aside()) != 1 {
		t.Errorf("set aside: %v", aside())
	}
	stop()
	if got := hexi(t, "erase", "s-1", "--reason", "court order", "--yes", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	serve(t, "--data", data)
	for end := time.Now().Add(time.Minute); inFiles(t, filepath.Join(data, "index"), "qwzxkvj"); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("what was set aside still holds what was erased")
		}
	}
	if len(aside()) != 0 {
		t.Errorf("set aside: %v", aside())
	}
}
