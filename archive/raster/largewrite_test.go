//go:build large

package raster

import (
	"bufio"
	"encoding/binary"
	"errors"
	"math"
	"os"
)

// largeTIFF is a BigTIFF that is written as a stream: of fields of one colour each.
type largeTIFF struct {
	width, height int
	bits          int
	lzw           bool
	space         space
	size          int64 // once it is written
}

// largeRows is how many rows a strip has. It divides the side of a field, so that
// the strips of a row of fields are all the same.
const largeRows = 10

// write writes the file. No more of it stands in memory than a strip.
func (m *largeTIFF) write(path string) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	put := func(b []byte) {
		if err == nil {
			_, err = w.Write(b)
		}
		m.size += int64(len(b))
	}
	le := binary.LittleEndian
	put(le.AppendUint64([]byte("II+\x00\x08\x00\x00\x00"), 0)) // where the directory lies is said at the end
	var offsets, counts []uint64
	var strip []byte
	var table lzwTable
	for y := 0; y < m.height; y += largeRows {
		if y%largeField == 0 {
			strip = m.strip(y / largeField)
			if m.lzw {
				strip = table.encode(strip)
			}
		}
		offsets, counts = append(offsets, uint64(m.size)), append(counts, uint64(len(strip)))
		put(strip)
	}
	put(make([]byte, m.size&1))
	icc := m.space.profile(2)
	places := m.size
	for _, values := range [][]uint64{offsets, counts} {
		for _, v := range values {
			put(le.AppendUint64(nil, v))
		}
	}
	profile := m.size
	put(append(icc, make([]byte, len(icc)&1)...))
	directory := m.size
	compression := uint64(tiffNone)
	if m.lzw {
		compression = tiffLZW
	}
	bits := uint64(m.bits)
	const short, long, long8, undefined = 3, 4, 16, 7
	entries := [][4]uint64{
		{tagWidth, long, 1, uint64(m.width)}, {tagHeight, long, 1, uint64(m.height)}, {tagBits, short, 3, bits | bits<<16 | bits<<32},
		{tagCompression, short, 1, compression}, {tagPhotometric, short, 1, 2}, {tagStripOffsets, long8, uint64(len(offsets)), uint64(places)},
		{tagSamples, short, 1, 3}, {tagRowsPerStrip, long, 1, largeRows}, {tagStripCounts, long8, uint64(len(counts)), uint64(places) + 8*uint64(len(offsets))},
		{tagICC, undefined, uint64(len(icc)), uint64(profile)},
	}
	put(le.AppendUint64(nil, uint64(len(entries))))
	for _, e := range entries {
		put(le.AppendUint64(le.AppendUint64(le.AppendUint16(le.AppendUint16(nil, uint16(e[0])), uint16(e[1])), e[2]), e[3]))
	}
	put(make([]byte, 8))
	if err = errors.Join(err, w.Flush()); err == nil {
		_, err = f.WriteAt(le.AppendUint64(nil, uint64(directory)), 8)
	}
	return err
}

// strip is a strip of the y-th row of fields, with grain, so that its tiles are as
// large as those of a photograph.
func (m *largeTIFF) strip(y int) []byte {
	most := float64(int(1)<<m.bits - 1)
	seed := uint32(y + 1)
	strip := make([]byte, 0, largeRows*m.width*3*m.bits/8)
	for range largeRows {
		for x := range m.width {
			seed = seed*1664525 + 1013904223
			grain := float64(seed>>28)/15*0.06 - 0.03
			for _, v := range m.colour(x/largeField, y) {
				if whole := math.Round((v + grain) * most); m.bits == 16 {
					strip = binary.LittleEndian.AppendUint16(strip, uint16(whole))
				} else {
					strip = append(strip, byte(whole))
				}
			}
		}
	}
	return strip
}

// lzwTable compresses like lzwOfTIFF, and fast: a place for each code and byte that
// may follow it, with the number of the table that it was written for.
type lzwTable struct {
	next  [4096][256]uint32
	table uint32
}

func (t *lzwTable) encode(b []byte) []byte {
	const clearCode, endCode, last = 256, 257, 4094
	var out []byte
	held, used, width, next := uint64(0), 0, 9, uint32(258)
	put := func(code uint32) {
		held, used = held<<width|uint64(code), used+width
		for ; used >= 8; used -= 8 {
			out = append(out, byte(held>>(used-8)))
		}
	}
	t.table++
	put(clearCode)
	prefix := uint32(b[0])
	for _, v := range b[1:] {
		if code := t.next[prefix][v]; code>>12 == t.table {
			prefix = code & 0xfff
			continue
		}
		put(prefix)
		t.next[prefix][v] = t.table<<12 | next
		if next++; next == 1<<width {
			width++
		}
		if next == last {
			put(clearCode)
			t.table++
			next, width = 258, 9
		}
		prefix = uint32(v)
	}
	put(prefix)
	if next++; next == 1<<width {
		width++
	}
	put(endCode)
	if used > 0 {
		out = append(out, byte(held<<(8-used)))
	}
	return out
}
