package iiif

import "strings"

// Size is the size part of a request (section 4.2).
type Size struct {
	form    sizeForm
	upscale bool // it begins with ^
	version Version
	text    string
	w, h    int64  // pixels
	percent uint64 // pico percent of the region
}

type sizeForm uint8

const (
	sizeMax      sizeForm = iota // max
	sizeWidth                    // w,
	sizeHeight                   // ,h
	sizePercent                  // pct:n
	sizeExact                    // w,h
	sizeConfined                 // !w,h
	sizeFull                     // full, of version 2
)

// String returns the size as the client wrote it, decoded.
func (s Size) String() string { return s.text }

func parseSize(text string) (Size, error) {
	s := Size{text: text}
	rest, up := strings.CutPrefix(text, "^")
	s.upscale = up
	if rest == "max" {
		return s, nil
	}
	if number, ok := strings.CutPrefix(rest, "pct:"); ok {
		s.form = sizePercent
		if s.percent, ok = decimal(number); !ok {
			return Size{}, wrong(PartSize, text, "pct: is followed by one number such as pct:12.5, without sign or exponent")
		}
		if s.percent == 0 {
			return Size{}, wrong(PartSize, text, "an image has at least 1 pixel")
		}
		return s, nil
	}
	rest, confined := strings.CutPrefix(rest, "!")
	w, h, comma := strings.Cut(rest, ",")
	var wOK, hOK bool
	s.w, wOK = integer(w)
	s.h, hOK = integer(h)
	switch {
	case comma && wOK && hOK && confined:
		s.form = sizeConfined
	case comma && wOK && hOK:
		s.form = sizeExact
	case comma && wOK && h == "" && !confined:
		s.form = sizeWidth
	case comma && hOK && w == "" && !confined:
		s.form = sizeHeight
	default:
		return Size{}, wrong(PartSize, text, "%s", sizeHint(text))
	}
	if wOK && s.w == 0 || hOK && s.h == 0 {
		return Size{}, wrong(PartSize, text, "an image has at least 1 pixel")
	}
	return s, nil
}

// sizeHint says what to write instead of a size that breaks the grammar.
func sizeHint(text string) string {
	switch {
	case text == "full":
		return "this is version 3 of the Image API, where the largest size is called max"
	case strings.LastIndexByte(text, '^') > 0:
		return "the ^ stands first, as in ^max, ^w, or ^!w,h"
	}
	return "write max, w, or ,h or w,h or !w,h in whole pixels, or pct:n; a ^ before it allows enlarging"
}

// resolve returns the pixels of a region once scaled. The rules, and why:
//
//   - What the client left open is rounded to the nearest pixel, is at least 1,
//     and is that of the pyramid's level where it differs from it by rounding.
//   - max, ^max, !w,h and ^!w,h give way to the limits; sizes that name a width,
//     a height or a percentage are refused beyond them (section 4.2).
//   - A size that would enlarge the region is refused without ^ (400), and with
//     ^ where enlarging is not offered (501).
func (s Size) resolve(r region, lim bounds, upscaling bool) (w, h int64, err error) {
	switch s.form {
	case sizeMax, sizeConfined:
		box := lim
		if s.form == sizeConfined {
			box.w, box.h = min(box.w, s.w), min(box.h, s.h)
		} else if s.upscale && !lim.any {
			box.w, box.h = r.w, r.h // nothing says how large "as large as possible" is
		}
		if !s.upscale {
			box.w, box.h = min(box.w, r.w), min(box.h, r.h)
		}
		w, h = r.fit(box)
	case sizeExact:
		w, h = s.w, s.h
	case sizeFull:
		w, h = r.w, r.h
	case sizeWidth, sizeHeight:
		w, h = s.natural(r)
	case sizePercent:
		if w, h = r.percent(s.percent); max(w, h) == 0 {
			return 0, 0, wrong(PartSize, s.text, "the region has %d × %d pixels, so that less than one would be left", r.w, r.h)
		}
		w, h = max(1, w), max(1, h)
	}

	larger := w > r.w || h > r.h
	switch {
	case !s.upscale && (larger || s.form == sizePercent && s.percent > percent100):
		return 0, 0, wrong(PartSize, s.text, "it is larger than the region, which has %d × %d pixels%s", r.w, r.h, s.enlarging())
	case larger && !upscaling:
		return 0, 0, unoffered(PartSize, s.text, "images are not enlarged here; the region has %d × %d pixels", r.w, r.h)
	case !lim.admit(w, h):
		return 0, 0, wrong(PartSize, s.text, "it is larger than what is served of this image, %s%s", lim, s.largest())
	}
	return w, h, nil
}

// natural is the size of a region of which one side is given.
func (s Size) natural(r region) (w, h int64) {
	if s.form == sizeWidth {
		return r.snap(s.w, max(1, scale(uint64(r.h), uint64(s.w), uint64(r.w))), false, true)
	}
	return r.snap(max(1, scale(uint64(r.w), uint64(s.h), uint64(r.h))), s.h, true, false)
}

// enlarging says how to ask for more than there is.
func (s Size) enlarging() string {
	if s.version == V2 {
		return "; version 3 of the Image API enlarges, with a ^ before the size"
	}
	return "; a ^ before the size asks to enlarge it"
}

// largest says how to ask for all that there is to have.
func (s Size) largest() string {
	if s.form == sizeFull {
		return "; write max for the largest that there is"
	}
	return ""
}
