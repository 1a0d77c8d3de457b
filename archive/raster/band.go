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
