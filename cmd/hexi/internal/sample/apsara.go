package sample

import (
	"math"
	"math/rand/v2"
)

// apsara is a heavenly musician that flies to the right (飞天伎乐). About 400
// units long; its waist is at the origin.
type apsara struct {
	skin         colour
	skirt, scarf tints
	sash         tints
	halo         tints
	plays        instrument
	drift        float64 // how the ribbons fly, about -1 to 1
}

type instrument int

const (
	lute instrument = iota
	flute
	harp
	drum
	panpipes
	offering
	instrumentCount
)

func (s *scene) apsara(a apsara) {
	line := of(matLine, 0x4a2c24)
	d := a.drift
	s.in(72, -80, 0, 1, 1, func() { s.halo(30, of(matWhite, a.halo[3]), of(matPaint, a.halo[1]), of(matWhite, a.halo[2])) })

	// The far foot and leg, the skirt in two leaves, the near foot.
	s.limb(a.skin, line, 9, -132, 6, -162, -8, -190, -26)
	s.contourLine(a.skin, line, 1, -184, -20, -192, -30, -206, -36, -216, -36, -214, -31, -200, -26, -190, -19)
	s.graded(a.sash, line, 1.1, 20, 4, -30, 30, -84, 34, -130, 20, -170, -10, -186, 2, -176, 14, -188, 26, -158, 34, -120, 50, -70, 62, -16, 56, 26, 36)
	s.limb(a.skin, line, 9.5, -130, -8, -166, -30, -196, -52)
	s.contourLine(a.skin, line, 1, -190, -46, -198, -56, -212, -63, -223, -64, -221, -58, -207, -52, -196, -45)
	s.graded(a.skirt, line, 1.2, 22, -6, -16, 6, -62, 4, -104, -14, -146, -44, -168, -62, -176, -44, -166, -34, -184, -22, -168, -12, -180, 2, -150, 10, -110, 32, -60, 48, -6, 48, 34, 32, 50, 10, 48, -4)
	for i := range 5 {
		k := float64(i)
		s.brush(press(1.5), flat(line), pts(30-8*k, 2+7*k, -20-4*k, 20+5*k, -70, 18+5*k, -118+2*k, -4+6*k, -158+3*k, -36+9*k)...)
	}
	// The belt and its ends.
	s.scarf(8, a.sash, line, 22, -4, 36, 3, 52, 2, 60, 14, 52, 40, 66, 66, 52, 96+6*d, 66, 122)
	s.scarf(7, a.sash, line, 50, 4, 74, 22, 78, 50, 100, 70+5*d, 98, 98)

	// The far arm is drawn with the instrument; then trunk, neck, head.
	a.playBehind(s, line)
	s.brush(steady(13), flat(line), pts(64, -70, 60, -54)...)
	s.brush(steady(11), flat(a.skin), pts(64, -70, 60, -54)...)
	s.contourLine(a.skin, line, 1.2, 40, -53, 54, -60, 66, -60, 82, -49, 81, -38, 68, -20, 54, 4, 38, 5, 22, -4, 30, -18, 38, -34)
	s.brush(taper(0.9), flat(line), pts(50, -30, 56, -26, 63, -28)...)
	s.brush(taper(0.9), flat(line), pts(66, -32, 71, -30, 76, -34)...)
	s.brush(steady(10.4), flat(a.skin), pts(62, -66, 59, -54)...)
	s.fill(new(path).circle(43, -8, 1.2), flat(line))
	s.brush(steady(3.2), flat(of(matGold, gold)), pts(46, -55, 54, -45, 64, -43, 76, -50)...)
	s.brush(steady(1.2), flat(of(matPaint, azurite)), pts(46, -55, 54, -45, 64, -43, 76, -50)...)
	for i := range 5 {
		v := vec{50 + 6*float64(i), -43 + 1.6*math.Abs(float64(i)-2)*-1}
		s.fill(new(path).circle(v.x, v.y+3, 1.7), flat(of(matPaint, pick(i, cinnabar, malachite))))
	}
	// A cloth across the chest.
	s.graded(a.sash, line, 0.9, 40, -46, 48, -44, 66, -16, 64, -6, 56, -8, 44, -28)
	s.in(72, -80, 0.05, 1, 1, func() { s.face(a.skin, line, of(matLine, soot)) })
	a.play(s, line)
	// The scarf comes forward over the arm and sweeps below.
	s.scarf(12, a.scarf, line, 96, -36, 112, -12, 98, 26, 56, 56, 0, 82+8*d, -56, 80, -108, 104+8*d, -160, 86-10*d, -214, 112+8*d, -268, 88-12*d, -318, 104)
}

// apsaraScarf draws what flies behind the body: the scarf's long tail, and its
// arch over the head.
func (s *scene) apsaraScarf(a apsara) {
	line := of(matLine, 0x4a2c24)
	d := a.drift
	s.scarf(13, a.scarf, line, 40, -44, 8, -70, -24-8*d, -104, -80, -112-10*d, -128, -86-16*d, -180, -96+14*d, -236, -74-18*d, -282, -94+12*d, -330, -70-14*d)
	s.scarf(13, a.scarf, line, 84, -40, 108, -66, 112+4*d, -108, 84, -140-6*d, 44, -146, 10, -128-6*d, -14, -134, -52, -150-12*d, -92, -140, -132, -158-10*d)
}

// playBehind draws the arm on the far side.
func (a apsara) playBehind(s *scene, line colour) {
	switch a.plays {
	case flute, panpipes:
		s.limb(a.skin, line, 10, 80, -46, 104, -36, 108, -58, 98, -72)
	case harp, lute:
		s.limb(a.skin, line, 10, 80, -46, 106, -30, 122, -44)
	case drum:
		s.limb(a.skin, line, 10, 80, -46, 112, -60, 128, -88)
	default:
		s.limb(a.skin, line, 10, 80, -46, 112, -40, 132, -64)
	}
}

// play draws what it plays and the near arm.
func (a apsara) play(s *scene, line colour) {
	wood, dark := of(matPaint, 0xa9713e), of(matPaint, umber)
	switch a.plays {
	case lute:
		s.in(86, -22, -0.62, 1, 1, func() {
			s.contourLine(wood, line, 1.2, -34, 0, -30, -12, -14, -15, 6, -8, 22, -3.4, 22, 3.4, 6, 8, -14, 15, -30, 12)
			s.fill(new(path).rect(20, -2.6, 36, 5.2), flat(dark))
			s.contourLine(dark, line, 0.8, 56, -3, 66, -10, 69, -7, 62, 3, 56, 3)
			for i := range 4 {
				y := -2.4 + 1.6*float64(i)
				s.stroke(new(path).move(-24, y).line(56, y*0.6), 0.5, flat(of(matWhite, leadWhite)))
			}
			s.fill(new(path).ellipse(-8, 0, 3, 6), flat(dark))
		})
		s.limb(a.skin, line, 11, 44, -48, 36, -22, 60, -12, 76, -20)
	case flute:
		s.in(96, -70, -0.16, 1, 1, func() {
			s.fill(new(path).rect(-22, -2, 74, 4), flat(wood))
			s.outline(new(path).rect(-22, -2, 74, 4), 0.7, flat(line))
			for i := range 6 {
				s.fill(new(path).circle(6+6*float64(i), 0, 0.9), flat(line))
			}
		})
		s.limb(a.skin, line, 11, 44, -48, 66, -30, 100, -46, 120, -72)
	case harp:
		frame := pts(66, 4, 100, -2, 126, -20, 134, -56, 122, -92)
		s.brush(steady(6.4), flat(line), frame...)
		s.brush(steady(5), flat(of(matGold, gold)), frame...)
		for i := range 9 {
			k := float64(i) / 9
			s.stroke(new(path).move(68+50*k, 2-14*k*k).line(124-3*k, -88+60*k), 0.6, flat(of(matWhite, leadWhite)))
		}
		s.limb(a.skin, line, 11, 44, -48, 40, -26, 70, -22, 94, -34)
	case drum:
		s.in(84, -6, -0.3, 1, 1, func() {
			s.contourLine(of(matPaint, cinnabar), line, 1.2, -26, -11, -8, -5, 8, -5, 26, -11, 26, 11, 8, 5, -8, 5, -26, 11)
			for _, x := range []float64{-26, 26} {
				s.fill(new(path).ellipse(x, 0, 5, 13), flat(of(matWhite, leadWhite)))
				s.outline(new(path).ellipse(x, 0, 5, 13), 1, flat(line))
			}
		})
		s.limb(a.skin, line, 11, 44, -48, 34, -30, 44, -8, 58, -2)
	case panpipes:
		for i := range 8 {
			x := 82 + 3.4*float64(i)
			s.fill(new(path).rect(x, -72, 2.8, 30-2.2*float64(i)), flat(wood))
			s.outline(new(path).rect(x, -72, 2.8, 30-2.2*float64(i)), 0.5, flat(line))
		}
		s.fill(new(path).rect(81, -64, 29, 4), flat(of(matPaint, cinnabar)))
		s.limb(a.skin, line, 11, 44, -48, 58, -26, 84, -34, 88, -52)
	default:
		s.in(130, -74, 0, 1, 1, func() {
			s.contourLine(of(matGold, gold), line, 1, -18, -2, 18, -2, 12, 7, 0, 9, -12, 7)
			for i := range 5 {
				s.in(-12+6*float64(i), -5-3*math.Sin(math.Pi*float64(i)/4), 0, 1, 1, func() { s.rosette(6, 5, pick(i, reds(), blues(), greens()).in(matPaint)) })
			}
		})
		s.limb(a.skin, line, 11, 44, -48, 60, -26, 98, -40, 122, -64)
	}
}

// drifting is a cloud with a tail that floats to the left.
func (s *scene) cloud(t tints) {
	line := of(matLine, 0x4a2c24)
	p := new(path).smooth(pts(30, 0, 34, -14, 22, -22, 12, -16, 4, -26, -12, -24, -16, -12, -40, -12, -74, -20, -104, -12, -72, -8, -44, 2, -14, 8, 14, 8)...)
	s.fill(p, flat(t[2]))
	s.outline(p, 1.1, flat(line))
	for _, c := range []vec{{20, -8}, {-2, -14}, {6, 0}} {
		var curl []vec
		for i := range 14 {
			k := float64(i) / 13
			curl = append(curl, c.add(polar(2.4+k*5, 9*(1-k*0.8))))
		}
		s.brush(tail(4), flat(t[0]), curl...)
	}
	s.brush(press(2.4), flat(t[1]), pts(-14, -2, -42, -6, -76, -14)...)
}

// apsaras is a long wall with a row of flying musicians under a canopy.
type apsaras struct {
	count  int
	ground colour
	wear   int32
}

func (m apsaras) draw(p page) *scene {
	const height = 400.0
	units := height * float64(p.w) / float64(p.h)
	s := p.scene(units, flat(of(matWall, m.ground)), 0.06)
	s.muralMaterials(m.wear)
	s.finish.cracks = 40
	rnd := rand.New(rand.NewPCG(p.seed, 1))
	schemes := [][4]tints{
		{blues(), greens(), reds(), greens()}, {greens(), reds(), blues(), blues()}, {reds(), blues(), greens(), earths()},
		{darks(), greens(), blues(), greens()}, {earths(), blues(), greens(), blues()}, {greens(), blues(), earths(), reds()},
	}
	// Flowers and clouds that fall around them.
	for i := range m.count * 26 {
		x, y := rnd.Float64()*units, 64+rnd.Float64()*250
		t := pick(i, blues(), greens(), reds(), earths()).in(matPaint)
		switch {
		case i%9 == 0:
			s.in(x, y, (rnd.Float64()-0.5)*0.2, 0.5, 0.5, func() { s.cloud(t) })
		case i%3 == 0:
			s.in(x, y, rnd.Float64()*6, 1, 1, func() { s.rosette(5+rnd.Float64()*4, 6, t) })
		default:
			a := rnd.Float64() * 6
			v := polar(a, 10)
			s.brush(tail(3.4), flat(t[1]), vec{x, y}, vec{x + v.x*0.5 - v.y*0.2, y + v.y*0.5 + v.x*0.2}, vec{x + v.x, y + v.y})
		}
	}
	step := units / float64(m.count)
	each := func(draw func(a apsara)) {
		for i := range m.count {
			c := schemes[i%len(schemes)]
			for j := range c {
				c[j] = c[j].in(matPaint)
			}
			skin := pick(i, colour(0xe0c9ad), 0xd2a98a, 0xe6d3ba, 0x9c7a68)
			a := apsara{
				skin: of(matWhite, skin), skirt: c[0], scarf: c[1], sash: c[2], halo: c[3],
				plays: instrument(i % int(instrumentCount)), drift: math.Sin(float64(i) * 2.1),
			}
			x, y := step*(float64(i)+0.62), 206+20*math.Sin(float64(i)*1.9)
			s.in(x, y, -0.06+0.1*math.Sin(float64(i)*2.7), 0.82, 0.82, func() { draw(a) })
		}
	}
	each(s.apsaraScarf)
	each(s.apsara)
	m.valance(s, units)
	m.hills(s, units, rnd)
	edge := newRamp(stop{0, 0x3a281a, 0.5}, stop{0.14, 0x3a281a, 0.06}, stop{0.5, 0x3a281a, 0}, stop{0.86, 0x3a281a, 0.06}, stop{1, 0x2e2018, 0.45})
	s.fill(new(path).rect(0, 0, units, height), s.linear(vec{0, 0}, vec{0, height}, edge))
	return s
}

// valance is the border at the top: tiles of pattern, pleated cloth, tassels.
func (m apsaras) valance(s *scene, units float64) {
	s.fill(new(path).rect(0, 0, units, 26), flat(of(matPaint, redEarth)))
	n := int(units / 24)
	step := units / float64(n)
	sets := []tints{blues(), greens(), earths(), darks()}
	for i := range n {
		x := step * (float64(i) + 0.5)
		s.diamond(x, 13, step*0.46, 9, pick(i, sets...))
		s.in(x+step/2, 13, 0, 1, 1, func() { s.rosette(3.4, 5, pick(i+1, sets...)) })
	}
	for i := range n {
		x := step * (float64(i) + 0.5)
		s.in(x+step/2, 26, 0, 1, -1, func() { s.drape(0, 0, step*0.42, 38, pick(i+2, sets...)) })
	}
	for i := range n {
		x := step * (float64(i) + 0.5)
		s.in(x, 26, 0, 1, -1, func() { s.drape(0, 0, step*0.48, 27, pick(i, sets...)) })
	}
	for _, y := range []float64{1.2, 24.8, 27.4} {
		s.stroke(new(path).move(0, y).line(units, y), 1.1, flat(of(matWhite, leadWhite)))
	}
}

// hills is a row of small mountains at the foot of the wall, with trees.
func (m apsaras) hills(s *scene, units float64, rnd *rand.Rand) {
	line := of(matLine, 0x4a2c24)
	for row := range 3 {
		y := 352 + 22*float64(row)
		for x := -20.0; x < units+30; x += 22 + rnd.Float64()*16 {
			w, h := 22+rnd.Float64()*12, 26+rnd.Float64()*16
			s.hill(x, y+30, w, h, pick(rnd.IntN(5), blues(), greens(), earths(), darks(), ochres()).in(matPaint), line)
			if rnd.IntN(3) == 0 {
				s.tree(x+w*0.8, y+10, 10+rnd.Float64()*6, rnd)
			}
		}
	}
}

// hill is one tooth of a range, in bands.
func (s *scene) hill(x, y, w, h float64, t tints, line colour) {
	p := func(k float64) *path {
		return new(path).move(x-w*k, y).cubic(x-w*k*0.8, y-h*k*0.7, x-w*k*0.35, y-h*k*1.06, x, y-h*k).
			cubic(x+w*k*0.3, y-h*k*0.95, x+w*k*0.7, y-h*k*0.6, x+w*k, y)
	}
	for i, k := range []float64{1, 0.86, 0.68, 0.46} {
		s.fill(p(k), flat(t[3-i]))
	}
	s.stroke(p(1), w*0.035, flat(line))
}

// tree is a trunk with round tufts.
func (s *scene) tree(x, y, h float64, rnd *rand.Rand) {
	s.brush(tail(h*0.12), flat(of(matLine, umber)), vec{x, y}, vec{x + h*0.05, y - h*0.6}, vec{x - h*0.04, y - h})
	t := greens().in(matPaint)
	for i := range 5 {
		v := polar(-math.Pi*(0.1+0.2*float64(i)), h*0.34)
		r := h * (0.2 + 0.06*rnd.Float64())
		s.fill(new(path).circle(x+v.x, y-h*0.9+v.y, r), flat(t[0]))
		s.fill(new(path).circle(x+v.x-r*0.15, y-h*0.9+v.y-r*0.15, r*0.7), flat(t[1]))
		s.fill(new(path).circle(x+v.x-r*0.25, y-h*0.9+v.y-r*0.3, r*0.36), flat(t[2]))
	}
}
