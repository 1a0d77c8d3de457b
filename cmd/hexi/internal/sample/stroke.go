package sample

import "math"

// stroke draws the outline of a path as a line of even width; contours whose
// end is their start are closed.
func (s *scene) stroke(p *path, width float64, with paint) {
	k := s.resolution()
	width = max(width, 0.6/k) // finer than that would fade
	for _, pts := range p.flatten(matrix{a: k, d: k}) {
		for i := range pts {
			pts[i] = pts[i].mul(1 / k)
		}
		pts = withoutRepeats(pts)
		closed := len(pts) > 2 && pts[0].sub(pts[len(pts)-1]).len() < width/100
		if closed {
			pts = pts[:len(pts)-1]
		}
		if len(pts) < 2 {
			continue
		}
		s.fill(ribbon(pts, closed, func(float64) float64 { return width }), with)
	}
}

// outline is stroke for a path whose contours all are to be closed.
func (s *scene) outline(p *path, width float64, with paint) {
	q := &path{subs: make([]contour, len(p.subs))}
	for i, sub := range p.subs {
		segs := append(make([]segment, 0, len(sub.segs)+1), sub.segs...)
		q.subs[i] = contour{sub.start, append(segs, segment{p: sub.start})}
	}
	s.stroke(q, width, with)
}

// brush draws a line like a brush through the points, with a width that
// depends on the way gone (0 to 1).
func (s *scene) brush(width func(t float64) float64, with paint, pts ...vec) {
	if line := s.even(pts); len(line) > 1 {
		s.fill(ribbon(line, false, width), with)
	}
}

// even returns a smooth curve through the points as a line of short steps.
func (s *scene) even(pts []vec) []vec {
	k := s.resolution()
	line := new(path).through(pts...).flatten(matrix{a: k, d: k})[0]
	for i := range line {
		line[i] = line[i].mul(1 / k)
	}
	return withoutRepeats(line)
}

func withoutRepeats(pts []vec) []vec {
	out := pts[:1]
	for _, v := range pts[1:] {
		if v.sub(out[len(out)-1]).len() > 1e-9 {
			out = append(out, v)
		}
	}
	return out
}

// ribbon is the area along a line, width(t) across at the way t. Its ends are
// round if it is closed or its width there is not nothing.
func ribbon(pts []vec, closed bool, width func(t float64) float64) *path {
	n := len(pts)
	total := 0.0
	for i := 1; i < n; i++ {
		total += pts[i].sub(pts[i-1]).len()
	}
	left, right := make([]vec, n), make([]vec, n)
	gone := 0.0
	for i, v := range pts {
		if i > 0 {
			gone += v.sub(pts[i-1]).len()
		}
		before, after := i-1, i+1
		if closed {
			before, after = (i+n-1)%n, (i+1)%n
		}
		d0, d1 := vec{}, vec{}
		if before >= 0 {
			d0 = v.sub(pts[before]).unit()
		}
		if after < n {
			d1 = pts[after].sub(v).unit()
		}
		normal := d0.add(d1).unit().left()
		// A corner is longer on its diagonal, up to a limit.
		if c := math.Abs(normal.x*d1.left().x + normal.y*d1.left().y); after < n && before >= 0 {
			normal = normal.mul(1 / max(c, 0.5))
		}
		half := width(gone/max(total, 1e-12)) / 2
		left[i], right[i] = v.add(normal.mul(half)), v.sub(normal.mul(half))
	}
	p := new(path)
	if closed {
		p.polygon(left...)
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			right[i], right[j] = right[j], right[i]
		}
		return p.polygon(right...)
	}
	p.polygon(left...)
	p.cap(pts[n-1], pts[n-1].sub(pts[n-2]).unit(), width(1)/2)
	for i := n - 1; i >= 0; i-- {
		p.line(right[i].x, right[i].y)
	}
	p.cap(pts[0], pts[0].sub(pts[1]).unit(), width(0)/2)
	return p
}

// cap rounds the end of a ribbon that goes in the direction d.
func (p *path) cap(at, d vec, r float64) {
	if r < 1e-6 {
		return
	}
	from := math.Atan2(d.left().y, d.left().x)
	p.arc(at.x, at.y, r, from, from+math.Pi)
}

// Widths of brush strokes.

// taper swells from nothing to w and ends in nothing.
func taper(w float64) func(float64) float64 {
	return func(t float64) float64 { return w * math.Pow(math.Sin(math.Pi*t), 0.6) }
}

// tail starts at w and thins out.
func tail(w float64) func(float64) float64 {
	return func(t float64) float64 { return w * math.Pow(1-t, 0.7) }
}

// press starts fine, presses to w early, and thins out: the line of a brush.
func press(w float64) func(float64) float64 {
	return func(t float64) float64 {
		return w * (0.25 + 0.75*math.Sin(math.Pi*math.Pow(t, 0.55))) * min(1, (1-t)*6+0.15)
	}
}

// steady keeps the width w.
func steady(w float64) func(float64) float64 { return func(float64) float64 { return w } }
