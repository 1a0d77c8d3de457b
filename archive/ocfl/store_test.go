package ocfl_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/archive/ocfl/ocfltest"
)

// folder is a store in a directory, as small as it can be: one lock orders all of
// its changes. The stores that hexi has are tried by cmd/hexi.
type folder struct {
	mu   sync.Mutex
	path string
	n    int // makes ETags
	tags map[string]string
}

func newFolder(t testing.TB) *folder {
	t.Helper()
	return &folder{path: t.TempDir(), tags: map[string]string{}}
}

func (f *folder) file(key string) string { return filepath.Join(f.path, filepath.FromSlash(key)) }

func (f *folder) Put(_ context.Context, key string, r io.Reader, opts ocfl.PutOptions) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err = os.Stat(f.file(key))
	switch {
	case opts.IfAbsent && err == nil:
		return fmt.Errorf("put %s: %w", key, archive.ErrExists)
	case opts.IfMatch != "" && (err != nil || f.tags[key] != opts.IfMatch):
		return fmt.Errorf("put %s: %w", key, archive.ErrConflict)
	}
	f.n++
	f.tags[key] = fmt.Sprint(f.n)
	return errors.Join(os.MkdirAll(filepath.Dir(f.file(key)), 0o750), os.WriteFile(f.file(key), data, 0o600))
}

func (f *folder) Get(ctx context.Context, key string) (io.ReadCloser, ocfl.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	data, err := os.ReadFile(f.file(key))
	if err != nil {
		return nil, ocfl.Info{}, missing(key, err)
	}
	return io.NopCloser(strings.NewReader(string(data))), ocfl.Info{Key: key, Size: int64(len(data)), ETag: f.tag(key)}, ctx.Err()
}

func (f *folder) tag(key string) string {
	if f.tags[key] == "" { // it was not put through here
		f.tags[key] = "found"
	}
	return f.tags[key]
}

func (f *folder) Stat(ctx context.Context, key string) (ocfl.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, err := os.Stat(f.file(key))
	if err != nil || info.IsDir() {
		return ocfl.Info{}, missing(key, err)
	}
	return ocfl.Info{Key: key, Size: info.Size(), ETag: f.tag(key), Modified: info.ModTime()}, ctx.Err()
}

func missing(key string, err error) error {
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = archive.ErrNotFound
	}
	return fmt.Errorf("%s: %w", key, err)
}

func (f *folder) Copy(ctx context.Context, from, to string) error {
	body, _, err := f.Get(ctx, from)
	if err != nil {
		return err
	}
	return f.Put(ctx, to, body, ocfl.PutOptions{})
}

func (f *folder) Delete(_ context.Context, key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.Remove(f.file(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for folder := filepath.Dir(f.file(key)); folder != f.path && os.Remove(folder) == nil; folder = filepath.Dir(folder) {
	}
	return nil
}

// above is the folder in which everything with a prefix is.
func (f *folder) above(prefix string) string { return filepath.Dir(f.file(prefix + "x")) }

func (f *folder) List(_ context.Context, prefix string) iter.Seq2[ocfl.Info, error] {
	return func(yield func(ocfl.Info, error) bool) {
		var all []ocfl.Info
		err := filepath.WalkDir(f.above(prefix), func(name string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			key := filepath.ToSlash(strings.TrimPrefix(name, f.path+"/"))
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil // deleted meanwhile
			}
			if err == nil && strings.HasPrefix(key, prefix) {
				all = append(all, ocfl.Info{Key: key, Size: info.Size(), Modified: info.ModTime()})
			}
			return err
		})
		if err != nil {
			yield(ocfl.Info{}, err)
			return
		}
		slices.SortFunc(all, func(a, b ocfl.Info) int { return strings.Compare(a.Key, b.Key) })
		for _, info := range all {
			if !yield(info, nil) {
				return
			}
		}
	}
}

// Oddities implements ocfl.Odd.
func (f *folder) Oddities(_ context.Context, prefix string) iter.Seq2[ocfl.Oddity, error] {
	return func(yield func(ocfl.Oddity, error) bool) {
		err := filepath.WalkDir(f.above(prefix), func(name string, e fs.DirEntry, err error) error {
			key := filepath.ToSlash(strings.TrimPrefix(name, f.path+"/"))
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !strings.HasPrefix(key, prefix) {
				return err
			}
			what := ""
			switch {
			case e.IsDir():
				if inside, err := os.ReadDir(name); err != nil || len(inside) > 0 {
					return err
				}
				what = ocfl.EmptyFolder
			case e.Type()&fs.ModeSymlink != 0:
				what = ocfl.Link
			case !e.Type().IsRegular():
				what = ocfl.Special
			}
			if what != "" && !yield(ocfl.Oddity{Key: key, What: what}, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(ocfl.Oddity{}, err)
		}
	}
}

func TestStops(t *testing.T) {
	t.Parallel()
	ocfltest.Stops(t, newFolder(t), "stops")
}

func TestRace(t *testing.T) {
	t.Parallel()
	ocfltest.Race(t, newFolder(t), "race")
}
