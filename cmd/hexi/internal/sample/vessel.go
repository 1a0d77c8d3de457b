package sample

import "math"

// vessel is a pot as archaeologists draw it: from the side, and below that its
// pattern unrolled.
type vessel struct {
	// profile is the outline from the foot up: half the width at a height, both
	// in parts of the height.
	profile []vec
	clay    colour
	ground  colour // slip under the pattern
	metal   bool
	// pattern draws on the unrolled surface, from x = 0 to around and from
	// y = 0 at the rim to 1 at the foot.
	pattern  func(w *wall)
	from, to float64 // the part of the height that the strip below shows
	turn     float64 // how far the pot is turned, 0 to 1
	handles  []handle
	crown    func(s *scene, r float64) // what stands on the rim, or nil
	tilt     float64                   // how open the mouth looks, 0.2 or so
}

// handle is a loop on both sides, between two heights from the rim (0 to 1).
type handle struct {
	top, bottom, out, thick float64
}

// wall is the surface of a vessel to draw a pattern on.
type wall struct {
	*scene
	around       float64 // length of its widest circle
	black, red   colour
	slip         colour
	vesselColour colour
}

const (
	matClay uint8 = iota + 1
	matSlip
	matPaper
	matPen
)

func (v vessel) draw(p page) *scene {
	s := p.scene(1000, flat(of(matPaper, 0xe6dcc6)), 0.3)
	w, h := p.size(1000)
	s.material(matPaper, material{grain: grainPaper, fine: 2.2, mottle: 0.9, age: 7, tint: 5})
	s.material(matPen, material{grain: grainPaper, fine: 4, mottle: 2, age: 4, tint: 3})
	grain := grainClay
	if v.metal {
		grain = grainPlaster
	}
	s.material(matClay, material{grain: grain, fine: 4, mottle: 1.8, age: 9, tint: 9, crack: 26})
	s.material(matSlip, material{grain: grainClay, fine: 4.5, mottle: 1.8, age: 9, tint: 5, crack: 26, wear: 26, under: v.clay, lit: 2})
	s.finish.cracks = 90
	high := h * 0.6
	if widest := v.widest(); widest*2*high > w*0.8 {
		high = w * 0.8 / 2 / widest
	}
	top := h*0.4 - high/2
	s.in(w/2, top, 0, 1, 1, func() { v.side(s, high, top) })
	if v.pattern != nil {
		v.strip(s, w, h)
	}
	v.frame(s, w, h)
	return s
}

func (v vessel) widest() float64 {
	r := 0.0
	for _, p := range v.profile {
		r = max(r, p.x)
	}
	return r
}

// radius returns half the width at each of n+1 heights from the rim down.
func (v vessel) radius(n int) []float64 {
	line := new(path).through(v.profile...).flatten(matrix{a: 4000, d: 4000})[0]
	out := make([]float64, n+1)
	for i := range out {
		y := (1 - float64(i)/float64(n)) * 4000
		for j := 1; j < len(line); j++ {
			if a, b := line[j-1], line[j]; y >= a.y && y <= b.y {
				out[i] = a.toward(b, (y-a.y)/max(b.y-a.y, 1e-9)).x / 4000
			}
		}
	}
	out[0], out[n] = v.profile[len(v.profile)-1].x, v.profile[0].x
	return out
}

// side draws the pot from the side; its rim's middle is at the origin.
func (v vessel) side(s *scene, high, top float64) {
	const n = 600
	radius := v.radius(n)
	at := func(t float64) float64 { // half width at t of the height from the rim
		f := max(0, min(0.9999, t)) * n
		i := int(f)
		return (radius[i] + (radius[i+1]-radius[i])*(f-float64(i))) * high
	}
	// Its shadow on the page.
	foot := at(1)
	for i := range 12 {
		k := 1 + 0.05*float64(i)
		s.fill(new(path).ellipse(foot*0.35, high+4, (foot+v.widest()*high*0.35)*k, 16*k), glaze{c: 0x3a2c1e, alpha: 14})
	}
	for _, g := range v.handles {
		v.handle(s, g, at, high)
	}
	outline := new(path)
	var left []vec
	for i := range n + 1 {
		t := float64(i) / n
		left = append(left, vec{-at(t), t * high})
	}
	outline.polygon(left...)
	outline.ellipseArc(0, high, foot, foot*v.tilt*0.5, math.Pi, 0)
	for i := n; i >= 0; i-- {
		outline.line(-left[i].x, left[i].y)
	}
	s.fill(outline, flat(of(matClay, v.clay)))
	around := 2 * math.Pi * v.widest() * high
	mouth := at(0)
	if v.pattern != nil {
		s.bend(func(q vec) vec {
			u := 2 * math.Pi * max(-0.25, min(0.25, q.x/around-v.turn-0.5))
			y := q.y + at(q.y/high)*v.tilt*0.2*math.Cos(u)
			return vec{at(y/high) * math.Sin(u), y}
		}, func() {
			for i := -1.0; i <= 1; i++ {
				s.with(matrix{a: high, d: high, e: i * around}, func() { v.pattern(v.wall(s)) })
			}
		})
	}
	v.shade(s, outline, radius, high, top)
	// The mouth: rim, and the dark inside.
	rim := mix(of(matClay, v.clay), 0xffffff, 0.14)
	s.fill(new(path).ellipse(0, 0, mouth, mouth*v.tilt*0.5), flat(rim))
	s.fill(new(path).ellipse(0, mouth*v.tilt*0.04, mouth*0.86, mouth*v.tilt*0.38), flat(mix(of(matClay, v.clay), 0, 0.62)))
	s.outline(outline, 1.3, flat(of(matPen, 0x3c2c22)))
	s.outline(new(path).ellipse(0, 0, mouth, mouth*v.tilt*0.5), 1, flat(of(matPen, 0x3c2c22)))
	if v.crown != nil {
		v.crown(s, mouth)
	}
}

func (v vessel) wall(s *scene) *wall {
	return &wall{
		scene: s, around: 2 * math.Pi * v.widest(), black: of(matSlip, 0x2b211d), red: of(matSlip, 0x7d2f22),
		slip: of(matSlip, v.ground), vesselColour: of(matClay, v.clay),
	}
}

// shade gives the body its roundness.
func (v vessel) shade(s *scene, outline *path, radius []float64, high, top float64) {
	light := newRamp(stop{0, 0x1a0f08, 0.62}, stop{0.1, 0x24140a, 0.36}, stop{0.26, 0xfff0d8, 0.06}, stop{0.36, 0xfff2dc, 0.2},
		stop{0.48, 0xfff0d8, 0.03}, stop{0.72, 0x24140a, 0.26}, stop{0.93, 0x1a0f08, 0.6}, stop{1, 0x1a0f08, 0.66})
	if v.metal {
		light = newRamp(stop{0, 0x0c1410, 0.7}, stop{0.12, 0x101a14, 0.4}, stop{0.24, 0xf0ffe8, 0.22}, stop{0.3, 0xf4fff0, 0.34}, stop{0.38, 0xf0ffe8, 0.04},
			stop{0.66, 0x0c1410, 0.34}, stop{0.86, 0x0c1410, 0.62}, stop{0.95, 0xd8f0e0, 0.06}, stop{1, 0x0c1410, 0.6})
	}
	centre, k := s.m.apply(vec{0, 0}), s.m.scale()
	rows := make([]float64, int(high*k)+2)
	for i := range rows {
		f := min(float64(i)/(high*k), 0.9999) * float64(len(radius)-1)
		j := int(f)
		rows[i] = (radius[j] + (radius[min(j+1, len(radius)-1)]-radius[j])*(f-float64(j))) * high * k
	}
	s.fill(outline, turned{ramp: light, cx: centre.x, top: int(centre.y), radius: rows})
	s.fill(outline, s.linear(vec{0, 0}, vec{0, high}, newRamp(stop{0, 0xfff4e0, 0.1}, stop{0.4, 0, 0}, stop{1, 0x1c1008, 0.34})))
}

func (v vessel) handle(s *scene, g handle, at func(float64) float64, high float64) {
	for _, side := range []float64{-1, 1} {
		a, b := vec{side * at(g.top) * 0.94, g.top * high}, vec{side * at(g.bottom) * 0.96, g.bottom * high}
		far := max(math.Abs(a.x), math.Abs(b.x)) + g.out*high
		line := s.even([]vec{a, {side * (far*0.6 + math.Abs(a.x)*0.4), a.y - 0.01*high}, {side * far, a.y*0.62 + b.y*0.38}, {side * (far*0.7 + math.Abs(b.x)*0.3), b.y * 0.97}, b})
		s.fill(ribbon(line, false, steady(g.thick*high+2.4)), flat(of(matPen, 0x3c2c22)))
		s.fill(ribbon(line, false, steady(g.thick*high)), flat(of(matClay, mix(v.clay, 0, 0.22))))
		s.fill(ribbon(line, false, steady(g.thick*high*0.5)), glaze{c: 0xfff0d8, alpha: 40})
	}
}

// strip is the pattern unrolled, between rulers.
func (v vessel) strip(s *scene, w, h float64) {
	x0, wide := w*0.07, w*0.86
	tall := min(h*0.17, wide/(2*math.Pi*v.widest())*(v.to-v.from))
	k := tall / (v.to - v.from)
	y0 := h * 0.775
	s.fill(new(path).rect(x0, y0, wide, tall), flat(of(matClay, v.clay)))
	n := wide / (2 * math.Pi * v.widest() * k)
	s.bend(func(q vec) vec {
		return vec{max(x0, min(x0+wide, q.x)), max(y0, min(y0+tall, q.y))}
	}, func() {
		for i := range int(math.Ceil(n)) + 1 {
			s.with(matrix{a: k, d: k, e: x0 + float64(i)*2*math.Pi*v.widest()*k, f: y0 - v.from*k}, func() { v.pattern(v.wall(s)) })
		}
	})
	pen := flat(of(matPen, 0x3c2c22))
	s.outline(new(path).rect(x0, y0, wide, tall), 1, pen)
	for i := range 41 {
		x := x0 + wide*float64(i)/40
		long := 4.0
		if i%5 == 0 {
			long = 8
		}
		s.stroke(new(path).move(x, y0+tall+5).line(x, y0+tall+5+long), 0.7, pen)
	}
	s.stroke(new(path).move(x0, y0+tall+5).line(x0+wide, y0+tall+5), 0.7, pen)
}

// frame rules the page and its middle line, as on a measured drawing.
func (v vessel) frame(s *scene, w, h float64) {
	pen := flat(of(matPen, 0x8a7a64))
	s.outline(new(path).rect(14, 14, w-28, h-28), 0.9, pen)
	s.outline(new(path).rect(18, 18, w-36, h-36), 0.4, pen)
	s.seal(w-62, h-62, 34, 5)
	s.fill(new(path).rect(0, 0, w, h), s.radial(vec{w / 2, h * 0.42}, w*0.95, h*0.78, newRamp(
		stop{0, 0xfff6e4, 0.05}, stop{0.5, 0x6a4a2a, 0}, stop{1, 0x4a3420, 0.3})))
}

// seal is a red stamp with strokes like those of old characters; it says
// nothing.
func (s *scene) seal(x, y, side float64, seed int) {
	red := flat(of(matPen, 0xa83226))
	s.in(x, y, 0, side/10, side/10, func() {
		s.fill(new(path).rect(0, 0, 10, 10), red)
		pale := flat(of(matPen, 0xe9ddc6))
		s.outline(new(path).rect(0.7, 0.7, 8.6, 8.6), 0.28, pale)
		for i := range 4 {
			s.in(1.5+3.7*float64(i%2), 1.5+3.7*float64(i/2), 0, 3.3, 3.3, func() { s.glyph(seed+i, 0.13, pale) })
		}
	})
}

// glyph draws made-up strokes in the manner of a seal character, in a square of
// one unit.
func (s *scene) glyph(seed int, width float64, with paint) {
	r := hash(seed, 77)
	bit := func(n int) bool { return r>>n&1 == 1 }
	for i, y := range []float64{0.08, 0.36, 0.64, 0.92} {
		if bit(i) || i == 0 {
			a, b := 0.06, 0.94
			if bit(i + 4) {
				a = 0.3
			}
			if bit(i+8) && a < 0.2 {
				b = 0.7
			}
			s.stroke(new(path).move(a, y).line(b, y), width, with)
		}
	}
	for i, x := range []float64{0.08, 0.5, 0.92} {
		if bit(i + 12) {
			a, b := 0.08, 0.92
			if bit(i + 16) {
				a = 0.36
			} else if bit(i + 20) {
				b = 0.64
			}
			s.stroke(new(path).move(x, a).line(x, b), width, with)
		}
	}
	if bit(24) {
		s.stroke(new(path).move(0.2, 0.5).quad(0.5, 0.2, 0.8, 0.5).quad(0.5, 0.8, 0.2, 0.5), width*0.9, with)
	}
}
