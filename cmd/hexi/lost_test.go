package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// removeDatabase loses the database of an embedded archive.
func removeDatabase(t *testing.T, data string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(data, "hexi.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

// Where the database was lost no command begins a new one over what is left of the
// archive; once it is back all goes on.
func TestLostDatabase(t *testing.T) {
	t.Parallel()
	data, dir := filepath.Join(t.TempDir(), "archive"), t.TempDir()
	fileOf(t, dir, "a.jpg", photo(t, 3, 320, 240))
	sheet := fileOf(t, t.TempDir(), "sheet.jsonl", []byte(`{"id":"r1","kind":"relic","titles":{"zh":"鎏金铜佛像"},"files":["a.jpg"]}`+"\n"))
	args := []string{"ingest", dir, sheet, "--collection", "folk", "--publish", "--data", data}
	if got := hexi(t, args...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	removeDatabase(t, data)
	for _, command := range [][]string{args, {"serve", "--listen", "127.0.0.1:0", "--data", data}, {"worker", "--data", data}, {"user", "add", "li", "--role", "admin", "--data", data}} {
		got := hexi(t, command...)
		if got.status != exitUsage || !strings.Contains(got.stderr, "it was lost") || !strings.Contains(got.stderr, "hexi rebuild --from-packages") {
			t.Errorf("%s: %+v", command[0], got)
		}
		if _, err := os.Stat(filepath.Join(data, "hexi.db")); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s made a database: %v", command[0], err)
		}
	}
	if got := hexi(t, "rebuild", "--from-packages", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, args...); got.status != exitDone || !strings.Contains(got.stdout, "1 unchanged") {
		t.Errorf("%+v", got)
	}
	if r := checked(t, exitDone, "--data", data); len(r.Differences) != 0 || r.Looked.Records != 1 || r.Looked.Masters != 1 {
		t.Errorf("%+v", r)
	}
	// With nothing but the journal left it was lost as well, whoever asks.
	removeDatabase(t, data)
	if err := os.RemoveAll(filepath.Join(data, "objects")); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{args, {"check", "--data", data}, {"reindex", "--data", data}, {"export", "--to", filepath.Join(dir, "o.jsonl"), "--data", data}, {"snapshot", "--to", filepath.Join(dir, "s.gz"), "--data", data}} {
		if got := hexi(t, command...); got.status != exitUsage || !strings.Contains(got.stderr, "its journal is there") {
			t.Errorf("%s: %+v", command[0], got)
		}
	}
	if got := hexi(t, "doctor", "--data", data); got.status == exitDone || !strings.Contains(got.stdout, "its journal is there") || !strings.Contains(got.stdout, "hexi snapshot --restore") {
		t.Errorf("%+v", got)
	}
}

// What works on an archive makes none where there is none: a folder that is not mounted
// is not in good order.
func TestNoArchiveThere(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "typo")
	for _, args := range [][]string{
		{"check"}, {"check", "--sample", "5"}, {"reindex"}, {"erase", "r1", "--reason", "by law", "--yes"}, {"export", "--to", filepath.Join(t.TempDir(), "o.jsonl")},
		{"snapshot", "--to", filepath.Join(t.TempDir(), "s.gz")},
	} {
		got := hexi(t, append(args, "--data", data)...)
		if got.status != exitUsage || !strings.Contains(got.stderr, "there is no archive in "+data) {
			t.Errorf("%s: %+v", args[0], got)
		}
		if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s made something: %v", args[0], err)
		}
	}
}
