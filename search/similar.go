package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// Likeness asks for records that are like one.
type Likeness struct {
	Limit int
	Lang  string
	Staff bool // also what is not public
}

// likeWeight are what two records have in common, and what that weighs. What is rare
// weighs as much, and what many have less (facts).
var likeWeight = map[string]float64{
	"theme": 5, "subject": 4, "people": 4, "cave": 3, "period": 2.5, "site": 2, "place": 2, "category": 1.5, "kind": 1.5, "material": 0.7, "colour": 0.8, "look": 6,
}

// telling are those of which records have to have one in common to be alike at all; two of
// the others will do.
var telling = []string{"theme", "subject", "people", "cave", "look"}

// trait is something that a record has and others may have too.
type trait struct {
	name   string
	node   engine.Node
	weight float64
}

// Similar returns the records that have most in common with one: what they show, who
// was part in them, their time and place, the colour of their first picture. Each hit says
// by why what it has in common. The asker sees no others than in a search.
func (ix *Index) Similar(ctx context.Context, e *archive.Entry, like Likeness) (_ []Hit, err error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	snapshot, err := ix.engine.Snapshot(ix.bleve)
	if err != nil {
		return nil, fmt.Errorf("look for similar records: %w", err)
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	facts := ix.newFacts(snapshot, like.Staff, nil)
	traits := ix.traits(e, facts)
	if facts.err != nil {
		return nil, fmt.Errorf("look for similar records: %w", facts.err)
	}
	var or engine.Or
	var boosts []engine.Boost
	cover := engine.Cover{Min: 2}
	for _, t := range traits {
		if slices.Contains(telling, t.name) {
			or = append(or, t.node)
		}
		cover.Nodes, cover.Weights = append(cover.Nodes, t.node), append(cover.Weights, 1)
		boosts = append(boosts, engine.Boost{Node: t.node, Weight: t.weight})
	}
	if len(traits) == 0 {
		return []Hit{}, nil
	}
	match := engine.And{facts.among, append(or, cover), engine.Not{Node: engine.Term{Field: "_id", Value: e.Record.ID}}}
	boosts = append(boosts, engine.Boost{Node: engine.All{}, Weight: weightQuality, Column: fieldQuality})
	found, err := snapshot.Collect(ctx, engine.Request{Match: match, Boosts: boosts, Limit: min(like.Limit, maxLimit)})
	if err != nil {
		return nil, fmt.Errorf("look for similar records: %w", err)
	}
	out := []Hit{}
	none := &marker{ix: ix}
	for i := range found.Hits {
		hit, err := ix.hit(&found.Hits[i], &Query{Lang: like.Lang}, none)
		if err != nil {
			return nil, err
		}
		for _, t := range traits {
			has, err := found.Hits[i].Matches(t.node)
			if err != nil {
				return nil, fmt.Errorf("look for similar records: %w", err)
			}
			if has && !slices.Contains(hit.Why, t.name) {
				hit.Why = append(hit.Why, t.name)
			}
		}
		out = append(out, hit)
	}
	return out, nil
}

func (ix *Index) traits(e *archive.Entry, facts *facts) []trait {
	r := &e.Record
	var out []trait
	add := func(name string, n engine.Node, rare float64) {
		out = append(out, trait{name, n, likeWeight[name] * rare})
	}
	term := func(name, field, value string) {
		if value != "" {
			if rare := facts.rare(field, value); rare > 0 {
				add(name, engine.Term{Field: field, Value: value}, rare)
			}
		}
	}
	names := func(name, field string, list ...string) {
		for _, s := range list {
			neighbours := ix.tokenizer.neighbours(s, pairings[field])
			rare := 1.0
			for _, u := range neighbours {
				rare = min(rare, facts.idf(u))
			}
			if len(neighbours) > 0 && rare > 0 {
				add(name, allIn(field, neighbours), rare)
			}
		}
	}
	ix.traitsOfThemes(r, facts, add)
	for _, s := range r.Subjects {
		names("subject", "subject", s.In("zh"))
	}
	for _, p := range r.People {
		names("people", "people", p.Name.In("zh"))
	}
	if l := r.Location; l != nil {
		if l.Site != "" && l.Cave != "" {
			add("cave", caveNode(&Understood{Value: ix.caveName(l.Cave), Site: l.Site}), 1)
		}
		term("site", "site", l.Site)
	}
	period := ix.periodOf(r)
	term("period", "period", period)
	if p := r.Period; p != nil && p.From != 0 && p.To != 0 && period == "" {
		add("period", engine.Within{Begin: fieldFrom, End: fieldTo, From: int32(p.From), To: int32(p.To), Share: 0.5}, 1)
	}
	if r.Place != nil {
		names("place", "place", r.Place.Name.In("zh"))
	}
	term("category", "category", r.Category)
	term("kind", "kind", string(r.Kind))
	for _, m := range r.Materials {
		term("material", "material", m)
	}
	if views := archive.Views(e.Assets); len(views) > 0 && views[0].First().Access != nil {
		picture := views[0].First().Access
		for i, h := range hues(picture) { // what has more of its colours is more like it
			if rare := facts.rare(fieldHue, h); rare > 0 {
				add("colour", engine.Term{Field: fieldHue, Value: h}, rare/float64(i+1))
			}
		}
		looks := engine.Cover{Min: 2}
		for _, band := range bands(picture.Look) {
			looks.Nodes, looks.Weights = append(looks.Nodes, engine.Term{Field: fieldLook, Value: band}), append(looks.Weights, 1)
		}
		if len(looks.Nodes) > 0 {
			add("look", looks, 1)
		}
	}
	return out
}

// bands are the quarters of a look, each with its place. Pictures that are the same, but
// for up to two of the 64 places, have at least two of these in common; others hardly ever
// do.
func bands(l archive.Look) []string {
	if !l.Telling() {
		return nil
	}
	out := make([]string, 4)
	for i := range out {
		out[i] = fmt.Sprintf("%d:%04x", i, uint16(l>>(16*i))) //nolint:gosec // a quarter of it
	}
	return out
}

// hues are the drawers of a picture's colours, the commonest first; of older ones, for
// which no palette was made, that of their mean.
func hues(a *archive.Access) []string {
	colours := a.Palette[:min(len(a.Palette), 5)]
	if len(colours) == 0 {
		colours = []string{a.Colour}
	}
	var out []string
	for _, colour := range colours {
		if h := hue(colour); h != "" && !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return out
}

// traitsOfThemes adds the themes that a record's titles name.
func (ix *Index) traitsOfThemes(r *archive.Record, facts *facts, add func(string, engine.Node, float64)) {
	p := plan{ix: ix, facts: facts}
	for _, title := range values(r.Titles) {
		words := ix.wordsOf(title)
		for _, t := range append(ix.lexicon.find(words, "theme"), ix.lexicon.within(words)...) {
			var or engine.Or
			rarest := 0.0
			for _, name := range t.names {
				if utf8.RuneCountInString(name) < 2 {
					continue // 马 stands in 马家窑
				}
				if known, idf := p.known(name); known {
					or, rarest = append(or, p.named(name)), max(rarest, idf)
				}
			}
			if len(or) > 0 {
				add("theme", or, rarest)
			}
		}
	}
}

// hue puts a colour, #rrggbb, into one of a few drawers: twelve hues, or one of three
// shades of grey; "" for what is no colour.
func hue(colour string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		return ""
	}
	r, g, b := float64(n>>16&255), float64(n>>8&255), float64(n&255)
	high, low := max(r, g, b), min(r, g, b)
	if high-low < 24 {
		return "grey-" + strconv.Itoa(int(high)/86)
	}
	var at float64
	switch high {
	case r:
		at = (g - b) / (high - low)
	case g:
		at = 2 + (b-r)/(high-low)
	default:
		at = 4 + (r-g)/(high-low)
	}
	return strconv.Itoa((int(at*2+12.5) + 12) % 12)
}
