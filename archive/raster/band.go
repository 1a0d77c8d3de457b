package raster

import "image"

// band is some rows of an image as YCbCr 4:2:0: for luma one byte a pixel, for
// chroma one for each 2 × 2 pixels; without chroma if the image is gray.
type band struct {
	width, rows int
	y, cb, cr   []byte
}

func newBand(width, rows int, gray bool) *band {
	b := &band{width: width, rows: rows, y: make([]byte, width*rows)}
	if !gray {
		n := b.chromaWidth() * ((rows + 1) / 2)
		b.cb, b.cr = make([]byte, n), make([]byte, n)
	}
	return b
}

// chromaWidth is the width of the chroma planes.
func (b *band) chromaWidth() int { return (b.width + 1) / 2 }

// copyRows copies the first rows rows of src from row from on, to row at. Both
// are even, and so is rows, unless they are the last of the image.
func (b *band) copyRows(at int, src *band, from, rows int) {
	copy(b.y[at*b.width:], src.y[from*b.width:(from+rows)*b.width])
	if b.cb != nil {
		cw := b.chromaWidth()
		copy(b.cb[at/2*cw:], src.cb[from/2*cw:(from+rows+1)/2*cw])
		copy(b.cr[at/2*cw:], src.cr[from/2*cw:(from+rows+1)/2*cw])
	}
}

// part is a part of a band from column x, which is even, sharing its bytes.
func (b *band) part(x, w, h int) planes {
	p := planes{y: plane{b.y[x:], b.width, w, h}, gray: b.cb == nil}
	if !p.gray {
		cw, ch := (w+1)/2, (h+1)/2
		p.cb = plane{b.cb[x/2:], b.chromaWidth(), cw, ch}
		p.cr = plane{b.cr[x/2:], b.chromaWidth(), cw, ch}
	}
	return p
}

// image shows a band as an image, sharing its bytes.
func (b *band) image() image.Image {
	if b.cb == nil {
		return &image.Gray{Pix: b.y, Stride: b.width, Rect: image.Rect(0, 0, b.width, b.rows)}
	}
	return &image.YCbCr{
		Y: b.y, Cb: b.cb, Cr: b.cr, YStride: b.width, CStride: b.chromaWidth(),
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, b.width, b.rows),
	}
}

// putSamples converts rows of stored pixels into a part of the band, from
// column x and row y on. x and y are even; so are width and rows, unless the
// part reaches the image's edge. Rows are stride bytes apart. line is a scratch
// buffer that is returned for the next call.
func (b *band) putSamples(x, y, width, rows int, s *samples, src []byte, stride int, line []byte) []byte {
	if b.cb == nil {
		for i := range rows {
			s.toGray(b.y[(y+i)*b.width+x:][:width], src[i*stride:])
		}
		return line
	}
	if s.plainRGB() {
		for i := 0; i < rows; i += 2 {
			upper, lower := src[i*stride:], src[min(i+1, rows-1)*stride:]
			b.putPair(x, y+i, width, min(2, rows-i), upper, lower, s.count)
		}
		return line
	}
	if len(line) < 8*width {
		line = make([]byte, 8*width)
	}
	upper, lower := line[:4*width], line[4*width:8*width]
	for i := 0; i < rows; i += 2 {
		s.toRGBX(upper, src[i*stride:])
		s.toRGBX(lower, src[min(i+1, rows-1)*stride:])
		b.putPair(x, y+i, width, min(2, rows-i), upper, lower, 4)
	}
	return line
}

// putRGBX converts rows of 4 bytes a pixel: red, green, blue, and one that is
// passed over.
func (b *band) putRGBX(x, y, width, rows int, pix []byte, stride int) {
	for i := 0; i < rows; i += 2 {
		b.putPair(x, y+i, width, min(2, rows-i), pix[i*stride:], pix[min(i+1, rows-1)*stride:], 4)
	}
}

// Factors of the conversion to YCbCr (JFIF 1.02), in units of 2⁻¹⁶. Those of
// luma add up to one, those of chroma to nothing, so that grays stay grays.
const (
	yR, yG, yB    = 19595, 38470, 7471
	cbR, cbG, cbB = -11059, -21709, 32768
	crR, crG, crB = 32768, -27439, -5329
)

// putPair converts one or two rows of step bytes a pixel. Chroma is that of the
// mean colour of 2 × 2 pixels; a last column without a neighbour counts twice.
func (b *band) putPair(x, y, width, rows int, upper, lower []byte, step int) {
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

// halvePlane halves a plane in both directions. A last row without a neighbour
// stands for itself.
func halvePlane(dst []byte, dstStride int, src plane) {
	half := (src.width + 1) / 2
	for y := 0; y < src.height; y += 2 {
		upper := src.pix[y*src.stride:][:src.width]
		lower := src.pix[min(y+1, src.height-1)*src.stride:][:src.width]
		halveRow(dst[y/2*dstStride:][:half], upper, lower)
	}
}
