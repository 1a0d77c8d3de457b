package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A database that was put back by hand beside a restored one makes two lines of what was
// acknowledged. A restore names both and takes neither by itself.
func TestRestoreForkedJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, file := filepath.Join(dir, "archive"), filepath.Join(dir, "hexi.jsonl.gz")
	ingest := func(id string) {
		t.Helper()
		sheet := fileOf(t, dir, id+".jsonl", []byte(`{"id":"`+id+`","kind":"mural","titles":{"zh":"药师经变"}}`))
		if o := hexi(t, "ingest", sheet, "--collection", "dunhuang", "--publish", "--data", data); o.status != exitDone {
			t.Fatalf("%+v", o)
		}
	}
	lose := func() {
		t.Helper()
		for _, name := range []string{"hexi.db", "hexi.db-wal", "hexi.db-shm"} {
			if err := os.Remove(filepath.Join(data, name)); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
	}
	has := func(ids ...string) {
		t.Helper()
		listed := hexi(t, "export", "--to", "-", "--data", data)
		for _, id := range []string{"one", "two", "three", "four", "five"} {
			want := strings.Contains(" "+strings.Join(ids, " ")+" ", " "+id+" ")
			if got := strings.Contains(listed.stdout, `"`+id+`"`); got != want {
				t.Errorf("%s is there: %v, want %v (%+v)", id, got, want, listed)
			}
		}
	}
	ingest("one")
	if o := hexi(t, "snapshot", "--to", file, "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	ingest("two")
	if o := hexi(t, "snapshot", "--restore", file, "--replace", "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	ingest("three")
	aside, err := filepath.Glob(filepath.Join(data, "hexi.db-before-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("%v, %v", aside, err)
	}
	lose()
	if err := os.Rename(aside[0], filepath.Join(data, "hexi.db")); err != nil {
		t.Fatal(err)
	}
	ingest("four")
	ingest("five")
	lose()
	o := hexi(t, "snapshot", "--restore", file, "--data", data)
	if o.status == exitDone || strings.Count(o.stderr, "entries after") != 2 || !strings.Contains(o.stderr, "--line") {
		t.Fatalf("%+v", o)
	}
	_, told, _ := strings.Cut(o.stderr, ": line ")
	for _, branch := range strings.Split(told, "; line ") {
		line, way, _ := strings.Cut(branch, " ")
		if o := hexi(t, "snapshot", "--restore", file, "--line", line, "--data", data); o.status != exitDone {
			t.Fatalf("%+v", o)
		}
		if strings.Contains(way, "itself written on") {
			has("one", "two", "four", "five")
		} else {
			has("one", "two", "three")
		}
		// This restore is a branch, too; it is not what is tried here.
		lose()
		if strings.Contains(way, "itself written on") {
			break
		}
	}
}
