package raster

import (
	"image"
	"image/color"
	"image/draw"
)

// rows delivers an upright image from its first row to its last.
type rows interface {
	// bounds returns width and height in pixels.
	bounds() (width, height int)
	// gray reports whether the image has no colour: then the chroma planes of a
	// band are not touched.
	gray() bool
	// next fills the band with the next b.rows rows. It is not called for more
	// rows than there are.
	next(b *band) error
}

// band is some rows of an image as YCbCr 4:2:0: for luma one byte a pixel, for
// chroma one for each 2 × 2 pixels. Its planes have room for a whole stripe.
type band struct {
	width, rows int
	y, cb, cr   []byte
}

// chromaWidth is the width of the chroma planes.
func (b *band) chromaWidth() int { return (b.width + 1) / 2 }

func newBand(width, rows int, gray bool) *band {
	b := &band{width: width, rows: rows, y: make([]byte, width*rows)}
	if !gray {
		n := b.chromaWidth() * ((rows + 1) / 2)
		b.cb, b.cr = make([]byte, n), make([]byte, n)
	}
	return b
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

// imageRows delivers an image that stands decoded in memory.
type imageRows struct {
	img    image.Image
	isGray bool
	at     int // next row
	line   *image.RGBA
}

func newImageRows(img image.Image) *imageRows {
	r := &imageRows{img: img}
	switch m := img.(type) {
	case *image.Gray, *image.Gray16:
		r.isGray = true
	case *image.Paletted:
		r.isGray = grayPalette(m.Palette)
	}
	return r
}

// grayPalette reports whether all colours are opaque grays.
func grayPalette(p color.Palette) bool {
	for _, c := range p {
		r, g, b, a := c.RGBA()
		if r != g || g != b || a != 0xffff {
			return false
		}
	}
	return len(p) > 0
}

func (r *imageRows) bounds() (int, int) { return r.img.Bounds().Dx(), r.img.Bounds().Dy() }
func (r *imageRows) gray() bool         { return r.isGray }

func (r *imageRows) next(b *band) error {
	origin := r.img.Bounds().Min.Add(image.Pt(0, r.at))
	r.at += b.rows
	switch m := r.img.(type) {
	case *image.Gray:
		for y := range b.rows {
			copy(b.y[y*b.width:(y+1)*b.width], m.Pix[m.PixOffset(origin.X, origin.Y+y):])
		}
		return nil
	case *image.YCbCr:
		if m.SubsampleRatio == image.YCbCrSubsampleRatio420 && origin.X%2 == 0 && origin.Y%2 == 0 {
			copyYCbCr(b, m, origin)
			return nil
		}
		if m.SubsampleRatio == image.YCbCrSubsampleRatio444 {
			halveYCbCr(b, m, origin)
			return nil
		}
	}
	// Everything else goes through 8-bit RGB over white.
	if r.line == nil || r.line.Rect.Dy() < b.rows {
		r.line = image.NewRGBA(image.Rect(0, 0, b.width, b.rows))
	}
	area := image.Rect(0, 0, b.width, b.rows)
	draw.Draw(r.line, area, image.White, image.Point{}, draw.Src)
	draw.Draw(r.line, area, r.img, origin, draw.Over)
	if r.isGray {
		for y := range b.rows {
			row := r.line.Pix[y*r.line.Stride:]
			for x := range b.width {
				b.y[y*b.width+x] = row[4*x]
			}
		}
		return nil
	}
	fromRGBX(b, r.line.Pix, r.line.Stride)
	return nil
}

func copyYCbCr(b *band, m *image.YCbCr, origin image.Point) {
	for y := range b.rows {
		copy(b.y[y*b.width:(y+1)*b.width], m.Y[m.YOffset(origin.X, origin.Y+y):])
	}
	cw := b.chromaWidth()
	for y := 0; y < b.rows; y += 2 {
		at := m.COffset(origin.X, origin.Y+y)
		copy(b.cb[y/2*cw:(y/2+1)*cw], m.Cb[at:])
		copy(b.cr[y/2*cw:(y/2+1)*cw], m.Cr[at:])
	}
}

// halveYCbCr takes chroma of full resolution down to 4:2:0 by averaging.
func halveYCbCr(b *band, m *image.YCbCr, origin image.Point) {
	for y := range b.rows {
		copy(b.y[y*b.width:(y+1)*b.width], m.Y[m.YOffset(origin.X, origin.Y+y):])
	}
	cw := b.chromaWidth()
	for y := 0; y < b.rows; y += 2 {
		upper := m.COffset(origin.X, origin.Y+y)
		lower := upper
		if y+1 < b.rows {
			lower = m.COffset(origin.X, origin.Y+y+1)
		}
		halveRow(b.cb[y/2*cw:(y/2+1)*cw], m.Cb[upper:upper+b.width], m.Cb[lower:lower+b.width])
		halveRow(b.cr[y/2*cw:(y/2+1)*cw], m.Cr[upper:upper+b.width], m.Cr[lower:lower+b.width])
	}
}

// halveRow averages 2 × 2 values into one. A last column without a neighbour
// stands for itself.
func halveRow(dst, upper, lower []byte) {
	n := len(upper) / 2
	for x := range n {
		dst[x] = byte((uint(upper[2*x]) + uint(upper[2*x+1]) + uint(lower[2*x]) + uint(lower[2*x+1]) + 2) >> 2)
	}
	if len(upper)%2 == 1 {
		dst[n] = byte((uint(upper[2*n]) + uint(lower[2*n]) + 1) >> 1)
	}
}

// Fixed-point factors of the conversion of JFIF 1.02, in 1/65536.
const (
	yR, yG, yB    = 19595, 38470, 7471
	cbR, cbG, cbB = -11056, -21712, 32768
	crR, crG, crB = 32768, -27440, -5328
)

// fromRGBX converts rows of 4 bytes a pixel (red, green, blue, and one that is
// passed over) to YCbCr 4:2:0, averaging the colours of 2 × 2 pixels.
func fromRGBX(b *band, pix []byte, stride int) {
	cw := b.chromaWidth()
	for y := 0; y < b.rows; y += 2 {
		upper := pix[y*stride:][: 4*b.width : 4*b.width]
		lower := upper
		if y+1 < b.rows {
			lower = pix[(y+1)*stride:][: 4*b.width : 4*b.width]
			lumaRow(b.y[(y+1)*b.width:(y+2)*b.width], lower)
		}
		lumaRow(b.y[y*b.width:(y+1)*b.width], upper)
		chromaRow(b.cb[y/2*cw:(y/2+1)*cw], b.cr[y/2*cw:(y/2+1)*cw], upper, lower)
	}
}

func lumaRow(dst, rgbx []byte) {
	for x := range dst {
		p := rgbx[4*x : 4*x+3 : 4*x+3]
		dst[x] = byte((yR*uint32(p[0]) + yG*uint32(p[1]) + yB*uint32(p[2]) + 1<<15) >> 16)
	}
}

func chromaRow(cb, cr, upper, lower []byte) {
	for x := range cb {
		i := 8 * x
		j := i + 4
		if j >= len(upper) {
			j = i
		}
		r := int32(upper[i]) + int32(upper[j]) + int32(lower[i]) + int32(lower[j])
		g := int32(upper[i+1]) + int32(upper[j+1]) + int32(lower[i+1]) + int32(lower[j+1])
		bl := int32(upper[i+2]) + int32(upper[j+2]) + int32(lower[i+2]) + int32(lower[j+2])
		cb[x] = clamp((cbR*r + cbG*g + cbB*bl + 128<<18 + 1<<17) >> 18)
		cr[x] = clamp((crR*r + crG*g + crB*bl + 128<<18 + 1<<17) >> 18)
	}
}

func clamp(v int32) byte {
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}
