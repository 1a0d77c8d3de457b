package sample

import "math"

// Patterns of painted pottery. They are drawn from y = 0 at the rim to 1 at the
// foot, and once around.

// lines draws level bands at the given heights: y and thickness in turn.
func (w *wall) lines(c colour, v ...float64) {
	for i := 0; i+1 < len(v); i += 2 {
		w.fill(new(path).rect(-0.01, v[i], w.around+0.02, v[i+1]), flat(c))
	}
}

// wave draws a band that swings n times around the pot.
func (w *wall) wave(c colour, y, amp float64, n int, phase, thick float64) {
	var p []vec
	steps := n * 16
	for i := range steps + 1 {
		t := float64(i) / float64(steps)
		p = append(p, vec{w.around * t, y + amp*math.Sin(2*math.Pi*(t*float64(n)+phase))})
	}
	w.brush(steady(thick), flat(c), p...)
}

// whirlpools is the pattern of the Majiayao type: circles with a dot, from which
// lines stream over to the next ones like water.
func whirlpools(n int, y, r float64, streams int) func(*wall) {
	return func(w *wall) {
		b := w.black
		w.lines(b, 0.012, 0.014, 0.045, 0.008)
		for i := range 4 {
			w.wave(b, 0.085+0.022*float64(i), 0.006, 9, 0, 0.009)
		}
		w.lines(b, y-r*1.72, 0.016, y-r*1.9, 0.008, y+r*1.66, 0.018, y+r*1.92, 0.008)
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			c, d := vec{step * (float64(i) + 0.5), y}, vec{step * (float64(i) + 1.5), y}
			for j := range streams {
				k := r * (0.52 + 0.86*float64(j)/float64(streams-1))
				a0, a1 := -0.62*math.Pi+0.05*float64(j), 0.38*math.Pi+0.05*float64(j)
				// The stream that leaves one circle outermost reaches the next innermost.
				q := r * (1.9 - k/r)
				from, to := c.add(polar(a0, k)), d.add(polar(a1+math.Pi*0.24, q))
				d0, d1 := polar(a0+math.Pi/2, step*0.4), polar(a1+math.Pi*0.74, step*0.4)
				line := new(path).move(from.x, from.y).cubic(from.x+d0.x, from.y+d0.y, to.x+d1.x, to.y+d1.y, to.x, to.y)
				w.stroke(line, r*(0.1-0.045*float64(j%2)), flat(b))
			}
			// The corners between the streams.
			for _, side := range []float64{-1, 1} {
				e := vec{step * (float64(i) + 1), y + side*r*1.36}
				w.fill(new(path).circle(e.x-side*step*0.16, e.y, r*0.14), flat(b))
				w.fill(new(path).circle(e.x-side*step*0.16, e.y, r*0.06), flat(w.vesselColour))
			}
		}
		for i := -1; i <= n; i++ {
			w.in(step*(float64(i)+0.5), y, 0, 1, 1, func() {
				w.fill(new(path).circle(0, 0, r*0.56), flat(b))
				w.fill(new(path).circle(0, 0, r*0.44), flat(w.vesselColour))
				w.fill(new(path).circle(0, 0, r*0.36), flat(b))
				w.fill(new(path).circle(0, 0, r*0.19), flat(w.vesselColour))
				w.fill(new(path).circle(0, 0, r*0.1), flat(b))
				for j := range 3 {
					var s []vec
					for q := range 16 {
						t := float64(q) / 15
						s = append(s, polar(2*math.Pi*float64(j)/3+t*1.9, r*(0.5+0.62*t)))
					}
					w.brush(tail(r*0.12), flat(b), s...)
				}
			})
		}
		for i := range 3 {
			w.wave(b, y+r*2.2+0.026*float64(i), 0.009, 2*n, 0.25*float64(i), 0.009)
		}
	}
}

// rings is a pattern of concentric circles between water lines.
func rings(n int, y, r float64) func(*wall) {
	return func(w *wall) {
		b := w.black
		w.lines(b, 0.01, 0.016, 0.05, 0.008, y-r*1.34, 0.014, y+r*1.3, 0.014, y+r*1.5, 0.008)
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			x := step * (float64(i) + 0.5)
			for j := range 5 {
				k := r * (1.12 - 0.2*float64(j))
				w.stroke(new(path).ellipse(x, y, k, k), r*0.07, flat(b))
			}
			w.fill(new(path).circle(x, y, r*0.15), flat(b))
			// Nets in the space between.
			m := x + step/2
			net := math.Max(step/2-r*1.1, r*0.2)
			for _, side := range []float64{-1, 1} {
				tip := vec{m, y + side*r*0.2}
				base := y + side*r*1.28
				w.fill(new(path).polygon(vec{m - net*1.5, base}, vec{m + net*1.5, base}, tip), flat(b))
				for q := range 9 {
					f := float64(q)/4 - 1
					w.stroke(new(path).move(m+f*net*1.5, base).line(m+f*net*1.5+side*0.04, base-side*r*0.9), r*0.03, flat(w.vesselColour))
					w.stroke(new(path).move(m+f*net*1.5, base).line(m+f*net*1.5-side*0.04, base-side*r*0.9), r*0.03, flat(w.vesselColour))
				}
			}
			w.fill(new(path).circle(m, y, r*0.12), flat(b))
		}
		for i := range 5 {
			w.wave(b, y+r*1.8+0.03*float64(i), 0.012, n, 0.1, 0.01)
		}
	}
}

// sawtooth is a band with teeth on one side, along a curve: the mark of the
// Banshan type.
func (w *wall) sawtooth(c colour, thick, tooth float64, n int, side float64, line ...vec) {
	even := w.even(line)
	total := 0.0
	for i := 1; i < len(even); i++ {
		total += even[i].sub(even[i-1]).len()
	}
	p := new(path)
	gone, next := 0.0, 0.0
	step := total / float64(n)
	for i := 1; i < len(even); i++ {
		d := even[i].sub(even[i-1])
		for ; next <= gone+d.len() && next < total-step/2; next += step {
			at := even[i-1].add(d.unit().mul(next - gone))
			normal := d.unit().left().mul(side)
			base := at.add(normal.mul(thick * 0.4))
			along := d.unit().mul(step * 0.52)
			tip := base.add(normal.mul(tooth + thick*0.1)).add(along)
			end := base.add(along.mul(2))
			if side > 0 {
				p.polygon(base, end, tip)
			} else {
				p.polygon(base, tip, end)
			}
		}
		gone += d.len()
	}
	w.fill(p, flat(c))
	w.brush(steady(thick), flat(c), line...)
}

// spirals is the pattern of the Banshan type: great spirals of red lines between
// black ones with teeth.
func spirals(n int, y, r float64) func(*wall) {
	return func(w *wall) {
		w.lines(w.black, 0.012, 0.016, 0.075, 0.012, 0.15, 0.014)
		w.lines(w.red, 0.04, 0.02, 0.168, 0.01)
		w.sawtooth(w.black, 0.012, 0.022, 40, -1, vec{0, 0.11}, vec{w.around / 2, 0.11}, vec{w.around, 0.11})
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			c, d := vec{step * (float64(i) + 0.5), y}, vec{step * (float64(i) + 1.5), y}
			// It leaves the first spiral at its top and enters the next at its foot.
			var out []vec
			for q := range 23 {
				t := float64(q) / 22
				out = append(out, c.add(polar(-0.5*math.Pi-2.4*math.Pi*(1-t), r*(0.26+0.76*t))))
			}
			for q := 22; q >= 0; q-- {
				t := float64(q) / 22
				out = append(out, d.add(polar(0.5*math.Pi-2.4*math.Pi*(1-t), r*(0.26+0.76*t))))
			}
			w.sawtooth(w.black, r*0.1, r*0.1, 90, 1, out...)
			w.brush(steady(r*0.1), flat(w.red), shifted(out, -r*0.12)...)
			w.sawtooth(w.black, r*0.07, r*0.07, 90, -1, shifted(out, -r*0.23)...)
		}
		for i := -1; i <= n; i++ {
			w.in(step*(float64(i)+0.5), y, 0, 1, 1, func() {
				w.fill(new(path).circle(0, 0, r*0.26), flat(w.black))
				w.fill(new(path).circle(0, 0, r*0.19), flat(w.vesselColour))
				w.fill(new(path).circle(0, 0, r*0.09), flat(w.red))
			})
		}
		w.lines(w.black, y+r*1.3, 0.018)
		w.lines(w.red, y+r*1.3+0.026, 0.012)
		w.wave(w.black, y+r*1.3+0.07, 0.02, 2*n, 0, 0.016)
	}
}

// shifted moves a line sideways.
func shifted(line []vec, by float64) []vec {
	out := make([]vec, len(line))
	for i, v := range line {
		a, b := line[max(i-1, 0)], line[min(i+1, len(line)-1)]
		out[i] = v.add(b.sub(a).unit().left().mul(by))
	}
	return out
}

// gourds is the other pattern of Banshan: gourd shapes filled with a net, among
// black toothed bands and red lines.
func gourds(n int, y, r float64) func(*wall) {
	return func(w *wall) {
		w.fill(new(path).rect(0, y-r*1.5, w.around, r*2.9), flat(w.black))
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			w.in(step*(float64(i)+0.5), y, 0, 1, 1, func() {
				shape := func(k float64) *path {
					return new(path).smooth(vec{0, -1.34 * r}, vec{r * 0.3 * k, -1.2 * r}, vec{r * 0.34 * k, -0.8 * r}, vec{r * 0.2 * k, -0.5 * r}, vec{r * 0.62 * k, -0.05 * r},
						vec{r * 0.74 * k, 0.5 * r}, vec{r * 0.4 * k, 1.1 * r}, vec{0, 1.22 * r}, vec{-r * 0.4 * k, 1.1 * r}, vec{-r * 0.74 * k, 0.5 * r}, vec{-r * 0.62 * k, -0.05 * r},
						vec{-r * 0.2 * k, -0.5 * r}, vec{-r * 0.34 * k, -0.8 * r}, vec{-r * 0.3 * k, -1.2 * r})
				}
				s := w.scene
				s.fill(shape(1.18), flat(w.vesselColour))
				s.fill(shape(1.06), flat(w.red))
				s.fill(shape(0.96), flat(w.vesselColour))
				for q := -14; q <= 14; q++ {
					f := float64(q) * r * 0.11
					for _, slope := range []float64{1, -1} {
						w.netLine(f, slope, r)
					}
				}
				for _, side := range []float64{-1, 1} {
					w.sawtooth(w.black, r*0.07, r*0.1, 22, -side, vec{side * r * 0.1, -1.3 * r}, vec{side * r * 0.3, -0.85 * r}, vec{side * r * 0.2, -0.5 * r},
						vec{side * r * 0.6, 0}, vec{side * r * 0.7, 0.5 * r}, vec{side * r * 0.4, 1.08 * r}, vec{0, 1.22 * r})
				}
			})
		}
		w.lines(w.black, 0.014, 0.016, 0.06, 0.012)
		w.lines(w.red, 0.036, 0.014, y-r*1.5, 0.014, y+r*1.36, 0.014)
		w.wave(w.black, y+r*1.62, 0.02, 2*n, 0, 0.016)
	}
}

// netLine draws one slanting line of a net within a gourd.
func (w *wall) netLine(x, slope, r float64) {
	inside := func(v vec) bool {
		var half float64
		switch t := v.y / r; {
		case t < -0.5:
			half = 0.34 - 0.2*(t+0.8)*(t+0.8)*3
		case t < 1.15:
			half = 0.7 * math.Sin(math.Pi*min(1, max(0, (t+0.75)/2.0)))
		}
		return math.Abs(v.x) < half*r*0.82 && v.y > -1.2*r && v.y < 1.08*r
	}
	var run []vec
	flush := func() {
		if len(run) > 2 {
			w.brush(steady(r*0.026), flat(w.black), run[0], run[len(run)/2], run[len(run)-1])
		}
		run = nil
	}
	for i := range 61 {
		y := (float64(i)/60*2.6 - 1.3) * r
		if v := (vec{x + slope*y*0.7, y}); inside(v) {
			run = append(run, v)
		} else {
			flush()
		}
	}
	flush()
}

// circles is the pattern of the Machang type: four great circles with crosses,
// nets and lozenges in them, and bent limbs between.
func circles(n int, y, r float64) func(*wall) {
	return func(w *wall) {
		w.fill(new(path).rect(0, 0, w.around, y+r*1.3), flat(w.slip))
		w.lines(w.black, 0.012, 0.02, 0.08, 0.012, y+r*1.26, 0.024)
		w.lines(w.red, 0.044, 0.022, y+r*1.36, 0.016)
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			w.in(step*(float64(i)+0.5), y, 0, 1, 1, func() {
				s := w.scene
				for j, k := range []float64{1.06, 0.94, 0.84} {
					s.fill(new(path).circle(0, 0, r*k), flat(pick(j, w.black, w.red, w.slip)))
				}
				s.outline(new(path).circle(0, 0, r*0.8), r*0.05, flat(w.black))
				switch (i + n) % 2 {
				case 0:
					w.checks(r * 0.72)
				default:
					w.crossed(r * 0.74)
				}
			})
			w.in(step*float64(i), y, 0, 1, 1, func() { w.limbs(step/2-r*0.98, r) })
		}
		w.wave(w.black, y+r*1.66, 0.026, 3*n/2, 0, 0.018)
	}
}

// checks fills a circle with a chequerboard of lozenges.
func (w *wall) checks(r float64) {
	const n = 7
	for j := range n {
		for i := range n {
			c := vec{(float64(i) - 3) * r * 0.29, (float64(j) - 3) * r * 0.29}
			if (i+j)%2 == 0 && c.len() < r*0.84 {
				q := r * 0.145
				w.fill(new(path).rect(c.x-q, c.y-q, 2*q, 2*q), flat(w.black))
			}
		}
	}
}

// crossed fills a circle with a cross of double lines and dots.
func (w *wall) crossed(r float64) {
	w.scene.around(4, func(int) {
		w.fill(new(path).rect(0, -r*0.13, r, r*0.07), flat(w.black))
		w.fill(new(path).rect(0, r*0.06, r, r*0.07), flat(w.black))
		w.fill(new(path).circle(r*0.5, r*0.5, r*0.16), flat(w.red))
		w.stroke(new(path).circle(r*0.5, r*0.5, r*0.24), r*0.05, flat(w.black))
	})
	w.fill(new(path).rect(-r*0.1, -r*0.1, r*0.2, r*0.2), flat(w.slip))
	w.fill(new(path).circle(0, 0, r*0.08), flat(w.red))
}

// limbs draws the bent limbs of the Machang type (蛙纹) in a column.
func (w *wall) limbs(half, r float64) {
	for i := range 3 {
		y := r * (-0.9 + 0.72*float64(i))
		for _, side := range []float64{-1, 1} {
			knee, foot := vec{side * (half + r*0.22), y - r*0.2}, vec{side * (half + r*0.16), y + r*0.3}
			w.stroke(new(path).move(0, y).line(knee.x, knee.y).line(foot.x, foot.y), r*0.09, flat(w.black))
			for f := range 3 {
				d := polar(math.Pi/2+(float64(f)-1)*0.5, r*0.13)
				w.stroke(new(path).move(foot.x, foot.y).line(foot.x+d.x, foot.y+d.y), r*0.035, flat(w.black))
			}
		}
	}
	w.stroke(new(path).move(0, -r*1.1).line(0, r*0.9), r*0.1, flat(w.black))
}

// fishes is the pattern of Yangshao basins: fish made of triangles and arcs.
func fishes(n int, y, r float64) func(*wall) {
	return func(w *wall) {
		b := w.black
		w.lines(b, 0.02, 0.05, y+r*1.25, 0.02)
		step := w.around / float64(n)
		for i := -1; i <= n; i++ {
			w.in(step*(float64(i)+0.5), y, 0, step*0.46, r*1.05, func() {
				s := w.scene
				body := new(path).move(-0.72, 0).quad(-0.1, -0.9, 0.5, -0.06).line(0.5, 0.06).quad(-0.1, 0.9, -0.72, 0)
				s.fill(body, flat(b))
				s.fill(new(path).move(-0.7, 0).quad(-0.1, -0.16, 0.48, 0).quad(-0.1, 0.16, -0.7, 0), flat(w.vesselColour))
				s.fill(new(path).move(0.46, 0).line(0.98, -0.62).quad(0.72, 0, 0.98, 0.62), flat(b))
				s.fill(new(path).move(-0.96, -0.5).quad(-0.5, -0.5, -0.46, 0).quad(-0.5, 0.5, -0.96, 0.5).line(-0.72, 0), flat(b))
				s.fill(new(path).ellipse(-0.66, -0.2, 0.1, 0.16), flat(w.vesselColour))
				s.fill(new(path).ellipse(-0.66, -0.2, 0.045, 0.075), flat(b))
				for _, side := range []float64{-1, 1} {
					s.fill(new(path).polygon(vec{-0.14, side * 0.44}, vec{0.24, side * 0.9}, vec{0.22, side * 0.3}), flat(b))
				}
			})
		}
	}
}

// petals is the pattern of round-edged triangles and slanting leaves of the
// later Yangshao culture.
func petals(n, rows int, y0, y1 float64) func(*wall) {
	return func(w *wall) {
		step, high := w.around/float64(n), (y1-y0)/float64(rows)
		for row := range rows {
			for i := -1; i <= n; i++ {
				x, y := step*(float64(i)+0.5*float64(row%2)), y0+high*float64(row)
				w.fill(new(path).move(x, y).quad(x+step*0.5, y+high*0.44, x+step, y).quad(x+step*0.62, y+high*0.5, x+step*0.5, y+high).quad(x+step*0.38, y+high*0.5, x, y), flat(w.black))
				w.fill(new(path).ellipse(x+step*0.5, y+high*0.26, step*0.1, high*0.07), flat(w.vesselColour))
				w.brush(taper(step*0.07), flat(w.black), vec{x + step*0.9, y + high*0.95}, vec{x + step, y + high*0.55}, vec{x + step*1.1, y + high*0.15})
			}
		}
		w.lines(w.black, y0-0.03, 0.014, y1+0.012, 0.014)
	}
}

// incised is a plain wall with a few scratched triangles and dots (齐家文化).
func incised(n int, y0, y1 float64) func(*wall) {
	return func(w *wall) {
		step := w.around / float64(n)
		dark := mix(w.vesselColour, 0, 0.45)
		for i := -1; i <= n; i++ {
			x := step * float64(i)
			for k := range 4 {
				f := 0.12 * float64(k)
				w.stroke(new(path).move(x+step*f, y0).line(x+step*0.5, y1-(y1-y0)*f).line(x+step*(1-f), y0), 0.006, flat(dark))
			}
			for k := range 5 {
				w.fill(new(path).circle(x+step*float64(k)/5, y1+0.02, 0.006), flat(dark))
			}
		}
		w.lines(dark, y0-0.012, 0.006, y1+0.036, 0.006)
	}
}
