package sheet

import (
	"encoding/json"
	"unicode/utf8"

	"hexi/archive"
)

// The fields that take a term, and that registers on paper fill with free words.
const (
	inWordsCompleteness = iota
	inWordsCondition
	inWordsSource
)

// inWords are these fields: where the words are kept beside the term.
var inWords = [...]struct {
	path   string
	scheme archive.Scheme
	note   string // key in extra
	of     func(*archive.Record) *string
}{
	inWordsCompleteness: {"completeness", archive.SchemeCompleteness, "completenessNote", func(r *archive.Record) *string { return &r.Completeness }},
	inWordsCondition:    {"condition", archive.SchemeCondition, "conditionNote", func(r *archive.Record) *string { return &r.Condition }},
	inWordsSource:       {"source", archive.SchemeSource, "sourceNote", func(r *archive.Record) *string { return &r.Source }},
}

// longestTypo is how long, in characters, a term with a slip is at most; what is longer
// was written as words.
const longestTypo = 8

// freeWords finds the term in cells of words (口沿残: 残缺) and keeps the words beside it.
// What looks like a term with a slip stays as it is and is refused with the nearest
// terms, unless the profile has free words there.
func (b *builder) freeWords() {
	for i, f := range inWords {
		value, c := f.of(b.record), b.worded[i]
		if *value == "" || c.name == "" {
			continue
		}
		if _, ok := b.vocabulary.Term(f.scheme, *value); ok {
			continue
		}
		words := *value
		found := b.vocabulary.Within(f.scheme, words)
		switch {
		case len(found) == 1:
			*value = found[0].Code
			b.note(c, "%q is read as %s, and kept as it is written in %s", words, archive.TermNames(found), "extra."+f.note)
		case len(found) > 1:
			*value = ""
			b.note(c, "%q names several terms of %s (%s), and is kept as it is written in %s, without a term", words, f.scheme, archive.TermNames(found), "extra."+f.note)
		case !b.table.wordsAllowed(f.path) && b.likeTerm(f.scheme, words):
			continue
		default:
			*value = ""
			b.note(c, "%q names no term of %s, and is kept as it is written in %s, without a term", words, f.scheme, "extra."+f.note)
		}
		b.keepWords(f.note, words)
	}
}

// likeTerm reports whether words look like a term with a slip.
func (b *builder) likeTerm(scheme archive.Scheme, words string) bool {
	return utf8.RuneCountInString(words) <= longestTypo && len(b.vocabulary.Nearest(scheme, words, nil)) > 0
}

// wordsAllowed reports whether the table's profile has words in a field that takes terms.
func (t *Table) wordsAllowed(path string) bool {
	if t.profile == nil {
		return false
	}
	f, ok := t.profile.Field(path)
	return ok && f.Type == archive.TypeText
}

// keepWords keeps words in extra, before those that a column of its own has there.
func (b *builder) keepWords(key, words string) {
	if b.record.Extra == nil {
		b.record.Extra = map[string]json.RawMessage{}
	}
	var more string
	if json.Unmarshal(b.record.Extra[key], &more) == nil && more != "" && more != words {
		words += "\n" + more
	}
	b.record.Extra[key] = rawString(words)
}
