package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"math/bits"
	"strings"

	"github.com/klauspost/compress/flate"
	"golang.org/x/image/ccitt"
	"golang.org/x/image/tiff/lzw"
)

// blockReader decodes strips and tiles. It keeps its buffers from one to the
// next, so that each goroutine has its own.
type blockReader struct {
	r       io.ReaderAt
	size    int64 // bytes that r has
	t       *tiffImage
	raw     []byte // as stored
	block   []byte // decoded rows of one plane
	merged  []byte // decoded rows of all planes
	inflate io.ReadCloser
	line    []byte
	rgba    *image.RGBA
}

// put decodes the blocks of a column from row of blocks first on, and converts
// rows rows of them into the band. rows begin at the band's row 0.
func (d *blockReader) put(b *band, first, col, rows int) error {
	t := d.t
	x := col * t.blockWidth
	width := min(t.blockWidth, t.width-x)
	if t.compression == tiffJPEG {
		for y := 0; y < rows; y += t.blockHeight {
			if err := d.putJPEG(b, (first+y/t.blockHeight)*t.across+col, x, y, width, min(t.blockHeight, rows-y)); err != nil {
				return err
			}
		}
		return nil
	}
	n := t.lineBytes()
	if t.planes == 1 {
		// Few rows at a time, so that little stands in memory as it is stored; an even
		// number, because two of them share their chroma.
		each := t.blockHeight * (1 + t.blockHeight%2)
		for y := 0; y < rows; y += each {
			part := min(each, rows-y)
			d.block = sized(d.block, n*part)
			if err := d.column(d.block, 0, first+y/t.blockHeight, col, part); err != nil {
				return err
			}
			d.line = b.putSamples(x, y, width, part, &t.samples, d.block, n, d.line)
		}
		return nil
	}
	d.block = sized(d.block, n*rows)
	wide := t.samples.lineBytes(t.blockWidth)
	d.merged = sized(d.merged, wide*rows)
	size := t.samples.bits / 8
	for p := range t.planes {
		if err := d.column(d.block, p, first, col, rows); err != nil {
			return err
		}
		for from, to := 0, p*size; from < len(d.block); from, to = from+size, to+t.planes*size {
			copy(d.merged[to:to+size], d.block[from:from+size])
		}
	}
	d.line = b.putSamples(x, 0, width, rows, &t.samples, d.merged, wide, d.line)
	return nil
}

func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// column decodes the blocks of a plane that lie below each other.
func (d *blockReader) column(dst []byte, plane, first, col, rows int) error {
	t := d.t
	n := t.lineBytes()
	for y := 0; y < rows; y += t.blockHeight {
		i := (plane*t.down+first+y/t.blockHeight)*t.across + col
		part := dst[y*n : (y+min(t.blockHeight, rows-y))*n]
		if err := d.decode(part, i); err != nil {
			return err
		}
		if t.predictor {
			for at := 0; at < len(part); at += n {
				t.undoPredictor(part[at : at+n])
			}
		}
	}
	return nil
}

// readable is the refusal of a file that ends in a block, of which so many rows
// could be read.
func (t *tiffImage) readable(i, rows int) *RefusedError {
	if t.across > 1 { // they are not the whole rows of the image
		rows = 0
	}
	return endedAt("TIFF", i%(t.across*t.down)/t.across*t.blockHeight+rows, t.height)
}

// readRaw reads a block as it is stored, or as much of it as there is.
func (d *blockReader) readRaw(i int) (raw []byte, whole bool, err error) {
	n := d.t.counts[i]
	if n < 1 || n > 4*maxBlockBytes {
		return nil, false, refuse(CodeBroken, doReplace, "strip or tile %d of the TIFF file has %d bytes", i+1, n)
	}
	// The count may be a lie: no more memory is made than there are bytes.
	there := min(n, max(0, d.size-d.t.offsets[i]))
	d.raw = sized(d.raw, int(there))
	got, err := d.r.ReadAt(d.raw, d.t.offsets[i])
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	return d.raw[:got], int64(got) == n, nil
}

// decode fills dst with the rows of a block.
func (d *blockReader) decode(dst []byte, i int) error {
	if d.t.compression == tiffNone && d.t.counts[i] >= int64(len(dst)) {
		n, err := d.r.ReadAt(dst, d.t.offsets[i])
		if n < len(dst) {
			if err == nil || errors.Is(err, io.EOF) {
				return d.t.readable(i, d.rowsIn(dst[:n]))
			}
			return err
		}
		if d.t.reversed {
			reverseBits(dst)
		}
		return nil
	}
	raw, whole, err := d.readRaw(i)
	if err != nil {
		return err
	}
	r, n := bytes.NewReader(raw), 0
	switch d.t.compression {
	case tiffNone:
		if n = copy(dst, raw); n < len(dst) {
			err = io.ErrUnexpectedEOF
		}
	case tiffPackBits:
		n, err = io.ReadFull(&packBitsReader{r: r}, dst)
	default:
		var u io.Reader
		if u, err = d.t.unpack(r, &d.inflate, d.rowsIn(dst)); err == nil {
			if n, err = io.ReadFull(u, dst); err == nil {
				err = finishBlock(u)
			}
		}
	}
	if d.t.reversed && d.t.compression == tiffNone {
		reverseBits(dst)
	}
	if !whole {
		return d.t.readable(i, d.rowsIn(dst[:n]))
	}
	return d.t.blockError(i, d.rowsIn(dst[:n]), err)
}

func (d *blockReader) rowsIn(dst []byte) int { return len(dst) / d.t.lineBytes() }

// blockError turns an error of a decompressor, after so many rows of a block, into a
// refusal that says where.
func (t *tiffImage) blockError(i, rows int, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return t.readable(i, rows)
	}
	if (t.compression == tiffFax3 || t.compression == tiffFax4) && (strings.Contains(err.Error(), "overflows") || strings.Contains(err.Error(), "missing End-of-Line")) {
		// Some faxes have lines that their decoder here does not end where others do,
		// or bits that fill up to a byte before the mark of their end.
		return unreadTIFF("it is compressed as a fax of a kind that is not known here (%v)", err)
	}
	return refuse(CodeBroken, doReplace, "strip or tile %d of the TIFF file is damaged: %v", i+1, err)
}

// byteReader is what the decompressors read from without a buffer of their own.
type byteReader interface {
	io.Reader
	io.ByteReader
}

// unpack returns a reader of the decompressed bytes of a block of rows rows.
// inflate is kept for the next block.
func (t *tiffImage) unpack(reader byteReader, inflate *io.ReadCloser, rows int) (io.Reader, error) {
	switch t.compression {
	case tiffNone:
		return reader, nil
	case tiffPackBits:
		return &packBitsReader{r: reader}, nil
	case tiffLZW:
		return lzw.NewReader(reader, lzw.MSB, 8), nil
	case tiffFax3, tiffFax4:
		order, kind := ccitt.MSB, ccitt.Group3
		if t.reversed {
			order = ccitt.LSB
		}
		if t.compression == tiffFax4 {
			kind = ccitt.Group4
		}
		// A fax's white is 0; the samples say themselves whether that is white.
		return ccitt.NewReader(reader, order, kind, t.blockWidth, rows, &ccitt.Options{Invert: true}), nil
	}
	// Zlib's header (RFC 1950, 2.2).
	head, err := reader.ReadByte()
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	flags, err := reader.ReadByte()
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if head&15 != 8 || (int(head)<<8|int(flags))%31 != 0 || flags&0x20 != 0 {
		return nil, errors.New("it is not a zlib stream")
	}
	if *inflate == nil {
		*inflate = flate.NewReader(reader)
		return newSummed(*inflate, reader), nil
	}
	again, ok := (*inflate).(flate.Resetter)
	if !ok {
		return nil, errors.New("inflate: cannot be used again")
	}
	return newSummed(*inflate, reader), again.Reset(reader, nil)
}

// undoPredictor adds up the differences between neighbours (TIFF 6.0, section 14).
func (t *tiffImage) undoPredictor(line []byte) {
	n := t.samples.count
	if t.planes > 1 {
		n = 1
	}
	switch {
	case t.samples.floating:
		t.undoFloats(line, n)
	case t.samples.bits == 32:
		order := t.order()
		for i := 4 * n; i+3 < len(line); i += 4 {
			order.PutUint32(line[i:], order.Uint32(line[i:])+order.Uint32(line[i-4*n:]))
		}
	case t.samples.bits == 16:
		high, low := 1, 0
		if t.samples.bigEndian {
			high, low = 0, 1
		}
		for i := 2 * n; i+1 < len(line); i += 2 {
			p, q := line[i-2*n:i-2*n+2:i-2*n+2], line[i:i+2:i+2]
			v := uint16(p[high])<<8 + uint16(q[high])<<8 + uint16(p[low]) + uint16(q[low])
			q[high], q[low] = byte(v>>8), byte(v)
		}
	case n == 3:
		var r, g, b byte
		for ; len(line) >= 3; line = line[3:] {
			p := line[:3:3]
			r, g, b = r+p[0], g+p[1], b+p[2]
			p[0], p[1], p[2] = r, g, b
		}
	default:
		for i := n; i < len(line); i++ {
			line[i] += line[i-n]
		}
	}
}

func (t *tiffImage) order() binary.ByteOrder {
	if t.samples.bigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// undoFloats adds up the bytes of a row of floating-point numbers, whose highest
// bytes all come first, and puts those of each together (Adobe's TIFF Technical
// Note 3).
func (t *tiffImage) undoFloats(line []byte, n int) {
	for i := n; i < len(line); i++ {
		line[i] += line[i-n]
	}
	apart := bytes.Clone(line)
	numbers, order := len(line)/4, t.order()
	for i := range numbers {
		order.PutUint32(line[4*i:], uint32(apart[i])<<24|uint32(apart[numbers+i])<<16|uint32(apart[2*numbers+i])<<8|uint32(apart[3*numbers+i]))
	}
}

func reverseBits(b []byte) {
	for i, v := range b {
		b[i] = bits.Reverse8(v)
	}
}

// packBitsReader decodes PackBits (TIFF 6.0, section 9).
type packBitsReader struct {
	r      io.ByteReader
	left   int
	repeat bool
	value  byte
}

func (p *packBitsReader) Read(b []byte) (int, error) {
	for i := range b {
		for p.left == 0 {
			c, err := p.r.ReadByte()
			if err != nil {
				return i, err
			}
			switch n := int(int8(c)); {
			case n >= 0:
				p.left, p.repeat = n+1, false
			case n > -128:
				p.left, p.repeat = 1-n, true
				if p.value, err = p.r.ReadByte(); err != nil {
					return i, io.ErrUnexpectedEOF
				}
			}
		}
		if !p.repeat {
			var err error
			if p.value, err = p.r.ReadByte(); err != nil {
				return i, io.ErrUnexpectedEOF
			}
		}
		b[i] = p.value
		p.left--
	}
	return len(b), nil
}

// putJPEG decodes a JPEG block into its place (Technical Note 2).
func (d *blockReader) putJPEG(b *band, i, x, y, width, rows int) error {
	t := d.t
	raw, whole, err := d.readRaw(i)
	if err != nil {
		return err
	}
	if !whole {
		return t.readable(i, 0)
	}
	if len(raw) < 4 || raw[0] != 0xff || raw[1] != 0xd8 {
		return refuse(CodeBroken, doReplace, "strip or tile %d of the TIFF file is no JPEG stream", i+1)
	}
	// What its three or four components are is said by the TIFF; a JPEG decoder
	// hears it from an Adobe segment: 1 for YCbCr, 0 for RGB and CMYK.
	transform := byte(0)
	if t.photometric == 6 {
		transform = 1
	}
	head := []byte{0xff, 0xd8, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform}
	if n := len(t.tables); n > 4 {
		head = append(head, t.tables[2:n-2]...)
	}
	stream := func() io.Reader { return io.MultiReader(bytes.NewReader(head), bytes.NewReader(raw[2:])) }
	c, err := jpeg.DecodeConfig(stream())
	if err != nil {
		return t.blockError(i, 0, err)
	}
	if c.Width < width || c.Height < rows || c.Width > t.blockWidth+64 || c.Height > t.blockHeight+64 {
		return refuse(CodeBroken, doReplace, "strip or tile %d of the TIFF file has %d × %d pixels", i+1, c.Width, c.Height)
	}
	img, err := jpeg.Decode(stream())
	if err != nil {
		return t.blockError(i, 0, err)
	}
	if m, ok := img.(*image.CMYK); ok { // the decoder takes ink for inverted, as Adobe's JPEG files have it
		for j := range m.Pix {
			m.Pix[j] = 255 - m.Pix[j]
		}
	}
	if g, ok := img.(*image.Gray); ok && t.samples.inverted {
		for j := range g.Pix {
			g.Pix[j] = 255 - g.Pix[j]
		}
	}
	if _, ok := img.(*image.Gray); !ok && t.gray() {
		return refuse(CodeBroken, doReplace, "strip or tile %d of the gray TIFF file has colour", i+1)
	}
	d.rgba = b.putImage(x, y, width, rows, img, image.Point{}, d.rgba, t.samples.transform)
	return nil
}
