package sample

import "math"

// hall is a timber building in elevation: storeys of columns and lattice doors
// under tiled roofs. Its foot is at the origin, up is negative.
type hall struct {
	storeys []storey // from below
	ridge   float64  // half the length of the top ridge; 0 for a pointed roof
	tiles   tints
	timber  tints
	panel   colour
	detail  int // 0: seen from afar; 1; 2: everything
	pen     colour
	mat     uint8
}

// storey is one floor and the roof over it.
type storey struct {
	half float64 // of its width, at the outer columns
	high float64 // of its columns
	bays int
	over float64 // how far the eaves stand out
	roof float64 // height of the roof above the eaves
	rail bool    // a gallery with a railing
}

// total is the height up to the ridge.
func (h hall) total() float64 {
	y := 0.0
	for _, f := range h.storeys {
		y += f.high*1.16 + f.roof
	}
	return y
}

func (s *scene) hall(h hall) {
	y := 0.0
	for i, f := range h.storeys {
		s.storey(h, f, y)
		y -= f.high * 1.16
		top := h.ridge
		if i+1 < len(h.storeys) {
			top = h.storeys[i+1].half * 1.04
		}
		s.roof(h, f, y, top, i+1 == len(h.storeys))
		y -= f.roof
	}
}

// storey draws columns, doors, the painted beam and the brackets.
func (s *scene) storey(h hall, f storey, y float64) {
	pen, line := flat(h.pen), f.high*0.012
	wood := h.timber
	s.fill(new(path).rect(-f.half, y-f.high, 2*f.half, f.high), flat(mix(h.panel, of(h.mat, 0x1a120e), 0.35)))
	step := 2 * f.half / float64(f.bays)
	for i := range f.bays {
		x := -f.half + step*(float64(i)+0.5)
		s.doors(h, x, y, step*0.86, f.high*0.84, (f.bays+1)/2 > 0 && i == f.bays/2)
	}
	for i := range f.bays + 1 {
		x, w := -f.half+step*float64(i), f.high*0.075
		s.fill(new(path).rect(x-w/2, y-f.high, w, f.high), flat(wood[0]))
		s.fill(new(path).rect(x-w*0.28, y-f.high, w*0.3, f.high), flat(wood[1]))
		if h.detail > 0 {
			s.outline(new(path).rect(x-w/2, y-f.high, w, f.high), line, pen)
			s.fill(new(path).rect(x-w*0.75, y-f.high*0.05, w*1.5, f.high*0.05), flat(mix(h.panel, of(h.mat, 0xb8a88c), 0.7)))
		}
	}
	if f.rail {
		s.railing(h, f, y)
	}
	s.beam(h, f, y-f.high)
}

// doors is one bay: lattice above, panels below.
func (s *scene) doors(h hall, x, y, w, high float64, open bool) {
	c, pen := h.timber, flat(h.pen)
	s.fill(new(path).rect(x-w/2, y-high, w, high), flat(mix(c[0], of(h.mat, soot), 0.45)))
	if h.detail == 0 {
		return
	}
	if open {
		s.fill(new(path).rect(x-w/2, y-high, w, high), flat(of(h.mat, 0x1c1512)))
	}
	leaves := 4
	lw := w / float64(leaves)
	for i := range leaves {
		if open && (i == 1 || i == 2) {
			continue
		}
		lx := x - w/2 + lw*float64(i)
		s.fill(new(path).rect(lx+lw*0.05, y-high, lw*0.9, high), flat(c[0]))
		s.fill(new(path).rect(lx+lw*0.14, y-high*0.96, lw*0.72, high*0.52), flat(h.panel))
		s.fill(new(path).rect(lx+lw*0.14, y-high*0.3, lw*0.72, high*0.25), flat(c[1]))
		s.outline(new(path).rect(lx+lw*0.14, y-high*0.3, lw*0.72, high*0.25), lw*0.025, pen)
		if h.detail > 1 {
			n := 6
			for k := range n {
				t := lw * 0.72 * (float64(k) + 0.5) / float64(n)
				for _, dir := range []float64{1, -1} {
					a := vec{lx + lw*0.14 + t, y - high*0.96}
					s.latticeLine(a, dir, lw*0.72, high*0.52, lx+lw*0.14, lw*0.035, flat(c[0]))
				}
			}
			s.in(lx+lw*0.5, y-high*0.175, 0, 1, 1, func() { s.rosette(lw*0.22, 6, tints{c[0], c[2], c[2], c[3]}) })
			s.outline(new(path).rect(lx+lw*0.05, y-high, lw*0.9, high), lw*0.03, pen)
		}
		s.outline(new(path).rect(lx+lw*0.14, y-high*0.96, lw*0.72, high*0.52), lw*0.03, pen)
	}
}

// latticeLine goes down from a within a window that is w wide and h high from
// x0 on, and is thrown back by its sides.
func (s *scene) latticeLine(a vec, dir, w, h, x0, width float64, with paint) {
	y, x := a.y, a.x
	for left := h; left > 1e-6; {
		run := x0 + w - x
		if dir < 0 {
			run = x - x0
		}
		run = min(run, left)
		s.stroke(new(path).move(x, y).line(x+dir*run, y+run), width, with)
		x, y, left, dir = x+dir*run, y+run, left-run, -dir
	}
}

func (s *scene) railing(h hall, f storey, y float64) {
	r, c := f.high*0.24, h.timber
	half := f.half * 1.12
	s.fill(new(path).rect(-half, y-r, 2*half, r*0.14), flat(c[1]))
	s.fill(new(path).rect(-half, y-r*0.2, 2*half, r*0.2), flat(c[0]))
	n := f.bays * 4
	for i := range n + 1 {
		x := -half + 2*half*float64(i)/float64(n)
		s.fill(new(path).rect(x-r*0.06, y-r*1.12, r*0.12, r*1.12), flat(c[0]))
		if i < n && h.detail > 1 {
			w := 2 * half / float64(n)
			s.fill(new(path).rect(x, y-r, w, r), glaze{c: c[2], alpha: 60})
			for k := range 3 {
				s.outline(new(path).rect(x+w*(0.1+0.1*float64(k)), y-r*(0.84-0.1*float64(k)), w*(0.8-0.2*float64(k)), r*(0.6-0.2*float64(k))), r*0.035, flat(c[0]))
			}
		}
	}
}

// beam draws the painted architrave and the row of brackets under the eaves.
func (s *scene) beam(h hall, f storey, y float64) {
	t := f.high * 0.16
	w := f.half * 1.05
	blue, green := of(h.mat, azurite), of(h.mat, malachite)
	s.fill(new(path).rect(-w, y-t*0.1, 2*w, t*0.5), flat(green))
	s.fill(new(path).rect(-w*1.02, y-t, 2*w*1.02, t*0.9), flat(of(h.mat, 0x3a2a22)))
	if h.detail == 0 {
		return
	}
	pale := flat(of(h.mat, leadWhite))
	step := 2 * f.half / float64(f.bays)
	for i := range f.bays {
		x := -f.half + step*float64(i)
		for k, c := range []colour{blue, of(h.mat, azurite3), green} {
			in := step * (0.08 + 0.1*float64(k))
			s.fill(new(path).rect(x+in, y-t*0.08+t*0.03*float64(k), step-2*in, t*0.46-t*0.06*float64(k)), flat(c))
		}
		if h.detail > 1 {
			s.in(x+step/2, y+t*0.14, 0, 1, 1, func() { s.rosette(t*0.17, 6, tints{h.timber[0], h.timber[2], h.timber[3], of(h.mat, leadWhite)}) })
			for _, side := range []float64{0.16, 0.84} {
				s.diamond(x+step*side, y+t*0.14, t*0.2, t*0.14, ochres().in(h.mat))
			}
			s.outline(new(path).rect(x, y-t*0.1, step, t*0.5), t*0.02, pale)
		}
	}
	n := f.bays * 3
	for i := range n + 1 {
		x := -f.half + 2*f.half*float64(i)/float64(n)
		u := t * 0.5
		c := pick(i, blue, green)
		s.fill(new(path).polygon(vec{x - u*0.3, y - t*0.1}, vec{x + u*0.3, y - t*0.1}, vec{x + u*0.42, y - t*0.34}, vec{x - u*0.42, y - t*0.34}), flat(c))
		s.fill(new(path).polygon(vec{x - u*0.7, y - t*0.36}, vec{x + u*0.7, y - t*0.36}, vec{x + u*0.5, y - t*0.56}, vec{x - u*0.5, y - t*0.56}), flat(pick(i+1, blue, green)))
		s.fill(new(path).rect(x-u*0.9, y-t*0.78, u*1.8, t*0.2), flat(c))
		if h.detail > 1 {
			s.outline(new(path).polygon(vec{x - u*0.7, y - t*0.36}, vec{x + u*0.7, y - t*0.36}, vec{x + u*0.5, y - t*0.56}, vec{x - u*0.5, y - t*0.56}), t*0.02, pale)
			s.outline(new(path).rect(x-u*0.9, y-t*0.78, u*1.8, t*0.2), t*0.02, pale)
		}
	}
}

// roof draws the tiles over a storey, from the eaves at y up to a width of
// 2·top.
func (s *scene) roof(h hall, f storey, y, top float64, last bool) {
	w, rise, c := f.half+f.over, f.roof, h.tiles
	lift := f.over * 0.55
	eave := func(u float64) vec { // u from -1 to 1 along the eaves
		return vec{u * w, y - lift*math.Pow(math.Abs(u), 5)}
	}
	crest := func(u float64) vec { return vec{u * top, y - rise} }
	at := func(u, t float64) vec { // a roof sags
		a, b := eave(u), crest(u)
		return vec{a.x + (b.x-a.x)*math.Pow(t, 0.72), a.y + (b.y-a.y)*t}
	}
	edge := new(path)
	var lower, left, right []vec
	for i := range 41 {
		lower = append(lower, eave(float64(i)/20-1))
	}
	for i := range 13 {
		right = append(right, at(1, float64(i)/12))
		left = append(left, at(-1, 1-float64(i)/12))
	}
	edge.polygon(append(append(append([]vec{}, lower...), right...), left...)...)
	s.fill(edge, flat(c[1]))
	// The shadow under the eaves.
	s.fill(new(path).polygon(append(append([]vec{}, lower...), vec{f.half * 1.05, y + f.high*0.1}, vec{-f.half * 1.05, y + f.high*0.1})...), glaze{c: 0x14100c, alpha: 110})
	n := max(9, int(w/max(f.high*0.05, 0.001)))
	if h.detail == 0 {
		n = min(n, 26)
	}
	for i := range n + 1 {
		u := 2*float64(i)/float64(n) - 1
		var rib []vec
		for k := range 7 {
			rib = append(rib, at(u, float64(k)/6))
		}
		tw := 2 * w / float64(n)
		s.brush(func(t float64) float64 { return tw * 0.46 * (1 - t*(1-top/w)) }, flat(c[0]), rib...)
		s.brush(func(t float64) float64 { return tw * 0.2 * (1 - t*(1-top/w)) }, flat(c[2]), shifted(rib, tw*0.06)...)
		if h.detail > 1 {
			for k := 1; k < 9; k++ {
				a := at(u, float64(k)/9)
				s.stroke(new(path).move(a.x-tw*0.24, a.y+tw*0.05).quad(a.x, a.y+tw*0.16, a.x+tw*0.24, a.y+tw*0.05), tw*0.05, flat(h.pen))
			}
		}
		if h.detail > 0 {
			e := eave(u)
			s.fill(new(path).circle(e.x, e.y+tw*0.1, tw*0.34), flat(c[0]))
			s.fill(new(path).circle(e.x, e.y+tw*0.1, tw*0.22), flat(c[2]))
			if h.detail > 1 {
				s.in(e.x, e.y+tw*0.1, 0, 1, 1, func() { s.rosette(tw*0.17, 6, tints{c[0], c[0], c[1], c[3]}) })
			}
		}
	}
	// Hips and ridge.
	hipW := f.high * 0.09
	for _, side := range []float64{-1, 1} {
		var hip []vec
		for k := range 9 {
			hip = append(hip, at(side, float64(k)/8))
		}
		s.brush(steady(hipW*1.3), flat(h.pen), hip...)
		s.brush(steady(hipW), flat(c[0]), hip...)
		s.brush(steady(hipW*0.3), flat(c[2]), hip...)
		tip := eave(side)
		s.brush(tail(hipW*1.2), flat(h.pen), vec{tip.x - side*hipW, tip.y}, vec{tip.x + side*hipW*1.2, tip.y - hipW*0.4}, vec{tip.x + side*hipW*2.2, tip.y - hipW*1.8})
		if h.detail > 0 { // the row of beasts on the hip
			for k := range 5 {
				v := at(side, 0.06+0.07*float64(k))
				s.fill(new(path).smooth(vec{v.x - hipW*0.4, v.y - hipW*0.4}, vec{v.x - hipW*0.3, v.y - hipW*1.5}, vec{v.x + side*hipW*0.3, v.y - hipW*2}, vec{v.x + hipW*0.5, v.y - hipW*0.4}), flat(c[0]))
			}
		}
	}
	if !last {
		s.fill(new(path).rect(-top*1.02, y-rise-hipW*0.8, 2.04*top, hipW), flat(c[0]))
		return
	}
	if top == 0 {
		s.finial(h, y-rise, f.high)
		return
	}
	s.gable(h, f, y-rise, top)
}

// finial crowns a pointed roof.
func (s *scene) finial(h hall, y, k float64) {
	for i, r := range []float64{0.16, 0.11, 0.13, 0.08} {
		s.fill(new(path).ellipse(0, y-k*0.12*float64(i), k*r, k*0.09), flat(pick(i, h.tiles[0], of(h.mat, gold))))
	}
	s.fill(new(path).polygon(vec{-k * 0.05, y - k*0.4}, vec{k * 0.05, y - k*0.4}, vec{0, y - k*0.7}), flat(of(h.mat, gold)))
}

// gable is the upper part of a hip-and-gable roof seen along its long side,
// with the ridge and its dragons.
func (s *scene) gable(h hall, f storey, y, top float64) {
	rise, c := f.roof*0.75, h.tiles
	slope := func(u, t float64) vec { return vec{u * top * (1 - 0.02*t), y - rise*t} }
	s.fill(new(path).polygon(slope(-1, 0), slope(1, 0), slope(1, 1), slope(-1, 1)), flat(c[1]))
	n := max(7, int(top/max(f.high*0.05, 0.001)))
	if h.detail == 0 {
		n = min(n, 20)
	}
	tw := 2 * top / float64(n)
	for i := range n + 1 {
		u := 2*float64(i)/float64(n) - 1
		s.brush(steady(tw*0.42), flat(c[0]), slope(u, 0), slope(u, 0.5), slope(u, 1))
		s.brush(steady(tw*0.16), flat(c[2]), slope(u-0.06/float64(n), 0), slope(u-0.06/float64(n), 0.5), slope(u-0.06/float64(n), 1))
		if h.detail > 1 {
			for k := range 7 {
				a := slope(u, float64(k)/7)
				s.stroke(new(path).move(a.x-tw*0.22, a.y).quad(a.x, a.y+tw*0.12, a.x+tw*0.22, a.y), tw*0.05, flat(h.pen))
			}
		}
	}
	r := f.high * 0.2
	s.fill(new(path).rect(-top*1.03, y-rise-r, 2.06*top, r), flat(c[0]))
	s.outline(new(path).rect(-top*1.03, y-rise-r, 2.06*top, r), r*0.06, flat(h.pen))
	if h.detail > 0 {
		m := int(top / r)
		for i := range 2 * m {
			x := -top + (float64(i)+0.5)*top/float64(m)
			s.in(x, y-rise-r/2, 0, 1, 1, func() { s.rosette(r*0.36, 6, tints{c[0], c[1], c[2], c[3]}) })
		}
	}
	for _, side := range []float64{-1, 1} {
		s.fill(new(path).rect(side*top-r*0.3, y-rise, r*0.6, rise), flat(c[0]))
		s.in(side*top, y-rise-r*0.4, 0, -side, 1, func() { s.ridgeDragon(r*2.1, h) })
	}
}

// ridgeDragon is the fish-tailed dragon that bites the end of a ridge (鸱吻).
func (s *scene) ridgeDragon(k float64, h hall) {
	p := new(path).smooth(pts(-0.3*k, 0.2*k, -0.34*k, -0.4*k, -0.3*k, -0.8*k, -0.06*k, -1.05*k, 0.22*k, -0.98*k, 0.3*k, -0.76*k, 0.12*k, -0.84*k, 0.02*k, -0.66*k, 0.16*k, -0.44*k, 0.42*k, -0.3*k, 0.34*k, 0.02*k, 0.1*k, 0.16*k)...)
	s.fill(p, flat(h.tiles[0]))
	s.outline(p, k*0.04, flat(h.pen))
	s.fill(new(path).circle(0.16*k, -0.2*k, 0.07*k), flat(h.tiles[3]))
	for i := range 3 {
		y := -0.3*k - 0.2*k*float64(i)
		s.brush(taper(k*0.05), flat(h.tiles[2]), vec{-0.24 * k, y}, vec{-0.1 * k, y - 0.08*k}, vec{0.02 * k, y + 0.02*k})
	}
}
