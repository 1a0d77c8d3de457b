package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"

	"hexi/archive/objects"
	"hexi/archive/ocfl"
)

// packagesPrefix is where the object store has the preservation packages.
const packagesPrefix = "ocfl"

// packageStore gives the preservation packages the object store in the form they
// ask for.
type packageStore struct{ store objects.Store }

func (s packageStore) Put(ctx context.Context, key string, r io.Reader, opts ocfl.PutOptions) error {
	_, err := s.store.Put(ctx, key, r, objects.PutOptions{Size: opts.Size, IfAbsent: opts.IfAbsent, IfMatch: opts.IfMatch})
	return err
}

func (s packageStore) Get(ctx context.Context, key string) (io.ReadCloser, ocfl.Info, error) {
	body, info, err := s.store.Get(ctx, key)
	return body, packageInfo(info), err
}

func (s packageStore) Stat(ctx context.Context, key string) (ocfl.Info, error) {
	info, err := s.store.Stat(ctx, key)
	return packageInfo(info), err
}

// Copy brings a master into its package; in a directory without copying a byte, since
// the place where it was received is deleted afterwards.
func (s packageStore) Copy(ctx context.Context, from, to string) error {
	if dir, ok := s.store.(*objects.Dir); ok {
		return dir.CopyByLink(ctx, from, to)
	}
	return s.store.Copy(ctx, from, to)
}

// PutAll implements ocfl.Batch for a directory.
func (s packageStore) PutAll(ctx context.Context, blobs []ocfl.Blob) (int, error) {
	dir, ok := s.store.(*objects.Dir)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	all := make([]objects.Blob, len(blobs))
	for i, b := range blobs {
		all[i] = objects.Blob{Key: b.Key, Data: b.Data, PutOptions: objects.PutOptions{Size: b.Size, IfAbsent: b.IfAbsent, IfMatch: b.IfMatch}}
	}
	return dir.PutAll(ctx, all)
}

func (s packageStore) Delete(ctx context.Context, key string) error { return s.store.Delete(ctx, key) }

func (s packageStore) List(ctx context.Context, prefix string) iter.Seq2[ocfl.Info, error] {
	return func(yield func(ocfl.Info, error) bool) {
		for info, err := range s.store.List(ctx, prefix) {
			if !yield(packageInfo(info), err) {
				return
			}
		}
	}
}

// Oddities implements ocfl.Odd: only a directory can hold what is no file.
func (s packageStore) Oddities(ctx context.Context, prefix string) iter.Seq2[ocfl.Oddity, error] {
	return func(yield func(ocfl.Oddity, error) bool) {
		dir, ok := s.store.(*objects.Dir)
		if !ok {
			return
		}
		for o, err := range dir.Oddities(ctx, prefix) {
			what := ocfl.Special
			switch {
			case o.Mode.IsDir():
				what = ocfl.EmptyFolder
			case o.Mode&fs.ModeSymlink != 0:
				what = ocfl.Link
			}
			if !yield(ocfl.Oddity{Key: o.Key, What: what}, err) {
				return
			}
		}
	}
}

func packageInfo(info objects.Info) ocfl.Info {
	return ocfl.Info{Key: info.Key, Size: info.Size, ETag: info.ETag, Modified: info.Modified}
}
