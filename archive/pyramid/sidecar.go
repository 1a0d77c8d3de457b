package pyramid

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// The sidecar, all numbers unsigned varints (encoding/binary) unless said:
//
//	"HEXISC" 0x01 0x0a     magic and version
//	headerLength           4 bytes, big-endian
//	header:
//	  width height tileSize flags (1: gray)
//	  tiffSize
//	  id                   12 bytes
//	  originLength origin
//	  prefixLength prefix
//	  by level, row-major: gap (signed: this tile's offset less the end of the
//	                       one before, in this order), length
//	  by level, by edge (see Geometry.edge): length
//	checksum               4 bytes, big-endian: CRC-32C of all before it
//	edge tiles             their streams, less SOI, in the order of their lengths
const sidecarMagic = "HEXISC\x01\x0a"

// maxHeader bounds the header, in bytes: 14 for each of the most tiles that a
// pyramid may have. maxOrigin bounds the origin.
const (
	maxHeader = 14 * maxTiles
	maxOrigin = 200
)

func sum32(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

var errSidecar = errors.New("the sidecar is damaged; it can be made again from the TIFF")

func encodeSidecar(ix *Index, edges [][][]byte) []byte {
	g := ix.geometry
	var header []byte
	for _, v := range []int{g.Width, g.Height, g.TileSize} {
		header = binary.AppendUvarint(header, uint64(v))
	}
	flags := uint64(0)
	if ix.gray {
		flags = 1
	}
	header = binary.AppendUvarint(header, flags)
	header = binary.AppendUvarint(header, uint64(ix.tiffSize))
	id, _ := hex.DecodeString(ix.id) // made by this package
	header = append(header, id...)
	header = binary.AppendUvarint(header, uint64(len(ix.origin)))
	header = append(header, ix.origin...)
	header = binary.AppendUvarint(header, uint64(len(ix.prefix)))
	header = append(header, ix.prefix...)
	end := int64(0)
	for _, level := range ix.tiles {
		for _, s := range level {
			header = binary.AppendVarint(header, s.offset-end)
			header = binary.AppendUvarint(header, uint64(s.length))
			end = s.offset + s.length
		}
	}
	size := 0
	for _, level := range edges {
		for _, edge := range level {
			header = binary.AppendUvarint(header, uint64(len(edge)))
			size += len(edge)
		}
	}
	out := make([]byte, 0, len(sidecarMagic)+8+len(header)+size)
	out = append(out, sidecarMagic...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(header)))
	out = append(out, header...)
	out = binary.BigEndian.AppendUint32(out, sum32(out))
	for _, level := range edges {
		for _, edge := range level {
			out = append(out, edge...)
		}
	}
	return out
}

// SidecarHeaderSize returns how many bytes at the start of a sidecar make its
// index, given at least its first 12 bytes.
func SidecarHeaderSize(start []byte) (int64, error) {
	if len(start) < len(sidecarMagic)+4 || string(start[:len(sidecarMagic)]) != sidecarMagic {
		return 0, errSidecar
	}
	n := binary.BigEndian.Uint32(start[len(sidecarMagic):])
	if n > maxHeader {
		return 0, errSidecar
	}
	return int64(len(sidecarMagic)) + 4 + int64(n) + 4, nil
}

// ReadSidecar reads the index from the start of a sidecar of size bytes, taking
// only its header: two reads at most.
func ReadSidecar(r io.ReaderAt, size int64) (*Index, error) {
	buf := make([]byte, min(size, 16<<10))
	if _, err := r.ReadAt(buf, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read sidecar: %w", err)
	}
	n, err := SidecarHeaderSize(buf)
	if err != nil {
		return nil, err
	}
	if n > size {
		return nil, errSidecar
	}
	if n > int64(len(buf)) {
		rest := make([]byte, n-int64(len(buf)))
		if _, err := r.ReadAt(rest, int64(len(buf))); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read sidecar: %w", err)
		}
		buf = append(buf, rest...)
	}
	return decodeSidecar(buf[:n], size)
}

// reader takes numbers off a header; after the first fault it delivers zeros.
type reader struct {
	b  []byte
	ok bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.ok, r.b = false, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.ok, r.b = false, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.ok, r.b = false, nil
		return nil
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func decodeSidecar(buf []byte, size int64) (*Index, error) {
	body, sum := buf[:len(buf)-4], binary.BigEndian.Uint32(buf[len(buf)-4:])
	if sum32(body) != sum {
		return nil, errSidecar
	}
	r := &reader{b: body[len(sidecarMagic)+4:], ok: true}
	width, height, tileSize, flags := r.uvarint(), r.uvarint(), r.uvarint(), r.uvarint()
	if !r.ok || width > maxSide || height > maxSide || tileSize > 4096 || flags > 1 {
		return nil, errSidecar
	}
	g, err := NewGeometry(int(width), int(height), int(tileSize))
	if err != nil {
		return nil, errors.Join(errSidecar, err)
	}
	ix := &Index{geometry: g, gray: flags&1 != 0}
	tiffSize := r.uvarint()
	ix.id = hex.EncodeToString(r.bytes(12))
	ix.origin = string(r.bytes(r.uvarint()))
	ix.prefix = r.bytes(r.uvarint())
	if !r.ok || tiffSize > 1<<62 || len(ix.origin) > maxOrigin || len(ix.prefix) < 2 {
		return nil, errSidecar
	}
	ix.tiffSize = int64(tiffSize)
	if err := ix.readSpans(r); err != nil {
		return nil, err
	}
	at := int64(len(buf))
	for k := range g.Levels {
		offsets := make([]int64, 0, g.edges(k)+1)
		for range g.edges(k) {
			offsets = append(offsets, at)
			n := r.uvarint()
			if !r.ok || n > uint64(size) || at+int64(n) > size {
				return nil, errSidecar
			}
			at += int64(n)
		}
		ix.exact = append(ix.exact, append(offsets, at))
	}
	if len(r.b) != 0 || at != size {
		return nil, errSidecar
	}
	return ix, nil
}

func (ix *Index) readSpans(r *reader) error {
	end := int64(0)
	for k := range ix.geometry.Levels {
		cols, rows := ix.geometry.Grid(k)
		if cols*rows > len(r.b) { // each tile takes two bytes at least
			return errSidecar
		}
		level := make([]span, cols*rows)
		for i := range level {
			offset := end + r.varint()
			length := r.uvarint()
			if !r.ok || offset < 0 || length > uint64(ix.tiffSize) || offset > ix.tiffSize-int64(length) {
				return errSidecar
			}
			level[i] = span{offset, int64(length)}
			end = offset + int64(length)
		}
		ix.tiles = append(ix.tiles, level)
	}
	return nil
}
