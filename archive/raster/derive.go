package raster

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"

	"github.com/disintegration/imaging"

	"hexi/archive/pyramid"
)

// Output is where Derive puts what it makes.
type Output struct {
	// TIFF receives the access copy: a new, empty file.
	TIFF pyramid.WriteSeeker
	// Progress, if any, hears how many rows of the master are done.
	Progress func(rows, of int)
}

// Thumbnail is a small JPEG, complete.
type Thumbnail struct {
	Width, Height int // pixels
	JPEG          []byte
}

// Result is what Derive made beside the TIFF.
type Result struct {
	Geometry   pyramid.Geometry
	Gray       bool
	Sidecar    []byte
	ID         string      // of the access copy, see pyramid.Index.ID
	Thumbnails []Thumbnail // ascending by size
	Colour     string      // the average, "#rrggbb"
}

// thumbnailSides are the longest sides of the thumbnails that are made, in
// pixels; those that would enlarge the image are left out.
var thumbnailSides = []int{240, 480, 960}

// Derive makes the access copy of an identified master. It returns a
// *RefusedError where the master turns out not to be readable.
func (e *Go) Derive(ctx context.Context, r io.ReaderAt, size int64, info Info, out Output) (Result, error) {
	src, err := e.open(ctx, r, size, info)
	if err != nil {
		return Result{}, err
	}
	width, height := src.bounds()
	g, err := pyramid.NewGeometry(width, height, pyramid.DefaultTileSize)
	if err != nil {
		return Result{}, refuse(CodeTooLarge, "", "%v", err)
	}
	w, err := pyramid.NewWriter(out.TIFF, pyramid.Spec{Geometry: g, Gray: src.gray(), Tables: e.encoder.tables(src.gray()), Software: "hexi"})
	if err != nil {
		return Result{}, err
	}
	b := newBuilder(g, src.gray(), e.encoder, e.workers, w)
	if err := e.feed(ctx, b, src, info, out.Progress); err != nil {
		return Result{}, err
	}
	sidecar, err := w.Finish()
	if err != nil {
		return Result{}, err
	}
	ix, err := pyramid.ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		return Result{}, fmt.Errorf("read back sidecar: %w", err)
	}
	result := Result{Geometry: g, Gray: src.gray(), Sidecar: sidecar, ID: ix.ID(), Colour: b.kept.average()}
	if result.Thumbnails, err = thumbnails(b.kept, width, height); err != nil {
		return Result{}, fmt.Errorf("make thumbnails: %w", err)
	}
	return result, nil
}

// feed reads the master's stripes into the builder. The next stripe is decoded
// while the one before is being encoded, so that two are in memory.
func (e *Go) feed(ctx context.Context, b *builder, src rows, info Info, progress func(rows, of int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	width, height := src.bounds()
	size := b.geometry.TileSize
	free, full := make(chan *band, 2), make(chan *band)
	for range cap(free) {
		free <- newBand(width, min(size, height+height%2), src.gray())
	}
	encoded := make(chan error, 1)
	go func() {
		done := 0
		for s := range full {
			if err := b.addStripe(ctx, s); err != nil {
				cancel()
				encoded <- err
				return
			}
			if done += s.rows; progress != nil {
				progress(done, height)
			}
			free <- s
		}
		encoded <- nil
	}()
	read := func() error {
		defer close(full)
		for done := 0; done < height; {
			var s *band
			select {
			case s = <-free:
			case <-ctx.Done():
				return ctx.Err()
			}
			s.rows = b.stripeRows(done)
			if err := guard(info.Name, func() error { return src.next(s) }); err != nil {
				return broken(info.Name, err)
			}
			done += s.rows
			select {
			case full <- s:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}
	readErr := read()
	if err := <-encoded; err != nil {
		return err
	}
	return readErr
}

// average returns the mean colour of a band.
func (b *band) average() string {
	mean := func(plane []byte) float64 {
		sum := 0
		for _, v := range plane {
			sum += int(v)
		}
		return float64(sum) / float64(max(len(plane), 1))
	}
	y := mean(b.y)
	if b.cb == nil {
		return fmt.Sprintf("#%02x%02[1]x%02[1]x", clamp(int32(y+.5)))
	}
	cb, cr := mean(b.cb)-128, mean(b.cr)-128
	part := func(v float64) byte { return clamp(int32(v + .5)) }
	return fmt.Sprintf("#%02x%02x%02x", part(y+1.402*cr), part(y-.344136*cb-.714136*cr), part(y+1.772*cb))
}

// thumbnails makes the thumbnails of an image from one of its levels.
func thumbnails(kept *band, width, height int) ([]Thumbnail, error) {
	img := toNRGBA(kept.image())
	var out []Thumbnail
	for _, side := range thumbnailSides {
		w, h := fit(width, height, side)
		if w > width || h > height {
			break
		}
		scaled := img
		if w != kept.width || h != kept.rows {
			scaled = imaging.Resize(img, w, h, imaging.CatmullRom)
		}
		var buf bytes.Buffer
		if err := jpeg.Encode(&buf, opaque(scaled), &jpeg.Options{Quality: 82}); err != nil {
			return nil, err
		}
		out = append(out, Thumbnail{w, h, buf.Bytes()})
	}
	return out, nil
}

// fit returns the size of an image whose longest side is to be side pixels, as
// IIIF clients compute it: rounded, at least 1.
func fit(width, height, side int) (int, int) {
	if width >= height {
		return side, max(1, (2*height*side+width)/(2*width))
	}
	return max(1, (2*width*side+height)/(2*height)), side
}
