package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive/bagit"
)

// tree reads every file of a folder but bag-info.txt and what holds its digest, in which
// the day stands.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, "bag-info.txt") || strings.HasSuffix(name, "tagmanifest-sha512.txt") {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func validBag(t *testing.T, dir string) *bagit.Report {
	t.Helper()
	report, err := bagit.Validate(t.Context(), dir, bagit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !report.Valid() || len(report.Warnings) > 0 {
		t.Fatalf("%s: %+v", dir, report)
	}
	return report
}

// Bags are valid, bring records and masters into an empty archive with the same ids, and
// are the same when they are made there: one bag for all, a bag a collection, a bag a
// record.
func TestExportBags(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		exportedArchive(t, flags)
		for _, per := range []struct {
			name        string
			bags, files int
		}{{"export", 1, 0}, {"collection", 4, 0}, {"record", 7, 0}} {
			out := t.TempDir()
			first := filepath.Join(out, "first", "bag")
			args := append([]string{"export", "--to", first, "--as", "bagit", "--per", per.name, "--json"}, flags...)
			if got := hexi(t, args...); got.status != exitDone || !strings.Contains(got.stdout, fmt.Sprintf(`"bags": %d`, per.bags)) || !strings.Contains(got.stdout, `"files": 8`) {
				t.Fatalf("%s: %+v", per.name, got)
			}
			files := tree(t, first)
			if per.name == "export" {
				report := validBag(t, first)
				if report.Files != 9 || report.Get("External-Identifier") != "bag" || !strings.HasPrefix(report.Get("Bag-Software-Agent"), "hexi ") {
					t.Errorf("%+v", report)
				}
				if !strings.Contains(files["manifest-sha512.txt"], "/50%25 ") {
					t.Error("a percent sign stands in the manifest as it is")
				}
			} else {
				entries, err := os.ReadDir(first)
				if err != nil || len(entries) != per.bags {
					t.Fatalf("%v %v", entries, err)
				}
				for _, entry := range entries {
					validBag(t, filepath.Join(first, entry.Name()))
				}
			}
			other := []string{"--data", filepath.Join(t.TempDir(), "other")}
			got := hexi(t, append([]string{"ingest", first, "--publish", "--json"}, other...)...)
			if r := readReport(t, got); got.status != exitDone || r.Records["created"] != 7 || r.Assets["ready"] != 8 || len(r.Notes) > len(r.Failed)+8 {
				t.Fatalf("%s: status %d: %+v %s", per.name, got.status, r, got.stderr)
			}
			got = hexi(t, append([]string{"ingest", first, "--publish", "--json"}, other...)...)
			if r := readReport(t, got); got.status != exitDone || r.Records["unchanged"] != 7 || r.Assets["unchanged"] != 8 || r.Layers != 0 {
				t.Errorf("%s, again: status %d: %+v %s", per.name, got.status, r, got.stderr)
			}
			second := filepath.Join(out, "second", "bag")
			if got := hexi(t, append([]string{"export", "--to", second, "--as", "bagit", "--per", per.name}, other...)...); got.status != exitDone {
				t.Fatalf("%+v", got)
			}
			again := tree(t, second)
			for name := range files {
				if files[name] != again[name] {
					t.Errorf("%s: %s is another when it is exported again:\n%.2000s\n%.2000s", per.name, name, files[name], again[name])
				}
			}
			if len(files) != len(again) {
				t.Errorf("%s: %d files, and %d when they are exported again", per.name, len(files), len(again))
			}
			// What is whole is left as it is.
			before, err := os.Stat(filepath.Join(first))
			if err != nil {
				t.Fatal(err)
			}
			if got := hexi(t, args...); got.status != exitDone || !strings.Contains(got.stdout, fmt.Sprintf(`"left": %d`, per.bags)) {
				t.Errorf("%s: %+v", per.name, got)
			}
			if after, err := os.Stat(first); err != nil || !os.SameFile(before, after) {
				t.Errorf("%s: a bag that was whole was made again", per.name)
			}
		}
	})
}

// A bag is replaced by a newer one, another's never is; one with a lost master is not made.
func TestExportBagTargets(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	exportedArchive(t, flags)
	dir := filepath.Join(t.TempDir(), "bag")
	args := append([]string{"export", "--to", dir, "--as", "bagit"}, flags...)
	if got := hexi(t, args...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	edit := fileOf(t, t.TempDir(), "edit.jsonl", []byte(`{"id":"cave","collection":"dunhuang","kind":"cave","titles":{"zh":"改名"}}`+"\n"))
	if got := hexi(t, append([]string{"ingest", edit}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, args...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	validBag(t, dir)
	lines, err := os.ReadFile(filepath.Join(dir, "data", "records.jsonl"))
	if err != nil || !bytes.Contains(lines, []byte("改名")) {
		t.Errorf("the bag is the old one: %v", err)
	}

	// A master that is lost, and one that is damaged.
	var masters []string
	err = filepath.WalkDir(filepath.Join(data, "objects"), func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && !strings.Contains(path, "/access/") && (entry.Name() == "master" || strings.HasSuffix(entry.Name(), ".jpg")) {
			masters = append(masters, path)
		}
		return err
	})
	if err != nil || len(masters) < 8 {
		t.Fatalf("%v %v", masters, err)
	}
	body, err := os.ReadFile(masters[1])
	if err != nil {
		t.Fatal(err)
	}
	body[100] ^= 1
	if err := os.Remove(masters[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(masters[1]); err != nil { // it may be a link
		t.Fatal(err)
	}
	if err := os.WriteFile(masters[1], body, 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(t.TempDir(), "fresh")
	got := hexi(t, append([]string{"export", "--to", fresh, "--as", "bagit"}, flags...)...)
	if got.status != exitPart || strings.Count(got.stdout, "lacking") != 2 || !strings.Contains(got.stdout, "is damaged in the object store") || !strings.Contains(got.stdout, "is not in the object store") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("a bag that lacks masters is in its place")
	}
	// Of a bag a record, only those are lacking.
	many := filepath.Join(t.TempDir(), "many")
	if got := hexi(t, append([]string{"export", "--to", many, "--per", "record", "--json"}, flags...)...); got.status != exitPart || !strings.Contains(got.stdout, `"bags": 5`) && !strings.Contains(got.stdout, `"bags": 6`) {
		t.Errorf("%+v", got)
	}

	foreign := t.TempDir()
	fileOf(t, foreign, "notes.txt", []byte("a folder of someone's"))
	other := filepath.Join(t.TempDir(), "other")
	fileOf(t, other, "bagit.txt", []byte("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"))
	fileOf(t, other, "bag-info.txt", []byte("Bag-Software-Agent: another\n"))
	for _, target := range []string{foreign, other} {
		if got := hexi(t, append([]string{"export", "--to", target, "--as", "bagit"}, flags...)...); got.status != exitUsage || !strings.Contains(got.stderr, "another folder") {
			t.Errorf("%+v", got)
		}
	}
	if _, err := os.Stat(filepath.Join(foreign, "notes.txt")); err != nil {
		t.Error(err)
	}
	for _, wrong := range [][]string{{"--to", "-", "--as", "bagit"}, {"--to", dir, "--per", "day"}, {"--to", dir, "--no-files"}, {"--to", filepath.Join(foreign, "notes.txt"), "--as", "bagit"}} {
		if got := hexi(t, append(append([]string{"export"}, wrong...), flags...)...); got.status != exitUsage {
			t.Errorf("%v: %+v", wrong, got)
		}
	}
}

// Of a bag that is not valid nothing is taken, and every fault is named; the payload of
// another program's bag is taken like a folder.
func TestIngestBags(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	exportedArchive(t, flags)
	dir := filepath.Join(t.TempDir(), "bag")
	if got := hexi(t, append([]string{"export", "--to", dir, "--as", "bagit"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	lines, err := os.ReadFile(filepath.Join(dir, "data", "records.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	fileOf(t, filepath.Join(dir, "data"), "records.jsonl", bytes.Replace(lines, []byte("药师经变"), []byte("药师变经"), 1))
	fileOf(t, filepath.Join(dir, "data"), "stowaway.jpg", photo(t, 77, 300, 200))
	other := []string{"--data", filepath.Join(t.TempDir(), "other")}
	got := hexi(t, append([]string{"ingest", dir, "--json"}, other...)...)
	r := readReport(t, got)
	codes := ""
	for _, f := range r.Failed {
		codes += f.Code + " "
	}
	if got.status != exitPart || r.Records["created"] != 0 || codes != "bag-not-listed bag-payload-oxum bag-changed " {
		t.Errorf("status %d: %s %+v", got.status, codes, r)
	}

	// Bags within a folder are found, beside other files.
	folder := t.TempDir()
	foreign := filepath.Join(folder, "delivery", "bag")
	w, err := bagit.Create(foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(t.Context(), "data/scans/one.jpg", func(out io.Writer) error {
		_, err := out.Write(photo(t, 79, 300, 200))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	fileOf(t, folder, "two.jpg", photo(t, 81, 300, 200))
	got = hexi(t, append([]string{"ingest", folder, "--collection", "folk", "--json"}, other...)...)
	if r := readReport(t, got); got.status != exitDone || r.Records["created"] != 2 || r.Assets["ready"] != 2 {
		t.Errorf("status %d: %+v %s", got.status, r, got.stderr)
	}
}
