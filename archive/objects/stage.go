package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// Staged is an object that is written and has no key yet: its writer learns what
// it is from its bytes, on the way. It is used by one goroutine at a time and ends
// with Place or Discard.
type Staged struct {
	dir  *Dir
	temp string
	file *os.File // nil when it has ended
	size int64
}

// Stage takes in all of r. Nothing of it is visible or durable before Place.
func (d *Dir) Stage(ctx context.Context, r io.Reader) (*Staged, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stage an object: %w", err)
	}
	temp, f, err := d.createTemp(".")
	if err != nil {
		return nil, fmt.Errorf("stage an object: %w", d.full(err))
	}
	s := &Staged{dir: d, temp: temp, file: f}
	if s.size, err = fill(ctx, f, r, -1); err != nil {
		return nil, fmt.Errorf("stage an object: %w", errors.Join(d.full(err), s.Discard()))
	}
	return s, nil
}

// Size is the number of bytes that were taken in.
func (s *Staged) Size() int64 { return s.size }

// Place makes the object durable and visible under a key, replacing what was
// there. When it fails, the object is discarded.
func (s *Staged) Place(ctx context.Context, key string) (Info, error) {
	info, err := s.place(ctx, key)
	if err != nil {
		return Info{}, fmt.Errorf("place %s: %w", key, errors.Join(s.dir.full(err), s.Discard()))
	}
	return info, nil
}

func (s *Staged) place(ctx context.Context, key string) (Info, error) {
	if s.file == nil {
		return Info{}, os.ErrClosed
	}
	if err := errors.Join(CheckKey(key), ctx.Err()); err != nil {
		return Info{}, err
	}
	if err := s.file.Sync(); err != nil {
		return Info{}, err
	}
	if err := s.dir.makeFolders(path.Dir(key)); err != nil {
		return Info{}, err
	}
	if err := s.dir.place(ctx, s.temp, key, PutOptions{}); err != nil {
		return Info{}, err
	}
	f := s.file
	s.file = nil
	if err := f.Close(); err != nil {
		return Info{}, err
	}
	return s.dir.stat(key)
}

// Discard drops an object that was not placed; of one that was, it does nothing.
func (s *Staged) Discard() error {
	if s.file == nil {
		return nil
	}
	err := errors.Join(s.file.Close(), ignoreNotExist(s.dir.root.Remove(s.temp)))
	s.file = nil
	return err
}
