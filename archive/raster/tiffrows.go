package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"

	"github.com/klauspost/compress/zlib"
	"golang.org/x/image/tiff/lzw"

	"hexi/archive/pyramid"
)

// errTIFFKind says that a TIFF is of a kind that is not read in strips; it is
// then decoded whole, or refused, by the general decoder.
var errTIFFKind = errors.New("unsupported kind of TIFF")

// TIFF compressions that are read in strips (TIFF 6.0 and its supplements).
const (
	tiffNone, tiffLZW, tiffJPEG, tiffDeflate, tiffPackBits, tiffDeflateOld = 1, 5, 7, 8, 32773, 32946
)

// maxBlock bounds one strip or tile, in bytes when it is decoded.
const maxBlock = 1 << 30

// tiffRows reads a TIFF strip by strip, or row of tiles by row of tiles, so that
// memory depends on its width and not on its height.
type tiffRows struct {
	r             io.ReaderAt
	order         binary.ByteOrder
	width, height int
	bits          int // of a sample: 1, 8 or 16
	samples       int
	photometric   int
	compression   int
	predictor     bool
	blockWidth    int // of a strip: the image's width
	blockHeight   int
	across        int // blocks across
	offsets       []int64
	counts        []int64
	palette       [][3]byte
	tables        []byte
	alpha         int // index of the alpha sample, or -1
	associated    bool
	mirror        bool

	at    int    // next row
	have  int    // rows in lines that are not delivered yet
	first int    // the first of them
	lines []byte // RGBX, or gray, of a row of blocks
	block []byte // a decoded block
	raw   []byte // an undecoded one
}

// newTIFFRows opens the first image of a TIFF; errTIFFKind if it is of a kind
// that is not read in strips.
func newTIFFRows(m *pyramid.Master, r io.ReaderAt) (*tiffRows, error) {
	t := &tiffRows{r: r, order: m.Order(), alpha: -1}
	var err error
	field := func(tag uint16, otherwise int64) int {
		v, fieldErr := m.Number(tag, otherwise)
		if fieldErr != nil && err == nil {
			err = fieldErr
		}
		return int(min(v, 1<<31))
	}
	t.width, t.height = field(tagWidth, 0), field(tagHeight, 0)
	t.samples, t.photometric, t.compression = field(tagSamples, 1), field(tagPhotometric, 1), field(tagCompression, 1)
	planar, predictor, format, order := field(tagPlanar, 1), field(tagPredictor, 1), field(tagSampleFormat, 1), field(tagFillOrder, 1)
	if err != nil {
		return nil, err
	}
	bits := []int64{1}
	if m.Has(tagBits) {
		if bits, err = m.Numbers(tagBits, 16); err != nil {
			return nil, err
		}
	}
	for _, b := range bits {
		if b != bits[0] {
			return nil, errTIFFKind
		}
	}
	t.bits = int(bits[0])
	t.predictor = predictor == 2
	if (planar != 1 && t.samples > 1) || predictor > 2 || format != 1 || order != 1 || !t.knownKind() {
		return nil, errTIFFKind
	}
	if t.samples > len(bits) && len(bits) > 1 {
		return nil, errTIFFKind
	}
	if err := t.readExtra(m); err != nil {
		return nil, err
	}
	if err := t.readBlocks(m); err != nil {
		return nil, err
	}
	return t, nil
}

// knownKind reports whether the combination of colour, depth and compression is
// one that is read here.
func (t *tiffRows) knownKind() bool {
	switch t.compression {
	case tiffNone, tiffLZW, tiffDeflate, tiffDeflateOld, tiffPackBits:
	case tiffJPEG:
		return t.bits == 8 && (t.samples == 3 && (t.photometric == 6 || t.photometric == 2) || t.samples == 1 && t.photometric == 1)
	default:
		return false
	}
	switch {
	case t.bits == 1 || t.bits == 4 || t.bits == 2:
		return t.samples == 1 && (t.photometric <= 1 || t.photometric == 3) && !t.predictor
	case t.bits != 8 && t.bits != 16:
		return false
	case t.photometric <= 1:
		return t.samples == 1 || t.samples == 2
	case t.photometric == 2:
		return t.samples >= 3 && t.samples <= 5
	case t.photometric == 3:
		return t.samples == 1 && t.bits == 8
	case t.photometric == 5:
		return t.samples >= 4 && t.samples <= 5
	}
	return false
}

// readExtra reads what belongs to the colours: alpha, palette, JPEG tables.
func (t *tiffRows) readExtra(m *pyramid.Master) error {
	colours := map[int]int{0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3}[t.photometric]
	if t.samples > colours && m.Has(tagExtraSamples) {
		kinds, err := m.Numbers(tagExtraSamples, 16)
		if err != nil {
			return err
		}
		if kinds[0] == 1 || kinds[0] == 2 {
			t.alpha, t.associated = colours, kinds[0] == 1
		}
	}
	if t.photometric == 3 {
		n := 1 << t.bits
		v, err := m.Numbers(tagColorMap, 3*n)
		if err != nil || len(v) != 3*n {
			return errTIFFKind
		}
		// Some writers store 8-bit values in the 16-bit map.
		shift := 8
		small := true
		for _, c := range v {
			small = small && c < 256
		}
		if small {
			shift = 0
		}
		t.palette = make([][3]byte, n)
		for i := range t.palette {
			t.palette[i] = [3]byte{byte(v[i] >> shift), byte(v[n+i] >> shift), byte(v[2*n+i] >> shift)}
		}
	}
	if t.compression == tiffJPEG && m.Has(tagJPEGTables) {
		var err error
		if t.tables, err = m.Bytes(tagJPEGTables, 64<<10); err != nil {
			return err
		}
	}
	return nil
}

// readBlocks reads where the strips or tiles lie.
func (t *tiffRows) readBlocks(m *pyramid.Master) error {
	if t.width < 1 || t.height < 1 || t.width > 1<<30 || t.height > 1<<30 {
		return errTIFFKind
	}
	offsetsTag, countsTag := uint16(tagStripOffsets), uint16(tagStripCounts)
	if m.Has(tagTileOffsets) {
		offsetsTag, countsTag = tagTileOffsets, tagTileCounts
		w, err := m.Number(tagTileWidth, 0)
		if err != nil {
			return err
		}
		h, err := m.Number(tagTileHeight, 0)
		if err != nil {
			return err
		}
		if w < 1 || h < 1 || w > 1<<16 || h > 1<<16 {
			return errTIFFKind
		}
		t.blockWidth, t.blockHeight = int(w), int(h)
	} else {
		perStrip, err := m.Number(tagRowsPerStrip, int64(t.height))
		if err != nil {
			return err
		}
		t.blockWidth, t.blockHeight = t.width, int(max(1, min(perStrip, int64(t.height))))
	}
	t.across = (t.width + t.blockWidth - 1) / t.blockWidth
	down := (t.height + t.blockHeight - 1) / t.blockHeight
	if t.blockBytes() > maxBlock || int64(t.width)*int64(t.blockHeight)*4 > maxBlock || t.across*down > 1<<24 {
		return errTIFFKind
	}
	var err error
	if t.offsets, err = m.Numbers(offsetsTag, t.across*down); err != nil {
		return err
	}
	if m.Has(countsTag) {
		if t.counts, err = m.Numbers(countsTag, t.across*down); err != nil {
			return err
		}
	} else if t.compression == tiffNone && t.across*down == 1 {
		t.counts = []int64{t.blockBytes()} // old writers leave the count away
	}
	if len(t.offsets) != t.across*down || len(t.counts) != len(t.offsets) {
		return refuse(CodeBroken, doReplace, "the TIFF file lists %d of its %d strips", len(t.offsets), t.across*down)
	}
	return nil
}

// lineBytes is how many bytes a row of a block has.
func (t *tiffRows) lineBytes() int64 {
	return (int64(t.blockWidth)*int64(t.samples)*int64(t.bits) + 7) / 8
}

func (t *tiffRows) blockBytes() int64 { return t.lineBytes() * int64(t.blockHeight) }

func (t *tiffRows) bounds() (int, int) { return t.width, t.height }

func (t *tiffRows) gray() bool {
	if t.photometric == 3 {
		for _, c := range t.palette {
			if c[0] != c[1] || c[1] != c[2] {
				return false
			}
		}
		return true
	}
	return t.photometric <= 1
}

// pixelBytes is how many bytes a pixel has in lines.
func (t *tiffRows) pixelBytes() int {
	if t.gray() {
		return 1
	}
	return 4
}

func (t *tiffRows) next(b *band) error {
	n := t.pixelBytes()
	if n == 1 {
		return t.fill(b.rows, func(done int, lines []byte, rows int) {
			copy(b.y[done*b.width:], lines[:rows*b.width])
		})
	}
	// Chroma is taken from pairs of rows, so that the rows of a band are
	// gathered before they are converted, unless a row of blocks has them all.
	if t.have >= b.rows {
		fromRGBX(b, t.lines[t.first*4*t.width:], 4*t.width)
		t.take(b.rows)
		return nil
	}
	all := make([]byte, 4*b.width*b.rows)
	err := t.fill(b.rows, func(done int, lines []byte, rows int) {
		copy(all[done*4*b.width:], lines[:rows*4*b.width])
	})
	if err != nil {
		return err
	}
	fromRGBX(b, all, 4*b.width)
	return nil
}

// fill hands over the next rows in as many pieces as there are blocks.
func (t *tiffRows) fill(rows int, use func(done int, lines []byte, rows int)) error {
	for done := 0; done < rows; {
		if t.have == 0 {
			if err := t.readRowOfBlocks(); err != nil {
				return err
			}
		}
		n := min(t.have, rows-done)
		use(done, t.lines[t.first*t.width*t.pixelBytes():], n)
		t.take(n)
		done += n
	}
	return nil
}

func (t *tiffRows) take(n int) {
	t.first += n
	t.have -= n
	t.at += n
}

// whole reads all rows into an image, for one that has to be turned.
func (t *tiffRows) whole() (image.Image, error) {
	if t.gray() {
		img := image.NewGray(image.Rect(0, 0, t.width, t.height))
		err := t.fill(t.height, func(done int, lines []byte, rows int) {
			copy(img.Pix[done*img.Stride:], lines[:rows*t.width])
		})
		return img, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, t.width, t.height))
	err := t.fill(t.height, func(done int, lines []byte, rows int) {
		copy(img.Pix[done*img.Stride:], lines[:rows*4*t.width])
	})
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 0xff
	}
	return img, err
}

// readRowOfBlocks decodes the blocks that the next row lies in.
func (t *tiffRows) readRowOfBlocks() error {
	row := t.at / t.blockHeight
	rows := min(t.blockHeight, t.height-row*t.blockHeight)
	n := t.pixelBytes()
	if need := t.width * t.blockHeight * n; t.lines == nil {
		t.lines = make([]byte, need)
	}
	for col := range t.across {
		x := col * t.blockWidth
		width := min(t.blockWidth, t.width-x)
		i := row*t.across + col
		if t.compression == tiffJPEG {
			if err := t.decodeJPEG(i, x, width, rows); err != nil {
				return err
			}
			continue
		}
		block, err := t.decodeBlock(i, rows)
		if err != nil {
			return err
		}
		line := int(t.lineBytes())
		for y := range rows {
			t.convert(t.lines[(y*t.width+x)*n:(y*t.width+x+width)*n], block[y*line:(y+1)*line])
		}
	}
	if t.mirror {
		for y := range rows {
			mirrorRow(t.lines[y*t.width*n:(y+1)*t.width*n], n)
		}
	}
	t.first, t.have = 0, rows
	return nil
}

func mirrorRow(row []byte, n int) {
	for i, j := 0, len(row)-n; i < j; i, j = i+n, j-n {
		for k := range n {
			row[i+k], row[j+k] = row[j+k], row[i+k]
		}
	}
}

// readRaw reads a block as it is stored.
func (t *tiffRows) readRaw(i int) ([]byte, error) {
	n := t.counts[i]
	if n < 1 || n > maxBlock {
		return nil, refuse(CodeBroken, doReplace, "strip %d of the TIFF file has %d bytes", i+1, n)
	}
	// Only as much as there is: the count may be a lie.
	if int64(cap(t.raw)) < n {
		t.raw = nil
		var b bytes.Buffer
		if _, err := io.Copy(&b, io.NewSectionReader(t.r, t.offsets[i], n)); err != nil {
			return nil, fmt.Errorf("read strip %d: %w", i+1, err)
		}
		t.raw = b.Bytes()
	} else {
		t.raw = t.raw[:n]
		got, err := t.r.ReadAt(t.raw, t.offsets[i])
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read strip %d: %w", i+1, err)
		}
		t.raw = t.raw[:got]
	}
	if int64(len(t.raw)) < n {
		percent := 100 * float64(i/t.across*t.blockHeight) / float64(t.height)
		return nil, refuse(CodeTruncated, doReplace, "the TIFF file ends early: %.0f %% of its rows could be read", percent)
	}
	return t.raw, nil
}

// decodeBlock returns the samples of a block, of which rows rows are used.
func (t *tiffRows) decodeBlock(i, rows int) ([]byte, error) {
	raw, err := t.readRaw(i)
	if err != nil {
		return nil, err
	}
	want := int(t.lineBytes()) * rows
	if t.block == nil {
		t.block = make([]byte, t.blockBytes())
	}
	block := t.block[:want]
	switch t.compression {
	case tiffNone:
		if len(raw) < want {
			return nil, refuse(CodeTruncated, doReplace, "strip %d of the TIFF file is too short", i+1)
		}
		block = raw[:want]
	case tiffPackBits:
		err = unpackBits(block, raw)
	case tiffLZW:
		d := lzw.NewReader(bytes.NewReader(raw), lzw.MSB, 8)
		_, err = io.ReadFull(d, block)
		_ = d.Close() // reads from memory
	default:
		var d io.ReadCloser
		if d, err = zlib.NewReader(bytes.NewReader(raw)); err == nil {
			_, err = io.ReadFull(d, block)
			_ = d.Close() // reads from memory
		}
	}
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return nil, refuse(CodeTruncated, doReplace, "strip %d of the TIFF file ends early", i+1)
		}
		return nil, refuse(CodeBroken, doReplace, "strip %d of the TIFF file is damaged: %v", i+1, err)
	}
	if t.predictor {
		line := int(t.lineBytes())
		for y := range rows {
			t.undoPredictor(block[y*line : (y+1)*line])
		}
	}
	return block, nil
}

// undoPredictor adds up the differences between neighbours (TIFF 6.0, section 14).
func (t *tiffRows) undoPredictor(line []byte) {
	if t.bits == 8 {
		for i := t.samples; i < len(line); i++ {
			line[i] += line[i-t.samples]
		}
		return
	}
	for i := 2 * t.samples; i+1 < len(line); i += 2 {
		t.order.PutUint16(line[i:], t.order.Uint16(line[i:])+t.order.Uint16(line[i-2*t.samples:]))
	}
}

// unpackBits decodes PackBits (TIFF 6.0, section 9).
func unpackBits(dst, src []byte) error {
	for len(dst) > 0 {
		if len(src) < 2 {
			return io.ErrUnexpectedEOF
		}
		n := int(int8(src[0]))
		switch {
		case n >= 0:
			n = min(n+1, len(dst))
			if len(src) < 1+n {
				return io.ErrUnexpectedEOF
			}
			copy(dst, src[1:1+n])
			src = src[1+n:]
		case n == -128:
			src = src[1:]
			continue
		default:
			n = min(1-n, len(dst))
			for i := range n {
				dst[i] = src[1]
			}
			src = src[2:]
		}
		dst = dst[n:]
	}
	return nil
}

// decodeJPEG decodes a JPEG block into its place in lines (Technical Note 2).
func (t *tiffRows) decodeJPEG(i, x, width, rows int) error {
	raw, err := t.readRaw(i)
	if err != nil {
		return err
	}
	stream := raw
	if len(t.tables) > 4 && len(raw) > 2 {
		stream = append(append([]byte{}, t.tables[:len(t.tables)-2]...), raw[2:]...)
	}
	var img image.Image
	err = guard("TIFF", func() error {
		c, err := jpeg.DecodeConfig(bytes.NewReader(stream))
		if err != nil {
			return err
		}
		if c.Width < width || c.Height < rows || c.Width > t.blockWidth+64 || c.Height > t.blockHeight+64 {
			return refuse(CodeBroken, doReplace, "block %d of the TIFF file has %d × %d pixels", i+1, c.Width, c.Height)
		}
		img, err = jpeg.Decode(bytes.NewReader(stream))
		return err
	})
	if err != nil {
		return err
	}
	if t.gray() {
		g, ok := img.(*image.Gray)
		if !ok {
			return refuse(CodeBroken, doReplace, "block %d of the gray TIFF file has colour", i+1)
		}
		for y := range rows {
			copy(t.lines[y*t.width+x:y*t.width+x+width], g.Pix[y*g.Stride:])
		}
		return nil
	}
	if y, ok := img.(*image.YCbCr); ok && t.photometric == 2 {
		img = &rgbInYCbCr{y}
	}
	dst := &image.RGBA{Pix: t.lines, Stride: 4 * t.width, Rect: image.Rect(0, 0, t.width, rows)}
	draw.Draw(dst, image.Rect(x, 0, x+width, rows), img, image.Point{}, draw.Src)
	return nil
}
