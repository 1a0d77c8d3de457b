package sample

import "math"

// A scene is a drawing that has been laid out but not painted: shapes in the
// order in which they cover each other, in fixed-point pixel coordinates. Any
// band of its rows can be painted at any time, by any number of goroutines at
// once, and comes out the same whatever the height of the bands.
type scene struct {
	w, h   int
	m      matrix // from the units of the drawing to pixels
	bent   *bent  // or nil
	points []point
	ends   []int32 // end in points of each contour
	shapes []shape
	mats   [256]material
	finish finish
}

// point is in 1/256 pixel.
type point struct{ x, y int32 }

// shape is a filled area: contours first..last of ends.
type shape struct {
	first, last int32
	x0, x1      int32 // pixel columns that it can touch, half open
	y0, y1      int32 // pixel rows that it can touch, half open
	paint       paint
}

// matrix maps (x, y) to (a·x + c·y + e, b·x + d·y + f).
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) apply(p vec) vec {
	return vec{m.a*p.x + m.c*p.y + m.e, m.b*p.x + m.d*p.y + m.f}
}

// then returns the matrix that applies n first and m after it.
func (m matrix) then(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

// scale is how many pixels one unit is, on average of its directions.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// in draws within a changed coordinate system: moved to x, y, turned by angle
// (radians, clockwise on the page) and scaled.
func (s *scene) in(x, y, angle, sx, sy float64, draw func()) {
	sin, cos := math.Sincos(angle)
	s.with(matrix{cos * sx, sin * sx, -sin * sy, cos * sy, x, y}, draw)
}

// with draws within the coordinate system that n sets up in the present one.
func (s *scene) with(n matrix, draw func()) {
	saved := s.m
	s.m = s.m.then(n)
	draw()
	s.m = saved
}

// bent is a change of coordinates that is not straight: what is drawn goes
// through m, then through f, then through outer to the pixels.
type bent struct {
	f     func(vec) vec
	outer matrix
}

// bend draws on a curved surface: f maps its coordinates, which start as the
// present ones, to the page.
func (s *scene) bend(f func(vec) vec, draw func()) {
	outer, saved := s.m, s.bent
	s.m, s.bent = matrix{a: 1, d: 1}, &bent{f, outer}
	draw()
	s.m, s.bent = outer, saved
}

// resolution is how many pixels one unit is, on average.
func (s *scene) resolution() float64 {
	if s.bent != nil {
		return s.m.scale() * s.bent.outer.scale()
	}
	return s.m.scale()
}

// pixels turns a path into lines in pixels.
func (s *scene) pixels(p *path) [][]vec {
	if s.bent == nil {
		return p.flatten(s.m)
	}
	k := s.bent.outer.scale()
	lines := p.flatten(matrix{a: k, d: k}.then(s.m))
	for i, pts := range lines {
		var out []vec
		for j, v := range pts {
			from := pts[(j+len(pts)-1)%len(pts)]
			steps := int(v.sub(from).len()/12) + 1
			for n := 1; n <= steps; n++ {
				q := from.toward(v, float64(n)/float64(steps)).mul(1 / k)
				out = append(out, s.bent.outer.apply(s.bent.f(q)))
			}
		}
		lines[i] = out
	}
	return lines
}

// around repeats a drawing n times about the origin.
func (s *scene) around(n int, draw func(i int)) {
	for i := range n {
		s.in(0, 0, 2*math.Pi*float64(i)/float64(n), 1, 1, func() { draw(i) })
	}
}

// fill lays a path's area over what is there, where contours of one direction
// join and those of the other cut (non-zero winding).
func (s *scene) fill(p *path, with paint) {
	sh := shape{first: int32(len(s.ends)), paint: with}
	lo := point{math.MaxInt32, math.MaxInt32}
	hi := point{math.MinInt32, math.MinInt32}
	start := len(s.points)
	for _, sub := range s.pixels(p) {
		for _, v := range sub {
			q := fixed(v)
			s.points = append(s.points, q)
			lo.x, lo.y = min(lo.x, q.x), min(lo.y, q.y)
			hi.x, hi.y = max(hi.x, q.x), max(hi.y, q.y)
		}
		s.ends = append(s.ends, int32(len(s.points)))
	}
	sh.last = int32(len(s.ends))
	sh.x0, sh.x1 = lo.x>>8, hi.x>>8+1
	sh.y0, sh.y1 = max(lo.y>>8, 0), min(hi.y>>8+1, int32(s.h))
	if len(s.points) == start || sh.y0 >= sh.y1 || sh.x1 <= 0 || sh.x0 >= int32(s.w) {
		s.points, s.ends = s.points[:start], s.ends[:sh.first]
		return
	}
	s.shapes = append(s.shapes, sh)
}

// fixed rounds to 1/256 pixel. What is far outside is brought near, so that
// nothing overflows.
func fixed(v vec) point {
	const far = 1 << 17 // pixels
	return point{
		int32(math.Round(max(-far, min(far, v.x)) * 256)),
		int32(math.Round(max(-far, min(far, v.y)) * 256)),
	}
}
