//go:build vips

package raster

// #include <stdint.h>
// #include "turbo.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"hexi/archive/pyramid"
)

// Native is the engine that uses libjpeg-turbo and libvips. libvips opens the
// masters that this package does not read itself, and converts colours by their
// profiles; JPEG is decoded and encoded by libjpeg-turbo; the pyramid is built by
// the same builder as the pure-Go engine's. It is safe for use by many goroutines.
//
// libvips and libjpeg-turbo read hostile bytes in C: masters belong into a process
// of their own (package sandbox). Render reads access copies only, which hexi has
// made itself.
type Native struct {
	limits  Limits
	workers int
	golang  *Go // reads TIFF, PNG and BMP
	quality Quality
	encoder turboEncoder
	whole   *encoders
	buffers *buffers
}

// New returns the engine of this build: the native one.
func New() *Native { return NewNative() }

// NewNative returns the native engine with its usual limits, 10 gigapixels in all and
// 1 GiB of memory for making an access copy, and with DefaultQuality.
func NewNative() *Native {
	C.hexi_keep_memory()
	g := NewGo()
	e := &Native{limits: g.limits, workers: g.workers, golang: g, buffers: new(buffers)}
	return e.WithQuality(defaultQuality())
}

// WithLimits returns an engine with other limits.
func (e *Native) WithLimits(l Limits) *Native {
	other := *e
	other.limits, other.golang = l, e.golang.WithLimits(l)
	return &other
}

// Name names the engine for people.
func (e *Native) Name() string { return "native (libvips)" }

// WithQuality returns an engine that encodes with another quality.
func (e *Native) WithQuality(q Quality) *Native {
	other := *e
	other.quality, other.encoder, other.whole = q, turboEncoder{q.Access}, &encoders{quality: q.Computed}
	return &other
}

// Signature names the engine and what of its settings decides about the bytes of
// computed images; see Go.Signature.
func (e *Native) Signature() string { return e.quality.signature("native") }

// Identify finds out what a master is; see Go.Identify. It reads more formats.
func (e *Native) Identify(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	return identify(newMaster(ctx, r, size), e)
}

// Derive makes the access copy of an identified master; see Go.Derive.
func (e *Native) Derive(ctx context.Context, r io.ReaderAt, size int64, info Info, out Output) (Result, error) {
	m := newMaster(ctx, r, size)
	src, err := e.open(m, info)
	if err != nil {
		return Result{}, err
	}
	defer src.close()
	return build(m, src, info, out, recipe{e.encoder, e.workers, e.quality, e.quality.origin("native")})
}

// The decoders that Info.Decoder names.
const (
	decoderTurbo = "libjpeg-turbo"
	decoderVips  = "libvips"
)

func (e *Native) accepts(info Info) error {
	switch info.Format {
	case formatJP2, formatJXL, formatHEIC, formatHEIF, formatAVIF, formatPDF:
		return nil
	}
	err := e.golang.accepts(info)
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == CodeUnsupported {
		return refuse(CodeUnsupported, "convert it to TIFF, JPEG or PNG and ingest that", "%s is not read here", info.Name)
	}
	return err
}

// examine lets this package read the header where it can, and decides who is to
// read the pixels.
func (e *Native) examine(m *master, info *Info) (claim, error) {
	switch info.Format {
	case formatJPEG, formatPNG, formatTIFF, formatBMP, formatGIF:
	default:
		return e.examineVips(m, info)
	}
	need, err := readInfo(m, info)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) && refused.Code == CodeUnsupported && info.Format != formatBMP && info.Format != formatGIF:
		// What is not read here, libvips may read.
		*info = Info{Format: info.Format, Name: info.Name, Orientation: 1}
		return e.examineVips(m, info)
	case err != nil:
		return need, err
	case info.Format == formatBMP, info.Format == formatGIF:
	case info.Format == formatPNG && !info.Streams, info.fax: // interlaced; a fax of whatever kind
		info.Decoder = decoderVips
		need.memory = area(info.Width, info.Height, 8)
	case info.onlyHere && info.miscounted:
		return need, errMiscounted
	case info.onlyHere:
		if info.converts && !info.byMatrix {
			info.Notes = append(info.Notes, notConverted)
		} else if info.Colour == "cmyk" {
			info.Notes = append(info.Notes, inksByFormula)
		}
	case info.converts && info.byMatrix && info.ownPixels && info.Colour != "cmyk":
		// This package converts by such a profile itself, in half the memory.
	case info.converts, info.Colour == "cmyk":
		info.Decoder = decoderVips
		// It reads these in sequence, but for the progressive ones.
		if info.Format != formatJPEG {
			need.memory = 0
		}
		info.Streams = true
	case info.Format == formatJPEG:
		info.Decoder = decoderTurbo
		if need.memory = 0; info.progressive {
			need.memory = area(info.Width, info.Height, 2*3)
		}
		info.Streams = true
	}
	return need, err
}

// examineVips asks libvips what a master says of itself.
func (e *Native) examineVips(m *master, info *Info) (claim, error) {
	v, err := openVips(m, info.Format)
	if err != nil {
		return claim{}, err
	}
	defer v.close()
	c := &v.info
	if c.below_zero != 0 {
		return claim{}, refuse(CodeUnsupported, doConvert, "its samples are signed or complex numbers, of which nobody says what is black and what is white")
	}
	info.Width, info.Height, info.BitDepth = int(c.width), int(c.height), int(c.bits)
	info.Orientation = 1
	if o := int(c.orientation); o >= 1 && o <= 8 {
		info.Orientation = o
	}
	info.Colour, info.Alpha, info.Decoder = colourName(v), c.alpha != 0, decoderVips
	info.setProfile(v.profile())
	if c.pages > 1 && info.Format != formatJP2 { // there they are the same picture in other sizes
		info.Notes = append(info.Notes, fmt.Sprintf("the file holds %d pages or images; the first is shown", int(c.pages)))
	}
	if info.Format == formatPDF {
		info.Notes = append(info.Notes, fmt.Sprintf("its page is drawn at %d dots an inch", pageDPI))
	}
	if c.floating != 0 {
		info.Notes = append(info.Notes, "its samples are floating-point numbers; what is outside of 0 to white is cut")
	}
	pixels := area(info.Width, info.Height, 1)
	need := claim{raw: area(info.Width, info.Height, max(1, int64(c.bands)*int64(c.bits)/8))}
	switch info.Format {
	case formatTIFF, formatJPEG, formatPNG, formatJP2: // read in pieces
		info.Streams = true
		need.raw = area(info.Width, info.Height, int64(c.bands)*int64(c.bits)/8)
	default: // decoded whole
		need.memory, need.raw = 4*pixels, 0
	}
	return need, nil
}

func colourName(v *vipsMaster) string {
	switch name := cstring(v.info.colours[:]); name {
	case "b-w", "grey16":
		return "gray"
	case "rgb16", "srgb", "scrgb", "rgb":
		return "rgb"
	default:
		return strings.ToLower(name)
	}
}

func (e *Native) check(info Info, need claim, size int64) error {
	return e.golang.check(info, need, size)
}

// open returns an identified master's rows, upright. The caller closes them.
func (e *Native) open(m *master, info Info) (rows, error) {
	if info.Decoder == "" {
		return e.golang.open(m, info)
	}
	return openUpright(m, info, func() (rows, error) {
		if info.Decoder == decoderTurbo {
			src, err := openTurbo(m)
			if !errors.Is(err, errNoTurbo) {
				return src, err
			}
		}
		return openVipsRows(m, info)
	})
}

// Formats lists what the engine writes, as IIIF names formats.
func (e *Native) Formats() []string {
	formats := []string{"jpg", "png"}
	if startVips() == nil {
		for _, f := range []struct{ format, operation string }{{"webp", "webpsave_buffer"}, {"avif", "heifsave_buffer"}} {
			if vipsHas(f.operation) {
				formats = append(formats, f.format)
			}
		}
	}
	return formats
}

// Cost estimates how many bytes of memory a request takes, before anything is
// decoded.
func (e *Native) Cost(g pyramid.Geometry, q Request) int64 { return e.golang.Cost(g, q) }
