package raster

import (
	"encoding/binary"
	"math"
)

// A profile says what the numbers of a master mean (ICC.1:2010). Those of cameras,
// scanners and editors mostly are a curve for each of red, green and blue and
// the places of the three in CIE XYZ: they are converted here, as relative
// colorimetric intent asks. Profiles by tables (printers, CMYK) are not.

// maxProfileBytes bounds the profiles that are read. Those of printers have one or
// two megabytes.
const maxProfileBytes = 8 << 20

// curve turns a sample, 0 to 1, into light, 0 to 1.
type curve func(float64) float64

// matrixProfile is a profile of curves and primaries.
type matrixProfile struct {
	gray   bool
	curves [3]curve
	matrix [3][3]float64 // rows are X, Y, Z under D50; columns red, green, blue
}

// srgbMatrix holds the primaries of sRGB, adapted to D50 (IEC 61966-2-1; the
// numbers are those of the ICC's own profile).
var srgbMatrix = [3][3]float64{
	{0.43607, 0.38515, 0.14307},
	{0.22249, 0.71687, 0.06061},
	{0.01392, 0.09708, 0.71410},
}

func lightToSRGB(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}

// readProfile reads a profile of curves and primaries, or of one gray curve; ok is
// false for all others, damaged ones among them.
func readProfile(icc []byte) (p matrixProfile, ok bool) {
	if len(icc) < 132 || string(icc[36:40]) != "acsp" || string(icc[20:24]) != "XYZ " {
		return p, false
	}
	names := []string{"rTRC", "gTRC", "bTRC"}
	switch string(icc[16:20]) {
	case "RGB ":
		if profileTag(icc, "A2B0") != nil || profileTag(icc, "A2B1") != nil {
			return p, false
		}
		for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
			b := profileTag(icc, name)
			if len(b) < 20 || string(b[:4]) != "XYZ " {
				return p, false
			}
			for row := range 3 {
				p.matrix[row][i] = fixed16(b[8+4*row:])
			}
		}
	case "GRAY":
		p.gray = true
		names = []string{"kTRC", "kTRC", "kTRC"}
	default:
		return p, false
	}
	for i, name := range names {
		if p.curves[i] = readCurve(profileTag(icc, name)); p.curves[i] == nil {
			return p, false
		}
	}
	return p, true
}

// profileTag returns the data of a tag (7.3), or nil.
func profileTag(icc []byte, name string) []byte {
	const header, entry = 132, 12
	n := int64(min(binary.BigEndian.Uint32(icc[128:]), 200))
	for i := range n {
		at := header + i*entry
		if at+entry > int64(len(icc)) {
			return nil
		}
		e := icc[at:]
		if string(e[:4]) != name {
			continue
		}
		offset, size := int64(binary.BigEndian.Uint32(e[4:])), int64(binary.BigEndian.Uint32(e[8:]))
		if offset+size > int64(len(icc)) {
			return nil
		}
		return icc[offset : offset+size]
	}
	return nil
}

func fixed16(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve reads a curve (10.5) or a parametric one (10.15); nil if it is neither.
func readCurve(b []byte) curve {
	if len(b) < 12 {
		return nil
	}
	switch string(b[:4]) {
	case "curv":
		n := int64(binary.BigEndian.Uint32(b[8:]))
		if n > 65536 || 12+2*n > int64(len(b)) {
			return nil
		}
		switch n {
		case 0:
			return func(v float64) float64 { return v }
		case 1:
			gamma := float64(binary.BigEndian.Uint16(b[12:])) / 256
			return func(v float64) float64 { return math.Pow(v, gamma) }
		}
		return func(v float64) float64 {
			at := v * float64(n-1)
			i := min(int64(at), n-2)
			low, high := binary.BigEndian.Uint16(b[12+2*i:]), binary.BigEndian.Uint16(b[14+2*i:])
			return (float64(low) + (at-float64(i))*(float64(high)-float64(low))) / 65535
		}
	case "para":
		kind := binary.BigEndian.Uint16(b[8:])
		counts := []int{1, 3, 4, 5, 7}
		if int(kind) >= len(counts) || len(b) < 12+4*counts[kind] {
			return nil
		}
		var p [7]float64 // g a b c d e f
		for i := range counts[kind] {
			p[i] = fixed16(b[12+4*i:])
		}
		return parametric(int(kind), p)
	}
	return nil
}

// parametric is one of the functions of table 65.
func parametric(kind int, p [7]float64) curve {
	g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch kind {
	case 0:
		return func(v float64) float64 { return math.Pow(v, g) }
	case 1, 2: // c is 0 for the first
		return func(v float64) float64 {
			if a != 0 && v >= -b/a {
				return math.Pow(a*v+b, g) + c
			}
			return c
		}
	default: // e and f are 0 for the third
		return func(v float64) float64 {
			if v >= d {
				return math.Pow(a*v+b, g) + e
			}
			return c*v + f
		}
	}
}

// isSRGB reports whether a profile means what a picture without one is taken to
// mean, as far as 8 bits can tell.
func (p *matrixProfile) isSRGB() bool {
	for row := range 3 {
		for i := range 3 {
			if !p.gray && math.Abs(p.matrix[row][i]-srgbMatrix[row][i]) > 0.003 {
				return false
			}
		}
	}
	for _, c := range p.curves {
		for v := 0.; v <= 1; v += 1. / 64 {
			if !(math.Abs(lightToSRGB(min(max(c(v), 0), 1))-v) <= 0.006) {
				return false
			}
		}
	}
	return true
}

// needsConversion reports whether a master with this profile would show wrong
// colours if it were taken for sRGB. An unreadable profile is passed over, as if
// there were none.
func needsConversion(icc []byte) bool {
	if len(icc) < 132 || string(icc[36:40]) != "acsp" {
		return false
	}
	p, ok := readProfile(icc)
	return !ok || !p.isSRGB()
}

// transform converts samples of a matrix profile to sRGB.
type transform struct {
	light  [3][]float32 // by sample: of 8 or 16 bits
	matrix [3][3]float32
	gray   bool
}

// encodeSteps is the resolution of light on its way back to 8 bits. The steps are
// those of the square root of light, which are nearly even to the eye.
const encodeSteps = 4096

// encoded holds sRGB by the square root of light.
var encoded = func() (t [encodeSteps + 1]uint8) {
	for i := range t {
		root := float64(i) / encodeSteps
		t[i] = uint8(math.Round(255 * lightToSRGB(root*root)))
	}
	return t
}()

// newTransform makes the conversion of samples of so many bits, 8 or 16. It
// returns nil for a profile that it cannot convert, and for one that is sRGB.
func newTransform(icc []byte, bits int) *transform {
	if len(icc) == 0 {
		return nil
	}
	p, ok := readProfile(icc)
	if !ok || p.isSRGB() {
		return nil
	}
	t := &transform{gray: p.gray}
	most := 1<<bits - 1
	for i, c := range p.curves {
		t.light[i] = make([]float32, most+1)
		for v := range t.light[i] {
			t.light[i][v] = float32(min(max(c(float64(v)/float64(most)), 0), 1))
		}
	}
	inverse := invert(srgbMatrix)
	for row := range 3 {
		for i := range 3 {
			sum := 0.
			for k := range 3 {
				sum += inverse[row][k] * p.matrix[k][i]
			}
			t.matrix[row][i] = float32(sum)
		}
	}
	return t
}

// colour converts one colour.
func (t *transform) colour(r, g, b uint16) (uint8, uint8, uint8) {
	lr, lg, lb := t.light[0][r], t.light[1][g], t.light[2][b]
	if t.gray {
		v := encode(lr)
		return v, v, v
	}
	m := &t.matrix
	return encode(m[0][0]*lr + m[0][1]*lg + m[0][2]*lb),
		encode(m[1][0]*lr + m[1][1]*lg + m[1][2]*lb),
		encode(m[2][0]*lr + m[2][1]*lg + m[2][2]*lb)
}

// row converts a row of 4 bytes a pixel.
func (t *transform) row(pix []byte) {
	for ; len(pix) >= 4; pix = pix[4:] {
		pix[0], pix[1], pix[2] = t.colour(uint16(pix[0]), uint16(pix[1]), uint16(pix[2]))
	}
}

func encode(light float32) uint8 {
	if light <= 0 {
		return 0
	}
	if light >= 1 {
		return 255
	}
	return encoded[int(math.Sqrt(float64(light))*encodeSteps+0.5)]
}

// invert inverts a matrix of 3 × 3.
func invert(m [3][3]float64) (out [3][3]float64) {
	minor := func(r, c int) float64 {
		r1, r2, c1, c2 := (r+1)%3, (r+2)%3, (c+1)%3, (c+2)%3
		return m[r1][c1]*m[r2][c2] - m[r1][c2]*m[r2][c1]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	for r := range 3 {
		for c := range 3 {
			out[c][r] = minor(r, c) / det
		}
	}
	return out
}
