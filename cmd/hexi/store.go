package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"hexi/archive/objects"
	"hexi/ingest"
)

// storeAdapter gives the pipeline the object store in the form it asks for.
type storeAdapter struct {
	store   objects.Store
	scratch string // directory for copies of masters; "" is the system's

	received func(bytes int64) // hears of each master that was stored
}

func (a storeAdapter) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (int64, error) {
	info, err := a.store.Put(ctx, key, r, objects.PutOptions{Size: size, ContentType: contentType})
	if err == nil && strings.HasPrefix(key, ingest.MasterPrefix) {
		a.received(info.Size)
	}
	return info.Size, err
}

func (a storeAdapter) Size(ctx context.Context, key string) (int64, error) {
	info, err := a.store.Stat(ctx, key)
	return info.Size, err
}

func (a storeAdapter) Delete(ctx context.Context, key string) error { return a.store.Delete(ctx, key) }

// Reader opens an object for reading anywhere in it. In a directory that is the
// file itself; an object of S3 is first copied to a temporary file, because
// decoders read it in thousands of small pieces.
func (a storeAdapter) Reader(ctx context.Context, key string) (ingest.ReaderAtCloser, int64, error) {
	if dir, ok := a.store.(*objects.Dir); ok {
		f, info, err := dir.OpenFile(key)
		if err != nil {
			return nil, 0, err
		}
		return f, info.Size, nil
	}
	body, info, err := a.store.Get(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close() //nolint:errcheck // read to its end
	dir := either(a.scratch, os.TempDir())
	if free, err := ingest.FreeSpace(dir); err != nil || free < info.Size {
		return nil, 0, errors.Join(err, fmt.Errorf("the scratch directory %s has %d MB free, and the copy of a master of %d MB goes there: make room, or name another directory (--scratch)",
			dir, free>>20, info.Size>>20))
	}
	f, err := os.CreateTemp(a.scratch, "hexi-master-*")
	if err != nil {
		return nil, 0, fmt.Errorf("make scratch file: %w", err)
	}
	// Unlinked at once, so that it goes with the process however that ends.
	err = os.Remove(f.Name())
	var n int64
	if err == nil {
		n, err = io.Copy(f, body)
	}
	if err == nil && n != info.Size {
		err = fmt.Errorf("read %s: %d of %d bytes came: %w", key, n, info.Size, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, n, nil
}

// stagerOf gives the pipeline the store as one that takes in bytes without a key,
// where it can: in S3 such bytes would have to be copied to their place.
// Only masters are stored so; received hears of them.
func stagerOf(store objects.Store, received func(bytes int64)) ingest.Stager {
	if dir, ok := store.(*objects.Dir); ok {
		return dirStager{dir, received}
	}
	return nil
}

type dirStager struct {
	dir      *objects.Dir
	received func(bytes int64)
}

func (s dirStager) Stage(ctx context.Context, r io.Reader) (ingest.Staged, error) {
	staged, err := s.dir.Stage(ctx, r)
	if err != nil {
		return nil, err // not a nil *Staged in an interface that is not nil
	}
	return stagedFile{staged, s.received}, nil
}

type stagedFile struct {
	*objects.Staged
	received func(bytes int64)
}

func (f stagedFile) Place(ctx context.Context, key string) error {
	info, err := f.Staged.Place(ctx, key)
	if err == nil {
		f.received(info.Size)
	}
	return err
}

// sweep clears away what the writes of crashed processes left in the object
// directory, until ctx ends. It walks the whole store: long-running commands do it
// once, beside their work.
func (h *house) sweep(ctx context.Context) {
	dir, ok := h.objects.(*objects.Dir)
	if !ok {
		return
	}
	n, err := dir.Sweep(ctx, time.Now())
	if err != nil && ctx.Err() == nil {
		h.log.Warn("unfinished writes could not be cleared away", "error", err)
	}
	if n > 0 {
		h.log.Info("unfinished writes of crashed processes were cleared away", "files", n)
	}
}
