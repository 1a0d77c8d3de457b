package sample

// The colours of a line drawing.
const (
	drawnPaper colour = 0xf4efe3
	drawnInk   colour = 0x2b2724
)

// lined draws a picture as a line drawing: brush lines in ink, everything else as its
// outline on paper, without washes and without the marks of age.
func lined(draw func(page) *scene) func(page) *scene {
	return func(p page) *scene {
		full := draw(p)
		s := &scene{w: full.w, h: full.h, finish: full.finish, m: matrix{a: 1, d: 1}}
		s.fill(new(path).rect(0, 0, float64(s.w), float64(s.h)), flat(drawnPaper))
		width := float64(max(s.w, s.h)) / 2400
		for i := range full.shapes {
			sh := &full.shapes[i]
			c, ok := sh.paint.(flat)
			if !ok || i == 0 { // a wash, or the ground
				continue
			}
			p := full.contours(sh)
			if uint8(uint32(c)>>24) == matLine {
				s.fill(p, flat(drawnInk))
				continue
			}
			s.fill(p, flat(drawnPaper))
			s.outline(p, width, flat(drawnInk))
		}
		return s
	}
}

// contours returns a shape as a path in pixels.
func (s *scene) contours(sh *shape) *path {
	p, start := new(path), int32(0)
	if sh.first > 0 {
		start = s.ends[sh.first-1]
	}
	for _, end := range s.ends[sh.first:sh.last] {
		pts := make([]vec, 0, end-start)
		for _, q := range s.points[start:end] {
			pts = append(pts, vec{float64(q.x) / 256, float64(q.y) / 256})
		}
		if len(pts) > 1 {
			p.polygon(pts...)
		}
		start = end
	}
	return p
}
