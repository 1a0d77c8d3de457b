package ocfltest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"sync/atomic"

	"hexi/archive/ocfl"
)

// ErrStopped is what a stopped writer gets from its store.
var ErrStopped = errors.New("the writer was stopped")

// Stopping is a store that works for a number of calls and then no more, as for a
// process that is killed. With Late, the last call takes effect although it fails,
// as when the answer is lost.
type Stopping struct {
	Store ocfl.Store
	Late  bool
	after atomic.Int64
	calls atomic.Int64
	lists atomic.Int64
}

// Stop lets n more calls work.
func (s *Stopping) Stop(n int64) { s.after.Store(s.calls.Load() + n) }

// Calls is how many calls came.
func (s *Stopping) Calls() int64 { return s.calls.Load() }

// Lists is how many calls listed the store.
func (s *Stopping) Lists() int64 { return s.lists.Load() }

// call counts; run tells whether the call may take effect.
func (s *Stopping) call() (run bool, err error) {
	n := s.calls.Add(1)
	switch {
	case n <= s.after.Load():
		return true, nil
	case n == s.after.Load()+1 && s.Late:
		return true, ErrStopped
	}
	return false, ErrStopped
}

// Put implements ocfl.Store.
func (s *Stopping) Put(ctx context.Context, key string, r io.Reader, opts ocfl.PutOptions) error {
	run, err := s.call()
	if run {
		if failed := s.Store.Put(ctx, key, r, opts); failed != nil {
			return failed
		}
	}
	return err
}

// Batching is a Stopping store that also takes batches: of a batch every prefix can
// be the last.
type Batching struct{ *Stopping }

// PutAll implements ocfl.Batch.
func (s Batching) PutAll(ctx context.Context, blobs []ocfl.Blob) (int, error) {
	for i, b := range blobs {
		if err := s.Put(ctx, b.Key, bytes.NewReader(b.Data), b.PutOptions); err != nil {
			return i, err
		}
	}
	return len(blobs), nil
}

// Get implements ocfl.Store.
func (s *Stopping) Get(ctx context.Context, key string) (io.ReadCloser, ocfl.Info, error) {
	if _, err := s.call(); err != nil {
		return nil, ocfl.Info{}, err
	}
	return s.Store.Get(ctx, key)
}

// Stat implements ocfl.Store.
func (s *Stopping) Stat(ctx context.Context, key string) (ocfl.Info, error) {
	if _, err := s.call(); err != nil {
		return ocfl.Info{}, err
	}
	return s.Store.Stat(ctx, key)
}

// Copy implements ocfl.Store.
func (s *Stopping) Copy(ctx context.Context, from, to string) error {
	run, err := s.call()
	if run {
		if failed := s.Store.Copy(ctx, from, to); failed != nil {
			return failed
		}
	}
	return err
}

// Delete implements ocfl.Store.
func (s *Stopping) Delete(ctx context.Context, key string) error {
	run, err := s.call()
	if run {
		if failed := s.Store.Delete(ctx, key); failed != nil {
			return failed
		}
	}
	return err
}

// List implements ocfl.Store.
func (s *Stopping) List(ctx context.Context, prefix string) iter.Seq2[ocfl.Info, error] {
	s.lists.Add(1)
	if _, err := s.call(); err != nil {
		return func(yield func(ocfl.Info, error) bool) { yield(ocfl.Info{}, err) }
	}
	return s.Store.List(ctx, prefix)
}
