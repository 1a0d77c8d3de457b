//go:build vips

package raster

// #include <stdint.h>
// #include "turbo.h"
// #include "pixels.h"
// #include "vips.h"
import "C"

import (
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"unsafe"
)

// rendering is a picture being computed: interleaved red, green, blue, or gray.
type rendering struct {
	width, height int
	samples       int // 1 or 3
	pix           []byte
	buffers       *buffers // that pix comes from
}

// Render computes an image and writes it; see Go.Render. Only the parts of tiles
// that the region covers are decoded, and none of their colour where the answer
// has none.
func (e *Native) Render(ctx context.Context, t Tiles, q Request, w io.Writer) error {
	if q.Width < 1 || q.Height < 1 || q.Region.Empty() {
		return fmt.Errorf("render: the request is empty: %+v", q)
	}
	r, err := e.gather(ctx, t, q)
	if err != nil {
		return err
	}
	stored := r // of which r may become another picture
	defer func() { e.buffers.put(stored.pix) }()
	if err := r.resize(q.Width, q.Height); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if q.Quality == "bitonal" {
		for i, v := range r.pix {
			r.pix[i] = -(v >> 7) // 128 and above are white
		}
	}
	if q.Mirror || q.Rotation != 0 {
		if r, err = r.turn(q); err != nil || r == nil {
			return err
		}
		if r.samples == 4 {
			return e.encodeTransparent(r, q, w)
		}
	}
	return e.encode(r, q, w)
}

// gather decodes what the region covers of the tiles of the nearest level.
func (e *Native) gather(ctx context.Context, t Tiles, q Request) (*rendering, error) {
	ix := t.Index()
	g := ix.Geometry()
	k := q.level(g)
	area := q.source(g, k)
	r := &rendering{width: area.Dx(), height: area.Dy(), samples: 3, buffers: e.buffers}
	if ix.Gray() || q.Quality != "color" {
		r.samples = 1
	}
	r.pix = e.buffers.get(r.width * r.height * r.samples) // the tiles cover all of it
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
			at := image.Pt(col*g.TileSize, row*g.TileSize)
			place := image.Rectangle{at, at.Add(image.Pt(ref.Width, ref.Height))}.Intersect(area)
			if err := r.decode(data, place.Sub(at), place.Min.Sub(area.Min)); err != nil {
				return nil, fmt.Errorf("decode tile %d,%d of level %d: %w", col, row, k, err)
			}
		}
	}
	return r, nil
}

// decode decodes a part of a tile into its place.
func (r *rendering) decode(tile []byte, part image.Rectangle, to image.Point) error {
	if part.Empty() || len(tile) == 0 || to.X < 0 || to.Y < 0 || to.X+part.Dx() > r.width || to.Y+part.Dy() > r.height {
		return fmt.Errorf("its part %v does not fit", part)
	}
	stride := r.width * r.samples
	dst := r.pix[to.Y*stride+to.X*r.samples:]
	var message [C.HEXI_MESSAGE]C.char
	if C.hexi_decode_part(bytesOf(tile), C.size_t(len(tile)), nil, 0,
		C.int(part.Min.X), C.int(part.Min.Y), C.int(part.Dx()), C.int(part.Dy()), cbool(r.samples == 1),
		bytesOf(dst), C.int(stride), &message[0]) != 0 {
		return decoderError(C.GoString(&message[0]))
	}
	return nil
}

// resize resamples the picture to another size.
func (r *rendering) resize(width, height int) error {
	if r.width == width && r.height == height {
		return nil
	}
	out := r.buffers.get(width * height * r.samples)
	if C.hexi_resize(bytesOf(out), C.int(width), C.int(height), bytesOf(r.pix), C.int(r.width*r.samples), C.int(r.width), C.int(r.height), C.int(r.samples)) != 0 {
		return errMemory
	}
	r.buffers.put(r.pix)
	r.width, r.height, r.pix = width, height, out
	return nil
}

// turn mirrors and rotates. Of a right angle the result is of the same kind; of
// any other it has four samples where the format has transparency, else white
// corners.
func (r *rendering) turn(q Request) (*rendering, error) {
	img := r.image()
	if q.Mirror {
		img = mirror(img)
	}
	img = rotate(img, q.Rotation, q.Format != "jpg")
	out := &rendering{width: img.Rect.Dx(), height: img.Rect.Dy(), samples: r.samples}
	seeThrough := !img.Opaque()
	switch {
	case seeThrough && q.Format == "jpg":
		flatten(img)
	case seeThrough:
		out.samples, out.pix = 4, img.Pix
		return out, nil
	}
	out.pix = make([]byte, out.width*out.height*out.samples)
	for i := range out.width * out.height {
		copy(out.pix[i*out.samples:(i+1)*out.samples], img.Pix[4*i:])
	}
	return out, nil
}

// image copies the picture for the functions that turn.
func (r *rendering) image() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, r.width, r.height))
	for i := range r.width * r.height {
		p := img.Pix[4*i : 4*i+4 : 4*i+4]
		if r.samples == 1 {
			v := r.pix[i]
			p[0], p[1], p[2], p[3] = v, v, v, 255
		} else {
			s := r.pix[3*i : 3*i+3 : 3*i+3]
			p[0], p[1], p[2], p[3] = s[0], s[1], s[2], 255
		}
	}
	return img
}

func (e *Native) encode(r *rendering, q Request, w io.Writer) error {
	switch q.Format {
	case "jpg":
		return e.whole.jpeg(r.pix, r.width, r.height, r.samples == 1, func(b []byte) error {
			_, err := w.Write(b)
			return err
		})
	case "png":
		var img image.Image = &image.Gray{Pix: r.pix, Stride: r.width, Rect: image.Rect(0, 0, r.width, r.height)}
		if r.samples == 3 {
			img = r.image()
		}
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		return enc.Encode(w, img)
	}
	return e.save(r, q.Format, w)
}

func (e *Native) encodeTransparent(r *rendering, q Request, w io.Writer) error {
	if q.Format != "png" {
		return e.save(r, q.Format, w)
	}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	return enc.Encode(w, &image.NRGBA{Pix: r.pix, Stride: 4 * r.width, Rect: image.Rect(0, 0, r.width, r.height)})
}

// saver names the saver of libvips for a format of IIIF. What only costs time is
// kept low: it runs while somebody waits.
func (q Quality) saver(format string) (suffix string, ok bool) {
	switch format {
	case "webp":
		return fmt.Sprintf(".webp[Q=%d,effort=2,strip]", like(q.Computed, likeWebP)), true
	case "avif":
		return fmt.Sprintf(".avif[Q=%d,effort=1,strip]", like(q.Computed, likeAVIF)), true
	}
	return "", false
}

// save writes a format that libvips writes.
func (e *Native) save(r *rendering, format string, w io.Writer) error {
	suffix, ok := e.quality.saver(format)
	if !ok {
		return fmt.Errorf("render: the format %s is not written here", format)
	}
	if err := startVips(); err != nil {
		return err
	}
	_ = r.pix[r.width*r.height*r.samples-1]
	name := append([]byte(suffix), 0)
	var out unsafe.Pointer
	var length C.size_t
	var message [C.HEXI_VIPS_MESSAGE]C.char
	if C.hexi_vips_save(unsafe.Pointer(unsafe.SliceData(r.pix)), C.int(r.width), C.int(r.height), C.int(r.samples),
		(*C.char)(unsafe.Pointer(&name[0])), &out, &length, &message[0]) != 0 {
		return fmt.Errorf("write %s: %w", format, vipsError(C.GoString(&message[0])))
	}
	defer C.hexi_vips_release(out)
	_, err := w.Write(unsafe.Slice((*byte)(out), int(length)))
	return err
}
