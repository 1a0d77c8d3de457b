package iiif

import (
	"math"
	"math/bits"
	"strings"
)

const (
	// maxSide is the largest width or height of an image, in pixels: products
	// of two sides fit an int64.
	maxSide = math.MaxInt32
	// maxNumber is what larger integers of a request count as. It is beyond
	// every image, and sums of two of them do not overflow.
	maxNumber = 1 << 53

	// pico is the unit of decimals: 10⁻¹², finer than any pixel of any image.
	pico = 1_000_000_000_000
	// percent100 is 100 % in pico units.
	percent100 = 100 * pico
	// maxDecimal is what larger decimals of a request count as.
	maxDecimal = 1_000_000 * pico
)

// integer reads a non-negative integer: digits and nothing else (section 4,
// "Size and region parameters in pixels MUST be non-negative integers").
func integer(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = min(n*10+int64(d), maxNumber)
	}
	return n, true
}

// decimal reads a number of the form 12 or 12.5, in pico units (section 4.7).
// Signs, exponents, ".5" and "5." are refused. Digits beyond the twelfth after
// the point are dropped.
func decimal(s string) (uint64, bool) {
	whole, fraction, point := strings.Cut(s, ".")
	w, ok := integer(whole)
	if !ok {
		return 0, false
	}
	n := min(uint64(w), maxDecimal/pico) * pico
	if !point {
		return n, true
	}
	if _, ok := integer(fraction); !ok {
		return 0, false
	}
	unit := uint64(pico)
	for i := range min(len(fraction), 12) {
		unit /= 10
		n += uint64(fraction[i]-'0') * unit
	}
	return min(n, maxDecimal), true
}

// scale returns n × num ÷ den, rounded to the nearest integer, halves up. It
// saturates at maxNumber. den must not be 0.
func scale(n, num, den uint64) int64 {
	hi, lo := bits.Mul64(n, num)
	lo, carry := bits.Add64(lo, den/2, 0)
	hi += carry // cannot overflow: a product's high word is at most 2⁶⁴−2
	if hi >= den {
		return maxNumber
	}
	q, _ := bits.Div64(hi, lo, den)
	return int64(min(q, maxNumber))
}

// ceilShift returns ⌈n ÷ 2ᵏ⌉ for 0 < n ≤ maxSide.
func ceilShift(n, k int) int {
	if k >= 31 {
		return 1
	}
	return int((int64(n) + 1<<k - 1) >> k)
}
