package raster

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// labOfSRGB is a colour of sRGB in CIE L*a*b* under D50 (ICC.1:2010, annex A, for
// the adapted primaries).
func labOfSRGB(c color.NRGBA) [3]float64 {
	light := [3]float64{srgbToLight(float64(c.R) / 255), srgbToLight(float64(c.G) / 255), srgbToLight(float64(c.B) / 255)}
	var xyz [3]float64
	for row := range xyz {
		for i, l := range light {
			xyz[row] += srgbMatrix[row][i] * l
		}
	}
	return labOfXYZ(xyz)
}

func labOfXYZ(xyz [3]float64) [3]float64 {
	f := func(v, white float64) float64 {
		if v /= white; v > 216./24389 {
			return math.Cbrt(v)
		}
		return (24389./27*v + 16) / 116
	}
	x, y, z := f(xyz[0], 0.9642), f(xyz[1], 1), f(xyz[2], 0.8249)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// deltaE2000 is the difference of two colours as CIE 142-2001 defines it; the
// formulas are numbered as in Sharma, Wu and Dalal (2005), "The CIEDE2000
// Color-Difference Formula".
func deltaE2000(a, b [3]float64) float64 {
	chroma := func(lab [3]float64) float64 { return math.Hypot(lab[1], lab[2]) }
	mean7 := math.Pow((chroma(a)+chroma(b))/2, 7) // (3)
	g := (1 - math.Sqrt(mean7/(mean7+math.Pow(25, 7)))) / 2
	a1, a2 := (1+g)*a[1], (1+g)*b[1]                     // (5)
	c1, c2 := math.Hypot(a1, a[2]), math.Hypot(a2, b[2]) // (6)
	hue := func(a, b float64) float64 {                  // (7), in degrees
		h := math.Atan2(b, a) * 180 / math.Pi
		if h < 0 {
			h += 360
		}
		return h
	}
	h1, h2 := hue(a1, a[2]), hue(a2, b[2])
	dh, meanHue := h2-h1, h1+h2 // (10), (14)
	switch {
	case c1*c2 == 0:
		dh = 0
	case math.Abs(h1-h2) <= 180:
		meanHue /= 2
	case meanHue < 360:
		meanHue = (meanHue + 360) / 2
	default:
		meanHue = (meanHue - 360) / 2
	}
	if c1*c2 != 0 {
		if dh > 180 {
			dh -= 360
		} else if dh < -180 {
			dh += 360
		}
	}
	cos := func(degrees float64) float64 { return math.Cos(degrees * math.Pi / 180) }
	dL, dC, dH := b[0]-a[0], c2-c1, 2*math.Sqrt(c1*c2)*math.Sin(dh*math.Pi/360) // (8), (9), (11)
	meanL, meanC := (a[0]+b[0])/2, (c1+c2)/2
	t := 1 - 0.17*cos(meanHue-30) + 0.24*cos(2*meanHue) + 0.32*cos(3*meanHue+6) - 0.20*cos(4*meanHue-63) // (15)
	theta := 30 * math.Exp(-math.Pow((meanHue-275)/25, 2))                                               // (16)
	c7 := math.Pow(meanC, 7)
	rc := 2 * math.Sqrt(c7/(c7+math.Pow(25, 7)))                                 // (17)
	sl := 1 + 0.015*math.Pow(meanL-50, 2)/math.Sqrt(20+math.Pow(meanL-50, 2))    // (18)
	sc, sh, rt := 1+0.045*meanC, 1+0.015*meanC*t, -math.Sin(theta*math.Pi/90)*rc // (19) to (21)
	l, c, h := dL/sl, dC/sc, dH/sh
	return math.Sqrt(l*l + c*c + h*h + rt*c*h) // (22)
}

// deltaE is the mean and the largest difference of two pictures.
func deltaE(a, b image.Image) (mean, most float64) {
	size := a.Bounds().Size()
	if size != b.Bounds().Size() {
		return math.Inf(1), math.Inf(1)
	}
	sum := 0.0
	for y := range size.Y {
		for x := range size.X {
			p := color.NRGBAModel.Convert(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y)).(color.NRGBA)
			q := color.NRGBAModel.Convert(b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)).(color.NRGBA)
			if p == q {
				continue
			}
			d := deltaE2000(labOfSRGB(p), labOfSRGB(q))
			sum += d
			most = max(most, d)
		}
	}
	return sum / float64(size.X*size.Y), most
}

// TestDeltaE2000 holds the helper to the pairs that Sharma, Wu and Dalal published
// for testing implementations (their table 1).
func TestDeltaE2000(t *testing.T) {
	t.Parallel()
	for i, p := range [][7]float64{
		{50, 2.6772, -79.7751, 50, 0, -82.7485, 2.0425},
		{50, 3.1571, -77.2803, 50, 0, -82.7485, 2.8615},
		{50, 2.8361, -74.0200, 50, 0, -82.7485, 3.4412},
		{50, -1.3802, -84.2814, 50, 0, -82.7485, 1.0000},
		{50, -1.1848, -84.8006, 50, 0, -82.7485, 1.0000},
		{50, -0.9009, -85.5211, 50, 0, -82.7485, 1.0000},
		{50, 0, 0, 50, -1, 2, 2.3669},
		{50, -1, 2, 50, 0, 0, 2.3669},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0009, 7.1792},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0010, 7.1792},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0011, 7.2195},
		{50, 2.4900, -0.0010, 50, -2.4900, 0.0012, 7.2195},
		{50, -0.0010, 2.4900, 50, 0.0009, -2.4900, 4.8045},
		{50, -0.0010, 2.4900, 50, 0.0010, -2.4900, 4.8045},
		{50, -0.0010, 2.4900, 50, 0.0011, -2.4900, 4.7461},
		{50, 2.5, 0, 50, 0, -2.5, 4.3065},
		{50, 2.5, 0, 73, 25, -18, 27.1492},
		{50, 2.5, 0, 61, -5, 29, 22.8977},
		{50, 2.5, 0, 56, -27, -3, 31.9030},
		{50, 2.5, 0, 58, 24, 15, 19.4535},
		{50, 2.5, 0, 50, 3.1736, 0.5854, 1.0000},
		{50, 2.5, 0, 50, 3.2972, 0, 1.0000},
		{50, 2.5, 0, 50, 1.8634, 0.5757, 1.0000},
		{50, 2.5, 0, 50, 3.2592, 0.3350, 1.0000},
		{60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644},
		{63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630},
		{61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731},
		{35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645},
		{22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373},
		{36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146},
		{90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441},
		{90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381},
		{6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377},
		{2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082},
	} {
		a, b := [3]float64(p[:3]), [3]float64(p[3:6])
		if got := deltaE2000(a, b); math.Abs(got-p[6]) > 0.00005 {
			t.Errorf("pair %d: %.4f, want %.4f", i+1, got, p[6])
		}
		if there, back := deltaE2000(a, b), deltaE2000(b, a); math.Abs(there-back) > 1e-9 {
			t.Errorf("pair %d: %v there, %v back", i+1, there, back)
		}
	}
	if white := labOfSRGB(color.NRGBA{255, 255, 255, 255}); deltaE2000(white, [3]float64{100, 0, 0}) > 0.05 {
		t.Errorf("white is %v", white)
	}
}
