package objects

import (
	"context"
	"io"
	"os"
)

// Bytes are copied in pieces of copyLeast to copyMost bytes. The kernel is told to
// begin writing after each writebackEvery bytes, so that little is left to be
// waited for when the file is synced.
const (
	copyLeast      = 32 << 10
	copyMost       = 1 << 20
	writebackEvery = 8 << 20
)

// fill writes all of r, of which size bytes are promised (-1: it is not known how
// many), to a new file.
func fill(ctx context.Context, f *os.File, r io.Reader, size int64) (int64, error) {
	piece := int64(copyMost)
	if size >= 0 {
		piece = min(max(size, copyLeast), copyMost)
	}
	return io.CopyBuffer(&eagerFile{f: f}, &contextReader{ctx, r}, make([]byte, piece))
}

// eagerFile is a file whose bytes begin to go to the disk while more come.
type eagerFile struct {
	f       *os.File
	written int64
	begun   int64 // up to where the kernel was told to write
}

func (e *eagerFile) Write(b []byte) (int, error) {
	n, err := e.f.Write(b)
	e.written += int64(n)
	if e.written-e.begun >= writebackEvery {
		beginWriteback(e.f, e.begun, e.written-e.begun)
		e.begun = e.written
	}
	return n, err
}
