package ingest

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"sync"

	"hexi/archive"
)

// reading is what the first reading of a file found.
type reading struct {
	sum    string // SHA-512, in lower-case hexadecimal
	size   int64  // bytes
	staged Staged // the bytes, where the store took them in meanwhile; else nil
}

// discard drops what was staged and not placed. It may be called at any time.
func (r *reading) discard() error {
	if r == nil || r.staged == nil {
		return nil
	}
	return r.staged.Discard()
}

// unreadableError is what went wrong with a file that was to be read, not with the
// place that it was to be stored in.
type unreadableError struct{ error }

func (e *unreadableError) Unwrap() error { return e.error }

// unreadable reports whether an error is about one file only.
func unreadable(err error) bool {
	var e *unreadableError
	return errors.As(err, &e)
}

// errChanged says that a file was written to while it was being read.
var errChanged = &unreadableError{errors.New("the file changed while it was being read; try again when it is complete")}

// read reads a file for the first time. If that is asked for and the store can take
// in bytes whose key is not known yet, it gets them on the way, so that they are
// read once; unless the archive has a master of that name and size already: then
// the file is most likely that one, and nothing is written in vain.
func (p *Pipeline) read(ctx context.Context, file File, stage bool) (_ *reading, err error) {
	if stage = stage && p.opts.Stager != nil && file.Size > 0; stage {
		known, err := p.archive.HasFile(ctx, cleanName(file.Name), file.Size)
		if err != nil {
			return nil, err
		}
		stage = !known
	}
	r, err := file.Open()
	if err != nil {
		return nil, &unreadableError{err}
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	before, err := stateOf(r)
	if err != nil {
		return nil, &unreadableError{err}
	}
	hashed := newHashing(ctx, r)
	defer hashed.close()
	out := &reading{}
	if stage {
		out.staged, err = p.opts.Stager.Stage(ctx, hashed)
	} else {
		_, err = io.Copy(io.Discard, hashed)
	}
	if err != nil {
		return nil, err
	}
	out.sum, out.size = hashed.sum()
	after, err := stateOf(r)
	if err == nil && (after != before || file.Size > 0 && out.size != file.Size) {
		err = errChanged
	}
	if err != nil {
		return nil, errors.Join(err, out.discard())
	}
	return out, nil
}

// fileState is what tells whether a file was written to.
type fileState struct {
	size, changed int64
}

// stateOf looks at an opened file; of what is none, there is nothing to see.
func stateOf(r io.Reader) (fileState, error) {
	f, ok := r.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return fileState{}, nil
	}
	info, err := f.Stat()
	if err != nil {
		return fileState{}, err
	}
	return fileState{info.Size(), info.ModTime().UnixNano()}, nil
}

// store puts the bytes of a file in their place: those that were staged, or, where
// there are none, by reading the file again, hashing it again; only if both
// readings agree is the master accepted.
func (p *Pipeline) store(ctx context.Context, file File, read *reading, receipt archive.Receipt) error {
	if read.staged != nil {
		if err := read.staged.Place(ctx, receipt.Key); err != nil {
			return fmt.Errorf("store master %s: %w", receipt.Filename, err)
		}
		return nil
	}
	r, err := file.Open()
	if err != nil {
		return fmt.Errorf("read %s: %w", receipt.Filename, &unreadableError{err})
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	hashed := newHashing(ctx, r)
	defer hashed.close()
	stored, err := p.objects.Put(ctx, receipt.Key, hashed, receipt.Size, "application/octet-stream")
	if err != nil {
		return fmt.Errorf("store master %s: %w", receipt.Filename, err)
	}
	if sum, _ := hashed.sum(); stored != receipt.Size || sum != receipt.SHA512 {
		if err := p.objects.Delete(ctx, receipt.Key); err != nil {
			return fmt.Errorf("remove incomplete master %s: %w", receipt.Key, err)
		}
		return fmt.Errorf("store master %s: %w", receipt.Filename, errChanged)
	}
	return nil
}

// hashing is a reader that hashes what is read, in a goroutine of its own and some
// blocks ahead: hashing takes as long as storing, and neither waits for the other.
type hashing struct {
	blocks, free chan []byte
	stop         chan struct{}
	done         sync.WaitGroup

	// What the goroutine says when blocks is closed.
	err  error
	h    hash.Hash
	size int64

	now, rest []byte // the block that is being read
}

// Of hashAhead blocks of hashBlock bytes, one is hashed, one is read by the caller.
const (
	hashAhead = 3
	hashBlock = 512 << 10
)

// newHashing begins to read a file, until ctx ends. The caller closes it.
func newHashing(ctx context.Context, r io.Reader) *hashing {
	s := &hashing{
		blocks: make(chan []byte, hashAhead), free: make(chan []byte, hashAhead), stop: make(chan struct{}), h: sha512.New(),
	}
	for range hashAhead {
		s.free <- nil
	}
	s.done.Go(func() {
		defer close(s.blocks)
		s.err = s.run(ctx, r)
	})
	return s
}

func (s *hashing) run(ctx context.Context, r io.Reader) error {
	for {
		var b []byte
		select {
		case <-s.stop:
			return io.ErrClosedPipe
		case <-ctx.Done():
			return ctx.Err()
		case b = <-s.free:
		}
		if b == nil {
			b = make([]byte, hashBlock)
		}
		n, err := io.ReadFull(r, b[:hashBlock])
		s.size += int64(n)
		_, _ = s.h.Write(b[:n]) // never fails
		s.blocks <- b[:n]       // has room for all blocks
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return io.EOF
		}
		if err != nil {
			return &unreadableError{err}
		}
	}
}

// Read implements io.Reader.
func (s *hashing) Read(b []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.now != nil {
			s.free <- s.now
			s.now = nil
		}
		next, ok := <-s.blocks
		if !ok {
			return 0, s.err
		}
		s.now, s.rest = next, next
	}
	n := copy(b, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// sum returns the SHA-512 and the number of bytes, once Read has returned io.EOF.
func (s *hashing) sum() (string, int64) { return hex.EncodeToString(s.h.Sum(nil)), s.size }

// close ends the reading.
func (s *hashing) close() {
	close(s.stop)
	s.done.Wait()
}
