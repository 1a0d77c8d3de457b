package main

import (
	"fmt"
	"math/rand/v2"
)

// tileSize is the side of a tile in pixels.
const tileSize = 512

// tile is one tile of a pyramid, or another part of the picture, as a IIIF
// request names it.
type tile struct {
	x, y, w, h    int // region of the full image
	width, height int // size that it comes in

	level, col, row int // place in the pyramid
}

// path is the part of a IIIF request after the identifier, in the form that
// OpenSeadragon asks in.
func (t tile) path() string {
	return fmt.Sprintf("%d,%d,%d,%d/%d,%d/0/default.jpg", t.x, t.y, t.w, t.h, t.width, t.height)
}

func (t tile) edge() bool { return t.width < tileSize || t.height < tileSize }

// tilesOf lists every tile of every level of an image once, in an order that
// jumps about and is the same each time: edge tiles come in their natural share.
func tilesOf(width, height int) []tile {
	var tiles []tile
	for level := 0; ; level++ {
		factor := 1 << level
		lw, lh := ceilDiv(width, factor), ceilDiv(height, factor)
		for y := 0; y < lh; y += tileSize {
			for x := 0; x < lw; x += tileSize {
				w, h := min(tileSize, lw-x), min(tileSize, lh-y)
				tiles = append(tiles, tile{
					x: x * factor, y: y * factor,
					w: min(w*factor, width-x*factor), h: min(h*factor, height-y*factor),
					width: w, height: h,
					level: level, col: x / tileSize, row: y / tileSize,
				})
			}
		}
		if lw <= tileSize && lh <= tileSize {
			break
		}
	}
	order := rand.New(rand.NewPCG(1, 2))
	order.Shuffle(len(tiles), func(i, j int) { tiles[i], tiles[j] = tiles[j], tiles[i] })
	return tiles
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
