package ocfl_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crypto/sha256"

	"hexi/archive"
	"hexi/archive/ocfl"
)

// foreign makes a storage root as another program would, with one object of
// OCFL 1.0 in a folder: zero-padded versions, SHA-256, a content directory of its
// own, two versions of which the first has no inventory.
func foreign(t *testing.T, store *folder, layout, config, dir string) {
	t.Helper()
	put(t, store, "r/0=ocfl_1.0", "ocfl_1.0\n")
	if layout != "" {
		put(t, store, "r/ocfl_layout.json", fmt.Sprintf(`{"extension": %q, "description": "x"}`, layout))
	}
	if config != "" {
		put(t, store, "r/extensions/"+layout+"/config.json", config)
	}
	one, two := sha256.Sum256([]byte("one")), sha256.Sum256([]byte("two"))
	inventory := fmt.Sprintf(`{
"digestAlgorithm": "sha256", "head": "v0002", "type": "https://ocfl.io/1.0/spec/#inventory", "contentDirectory": "data",
"manifest": {"%x": ["v0001/data/1"], "%X": ["v0002/data/2", "v0002/data/2 again"]},
"versions": {
  "v0001": {"created": "2019-01-01T02:03:04+08:00", "state": {"%x": ["one.txt"]}, "message": "m", "user": {"name": "someone"}},
  "v0002": {"created": "2020-01-01T02:03:04.5Z", "state": {"%x": ["one.txt"], "%X": ["two.txt", "deep/two.txt"]}, "message": "m", "user": {"name": "someone", "address": "mailto:x@example.org"}}
},
"id": "ark:/12345/bcd987"
}`, one, two, one, one, two)
	put(t, store, "r/"+dir+"/0=ocfl_object_1.0", "ocfl_object_1.0\n")
	for _, in := range []string{"", "v0002/"} {
		put(t, store, "r/"+dir+"/"+in+"inventory.json", inventory)
		put(t, store, "r/"+dir+"/"+in+"inventory.json.sha256", fmt.Sprintf("%X\t inventory.json\n", sha256.Sum256([]byte(inventory))))
	}
	for name, content := range map[string]string{"v0001/data/1": "one", "v0002/data/2": "two", "v0002/data/2 again": "two"} {
		put(t, store, "r/"+dir+"/"+name, content)
	}
}

func TestForeignRoots(t *testing.T) {
	t.Parallel()
	const id = "ark:/12345/bcd987"
	full := fmt.Sprintf("%x", sha256.Sum256([]byte(id)))
	for name, test := range map[string]struct{ layout, config, dir string }{
		"no layout":                        {"", "", "some/where/object"},
		"an unknown layout":                {"0006-flat-omit-prefix-storage-layout", `{"extensionName": "0006-flat-omit-prefix-storage-layout", "delimiter": "/"}`, "bcd987"},
		"hashed tuples":                    {"0004-hashed-n-tuple-storage-layout", "", full[:3] + "/" + full[3:6] + "/" + full[6:9] + "/" + full},
		"two tuples of two and the rest":   {"0004-hashed-n-tuple-storage-layout", `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 2, "numberOfTuples": 2, "shortObjectRoot": true}`, full[:2] + "/" + full[2:4] + "/" + full[4:]},
		"no tuples":                        {"0004-hashed-n-tuple-storage-layout", `{"extensionName": "0004-hashed-n-tuple-storage-layout", "tupleSize": 0, "numberOfTuples": 0}`, full},
		"hashed tuples and the id":         {"0003-hash-and-id-n-tuple-storage-layout", "", full[:3] + "/" + full[3:6] + "/" + full[6:9] + "/ark%3a%2f12345%2fbcd987"},
		"a digest that is not known to it": {"0004-hashed-n-tuple-storage-layout", `{"extensionName": "0004-hashed-n-tuple-storage-layout", "digestAlgorithm": "blake2b-512"}`, "x/y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newFolder(t)
			foreign(t, store, test.layout, test.config, test.dir)
			r, err := ocfl.Create(t.Context(), store, "/r/") // opens what is there
			if err != nil {
				t.Fatal(err)
			}
			o := mustRead(t, r, id)
			if r.Spec() != "1.0" || o.Spec != "1.0" || o.Head != 2 || o.Algorithm != "sha256" || o.Dir() != "r/"+test.dir || len(o.Versions) != 2 {
				t.Errorf("read as %+v", o)
			}
			if got := readFile(t, o, "one.txt") + readFile(t, o, "deep/two.txt"); got != "onetwo" {
				t.Errorf("the files hold %q", got)
			}
			if v := o.Versions[0]; !v.Created.Equal(time.Date(2018, 12, 31, 18, 3, 4, 0, time.UTC)) || v.User != "someone" || len(v.State) != 1 {
				t.Errorf("version 1 = %+v", v)
			}
			valid(t, r, id, "W001", "W004", "W008", "W010")
			if _, err := r.Object(t.Context(), "ark:/none"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("an object that is not there: %v", err)
			}
			invalid := (*archive.InvalidError)(nil)
			if _, err := r.Write(t.Context(), simple(id, 2, "a", "1")); !errors.As(err, &invalid) {
				t.Errorf("writing what another program made: %v", err)
			}
			var reports []ocfl.Report
			for report, err := range r.ValidateAll(t.Context(), ocfl.ValidateOptions{}) {
				if err != nil {
					t.Fatal(err)
				}
				reports = append(reports, report)
			}
			if len(reports) != 2 || reports[0].Object != id || reports[0].Files != 3 || reports[1].Object != "" || !reports[0].Valid() || len(reports[1].Problems) > 0 {
				t.Errorf("reports = %+v", reports)
			}
		})
	}
}

// Inventories from elsewhere can say anything. None makes a reader leave the object
// or take more than it can hold.
func TestHostile(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(s *sample){
		"a manifest that leads out": func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"../../../../secret"} })
		},
		"a manifest that leads out from a version": func(s *sample) {
			s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"v1/content/../../../../../../secret"} })
		},
		"an absolute manifest":     func(s *sample) { s.edit(func(inv obj) { manifest(inv)[digest("pixels")] = []any{"/etc/passwd"} }) },
		"a content directory up":   func(s *sample) { s.edit(func(inv obj) { inv["contentDirectory"] = ".." }) },
		"a state that leads out":   func(s *sample) { s.swap("masters/a1/IMG_0001.tif\"", "../../../IMG_0001.tif\"") },
		"a head that leads out":    func(s *sample) { s.edit(func(inv obj) { inv["head"] = "../v3" }) },
		"a sidecar that leads out": func(s *sample) { s.edit(func(inv obj) { inv["digestAlgorithm"] = "../../secret" }) },
		"a head beyond reason":     func(s *sample) { s.edit(func(inv obj) { inv["head"] = "v99999999999999999999" }) },
		"a million brackets":       func(s *sample) { s.inventory("", strings.Repeat("[", 1<<20)); s.inventory("v3/", "[") },
		"another object's id":      func(s *sample) { s.edit(func(inv obj) { inv["id"] = "urn:hexi:another" }) },
		"an inventory of 65 MB": func(s *sample) {
			for _, in := range []string{"", "v3/"} {
				f, err := os.Create(filepath.Join(s.store.path, s.dir, in, "inventory.json"))
				if err = errors.Join(err, f.Truncate(65<<20), f.Close()); err != nil {
					s.t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSample(t)
			put(t, s.store, "secret", "secret")
			damage(s)
			r, err := ocfl.Open(t.Context(), s.store, "ocfl")
			if err != nil {
				t.Fatal(err)
			}
			o, err := r.Object(t.Context(), sampleID)
			invalid := (*archive.InvalidError)(nil)
			if !errors.Is(err, ocfl.ErrCorrupt) && !errors.As(err, &invalid) {
				t.Errorf("read as %+v, %v", o, err)
			}
			if _, err := r.Write(t.Context(), simple(sampleID, ocfl.Any, "a", "1")); err == nil {
				t.Error("it was written")
			}
			report, err := r.Validate(t.Context(), sampleID, ocfl.ValidateOptions{})
			if err != nil || report.Valid() {
				t.Errorf("validated: %v, %+v", err, report)
			}
		})
	}
}

func TestMostProblems(t *testing.T) {
	t.Parallel()
	s := newSample(t)
	for i := range 50 {
		s.write(fmt.Sprintf("v1/content/extra/%d", i), "x")
	}
	report, err := ocfl.ValidateAt(t.Context(), s.store, s.dir, ocfl.ValidateOptions{MostProblems: 10})
	if err != nil || len(report.Problems) != 10 || !report.Cut {
		t.Errorf("%d problems, cut: %v, %v", len(report.Problems), report.Cut, err)
	}
	s = newSample(t)
	s.write("v2/content/metadata.json", "tampered")
	report, err = ocfl.ValidateAt(t.Context(), s.store, s.dir, ocfl.ValidateOptions{SkipContent: true})
	if err != nil || !report.Valid() || report.Files != 0 {
		t.Errorf("without its content: %+v, %v", report, err)
	}
	report, err = ocfl.ValidateAt(t.Context(), s.store, "ocfl/none", ocfl.ValidateOptions{})
	if !errors.Is(err, archive.ErrNotFound) || len(report.Problems) != 2 || report.Problems[0].Code != "E003" || report.Problems[1].Code != "E063" {
		t.Errorf("of nothing: %+v, %v", report, err)
	}
}

// TestRootCodes breaks the rules for what stands around the objects.
func TestRootCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		codes, name string
		damage      func(t *testing.T, s *folder)
	}{
		{"", "valid", func(*testing.T, *folder) {}},
		{"", "files in the base", func(t *testing.T, s *folder) { put(t, s, "ocfl/ocfl_1.1.md", "#"); put(t, s, "ocfl/README", "x") }},
		{"E069", "no declaration", func(t *testing.T, s *folder) { _ = s.Delete(t.Context(), "ocfl/0=ocfl_1.1") }},
		{"E070", "a layout without a description", func(t *testing.T, s *folder) {
			put(t, s, "ocfl/ocfl_layout.json", `{"extension": "0004-hashed-n-tuple-storage-layout"}`)
		}},
		{"E070", "a layout that is no JSON", func(t *testing.T, s *folder) { put(t, s, "ocfl/ocfl_layout.json", "{") }},
		{"E071", "an unregistered layout", func(t *testing.T, s *folder) {
			put(t, s, "ocfl/ocfl_layout.json", `{"extension": "our-own", "description": "x"}`)
		}},
		{"E072 E084", "a file between the folders", func(t *testing.T, s *folder) {
			for info, err := range s.List(t.Context(), "ocfl/") {
				if err != nil {
					t.Fatal(err)
				}
				if parts := strings.Split(info.Key, "/"); len(parts) > 5 {
					put(t, s, strings.Join(parts[:3], "/")+"/readme.txt", "x")
					return
				}
			}
		}},
		{"E072 E085 E088", "a folder that leads nowhere", func(t *testing.T, s *folder) { put(t, s, "ocfl/notes/today/readme.txt", "x") }},
		{"E073", "an empty folder", func(_ *testing.T, s *folder) { _ = os.MkdirAll(filepath.Join(s.path, "ocfl/abc/def"), 0o750) }},
		{"E076", "two declarations", func(t *testing.T, s *folder) { put(t, s, "ocfl/0=ocfl_1.0", "ocfl_1.0\n") }},
		{"E076 E077", "a declaration of a version to come", func(t *testing.T, s *folder) { put(t, s, "ocfl/0=ocfl_2.0", "ocfl_2.0\n") }},
		{"E078", "another tag", func(t *testing.T, s *folder) { put(t, s, "ocfl/1=ocfl_1.1", "ocfl_1.1\n") }},
		{"E079", "another word", func(t *testing.T, s *folder) { put(t, s, "ocfl/0=ocflroot", "ocflroot\n") }},
		{"E080", "another declaration within", func(t *testing.T, s *folder) { put(t, s, "ocfl/0=ocfl_1.1", "ocfl_1.0\n") }},
		{"E081", "an object of a later version than the root", func(t *testing.T, s *folder) {
			_ = s.Delete(t.Context(), "ocfl/0=ocfl_1.1")
			put(t, s, "ocfl/0=ocfl_1.0", "ocfl_1.0\n")
		}},
		{"E001 E082", "an object in an object", func(t *testing.T, s *folder) {
			for info, err := range s.List(t.Context(), "ocfl/") {
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(info.Key, "0=ocfl_object_1.1") {
					put(t, s, strings.TrimSuffix(info.Key, "0=ocfl_object_1.1")+"x/0=ocfl_object_1.1", "ocfl_object_1.1\n")
					return
				}
			}
		}},
		{"E073 E083 W014 W015", "an object in another place", func(_ *testing.T, s *folder) {
			objects, _ := filepath.Glob(filepath.Join(s.path, "ocfl/???/???/???/*"))
			_ = os.Rename(objects[0], filepath.Join(s.path, "ocfl/loose"))
		}},
		{"E037 E083 W014", "an object twice", func(_ *testing.T, s *folder) {
			objects, _ := filepath.Glob(filepath.Join(s.path, "ocfl/???/???/???/*"))
			_ = os.CopyFS(filepath.Join(s.path, "ocfl/zzz/copy"), os.DirFS(objects[0]))
		}},
		{"E003", "an object without a declaration", func(t *testing.T, s *folder) {
			for info, err := range s.List(t.Context(), "ocfl/") {
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasSuffix(info.Key, "0=ocfl_object_1.1") {
					_ = s.Delete(t.Context(), info.Key)
					return
				}
			}
		}},
		{"E090", "a link", func(_ *testing.T, s *folder) { _ = os.Symlink("/etc", filepath.Join(s.path, "ocfl/link")) }},
		{"E112", "a file among the extensions", func(t *testing.T, s *folder) { put(t, s, "ocfl/extensions/readme.txt", "x") }},
		{"W016", "an unregistered extension", func(t *testing.T, s *folder) { put(t, s, "ocfl/extensions/our-own/config.json", "{}") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, store := newRoot(t)
			for i := range 3 {
				mustWrite(t, r, simple(fmt.Sprintf("urn:x:%d", i), 0, "a", "1"))
			}
			test.damage(t, store)
			found := map[string]bool{}
			var all []string
			objects := 0
			for report, err := range r.ValidateAll(t.Context(), ocfl.ValidateOptions{}) {
				if err != nil {
					t.Fatal(err)
				}
				if report.Object != "" {
					objects++
				}
				for _, p := range report.Problems {
					found[p.Code] = true
					all = append(all, report.Dir+": "+p.String())
				}
			}
			for _, code := range strings.Fields(test.codes) {
				if !found[code] {
					t.Errorf("%s is not found", code)
				}
			}
			if want := strings.Fields(test.codes); len(found) > len(want) || objects < 3 {
				t.Errorf("%d objects; found %s, want %v", objects, strings.Join(all, "\n"), want)
			}
		})
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	r, store := newRoot(t)
	for i := range 20 {
		mustWrite(t, r, simple(fmt.Sprintf("record-%d", i), 0, "a", "1"))
	}
	dir, err := r.Path(t.Context(), "record-7")
	if err != nil {
		t.Fatal(err)
	}
	put(t, store, dir+"/inventory.json", "[1]")
	put(t, store, dir+"/v1/inventory.json", "[1]")
	if dir8, err := r.Path(t.Context(), "record-8"); err != nil {
		t.Fatal(err)
	} else if err := store.Delete(t.Context(), dir8+"/inventory.json"); err != nil { // the first version's has the id too
		t.Fatal(err)
	}
	ids, broken := 0, 0
	for id, err := range r.IDs(t.Context()) {
		switch {
		case err != nil && strings.Contains(err.Error(), dir):
			broken++
		case err != nil || !strings.HasPrefix(id, "record-"):
			t.Errorf("%q, %v", id, err)
		default:
			ids++
		}
	}
	if ids != 19 || broken != 1 {
		t.Errorf("%d ids and %d broken objects, want 19 and 1", ids, broken)
	}
	for _, err := range r.IDs(t.Context()) {
		t.Log(err)
		break // stopping early is no fault
	}
}
