package sample

import (
	"math"
	"math/rand/v2"
)

// gate is a measured drawing of a city gate: a tower of timber on a platform of
// rammed earth and brick, with an arched passage.
type gate struct {
	tower    hall
	platform float64 // its height
	half     float64 // half its width at the top
	batter   float64 // how far it leans in, in parts of its height
	brick    float64 // the part of the height, from below, that is brick
	wings    float64 // height of the walls to both sides, or 0
	earth    tints
	sky      [2]colour
	seed     uint64
}

const (
	matEarth uint8 = iota + 10
	matBrick
	matTimber
	matSky
	matSnow
	matRock
	matGreen
	matGlow
)

// buildingMaterials sets up what walls, towers and land are made of.
func (s *scene) buildingMaterials() {
	s.material(matPaper, material{grain: grainPaper, fine: 2.2, mottle: 0.9, age: 7, tint: 5})
	s.material(matPen, material{grain: grainPaper, fine: 4, mottle: 1, age: 4, tint: 3})
	s.material(matEarth, material{grain: grainEarth, fine: 6, mottle: 3, age: 8, tint: 6, crack: 46})
	s.material(matBrick, material{grain: grainEarth, fine: 4, mottle: 2.4, age: 7, tint: 4, crack: 22})
	s.material(matTimber, material{grain: grainPigment, fine: 4, mottle: 1.6, age: 6, tint: 4, crack: 20})
	s.material(matSky, material{grain: grainPaper, fine: 1.7, mottle: 1.1, age: 6, tint: 4})
	s.material(matSnow, material{grain: grainPaper, fine: 2.4, mottle: 1.4, age: 4, tint: 3})
	s.material(matRock, material{grain: grainEarth, fine: 4.4, mottle: 2.6, age: 8, tint: 5})
	s.material(matGreen, material{grain: grainPigment, fine: 5, mottle: 3, age: 8, tint: 6})
	s.material(matGlow, material{grain: grainPaper, fine: 1.4, mottle: 0.8, age: 3, tint: 2})
	s.finish.cracks = 130
}

func (g gate) draw(p page) *scene {
	s := p.scene(1000, flat(of(matPaper, 0xe7dcc4)), 0.24)
	s.buildingMaterials()
	w, h := p.size(1000)
	rnd := rand.New(rand.NewPCG(p.seed, 5))
	ground := h * 0.9
	s.fill(new(path).rect(0, 0, w, ground), s.linear(vec{0, 0}, vec{0, ground}, newRamp(
		stop{0, of(matSky, g.sky[0]), 1}, stop{0.75, of(matSky, g.sky[1]), 1}, stop{1, of(matSky, 0xe9dcc0), 1})))
	s.washClouds(w, ground*0.5, rnd)
	k := w * 0.36 / g.half
	need := (g.tower.total() + g.platform) * k
	if limit := ground * 0.86; need > limit {
		k *= limit / need
	}
	s.in(w/2, ground, 0, k, k, func() {
		if g.wings > 0 {
			s.rammed(-w/k, -g.half*0.9, -g.wings, 0, 0.02, g.earth, rnd, true)
			s.rammed(g.half*0.9, w/k, -g.wings, 0, 0.02, g.earth, rnd, true)
		}
		g.base(s, rnd)
		s.in(0, -g.platform, 0, 1, 1, func() { s.hall(g.tower) })
	})
	g.foreground(s, w, h, ground, rnd)
	pen := flat(of(matPen, 0x6a5a48))
	s.outline(new(path).rect(12, 12, w-24, h-24), 1.1, pen)
	s.outline(new(path).rect(17, 17, w-34, h-34), 0.5, pen)
	s.seal(w-66, h-66, 36, int(p.seed))
	return s
}

// washClouds lays soft flat clouds across a sky.
func (s *scene) washClouds(w, h float64, rnd *rand.Rand) {
	for range 26 {
		x, y := rnd.Float64()*w, h*0.1+rnd.Float64()*h*0.9
		rx := w * (0.06 + 0.14*rnd.Float64())
		s.fill(new(path).ellipse(x, y, rx, rx*0.09), s.radial(vec{x, y}, rx, rx*0.09, newRamp(stop{0, 0xfffaf0, 0.34}, stop{0.5, 0xfffaf0, 0.14}, stop{1, 0xfffaf0, 0})))
	}
}

// base is the platform with its passage.
func (g gate) base(s *scene, rnd *rand.Rand) {
	h, lean := g.platform, g.batter*g.platform
	face := new(path).polygon(vec{-g.half - lean, 0}, vec{-g.half, -h}, vec{g.half, -h}, vec{g.half + lean, 0})
	s.fill(face, flat(g.earth[1]))
	s.strata(-g.half-lean, g.half+lean, -h, 0, lean, g.earth, rnd)
	if g.brick > 0 {
		g.bricks(s, rnd)
	}
	// Battlements.
	n := int(g.half / (h * 0.06))
	for i := range n {
		x := -g.half + 2*g.half*(float64(i)+0.2)/float64(n)
		w := 2 * g.half / float64(n) * 0.62
		s.fill(new(path).rect(x, -h*1.09, w, h*0.09), flat(of(matBrick, 0x9a8f80)))
		s.fill(new(path).rect(x+w*0.42, -h*1.055, w*0.16, h*0.03), flat(of(matBrick, 0x3a322a)))
		s.outline(new(path).rect(x, -h*1.09, w, h*0.09), h*0.003, flat(of(matPen, 0x3a2f26)))
	}
	s.fill(new(path).rect(-g.half*1.01, -h*1.01, 2.02*g.half, h*0.03), flat(of(matBrick, 0x857a6c)))
	s.fill(face, s.linear(vec{-g.half - lean, 0}, vec{g.half + lean, 0}, newRamp(stop{0, 0xfff0d0, 0.14}, stop{0.4, 0, 0}, stop{1, 0x20140a, 0.3})))
	// The passage.
	r := h * 0.2
	for i, k := range []float64{1.34, 1.2, 1} {
		c := pick(i, of(matBrick, 0x6f665a), of(matBrick, 0x948a7a), of(matBrick, 0x17110d))
		s.fill(new(path).arc(0, -h*0.36, r*k, -math.Pi, 0).line(r*k, 0).line(-r*k, 0), flat(c))
	}
	for i := range 23 {
		a := -math.Pi * (float64(i) + 0.5) / 23
		from, to := polar(a, r*1.01), polar(a, r*1.33)
		s.stroke(new(path).move(from.x, from.y-h*0.36).line(to.x, to.y-h*0.36), h*0.004, flat(of(matPen, 0x3a2f26)))
	}
	s.fill(new(path).arc(0, -h*0.36, r, -math.Pi, 0).line(r, 0).line(-r, 0), s.linear(vec{0, -h * 0.56}, vec{0, 0}, newRamp(stop{0, 0, 0.5}, stop{1, 0xc8a878, 0.34})))
	for _, side := range []float64{-1, 1} { // the open leaves of the gate, with nails
		s.fill(new(path).polygon(vec{side * r, 0}, vec{side * r, -h * 0.36}, vec{side * r * 0.72, -h * 0.4}, vec{side * r * 0.72, h * 0.0}), flat(of(matTimber, 0x5a2a1c)))
		for j := range 7 {
			for i := range 3 {
				s.fill(new(path).circle(side*r*(0.77+0.08*float64(i)), -h*0.04-h*0.05*float64(j), h*0.006), flat(of(matTimber, gold)))
			}
		}
	}
	// A plaque over the arch.
	s.fill(new(path).rect(-r*0.8, -h*0.8, r*1.6, h*0.13), flat(of(matTimber, 0x2c2a3a)))
	s.outline(new(path).rect(-r*0.8, -h*0.8, r*1.6, h*0.13), h*0.008, flat(of(matTimber, gold)))
	for i := range 3 {
		s.in(-r*0.62+r*0.45*float64(i), -h*0.78, 0, r*0.34, h*0.09, func() { s.glyph(int(g.seed)+i, 0.11, flat(of(matTimber, gold2))) })
	}
}

// strata draws the layers of rammed earth, and the holes of the scaffolding.
func (s *scene) strata(x0, x1, y0, y1, lean float64, t tints, rnd *rand.Rand) {
	h := y1 - y0
	n := 26
	for i := range n {
		y := y0 + h*float64(i)/float64(n)
		in := lean * (1 - float64(i)/float64(n))
		var top, low []vec
		steps := 24
		for j := range steps + 1 {
			x := x0 + in + (x1-x0-2*in)*float64(j)/float64(steps)
			top = append(top, vec{x, y + h*0.004*(rnd.Float64()-0.5)})
			low = append(low, vec{x, y + h*0.010*(0.6+0.6*rnd.Float64())})
		}
		for a, b := 0, len(low)-1; a < b; a, b = a+1, b-1 {
			low[a], low[b] = low[b], low[a]
		}
		s.fill(new(path).polygon(append(top, low...)...), flat(t[0]))
		s.stroke(new(path).through(top...), h*0.0022, flat(t[3]))
	}
	for range int((x1-x0)/h*16) + 4 {
		x, y := x0+lean+(x1-x0-2*lean)*rnd.Float64(), y0+h*(0.1+0.8*rnd.Float64())
		s.fill(new(path).ellipse(x, y, h*0.006, h*0.007), flat(mix(t[0], of(matEarth, 0x1c120a), 0.6)))
	}
	for range int((x1-x0)/h*14) + 3 { // where rain ran down
		x, y := x0+lean+(x1-x0-2*lean)*rnd.Float64(), y0
		long := h * (0.2 + 0.6*rnd.Float64())
		s.brush(tail(h*0.02*(0.4+rnd.Float64())), glaze{c: t[0], alpha: 70}, vec{x, y}, vec{x + h*0.01*rnd.Float64(), y + long*0.5}, vec{x - h*0.01, y + long})
	}
}

// rammed is a wall of rammed earth between two places, from its crest at y0
// down to y1; whole says that it has battlements.
func (s *scene) rammed(x0, x1, y0, y1, lean float64, t tints, rnd *rand.Rand, whole bool) {
	h := y1 - y0
	s.fill(new(path).polygon(vec{x0 - lean*h, y1}, vec{x0 + lean*h, y0}, vec{x1 - lean*h, y0}, vec{x1 + lean*h, y1}), flat(t[1]))
	s.strata(x0, x1, y0, y1, lean*h, t, rnd)
	if !whole {
		return
	}
	n := max(2, int((x1-x0)/(h*0.16)))
	for i := range n {
		x, w := x0+(x1-x0)*float64(i)/float64(n), (x1-x0)/float64(n)*0.58
		s.fill(new(path).rect(x, y0-h*0.1, w, h*0.1), flat(t[2]))
		s.outline(new(path).rect(x, y0-h*0.1, w, h*0.1), h*0.005, flat(t[0]))
	}
}

// bricks faces the lower part of the platform.
func (g gate) bricks(s *scene, rnd *rand.Rand) {
	h := g.platform * g.brick
	lean := g.batter * g.platform
	rows := int(22 * g.brick)
	for j := range rows {
		y := -h + h*float64(j)/float64(rows)
		half := g.half + lean*(1+y/g.platform)
		bh := h / float64(rows)
		n := int(2 * half / (bh * 3.4))
		for i := range n + 1 {
			x := -half + 2*half*(float64(i)-0.5*float64(j%2))/float64(n)
			a, b := max(-half, x+bh*0.06), min(half, x+2*half/float64(n)-bh*0.06)
			if a >= b {
				continue
			}
			c := mix(of(matBrick, 0x8f8576), of(matBrick, 0x6c6358), rnd.Float64())
			s.fill(new(path).rect(a, y+bh*0.08, b-a, bh*0.86), flat(c))
		}
	}
}

// foreground is the ground before the gate: gravel, tracks and camel thorn.
func (g gate) foreground(s *scene, w, h, y float64, rnd *rand.Rand) {
	s.fill(new(path).rect(0, y, w, h-y), s.linear(vec{0, y}, vec{0, h}, newRamp(stop{0, of(matEarth, 0xb79e74), 1}, stop{1, of(matEarth, 0xd8c49c), 1})))
	for range 340 {
		x, yy := rnd.Float64()*w, y+(h-y)*math.Pow(rnd.Float64(), 1.4)
		r := 0.5 + 1.6*rnd.Float64()*(yy-y)/(h-y)
		s.fill(new(path).ellipse(x, yy, r*1.4, r), flat(of(matEarth, pick(rnd.IntN(3), colour(0x8c7450), 0x9c8660, 0x6f5c42))))
	}
	for range 46 {
		x, yy := rnd.Float64()*w, y+(h-y)*rnd.Float64()
		for range 9 {
			a := -math.Pi/2 + (rnd.Float64()-0.5)*2
			v := polar(a, 5+6*rnd.Float64())
			s.brush(tail(0.8), flat(of(matGreen, 0x6d7048)), vec{x, yy}, vec{x + v.x*0.5, yy + v.y*0.6}, vec{x + v.x, yy + v.y*0.8})
		}
	}
}
