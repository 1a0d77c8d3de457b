package search

import (
	"math"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/search/query"
)

// unit is a term of a query: a pair of Han characters, a single one, a word or
// a number.
type unit struct {
	term     string
	position int
}

// units cuts a text like the index does. Of a run of Han characters only the
// pairs count, and the single character where there is no pair.
func (ix *Index) units(text string) []unit {
	tokens := ix.tokenizer.Tokenize([]byte(text))
	var out []unit
	for i, t := range tokens {
		han := classOf([]rune(string(t.Term))[0]) == classHan
		if han && len([]rune(string(t.Term))) == 1 {
			pairs := i+1 < len(tokens) && tokens[i+1].Position == t.Position
			inPair := i > 0 && tokens[i-1].Position == t.Position-1 && len([]rune(string(tokens[i-1].Term))) == 2 &&
				tokens[i-1].End == t.End
			if pairs || inPair {
				continue
			}
		}
		out = append(out, unit{string(t.Term), t.Position})
	}
	return out
}

// phraseTerms returns the terms that follow each other where a text stands as
// it is: one for each position.
func (ix *Index) phraseTerms(text string) []string {
	tokens := ix.tokenizer.Tokenize([]byte(text))
	var out []string
	for i, t := range tokens {
		if i+1 < len(tokens) && tokens[i+1].Position == t.Position {
			continue // the pair stands for its first character
		}
		out = append(out, string(t.Term))
	}
	return out
}

func term(field, value string, boost float64) query.Query {
	q := bleve.NewTermQuery(value)
	q.SetField(field)
	q.SetBoost(boost)
	return q
}

func phrase(field string, terms []string, boost float64) query.Query {
	if len(terms) == 1 {
		return term(field, terms[0], boost)
	}
	q := bleve.NewPhraseQuery(terms, field)
	q.SetBoost(boost)
	return q
}

func overlap(from, to int) query.Query {
	low, high, yes := math.Inf(-1), math.Inf(1), true
	if from != 0 {
		low = float64(from)
	}
	if to != 0 {
		high = float64(to)
	}
	ends := bleve.NewNumericRangeInclusiveQuery(&low, nil, &yes, nil)
	ends.SetField("to")
	begins := bleve.NewNumericRangeInclusiveQuery(nil, &high, nil, &yes)
	begins.SetField("from")
	return bleve.NewConjunctionQuery(begins, ends)
}

// inside matches records whose years lie between two years.
func inside(from, to int) query.Query {
	low, high, yes := float64(from-5), float64(to+5), true
	begins := bleve.NewNumericRangeInclusiveQuery(&low, nil, &yes, nil)
	begins.SetField("from")
	ends := bleve.NewNumericRangeInclusiveQuery(nil, &high, nil, &yes)
	ends.SetField("to")
	both := bleve.NewConjunctionQuery(begins, ends)
	both.SetBoost(20)
	return both
}

// textQuery is what the words of a query must and should match. relaxed asks for
// most of the words and single characters only.
func (ix *Index) textQuery(parts []part, relaxed bool) query.Query {
	var must, should, not, loose []query.Query
	for _, p := range parts {
		units := ix.units(p.text)
		if len(units) == 0 && p.understood == nil {
			continue
		}
		switch {
		case p.not:
			not = append(not, phrase("all", ix.phraseTerms(p.text), 1))
			continue
		case p.phrase:
			must = append(must, phrase("all", ix.phraseTerms(p.text), 1))
		case p.understood != nil:
			must = append(must, ix.understoodQuery(p))
		default:
			if relaxed {
				units = append(units, ix.singles(p.text)...)
				loose = append(loose, ix.looseTerms(p.text)...)
				break
			}
			for _, u := range units {
				loose = append(loose, term("all", u.term, 0.1))
			}
		}
		terms := ix.phraseTerms(p.text)
		for _, f := range textFields {
			if len(terms) > 1 {
				should = append(should, phrase(f.name, terms, 3*f.boost))
			}
			for _, u := range units {
				should = append(should, term(f.name, u.term, f.boost))
			}
		}
		should = append(should, term("exact", ix.folder.String(p.text), 30))
	}
	if len(loose) > 0 {
		if relaxed {
			some := bleve.NewDisjunctionQuery(loose...)
			some.SetMin(math.Ceil(float64(len(loose)) * 0.6))
			must = append(must, some)
		} else {
			must = append(must, loose...)
		}
	}
	if len(must) == 0 && len(not) == 0 {
		return nil
	}
	b := bleve.NewBooleanQuery()
	if len(must) == 0 {
		must = append(must, bleve.NewMatchAllQuery())
	}
	b.AddMust(must...)
	b.AddShould(should...)
	b.AddMustNot(not...)
	return b
}

// singles returns the single Han characters of a text.
func (ix *Index) singles(text string) []unit {
	var out []unit
	for _, t := range ix.tokenizer.Tokenize([]byte(text)) {
		if r := []rune(string(t.Term)); len(r) == 1 && classOf(r[0]) == classHan {
			out = append(out, unit{string(t.Term), t.Position})
		}
	}
	return out
}

// looseTerms returns the words and single characters of a text, each to be found
// anywhere.
func (ix *Index) looseTerms(text string) []query.Query {
	var out []query.Query
	for _, t := range ix.tokenizer.Tokenize([]byte(text)) {
		if r := []rune(string(t.Term)); len(r) == 1 || classOf(r[0]) != classHan {
			out = append(out, term("all", string(t.Term), 0.1))
		}
	}
	return out
}

// understoodQuery matches what was understood, or the words themselves.
func (ix *Index) understoodQuery(p part) query.Query {
	u := p.understood
	var meant query.Query
	switch u.Type {
	case "cave":
		meant = term("cave", u.Value, 20)
		if u.Site != "" {
			meant = bleve.NewConjunctionQuery(meant, term("site", u.Site, 10))
		}
	case "site":
		meant = term("site", u.Value, 8)
	case "period":
		meant = term("period", u.Value, 8)
	case "years":
		// What lies inside of the years comes before what only touches them.
		within := bleve.NewBooleanQuery()
		within.AddMust(overlap(u.From, u.To))
		within.AddShould(inside(u.From, u.To))
		meant = within
	}
	var words []query.Query
	for _, one := range ix.units(p.text) {
		words = append(words, term("all", one.term, 0.1))
	}
	if len(words) == 0 {
		return meant
	}
	return bleve.NewDisjunctionQuery(meant, bleve.NewConjunctionQuery(words...))
}

// filterQueries are the filters of a query, but for one facet.
func (ix *Index) filterQueries(q *Query, but string) []query.Query {
	out := []query.Query{ix.visible(q.Staff)}
	for _, facet := range facetFields {
		values := q.Filters[facet]
		if len(values) == 0 || facet == but {
			continue
		}
		var among []query.Query
		for _, v := range values {
			among = append(among, term(facet, ix.code(facet, v), 0))
		}
		out = append(out, bleve.NewDisjunctionQuery(among...))
	}
	if q.From != 0 || q.To != 0 {
		out = append(out, overlap(q.From, q.To))
	}
	if b := q.Box; b != nil {
		box := func(west, east float64) query.Query {
			g := bleve.NewGeoBoundingBoxQuery(west, b.North, east, b.South)
			g.SetField("point")
			return g
		}
		if b.West <= b.East {
			out = append(out, box(b.West, b.East))
		} else {
			out = append(out, bleve.NewDisjunctionQuery(box(b.West, 180), box(-180, b.East)))
		}
	}
	if n := q.Near; n != nil {
		g := bleve.NewGeoDistanceQuery(n.Lon, n.Lat, formatKM(n.KM))
		g.SetField("point")
		out = append(out, g)
	}
	return out
}

// visible is the filter that everyone's query holds.
func (ix *Index) visible(staff bool) query.Query {
	if staff {
		return bleve.NewMatchAllQuery()
	}
	now := float64(ix.now().UTC().Truncate(24 * time.Hour).Unix())
	yes := true
	ended := bleve.NewNumericRangeInclusiveQuery(nil, &now, nil, &yes)
	ended.SetField("until")
	return bleve.NewDisjunctionQuery(term("tier", "public", 0), bleve.NewConjunctionQuery(term("tier", "embargoed", 0), ended))
}
