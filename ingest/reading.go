package ingest

import (
	"cmp"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"

	"hexi/archive"
	"hexi/archive/readahead"
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
	r, err := file.Open()
	if err != nil {
		return nil, &unreadableError{err}
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	before, err := stateOf(r)
	if err != nil {
		return nil, &unreadableError{err}
	}
	size := cmp.Or(file.Size, before.size) // 0: neither is known
	if stage = stage && p.opts.Stager != nil && size > 0; stage {
		known, err := p.archive.HasFile(ctx, cleanName(file.Name), size)
		if err != nil {
			return nil, err
		}
		stage = !known
	}
	body, hashed := readHashed(ctx, r)
	defer body.Close()
	out := &reading{}
	if stage {
		out.staged, err = p.opts.Stager.Stage(ctx, body)
	} else {
		_, err = io.Copy(io.Discard, body)
	}
	if err != nil {
		return nil, err
	}
	out.sum, out.size = hashed.sum(), hashed.size
	after, err := stateOf(r)
	if err == nil && (after != before || size > 0 && out.size != size) {
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
		p.opts.Observer.Stored(read.size)
		return nil
	}
	r, err := file.Open()
	if err != nil {
		return fmt.Errorf("read %s: %w", receipt.Filename, &unreadableError{err})
	}
	defer r.Close() //nolint:errcheck // opened for reading only
	body, hashed := readHashed(ctx, r)
	defer body.Close()
	stored, err := p.objects.Put(ctx, receipt.Key, body, receipt.Size, "application/octet-stream")
	if err != nil {
		return fmt.Errorf("store master %s: %w", receipt.Filename, err)
	}
	if stored != receipt.Size || hashed.sum() != receipt.SHA512 {
		if err := p.objects.Delete(ctx, receipt.Key); err != nil {
			return fmt.Errorf("remove incomplete master %s: %w", receipt.Key, err)
		}
		return fmt.Errorf("store master %s: %w", receipt.Filename, errChanged)
	}
	p.opts.Observer.Stored(stored)
	return nil
}

// hashing is what the bytes of a file come to while they pass.
type hashing struct {
	sha512 hash.Hash
	size   int64
}

// A file is read hashAhead blocks of hashBlock bytes ahead: hashing takes as long as
// storing, and neither waits for the other.
const (
	hashAhead = 3
	hashBlock = 512 << 10
)

// readHashed begins to read a file, until ctx ends. The caller closes the reader; once
// that has returned io.EOF, the hash is that of the whole file.
func readHashed(ctx context.Context, r io.Reader) (*readahead.Reader, *hashing) {
	h := &hashing{sha512: sha512.New()}
	return readahead.New(io.TeeReader(&fileReader{ctx, r}, h), hashAhead, hashBlock), h
}

// Write implements io.Writer. It never fails.
func (h *hashing) Write(b []byte) (int, error) {
	h.size += int64(len(b))
	return h.sha512.Write(b)
}

// sum is the SHA-512, in lower-case hexadecimal.
func (h *hashing) sum() string { return hex.EncodeToString(h.sha512.Sum(nil)) }

// fileReader reads a file until the caller gives up, and tells what is wrong with it
// from what is wrong elsewhere.
type fileReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (f *fileReader) Read(b []byte) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.r.Read(b)
	if err != nil && err != io.EOF {
		err = &unreadableError{err}
	}
	return n, err
}
