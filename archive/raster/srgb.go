package raster

import (
	"encoding/binary"
	"math"
)

// srgbProfile and grayProfile go out with every tile and every computed JPEG, so
// that no viewer has to guess. They are as small as version 2 of the format allows
// (ICC.1:2001-04), about 1 kB and ½ kB: the curve of sRGB in 256 steps, the
// primaries adapted to D50 (IEC 61966-2-1).
var (
	srgbProfile = makeProfile(false)
	grayProfile = makeProfile(true)
)

// profileOf returns the profile of what an engine writes.
func profileOf(gray bool) []byte {
	if gray {
		return grayProfile
	}
	return srgbProfile
}

func makeProfile(gray bool) []byte {
	be := binary.BigEndian
	fixed := func(b []byte, values ...float64) []byte {
		for _, v := range values {
			b = be.AppendUint32(b, uint32(int32(math.Round(v*65536))))
		}
		return b
	}
	white := []float64{0.9642, 1, 0.8249} // D50
	name := "sRGB"
	if gray {
		name = "sRGB gray"
	}
	// The curve, and in it the other direction of lightToSRGB.
	curve := be.AppendUint32([]byte("curv\x00\x00\x00\x00"), 256)
	for i := range 256 {
		v := float64(i) / 255
		light := v / 12.92
		if v > 0.04045 {
			light = math.Pow((v+0.055)/1.055, 2.4)
		}
		curve = be.AppendUint16(curve, uint16(math.Round(light*65535)))
	}
	// A text in the three forms that version 2 wants, two of them empty (6.5.17).
	desc := be.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(name)+1))
	desc = append(append(desc, name...), make([]byte, 1+4+4+2+1+67)...)
	xyz := func(values ...float64) []byte { return fixed([]byte("XYZ \x00\x00\x00\x00"), values...) }
	type tag struct {
		name string
		data []byte
	}
	tags := []tag{{"desc", desc}, {"cprt", []byte("text\x00\x00\x00\x00CC0\x00")}, {"wtpt", xyz(white...)}}
	if gray {
		tags = append(tags, tag{"kTRC", curve})
	} else {
		for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
			tags = append(tags, tag{name, xyz(srgbMatrix[0][i], srgbMatrix[1][i], srgbMatrix[2][i])})
		}
		tags = append(tags, tag{"rTRC", curve}, tag{"gTRC", nil}, tag{"bTRC", nil}) // all the same
	}
	out := make([]byte, 128)
	copy(out[8:], "\x02\x10\x00\x00mntrRGB XYZ ")
	if gray {
		copy(out[16:], "GRAY")
	}
	be.PutUint16(out[24:], 2026) // year, month, day: constant, so that the bytes are
	be.PutUint16(out[26:], 1)
	be.PutUint16(out[28:], 1)
	copy(out[36:], "acsp")
	copy(out[68:80], fixed(nil, white...)) // the illuminant
	out = be.AppendUint32(out, uint32(len(tags)))
	at := len(out) + 12*len(tags)
	var data []byte
	last := 0
	for _, t := range tags {
		if t.data != nil {
			data = append(data, make([]byte, -len(data)&3)...)
			last = len(data)
			data = append(data, t.data...)
		}
		out = append(out, t.name...)
		out = be.AppendUint32(out, uint32(at+last))
		out = be.AppendUint32(out, uint32(len(data)-last))
	}
	out = append(out, data...)
	out = append(out, make([]byte, -len(out)&3)...)
	be.PutUint32(out, uint32(len(out)))
	return out
}
