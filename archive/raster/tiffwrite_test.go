package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"slices"
	"testing"
)

// byteOrder is one of the two of a TIFF.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// tiffKind says how a TIFF is to be written: every way of storing samples that
// TIFF 6.0 and BigTIFF have, but for the compressions of libraries.
type tiffKind struct {
	order         byteOrder // little-endian unless said otherwise
	big           bool      // BigTIFF
	width, height int
	count         int // samples a pixel
	bits          int // 1, 2, 4, 8, 16 or 32
	format        int // SampleFormat; 0 is not written
	compression   int
	predictor     int // 0 is not written
	rows          int // of a strip; 0 for all
	tile          int // its side; 0 for strips
	planar        bool
	photometric   int
	orientation   int // 0 is not written
	extra         int // ExtraSamples, plus 1; 0 is not written
	palette       []uint16
	icc           []byte
	pages         int // the second and further ones are half as high
	said, exif    []tiffEntry

	// value returns a sample as the bits that are stored.
	value func(x, y, c int) uint32
}

// write writes the TIFF.
func (k tiffKind) write() []byte {
	if k.order == nil {
		k.order = binary.LittleEndian
	}
	mark := "II"
	if k.order == byteOrder(binary.BigEndian) {
		mark = "MM"
	}
	var out []byte
	if k.big {
		out = k.order.AppendUint64(k.order.AppendUint16(k.order.AppendUint16(k.order.AppendUint16([]byte(mark), 43), 8), 0), 0)
	} else {
		out = k.order.AppendUint32(k.order.AppendUint16([]byte(mark), 42), 0)
	}
	var offsets, counts []uint64
	bw, bh := k.width, k.rows
	if bh == 0 {
		bh = k.height
	}
	if k.tile > 0 {
		bw, bh = k.tile, k.tile
	}
	planes := 1
	if k.planar {
		planes = k.count
	}
	for p := range planes {
		for y := 0; y < k.height; y += bh {
			for x := 0; x < k.width; x += bw {
				rows := bh
				if k.tile == 0 {
					rows = min(bh, k.height-y)
				}
				block := k.block(p, x, y, bw, rows)
				offsets, counts = append(offsets, uint64(len(out))), append(counts, uint64(len(block)))
				out = append(out, block...)
			}
		}
	}
	next := 4
	if k.big {
		next = 8
	}
	for page := range max(1, k.pages) {
		height := k.height
		if page > 0 {
			height /= 2
		}
		out, next = k.directory(out, next, height, bw, bh, offsets, counts)
	}
	return out
}

// block is a strip or tile, compressed.
func (k tiffKind) block(plane, x0, y0, width, rows int) []byte {
	first, n := 0, k.count
	if k.planar {
		first, n = plane, 1
	}
	var block []byte
	for y := range rows {
		var line []byte
		fill, used := byte(0), 0
		for x := range width {
			for c := range n {
				v := k.value(min(x0+x, k.width-1), min(y0+y, k.height-1), first+c)
				switch k.bits {
				case 8:
					line = append(line, byte(v))
				case 16:
					line = k.order.AppendUint16(line, uint16(v))
				case 32:
					line = k.order.AppendUint32(line, v)
				default:
					if fill, used = fill|byte(v)<<(8-k.bits-used), used+k.bits; used == 8 {
						line, fill, used = append(line, fill), 0, 0
					}
				}
			}
		}
		if used > 0 {
			line = append(line, fill)
		}
		k.predict(line, n)
		if k.compression == tiffPackBits {
			line = packBits(line)
		}
		block = append(block, line...)
	}
	switch k.compression {
	case tiffLZW:
		return lzwOfTIFF(block)
	case tiffDeflate, tiffDeflateOld:
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(block) // memory takes all
		_ = w.Close()
		return b.Bytes()
	}
	return block
}

// predict turns a row into the differences of neighbours (TIFF 6.0, section 14; for
// floating point Adobe's TIFF Technical Note 3).
func (k tiffKind) predict(line []byte, n int) {
	size := k.bits / 8
	switch k.predictor {
	case 2:
		for i := len(line) - size; i >= n*size; i -= size {
			switch size {
			case 1:
				line[i] -= line[i-n]
			case 2:
				k.order.PutUint16(line[i:], k.order.Uint16(line[i:])-k.order.Uint16(line[i-2*n:]))
			case 4:
				k.order.PutUint32(line[i:], k.order.Uint32(line[i:])-k.order.Uint32(line[i-4*n:]))
			}
		}
	case 3:
		from := bytes.Clone(line)
		for i := range len(line) / 4 {
			v := k.order.Uint32(from[4*i:])
			for b := range 4 {
				line[b*len(line)/4+i] = byte(v >> (24 - 8*b))
			}
		}
		for i := len(line) - 1; i >= n; i-- {
			line[i] -= line[i-n]
		}
	}
}

// directory appends one, to which the place next points. It returns where the
// next one is to be pointed to from.
func (k tiffKind) directory(out []byte, next, height, bw, bh int, offsets, counts []uint64) ([]byte, int) {
	numbers := func(v ...uint64) []uint64 { return v }
	each := func(v int, n int) []uint64 {
		all := make([]uint64, n)
		for i := range all {
			all[i] = uint64(v)
		}
		return all
	}
	const short, long, undefined = 3, 4, 7
	place := long
	if k.big {
		place = tiffLong8
	}
	entries := []tiffEntry{
		{tagWidth, long, numbers(uint64(k.width))}, {tagHeight, long, numbers(uint64(height))},
		{tagBits, short, each(k.bits, k.count)}, {tagCompression, short, numbers(uint64(max(1, k.compression)))},
		{tagPhotometric, short, numbers(uint64(k.photometric))},
	}
	if k.tile == 0 {
		entries = append(entries, tiffEntry{tagStripOffsets, place, offsets})
	}
	if k.orientation > 0 {
		entries = append(entries, tiffEntry{tagOrientation, short, numbers(uint64(k.orientation))})
	}
	entries = append(entries, tiffEntry{tagSamples, short, numbers(uint64(k.count))})
	if k.tile == 0 {
		entries = append(entries, tiffEntry{tagRowsPerStrip, long, numbers(uint64(bh))}, tiffEntry{tagStripCounts, place, counts})
	}
	planar := uint64(1)
	if k.planar {
		planar = 2
	}
	entries = append(entries, tiffEntry{tagPlanar, short, numbers(planar)})
	if k.predictor > 0 {
		entries = append(entries, tiffEntry{tagPredictor, short, numbers(uint64(k.predictor))})
	}
	if k.palette != nil {
		var v []uint64
		for _, c := range k.palette {
			v = append(v, uint64(c))
		}
		entries = append(entries, tiffEntry{tagColorMap, short, v})
	}
	if k.tile > 0 {
		entries = append(entries, tiffEntry{tagTileWidth, long, numbers(uint64(bw))}, tiffEntry{tagTileHeight, long, numbers(uint64(bh))},
			tiffEntry{tagTileOffsets, place, offsets}, tiffEntry{tagTileCounts, place, counts})
	}
	if k.extra > 0 {
		entries = append(entries, tiffEntry{tagExtraSamples, short, numbers(uint64(k.extra - 1))})
	}
	if k.format > 0 {
		entries = append(entries, tiffEntry{tagSampleFormat, short, each(k.format, k.count)})
	}
	if k.icc != nil {
		var v []uint64
		for _, c := range k.icc {
			v = append(v, uint64(c))
		}
		entries = append(entries, tiffEntry{tagICC, undefined, v})
	}
	entries = append(entries, k.said...)
	if k.exif != nil {
		var at int
		out, at, _ = k.put(out, k.exif)
		entries = append(entries, tiffEntry{exifTag, place, numbers(uint64(at))})
	}
	slices.SortFunc(entries, func(a, b tiffEntry) int { return a.tag - b.tag })
	out, at, end := k.put(out, entries)
	if k.big {
		k.order.PutUint64(out[next:], uint64(at))
	} else {
		k.order.PutUint32(out[next:], uint32(at))
	}
	return out, end
}

// tiffEntry is an entry of a directory; of rational numbers, each is two values.
type tiffEntry struct {
	tag, typ int
	values   []uint64
}

const tiffLong8 = 16

// put appends a directory, and before it the values that do not fit into it; it lies
// at an offset, and its last bytes, at end, say where the next one lies.
func (k tiffKind) put(out []byte, entries []tiffEntry) (all []byte, at, end int) {
	const short, long, rational = 3, 4, 5
	number := func(b []byte, v uint64) []byte { // of the width of an offset
		if k.big {
			return k.order.AppendUint64(b, v)
		}
		return k.order.AppendUint32(b, uint32(v))
	}
	width := len(number(nil, 0))
	var directory []byte
	if k.big {
		directory = k.order.AppendUint64(nil, uint64(len(entries)))
	} else {
		directory = k.order.AppendUint16(nil, uint16(len(entries)))
	}
	for _, e := range entries {
		count := len(e.values)
		if e.typ == rational {
			count /= 2
		}
		directory = number(k.order.AppendUint16(k.order.AppendUint16(directory, uint16(e.tag)), uint16(e.typ)), uint64(count))
		var body []byte
		for _, v := range e.values {
			switch e.typ {
			case short:
				body = k.order.AppendUint16(body, uint16(v))
			case long, rational:
				body = k.order.AppendUint32(body, uint32(v))
			case tiffLong8:
				body = k.order.AppendUint64(body, v)
			default: // bytes, text, undefined
				body = append(body, byte(v))
			}
		}
		if len(body) > width {
			out = append(out, make([]byte, len(out)%2)...)
			directory = number(directory, uint64(len(out)))
			out = append(out, body...)
		} else {
			directory = append(directory, append(body, make([]byte, width-len(body))...)...)
		}
	}
	out = append(out, make([]byte, len(out)%2)...)
	at = len(out)
	out = append(out, directory...)
	return number(out, 0), at, len(out)
}

// lzwOfTIFF compresses as TIFF 6.0, section 13, says: codes that begin with their
// highest bit, and grow by a bit one code early.
func lzwOfTIFF(b []byte) []byte {
	const clearCode, endCode, last = 256, 257, 4094
	var out []byte
	held, used, width := uint32(0), 0, 9
	put := func(code int) {
		held, used = held<<width|uint32(code), used+width
		for ; used >= 8; used -= 8 {
			out = append(out, byte(held>>(used-8)))
		}
	}
	type link struct {
		prefix int
		value  byte
	}
	codes := map[link]int{}
	next := 258
	put(clearCode)
	prefix := -1
	for _, v := range b {
		if prefix < 0 {
			prefix = int(v)
			continue
		}
		if code, ok := codes[link{prefix, v}]; ok {
			prefix = code
			continue
		}
		put(prefix)
		codes[link{prefix, v}] = next
		if next++; next == 1<<width {
			width++
		}
		if next == last {
			put(clearCode)
			codes, next, width = map[link]int{}, 258, 9
		}
		prefix = int(v)
	}
	if prefix >= 0 {
		put(prefix)
		if next++; next == 1<<width {
			width++
		}
	}
	put(endCode)
	if used > 0 {
		out = append(out, byte(held<<(8-used)))
	}
	return out
}

// scaled is a value function of 8-bit samples: v as the whole numbers of so many
// bits, or as floating-point numbers from 0 to 1.
func scaled(bits int, floating bool, v func(x, y, c int) uint8) func(x, y, c int) uint32 {
	return func(x, y, c int) uint32 {
		f := float64(v(x, y, c)) / 255
		if floating {
			return math.Float32bits(float32(f))
		}
		return uint32(math.Round(f * float64(uint64(1)<<bits-1)))
	}
}

// The writer's LZW is what others read.
func TestOwnLZW(t *testing.T) {
	t.Parallel()
	b := make([]byte, 70000)
	for i := range b {
		b[i] = byte(i * i >> 7)
	}
	r, err := (&tiffImage{compression: tiffLZW}).unpack(bytes.NewReader(lzwOfTIFF(b)), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(b))
	for at := 0; at < len(got); {
		n, err := r.Read(got[at:])
		if at += n; err != nil {
			t.Fatalf("after %d bytes: %v", at, err)
		}
	}
	if !bytes.Equal(got, b) {
		t.Error("it comes out as something else")
	}
}
