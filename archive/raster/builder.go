package raster

import (
	"context"
	"sync"

	"hexi/archive/pyramid"
)

// keepSide is the longest side of the level that is kept in memory whole, to
// make thumbnails of.
const keepSide = 2048

// builder makes the pyramid. Rows go in at level 0 in stripes of one row of
// tiles; each stripe is cut into tiles, which are encoded on all cores, and
// halved into the stripe of the next level, and so on up. A level holds one
// stripe, so that memory depends on the width only.
//
// Tiles are written in an order that does not depend on the cores, so that the
// same master always gives the same bytes.
type builder struct {
	geometry pyramid.Geometry
	gray     bool
	encoder  *encoder
	workers  int
	writer   *pyramid.Writer
	tiles    []tile // of a stripe
	levels   []*level
	kept     *band // the level that thumbnails are made of
	keepAt   int
}

// level is one level in the making.
type level struct {
	stripe *band
	rows   int // in the stripe
	row    int // of tiles that are done
	height int
}

func newBuilder(g pyramid.Geometry, gray bool, enc *encoder, workers int, w *pyramid.Writer) *builder {
	cols, _ := g.Grid(0)
	b := &builder{geometry: g, gray: gray, encoder: enc, workers: workers, writer: w, tiles: make([]tile, cols)}
	for k := range g.Levels {
		width, height := g.Level(k)
		l := &level{height: height}
		if k > 0 { // the stripes of level 0 come from outside
			l.stripe = newBand(width, min(g.TileSize, height+height%2), gray)
		}
		b.levels = append(b.levels, l)
		if b.kept == nil && (max(width, height) <= keepSide || k == g.Levels-1) {
			b.kept, b.keepAt = newBand(width, height, gray), k
		}
	}
	return b
}

// stripeRows returns how many rows the next stripe of level 0 has; 0 at the end.
func (b *builder) stripeRows(done int) int {
	return min(b.geometry.TileSize, b.geometry.Height-done)
}

// addStripe takes a whole stripe of level 0.
func (b *builder) addStripe(ctx context.Context, s *band) error {
	return b.finishStripe(ctx, 0, s)
}

// finishStripe encodes a level's stripe and hands it, halved, to the next.
func (b *builder) finishStripe(ctx context.Context, k int, s *band) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l := b.levels[k]
	if k == b.keepAt {
		b.keep(s, l.row*b.geometry.TileSize)
	}
	if err := b.encodeStripe(ctx, k, l.row, s); err != nil {
		return err
	}
	l.row++
	if k+1 == b.geometry.Levels {
		return nil
	}
	next := b.levels[k+1]
	halve(next.stripe, next.rows, s)
	next.rows += (s.rows + 1) / 2
	last := next.row*b.geometry.TileSize+next.rows == next.height
	if next.rows < b.geometry.TileSize && !last {
		return nil
	}
	next.stripe.rows = next.rows
	if err := b.finishStripe(ctx, k+1, next.stripe); err != nil {
		return err
	}
	next.rows = 0
	return nil
}

// halve writes a stripe, halved in both directions, below the first rows of
// another. A last row or column without a neighbour stands for itself.
func halve(dst *band, first int, src *band) {
	halvePlane(dst.y[first*dst.width:], src.y, src.width, src.rows)
	if src.cb != nil {
		cw := dst.chromaWidth()
		halvePlane(dst.cb[first/2*cw:], src.cb, src.chromaWidth(), (src.rows+1)/2)
		halvePlane(dst.cr[first/2*cw:], src.cr, src.chromaWidth(), (src.rows+1)/2)
	}
}

func halvePlane(dst, src []byte, width, rows int) {
	half := (width + 1) / 2
	for y := 0; y < rows; y += 2 {
		upper := src[y*width : (y+1)*width]
		lower := upper
		if y+1 < rows {
			lower = src[(y+1)*width : (y+2)*width]
		}
		halveRow(dst[y/2*half:(y/2+1)*half], upper, lower)
	}
}

// keep copies a stripe into the level that thumbnails are made of.
func (b *builder) keep(s *band, row int) {
	copy(b.kept.y[row*s.width:], s.y[:s.rows*s.width])
	if s.cb != nil {
		cw := s.chromaWidth()
		copy(b.kept.cb[row/2*cw:], s.cb[:(s.rows+1)/2*cw])
		copy(b.kept.cr[row/2*cw:], s.cr[:(s.rows+1)/2*cw])
	}
}

// tile is an encoded tile: padded, and if it is an edge, in its exact size. Its
// memory is used again for the next one in its column.
type tile struct {
	padded, exact []byte
}

// encodeStripe encodes the tiles of a stripe on all cores and writes them in
// order.
func (b *builder) encodeStripe(ctx context.Context, k, row int, s *band) error {
	cols, _ := b.geometry.Grid(k)
	tiles := b.tiles[:cols]
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(b.workers, cols) {
		wg.Go(func() {
			for col := range next {
				b.encodeTile(&tiles[col], k, col, row, s)
			}
		})
	}
	for col := range cols {
		if ctx.Err() != nil {
			break
		}
		next <- col
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for col, t := range tiles {
		if err := b.writer.AddTile(k, col, row, t.padded); err != nil {
			return err
		}
		if len(t.exact) > 0 {
			if err := b.writer.AddEdge(k, col, row, t.exact); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) encodeTile(t *tile, k, col, row int, s *band) {
	size := b.geometry.TileSize
	w, h := b.geometry.TileSizeAt(k, col, row)
	part := s.part(col*size, w, h)
	t.padded, t.exact = b.encoder.appendTile(t.padded[:0], part, size, size), t.exact[:0]
	if w < size || h < size {
		t.exact = b.encoder.appendTile(t.exact, part, w, h)
	}
}
