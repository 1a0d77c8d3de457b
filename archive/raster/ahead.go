package raster

import (
	"io"
	"sync"
)

// ahead reads from a slow reader, a decompressor, in a goroutine of its own and
// a few buffers ahead.
type ahead struct {
	full, free chan []byte
	stop       chan struct{}
	done       sync.WaitGroup
	err        error // after full is closed
	now, rest  []byte
}

// newAhead reads ahead n buffers of size bytes, of a master of the named format.
// Its caller closes it.
func newAhead(format string, r io.Reader, n, size int) *ahead {
	a := &ahead{full: make(chan []byte, n), free: make(chan []byte, n), stop: make(chan struct{})}
	for range n {
		a.free <- make([]byte, size)
	}
	a.done.Go(func() {
		defer close(a.full)
		a.err = guard(format, func() error { return a.run(r) })
	})
	return a
}

func (a *ahead) run(r io.Reader) error {
	for {
		select {
		case <-a.stop:
			return io.ErrClosedPipe
		case b := <-a.free:
			n, err := io.ReadFull(r, b[:cap(b)])
			a.full <- b[:n] // has room for all buffers
			if err == io.ErrUnexpectedEOF {
				err = io.EOF
			}
			if err != nil {
				return err
			}
		}
	}
}

// Read returns io.EOF also where the reader's stream was cut.
func (a *ahead) Read(b []byte) (int, error) {
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

func (a *ahead) close() {
	close(a.stop)
	a.done.Wait()
}
