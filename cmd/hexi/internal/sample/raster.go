package sample

import "slices"

// canvas is the memory of one painter: a band of rows and what is needed to
// fill it. A pixel is 0xMMRRGGBB: its material and its colour.
type canvas struct {
	w, y0, y1 int
	pix       []uint32
	rows      [][]cell
	finish    finishRows
}

// cell is a pixel that edges cross: how much they go down in it, and the area
// to the left of them, both in 1/256 pixel (the scan conversion of FreeType and
// Anti-Grain Geometry).
type cell struct{ x, cover, area int32 }

// paint fills the canvas with rows y0 to y1 of the scene.
func (c *canvas) paint(s *scene, y0, y1 int) {
	c.w, c.y0, c.y1 = s.w, y0, y1
	if n := s.w * (y1 - y0); cap(c.pix) < n {
		c.pix = make([]uint32, n)
	} else {
		c.pix = c.pix[:n]
	}
	for len(c.rows) < y1-y0 {
		c.rows = append(c.rows, nil)
	}
	for i := range s.shapes {
		if sh := &s.shapes[i]; int(sh.y0) < y1 && int(sh.y1) > y0 {
			c.shape(s, sh)
		}
	}
}

func (c *canvas) shape(s *scene, sh *shape) {
	start := int32(0)
	if sh.first > 0 {
		start = s.ends[sh.first-1]
	}
	for _, end := range s.ends[sh.first:sh.last] {
		pts := s.points[start:end]
		from := pts[len(pts)-1]
		for _, to := range pts {
			c.edge(from, to)
			from = to
		}
		start = end
	}
	for y := max(int(sh.y0), c.y0); y < min(int(sh.y1), c.y1); y++ {
		c.sweep(y, sh)
	}
}

// edge adds a line to the cells of the rows that it crosses. Where it meets the
// boundary between two rows is always computed from its ends, so that it does
// not matter where the band begins.
func (c *canvas) edge(a, b point) {
	if a.y == b.y {
		return
	}
	dx, dy := int64(b.x-a.x), int64(b.y-a.y)
	at := func(y int32) int32 { return a.x + int32(dx*int64(y-a.y)/dy) }
	top, bottom := int32(c.y0)<<8, int32(c.y1)<<8
	if a.y < b.y {
		if b.y <= top || a.y >= bottom {
			return
		}
		x, y := a.x, a.y
		if y < top {
			x, y = at(top), top
		}
		for y < b.y && y < bottom {
			next := (y>>8 + 1) << 8
			xn := b.x
			if next < b.y {
				xn = at(next)
			} else {
				next = b.y
			}
			c.inRow(int(y>>8), x, xn, y&255, next-y&^255)
			x, y = xn, next
		}
		return
	}
	if a.y <= top || b.y >= bottom {
		return
	}
	x, y := a.x, a.y
	if y > bottom {
		x, y = at(bottom), bottom
	}
	for y > b.y && y > top {
		row := (y - 1) >> 8
		next := row << 8
		xn := b.x
		if next > b.y {
			xn = at(next)
		} else {
			next = b.y
		}
		c.inRow(int(row), x, xn, y-row<<8, next-row<<8)
		x, y = xn, next
	}
}

// inRow adds the part of a line within one row, from (x0, f0) to (x1, f1),
// where f0 and f1 are 0 to 256 within the row.
func (c *canvas) inRow(row int, x0, x1, f0, f1 int32) {
	dy := f1 - f0
	if dy == 0 {
		return
	}
	e0, e1 := x0>>8, x1>>8
	if e0 == e1 || (e0 < 0 && e1 < 0) || (int(e0) >= c.w && int(e1) >= c.w) {
		c.addCell(row, e0, dy, dy*(x0&255+x1&255))
		return
	}
	dx := x1 - x0
	f := f0
	x := x0
	for e := e0; e != e1; {
		edge, next := (e+1)<<8, e+1
		if dx < 0 {
			edge, next = e<<8, e-1
		}
		fn := f0 + int32(int64(dy)*int64(edge-x0)/int64(dx))
		c.addCell(row, e, fn-f, (fn-f)*((x-e<<8)+(edge-e<<8)))
		x, f, e = edge, fn, next
	}
	c.addCell(row, e1, f1-f, (f1-f)*((x-e1<<8)+(x1-e1<<8)))
}

func (c *canvas) addCell(row int, x, cover, area int32) {
	if cover == 0 && area == 0 || int(x) >= c.w {
		return
	}
	if x < 0 {
		x, area = -1, 0
	}
	cells := &c.rows[row-c.y0]
	if n := len(*cells); n > 0 && (*cells)[n-1].x == x {
		last := &(*cells)[n-1]
		last.cover += cover
		last.area += area
		return
	}
	*cells = append(*cells, cell{x, cover, area})
}

// sweep paints one row of a shape from its cells, and empties them.
func (c *canvas) sweep(y int, sh *shape) {
	cells := c.rows[y-c.y0]
	if len(cells) == 0 {
		return
	}
	if len(cells) < 12 {
		for i := 1; i < len(cells); i++ {
			for j := i; j > 0 && cells[j].x < cells[j-1].x; j-- {
				cells[j], cells[j-1] = cells[j-1], cells[j]
			}
		}
	} else {
		slices.SortFunc(cells, func(a, b cell) int { return int(a.x - b.x) })
	}
	row := c.pix[(y-c.y0)*c.w:][:c.w]
	cover := int32(0)
	for i := 0; i < len(cells); {
		x, area := cells[i].x, int32(0)
		for ; i < len(cells) && cells[i].x == x; i++ {
			cover += cells[i].cover
			area += cells[i].area
		}
		if x >= 0 {
			if a := coverage(cover<<9 - area); a > 0 {
				sh.paint.span(row[x:x+1], int(x), y, a)
			}
		}
		end := int32(c.w)
		if i < len(cells) {
			end = cells[i].x
		}
		if x++; x < end {
			if a := coverage(cover << 9); a > 0 {
				sh.paint.span(row[x:end], int(x), y, a)
			}
		}
	}
	c.rows[y-c.y0] = cells[:0]
}

// coverage turns twice an area in (1/256)² into 0 to 256.
func coverage(area int32) uint32 {
	v := area >> 9
	if v < 0 {
		v = -v
	}
	return uint32(min(v, 256))
}
