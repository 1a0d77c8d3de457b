package raster

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"hexi/archive/pyramid"
)

// stripeRows is how many rows go into the builder at a time. It divides the side
// of a tile, and is a multiple of the 16 rows of a JPEG's smallest unit.
const stripeRows = 64

// keepSide is the longest side of the level that is kept in memory whole, to
// make thumbnails of.
const keepSide = 2048

// builder makes the pyramid. Rows go in at level 0 in stripes. Each column of
// tiles has an encoder under way that takes its part of a stripe; the stripe,
// halved, is half a stripe of the next level, and so on up. A level holds one
// stripe and the compressed bytes of one row of tiles, so that memory depends on
// the width only. The columns of a stripe are worked on all cores.
//
// Tiles are written in an order that does not depend on the cores, so that the
// same master always gives the same bytes.
type builder struct {
	geometry pyramid.Geometry
	gray     bool
	encoder  tileEncoder
	workers  int
	writer   *pyramid.Writer
	levels   []*level
	kept     *band // the level that thumbnails are made of
	keepAt   int
}

// level is one level in the making.
type level struct {
	stripe        *band // rows that came from the level before; nil at level 0
	width, height int
	done          int // rows that are encoded
	columns       []column
}

// column is a column of tiles: the tile that is being encoded, padded and, if
// it is smaller than a tile, in its exact size.
type column struct {
	padded, exact tileStream
}

// tileEncoder encodes the tiles of an access copy. Each engine has one of its own.
type tileEncoder interface {
	// tables returns the tables that the streams need (Technical Note 2, JPEGTables).
	tables(gray bool) []byte
	// stream returns a stream for one tile after another.
	stream() tileStream
}

// tileStream is the abbreviated stream of a tile in the making. It is used by one
// goroutine at a time.
type tileStream interface {
	// begin begins the stream of a tile of width × height pixels; what was in it
	// before is gone.
	begin(gray bool, width, height int)
	// rows writes the next height rows of a tile that is width pixels wide. Where
	// the planes are smaller, their last column and row are repeated. Unless they
	// are the last, the rows are a multiple of 16.
	rows(p planes, width, height int)
	// end ends the stream.
	end()
	// bytes returns the ended stream, until the next begins, or what went wrong.
	bytes() ([]byte, error)
	// close lets go of what the stream holds.
	close()
}

func newBuilder(g pyramid.Geometry, gray bool, enc tileEncoder, workers int, w *pyramid.Writer) (*builder, error) {
	if g.TileSize%stripeRows != 0 {
		return nil, fmt.Errorf("a tile size of %d pixels is not a multiple of %d", g.TileSize, stripeRows)
	}
	b := &builder{geometry: g, gray: gray, encoder: enc, workers: workers, writer: w}
	for k := range g.Levels {
		width, height := g.Level(k)
		cols, _ := g.Grid(k)
		l := &level{width: width, height: height, columns: make([]column, cols)}
		if k > 0 {
			l.stripe = newBand(width, min(stripeRows, height), gray)
			l.stripe.rows = 0
		}
		b.levels = append(b.levels, l)
		if b.kept == nil && (max(width, height) <= keepSide || k == g.Levels-1) {
			b.kept, b.keepAt = newBand(width, height, gray), k
		}
	}
	return b, nil
}

// add takes the next stripe of level 0: stripeRows rows, or those that are left.
func (b *builder) add(ctx context.Context, s *band) error { return b.stripe(ctx, 0, s) }

// stripe encodes a level's stripe and hands it, halved, to the next level.
func (b *builder) stripe(ctx context.Context, k int, s *band) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	l := b.levels[k]
	if k == b.keepAt {
		b.kept.copyRows(l.done, s, 0, s.rows)
	}
	var next *level
	if k+1 < b.geometry.Levels {
		next = b.levels[k+1]
	}
	b.each(len(l.columns), func(col int) {
		b.encode(k, col, s)
		if next != nil {
			halve(next.stripe, s, col*b.geometry.TileSize, b.geometry.TileSize)
		}
	})
	row := l.done / b.geometry.TileSize
	l.done += s.rows
	if l.done%b.geometry.TileSize == 0 || l.done == l.height {
		if err := b.write(k, row); err != nil {
			return err
		}
	}
	if next == nil {
		return nil
	}
	next.stripe.rows += (s.rows + 1) / 2
	if next.stripe.rows < stripeRows && next.done+next.stripe.rows < next.height {
		return nil
	}
	if err := b.stripe(ctx, k+1, next.stripe); err != nil {
		return err
	}
	next.stripe.rows = 0
	return nil
}

// each does work for 0 to n-1, on all cores.
func (b *builder) each(n int, work func(int)) {
	workers := min(b.workers, n)
	if workers <= 1 {
		for i := range n {
			work(i)
		}
		return
	}
	var wg sync.WaitGroup
	var next atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

// encode goes on with a column's tile.
func (b *builder) encode(k, col int, s *band) {
	l, size := b.levels[k], b.geometry.TileSize
	row, inside := l.done/size, l.done%size
	w, h := b.geometry.TileSizeAt(k, col, row)
	edge := w < size || h < size
	c := &l.columns[col]
	if inside == 0 {
		if c.padded == nil {
			c.padded = b.encoder.stream()
		}
		c.padded.begin(b.gray, size, size)
		if edge {
			if c.exact == nil {
				c.exact = b.encoder.stream()
			}
			c.exact.begin(b.gray, w, h)
		}
	}
	part := s.part(col*size, w, s.rows)
	last := inside+s.rows == h
	until := s.rows
	if last {
		until = size - inside
	}
	c.padded.rows(part, size, until)
	if edge {
		c.exact.rows(part, w, s.rows)
	}
	if last {
		c.padded.end()
		if edge {
			c.exact.end()
		}
	}
}

// halve writes width columns of a stripe from column x on, halved in both
// directions, below the rows that another has already. x is a multiple of 4.
func halve(dst, src *band, x, width int) {
	width = min(width, src.width-x)
	halvePlane(dst.y[dst.rows*dst.width+x/2:], dst.width, plane{src.y[x:], src.width, width, src.rows})
	if src.cb == nil {
		return
	}
	at, cw := dst.rows/2*dst.chromaWidth()+x/4, (width+1)/2
	halvePlane(dst.cb[at:], dst.chromaWidth(), plane{src.cb[x/2:], src.chromaWidth(), cw, (src.rows + 1) / 2})
	halvePlane(dst.cr[at:], dst.chromaWidth(), plane{src.cr[x/2:], src.chromaWidth(), cw, (src.rows + 1) / 2})
}

// write writes a finished row of tiles.
func (b *builder) write(k, row int) error {
	size := b.geometry.TileSize
	for col := range b.levels[k].columns {
		c := &b.levels[k].columns[col]
		stream, err := c.padded.bytes()
		if err == nil {
			err = b.writer.AddTile(k, col, row, stream)
		}
		if err != nil {
			return err
		}
		if w, h := b.geometry.TileSizeAt(k, col, row); w < size || h < size {
			if stream, err = c.exact.bytes(); err == nil {
				err = b.writer.AddEdge(k, col, row, stream)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// close lets go of the streams.
func (b *builder) close() {
	for _, l := range b.levels {
		for _, c := range l.columns {
			for _, s := range []tileStream{c.padded, c.exact} {
				if s != nil {
					s.close()
				}
			}
		}
	}
}
