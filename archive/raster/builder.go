package raster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
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
	quality  int
	workers  int
	writer   *pyramid.Writer
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

func newBuilder(g pyramid.Geometry, gray bool, quality, workers int, w *pyramid.Writer) *builder {
	b := &builder{geometry: g, gray: gray, quality: quality, workers: workers, writer: w}
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

// tile is an encoded tile: padded, and if it is an edge, in its exact size.
type tile struct {
	padded, exact []byte
	err           error
}

// encodeStripe encodes the tiles of a stripe on all cores and writes them in
// order.
func (b *builder) encodeStripe(ctx context.Context, k, row int, s *band) error {
	cols, _ := b.geometry.Grid(k)
	tiles := make([]tile, cols)
	var wg sync.WaitGroup
	next := make(chan int)
	for range min(b.workers, cols) {
		wg.Go(func() {
			for col := range next {
				tiles[col] = b.encodeTile(k, col, row, s)
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
		if t.err != nil {
			return fmt.Errorf("encode tile: %w", t.err)
		}
		if err := b.writer.AddTile(k, col, row, t.padded); err != nil {
			return err
		}
		if t.exact != nil {
			if err := b.writer.AddEdge(k, col, row, t.exact); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *builder) encodeTile(k, col, row int, s *band) tile {
	size := b.geometry.TileSize
	w, h := b.geometry.TileSizeAt(k, col, row)
	x := col * size
	var t tile
	if w == size && h == size {
		t.padded, t.err = encodeTile(s.window(x, w, h), b.quality)
		return t
	}
	if t.exact, t.err = encodeTile(s.window(x, w, h), b.quality); t.err != nil {
		return t
	}
	t.padded, t.err = encodeTile(s.padded(x, w, h, size), b.quality)
	return t
}

// window is a part of a band as an image, sharing its bytes. x is even.
func (b *band) window(x, w, h int) image.Image {
	if b.cb == nil {
		return &image.Gray{Pix: b.y[x:], Stride: b.width, Rect: image.Rect(0, 0, w, h)}
	}
	return &image.YCbCr{
		Y: b.y[x:], Cb: b.cb[x/2:], Cr: b.cr[x/2:], YStride: b.width, CStride: b.chromaWidth(),
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
	}
}

// padded copies a part of a band into a square, repeating its last column and
// row.
func (b *band) padded(x, w, h, size int) image.Image {
	p := newBand(size, size, b.cb == nil)
	padPlane(p.y, size, b.y[x:], b.width, w, h)
	if b.cb != nil {
		padPlane(p.cb, size/2, b.cb[x/2:], b.chromaWidth(), (w+1)/2, (h+1)/2)
		padPlane(p.cr, size/2, b.cr[x/2:], b.chromaWidth(), (w+1)/2, (h+1)/2)
	}
	return p.window(0, size, size)
}

func padPlane(dst []byte, size int, src []byte, stride, w, h int) {
	for y := range size {
		row := dst[y*size : (y+1)*size]
		copy(row, src[min(y, h-1)*stride:][:w])
		for x := w; x < size; x++ {
			row[x] = row[w-1]
		}
	}
}

// encodeTile encodes an image as the abbreviated stream of a tile.
func encodeTile(img image.Image, quality int) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(48 << 10)
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	_, stream, err := pyramid.Split(buf.Bytes())
	return stream, err
}

// jpegTables returns the tables that encodeTile's streams need.
func jpegTables(gray bool, quality int) ([]byte, error) {
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, newBand(16, 16, gray).window(0, 16, 16), &jpeg.Options{Quality: quality}); err != nil {
		return nil, err
	}
	tables, _, err := pyramid.Split(buf.Bytes())
	return tables, err
}
