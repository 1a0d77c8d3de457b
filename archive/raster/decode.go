package raster

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/disintegration/imaging"
	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"

	"hexi/archive/pyramid"
)

// open returns an identified master's rows, upright. What can be read in strips
// is; everything else is decoded whole, which Identify has bounded.
func (e *Go) open(ctx context.Context, r io.ReaderAt, size int64, info Info) (rows, error) {
	if info.Format == formatTIFF && info.Streams && info.Orientation <= 2 {
		m, err := pyramid.OpenMaster(r, size)
		if err != nil {
			return nil, broken(info.Name, err)
		}
		t, err := newTIFFRows(m, r)
		if err != nil {
			return nil, broken(info.Name, err)
		}
		t.mirror = info.Orientation == 2
		return t, nil
	}
	var img image.Image
	err := guard(info.Name, func() (err error) {
		img, err = decodeWhole(&contextReader{ctx, io.NewSectionReader(r, 0, size)}, r, size, info)
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, broken(info.Name, err)
	}
	img = upright(img, info.Orientation)
	if w, h := img.Bounds().Dx(), img.Bounds().Dy(); w != info.Width || h != info.Height {
		return nil, refuse(CodeBroken, doReplace, "the %s file says %d × %d pixels in one place and %d × %d in another",
			info.Name, info.Width, info.Height, w, h)
	}
	return newImageRows(img), nil
}

func decodeWhole(all io.Reader, r io.ReaderAt, size int64, info Info) (image.Image, error) {
	switch info.Format {
	case formatJPEG:
		return jpeg.Decode(all)
	case formatPNG:
		return png.Decode(all)
	case formatGIF:
		return decodeGIF(all)
	case formatWebP:
		return webp.Decode(all)
	case formatBMP:
		return bmp.Decode(all)
	}
	if info.Streams { // a TIFF that has to be turned
		m, err := pyramid.OpenMaster(r, size)
		if err != nil {
			return nil, err
		}
		t, err := newTIFFRows(m, r)
		if err != nil {
			return nil, err
		}
		return t.whole()
	}
	if err := refuseTIFFKind(r, size); err != nil {
		return nil, err
	}
	return tiff.Decode(all)
}

// refuseTIFFKind refuses what the general decoder would misread.
func refuseTIFFKind(r io.ReaderAt, size int64) error {
	m, err := pyramid.OpenMaster(r, size)
	if err != nil {
		return err
	}
	planar, err := m.Number(tagPlanar, 1)
	if err != nil {
		return err
	}
	samples, err := m.Number(tagSamples, 1)
	if err != nil {
		return err
	}
	if planar == 2 && samples > 1 {
		return refuse(CodeUnsupported, doConvert, "the TIFF keeps its colours in separate planes, which the pure-Go engine does not read")
	}
	return nil
}

// decodeGIF decodes the first frame and lays it on the canvas, which may be
// larger.
func decodeGIF(r io.Reader) (image.Image, error) {
	var head bytes.Buffer
	config, err := gif.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, err
	}
	frame, err := gif.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, err
	}
	canvas := image.Rect(0, 0, config.Width, config.Height)
	if frame.Bounds() == canvas {
		return frame, nil
	}
	out := image.NewNRGBA(canvas)
	draw.Draw(out, frame.Bounds().Intersect(canvas), frame, frame.Bounds().Intersect(canvas).Min, draw.Src)
	return out, nil
}

// upright applies an EXIF orientation (EXIF 2.3, tag 274). The image is brought
// into 8-bit NRGBA or gray first: on other types the imaging library works in
// goroutines of its own, where a panic would end the process.
func upright(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	_, isGray := img.(*image.Gray)
	n := toNRGBA(img)
	switch orientation {
	case 2:
		n = imaging.FlipH(n)
	case 3:
		n = imaging.Rotate180(n)
	case 4:
		n = imaging.FlipV(n)
	case 5:
		n = imaging.Transpose(n)
	case 6:
		n = imaging.Rotate270(n) // the library counts anticlockwise
	case 7:
		n = imaging.Transverse(n)
	case 8:
		n = imaging.Rotate90(n)
	}
	if !isGray {
		return n
	}
	g := image.NewGray(n.Rect)
	for i := range g.Pix {
		g.Pix[i] = n.Pix[4*i]
	}
	return g
}

// toNRGBA converts to 8-bit NRGBA with its origin at 0,0.
func toNRGBA(img image.Image) *image.NRGBA {
	if n, ok := img.(*image.NRGBA); ok && n.Rect.Min == (image.Point{}) && n.Stride == 4*n.Rect.Dx() {
		return n
	}
	out := image.NewNRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// contextReader ends a long decoding when the caller gives up.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}
