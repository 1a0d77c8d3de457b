package raster

import "math"

// fdctFraction is how many bits below one the results of fdct carry.
const fdctFraction = 8

// fdct transforms a block of 8 × 8 samples, whose rows are stride bytes apart
// (ISO/IEC 10918-1, A.3.3), after Arai, Agui and Nakajima: 5 multiplications a
// line. Its results exceed the coefficients of the standard by fdctScale, which
// quantisation takes out. It computes in whole numbers, so that the same pixels
// make the same bytes on every machine.
//
// The level shift (A.3.1) moves the first coefficient only: it is taken off
// there, and the samples come as they are.
func fdct(src []byte, stride int, out *[64]int) {
	const (
		c4     = 11585 // cos 4π/16, in units of 2⁻¹⁴
		c6     = 6270  // cos 6π/16
		c2mc6  = 8867  // cos 2π/16 − cos 6π/16
		c2pc6  = 21407 // cos 2π/16 + cos 6π/16
		row    = 14 - fdctFraction
		column = 14
	)
	for y := range 8 {
		s := src[y*stride:][:8:8]
		o := out[8*y:][:8:8]
		d0, d1, d2, d3 := int(s[0]), int(s[1]), int(s[2]), int(s[3])
		d4, d5, d6, d7 := int(s[4]), int(s[5]), int(s[6]), int(s[7])
		a0, a7 := d0+d7, d0-d7
		a1, a6 := d1+d6, d1-d6
		a2, a5 := d2+d5, d2-d5
		a3, a4 := d3+d4, d3-d4

		b0, b3 := a0+a3, a0-a3
		b1, b2 := a1+a2, a1-a2
		o[0], o[4] = (b0+b1)<<fdctFraction, (b0-b1)<<fdctFraction
		z1 := (b2 + b3) * c4 >> row
		b3 <<= fdctFraction
		o[2], o[6] = b3+z1, b3-z1

		b0, b1, b2 = a4+a5, a5+a6, a6+a7
		z5 := (b0 - b2) * c6
		z2 := (b0*c2mc6 + z5) >> row
		z4 := (b2*c2pc6 + z5) >> row
		z3 := b1 * c4 >> row
		a7 <<= fdctFraction
		z11, z13 := a7+z3, a7-z3
		o[5], o[3] = z13+z2, z13-z2
		o[1], o[7] = z11+z4, z11-z4
	}
	for x := range 8 {
		o := out[x:][:57:57]
		a0, a7 := o[0]+o[56], o[0]-o[56]
		a1, a6 := o[8]+o[48], o[8]-o[48]
		a2, a5 := o[16]+o[40], o[16]-o[40]
		a3, a4 := o[24]+o[32], o[24]-o[32]

		b0, b3 := a0+a3, a0-a3
		b1, b2 := a1+a2, a1-a2
		o[0], o[32] = b0+b1, b0-b1
		z1 := (b2 + b3) * c4 >> column
		o[16], o[48] = b3+z1, b3-z1

		b0, b1, b2 = a4+a5, a5+a6, a6+a7
		z5 := (b0 - b2) * c6
		z2 := (b0*c2mc6 + z5) >> column
		z4 := (b2*c2pc6 + z5) >> column
		z3 := b1 * c4 >> column
		z11, z13 := a7+z3, a7-z3
		o[40], o[24] = z13+z2, z13-z2
		o[8], o[56] = z11+z4, z11-z4
	}
	out[0] -= 64 * 128 << fdctFraction
}

// fdctScale is by how much fdct's coefficient in column u and row v is too
// large.
func fdctScale(u, v int) float64 {
	aan := func(k int) float64 {
		if k == 0 {
			return 1
		}
		return math.Sqrt2 * math.Cos(float64(k)*math.Pi/16)
	}
	return 8 * (1 << fdctFraction) * aan(u) * aan(v)
}
