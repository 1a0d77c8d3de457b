package objects

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"hexi/archive"
)

// stores opens every kind of store, each empty.
func stores(t *testing.T) map[string]Store {
	t.Helper()
	dir, err := OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	out := map[string]Store{"dir": dir}
	if s3 := openTestS3(t); s3 != nil {
		out["s3"] = s3
	}
	return out
}

// openTestS3 opens a fresh bucket of the real server that HEXI_TEST_S3 names.
func openTestS3(t *testing.T) Store {
	t.Helper()
	address := os.Getenv("HEXI_TEST_S3")
	if address == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_S3 is not set: a skipped S3 server is a failure in CI")
		}
		t.Log("HEXI_TEST_S3 is not set: only the directory is tried; make test starts a server")
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = fmt.Sprintf("/conformance-%08x", rand.Uint32())
	store, err := OpenS3(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// conform runs one rule of the contract on every store.
func conform(t *testing.T, rule func(t *testing.T, s Store)) {
	t.Parallel()
	for name, store := range stores(t) {
		t.Run(name, func(t *testing.T) { rule(t, store) })
	}
}

func put(t *testing.T, s Store, key, content string) Info {
	t.Helper()
	info, err := s.Put(t.Context(), key, strings.NewReader(content), PutOptions{Size: int64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func get(t *testing.T, s Store, key string) string {
	t.Helper()
	r, info, err := s.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close() //nolint:errcheck // read to its end
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size != int64(len(data)) {
		t.Errorf("%s: size %d, but %d bytes came", key, info.Size, len(data))
	}
	return string(data)
}

func keys(t *testing.T, s Store, prefix string) []string {
	t.Helper()
	var out []string
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, info.Key)
	}
	return out
}

func TestAbsent(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		_, err := s.Stat(t.Context(), "no/such")
		_, _, getErr := s.Get(t.Context(), "no/such")
		_, _, rangeErr := s.Range(t.Context(), "no/such", 0, 1, "")
		copyErr := s.Copy(t.Context(), "no/such", "b")
		moveErr := s.Move(t.Context(), "no/such", "b")
		for i, err := range []error{err, getErr, rangeErr, copyErr, moveErr} {
			if !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("call %d: %v, want not found", i, err)
			}
		}
		if err := s.Delete(t.Context(), "no/such"); err != nil {
			t.Errorf("delete of nothing: %v", err)
		}
		if got := keys(t, s, ""); len(got) != 0 {
			t.Errorf("an empty store lists %v", got)
		}
	})
}

func TestPutGetReplaceDelete(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		first := put(t, s, "a/b/c", "first")
		stat, err := s.Stat(t.Context(), "a/b/c")
		if err != nil || stat.Size != 5 || stat.ETag != first.ETag || stat.Key != "a/b/c" {
			t.Errorf("stat = %+v, %v; put said %+v", stat, err, first)
		}
		second := put(t, s, "a/b/c", "second, longer")
		if second.ETag == first.ETag {
			t.Error("the ETag stayed although the content changed")
		}
		if got := get(t, s, "a/b/c"); got != "second, longer" {
			t.Errorf("content = %q", got)
		}
		if err := s.Delete(t.Context(), "a/b/c"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Stat(t.Context(), "a/b/c"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("after delete: %v", err)
		}
		put(t, s, "a/b/c", "again") // its folders may have gone with it
	})
}

func TestEmptyObject(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		put(t, s, "empty", "")
		if got := get(t, s, "empty"); got != "" {
			t.Errorf("content = %q", got)
		}
		var invalid *archive.InvalidError
		if _, _, err := s.Range(t.Context(), "empty", 0, 1, ""); !errors.As(err, &invalid) {
			t.Errorf("range of an empty object: %v", err)
		}
	})
}

func TestRange(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		info := put(t, s, "k", "0123456789")
		for _, test := range []struct {
			off, n int64
			want   string
		}{{0, 10, "0123456789"}, {0, 1, "0"}, {3, 4, "3456"}, {9, 1, "9"}, {8, 100, "89"}, {0, 1 << 40, "0123456789"}} {
			r, whole, err := s.Range(t.Context(), "k", test.off, test.n, info.ETag)
			if err != nil {
				t.Fatalf("%d+%d: %v", test.off, test.n, err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Close()); err != nil || string(got) != test.want {
				t.Errorf("%d+%d = %q, %v; want %q", test.off, test.n, got, err, test.want)
			}
			if whole.Key != "k" || whole.Size != 10 || whole.ETag != info.ETag {
				t.Errorf("%d+%d is said to be a part of %+v, not of %+v", test.off, test.n, whole, info)
			}
		}
		var invalid *archive.InvalidError
		for _, test := range [][2]int64{{10, 1}, {11, 5}, {-1, 2}, {0, 0}, {0, -1}} {
			if _, _, err := s.Range(t.Context(), "k", test[0], test[1], ""); !errors.As(err, &invalid) {
				t.Errorf("%v: %v, want an InvalidError", test, err)
			}
		}
		put(t, s, "k", "another version")
		if _, _, err := s.Range(t.Context(), "k", 0, 2, info.ETag); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("range of a replaced version: %v, want a conflict", err)
		}
	})
}

func TestPinned(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		content := strings.Repeat("0123456789abcdef", 1000)
		size := int64(len(content))
		info := put(t, s, "k", content)
		for name, p := range map[string]*Pinned{"by its first answer": Pin(s, "k"), "from the start": PinTo(s, info)} {
			r := p.At(t.Context())
			if err := iotest.TestReader(io.NewSectionReader(r, 100, 500), []byte(content[100:600])); err != nil {
				t.Errorf("pinned %s: %v", name, err)
			}
			if known, ok := p.Info(); !ok || known.Size != size || known.ETag != info.ETag {
				t.Errorf("pinned %s: to %+v, %v", name, known, ok)
			}
		}
		for _, p := range []*Pinned{Pin(s, "k"), PinTo(s, info)} {
			if n, err := p.Read(t.Context(), make([]byte, 1), size); n != 0 || !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %d, %v", n, err)
			}
			if n, err := p.Read(t.Context(), make([]byte, 10), size-4); n != 4 || !errors.Is(err, io.EOF) {
				t.Errorf("over the end: %d, %v", n, err)
			}
		}
		if _, err := Pin(s, "none").Read(t.Context(), make([]byte, 1), 0); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("of nothing: %v", err)
		}
	})
}

// Many read an object that is replaced: what comes out is of one version. On S3
// the replacement stands between two reads; while it goes on, the server of the
// tests itself sends the bytes of one version with the ETag of another.
func TestPinnedKeepsToOneVersion(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		_, during := s.(*Dir)
		const size = 4000
		for round := range 10 {
			put(t, s, "k", strings.Repeat("a", size))
			p := Pin(s, "k")
			var seen sync.Map
			read := func() {
				b := make([]byte, 100)
				switch _, err := p.Read(t.Context(), b, int64(100*round)); {
				case err == nil:
					seen.Store(string(b[:1]), true)
					if !bytes.Equal(b, bytes.Repeat(b[:1], 100)) {
						t.Errorf("one read holds two versions: %s", b)
					}
				case !errors.Is(err, archive.ErrConflict):
					t.Error(err)
				}
			}
			var wg sync.WaitGroup
			many := func() {
				for range 8 {
					wg.Go(func() { read(); read() })
				}
			}
			many()
			if !during {
				wg.Wait()
			}
			put(t, s, "k", strings.Repeat("b", size))
			many()
			wg.Wait()
			_, old := seen.Load("a")
			_, young := seen.Load("b")
			if old == young {
				t.Errorf("round %d: old bytes were read: %v, new ones: %v", round, old, young)
			}
			if old {
				if _, err := p.Read(t.Context(), make([]byte, 1), 0); !errors.Is(err, archive.ErrConflict) {
					t.Errorf("round %d: after it was replaced: %v", round, err)
				}
			}
		}
	})
}

func TestContentRange(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][2]int64{
		"bytes 0-99/1234": {0, 1234}, "bytes 7-7/8": {7, 8},
		"": {-1}, "bytes 0-99/*": {-1}, "bytes */1234": {-1}, "bytes 9-9/9": {-1}, "0-x": {-1}, "bytes -1-2/3": {-1},
	} {
		start, size, err := contentRange(header)
		if want[0] < 0 {
			if err == nil {
				t.Errorf("%q is read as %d of %d", header, start, size)
			}
		} else if err != nil || start != want[0] || size != want[1] {
			t.Errorf("%q is read as %d of %d, %v", header, start, size, err)
		}
	}
}

func TestIfAbsentRace(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		for round := range 20 {
			key := fmt.Sprintf("race/%d", round)
			var won atomic.Int32
			var winner atomic.Value
			var wg sync.WaitGroup
			for writer := range 8 {
				wg.Go(func() {
					content := fmt.Sprintf("writer %d", writer)
					_, err := s.Put(t.Context(), key, strings.NewReader(content),
						PutOptions{Size: int64(len(content)), IfAbsent: true})
					switch {
					case err == nil:
						won.Add(1)
						winner.Store(content)
					case !errors.Is(err, archive.ErrExists):
						t.Errorf("writer %d: %v", writer, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("round %d: %d writers won", round, won.Load())
			}
			if got := get(t, s, key); got != winner.Load() {
				t.Errorf("round %d: content %q, the winner wrote %q", round, got, winner.Load())
			}
		}
	})
}

// Of those who replace the same version of an object one succeeds, whatever the
// moment; who replaces one that is gone or was never there does not.
func TestIfMatch(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		replace := func(key, content, etag string) (Info, error) {
			return s.Put(t.Context(), key, strings.NewReader(content), PutOptions{Size: int64(len(content)), IfMatch: etag})
		}
		first := put(t, s, "a/k", "first")
		second, err := replace("a/k", "second", first.ETag)
		if err != nil || second.ETag == first.ETag || get(t, s, "a/k") != "second" {
			t.Fatalf("replacing the first: %+v, %v", second, err)
		}
		if _, err := replace("a/k", "third", first.ETag); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("replacing what was replaced: %v", err)
		}
		if stat, err := s.Stat(t.Context(), "a/k"); err != nil || stat.ETag != second.ETag {
			t.Errorf("after a conflict: %+v, %v", stat, err)
		}
		if _, err := replace("a/none", "x", first.ETag); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("replacing nothing: %v", err)
		}
		if _, err := s.Stat(t.Context(), "a/none"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("after replacing nothing: %v", err)
		}
		var invalid *archive.InvalidError
		if _, err := s.Put(t.Context(), "a/k", strings.NewReader("x"), PutOptions{Size: 1, IfAbsent: true, IfMatch: second.ETag}); !errors.As(err, &invalid) {
			t.Errorf("both conditions: %v", err)
		}
		if got := keys(t, s, ""); !slices.Equal(got, []string{"a/k"}) {
			t.Errorf("keys = %v", got)
		}
	})
}

func TestIfMatchRace(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		old := put(t, s, "race", "start")
		for round := range 20 {
			var won atomic.Int32
			var winner atomic.Value
			var wg sync.WaitGroup
			for writer := range 8 {
				wg.Go(func() {
					content := fmt.Sprintf("round %d, writer %d", round, writer)
					info, err := s.Put(t.Context(), "race", strings.NewReader(content),
						PutOptions{Size: int64(len(content)), IfMatch: old.ETag})
					switch {
					case err == nil:
						won.Add(1)
						winner.Store(info)
					case !errors.Is(err, archive.ErrConflict):
						t.Errorf("writer %d: %v", writer, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("round %d: %d writers won", round, won.Load())
			}
			old, _ = winner.Load().(Info)
			if stat, err := s.Stat(t.Context(), "race"); err != nil || stat.ETag != old.ETag {
				t.Errorf("round %d: what is there is %+v, %v; the winner wrote %+v", round, stat, err, old)
			}
		}
	})
}

// Many put and delete in the same folders, which come and go with their objects.
func TestDirFoldersComeAndGo(t *testing.T) {
	t.Parallel()
	d := openedDir(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 50 {
				key := fmt.Sprintf("deep/in/folders/%d", i)
				if _, err := d.Put(t.Context(), key, strings.NewReader("x"), PutOptions{Size: 1, IfAbsent: true}); err != nil {
					t.Error(err)
				}
				if err := d.Delete(t.Context(), key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := keys(t, d, ""); len(got) != 0 {
		t.Errorf("keys = %v", got)
	}
}

func TestListMany(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		var want []string
		var wg sync.WaitGroup
		limit := make(chan struct{}, 16)
		for i := range 1105 {
			key := fmt.Sprintf("many/%04d/x", i)
			want = append(want, key)
			wg.Go(func() {
				limit <- struct{}{}
				defer func() { <-limit }()
				if _, err := s.Put(t.Context(), key, strings.NewReader("x"), PutOptions{Size: 1}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		put(t, s, "other", "x")
		if got := keys(t, s, "many/"); !slices.Equal(got, want) {
			t.Errorf("%d keys listed, want %d in order", len(got), len(want))
		}
		if got := keys(t, s, "many/000"); len(got) != 10 {
			t.Errorf("a prefix inside a segment lists %v", got)
		}
		if got := keys(t, s, "nothing"); len(got) != 0 {
			t.Errorf("a prefix of nothing lists %v", got)
		}
		for _, err := range s.List(t.Context(), "many/") {
			if err != nil {
				t.Error(err)
			}
			break // stopping early must not hang or leak
		}
	})
}

func TestListOrder(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		want := []string{"a-b/x", "a/x", "a/y/z", "a0", "é", "敦煌/莫高窟 第220窟.tif"}
		for _, key := range want {
			put(t, s, key, "x")
		}
		if got := keys(t, s, ""); !slices.Equal(got, want) {
			t.Errorf("order = %q, want %q", got, want)
		}
	})
}

func TestKeys(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		for _, key := range []string{
			"敦煌/莫高窟 第220窟.tif", "with space", "a+b", "100%25", "a%2Fb", "q?x=1#f", "é/combining-e\u0301", "emoji-🐫", "~tilde(1)!*'",
			strings.Repeat("长", 85) + "/x",
		} {
			put(t, s, key, key)
			if got := get(t, s, key); got != key {
				t.Errorf("%q holds %q", key, got)
			}
			if got := keys(t, s, key); !slices.Equal(got, []string{key}) {
				t.Errorf("%q is listed as %q", key, got)
			}
			if err := s.Move(t.Context(), key, "moved/"+key); err != nil {
				t.Errorf("move %q: %v", key, err)
			}
			if got := get(t, s, "moved/"+key); got != key {
				t.Errorf("moved %q holds %q", key, got)
			}
		}
		var invalid *archive.InvalidError
		for _, key := range []string{
			"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/./b", "a\x00b", "a\nb", `a\b`, "\xff", ".hexi-tmp-x",
			strings.Repeat("x", 256), strings.Repeat("x/", 600) + "x",
		} {
			if _, err := s.Put(t.Context(), key, strings.NewReader("x"), PutOptions{Size: 1}); !errors.As(err, &invalid) {
				t.Errorf("put %q: %v, want an InvalidError", key, err)
			}
			if _, err := s.Stat(t.Context(), key); !errors.As(err, &invalid) {
				t.Errorf("stat %q: %v, want an InvalidError", key, err)
			}
		}
	})
}

func TestFailingReaderStoresNothing(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		put(t, s, "kept", "old")
		boom := errors.New("the card reader was pulled out")
		for _, test := range []struct {
			name string
			r    io.Reader
			size int64
		}{
			{"fails", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(boom)), 100},
			{"fails, size unknown", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(boom)), -1},
			{"ends early", strings.NewReader("half"), 100},
		} {
			for _, key := range []string{"new", "kept"} {
				if _, err := s.Put(t.Context(), key, test.r, PutOptions{Size: test.size}); err == nil {
					t.Errorf("%s: put %s succeeded", test.name, key)
				}
			}
			if got := keys(t, s, ""); !slices.Equal(got, []string{"kept"}) {
				t.Errorf("%s: the store lists %v", test.name, got)
			}
			if got := get(t, s, "kept"); got != "old" {
				t.Errorf("%s: the old object holds %q", test.name, got)
			}
		}
		if _, err := s.Put(t.Context(), "long", strings.NewReader("too long"), PutOptions{Size: 3}); err == nil {
			t.Error("more bytes than promised were taken")
		}
		if _, err := s.Stat(t.Context(), "long"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("after too many bytes: %v", err)
		}
	})
}

func TestCancelledContext(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		put(t, s, "k", "x")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		_, putErr := s.Put(gone, "new", strings.NewReader("x"), PutOptions{Size: 1})
		_, statErr := s.Stat(gone, "k")
		_, _, getErr := s.Get(gone, "k")
		_, _, rangeErr := s.Range(gone, "k", 0, 1, "")
		var listErr error
		for _, err := range s.List(gone, "") {
			listErr = err
		}
		for i, err := range []error{putErr, statErr, getErr, rangeErr, s.Delete(gone, "k"), s.Copy(gone, "k", "c"), s.Move(gone, "k", "m"), listErr} {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("call %d: %v, want cancelled", i, err)
			}
		}
		// Cancelled in the middle of the bytes.
		during, cancel := context.WithCancel(t.Context())
		n := 0
		slow := readerFunc(func(b []byte) (int, error) {
			if n++; n == 3 {
				cancel()
			}
			return len(b), nil
		})
		if _, err := s.Put(during, "new", slow, PutOptions{Size: 64 << 20}); !errors.Is(err, context.Canceled) {
			t.Errorf("put cancelled half-way: %v", err)
		}
		if got := keys(t, s, ""); !slices.Equal(got, []string{"k"}) {
			t.Errorf("the store lists %v", got)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func TestLargeObject(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		const size = 64 << 20
		for _, promised := range []int64{size, -1} {
			sent := sha256.New()
			source := io.TeeReader(io.LimitReader(rand.NewChaCha8([32]byte{1}), size), sent)
			info, err := s.Put(t.Context(), "large", source, PutOptions{Size: promised, ContentType: "image/tiff"})
			if err != nil {
				t.Fatal(err)
			}
			if stat, err := s.Stat(t.Context(), "large"); err != nil || stat.Size != size || stat.ETag != info.ETag {
				t.Errorf("stat = %+v, %v; put said %+v", stat, err, info)
			}
			r, _, err := s.Get(t.Context(), "large")
			if err != nil {
				t.Fatal(err)
			}
			received := sha256.New()
			_, err = io.Copy(received, r)
			if err := errors.Join(err, r.Close()); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(sent.Sum(nil), received.Sum(nil)) {
				t.Errorf("promised %d: other bytes came back", promised)
			}
		}
	})
}

func TestCopyMove(t *testing.T) {
	conform(t, func(t *testing.T, s Store) {
		put(t, s, "a/one", "content")
		put(t, s, "b/two", "old")
		if err := s.Copy(t.Context(), "a/one", "b/two"); err != nil {
			t.Fatal(err)
		}
		if err := s.Move(t.Context(), "a/one", "c/d/three"); err != nil {
			t.Fatal(err)
		}
		if got := keys(t, s, ""); !slices.Equal(got, []string{"b/two", "c/d/three"}) {
			t.Errorf("keys = %v", got)
		}
		if get(t, s, "b/two") != "content" || get(t, s, "c/d/three") != "content" {
			t.Error("copy or move changed the bytes")
		}
	})
}

func TestDirKeepsInside(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	if err := os.WriteFile(outside+"/secret", []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, inside+"/link"); err != nil {
		t.Fatal(err)
	}
	d := openedDir(t, inside)
	if _, _, err := d.Get(t.Context(), "link/secret"); err == nil {
		t.Error("a symbolic link led out of the directory")
	}
	if _, err := d.Put(t.Context(), "link/new", strings.NewReader("x"), PutOptions{Size: 1}); err == nil {
		t.Error("a write went out of the directory")
	}
	if got := keys(t, d, ""); len(got) != 0 {
		t.Errorf("links are listed: %v", got)
	}
}

// What is staged is seen by nobody before it has its key, and leaves nothing when
// it gets none.
func TestStage(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openedDir(t, path)
	put(t, d, "masters/a", "old")
	content := strings.Repeat("敦煌", 5<<20) // more than one piece, more than one writeback
	stage := func() *Staged {
		t.Helper()
		s, err := d.Stage(t.Context(), strings.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if s.Size() != int64(len(content)) {
			t.Errorf("staged %d bytes of %d", s.Size(), len(content))
		}
		return s
	}
	left := func() int {
		t.Helper()
		entries, err := os.ReadDir(path)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	s := stage()
	if got := keys(t, d, ""); !slices.Equal(got, []string{"masters/a"}) {
		t.Errorf("keys while staged = %v", got)
	}
	for _, key := range []string{"masters/a", "masters/b/c"} {
		info, err := s.Place(t.Context(), key)
		if err != nil || info.Key != key || info.Size != int64(len(content)) {
			t.Errorf("placed %+v, %v", info, err)
		}
		if got := get(t, d, key); got != content {
			t.Errorf("%s holds %d other bytes", key, len(got))
		}
		if err := s.Discard(); err != nil || get(t, d, key) != content {
			t.Errorf("discarding what was placed: %v", err)
		}
		s = stage()
	}
	if err := errors.Join(s.Discard(), s.Discard()); err != nil {
		t.Error(err)
	}
	if _, err := s.Place(t.Context(), "late"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("placing what was discarded: %v", err)
	}
	var invalid *archive.InvalidError
	if _, err := stage().Place(t.Context(), "../out"); !errors.As(err, &invalid) {
		t.Errorf("placing outside: %v", err)
	}
	boom := errors.New("the card reader was pulled out")
	if _, err := d.Stage(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(boom))); !errors.Is(err, boom) {
		t.Errorf("staging a failing reader: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	s = stage()
	cancel()
	if _, err := s.Place(gone, "late"); !errors.Is(err, context.Canceled) {
		t.Errorf("placing after the end: %v", err)
	}
	if _, err := d.Stage(gone, strings.NewReader(content)); !errors.Is(err, context.Canceled) {
		t.Errorf("staging after the end: %v", err)
	}
	if n := left(); n != 1 {
		t.Errorf("%d entries are left, want the folder of masters", n)
	}
}

func TestDirOddities(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := openedDir(t, dir)
	put(t, d, "a/b/kept", "x")
	for _, name := range []string{"/a/empty/deeper", "/ab", "/c"} {
		if err := os.MkdirAll(dir+name, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("b/kept", dir+"/a/link"); err != nil {
		t.Fatal(err)
	}
	for prefix, want := range map[string]string{
		"": "a/empty/deeper d, a/link L, ab d, c d", "a/": "a/empty/deeper d, a/link L", "a": "a/empty/deeper d, a/link L, ab d",
		"none/": "", "../": "", "c/": "",
	} {
		var got []string
		for o, err := range d.Oddities(t.Context(), prefix) {
			if err != nil {
				t.Fatalf("%q: %v", prefix, err)
			}
			got = append(got, o.Key+" "+strings.ToLower(o.Mode.String()[:1]))
		}
		if strings.ToLower(want) != strings.Join(got, ", ") {
			t.Errorf("%q: %v, want %s", prefix, got, want)
		}
	}
}

func TestDirSweep(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d := openedDir(t, path)
	put(t, d, "a/kept", "x")
	if err := os.MkdirAll(path+"/a/b/c", 0o750); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/a/.hexi-tmp-old", "/a/b/c/.hexi-tmp-old", "/.hexi-tmp-new", "/" + lockName} {
		if err := os.WriteFile(path+name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-25 * time.Hour)
	for _, name := range []string{"/a/.hexi-tmp-old", "/a/b/c/.hexi-tmp-old", "/" + lockName} {
		if err := os.Chtimes(path+name, old, old); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := d.Sweep(t.Context(), time.Now()); n != 2 || err != nil {
		t.Errorf("swept %d, %v; want the two that are old", n, err)
	}
	if _, err := os.Stat(path + "/a/b"); !os.IsNotExist(err) {
		t.Errorf("the folders of what was never finished: %v", err)
	}
	if _, err := os.Stat(path + "/" + lockName); err != nil {
		t.Errorf("the lock: %v", err)
	}
	if got := keys(t, d, ""); !slices.Equal(got, []string{"a/kept"}) {
		t.Errorf("keys = %v", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "ftp://x", "dir:", "s3://", "s3://host", "s3://KEY:hush@host/", "s3://KEY:hush@host/b?tls=maybe", "s3://KEY:hush@ho st/b",
	} {
		_, err := Open(t.Context(), address)
		if err == nil {
			t.Errorf("%q was opened", address)
			continue
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}
