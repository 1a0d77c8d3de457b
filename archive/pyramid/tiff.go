package pyramid

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// Limits on what a TIFF may make the reader allocate.
const (
	maxDirectories = 64
	maxEntries     = 1024
	maxTables      = 64 << 10
)

// UnsupportedError says that a file is a TIFF but no access copy.
type UnsupportedError struct{ Why string }

// Error returns the reason.
func (e *UnsupportedError) Error() string { return "not an access copy: " + e.Why }

func unsupported(format string, args ...any) error {
	return &UnsupportedError{fmt.Sprintf(format, args...)}
}

var errTIFF = errors.New("not a TIFF, or a damaged one")

// ReadTIFF makes the index from the TIFF alone, for an access copy whose
// sidecar was lost. Its edge tiles are then padded (TileRef.Padded).
func ReadTIFF(r io.ReaderAt, size int64) (*Index, error) {
	t := &tiff{r: r, size: size}
	directories, more, err := t.directories(maxDirectories)
	if err == nil && more {
		err = errTIFF
	}
	if err != nil {
		return nil, fmt.Errorf("read access copy: %w", err)
	}
	ix, err := t.index(directories)
	if err != nil {
		return nil, fmt.Errorf("read access copy: %w", err)
	}
	return ix, nil
}

// tiff reads the structure of a TIFF or BigTIFF of either byte order.
type tiff struct {
	r     io.ReaderAt
	size  int64
	order binary.ByteOrder
	big   bool
}

// field is one entry of a directory. Its values are read when asked for.
type field struct {
	typ    uint16
	count  uint64
	inline []byte // 4 or 8 bytes: the values, or their offset
}

type directory map[uint16]field

func (t *tiff) read(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > t.size-int64(n) {
		return nil, errTIFF
	}
	b := make([]byte, n)
	if got, err := t.r.ReadAt(b, off); got < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = errTIFF
		}
		return nil, err
	}
	return b, nil
}

// directories reads the chain of directories, at most limit of them; more says
// that there are others.
func (t *tiff) directories(limit int) (out []directory, more bool, err error) {
	next, err := t.header()
	if err != nil {
		return nil, false, err
	}
	seen := map[int64]bool{}
	for next != 0 && len(out) < limit {
		if seen[next] {
			return nil, false, errTIFF
		}
		seen[next] = true
		var d directory
		if d, next, err = t.directory(next); err != nil {
			return nil, false, err
		}
		out = append(out, d)
	}
	return out, next != 0, nil
}

// header reads the byte order and the kind, and returns the place of the first
// directory.
func (t *tiff) header() (first int64, err error) {
	head, err := t.read(0, 8)
	if err != nil {
		return 0, err
	}
	switch string(head[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return 0, errTIFF
	}
	switch t.order.Uint16(head[2:]) {
	case 42:
		return int64(t.order.Uint32(head[4:])), nil
	case 43:
		t.big = true
		if head, err = t.read(8, 8); err != nil {
			return 0, err
		}
		return int64(t.order.Uint64(head)), nil
	}
	return 0, errTIFF
}

func (t *tiff) directory(at int64) (d directory, next int64, err error) {
	countSize, entrySize, nextSize := 2, 12, 4
	if t.big {
		countSize, entrySize, nextSize = 8, 20, 8
	}
	b, err := t.read(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	n := uint64(t.order.Uint16(b))
	if t.big {
		n = t.order.Uint64(b)
	}
	if n == 0 || n > maxEntries {
		return nil, 0, errTIFF
	}
	b, err = t.read(at+int64(countSize), int(n)*entrySize+nextSize)
	if err != nil {
		return nil, 0, err
	}
	d = directory{}
	for i := range int(n) {
		e := b[i*entrySize:]
		f := field{typ: t.order.Uint16(e[2:])}
		if t.big {
			f.count, f.inline = t.order.Uint64(e[4:]), e[12:20]
		} else {
			f.count, f.inline = uint64(t.order.Uint32(e[4:])), e[8:12]
		}
		d[t.order.Uint16(e)] = f
	}
	if b = b[int(n)*entrySize:]; t.big {
		return d, int64(t.order.Uint64(b)), nil
	}
	return d, int64(t.order.Uint32(b)), nil
}

// sizes of the types that are read, in bytes.
func typeSize(typ uint16) int {
	switch typ {
	case typeUndefined, typeASCII, 1:
		return 1
	case typeShort:
		return 2
	case typeLong:
		return 4
	case typeLong8:
		return 8
	}
	return 0
}

// data returns the bytes of a field's values, at most limit values.
func (t *tiff) data(f field, limit uint64) ([]byte, error) {
	size := typeSize(f.typ)
	if size == 0 || f.count == 0 || f.count > limit {
		return nil, errTIFF
	}
	n := int(f.count) * size
	if n <= len(f.inline) {
		return f.inline[:n], nil
	}
	var at int64
	if t.big {
		at = int64(t.order.Uint64(f.inline))
	} else {
		at = int64(t.order.Uint32(f.inline))
	}
	return t.read(at, n)
}

// numbers returns the values of a field of whole numbers.
func (t *tiff) numbers(f field, limit uint64) ([]int64, error) {
	b, err := t.data(f, limit)
	if err != nil {
		return nil, err
	}
	out := make([]int64, f.count)
	for i := range out {
		switch f.typ {
		case typeShort:
			out[i] = int64(t.order.Uint16(b[2*i:]))
		case typeLong:
			out[i] = int64(t.order.Uint32(b[4*i:]))
		case typeLong8:
			out[i] = int64(t.order.Uint64(b[8*i:]))
		default:
			return nil, errTIFF
		}
		if out[i] < 0 {
			return nil, errTIFF
		}
	}
	return out, nil
}

// number returns the one value of a field; the given one if it is not there.
func (t *tiff) number(d directory, tag uint16, otherwise int64) (int64, error) {
	f, ok := d[tag]
	if !ok {
		return otherwise, nil
	}
	v, err := t.numbers(f, 16)
	if err != nil {
		return 0, err
	}
	return v[0], nil
}

func (t *tiff) index(directories []directory) (*Index, error) {
	ix := &Index{tiffSize: t.size}
	digest := sha256.New()
	var tables []byte
	for level, d := range directories {
		var v [6]int64
		for i, tag := range []uint16{tagWidth, tagHeight, tagTileWidth, tagTileHeight, tagCompression, tagPhotometric} {
			var err error
			if v[i], err = t.number(d, tag, 0); err != nil {
				return nil, err
			}
		}
		width, height, tileWidth, tileHeight, compression, photometric := v[0], v[1], v[2], v[3], v[4], v[5]
		if compression != compressionJPEG || tileWidth != tileHeight || tileWidth == 0 ||
			(photometric != photometricYCbCr && photometric != photometricGray) || width > maxSide || height > maxSide {
			return nil, unsupported("level %d is not made of square JPEG tiles in YCbCr or gray", level)
		}
		if level == 0 {
			g, err := NewGeometry(int(width), int(height), int(tileWidth))
			if err != nil {
				return nil, err
			}
			if g.Levels != len(directories) {
				return nil, unsupported("it has %d levels, %d are needed", len(directories), g.Levels)
			}
			ix.geometry, ix.gray = g, photometric == photometricGray
		}
		if w, h := ix.geometry.Level(level); int64(w) != width || int64(h) != height ||
			tileWidth != int64(ix.geometry.TileSize) || ix.gray != (photometric == photometricGray) {
			return nil, unsupported("level %d has %d × %d pixels, which is not half of the level before, rounded up", level, width, height)
		}
		these, err := t.data(d[tagJPEGTables], maxTables)
		if err != nil {
			return nil, unsupported("level %d has no JPEG tables", level)
		}
		if level == 0 {
			tables = these
		} else if !bytes.Equal(tables, these) {
			return nil, unsupported("its levels have different JPEG tables")
		}
		if err := t.spans(ix, d, level); err != nil {
			return nil, err
		}
		for _, s := range ix.tiles[level] {
			digest.Write(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(s.offset)), uint64(s.length)))
		}
	}
	if len(directories) == 0 {
		return nil, errTIFF
	}
	var profile []byte
	if f, ok := directories[0][tagICC]; ok {
		var err error
		if profile, err = t.data(f, maxProfile); err != nil {
			return nil, unsupported("its ICC profile has %d bytes; at most %d can go out with every tile", f.count, maxProfile)
		}
	}
	prefix, err := newPrefix(tables, profile)
	if err != nil {
		return nil, err
	}
	ix.prefix = prefix
	// Without reading every tile its content cannot be known; the places of the
	// tiles, which depend on the length of each, stand in for it.
	ix.id = "t" + hex.EncodeToString(digest.Sum(nil)[:12])
	return ix, nil
}

func (t *tiff) spans(ix *Index, d directory, level int) error {
	cols, rows := ix.geometry.Grid(level)
	n := uint64(cols * rows)
	offsets, err := t.numbers(d[tagTileOffsets], n)
	if err != nil {
		return err
	}
	counts, err := t.numbers(d[tagTileCounts], n)
	if err != nil {
		return err
	}
	if uint64(len(offsets)) != n || uint64(len(counts)) != n {
		return errTIFF
	}
	spans := make([]span, n)
	for i := range spans {
		if counts[i] > t.size || offsets[i] > t.size-counts[i] {
			return errTIFF
		}
		spans[i] = span{offsets[i], counts[i]}
	}
	ix.tiles = append(ix.tiles, spans)
	return nil
}
