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
	mAPP2 = 0xe2
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

// checkStream holds an abbreviated stream to what the TIFF's fields and the
// prefix say of it: a frame of this size, YCbCr 4:2:0 or gray, without tables of
// its own. A tile that breaks this would be sent to browsers in wrong colours or
// in the wrong size, and nobody would notice at ingest.
func checkStream(stream []byte, width, height int, gray bool) error {
	if len(stream) < 4 || stream[0] != 0xff || stream[1] != mSOI {
		return errNotJPEG
	}
	return checkSegments(stream[2:], width, height, gray)
}

// checkSegments is checkStream for a stream less its SOI.
func checkSegments(stream []byte, width, height int, gray bool) error {
	framed := false
	for b := stream; ; {
		if len(b) < 4 || b[0] != 0xff {
			return errNotJPEG
		}
		n := int(binary.BigEndian.Uint16(b[2:])) + 2
		if n < 4 || n > len(b) {
			return errNotJPEG
		}
		switch b[1] {
		case mSOS:
			if !framed || stream[len(stream)-2] != 0xff || stream[len(stream)-1] != mEOI {
				return errNotJPEG
			}
			return nil
		case mSOF0, mSOF1, mSOF2:
			framed = true
			if err := checkFrame(b[4:n], width, height, gray); err != nil {
				return err
			}
		case mDRI:
		default:
			return fmt.Errorf("its header holds a segment %#x, which belongs into the shared tables or nowhere", b[1])
		}
		b = b[n:]
	}
}

// checkAnyFrame is checkSegments for a stream that others may have made: it may
// hold any segments, and what follows its end does not matter.
func checkAnyFrame(stream []byte, width, height int, gray bool) error {
	framed := false
	for b := stream; ; {
		if len(b) < 4 || b[0] != 0xff {
			return errNotJPEG
		}
		n := int(binary.BigEndian.Uint16(b[2:])) + 2
		if n < 4 || n > len(b) {
			return errNotJPEG
		}
		switch b[1] {
		case mSOS:
			if !framed {
				return errNotJPEG
			}
			return nil
		case mSOF0, mSOF1, mSOF2:
			framed = true
			if err := checkFrame(b[4:n], width, height, gray); err != nil {
				return err
			}
		}
		b = b[n:]
	}
}

// checkFrame checks a frame header (ISO/IEC 10918-1, B.2.2).
func checkFrame(b []byte, width, height int, gray bool) error {
	sampling := []byte{0x22, 0x11, 0x11}
	if gray {
		sampling = []byte{0x11}
	}
	if len(b) != 6+3*len(sampling) || int(b[5]) != len(sampling) || b[0] != 8 {
		return errors.New("its frame has not the components that the access copy has")
	}
	if h, w := int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:])); w != width || h != height {
		return fmt.Errorf("its frame has %d × %d pixels instead of %d × %d", w, h, width, height)
	}
	for i, s := range sampling {
		if got := b[7+3*i]; got != s {
			return fmt.Errorf("component %d is sampled as %#x instead of %#x", i+1, got, s)
		}
	}
	return nil
}

// maxProfile bounds the ICC profile of a prefix, in bytes: it goes out with
// every tile.
const maxProfile = 16 << 10

// newPrefix makes the beginning that turns a tile's abbreviated stream, less
// its SOI, into a complete JPEG: SOI, JFIF, the ICC profile if there is one
// (ICC.1:2010, B.4), tables.
func newPrefix(tables, profile []byte) ([]byte, error) {
	if len(profile) > maxProfile {
		return nil, fmt.Errorf("an ICC profile of %d bytes is too long to go out with every tile; at most %d are taken", len(profile), maxProfile)
	}
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
	prefix := make([]byte, 0, 2+len(jfif)+18+len(profile)+len(b))
	prefix = append(prefix, 0xff, mSOI)
	prefix = append(prefix, jfif...)
	if len(profile) > 0 {
		n := 16 + len(profile)
		prefix = append(prefix, 0xff, mAPP2, byte(n>>8), byte(n))
		prefix = append(prefix, "ICC_PROFILE\x00\x01\x01"...) // part 1 of 1
		prefix = append(prefix, profile...)
	}
	return append(prefix, b...), nil
}
