package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Inside looks for a query within single texts, folded as in the index: what is found is
// told by its place in the text as it is written.
type Inside struct {
	tokenizer *tokenizer
	terms     []insideTerm
	needs     []rune // characters without which a text need not be cut into words
}

// insideTerm is a run of words that follow each other. open says that its last word may go
// on: it was typed with an asterisk.
type insideTerm struct {
	words []word
	open  bool
}

// Found is a part of a text, in bytes: text[Start:End].
type Found struct{ Start, End int }

const (
	maxInside      = 500    // characters of a query that count
	maxInsideTerms = 20     // and terms of it
	maxCompletion  = 4      // characters by which a Chinese term is completed
	maxCompletions = 50_000 // different ones that are counted
)

// Inside reads a query: terms with spaces between them, or in quotes. Nothing is an error.
func (ix *Index) Inside(q string) *Inside {
	in := &Inside{tokenizer: ix.tokenizer}
	for _, term := range insideTerms(clip(q, maxInside)) {
		bare, open := strings.CutSuffix(term, "*")
		words := in.tokenizer.words(bare)
		if len(words) > 0 && len(in.terms) < maxInsideTerms {
			in.terms = append(in.terms, insideTerm{words, open && !words[len(words)-1].han})
			for _, w := range words { // of a word of letters its ending may differ
				first, _ := utf8.DecodeRuneInString(w.term)
				if !slices.Contains(in.needs, first) {
					in.needs = append(in.needs, first)
				}
			}
		}
	}
	return in
}

// may reports whether a text has all characters that are needed.
func (in *Inside) may(text string) bool {
	seen, missing := make([]bool, len(in.needs)), len(in.needs)
	var folded []rune
	for _, r := range text {
		folded = in.tokenizer.folder.Fold(folded[:0], r)
		for _, f := range folded {
			if i := slices.Index(in.needs, f); i >= 0 && !seen[i] {
				if seen[i], missing = true, missing-1; missing == 0 {
					return true
				}
			}
		}
	}
	return false
}

// insideTerms parts a query at its spaces, but for those in quotes.
func insideTerms(q string) (out []string) {
	var b strings.Builder
	end := rune(0)
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
		}
		b.Reset()
	}
	for _, r := range q {
		switch {
		case end != 0 && r == end:
			flush()
			end = 0
		case end == 0 && closing[r] != 0:
			flush()
			end = closing[r]
		case end == 0 && unicode.IsSpace(r):
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return out
}

// Empty reports whether a query says nothing that could be looked for.
func (in *Inside) Empty() bool { return len(in.terms) == 0 }

// Find returns where the terms of a query stand in a text, in its order and without what
// overlaps; nothing unless all of them do.
func (in *Inside) Find(text string) []Found {
	if in.Empty() || !in.may(text) {
		return nil
	}
	words := in.tokenizer.words(text)
	var out []Found
	for _, term := range in.terms {
		n := len(out)
		for at := 0; at+len(term.words) <= len(words); at++ {
			if term.standsAt(text, words, at) {
				last := words[at+len(term.words)-1]
				out = append(out, Found{words[at].start, last.end})
			}
		}
		if len(out) == n {
			return nil
		}
	}
	slices.SortFunc(out, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) })
	apart := out[:0]
	for _, f := range out {
		if n := len(apart); n > 0 && f.Start < apart[n-1].End {
			apart[n-1].End = max(apart[n-1].End, f.End)
			continue
		}
		apart = append(apart, f)
	}
	return apart
}

// standsAt reports whether the words of a term begin at a place among those of a text.
func (t *insideTerm) standsAt(text string, words []word, at int) bool {
	for i, w := range t.words {
		have := words[at+i]
		switch {
		case have.term == w.term:
		case t.open && i == len(t.words)-1 && strings.HasPrefix(have.term, w.term):
		default:
			return false
		}
		// What a stop or the end of a block stands between is no neighbour, and Chinese is one by
		// standing beside it, unless it was typed with a space.
		if i > 0 && (have.first && !w.first || have.han && words[at+i-1].han && !have.joined && w.joined || strings.Contains(text[words[at+i-1].end:have.start], "\n")) {
			return false
		}
	}
	return true
}

// Completions counts how texts go on after the beginning of a term: the words of letters
// that begin so, and of Chinese the next characters. They are as they are written where
// they stand first.
type Completions struct {
	tokenizer *tokenizer
	words     []word
	counts    map[string]*Completion // by their folded form
	order     int
}

// Completion is a term and how often it is there.
type Completion struct {
	Term  string
	Count int
	order int
}

// Completions begins to count.
func (ix *Index) Completions(beginning string) *Completions {
	return &Completions{
		tokenizer: ix.tokenizer, words: ix.tokenizer.words(clip(strings.Trim(beginning, `"“”`), maxInside)), counts: map[string]*Completion{},
	}
}

// Add counts what is in a text.
func (c *Completions) Add(text string) {
	if len(c.words) == 0 {
		return
	}
	term := insideTerm{words: c.words, open: !c.words[len(c.words)-1].han}
	words := c.tokenizer.words(text)
	for at := 0; at+len(term.words) <= len(words); at++ {
		if !term.standsAt(text, words, at) {
			continue
		}
		end := at + len(term.words)
		c.count(words[at:end], text)
		for n := 1; n <= maxCompletion && words[end-1].han && end < len(words) && words[end].joined; n++ {
			end++
			c.count(words[at:end], text)
		}
	}
}

func (c *Completions) count(words []word, text string) {
	var key strings.Builder
	for _, w := range words {
		key.WriteString(w.term + " ")
	}
	known := c.counts[key.String()]
	if known == nil {
		if len(c.counts) >= maxCompletions {
			return
		}
		c.order++
		known = &Completion{Term: text[words[0].start:words[len(words)-1].end], order: c.order}
		c.counts[key.String()] = known
	}
	known.Count++
}

// List returns at most so many terms, those first that are there most often, and of these
// the longest: what a shorter one is always part of says more.
func (c *Completions) List(limit int) []Completion {
	var all []Completion
	for _, known := range c.counts {
		all = append(all, *known)
	}
	slices.SortFunc(all, func(a, b Completion) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(utf8.RuneCountInString(b.Term), utf8.RuneCountInString(a.Term)), cmp.Compare(a.order, b.order))
	})
	out := []Completion{}
	for _, one := range all {
		// A part of a longer one that is there as often says less.
		if slices.ContainsFunc(out, func(longer Completion) bool {
			return longer.Count == one.Count && strings.HasPrefix(longer.Term, one.Term)
		}) {
			continue
		}
		if out = append(out, one); len(out) == limit {
			break
		}
	}
	return out
}
