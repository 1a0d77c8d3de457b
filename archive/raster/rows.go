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
	// gray reports whether the image has no colour: then bands have no chroma.
	gray() bool
	// next fills the band with the next b.rows rows, an even number unless they
	// are the last. It is not called for more rows than there are.
	next(b *band) error
	// close ends what works in the background. It is called once, at any time.
	close()
}

// imageRows delivers an image that stands decoded in memory.
type imageRows struct {
	img    image.Image
	isGray bool
	at     int // next row
	line   *image.RGBA

	transform *transform // of its colours to sRGB; may be nil
}

func newImageRows(img image.Image, icc []byte) *imageRows {
	r := &imageRows{img: img}
	switch m := img.(type) {
	case *image.Gray, *image.Gray16:
		r.isGray = true
	case *image.Paletted:
		r.isGray = grayPalette(m.Palette)
	}
	if t := newTransform(icc, 8); t != nil && t.gray == r.isGray {
		r.transform = t
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
func (r *imageRows) close()             {}

func (r *imageRows) next(b *band) error {
	r.line = b.putImage(0, 0, b.width, b.rows, r.img, r.img.Bounds().Min.Add(image.Pt(0, r.at)), r.line, r.transform)
	r.at += b.rows
	return nil
}

// putImage converts a part of an image, from its pixel p on, into the part of
// the band that begins at x, y. x and y are even; so are width and height,
// unless the part reaches the edge of what the band is of. What is transparent
// lies over white. line is a scratch image that is returned for the next call.
// t converts the colours, unless it is nil.
func (b *band) putImage(x, y, width, height int, img image.Image, p image.Point, line *image.RGBA, t *transform) *image.RGBA {
	switch m := img.(type) {
	case *image.Gray:
		if b.cb == nil && t == nil {
			for i := range height {
				copy(b.y[(y+i)*b.width+x:][:width], m.Pix[m.PixOffset(p.X, p.Y+i):])
			}
			return line
		}
	case *image.YCbCr:
		even := p.X%2 == 0 && p.Y%2 == 0
		if b.cb != nil && t == nil && (m.SubsampleRatio == image.YCbCrSubsampleRatio420 && even || m.SubsampleRatio == image.YCbCrSubsampleRatio444) {
			b.putYCbCr(x, y, width, height, m, p)
			return line
		}
	}
	if line == nil || line.Rect.Dy() < height || line.Rect.Dx() < width {
		line = image.NewRGBA(image.Rect(0, 0, width, height))
	}
	area := image.Rect(0, 0, width, height)
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		draw.Draw(line, area, img, p, draw.Src)
	} else {
		draw.Draw(line, area, image.White, image.Point{}, draw.Src)
		draw.Draw(line, area, img, p, draw.Over)
	}
	if t != nil {
		for i := range height {
			t.row(line.Pix[i*line.Stride:][:4*width])
		}
	}
	if b.cb != nil {
		b.putRGBX(x, y, width, height, line.Pix, line.Stride)
		return line
	}
	for i := range height {
		row := line.Pix[i*line.Stride:][:4*width]
		to := b.y[(y+i)*b.width+x:][:width]
		for j := range to {
			to[j] = row[4*j]
		}
	}
	return line
}

// putYCbCr copies planes. Chroma of full resolution is averaged over 2 × 2
// pixels.
func (b *band) putYCbCr(x, y, width, height int, m *image.YCbCr, p image.Point) {
	for i := range height {
		copy(b.y[(y+i)*b.width+x:][:width], m.Y[m.YOffset(p.X, p.Y+i):])
	}
	cw := b.chromaWidth()
	if m.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		at, to := m.COffset(p.X, p.Y), y/2*cw+x/2
		halvePlane(b.cb[to:], cw, plane{m.Cb[at:], m.CStride, width, height})
		halvePlane(b.cr[to:], cw, plane{m.Cr[at:], m.CStride, width, height})
		return
	}
	half := (width + 1) / 2
	for i := 0; i < height; i += 2 {
		at, to := m.COffset(p.X, p.Y+i), (y+i)/2*cw+x/2
		copy(b.cb[to:to+half], m.Cb[at:])
		copy(b.cr[to:to+half], m.Cr[at:])
	}
}
