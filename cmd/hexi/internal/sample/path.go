package sample

import "math"

// vec is a point or a direction, in the units of the drawing.
type vec struct{ x, y float64 }

func (a vec) add(b vec) vec               { return vec{a.x + b.x, a.y + b.y} }
func (a vec) sub(b vec) vec               { return vec{a.x - b.x, a.y - b.y} }
func (a vec) mul(k float64) vec           { return vec{a.x * k, a.y * k} }
func (a vec) len() float64                { return math.Hypot(a.x, a.y) }
func (a vec) left() vec                   { return vec{a.y, -a.x} }
func (a vec) toward(b vec, t float64) vec { return a.add(b.sub(a).mul(t)) }

func (a vec) unit() vec {
	if l := a.len(); l > 0 {
		return a.mul(1 / l)
	}
	return vec{}
}

// polar returns the point at an angle (radians, clockwise on the page from the
// right) and distance from the origin.
func polar(angle, r float64) vec {
	sin, cos := math.Sincos(angle)
	return vec{r * cos, r * sin}
}

// path is a list of contours. Curves are kept as they are and made into lines
// when it is known how large they come out.
type path struct {
	subs []contour
}

type contour struct {
	start vec
	segs  []segment
}

// segment is a line to p, or with curved set a cubic Bézier curve.
type segment struct {
	c1, c2, p vec
	curved    bool
}

func (p *path) move(x, y float64) *path {
	p.subs = append(p.subs, contour{start: vec{x, y}})
	return p
}

func (p *path) push(s segment) *path {
	last := &p.subs[len(p.subs)-1]
	last.segs = append(last.segs, s)
	return p
}

func (p *path) line(x, y float64) *path { return p.push(segment{p: vec{x, y}}) }

func (p *path) cubic(x1, y1, x2, y2, x, y float64) *path {
	return p.push(segment{vec{x1, y1}, vec{x2, y2}, vec{x, y}, true})
}

// here is where the pen is.
func (p *path) here() vec {
	last := p.subs[len(p.subs)-1]
	if n := len(last.segs); n > 0 {
		return last.segs[n-1].p
	}
	return last.start
}

func (p *path) quad(cx, cy, x, y float64) *path {
	from, c, to := p.here(), vec{cx, cy}, vec{x, y}
	c1, c2 := from.toward(c, 2.0/3), to.toward(c, 2.0/3)
	return p.cubic(c1.x, c1.y, c2.x, c2.y, x, y)
}

// arc goes on along a circle from angle a0 to a1; it draws a line to its start.
func (p *path) arc(cx, cy, r, a0, a1 float64) *path { return p.ellipseArc(cx, cy, r, r, a0, a1) }

func (p *path) ellipseArc(cx, cy, rx, ry, a0, a1 float64) *path {
	n := max(1, int(math.Ceil(math.Abs(a1-a0)/(math.Pi/2)-1e-9)))
	step := (a1 - a0) / float64(n)
	k := 4.0 / 3 * math.Tan(step/4)
	at := func(a float64) (vec, vec) {
		sin, cos := math.Sincos(a)
		return vec{cx + rx*cos, cy + ry*sin}, vec{-rx * sin, ry * cos}
	}
	from, d := at(a0)
	if len(p.subs) == 0 {
		p.move(from.x, from.y)
	} else {
		p.line(from.x, from.y)
	}
	for i := range n {
		to, e := at(a0 + step*float64(i+1))
		c1, c2 := from.add(d.mul(k)), to.sub(e.mul(k))
		p.cubic(c1.x, c1.y, c2.x, c2.y, to.x, to.y)
		from, d = to, e
	}
	return p
}

func (p *path) circle(cx, cy, r float64) *path { return p.ellipse(cx, cy, r, r) }

func (p *path) ellipse(cx, cy, rx, ry float64) *path {
	p.move(cx+rx, cy)
	return p.ellipseArc(cx, cy, rx, ry, 0, 2*math.Pi)
}

// hole is a circle in the other direction, which cuts.
func (p *path) hole(cx, cy, r float64) *path {
	p.move(cx+r, cy)
	return p.ellipseArc(cx, cy, r, r, 0, -2*math.Pi)
}

// ring is the area between two circles.
func (p *path) ring(cx, cy, outer, inner float64) *path {
	return p.circle(cx, cy, outer).hole(cx, cy, inner)
}

func (p *path) rect(x, y, w, h float64) *path {
	return p.move(x, y).line(x+w, y).line(x+w, y+h).line(x, y+h)
}

// frame is the area between a rectangle and one that is smaller by t on each side.
func (p *path) frame(x, y, w, h, t float64) *path {
	p.rect(x, y, w, h)
	return p.move(x+t, y+t).line(x+t, y+h-t).line(x+w-t, y+h-t).line(x+w-t, y+t)
}

func (p *path) polygon(pts ...vec) *path {
	p.move(pts[0].x, pts[0].y)
	for _, v := range pts[1:] {
		p.line(v.x, v.y)
	}
	return p
}

// smooth is a closed curve through all points (Catmull-Rom).
func (p *path) smooth(pts ...vec) *path {
	n := len(pts)
	p.move(pts[0].x, pts[0].y)
	for i := range n {
		a, b, c, d := pts[(i+n-1)%n], pts[i], pts[(i+1)%n], pts[(i+2)%n]
		c1, c2 := b.add(c.sub(a).mul(1.0/6)), c.sub(d.sub(b).mul(1.0/6))
		p.cubic(c1.x, c1.y, c2.x, c2.y, c.x, c.y)
	}
	return p
}

// through is an open curve through all points.
func (p *path) through(pts ...vec) *path {
	n := len(pts)
	p.move(pts[0].x, pts[0].y)
	for i := range n - 1 {
		a, b, c, d := pts[max(i-1, 0)], pts[i], pts[i+1], pts[min(i+2, n-1)]
		c1, c2 := b.add(c.sub(a).mul(1.0/6)), c.sub(d.sub(b).mul(1.0/6))
		p.cubic(c1.x, c1.y, c2.x, c2.y, c.x, c.y)
	}
	return p
}

// flatten turns the contours, brought into pixels by m, into lines that stay
// within about a tenth of a pixel of the curves.
func (p *path) flatten(m matrix) [][]vec {
	out := make([][]vec, 0, len(p.subs))
	for _, sub := range p.subs {
		from := m.apply(sub.start)
		pts := []vec{from}
		for _, s := range sub.segs {
			to := m.apply(s.p)
			if !s.curved {
				pts = append(pts, to)
				from = to
				continue
			}
			c1, c2 := m.apply(s.c1), m.apply(s.c2)
			pts = flattenCubic(pts, from, c1, c2, to)
			from = to
		}
		out = append(out, pts)
	}
	return out
}

// flattenCubic appends enough points: the error of n equal steps is at most
// √3/18 · |second difference| / n² (Wang's formula for degree 3).
func flattenCubic(pts []vec, a, b, c, d vec) []vec {
	d1, d2 := a.sub(b.mul(2)).add(c), b.sub(c.mul(2)).add(d)
	n := int(math.Ceil(math.Sqrt(0.75 * max(d1.len(), d2.len()) / 0.12)))
	n = max(1, min(n, 400))
	for i := 1; i <= n; i++ {
		t := float64(i) / float64(n)
		u := 1 - t
		pts = append(pts, vec{
			u*u*u*a.x + 3*u*u*t*b.x + 3*u*t*t*c.x + t*t*t*d.x,
			u*u*u*a.y + 3*u*u*t*b.y + 3*u*t*t*c.y + t*t*t*d.y,
		})
	}
	return pts
}
