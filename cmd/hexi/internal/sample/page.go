package sample

// page is what a picture is drawn on.
type page struct {
	w, h int // pixels, upright
	// lying pages are stored turned by a quarter anticlockwise, as a camera
	// that was held upright does (EXIF orientation 6 turns them back).
	lying bool
	tex   *textures
	seed  uint64
}

// scene returns an empty scene on the page, in which the longer side of the
// page is units long, covered by the ground. stain is the size of the largest
// stains as a part of the longer side.
func (p page) scene(units float64, ground paint, stain float64) *scene {
	scale := float64(max(p.w, p.h)) / units
	s := &scene{w: p.w, h: p.h}
	base := matrix{a: scale, d: scale}
	if p.lying {
		s.w, s.h = p.h, p.w
		base = matrix{b: -scale, c: scale, f: float64(p.w)}
	}
	s.m = matrix{a: 1, d: 1}
	s.fill(new(path).rect(0, 0, float64(s.w), float64(s.h)), ground)
	s.m = base
	s.finish = newFinish(p.tex, s.w, s.h, stain*float64(max(p.w, p.h)), p.seed)
	return s
}

// size returns the page's sides if the longer one is units long.
func (p page) size(units float64) (w, h float64) {
	k := units / float64(max(p.w, p.h))
	return float64(p.w) * k, float64(p.h) * k
}
