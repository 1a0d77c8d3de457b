package raster

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zlib"

	"hexi/archive/readahead"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngImage is what a PNG says before its pixels (PNG 1.2, chapter 4). It is also
// the reader of its chunks, which stands at the first IDAT.
type pngImage struct {
	width, height int
	interlaced    bool
	samples       samples
	icc           []byte // the embedded profile
	animated      bool
	marred        bool   // a chunk that is not needed is damaged
	perMetre      uint32 // pixels; 0 where it is not said

	r    *bufio.Reader
	left uint32 // bytes of the chunk under way
	sum  uint32 // CRC of the chunk under way
	kind string
}

var errPNG = errors.New("it is not a well-formed PNG")

// maxPNGChunk bounds the chunks that are read whole.
const maxPNGChunk = 64 << 10

// readPNG reads a PNG up to its pixels. With an error it returns what was read
// before that, if it was as much as the header.
func readPNG(r io.ReaderAt, size int64) (*pngImage, error) {
	p := &pngImage{r: bufio.NewReaderSize(io.NewSectionReader(r, 0, size), 64<<10)}
	magic := make([]byte, len(pngMagic))
	if _, err := io.ReadFull(p.r, magic); err != nil {
		return nil, err
	}
	if string(magic) != pngMagic {
		return nil, errPNG
	}
	if err := p.header(); err != nil {
		return nil, err
	}
	return p, p.beforePixels()
}

// beforePixels reads the chunks up to the first IDAT.
func (p *pngImage) beforePixels() error {
	for {
		if err := p.chunk(); err != nil {
			return err
		}
		switch p.kind {
		case "IDAT":
			if p.samples.colours == coloursPalette && len(p.samples.palette) == 0 {
				return fmt.Errorf("%w: its palette is missing", errPNG)
			}
			p.samples.convert(p.icc)
			return nil
		case "IEND":
			return fmt.Errorf("%w: it holds no pixels", errPNG)
		}
		if err := p.ancillary(); err != nil {
			return err
		}
	}
}

// header reads IHDR, always the first chunk (11.2.2).
func (p *pngImage) header() error {
	if err := p.chunk(); err != nil {
		return err
	}
	first := p.kind
	b, err := p.body(13)
	if err != nil {
		return err
	}
	if first != "IHDR" || len(b) != 13 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return fmt.Errorf("%w: its header is wrong", errPNG)
	}
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w == 0 || h == 0 || w > maxSide || h > maxSide {
		return refuse(CodeBroken, doReplace, "the PNG file says that it has %d × %d pixels", w, h)
	}
	p.width, p.height, p.interlaced = int(w), int(h), b[12] == 1
	s := samples{bits: int(b[8]), count: 1, bigEndian: true, alpha: -1}
	few := s.bits == 1 || s.bits == 2 || s.bits == 4
	many := s.bits == 16
	switch b[9] {
	case 0:
	case 2:
		s.colours, s.count, few = coloursRGB, 3, false
	case 3:
		s.colours, many = coloursPalette, false
	case 4:
		s.count, s.alpha, few = 2, 1, false
	case 6:
		s.colours, s.count, s.alpha, few = coloursRGB, 4, 3, false
	default:
		return fmt.Errorf("%w: its colour type is %d", errPNG, b[9])
	}
	if s.bits != 8 && !few && !many {
		return fmt.Errorf("%w: it has %d bits a sample with colour type %d", errPNG, b[8], b[9])
	}
	p.samples = s
	return nil
}

// ancillary reads what is wanted of a chunk before the pixels, and passes over
// the rest of it.
func (p *pngImage) ancillary() error {
	s := &p.samples
	switch p.kind {
	case "PLTE":
		b, err := p.body(3 << 8)
		if err != nil || len(b) == 0 || len(b)%3 != 0 {
			return errors.Join(err, fmt.Errorf("%w: its palette has %d bytes", errPNG, len(b)))
		}
		if s.colours == coloursPalette {
			s.palette = make([][3]byte, len(b)/3)
			for i := range s.palette {
				s.palette[i] = [3]byte(b[3*i:])
			}
		}
	case "tRNS":
		b, err := p.body(256)
		if err != nil {
			return err
		}
		p.transparency(b)
	case "iCCP":
		b, err := p.start(maxProfileBytes)
		if err != nil {
			return err
		}
		p.icc = inflateProfile(b)
	case "pHYs":
		b, err := p.body(9)
		if err != nil {
			return err
		}
		if len(b) == 9 && b[8] == 1 {
			p.perMetre = binary.BigEndian.Uint32(b)
		}
	case "acTL":
		p.animated = true
	}
	return p.skip()
}

// transparency reads tRNS (11.3.2): the alpha of palette entries, which are laid
// over white at once, or the one colour that is transparent.
func (p *pngImage) transparency(b []byte) {
	s := &p.samples
	switch {
	case s.colours == coloursPalette:
		for i := range min(len(b), len(s.palette)) {
			for c := range 3 {
				s.palette[i][c] = (&samples{}).overWhite(s.palette[i][c], b[i])
			}
		}
	case s.colours == coloursGray && len(b) == 2, s.colours == coloursRGB && len(b) == 6:
		if s.alpha < 0 {
			for ; len(b) > 0; b = b[2:] {
				s.key = append(s.key, binary.BigEndian.Uint16(b)&(1<<s.bits-1))
			}
		}
	}
}

// inflateProfile reads the body of iCCP (11.3.3.3): a name, a zero, the method of
// compression, the profile. One that cannot be read is passed over.
func inflateProfile(b []byte) []byte {
	name, rest, ok := bytes.Cut(b, []byte{0})
	if !ok || len(name) > 79 || len(rest) < 1 || rest[0] != 0 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(rest[1:]))
	if err != nil {
		return nil
	}
	defer z.Close() //nolint:errcheck // it was only read
	icc, err := io.ReadAll(io.LimitReader(z, maxProfileBytes))
	if err != nil {
		return nil
	}
	return icc
}

// chunk begins the next chunk.
func (p *pngImage) chunk() error {
	var head [8]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return eof(err)
	}
	p.left, p.kind, p.sum = binary.BigEndian.Uint32(head[:]), string(head[4:]), crc32.ChecksumIEEE(head[4:])
	if p.left > 1<<31-1 {
		return fmt.Errorf("%w: a chunk says it has %d bytes", errPNG, p.left)
	}
	return nil
}

// eof turns the end of the file, where more must come, into an unexpected one.
func eof(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// start reads at most n bytes of the chunk.
func (p *pngImage) start(n uint32) ([]byte, error) {
	b := make([]byte, min(n, p.left))
	if _, err := io.ReadFull(p.r, b); err != nil {
		return nil, eof(err)
	}
	p.left -= uint32(len(b))
	p.sum = crc32.Update(p.sum, crc32.IEEETable, b)
	return b, nil
}

// body reads a chunk of at most limit bytes, and checks it.
func (p *pngImage) body(limit uint32) ([]byte, error) {
	if p.left > min(limit, maxPNGChunk) {
		return nil, fmt.Errorf("%w: its %s chunk has %d bytes", errPNG, printable(p.kind), p.left)
	}
	b, err := p.start(p.left)
	if err != nil {
		return nil, err
	}
	return b, p.end()
}

// skip passes over the rest of a chunk.
func (p *pngImage) skip() error {
	if p.kind == "" {
		return nil // body has ended it
	}
	for p.left > 0 {
		if _, err := p.start(maxPNGChunk); err != nil {
			return err
		}
	}
	return p.end()
}

// end reads and compares the checksum of a chunk (5.3).
func (p *pngImage) end() error {
	var sum [4]byte
	if _, err := io.ReadFull(p.r, sum[:]); err != nil {
		return eof(err)
	}
	// What is not needed for the picture may be damaged: its name begins with a
	// small letter (5.4).
	if binary.BigEndian.Uint32(sum[:]) != p.sum && p.kind[0]&0x20 != 0 {
		p.marred = true
	} else if binary.BigEndian.Uint32(sum[:]) != p.sum {
		return fmt.Errorf("%w: the checksum of its %s chunk is wrong", errPNG, printable(p.kind))
	}
	p.kind = ""
	return nil
}

// Read reads the bytes of the IDAT chunks as one stream.
func (p *pngImage) Read(b []byte) (int, error) {
	for p.left == 0 {
		if p.kind != "IDAT" {
			return 0, io.EOF
		}
		if err := p.end(); err != nil {
			return 0, err
		}
		if err := p.chunk(); err != nil {
			return 0, err
		}
		if p.kind != "IDAT" {
			p.left = 0
		}
	}
	n, err := p.r.Read(b[:min(len(b), int(p.left))])
	p.left -= uint32(n)
	p.sum = crc32.Update(p.sum, crc32.IEEETable, b[:n])
	return n, eof(err)
}

// rows returns the rows of a PNG that is not interlaced.
func (p *pngImage) rows() (rows, error) {
	z, err := zlib.NewReader(bufio.NewReaderSize(p, 32<<10))
	if err != nil {
		return nil, err
	}
	n := p.samples.lineBytes(p.width)
	a := readahead.New(&guardedReader{"PNG", z}, 4, max(256<<10, min(4*(n+1), 4<<20)))
	l := &pngLines{
		r: a, ahead: a, before: make([]byte, n), step: max(1, p.samples.count*p.samples.bits/8), height: p.height,
	}
	return &lineRows{lines: l, samples: p.samples, width: p.width, height: p.height}, nil
}

// pngLines undoes the filters of a PNG's rows (chapter 9).
type pngLines struct {
	r           io.Reader
	ahead       *readahead.Reader // what r reads from, if that is so; it is to be closed
	before      []byte
	step        int // bytes from a sample to that of the pixel to its left
	row, height int
}

func (l *pngLines) close() { l.ahead.Close() }

func (l *pngLines) readLine(line []byte) error {
	err := eof(l.read(line))
	if err == nil && l.row == l.height {
		err = finish(l.r)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return endedAt("PNG", l.row, l.height)
	}
	return err
}

// read reads a row; its error is that of the reader.
func (l *pngLines) read(line []byte) error {
	var filter [1]byte
	if _, err := io.ReadFull(l.r, filter[:]); err != nil {
		return err
	}
	if _, err := io.ReadFull(l.r, line); err != nil {
		return err
	}
	if !unfilter(filter[0], line, l.before, l.step) {
		return fmt.Errorf("%w: row %d has filter %d", errPNG, l.row+1, filter[0])
	}
	copy(l.before, line)
	l.row++
	return nil
}

// unfilter undoes the filter of a row, given the row above (9.2). Left of the
// first pixel all is 0.
func unfilter(filter byte, line, above []byte, step int) bool {
	above = above[:len(line)]
	switch filter {
	case 0:
	case 1:
		for i := step; i < len(line); i++ {
			line[i] += line[i-step]
		}
	case 2:
		for i, a := range above {
			line[i] += a
		}
	case 3:
		for i := range min(step, len(line)) {
			line[i] += above[i] / 2
		}
		for i := step; i < len(line); i++ {
			line[i] += byte((int(line[i-step]) + int(above[i])) / 2)
		}
	case 4:
		unfilterPaeth(line, above, step)
	default:
		return false
	}
	return true
}

// unfilterPaeth undoes the filter that predicts from three neighbours (9.4): the
// one closest to left + above − corner.
func unfilterPaeth(line, above []byte, step int) {
	for first := range min(step, len(line)) {
		left, corner := 0, 0
		for i := first; i < len(line); i += step {
			up := int(above[i])
			toLeft, toUp := up-corner, left-corner
			toCorner := toLeft + toUp
			toLeft, toUp, toCorner = max(toLeft, -toLeft), max(toUp, -toUp), max(toCorner, -toCorner)
			best := corner
			if toLeft <= toUp && toLeft <= toCorner {
				best = left
			} else if toUp <= toCorner {
				best = up
			}
			corner = up
			left = int(line[i]+byte(best)) & 0xff
			line[i] = byte(left)
		}
	}
}
