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
// pinyin or its initials: caves of that number, then what the vocabularies name, then what is
// in most records, numbers and shelf marks by any of their parts, titles that begin so, and
// titles in which it stands; each thing once, whatever it is called. Only what is public is
// suggested, with how many public records a search for it finds.
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
	if err := errors.Join(s.caves(prefix), s.named(prefix, "")); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	typings := []string{prefix}
	if joined := strings.ReplaceAll(prefix, " ", ""); joined != prefix && !hasHan(prefix) { // fei tian
		typings = append(typings, joined)
	}
	shared := make([][]candidate, len(typings)) // what is not suggested yet
	for i, typing := range typings {
		digits := strings.ContainsAny(typing, "0123456789")
		if digits { // it is a number first
			if err := s.numbered(typing, limit/2+1); err != nil {
				return nil, fmt.Errorf("suggest: %w", err)
			}
		}
		list, err := s.beginning(typing, maxNames, fieldSuggest)
		if err == nil {
			shared[i], err = s.shared(list, limit-roomForTitles)
		}
		if err == nil && !digits {
			err = s.numbered(typing, limit-1)
		}
		if err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
	}
	if err := s.dated(prefix); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
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
	if err := errors.Join(s.within(prefix), s.lastPart(prefix)); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return append(out, s.out...), nil
}

type suggester struct {
	ctx      context.Context //nolint:containedctx // of one call
	ix       *Index
	snapshot *engine.Snapshot
	limit    int
	seen     map[string]bool // texts, folded, and other names of what is suggested
	out      []Suggestion
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
		if len(pieces) < 3 || s.known(pieces[2]) {
			continue
		}
		n, hit, err := s.found(c)
		if err == nil && n > 0 {
			n, err = s.foundBy(pieces[2])
		}
		if err != nil {
			return nil, err
		}
		if n > 0 {
			s.add(Suggestion{Text: pieces[2], Field: pieces[1], Count: int(n)}, s.alike(pieces[2], hit)...) //nolint:gosec // of records
		}
	}
	return nil, nil
}

// add suggests something, which may be called otherwise too.
func (s *suggester) add(one Suggestion, others ...string) {
	for _, name := range append(others, one.Text) {
		s.seen[s.ix.folder.String(name)] = true
	}
	s.out = append(s.out, one)
}

// known reports whether something of a name is suggested already.
func (s *suggester) known(name string) bool { return s.seen[s.ix.folder.String(name)] }

// alike are other names of what records share: those of the vocabularies, and of a place that
// in the other language.
func (s *suggester) alike(text string, hit *engine.Hit) (out []string) {
	for _, t := range s.ix.lexicon.names[s.ix.wordsOf(text)] {
		out = append(append(out, t.names...), values(t.label)...)
	}
	if card, _, err := s.ix.read(hit, false); err == nil && card.Place != nil && slices.Contains(values(card.Place.Name), text) {
		out = append(out, values(card.Place.Name)...)
	}
	return out
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
	if len(s.out) >= s.limit || len(units) == 0 || utf8.RuneCountInString(typed) < 2 && !hasHan(typed) {
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

// title suggests the first of a hit's titles that is right; count is how many records
// have it.
func (s *suggester) title(hit *engine.Hit, count uint64, right func(title string) bool) error {
	card, _, err := s.ix.read(hit, false)
	if err != nil {
		return err
	}
	if s.seen[suggestMark+hit.ID] {
		return nil // by its title in the other language
	}
	for _, title := range values(card.Titles) {
		if !right(title) {
			continue
		}
		if !s.known(title) {
			one := Suggestion{Text: title, Field: "title", Count: int(count)} //nolint:gosec // of records
			if count == 1 {
				one.Record = hit.ID
				s.seen[suggestMark+hit.ID] = true
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
