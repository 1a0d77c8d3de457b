package iiif

// Tile is a tile of a stored pyramid that shows what a plan asks for.
type Tile struct {
	Level, Col, Row int
	// Width and Height are the tile's own size, in pixels.
	Width, Height int
	// Exact says that the plan asks for just that size. Otherwise it differs by
	// a pixel, because the client rounds in another way; the answer must have
	// the size of the plan.
	Exact bool
}

// Tile finds the tile of a stored pyramid that answers the plan. It compares
// resolved pixels and not the address, so that every way to ask for a tile is
// recognised: the region is a tile's (or the whole image, where a level is a
// single tile), and the size is the tile's, or off by one pixel to either side
// on levels above the first, where rounding comes in.
//
// ok is false for everything else, and for all that cannot be the tile's stored
// JPEG: another format, another quality than the image's own, mirrored,
// rotated, or enlarged images. p is the pyramid of the image for which the plan
// was resolved.
func (plan Plan) Tile(p Pyramid) (t Tile, ok bool) {
	if plan.Format != JPG || !plan.Native || plan.Mirror || plan.Rotation != 0 || plan.Upscaled {
		return Tile{}, false
	}
	best := 3 // more than two sides can be off
	for k := range p.levels() {
		span := int64(p.TileSize) << k
		x, y := int64(plan.Region.Min.X), int64(plan.Region.Min.Y)
		if x%span != 0 || y%span != 0 {
			break // nor is it aligned to any coarser level
		}
		col, row := int(x/span), int(y/span)
		region, w, h, there := p.Tile(k, col, row)
		if !there || region != plan.Region {
			continue
		}
		dw, dh := int(distance(int64(w), int64(plan.Width))), int(distance(int64(h), int64(plan.Height)))
		if off := dw + dh; off == 0 || k > 0 && dw <= 1 && dh <= 1 && off < best {
			best = off
			t = Tile{Level: k, Col: col, Row: row, Width: w, Height: h, Exact: off == 0}
			if t.Exact {
				break
			}
		}
	}
	return t, best < 3
}
