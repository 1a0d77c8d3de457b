package sheet

import (
	"bytes"
	"errors"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hexi/archive"
)

// encodings is what a whole text says about its encoding. One line does not settle it: a
// damaged byte in UTF-8 looks like GB18030, and a few characters of GB18030 like UTF-8.
// The sum of all lines does, as nearly every character of a text in GB18030 holds bytes
// that UTF-8 does not have there.
type encodings struct {
	settled bool // by a mark, to be UTF-8
	weight  weight
	inUTF8  stray
	inGB    stray
}

// stray counts lines that can hardly be in another encoding than one.
type stray struct{ count, first int }

func (s *stray) add(line int) {
	if s.count++; s.count == 1 {
		s.first = line
	}
}

// gb reports whether the text is in GB18030, and not in UTF-8.
func (e encodings) gb() bool { return !e.settled && e.weight.gb() }

// others are the lines that are not in the encoding of the text, and the names of both.
func (e encodings) others() (lines stray, in, rest string) {
	if e.gb() {
		return e.inUTF8, "UTF-8", "GB18030"
	}
	return e.inGB, "GB18030", "UTF-8"
}

// note tells of lines in another encoding than the rest.
func (e encodings) note(t *Table) {
	if lines, in, rest := e.others(); lines.count > 0 {
		t.note("", "%d lines, the first of them line %d, are in %s and the rest of the sheet in %s; they are refused: save the whole sheet as UTF-8", lines.count, lines.first, in, rest)
	}
}

// refuse says of a sheet in which no headings were found that this may be why.
func (e encodings) refuse() error {
	if lines, in, rest := e.others(); lines.count > 0 {
		return archive.Invalid("", "the sheet is in two encodings: %d lines, the first of them line %d, are in %s and the rest in %s; save the whole sheet as UTF-8", lines.count, lines.first, in, rest)
	}
	return nil
}

// someBytes is how many bytes a line must have that UTF-8 does not, to be taken for one
// in GB18030: fewer may be one damaged character.
const someBytes = 4

// surveyEncodings reads a text to its end. What keeps it from that is told where the
// rows are read; until then the text is what its beginning says.
func (g csvGrid) surveyEncodings() (e encodings) {
	r, err := g.open()
	if err != nil {
		return e
	}
	text, err := newLines(r, false)
	if err != nil {
		return e
	}
	e.settled = text.marked
	for {
		line, err := text.next()
		if errors.Is(err, io.EOF) || text.failed {
			return e
		}
		w := weigh(line.text)
		e.weight = e.weight.plus(w)
		switch {
		case w.utf8():
			e.inUTF8.add(text.number)
		case w.gb() && w.strange >= someBytes && !damaged(fromGB(line.text)):
			e.inGB.add(text.number)
		}
	}
}

// weight is what a line, or a text, holds beyond ASCII if it is in UTF-8.
type weight struct {
	short   int // characters of two bytes, which two characters of GB18030 often look like
	long    int // those of more, which they hardly ever do
	han     int // of these
	strange int // bytes that are part of no character
}

func weigh(line []byte) (w weight) {
	for len(line) > 0 {
		if line[0] < utf8.RuneSelf {
			line = line[1:]
			continue
		}
		r, n := utf8.DecodeRune(line)
		line = line[n:]
		switch {
		case n == 1:
			w.strange++
		case n == 2:
			w.short++
		default:
			w.long++
		}
		if unicode.Is(unicode.Han, r) {
			w.han++
		}
	}
	return w
}

func (w weight) plus(o weight) weight {
	return weight{w.short + o.short, w.long + o.long, w.han + o.han, w.strange + o.strange}
}

// ascii reports whether there is nothing beyond ASCII.
func (w weight) ascii() bool { return w.short+w.long+w.strange == 0 }

// gb reports whether GB18030 is more likely than UTF-8 with damaged bytes, of which a
// character of three bytes makes three at most.
func (w weight) gb() bool { return 2*w.strange > w.short+4*w.long }

// utf8 reports whether this is Chinese in UTF-8 without any doubt: of a million lines in
// GB18030 hardly one can be read so.
func (w weight) utf8() bool { return w.strange == 0 && w.han >= 2 && 2*w.han > w.short+w.long }

// notInGB is a byte that no character has, neither in GB18030 nor in UTF-8.
const notInGB = '\xff'

// fromGB brings a line into UTF-8. Bytes that are none of GB18030 become notInGB, so
// that their cell is refused and not taken with a sign in the place of a character.
func fromGB(line []byte) []byte {
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(line)
	if err != nil {
		return line
	}
	const replacement = "\uFFFD"
	if bytes.Contains(line, []byte("\x84\x31\xa4\x37")) {
		return decoded // the sign itself stands there
	}
	return bytes.ReplaceAll(decoded, []byte(replacement), []byte{notInGB})
}

func damaged(line []byte) bool { return bytes.IndexByte(line, notInGB) >= 0 }
