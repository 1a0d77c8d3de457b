package search

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// effort is how far a search goes to find something: each is tried when the one before
// found too little.
type effort int

const (
	effortStrict  effort = iota // everything of the query
	effortKindred               // everything, each as it sounds or as it may have been meant
	effortRelaxed               // most of it
	effortAny                   // something of it
)

// The weights of what makes a score. A word that is in few records weighs up to one, times
// the weight of the field that it is in (textFields).
const (
	weightExact    = 40.0 // the number of a record
	weightTitle    = 12.0 // the query is the whole title
	weightCave     = 14.0
	weightWhole    = 6.0 // the cave itself, for a bare number
	weightTime     = 6.0
	weightSite     = 5.0
	weightKind     = 5.0
	weightPart     = 2.5 // what belongs to a theme
	weightPhrase   = 0.7 // words that stand together, as a share of the weight of each
	weightBrief    = 4.0 // a title that holds little else
	weightPinyin   = 0.8 // what only sounds so
	weightStrict   = 30.0
	weightCover    = 8.0 // a part of a relaxed query, wherever it is found
	weightQuality  = 1.0
	phraseChecks   = 2000 // records that are read to see whether a phrase stands in them
	maxGuesses     = 6    // words of a query for which others are looked for
	maxGuessed     = 24   // letters of a word that is guessed at
	maxWild        = 3    // wildcards of a word, and words with any
	maxUnits       = 60   // terms of a query that count
	relaxedShare   = 0.36
	likelySpelling = 3 // words that one which nobody wrote may have been meant for
)

// plan makes what is looked for of a query.
type plan struct {
	ix      *Index
	facts   *facts
	effort  effort
	boosts  []engine.Boost
	units   int
	meant   []Understood // words that were read as others
	weights []float64    // of the parts of a relaxed query
	parts   []engine.Node
	spread  *spread // nil for none
	guesses int
	wilds   int
	exact   bool            // a part of it is a number that a record has
	single  map[string]bool // characters that count for themselves
	times   []engine.Node   // what was understood as times
	caves   []engine.Node   // and as caves
}

// match is the node of a query, with the boosts that make the score; nil for a query
// that says nothing.
func (p *plan) match(clauses []clause) engine.Node {
	var all []engine.Node
	var not []engine.Node
	for i := 0; i < len(clauses); i++ {
		c := &clauses[i]
		if c.not {
			if n := p.quiet(c); n != nil {
				not = append(not, n)
			}
			continue
		}
		n := p.clause(c)
		for i+1 < len(clauses) && clauses[i+1].or { // other ways to match it
			i++
			if other := p.clause(&clauses[i]); other != nil && n != nil {
				n = engine.Or{n, other}
			} else if other != nil {
				n = other
			}
		}
		if n != nil {
			all = append(all, n)
		}
	}
	if len(all) == 0 && len(not) == 0 {
		return nil
	}
	var node engine.Node = engine.And(all)
	if p.effort >= effortRelaxed && len(p.parts) > 0 {
		total, least := 0.0, math.Inf(1)
		for _, w := range p.weights {
			total += w
			least = min(least, w)
		}
		for i, part := range p.parts {
			p.boost(part, weightCover*p.weights[i])
		}
		cover := engine.Cover{Nodes: p.parts, Weights: p.weights, Min: relaxedShare * total}
		if p.effort == effortAny {
			cover.Min = least
		}
		p.boost(node, weightStrict)
		node = engine.Node(cover)
		for i := range clauses { // what was asked for with marks holds all the same
			if c := &clauses[i]; !c.not && (c.phrase || c.field != "" || c.wild) && !c.or {
				node = engine.And{node, p.quiet(c)}
			}
		}
	}
	for _, n := range not {
		node = engine.And{node, engine.Not{Node: n}}
	}
	return node
}

// quiet is a clause's node without its boosts and parts.
func (p *plan) quiet(c *clause) engine.Node {
	apart := plan{ix: p.ix, facts: p.facts, effort: effortStrict, single: map[string]bool{}}
	return apart.clause(c)
}

func (p *plan) boost(n engine.Node, weight float64) {
	p.boosts = append(p.boosts, engine.Boost{Node: n, Weight: weight})
}

// part is what a relaxed query may do without.
func (p *plan) part(n engine.Node, weight float64) {
	p.parts, p.weights = append(p.parts, n), append(p.weights, weight)
}

func (p *plan) clause(c *clause) engine.Node {
	switch {
	case c.field != "" && c.understood != nil && c.understood.Type == "field":
		return p.field(c)
	case c.phrase:
		return p.phrase(c.text, textFieldNames())
	case c.wild:
		return p.wild(c.text, textFieldNames())
	case c.understood != nil && c.understood.Type == "theme":
		return p.theme(c)
	case c.understood != nil:
		return p.meaning(c)
	}
	return p.words(c)
}

func textFieldNames() []string {
	out := make([]string, len(textFields))
	for i, f := range textFields {
		out[i] = f.name
	}
	return out
}

// anywhere matches a term in any text.
func anywhere(term string) engine.Node {
	out := make(engine.Or, len(textFields))
	for i, f := range textFields {
		out[i] = engine.Term{Field: f.name, Value: term}
	}
	return engine.Kept{Name: "anywhere " + term, Node: out}
}

// standing matches a text in a field where it stands as it is, or nearly so: words of
// letters in long texts are found wherever they are.
func (ix *Index) standing(field, text string) engine.Node {
	return engine.Kept{Name: "standing " + field + " " + text, Node: allIn(field, ix.tokenizer.neighbours(text, pairings[field]))}
}

func allIn(field string, terms []string) engine.Node {
	out := make(engine.And, len(terms))
	for i, t := range terms {
		out[i] = engine.Term{Field: field, Value: t}
	}
	return out
}

// words matches a text's words, each anywhere.
func (p *plan) words(c *clause) engine.Node {
	units := p.ix.tokenizer.units(c.text)
	units = p.spare(units)
	if p.units += len(units); p.units > maxUnits {
		units = units[:max(0, len(units)-(p.units-maxUnits))]
		p.units = maxUnits
	}
	exact := p.number(c.text)
	if len(units) == 0 {
		return exact
	}
	if meant := p.misspelt(c, units); meant != nil {
		return meant
	}
	heard := p.heard(c)
	whole := heard || p.foreign(units)
	var all engine.And
	for _, u := range units {
		if whole {
			all = append(all, anywhere(u)) // it is not misspelt, or nothing that is here
		} else {
			all = append(all, p.unit(u))
		}
	}
	p.text(c.text, units, 1)
	if p.effort >= effortRelaxed {
		p.within(c)
	}
	var out engine.Node = all
	if ways := p.sounds(c); ways != nil {
		out = engine.Or{out, ways}
		if !heard && p.effort >= effortKindred {
			out = engine.Or{out, ways, p.writtenIn(c)}
		}
		p.boost(ways, weightPinyin*3)
		p.part(out, 1)
	}
	if exact != nil {
		out = engine.Or{out, exact}
	}
	return out
}

// foreign reports whether terms are of a name that nobody wrote any two neighbouring
// characters of. It is not here: what has some of its characters, each in another word, is
// nothing of the kind.
func (p *plan) foreign(units []string) bool {
	if len(units) < 2 {
		return false
	}
	for _, u := range units {
		if utf8.RuneCountInString(u) != 2 || !hasHan(u) || p.facts.idf(u) > 0 {
			return false
		}
	}
	return true
}

// within adds the themes that are named among words to what a relaxed query looks for.
func (p *plan) within(c *clause) {
	words := p.ix.wordsOf(c.text)
	for _, t := range p.ix.lexicon.within(words) {
		named := clause{typed: typed{text: t.names[0]}}
		if p.ix.theme(&named, []*thing{t}) {
			p.theme(&named)
		}
	}
}

// spare leaves out words that say nothing, where others do.
func (p *plan) spare(units []string) []string {
	var out []string
	for _, u := range units {
		if !stopWords[u] {
			out = append(out, u)
		}
	}
	if len(out) == 0 {
		return units
	}
	return out
}

// unit matches one term anywhere, or what it may have been meant for where nobody wrote
// it.
func (p *plan) unit(u string) engine.Node {
	idf := p.facts.idf(u)
	node := anywhere(u)
	if idf > 0 {
		if p.effort < effortRelaxed {
			return node
		}
		p.part(node, idf*weightOf(u))
		return node
	}
	han := hasHan(u)
	switch {
	case !han && utf8.RuneCountInString(u) > 3 && len(u) <= maxGuessed && !strings.ContainsAny(u, "0123456789") && p.mayGuess():
		var or engine.Or
		for _, near := range p.facts.near(u) {
			or = append(or, anywhere(near))
			p.text(near, []string{near}, 0.8)
			p.meant = append(p.meant, Understood{Type: "spelling", Text: u, Value: near})
		}
		if len(or) > 0 {
			p.part(or, 0.8)
			return or
		}
	case han && p.effort == effortKindred:
		return p.kindred(u)
	case han && p.effort >= effortRelaxed:
		for _, r := range u { // its characters, each for itself
			if s := string(r); !strings.ContainsRune(hanStops, r) && p.facts.idf(s) > 0 && !p.single[s] {
				p.single[s] = true
				p.part(anywhere(s), 0.8*p.facts.idf(s)*p.facts.idf(s))
				p.text(s, []string{s}, 0.5)
			}
		}
	}
	if p.effort >= effortRelaxed && !han {
		p.part(node, 0.5) // nobody wrote it
	}
	return node
}

// weightOf is what a term says beside others: a character alone says little.
func weightOf(u string) float64 {
	if hasHan(u) && utf8.RuneCountInString(u) == 1 {
		return 0.6
	}
	return 1
}

// text boosts where a text's words stand.
func (p *plan) text(text string, units []string, share float64) {
	sum := 0.0
	idf := make([]float64, len(units))
	for i, u := range units {
		idf[i] = p.facts.idf(u)
		sum += idf[i]
	}
	if sum == 0 {
		return
	}
	for _, f := range textFields {
		for i, u := range units {
			if idf[i] > 0 {
				p.boost(engine.Term{Field: f.name, Value: u}, share*f.weight*idf[i])
			}
		}
		if len(units) < 2 {
			continue
		}
		p.boost(allIn(f.name, units), share*f.weight*weightPhrase*sum/2)
		p.boost(p.ix.standing(f.name, text), share*f.weight*weightPhrase*sum/2)
	}
	p.boosts = append(p.boosts, engine.Boost{
		Node: allIn("title", units), Weight: share * weightBrief * min(sum, 2), Column: fieldLength, Of: float64(len(p.ix.tokenizer.words(text))),
	})
	key := p.ix.titleKey(text)
	for _, field := range titleSort {
		p.boost(engine.Term{Field: field, Value: key}, share*weightTitle)
	}
}

// number matches what has a text as its number or shelf mark; nil where none has.
func (p *plan) number(text string) engine.Node {
	s := squeeze(p.ix.folder.String(text))
	if s == "" || !p.facts.has(fieldExact, s) {
		return nil
	}
	n := engine.Term{Field: fieldExact, Value: s}
	p.boost(n, weightExact)
	p.exact = true
	return n
}

// theme matches any of the names of what was meant.
func (p *plan) theme(c *clause) engine.Node {
	var names []string
	for _, t := range c.things {
		names = append(names, t.names...)
	}
	var parts engine.Or
	for _, t := range c.things {
		for _, part := range t.parts {
			parts = append(parts, p.called(part)...)
		}
	}
	asTyped := p.ix.wordsOf(c.text)
	var or engine.Or
	perField := make([]engine.Or, len(textFields))
	rarest := 0.0
	for i, name := range names[:min(len(names), maxUnits/2)] {
		known, idf := p.known(name)
		if !known {
			continue
		}
		if i < 2 || name == asTyped {
			rarest = max(rarest, idf)
		}
		all := make(engine.Or, 0, len(textFields))
		for k, f := range textFields {
			if name != asTyped && ambiguous(name) && !valueFields[f.name] {
				continue
			}
			there := p.nameIn(f.name, name)
			all = append(all, there)
			perField[k] = append(perField[k], there)
		}
		or = append(or, engine.Kept{Name: "in any text " + name, Node: all})
	}
	var broader engine.Or
	for _, t := range c.things {
		if t.whole != nil && p.effort >= effortRelaxed {
			broader = append(broader, p.called(t.whole)...)
		}
	}
	// They are asked for in the query and in its score, with every effort.
	kept := func(what string, n engine.Node) engine.Node {
		for _, t := range c.things {
			what += " " + t.kind + " " + t.code
		}
		return engine.Kept{Name: what, Node: n}
	}
	if len(broader) > 0 {
		broader = engine.Or{kept("the whole of", broader)}
		p.boost(broader, weightPart)
	}
	for _, t := range c.things {
		if t.also != nil {
			u := p.ix.understandThing(t.also)
			or = append(or, p.time(u))
		}
	}
	if len(parts) > 0 {
		parts = engine.Or{kept("parts of", parts)}
		or = append(or, parts)
		p.boost(parts, weightPart)
	}
	if len(or) == 0 && len(broader) == 0 {
		return p.words(c)
	}
	rarest = max(rarest, 0.3)
	for k, f := range textFields {
		p.boost(kept(f.name+" of", perField[k]), 2*f.weight*rarest)
	}
	words := p.words(&clause{typed: typed{text: c.text}, ways: c.ways, understood: c.understood})
	node := engine.Or{kept("all of", or)}
	apart := len(or) > 0 && !hasHan(asTyped) && strings.Contains(asTyped, " ") // a name whose words say nothing each
	if words != nil && !apart {
		node = append(node, words)
	}
	if len(broader) > 0 {
		p.part(engine.Or{node, broader}, rarest)
	} else {
		p.part(node, rarest)
	}
	return node
}

// valueFields hold words of lists, in which a character stands for itself.
var valueFields = map[string]bool{"subject": true, "material_text": true}

// ambiguous reports whether a name is one character, which stands in names of places and
// times too: 马 in 马家窑, 玉 in 玉门.
func ambiguous(name string) bool { return utf8.RuneCountInString(name) == 1 && hasHan(name) }

// themeChecks is how many records are read to see whether a name of several words stands
// in them.
const themeChecks = 200

// nameIn matches a name where it stands in a field. The words of a name in letters are
// apart in long texts ("Great Wall" is neither a great tomb nor its wall): where they are
// in few records these are read.
func (p *plan) nameIn(field, name string) engine.Node {
	there := p.ix.standing(field, name)
	if pairings[field] == pairAll || field == fieldPages || hasHan(name) || !strings.Contains(name, " ") {
		return there
	}
	key := "name " + field + " " + name
	return engine.Kept{Name: key, Node: p.checked(key, there, themeChecks, []string{field}, name, together)}
}

// called matches a thing by those of its names that are written somewhere.
func (p *plan) called(t *thing) (out engine.Or) {
	for _, name := range t.names {
		if known, _ := p.known(name); known {
			out = append(out, p.named(name))
		}
	}
	return out
}

// known reports whether all words of a name are written somewhere, and how rare the
// rarest is.
func (p *plan) known(name string) (known bool, idf float64) {
	units := p.ix.tokenizer.units(name)
	known = len(units) > 0
	for _, u := range units {
		one := p.facts.idf(u)
		known, idf = known && one > 0, max(idf, one)
	}
	return known, idf
}

// themeFields are those that tell what a record shows or is about.
var themeFields = []string{"title", "subject", "place", "people", "description", "body"}

// named matches a name where it stands as it is.
func (p *plan) named(name string) engine.Node {
	or := make(engine.Or, 0, len(themeFields))
	for _, field := range themeFields {
		if ambiguous(name) && !valueFields[field] {
			continue
		}
		or = append(or, p.nameIn(field, name))
	}
	return engine.Kept{Name: "named " + name, Node: or}
}

// meaning matches what was understood, or the words themselves.
func (p *plan) meaning(c *clause) engine.Node {
	u := c.understood
	var meant engine.Node
	weight := 0.0
	switch u.Type {
	case "cave":
		meant, weight = caveNode(u), weightCave
		p.caves = append(p.caves, meant)
		p.boost(engine.And{meant, engine.Term{Field: "kind", Value: string(archive.KindCave)}}, weightWhole) // before its parts
	case "site":
		meant, weight = engine.Term{Field: "site", Value: u.Value}, weightSite
		for _, kind := range []archive.Kind{archive.KindCave, archive.KindSite} { // the whole before its parts
			p.boost(engine.And{meant, engine.Term{Field: "kind", Value: string(kind)}}, weightWhole/2)
		}
	case "kind":
		meant, weight = engine.Term{Field: "kind", Value: u.Value}, weightKind
	case "period", "years":
		meant = p.time(u)
		if cave := p.perhapsCave(u); cave != nil {
			meant = engine.Or{meant, cave}
		}
	}
	if weight > 0 {
		p.boost(meant, weight)
	}
	node := engine.Or{meant}
	if !c.sure {
		if words := p.meantWords(c); words != nil {
			node = append(node, words)
		}
	}
	if ways := p.sounds(c); ways != nil && c.sure {
		node = append(node, ways)
	}
	p.part(node, p.rarity(u))
	return node
}

// rarity is what something understood says beside other parts of a query: little where
// most records are of it.
func (p *plan) rarity(u *Understood) float64 {
	switch u.Type {
	case "site", "kind", "period":
		return max(0.15, p.facts.rare(u.Type, u.Value))
	}
	return 0.9
}

// meantWords matches the words of what was understood, whole in one text.
func (p *plan) meantWords(c *clause) engine.Node {
	units := p.ix.tokenizer.units(c.text)
	if len(units) == 0 {
		return nil
	}
	if p.ix.brief(c) {
		return p.dynasty(c)
	}
	var or engine.Or
	for _, f := range textFields {
		there := p.ix.standing(f.name, c.text)
		if c.understood.Type == "years" && p.ix.folder.String(c.text) == "至元" { // 西夏至元代 is "to the Yuan"
			there = engine.And{there, engine.Not{Node: p.ix.standing(f.name, c.text+"代")}}
		}
		or = append(or, there)
		p.boost(there, 0.5*f.weight)
	}
	if exact := p.number(c.text); exact != nil {
		or = append(or, exact)
	}
	return or
}

// time matches what is of a time. Of a period that is what is said to be of it, or lies
// in it: 中唐 is not all that is of the Tang. Of years, what touches them.
func (p *plan) time(u *Understood) engine.Node {
	if len(u.Also) > 0 { // each era of the name
		one := *u
		one.Also = nil
		or := engine.Or{p.time(&one)}
		for _, other := range u.Also {
			or = append(or, p.time(&Understood{Type: u.Type, From: other.From, To: other.To}))
		}
		return or
	}
	from, to := int32(math.MinInt32+1), int32(math.MaxInt32)
	if u.From != 0 {
		from = int32(u.From)
	}
	if u.To != 0 {
		to = int32(u.To)
	}
	within := engine.Kept{ // it is asked for in the query and in its score
		Name: fmt.Sprintf("within %d %d", from, to),
		Node: engine.Within{Begin: fieldFrom, End: fieldTo, From: from, To: to, Share: lyingIn},
	}
	p.boost(within, weightTime)
	if u.Type == "period" {
		term := engine.Term{Field: "period", Value: u.Value}
		p.boost(term, weightTime)
		// What is said to be of another period is of that one, though the two were at a time.
		node := engine.Kept{
			Name: "period " + u.Value,
			Node: engine.Or{term, engine.And{within, engine.Not{Node: engine.Term{Field: fieldNamed, Value: "period"}}}},
		}
		p.times = append(p.times, node)
		return node
	}
	exact := engine.Within{Begin: fieldFrom, End: fieldTo, From: max(from, math.MinInt32+6) - 5, To: min(to, math.MaxInt32-5) + 5, Share: 1}
	p.boost(exact, weightTime)
	span := engine.Kept{Name: fmt.Sprintf("span %d %d", from, to), Node: engine.Overlap{Begin: fieldFrom, End: fieldTo, From: from, To: to}}
	p.times = append(p.times, span)
	return span
}

// maxCave is the highest number of a cave that a number alone may mean; the sites have fewer.
const maxCave = 999

// perhapsCave matches the cave that a number alone may mean which was understood as a year,
// and offers it; nil where it is no such number, or nothing is of that cave.
func (p *plan) perhapsCave(u *Understood) engine.Node {
	number := strconv.Itoa(u.From)
	if u.From != u.To || u.From < 1 || u.From > maxCave || p.ix.folder.String(u.Text) != number || !p.facts.has(fieldCave, number) {
		return nil
	}
	offered := Understood{Type: "cave", Text: u.Text, Value: number}
	cave := caveNode(&offered)
	p.boost(cave, weightCave)
	p.boost(engine.And{cave, engine.Term{Field: "kind", Value: string(archive.KindCave)}}, weightWhole)
	p.caves = append(p.caves, cave)
	p.meant = append(p.meant, offered)
	return cave
}
