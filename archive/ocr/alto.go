package ocr

import (
	"cmp"
	"context"
	"encoding/xml"
	"math"
	"slices"
	"strings"
)

// readALTO reads ALTO 2 to 4. The names of elements and attributes are the same in all of
// them; the namespace, which differs with each version and is missing in many files, is
// not looked at.
func readALTO(ctx context.Context, text string) ([]Page, error) {
	a := &alto{reader: newReader(ctx, text, "ALTO", false), pixels: true}
	if err := a.walk(a.take); err != nil {
		return nil, err
	}
	return a.finish(), nil
}

func (a *alto) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return a.begin(t)
	case xml.EndElement:
		a.end(t.Name.Local)
	case xml.CharData:
		if a.inUnit && len(a.unit) < maxUnit {
			a.unit += string(t[:min(len(t), maxUnit-len(a.unit))])
		}
	}
	return nil
}

// alto is a file that is being read.
type alto struct {
	*reader
	count  counter
	pages  []altoPage
	order  map[string]int // places of blocks in the reading order, by their ids
	line   *Line          // nil outside of one
	ranks  []int          // in the reading order, of the blocks that the place is in, outermost first
	word   int            // the number of words of the line before the String that is open, -1 for none
	glyphs []Word
	hyphen bool // the line before ended within a word
	pixels bool
	unit   string
	inUnit bool
}

type altoPage struct {
	width, height float64
	blocks        []altoBlock
}

type altoBlock struct {
	rank  int // in the reading order; unranked where the file tells none
	lines []Line
}

// unranked is the rank of what the reading order does not name: it comes last.
const unranked = math.MaxInt

// maxUnit is how many bytes of the unit of measurement are read; it is a short word.
const maxUnit = 64

func (a *alto) begin(e xml.StartElement) error {
	switch e.Name.Local {
	case "MeasurementUnit":
		a.inUnit = true
	case "ElementRef":
		a.ordered(attr(e, "REF"))
	case "Page":
		if len(a.pages) == maxPages {
			line, _ := a.dec.InputPos()
			return tooManyPages(line)
		}
		w, _ := number(attr(e, "WIDTH"))
		h, _ := number(attr(e, "HEIGHT"))
		a.pages = append(a.pages, altoPage{width: w, height: h})
		a.hyphen = false
	case "ComposedBlock", "TextBlock":
		line, _ := a.dec.InputPos()
		if err := a.count.block(line); err != nil {
			return err
		}
		rank := a.rank(attr(e, "ID"))
		a.ranks = append(a.ranks, rank)
		if e.Name.Local == "TextBlock" && len(a.pages) > 0 {
			page := &a.pages[len(a.pages)-1]
			page.blocks = append(page.blocks, altoBlock{rank: rank})
		}
	case "TextLine":
		a.line, a.word = &Line{}, -1
	case "String":
		return a.text(e)
	case "Glyph":
		if a.word >= 0 {
			a.glyphs = append(a.glyphs, Word{Text: clean(attr(e, "CONTENT")), Box: a.box(e), Glued: true})
			if len(a.glyphs) > maxWord {
				return a.refuse(CodeTooLarge, "has a word of too many glyphs", "make the file anew with the program that wrote it")
			}
		}
	case "HYP":
		if a.line != nil && len(a.line.Words) > 0 {
			a.hyphen = true
		}
	}
	return nil
}

func (a *alto) end(name string) {
	switch name {
	case "MeasurementUnit":
		a.inUnit = false
		a.pixels = a.pixels && strings.TrimSpace(a.unit) != "mm10" && strings.TrimSpace(a.unit) != "inch1200"
	case "ComposedBlock", "TextBlock":
		a.ranks = a.ranks[:max(0, len(a.ranks)-1)]
	case "String":
		a.split()
	case "TextLine":
		if a.line == nil || len(a.line.Words) == 0 || len(a.pages) == 0 {
			a.line = nil
			return
		}
		page := &a.pages[len(a.pages)-1]
		if len(page.blocks) == 0 {
			page.blocks = append(page.blocks, altoBlock{rank: unranked})
		}
		block := &page.blocks[len(page.blocks)-1]
		a.line.Block = len(block.lines) == 0 && !a.line.Words[0].Glued
		block.lines = append(block.lines, *a.line)
		a.line = nil
	}
}

// text takes a String in. A word that is hyphenated stands on the page in two parts, which
// follow each other without their hyphen.
func (a *alto) text(e xml.StartElement) error {
	a.word, a.glyphs = -1, nil
	content := strings.TrimSpace(clean(attr(e, "CONTENT")))
	if a.line == nil || content == "" {
		return nil
	}
	line, _ := a.dec.InputPos()
	if err := a.count.word(line); err != nil {
		return err
	}
	part := attr(e, "SUBS_TYPE")
	if part == "HypPart1" {
		if whole := attr(e, "SUBS_CONTENT"); !strings.HasPrefix(whole, content) {
			if bare := strings.TrimRight(content, "-\u00ad\u2010⸗="); bare != "" {
				content = bare
			}
		}
	}
	glued := len(a.line.Words) == 0 && a.hyphen || part == "HypPart2" && len(a.line.Words) == 0
	a.hyphen = part == "HypPart1"
	a.word = len(a.line.Words)
	a.line.Words = append(a.line.Words, Word{Text: content[:cutAt(content, maxWord)], Box: a.box(e), Glued: glued})
	return nil
}

// split puts the glyphs of a String in its place where they say the same and it is
// Chinese: their places are exact, where those of its characters are a guess.
func (a *alto) split() {
	word, glyphs := a.word, a.glyphs
	a.word, a.glyphs = -1, nil
	if a.line == nil || word < 0 || word >= len(a.line.Words) || len(glyphs) < 2 {
		return
	}
	w := a.line.Words[word]
	if parts := fitting(w, glyphs); parts != nil {
		a.line.Words = append(a.line.Words[:word], parts...)
	}
}

// fitting are the characters of a word with their own places; nil where they are not those
// of a Chinese word.
func fitting(w Word, parts []Word) []Word {
	var all strings.Builder
	for _, p := range parts {
		if p.Box.Empty() || p.Text == "" {
			return nil
		}
		all.WriteString(p.Text)
	}
	if all.String() != w.Text || !spaceless(w.Text) {
		return nil
	}
	parts[0].Glued = w.Glued
	return parts
}

func (a *alto) box(e xml.StartElement) Box {
	var v [4]float64
	for i, name := range [...]string{"HPOS", "VPOS", "WIDTH", "HEIGHT"} {
		var ok bool
		if v[i], ok = number(attr(e, name)); !ok {
			return Box{}
		}
	}
	return between(v[0], v[1], v[0]+v[2], v[1]+v[3])
}

// between is the box of whole units that holds one of parts of them.
func between(x0, y0, x1, y1 float64) Box {
	x, y := int(math.Floor(x0)), int(math.Floor(y0))
	return Box{x, y, int(math.Ceil(x1)) - x, int(math.Ceil(y1)) - y}
}

// ordered notes the place of an element in the reading order.
func (a *alto) ordered(id string) {
	if a.order == nil {
		a.order = map[string]int{}
	}
	if _, ok := a.order[id]; !ok && id != "" && len(a.order) < maxWords {
		a.order[id] = len(a.order)
	}
}

// finish puts the blocks of each page into their reading order, where the file tells one:
// those that it does not name come last, as they stand.
func (a *alto) finish() []Page {
	out := make([]Page, len(a.pages))
	for i, p := range a.pages {
		if len(a.order) > 0 {
			slices.SortStableFunc(p.blocks, func(x, y altoBlock) int { return cmp.Compare(x.rank, y.rank) })
		}
		page := Page{Width: int(math.Round(p.width)), Height: int(math.Round(p.height))}
		if page.Width <= 0 || page.Height <= 0 {
			page.Width, page.Height = 0, 0
		}
		for _, b := range p.blocks {
			page.Lines = append(page.Lines, b.lines...)
		}
		if page.Width == 0 && !a.pixels { // nobody can tell how large the page is
			page.forgetPlaces()
		}
		out[i] = page
	}
	return out
}

// rank is that of a block that begins: its own, or that of the block that it is in. The
// reading order stands before all blocks (ALTO 4, ReadingOrder).
func (a *alto) rank(id string) int {
	if n, ok := a.order[id]; ok {
		return n
	}
	if len(a.ranks) > 0 {
		return a.ranks[len(a.ranks)-1]
	}
	return unranked
}

func (p *Page) forgetPlaces() {
	for _, l := range p.Lines {
		for i := range l.Words {
			l.Words[i].Box = Box{}
		}
	}
}
