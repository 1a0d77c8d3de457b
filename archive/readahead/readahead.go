// Package readahead lets a slow reader work in a goroutine of its own, a few
// buffers ahead of whoever reads from it.
//
// It knows nothing of what the bytes are.
//
//	r := readahead.New(decompressor, 4, 1<<20)
//	defer r.Close()
package readahead

import (
	"io"
	"sync"
)

// Reader is an io.Reader of what another reader gives, in the same order and with
// the same error at its end. It is used by one goroutine at a time.
type Reader struct {
	full, free chan []byte
	stop       chan struct{}
	done       sync.WaitGroup
	err        error // after full is closed
	now, rest  []byte
}

// New begins to read from r, at most n buffers of size bytes ahead. The caller closes
// the Reader, and does not use r before.
func New(r io.Reader, n, size int) *Reader {
	a := &Reader{full: make(chan []byte, n), free: make(chan []byte, n), stop: make(chan struct{})}
	for range n {
		a.free <- nil
	}
	a.done.Go(func() {
		defer close(a.full)
		a.err = a.run(r, size)
	})
	return a
}

func (a *Reader) run(r io.Reader, size int) error {
	for {
		var b []byte
		select {
		case <-a.stop:
			return io.ErrClosedPipe
		case b = <-a.free:
		}
		if b == nil {
			b = make([]byte, size)
		}
		n, err := fill(r, b[:size])
		a.full <- b[:n] // has room for all buffers
		if err != nil {
			return err
		}
	}
}

// fill is io.ReadFull, except that an end is told as the reader tells it: one that is
// cut short differs from one that ends.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var got int
		got, err = r.Read(b[n:])
		n += got
	}
	return n, err
}

// Read implements io.Reader.
func (a *Reader) Read(b []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.now != nil {
			a.free <- a.now
			a.now = nil
		}
		next, ok := <-a.full
		if !ok {
			return 0, a.err
		}
		a.now, a.rest = next, next
	}
	n := copy(b, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close ends the reading ahead, and waits for it.
func (a *Reader) Close() {
	close(a.stop)
	a.done.Wait()
}
