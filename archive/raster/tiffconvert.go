package raster

import (
	"image"
	"image/color"
)

// rgbInYCbCr is a JPEG whose three components are red, green and blue, as TIFF
// files of photometric RGB have them, but which was decoded as YCbCr.
type rgbInYCbCr struct{ *image.YCbCr }

func (m *rgbInYCbCr) ColorModel() color.Model { return color.RGBAModel }

func (m *rgbInYCbCr) At(x, y int) color.Color {
	c := m.COffset(x, y)
	return color.RGBA{m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c], 0xff}
}

// convert turns samples of one row of a block into gray or RGBX.
func (t *tiffRows) convert(dst, src []byte) {
	switch {
	case t.bits < 8:
		t.convertBits(dst, src)
	case t.photometric == 3:
		t.convertPalette(dst, src)
	case t.photometric <= 1:
		t.convertGray(dst, src)
	case t.photometric == 2 && t.bits == 8 && t.samples == 3:
		for i, j := 0, 0; i+3 < len(dst); i, j = i+4, j+3 {
			s := src[j : j+3 : j+3]
			dst[i], dst[i+1], dst[i+2] = s[0], s[1], s[2]
		}
	default:
		t.convertColour(dst, src)
	}
}

// sample returns the i-th sample of a row in 8 bits: of 16 the upper ones.
func (t *tiffRows) sample(src []byte, i int) byte {
	if t.bits == 8 {
		return src[i]
	}
	return byte(t.order.Uint16(src[2*i:]) >> 8)
}

func (t *tiffRows) convertBits(dst, src []byte) {
	colour := !t.gray()
	n := len(dst)
	if colour {
		n /= 4
	}
	top := 1<<t.bits - 1
	for x := range n {
		bit := x * t.bits
		v := int(src[bit/8]>>(8-t.bits-bit%8)) & top
		switch {
		case colour:
			c := t.palette[v]
			dst[4*x], dst[4*x+1], dst[4*x+2] = c[0], c[1], c[2]
		case t.photometric == 3:
			dst[x] = t.palette[v][0]
		case t.photometric == 0:
			dst[x] = byte(255 - v*255/top)
		default:
			dst[x] = byte(v * 255 / top)
		}
	}
}

func (t *tiffRows) convertPalette(dst, src []byte) {
	if t.gray() {
		for x := range dst {
			dst[x] = t.palette[src[x]][0]
		}
		return
	}
	for x := range len(dst) / 4 {
		c := t.palette[src[x]]
		dst[4*x], dst[4*x+1], dst[4*x+2] = c[0], c[1], c[2]
	}
}

func (t *tiffRows) convertGray(dst, src []byte) {
	for x := range dst {
		v := t.sample(src, x*t.samples)
		if t.photometric == 0 {
			v = 255 - v
		}
		if t.alpha >= 0 {
			v = t.overWhite(v, t.sample(src, x*t.samples+t.alpha))
		}
		dst[x] = v
	}
}

func (t *tiffRows) convertColour(dst, src []byte) {
	for x := range len(dst) / 4 {
		i := x * t.samples
		r, g, b := t.sample(src, i), t.sample(src, i+1), t.sample(src, i+2)
		if t.photometric == 5 { // CMYK: ink covers paper
			k := uint(255 - t.sample(src, i+3))
			r, g, b = ink(r, k), ink(g, k), ink(b, k)
		}
		if t.alpha >= 0 {
			a := t.sample(src, i+t.alpha)
			r, g, b = t.overWhite(r, a), t.overWhite(g, a), t.overWhite(b, a)
		}
		dst[4*x], dst[4*x+1], dst[4*x+2] = r, g, b
	}
}

func ink(c byte, k uint) byte { return byte((uint(255-c)*k + 127) / 255) }

// overWhite lays a sample over white; an associated one is multiplied with its
// alpha already (TIFF 6.0, section 18).
func (t *tiffRows) overWhite(v, alpha byte) byte {
	if t.associated {
		return byte(min(255, uint(v)+255-uint(alpha)))
	}
	return byte((uint(v)*uint(alpha) + 255*(255-uint(alpha)) + 127) / 255)
}
