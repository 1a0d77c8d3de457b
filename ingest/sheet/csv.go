package sheet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"

	"hexi/archive"
)

// maxColumns and maxCell bound a sheet; Excel itself ends at 16,384 columns and
// 32,767 characters a cell. maxUnpacked bounds what a packed sheet unpacks to, in bytes.
const (
	maxColumns  = 16_384
	maxCell     = 1 << 20
	maxUnpacked = 4 << 30
)

// csvGrid is a text file of separated values, packed with gzip or not.
type csvGrid struct {
	file   File
	packed bool
	gb     bool // in GB18030, as surveyEncodings says
}

func (g csvGrid) open() (*bufio.Reader, error) {
	if _, err := g.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if !g.packed {
		return bufio.NewReaderSize(g.file, 64<<10), nil
	}
	unpacked, err := gzip.NewReader(g.file)
	if interrupted(err) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if err != nil {
		return nil, archive.Invalid("", "this is no gzip file: %v", err)
	}
	return bufio.NewReaderSize(&limited{unpacked, maxUnpacked}, 64<<10), nil
}

// limited is an io.LimitedReader whose end is an error.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, archive.Invalid("", "the sheet unpacks to more than %d MiB, which none is", maxUnpacked>>20)
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) && !interrupted(err) {
		err = archive.Invalid("", "the file is damaged and cannot be unpacked: %v", err)
	}
	return n, err
}

// lines implements grid.
func (g csvGrid) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		reader, err := g.reader()
		if err != nil {
			yield(line{number: 1, err: err})
			return
		}
		var out line
		for {
			cells, number, err := reader.row()
			if errors.Is(err, io.EOF) {
				return
			}
			out.number, out.err, out.cells = number, err, out.cells[:0]
			if len(cells) > maxColumns {
				out.err = archive.Invalid("", "the row has %d cells; at most %d are read", len(cells), maxColumns)
				cells = nil
			}
			for _, s := range cells {
				out.cells = append(out.cells, cell{text: s})
			}
			if err == nil && out.err == nil && out.blank() {
				continue
			}
			if !yield(out) {
				return
			}
			if reader.lines.failed {
				return // the file cannot be read on
			}
		}
	}
}

// sniffed is how many lines tell what separates the cells.
const sniffed = 30

func (g csvGrid) reader() (*csvReader, error) {
	r, err := g.open()
	if err != nil {
		return nil, err
	}
	text, err := newLines(r, g.gb)
	if err != nil {
		return nil, err
	}
	var first []textLine
	for len(first) < sniffed {
		next, err := text.next()
		if errors.Is(err, io.EOF) {
			text.number--
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read: %w", err)
		}
		first = append(first, next)
	}
	comma := delimiter(first)
	// Excel's own first line, by which a file says what separates its cells.
	if len(first) > 0 {
		if said, ok := bytes.CutPrefix(first[0].text, []byte("sep=")); ok && len(said) == 1 && bytes.IndexByte([]byte(delimiters), said[0]) >= 0 {
			comma = said[0]
			first[0] = textLine{}
		}
	}
	text.putBack(first)
	return &csvReader{lines: text, comma: comma}, nil
}
