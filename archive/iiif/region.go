package iiif

import (
	"image"
	"strings"
)

// Region is the region part of a request (section 4.1).
type Region struct {
	form regionForm
	text string
	// x, y, w, h: pixels, or pico percent of the image's sides.
	x, y, w, h uint64
}

type regionForm uint8

const (
	regionFull regionForm = iota
	regionSquare
	regionPixels
	regionPercent
)

// String returns the region as the client wrote it, decoded.
func (r Region) String() string { return r.text }

func parseRegion(s string) (Region, error) {
	switch s {
	case "full":
		return Region{form: regionFull, text: s}, nil
	case "square":
		return Region{form: regionSquare, text: s}, nil
	}
	r := Region{form: regionPixels, text: s}
	numbers, pct := strings.CutPrefix(s, "pct:")
	if pct {
		r.form = regionPercent
	}
	for i, v := range [...]*uint64{&r.x, &r.y, &r.w, &r.h} {
		var number string
		var more bool
		number, numbers, more = strings.Cut(numbers, ",")
		ok := more == (i < 3)
		if pct && ok {
			*v, ok = decimal(number)
		} else if ok {
			var n int64
			n, ok = integer(number)
			*v = uint64(n)
		}
		if !ok && pct {
			return Region{}, wrong(PartRegion, s, "pct: is followed by four numbers x,y,w,h such as pct:41.6,7.5,40,70, without signs or exponents")
		}
		if !ok {
			return Region{}, wrong(PartRegion, s, "write full, square, four whole numbers x,y,w,h, or pct:x,y,w,h")
		}
	}
	if r.w == 0 || r.h == 0 {
		return Region{}, wrong(PartRegion, s, "its width and height must be greater than 0")
	}
	return r, nil
}

// resolve returns the region in pixels of an image, cropped at the image's
// edges. The edges of a percentage are rounded, not its width, so that
// neighbouring regions neither overlap nor leave a gap.
func (r Region) resolve(width, height int) (image.Rectangle, error) {
	switch r.form {
	case regionFull:
		return image.Rect(0, 0, width, height), nil
	case regionSquare:
		side := min(width, height)
		at := image.Pt((width-side)/2, (height-side)/2)
		return image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}, nil
	}
	x0, x1 := r.span(r.x, r.w, width)
	y0, y1 := r.span(r.y, r.h, height)
	if x0 >= width || y0 >= height {
		return image.Rectangle{}, wrong(PartRegion, r.text, "it lies outside the image, which has %d × %d pixels", width, height)
	}
	if x0 >= x1 || y0 >= y1 {
		return image.Rectangle{}, wrong(PartRegion, r.text, "it covers no whole pixel of the image, which has %d × %d pixels", width, height)
	}
	return image.Rect(x0, y0, x1, y1), nil
}

// span returns the first pixel and the one after the last, within side.
func (r Region) span(from, length uint64, side int) (first, end int) {
	to := from + length
	if r.form == regionPercent {
		if from >= percent100 { // outside, however large the sum may be
			return side, side
		}
		from = uint64(scale(uint64(side), from, percent100))
		to = uint64(scale(uint64(side), to, percent100))
		// Less than half a pixel at the far edge is inside, but empty.
		if from == uint64(side) {
			return side - 1, side - 1
		}
	}
	return int(min(from, uint64(side))), int(min(to, uint64(side)))
}
