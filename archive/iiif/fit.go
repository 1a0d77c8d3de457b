package iiif

import (
	"image"
	"math"
	"math/bits"
)

// region is a resolved region on its way to a size: its own pixels, and the
// sizes that it has on the levels of the pyramid.
type region struct {
	image.Rectangle
	w, h    int64
	pyramid Pyramid
}

// fit returns the largest size with the region's proportions that is within
// the box and its area, at least 1×1.
func (r region) fit(box bounds) (w, h int64) {
	wide := lessRatio(box.w, r.w, box.h, r.h)
	if wide {
		w = box.w
		h = clamp(scale(uint64(r.h), uint64(w), uint64(r.w)), 1, box.h)
	} else {
		h = box.h
		w = clamp(scale(uint64(r.w), uint64(h), uint64(r.h)), 1, box.w)
	}
	if w*h > box.area {
		if r.w >= r.h {
			return fitArea(r.w, r.h, w, box.area)
		}
		h, w = fitArea(r.h, r.w, h, box.area)
		return w, h
	}
	// As large as possible: a level may round the free side up, never down.
	if sw, sh := r.snap(w, h, !wide, wide); sw >= w && sh >= h && sw <= box.w && sh <= box.h && sw*sh <= box.area {
		return sw, sh
	}
	return w, h
}

// fitArea returns the largest sides in the proportion long:short whose product
// is at most area, the long one being at most limit.
func fitArea(long, short, limit, area int64) (l, s int64) {
	ideal := math.Sqrt(float64(area) * (float64(long) / float64(short)))
	l = max(1, int64(math.Min(ideal+1, float64(min(limit, area)))))
	for {
		s = max(1, scale(uint64(short), uint64(l), uint64(long)))
		if l*s > area {
			s = max(1, s-1) // rounded up, and a pixel too large for it
		}
		if l*s <= area || l == 1 {
			return l, s
		}
		l--
	}
}

// snap returns w×h, or the region's size on a level of the pyramid where that
// is what w×h means: the side that the client fixed is equal, the free one
// differs by rounding. Levels are rounded up, while a client's arithmetic rounds
// in any way (section 4.7 leaves it open), so that without this a tile would
// have one row too few.
func (r region) snap(w, h int64, freeW, freeH bool) (int64, int64) {
	for k := range r.pyramid.levels() {
		lw, lh, ok := r.pyramid.regionAt(k, r.Rectangle)
		if !ok {
			continue
		}
		dw, dh := distance(int64(lw), w), distance(int64(lh), h)
		if (dw == 0 || freeW && dw == 1) && (dh == 0 || freeH && dh == 1) {
			return int64(lw), int64(lh)
		}
	}
	return w, h
}

// percent returns the region's size at n pico percent. Halves, quarters and so
// on of a region that is aligned to the pyramid's level are that level's.
func (r region) percent(n uint64) (w, h int64) {
	for k := range min(r.pyramid.levels(), 15) {
		if n<<k != percent100 {
			continue
		}
		if lw, lh, ok := r.pyramid.regionAt(k, r.Rectangle); ok {
			return int64(lw), int64(lh)
		}
	}
	return scale(uint64(r.w), n, percent100), scale(uint64(r.h), n, percent100)
}

// lessRatio reports whether a÷b ≤ c÷d.
func lessRatio(a, b, c, d int64) bool {
	hi1, lo1 := bits.Mul64(uint64(a), uint64(d))
	hi2, lo2 := bits.Mul64(uint64(c), uint64(b))
	return hi1 < hi2 || hi1 == hi2 && lo1 <= lo2
}

func clamp(n, low, high int64) int64 { return max(low, min(n, high)) }

func distance(a, b int64) int64 { return max(a-b, b-a) }
