package iiif

import "image"

// Pyramid is the geometry of an image's levels. Level 0 is the full image;
// level k has ⌈Width/2ᵏ⌉ × ⌈Height/2ᵏ⌉ pixels. Each level is cut into tiles of
// TileSize × TileSize pixels from its upper left corner; those at the right and
// bottom edges hold what is left. The zero Pyramid has no levels and no tiles.
type Pyramid struct {
	Width, Height int // pixels of the full image
	TileSize      int // pixels
	Levels        int // level 0 included
}

// NewPyramid returns the pyramid of an image whose last level is the first that
// fits in one tile. It returns a Pyramid without levels for sizes that no image
// has.
func NewPyramid(width, height, tileSize int) Pyramid {
	p := Pyramid{Width: width, Height: height, TileSize: tileSize, Levels: 1}
	if p.Levels = p.levels(); p.Levels == 0 {
		return p
	}
	for max(ceilShift(width, p.Levels-1), ceilShift(height, p.Levels-1)) > tileSize {
		p.Levels++
	}
	return p
}

// levels returns how many levels there are: none of a pyramid whose numbers make
// no sense, since they may come from a file.
func (p Pyramid) levels() int {
	if p.Width < 1 || p.Height < 1 || p.Width > maxSide || p.Height > maxSide ||
		p.TileSize < 1 || p.TileSize > maxSide {
		return 0
	}
	return max(0, min(p.Levels, 32))
}

// Level returns the size of level k ≥ 0 in pixels, also of levels beyond the
// last.
func (p Pyramid) Level(k int) (width, height int) {
	k = max(k, 0)
	return ceilShift(p.Width, k), ceilShift(p.Height, k)
}

// Grid returns how many columns and rows of tiles level k has; none where there
// is no such level.
func (p Pyramid) Grid(k int) (cols, rows int) {
	if k < 0 || k >= p.levels() {
		return 0, 0
	}
	w, h := p.Level(k)
	return (w-1)/p.TileSize + 1, (h-1)/p.TileSize + 1
}

// Tile returns the region of the full image that a tile shows, and the exact
// size of the tile in pixels. ok is false where there is no such tile.
func (p Pyramid) Tile(level, col, row int) (region image.Rectangle, width, height int, ok bool) {
	if cols, rows := p.Grid(level); col < 0 || row < 0 || col >= cols || row >= rows {
		return image.Rectangle{}, 0, 0, false
	}
	w, h := p.Level(level)
	x0, x1, width := p.side(level, col, p.Width, w)
	y0, y1, height := p.side(level, row, p.Height, h)
	return image.Rect(x0, y0, x1, y1), width, height, true
}

// side returns where the n-th tile of a level begins and ends along one side of
// the full image, and its length on the level.
func (p Pyramid) side(level, n, full, scaled int) (from, to, length int) {
	span := int64(p.TileSize) << level
	from64 := int64(n) * span
	return int(from64), int(min(from64+span, int64(full))), min(p.TileSize, scaled-n*p.TileSize)
}

// regionAt returns the size that a region of the full image has on level k, if
// it is aligned to it: the whole image, or one of the level's tiles.
func (p Pyramid) regionAt(k int, r image.Rectangle) (width, height int, ok bool) {
	if r == image.Rect(0, 0, p.Width, p.Height) {
		w, h := p.Level(k)
		return w, h, true
	}
	span := int64(p.TileSize) << k
	if int64(r.Min.X)%span != 0 || int64(r.Min.Y)%span != 0 {
		return 0, 0, false
	}
	region, w, h, ok := p.Tile(k, int(int64(r.Min.X)/span), int(int64(r.Min.Y)/span))
	return w, h, ok && region == r
}

// Within returns the largest level of at most area pixels as an image of its
// own, and which level that is. It is what an image of the access tier
// "reduced" looks like from outside: its levels are those of p from that level
// on (⌈⌈W/2ʲ⌉/2ᵏ⌉ = ⌈W/2ʲ⁺ᵏ⌉), so that its tiles are stored ones, and no
// request can reach finer pixels. A level of p.Levels or more is smaller than
// all that p has, and must be computed. An area of 0 or less is no limit.
func (p Pyramid) Within(area int64) (reduced Pyramid, level int) {
	if area <= 0 || p.levels() == 0 {
		return p, 0
	}
	w, h := p.Level(0)
	for int64(w)*int64(h) > area && max(w, h) > 1 {
		level++
		w, h = p.Level(level)
	}
	return Pyramid{Width: w, Height: h, TileSize: p.TileSize, Levels: max(1, p.Levels-level)}, level
}
