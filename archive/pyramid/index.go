package pyramid

import (
	"errors"
	"fmt"
)

// ErrNoTile says that a pyramid has no such tile, or that its place in the file
// is empty.
var ErrNoTile = errors.New("no such tile")

// Source says which object holds a tile's bytes.
type Source int

// The two objects of an access copy.
const (
	TIFF Source = iota
	Sidecar
)

// TileRef is where a tile's JPEG stream lies. What lies there follows the
// index's Prefix; together they are a complete JPEG.
type TileRef struct {
	Source Source
	Offset int64 // bytes
	Length int64 // bytes
	// Padded says that the JPEG is a full tile of which only the upper left
	// Width × Height pixels belong to the image.
	Padded        bool
	Width, Height int // exact size in pixels
}

// span is where a tile lies in the TIFF, as its tags say.
type span struct {
	offset int64
	length int64
}

// Index is all that is needed to find tiles. It is immutable, so that many
// goroutines may share one.
type Index struct {
	geometry Geometry
	gray     bool
	id       string
	origin   string
	prefix   []byte
	tiffSize int64
	tiles    [][]span  // by level, row-major
	exact    [][]int64 // by level, by edge: offsets in the sidecar, one more than tiles; nil without sidecar
}

// Geometry returns the sizes of the image, its levels and its tiles.
func (ix *Index) Geometry() Geometry { return ix.geometry }

// Gray reports whether the tiles are gray.
func (ix *Index) Gray() bool { return ix.gray }

// ID changes whenever a byte of a tile does.
func (ix *Index) ID() string { return ix.id }

// Origin says what made the tiles (see Spec); "" if the sidecar is lost.
func (ix *Index) Origin() string { return ix.origin }

// Prefix is the beginning of every tile's JPEG. The caller may not change it.
func (ix *Index) Prefix() []byte { return ix.prefix }

// TIFFSize is the size that the TIFF must have, in bytes.
func (ix *Index) TIFFSize() int64 { return ix.tiffSize }

// MemorySize is about how many bytes the index takes in memory.
func (ix *Index) MemorySize() int {
	n := 256 + len(ix.prefix)
	for k := range ix.tiles {
		n += 16 * len(ix.tiles[k])
	}
	for k := range ix.exact {
		n += 8 * len(ix.exact[k])
	}
	return n
}

// Check reports what is wrong with the bytes that were read for a tile: whether
// they are one whole stream, of that tile's size. Bytes of another version of
// the access copy are found out by it, because there the tiles lie elsewhere.
// Of a TIFF without sidecar, which anyone may have made, it asks no more than
// that a frame comes before the pixels.
func (ix *Index) Check(ref TileRef, stream []byte) error {
	width, height := ref.Width, ref.Height
	if ref.Source == TIFF {
		width, height = ix.geometry.TileSize, ix.geometry.TileSize
	}
	check := checkSegments
	if ix.exact == nil {
		check = checkAnyFrame
	}
	if err := check(stream, width, height, ix.gray); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// Tile finds a tile. It allocates nothing. Tiles at the edges come in their
// exact size from the sidecar; without one, padded from the TIFF.
func (ix *Index) Tile(level, col, row int) (TileRef, error) {
	if !ix.geometry.Has(level, col, row) {
		return TileRef{}, fmt.Errorf("level %d, column %d, row %d: %w", level, col, row, ErrNoTile)
	}
	w, h := ix.geometry.TileSizeAt(level, col, row)
	edge := ix.geometry.edge(level, col, row)
	if edge >= 0 && ix.exact != nil {
		offset := ix.exact[level][edge]
		return TileRef{Source: Sidecar, Offset: offset, Length: ix.exact[level][edge+1] - offset, Width: w, Height: h}, nil
	}
	cols, _ := ix.geometry.Grid(level)
	s := ix.tiles[level][row*cols+col]
	if s.length <= 2 {
		return TileRef{}, fmt.Errorf("level %d, column %d, row %d is empty: %w", level, col, row, ErrNoTile)
	}
	// The stream's own SOI is in the prefix already.
	return TileRef{Source: TIFF, Offset: s.offset + 2, Length: s.length - 2, Padded: edge >= 0, Width: w, Height: h}, nil
}
