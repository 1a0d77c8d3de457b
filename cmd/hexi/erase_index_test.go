package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Of a record that is erased nothing is left in the files of the search index: with a
// server running soon, without one when the command ends.
func TestEraseIndex(t *testing.T) {
	t.Parallel()
	for _, running := range []bool{true, false} {
		t.Run(map[bool]string{true: "a server", false: "no server"}[running], func(t *testing.T) {
			t.Parallel()
			dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
			sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"s-1","kind":"mural","titles":{"zh":"机密","en":"Qwzxkvj"}}`+"\n"+`{"id":"s-2","kind":"mural","titles":{"zh":"留下"}}`+"\n"))
			for _, args := range [][]string{{"ingest", sheet, "--collection", "dunhuang", "--publish"}, {"reindex"}} {
				if got := hexi(t, append(args, "--data", data)...); got.status != exitDone {
					t.Fatalf("%+v", got)
				}
			}
			if !inFiles(t, filepath.Join(data, "index"), "qwzxkvj") {
				t.Fatal("the index does not hold it in a form in which it is looked for")
			}
			if running {
				serve(t, "--data", data)
			}
			if got := hexi(t, "erase", "s-1", "--reason", "court order", "--yes", "--data", data); got.status != exitDone {
				t.Fatalf("%+v", got)
			}
			for end := time.Now().Add(time.Minute); inFiles(t, filepath.Join(data, "index"), "qwzxkvj"); time.Sleep(100 * time.Millisecond) {
				if !running || time.Now().After(end) {
					t.Fatal("the index still holds what was erased")
				}
			}
			if r := checked(t, exitDone, "--data", data); r.Looked.Documents != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// inFiles reports whether any file below a directory holds a word, in capitals or not.
func inFiles(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // a file that is cleared away meanwhile
		}
		data, err := os.ReadFile(path)
		found = found || err == nil && bytes.Contains(bytes.ToLower(data), []byte(word))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
