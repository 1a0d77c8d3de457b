package sample

import "math"

// vine is a border of a wavy stem whose branches curl up into half palmettes
// (卷草纹、忍冬纹).
func vine(ground colour, leaves ...tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		mid := (outer + inner) / 2
		s.squareRing(outer, inner, of(matPaint, ground))
		waves := int(math.Round(2 * (inner - w*0.1) / (w * 1.25)))
		step := 2 * inner / float64(waves)
		s.sides(func() {
			var stem []vec
			for i := range waves*12 + 1 {
				t := float64(i) / 12
				stem = append(stem, vec{-inner + step*t, -mid - w*0.2*math.Sin(math.Pi*t)})
			}
			s.brush(steady(w*0.055), flat(of(matWhite, leadWhite)), stem...)
			s.brush(steady(w*0.025), flat(of(matPaint, malachite2)), stem...)
			for i := range waves {
				up := 1.0
				if i%2 == 1 {
					up = -1
				}
				x := -inner + step*(float64(i)+0.5)
				s.in(x, -mid, 0, step/(1.25*w), up, func() { s.curl(w, pick(i, leaves...), pick(i+1, leaves...)) })
			}
		})
		s.around(4, func(int) { s.corner(outer, inner, leaves[0]) })
		s.rule(outer-w*0.025, w*0.05, of(matWhite, leadWhite))
		s.rule(inner+w*0.025, w*0.05, of(matWhite, leadWhite))
	}
}

// curl is one branch of a vine in a cell about the origin, w across: a spiral
// that opens into a leaf of many lobes.
func (s *scene) curl(w float64, t, u tints) {
	at := vec{0, w * 0.08}
	var spiral []vec
	for i := range 26 {
		k := float64(i) / 25
		spiral = append(spiral, at.add(polar(-0.62*math.Pi+k*1.9*math.Pi, w*(0.4-0.3*k))))
	}
	s.in(w*0.5, w*0.1, 0, 1, 1, func() {
		for i := range 5 {
			a := -1.4 + 0.7*float64(i)
			s.in(0, -w*0.02, a+math.Pi/2, 1, 1, func() { s.petal(0, w*(0.3-0.035*math.Abs(float64(i)-2)), w*0.15, pick(i, u, t), 0.5) })
		}
	})
	s.brush(tail(w*0.11), flat(of(matWhite, leadWhite)), spiral...)
	s.brush(tail(w*0.07), flat(of(matPaint, t[1])), spiral...)
	for i := range 9 {
		a := -2.5 + 0.55*float64(i)
		l := w * (0.44 - 0.02*math.Abs(float64(i)-4))
		s.in(at.x, at.y, a, 1, 1, func() { s.petal(w*0.13, l, w*0.2, pick(i, t, u), 0.75) })
	}
	s.in(at.x, at.y, 0, 1, 1, func() { s.rosette(w*0.17, 6, pick(1, t, u)) })
}

// medallions is a border of half flowers that face each other (半团花).
func medallions(ground colour, a, b tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		w := outer - inner
		s.squareRing(outer, inner, of(matPaint, ground))
		n := int(math.Round(2 * inner / (w * 1.3)))
		step := 2 * inner / float64(n)
		s.sides(func() {
			for i := range n + 1 {
				x := -inner + step*float64(i)
				if i > 0 && i < n {
					s.in(x, -inner, 0, 1, 1, func() { s.halfFlower(w*0.74, a, b) })
				}
				if i < n {
					s.in(x+step/2, -outer, math.Pi, 1, 1, func() { s.halfFlower(w*0.74, b, a) })
				}
			}
		})
		s.around(4, func(int) { s.corner(outer, inner, b) })
		s.rule(outer-w*0.02, w*0.05, of(matWhite, leadWhite))
		s.rule(inner+w*0.02, w*0.05, of(matWhite, leadWhite))
	}
}

// halfFlower stands on the origin and opens upwards.
func (s *scene) halfFlower(r float64, a, b tints) {
	for i := range 5 {
		s.in(0, 0, -math.Pi*(float64(i)+0.5)/5, 1, 1, func() { s.petal(r*0.36, r, r*0.5, a, 0.9) })
	}
	for i := range 4 {
		s.in(0, 0, -math.Pi*(float64(i)+1)/5, 1, 1, func() { s.petal(r*0.2, r*0.7, r*0.36, b, 0.5) })
	}
	for i, k := range []float64{0.36, 0.3, 0.2, 0.1} {
		c := pick(i, of(matWhite, leadWhite), of(matPaint, b[1]), of(matPaint, a[2]), of(matPaint, a[0]))
		s.fill(new(path).arc(0, 0, r*k, -math.Pi, 0), flat(c))
	}
}

// lantern is a square turned by an eighth within another one, as in ceilings of
// beams laid across each other's corners (套斗). Its four corners hold leaves.
func lantern(ground colour, edge colour, t, u tints) func(*scene, float64, float64) {
	return func(s *scene, outer, inner float64) {
		s.squareRing(outer, inner, of(matPaint, ground))
		s.fill(new(path).rect(-outer, -outer, 2*outer, 2*outer), flat(of(matPaint, ground)))
		s.sides(func() {
			// A corner triangle, with its right angle at the top right.
			s.in(outer, -outer, 0.75*math.Pi, 1, 1, func() {
				for i := range 7 {
					a := -0.72 + 0.24*float64(i)
					l := outer * (0.52 - 0.05*math.Abs(float64(i)-3))
					s.in(0, 0, a, 1, 1, func() { s.petal(outer*0.05, l, outer*0.13, pick(i, t, u), 0.35) })
				}
				s.fill(new(path).circle(outer*0.04, 0, outer*0.1), flat(of(matWhite, leadWhite)))
				s.fill(new(path).circle(outer*0.04, 0, outer*0.075), flat(of(matPaint, u[0])))
			})
		})
		s.in(0, 0, math.Pi/4, 1, 1, func() {
			h := outer / math.Sqrt2
			s.fill(new(path).rect(-h, -h, 2*h, 2*h), flat(of(matPaint, edge)))
			s.rule(h*0.985, h*0.03, of(matWhite, leadWhite))
			s.rule(h*0.94, h*0.02, of(matWhite, mix(leadWhite, edge, 0.4)))
		})
	}
}
