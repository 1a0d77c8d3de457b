package raster

import (
	"encoding/binary"
	"math"
)

// colours says what the samples of a pixel mean.
type colours int

const (
	coloursGray colours = iota
	coloursRGB
	coloursPalette
	coloursCMYK
	coloursLab
)

// samples says how the pixels of a row are stored: by TIFF, and by PNG, whose
// rows have the same shape. It is not changed once it is in use.
type samples struct {
	colours colours
	bits    int // of a sample: 1, 2, 4, 8, 16 or 32
	count   int // samples a pixel, with alpha and others that are passed over
	// bigEndian is the order of the bytes of a sample of 16 or 32 bits.
	bigEndian bool
	floating  bool // samples of 32 bits are floating-point numbers, 1 being white
	linear    bool // they are light, not what a curve makes of it
	offset    bool // Lab: a and b are stored with half of their range added

	inverted   bool      // gray: 0 is white
	palette    [][3]byte // of 2^bits colours
	alpha      int       // index of the alpha sample, or -1
	associated bool      // colours are multiplied with alpha already
	key        []uint16  // the colour that is transparent, as stored; nil for none

	transform *transform // to sRGB, by the profile; nil where nothing is to be converted
}

// lineBytes is how many bytes width pixels take.
func (s *samples) lineBytes(width int) int { return (width*s.count*s.bits + 7) / 8 }

// gray reports whether no pixel can have colour.
func (s *samples) gray() bool {
	if s.colours != coloursPalette {
		return s.colours == coloursGray
	}
	for _, c := range s.palette {
		if c[0] != c[1] || c[1] != c[2] {
			return false
		}
	}
	return true
}

// plainRGB reports whether the first three bytes of each pixel are its colour.
func (s *samples) plainRGB() bool {
	return s.colours == coloursRGB && s.bits == 8 && s.alpha < 0 && s.key == nil && s.transform == nil
}

// convert sets the conversion of these samples by a profile.
func (s *samples) convert(icc []byte) {
	if s.colours == coloursCMYK || s.colours == coloursLab {
		return
	}
	bits := 8
	if s.bits >= 16 {
		bits = 16
	}
	// A gray profile says nothing of colours, and the reverse.
	if t := newTransform(icc, bits); t != nil && t.gray == s.gray() {
		s.transform = t
	}
}

// wide returns a sample as the conversion takes it: of 16 bits where there are as
// many, else scaled to 8.
func (s *samples) wide(src []byte, i int) uint16 {
	if s.bits >= 16 {
		return s.raw(src, i)
	}
	return uint16(s.sample(src, i))
}

// toGray turns a row of a gray image into 8-bit gray.
func (s *samples) toGray(dst, src []byte) {
	switch {
	case s.colours == coloursPalette:
		for x := range dst {
			dst[x] = s.palette[s.index(src, x)][0]
		}
	case s.bits == 8 && s.count == 1 && s.key == nil && s.transform == nil:
		copy(dst, src)
		if s.inverted {
			for x := range dst {
				dst[x] = 255 - dst[x]
			}
		}
	case s.bits == 1 && s.key == nil && s.count == 1 && s.transform == nil:
		s.bitsToGray(dst, src)
	default:
		for x := range dst {
			v := s.sample(src, x*s.count)
			if s.transform != nil {
				w := s.wide(src, x*s.count)
				v, _, _ = s.transform.colour(w, w, w)
			}
			if s.inverted {
				v = 255 - v
			}
			if s.alpha >= 0 {
				v = s.overWhite(v, s.cover(src, x*s.count+s.alpha))
			} else if s.key != nil && s.raw(src, x) == s.key[0] {
				v = 255
			}
			dst[x] = v
		}
	}
}

// bitsToGray expands bits into black and white.
func (s *samples) bitsToGray(dst, src []byte) {
	flip := byte(0)
	if s.inverted {
		flip = 0xff
	}
	for x := range dst {
		dst[x] = -(src[x/8] >> (7 - x%8) & 1) ^ flip
	}
}

// toRGBX turns a row into 4 bytes a pixel: red, green, blue, and one that is
// left as it is.
func (s *samples) toRGBX(dst, src []byte) {
	switch {
	case s.colours == coloursPalette:
		for x := range len(dst) / 4 {
			c := s.palette[s.index(src, x)]
			d := dst[4*x : 4*x+3 : 4*x+3]
			d[0], d[1], d[2] = c[0], c[1], c[2]
			if s.transform != nil {
				d[0], d[1], d[2] = s.transform.colour(uint16(c[0]), uint16(c[1]), uint16(c[2]))
			}
		}
	case s.colours == coloursCMYK:
		for x := range len(dst) / 4 {
			i := x * s.count
			k := uint(255 - s.sample(src, i+3))
			d := dst[4*x : 4*x+3 : 4*x+3]
			for c := range d { // ink covers paper
				d[c] = byte((uint(255-s.sample(src, i+c))*k + 127) / 255)
			}
			s.transparent(d, src, i)
		}
	case s.colours == coloursLab:
		for x := range len(dst) / 4 {
			i := x * s.count
			d := dst[4*x : 4*x+3 : 4*x+3]
			d[0], d[1], d[2] = s.lab(src, i)
			s.transparent(d, src, i)
		}
	case s.bits == 16 && s.alpha < 0 && s.key == nil && s.transform == nil:
		high, low := 1, 0
		if s.bigEndian {
			high, low = 0, 1
		}
		for x := range len(dst) / 4 {
			d := dst[4*x : 4*x+3 : 4*x+3]
			p := src[2*x*s.count:][:6:6]
			d[0] = narrow(uint16(p[high])<<8 | uint16(p[low]))
			d[1] = narrow(uint16(p[2+high])<<8 | uint16(p[2+low]))
			d[2] = narrow(uint16(p[4+high])<<8 | uint16(p[4+low]))
		}
	default:
		for x := range len(dst) / 4 {
			i := x * s.count
			d := dst[4*x : 4*x+3 : 4*x+3]
			if s.transform != nil {
				d[0], d[1], d[2] = s.transform.colour(s.wide(src, i), s.wide(src, i+1), s.wide(src, i+2))
			} else {
				d[0], d[1], d[2] = s.sample(src, i), s.sample(src, i+1), s.sample(src, i+2)
			}
			if s.key != nil && s.raw(src, i) == s.key[0] && s.raw(src, i+1) == s.key[1] && s.raw(src, i+2) == s.key[2] {
				d[0], d[1], d[2] = 255, 255, 255
			}
			s.transparent(d, src, i)
		}
	}
}

// transparent lays a pixel whose samples begin at i over white.
func (s *samples) transparent(d, src []byte, i int) {
	if s.alpha < 0 {
		return
	}
	a := s.cover(src, i+s.alpha)
	for c := range d {
		d[c] = s.overWhite(d[c], a)
	}
}

// overWhite lays a sample over white. An associated one is multiplied with its
// alpha already (TIFF 6.0, section 18).
func (s *samples) overWhite(v, alpha byte) byte {
	if s.associated {
		return byte(min(255, uint(v)+255-uint(alpha)))
	}
	return byte((uint(v)*uint(alpha) + 255*(255-uint(alpha)) + 127) / 255)
}

// raw returns the i-th sample of a row as it is stored; of 32 bits, scaled to 16.
func (s *samples) raw(src []byte, i int) uint16 {
	switch s.bits {
	case 8:
		return uint16(src[i])
	case 16:
		b := src[2*i : 2*i+2 : 2*i+2]
		if s.bigEndian {
			return uint16(b[0])<<8 | uint16(b[1])
		}
		return uint16(b[1])<<8 | uint16(b[0])
	case 32:
		if s.floating {
			return uint16(s.float(src, i)*65535 + 0.5)
		}
		b := src[4*i : 4*i+4 : 4*i+4]
		if s.bigEndian {
			return uint16(b[0])<<8 | uint16(b[1])
		}
		return uint16(b[3])<<8 | uint16(b[2])
	}
	bit := i * s.bits
	return uint16(src[bit/8]>>(8-s.bits-bit%8)) & (1<<s.bits - 1)
}

// sample returns the i-th sample of a row, scaled to 8 bits and rounded.
func (s *samples) sample(src []byte, i int) byte {
	switch s.bits {
	case 8:
		return src[i]
	case 32:
		if s.linear {
			return encode(s.float(src, i))
		}
		return narrow(s.raw(src, i))
	case 16:
		return narrow(s.raw(src, i))
	}
	return byte(uint32(s.raw(src, i)) * 255 / (1<<s.bits - 1))
}

// cover returns a sample of alpha, scaled to 8 bits: no curve applies to it.
func (s *samples) cover(src []byte, i int) byte {
	if s.floating {
		return narrow(s.raw(src, i))
	}
	return s.sample(src, i)
}

// float returns a floating-point sample, cut to 0 and 1.
func (s *samples) float(src []byte, i int) float32 {
	b := src[4*i : 4*i+4 : 4*i+4]
	v := binary.LittleEndian.Uint32(b)
	if s.bigEndian {
		v = binary.BigEndian.Uint32(b)
	}
	f := math.Float32frombits(v)
	if !(f > 0) { // what is no number is black
		return 0
	}
	return min(f, 1)
}

// narrow scales 16 bits to 8: the nearest of v·255/65535.
func narrow(v uint16) byte { return byte((uint32(v)*255 + 32895) >> 16) }

// index returns the palette's entry for the x-th pixel; the first one for what
// lies beyond the palette.
func (s *samples) index(src []byte, x int) int {
	i := int(s.raw(src, x*s.count))
	if i >= len(s.palette) {
		return 0
	}
	return i
}

// name names the colours as Info does.
func (s *samples) name() string {
	return [...]string{coloursGray: "gray", coloursRGB: "rgb", coloursPalette: "palette", coloursCMYK: "cmyk", coloursLab: "lab"}[s.colours]
}
