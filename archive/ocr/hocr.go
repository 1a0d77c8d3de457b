package ocr

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"
)

// readHOCR reads hOCR 1.2: what counts are the classes of elements and the properties in
// their titles (sections 3 and 4), in the order of the file. Pages without ocr_page are
// one page.
func readHOCR(ctx context.Context, text string) ([]Page, error) {
	h := &hocr{reader: newReader(ctx, text, "hOCR", true)}
	if err := h.walk(h.take); err != nil {
		return nil, err
	}
	return h.pages, nil
}

func (h *hocr) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return h.begin(t)
	case xml.EndElement:
		return h.end()
	case xml.CharData:
		return h.text(string(t))
	}
	return nil
}

type hocrKind int

const (
	hocrOther hocrKind = iota
	hocrPage
	hocrBlock
	hocrLine
	hocrWord
	hocrChar
	hocrSkip // what is no text: the head, scripts, styles
)

// hocrKinds are the classes that count (hOCR 1.2, sections 3 to 5).
var hocrKinds = map[string]hocrKind{
	"ocr_page": hocrPage, "ocr_carea": hocrBlock, "ocr_column": hocrBlock, "ocr_par": hocrBlock, "ocrx_block": hocrBlock,
	"ocr_line": hocrLine, "ocrx_line": hocrLine, "ocr_header": hocrLine, "ocr_footer": hocrLine, "ocr_caption": hocrLine, "ocr_textfloat": hocrLine,
	"ocrx_word": hocrWord, "ocr_cinfo": hocrChar, "ocrx_cinfo": hocrChar,
}

// hocr is a file that is being read.
type hocr struct {
	*reader
	count counter
	pages []Page
	open  []hocrKind
	block bool // the next line begins a block

	line  *Line
	box   Box // of the line, for text that is in no word
	word  *Word
	chars []Word
	each  []Box // the places of the word's characters, as x_bboxes tells them
}

func (h *hocr) in(kind hocrKind) bool { return slices.Contains(h.open, kind) }

func (h *hocr) begin(e xml.StartElement) error {
	kind := hocrOther
	for class := range strings.FieldsSeq(attr(e, "class")) {
		if k, ok := hocrKinds[class]; ok {
			kind = k
			break
		}
	}
	switch strings.ToLower(e.Name.Local) {
	case "head", "script", "style", "title":
		kind = hocrSkip
	}
	if kind == hocrLine && h.line != nil || kind == hocrWord && h.word != nil {
		kind = hocrOther // one within another says nothing new
	}
	h.open = append(h.open, kind)
	box, chars := places(attr(e, "title"))
	switch kind {
	case hocrPage:
		if len(h.pages) == maxPages {
			line, _ := h.dec.InputPos()
			return tooManyPages(line)
		}
		page := Page{}
		if !box.Empty() {
			page.Width, page.Height = box.X+box.W, box.Y+box.H
		}
		h.pages, h.block = append(h.pages, page), true
	case hocrBlock:
		h.block = true
	case hocrLine:
		h.line, h.box = &Line{Block: h.block}, box
	case hocrWord:
		if h.line == nil { // some write words only
			h.line, h.box = &Line{Block: h.block}, Box{}
		}
		h.word, h.chars, h.each = &Word{Box: box}, nil, chars
	case hocrChar:
		if h.word != nil && len(h.chars) < maxWord {
			if len(chars) > 0 {
				box = chars[0]
			}
			h.chars = append(h.chars, Word{Box: box, Glued: true})
		}
	case hocrOther, hocrSkip:
	}
	return nil
}

func (h *hocr) text(s string) error {
	if h.in(hocrSkip) || h.line == nil {
		return nil
	}
	s = clean(s)
	switch {
	case h.word != nil:
		if len(h.word.Text)+len(s) > maxWord {
			return h.refuse(CodeTooLarge, "has a word of more than 10000 bytes", "make the file anew with the program that wrote it")
		}
		h.word.Text += s
		if h.in(hocrChar) && len(h.chars) > 0 {
			h.chars[len(h.chars)-1].Text += strings.TrimSpace(s)
		}
	case h.in(hocrLine):
		for word := range strings.FieldsSeq(s) { // a line without words has one place for all of them
			if err := h.add(Word{Text: word[:cutAt(word, maxWord)]}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *hocr) add(w Word) error {
	line, _ := h.dec.InputPos()
	if err := h.count.word(line); err != nil {
		return err
	}
	h.line.Words = append(h.line.Words, w)
	return nil
}

func (h *hocr) end() error {
	if len(h.open) == 0 {
		return nil
	}
	kind := h.open[len(h.open)-1]
	h.open = h.open[:len(h.open)-1]
	switch {
	case kind == hocrWord && h.word != nil:
		w := *h.word
		h.word = nil
		if w.Text = strings.TrimSpace(w.Text); w.Text == "" {
			return nil
		}
		if err := h.add(w); err != nil {
			return err
		}
		h.split(w)
		if !h.in(hocrLine) {
			h.endLine()
		}
	case kind == hocrLine:
		h.endLine()
	}
	return nil
}

// split puts the characters of a Chinese word in its place, where the file has theirs.
func (h *hocr) split(w Word) {
	chars := h.chars
	if runes := []rune(w.Text); len(chars) == 0 && len(h.each) == len(runes) {
		for i, r := range runes {
			chars = append(chars, Word{Text: string(r), Box: h.each[i], Glued: true})
		}
	}
	if len(chars) < 2 {
		return
	}
	if parts := fitting(w, chars); parts != nil {
		h.line.Words = append(h.line.Words[:len(h.line.Words)-1], parts...)
	}
}

func (h *hocr) endLine() {
	line := h.line
	h.line = nil
	if line == nil || len(line.Words) == 0 {
		return
	}
	if len(h.pages) == 0 {
		h.pages = append(h.pages, Page{})
	}
	if !slices.ContainsFunc(line.Words, func(w Word) bool { return !w.Box.Empty() }) && !h.box.Empty() {
		line.Words = []Word{{Text: joined(line.Words), Box: h.box}}
	}
	page := &h.pages[len(h.pages)-1]
	if n := len(page.Lines); n > 0 && !line.Block { // a soft hyphen says that the word goes on
		last := &page.Lines[n-1].Words[len(page.Lines[n-1].Words)-1]
		if bare, ok := strings.CutSuffix(last.Text, "\u00ad"); ok && bare != "" {
			last.Text, line.Words[0].Glued = bare, true
		}
	}
	page.Lines = append(page.Lines, *line)
	h.block = false
}

// places reads the properties bbox and x_bboxes of a title (hOCR 1.2, section 4).
func places(title string) (box Box, chars []Box) {
	for property := range strings.SplitSeq(title, ";") {
		fields := strings.Fields(property)
		if len(fields) < 5 || len(fields) > 1+4*maxWord || fields[0] != "bbox" && fields[0] != "x_bboxes" {
			continue
		}
		var v []float64
		for _, f := range fields[1:] {
			n, ok := number(f)
			if !ok {
				break
			}
			v = append(v, n)
		}
		for i := 0; i+4 <= len(v); i += 4 {
			b := between(v[i], v[i+1], v[i+2], v[i+3])
			if fields[0] == "bbox" {
				box = b
				break
			}
			chars = append(chars, b)
		}
	}
	return box, chars
}
