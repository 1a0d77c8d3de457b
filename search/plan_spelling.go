package search

import (
	"strings"

	"hexi/search/engine"
)

// misspelt matches what words may have been meant for of which nobody wrote one; nil where
// all of them are written, or nothing is like them.
func (p *plan) misspelt(c *clause, units []string) engine.Node {
	if c.understood != nil || c.field != "" || c.not || p.heard(c) {
		return nil
	}
	unknown := false
	for _, u := range units {
		unknown = unknown || p.facts.idf(u) == 0
	}
	if !unknown || len(c.text) > 3*maxGuessed || !p.mayGuess() {
		return nil
	}
	name, found := p.ix.lexicon.likely(p.ix, c.text)
	if found == nil {
		return nil
	}
	likely := clause{typed: typed{text: found[0].label.In("zh"), source: c.source}}
	if !p.ix.themeOr(&likely, found) || likely.text == "" {
		return nil
	}
	if !hasHan(c.text) && p.ix.lexicon.names[name] != nil {
		likely.text = name
	}
	likely.understood.Text = c.text
	p.meant = append(p.meant, Understood{Type: "spelling", Text: c.text, Value: likely.text, Label: found[0].label})
	return p.clause(&likely)
}

// mayGuess counts the words of a query that are guessed at: of one that is nothing but
// rubbish not each is worth the time.
func (p *plan) mayGuess() bool {
	p.guesses++
	return p.guesses <= maxGuesses
}

// heard reports whether something is read as a clause was typed.
func (p *plan) heard(c *clause) bool {
	if len(c.ways) == 0 {
		return false
	}
	apart := plan{ix: p.ix, facts: p.facts}
	ways := apart.sounds(c)
	return ways != nil && p.facts.more("heard "+c.text, ways, 0)
}

// kindred matches two Han characters that nobody wrote together by how they sound, or
// each for itself.
func (p *plan) kindred(u string) engine.Node {
	r := []rune(u)
	if len(r) != 2 {
		return anywhere(u)
	}
	var or engine.Or
	for _, syllables := range p.ix.pinyin.Pairs(u) {
		sound := engine.Term{Field: fieldPinyin, Value: syllables}
		p.boost(sound, 3*weightPinyin)
		before, after, _ := strings.Cut(syllables, "_")
		or = append(or, sound, p.written(before, after))
	}
	return append(or, engine.And{anywhere(string(r[0])), anywhere(string(r[1]))})
}

// sounds matches what is read as a clause was typed; nil for nothing.
func (p *plan) sounds(c *clause) engine.Node {
	var or engine.Or
	for _, way := range c.ways {
		if len(way) < 2 {
			continue
		}
		var all engine.And
		for i := 1; i < len(way); i++ {
			all = append(all, engine.Term{Field: fieldPinyin, Value: way[i-1] + "_" + way[i]})
		}
		or = append(or, all)
		p.boost(all, 3*weightPinyin)
	}
	if s := p.ix.folder.String(c.text); len(s) > 3 && !strings.Contains(s, " ") && p.facts.has(fieldInitials, s) {
		or = append(or, engine.Term{Field: fieldInitials, Value: s})
	}
	if len(or) == 0 {
		return nil
	}
	return or
}

// written matches what is written with two characters that are read so, in long texts,
// whose readings are not indexed.
func (p *plan) written(before, after string) engine.Node {
	var terms []string
	second := p.ix.pinyin.Characters(after)
	for _, a := range p.ix.pinyin.Characters(before) {
		for _, b := range second {
			terms = append(terms, string([]rune{a, b}))
		}
	}
	return engine.Any{Field: "description", Terms: terms}
}

// maxWays is how many ways of cutting letters into syllables are looked for in long texts.
const maxWays = 3

// writtenIn matches long texts that hold what is read as a clause was typed.
func (p *plan) writtenIn(c *clause) engine.Node {
	var or engine.Or
	for _, way := range c.ways[:min(len(c.ways), maxWays)] {
		if len(way) < 2 || len(way) > 6 {
			continue
		}
		var all engine.And
		for i := 1; i < len(way); i++ {
			all = append(all, p.written(way[i-1], way[i]))
		}
		or = append(or, all)
	}
	return or
}
