package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/ingest/check"
)

// What --repair says that it does, it does: the next check finds nothing.
func TestCheckRepairs(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	objects := filepath.Join(data, "objects")
	glob := func(pattern string) []string {
		found, err := filepath.Glob(filepath.Join(objects, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		return found
	}
	asset := filepath.Base(filepath.Dir(glob("access/*/pyramid.tif")[0]))
	remove := func(path string) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	spoil := func(path string) {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		whole[len(whole)/2] ^= 4
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name string
		do   func()
		code check.Code
	}{
		{"a pyramid is gone", func() { remove(filepath.Join(objects, "access", asset, "pyramid.tif")) }, check.AccessMissing},
		{"a sidecar is spoilt", func() { spoil(filepath.Join(objects, "access", asset, "sidecar")) }, check.AccessDamaged},
		{"a thumbnail is spoilt", func() { spoil(glob("access/" + asset + "/thumb-*.jpg")[0]) }, check.AccessDamaged},
		{"facts are spoilt", func() { spoil(filepath.Join(objects, "access", asset, "facts.json")) }, check.AccessDamaged},
		{"an index is spoilt", func() {
			segments, err := filepath.Glob(filepath.Join(data, "index", "*", "store", "*.zap"))
			if err != nil || len(segments) == 0 {
				t.Fatal(err)
			}
			spoil(segments[0])
		}, check.IndexDamaged},
		{"an old access copy of nothing", func() {
			path := fileOf(t, filepath.Join(objects, "access", "a0"), "pyramid.tif", []byte("x"))
			old := time.Now().Add(-30 * 24 * time.Hour)
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}, check.AccessOrphan},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.do()
			if r := checked(t, exitPart, flags...); !named(r, test.code, "") {
				t.Fatalf("%s is not found: %+v", test.code, r.Differences)
			}
			r := checked(t, exitDone, append([]string{"--repair"}, flags...)...)
			if !named(r, test.code, "") || !r.Differences[0].Mended || r.Differences[0].Repaired == "" {
				t.Errorf("%+v", r.Differences)
			}
			if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
				t.Errorf("afterwards: %+v", r.Differences)
			}
		})
	}
	// What is young stays, whatever it is; and a file of somebody else's for ever.
	young := fileOf(t, filepath.Join(objects, "access", "a1"), "pyramid.tif", []byte("x"))
	foreign := fileOf(t, objects, "notes.txt", []byte("x"))
	if r := checked(t, exitPart, append([]string{"--repair"}, flags...)...); len(r.Differences) != 2 {
		t.Errorf("%+v", r.Differences)
	}
	for _, path := range []string{young, foreign} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	checked(t, exitPart, append([]string{"--repair", "--older", "0s"}, flags...)...)
	if _, err := os.Stat(young); err == nil {
		t.Error("an access copy of nothing stays")
	}
	remove(foreign)
}

// A lost master comes back from a folder, whatever its file is called there, and from
// nowhere else than its own bytes.
func TestCheckPutsMastersBack(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		picture := photo(t, 3, 640, 480)
		fileOf(t, dir, "a.jpg", picture)
		if got := hexi(t, append([]string{"ingest", dir, "--collection", "folk", "--publish"}, flags...)...); got.status != 0 {
			t.Fatalf("%+v", got)
		}
		h := openedHouse(t, flags)
		assets, err := h.archive.Assets(t.Context(), assetQueryOfAll)
		if err != nil || len(assets) != 1 {
			t.Fatalf("%+v, %v", assets, err)
		}
		key := assets[0].Master.Key
		spoilt := append([]byte{}, picture...)
		spoilt[500] ^= 1
		putObject(t, h, key, spoilt)
		if r := checked(t, exitPart, flags...); !named(r, check.MasterDamaged, assets[0].ID) {
			t.Fatalf("%+v", r.Differences)
		}
		other := t.TempDir()
		fileOf(t, other, "spoilt.jpg", spoilt)
		r := checked(t, exitPart, append([]string{"--repair", "--from", other}, flags...)...)
		if d := r.Differences[0]; d.Mended || !strings.Contains(d.Repaired, "no file in") {
			t.Errorf("%+v", d)
		}
		if err := h.objects.Delete(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		fileOf(t, filepath.Join(other, "deep"), "another name", picture)
		r = checked(t, exitDone, append([]string{"--repair", "--from", other}, flags...)...)
		if !named(r, check.MasterMissing, assets[0].ID) || !r.Differences[0].Mended {
			t.Errorf("%+v", r.Differences)
		}
		if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
			t.Errorf("afterwards: %+v", r.Differences)
		}
		// The log tells when it was lost and when it was back, and nothing in between.
		changes, err := h.archive.Changes(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, c := range changes {
			var detail archive.FixityDetail
			if c.Action != archive.ActionFixity {
				continue
			}
			if err := json.Unmarshal(c.Detail, &detail); err != nil || c.Asset != assets[0].ID || c.Record != assets[0].Record {
				t.Errorf("%+v, %v", c, err)
			}
			told = append(told, detail.Outcome)
		}
		if got := strings.Join(told, " "); got != "fail success" {
			t.Errorf("the log tells %q", got)
		}
	})
}

// A version that a process left half written is no damage where it is to be written, and
// damage where it is not.
func TestCheckOfAnUnfinishedVersion(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	h := openedHouse(t, flags)
	dir, err := h.packages.Path(t.Context(), "c-a")
	if err != nil {
		t.Fatal(err)
	}
	object, err := h.packages.Object(t.Context(), "c-a")
	if err != nil {
		t.Fatal(err)
	}
	next := filepath.Join(data, "objects", filepath.FromSlash(dir), fmt.Sprintf("v%d", object.Head+1))
	fileOf(t, filepath.Join(next, "content"), "metadata.json", []byte("{"))
	if r := checked(t, exitPart, flags...); !named(r, check.PackageDamaged, "c-a") {
		t.Errorf("nothing is to be written to it: %+v", r.Differences)
	}
	e, err := h.archive.Record(t.Context(), "c-a")
	if err != nil {
		t.Fatal(err)
	}
	e.Record.Titles["en"] = "A"
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: e.Record}); err != nil {
		t.Fatal(err)
	}
	if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
		t.Errorf("a version is to be written to it: %+v", r.Differences)
	}
	preserveAll(t, h)
	if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
		t.Errorf("the version was written: %+v", r.Differences)
	}
}
