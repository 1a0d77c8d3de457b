package raster

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"hexi/archive/pyramid"
)

// open returns an identified master's rows, upright. What can be read in pieces
// is; everything else is decoded whole, which Identify has bounded. The caller
// closes the rows.
func (e *Go) open(m *master, info Info) (rows, error) {
	if info.Decoder != "" {
		return nil, refuse(CodeUnsupported, "work this job with a build that has it", "the image was to be decoded by %s, which this build does not have", info.Decoder)
	}
	return openUpright(m, info, func() (rows, error) { return e.stored(m, info) })
}

// openUpright opens rows as they are stored and turns them upright.
func openUpright(m *master, info Info, open func() (rows, error)) (rows, error) {
	var stored rows
	err := guard(info.Name, func() (err error) {
		stored, err = open()
		return err
	})
	if err != nil {
		return nil, m.judge(info.Name, err)
	}
	if info.AcceptIncomplete {
		m.filled = &filledRows{rows: stored, m: m, name: info.Name}
		stored = m.filled
	}
	src := upright(stored, info.Orientation)
	if w, h := src.bounds(); w != info.Width || h != info.Height {
		src.close()
		return nil, refuse(CodeBroken, doReplace, "the %s file says %d × %d pixels in one place and %d × %d in another",
			info.Name, info.Width, info.Height, w, h)
	}
	return src, nil
}

// stored returns a master's rows as they are stored.
func (e *Go) stored(m *master, info Info) (rows, error) {
	switch {
	case info.Format == formatTIFF:
		file, err := pyramid.OpenMaster(m, m.size)
		if err != nil {
			return nil, err
		}
		t, err := readTIFF(file)
		if err != nil {
			return nil, err
		}
		t.byRow = info.AcceptIncomplete
		return openTIFF(m, t, e.workers), nil
	case info.Format == formatPNG:
		p, err := readPNG(m, m.size)
		if err != nil {
			return nil, err
		}
		if p.interlaced {
			return p.interlacedRows(), nil
		}
		return p.rows()
	}
	img, err := decodeWhole(m.all(), info.Format)
	if err != nil && info.Format == formatJPEG {
		h, headerErr := readJPEGHeader(m, m.size)
		if headerErr != nil {
			return nil, err
		}
		cut, err := decodeCut(m, &h, err)
		if err != nil || info.AcceptIncomplete {
			return cut, err
		}
		return nil, endedAt("JPEG", cut.whole, h.height)
	}
	if err != nil {
		return nil, err
	}
	var icc []byte
	if info.Format == formatJPEG {
		if h, err := readJPEGHeader(m, m.size); err == nil {
			icc = h.icc
		}
	}
	return newImageRows(img, icc), nil
}

func decodeWhole(r io.Reader, format string) (image.Image, error) {
	switch format {
	case formatJPEG:
		return jpeg.Decode(r)
	case formatGIF:
		return decodeGIF(r)
	case formatWebP:
		img, err := webp.Decode(r)
		if err == nil {
			fullRange(img)
		}
		return img, err
	}
	return bmp.Decode(r)
}

// fullRange stretches the samples of a lossy WebP, which uses 16 to 235 for luma
// and 16 to 240 for chroma (RFC 9649, section 9.2 of RFC 6386), to those that an
// image.YCbCr means: its decoder leaves that to us.
func fullRange(img image.Image) {
	var planes *image.YCbCr
	switch m := img.(type) {
	case *image.YCbCr:
		planes = m
	case *image.NYCbCrA:
		planes = &m.YCbCr
	default:
		return // lossless: red, green, blue
	}
	var luma, chroma [256]byte
	for i := range 256 {
		luma[i] = byte(min(max((i-16)*255+109, 0)/219, 255))
		chroma[i] = byte(min(max(((i-128)*255+128*224+112)/224, 0), 255))
	}
	for i, v := range planes.Y {
		planes.Y[i] = luma[v]
	}
	for i := range planes.Cb {
		planes.Cb[i], planes.Cr[i] = chroma[planes.Cb[i]], chroma[planes.Cr[i]]
	}
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
