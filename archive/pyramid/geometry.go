package pyramid

import (
	"fmt"
)

// DefaultTileSize is the width and height of a tile in pixels.
const DefaultTileSize = 512

// maxSide is the longest side of an image, in pixels; maxTiles bounds the tiles
// of all levels (a million gigapixels in 512-pixel tiles are four millions).
const (
	maxSide  = 1 << 30
	maxTiles = 1 << 24
)

// Geometry is the size of an image and of its tiles, in pixels. Levels is how
// many levels there are; level k has ⌈Width/2ᵏ⌉ × ⌈Height/2ᵏ⌉ pixels.
type Geometry struct {
	Width, Height int
	TileSize      int
	Levels        int
}

// NewGeometry returns the geometry of an image whose last level is the first
// that fits one tile.
func NewGeometry(width, height, tileSize int) (Geometry, error) {
	g := Geometry{Width: width, Height: height, TileSize: tileSize, Levels: 1}
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return g, fmt.Errorf("an image of %d × %d pixels cannot be a pyramid", width, height)
	}
	// TIFF 6.0, section 15: tile sides are multiples of 16.
	if tileSize < 16 || tileSize > 4096 || tileSize%16 != 0 {
		return g, fmt.Errorf("a tile size of %d pixels is not a multiple of 16 between 16 and 4096", tileSize)
	}
	for w, h := width, height; max(w, h) > tileSize; g.Levels++ {
		w, h = (w+1)/2, (h+1)/2
	}
	total := 0
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		if cols > maxTiles || rows > maxTiles || cols*rows > maxTiles-total {
			return g, fmt.Errorf("an image of %d × %d pixels has more than %d tiles", width, height, maxTiles)
		}
		total += cols * rows
	}
	return g, nil
}

// Level returns the size of level k in pixels.
func (g Geometry) Level(k int) (width, height int) {
	round := 1<<k - 1
	return (g.Width + round) >> k, (g.Height + round) >> k
}

// Grid returns how many columns and rows of tiles level k has.
func (g Geometry) Grid(k int) (cols, rows int) {
	w, h := g.Level(k)
	return (w + g.TileSize - 1) / g.TileSize, (h + g.TileSize - 1) / g.TileSize
}

// TileSizeAt returns the exact size of a tile in pixels: less than TileSize at
// the right and bottom edges.
func (g Geometry) TileSizeAt(level, col, row int) (width, height int) {
	w, h := g.Level(level)
	return min(g.TileSize, w-col*g.TileSize), min(g.TileSize, h-row*g.TileSize)
}

// Has reports whether the tile exists.
func (g Geometry) Has(level, col, row int) bool {
	if level < 0 || level >= g.Levels || col < 0 || row < 0 {
		return false
	}
	cols, rows := g.Grid(level)
	return col < cols && row < rows
}

// partial reports whether the last column and the last row of a level are
// narrower and lower than a tile.
func (g Geometry) partial(level int) (right, bottom bool) {
	w, h := g.Level(level)
	return w%g.TileSize != 0, h%g.TileSize != 0
}

// edges returns how many tiles of a level are smaller than a tile.
func (g Geometry) edges(level int) int {
	cols, rows := g.Grid(level)
	right, bottom := g.partial(level)
	n := 0
	if bottom {
		n += cols
		rows--
	}
	if right {
		n += rows
	}
	return n
}

// edge returns the place of a tile among the smaller ones of its level: first
// the last column downwards, then the last row from left to right; -1 for a
// tile of full size.
func (g Geometry) edge(level, col, row int) int {
	cols, rows := g.Grid(level)
	right, bottom := g.partial(level)
	switch {
	case bottom && row == rows-1:
		before := 0
		if right {
			before = rows - 1
		}
		return before + col
	case right && col == cols-1:
		return row
	}
	return -1
}
