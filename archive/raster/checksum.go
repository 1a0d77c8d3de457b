package raster

import (
	"encoding/binary"
	"errors"
	"hash"
	"hash/adler32"
	"io"
)

// errChecksum says that what was decompressed is not what was compressed.
var errChecksum = errors.New("its pixels do not agree with their checksum")

// summed passes on what is inflated, and at its end compares it with the checksum
// that follows (RFC 1950, 2.2). One that is not there is no fault.
type summed struct {
	inflated io.Reader
	packed   byteReader // what it is inflated from, no further than it was needed
	sum      hash.Hash32
	end      error // of the stream, once it has been reached
}

func newSummed(inflated io.Reader, packed byteReader) *summed {
	return &summed{inflated: inflated, packed: packed, sum: adler32.New()}
}

func (s *summed) Read(b []byte) (int, error) {
	if s.end != nil { // who wanted no more than came with it has not seen it
		return 0, s.end
	}
	n, err := s.inflated.Read(b)
	_, _ = s.sum.Write(b[:n]) // never fails
	if errors.Is(err, io.EOF) {
		var want [4]byte
		if _, e := io.ReadFull(s.packed, want[:]); e == nil && binary.BigEndian.Uint32(want[:]) != s.sum.Sum32() {
			err = errChecksum
		}
	}
	s.end = err
	return n, err
}

// finish reads a decompressor to its end, of which all that is wanted has been read:
// only there it compares its checksum. Where much more comes, it is let be; that
// nothing comes where the end should be is no fault of the pixels.
func finish(r io.Reader) error {
	const most = 64 << 10
	_, err := io.CopyN(io.Discard, r, most)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// finishBlock is finish for those blocks of a TIFF that have a checksum.
func finishBlock(r io.Reader) error {
	if s, ok := r.(*summed); ok {
		return finish(s)
	}
	return nil
}
