package sample

import "math"

// caisson is a ceiling of a cave, seen from below: squares within squares about
// a lotus (藻井). It is drawn about its centre, 500 units to each side.
type caisson struct {
	rings  []ring // from the outside in
	centre func(s *scene, r float64)
	wear   int32
	wall   colour
}

// ring is one square border, as wide as its part of the whole.
type ring struct {
	width float64
	draw  func(s *scene, outer, inner float64)
}

func (c caisson) draw(p page) *scene {
	s := p.scene(1000, flat(of(matWall, c.wall)), 0.22)
	s.muralMaterials(c.wear)
	s.finish.cracks = 60
	s.with(matrix{a: 1, d: 1, e: 500, f: 500}, func() {
		at := 486.0
		for _, r := range c.rings {
			r.draw(s, at, at-r.width)
			at -= r.width
		}
		c.centre(s, at)
	})
	s.soil(p)
	return s
}

// soil darkens the edges of the page, as soot and hands do.
func (s *scene) soil(p page) {
	w, h := p.size(1000)
	r := s.radial(vec{w / 2, h / 2}, w*0.74, h*0.74, newRamp(
		stop{0, 0x6a4a2a, 0}, stop{0.62, 0x5a3e26, 0.03}, stop{1, 0x2e2018, 0.42}))
	s.fill(new(path).rect(0, 0, w, h), r)
}

// sides draws the same on each of the four sides: the drawing lies at the top,
// from (-outer, -outer) to (outer, -inner).
func (s *scene) sides(draw func()) { s.around(4, func(int) { draw() }) }

// squareRing fills the border and rules its edges.
func (s *scene) squareRing(outer, inner float64, c colour) {
	s.fill(new(path).frame(-outer, -outer, 2*outer, 2*outer, outer-inner), flat(c))
}

// rule draws a square line.
func (s *scene) rule(half, width float64, c colour) {
	s.fill(new(path).frame(-half-width/2, -half-width/2, 2*half+width, 2*half+width, width), flat(c))
}

// plain is a ruled border in the tints of one pigment.
func plain(t tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		s.squareRing(outer, inner, of(matPaint, t[0]))
		s.rule(outer-w*0.14, w*0.16, of(matWhite, t[3]))
		s.rule(outer-w*0.36, w*0.18, of(matPaint, t[2]))
		s.rule(inner+w*0.1, w*0.12, of(matWhite, leadWhite))
	}
}

// pearls is a dark border with round pearls (联珠纹).
func pearls(ground colour) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		s.squareRing(outer, inner, of(matPaint, ground))
		s.rule(outer-w*0.06, w*0.08, of(matWhite, leadWhite))
		s.rule(inner+w*0.06, w*0.08, of(matWhite, leadWhite))
		mid := (outer + inner) / 2
		n := int(2 * mid / (w * 0.74))
		s.sides(func() {
			for i := range n {
				x := -mid + 2*mid*(float64(i))/float64(n)
				s.pearl(x, -mid, w*0.29, ground)
			}
		})
	}
}

func (s *scene) pearl(x, y, r float64, ground colour) {
	s.fill(new(path).circle(x, y, r), flat(of(matWhite, leadWhite)))
	s.fill(new(path).circle(x, y, r*0.62), flat(of(matWhite, mix(leadWhite, ground, 0.28))))
	s.fill(new(path).circle(x-r*0.16, y-r*0.16, r*0.3), flat(of(matWhite, leadWhite)))
}

// lozenges is a border of diamonds in graded tints (菱格纹).
func lozenges(a, b tints, ground colour) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		mid := (outer + inner) / 2
		s.squareRing(outer, inner, of(matPaint, ground))
		n := 2 * int(math.Round(mid/(w*1.15)))
		step := 2 * mid / float64(n)
		s.sides(func() {
			for i := range n + 1 {
				x := -mid + step*float64(i)
				if i > 0 && i < n {
					s.diamond(x, -mid, step*0.5, w*0.44, pick(i, a, b))
				}
				if i < n {
					for _, y := range []float64{-outer + w*0.03, -inner - w*0.03} {
						s.halfRosette(x+step/2, y, w*0.2, y < -mid, pick(i, b, a))
					}
				}
			}
		})
		s.around(4, func(int) { s.corner(outer, inner, a) })
		s.rule(outer-w*0.03, w*0.06, of(matWhite, leadWhite))
		s.rule(inner+w*0.03, w*0.06, of(matWhite, leadWhite))
	}
}

func pick[T any](i int, choices ...T) T { return choices[i%len(choices)] }

func (s *scene) diamond(x, y, rx, ry float64, t tints) {
	for i, k := range []float64{1, 0.82, 0.6, 0.36} {
		c := of(matPaint, t[3-i])
		if i == 0 {
			c = of(matWhite, leadWhite)
		}
		s.fill(new(path).polygon(vec{x - rx*k, y}, vec{x, y - ry*k}, vec{x + rx*k, y}, vec{x, y + ry*k}), flat(c))
	}
	s.fill(new(path).circle(x, y, ry*0.13), flat(of(matWhite, leadWhite)))
}

// halfRosette is a half flower that stands on an edge.
func (s *scene) halfRosette(x, y, r float64, down bool, t tints) {
	dir := -1.0
	if down {
		dir = 1
	}
	for i := range 5 {
		a := math.Pi * (float64(i) + 0.5) / 5
		v := polar(a*dir, r*0.66)
		s.fill(new(path).circle(x+v.x, y+v.y, r*0.36), flat(of(matWhite, leadWhite)))
		s.fill(new(path).circle(x+v.x, y+v.y, r*0.27), flat(of(matPaint, t[1])))
	}
	p := new(path).arc(x, y, r*0.6, 0, math.Pi*dir)
	s.fill(p, flat(of(matPaint, t[2])))
	s.fill(new(path).arc(x, y, r*0.36, 0, math.Pi*dir), flat(of(matPaint, t[0])))
}

// corner is the square where two sides of a border meet, at the top right.
func (s *scene) corner(outer, inner float64, t tints) {
	w := outer - inner
	mid := (outer + inner) / 2
	s.fill(new(path).rect(inner, -outer, w, w), flat(of(matPaint, t[0])))
	s.outline(new(path).rect(inner+w*0.06, -outer+w*0.06, w*0.88, w*0.88), w*0.04, flat(of(matWhite, leadWhite)))
	s.in(mid, -mid, math.Pi/4, 1, 1, func() { s.rosette(w*0.4, 4, t) })
}

// rosette is a small open flower of n petals about the origin.
func (s *scene) rosette(r float64, n int, t tints) {
	s.around(n, func(int) { s.petal(r*0.2, r, r*2.2/float64(n), t, 0.5) })
	s.fill(new(path).circle(0, 0, r*0.3), flat(of(matWhite, leadWhite)))
	s.fill(new(path).circle(0, 0, r*0.22), flat(of(matPaint, t[0])))
}

// petal points to the right, from x0 to x1 and half as wide as wide at its
// widest, in nested tints with a pale edge. blunt is 0 for a long point, 1 for
// a round end.
func (s *scene) petal(x0, x1, wide float64, t tints, blunt float64) {
	outline := func(k float64) *path {
		l, w := (x1-x0)*k, wide*k/2
		tip := x0 + l
		return new(path).move(x0, 0).
			cubic(x0+l*0.18, -w*0.95, x0+l*0.42, -w*1.25, x0+l*(0.62+0.2*blunt), -w*(0.72+0.35*blunt)).
			cubic(x0+l*(0.8+0.16*blunt), -w*(0.36+0.5*blunt), tip, -w*(0.04+0.3*blunt), tip, 0).
			cubic(tip, w*(0.04+0.3*blunt), x0+l*(0.8+0.16*blunt), w*(0.36+0.5*blunt), x0+l*(0.62+0.2*blunt), w*(0.72+0.35*blunt)).
			cubic(x0+l*0.42, w*1.25, x0+l*0.18, w*0.95, x0, 0)
	}
	s.fill(outline(1), flat(of(matWhite, leadWhite)))
	for i, k := range []float64{0.955, 0.88, 0.77, 0.62} {
		s.fill(outline(k), flat(of(matPaint, t[3-i])))
	}
	s.fill(ribbon([]vec{{x0, 0}, {x0 + (x1-x0)*0.5, 0}}, false, tail(wide*0.035)), flat(of(matLine, mix(t[0], soot, 0.5))))
}

// scales is a border of overlapping fish scales (鱼鳞纹).
func scales(a, b tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		s.squareRing(outer, inner, of(matPaint, a[0]))
		const rows = 3
		s.sides(func() {
			for row := range rows {
				y := -outer + w*(float64(row)+0.2)/rows
				half := outer - w*float64(row)/rows
				n := int(math.Round(2 * half / (w * 0.62)))
				step := 2 * half / float64(n)
				for i := range n + 1 {
					if x := -half + step*(float64(i)+0.5*float64(row%2)); x < half-step*0.3 && x > -half+step*0.3 {
						s.scale(x, y, step*0.56, w*0.42, pick(i+row, a, b))
					}
				}
			}
		})
		s.rule(inner, w*0.07, of(matWhite, leadWhite))
	}
}

func (s *scene) scale(x, y, rx, ry float64, t tints) {
	for i, k := range []float64{1, 0.84, 0.64, 0.4} {
		c := of(matPaint, t[i])
		if i == 0 {
			c = of(matWhite, leadWhite)
		}
		p := new(path).move(x-rx*k, y).cubic(x-rx*k, y+ry*k*1.1, x-rx*k*0.3, y+ry*k*1.3, x, y+ry*k*1.3).
			cubic(x+rx*k*0.3, y+ry*k*1.3, x+rx*k, y+ry*k*1.1, x+rx*k, y)
		s.fill(p, flat(c))
	}
}

// drapes is the outermost border: triangles of cloth in two layers that hang
// from a valance, with pleats, bells and tassels (垂幔).
func drapes(list ...tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		s.squareRing(outer+3, inner, of(matWall, clayPale))
		n := 2*int(math.Round(inner/(w*0.75))) + 1
		step := 2 * inner / float64(n)
		s.sides(func() {
			for i := range n + 1 {
				s.drape(-inner+step*float64(i), -inner, step*0.34, w*0.84, pick(i+1, list...))
			}
			for i := range n {
				s.drape(-inner+step*(float64(i)+0.5), -inner, step*0.47, w*0.6, pick(i, list...))
			}
		})
		s.sides(func() {
			// The valance from which they hang.
			v := w * 0.15
			s.fill(new(path).polygon(vec{-inner - v, -inner - v}, vec{inner + v, -inner - v}, vec{inner, -inner}, vec{-inner, -inner}),
				flat(of(matPaint, list[0][0])))
			for i := range 3*n + 1 {
				s.pearl(-inner+step*float64(i)/3, -inner-v*0.5, v*0.3, list[0][0])
			}
		})
		s.rule(inner+w*0.15, w*0.03, of(matWhite, leadWhite))
		s.rule(inner, w*0.03, of(matWhite, leadWhite))
		s.rule(outer-w*0.05, w*0.03, of(matLine, redEarth))
		s.rule(outer-w*0.12, w*0.012, of(matLine, redEarth))
	}
}

// drape is one hanging triangle; it points up, away from the middle.
func (s *scene) drape(x, y, half, long float64, t tints) {
	p := func(k float64) *path {
		return new(path).move(x-half*k, y).cubic(x-half*k*0.92, y-long*k*0.5, x-half*k*0.3, y-long*k*0.86, x, y-long*k).
			cubic(x+half*k*0.3, y-long*k*0.86, x+half*k*0.92, y-long*k*0.5, x+half*k, y)
	}
	s.fill(p(1), flat(of(matLine, soot)))
	s.fill(p(0.975), flat(of(matWhite, leadWhite)))
	for i, k := range []float64{0.92, 0.8, 0.66, 0.5} {
		s.fill(p(k), flat(of(matPaint, t[3-i])))
	}
	for i := -2; i <= 2; i++ {
		v := float64(i) / 2.7
		top := long * (0.82 - 0.42*math.Abs(v))
		s.brush(tail(half*0.05), flat(of(matLine, mix(t[0], soot, 0.7))), vec{x + half*v, y}, vec{x + half*v*0.8, y - top*0.6}, vec{x + half*v*0.35, y - top})
	}
	s.fill(new(path).circle(x, y-long*1.02, half*0.13), flat(of(matLine, soot)))
	s.fill(new(path).circle(x, y-long*1.02, half*0.1), flat(of(matGold, gold)))
	for i := -1; i <= 1; i++ {
		s.brush(steady(half*0.05), flat(of(matLine, cinnabar)), vec{x, y - long*1.04}, vec{x + half*0.1*float64(i), y - long*1.1}, vec{x + half*0.13*float64(i), y - long*1.18})
	}
}
