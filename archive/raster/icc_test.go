package raster

import (
	"encoding/binary"
	"image"
	"math"
	"testing"
)

// matrixICC writes a profile of one gamma and the given primaries (columns).
func matrixICC(gamma float64, m [3][3]float64) []byte {
	fixed := func(v float64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(int32(math.Round(v*65536)))) }
	tags := map[string][]byte{}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		b := []byte("XYZ \x00\x00\x00\x00")
		for row := range 3 {
			b = append(b, fixed(m[row][i])...)
		}
		tags[name] = b
	}
	curve := append([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), byte(int(gamma*256)>>8), byte(int(gamma*256)), 0, 0)
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		tags[name] = curve
	}
	out := make([]byte, 128)
	copy(out[12:], "mntrRGB XYZ ")
	copy(out[36:], "acsp")
	out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
	at := len(out) + 12*len(tags)
	var data []byte
	for name, b := range tags {
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(data)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(b)))
		data = append(data, b...)
	}
	out = append(out, data...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	copy(out[8:], "\x02\x10\x00\x00")
	for i, v := range []float64{0.9642, 1, 0.8249} { // D50
		copy(out[68+4*i:], fixed(v))
	}
	return out
}

// adobeRGB holds the primaries of Adobe RGB (1998), adapted to D50.
var adobeRGB = [3][3]float64{{0.60974, 0.20528, 0.14919}, {0.31111, 0.62567, 0.06322}, {0.01947, 0.06087, 0.74457}}

// Known patches: Adobe RGB's numbers for colours of sRGB, by the specification of
// Adobe RGB (1998), section 4.3.5.
func TestKnownPatches(t *testing.T) {
	t.Parallel()
	icc := matrixICC(563./256, adobeRGB)
	for _, bits := range []int{8, 16} {
		tr := newTransform(icc, bits)
		if tr == nil {
			t.Fatal("the profile is not read")
		}
		scale := uint16(1)
		if bits == 16 {
			scale = 257
		}
		for _, patch := range []struct{ adobe, srgb [3]uint8 }{
			{[3]uint8{0, 0, 0}, [3]uint8{0, 0, 0}},
			{[3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
			{[3]uint8{128, 128, 128}, [3]uint8{128, 128, 128}},
			{[3]uint8{219, 0, 0}, [3]uint8{255, 0, 0}},
			{[3]uint8{144, 255, 60}, [3]uint8{0, 255, 0}},
			{[3]uint8{0, 0, 250}, [3]uint8{0, 0, 255}},
			{[3]uint8{255, 0, 0}, [3]uint8{255, 0, 0}}, // beyond sRGB: the nearest
		} {
			r, g, b := tr.colour(uint16(patch.adobe[0])*scale, uint16(patch.adobe[1])*scale, uint16(patch.adobe[2])*scale)
			got := [3]uint8{r, g, b}
			for i := range got {
				// Dark channels come from the difference of large numbers.
				limit := 3.0
				if patch.srgb[i] == 0 {
					limit = 20
				}
				if math.Abs(float64(got[i])-float64(patch.srgb[i])) > limit {
					t.Errorf("%d bits: %v is %v, want %v", bits, patch.adobe, got, patch.srgb)
				}
			}
		}
	}
}

func TestWhatNeedsConversion(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		icc  []byte
		want bool
	}{
		"none": {nil, false}, "damaged": {make([]byte, 200), false},
		"Adobe RGB": {matrixICC(563./256, adobeRGB), true},
		"linear":    {matrixICC(1, srgbMatrix), true},
		"gamma 2.2": {matrixICC(2.2, srgbMatrix), true},
	} {
		if got := needsConversion(test.icc); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	cut := matrixICC(2.2, adobeRGB)
	for n := range cut {
		readProfile(cut[:n]) // does not panic
	}
}

// A profile is applied to what carries it: the same picture in other numbers is
// the same access copy.
func TestProfileIsApplied(t *testing.T) {
	t.Parallel()
	src := picture(120, 90)
	inAdobe := image.NewNRGBA(src.Rect)
	inverse := invert(adobeRGB)
	linear := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	for i := 0; i < len(src.Pix); i += 4 {
		var xyz [3]float64
		for row := range 3 {
			for c := range 3 {
				xyz[row] += srgbMatrix[row][c] * linear(float64(src.Pix[i+c])/255)
			}
		}
		for c := range 3 {
			sum := 0.0
			for k := range 3 {
				sum += inverse[c][k] * xyz[k]
			}
			inAdobe.Pix[i+c] = uint8(math.Round(255 * math.Pow(min(max(sum, 0), 1), 256./563)))
		}
		inAdobe.Pix[i+3] = 255
	}
	icc := matrixICC(563./256, adobeRGB)
	plain := encodeJPEG(t, inAdobe)
	segment := append([]byte("ICC_PROFILE\x00\x01\x01"), icc...)
	head := []byte{0xff, 0xe2, byte((len(segment) + 2) >> 8), byte(len(segment) + 2)}
	tagged := append(append(append(append([]byte{}, plain[:2]...), head...), segment...), plain[2:]...)
	eachEngine(t, func(t *testing.T, e engine) {
		a, info, err := derive(t, e, tagged)
		if err != nil {
			t.Fatal(err)
		}
		if info.Profile == "" {
			t.Error("the profile is not recorded")
		}
		if d := difference(a.level(0), src); d > 4 {
			t.Errorf("with its profile it differs by %.2f steps", d)
		}
		b, _, err := derive(t, e, plain)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(b.level(0), src); d < 6 {
			t.Errorf("without it only by %.2f steps: this test shows nothing", d)
		}
	})
}
