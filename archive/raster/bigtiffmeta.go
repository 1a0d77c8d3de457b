package raster

import (
	"bytes"
	"encoding/binary"
	"io"
)

// The tags of a TIFF that say something of its picture (TIFF 6.0, part 1; XMP part 3,
// section 3.2.3.2; EXIF 2.3, section 4.6.3). 700 is XMP, 33723 IPTC.
var spokenTags = map[uint16]bool{
	270: true, 271: true, 272: true, 274: true, 282: true, 283: true, 296: true, 305: true, 306: true,
	315: true, 700: true, 33432: true, 33723: true, exifTag: true,
}

const (
	exifTag      = 34665 // where the directory of EXIF lies
	interopTag   = 40965 // where a directory lies that says nothing of the picture
	makerTag     = 37500 // what a camera's maker keeps to himself; its offsets are of his own
	maxSpoken    = 1 << 20
	maxDirectory = 4096 // entries
)

// spokenOfBigTIFF copies what the first directory of a BigTIFF says of its picture
// into a TIFF without an image, because the readers of metadata know no directories
// with offsets of 64 bits. It returns nil where there is nothing to be read; entries
// that lie are left out.
func spokenOfBigTIFF(m *master) *io.SectionReader {
	var head [16]byte
	if n, _ := m.ReadAt(head[:], 0); n < len(head) {
		return nil
	}
	c := &bigToClassic{m: m, order: binary.LittleEndian}
	if head[0] == 'M' {
		c.order = binary.BigEndian
	}
	if c.order.Uint16(head[4:]) != 8 {
		return nil
	}
	c.out = append(c.out, head[0], head[0])
	c.out = c.order.AppendUint16(c.out, 42)
	c.out = c.order.AppendUint32(c.out, 8)
	if !c.directory(c.order.Uint64(head[8:]), false) {
		return nil
	}
	return io.NewSectionReader(bytes.NewReader(c.out), 0, int64(len(c.out)))
}

// bigToClassic writes directories of a BigTIFF in the form of TIFF 6.0.
type bigToClassic struct {
	m     *master
	order interface {
		binary.ByteOrder
		binary.AppendByteOrder
	}
	out []byte
}

// directory appends a directory, and the values that do not fit into it after it. It
// reports whether there is one.
func (c *bigToClassic) directory(at uint64, exif bool) bool {
	var count [8]byte
	if len(c.out) > maxSpoken || !c.read(count[:], at) {
		return false
	}
	entries := make([]byte, 20*min(c.order.Uint64(count[:]), maxDirectory))
	if !c.read(entries, at+8) {
		return false
	}
	var kept [][]byte
	for e := entries; len(e) > 0; e = e[20:] {
		if tag := c.order.Uint16(e); exif && tag != makerTag && tag != exifTag && tag != interopTag || !exif && spokenTags[tag] {
			kept = append(kept, e[:20])
		}
	}
	start := len(c.out)
	c.out = c.order.AppendUint16(c.out, 0)
	c.out = append(c.out, make([]byte, 12*len(kept)+4)...)
	n := 0
	for _, e := range kept {
		var value [4]byte
		written, ok := c.value(e, value[:])
		if !ok {
			continue
		}
		d := c.out[start+2+12*n:]
		c.order.PutUint16(d, c.order.Uint16(e))
		c.order.PutUint16(d[2:], written.kind)
		c.order.PutUint32(d[4:], written.count)
		copy(d[8:12], value[:])
		n++
	}
	c.order.PutUint16(c.out[start:], uint16(n)) // what was kept for others is passed over
	c.order.PutUint32(c.out[start+2+12*n:], 0)
	return true
}

// kindAndCount are the type of an entry's values and their number.
type kindAndCount struct {
	kind  uint16
	count uint32
}

// value writes what the last four bytes of an entry are in a TIFF: the value, or where
// it lies.
func (c *bigToClassic) value(e, to []byte) (kindAndCount, bool) {
	tag, kind, count := c.order.Uint16(e), c.order.Uint16(e[2:]), c.order.Uint64(e[4:])
	if tag == exifTag {
		if count != 1 {
			return kindAndCount{}, false
		}
		c.order.PutUint32(to, uint32(len(c.out)))
		ok := c.directory(c.pointer(kind, e[12:]), true)
		return kindAndCount{4, 1}, ok
	}
	sizes := [...]uint64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8}
	if int(kind) >= len(sizes) || sizes[kind] == 0 || count > maxXMP {
		return kindAndCount{}, false
	}
	size := sizes[kind] * count
	stored := e[12:20]
	if size > 8 {
		if size > maxXMP || uint64(len(c.out))+size > maxSpoken {
			return kindAndCount{}, false
		}
		stored = make([]byte, size)
		if !c.read(stored, c.order.Uint64(e[12:])) {
			return kindAndCount{}, false
		}
	}
	if size <= 4 {
		copy(to, stored[:size])
	} else {
		c.out = append(c.out, make([]byte, len(c.out)%2)...) // values begin at even offsets
		c.order.PutUint32(to, uint32(len(c.out)))
		c.out = append(c.out, stored[:size]...)
	}
	return kindAndCount{kind, uint32(count)}, true
}

// pointer returns where a directory lies, of which an entry says so in 32 or 64 bits.
func (c *bigToClassic) pointer(kind uint16, b []byte) uint64 {
	if kind == 4 || kind == 13 {
		return uint64(c.order.Uint32(b))
	}
	return c.order.Uint64(b)
}

// read fills b from a place in the file.
func (c *bigToClassic) read(b []byte, at uint64) bool {
	if at > uint64(c.m.size) || uint64(len(b)) > uint64(c.m.size)-at {
		return false
	}
	n, _ := c.m.ReadAt(b, int64(at))
	return n == len(b)
}
