package sample

import "math"

// buddha is a seated figure in front view, about 100 units high, whose chest is
// at the origin.
type buddha struct {
	robe, inner      tints
	nimbus, mandorla tints
	skin             colour
	fine             bool // with what is seen only when it is large
}

// seatedBuddha draws a Buddha in meditation on a lotus, within nimbus and mandorla.
func (s *scene) seatedBuddha(b buddha) {
	line := of(matLine, 0x4a2c24)
	for i, k := range []float64{1, 0.9, 0.82, 0.7} {
		c := pick(i, b.mandorla[0], of(matWhite, leadWhite), b.mandorla[1], b.mandorla[2])
		s.fill(new(path).ellipse(0, -2, 42*k, 50*k), flat(c))
	}
	for i, k := range []float64{1, 0.88, 0.74, 0.56} {
		c := pick(i, of(matWhite, leadWhite), b.nimbus[0], b.nimbus[1], b.nimbus[3])
		s.fill(new(path).circle(0, -32, 21*k), flat(c))
	}
	if b.fine {
		s.flames(b)
	}
	// The lotus.
	for i := range 9 {
		x := -32 + 8*float64(i)
		s.in(x, 38, math.Pi/2+(x/32)*-0.5, 1, 1, func() { s.petal(-4, 11, 9.5, pick(i, b.nimbus, b.inner), 0.8) })
	}
	// Knees and lap, trunk, the robe over the left shoulder.
	s.fill(new(path).smooth(pts(-16, 14, -34, 22, -41, 31, -36, 38, -18, 40, 0, 41, 18, 40, 36, 38, 41, 31, 34, 22, 16, 14, 0, 18)...), flat(b.robe[0]))
	s.fill(new(path).smooth(pts(-12, 22, -26, 27, -30, 33, -16, 36, 0, 37, 16, 36, 30, 33, 26, 27, 12, 22, 0, 26)...), flat(b.robe[1]))
	s.fill(new(path).smooth(pts(-7, -21, -19, -17, -25, -4, -26, 12, -20, 22, 0, 26, 20, 22, 26, 12, 25, -4, 19, -17, 7, -21)...), flat(b.robe[0]))
	s.fill(new(path).smooth(pts(-6, -21, -1, -8, 6, 10, 12, 20, -8, 22, -12, 8, -13, -10)...), flat(b.inner[1]))
	s.fill(new(path).smooth(pts(-7, -21, 0, -18, 7, -21, 6, -12, 1, -3, -4, -12)...), flat(b.skin))
	s.stroke(new(path).through(pts(-7, -21, -2, -8, 5, 8, 12, 20)...), 1.2, flat(of(matWhite, leadWhite)))
	s.fill(new(path).ellipse(0, 21, 11, 4.6), flat(b.skin))
	if b.fine {
		for i := range 5 {
			k := float64(i)
			s.brush(press(1.1), flat(line), pts(20-1.5*k, -14+3*k, 22-3*k, 2+3*k, 16-2*k, 16+k, 8-k, 23)...)
			s.brush(press(1), flat(line), pts(-38+6*k, 30+1.4*k, -20+4*k, 37, 0, 38.6, 20-4*k, 37, 38-6*k, 30+1.4*k)...)
		}
		s.stroke(new(path).ellipse(0, 21, 11, 4.6), 0.8, flat(line))
		s.brush(taper(0.8), flat(line), pts(-8, 21, 0, 19.6, 8, 21)...)
	}
	// Neck, head, the bump of wisdom.
	s.fill(new(path).rect(-4, -27, 8, 8), flat(b.skin))
	s.fill(new(path).ellipse(-9.6, -32, 2, 5), flat(b.skin))
	s.fill(new(path).ellipse(9.6, -32, 2, 5), flat(b.skin))
	hair := of(matLine, soot)
	s.fill(new(path).circle(0, -46, 5.4), flat(hair))
	s.fill(new(path).ellipse(0, -35, 10, 11), flat(hair))
	s.fill(new(path).smooth(pts(-8.6, -36, 0, -38.6, 8.6, -36, 8.4, -29, 4.6, -23.4, 0, -22.4, -4.6, -23.4, -8.4, -29)...), flat(b.skin))
	s.buddhaFace(b, line)
}

// buddhaFace draws the features; on skin that turned dark they stay in white.
func (s *scene) buddhaFace(b buddha, line colour) {
	pen := flat(line)
	if c := b.skin; (c>>16&255)+(c>>8&255)+c&255 < 340 {
		pen = flat(of(matWhite, leadWhite))
	}
	for _, side := range []float64{-1, 1} {
		s.brush(press(0.9), pen, pts(side*1, -33.4, side*4, -34.6, side*7, -33)...)
		s.brush(press(1), pen, pts(side*1.6, -31, side*4, -30.2, side*6.6, -31.2)...)
	}
	s.brush(press(0.8), pen, pts(0.6, -32.6, 0.8, -28.6, -0.8, -28.2)...)
	s.brush(taper(1.2), flat(of(matPaint, cinnabar)), pts(-2.4, -25.8, 0, -25.4, 2.4, -25.8)...)
	if b.fine {
		s.fill(new(path).circle(0, -35.4, 0.7), flat(of(matGold, gold2)))
		for _, y := range []float64{-21.6, -20} {
			s.brush(taper(0.5), pen, pts(-3, y, 0, y+0.7, 3, y)...)
		}
		for row := range 3 {
			for i := range 5 {
				a := -math.Pi * (0.12 + 0.19*float64(i))
				v := polar(a, 6+1.6*float64(row))
				s.fill(new(path).circle(v.x, -36+v.y*0.9, 0.7), flat(of(matPaint, azurite2)))
			}
		}
	}
}

// thousand is a wall of small Buddhas in rows, whose colours change in turn so
// that they run in slanting bands (千佛), about a larger one under a canopy.
type thousand struct {
	across, down int
	ground       colour
	skin         []colour
	wear         int32
	middle       float64 // how many cells the middle picture is wide, or 0
}

func (t thousand) draw(p page) *scene {
	units := 100 * float64(t.across)
	s := p.scene(max(units, units*float64(p.h)/float64(p.w)), flat(of(matPaint, t.ground)), 0.16)
	s.muralMaterials(t.wear)
	s.finish.cracks = 50
	s.material(matPaint, material{grain: grainPigment, fine: 3.2, mottle: 3, age: 10, tint: 7, crack: 70, wear: t.wear * 255 / 100, under: clayPale, lit: 4})
	w, h := units, units*float64(p.h)/float64(p.w)
	const border = 60.0
	cw, ch := (w-2*border)/float64(t.across), (h-2*border)/float64(t.down)
	robes := []tints{darks(), greens(), {0xcdb592, 0xdcc9a8, 0xe6d8bc, leadWhite}, blues()}
	for j := range t.down {
		for i := range t.across {
			k := (i + j) % 4 // each row begins one colour further on
			b := buddha{
				robe: robes[k].in(matPaint), inner: robes[(k+1)%4].in(matPaint), nimbus: robes[(k+3)%4].in(matPaint),
				mandorla: robes[(k+2)%4].in(matPaint), skin: of(matWhite, pick(i+j, t.skin...)),
			}
			x, y := border+cw*(float64(i)+0.5), border+ch*(float64(j)+0.52)
			s.in(x, y, 0, cw/100*0.92, ch/112*0.92, func() { s.cell(b, i, j) })
		}
	}
	if t.middle > 0 {
		t.preaching(s, w/2, h/2, t.middle*cw)
	}
	s.wallBorder(w, h, border)
	s.soilRect(w, h)
	return s
}

// cell is one small Buddha with its canopy and the strip for its name.
func (s *scene) cell(b buddha, i, j int) {
	s.fill(new(path).smooth(pts(-20, -56, -24, -50, -20, -48, 0, -49, 20, -48, 24, -50, 20, -56, 8, -60, 0, -66, -8, -60)...), flat(b.robe[1]))
	s.stroke(new(path).move(-22, -50).quad(0, -53, 22, -50), 1.4, flat(of(matWhite, leadWhite)))
	for k := range 5 {
		s.fill(new(path).circle(-20+10*float64(k), -46, 1.5), flat(of(matWhite, leadWhite)))
	}
	s.seatedBuddha(b)
	s.fill(new(path).rect(43, -46, 9, 62), flat(of(matWhite, pick(i+j, leadWhite, malachite4, 0xd8c49c))))
	for k := range 7 {
		y := -42 + 8*float64(k)
		r := hash(i, j, k)
		for l := range 3 {
			dy := 2 * float64(l)
			s.stroke(new(path).move(45+float64(r>>(4*l)&1), y+dy).line(49.5+float64(r>>(4*l+1)&1), y+dy-0.5), 0.7, flat(of(matLine, oxide)))
		}
		if r&16 != 0 {
			s.stroke(new(path).move(47.6, y-1).line(47.3, y+5), 0.7, flat(of(matLine, oxide)))
		}
	}
}

// preaching is the picture in the middle: a Buddha under a canopy with flying
// apsaras, in a frame.
func (t thousand) preaching(s *scene, x, y, width float64) {
	k := width / 240
	s.in(x, y, 0, k, k, func() {
		s.fill(new(path).rect(-120, -128, 240, 250), flat(of(matPaint, redEarth)))
		s.fill(new(path).rect(-116, -124, 232, 242), flat(of(matWhite, leadWhite)))
		s.fill(new(path).rect(-114, -122, 228, 238), flat(of(matPaint, mix(malachite, soot, 0.2))))
		for i := range 90 {
			r := hash(i, 7)
			v := vec{float64(r%220) - 110, float64(r>>8%220) - 116}
			s.in(v.x, v.y, float64(r>>16%6), 1, 1, func() { s.rosette(2.6, 5, pick(i, reds(), blues(), ochres())) })
		}
		for _, side := range []float64{-1, 1} {
			a := apsara{skin: of(matWhite, 0xdcc4a8), skirt: earths().in(matPaint), scarf: blues().in(matPaint), sash: greens().in(matPaint), halo: ochres().in(matPaint), plays: offering}
			s.in(side*76, -74, 0, -side*0.2, 0.2, func() { s.apsaraScarf(a); s.apsara(a) })
		}
		b := buddha{robe: earths().in(matPaint), inner: greens().in(matPaint), nimbus: blues().in(matPaint), mandorla: ochres().in(matPaint), skin: of(matWhite, 0xd9bd9e), fine: true}
		s.in(0, 22, 0, 1.62, 1.62, func() { s.seatedBuddha(b) })
		for _, side := range []float64{-1, 1} {
			c := buddha{robe: blues().in(matPaint), inner: reds().in(matPaint), nimbus: greens().in(matPaint), mandorla: earths().in(matPaint), skin: of(matWhite, 0xdcc4a8), fine: true}
			s.in(side*90, 62, 0, 0.62, 0.78, func() { s.seatedBuddha(c) })
		}
		s.canopy(0, -84, 44, 26, blues(), reds(), greens(), ochres())
		for i := range 9 {
			s.in(-96+24*float64(i), 108, -math.Pi/2, 1, 1, func() { s.petal(-6, 16, 18, pick(i, blues(), greens(), reds()), 0.7) })
		}
	})
}

// canopy is a parasol with drapes, whose rim is at x, y.
func (s *scene) canopy(x, y, half, high float64, dome tints, drapes ...tints) {
	line := of(matLine, soot)
	s.in(x, y, 0, half/44, high/26, func() {
		for i, k := range []float64{1, 0.82, 0.6, 0.36} {
			p := new(path).smooth(pts(-46*k, 0, -42*k, -7, -24*k, -15, -9*k, -20, 0, -29, 9*k, -20, 24*k, -15, 42*k, -7, 46*k, 0, 0, -4)...)
			s.fill(p, flat(of(matPaint, dome[i])))
			if i == 0 {
				s.outline(p, 0.9, flat(line))
			}
		}
		for i := -3; i <= 3; i++ {
			k := float64(i)
			s.brush(press(0.8), flat(line), pts(k*2, -22, k*6.5, -13, k*13, -2)...)
		}
		s.in(0, -30, 0, 1, 1, func() { s.rosette(5, 6, reds().in(matPaint)) })
		for i := range 15 {
			s.in(-42+6*float64(i), 0, 0, 1, -1, func() { s.drape(0, 0, 3.2, 12, pick(i, drapes...)) })
		}
		for i := range 31 {
			s.pearl(-45+3*float64(i), -0.5, 1.3, dome[0])
		}
		for _, side := range []float64{-1, 1} {
			for j := range 6 {
				s.fill(new(path).circle(side*46, 4+4*float64(j), 1.3), flat(of(matWhite, leadWhite)))
			}
			s.in(side*46, 30, 0, 1, -1, func() { s.drape(0, 0, 3, 10, drapes[0]) })
		}
	})
}

// flames fills the rings of a large mandorla.
func (s *scene) flames(b buddha) {
	line := flat(of(matLine, redEarth))
	s.around(56, func(i int) {
		s.with(matrix{a: 1, d: 1.18, f: 0}, func() {
			s.brush(tail(2.6), flat(pick(i, b.mandorla[0], b.nimbus[1])), vec{34.6, -1}, vec{37, 0.6}, vec{39.6, -0.4}, vec{41.6, 1.4})
			s.brush(tail(0.5), line, vec{34.6, -1}, vec{37, 0.6}, vec{39.6, -0.4}, vec{41.6, 1.4})
		})
	})
	s.in(0, -2, 0, 1, 1.19, func() {
		for _, r := range []float64{42, 37.8, 34.4, 29.4} {
			s.outline(new(path).circle(0, 0, r), 0.7, line)
		}
		s.around(40, func(i int) { s.in(32, 0, 0, 1, 1, func() { s.rosette(1.9, 5, pick(i, b.nimbus, b.robe)) }) })
	})
	s.in(0, -32, 0, 1, 1, func() {
		for i, k := range []float64{21, 18.5, 15.5, 11.8} {
			s.fill(new(path).circle(0, 0, k), flat(pick(i, of(matWhite, leadWhite), b.nimbus[0], b.nimbus[1], b.nimbus[3])))
		}
		s.around(26, func(i int) { s.pearl(19.7, 0, 0.9, b.nimbus[0]) })
		s.around(16, func(i int) { s.in(17, 0, 0, 1, 1, func() { s.rosette(1.5, 4, b.mandorla) }) })
		s.around(32, func(i int) { s.brush(tail(1.1), line, vec{12, 0}, vec{15, 0.8}) })
	})
}

// wallBorder frames a wall with a chain of lozenges.
func (s *scene) wallBorder(w, h, t float64) {
	s.fill(new(path).frame(0, 0, w, h, t), flat(of(matPaint, redEarth)))
	for _, d := range []float64{t * 0.08, t * 0.86} {
		s.fill(new(path).frame(d, d, w-2*d, h-2*d, t*0.06), flat(of(matWhite, leadWhite)))
	}
	chain := func(x, y, dx, dy float64, n int) {
		for i := range n {
			cx, cy := x+dx*(float64(i)+0.5), y+dy*(float64(i)+0.5)
			if dx != 0 {
				s.diamond(cx, cy, dx*0.46, t*0.3, pick(i, blues(), greens(), ochres()))
			} else {
				s.diamond(cx, cy, t*0.3, dy*0.46, pick(i, blues(), greens(), ochres()))
			}
		}
	}
	nx, ny := int(w/(t*1.2)), int(h/(t*1.2))
	for _, y := range []float64{t / 2, h - t/2} {
		chain(0, y, w/float64(nx), 0, nx)
	}
	for _, x := range []float64{t / 2, w - t/2} {
		chain(x, t, 0, (h-2*t)/float64(ny), ny)
	}
}

// soilRect darkens the edges of a w × h page.
func (s *scene) soilRect(w, h float64) {
	s.fill(new(path).rect(0, 0, w, h), s.radial(vec{w / 2, h / 2}, w*0.72, h*0.72, newRamp(
		stop{0, 0x6a4a2a, 0}, stop{0.6, 0x5a3e26, 0.03}, stop{1, 0x2e2018, 0.4})))
}
