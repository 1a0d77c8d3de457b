package search

import (
	"html"
	"strings"

	"hexi/archive"
)

// fragment is how many characters of a long text are shown around a find.
const fragment = 120

// marker marks the words of a query in texts.
type marker struct {
	ix    *Index
	terms map[string]bool
}

func (ix *Index) marker(parts []part) *marker {
	m := &marker{ix: ix, terms: map[string]bool{}}
	for _, p := range parts {
		if p.not {
			continue
		}
		for _, u := range ix.units(p.text) {
			m.terms[u.term] = true
		}
	}
	return m
}

// span is a marked part of a text, in bytes.
type span struct{ start, end int }

// spans finds the words of the query in a text; neighbours are joined.
func (m *marker) spans(text string) []span {
	var out []span
	for _, t := range m.ix.tokenizer.Tokenize([]byte(text)) {
		if !m.terms[string(t.Term)] {
			continue
		}
		if n := len(out); n > 0 && t.Start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, t.End)
			continue
		}
		out = append(out, span{t.Start, t.End})
	}
	return out
}

// card marks the texts of a card and names the fields that the words are in. What
// is in the language that the asker prefers comes first.
func (m *marker) card(c *Card, prefer string) (highlights map[string][]string, why []string) {
	if len(m.terms) == 0 {
		return nil, nil
	}
	languages := []string{"zh", "en"}
	if prefer == "en" {
		languages = []string{"en", "zh"}
	}
	mark := func(field string, t archive.Text) {
		found := false
		for _, lang := range languages {
			s, ok := t[lang]
			if !ok {
				continue
			}
			if spans := m.spans(s); len(spans) > 0 {
				if highlights == nil {
					highlights = map[string][]string{}
				}
				highlights[field] = append(highlights[field], render(s, spans))
				found = true
			}
		}
		if found {
			why = append(why, field)
		}
	}
	mark("title", c.Titles)
	mark("description", c.Descriptions)
	if c.Place != nil {
		mark("place", c.Place.Name)
	}
	if c.Period != nil {
		mark("period", c.Period.Note)
		if c.Period.Note.Empty() {
			mark("period", m.ix.label(archive.SchemePeriod, c.Period.Term))
		}
	}
	if c.Cave != "" {
		mark("cave", archive.Text{"zh": c.Cave})
	}
	if why == nil {
		why = []string{"text"} // somewhere that the card does not show
	}
	return highlights, why
}

// render writes a text as HTML with its finds marked, cut to the part that has
// the first of them.
func render(text string, spans []span) string {
	from, to := window(text, spans[0])
	var b strings.Builder
	if from > 0 {
		b.WriteString("…")
	}
	at := from
	for _, s := range spans {
		if s.start < from || s.end > to {
			continue
		}
		b.WriteString(html.EscapeString(text[at:s.start]))
		b.WriteString("<mark>" + html.EscapeString(text[s.start:s.end]) + "</mark>")
		at = s.end
	}
	b.WriteString(html.EscapeString(text[at:to]))
	if to < len(text) {
		b.WriteString("…")
	}
	return b.String()
}

// window returns the part of a text around a find, on the borders of characters.
func window(text string, s span) (from, to int) {
	var starts []int // of each character
	at := 0          // the character that the find begins with
	for i := range text {
		if i <= s.start {
			at = len(starts)
		}
		starts = append(starts, i)
	}
	first := max(0, at-fragment/3)
	if first+fragment >= len(starts) {
		return starts[first], len(text)
	}
	return starts[first], max(starts[first+fragment], s.end)
}
