package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/ingest/check"
)

// When hexi check --repair has ended no package waits for a server or a second run:
// neither one that was lost, nor one of a draft that was saved just before.
func TestCheckRepairWritesPackages(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	h := openedHouse(t, flags)
	waiting := func() int {
		t.Helper()
		now, err := h.archive.Preservation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return now.Waiting + now.Resting
	}
	dir, err := h.packages.Path(t.Context(), "c-a")
	if err != nil {
		t.Fatal(err)
	}
	folders := strings.Split(dir, "/")
	if err := os.RemoveAll(filepath.Join(data, "objects", folders[0], folders[1])); err != nil {
		t.Fatal(err)
	}
	retitle(t, h, "c-b", "B")
	if waiting() != 1 {
		t.Fatalf("%d packages wait", waiting())
	}
	// The master of c-a went with its package: it is put back, which is logged.
	from := t.TempDir()
	fileOf(t, from, "a.jpg", photo(t, 1, 700, 500))
	r := checked(t, exitDone, append([]string{"--repair", "--from", from}, flags...)...)
	if n := waiting(); n != 0 {
		t.Errorf("%d packages wait after the repair: %+v", n, r)
	}
	for _, d := range r.Differences {
		if d.Code == check.PackageMissing && (!d.Mended || d.Repaired != "its package was written again") {
			t.Errorf("%+v", d)
		}
	}
	r = checked(t, exitDone, flags...)
	if len(r.Differences) != 0 || slices.ContainsFunc(r.Notes, func(n check.Note) bool { return n.Part == "packages" }) {
		t.Errorf("afterwards: %+v", r)
	}
}
