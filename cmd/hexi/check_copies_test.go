package main

import (
	"path/filepath"
	"strings"
	"testing"

	"hexi/ingest/check"
)

// Samples come round to every copy of the catalogue.
func TestCheckSamplesCopies(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	if o := hexi(t, append([]string{"check"}, flags...)...); !strings.Contains(o.stdout, " 0 snapshots, ") || strings.Contains(o.stdout, " 0 segments of the journal") {
		t.Errorf("%+v", o)
	}
	for range 3 {
		if o := hexi(t, append([]string{"snapshot", "--to", "store:"}, flags...)...); o.status != exitDone {
			t.Fatalf("%+v", o)
		}
	}
	found, err := filepath.Glob(filepath.Join(data, "objects", "snapshots", "catalogue", "*"))
	if err != nil || len(found) != 3 {
		t.Fatalf("%v, %v", found, err)
	}
	whole := checked(t, 0, flags...)
	if whole.Looked.Copies < 4 {
		t.Errorf("%+v", whole.Looked)
	}
	flipOnce(t, found[1], 200)
	told, looked := 0, int64(0)
	for range 4 {
		got := hexi(t, append([]string{"check", "--json", "--sample", "25"}, flags...)...)
		status := exitDone
		if named(checked(t, got.status, append([]string{"--last"}, flags...)...), check.SnapshotDamaged, filepath.Base(found[1])) {
			told++
			status = exitPart
		}
		r := checked(t, got.status, append([]string{"--last"}, flags...)...)
		looked += r.Looked.Copies
		if got.status != status {
			t.Errorf("%+v", got)
		}
	}
	if told == 0 || looked < 4 || looked > 12 {
		t.Errorf("told %d times, looked at %d copies", told, looked)
	}
}
