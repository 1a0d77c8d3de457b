package raster

// labToLight turns X, Y and Z under D50 into the light of sRGB's primaries.
var labToLight = invert(srgbMatrix)

// lab converts the pixel of CIE L*a*b* that begins at sample i (TIFF 6.0, section
// 23; with an offset, the ICC profile of TIFF's Technical Note 4). The white that it
// is relative to is that of profiles, D50.
func (s *samples) lab(src []byte, i int) (r, g, b uint8) {
	l, most := float64(s.raw(src, i)), 255.
	part := func(v uint16) float64 {
		switch {
		case s.bits == 8 && s.offset:
			return float64(v) - 128
		case s.bits == 8:
			return float64(int8(v)) //nolint:gosec // its bits are those of a signed number
		case s.offset:
			return float64(v)/256 - 128
		}
		return float64(int16(v)) / 256 //nolint:gosec // likewise
	}
	if s.bits == 16 {
		if most = 65535; s.offset {
			most = 65280
		}
	}
	y := (min(l/most, 1)*100 + 16) / 116
	f := [3]float64{y + part(s.raw(src, i+1))/500, y, y - part(s.raw(src, i+2))/200}
	for c, white := range [3]float64{0.9642, 1, 0.8249} {
		if t := f[c]; t > 6./29 {
			f[c] = white * t * t * t
		} else {
			f[c] = white * (t - 4./29) * 108 / 841
		}
	}
	var out [3]uint8
	for row, m := range labToLight {
		out[row] = encode(float32(m[0]*f[0] + m[1]*f[1] + m[2]*f[2]))
	}
	return out[0], out[1], out[2]
}
