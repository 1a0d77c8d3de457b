package sample

import "math"

// lotus is an open lotus seen from above: rings of petals about a seed head.
// Petals are given from the outside in.
func (s *scene) lotus(r float64, n int, rows ...tints) {
	for i, t := range rows {
		outer := r * (1 - 0.2*float64(i))
		inner := r * 0.2
		turn := math.Pi / float64(n) * float64(i%2)
		s.in(0, 0, turn, 1, 1, func() {
			s.around(n, func(int) {
				s.petal(inner, outer, outer*2*math.Sin(math.Pi/float64(n))*0.98, t, 0.45)
			})
		})
	}
}

// disc is concentric circles, from the outside in.
func (s *scene) disc(r float64, cols ...colour) {
	for i, c := range cols {
		s.fill(new(path).circle(0, 0, r*(1-0.12*float64(i))), flat(c))
	}
}

// pearlCircle sets n pearls in a circle.
func (s *scene) pearlCircle(n int, r, size float64, ground colour) {
	s.around(n, func(int) { s.pearl(r, 0, size, ground) })
}

// seedHead is the middle of a lotus.
func (s *scene) seedHead(r float64, t tints) {
	s.fill(new(path).circle(0, 0, r), flat(of(matWhite, leadWhite)))
	s.fill(new(path).circle(0, 0, r*0.9), flat(of(matPaint, t[1])))
	s.fill(new(path).circle(0, 0, r*0.72), flat(of(matPaint, t[2])))
	s.around(8, func(int) {
		s.fill(new(path).circle(r*0.5, 0, r*0.12), flat(of(matWhite, leadWhite)))
		s.fill(new(path).circle(r*0.5, 0, r*0.07), flat(of(matPaint, t[0])))
	})
	s.fill(new(path).circle(0, 0, r*0.16), flat(of(matPaint, t[0])))
}

// rich is the round flower of the High Tang, made of all its kinds of petals
// (宝相花、团花).
func (s *scene) richFlower(r float64, n int, a, b, c tints) {
	s.around(n, func(int) { s.petal(r*0.62, r, r*0.42, a, 1) })
	s.in(0, 0, math.Pi/float64(n), 1, 1, func() {
		s.around(n, func(int) {
			s.petal(r*0.5, r*0.9, r*0.3, b, 0.2)
			for _, side := range []float64{-1, 1} {
				s.in(r*0.68, 0, side*0.9, 1, 1, func() { s.petal(0, r*0.2, r*0.11, c, 0.6) })
			}
		})
	})
	s.disc(r*0.62, of(matWhite, leadWhite), of(matPaint, b[0]))
	s.around(n, func(int) { s.petal(r*0.26, r*0.6, r*0.32, c, 0.8) })
	s.in(0, 0, math.Pi/float64(n), 1, 1, func() {
		s.around(n, func(int) { s.petal(r*0.24, r*0.52, r*0.2, a, 0.3) })
	})
	s.disc(r*0.3, of(matWhite, leadWhite), of(matPaint, a[0]))
	s.around(n, func(int) { s.petal(r*0.04, r*0.26, r*0.16, b, 0.8) })
	s.seedHead(r*0.09, c)
}

// hares is the picture of three hares that chase each other and have only three
// ears between them, within a disc of radius r.
func (s *scene) hares(r float64, body, line colour) {
	// A hare that runs in a circle, in degrees ahead of the root of its ears and
	// in parts of the radius: its back is inside, its feet are outside.
	place := func(deg, k float64) vec { return polar(deg*math.Pi/180, k*r) }
	curve := func(v ...float64) (pts []vec) {
		for i := 0; i < len(v); i += 2 {
			pts = append(pts, place(v[i], v[i+1]))
		}
		return pts
	}
	pen := flat(line)
	limb := func(width float64, v ...float64) {
		pts := curve(v...)
		shape := func(k float64) func(float64) float64 {
			return func(t float64) float64 { return r * (width*(1-0.55*t) + k) }
		}
		s.brush(shape(0.022), pen, pts...)
		s.brush(shape(0), flat(body), pts...)
	}
	s.around(3, func(int) {
		// The legs of the far side, then the body, then those of the near side.
		limb(0.085, -66, 0.76, -80, 0.84, -92, 0.95)
		limb(0.07, -4, 0.7, 12, 0.8, 26, 0.9)
		outline := new(path).smooth(curve(3, 0.39, 12, 0.43, 20, 0.50, 26, 0.57, 25, 0.62, 18, 0.635, 9, 0.65, 3, 0.70, -2, 0.78,
			-14, 0.82, -28, 0.80, -42, 0.82, -56, 0.86, -68, 0.84, -75, 0.76, -74, 0.66, -66, 0.575, -52, 0.52, -36, 0.495, -20, 0.50, -8, 0.49, -3, 0.43)...)
		s.fill(outline, flat(body))
		s.outline(outline, r*0.014, pen)
		limb(0.12, -58, 0.72, -67, 0.84, -76, 0.9, -86, 0.985)
		limb(0.075, -6, 0.68, 4, 0.80, 16, 0.87, 22, 0.965)
		s.fill(new(path).smooth(curve(-50, 0.60, -44, 0.70, -50, 0.80, -62, 0.82, -68, 0.72, -62, 0.62)...), flat(body))
		s.brush(press(r*0.02), pen, curve(-64, 0.60, -52, 0.59, -44, 0.66, -45, 0.77, -54, 0.83)...)
		s.fill(new(path).smooth(curve(4, 0.62, 4, 0.72, -6, 0.77, -13, 0.70, -8, 0.62)...), flat(body))
		s.brush(press(r*0.018), pen, curve(-10, 0.585, -14, 0.66, -12, 0.74, -5, 0.79)...)
		s.brush(taper(r*0.014), pen, curve(21, 0.60, 23, 0.575, 25, 0.56)...)
		eye := place(13, 0.525)
		s.fill(new(path).circle(eye.x, eye.y, r*0.026), flat(of(matWhite, leadWhite)))
		s.fill(new(path).circle(eye.x, eye.y, r*0.018), pen)
		tail := place(-77, 0.68)
		s.fill(new(path).circle(tail.x, tail.y, r*0.05), pen)
		s.fill(new(path).circle(tail.x, tail.y, r*0.04), flat(body))
		for i := range 7 { // fur on the back and the haunch
			d := -24 - 7*float64(i)
			s.brush(taper(r*0.008), pen, curve(d, 0.53, d-4, 0.545, d-7, 0.54)...)
		}
	})
	// Each ear is a side of the triangle in the middle and belongs to two hares.
	s.around(3, func(int) {
		a, b := place(4, 0.44), place(124, 0.44)
		m := a.toward(b, 0.5)
		outer, inner := m.mul(1.75), m.mul(0.35)
		ear := new(path).move(a.x, a.y).quad(outer.x, outer.y, b.x, b.y).quad(inner.x, inner.y, a.x, a.y)
		s.fill(ear, flat(body))
		s.outline(ear, r*0.014, pen)
		s.brush(taper(r*0.045), flat(of(matLine, cinnabar3)), a.toward(b, 0.14), m.mul(1.06), a.toward(b, 0.86))
		s.brush(taper(r*0.008), pen, a.toward(b, 0.1), m.mul(1.06), a.toward(b, 0.9))
	})
}
