package raster

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/disintegration/imaging"

	"hexi/archive/pyramid"
)

// Tiles is where Render gets stored tiles from: the pyramid's index, and the
// bytes that a reference of it names, as a complete JPEG.
type Tiles interface {
	Index() *pyramid.Index
	ReadTile(ctx context.Context, ref pyramid.TileRef) ([]byte, error)
}

// Request is an image to be computed, in the order of the IIIF Image API
// (section 4): region of the full image, size, mirroring, rotation, quality,
// format. Base is the level that counts as the full image; it is not 0 where
// the public may see a reduced image only.
type Request struct {
	Region        image.Rectangle // in pixels of level Base
	Width, Height int             // pixels, before rotation
	Mirror        bool
	Rotation      float64 // degrees clockwise
	Quality       string  // color, gray or bitonal
	Format        string  // jpg or png
	Base          int
}

// Formats lists what the engine writes, as IIIF names formats.
func (e *Go) Formats() []string { return []string{"jpg", "png"} }

// level returns the level to compute from: the smallest that still has the
// pixels that the request asks for.
func (q Request) level(g pyramid.Geometry) int {
	k := q.Base
	for k+1 < g.Levels && q.Region.Dx()>>(k+1-q.Base) >= q.Width && q.Region.Dy()>>(k+1-q.Base) >= q.Height {
		k++
	}
	return k
}

// source returns the pixels of level k that the region covers, not empty.
func (q Request) source(g pyramid.Geometry, k int) image.Rectangle {
	w, h := g.Level(k)
	scale := float64(int(1) << (k - q.Base))
	low := func(v int) int { return int(math.Round(float64(v) / scale)) }
	r := image.Rect(low(q.Region.Min.X), low(q.Region.Min.Y), low(q.Region.Max.X), low(q.Region.Max.Y))
	// A region that reaches the edge reaches it on every level.
	bw, bh := g.Level(q.Base)
	if q.Region.Max.X >= bw {
		r.Max.X = w
	}
	if q.Region.Max.Y >= bh {
		r.Max.Y = h
	}
	r.Max.X, r.Max.Y = min(max(r.Max.X, r.Min.X+1), w), min(max(r.Max.Y, r.Min.Y+1), h)
	r.Min.X, r.Min.Y = min(r.Min.X, r.Max.X-1), min(r.Min.Y, r.Max.Y-1)
	return r
}

// CostPerPixel is what Cost says at most of each pixel of an answer, in bytes, as long
// as the answer has the shape of its region and is not larger than it: four times as
// many pixels are read, made narrower, then lower, and turned by any angle.
const CostPerPixel = 4*4 + 4*2 + 4 + 4*2

// Cost estimates how many bytes of memory a request takes, before anything is
// decoded.
func (e *Go) Cost(g pyramid.Geometry, q Request) int64 {
	src := q.source(g, q.level(g))
	in := int64(src.Dx()) * int64(src.Dy())
	out := int64(q.Width) * int64(q.Height)
	cost := 4*in + 4*out + int64(min(src.Dx(), q.Width))*int64(src.Dy())*4
	if q.Rotation != 0 {
		diagonal := int64(math.Hypot(float64(q.Width), float64(q.Height))) + 2
		cost += 4 * min(diagonal*diagonal, 2*out+4*diagonal)
	}
	return cost
}

// Render computes an image and writes it.
func (e *Go) Render(ctx context.Context, t Tiles, q Request, w io.Writer) error {
	if q.Width < 1 || q.Height < 1 || q.Region.Empty() {
		return fmt.Errorf("render: the request is empty: %+v", q)
	}
	img, err := assemble(ctx, t, q)
	if err != nil {
		return err
	}
	if img.Rect.Dx() != q.Width || img.Rect.Dy() != q.Height {
		filter := imaging.CatmullRom
		if img.Rect.Dx() > 4*q.Width || img.Rect.Dy() > 4*q.Height {
			filter = imaging.Box // only below the last level: a fast filter does
		}
		img = imaging.Resize(img, q.Width, q.Height, filter)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if q.Mirror {
		img = mirror(img)
	}
	img = rotate(img, q.Rotation, q.Format == "png")
	return e.encode(w, img, q)
}

// assemble decodes the tiles that the region touches into one picture.
func assemble(ctx context.Context, t Tiles, q Request) (*image.NRGBA, error) {
	ix := t.Index()
	g := ix.Geometry()
	k := q.level(g)
	area := q.source(g, k)
	out := image.NewNRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	for row := area.Min.Y / g.TileSize; row*g.TileSize < area.Max.Y; row++ {
		for col := area.Min.X / g.TileSize; col*g.TileSize < area.Max.X; col++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			ref, err := ix.Tile(k, col, row)
			if err != nil {
				return nil, err
			}
			data, err := t.ReadTile(ctx, ref)
			if err != nil {
				return nil, err
			}
			img, err := jpeg.Decode(bytes.NewReader(data))
			if err != nil {
				return nil, fmt.Errorf("decode tile %d,%d of level %d: %w", col, row, k, err)
			}
			at := image.Pt(col*g.TileSize, row*g.TileSize)
			place := image.Rectangle{at, at.Add(image.Pt(ref.Width, ref.Height))}.Intersect(area)
			blit(out, place.Sub(area.Min), img, place.Min.Sub(at))
		}
	}
	return out, nil
}

// blit draws an opaque tile. The general draw.Draw has no fast way from YCbCr
// to NRGBA, but one to RGBA, which is the same for opaque pixels.
func blit(dst *image.NRGBA, r image.Rectangle, src image.Image, sp image.Point) {
	view := &image.RGBA{Pix: dst.Pix, Stride: dst.Stride, Rect: dst.Rect}
	draw.Draw(view, r, src, sp, draw.Src)
}

// mirror turns left into right.
func mirror(img *image.NRGBA) *image.NRGBA { return imaging.FlipH(img) }

// rotate turns a picture clockwise. Corners that become free are transparent
// where the format has that, else white.
func rotate(img *image.NRGBA, degrees float64, transparent bool) *image.NRGBA {
	switch degrees {
	case 0:
		return img
	case 90:
		return imaging.Rotate270(img) // the library counts anticlockwise
	case 180:
		return imaging.Rotate180(img)
	case 270:
		return imaging.Rotate90(img)
	}
	var background color.Color = color.White
	if transparent {
		background = color.Transparent
	}
	return imaging.Rotate(img, -degrees, background)
}

func (e *Go) encode(w io.Writer, img *image.NRGBA, q Request) error {
	var out image.Image = img
	if q.Quality != "color" {
		out = grayscale(img, q.Quality == "bitonal")
	}
	switch q.Format {
	case "jpg":
		if n, ok := out.(*image.NRGBA); ok {
			flatten(n)
		}
		_, err := w.Write(e.whole.appendImage(nil, out, false))
		return err
	case "png":
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		return enc.Encode(w, out)
	}
	return fmt.Errorf("render: the format %s is not written here", q.Format)
}

// flatten lays what is transparent over white. Only rotation makes any.
func flatten(img *image.NRGBA) {
	for i := 3; i < len(img.Pix); i += 4 {
		a := uint(img.Pix[i])
		if a == 255 {
			continue
		}
		for c := i - 3; c < i; c++ {
			img.Pix[c] = byte((uint(img.Pix[c])*a + 255*(255-a)) / 255)
		}
		img.Pix[i] = 255
	}
}

// grayscale converts to gray over white, or to black and white at its middle.
// Where there is transparency, as around a turned PNG, it is kept.
func grayscale(img *image.NRGBA, bitonal bool) image.Image {
	gray := image.NewGray(img.Rect)
	seeThrough := false
	for i := range gray.Pix {
		p := img.Pix[4*i : 4*i+4 : 4*i+4]
		v := byte((yR*uint32(p[0]) + yG*uint32(p[1]) + yB*uint32(p[2]) + 1<<15) >> 16)
		if bitonal {
			if v >= 128 {
				v = 255
			} else {
				v = 0
			}
		}
		gray.Pix[i] = v
		seeThrough = seeThrough || p[3] != 255
	}
	if !seeThrough {
		return gray
	}
	for i, v := range gray.Pix {
		img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2] = v, v, v
	}
	return img
}
