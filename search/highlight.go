package search

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// maxWhole is how many bytes of a name are shown whole.
const maxWhole = 1000

// fragment is how many characters of a long text are shown around a find.
const fragment = 120

// marker marks what a query found in texts.
type marker struct {
	ix    *Index
	terms map[string]bool
	names [][]string             // names of more than one word: their neighbours
	words [][]string             // and their words
	read  bool                   // a part of it can be read as pinyin
	facts map[string]string      // what was understood, by the field that tells of it
	nodes map[string]engine.Node // what has to match for a field that tells of it
}

func (ix *Index) marker(clauses []clause, p *plan) *marker {
	m := &marker{ix: ix, terms: map[string]bool{}, facts: map[string]string{}, nodes: map[string]engine.Node{"period": engine.Or(p.times), "cave": engine.Or(p.caves)}}
	for i := range clauses {
		c := &clauses[i]
		if c.not {
			continue
		}
		m.text(c, p)
		for _, t := range c.things {
			m.named(t.names...)
		}
		m.read = m.read || len(c.ways) > 0
		if u := c.understood; u != nil {
			m.facts[u.Type] = u.Value
			if u.Type == "field" {
				m.facts[c.field] = u.Value
			}
		}
	}
	for _, u := range p.meant {
		m.terms[u.Value] = true
	}
	return m
}

// text marks what was typed: its words, or of what stands for more than words the ways in which
// that is written, for 窟 and 元 by themselves are in much that was not meant.
func (m *marker) text(c *clause, p *plan) {
	u := c.understood
	switch {
	case u != nil && u.Type == "cave":
		m.named(c.text)
		m.named(values(u.Label)...)
		for _, cave := range caveNumbers(u.Value, maxMarked) {
			m.named("第"+cave+"窟", cave+"窟", "cave "+cave)
		}
	case m.ix.brief(c):
		m.named(m.ix.fuller(c)...)
	case u != nil && u.Type == "years" && signed(c.text): // -300 is no 300
	default:
		for _, u := range p.spare(m.ix.tokenizer.units(c.text)) {
			m.terms[u] = true
		}
	}
}

// maxMarked is how many caves of a list are marked.
const maxMarked = 12

// named marks names where they stand as they are.
func (m *marker) named(names ...string) {
	for _, name := range names {
		if list := m.ix.tokenizer.neighbours(name, pairAll); len(list) > 0 {
			m.names, m.words = append(m.names, list), append(m.words, m.ix.tokenizer.units(name))
		}
	}
}

// told reports for a field whether what was understood of it holds for a hit.
func (m *marker) told(h *engine.Hit, field string) (bool, error) {
	if n, ok := m.nodes[field].(engine.Or); !ok || len(n) == 0 {
		return false, nil
	}
	return h.Matches(engine.Kept{Name: "told " + field, Node: m.nodes[field]})
}

func (m *marker) empty() bool { return len(m.terms) == 0 && len(m.names) == 0 && len(m.facts) == 0 }

// span is a marked part of a text, in bytes.
type span struct{ start, end int }

// spans finds what was looked for in a text; neighbours are joined.
func (m *marker) spans(text string) []span { return m.among(m.ix.tokenizer.tokens(text)) }

// among is spans for a text that is cut already.
func (m *marker) among(tokens []token) []span {
	var out []span
	for i, t := range tokens {
		if m.terms[t.term] {
			out = append(out, span{t.start, t.end})
			continue
		}
		for _, name := range m.names {
			if name[0] != t.term {
				continue
			}
			at, end := 1, t.end
			for j := i + 1; j < len(tokens) && at < len(name) && tokens[j].start <= end; j++ {
				if tokens[j].term == name[at] {
					at, end = at+1, max(end, tokens[j].end)
				}
			}
			if at == len(name) {
				out = append(out, span{t.start, end})
			}
		}
	}
	slices.SortFunc(out, func(a, b span) int { return a.start - b.start })
	joined := out[:0]
	for _, s := range out {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// in reports whether anything that was looked for stands in a field of a hit, as the index
// has it: a text in which nothing does need not be looked through.
func (m *marker) in(h *engine.Hit, field string) (bool, error) {
	for term := range m.terms {
		if has, err := h.Matches(engine.Term{Field: field, Value: term}); err != nil || has {
			return has, err
		}
	}
	for _, words := range m.words {
		all := len(words) > 0
		for _, w := range words {
			has, err := h.Matches(engine.Term{Field: field, Value: w})
			if err != nil {
				return false, err
			}
			if all = all && has; !all {
				break
			}
		}
		if all {
			return true, nil
		}
	}
	return false, nil
}

// whyNames are the fields of hits as they are told, by the field of the index.
var whyNames = map[string]string{"period_text": "period", "material_text": "material", "body": "text"}

// card marks the texts of a card and names the fields that a query is found in: has tells
// those of which nothing is shown, and told those by what was understood. What is in the language that the asker prefers comes
// first.
func (m *marker) card(c *Card, texts map[string][]string, prefer string, has, told func(field string) bool) (highlights map[string][]string, why []string) {
	if m.empty() {
		return nil, nil
	}
	languages := []string{"zh", "en"}
	if prefer == "en" {
		languages = []string{"en", "zh"}
	}
	found := func(field string, list ...string) {
		if !has(fieldOf(field)) {
			return
		}
		for _, s := range list {
			spans := m.spans(s)
			if len(spans) == 0 || len(highlights[field]) >= maxFragments {
				continue
			}
			if highlights == nil {
				highlights = map[string][]string{}
			}
			if marked := render(s, spans, field == "description" || field == "text"); !slices.Contains(highlights[field], marked) {
				highlights[field] = append(highlights[field], marked)
			}
			m.because(&why, field)
		}
	}
	in := func(field string, t archive.Text) {
		for _, lang := range languages {
			if s, ok := t[lang]; ok {
				found(field, s)
			}
		}
	}
	in("title", c.Titles)
	in("description", c.Descriptions)
	if c.Place != nil {
		in("place", c.Place.Name)
	}
	if c.Period != nil {
		in("period", c.Period.Note)
	}
	found("description", texts["description"]...) // of what is too long for a card
	for _, f := range textFields {
		if f.name != "title" && f.name != "description" {
			found(cmp.Or(whyNames[f.name], f.name), texts[f.name]...)
		}
	}
	for _, field := range []string{"cave", "period"} {
		if told(field) {
			m.because(&why, field)
		}
	}
	if m.facts["kind"] == string(c.Kind) {
		m.because(&why, "kind")
	}
	for _, f := range textFields {
		if has(f.name) && (f.name != "material_text" || why == nil) {
			m.because(&why, m.termOf(c, cmp.Or(whyNames[f.name], f.name)))
		}
	}
	switch {
	case why == nil && m.facts["theme"] != "":
		why = []string{"theme"} // by what is part of it, or what it is part of
	case why == nil && m.read:
		why = []string{"pinyin"}
	case why == nil:
		why = []string{"text"}
	}
	return highlights, why
}

// termOf tells what of a record's terms was found where the index has them in one field,
// that of the materials: the words for its kind, or those for its collection.
func (m *marker) termOf(c *Card, field string) string {
	if field != "material" {
		return field
	}
	for _, of := range []struct {
		told   string
		scheme archive.Scheme
		code   string
	}{{"kind", archive.SchemeKind, string(c.Kind)}, {"collection", archive.SchemeCollection, c.Collection}} {
		for _, label := range m.ix.label(of.scheme, of.code) {
			if len(m.spans(label)) > 0 {
				return of.told
			}
		}
	}
	return field
}

// fieldOf is the field of the index that is told under a name.
func fieldOf(told string) string {
	for field, name := range whyNames {
		if name == told {
			return field
		}
	}
	return told
}

// maxFragments is how many texts of one field are shown.
const maxFragments = 3

func (m *marker) because(why *[]string, field string) {
	if !slices.Contains(*why, field) {
		*why = append(*why, field)
	}
}

// holdsPhrase reports whether words stand in one of a document's texts as they have to:
// holds tells it of the words of a text. text is them as they were typed.
func (ix *Index) holdsPhrase(stored func(func(string, []byte) bool) error, fields []string, text string, sequence []word, holds func(words, sequence []word) bool) (bool, error) {
	texts := map[string][]string{}
	var faults error
	plain := asTyped(text, sequence)
	as := false
	err := stored(func(field string, value []byte) bool {
		if field != fieldTexts && field != fieldCard {
			return true
		}
		value, err := ix.packer.open(value)
		if err != nil {
			faults = errors.Join(faults, err)
			return true
		}
		if plain != nil && plain(value) {
			as = true
			return false
		}
		switch field {
		case fieldTexts:
			faults = errors.Join(faults, json.Unmarshal(value, &texts))
		case fieldCard:
			var card struct { // of a Card
				Descriptions archive.Text `json:"descriptions"`
			}
			faults = errors.Join(faults, json.Unmarshal(value, &card))
			texts["description"] = append(texts["description"], values(card.Descriptions)...)
		}
		return true
	})
	if err := errors.Join(err, faults); err != nil || as {
		return as, err
	}
	for _, field := range fields {
		for _, s := range texts[field] {
			if holds(ix.tokenizer.words(s), sequence) {
				return true, nil
			}
		}
	}
	return false, nil
}

// together reports whether words stand beside each other, with one other word among them
// at most, in whatever order: an inscription that is dated is a dated inscription.
func together(words, sequence []word) bool {
	wanted := map[string]bool{}
	for _, w := range sequence {
		wanted[w.term] = true
	}
	for i := range words {
		if !wanted[words[i].term] {
			continue
		}
		found := map[string]bool{}
		for _, w := range words[i:min(len(words), i+len(wanted)+1)] {
			if wanted[w.term] {
				found[w.term] = true
			}
		}
		if len(found) == len(wanted) {
			return true
		}
	}
	return false
}

// asTyped reports whether a phrase stands in what is stored just as it was typed, which
// then need not be taken apart; nil where that cannot be told.
func asTyped(text string, sequence []word) func(stored []byte) bool {
	text = strings.TrimSpace(text)
	ascii := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	switch {
	case strings.ContainsAny(text, "\"\\<>&"): // JSON writes these as something else
		return nil
	case sequence[0].han && sequence[len(sequence)-1].han:
		plain := []byte(text)
		return func(stored []byte) bool { return bytes.Contains(stored, plain) }
	case !ascii:
		return nil
	}
	plain := []byte(strings.ToLower(text))
	return func(stored []byte) bool {
		stored = bytes.ToLower(stored)
		for at := 0; ; {
			i := bytes.Index(stored[at:], plain)
			if i < 0 {
				return false
			}
			begin, end := at+i, at+i+len(plain)
			if !wordAt(stored, begin-1) && !wordAt(stored, end) {
				return true
			}
			at = begin + 1
		}
	}
}

// wordAt reports whether a byte may be of a word: any that is not ASCII may.
func wordAt(text []byte, at int) bool {
	return at >= 0 && at < len(text) && (text[at] >= utf8.RuneSelf || classOf(rune(text[at])) != classNone || text[at] == '\'')
}

// follow reports whether a sequence of words stands among others.
func follow(among, sequence []word) bool {
	for at := 0; at+len(sequence) <= len(among); at++ {
		same := true
		for i, w := range sequence {
			have := among[at+i]
			if have.term != w.term || i > 0 && have.han && among[at+i-1].han && !have.joined {
				same = false
				break
			}
		}
		if same {
			return true
		}
	}
	return false
}

// render writes a text as HTML with its finds marked; a long one is cut to the part that
// has the first of them.
func render(text string, spans []span, cut bool) string {
	from, to := 0, len(text)
	if cut || to > maxWhole {
		from, to = window(text, spans[0])
	}
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
	from = s.start
	for n := 0; n < fragment/3 && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	to = from
	for n := 0; n < fragment && to < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return from, max(to, s.end)
}
