package ocfl_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/ocfl"
)

func newRoot(t *testing.T) (*ocfl.Root, *folder) {
	t.Helper()
	store := newFolder(t)
	root, err := ocfl.Create(t.Context(), store, "ocfl")
	if err != nil {
		t.Fatal(err)
	}
	return root, store
}

func put(t *testing.T, s *folder, key, content string) {
	t.Helper()
	if err := s.Put(t.Context(), key, strings.NewReader(content), ocfl.PutOptions{}); err != nil {
		t.Fatal(err)
	}
}

func noon(n int) time.Time { return time.Date(2026, 5, 18, 12, n, 0, 0, time.UTC) }

// simple is a version of small files, given as path, content, path, content …
func simple(id string, head int, files ...string) ocfl.Version {
	v := ocfl.Version{Object: id, Head: head, Created: noon(head), Message: "m", User: "ana", Address: "mailto:ana@example.org"}
	for i := 0; i < len(files); i += 2 {
		v.Files = append(v.Files, ocfl.File{Path: files[i], Data: []byte(files[i+1])})
	}
	return v
}

func mustWrite(t *testing.T, r *ocfl.Root, v ocfl.Version) ocfl.Written {
	t.Helper()
	w, err := r.Write(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func mustRead(t *testing.T, r *ocfl.Root, id string) *ocfl.Object {
	t.Helper()
	o, err := r.Object(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func readFile(t *testing.T, o *ocfl.Object, path string) string {
	t.Helper()
	body, err := o.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(body)
	if err := errors.Join(err, body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// valid fails the test for every problem that is not one of the warnings.
func valid(t *testing.T, r *ocfl.Root, id string, warnings ...string) {
	t.Helper()
	report, err := r.Validate(t.Context(), id, ocfl.ValidateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		if !slices.Contains(warnings, p.Code) {
			t.Errorf("%s: %s", id, p)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	r, store := newRoot(t)
	put(t, store, "incoming/a1", "pixels of a1")
	one := simple("urn:x:1", 0, "metadata.json", "{1}", "copy.json", "{1}", "notes/empty", "")
	one.Files = append(one.Files, ocfl.File{Path: "masters/a1/莫高窟 第220窟.tif", From: "incoming/a1"})
	if got, want := mustWrite(t, r, one), (ocfl.Written{Object: "urn:x:1", Version: 1, New: true, Stored: 3, Reused: 1}); got != want {
		t.Errorf("first: %+v, want %+v", got, want)
	}
	// The same again is no version, whichever head is expected.
	for _, head := range []int{0, 1, 7, ocfl.Any} {
		again := one
		again.Head, again.Message, again.Created = head, "again", noon(30)
		if got := mustWrite(t, r, again); got.New || got.Version != 1 {
			t.Errorf("again, after %d: %+v", head, got)
		}
	}
	if err := store.Delete(t.Context(), "incoming/a1"); err != nil {
		t.Fatal(err)
	}
	two := simple("urn:x:1", 1, "metadata.json", "{2}", "old.json", "{1}")
	two.Files = append(two.Files, one.Files[3]) // what the object has need not be there any more …
	two.Files[2].SHA512 = digest("pixels of a1")
	if got := mustWrite(t, r, two); got.Version != 2 || got.Stored != 1 || got.Reused != 2 {
		t.Errorf("second: %+v", got)
	}
	three := simple("urn:x:1", 2, "metadata.json", "{1}") // … nor have bytes
	three.Files[0] = ocfl.File{Path: "metadata.json", SHA512: strings.ToUpper(digest("{1}"))}
	mustWrite(t, r, three)
	o := mustRead(t, r, "urn:x:1")
	if o.Head != 3 || o.Spec != "1.1" || o.Algorithm != "sha512" || o.Recovered != "" {
		t.Errorf("object = %+v", o)
	}
	master := "masters/a1/莫高窟 第220窟.tif"
	want := []ocfl.VersionInfo{
		{Number: 1, Created: noon(0), Message: "m", User: "ana", Address: "mailto:ana@example.org", State: map[string]string{
			"metadata.json": digest("{1}"), "copy.json": digest("{1}"), "notes/empty": digest(""), master: digest("pixels of a1"),
		}},
		{Number: 2, Created: noon(1), Message: "m", User: "ana", Address: "mailto:ana@example.org", State: map[string]string{
			"metadata.json": digest("{2}"), "old.json": digest("{1}"), master: digest("pixels of a1"),
		}},
		{Number: 3, Created: noon(2), Message: "m", User: "ana", Address: "mailto:ana@example.org", State: map[string]string{"metadata.json": digest("{1}")}},
	}
	if diff := cmp.Diff(want, o.Versions); diff != "" {
		t.Error(diff)
	}
	if got := readFile(t, o, "metadata.json"); got != "{1}" {
		t.Errorf("metadata.json holds %q", got)
	}
	key, err := o.KeyOf(digest("pixels of a1"))
	if err != nil || key != o.Dir()+"/v1/content/"+master {
		t.Errorf("the master is %s, %v", key, err)
	}
	if _, err := o.Open(t.Context(), "copy.json"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("a file of an earlier version: %v", err)
	}
	if err := os.WriteFile(store.file(o.Dir()+"/v1/content/copy.json"), []byte("{X}"), 0o600); err != nil {
		t.Fatal(err)
	}
	body, err := o.Open(t.Context(), "metadata.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(body); !errors.Is(err, ocfl.ErrCorrupt) {
		t.Errorf("reading what was altered: %v", err)
	}
	_, err = r.Object(t.Context(), "urn:x:2")
	if !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("an object that is not there: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	r, store := newRoot(t)
	mustWrite(t, r, simple("urn:x:there", 0, "a", "1"))
	put(t, store, "incoming/a1", "12345")
	file := func(f ocfl.File) ocfl.Version {
		v := simple("urn:x:new", 0)
		v.Files = []ocfl.File{f}
		return v
	}
	timeless := simple("urn:x:new", 0, "a", "1")
	timeless.Created = time.Time{}
	for name, test := range map[string]struct {
		v    ocfl.Version
		want string // part of the error
		is   error
	}{
		"no id":                    {simple("", 0, "a", "1"), "needs an id", nil},
		"a long id":                {simple(strings.Repeat("x", 600), 0, "a", "1"), "at most 512", nil},
		"an id of two lines":       {simple("a\nb", 0, "a", "1"), "control character", nil},
		"no time":                  {timeless, "created", nil},
		"a path that leads up":     {simple("urn:x:new", 0, "a/../../b", "1"), "element ..", nil},
		"an absolute path":         {simple("urn:x:new", 0, "/etc/passwd", "1"), "begins with a slash", nil},
		"a folder for a path":      {simple("urn:x:new", 0, "a/", "1"), "ends with a slash", nil},
		"an empty path":            {simple("urn:x:new", 0, "", "1"), "is empty", nil},
		"a long path":              {simple("urn:x:new", 0, strings.Repeat("x", 5000), "1"), "at most 4096", nil},
		"a path that is not UTF-8": {simple("urn:x:new", 0, "\xff", "1"), "not UTF-8", nil},
		"a path twice":             {simple("urn:x:new", 0, "a", "1", "a", "2"), "exclude each other", nil},
		"a path in a file":         {simple("urn:x:new", 0, "a", "1", "a/b", "2"), "exclude each other", nil},
		"bytes and a place":        {file(ocfl.File{Path: "a", Data: []byte("1"), From: "incoming/a1"}), "both", nil},
		"another digest":           {file(ocfl.File{Path: "a", Data: []byte("1"), SHA512: digest("2")}), "do not have the SHA-512", nil},
		"no digest at all":         {file(ocfl.File{Path: "a", From: "incoming/a1", SHA512: "abc"}), "128 hex digits", nil},
		"another size":             {file(ocfl.File{Path: "a", From: "incoming/a1", Size: 4}), "has 5 bytes, not 4", ocfl.ErrCorrupt},
		"a place without anything": {file(ocfl.File{Path: "a", From: "incoming/none"}), "", archive.ErrNotFound},
		"content that it has not":  {file(ocfl.File{Path: "a", SHA512: digest("unknown")}), "has no content with", nil},
		"an object that is there":  {simple("urn:x:there", 0, "a", "2"), "the object is at 1", archive.ErrConflict},
		"a head that is not":       {simple("urn:x:there", 2, "a", "2"), "the object is at 1", archive.ErrConflict},
		"a head of no object":      {simple("urn:x:new", 1, "a", "2"), "the object is at 0", archive.ErrConflict},
	} {
		_, err := r.Write(t.Context(), test.v)
		invalid := (*archive.InvalidError)(nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) || test.is == nil && !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.Object(t.Context(), "urn:x:new"); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("refused, and there nevertheless: %v", err)
	}
}

// Names that a store or another disk would not take are kept in the state; the
// bytes have another name, and all is found again.
func TestNames(t *testing.T) {
	t.Parallel()
	r, _ := newRoot(t)
	long := strings.Repeat("长", 100) + ".tif"
	files := []string{
		"masters/a1/莫高窟 第220窟.tif", "m/IMG_0001.TIF", "M/img_0001.tif", "m/img_0001.tif/x", `back\slash.tif`, "tab\there.tif",
		long, strings.Repeat("d/", 600) + "deep.tif", ".hexi-tmp-x", "-", "a b", "é", "e\u0301", "\u202egnp.exe", "CON", "by-digest", "%2e%2e",
	}
	var pairs []string
	for i, f := range files {
		pairs = append(pairs, f, fmt.Sprint("content ", i))
	}
	mustWrite(t, r, simple("urn:x:names", 0, pairs...))
	o := mustRead(t, r, "urn:x:names")
	for i, f := range files {
		if got := readFile(t, o, f); got != fmt.Sprint("content ", i) {
			t.Errorf("%q holds %q", f, got)
		}
		key, err := o.Key(f)
		if err != nil || len(key) > 1024 {
			t.Errorf("%q is stored as %q, %v", f, key, err)
		}
	}
	for f, want := range map[string]string{
		files[0]: "v1/content/masters/a1/莫高窟 第220窟.tif", `back\slash.tif`: "v1/content/by-digest/" + digest("content 4")[:32] + "/file.tif",
		files[7]: "v1/content/by-digest/" + digest("content 7")[:32] + "/deep.tif",
	} {
		if key, err := o.Key(f); err != nil || key != o.Dir()+"/"+want {
			t.Errorf("%.40q is stored as %s, %v; want %s", f, key, err, want)
		}
	}
	valid(t, r, "urn:x:names")
}

func TestSettle(t *testing.T) {
	t.Parallel()
	r, store := newRoot(t)
	ctx := t.Context()
	for name, test := range map[string]struct {
		damage  func(dir string)
		corrupt bool // beyond recovery
	}{
		"nothing":                  {func(string) {}, false},
		"another digest beside it": {func(dir string) { put(t, store, dir+"/inventory.json.sha512", digest("x")+" inventory.json\n") }, false},
		"no digest beside it":      {func(dir string) { _ = store.Delete(ctx, dir+"/inventory.json.sha512") }, false},
		"an inventory cut off":     {func(dir string) { put(t, store, dir+"/inventory.json", `{"id": "urn`) }, false},
		"an inventory with a changed letter": {func(dir string) {
			data, _ := os.ReadFile(store.file(dir + "/inventory.json"))
			put(t, store, dir+"/inventory.json", strings.Replace(string(data), `"ana"`, `"eve"`, 1))
		}, false},
		"no declaration":                 {func(dir string) { _ = store.Delete(ctx, dir+"/0=ocfl_object_1.1") }, false},
		"no digest beside the version's": {func(dir string) { _ = store.Delete(ctx, dir+"/v2/inventory.json.sha512") }, false},
		"leftovers under a version":      {func(dir string) { put(t, store, dir+"/v1/content/left", "x") }, false},
		"leftovers of a version to come": {func(dir string) { put(t, store, dir+"/v3/content/left", "x") }, false},
		"both inventories": {func(dir string) {
			put(t, store, dir+"/inventory.json", "{}")
			put(t, store, dir+"/v2/inventory.json", "{}")
		}, true},
	} {
		id := "urn:x:" + strings.ReplaceAll(name, " ", "-")
		mustWrite(t, r, simple(id, 0, "a", "1"))
		mustWrite(t, r, simple(id, 1, "a", "2"))
		dir, err := r.Path(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		test.damage(dir)
		o, err := r.Object(ctx, id)
		if test.corrupt {
			if !errors.Is(err, ocfl.ErrCorrupt) {
				t.Errorf("%s: read as %+v, %v", name, o, err)
			}
			if err := r.Settle(ctx, id, ocfl.SettleOptions{}); !errors.Is(err, ocfl.ErrCorrupt) {
				t.Errorf("%s: settled: %v", name, err)
			}
			continue
		}
		if err != nil || o.Head != 2 || readFile(t, o, "a") != "2" || o.Versions[1].User != "ana" {
			t.Errorf("%s: read as %+v, %v", name, o, err)
			continue
		}
		if err := r.Settle(ctx, id, ocfl.SettleOptions{Before: time.Now().Add(time.Hour)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if o := mustRead(t, r, id); o.Recovered != "" {
			t.Errorf("%s: settled, but %s", name, o.Recovered)
		}
		valid(t, r, id)
	}
	if err := r.Settle(ctx, "urn:x:none", ocfl.SettleOptions{}); !errors.Is(err, archive.ErrNotFound) {
		t.Errorf("settling nothing: %v", err)
	}
	// What a living writer may still commit stays.
	mustWrite(t, r, simple("urn:x:alive", 0, "a", "1"))
	dir, _ := r.Path(ctx, "urn:x:alive")
	put(t, store, dir+"/v2/content/b", "x")
	if err := r.Settle(ctx, "urn:x:alive", ocfl.SettleOptions{Before: time.Now().Add(-time.Hour)}); err != nil {
		t.Error(err)
	}
	if _, err := store.Stat(ctx, dir+"/v2/content/b"); err != nil {
		t.Errorf("the content of a living writer: %v", err)
	}
}

// Two writers stopped one after the other, each with other bytes under the same name; the
// third is not stopped, and nothing of theirs stays. Neither does when removing it fails
// at first, whether the same files are written again or the next version.
func TestStoppedWritersLeaveNothing(t *testing.T) {
	root, store := newRoot(t)
	id := "urn:example:r-1"
	dir, err := root.Path(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	named := func(content string) string {
		return dir + "/v1/content/by-digest/" + digest(content)[:32] + "/package.json"
	}
	put(t, store, dir+"/v1/content/package.json", "first")
	put(t, store, named("second"), "second")
	v := simple(id, 0, "package.json", "third", "metadata.json", "m")
	mustWrite(t, root, v)
	valid(t, root, id)
	put(t, store, named("second"), "second")
	v.Head = 1
	if w := mustWrite(t, root, v); w.New {
		t.Errorf("a version was added: %+v", w)
	}
	valid(t, root, id)
	if got := readFile(t, mustRead(t, root, id), "package.json"); got != "third" {
		t.Errorf("package.json is %q", got)
	}
	put(t, store, named("second"), "second")
	mustWrite(t, root, simple(id, 1, "package.json", "fourth", "metadata.json", "m"))
	valid(t, root, id)
}

// An object whose own inventory is lost is read from its newest version, and gets it
// back from all of them, one after the other.
func TestLostInventory(t *testing.T) {
	t.Parallel()
	for _, writes := range []bool{false, true} {
		r, store := newRoot(t)
		for n := range 9 {
			mustWrite(t, r, simple("urn:x:1", n, "a", fmt.Sprint(n)))
		}
		dir, err := r.Path(t.Context(), "urn:x:1")
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Delete(t.Context(), dir+"/inventory.json"); err != nil {
			t.Fatal(err)
		}
		if o := mustRead(t, r, "urn:x:1"); o.Head != 9 || o.Recovered == "" || readFile(t, o, "a") != "8" {
			t.Errorf("read as %+v", o)
		}
		if writes {
			if _, err := r.Write(t.Context(), simple("urn:x:1", 0, "a", "new")); !errors.Is(err, archive.ErrConflict) {
				t.Errorf("written as a new object: %v", err)
			}
			mustWrite(t, r, simple("urn:x:1", 9, "a", "9"))
		} else if err := r.Settle(t.Context(), "urn:x:1", ocfl.SettleOptions{}); err != nil {
			t.Fatal(err)
		}
		if o := mustRead(t, r, "urn:x:1"); o.Recovered != "" || !writes && readFile(t, o, "a") != "8" || writes && readFile(t, o, "a") != "9" {
			t.Errorf("then read as %+v", o)
		}
		valid(t, r, "urn:x:1")
	}
}
