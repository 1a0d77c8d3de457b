package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestErase: of a record that is erased nothing is left in the archive's directory.
func TestErase(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "secret.jpg", photo(t, 3, 700, 500))
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","collection":"dunhuang","kind":"mural","titles":{"zh":"机密题名"},"files":["secret.jpg"]}`+"\n"+
		`{"id":"s-2","collection":"dunhuang","kind":"mural","titles":{"zh":"留下"}}`+"\n"))
	if got := hexi(t, "ingest", sheet, dir, "--collection", "dunhuang", "--publish", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	objects := func() (n int) {
		t.Helper()
		err := filepath.WalkDir(filepath.Join(data, "objects"), func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && (strings.Contains(path, "access") || strings.Contains(path, "incoming") || strings.Contains(path, "s-1")) {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if objects() < 4 {
		t.Fatalf("%d objects before", objects())
	}
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"erase"}, exitUsage, "ID"},
		{[]string{"erase", "s-1"}, exitUsage, "--reason is missing"},
		{[]string{"erase", "none", "--reason", "court order", "--yes"}, exitFailed, "no record none"},
		{[]string{"erase", "s-1", "--reason", "court order"}, exitUsage, "give --yes"},
		{[]string{"erase", "s-1", "--reason", "x", "--yes"}, exitFailed, "reason"},
		{[]string{"erase", "s-1", "--reason", "court order", "--yes"}, exitDone, "s-1 is erased"},
		{[]string{"erase", "s-1", "--reason", "court order", "--yes"}, exitDone, "erased already"},
	} {
		got := hexi(t, append(test.args, "--data", data)...)
		if got.status != test.status || !strings.Contains(got.stderr+got.stdout, test.says) {
			t.Errorf("hexi %s: %d %s %s", strings.Join(test.args, " "), got.status, got.stdout, got.stderr)
		}
	}
	if n := objects(); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	for _, name := range []string{"hexi.db", "hexi.db-wal"} {
		bytes, err := os.ReadFile(filepath.Join(data, name))
		if err == nil && strings.Contains(string(bytes), "机密题名") {
			t.Errorf("%s still holds the title", name)
		}
	}
	again := hexi(t, "ingest", sheet, dir, "--collection", "dunhuang", "--data", data)
	if again.status != exitPart || !strings.Contains(again.stdout+again.stderr, "was erased") {
		t.Errorf("the same sheet again: %+v", again)
	}
	if n := objects(); n != 0 {
		t.Errorf("%d objects came back", n)
	}
	if got := hexi(t, "check", "--data", data); got.status != exitDone {
		t.Errorf("check after it: %+v", got)
	}
}
