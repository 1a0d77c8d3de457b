package raster

import (
	"encoding/binary"
	"fmt"

	"hexi/archive/pyramid"
)

// Fields of a TIFF directory that are read from masters (TIFF 6.0; the DNG and
// Photoshop notes for the last).
const (
	tagWidth, tagHeight, tagBits, tagCompression = 256, 257, 258, 259
	tagPhotometric, tagFillOrder                 = 262, 266
	tagStripOffsets, tagSamples, tagRowsPerStrip = 273, 277, 278
	tagStripCounts, tagPlanar, tagT4Options      = 279, 284, 292
	tagPredictor, tagColorMap                    = 317, 320
	tagTileWidth, tagTileHeight                  = 322, 323
	tagTileOffsets, tagTileCounts                = 324, 325
	tagExtraSamples, tagSampleFormat             = 338, 339
	tagJPEGTables, tagOrientation, tagICC        = 347, 274, 34675
)

// TIFF compressions that are read (TIFF 6.0 and its supplements).
const (
	tiffNone, tiffCCITTRLE, tiffFax3, tiffFax4 = 1, 2, 3, 4
	tiffLZW, tiffJPEG, tiffDeflate             = 5, 7, 8
	tiffPackBits, tiffDeflateOld               = 32773, 32946
)

// Limits on what a TIFF may make its reader allocate: how many strips or tiles,
// and how many bytes one of them may have when it is decoded at a piece.
const (
	maxBlocks     = 1 << 22
	maxBlockBytes = 64 << 20
)

// tiffImage is the first image of a TIFF, as its fields describe it.
type tiffImage struct {
	width, height int
	samples       samples
	photometric   int
	compression   int
	predictor     bool
	reversed      bool // the bits of each byte
	fax2D         bool
	tables        []byte // JPEG tables; nil for none
	icc           []byte // the embedded profile; nil for none

	tiled           bool
	planes          int // 1, or as many as samples where each has blocks of its own
	blockWidth      int
	blockHeight     int
	across, down    int // blocks
	offsets, counts []int64
	byRow           bool // its rows are wanted one after the other, if they can be had
}

// readTIFF reads the fields of a TIFF's first image. What is well-formed but
// not read here is a refusal that says what it is. With an error it returns what
// was read before that.
func readTIFF(m *pyramid.Master) (*tiffImage, error) {
	f := &tiffFields{m: m}
	t := &tiffImage{
		width: f.number(tagWidth, 0), height: f.number(tagHeight, 0),
		photometric: f.number(tagPhotometric, -1), compression: f.number(tagCompression, 1),
		predictor: f.number(tagPredictor, 1) > 1, reversed: f.number(tagFillOrder, 1) == 2,
		fax2D: f.number(tagT4Options, 0)&1 != 0, tiled: m.Has(tagTileOffsets),
	}
	predictor, planar := f.number(tagPredictor, 1), f.number(tagPlanar, 1)
	count := f.number(tagSamples, 1)
	bits := f.numbers(tagBits, []int64{1})
	formats := f.numbers(tagSampleFormat, []int64{1})
	if f.err != nil {
		return t, damaged("TIFF", f.err)
	}
	if t.width < 1 || t.height < 1 || t.width > maxSide || t.height > maxSide {
		return t, refuse(CodeBroken, doReplace, "the TIFF file says that it has %d × %d pixels", t.width, t.height)
	}
	if count < 1 || count > 64 {
		return t, refuse(CodeBroken, doReplace, "the TIFF file says that its pixels have %d samples", count)
	}
	for _, b := range bits {
		if b != bits[0] {
			return t, unreadTIFF("its samples have different numbers of bits (%v)", bits)
		}
	}
	floating := false
	for _, v := range formats {
		lab := t.photometric == 8 && v == 2 // a and b have signs, whatever is said of them
		if floating = v == 3; floating && bits[0] != 32 {
			return t, unreadTIFF("its samples are floating-point numbers of %d bits", bits[0])
		} else if v != 1 && v != 3 && v != 4 && !lab {
			return t, unreadTIFF("its samples are of format %d (signed or complex numbers)", v)
		} else if floating != (formats[0] == 3) {
			return t, unreadTIFF("its samples are of different formats (%v)", formats)
		}
	}
	if predictor > 3 || (predictor == 3) != floating && predictor > 1 {
		return t, unreadTIFF("it uses predictor %d", predictor)
	}
	t.planes = 1
	if planar == 2 && count > 1 {
		t.planes = count
	}
	t.samples = samples{bits: int(min(bits[0], 1<<16)), count: count, bigEndian: m.Order() == binary.BigEndian, floating: floating, alpha: -1}
	if m.Has(tagICC) {
		t.icc, _ = m.Bytes(tagICC, maxProfileBytes) // one that cannot be read is passed over
	}
	if err := t.readColours(f); err != nil {
		return t, err
	}
	t.samples.linear = floating && len(t.icc) == 0
	t.samples.convert(t.icc)
	if err := t.checkCompression(f); err != nil {
		return t, err
	}
	if err := t.readBlocks(f); err != nil {
		return t, err
	}
	return t, nil
}

// tiffFields reads fields and keeps the first error.
type tiffFields struct {
	m   *pyramid.Master
	err error
}

func (f *tiffFields) number(tag uint16, otherwise int) int {
	v, err := f.m.Number(tag, int64(otherwise))
	if err != nil && f.err == nil {
		f.err = err
	}
	return int(min(v, 1<<32))
}

func (f *tiffFields) numbers(tag uint16, otherwise []int64) []int64 {
	if !f.m.Has(tag) {
		return otherwise
	}
	v, err := f.m.Numbers(tag, 64)
	if err != nil || len(v) == 0 {
		if f.err == nil {
			f.err = err
		}
		return otherwise
	}
	return v
}

func unreadTIFF(format string, args ...any) error {
	return refuse(CodeUnsupported, doConvert, "this TIFF is not read here: %s", fmt.Sprintf(format, args...))
}

// readColours reads what the samples mean.
func (t *tiffImage) readColours(f *tiffFields) error {
	s := &t.samples
	colours := 1
	switch t.photometric {
	case 0, 1:
		s.colours, s.inverted = coloursGray, t.photometric == 0
	case 2:
		s.colours, colours = coloursRGB, 3
	case 3:
		s.colours = coloursPalette
	case 5:
		s.colours, colours = coloursCMYK, 4
	case 6:
		if t.compression == 6 {
			return unreadTIFF("its compression is old-style JPEG")
		}
		if t.compression != tiffJPEG {
			return unreadTIFF("its colours are YCbCr without JPEG compression")
		}
		s.colours, colours = coloursRGB, 3
	case 8, 9:
		s.colours, s.offset, colours = coloursLab, t.photometric == 9, 3
	case 10:
		return unreadTIFF("its colours are CIE L*a*b* as faxes have it")
	case -1:
		return refuse(CodeBroken, doReplace, "the TIFF file does not say what its colours mean (PhotometricInterpretation is missing)")
	default:
		return unreadTIFF("its colours are of kind %d", t.photometric)
	}
	if s.count < colours {
		return refuse(CodeBroken, doReplace, "the TIFF file says that its pixels have %d samples; its colours need %d", s.count, colours)
	}
	switch {
	case s.bits == 8, s.bits == 16 && s.colours != coloursPalette:
	case s.bits == 32 && (s.colours == coloursGray || s.colours == coloursRGB):
	case (s.bits == 1 || s.bits == 2 || s.bits == 4) && s.count == 1 && t.photometric <= 3 && !t.predictor:
	default:
		return unreadTIFF("its pixels have %d samples of %d bits", s.count, s.bits)
	}
	if s.count > colours {
		if kinds := f.numbers(tagExtraSamples, []int64{0}); kinds[0] == 1 || kinds[0] == 2 {
			s.alpha, s.associated = colours, kinds[0] == 1
		}
	}
	if s.colours == coloursPalette {
		return t.readPalette(f)
	}
	return nil
}

// readPalette reads the colour map (TIFF 6.0, section 5).
func (t *tiffImage) readPalette(f *tiffFields) error {
	n := 1 << t.samples.bits
	v, err := f.m.Numbers(tagColorMap, 3*n)
	if err != nil || len(v) != 3*n {
		return refuse(CodeBroken, doReplace, "the TIFF file lacks the palette of its %d colours", n)
	}
	// Its values have 16 bits; some writers store 8-bit values nevertheless.
	small := true
	for _, c := range v {
		small = small && c < 256
	}
	shift := 8
	if small {
		shift = 0
	}
	t.samples.palette = make([][3]byte, n)
	for i := range t.samples.palette {
		t.samples.palette[i] = [3]byte{byte(v[i] >> shift), byte(v[n+i] >> shift), byte(v[2*n+i] >> shift)}
	}
	return nil
}

// checkCompression refuses compressions that are not read, alone or with these
// colours, and reads what belongs to the others.
func (t *tiffImage) checkCompression(f *tiffFields) error {
	s := &t.samples
	switch t.compression {
	case tiffNone, tiffLZW, tiffDeflate, tiffDeflateOld, tiffPackBits:
		return nil
	case tiffFax3, tiffFax4:
		if s.bits != 1 || s.count != 1 {
			return refuse(CodeBroken, doReplace, "the TIFF file has fax compression, but %d bits a sample", s.bits)
		}
		if t.compression == tiffFax3 && t.fax2D {
			return unreadTIFF("it is compressed as a two-dimensional Group 3 fax")
		}
		return nil
	case tiffJPEG:
		if f.m.Has(tagJPEGTables) {
			var err error
			if t.tables, err = f.m.Bytes(tagJPEGTables, 64<<10); err != nil {
				return refuse(CodeBroken, doReplace, "the JPEG tables of the TIFF file cannot be read: %v", err)
			}
		}
		if s.bits != 8 || t.planes > 1 || s.count != 1 && s.count != 3 && s.count != 4 ||
			s.count == 4 && s.colours != coloursCMYK || s.colours == coloursPalette || s.colours == coloursLab {
			return unreadTIFF("it is JPEG-compressed with %d samples of %d bits", s.count, s.bits)
		}
		return nil
	}
	names := map[int]string{
		tiffCCITTRLE: "modified Huffman fax", 6: "old-style JPEG", 34712: "JPEG 2000", 33003: "JPEG 2000", 33005: "JPEG 2000",
		34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 50002: "JPEG XL", 32809: "ThunderScan", 34676: "SGI LogLuv", 34677: "SGI LogLuv", 34887: "LERC",
	}
	if name := names[t.compression]; name != "" {
		return unreadTIFF("its compression is %s", name)
	}
	return unreadTIFF("its compression is number %d", t.compression)
}

// readBlocks reads where the strips or tiles lie.
func (t *tiffImage) readBlocks(f *tiffFields) error {
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripCounts)
	if t.tiled {
		offsets, counts = tagTileOffsets, tagTileCounts
		t.blockWidth, t.blockHeight = f.number(tagTileWidth, 0), f.number(tagTileHeight, 0)
		if t.blockWidth < 1 || t.blockHeight < 1 || t.blockWidth > 1<<16 || t.blockHeight > 1<<16 {
			return refuse(CodeBroken, doReplace, "the TIFF file says that its tiles have %d × %d pixels", t.blockWidth, t.blockHeight)
		}
		if t.blockWidth%2 != 0 && t.blockWidth < t.width {
			return unreadTIFF("its tiles are %d pixels wide, an odd number", t.blockWidth)
		}
	} else {
		t.blockWidth = t.width
		t.blockHeight = max(1, min(f.number(tagRowsPerStrip, t.height), t.height))
	}
	t.across = (t.width + t.blockWidth - 1) / t.blockWidth
	t.down = (t.height + t.blockHeight - 1) / t.blockHeight
	if t.across > maxBlocks || t.down > maxBlocks || t.across*t.down*t.planes > maxBlocks {
		return refuse(CodeTooLarge, doConvert, "the TIFF file has more than %d strips or tiles", maxBlocks)
	}
	if t.tiled && t.blockBytes(t.blockHeight) > maxBlockBytes {
		return refuse(CodeTooLarge, doConvert, "a tile of the TIFF file has %d × %d pixels, too many to decode at a piece", t.blockWidth, t.blockHeight)
	}
	n := t.across * t.down * t.planes
	var err error
	if t.offsets, err = f.m.Numbers(offsets, n); err != nil {
		return refuse(CodeBroken, doReplace, "the TIFF file does not say where its pixels lie, or ends before that: %v", err)
	}
	if f.m.Has(counts) {
		if t.counts, err = f.m.Numbers(counts, n); err != nil {
			return refuse(CodeBroken, doReplace, "the TIFF file does not say how long its strips or tiles are: %v", err)
		}
	} else if t.compression == tiffNone && n == 1 {
		t.counts = []int64{t.blockBytes(t.height)} // old writers leave the count away
	}
	if len(t.offsets) != n || len(t.counts) != n {
		return refuse(CodeBroken, doReplace, "the TIFF file lists %d of its %d strips or tiles", min(len(t.offsets), len(t.counts)), n)
	}
	return nil
}

// lineBytes is how many bytes a row of a block has.
func (t *tiffImage) lineBytes() int {
	s := t.samples
	if t.planes > 1 {
		s.count = 1
	}
	return s.lineBytes(t.blockWidth)
}

// blockBytes is how many bytes rows rows of a block have.
func (t *tiffImage) blockBytes(rows int) int64 { return int64(t.lineBytes()) * int64(rows) }

// gray reports whether the image has no colour.
func (t *tiffImage) gray() bool { return t.samples.gray() }

// streams reports whether the image is one or a few compressed strips, too
// large to decode each at a piece: its rows are then read one after the other. So
// are those of one that may end early, each of which counts.
func (t *tiffImage) streams() bool {
	return !t.tiled && t.planes == 1 && t.compression != tiffJPEG && (t.byRow || t.blockBytes(t.blockHeight) > maxStripBytes)
}

// maxStripBytes is the largest strip, decoded, that is decoded at a piece.
const maxStripBytes = 32 << 20
