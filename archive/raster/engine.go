package raster

import (
	"context"
	"fmt"
	"io"
	"runtime"
)

// Limits bound what an engine takes on.
type Limits struct {
	// MaxPixels bounds width × height of a master.
	MaxPixels int64
	// MaxDecode bounds the bytes of a master that has to stand in memory whole,
	// because its format cannot be read in strips.
	MaxDecode int64
}

// tileQuality is the JPEG quality of tiles, from 1 to 100: what is lost is not
// seen, also at 1:1.
const tileQuality = 85

// Go is the pure-Go engine. It is safe for use by many goroutines.
type Go struct {
	limits  Limits
	workers int
	encoder *encoder // of tiles
}

// NewGo returns the pure-Go engine with its usual limits: 10 gigapixels in all,
// 1 GiB for a master that must be decoded whole.
func NewGo() *Go {
	return &Go{
		limits:  Limits{MaxPixels: 10_000_000_000, MaxDecode: 1 << 30},
		workers: runtime.GOMAXPROCS(0), encoder: newEncoder(tileQuality),
	}
}

// WithLimits returns an engine with other limits.
func (e *Go) WithLimits(l Limits) *Go {
	other := *e
	other.limits = l
	return &other
}

// Name names the engine for people.
func (e *Go) Name() string { return "go" }

// Info is what Identify found out about a master. It is plain data.
type Info struct {
	Format      string   `json:"format"` // media type
	Name        string   `json:"name"`   // of the format, for people
	Width       int      `json:"width"`  // pixels, upright
	Height      int      `json:"height"` // pixels, upright
	Orientation int      `json:"orientation,omitempty"`
	BitDepth    int      `json:"bitDepth,omitempty"` // bits a sample
	Colour      string   `json:"colour,omitempty"`   // gray, rgb, palette, cmyk, ycbcr
	Alpha       bool     `json:"alpha,omitempty"`
	Profile     string   `json:"profile,omitempty"` // name of the embedded ICC profile
	Captured    string   `json:"captured,omitempty"`
	Camera      string   `json:"camera,omitempty"`
	Lens        string   `json:"lens,omitempty"`
	PixelsPerMM float64  `json:"pixelsPerMM,omitempty"` // 0 where the file does not say
	Notes       []string `json:"notes,omitempty"`

	// Streams says that the master can be read in strips.
	Streams bool `json:"streams,omitempty"`
}

// Identify finds out what a master of size bytes is, without decoding it. It
// returns a *RefusedError for what cannot be shown.
func (e *Go) Identify(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	if err := ctx.Err(); err != nil {
		return Info{}, err
	}
	if size == 0 {
		return Info{}, refuse(CodeEmpty, doReplace, "the file is empty (0 bytes)")
	}
	start := make([]byte, min(size, sniffLength))
	if n, err := r.ReadAt(start, 0); n < len(start) {
		return Info{}, fmt.Errorf("read master: %w", err)
	}
	info := Info{Orientation: 1}
	info.Format, info.Name = sniff(start)
	if err := e.refuseFormat(info); err != nil {
		return Info{}, err
	}
	if err := guard(info.Name, func() error { return e.readConfig(r, size, &info) }); err != nil {
		return Info{}, broken(info.Name, err)
	}
	if info.Width < 1 || info.Height < 1 {
		return Info{}, refuse(CodeBroken, doReplace, "the %s file says that it has %d × %d pixels", info.Name, info.Width, info.Height)
	}
	readMetadata(r, size, &info)
	if err := e.checkSize(info); err != nil {
		return Info{}, err
	}
	if info.Orientation >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, nil
}

// refuseFormat refuses what is no image, and images of kinds that this engine
// does not read.
func (e *Go) refuseFormat(info Info) error {
	switch info.Format {
	case formatJPEG, formatPNG, formatTIFF, formatWebP, formatGIF, formatBMP:
		return nil
	case "application/octet-stream":
		return refuse(CodeNotAnImage, "check whether it is the right file; it may be damaged at its start", "the file's content is of no known kind")
	case "application/pdf", "application/dicom":
		return refuse(CodeUnsupported, doConvert, "%s is not read by the pure-Go engine", info.Name)
	}
	if len(info.Format) > 6 && info.Format[:6] == "image/" {
		return refuse(CodeUnsupported, doConvert, "%s is not read by the pure-Go engine", info.Name)
	}
	return refuse(CodeNotAnImage, "check whether it is the right file", "the file is no image: its content is %s", info.Name)
}

// checkSize refuses more pixels than the limits allow. The sizes are not
// believed: the product is computed without overflow.
func (e *Go) checkSize(info Info) error {
	pixels := int64(info.Width) * int64(info.Height)
	if int64(info.Width) > 1<<30 || int64(info.Height) > 1<<30 || pixels > e.limits.MaxPixels {
		return refuse(CodeTooLarge, "check whether the size is true; if it is, raise the limit or split the image",
			"the image says it has %d × %d pixels; at most %d million are taken", info.Width, info.Height, e.limits.MaxPixels/1_000_000)
	}
	upright := info.Orientation <= 2
	if need := pixels * bytesPerPixel(info); (!info.Streams || !upright) && need > e.limits.MaxDecode {
		return refuse(CodeTooLarge, "convert it to an upright, striped TIFF, which is read in strips; the native engine (libvips) takes it as it is",
			"decoding %d × %d pixels of this %s needs %d MB of memory at once; the pure-Go engine may take %d MB",
			info.Width, info.Height, info.Name, need>>20, e.limits.MaxDecode>>20)
	}
	return nil
}

// bytesPerPixel is about what a decoded pixel takes.
func bytesPerPixel(info Info) int64 {
	n := int64(4)
	switch {
	case info.Colour == "ycbcr" && info.Orientation == 1:
		n = 3
	case info.Colour == "gray", info.Colour == "palette":
		n = 1
	}
	if info.BitDepth > 8 {
		n *= 2
	}
	if info.Orientation > 1 {
		n += 8 // an upright copy beside it
	}
	return n
}
