package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/ingest/check"
)

// checked runs "hexi check --json" and reads its report.
func checked(t *testing.T, status int, args ...string) *check.Report {
	t.Helper()
	got := hexi(t, append([]string{"check", "--json"}, args...)...)
	r := &check.Report{}
	if err := json.Unmarshal([]byte(got.stdout), r); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	if got.status != status {
		t.Fatalf("status %d, want %d: %+v\n%s", got.status, status, r, got.stderr)
	}
	return r
}

// named reports whether a report has a difference of a code about something.
func named(r *check.Report, code check.Code, about string) bool {
	return slices.ContainsFunc(r.Differences, func(d check.Difference) bool {
		return d.Code == code && strings.Contains(d.Where(), about) && d.Why != "" && d.Do != ""
	})
}

// checkArchive makes a small archive, of which what is published is indexed.
func checkArchive(t *testing.T, flags []string) {
	t.Helper()
	dir := t.TempDir()
	var sheet strings.Builder
	for i, name := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		fileOf(t, dir, name, photo(t, 3*i+1, 700, 500+20*i))
		sheet.WriteString(`{"id":"c-` + name[:1] + `","kind":"relic","titles":{"zh":"` + name + `"},"files":["` + name + `"]}` + "\n")
	}
	path := fileOf(t, dir, "sheet.jsonl", []byte(sheet.String()))
	if got := hexi(t, append([]string{"ingest", dir, path, "--collection", "folk", "--publish"}, flags...)...); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, append([]string{"reindex"}, flags...)...); got.status != 0 {
		t.Fatalf("%+v", got)
	}
}

func TestCheckOfACleanArchive(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		checkArchive(t, flags)
		r := checked(t, 0, flags...)
		if r.Looked.Records != 3 || r.Looked.Masters != 3 || r.Looked.Access != 3 || r.Looked.Documents != 3 || r.Looked.Bytes == 0 || len(r.Differences) != 0 {
			t.Errorf("%+v", r)
		}
		serve(t, flags...)
		if r := checked(t, 0, flags...); r.Looked.Documents != 3 {
			t.Errorf("beside a server: %+v", r)
		}
	})
}

// Files of a directory are altered, taken away, renamed and added.
func TestCheckFindsWhatHappensToFiles(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	objects := filepath.Join(data, "objects")
	one := func(pattern string) string {
		found, err := filepath.Glob(filepath.Join(objects, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		return found[0]
	}
	asset := func(path string) string { return filepath.Base(filepath.Dir(path)) }
	tiff, sidecar := one("access/*/pyramid.tif"), one("access/*/sidecar")
	inPackage := func(name string) (found string) {
		err := filepath.WalkDir(filepath.Join(objects, "ocfl"), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && (entry.Name() == name || strings.HasSuffix(filepath.ToSlash(path), "/"+name)) {
				found = path
			}
			return err
		})
		if err != nil || found == "" {
			t.Fatalf("no %s in a package: %v", name, err)
		}
		return found
	}
	master, metadata, inventory := inPackage("a.jpg"), inPackage("metadata.json"), inPackage("v1/inventory.json")
	thumbnail := one("access/*/thumb-*.jpg")
	tests := []struct {
		name  string
		do    func(t *testing.T)
		code  check.Code
		about string
	}{
		{"a master is gone", func(t *testing.T) { move(t, master, filepath.Join(t.TempDir(), "x")) }, check.MasterMissing, asset(master)},
		{"a bit of a master", func(t *testing.T) { flip(t, master, 700) }, check.MasterDamaged, asset(master)},
		{"a master is cut", func(t *testing.T) { cut(t, master) }, check.MasterDamaged, asset(master)},
		{"an access copy is gone", func(t *testing.T) { move(t, tiff, filepath.Join(t.TempDir(), "x")) }, check.AccessMissing, asset(tiff)},
		{"a bit of an access copy", func(t *testing.T) { flip(t, tiff, 9000) }, check.AccessDamaged, asset(tiff)},
		{"an access copy is cut", func(t *testing.T) { cut(t, tiff) }, check.AccessDamaged, asset(tiff)},
		{"a sidecar is gone", func(t *testing.T) { move(t, sidecar, filepath.Join(t.TempDir(), "x")) }, check.AccessMissing, asset(sidecar)},
		{"a bit of a sidecar", func(t *testing.T) { flip(t, sidecar, 40) }, check.AccessDamaged, asset(sidecar)},
		{"a thumbnail is gone", func(t *testing.T) { move(t, thumbnail, filepath.Join(t.TempDir(), "x")) }, check.AccessMissing, asset(thumbnail)},
		{"a thumbnail is renamed", func(t *testing.T) { move(t, thumbnail, thumbnail+"2") }, check.AccessOrphan, filepath.Base(thumbnail) + "2"},
		{"metadata in a package", func(t *testing.T) { flip(t, metadata, 30) }, check.PackageDamaged, "metadata.json"},
		{"metadata in a package is gone", func(t *testing.T) { move(t, metadata, filepath.Join(t.TempDir(), "x")) }, check.PackageDamaged, "metadata.json"},
		{"an inventory", func(t *testing.T) { flip(t, inventory, 30) }, check.PackageDamaged, "v1/inventory.json"},
		{"a file in a package", func(t *testing.T) { add(t, filepath.Join(filepath.Dir(inventory), "content", "notes.txt")) }, check.PackageDamaged, "notes.txt"},
		{"a package is gone", func(t *testing.T) { move(t, filepath.Dir(filepath.Dir(inventory)), filepath.Join(t.TempDir(), "x")) }, check.PackageMissing, ""},
		{"a package of nobody", func(t *testing.T) {
			h := openedHouse(t, flags)
			if _, err := h.packages.Write(t.Context(), ocfl.Version{Object: "nobodys", Created: time.Now(), Message: "x", User: "x", Files: []ocfl.File{{Path: "a", Data: []byte("a")}}}); err != nil {
				t.Fatal(err)
			}
			purge := context.WithoutCancel(t.Context())
			t.Cleanup(func() {
				if err := h.packages.Purge(purge, "nobodys"); err != nil {
					t.Error(err)
				}
			})
		}, check.PackageUnknown, "nobodys"},
		{"a file of the storage root", func(t *testing.T) { add(t, filepath.Join(objects, "ocfl", "notes.txt")) }, check.ObjectUnknown, "ocfl/notes.txt"},
		{"a file of nobody", func(t *testing.T) { add(t, filepath.Join(objects, "notes.txt")) }, check.ObjectUnknown, "notes.txt"},
		{"an access copy of nothing", func(t *testing.T) { add(t, filepath.Join(objects, "access", "a0", "pyramid.tif")) }, check.AccessOrphan, "access/a0/pyramid.tif"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.do(t)
			r := checked(t, 3, flags...)
			if !named(r, test.code, test.about) {
				t.Errorf("%s of %s is not named: %+v", test.code, test.about, r.Differences)
			}
		})
	}
	checked(t, 0, flags...) // what was done is undone
}

// move renames a file until the test ends.
func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.Rename(to, from); err != nil {
			t.Error(err)
		}
	})
}

// flip turns a bit of a file until the test ends.
func flip(t *testing.T, path string, at int64) {
	t.Helper()
	turn := func() {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		var b [1]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 0x10
		if _, err := f.WriteAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	turn()
	t.Cleanup(turn)
}

// cut takes the last byte from a file until the test ends.
func cut(t *testing.T, path string) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, whole[:len(whole)-1], 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Error(err)
		}
	})
}

// add makes a file until the test ends.
func add(t *testing.T, path string) {
	t.Helper()
	fileOf(t, filepath.Dir(path), filepath.Base(path), []byte("nobody's"))
	t.Cleanup(func() {
		os.Remove(path)
		os.Remove(filepath.Dir(path)) // if it was made for this
	})
}

var assetQueryOfAll = archive.AssetQuery{Limit: 100}

// retitle saves a record with another English title.
func retitle(t *testing.T, h *house, id, en string) {
	t.Helper()
	e, err := h.archive.Record(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	e.Record.Titles["en"] = en
	if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: e.Record}); err != nil {
		t.Fatal(err)
	}
}

// openedHouse opens an archive beside the commands of a test.
func openedHouse(t *testing.T, flags []string) *house {
	t.Helper()
	env := &environment{getenv: func(string) string { return "" }, stderr: io.Discard}
	for i := 0; i+1 < len(flags); i += 2 {
		switch flags[i] {
		case "--data":
			env.flags.Data = flags[i+1]
		case "--database":
			env.flags.Database = flags[i+1]
		case "--objects":
			env.flags.Objects = flags[i+1]
		default:
			t.Fatalf("the flag %s is not known here", flags[i])
		}
	}
	h, err := openHouse(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// putObject writes an object as it is not meant to be.
func putObject(t *testing.T, h *house, key string, data []byte) {
	t.Helper()
	if _, err := h.objects.Put(t.Context(), key, bytes.NewReader(data), objects.PutOptions{Size: int64(len(data))}); err != nil {
		t.Fatal(err)
	}
}

// Odd things in the place of files, such as links to themselves and folders, are named,
// and everything else is looked at; a sample goes on from there.
func TestCheckGoesOnPastOddFiles(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	checkArchive(t, flags)
	odd := map[string]func(path string) error{
		"a link to itself":        func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"a link out of the store": func(path string) error { return os.Symlink("/etc/passwd", path) },
		"a folder":                func(path string) error { return os.Mkdir(path, 0o700) },
	}
	for _, pattern := range []string{
		"access/*/facts.json", "access/*/sidecar", "ocfl/*/*/*/*/inventory.json", "ocfl/*/*/*/*/v1/inventory.json.sha512",
		"ocfl/*/*/*/*/inventory.json.sha512", "ocfl/*/*/*/*/v*/content/masters/*",
	} {
		found, err := filepath.Glob(filepath.Join(data, "objects", filepath.FromSlash(pattern)))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v, %v", pattern, found, err)
		}
		path := found[0]
		for name, put := range odd {
			t.Run(name+" for "+pattern, func(t *testing.T) {
				move(t, path, filepath.Join(t.TempDir(), "x"))
				if err := put(path); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { os.Remove(path) }) // before it is moved back
				r := checked(t, 3, flags...)
				if r.Looked.Records != 3 || r.Looked.Masters != 3 || r.Looked.Access != 3 || r.Looked.Objects == 0 {
					t.Errorf("not everything was looked at: %+v, %+v", r.Looked, r.Unchecked)
				}
				if !slices.ContainsFunc(r.Differences, func(d check.Difference) bool {
					said, folder := d.Where()+" "+d.Why, strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), filepath.ToSlash(data)+"/objects/")
					return strings.Contains(said, folder) && strings.Contains(said, filepath.Base(path)) && d.Do != ""
				}) {
					t.Errorf("%s is not named: %+v", path, r.Differences)
				}
				before := r
				r = checked(t, 3, append([]string{"--sample", "100"}, flags...)...)
				if len(r.Differences) != len(before.Differences) {
					t.Errorf("%d differences, and %d before", len(r.Differences), len(before.Differences))
				}
				last := ""
				for range 2 {
					got := hexi(t, append([]string{"check", "--json", "--sample", "40"}, flags...)...)
					r := &check.Report{}
					if err := json.Unmarshal([]byte(got.stdout), r); err != nil {
						t.Fatalf("%v: %+v", err, got)
					}
					if r.Sample == nil || r.Sample.Last == last || r.Looked.Records == 0 {
						t.Errorf("the sample stays where it is: %+v, %+v", r.Sample, r.Unchecked)
					}
					last = r.Sample.Last
				}
			})
		}
	}
	checked(t, 0, flags...)
}
