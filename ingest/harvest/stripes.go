package harvest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// stripeRows is how many rows a strip of the TIFF has, so few that a reader needs little
// memory for one.
const stripeRows = 16

// stripes writes a picture from the top to the bottom as a TIFF of strips (TIFF 6.0,
// section 3): RGB of eight bits, deflated with horizontal differencing (section 14, and
// Adobe's supplement 2), without loss. It holds no more than one strip.
type stripes struct {
	w       io.WriteSeeker
	width   int
	rows    int // written
	at      int64
	offsets []uint32
	counts  []uint32
}

func newStripes(w io.WriteSeeker, width int) (*stripes, error) {
	s := &stripes{w: w, width: width}
	return s, s.write([]byte("II*\x00\x00\x00\x00\x00")) // the place of the directory comes at the end
}

func (s *stripes) write(b []byte) error {
	n, err := s.w.Write(b)
	s.at += int64(n)
	if err != nil {
		return &localError{fmt.Errorf("write a picture of tiles: %w", err)}
	}
	return nil
}

// add writes rows of pixels, three bytes each. All but the last of them come in
// multiples of stripeRows. The rows are changed.
func (s *stripes) add(pixels []byte) error {
	line := 3 * s.width
	for len(pixels) > 0 {
		strip := pixels[:min(len(pixels), stripeRows*line)]
		pixels = pixels[len(strip):]
		for row := 0; row < len(strip); row += line {
			for i := row + line - 1; i >= row+3; i-- {
				strip[i] -= strip[i-3]
			}
		}
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if _, err := z.Write(strip); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if s.at+int64(b.Len()) > math.MaxUint32-1<<24 {
			return refuse("", "too-large", "", "is larger than a TIFF may be")
		}
		s.offsets, s.counts = append(s.offsets, uint32(s.at)), append(s.counts, uint32(b.Len()))
		if err := s.write(b.Bytes()); err != nil {
			return err
		}
		s.rows += len(strip) / line
	}
	return nil
}

// close writes the directory (section 2).
func (s *stripes) close() error {
	le := binary.LittleEndian
	var b []byte
	place := func(values []uint32, size int) uint32 { // behind the strips, on an even place
		if (s.at+int64(len(b)))%2 == 1 {
			b = append(b, 0)
		}
		at := uint32(s.at + int64(len(b)))
		for _, v := range values {
			if size == 2 {
				b = le.AppendUint16(b, uint16(v))
			} else {
				b = le.AppendUint32(b, v)
			}
		}
		return at
	}
	const short, long = 3, 4
	offsets, counts := s.offsets[0], s.counts[0]
	if n := len(s.offsets); n > 1 {
		offsets, counts = place(s.offsets, 4), place(s.counts, 4)
	}
	bits := place([]uint32{8, 8, 8}, 2)
	directory := place(nil, 4)
	entries := []struct {
		tag, kind    uint16
		count, value uint32
	}{
		{256, long, 1, uint32(s.width)},
		{257, long, 1, uint32(s.rows)},
		{258, short, 3, bits},
		{259, short, 1, 8}, // deflate
		{262, short, 1, 2}, // RGB
		{273, long, uint32(len(s.offsets)), offsets},
		{277, short, 1, 3},
		{278, long, 1, stripeRows},
		{279, long, uint32(len(s.counts)), counts},
		{284, short, 1, 1},
		{317, short, 1, 2}, // horizontal differencing
	}
	b = le.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		b = le.AppendUint16(b, e.tag)
		b = le.AppendUint16(b, e.kind)
		b = le.AppendUint32(b, e.count)
		b = le.AppendUint32(b, e.value)
	}
	b = le.AppendUint32(b, 0) // no other picture
	if err := s.write(b); err != nil {
		return err
	}
	if _, err := s.w.Seek(4, io.SeekStart); err != nil {
		return &localError{err}
	}
	return s.write(le.AppendUint32(nil, directory))
}
