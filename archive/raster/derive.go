package raster

import (
	"bytes"
	"context"
	"fmt"
	"io"

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
	Origin     string      // what made it: the engine and its quality
	Thumbnails []Thumbnail // ascending by size
	Colour     string      // the mean, "#rrggbb"
	Palette    []string    // up to five colours that stand out, "#rrggbb", the commonest first
	Hash       uint64      // of what the image looks like, see Similar
	// Rows is how many rows of the master were real, of OfRows as they are stored;
	// fewer than those only where Info.AcceptIncomplete allowed that.
	Rows, OfRows int
}

// Derive makes the access copy of an identified master. It returns a
// *RefusedError where the master turns out not to be readable.
func (e *Go) Derive(ctx context.Context, r io.ReaderAt, size int64, info Info, out Output) (Result, error) {
	m := newMaster(ctx, r, size)
	src, err := e.open(m, info)
	if err != nil {
		return Result{}, advised(err)
	}
	defer src.close()
	result, err := build(m, src, info, out, recipe{e.encoder, e.workers, e.quality, e.quality.origin("go")})
	return result, advised(err)
}

// recipe is how an engine makes access copies.
type recipe struct {
	encoder tileEncoder
	workers int
	quality Quality
	origin  string
}

// build makes the access copy of an upright image.
func build(m *master, src rows, info Info, out Output, how recipe) (Result, error) {
	width, height := src.bounds()
	g, err := pyramid.NewGeometry(width, height, pyramid.DefaultTileSize)
	if err != nil {
		return Result{}, refuse(CodeTooLarge, "split the image", "%v", err)
	}
	w, err := pyramid.NewWriter(out.TIFF, pyramid.Spec{
		Geometry: g, Gray: src.gray(), Tables: how.encoder.tables(src.gray()), Software: "hexi (" + how.origin + ")", Origin: how.origin, Profile: profileOf(src.gray()),
	})
	if err != nil {
		return Result{}, err
	}
	b, err := newBuilder(g, src.gray(), how.encoder, how.workers, w)
	if err != nil {
		return Result{}, err
	}
	defer b.close()
	if err := feed(m, b, src, info, out.Progress); err != nil {
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
	result := Result{Geometry: g, Gray: src.gray(), Sidecar: sidecar, ID: ix.ID(), Origin: how.origin}
	result.Rows, result.OfRows = height, height
	if m.filled != nil {
		_, result.OfRows = m.filled.bounds()
		result.Rows = m.filled.read
	}
	result.describe(toNRGBA(b.kept.image()), width, height, like(how.quality.Access, likeThumbnail))
	return result, nil
}

// feed reads the master's stripes into the builder. The next one is read while
// the one before is being encoded.
func feed(m *master, b *builder, src rows, info Info, progress func(rows, of int)) error {
	ctx, cancel := context.WithCancel(m.ctx)
	defer cancel()
	width, height := src.bounds()
	free, full := make(chan *band, 2), make(chan *band)
	for range cap(free) {
		free <- newBand(width, min(stripeRows, height), src.gray())
	}
	encoded := make(chan error, 1)
	go func() {
		done := 0
		for s := range full {
			if err := b.add(ctx, s); err != nil {
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
			s.rows = min(stripeRows, height-done)
			if err := guard(info.Name, func() error { return src.next(s) }); err != nil {
				return m.judge(info.Name, err)
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
