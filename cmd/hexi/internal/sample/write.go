package sample

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
)

// records is the sample's catalogue sheet.
//
//go:embed records.jsonl
var records []byte

// SheetName is the name of the sheet that Write makes.
const SheetName = "records.jsonl"

// bandRows is how many rows are painted at a time.
const bandRows = 128

// Records returns the sample's records as they are in the sheet.
func Records() []byte { return bytes.Clone(records) }

// all is every picture of the sample.
func all() []picture { return append(pictures(), landscapes()...) }

// Write draws all pictures into a directory, on so many goroutines, and puts the
// sheet beside them. Pictures that are there already are not drawn again. progress
// hears how many pixels of how many are done, and which picture was last worked at;
// it may be called from several goroutines at once.
func Write(ctx context.Context, dir string, workers int, progress func(done, total int64, name string)) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make directory for the sample: %w", err)
	}
	todo := all()
	var total, done atomic.Int64
	for _, p := range todo {
		total.Add(int64(p.w) * int64(p.h))
	}
	advance := func(name string, pixels int) {
		now := done.Add(int64(pixels))
		if progress != nil {
			progress(now, total.Load(), name)
		}
	}
	tex := newTextures()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	next := make(chan picture)
	var wg sync.WaitGroup
	errs := make([]error, max(1, workers))
	for i := range errs {
		wg.Go(func() {
			for p := range next {
				if errs[i] = p.write(ctx, dir, tex, advance); errs[i] != nil {
					cancel()
					return
				}
			}
		})
	}
feeding:
	for _, p := range todo {
		select {
		case next <- p:
		case <-ctx.Done():
			break feeding
		}
	}
	close(next)
	wg.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return fmt.Errorf("draw sample: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, SheetName), records, 0o640)
}

// write draws one picture, whole or not at all.
func (p picture) write(ctx context.Context, dir string, tex *textures, advance func(string, int)) (err error) {
	path := filepath.Join(dir, p.file)
	if _, err := os.Stat(path); err == nil {
		advance(p.file, p.w*p.h)
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	s := p.draw(page{w: p.w, h: p.h, tex: tex, seed: p.seed})
	if strings.HasSuffix(p.file, ".tif") {
		err = writeTIFF(f, s.w, s.h, func(y0, y1 int, rgb []byte) error {
			s.rows(y0, y1, rgb)
			advance(p.file, (y1-y0)*s.w)
			return ctx.Err()
		})
	} else {
		err = p.encode(f, s)
		advance(p.file, p.w*p.h)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", p.file, errors.Join(err, os.Remove(f.Name())))
	}
	return os.Rename(f.Name(), path)
}

// rows paints rows y0 to y1 as RGB.
func (s *scene) rows(y0, y1 int, rgb []byte) {
	c := new(canvas)
	c.paint(s, y0, y1)
	for y := y0; y < y1; y++ {
		s.finish.row(rgb[(y-y0)*3*s.w:][:3*s.w], c.pix[(y-y0)*s.w:][:s.w], y, &s.mats, &c.finish)
	}
}

// encode writes one of the smaller pictures as JPEG or PNG.
func (p picture) encode(w io.Writer, s *scene) error {
	img := image.NewNRGBA(image.Rect(0, 0, s.w, s.h))
	rgb := make([]byte, 3*s.w*bandRows)
	for y := 0; y < s.h; y += bandRows {
		end := min(y+bandRows, s.h)
		s.rows(y, end, rgb)
		dst := img.Pix[y*img.Stride:]
		for i := range (end - y) * s.w {
			dst[4*i], dst[4*i+1], dst[4*i+2], dst[4*i+3] = rgb[3*i], rgb[3*i+1], rgb[3*i+2], 0xff
		}
	}
	if strings.HasSuffix(p.file, ".png") {
		enc := png.Encoder{CompressionLevel: png.BestSpeed}
		return enc.Encode(w, img)
	}
	return jpeg.Encode(w, &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: img.Rect}, &jpeg.Options{Quality: 92})
}

// writeTIFF writes a baseline TIFF (TIFF 6.0) of 8-bit RGB in strips, Deflate with
// horizontal differencing, asking for the rows band by band: the picture never
// stands whole in memory.
func writeTIFF(f *os.File, width, height int, rows func(y0, y1 int, rgb []byte) error) error {
	le := binary.LittleEndian
	if _, err := f.Write([]byte("II*\x00\x00\x00\x00\x00")); err != nil {
		return err
	}
	at := uint32(8)
	var offsets, counts []byte
	rgb := make([]byte, 3*width*bandRows)
	for y := 0; y < height; y += bandRows {
		end := min(y+bandRows, height)
		band := rgb[:3*width*(end-y)]
		if err := rows(y, end, band); err != nil {
			return err
		}
		for r := range end - y {
			line := band[3*width*r : 3*width*(r+1)]
			for i := len(line) - 1; i >= 3; i-- {
				line[i] -= line[i-3]
			}
		}
		var strip bytes.Buffer
		z, err := zlib.NewWriterLevel(&strip, flate.HuffmanOnly)
		if err != nil {
			return err
		}
		if _, err := z.Write(band); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		offsets, counts = le.AppendUint32(offsets, at), le.AppendUint32(counts, uint32(strip.Len()))
		if strip.Len()%2 == 1 {
			strip.WriteByte(0)
		}
		if _, err := f.Write(strip.Bytes()); err != nil {
			return err
		}
		at += uint32(strip.Len())
	}
	return finishTIFF(f, at, width, height, offsets, counts)
}

// finishTIFF writes the directory and where it is.
func finishTIFF(f *os.File, at uint32, width, height int, offsets, counts []byte) error {
	le := binary.LittleEndian
	w := bufio.NewWriter(f)
	place := func(b []byte) uint32 {
		here := at
		at += uint32(len(b))
		_, _ = w.Write(b) // bufio keeps the first error for Flush
		return here
	}
	n := uint32(len(offsets) / 4)
	offsetsAt, countsAt := place(offsets), place(counts)
	bitsAt := place([]byte{8, 0, 8, 0, 8, 0})
	resolution := place([]byte{44, 1, 0, 0, 1, 0, 0, 0}) // 300/1
	if n == 1 {
		offsetsAt, countsAt = le.Uint32(offsets), le.Uint32(counts)
	}
	dir := at
	entries := []struct {
		tag, typ uint16
		count, v uint32
	}{
		{256, 4, 1, uint32(width)}, {257, 4, 1, uint32(height)}, {258, 3, 3, bitsAt}, {259, 3, 1, 8}, {262, 3, 1, 2},
		{273, 4, n, offsetsAt}, {277, 3, 1, 3}, {278, 4, 1, bandRows}, {279, 4, n, countsAt},
		{282, 5, 1, resolution}, {283, 5, 1, resolution}, {284, 3, 1, 1}, {296, 3, 1, 2}, {317, 3, 1, 2},
	}
	b := le.AppendUint16(nil, uint16(len(entries)))
	for _, e := range entries {
		b = le.AppendUint32(le.AppendUint32(le.AppendUint16(le.AppendUint16(b, e.tag), e.typ), e.count), e.v)
	}
	place(le.AppendUint32(b, 0))
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := f.WriteAt(le.AppendUint32(nil, dir), 4)
	return err
}
