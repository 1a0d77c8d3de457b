package raster

import (
	"context"
	"image"
	"image/color"
	"image/gif"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"hexi/archive/pyramid"
)

// Info is what Identify found out about a master. It is plain data: it can be
// kept as JSON and cross from a decoding process.
type Info struct {
	Format      string `json:"format"` // media type
	Name        string `json:"name"`   // of the format, for people
	Width       int    `json:"width"`  // pixels, upright
	Height      int    `json:"height"` // pixels, upright
	Orientation int    `json:"orientation,omitempty"`
	BitDepth    int    `json:"bitDepth,omitempty"` // bits a sample
	Colour      string `json:"colour,omitempty"`   // gray, rgb, palette, cmyk, ycbcr, lab
	Alpha       bool   `json:"alpha,omitempty"`
	Profile     string `json:"profile,omitempty"` // name of the embedded ICC profile
	// Decoder names what reads the pixels where it is not this package itself.
	Decoder     string   `json:"decoder,omitempty"`
	Captured    string   `json:"captured,omitempty"`
	Camera      string   `json:"camera,omitempty"`
	Lens        string   `json:"lens,omitempty"`
	Title       string   `json:"title,omitempty"`       // in the file's own words, like the next three
	Creator     string   `json:"creator,omitempty"`     // several are parted by "; "
	Copyright   string   `json:"copyright,omitempty"`   // at most 500 characters each
	Description string   `json:"description,omitempty"` // at most 2000 characters
	PixelsPerMM float64  `json:"pixelsPerMM,omitempty"` // 0 where the file does not say
	Notes       []string `json:"notes,omitempty"`

	// Streams says that the master can be read in pieces, and need not stand in
	// memory whole.
	Streams bool `json:"streams,omitempty"`

	// AcceptIncomplete says that a curator takes the master as it is even where it
	// ends early: what is missing becomes gray. Identify never sets it.
	AcceptIncomplete bool `json:"acceptIncomplete,omitempty"`

	// converts says that the embedded profile is not sRGB; byMatrix that it is one
	// of curves and primaries, which needs no library.
	converts, byMatrix bool
	fax                bool // of a TIFF: its compression
	onlyHere           bool // the native engine's libraries do not read it, or not rightly
	progressive        bool // of a JPEG: it stands in memory whole while it is decoded
	ownPixels          bool // of a TIFF or PNG: its pixels are unpacked by this package, no JPEG among them
	miscounted         bool // of a JPEG: image/jpeg does not find the restarts in its scans
}

// maxSide is the longest side that any format may claim, in pixels.
const maxSide = 1 << 30

// Identify finds out what a master of size bytes is, without decoding it. It
// returns a *RefusedError for what cannot be shown; any other error is that of
// the reader or of ctx.
func (e *Go) Identify(ctx context.Context, r io.ReaderAt, size int64) (Info, error) {
	info, err := identify(newMaster(ctx, r, size), e)
	return info, advised(err)
}

// examiner is what an engine knows of masters.
type examiner interface {
	// accepts refuses formats that the engine does not read.
	accepts(info Info) error
	// examine reads what the headers of a master say, its width and height as they
	// are stored.
	examine(m *master, info *Info) (claim, error)
	// check refuses what is beyond the limits, before anything is decoded.
	check(info Info, need claim, size int64) error
}

func identify(m *master, e examiner) (Info, error) {
	size := m.size
	if size == 0 {
		return Info{}, refuse(CodeEmpty, doReplace, "the file is empty (0 bytes)")
	}
	start := make([]byte, min(size, sniffLength))
	if _, err := m.ReadAt(start, 0); err != nil {
		return Info{}, err
	}
	info := Info{Orientation: 1}
	info.Format, info.Name = sniff(start)
	if err := e.accepts(info); err != nil {
		return Info{}, err
	}
	var need claim
	err := guard(info.Name, func() (err error) {
		need, err = e.examine(m, &info)
		return err
	})
	if err != nil {
		// What claims to be impossibly large is refused for that, whatever else
		// is wrong with it.
		if refused := e.check(info, need, size); refused != nil && info.Width > 0 {
			err = refused
		}
		return Info{}, m.judge(info.Name, err)
	}
	readMetadata(m, &info)
	if err := m.judge(info.Name, m.ctx.Err()); err != nil {
		return Info{}, err
	}
	if err := e.check(info, need, size); err != nil {
		return Info{}, err
	}
	if info.Orientation >= 5 {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, nil
}

// accepts refuses what is no image, and images of kinds that this engine does not
// read.
func (e *Go) accepts(info Info) error {
	switch info.Format {
	case formatJPEG, formatPNG, formatTIFF, formatWebP, formatGIF, formatBMP:
		return nil
	case "application/octet-stream":
		return refuse(CodeNotAnImage, "check whether it is the right file; it may be damaged at its start", "the file's content is of no known kind")
	case "application/pdf", "application/dicom":
		return refuse(CodeUnsupported, doConvert, "%s is not read here", info.Name)
	}
	if len(info.Format) > 6 && info.Format[:6] == "image/" {
		return refuse(CodeUnsupported, doConvert, "%s is not read here", info.Name)
	}
	return refuse(CodeNotAnImage, "check whether it is the right file", "the file is no image: its content is %s", info.Name)
}

// claim is what decoding a master takes, by what its header says.
type claim struct {
	memory int64 // bytes
	raw    int64 // bytes of all pixels as they are stored, before compression
}

func (e *Go) examine(m *master, info *Info) (claim, error) {
	need, err := readInfo(m, info)
	if err == nil && info.miscounted {
		return need, errMiscounted
	}
	if err == nil && info.converts && !info.byMatrix {
		info.Notes = append(info.Notes, notConverted+"; the native engine converts them by the profile: "+toInstall)
	} else if err == nil && info.Colour == "cmyk" {
		info.Notes = append(info.Notes, inksByFormula+"; the native engine does it by a profile: "+toInstall)
	}
	return need, err
}

// errMiscounted refuses a JPEG in whose scans image/jpeg does not find the restarts.
var errMiscounted = refuse(CodeUnsupported, doConvert, "this JPEG is progressive and has restart markers, which is not read here")

// maxTurboSide is the longest side of a JPEG that libjpeg-turbo takes
// (JPEG_MAX_DIMENSION of its jmorecfg.h); the format has room for 35 pixels more.
const maxTurboSide = 65500

// What is noted of colours that are not converted by a profile.
const (
	notConverted  = "its colours are shown as if they were sRGB"
	inksByFormula = "its inks are converted by a simple formula"
)

// readInfo reads what the headers say of the formats that this package knows.
func readInfo(m *master, info *Info) (claim, error) {
	switch info.Format {
	case formatJPEG:
		return readJPEGInfo(m, info)
	case formatPNG:
		return readPNGInfo(m, info)
	case formatTIFF:
		return readTIFFInfo(m, info)
	}
	var c image.Config
	var err error
	perPixel := int64(4)
	info.BitDepth = 8
	switch info.Format {
	case formatGIF:
		c, err = gif.DecodeConfig(m.all())
		perPixel = 5 // a frame, and a canvas where that is larger
		if severalFrames(m) {
			info.Notes = append(info.Notes, "the file is an animation; its first frame is shown")
		}
	case formatWebP:
		if animatedWebP(m) {
			return claim{}, refuse(CodeUnsupported, doConvert, "the WebP file is animated, which is not read here")
		}
		c, err = webp.DecodeConfig(m.all())
		perPixel = 8 // of a lossless one: pixels and what predicts them
	case formatBMP:
		c, err = bmp.DecodeConfig(m.all())
	}
	if err != nil {
		return claim{}, err
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide {
		return claim{}, refuse(CodeBroken, doReplace, "the %s file says that it has %d × %d pixels", info.Name, c.Width, c.Height)
	}
	info.Width, info.Height = c.Width, c.Height
	info.Colour, info.Alpha = colourOf(c.ColorModel)
	return claim{memory: area(c.Width, c.Height, perPixel)}, nil
}

// area is width × height × n, or the largest number if that is larger.
func area(width, height int, n int64) int64 {
	const most = 1<<63 - 1
	a := int64(width) * int64(height) // both at most 2³⁰
	if n > 0 && a > most/n {
		return most
	}
	return a * n
}

func colourOf(m color.Model) (name string, alpha bool) {
	switch m {
	case color.GrayModel, color.Gray16Model:
		return "gray", false
	case color.YCbCrModel:
		return "ycbcr", false
	case color.NYCbCrAModel:
		return "ycbcr", true
	case color.CMYKModel:
		return "cmyk", false
	case color.NRGBAModel, color.NRGBA64Model:
		return "rgb", true
	}
	if _, ok := m.(color.Palette); ok {
		return "palette", false
	}
	return "rgb", false
}

func readJPEGInfo(m *master, info *Info) (claim, error) {
	h, err := readJPEGHeader(m, m.size)
	if err != nil {
		return claim{}, err
	}
	info.Width, info.Height, info.BitDepth = h.width, h.height, 8
	info.setProfile(h.icc)
	info.progressive = h.progressive
	info.onlyHere = max(h.width, h.height) > maxTurboSide
	info.miscounted = h.progressive && h.restarts && h.quarters < 4*h.components
	info.Colour = map[int]string{1: "gray", 3: "ycbcr", 4: "cmyk"}[h.components]
	return claim{memory: h.memory()}, nil
}

func readPNGInfo(m *master, info *Info) (claim, error) {
	p, err := readPNG(m, m.size)
	if p == nil {
		return claim{}, err
	}
	s := &p.samples
	info.Width, info.Height, info.BitDepth = p.width, p.height, s.bits
	info.setProfile(p.icc)
	info.Colour, info.Alpha = s.name(), s.alpha >= 0
	if p.animated {
		info.Notes = append(info.Notes, "the file is an animation; its still picture is shown")
	}
	if p.marred {
		info.Notes = append(info.Notes, "a part of the file beside its pixels is damaged")
	}
	if p.perMetre > 0 {
		info.PixelsPerMM = float64(p.perMetre) / 1000
	}
	need := claim{raw: area(s.lineBytes(p.width), p.height, 1)}
	info.ownPixels = !p.interlaced
	if info.Streams = !p.interlaced; !info.Streams {
		need.memory = need.raw
	}
	return need, err
}

func readTIFFInfo(m *master, info *Info) (claim, error) {
	file, err := pyramid.OpenMaster(m, m.size)
	if err != nil && m.declared() > m.size {
		return claim{}, io.ErrUnexpectedEOF
	} else if err != nil {
		return claim{}, refuse(CodeBroken, doReplace, "the TIFF file is damaged: its directory cannot be read")
	}
	t, err := readTIFF(file)
	info.Width, info.Height = t.width, t.height
	if err != nil {
		return claim{}, err
	}
	s := &t.samples
	info.BitDepth = s.bits
	info.Colour, info.Alpha, info.Streams = s.name(), s.alpha >= 0, true
	if t.photometric == 6 {
		info.Colour = "ycbcr"
	}
	info.fax = t.compression == tiffFax3 || t.compression == tiffFax4
	if o, err := file.Number(tagOrientation, 1); err == nil && o >= 1 && o <= 8 {
		info.Orientation = int(o)
	}
	if file.More() {
		info.Notes = append(info.Notes, "the file holds several images; the first is shown")
	}
	info.setProfile(t.icc)
	if s.colours == coloursLab {
		info.converts = false // the profile describes what needs no description
	}
	if s.floating {
		info.Notes = append(info.Notes, "its samples are floating-point numbers; what is outside of 0 to white is cut")
	}
	info.ownPixels = t.compression != tiffJPEG && !info.fax
	info.onlyHere = s.bits == 32 || s.colours == coloursLab || t.tiled && t.planes > 1
	return claim{memory: t.memory(), raw: area(s.lineBytes(t.width), t.height, 1)}, nil
}

// setProfile notes the name of an embedded profile, and whether colours are to be
// converted by it.
func (i *Info) setProfile(icc []byte) {
	if len(icc) == 0 {
		return
	}
	i.Profile, i.converts = profileName(icc), needsConversion(icc)
	_, i.byMatrix = readProfile(icc)
}

// animatedWebP reads the animation flag of the VP8X chunk (RFC 9649, section 2.7).
func animatedWebP(r io.ReaderAt) bool {
	var b [21]byte
	if _, err := r.ReadAt(b[:], 0); err != nil {
		return false
	}
	return string(b[12:16]) == "VP8X" && b[20]&0x02 != 0
}
