package raster

import (
	"image"

	"github.com/disintegration/imaging"
)

// The loops over pixels that take most of the time of making an access copy. The
// native build has the same in C (kernels_native.go, pixels.c), to the bit; a
// test compares them.

// putPairGo converts one or two rows of step bytes a pixel. Chroma is that of the
// mean colour of 2 × 2 pixels; a last column without a neighbour counts twice.
func (b *band) putPairGo(x, y, width, rows int, upper, lower []byte, step int) {
	yu := b.y[y*b.width+x:][:width]
	yl := yu // the same values are written twice
	if rows > 1 {
		yl = b.y[(y+1)*b.width+x:][:width]
	}
	cb := b.cb[y/2*b.chromaWidth()+x/2:][:(width+1)/2]
	cr := b.cr[y/2*b.chromaWidth()+x/2:][:len(cb)]
	upper, lower = upper[:(width-1)*step+3], lower[:(width-1)*step+3]
	at := 0
	for i := range width / 2 {
		u, l := upper[at:at+step+3:at+step+3], lower[at:at+step+3:at+step+3]
		at += 2 * step
		r0, g0, b0 := int32(u[0]), int32(u[1]), int32(u[2])
		r2, g2, b2 := int32(l[0]), int32(l[1]), int32(l[2])
		u, l = u[len(u)-3:], l[len(l)-3:]
		r1, g1, b1 := int32(u[0]), int32(u[1]), int32(u[2])
		r3, g3, b3 := int32(l[0]), int32(l[1]), int32(l[2])
		yy := yu[2*i : 2*i+2 : 2*i+2]
		yy[0] = byte((yR*r0 + yG*g0 + yB*b0 + 1<<15) >> 16)
		yy[1] = byte((yR*r1 + yG*g1 + yB*b1 + 1<<15) >> 16)
		yy = yl[2*i : 2*i+2 : 2*i+2]
		yy[0] = byte((yR*r2 + yG*g2 + yB*b2 + 1<<15) >> 16)
		yy[1] = byte((yR*r3 + yG*g3 + yB*b3 + 1<<15) >> 16)
		cb[i], cr[i] = chroma(r0+r1+r2+r3, g0+g1+g2+g3, b0+b1+b2+b3)
	}
	if width%2 == 1 {
		u, l := upper[at:at+3], lower[at:at+3]
		r0, g0, b0 := int32(u[0]), int32(u[1]), int32(u[2])
		r2, g2, b2 := int32(l[0]), int32(l[1]), int32(l[2])
		yu[width-1] = byte((yR*r0 + yG*g0 + yB*b0 + 1<<15) >> 16)
		yl[width-1] = byte((yR*r2 + yG*g2 + yB*b2 + 1<<15) >> 16)
		cb[width/2], cr[width/2] = chroma(2*(r0+r2), 2*(g0+g2), 2*(b0+b2))
	}
}

// chroma converts the sums of four pixels.
func chroma(r, g, b int32) (cb, cr byte) {
	const offset = 128<<18 + 1<<17 - 1 // the largest is 255 and not 256
	return byte((cbR*r + cbG*g + cbB*b + offset) >> 18), byte((crR*r + crG*g + crB*b + offset) >> 18)
}

// halveRow averages 2 × 2 values into one. A last column without a neighbour
// stands for itself. Halves are rounded up and down in turn, so that the levels
// of a pyramid do not grow lighter.
func halveRow(dst, upper, lower []byte) {
	n := len(upper) / 2
	lower = lower[:len(upper)]
	for x := range n {
		u, l := upper[2*x:2*x+2:2*x+2], lower[2*x:2*x+2:2*x+2]
		dst[x] = byte((uint(u[0]) + uint(u[1]) + uint(l[0]) + uint(l[1]) + 1 + uint(x&1)) >> 2)
	}
	if len(upper)%2 == 1 {
		dst[n] = byte((uint(upper[2*n]) + uint(lower[2*n]) + uint(n&1)) >> 1)
	}
}

// halvePlaneGo halves a plane in both directions. A last row without a neighbour
// stands for itself.
func halvePlaneGo(dst []byte, dstStride int, src plane) {
	half := (src.width + 1) / 2
	for y := 0; y < src.height; y += 2 {
		upper := src.pix[y*src.stride:][:src.width]
		lower := src.pix[min(y+1, src.height-1)*src.stride:][:src.width]
		halveRow(dst[y/2*dstStride:][:half], upper, lower)
	}
}

// resampleGo scales opaque pixels with a cubic filter.
func resampleGo(img *image.NRGBA, width, height int) *image.NRGBA {
	return imaging.Resize(img, width, height, imaging.CatmullRom)
}
