package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
)

// A snapshot from before an erasure, put back without the journal since, does not bring
// the record back: the packages say that it was erased.
func TestRestoreLeavesErasedErased(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	copied := filepath.Join(t.TempDir(), "before.jsonl.gz")
	run := func(args ...string) outcome {
		t.Helper()
		o := hexi(t, append(args, flags...)...)
		if o.status != exitDone {
			t.Fatalf("%v: %+v", args, o)
		}
		return o
	}
	run("snapshot", "--to", copied)
	run("erase", "c-b", "--reason", "a court has ordered it", "--yes")
	for _, name := range []string{"hexi.db", "hexi.db-wal", "hexi.db-shm", "journal", "index"} {
		if err := os.RemoveAll(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if o := run("snapshot", "--restore", copied, "--journal", "off"); !strings.Contains(o.stdout, "1 record was erased since") {
		t.Errorf("%+v", o)
	}
	h := openedHouse(t, flags)
	var gone *archive.GoneError
	if _, err := h.archive.Record(t.Context(), "c-b"); !errors.As(err, &gone) || gone.Tombstone.Erased == 0 {
		t.Errorf("what was erased is there again: %v", err)
	}
	if _, err := h.archive.Record(t.Context(), "c-a"); err != nil {
		t.Error(err)
	}
	preserveAll(t, h)
	run("reindex")
	run("check", "--repair") // packages get a version of the restored catalogue's
	run("check")
}
