package ocr

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// schema is the number of the shape in which texts are kept.
const schema = 1

// kept is a Document as JSON. A word is [text, x, y, w, h, glued], as short as it can be:
// [text], [text, x, y, w, h] or all six, with 1 for glued.
type kept struct {
	Schema int        `json:"schema"` // 1
	Format Format     `json:"format"`
	Pages  []keptPage `json:"pages"`
}

type keptPage struct {
	Width  int        `json:"width,omitempty"`
	Height int        `json:"height,omitempty"`
	Lines  []keptLine `json:"lines"`
}

type keptLine struct {
	Block bool   `json:"block,omitempty"`
	Words []Word `json:"words"`
}

// MarshalJSON implements json.Marshaler.
func (w Word) MarshalJSON() ([]byte, error) {
	switch {
	case w.Glued:
		return plainJSON([]any{w.Text, w.Box.X, w.Box.Y, w.Box.W, w.Box.H, 1})
	case w.Box == Box{}:
		return plainJSON([]any{w.Text})
	}
	return plainJSON([]any{w.Text, w.Box.X, w.Box.Y, w.Box.W, w.Box.H})
}

// plainJSON is JSON that is not made to stand in a page of the web, where a < takes six
// times as much.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return b.Bytes(), err
}

// UnmarshalJSON implements json.Unmarshaler.
func (w *Word) UnmarshalJSON(data []byte) error {
	var text string
	var glued int
	parts := []any{&text, &w.Box.X, &w.Box.Y, &w.Box.W, &w.Box.H, &glued}
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 1 && len(parts) != 5 && len(parts) != 6 {
		return fmt.Errorf("a word has %d parts", len(parts))
	}
	w.Text, w.Glued = text, glued == 1
	return nil
}

// Encode returns a document in the form in which it is kept beside other access copies. One
// of more than MaxKept bytes is a *RefusedError.
func Encode(d *Document) ([]byte, error) { return encodeWithin(d, MaxKept) }

func encodeWithin(d *Document, limit int) ([]byte, error) {
	out := kept{Schema: schema, Format: d.Format, Pages: make([]keptPage, len(d.Pages))}
	for i, p := range d.Pages {
		lines := make([]keptLine, len(p.Lines))
		for k, l := range p.Lines {
			lines[k] = keptLine{l.Block, l.Words}
		}
		out.Pages[i] = keptPage{p.Width, p.Height, lines}
	}
	data, err := plainJSON(out) // ends with a line's end
	if err != nil {
		return nil, fmt.Errorf("encode text: %w", err)
	}
	if len(data) > limit {
		return nil, &RefusedError{CodeTooLarge, 0, fmt.Sprintf("comes to %d bytes with the places of its words, and at most %d are kept", len(data), limit), "give each page a file of its own"}
	}
	return data, nil
}

// Decode reads what Encode wrote.
func Decode(data []byte) (*Document, error) {
	var in kept
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("decode text: %w", err)
	}
	if in.Schema != schema {
		return nil, fmt.Errorf("decode text: it has the shape %d; this hexi reads %d", in.Schema, schema)
	}
	d := &Document{Format: in.Format, Pages: make([]Page, len(in.Pages))}
	for i, p := range in.Pages {
		d.Pages[i] = Page{Width: p.Width, Height: p.Height, Lines: make([]Line, len(p.Lines))}
		for k, l := range p.Lines {
			d.Pages[i].Lines[k] = Line{Words: l.Words, Block: l.Block}
		}
	}
	return d, nil
}
