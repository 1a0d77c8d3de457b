package web

import (
	"io"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
)

// handle is a file of its own place: the kernel's sendfile reads from where a
// file stands, so that two requests cannot share one.
type handle struct{ file *os.File }

// handles keeps files open for sendfile: a few for each of the copies that are
// asked for often, and no more than a limit over all. What is above is read and
// written as usual.
type handles struct{ open atomic.Int32 }

const (
	maxHandles   = 512 // over all access copies
	handlesACopy = 8   // idle, for each of its two objects
)

// take returns a handle of a file on disk, or nil.
func (h *handles) take(s *source) *handle {
	if s.file == nil {
		return nil
	}
	select {
	case got := <-s.idle:
		return got
	default:
	}
	if h.open.Add(1) > maxHandles {
		h.open.Add(-1)
		return nil
	}
	// By its descriptor: the file of that name may be a newer one by now. Where
	// the system has no such path, tiles are read and written as usual.
	f, err := os.Open("/proc/self/fd/" + strconv.Itoa(int(s.file.Fd())))
	if err != nil {
		h.open.Add(-1)
		return nil
	}
	got := &handle{f}
	// The copy may leave its cache while it is sent: the file is closed when
	// nobody has it any more.
	runtime.AddCleanup(got, func(f *os.File) {
		_ = f.Close() // it was only read
		h.open.Add(-1)
	}, f)
	return got
}

// give takes a handle back.
func (s *source) give(h *handle) {
	select {
	case s.idle <- h:
	default: // enough are idle; the runtime closes this one
	}
}

// from puts a handle to a place and returns what is there, so long, in the form
// that net/http hands to sendfile.
func (h *handle) from(offset, length int64) (*io.LimitedReader, error) {
	if _, err := h.file.Seek(offset, io.SeekStart); err != nil {
		return nil, err
	}
	return &io.LimitedReader{R: h.file, N: length}, nil
}
