package iiif

import (
	"fmt"
	"math"
	"strings"
)

// Limits bound the size of the images that a server makes, before rotation
// (section 5.2). Zero is no limit. MaxHeight is MaxWidth where it is zero; a
// MaxHeight alone, which the specification does not allow, also limits the width.
type Limits struct {
	MaxWidth  int   // pixels
	MaxHeight int   // pixels
	MaxArea   int64 // pixels, width × height
}

// jpegSide is the largest side of a JPEG image, in pixels (ISO/IEC 10918-1,
// B.2.2: 16 bits).
const jpegSide = 65535

// effective returns the limits as they hold for an image: normalised, and for
// an image with a side longer than JPEG can have, no larger than JPEG can be.
// Otherwise "max" could not be answered for it, as level 0 demands.
func (l Limits) effective(width, height int) Limits {
	l.MaxWidth, l.MaxHeight, l.MaxArea = max(l.MaxWidth, 0), max(l.MaxHeight, 0), max(l.MaxArea, 0)
	if l.MaxWidth == 0 {
		l.MaxWidth = l.MaxHeight
	}
	if l.MaxHeight == 0 {
		l.MaxHeight = l.MaxWidth
	}
	if max(width, height) > jpegSide {
		if l.MaxWidth == 0 {
			l.MaxWidth, l.MaxHeight = jpegSide, jpegSide
		}
		l.MaxWidth, l.MaxHeight = min(l.MaxWidth, jpegSide), min(l.MaxHeight, jpegSide)
	}
	return l
}

// bounds returns the limits as numbers to compare with.
func (l Limits) bounds() bounds {
	b := bounds{w: maxSide, h: maxSide, area: math.MaxInt64}
	if l.MaxWidth > 0 {
		b.w, b.h = min(int64(l.MaxWidth), maxSide), min(int64(l.MaxHeight), maxSide)
		b.any = true
	}
	if l.MaxArea > 0 {
		b.area = l.MaxArea
		b.any = true
	}
	return b
}

// bounds are limits without zeros. any is false where nothing is limited.
type bounds struct {
	w, h, area int64
	any        bool
}

// admit reports whether an image of that size may be served.
func (b bounds) admit(w, h int64) bool {
	return w <= b.w && h <= b.h && w*h <= b.area
}

// String says what the limits are, for an error message.
func (b bounds) String() string {
	var parts []string
	if b.w < maxSide || b.h < maxSide {
		parts = append(parts, fmt.Sprintf("at most %d × %d pixels", b.w, b.h))
	}
	if b.area < math.MaxInt64 {
		parts = append(parts, fmt.Sprintf("at most %d pixels in all", b.area))
	}
	if parts == nil {
		return fmt.Sprintf("at most %d pixels on a side", maxSide)
	}
	return strings.Join(parts, " and ")
}
