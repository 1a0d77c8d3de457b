package ocr

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is the text of a page as it reads. Lines run on into each other, and blocks stand
// on lines of their own.
type Text struct {
	String string
	page   *Page
	words  []placed
}

// placed is a word in the text of its page: String[start:end].
type placed struct {
	word, line int
	start, end int
}

// Text returns the text of the page. Between words stands a space, but not where both
// sides are written without spaces, as Chinese is, even if the file has one there.
func (p *Page) Text() *Text {
	t := &Text{page: p}
	var b strings.Builder
	var last rune
	for i := range p.Lines {
		line := &p.Lines[i]
		for k := range line.Words {
			w := &line.Words[k]
			first, _ := utf8.DecodeRuneInString(w.Text)
			switch {
			case b.Len() == 0 || w.Glued:
			case k == 0 && line.Block:
				b.WriteByte('\n')
			case !alone(last) || !alone(first):
				b.WriteByte(' ')
			}
			start := b.Len()
			b.WriteString(w.Text)
			t.words = append(t.words, placed{k, i, start, b.Len()})
			last, _ = utf8.DecodeLastRuneInString(w.Text)
		}
	}
	t.String = b.String()
	return t
}

// joined is the text of some words.
func joined(words []Word) string {
	p := Page{Lines: []Line{{Words: words}}}
	return p.Text().String
}

// alone reports whether a character is written without spaces around it.
func alone(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff65
}

// spaceless reports whether all of a text is written without spaces.
func spaceless(s string) bool {
	for _, r := range s {
		if !alone(r) {
			return false
		}
	}
	return s != ""
}

// Part is what stands on one line of a part of a text: String[Start:End].
type Part struct {
	Box        Box
	Start, End int
}

// Parts returns where String[start:end] stands on the page: a part for each of its lines
// that has a place, in their order.
func (t *Text) Parts(start, end int) []Part {
	var out []Part
	line := -1
	first := sort.Search(len(t.words), func(i int) bool { return t.words[i].end > start })
	for _, w := range t.words[first:] {
		if w.start >= end {
			break
		}
		from, to := max(start, w.start), min(end, w.end)
		box := t.part(w, from, to)
		if box.Empty() {
			continue
		}
		if w.line != line {
			out, line = append(out, Part{box, from, to}), w.line
			continue
		}
		last := &out[len(out)-1]
		last.Box, last.End = last.Box.Union(box), to
	}
	return out
}

// Regions are the boxes of Parts.
func (t *Text) Regions(start, end int) []Box {
	var out []Box
	for _, part := range t.Parts(start, end) {
		out = append(out, part.Box)
	}
	return out
}

// part is the place of a part of a word. That of a Chinese one is told by its characters,
// which are all as large; a word of letters is taken whole.
func (t *Text) part(w placed, start, end int) Box {
	word := &t.page.Lines[w.line].Words[w.word]
	box := word.Box
	if box.Empty() || start == w.start && end == w.end {
		return box
	}
	from, to := start, end
	if !hasAlone(word.Text) { // grow to the borders of words of letters
		from = w.start + strings.LastIndexFunc(word.Text[:start-w.start], unicode.IsSpace) + 1
		to = w.end
		if i := strings.IndexFunc(word.Text[end-w.start:], unicode.IsSpace); i >= 0 {
			to = end + i
		}
	}
	all := utf8.RuneCountInString(word.Text)
	a := utf8.RuneCountInString(t.String[w.start:from])
	b := a + utf8.RuneCountInString(t.String[from:to])
	if t.downwards(w) {
		y := box.Y + box.H*a/all
		return Box{box.X, y, box.W, box.Y + (box.H*b+all-1)/all - y}
	}
	x := box.X + box.W*a/all
	return Box{x, box.Y, box.X + (box.W*b+all-1)/all - x, box.H}
}

func hasAlone(s string) bool { return strings.ContainsFunc(s, alone) }

// downwards reports whether a word is written from top to bottom: it is Chinese, and
// higher than wide.
func (t *Text) downwards(w placed) bool {
	word := &t.page.Lines[w.line].Words[w.word]
	return hasAlone(word.Text) && word.Box.H > word.Box.W
}
