package pyramid

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// JPEG markers (ISO/IEC 10918-1, table B.1).
const (
	mSOI  = 0xd8
	mEOI  = 0xd9
	mSOS  = 0xda
	mDQT  = 0xdb
	mDHT  = 0xc4
	mDRI  = 0xdd
	mSOF0 = 0xc0
	mSOF1 = 0xc1
	mSOF2 = 0xc2
	mAPP0 = 0xe0
)

// jfif says that the components are YCbCr, or gray, in the sense of JFIF 1.02;
// without it readers guess, and some guess RGB. An aspect ratio of 1:1, no
// thumbnail.
var jfif = []byte{0xff, mAPP0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0}

var errNotJPEG = errors.New("not a baseline JPEG stream")

// segment is one marker segment of a JPEG header; data excludes marker and length.
type segment struct {
	marker byte
	raw    []byte // whole, with marker and length
}

// headerSegments splits the header of a JPEG stream, up to SOS, which it
// returns as rest together with everything after it.
func headerSegments(stream []byte) (segments []segment, rest []byte, err error) {
	if len(stream) < 4 || stream[0] != 0xff || stream[1] != mSOI {
		return nil, nil, errNotJPEG
	}
	b := stream[2:]
	for {
		if len(b) < 4 || b[0] != 0xff {
			return nil, nil, errNotJPEG
		}
		marker := b[1]
		if marker == 0xff { // fill byte (B.1.1.2)
			b = b[1:]
			continue
		}
		if marker == mSOS {
			return segments, b, nil
		}
		if marker == mEOI || marker == mSOI || marker == 0 || (marker >= 0xd0 && marker <= 0xd7) {
			return nil, nil, errNotJPEG
		}
		n := int(binary.BigEndian.Uint16(b[2:4])) + 2
		if n < 4 || n > len(b) {
			return nil, nil, errNotJPEG
		}
		segments = append(segments, segment{marker, b[:n]})
		b = b[n:]
	}
}

// Split parts a complete JPEG into the tables, as TIFF's JPEGTables holds them
// (SOI, DQT, DHT, EOI), and the abbreviated stream of a tile (TIFF Technical
// Note 2). Application segments are left out.
func Split(stream []byte) (tables, tile []byte, err error) {
	segments, rest, err := headerSegments(stream)
	if err != nil {
		return nil, nil, fmt.Errorf("split JPEG tile: %w", err)
	}
	tables = append(tables, 0xff, mSOI)
	tile = make([]byte, 0, len(stream))
	tile = append(tile, 0xff, mSOI)
	for _, s := range segments {
		switch s.marker {
		case mDQT, mDHT:
			tables = append(tables, s.raw...)
		case mSOF0, mSOF1, mSOF2, mDRI:
			tile = append(tile, s.raw...)
		}
	}
	tables = append(tables, 0xff, mEOI)
	return tables, append(tile, rest...), nil
}

// newPrefix makes the beginning that turns a tile's abbreviated stream, less
// its SOI, into a complete JPEG: SOI, JFIF, tables.
func newPrefix(tables []byte) ([]byte, error) {
	if len(tables) < 4 || tables[0] != 0xff || tables[1] != mSOI ||
		tables[len(tables)-2] != 0xff || tables[len(tables)-1] != mEOI {
		return nil, fmt.Errorf("JPEG tables: %w", errNotJPEG)
	}
	b := tables[2 : len(tables)-2]
	for rest := b; len(rest) > 0; {
		if len(rest) < 4 || rest[0] != 0xff || (rest[1] != mDQT && rest[1] != mDHT) {
			return nil, fmt.Errorf("JPEG tables: %w", errNotJPEG)
		}
		n := int(binary.BigEndian.Uint16(rest[2:4])) + 2
		if n < 4 || n > len(rest) {
			return nil, fmt.Errorf("JPEG tables: %w", errNotJPEG)
		}
		rest = rest[n:]
	}
	prefix := make([]byte, 0, 2+len(jfif)+len(b))
	prefix = append(prefix, 0xff, mSOI)
	prefix = append(prefix, jfif...)
	return append(prefix, b...), nil
}
