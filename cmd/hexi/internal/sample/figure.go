package sample

import "math"

// pts makes points out of coordinates, for outlines that are written by hand.
func pts(v ...float64) []vec {
	out := make([]vec, 0, len(v)/2)
	for i := 0; i+1 < len(v); i += 2 {
		out = append(out, vec{v[i], v[i+1]})
	}
	return out
}

// contourLine fills a smooth closed outline and draws it with the brush.
func (s *scene) contourLine(c, line colour, width float64, v ...float64) {
	p := new(path).smooth(pts(v...)...)
	s.fill(p, flat(c))
	s.outline(p, width, flat(line))
}

// graded fills a smooth closed outline with bands that follow its edge inwards.
func (s *scene) graded(t tints, line colour, width float64, v ...float64) {
	outline := pts(v...)
	var mid vec
	for _, p := range outline {
		mid = mid.add(p.mul(1 / float64(len(outline))))
	}
	for i, k := range []float64{1, 0.9, 0.77, 0.6} {
		in := make([]vec, len(outline))
		for j, p := range outline {
			in[j] = mid.toward(p, k)
		}
		s.fill(new(path).smooth(in...), flat(t[i]))
	}
	s.outline(new(path).smooth(outline...), width, flat(line))
}

// scarf draws a long ribbon of cloth: a pale edge, two tints, and a line along
// its fold.
func (s *scene) scarf(w float64, t tints, line colour, v ...float64) {
	p := pts(v...)
	shape := func(k, add float64) func(float64) float64 {
		return func(u float64) float64 {
			swell := 0.72 + 0.28*math.Sin(u*math.Pi*5)
			return (w*k*swell + add) * min(1, min(u*14, (1-u)*10)+0.04)
		}
	}
	s.brush(shape(1, w*0.13), flat(line), p...)
	s.brush(shape(1, 0), flat(t[2]), p...)
	s.brush(shape(0.62, 0), flat(t[1]), p...)
	s.brush(shape(0.24, 0), flat(t[0]), p...)
	s.brush(shape(0.05, 0), flat(line), p...)
}

// face draws a head that looks to the right, about the origin and with a radius
// of 16, in the three-quarter view of the wall paintings.
func (s *scene) face(skin, line, hair colour) {
	// Ear, face, and the hair over it.
	s.contourLine(skin, line, 0.7, -9, -2, -12.5, -1, -13, 5, -10.5, 10, -8, 8)
	s.contourLine(skin, line, 0.8, -8, -12, 3, -15, 11, -10, 13.5, -2, 12.5, 5, 9, 11.5, 4, 15, -2, 13.5, -7, 8, -10, -2)
	s.fill(new(path).smooth(pts(-11, -4, -14, -12, -8, -20, 2, -22, 11, -17, 13.5, -9, 9, -13.5, 2, -13.5, -4, -10, -7, -3, -9, 0)...), flat(hair))
	s.contourLine(hair, line, 0.5, -5, -20, -7, -28, -1, -33, 6, -29, 5, -21)
	s.contourLine(hair, line, 0.5, -8, -19, -15, -22, -17, -28, -11, -29, -5, -23)
	s.brush(steady(1.6), flat(of(matPaint, cinnabar)), pts(-7, -21, 0, -23.5, 7, -21)...)
	s.fill(new(path).circle(1, -24.5, 1.9), flat(of(matGold, gold2)))
	// Brows, eyes, nose, mouth.
	s.brush(press(1), flat(line), pts(-3.5, -4.2, 0, -6, 4.4, -5)...)
	s.brush(press(1), flat(line), pts(7.4, -5.2, 10, -6, 12.4, -4.6)...)
	for _, e := range []struct{ x, w float64 }{{1, 3.6}, {9.8, 2.5}} {
		s.fill(new(path).smooth(pts(e.x-e.w, -0.6, e.x, -2, e.x+e.w, -0.8, e.x, 0.5)...), flat(of(matWhite, leadWhite)))
		s.fill(new(path).circle(e.x+0.4, -0.8, 1), flat(line))
		s.brush(press(0.8), flat(line), pts(e.x-e.w, -0.4, e.x, -2.2, e.x+e.w, -0.8)...)
	}
	s.brush(press(0.8), flat(line), pts(6.6, -3, 8.6, 2.4, 8.8, 4, 6.6, 4.6)...)
	s.fill(new(path).smooth(pts(3.4, 8, 5.6, 7, 6.6, 7.4, 7.8, 7, 9, 8, 6.4, 9.8)...), flat(of(matPaint, cinnabar)))
	s.brush(taper(0.45), flat(line), pts(3, 8, 6.4, 8.4, 9.2, 8)...)
	s.fill(new(path).circle(6.4, -8.6, 0.9), flat(of(matPaint, cinnabar)))
	s.brush(taper(0.5), flat(line), pts(-0.5, 11.6, 3, 12.4, 6, 11.4)...)
	// An ear-drop.
	s.fill(new(path).circle(-10.8, 12, 1.5), flat(of(matGold, gold)))
}

// halo is a nimbus in rings.
func (s *scene) halo(r float64, cols ...colour) {
	for i, c := range cols {
		s.fill(new(path).circle(0, 0, r*(1-0.17*float64(i))), flat(c))
	}
	s.outline(new(path).circle(0, 0, r), r*0.03, flat(of(matLine, redEarth)))
}

// limb is an arm or leg along points, wide at its root, with its outline.
func (s *scene) limb(skin, line colour, w float64, v ...float64) {
	width := func(add float64) func(float64) float64 {
		return func(t float64) float64 { return w*(1-0.42*t) + add }
	}
	s.brush(width(1.5), flat(line), pts(v...)...)
	s.brush(width(0), flat(skin), pts(v...)...)
}
