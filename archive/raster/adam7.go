package raster

import (
	"bufio"

	"github.com/klauspost/compress/zlib"
)

// adam7Passes lists the passes of an interlaced PNG (8.2): the first column and row,
// and how far apart those are that follow.
var adam7Passes = [7]struct{ x, y, stepX, stepY int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// interlacedLines delivers the rows of an interlaced PNG, which has to stand in
// memory whole: as it is stored, so that depth, palette and profile are handled like
// those of any other.
type interlacedLines struct {
	p    *pngImage
	rows []byte // all of them, once they are read
	row  int
}

func (l *interlacedLines) close() {}

func (l *interlacedLines) readLine(line []byte) error {
	if l.rows == nil {
		if err := l.fill(); err != nil {
			return eof(err)
		}
	}
	copy(line, l.rows[l.row*len(line):])
	l.row++
	return nil
}

// fill reads all passes.
func (l *interlacedLines) fill() error {
	p, s := l.p, &l.p.samples
	z, err := zlib.NewReader(bufio.NewReaderSize(p, 32<<10))
	if err != nil {
		return err
	}
	stride := s.lineBytes(p.width)
	rows := make([]byte, stride*p.height)
	step := max(1, s.count*s.bits/8)
	for _, pass := range adam7Passes {
		width, height := (p.width-pass.x+pass.stepX-1)/pass.stepX, (p.height-pass.y+pass.stepY-1)/pass.stepY
		if width < 1 || height < 1 {
			continue
		}
		passed := &pngLines{r: z, before: make([]byte, s.lineBytes(width)), step: step, height: height}
		line := make([]byte, len(passed.before))
		for y := range height {
			if err := passed.read(line); err != nil {
				return err
			}
			s.spread(rows[(pass.y+y*pass.stepY)*stride:][:stride], line, width, pass.x, pass.stepX)
		}
	}
	l.rows = rows
	return finish(z)
}

// spread puts the pixels of a row of a pass into their places.
func (s *samples) spread(dst, src []byte, width, first, step int) {
	if s.bits >= 8 {
		n := s.count * s.bits / 8
		for i := range width {
			copy(dst[(first+i*step)*n:][:n], src[i*n:])
		}
		return
	}
	for i := range width { // they have one sample
		bit := (first + i*step) * s.bits
		dst[bit/8] |= byte(s.raw(src, i)) << (8 - s.bits - bit%8)
	}
}

// interlacedRows returns the rows of a PNG that is interlaced.
func (p *pngImage) interlacedRows() rows {
	return &lineRows{lines: &interlacedLines{p: p}, samples: p.samples, width: p.width, height: p.height}
}
