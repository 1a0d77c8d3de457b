package pyramid

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Spec says what a Writer is to write.
type Spec struct {
	Geometry Geometry
	Gray     bool
	Tables   []byte // shared JPEG tables, see Split
	Software string // for the TIFF's Software tag
	// Profile is the ICC profile of the pixels, which goes out with every tile;
	// nil for sRGB, which is what a tile without one is taken for.
	Profile []byte
	// Origin says what made the tiles: the engine and its settings, in at most
	// 200 bytes. It is kept in the sidecar, so that copies by an older engine can
	// be found and made again.
	Origin string
}

// WriteSeeker is what a Writer writes to: an *os.File.
type WriteSeeker interface {
	io.Writer
	io.Seeker
}

// Writer writes an access copy: tiles in any order, each once. It holds the
// places of the tiles in memory, and the exact edge tiles, which it cannot yet
// place; nothing else. Edge tiles grow with the image's circumference: a square
// of ten gigapixels has 800 of them, some 15 MB.
type Writer struct {
	spec  Spec
	out   WriteSeeker
	big   bool
	at    int64
	tiles [][]span
	edges [][][]byte
	sums  [][]checksum // of the tiles
	err   error
}

// NewWriter begins an access copy at the start of out.
func NewWriter(out WriteSeeker, spec Spec) (*Writer, error) {
	return newWriter(out, spec, needsBig(spec))
}

func newWriter(out WriteSeeker, spec Spec, big bool) (*Writer, error) {
	if len(spec.Origin) > maxOrigin {
		return nil, fmt.Errorf("the origin of an access copy takes at most %d bytes", maxOrigin)
	}
	if _, err := NewGeometry(spec.Geometry.Width, spec.Geometry.Height, spec.Geometry.TileSize); err != nil {
		return nil, err
	}
	if _, err := newPrefix(spec.Tables, spec.Profile); err != nil {
		return nil, err
	}
	w := &Writer{spec: spec, out: out, big: big}
	for k := range spec.Geometry.Levels {
		cols, rows := spec.Geometry.Grid(k)
		w.tiles = append(w.tiles, make([]span, cols*rows))
		w.sums = append(w.sums, make([]checksum, cols*rows))
		w.edges = append(w.edges, make([][]byte, spec.Geometry.edges(k)))
	}
	// The header is written again, with the place of the first IFD, by Finish.
	w.write(w.header(0))
	return w, w.err
}

// needsBig reports whether a classic TIFF, whose offsets have 32 bits, could be
// too small: a JPEG tile is practically never larger than its raw pixels.
func needsBig(spec Spec) bool {
	samples := int64(3)
	if spec.Gray {
		samples = 1
	}
	raw := int64(0)
	for k := range spec.Geometry.Levels {
		cols, rows := spec.Geometry.Grid(k)
		raw += int64(cols) * int64(rows) * int64(spec.Geometry.TileSize) * int64(spec.Geometry.TileSize) * samples
	}
	return raw > 4_000_000_000
}

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(b)
	w.at += int64(n)
	if err != nil {
		w.err = fmt.Errorf("write access copy: %w", err)
	}
}

// AddTile writes a tile: the abbreviated stream of its JPEG (see Split), padded
// to the full tile size.
func (w *Writer) AddTile(level, col, row int, stream []byte) error {
	if w.err != nil {
		return w.err
	}
	if !w.spec.Geometry.Has(level, col, row) {
		return fmt.Errorf("add tile: level %d, column %d, row %d: %w", level, col, row, ErrNoTile)
	}
	if err := checkStream(stream, w.spec.Geometry.TileSize, w.spec.Geometry.TileSize, w.spec.Gray); err != nil {
		return fmt.Errorf("add tile: level %d, column %d, row %d: %w", level, col, row, err)
	}
	cols, _ := w.spec.Geometry.Grid(level)
	place := &w.tiles[level][row*cols+col]
	if place.length != 0 {
		return fmt.Errorf("add tile: level %d, column %d, row %d was added before", level, col, row)
	}
	if w.at%2 != 0 {
		w.write([]byte{0}) // offsets are even (TIFF 6.0, section 2)
	}
	*place = span{w.at, int64(len(stream))}
	w.sums[level][row*cols+col] = sha256.Sum256(stream[2:])
	w.write(stream)
	if !w.big && w.at > 0xffff_0000 {
		w.err = errors.New("write access copy: tiles are larger than their pixels; the classic TIFF is full")
	}
	return w.err
}

// AddEdge adds the exact form of an edge tile: the abbreviated stream of a JPEG
// of the tile's own size, with the same tables.
func (w *Writer) AddEdge(level, col, row int, stream []byte) error {
	if !w.spec.Geometry.Has(level, col, row) {
		return fmt.Errorf("add edge tile: level %d, column %d, row %d: %w", level, col, row, ErrNoTile)
	}
	edge := w.spec.Geometry.edge(level, col, row)
	if edge < 0 {
		return fmt.Errorf("add edge tile: level %d, column %d, row %d is no edge tile", level, col, row)
	}
	width, height := w.spec.Geometry.TileSizeAt(level, col, row)
	if err := checkStream(stream, width, height, w.spec.Gray); err != nil {
		return fmt.Errorf("add edge tile: level %d, column %d, row %d: %w", level, col, row, err)
	}
	if w.edges[level][edge] != nil {
		return fmt.Errorf("add edge tile: level %d, column %d, row %d was added before", level, col, row)
	}
	w.edges[level][edge] = bytes.Clone(stream[2:])
	return nil
}

// Finish writes the directories and returns the sidecar. Every tile must have
// been added. The caller syncs and closes the file.
func (w *Writer) Finish() (sidecar []byte, err error) {
	if w.err != nil {
		return nil, w.err
	}
	for k, level := range w.tiles {
		for i, s := range level {
			if s.length == 0 {
				return nil, fmt.Errorf("finish access copy: tile %d of level %d was not added", i, k)
			}
		}
		for i, edge := range w.edges[k] {
			if edge == nil {
				return nil, fmt.Errorf("finish access copy: edge tile %d of level %d was not added", i, k)
			}
		}
	}
	first := w.writeDirectories()
	size := w.at
	if w.err != nil {
		return nil, w.err
	}
	if _, err := w.out.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("finish access copy: %w", err)
	}
	w.write(w.header(first))
	if _, err := w.out.Seek(size, io.SeekStart); err != nil {
		return nil, fmt.Errorf("finish access copy: %w", err)
	}
	if w.err != nil {
		return nil, w.err
	}
	prefix, err := newPrefix(w.spec.Tables, w.spec.Profile)
	if err != nil {
		return nil, err
	}
	id := newIdentity(prefix)
	for k, level := range w.sums {
		for _, sum := range level {
			id.add(sum)
		}
		for _, edge := range w.edges[k] {
			id.add(sha256.Sum256(edge))
		}
	}
	ix := &Index{
		geometry: w.spec.Geometry, gray: w.spec.Gray, id: id.String(),
		prefix: prefix, tiffSize: size, tiles: w.tiles, origin: w.spec.Origin,
	}
	return encodeSidecar(ix, w.edges), nil
}

// header is the file header, little-endian (TIFF 6.0, section 2; BigTIFF).
func (w *Writer) header(first int64) []byte {
	le := binary.LittleEndian
	if w.big {
		b := []byte{'I', 'I', 43, 0, 8, 0, 0, 0}
		return le.AppendUint64(b, uint64(first))
	}
	b := []byte{'I', 'I', 42, 0}
	return le.AppendUint32(b, uint32(first))
}

// Tags and types (TIFF 6.0, section 2 and appendix A; Technical Note 2).
const (
	typeASCII, typeShort, typeLong, typeRational, typeUndefined, typeLong8 = 2, 3, 4, 5, 7, 16

	tagNewSubfileType, tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric = 254, 256, 257, 258, 259, 262
	tagOrientation, tagSamples, tagXResolution, tagYResolution, tagPlanar           = 274, 277, 282, 283, 284
	tagResolutionUnit, tagSoftware, tagTileWidth, tagTileHeight                     = 296, 305, 322, 323
	tagTileOffsets, tagTileCounts, tagSubIFDs, tagJPEGTables                        = 324, 325, 330, 347
	tagSubsampling, tagReferenceBlackWhite, tagICC                                  = 530, 532, 34675

	compressionJPEG, photometricGray, photometricYCbCr = 7, 1, 6
)

// entry is one field of a directory; data is little-endian and already of the
// length count × size of type.
type entry struct {
	tag, typ uint16
	count    uint64
	data     []byte
}

// writeDirectories writes one directory a level, each after its values, and
// returns the offset of the first. They are written from the last to the
// first, because each names the place of the next.
func (w *Writer) writeDirectories() (first int64) {
	next := int64(0)
	for k := w.spec.Geometry.Levels - 1; k >= 0; k-- {
		next = w.writeDirectory(w.directory(k), next)
	}
	return next
}

func (w *Writer) directory(level int) []entry {
	le := binary.LittleEndian
	short := func(tag uint16, values ...uint16) entry {
		var b []byte
		for _, v := range values {
			b = le.AppendUint16(b, v)
		}
		return entry{tag, typeShort, uint64(len(values)), b}
	}
	long := func(tag uint16, v uint32) entry { return entry{tag, typeLong, 1, le.AppendUint32(nil, v)} }
	rationals := func(tag uint16, values ...uint32) entry {
		var b []byte
		for _, v := range values {
			b = le.AppendUint32(le.AppendUint32(b, v), 1)
		}
		return entry{tag, typeRational, uint64(len(values)), b}
	}
	g := w.spec.Geometry
	width, height := g.Level(level)
	reduced := uint32(0)
	if level > 0 {
		reduced = 1 // a smaller version of another image in this file
	}
	bits, photometric, samples := []uint16{8, 8, 8}, uint16(photometricYCbCr), uint16(3)
	if w.spec.Gray {
		bits, photometric, samples = []uint16{8}, photometricGray, 1
	}
	offsets, counts := w.places(level)
	software := append([]byte(w.spec.Software), 0)
	d := []entry{
		long(tagNewSubfileType, reduced),
		long(tagWidth, uint32(width)), long(tagHeight, uint32(height)),
		short(tagBits, bits...), short(tagCompression, compressionJPEG), short(tagPhotometric, photometric),
		short(tagOrientation, 1), short(tagSamples, samples),
		rationals(tagXResolution, 72), rationals(tagYResolution, 72), short(tagPlanar, 1),
		short(tagResolutionUnit, 2), {tagSoftware, typeASCII, uint64(len(software)), software},
		long(tagTileWidth, uint32(g.TileSize)), long(tagTileHeight, uint32(g.TileSize)),
		offsets, counts,
		{tagJPEGTables, typeUndefined, uint64(len(w.spec.Tables)), w.spec.Tables},
	}
	if !w.spec.Gray {
		d = append(d, short(tagSubsampling, 2, 2), rationals(tagReferenceBlackWhite, 0, 255, 128, 255, 128, 255))
	}
	if len(w.spec.Profile) > 0 {
		d = append(d, entry{tagICC, typeUndefined, uint64(len(w.spec.Profile)), w.spec.Profile})
	}
	return d
}

func (w *Writer) places(level int) (offsets, counts entry) {
	le := binary.LittleEndian
	n := uint64(len(w.tiles[level]))
	offsets = entry{tagTileOffsets, typeLong, n, nil}
	if w.big {
		offsets.typ = typeLong8
	}
	counts = entry{tagTileCounts, typeLong, n, nil}
	for _, s := range w.tiles[level] {
		if w.big {
			offsets.data = le.AppendUint64(offsets.data, uint64(s.offset))
		} else {
			offsets.data = le.AppendUint32(offsets.data, uint32(s.offset))
		}
		counts.data = le.AppendUint32(counts.data, uint32(s.length))
	}
	return offsets, counts
}

// writeDirectory writes the values that do not fit their entries, then the
// directory itself, and returns its offset.
func (w *Writer) writeDirectory(d []entry, next int64) int64 {
	le := binary.LittleEndian
	inline, align := 4, int64(2)
	if w.big {
		inline, align = 8, 8
	}
	places := make([]int64, len(d))
	for i, e := range d {
		if len(e.data) > inline {
			w.align(align)
			places[i] = w.at
			w.write(e.data)
		}
	}
	w.align(align)
	at := w.at
	var b []byte
	number := func(v uint64) {
		if w.big {
			b = le.AppendUint64(b, v)
		} else {
			b = le.AppendUint32(b, uint32(v))
		}
	}
	if w.big {
		b = le.AppendUint64(b, uint64(len(d)))
	} else {
		b = le.AppendUint16(b, uint16(len(d)))
	}
	for i, e := range d {
		b = le.AppendUint16(le.AppendUint16(b, e.tag), e.typ)
		number(e.count)
		if len(e.data) > inline {
			number(uint64(places[i]))
		} else {
			b = append(b, e.data...)
			b = append(b, make([]byte, inline-len(e.data))...)
		}
	}
	number(uint64(next))
	w.write(b)
	return at
}

func (w *Writer) align(n int64) {
	if over := w.at % n; over != 0 {
		w.write(make([]byte, n-over))
	}
}
