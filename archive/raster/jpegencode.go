package raster

import (
	"encoding/binary"
	"math/bits"
)

// encoder writes baseline JPEG, YCbCr 4:2:0 or gray (ISO/IEC 10918-1). There is
// one of our own because the tiles of an access copy are to share their tables
// and to hold exactly what their pixels say, on every machine; and because it
// is four times as fast as image/jpeg, which matters where a gigapixel is 4,000
// tiles. It is immutable and safe for use by many goroutines.
type encoder struct {
	codings [2]coding // luma, chroma
}

// newEncoder returns an encoder of a quality from 1 to 100.
func newEncoder(quality int) *encoder {
	quality = max(1, min(100, quality))
	return &encoder{[2]coding{newCoding(0, quality), newCoding(1, chromaQuality(quality))}}
}

// plane is the part of a picture that one component of it has. pix begins at
// its first sample, rows are stride bytes apart.
type plane struct {
	pix                   []byte
	stride, width, height int
}

// planes is what is encoded. Without chroma it is gray; with it, the chroma
// planes are half as large as the luma plane, rounded up.
type planes struct {
	y, cb, cr plane
	gray      bool
}

// tables returns the tables that the streams of tiles need, as a TIFF holds
// them (Technical Note 2, JPEGTables).
func (e *encoder) tables(gray bool) []byte {
	b := appendTables([]byte{0xff, 0xd8}, &e.codings, gray)
	return append(b, 0xff, 0xd9)
}

// appendProfile appends a profile, of less than 64 kB, as a segment (ICC.1:2010, B.4).
func appendProfile(b, profile []byte) []byte {
	n := 16 + len(profile)
	b = append(b, 0xff, 0xe2, byte(n>>8), byte(n))
	b = append(b, "ICC_PROFILE\x00\x01\x01"...) // part 1 of 1
	return append(b, profile...)
}

// appendJPEG appends a complete JPEG file with its JFIF segment and its profile.
func (e *encoder) appendJPEG(b []byte, p planes) []byte {
	b = append(b, 0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0)
	b = appendProfile(b, profileOf(p.gray))
	s := scan{b: appendTables(b, &e.codings, p.gray)}
	s.frame(p.gray, p.y.width, p.y.height)
	e.rows(&s, p, p.y.width, p.y.height)
	return s.end()
}

// goStream is a tileStream of the pure-Go encoder.
type goStream struct {
	encoder *encoder
	scan    scan
}

func (e *encoder) stream() tileStream { return &goStream{encoder: e} }

// begin begins an abbreviated stream: SOI, frame, scan, without tables.
func (s *goStream) begin(gray bool, width, height int) {
	s.scan = scan{b: append(s.scan.b[:0], 0xff, 0xd8)}
	s.scan.frame(gray, width, height)
}

func (s *goStream) rows(p planes, width, height int) { s.encoder.rows(&s.scan, p, width, height) }
func (s *goStream) end()                             { s.scan.end() }
func (s *goStream) bytes() ([]byte, error)           { return s.scan.b, nil }
func (s *goStream) close()                           {}

// frame writes the headers of frame and scan.
func (s *scan) frame(gray bool, width, height int) {
	h1, h0, w1, w0 := byte(height>>8), byte(height), byte(width>>8), byte(width)
	if gray {
		s.b = append(s.b, 0xff, 0xc0, 0, 11, 8, h1, h0, w1, w0, 1, 1, 0x11, 0)
		s.b = append(s.b, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0)
		return
	}
	s.b = append(s.b, 0xff, 0xc0, 0, 17, 8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1)
	s.b = append(s.b, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0)
}

// rows writes the next height rows of an image that is width pixels wide. Where
// the planes are smaller, their last column and row are repeated. Unless they
// are the last, the rows are a multiple of 16.
func (e *encoder) rows(s *scan, p planes, width, height int) {
	if p.gray {
		for y := 0; y < height; y += 8 {
			for x := 0; x < width; x += 8 {
				e.block(s, 0, &p.y, x, y)
			}
		}
		return
	}
	for y := 0; y < height; y += 16 {
		for x := 0; x < width; x += 16 {
			e.block(s, 0, &p.y, x, y)
			e.block(s, 0, &p.y, x+8, y)
			e.block(s, 0, &p.y, x, y+8)
			e.block(s, 0, &p.y, x+8, y+8)
			e.block(s, 1, &p.cb, x/2, y/2)
			e.block(s, 2, &p.cr, x/2, y/2)
		}
	}
}

// block writes the block of a component at a place of its plane.
func (e *encoder) block(s *scan, component int, p *plane, x, y int) {
	var coefficients [64]int
	if x+8 <= p.width && y+8 <= p.height {
		fdct(p.pix[y*p.stride+x:], p.stride, &coefficients)
	} else {
		var padded [64]byte
		p.repeat(&padded, x, y)
		fdct(padded[:], 8, &coefficients)
	}
	kind := 0
	if component > 0 {
		kind = 1
	}
	s.block(&e.codings[kind], &coefficients, component)
}

// repeat copies the block at a place, repeating the last column and row of the
// plane for what lies outside.
func (p *plane) repeat(dst *[64]byte, x, y int) {
	x0 := min(x, p.width-1)
	n := min(8, p.width-x0)
	for i := range 8 {
		row := p.pix[min(y+i, p.height-1)*p.stride+x0:][:n]
		copy(dst[8*i:], row)
		for j := n; j < 8; j++ {
			dst[8*i+j] = row[n-1]
		}
	}
}

// scan is a stream in the making: its headers, then its entropy-coded data
// (ISO/IEC 10918-1, annex F.1.2).
type scan struct {
	b    []byte // what is written
	acc  uint64 // its lower n bits are still to be written; n < 32
	n    uint
	last [3]int // DC coefficient of each component's block before
}

// block quantises and writes a block.
func (s *scan) block(c *coding, coefficients *[64]int, component int) {
	var q [64]int32
	mask := uint64(0) // of those that are not 0
	for k := range 64 {
		v := (coefficients[zigzag[k]&63]*c.reciprocal[k] + 1<<(quantShift-1)) >> quantShift
		q[k] = int32(v)
		bit := uint64(0)
		if v != 0 {
			bit = 1
		}
		mask |= bit << k
	}
	// A block takes at most 64 × 27 bits, and every byte of it a zero after it.
	const most = 448
	if cap(s.b)-len(s.b) < most {
		s.b = append(make([]byte, 0, 2*cap(s.b)+most), s.b...)
	}
	b, acc, n := s.b, s.acc, s.n

	difference := int(q[0]) - s.last[component]
	s.last[component] = int(q[0])
	size, value := magnitude(difference)
	code := c.dc[size&15]
	acc = acc<<(code>>27) | uint64(code&(1<<27-1)|value)
	if n += uint(code >> 27); n >= 32 {
		n -= 32
		b = appendStuffed(b, uint32(acc>>n))
	}

	mask &^= 1
	at := 0
	for ; mask != 0; mask &= mask - 1 {
		k := bits.TrailingZeros64(mask)
		run := uint(k - at - 1)
		at = k
		for ; run >= 16; run -= 16 {
			code := c.ac[0xf0]
			acc = acc<<(code>>27) | uint64(code&(1<<27-1))
			if n += uint(code >> 27); n >= 32 {
				n -= 32
				b = appendStuffed(b, uint32(acc>>n))
			}
		}
		size, value := magnitude(int(q[k&63]))
		code := c.ac[run<<4&0xf0|size&15]
		acc = acc<<(code>>27) | uint64(code&(1<<27-1)|value)
		if n += uint(code >> 27); n >= 32 {
			n -= 32
			b = appendStuffed(b, uint32(acc>>n))
		}
	}
	if at != 63 {
		code := c.ac[0] // end of block
		acc = acc<<(code>>27) | uint64(code&(1<<27-1))
		if n += uint(code >> 27); n >= 32 {
			n -= 32
			b = appendStuffed(b, uint32(acc>>n))
		}
	}
	s.b, s.acc, s.n = b, acc, n
}

// magnitude returns how many bits a value takes, and these bits: a negative
// one's are those of the value less 1 (F.1.2.1).
func magnitude(v int) (size uint, value uint32) {
	sign := v >> 63
	size = uint(bits.Len32(uint32((v ^ sign) - sign)))
	return size, uint32(v+sign) & (1<<size - 1)
}

// appendStuffed appends four bytes, and after each 0xff a zero (F.1.2.3).
func appendStuffed(b []byte, word uint32) []byte {
	inverse := ^word
	if (inverse-0x01010101)&^inverse&0x80808080 == 0 { // no byte is 0xff
		return binary.BigEndian.AppendUint32(b, word)
	}
	for shift := 24; shift >= 0; shift -= 8 {
		b = append(b, byte(word>>shift))
		if byte(word>>shift) == 0xff {
			b = append(b, 0)
		}
	}
	return b
}

// end fills the last byte with ones (F.1.2.3), ends the image and returns the
// stream.
func (s *scan) end() []byte {
	for s.n > 0 {
		if s.n < 8 {
			s.acc = s.acc<<(8-s.n) | (1<<(8-s.n) - 1)
			s.n = 8
		}
		s.n -= 8
		last := byte(s.acc >> s.n)
		s.b = append(s.b, last)
		if last == 0xff {
			s.b = append(s.b, 0)
		}
	}
	s.b = append(s.b, 0xff, 0xd9)
	return s.b
}
