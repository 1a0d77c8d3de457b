package main

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hexi/ingest/check"
)

// One bit is flipped in every file of the object store, of the journal and of the search index, at
// several places: it is found, and the file named. Of the index' own table of contents
// (root.bolt) the pages that are not in use are not looked at, and what is in use shows
// in what the index holds.
func TestCheckFindsEveryBit(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	if o := hexi(t, append([]string{"snapshot", "--to", "store:"}, flags...)...); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	random := rand.New(rand.NewPCG(1, 2))
	files := 0
	err := filepath.WalkDir(data, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(data, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if top, _, _ := strings.Cut(rel, "/"); top != "objects" && top != "index" && top != "journal" || filepath.Base(path) == "root.bolt" || filepath.Base(path) == "LOCK" {
			return nil // the database's files have a test of their own (package catalog)
		}
		if strings.HasPrefix(rel, "objects/ocfl/") && !strings.Contains(rel, "/content/masters/") {
			return nil // packages are held to their digests by package ocfl, which has tests of its own
		}
		files++
		info, err := entry.Info()
		if err != nil || info.Size() == 0 {
			return err
		}
		first := int64(0)
		if strings.HasPrefix(rel, "objects/snapshots/") {
			first = 10 // what is compressed begins with bytes that say nothing: time and system
		}
		for _, at := range []int64{first + random.Int64N(info.Size()-first), info.Size() - 1} {
			flipOnce(t, path, at)
			got := hexi(t, append([]string{"check"}, flags...)...)
			flipOnce(t, path, at)
			name := strings.TrimPrefix(rel, "objects/")
			if strings.HasPrefix(rel, "index/") {
				name = "index"
			}
			if !strings.Contains(name, "inventory") && strings.HasPrefix(name, "ocfl/") {
				name = filepath.Base(name) // of a storage root that cannot be opened, as that says it
			}
			if got.status == exitDone || !strings.Contains(got.stdout+got.stderr, name) {
				t.Errorf("byte %d of %s, of %d: status %d\n%s%s", at, rel, info.Size(), got.status, got.stdout, got.stderr)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 15 {
		t.Errorf("only %d files were looked at", files)
	}
	if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
		t.Errorf("when all is as it was: %+v", r.Differences)
	}
}

// flipOnce turns a bit of a file.
func flipOnce(t *testing.T, path string, at int64) {
	t.Helper()
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // what was written is read again
	var b [1]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << (at % 8)
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	// A disk that forgets does not say when.
	if err := os.Chtimes(path, time.Time{}, before.ModTime()); err != nil {
		t.Fatal(err)
	}
}

// Whatever bit of the index' table of contents is flipped, the check comes to an end,
// and what is found by searching is right or told to be wrong.
func TestCheckStandsADamagedTableOfContents(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	found, err := filepath.Glob(filepath.Join(data, "index", "*", "store", "root.bolt"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	info, err := os.Stat(found[0])
	if err != nil {
		t.Fatal(err)
	}
	random, noticed := rand.New(rand.NewPCG(3, 4)), 0
	for range 60 {
		at := random.Int64N(info.Size())
		flipOnce(t, found[0], at)
		o := hexi(t, append([]string{"check", "--json"}, flags...)...)
		if o.status != exitDone {
			noticed++
			if !strings.Contains(o.stdout, string(check.IndexDamaged)) && !strings.Contains(o.stdout, "index") {
				t.Errorf("byte %d: %+v", at, o)
			}
		}
		flipOnce(t, found[0], at)
	}
	t.Logf("%d of 60 flips were noticed; the others were in pages that are not in use, or made no difference", noticed)
	checked(t, exitDone, flags...)
}
