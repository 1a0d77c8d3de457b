package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// suggestMark parts what is typed, the field and the text itself in a term of the
// suggest field. Of titles, most of which are of one record, the text is left to the card.
const suggestMark = "\x1f"

// Suggestion completes what is being typed.
type Suggestion struct {
	Text   string       `json:"text"`
	Field  string       `json:"field"` // title, place, period, subject, people, site, theme, kind
	Label  archive.Text `json:"label,omitempty"`
	Record string       `json:"record,omitempty"`
	Count  int          `json:"count"`
}

// The terms of each segment that one completion looks at are bounded: of names that many
// records share, and of what is of one record mostly.
const (
	maxNames  = 600
	maxTitles = 60
)

// Suggest returns up to limit texts that begin with what was typed, in Chinese, English,
// pinyin or its initials: what the vocabularies name first, then what is in most records,
// numbers and shelf marks, titles that begin so, and titles in which it stands.
// Only what is public is suggested, with how many public records have it.
func (ix *Index) Suggest(ctx context.Context, typed string, limit int) (_ []Suggestion, err error) {
	out := []Suggestion{}
	prefix := clip(strings.TrimSpace(ix.folder.String(strings.ToValidUTF8(clip(typed, 100), ""))), maxKey)
	if prefix == "" || strings.Contains(prefix, suggestMark) {
		return out, nil
	}
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	snapshot, err := ix.engine.Snapshot(ix.bleve)
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	s := &suggester{ctx: ctx, ix: ix, snapshot: snapshot, limit: limit, seen: map[string]bool{}}
	if err := s.named(prefix); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	typings := []string{prefix}
	if joined := strings.ReplaceAll(prefix, " ", ""); joined != prefix && !hasHan(prefix) { // fei tian
		typings = append(typings, joined)
	}
	shared := make([][]candidate, len(typings)) // what is not suggested yet
	for i, typing := range typings {
		list, err := s.beginning(typing, maxNames, fieldSuggest)
		if err == nil {
			shared[i], err = s.shared(list, limit-roomForTitles)
		}
		if err := errors.Join(err, s.numbered(typing)); err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
	}
	for _, typing := range typings {
		if err := s.titled(typing); err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
	}
	for _, rest := range shared {
		if _, err := s.shared(rest, limit); err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
	}
	if err := s.within(prefix); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return append(out, s.out...), nil
}

type suggester struct {
	ctx      context.Context //nolint:containedctx // of one call
	ix       *Index
	snapshot *engine.Snapshot
	limit    int
	seen     map[string]bool
	out      []Suggestion
}

// named suggests things of the vocabularies.
func (s *suggester) named(prefix string) error {
	const (
		share    = 4 // of the suggestions, at most a quarter and one
		maxTried = 8
	)
	type candidate struct {
		thing *thing
		name  string
	}
	var list []candidate
	words := s.ix.wordsOf(prefix)
	if words == "" {
		return nil
	}
	for _, names := range []map[string][]*thing{s.ix.lexicon.names, s.ix.lexicon.pinyin, s.ix.lexicon.initials} {
		for name, things := range names {
			if strings.HasPrefix(name, words) || !hasHan(words) && strings.HasPrefix(name, strings.ReplaceAll(words, " ", "")) {
				for _, t := range things {
					list = append(list, candidate{t, name})
				}
			}
		}
	}
	// What is called so comes before what has it for another name.
	other := func(c candidate) int {
		zh := s.ix.folder.String(c.thing.label.In("zh"))
		joined, _ := s.ix.pinyin.Of(zh)
		for _, label := range []string{zh, s.ix.wordsOf(c.thing.label.In("en")), joined} {
			if strings.HasPrefix(label, words) {
				return 0
			}
		}
		return 1
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(other(a), other(b)), cmp.Compare(utf8.RuneCountInString(a.name), utf8.RuneCountInString(b.name)), cmp.Compare(a.name, b.name), cmp.Compare(a.thing.code, b.thing.code))
	})
	tried := map[*thing]bool{}
	for _, c := range list {
		if len(s.out) > s.limit/share || len(tried) > maxTried {
			return nil
		}
		if tried[c.thing] {
			continue
		}
		tried[c.thing] = true
		text := c.thing.label.In("zh")
		if !hasHan(prefix) && strings.HasPrefix(s.ix.folder.String(c.thing.label.In("en")), prefix) {
			text = c.thing.label.In("en")
		}
		if text == "" || s.seen[text] {
			continue
		}
		p := &plan{ix: s.ix, single: map[string]bool{}, facts: s.ix.newFacts(s.snapshot, false, nil)}
		node := p.match(s.ix.understand(text))
		if p.facts.err != nil {
			return p.facts.err
		}
		if node == nil {
			continue
		}
		n, _, err := s.snapshot.First(engine.And{node, s.ix.visible()})
		if err != nil {
			return err
		}
		if n > 0 {
			s.seen[text] = true
			s.out = append(s.out, Suggestion{Text: text, Field: c.thing.kind, Label: c.thing.label, Count: int(n)})
		}
	}
	return nil
}

// roomForTitles is how many suggestions are left to titles, where there are such.
const roomForTitles = 3

// candidate is a term that may be suggested, and how many records have it at most.
type candidate struct {
	field, term string
	count       uint64
}

// beginning are the terms of fields that begin with what was typed, the most frequent
// first.
func (s *suggester) beginning(prefix string, scan int, fields ...string) ([]candidate, error) {
	var list []candidate
	for _, field := range fields {
		terms, err := s.snapshot.Begin(field, prefix, scan)
		if err != nil {
			return nil, err
		}
		for term, n := range terms {
			list = append(list, candidate{field, term, n})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(len(a.term), len(b.term)), cmp.Compare(a.term, b.term), cmp.Compare(a.field, b.field))
	})
	return list, nil
}

// found is how many public records have a term, and one of them. The dictionary still
// knows terms of records that were taken away, and those of hidden ones.
func (s *suggester) found(c candidate) (uint64, *engine.Hit, error) {
	return s.snapshot.First(engine.And{engine.Term{Field: c.field, Value: c.term}, s.ix.visible()})
}

// shared suggests names that records share, until there are so many suggestions. It returns
// those that are left.
func (s *suggester) shared(list []candidate, limit int) (rest []candidate, err error) {
	for i, c := range list {
		if len(s.out) >= limit {
			return list[i:], nil
		}
		pieces := strings.Split(c.term, suggestMark)
		if len(pieces) < 3 || s.seen[pieces[2]] {
			continue
		}
		n, _, err := s.found(c)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			s.add(Suggestion{Text: pieces[2], Field: pieces[1], Count: int(n)}) //nolint:gosec // of records
		}
	}
	return nil, nil
}

func (s *suggester) add(one Suggestion) {
	s.seen[one.Text] = true
	s.out = append(s.out, one)
}

// titled suggests titles that begin so, or are read so.
func (s *suggester) titled(prefix string) error {
	var list []candidate
	for _, begin := range s.ix.titleBeginnings(prefix) {
		some, err := s.beginning(begin, maxTitles, titleSort["zh"], titleSort["en"])
		if err != nil {
			return err
		}
		list = append(list, some...)
	}
	if !hasHan(prefix) {
		some, err := s.beginning(prefix, maxTitles, fieldTitleRead)
		if err != nil {
			return err
		}
		list = append(list, some...)
	}
	for _, c := range list {
		if len(s.out) >= s.limit {
			return nil
		}
		if c.term == lastTitle {
			continue
		}
		n, hit, err := s.found(c)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		err = s.title(hit, n, func(title string) bool {
			if c.field == fieldTitleRead {
				return slices.Contains(s.ix.titleReadings(title), c.term)
			}
			return s.ix.titleKey(title) == c.term
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// within suggests titles in which what was typed stands.
func (s *suggester) within(typed string) error {
	units := s.ix.tokenizer.units(typed)
	if len(s.out) >= s.limit || len(units) == 0 || utf8.RuneCountInString(typed) < 2 {
		return nil
	}
	found, err := s.snapshot.Collect(s.ctx, engine.Request{
		Match:  engine.And{s.ix.visible(), s.ix.standing("title", typed)},
		Limit:  s.limit,
		Boosts: []engine.Boost{{Node: engine.All{}, Weight: 1, Column: fieldLength, Of: 1}}, // the shortest first
	})
	if err != nil {
		return err
	}
	for i := range found.Hits {
		if len(s.out) >= s.limit {
			return nil
		}
		err := s.title(&found.Hits[i], 1, func(title string) bool {
			have := s.ix.tokenizer.tokens(title)
			for _, u := range units {
				if !slices.ContainsFunc(have, func(t token) bool { return t.term == u }) {
					return false
				}
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// numbered suggests records by the beginning of their number or shelf mark.
func (s *suggester) numbered(typed string) error {
	number := squeeze(typed)
	if !strings.ContainsAny(number, "0123456789") || hasHan(number) || utf8.RuneCountInString(number) < 2 {
		return nil
	}
	list, err := s.beginning(number, maxTitles, fieldExact)
	if err != nil {
		return err
	}
	for _, c := range list[:min(len(list), s.limit)] {
		if len(s.out) >= s.limit-roomForTitles {
			return nil
		}
		n, hit, err := s.found(c)
		if err != nil {
			return err
		}
		if n != 1 {
			continue
		}
		card, texts, err := s.ix.read(hit, true)
		if err != nil {
			return err
		}
		for _, written := range texts["identifier"] {
			if squeeze(s.ix.folder.String(written)) == c.term && !s.seen[written] {
				s.add(Suggestion{Text: written, Field: "identifier", Label: card.Titles, Record: hit.ID, Count: 1})
				break
			}
		}
	}
	return nil
}

// title suggests the first of a hit's titles that is right; count is how many records
// have it.
func (s *suggester) title(hit *engine.Hit, count uint64, right func(title string) bool) error {
	card, _, err := s.ix.read(hit, false)
	if err != nil {
		return err
	}
	for _, title := range values(card.Titles) {
		if !right(title) {
			continue
		}
		if !s.seen[title] {
			one := Suggestion{Text: title, Field: "title", Count: int(count)} //nolint:gosec // of records
			if count == 1 {
				one.Record = hit.ID
			}
			s.add(one)
		}
		return nil
	}
	return nil
}

// read returns what is stored of a hit: its card, and, where that is asked for, what else
// was written in it.
func (ix *Index) read(hit *engine.Hit, withTexts bool) (card Card, texts map[string][]string, err error) {
	var faults error
	err = hit.Stored(func(field string, value []byte) bool {
		switch {
		case field == fieldCard:
			faults = errors.Join(faults, ix.packer.unpack(value, &card))
		case field == fieldTexts && withTexts:
			faults = errors.Join(faults, ix.packer.unpack(value, &texts))
		}
		return true
	})
	if err := errors.Join(err, faults); err != nil {
		return Card{}, nil, fmt.Errorf("read card of %s: %w", hit.ID, err)
	}
	return card, texts, nil
}

// maxKey is how many characters of a text's reading are kept for suggestions.
const maxKey = 24

// titleReadings are how a title in Han is read, and the initials of that, as far as they
// are suggested for.
func (ix *Index) titleReadings(title string) []string {
	folded := ix.folder.String(clip(title, 2*maxKey))
	if !hasHan(folded) {
		return nil
	}
	joined, initials := ix.pinyin.Of(folded)
	return []string{clip(joined, maxKey), clip(initials, maxKey)}
}
