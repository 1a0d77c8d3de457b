package sample

import "math"

// landscapes are the pictures of walls and passes, of paper and leather, of
// writing and of ways.
func landscapes() []picture {
	return []picture{
		{"gw-panorama.tif", 60000, 1752, 501, wallPanorama},
		{"gw-ridge.tif", 3600, 2400, 502, wallRidge},
		{"dh-scroll.tif", 4200, 25200, 503, scroll},
		{"gw-tower.jpg", 2400, 3000, 504, func(p page) *scene { return gateTower(p, 3) }},
		{"gw-beacon.png", 2000, 2400, 505, beacon},
		{"fo-papercut.jpg", 2400, 2400, 506, func(p page) *scene { return paperCut(p, 8) }},
		{"fo-window-flower.png", 2000, 2000, 507, func(p page) *scene { return paperCut(p, 6) }},
		{"fo-shadow.jpg", 2000, 2800, 508, shadowFigure},
		{"rc-route.jpg", 3200, 2200, 509, routeMap},
		{"dh-96-tower.jpg", 2200, 2800, 510, func(p page) *scene { return gateTower(p, 5) }},
		{"an-trigrams.png", 2200, 2200, 511, trigrams},
		{"yr-wheel.jpg", 2400, 2400, 512, waterWheel},
		{"yr-bridge.jpg", 3600, 1800, 513, ironBridge},
		{"rc-huining-gate.jpg", 2600, 2000, 514, func(p page) *scene { return gateTower(p, 1) }},
	}
}

// paper sets up a page with fibres and stains, in which everything is drawn.
func paper(p page, ground colour) *scene {
	s := p.scene(1000, flat(of(matPaper, ground)), 0.3)
	s.material(matPaper, material{grain: grainPaper, fine: 2.4, mottle: 1.2, age: 8, tint: 5})
	s.material(matPen, material{grain: grainPaper, fine: 5, mottle: 3, age: 5, tint: 3})
	return s
}

func pen(c colour) flat { return flat(of(matPen, c)) }

// hills draws a range of hills from side to side: its height at each place is a
// sum of waves, so that it is the same for every band.
func hills(s *scene, w, y, height float64, seed int, c colour) func(x float64) float64 {
	at := func(x float64) float64 {
		k := float64(seed)
		return y - height*(0.5+0.28*math.Sin(x/97+k)+0.14*math.Sin(x/41+2.1*k)+0.06*math.Sin(x/13+3.7*k)+0.02*math.Sin(x/4.3+k))
	}
	path := new(path).move(-10, y+400)
	for x := -10.0; x <= w+10; x += 2 {
		path.line(x, at(x))
	}
	s.fill(path.line(w+10, y+400), pen(c))
	return at
}

// rampart draws a crenellated wall of rammed earth along a line, with its layers.
func rampart(s *scene, from, to, thick float64, at func(x float64) float64) {
	layers := []colour{0xb08d5c, 0xa07d4f, 0xb59264, 0x947247}
	for x := from; x < to; x += thick * 0.9 {
		y := at(x)
		top := new(path).polygon(vec{x, y - thick*1.3}, vec{x + thick*0.92, at(x+thick*0.9) - thick*1.3}, vec{x + thick*0.92, at(x+thick*0.9) + thick}, vec{x, y + thick})
		s.fill(top, pen(layers[0]))
		for i := range 7 {
			k := thick * (1.3 - float64(i)*0.32)
			s.stroke(new(path).move(x, y-k).line(x+thick*0.9, at(x+thick*0.9)-k), thick*0.035, pen(layers[1+i%3]))
		}
		for i := range 3 {
			bx := x + float64(i)*thick*0.3
			s.fill(new(path).rect(bx, at(bx)-thick*1.62, thick*0.18, thick*0.34), pen(layers[i%2]))
		}
	}
}

// watchTower is a beacon tower on the wall, with its battered sides and layers.
func watchTower(s *scene, x, y, size float64) {
	body := new(path).polygon(vec{x - size*0.5, y}, vec{x - size*0.38, y - size*1.5}, vec{x + size*0.38, y - size*1.5}, vec{x + size*0.5, y})
	s.fill(body, pen(0xa27f52))
	for i := range 22 {
		k := float64(i) / 22
		half := size * (0.5 - 0.12*k)
		s.stroke(new(path).move(x-half, y-size*1.5*k).line(x+half, y-size*1.5*k), size*0.012, pen(pick(i, colour(0x8b6a42), 0xba9868, 0x7d5d39)))
	}
	s.fill(new(path).polygon(vec{x + size*0.1, y}, vec{x + size*0.12, y - size*1.5}, vec{x + size*0.38, y - size*1.5}, vec{x + size*0.5, y}), glaze{0x4a3420, 60, 0})
	for i := range 6 {
		s.fill(new(path).rect(x-size*0.4+float64(i)*size*0.145, y-size*1.66, size*0.09, size*0.17), pen(0x97754a))
	}
}

func wallPanorama(p page) *scene {
	s := paper(p, 0xe7dcc3)
	w, h := p.size(1000)
	s.fill(new(path).circle(w*0.83, h*0.24, h*0.1), pen(0xc9664c))
	hills(s, w, h*0.62, h*0.34, 3, 0xc7c3b2)
	hills(s, w, h*0.74, h*0.32, 8, 0xa9ae9d)
	at := hills(s, w, h*0.88, h*0.3, 5, 0xb59f74)
	rampart(s, -5, w+5, h*0.055, func(x float64) float64 { return at(x) + h*0.03 })
	for i := range 36 {
		x := (float64(i) + 0.3 + 0.4*float64(hash(i, 77)%100)/100) * w / 36
		watchTower(s, x, at(x)+h*0.06, h*(0.1+0.04*float64(hash(i, 78)%100)/100))
	}
	hills(s, w, h*1.02, h*0.18, 11, 0x9a8256)
	for i := range 900 {
		q := deep(i, 79)
		x, y := float64(q%100000)/100000*w, h*(0.9+0.1*float64(q>>20%1000)/1000)
		s.brush(taper(h*0.004), pen(0x6f6a43), vec{x, y}, vec{x + h*0.006, y - h*0.02}, vec{x + h*0.01, y - h*0.035})
	}
	return s
}

func wallRidge(p page) *scene {
	s := paper(p, 0xdfe2d6)
	w, h := p.size(1000)
	for i, c := range []colour{0xc4d0cd, 0xa8bbb6, 0x8aa39a, 0x6d897b} {
		hills(s, w, h*(0.42+0.11*float64(i)), h*0.34, 2+3*i, c)
	}
	at := hills(s, w, h*0.92, h*0.46, 21, 0x6f7f58)
	rampart(s, -5, w+5, h*0.03, at)
	for i := range 7 {
		x := (float64(i) + 0.5) * w / 7
		watchTower(s, x, at(x)+h*0.03, h*0.085)
	}
	for i := range 2600 {
		q := deep(i, 91)
		x := float64(q%100000) / 100000 * w
		y := at(x) + h*(0.05+0.45*float64(q>>20%1000)/1000)
		r := h * 0.004 * (1 + float64(q>>40%3))
		s.fill(new(path).ellipse(x, y, r*1.6, r), pen(pick(i, colour(0x55693f), 0x7d8c5d, 0x47583a)))
	}
	return s
}

// gateTower is a tower of a pass with so many roofs on a brick gate.
func gateTower(p page, roofs int) *scene {
	s := paper(p, 0xe9dec6)
	w, h := p.size(1000)
	hills(s, w, h*0.8, h*0.22, 7, 0xc9c2a8)
	base := h * 0.86
	s.fill(new(path).polygon(vec{w * 0.08, base}, vec{w * 0.14, h * 0.62}, vec{w * 0.86, h * 0.62}, vec{w * 0.92, base}), pen(0xa5825a))
	for row := range 26 {
		y := h*0.62 + (base-h*0.62)*float64(row)/26
		half := w * (0.36 + 0.06*float64(row)/26)
		s.stroke(new(path).move(w/2-half, y).line(w/2+half, y), 0.7, pen(0x7b5d3c))
		for i := range 24 {
			x := w/2 - half + (float64(i)+0.5*float64(row%2))*2*half/24
			s.stroke(new(path).move(x, y).line(x, y+(base-h*0.62)/26), 0.5, pen(0x7b5d3c))
		}
	}
	s.fill(new(path).move(w*0.43, base).line(w*0.43, h*0.74).arc(w*0.5, h*0.74, w*0.07, math.Pi, 2*math.Pi).line(w*0.57, base), pen(0x2e241c))
	for i := range 13 {
		s.fill(new(path).rect(w*(0.145+0.055*float64(i)), h*0.595, w*0.032, h*0.028), pen(0x8d6b45))
	}
	floor := h * 0.16
	if roofs > 1 {
		floor = h * 0.42 / float64(roofs)
	}
	y, half := h*0.6, w*0.3
	for i := range roofs {
		s.fill(new(path).rect(w/2-half, y-floor*0.62, 2*half, floor*0.62), pen(0x8c4030))
		for c := range 9 {
			x := w/2 - half + (float64(c)+0.5)*2*half/9
			s.fill(new(path).rect(x-half*0.03, y-floor*0.62, half*0.06, floor*0.62), pen(0xb4553c))
			s.fill(new(path).rect(x+half*0.06, y-floor*0.5, half*0.1, floor*0.34), pen(0x4a2a20))
			s.stroke(new(path).rect(x+half*0.06, y-floor*0.5, half*0.1, floor*0.34), 0.8, pen(0x5c8f78))
		}
		eave, top := half*1.28, half*0.86
		roof := new(path).move(w/2-eave, y-floor*0.66).cubic(w/2-eave*0.8, y-floor*0.62, w/2-top, y-floor*0.8, w/2-top*0.96, y-floor*1.02).
			line(w/2+top*0.96, y-floor*1.02).cubic(w/2+top, y-floor*0.8, w/2+eave*0.8, y-floor*0.62, w/2+eave, y-floor*0.66).
			line(w/2+eave*0.98, y-floor*0.55).line(w/2-eave*0.98, y-floor*0.55)
		s.fill(roof, pen(0x47564e))
		for t := range 60 {
			k := float64(t)/59*2 - 1
			s.stroke(new(path).move(w/2+k*top*0.95, y-floor).line(w/2+k*eave*0.98, y-floor*0.56), 0.8, pen(pick(t, colour(0x35423b), 0x5f7268)))
		}
		s.fill(new(path).rect(w/2-top, y-floor*1.07, 2*top, floor*0.06), pen(0x2d3833))
		y -= floor
		half *= 0.86
		_ = i
	}
	s.fill(new(path).ellipse(w/2, y-floor*0.1, half*0.06, floor*0.08), pen(0xc29a57))
	return s
}

func beacon(p page) *scene {
	s := paper(p, 0xebe0c8)
	w, h := p.size(1000)
	s.fill(new(path).circle(w*0.74, h*0.2, w*0.1), pen(0xd2785a))
	hills(s, w, h*0.7, h*0.2, 4, 0xcfc4a4)
	hills(s, w, h*0.84, h*0.16, 9, 0xbda878)
	watchTower(s, w*0.45, h*0.86, h*0.34)
	for i := range 7 { // smoke by day
		k := float64(i)
		s.brush(steady(8+3*k), glaze{0x6d6258, 70, 0}, vec{w * 0.45, h*0.34 - k*6}, vec{w*0.5 + k*9, h*0.26 - k*14}, vec{w*0.58 + k*20, h*0.18 - k*18})
	}
	for i := range 400 {
		q := deep(i, 15)
		x, y := float64(q%10000)/10000*w, h*(0.86+0.14*float64(q>>20%1000)/1000)
		s.brush(taper(1.5), pen(0x7c7045), vec{x, y}, vec{x + 3, y - 9})
	}
	return s
}

// paperCut is a round window flower of red paper with n-fold symmetry.
func paperCut(p page, n int) *scene {
	s := paper(p, 0xf0e9da)
	w, h := p.size(1000)
	red, hole := pen(0xb3261e), pen(0xf0e9da)
	s.in(w/2, h/2, 0, w/1000, w/1000, func() {
		s.fill(new(path).circle(0, 0, 440), red)
		s.around(n*6, func(int) { s.fill(new(path).polygon(vec{425, -9}, vec{462, 0}, vec{425, 9}), red) })
		s.around(n*5, func(int) { s.fill(new(path).ellipse(408, 0, 12, 6), hole) })
		s.around(n, func(int) {
			for _, side := range []float64{-1, 1} {
				// A fish, its scales, its tail.
				fish := new(path).smooth(pts(180, side*18, 230, side*70, 310, side*78, 352, side*50, 380, side*78, 372, side*30, 350, side*34, 300, side*22)...)
				s.fill(fish, hole)
				for i := range 9 {
					k := float64(i)
					s.fill(new(path).ellipse(212+16*k, side*(44+8*math.Sin(k/2)), 5, 9), red)
				}
				s.fill(new(path).circle(204, side*34, 6), red)
				s.brush(taper(7), hole, pts(120, side*4, 150, side*30, 190, side*100, 260, side*118)...)
			}
			s.fill(new(path).smooth(pts(70, 0, 110, -26, 168, 0, 110, 26)...), hole)
			s.fill(new(path).smooth(pts(86, 0, 110, -11, 146, 0, 110, 11)...), red)
		})
		s.around(n*2, func(int) { s.fill(new(path).ellipse(58, 0, 14, 5), hole) })
		s.fill(new(path).circle(0, 0, 34), hole)
		s.around(5, func(int) { s.fill(new(path).ellipse(15, 0, 14, 7), red) })
	})
	return s
}

// shadowFigure is a figure of the shadow play, of coloured leather, in profile.
func shadowFigure(p page) *scene {
	s := paper(p, 0xf3e3b8)
	w, h := p.size(1000)
	s.fill(new(path).ellipse(w/2, h/2, w*0.5, h*0.45), glaze{0xfff4cf, 120, 0})
	s.in(w/2, h*0.52, 0, h/1000, h/1000, func() {
		robe, trim, green, dark := pen(0xa63a24), pen(0xe0b45a), pen(0x3c7a63), pen(0x2a1c16)
		s.fill(new(path).smooth(pts(-90, -230, -150, -60, -190, 180, -210, 390, 0, 420, 210, 390, 150, 120, 110, -60, 70, -230)...), robe)
		s.fill(new(path).smooth(pts(-70, -200, -170, -80, -230, 60, -170, 90, -110, 0, -60, -100)...), green)
		s.fill(new(path).smooth(pts(60, -200, 160, -130, 270, -120, 280, -70, 150, -60, 60, -120)...), green)
		for row := range 9 { // cut-out flowers let the light through
			for col := range 7 {
				x, y := -130+float64(col)*44+float64(row%2)*20, -130+float64(row)*56
				if math.Abs(x) < 90+float64(row)*11 {
					s.in(x, y, 0, 1, 1, func() {
						s.around(6, func(int) { s.fill(new(path).ellipse(9, 0, 7, 3.2), trim) })
						s.fill(new(path).circle(0, 0, 3), dark)
					})
				}
			}
		}
		s.fill(new(path).rect(-120, 30, 220, 22), trim)
		s.fill(new(path).smooth(pts(-46, -250, -54, -330, -30, -390, 24, -396, 46, -366, 42, -340, 66, -318, 44, -306, 46, -280, 20, -262, 14, -232, -40, -228)...), pen(0xf0d8a8))
		s.stroke(new(path).through(pts(-46, -250, -54, -330, -30, -390, 24, -396, 46, -366, 42, -340, 66, -318, 44, -306, 46, -280, 20, -262)...), 4, dark)
		s.brush(taper(5), dark, pts(6, -350, 24, -356, 40, -348)...)
		s.fill(new(path).smooth(pts(8, -340, 24, -346, 36, -338, 22, -334)...), dark)
		s.fill(new(path).smooth(pts(-70, -360, -64, -430, 0, -460, 54, -420, 46, -392, -20, -398, -40, -330)...), dark)
		s.in(0, -450, 0, 1, 1, func() {
			s.around(12, func(int) { s.fill(new(path).smooth(pts(14, 0, 40, -8, 66, 0, 40, 8)...), trim) })
			s.fill(new(path).circle(0, 0, 16), pen(0x3c6fa0))
		})
		for i := range 2 {
			s.stroke(new(path).move(270-float64(i)*500, -90+float64(i)*150).line(250-float64(i)*470, 470), 3, pen(0x6b5636))
		}
		s.fill(new(path).ellipse(-110, 426, 60, 18), dark)
		s.fill(new(path).ellipse(120, 426, 60, 18), dark)
	})
	return s
}

// scroll is a long handscroll of ruled paper with columns of writing-like strokes.
func scroll(p page) *scene {
	s := p.scene(6000, flat(of(matPaper, 0xd9c08c)), 0.05)
	s.material(matPaper, material{grain: grainPaper, fine: 2.8, mottle: 2.2, age: 12, tint: 7})
	s.material(matPen, material{grain: grainPaper, fine: 6, mottle: 4, age: 6, tint: 3})
	w, h := p.size(6000)
	const columns, gap = 17, 52.0
	left := (w - columns*gap) / 2
	for sheet := range 5 {
		y0 := h * (float64(sheet) + 0.02) / 5
		s.fill(new(path).rect(0, h*float64(sheet)/5, w, 3), glaze{0x8a6d3c, 120, 0})
		for c := range columns + 1 {
			s.stroke(new(path).move(left+float64(c)*gap, y0).line(left+float64(c)*gap, y0+h*0.19), 1, pen(0xb59a68))
		}
		s.stroke(new(path).rect(left, y0, columns*gap, h*0.19), 1.6, pen(0x9f8252))
		for c := range columns {
			x := left + (float64(c)+0.5)*gap
			n := 20 + int(hash(c, sheet)%3)
			for i := range n {
				s.in(x, y0+30+float64(i)*(h*0.19-40)/22, 0, 1, 1, func() { s.writing(deep(c*100+i, sheet+40), 19) })
			}
		}
	}
	for i := range 3 { // collectors' seals
		s.in(left+gap*float64(2+6*i), h*(0.195+0.4*float64(i)/1.2), 0, 1, 1, func() {
			s.stroke(new(path).rect(-30, -30, 60, 60), 6, pen(0xa83a2a))
			s.writingIn(deep(i, 9), 22, pen(0xa83a2a), 5)
		})
	}
	return s
}

// writing draws strokes of the brush that look like writing, and are none.
func (s *scene) writing(seed uint64, r float64) { s.writingIn(seed, r, pen(0x2b2420), 3.4) }

func (s *scene) writingIn(seed uint64, r float64, ink flat, width float64) {
	at := func(i uint) float64 { return (float64(seed>>(i*5)&31)/31 - 0.5) * 2 * r }
	for i := range uint(3) {
		y := at(i) * 0.8
		s.brush(press(width), ink, vec{-r * 0.8, y + 2}, vec{0, y}, vec{r * (0.5 + 0.3*float64(seed>>i&1)), y - 1})
	}
	s.brush(press(width), ink, vec{at(4) * 0.4, -r}, vec{at(4) * 0.42, 0}, vec{at(4) * 0.4, r * 0.9})
	if seed>>50&1 == 1 {
		s.brush(tail(width), ink, vec{0, -r * 0.2}, vec{-r * 0.4, r * 0.4}, vec{-r * 0.9, r * 0.9})
		s.brush(press(width), ink, vec{0, -r * 0.1}, vec{r * 0.4, r * 0.5}, vec{r * 0.9, r * 0.85})
	}
	s.brush(taper(width), ink, vec{at(7), at(8)}, vec{at(7) + 4, at(8) + 5})
}

// routeMap is a drawn map: ridges, rivers, and a dotted way with its stations.
func routeMap(p page) *scene {
	s := paper(p, 0xe8dfc4)
	w, h := p.size(1000)
	for i := range 260 {
		q := deep(i, 301)
		x, y := float64(q%1000)/1000*w, float64(q>>20%1000)/1000*h
		k := 7 + float64(q>>40%9)
		s.stroke(new(path).move(x-k, y+k*0.8).line(x, y-k*0.5).line(x+k, y+k*0.8), 1.1, pen(0xa48f66))
		s.stroke(new(path).move(x, y-k*0.5).line(x+k*0.3, y+k*0.6), 0.8, pen(0xbfae86))
	}
	for i := range 4 {
		var line []vec
		for j := range 14 {
			k := float64(j) / 13
			line = append(line, vec{k * w, h*(0.15+0.24*float64(i)) + 26*math.Sin(k*9+float64(i)*2) + 60*k*float64(1-i%2*2)})
		}
		s.brush(steady(5), pen(0x8fb1c2), line...)
	}
	stations := pts(90, 610, 190, 560, 270, 470, 350, 500, 450, 410, 540, 330, 640, 350, 740, 260, 850, 200)
	for i := range stations {
		stations[i].y = stations[i].y / 700 * h
	}
	line := s.even(stations)
	for i := 0; i+1 < len(line); i += 2 {
		s.brush(steady(4.5), pen(0xb3261e), line[i], line[i+1])
	}
	for i, v := range stations {
		s.fill(new(path).circle(v.x, v.y, 11), pen(0xf3ead2))
		s.fill(new(path).circle(v.x, v.y, 8), pen(0xb3261e))
		s.in(v.x, v.y-30, 0, 1, 1, func() {
			s.stroke(new(path).move(0, 18).line(0, -22), 2, pen(0x4a3a2a))
			s.fill(new(path).polygon(vec{0, -22}, vec{24, -15}, vec{0, -7}), pen(pick(i, colour(0xb3261e), 0xc9472f)))
		})
	}
	s.in(w*0.93, h*0.85, 0, 1, 1, func() {
		s.around(8, func(i int) {
			s.fill(new(path).polygon(vec{0, -4}, vec{pick(i, 40.0, 22), 0}, vec{0, 4}), pen(0x5f3f2e))
		})
	})
	s.stroke(new(path).rect(14, 14, w-28, h-28), 3, pen(0x7c6640))
	s.stroke(new(path).rect(22, 22, w-44, h-44), 1, pen(0x7c6640))
	return s
}

// trigrams are the eight of Fuxi in their earlier order around the two forces.
func trigrams(p page) *scene {
	s := paper(p, 0xe4d8b8)
	w, h := p.size(1000)
	ink := pen(0x33291f)
	s.in(w/2, h/2, 0, w/1000, w/1000, func() {
		s.stroke(new(path).circle(0, 0, 455), 5, pen(0x8c4030))
		for i, lines := range []int{7, 3, 5, 1, 0, 4, 2, 6} {
			s.in(0, 0, float64(i)*math.Pi/4, 1, 1, func() {
				for l := range 3 {
					y := -300 - float64(l)*44
					if lines>>l&1 == 1 {
						s.fill(new(path).rect(-85, y-13, 170, 26), ink)
					} else {
						s.fill(new(path).rect(-85, y-13, 72, 26), ink)
						s.fill(new(path).rect(13, y-13, 72, 26), ink)
					}
				}
			})
		}
		s.fill(new(path).circle(0, 0, 190), pen(0xefe6cd))
		s.fill(new(path).move(0, -190).arc(0, 0, 190, -math.Pi/2, math.Pi/2).arc(0, 95, 95, math.Pi/2, -math.Pi/2).arc(0, -95, 95, math.Pi/2, 3*math.Pi/2), ink)
		s.fill(new(path).circle(0, -95, 26), ink)
		s.fill(new(path).circle(0, 95, 26), pen(0xefe6cd))
		s.stroke(new(path).circle(0, 0, 190), 5, ink)
	})
	return s
}

// waterWheel is one of the great wheels of Lanzhou.
func waterWheel(p page) *scene {
	s := paper(p, 0xe6e2cf)
	w, h := p.size(1000)
	wood, dark := pen(0x7d5a36), pen(0x4f3820)
	for i := range 9 {
		y := h*0.82 + float64(i)*22
		var line []vec
		for j := range 20 {
			line = append(line, vec{float64(j) / 19 * w, y + 6*math.Sin(float64(j)*1.3+float64(i))})
		}
		s.brush(steady(14), glaze{0xb58c4e, 120, 0}, line...)
	}
	s.in(w/2, h*0.48, 0.12, w/1000, w/1000, func() {
		for _, r := range []float64{380, 345, 240, 130} {
			s.fill(new(path).ring(0, 0, r, r-13), wood)
		}
		s.around(16, func(int) {
			s.fill(new(path).polygon(vec{40, -6}, vec{385, -4}, vec{385, 4}, vec{40, 6}), wood)
			s.stroke(new(path).move(60, 0).line(380, 74), 5, dark)
		})
		s.around(32, func(i int) {
			s.fill(new(path).polygon(vec{365, -20}, vec{412, -26}, vec{412, 12}, vec{365, 18}), dark)
			s.fill(new(path).polygon(vec{372, -15}, vec{406, -20}, vec{406, 6}, vec{372, 12}), pen(pick(i, colour(0x8d6a41), 0x9b774b)))
		})
		s.fill(new(path).circle(0, 0, 46), dark)
		s.fill(new(path).circle(0, 0, 26), wood)
	})
	s.fill(new(path).polygon(vec{w * 0.2, h * 0.98}, vec{w * 0.485, h * 0.48}, vec{w * 0.515, h * 0.48}, vec{w * 0.8, h * 0.98}, vec{w * 0.75, h * 0.98}, vec{w * 0.5, h * 0.53}, vec{w * 0.25, h * 0.98}), dark)
	return s
}

// ironBridge is the bridge over the Yellow River at Lanzhou, with five arches of
// trusses on stone piers.
func ironBridge(p page) *scene {
	s := paper(p, 0xe9e0c9)
	w, h := p.size(1000)
	hills(s, w, h*0.52, h*0.3, 6, 0xc3bd9f)
	hills(s, w, h*0.6, h*0.18, 13, 0xaba57f)
	s.fill(new(path).rect(0, h*0.66, w, h*0.34), pen(0xc39a58))
	for i := range 60 {
		y := h * (0.68 + 0.3*float64(hash(i, 5)%1000)/1000)
		x := float64(hash(i, 6)%1000) / 1000 * w
		s.brush(taper(3), glaze{0x8d6b36, 130, 0}, vec{x, y}, vec{x + 40, y + 2}, vec{x + 90, y})
	}
	iron, deck := pen(0x3f5661), h*0.62
	for i := range 6 {
		x := w * (0.04 + 0.184*float64(i))
		s.fill(new(path).polygon(vec{x - 14, h * 0.8}, vec{x - 10, deck}, vec{x + 10, deck}, vec{x + 14, h * 0.8}), pen(0x8f8571))
		for r := range 7 {
			s.stroke(new(path).move(x-13, deck+float64(r)*h*0.026).line(x+13, deck+float64(r)*h*0.026), 0.8, pen(0x675f50))
		}
	}
	for i := range 5 {
		x0 := w * (0.04 + 0.184*float64(i))
		span, rise := w*0.184, h*0.17
		arch := func(k float64) vec { return vec{x0 + span*k, deck - rise*math.Sin(k*math.Pi)} }
		var upper []vec
		for j := range 25 {
			upper = append(upper, arch(float64(j)/24))
		}
		s.brush(steady(4), iron, upper...)
		for j := range 13 {
			k := float64(j) / 12
			a := arch(k)
			s.stroke(new(path).move(a.x, a.y).line(a.x, deck), 2, iron)
			if j < 12 {
				b := arch(float64(j+1) / 12)
				s.stroke(new(path).move(a.x, deck).line(b.x, b.y), 1.4, iron)
				s.stroke(new(path).move(a.x, a.y).line(b.x, deck), 1.4, iron)
			}
		}
	}
	s.fill(new(path).rect(w*0.02, deck-3, w*0.96, 8), iron)
	s.stroke(new(path).move(w*0.02, deck-16).line(w*0.98, deck-16), 1.5, iron)
	return s
}

// deep is hash with 64 bits.
func deep(i, j int) uint64 { return uint64(hash(i, j))<<32 | uint64(hash(i, j+7919)) }
