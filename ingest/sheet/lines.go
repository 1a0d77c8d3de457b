package sheet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/unicode"

	"hexi/archive"
)

// The bounds of a row: one that is longer, or goes over more lines, is one whose
// quote is never closed.
const (
	maxRowBytes = 4 << 20
	maxRowLines = 2000
)

// lines reads a text line by line, in UTF-8 or GB18030, ended by LF, CR LF or, as
// old spreadsheets write it, by CR alone. Lines that were read can be put back.
type lines struct {
	r      *bufio.Reader
	number int // of the line that was read last
	back   []textLine
	marked bool // to be in UTF-8, or was in UTF-16
	gb     bool // GB18030
	lastCR bool // CR ends a line
	failed bool // to be read at all
}

// textLine is a line in UTF-8.
type textLine struct {
	text    []byte
	foreign bool // is in UTF-8 itself, in a text that is in GB18030
}

// newLines reads a text from its beginning; gb says that it is in GB18030 where nothing
// marks it to be in another encoding.
func newLines(r *bufio.Reader, gb bool) (*lines, error) {
	start, err := r.Peek(r.Size())
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("read: %w", err)
	}
	order, marked := utf16Order(start)
	if order != nil {
		mark := unicode.IgnoreBOM
		if marked {
			mark = unicode.UseBOM
		}
		r = bufio.NewReaderSize(unicode.UTF16(*order, mark).NewDecoder().Reader(r), 64<<10)
		if start, err = r.Peek(r.Size()); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return nil, fmt.Errorf("read: %w", err)
		}
	}
	// A stray NUL is a fault of its cell; a file that begins with one is no text.
	line, _, _ := bytes.Cut(start, []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, archive.Invalid("", "this is not a text file; save the sheet as CSV (UTF-8)")
	}
	wide := order != nil
	marked = skipBOM(r) || wide
	return &lines{r: r, marked: marked, gb: gb && !marked, lastCR: bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0}, nil
}

// utf16Order tells UTF-16 by its mark, or by every other byte being 0 where most of the
// letters are Latin; nil for other encodings.
func utf16Order(start []byte) (order *unicode.Endianness, marked bool) {
	little, big := unicode.LittleEndian, unicode.BigEndian
	switch {
	case bytes.HasPrefix(start, []byte("\xff\xfe")):
		return &little, true
	case bytes.HasPrefix(start, []byte("\xfe\xff")):
		return &big, true
	}
	start = start[:min(len(start), 512)]
	var zeros [2]int
	for i, c := range start {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch few := len(start) / 8; {
	case len(start) >= 8 && zeros[1] > few && zeros[0] == 0:
		return &little, false
	case len(start) >= 8 && zeros[0] > few && zeros[1] == 0:
		return &big, false
	}
	return nil, false
}

// next returns the next line in UTF-8 without its end; io.EOF after the last. A
// line beyond maxRowBytes is cut, which makes it a fault of its row.
func (l *lines) next() (textLine, error) {
	l.number++
	if n := len(l.back); n > 0 {
		line := l.back[n-1]
		l.back = l.back[:n-1]
		return line, nil
	}
	end := byte('\n')
	if l.lastCR {
		end = '\r'
	}
	var line []byte
	for {
		part, err := l.r.ReadSlice(end)
		if len(line) < maxRowBytes {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)) {
			l.failed = !errors.Is(err, io.EOF)
			return textLine{}, err
		}
		break
	}
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{end}), []byte{'\r'})
	return l.decode(line), nil
}

// putBack returns lines to be read again, in their order.
func (l *lines) putBack(read []textLine) {
	for i := len(read) - 1; i >= 0; i-- {
		l.back = append(l.back, read[i])
	}
	l.number -= len(read)
}

func (l *lines) decode(line []byte) textLine {
	if !l.gb {
		return textLine{text: line} // where a byte is damaged, the cell is refused
	}
	switch w := weigh(line); {
	case w.ascii():
		return textLine{text: line}
	case w.utf8():
		return textLine{text: line, foreign: true}
	}
	return textLine{text: fromGB(line)}
}

// csvReader reads rows of separated values (RFC 4180). A quote that is never
// closed, or is followed by something else than a separator, is a fault of the row
// that it begins in; reading goes on in the line after that row's first.
type csvReader struct {
	lines *lines
	comma byte
}

// row returns the cells of the next row and the line that it begins in. Its error
// is io.EOF, the reader's, or an *archive.InvalidError about this row.
func (c *csvReader) row() (cells []string, line int, err error) {
	first, err := c.lines.next()
	if err != nil {
		return nil, c.lines.number, err
	}
	line = c.lines.number
	if cells, state := c.parse(first.text); state == rowWhole {
		return cells, line, first.refuse()
	}
	var more []textLine
	for joined := bytes.Clone(first.text); ; {
		cells, state := c.parse(joined)
		if state == rowWhole {
			return cells, line, first.refuse()
		}
		if state == rowBroken {
			c.lines.putBack(more)
			return nil, line, archive.Invalid("", "a quote is closed in the middle of a cell, or an earlier one is never closed; write a quote inside a quoted cell twice")
		}
		next, err := c.lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, line, err
		}
		if err != nil || len(joined)+len(next.text) > maxRowBytes || len(more) >= maxRowLines {
			if err == nil {
				more = append(more, next)
			} else {
				c.lines.number--
			}
			c.lines.putBack(more)
			return nil, line, archive.Invalid("", "a quote is opened and never closed; close it, or write it twice if it belongs to the text")
		}
		more = append(more, next)
		first.foreign = first.foreign || next.foreign
		joined = append(append(joined, '\n'), next.text...)
	}
}

// refuse is the fault of a row that holds the line, if it is one.
func (l textLine) refuse() error {
	if !l.foreign {
		return nil
	}
	return archive.Invalid("", "the row is in UTF-8 and most of the sheet in GB18030; save the whole sheet as UTF-8")
}

type rowState int

const (
	rowWhole  rowState = iota
	rowOpen            // a quote is still open
	rowBroken          // a quote is closed where no cell ends
)

// parse splits a row.
func (c *csvReader) parse(b []byte) ([]string, rowState) {
	var cells []string
	for {
		if len(b) == 0 || b[0] != '"' {
			i := bytes.IndexByte(b, c.comma)
			if i < 0 {
				return append(cells, string(b)), rowWhole
			}
			cells = append(cells, string(b[:i]))
			b = b[i+1:]
			continue
		}
		var cell []byte
		for b = b[1:]; ; {
			i := bytes.IndexByte(b, '"')
			if i < 0 {
				return nil, rowOpen
			}
			cell = append(cell, b[:i]...)
			if b = b[i+1:]; len(b) == 0 || b[0] != '"' {
				break
			}
			cell = append(cell, '"')
			b = b[1:]
		}
		cells = append(cells, string(cell))
		switch {
		case len(b) == 0:
			return cells, rowWhole
		case b[0] != c.comma:
			return nil, rowBroken
		}
		b = b[1:]
	}
}

// delimiters are what separates cells, depending on the country.
const delimiters = ",\t;"

// delimiter finds out which one a text uses: the one that most of its first lines
// have, outside of quotes, and of those the one that they have most often.
func delimiter(first []textLine) byte {
	best, bestLines, bestCount := delimiters[0], 0, 0
	for i := range len(delimiters) {
		lines, count := 0, 0
		for _, line := range first {
			n, quoted := 0, false
			for _, c := range line.text {
				switch {
				case c == '"':
					quoted = !quoted
				case c == delimiters[i] && !quoted:
					n++
				}
			}
			count += n
			if n > 0 {
				lines++
			}
		}
		if lines > bestLines || lines == bestLines && count > bestCount {
			best, bestLines, bestCount = delimiters[i], lines, count
		}
	}
	return best
}
