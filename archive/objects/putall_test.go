package objects

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hexi/archive"
)

func blob(key, content string, opts PutOptions) Blob {
	return Blob{Key: key, Data: []byte(content), PutOptions: opts}
}

// openedDir is a store in a directory, until the test ends.
func openedDir(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := OpenDir(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() }) // read only by then
	return d
}

// names are all files and folders of a directory, unfinished writes too.
func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if rel := strings.TrimPrefix(name, dir); err == nil && rel != "" && rel != "/"+lockName {
			if e.IsDir() {
				rel += "/"
			}
			out = append(out, rel[1:])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPutAll(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openedDir(t, path)
	ctx := t.Context()
	absent := PutOptions{IfAbsent: true}
	many := []Blob{
		blob("o/x/one", "1", absent), blob("o/x/y/two", "2", absent), blob("o/three", "", PutOptions{}), blob("o/z/four", "4", absent), blob("o/five", "5", absent),
	}
	if n, err := d.PutAll(ctx, many); n != 5 || err != nil {
		t.Fatalf("put %d, %v", n, err)
	}
	for _, b := range many {
		if got := get(t, d, b.Key); got != string(b.Data) {
			t.Errorf("%s holds %q", b.Key, got)
		}
	}
	five, err := d.Stat(ctx, "o/five")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		blobs []Blob
		done  int
		want  error
	}{
		{"one that is there", []Blob{blob("o/six", "6", absent), blob("o/x/one", "!", absent), blob("o/seven", "7", absent)}, 1, archive.ErrExists},
		{"one that changed", []Blob{blob("o/five", "5b", PutOptions{IfMatch: five.ETag}), blob("o/five", "5c", PutOptions{IfMatch: five.ETag}), blob("o/eight", "8", absent)}, 1, archive.ErrConflict},
		{"one that is gone", []Blob{blob("p/q/none", "!", PutOptions{IfMatch: "x"})}, 0, archive.ErrConflict},
		{"none", nil, 0, nil},
	} {
		if n, err := d.PutAll(ctx, test.blobs); n != test.done || !errors.Is(err, test.want) {
			t.Errorf("%s: put %d, %v; want %d, %v", test.name, n, err, test.done, test.want)
		}
	}
	invalid := (*archive.InvalidError)(nil)
	if n, err := d.PutAll(ctx, []Blob{blob("o/nine", "9", absent), blob("o/../../out", "!", absent)}); n != 0 || !errors.As(err, &invalid) {
		t.Errorf("a key that leads out: %d, %v", n, err)
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	if n, err := d.PutAll(over, []Blob{blob("o/nine", "9", absent)}); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %d, %v", n, err)
	}
	if got := get(t, d, "o/x/one") + get(t, d, "o/five"); got != "15b" {
		t.Errorf("what was there is now %q", got)
	}
	want := []string{"o/five", "o/six", "o/three", "o/x/one", "o/x/y/two", "o/z/four"}
	if got := keys(t, d, ""); !slices.Equal(got, want) {
		t.Errorf("keys = %v, want %v", got, want)
	}
	for _, name := range names(t, path) {
		if strings.Contains(name, tempPrefix) {
			t.Errorf("%s is left", name)
		}
	}
}

// A folder that is not there yet comes whole: nothing of it is seen before, and what an
// unfinished write left is no object and is swept.
func TestPutAllNewFolder(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openedDir(t, path)
	ctx := t.Context()
	absent := PutOptions{IfAbsent: true}
	object := func(name string) []Blob {
		return []Blob{blob(name+"/v1/content/a", "a", absent), blob(name+"/v1/content/b/c", "c", absent), blob(name+"/v1/inventory", "i", absent), blob(name+"/inventory", "i", absent)}
	}
	if n, err := d.PutAll(ctx, object("x/y/o1")); n != 4 || err != nil {
		t.Fatalf("put %d, %v", n, err)
	}
	if n, err := d.PutAll(ctx, object("deep/in/many/new/folders/o")); n != 4 || err != nil {
		t.Fatalf("put %d, %v", n, err)
	}
	if err := d.root.RemoveAll("deep"); err != nil {
		t.Fatal(err)
	}
	want := []string{"x/", "x/y/", "x/y/o1/", "x/y/o1/inventory", "x/y/o1/v1/", "x/y/o1/v1/content/", "x/y/o1/v1/content/a", "x/y/o1/v1/content/b/", "x/y/o1/v1/content/b/c", "x/y/o1/v1/inventory"}
	if got := names(t, path); !slices.Equal(got, want) {
		t.Errorf("the directory holds\n%q, want\n%q", got, want)
	}
	if n, err := d.PutAll(ctx, object("x/y/o1")); n != 0 || !errors.Is(err, archive.ErrExists) {
		t.Errorf("the same again: %d, %v", n, err)
	}
	if n, err := d.PutAll(ctx, []Blob{blob("x/y/twice/a", "1", absent), blob("x/y/twice/a", "2", absent)}); n != 1 || !errors.Is(err, archive.ErrExists) || get(t, d, "x/y/twice/a") != "1" {
		t.Errorf("the same key twice: %d, %v", n, err)
	}
	if n, err := d.PutAll(ctx, []Blob{blob("x/y/both", "1", absent), blob("x/y/both/a", "2", absent)}); err == nil || n > 1 {
		t.Errorf("a file that is a folder: %d, %v", n, err)
	}
	if err := os.MkdirAll(filepath.Join(path, "x/y/o2"), 0o750); err != nil { // as a killed process leaves it
		t.Fatal(err)
	}
	if n, err := d.PutAll(ctx, object("x/y/o2")); n != 4 || err != nil {
		t.Errorf("a folder with nothing in it: %d, %v", n, err)
	}
	left := filepath.Join(path, "x/y", tempPrefix+"LEFT", "v1")
	if err := os.MkdirAll(left, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "inventory"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := keys(t, d, "x/y/"); slices.ContainsFunc(got, func(key string) bool { return strings.Contains(key, "LEFT") }) {
		t.Errorf("what is unfinished is listed: %q", got)
	}
	if n, err := d.Sweep(ctx, time.Now()); n != 0 || err != nil {
		t.Errorf("swept %d while it may be written to, %v", n, err)
	}
	if n, err := d.Sweep(ctx, time.Now().Add(2*staleAfter)); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	for _, name := range names(t, path) {
		if strings.Contains(name, tempPrefix) {
			t.Errorf("%s is left", name)
		}
	}
}

// Of several who write the same new folder one does, and the others learn it.
func TestPutAllNewFolderAtOnce(t *testing.T) {
	t.Parallel()
	d := openedDir(t, t.TempDir())
	for round := range 20 {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := []string{}
		for i := range 6 {
			wg.Go(func() {
				base, mine := fmt.Sprintf("a/%d/o", round), fmt.Sprint(i)
				n, err := d.PutAll(t.Context(), []Blob{
					blob(base+"/commit", mine, PutOptions{IfAbsent: true}), blob(base+"/in/one", mine, PutOptions{IfAbsent: true}),
					blob(base+"/in/two", mine, PutOptions{IfAbsent: true}), blob(base+"/three", mine, PutOptions{IfAbsent: true}),
				})
				mu.Lock()
				defer mu.Unlock()
				switch {
				case n == 4 && err == nil:
					won = append(won, mine)
				case n != 0 || !errors.Is(err, archive.ErrExists):
					t.Errorf("put %d, %v", n, err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("round %d: %q won", round, won)
		}
		for _, name := range []string{"commit", "in/one", "in/two", "three"} {
			if got := get(t, d, fmt.Sprintf("a/%d/o/%s", round, name)); got != won[0] {
				t.Errorf("round %d: %s is of %s, %s won", round, name, got, won[0])
			}
		}
	}
}

// Batches come at once, with the same keys and with others in the same folders,
// which are removed whenever they are empty.
func TestPutAllAtOnce(t *testing.T) {
	t.Parallel()
	d := openedDir(t, t.TempDir())
	var wg sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 8 {
		wg.Go(func() {
			for round := range 10 {
				mine := fmt.Sprintf("a/b/c/mine/%d", i)
				n, err := d.PutAll(t.Context(), []Blob{
					blob(mine, "m", PutOptions{IfAbsent: true}), blob(fmt.Sprintf("a/b/shared/%d", round), fmt.Sprint(i), PutOptions{IfAbsent: true}),
				})
				switch {
				case n == 2 && err == nil:
					mu.Lock()
					won++
					mu.Unlock()
				case n != 1 || !errors.Is(err, archive.ErrExists):
					t.Errorf("put %d, %v", n, err)
				}
				if err := d.Delete(t.Context(), mine); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if won != 10 {
		t.Errorf("%d batches won 10 rounds", won)
	}
}

func TestCopyByLink(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openedDir(t, path)
	ctx := t.Context()
	put(t, d, "in/master", "pixels")
	put(t, d, "package/a/master", "a placeholder")
	for range 2 { // again changes nothing
		if err := d.CopyByLink(ctx, "in/master", "package/a/master"); err != nil {
			t.Fatal(err)
		}
	}
	put(t, d, "in/master", "another one") // replacing one name leaves the other
	if got := get(t, d, "package/a/master"); got != "pixels" {
		t.Errorf("the copy holds %q", got)
	}
	if err := d.Delete(ctx, "in/master"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, d, "package/a/master"); got != "pixels" {
		t.Errorf("after the deletion the copy holds %q", got)
	}
	for _, from := range []string{"in/master", "package"} {
		if err := d.CopyByLink(ctx, from, "package/b"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("of %s: %v", from, err)
		}
	}
	for _, name := range names(t, path) {
		if strings.Contains(name, tempPrefix) {
			t.Errorf("%s is left", name)
		}
	}
}
