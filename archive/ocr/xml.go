package ocr

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// reader reads the elements of an XML text and knows how deep it is in it.
type reader struct {
	ctx    context.Context //nolint:containedctx // that of the one call that reads
	dec    *xml.Decoder
	tokens int // so far
	depth  int
	what   string // the name of the format
}

// lookEvery is after how many tokens it is looked whether anybody still waits.
const lookEvery = 1000

func newReader(ctx context.Context, text, what string, lenient bool) *reader {
	dec := xml.NewDecoder(strings.NewReader(text))
	// The bytes are UTF-8 by now, whatever the file says of itself.
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if lenient { // pages of the web are seldom well-formed
		dec.Strict, dec.AutoClose, dec.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	}
	return &reader{ctx: ctx, dec: dec, what: what}
}

// walk hands over all tokens.
func (r *reader) walk(take func(xml.Token) error) error {
	for {
		token, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(token); err != nil {
			return err
		}
	}
}

// next returns the next token; io.EOF at the end.
func (r *reader) next() (xml.Token, error) {
	if r.tokens++; r.tokens%lookEvery == 0 && r.ctx.Err() != nil {
		return nil, fmt.Errorf("read %s: %w", r.what, r.ctx.Err())
	}
	token, err := r.dec.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		why := strings.TrimPrefix(err.Error(), "XML syntax error on ")
		if _, after, ok := strings.Cut(why, ": "); ok {
			why = after
		}
		return nil, r.refuse(CodeBroken, "is not well-formed "+r.what+": "+why, "make the file anew with the program that wrote it")
	}
	switch t := token.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return nil, r.refuse(CodeBroken, fmt.Sprintf("is more than %d elements deep", maxDepth), "make the file anew with the program that wrote it")
		}
	case xml.EndElement:
		r.depth--
	case xml.Directive:
		if d := string(t); strings.Contains(d, "[") || strings.Contains(d, "ENTITY") {
			return nil, r.refuse(CodeBroken, "declares entities, which are not read", "take the DOCTYPE with its declarations out of the file")
		}
	}
	return token, nil
}

func (r *reader) refuse(code, why, do string) error {
	line, _ := r.dec.InputPos()
	return &RefusedError{code, line, why, do}
}

// attr returns an attribute by its local name; "" for none.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// number reads a number of units; ok is false for what is none, or beyond all pages.
func number(s string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return v, err == nil && !math.IsNaN(v) && math.Abs(v) <= maxUnits
}
