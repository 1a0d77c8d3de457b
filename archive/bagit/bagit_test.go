package bagit_test

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive/bagit"
)

func sumOf(data string) string {
	sum := sha512.Sum512([]byte(data))
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, w *bagit.Writer, name, data string) error {
	t.Helper()
	if err := w.List(name, int64(len(data)), sumOf(data)); err != nil {
		return err
	}
	return w.Put(t.Context(), name, int64(len(data)), sumOf(data), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil })
}

func makeBag(t *testing.T, dir string, files map[string]string, info ...bagit.Field) {
	t.Helper()
	w, err := bagit.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := put(t, w, name, files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Finish(t.Context(), info), w.Close()); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func validate(t *testing.T, dir string) *bagit.Report {
	t.Helper()
	report, err := bagit.Validate(t.Context(), dir, bagit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// odd are names that manifests write in another way than they are.
var odd = map[string]string{
	"data/plain.txt": "plain", "data/with space.txt": "space", "data/50% off%25.txt": "percent",
	"data/line\nfeed\r.txt": "line feed", "data/敦煌/莫高窟.tif": "", "data/e\u0301.txt": "decomposed", "data/é.txt": "composed",
	"data/ leading and trailing ": "blanks", "data/-rf *": "star", "data/\"quoted\"": "quoted", "data/~tilde": "tilde",
}

func TestWrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bag")
	makeBag(t, dir, odd, bagit.Field{Name: "External-Identifier", Value: "cave-220"}, bagit.Field{Name: "External-Description", Value: "two\nlines"})
	report := validate(t, dir)
	if !report.Valid() || report.Files != len(odd) || report.Version != "1.0" {
		t.Errorf("%+v", report)
	}
	if got := report.Get("external-identifier"); got != "cave-220" {
		t.Errorf("identifier %q", got)
	}
	if got := report.Get("External-Description"); got != "two lines" {
		t.Errorf("description %q", got)
	}
	if got := report.Get("Payload-Oxum"); got != "65.11" {
		t.Errorf("oxum %q", got)
	}
	manifest := read(t, dir, "manifest-sha512.txt")
	for _, want := range []string{"  data/50%25 off%2525.txt\n", "  data/line%0Afeed%0D.txt\n", sumOf("plain") + "  data/plain.txt\n"} {
		if !strings.Contains(manifest, want) {
			t.Errorf("the manifest does not have %q:\n%s", want, manifest)
		}
	}
	if got := read(t, dir, "bagit.txt"); got != "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" {
		t.Errorf("bagit.txt: %q", got)
	}
	if _, err := os.Stat(dir + ".hexi-part"); err == nil {
		t.Error("the folder of the bag in the making is still there")
	}
	info, err := bagit.Info(dir)
	if err != nil || info[0] != (bagit.Field{Name: "External-Identifier", Value: "cave-220"}) {
		t.Errorf("%v %v", info, err)
	}
}

// A bag that is not finished never stands in its place; the next run uses what is there,
// but only what is right.
func TestResume(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bag")
	first, err := bagit.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"data/a": "aaaa", "data/b": "bbbb", "data/gone/x": "x"} {
		if err := put(t, first, name, data); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := bagit.Create(dir); !errors.Is(err, bagit.ErrInUse) {
		t.Errorf("a second writer: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an unfinished bag is in its place: %v", err)
	}
	if err := os.WriteFile(dir+".hexi-part/data/b", []byte("BBBB"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := bagit.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"data/a": "aaaa", "data/b": "bbbb"} {
		if err := put(t, second, name, data); err != nil {
			t.Fatal(err)
		}
	}
	if second.Reused() != 4 {
		t.Errorf("%d bytes were used again, want those of a alone", second.Reused())
	}
	if err := errors.Join(second.Finish(t.Context(), nil), second.Close()); err != nil {
		t.Fatal(err)
	}
	if report := validate(t, dir); !report.Valid() || report.Files != 2 {
		t.Errorf("%+v", report)
	}
	if _, err := os.Stat(filepath.Join(dir, "data", "gone")); err == nil {
		t.Error("what is no part of the bag is still in it")
	}
	// A new bag in its place takes over what did not change.
	third, err := bagit.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"data/a": "aaaa", "data/b": "cccc"} {
		if err := put(t, third, name, data); err != nil {
			t.Fatal(err)
		}
	}
	if third.Reused() != 4 || read(t, dir, "data", "b") != "bbbb" {
		t.Errorf("%d bytes were used again; the earlier bag has %q", third.Reused(), read(t, dir, "data", "b"))
	}
	if err := errors.Join(third.Finish(t.Context(), nil), third.Close()); err != nil {
		t.Fatal(err)
	}
	if report := validate(t, dir); !report.Valid() || read(t, dir, "data", "b") != "cccc" {
		t.Errorf("%+v", report)
	}
	names, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(names) != 1 {
		t.Errorf("beside the bag lie %v %v", names, err)
	}
}

// A crash between the two renames loses no bag.
func TestCrashedSwap(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bag")
	makeBag(t, dir, map[string]string{"data/a": "a"})
	if err := os.Rename(dir, dir+".hexi-old"); err != nil {
		t.Fatal(err)
	}
	w, err := bagit.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if report := validate(t, dir); !report.Valid() {
		t.Errorf("%+v", report)
	}
}

func TestPutRefuses(t *testing.T) {
	t.Parallel()
	w, err := bagit.Create(filepath.Join(t.TempDir(), "bag"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close() //nolint:errcheck // of no interest here
	for _, name := range []string{"a", "data/../a", "/data/a", "data//a", "data/./a", "../data/a", ""} {
		if err := w.List(name, 1, sumOf("a")); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	open := func(data string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }
	}
	var mismatch *bagit.MismatchError
	if err := w.Put(t.Context(), "data/a", 4, sumOf("aaaa"), open("aaab")); !errors.As(err, &mismatch) || mismatch.SHA512 != sumOf("aaab") {
		t.Errorf("other bytes: %v", err)
	}
	if err := w.Put(t.Context(), "data/a", 4, sumOf("aaaa"), open("aaa")); !errors.As(err, &mismatch) || mismatch.Size != 3 {
		t.Errorf("too few bytes: %v", err)
	}
	if err := put(t, w, "data/b", "b"); err != nil {
		t.Fatal(err)
	}
	if err := w.List("data/b", 1, sumOf("b")); err == nil {
		t.Error("a path is taken twice")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Put(ctx, "data/c", 1, sumOf("c"), open("c")); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bag")
	files := map[string]string{"data/a": "aaaa", "data/b%": "bbbb"}
	same := func(names ...string) bool {
		c := bagit.Compare(dir)
		for _, name := range names {
			c.List(name, int64(len(files[name])), sumOf(files[name]))
		}
		return c.Same()
	}
	if same("data/a", "data/b%") {
		t.Error("nothing is the same")
	}
	makeBag(t, dir, files)
	if !same("data/a", "data/b%") {
		t.Error("the bag is not the same as itself")
	}
	if same("data/a") || same("data/b%", "data/a") {
		t.Error("another payload is the same")
	}
	files["data/a"] = "AAAA"
	if same("data/a", "data/b%") {
		t.Error("other bytes are the same")
	}
	files["data/a"] = "aaaa"
	if err := os.WriteFile(filepath.Join(dir, "data", "a"), []byte("aa"), 0o600); err != nil {
		t.Fatal(err)
	}
	if same("data/a", "data/b%") {
		t.Error("a file that was cut is the same")
	}
}

// Every way in which a bag can be wrong is found and named.
func TestFaults(t *testing.T) {
	t.Parallel()
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
	}
	edit := func(name, old, replace string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			text := read(t, dir, name)
			if !strings.Contains(text, old) {
				t.Fatalf("%s has no %q", name, old)
			}
			write(name, strings.ReplaceAll(text, old, replace))(t, dir)
		}
	}
	sums := sumOf("aaaa") + "  "
	tests := []struct {
		name   string
		change func(*testing.T, string)
		want   []string // codes and paths of the faults, but for tag files that changed
	}{
		{"nothing", func(*testing.T, string) {}, nil},
		{"a byte is another", write("data/a", "aaab"), []string{"changed data/a"}},
		{"a file is cut", write("data/a", "aaa"), []string{"payload-oxum ", "changed data/a"}},
		{"a file is gone", func(t *testing.T, dir string) { t.Helper(); _ = os.Remove(filepath.Join(dir, "data", "a")) }, []string{"missing data/a", "payload-oxum "}},
		{"a file is new", write("data/new", "n"), []string{"not-listed data/new", "payload-oxum "}},
		{"a link", func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Symlink("/etc/passwd", filepath.Join(dir, "data", "link")); err != nil {
				t.Fatal(err)
			}
		}, []string{"not-a-file data/link"}},
		{"a link in place of a file", func(t *testing.T, dir string) {
			t.Helper()
			if err := errors.Join(os.Remove(filepath.Join(dir, "data", "a")), os.Symlink("b", filepath.Join(dir, "data", "a"))); err != nil {
				t.Fatal(err)
			}
		}, []string{"not-a-file data/a", "missing data/a", "payload-oxum "}},
		{"a tag file that is a link out", func(t *testing.T, dir string) {
			t.Helper()
			if err := errors.Join(os.Remove(filepath.Join(dir, "bag-info.txt")), os.Symlink("/etc/passwd", filepath.Join(dir, "bag-info.txt"))); err != nil {
				t.Fatal(err)
			}
		}, []string{"unreadable bag-info.txt", "unreadable bag-info.txt"}},
		{"a path that leads out", edit("manifest-sha512.txt", "data/a", "data/../../a"), []string{"out-of-bag data/../../a", "not-listed data/a"}},
		{"a path outside of the payload", edit("manifest-sha512.txt", "data/a", "bagit.txt"), []string{"out-of-payload bagit.txt", "not-listed data/a"}},
		{"a digest that is none", edit("manifest-sha512.txt", sums, "abc  "), []string{"manifest manifest-sha512.txt", "not-listed data/a"}},
		{"a second manifest without all files", write("manifest-md5.txt", "74b87337454200d4d33f80c4663dc5e5  data/a\n"), []string{"not-listed data/b"}},
		{"a second manifest that says otherwise", write("manifest-md5.txt", "74b87337454200d4d33f80c4663dc5e5  data/a\n00000000000000000000000000000000  data/b\n"), []string{"changed data/b"}},
		{"no manifest", func(t *testing.T, dir string) {
			t.Helper()
			_ = os.Remove(filepath.Join(dir, "manifest-sha512.txt"))
		}, []string{"no-manifest ", "missing manifest-sha512.txt"}},
		{"no payload", func(t *testing.T, dir string) { t.Helper(); _ = os.RemoveAll(filepath.Join(dir, "data")) }, []string{"no-payload data", "missing data/a", "missing data/b", "payload-oxum "}},
		{"version of the future", write("bagit.txt", "BagIt-Version: 2.0\nTag-File-Character-Encoding: UTF-8\n"), []string{"declaration bagit.txt"}},
		{"unknown encoding", write("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: KLINGON\n"), []string{"declaration bagit.txt"}},
		{"not UTF-8", write("bag-info.txt", "Name: \xff\xfe\n"), []string{"unreadable bag-info.txt"}},
		{"no name", write("bag-info.txt", "no colon here\n"), []string{"bag-info bag-info.txt"}},
		{"an endless line", write("manifest-sha512.txt", strings.Repeat("a", 100_000)), []string{"unreadable manifest-sha512.txt", "not-listed data/a", "not-listed data/b"}},
		{"to be fetched", func(t *testing.T, dir string) {
			t.Helper()
			_ = os.Remove(filepath.Join(dir, "data", "a"))
			write("fetch.txt", "https://example.org/a 4 data/a\n")(t, dir)
		}, []string{"missing data/a", "not-fetched data/a", "payload-oxum "}},
		{"fetched to elsewhere", write("fetch.txt", "https://example.org/a - data/../../etc/x\nhttps://example.org/a x data/a\n"), []string{"out-of-bag data/../../etc/x", "fetch fetch.txt"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "bag")
			makeBag(t, dir, map[string]string{"data/a": "aaaa", "data/b": "bbbb"})
			test.change(t, dir)
			var got []string
			for _, f := range validate(t, dir).Faults {
				if f.Code == "changed" && !strings.HasPrefix(f.Path, "data/") {
					continue // the tag file that the test changed
				}
				got = append(got, f.Code+" "+f.Path)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A pipe or a device in a bag keeps no one waiting.
func TestValidateOutside(t *testing.T) {
	t.Parallel()
	if _, err := bagit.Validate(t.Context(), filepath.Join(t.TempDir(), "nothing"), bagit.Options{}); err == nil {
		t.Error("a bag that is not there is validated")
	}
	empty := t.TempDir()
	if report := validate(t, empty); report.Valid() || report.Faults[0].Code != "no-bag" {
		t.Errorf("%+v", report)
	}
	dir := filepath.Join(t.TempDir(), "bag")
	makeBag(t, dir, map[string]string{"data/a": strings.Repeat("a", 1<<20)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bagit.Validate(ctx, dir, bagit.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
	var n int64
	if _, err := bagit.Validate(t.Context(), dir, bagit.Options{Workers: 1, Read: func(b int64) { n += b }}); err != nil || n < 1<<20 {
		t.Errorf("%d bytes were told of, %v", n, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "a"), bytes.Repeat([]byte("b"), 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if report, err := bagit.Validate(t.Context(), dir, bagit.Options{Quick: true}); err != nil || !report.Valid() {
		t.Errorf("quick: %+v %v", report, err)
	}
}
