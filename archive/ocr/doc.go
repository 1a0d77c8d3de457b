// Package ocr reads what a person or a machine has read off the picture of a page: ALTO
// (versions 2 to 4, https://www.loc.gov/standards/alto/), hOCR (version 1.2,
// https://kba.github.io/hocr-spec/1.2/) and plain text. It gives pages of lines of words,
// each word with its place on the page where the file says it, and the text of a page as
// it reads, in which the place of every word is known.
//
// It owns these formats and the JSON in which hexi keeps their text. It knows no pictures:
// places are in the units of the page, and a Page says how large it is in them, so that
// they fit any scan of it (Page.Scale).
//
// Files are hostile: size, depth and counts are bounded, XML has neither entities nor
// document types of its own, and what is wrong is a *RefusedError that names the line.
//
//	doc, err := ocr.Read(ctx, "f001.xml", data)
//	text := doc.Pages[0].Text()
//	text.Regions(0, len(text.String)) // where it stands, one box for each line
package ocr

import "fmt"

// Format is how a text was written down.
type Format string

// The formats that are read.
const (
	ALTO  Format = "alto"
	HOCR  Format = "hocr"
	Plain Format = "plain"
)

// MediaType is the one that files of a format are kept under.
func (f Format) MediaType() string {
	switch f {
	case ALTO:
		return "application/xml"
	case HOCR:
		return "text/vnd.hocr+html"
	case Plain:
	}
	return "text/plain"
}

// Document is what was read, its pages in the order in which they stand.
type Document struct {
	Format Format
	Pages  []Page
}

// Page is one side of a leaf. Width and Height are its size in the units of its boxes; 0
// says that these are pixels of the picture that was read.
type Page struct {
	Width, Height int
	Lines         []Line
}

// Line is a line, or a column where one writes downwards. Block says that it begins a new
// block of text: what stands before it does not run on into it.
type Line struct {
	Words []Word
	Block bool
}

// Word is a word, or a part of one that has a place of its own. Glued says that it follows
// the one before it without a space, also over the end of a line: the other half of a
// hyphenated word, or the next character of a Chinese one.
type Word struct {
	Text  string
	Box   Box // empty where its place is not known
	Glued bool
}

// Box is a rectangle on a page.
type Box struct{ X, Y, W, H int }

// Empty reports whether a box has no area.
func (b Box) Empty() bool { return b.W <= 0 || b.H <= 0 }

// Union is the smallest box that holds both; an empty one adds nothing.
func (b Box) Union(o Box) Box {
	switch {
	case b.Empty():
		return o
	case o.Empty():
		return b
	}
	x, y := min(b.X, o.X), min(b.Y, o.Y)
	return Box{x, y, max(b.X+b.W, o.X+o.W) - x, max(b.Y+b.H, o.Y+o.H) - y}
}

// Scale returns a box of the page in pixels of a picture of the whole page, of so many
// pixels, and cut off at its edges; ok is false for what lies outside or has no place.
func (p *Page) Scale(b Box, width, height int) (_ Box, ok bool) {
	if b.Empty() || width <= 0 || height <= 0 {
		return Box{}, false
	}
	if p.Width > 0 && p.Height > 0 {
		x0, y0 := scale(b.X, width, p.Width, false), scale(b.Y, height, p.Height, false)
		x1, y1 := scale(b.X+b.W, width, p.Width, true), scale(b.Y+b.H, height, p.Height, true)
		b = Box{x0, y0, x1 - x0, y1 - y0}
	}
	x0, y0 := max(0, b.X), max(0, b.Y)
	x1, y1 := min(width, b.X+b.W), min(height, b.Y+b.H)
	b = Box{x0, y0, x1 - x0, y1 - y0}
	return b, !b.Empty()
}

// scale rounds outwards, so that no stroke of a letter is cut off.
func scale(v, to, of int, up bool) int {
	n := int64(v) * int64(to)
	if up {
		n += int64(of) - 1
	}
	return int(n / int64(of))
}

// RefusedError says why a file is not taken as text. Code is stable; Line is where, from
// 1, 0 where that says nothing.
type RefusedError struct {
	Code string
	Line int
	Why  string
	Do   string
}

// Error implements error.
func (e *RefusedError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d %s; %s", e.Line, e.Why, e.Do)
	}
	return e.Why + "; " + e.Do
}

// The codes of refusals.
const (
	CodeTooLarge = "text-too-large"
	CodeNotText  = "not-a-text"
	CodeBroken   = "text-broken"
	CodeEmpty    = "text-empty"
)

// The bounds of one file: what is above them is no page, and no book either.
const (
	MaxBytes  = 64 << 20  // of a file
	MaxKept   = 256 << 20 // of what Encode makes of it
	maxPages  = 5_000
	maxWords  = 1_000_000
	maxBlocks = 1_000_000
	maxDepth  = 100
	maxWord   = 10_000 // bytes of one word
	maxUnits  = 10_000_000
)

// counter bounds what a file makes.
type counter struct{ words, blocks int }

func (c *counter) block(line int) error {
	if c.blocks++; c.blocks > maxBlocks {
		return &RefusedError{CodeTooLarge, line, fmt.Sprintf("has more than %d blocks", maxBlocks), "give each page a file of its own"}
	}
	return nil
}

func (c *counter) word(line int) error {
	if c.words++; c.words > maxWords {
		return &RefusedError{CodeTooLarge, line, fmt.Sprintf("has more than %d words", maxWords), "give each page a file of its own"}
	}
	return nil
}
