package search

import (
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// thing is something that people name: a site, a kind of record, a period, a theme.
type thing struct {
	kind  string // site, kind, period, theme
	code  string
	label archive.Text
	names []string // folded
	also  *thing   // the period of the same name, of a theme
	whole *thing   // what it belongs to, of a theme: the thesaurus' broader term
	parts []*thing // what belongs to it, of a theme: the thesaurus' narrower terms
}

// lexicon finds things by their names, in Chinese, English and pinyin. It does not
// change once made.
type lexicon struct {
	names    map[string][]*thing // folded, words apart by one space
	pinyin   map[string][]*thing // a name in pinyin, joined
	common   map[string][]*thing // a name as it is most commonly read
	initials map[string][]*thing
	longest  int // of the names, in characters

	// Values of filters that are offered while people type; as words of a query they are none.
	offered []*thing
	regions map[string]bool // names of regions
}

// lexiconSchemes are the vocabularies that a lexicon is made of. Of things that have a
// name in common the first counts, but for themes, which all count.
var lexiconSchemes = []struct {
	scheme archive.Scheme
	kind   string
}{
	{archive.SchemeSite, "site"}, {archive.SchemePeriod, "period"}, {archive.SchemeKind, "kind"},
	{archive.SchemeThesaurus, "theme"}, {archive.SchemeTheme, "theme"}, {archive.SchemeFigure, "theme"},
}

// caveEnds are words for "caves" that people leave away: 莫高220, Mogao.
var caveEnds = []string{"石窟", "窟", " caves", " cave", " grottoes", " grotto"}

// directions are no names of caves, as in the wall that faces south.
var directions = map[string]bool{"north": true, "south": true, "east": true, "west": true}

// shortest is how many initials a name has at least that is found by them.
const shortest = 3

func (ix *Index) readLexicon() {
	l := &lexicon{names: map[string][]*thing{}, pinyin: map[string][]*thing{}, common: map[string][]*thing{}, initials: map[string][]*thing{}}
	for _, of := range lexiconSchemes {
		terms, _ := ix.vocabulary.Terms(of.scheme)
		byCode := map[string]*thing{}
		for _, t := range terms {
			if of.scheme == archive.SchemeFigure && t.Code == "other" {
				continue
			}
			it := &thing{kind: of.kind, code: t.Code, label: t.Label}
			byCode[t.Code] = it
			for _, name := range ix.vocabulary.Names(of.scheme, t.Code) {
				if of.kind == "theme" && name == t.Code {
					continue
				}
				it.add(ix.wordsOf(name))
			}
			if of.kind == "site" {
				it.shorten()
			}
			for _, name := range it.names {
				l.add(ix, name, it)
			}
		}
		for _, t := range terms {
			if whole := byCode[t.Parent]; whole != nil && of.kind == "theme" && byCode[t.Code] != nil {
				whole.parts = append(whole.parts, byCode[t.Code])
				byCode[t.Code].whole = whole
			}
		}
	}
	ix.lexicon = l
	l.regions = map[string]bool{}
	for _, of := range []archive.Scheme{archive.SchemeRegion, archive.SchemeMaterial, archive.SchemeCategory} {
		ix.offer(of)
	}
}

// offer adds the terms of a filter's vocabulary to what is offered while people type.
func (ix *Index) offer(scheme archive.Scheme) {
	terms, _ := ix.vocabulary.Terms(scheme)
	for _, t := range terms {
		it := &thing{kind: string(scheme), code: t.Code, label: t.Label}
		for _, name := range append(ix.vocabulary.Names(scheme, t.Code), values(t.Label)...) {
			if name == t.Code {
				continue
			}
			words := ix.wordsOf(name)
			it.add(words)
			if scheme == archive.SchemeRegion {
				ix.lexicon.regions[words] = true
			}
			if hasHan(words) {
				joined, _ := ix.pinyin.Of(words)
				it.add(joined)
			}
		}
		ix.lexicon.offered = append(ix.lexicon.offered, it)
	}
}

// maxSpellings is how many readings of a name it is found by.
const maxSpellings = 16

func (t *thing) add(name string) {
	if name != "" && !slices.Contains(t.names, name) {
		t.names = append(t.names, name)
	}
}

// shorten adds the names of a site without the word for "caves".
func (t *thing) shorten() {
	for _, name := range slices.Clone(t.names) {
		for _, end := range caveEnds {
			if short, ok := strings.CutSuffix(name, end); ok && utf8.RuneCountInString(short) >= 2 && !directions[short] {
				t.add(short)
			}
		}
	}
}

func (l *lexicon) add(ix *Index, name string, it *thing) {
	if have := l.names[name]; len(have) > 0 && have[0].kind == "period" && it.kind == "theme" {
		it.also = have[0] // 长征 is a time, and more
	}
	put := func(m map[string][]*thing, key string) {
		have := m[key]
		if len(have) > 0 && have[0] == it.also {
			m[key] = []*thing{it}
			return
		}
		if len(have) > 0 && have[0].kind != it.kind || slices.Contains(have, it) {
			return
		}
		m[key] = append(have, it)
	}
	put(l.names, name)
	l.longest = max(l.longest, utf8.RuneCountInString(name))
	if !hasHan(name) || utf8.RuneCountInString(name) < 2 {
		return
	}
	for _, spelling := range ix.pinyin.Spellings(name, maxSpellings) {
		put(l.pinyin, spelling)
	}
	joined, _ := ix.pinyin.Of(name)
	put(l.common, joined)
	for _, initials := range ix.pinyin.Initials(name, maxSpellings) {
		if len(initials) >= shortest {
			put(l.initials, initials)
		}
	}
}

// wordsOf is a text as names are compared: folded, its words apart by one space, in the
// singular, and nothing else between.
func (ix *Index) wordsOf(s string) string {
	var b strings.Builder
	hanBefore := false
	for i, w := range ix.tokenizer.words(s) {
		if i > 0 && !(w.han || hanBefore) {
			b.WriteByte(' ')
		}
		b.WriteString(w.term)
		hanBefore = w.han
	}
	return b.String()
}

// maxWithin is how many names are looked for within a text.
const maxWithin = 4

// within returns the themes whose names stand in a text, the longest from the left, but
// for one that the text is.
func (l *lexicon) within(words string) []*thing {
	var out []*thing
	pieces, join := strings.Split(words, ""), ""
	if !hasHan(words) {
		pieces, join = strings.Fields(words), " "
	}
	for at := 0; at < len(pieces) && len(out) < maxWithin; {
		step := 1
		for n := min(l.longest, len(pieces)-at); n >= 1; n-- {
			name := strings.Join(pieces[at:at+n], join)
			if n == len(pieces) || hasHan(name) && n < 2 {
				continue
			}
			if found := l.find(name, "theme"); found != nil {
				out, step = append(out, found...), n
				break
			}
		}
		at += step
	}
	return out
}

// likely returns the things that a text that nobody wrote may have been meant for: those
// that sound like it, or are written nearly so.
func (l *lexicon) likely(ix *Index, text string) (string, []*thing) {
	words := ix.wordsOf(text)
	if hasHan(words) {
		joined, _ := ix.pinyin.Of(words)
		if found := l.common[joined]; found != nil {
			return joined, found
		}
		if len(joined) < 8 {
			return "", nil
		}
		return nearest(l.common, joined, 1)
	}
	letters := strings.ReplaceAll(words, " ", "")
	if name, found := nearest(l.pinyin, letters, bold(letters)); found != nil {
		return name, found
	}
	return nearest(l.names, words, bold(words))
}

// bold is in how many letters a name may differ from one of so many: in one, or of long
// ones two.
func bold(name string) int {
	switch n := utf8.RuneCountInString(name); {
	case n > 9:
		return 2
	case n > 5:
		return 1
	}
	return 0
}

// nearest returns what is named most nearly like a name, differing in at most so many
// letters.
func nearest(names map[string][]*thing, name string, limit int) (best string, found []*thing) {
	distance := limit + 1
	for other, things := range names {
		if d := len(other) - len(name); d > limit || -d > limit {
			continue
		}
		if d := edits(name, other, limit); d < distance || d == distance && d <= limit && other < best {
			distance, best, found = d, other, things
		}
	}
	return best, found
}

// edits is in how many letters two names differ, neighbours that change places being one;
// more than limit for anything above it.
func edits(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least > limit {
			return limit + 1
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return classOf(r) == classHan })
}

// find returns the things that a text names, of the first kind that there is; nil for
// none.
func (l *lexicon) find(words string, kinds ...string) []*thing {
	list := l.names[words]
	if len(list) > 0 && slices.Contains(kinds, list[0].kind) {
		return list
	}
	return nil
}
