package search

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/search/engine"
)

// field matches a clause in the field that it was typed for.
func (p *plan) field(c *clause) engine.Node {
	switch {
	case c.field == fieldFrom:
		return p.words(c) // no time was understood
	case c.field == fieldCave:
		return p.caveField(c.text)
	case slices.Contains(facetFields, c.field):
		return p.facetField(c.field, c.text)
	case c.wild:
		return p.wild(c.text, []string{c.field})
	case c.field == "identifier" && p.number(c.text) != nil:
		return p.number(c.text)
	case c.phrase:
		return p.phrase(c.text, []string{c.field})
	}
	units := p.ix.tokenizer.units(c.text)
	for _, u := range units {
		p.boost(engine.Term{Field: c.field, Value: u}, 3*p.facts.idf(u))
	}
	return allIn(c.field, units)
}

// caveField matches a cave that was typed for the field: its number, in whatever form.
func (p *plan) caveField(text string) engine.Node {
	folded := p.ix.folder.String(text)
	u := p.ix.understandCave(folded)
	if u == nil {
		u = &Understood{Value: p.ix.caveName(text)}
		if cave, ok := caveOf(folded); ok {
			u.Value = cave
		}
	}
	meant := caveNode(u)
	p.caves = append(p.caves, meant)
	p.boost(engine.And{meant, engine.Term{Field: "kind", Value: string(archive.KindCave)}}, weightWhole)
	return meant
}

// caveNode matches a cave, or any of several, and what is in it.
func caveNode(u *Understood) engine.Node {
	var cave engine.Node = engine.Term{Field: fieldCave, Value: u.Value}
	if list := caveNumbers(u.Value, maxCave); len(list) > 1 {
		cave = engine.Any{Field: fieldCave, Terms: list}
	}
	if u.Site == "" {
		return cave
	}
	return engine.And{cave, engine.Term{Field: "site", Value: u.Site}}
}

// facetField matches a value of a filter by its code or any of its names; what is none of
// its values, by the words of what records say of it.
func (p *plan) facetField(field, text string) engine.Node {
	values := []string{p.ix.code(field, text), text}
	if scheme, ok := facetScheme[field]; ok {
		values = append(values, p.ix.vocabulary.Names(scheme, text)...)
	}
	for _, t := range p.ix.lexicon.find(p.ix.wordsOf(text), "site", "kind", "period") {
		if t.kind == field {
			values = append(values, t.code)
		}
	}
	var or engine.Or
	known := false
	for _, v := range values {
		or = append(or, engine.Term{Field: field, Value: v})
		known = known || p.facts.has(field, v)
	}
	if spoken := map[string]string{"period": "period_text", "site": "location"}[field]; !known {
		or = append(or, allIn(cmp.Or(spoken, "material_text"), p.ix.tokenizer.units(text)))
	}
	return or
}

// phrase matches a text as it stands in one of the fields.
func (p *plan) phrase(text string, fields []string) engine.Node {
	units := p.ix.tokenizer.units(text)
	if len(units) == 0 {
		return nil
	}
	p.text(text, units, 1)
	var sure, rest engine.Or // a pair is found exactly, several of them nearly so
	var among []string
	for _, field := range fields {
		// In names what has all pairs has the phrase; of pages that is enough, and the page
		// that has most of them is shown.
		if there := p.ix.tokenizer.neighbours(text, pairings[field]); len(there) == 1 || pairings[field] == pairAll || field == fieldPages {
			sure = append(sure, allIn(field, there))
		} else {
			rest, among = append(rest, allIn(field, there)), append(among, field)
		}
	}
	if len(rest) == 0 {
		return sure
	}
	return append(sure, p.checked("phrase "+text+" "+strings.Join(among, " "), rest, phraseChecks, among, text, follow))
}

// checked matches what of some records holds a text in one of the fields, as holds tells;
// where they are more than so many, all of them, for each of them has to be read. name
// tells the question whether they are from others.
func (p *plan) checked(name string, of engine.Node, most uint64, fields []string, text string, holds func(words, sequence []word) bool) engine.Node {
	if p.facts.more(name, of, most) {
		return of
	}
	sequence := p.ix.tokenizer.words(text)
	return engine.Check{Of: of, OK: func(stored func(func(string, []byte) bool) error) (bool, error) {
		return p.ix.holdsPhrase(stored, fields, text, sequence, holds)
	}}
}

// wild matches a word with wildcards.
func (p *plan) wild(text string, fields []string) engine.Node {
	folded := p.ix.folder.String(text)
	if p.wilds++; p.wilds > maxWild || len(folded) > 2*maxGuessed || strings.Count(folded, "*")+strings.Count(folded, "?") > maxWild {
		return allIn("title", p.ix.tokenizer.units(folded)) // it would be gone through all words for too long
	}
	begin, end := strings.CutSuffix(folded, "*")
	if strings.HasPrefix(folded, "*") || strings.HasPrefix(folded, "?") {
		// All words of a field are gone through: those of long texts are too many.
		fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return pairings[f] != pairAll })
	}
	if hasHan(folded) {
		// Words of Han characters have no ends: what stands beside the wildcards counts.
		var all engine.And
		for _, part := range strings.FieldsFunc(folded, func(r rune) bool { return r == '*' || r == '?' }) {
			for _, u := range p.ix.tokenizer.units(part) {
				all = append(all, p.unit(u))
			}
			p.text(part, p.ix.tokenizer.units(part), 1)
		}
		return all
	}
	var or engine.Or
	node := func(field, begin string, whole bool) engine.Node {
		if whole {
			return engine.Prefix{Field: field, Begin: begin}
		}
		return engine.Pattern{Field: field, Expr: expression(folded)}
	}
	simple := end && !strings.ContainsAny(begin, "*?") && !strings.ContainsFunc(begin, func(r rune) bool { return classOf(r) == classNone })
	for _, field := range fields {
		or = append(or, node(field, begin, simple))
		p.boost(or[len(or)-1], 2)
	}
	if strings.ContainsAny(folded, "0123456789") && !strings.HasPrefix(folded, "*") && !strings.HasPrefix(folded, "?") {
		or = append(or, engine.Pattern{Field: fieldExact, Expr: expression(squeezeAround(folded))}) // S.3?26
	}
	if s := squeeze(strings.TrimRight(begin, "*?")); end && s != "" && !strings.ContainsAny(begin, "*?") {
		or = append(or, engine.Prefix{Field: fieldExact, Begin: s})
	}
	return or
}

// squeezeAround is a number or shelf mark with wildcards as numbers are indexed, but for the
// wildcards.
func squeezeAround(folded string) string {
	var b strings.Builder
	for {
		at := strings.IndexAny(folded, "*?")
		if at < 0 {
			return b.String() + squeeze(folded)
		}
		b.WriteString(squeeze(folded[:at]) + folded[at:at+1])
		folded = folded[at+1:]
	}
}

// expression is a word with wildcards as a regular expression.
func expression(s string) string {
	q := regexp.QuoteMeta(s)
	return strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(q)
}
