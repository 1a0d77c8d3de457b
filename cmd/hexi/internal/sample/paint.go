package sample

import "math"

// colour is 0xMMRRGGBB: a material of the scene, or 0 to keep that of what is
// below, and red, green, blue.
type colour = uint32

// of gives a colour its material.
func of(mat uint8, c colour) colour { return uint32(mat)<<24 | c&0xffffff }

// mix returns the colour that is t (0 to 1) of the way from a to b, with a's
// material.
func mix(a, b colour, t float64) colour {
	return over(a, b, uint32(max(0, min(1, t))*256+0.5))&0xffffff | a&0xff000000
}

// over lays src over dst with opacity a (0 to 256). The material is src's where
// it covers half or more, unless it has none.
func over(dst, src colour, a uint32) colour {
	b := 256 - a
	rb := ((dst&0xff00ff)*b + (src&0xff00ff)*a + 0x800080) >> 8 & 0xff00ff
	g := ((dst&0x00ff00)*b + (src&0x00ff00)*a + 0x008000) >> 8 & 0x00ff00
	m := dst & 0xff000000
	if a >= 128 && src>>24 != 0 {
		m = src & 0xff000000
	}
	return m | rb | g
}

// paint is what a shape is filled with. span fills neighbouring pixels from
// x, y on, with an opacity of cover (1 to 256).
type paint interface {
	span(dst []uint32, x, y int, cover uint32)
}

// flat is one colour.
type flat colour

func (f flat) span(dst []uint32, _, _ int, cover uint32) {
	c := uint32(f)
	if cover == 256 && c>>24 != 0 {
		for i := range dst {
			dst[i] = c
		}
		return
	}
	for i, d := range dst {
		dst[i] = over(d, c, cover)
	}
}

// glaze is one colour that lets through what is below; alpha is 0 to 256. With
// on set it takes only where the material below is that one.
type glaze struct {
	c     colour
	alpha uint32
	on    uint8
}

func (g glaze) span(dst []uint32, _, _ int, cover uint32) {
	a := g.alpha * cover >> 8
	for i, d := range dst {
		if g.on == 0 || uint8(d>>24) == g.on {
			dst[i] = over(d, g.c, a)
		}
	}
}

// ramp holds colours and opacities from 0 to 1 in 256 steps.
type ramp struct {
	c [256]colour
	a [256]uint32
}

// stop is a colour at a place of a ramp, with an opacity from 0 to 1.
type stop struct {
	at    float64
	c     colour
	alpha float64
}

func newRamp(stops ...stop) *ramp {
	r := new(ramp)
	for i := range 256 {
		t := float64(i) / 255
		j := 0
		for j < len(stops)-2 && t > stops[j+1].at {
			j++
		}
		s, e := stops[j], stops[min(j+1, len(stops)-1)]
		k := 0.0
		if e.at > s.at {
			k = max(0, min(1, (t-s.at)/(e.at-s.at)))
		}
		r.c[i] = mix(s.c, e.c, k)
		r.a[i] = uint32((s.alpha+(e.alpha-s.alpha)*k)*256 + 0.5)
	}
	return r
}

// linear is a ramp along a line in pixels; on is as in glaze.
type linear struct {
	*ramp
	dx, dy, off int64 // index = (dx·x + dy·y + off) >> 32
	on          uint8
}

// linear returns the ramp from a to b, which are in units.
func (s *scene) linear(a, b vec, r *ramp) linear {
	p, q := s.m.apply(a), s.m.apply(b)
	d := q.sub(p)
	k := 255 / max(d.x*d.x+d.y*d.y, 1e-9)
	return linear{
		ramp: r, dx: int64(d.x * k * (1 << 32)), dy: int64(d.y * k * (1 << 32)),
		off: int64((-(p.x*d.x+p.y*d.y)*k + (d.x+d.y)*k/2) * (1 << 32)),
	}
}

func (l linear) span(dst []uint32, x, y int, cover uint32) {
	t := l.dx*int64(x) + l.dy*int64(y) + l.off
	for i, d := range dst {
		if l.on == 0 || uint8(d>>24) == l.on {
			j := max(0, min(255, t>>32))
			dst[i] = over(d, l.c[j], l.a[j]*cover>>8)
		}
		t += l.dx
	}
}

// radial is a ramp from a centre outwards; on is as in glaze.
type radial struct {
	*ramp
	x, y, rx, ry float64 // pixels
	on           uint8
}

// radial returns the ramp about c, which ends at the distances rx and ry.
func (s *scene) radial(c vec, rx, ry float64, r *ramp) radial {
	p, k := s.m.apply(c), s.m.scale()
	return radial{ramp: r, x: p.x, y: p.y, rx: rx * k, ry: ry * k}
}

func (g radial) span(dst []uint32, x, y int, cover uint32) {
	v := (float64(y) + 0.5 - g.y) / g.ry
	u, du := (float64(x)+0.5-g.x)/g.rx, 1/g.rx
	for i, d := range dst {
		if g.on == 0 || uint8(d>>24) == g.on {
			j := int(min(255, 255*math.Sqrt(u*u+v*v)))
			dst[i] = over(d, g.c[j], g.a[j]*cover>>8)
		}
		u += du
	}
}

// turned is a ramp across a body that was turned on a wheel: from its left edge
// to its right one, in each row as wide as the body is there.
type turned struct {
	*ramp
	cx     float64   // pixels
	top    int       // row of the first radius
	radius []float64 // pixels
	on     uint8
}

func (t turned) span(dst []uint32, x, y int, cover uint32) {
	r := t.radius[max(0, min(len(t.radius)-1, y-t.top))]
	u, du := 127.5+127.5*(float64(x)+0.5-t.cx)/max(r, 1), 127.5/max(r, 1)
	for i, d := range dst {
		if t.on == 0 || uint8(d>>24) == t.on {
			j := int(max(0, min(255, u)))
			dst[i] = over(d, t.c[j], t.a[j]*cover>>8)
		}
		u += du
	}
}
