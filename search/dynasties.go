package search

import (
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// kindred are the periods of the same state as one whose name is a single character, but
// under a name of their own. 前秦, 后秦 and 西秦 are other states than 秦.
var kindred = map[string][]string{"qin": {"qin-state", "early-qin"}}

// brief reports whether a clause is a dynasty named by one character, which by itself stands
// in too many words: 元 in 公元 and 元年, 秦 in 秦岭.
func (ix *Index) brief(c *clause) bool {
	return c.understood != nil && c.understood.Type == "period" && hasHan(c.text) && utf8.RuneCountInString(c.text) == 1
}

// fuller are the names of such a dynasty that say what they are: 元代 and 元朝.
func (ix *Index) fuller(c *clause) (names []string) {
	for _, code := range append([]string{c.understood.Value}, kindred[c.understood.Value]...) {
		for _, name := range ix.vocabulary.Names(archive.SchemePeriod, code) {
			if name = ix.wordsOf(name); hasHan(name) && utf8.RuneCountInString(name) > 1 {
				names = append(names, name)
			}
		}
	}
	return names
}

// dynasty matches the words for a dynasty that is named by one character: its fuller names in
// any text, and the character itself in what is said of a record's time, where it is not of
// another name (西秦) nor of the first year of an era (建弘元年).
func (p *plan) dynasty(c *clause) engine.Node {
	var or engine.Or
	for _, name := range p.ix.fuller(c) {
		for _, f := range textFields {
			there := p.ix.standing(f.name, name)
			or = append(or, there)
			p.boost(there, 0.5*f.weight)
		}
	}
	const said = "period_text"
	folded := p.ix.folder.String(c.text)
	alone := engine.And{engine.Term{Field: said, Value: folded}}
	for _, other := range p.ix.periodsWith(folded, c.understood.Value) {
		alone = append(alone, engine.Not{Node: p.ix.standing(said, other)})
	}
	return append(or, alone)
}

// periodsWith are the names of other periods that a character stands in, and what else it may
// be in where years are told.
func (ix *Index) periodsWith(character, but string) []string {
	names := []string{character + "年"}
	terms, _ := ix.vocabulary.Terms(archive.SchemePeriod)
	for _, t := range terms {
		if t.Code == but || ix.isPart(t, but) {
			continue
		}
		for _, name := range ix.vocabulary.Names(archive.SchemePeriod, t.Code) {
			if name = ix.wordsOf(name); strings.Contains(name, character) && utf8.RuneCountInString(name) > 1 {
				names = append(names, name)
			}
		}
	}
	return names
}

// isPart reports whether a period is part of another, however far down.
func (ix *Index) isPart(t archive.Term, of string) bool {
	for depth := 0; t.Parent != "" && depth < maxLineage; depth++ {
		if t.Parent == of {
			return true
		}
		t, _ = ix.vocabulary.Term(archive.SchemePeriod, t.Parent)
	}
	return false
}
