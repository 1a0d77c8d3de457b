package iiif

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Quality is the quality part of a request (section 4.4).
type Quality string

// The qualities.
const (
	Default Quality = "default"
	Color   Quality = "color"
	Gray    Quality = "gray"
	Bitonal Quality = "bitonal"
)

// Format is the format part of a request: the extension of a file (section 4.5).
type Format string

// The formats of the specification, and AVIF, which a server may offer as an
// extra format (section 4.9).
const (
	JPG  Format = "jpg"
	PNG  Format = "png"
	WebP Format = "webp"
	AVIF Format = "avif"
	TIF  Format = "tif"
	GIF  Format = "gif"
	JP2  Format = "jp2"
	PDF  Format = "pdf"
)

// MediaType returns the format's media type, and "" for an unknown one.
func (f Format) MediaType() string {
	switch f {
	case JPG:
		return "image/jpeg"
	case TIF:
		return "image/tiff"
	case PDF:
		return "application/pdf"
	case PNG, WebP, AVIF, GIF, JP2:
		return "image/" + string(f)
	}
	return ""
}

// maxSide returns the longest side, in pixels, that a file of the format can
// have: 16 bits in JPEG, GIF and AVIF's AV1, 14 bits in WebP.
func (f Format) maxSide() int {
	switch f {
	case JPG, GIF, AVIF:
		return jpegSide
	case WebP:
		return 16383
	}
	return maxSide
}

// parseName parses the last segment, {quality}.{format}.
func parseName(s string) (Quality, Format, error) {
	quality, format, dot := s, "", false
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		quality, format, dot = s[:i], s[i+1:], true
	}
	q := Quality(quality)
	switch q {
	case Default, Color, Gray, Bitonal:
	default:
		return "", "", wrong(PartQuality, quality, "%s", qualityHint(quality))
	}
	f := Format(format)
	if f.MediaType() == "" {
		if !dot {
			return "", "", wrong(PartFormat, "", "it is missing; write %s.jpg", quality)
		}
		return "", "", wrong(PartFormat, format, "%s", formatHint(format))
	}
	return q, f, nil
}

func qualityHint(quality string) string {
	switch quality {
	case "native":
		return "this is version 3 of the Image API, where it is called default"
	case "grey":
		return "write gray"
	}
	return "write default, color, gray or bitonal, in lower case"
}

func formatHint(format string) string {
	switch strings.ToLower(format) {
	case "jpeg", "jpg":
		return "write jpg"
	case "tiff":
		return "write tif"
	}
	return "write jpg, png or another format of the list in info.json, in lower case"
}

// Rotation is the rotation part of a request (section 4.3).
type Rotation struct {
	Mirror  bool    // reflected at the vertical axis, before the rotation
	Degrees float64 // clockwise, at least 0 and less than 360, in steps of 10⁻⁶
}

// String returns the canonical form (section 4.8): an integer where possible,
// otherwise the shortest decimal.
func (r Rotation) String() string {
	s := strconv.FormatFloat(r.Degrees, 'f', -1, 64)
	if r.Mirror {
		return "!" + s
	}
	return s
}

// parseRotation parses n or !n. 360 is the same as 0. Angles are rounded to a
// millionth of a degree, which moves no corner of any image by a pixel.
func parseRotation(s string) (Rotation, error) {
	number, mirror := strings.CutPrefix(s, "!")
	n, ok := decimal(number)
	if !ok {
		return Rotation{}, wrong(PartRotation, s, "write degrees clockwise such as 90 or 22.5, without sign or exponent; a ! before it mirrors the image")
	}
	if n > 360*pico {
		return Rotation{}, wrong(PartRotation, s, "it is not between 0 and 360 degrees")
	}
	degrees := float64((n+pico/2_000_000)/(pico/1_000_000)) / 1e6
	if degrees == 360 {
		degrees = 0
	}
	return Rotation{Mirror: mirror, Degrees: degrees}, nil
}

// rotated returns the size of the smallest upright rectangle that holds w×h
// pixels rotated by that many degrees (Implementation Notes, section 5),
// rounded up.
func rotated(w, h int, degrees float64) (int, int) {
	switch degrees {
	case 0, 180:
		return w, h
	case 90, 270:
		return h, w
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	sin, cos = math.Abs(sin), math.Abs(cos)
	side := func(n float64) int { return int(math.Min(math.Ceil(n-1e-6), maxSide)) }
	return side(float64(w)*cos + float64(h)*sin), side(float64(h)*cos + float64(w)*sin)
}

// pixels writes a size for a message.
func pixels(w, h int) string { return fmt.Sprintf("%d × %d pixels", w, h) }
