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

// maxScan bounds the terms of each segment that one completion looks at.
const maxScan = 1000

// Suggest returns up to limit texts that begin with what was typed, in Chinese, English,
// pinyin or its initials: what the vocabularies name first, then what is in most records.
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
	s := &suggester{ix: ix, snapshot: snapshot, limit: limit, seen: map[string]bool{}}
	if err := s.named(prefix); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	if err := s.written(prefix); err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	if joined := strings.ReplaceAll(prefix, " ", ""); joined != prefix && !hasHan(prefix) { // fei tian
		if err := s.written(joined); err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
	}
	return append(out, s.out...), nil
}

type suggester struct {
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

// written suggests texts of records.
func (s *suggester) written(prefix string) error {
	terms, err := s.snapshot.Begin(fieldSuggest, prefix, maxScan)
	if err != nil {
		return err
	}
	type candidate struct {
		term  string
		count uint64
	}
	list := make([]candidate, 0, len(terms))
	for term, n := range terms {
		list = append(list, candidate{term, n})
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(len(a.term), len(b.term)), cmp.Compare(a.term, b.term))
	})
	for _, c := range list {
		if len(s.out) >= s.limit {
			return nil
		}
		pieces := strings.Split(c.term, suggestMark)
		if len(pieces) < 2 || len(pieces) > 2 && s.seen[pieces[2]] {
			continue
		}
		// The dictionary still knows terms of records that were taken away: ask
		// the index itself, as the public may.
		n, hit, err := s.snapshot.First(engine.And{engine.Term{Field: fieldSuggest, Value: c.term}, s.ix.visible()})
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		one := Suggestion{Field: pieces[1], Count: int(n)}
		if len(pieces) > 2 {
			one.Text = pieces[2]
		} else if one.Text, err = s.title(hit, pieces[0]); err != nil {
			return err
		}
		if one.Text == "" || s.seen[one.Text] {
			continue
		}
		s.seen[one.Text] = true
		if one.Field == "title" && n == 1 {
			one.Record = hit.ID
		}
		s.out = append(s.out, one)
	}
	return nil
}

// title is the title of a hit that begins with a key, or is read so.
func (s *suggester) title(hit *engine.Hit, key string) (string, error) {
	var card Card
	var fault error
	err := hit.Stored(func(field string, value []byte) bool {
		if field == fieldCard {
			fault = s.ix.packer.unpack(value, &card)
		}
		return field != fieldCard
	})
	if err := errors.Join(err, fault); err != nil {
		return "", fmt.Errorf("read card of %s: %w", hit.ID, err)
	}
	for _, title := range values(card.Titles) {
		if slices.Contains(s.ix.titleKeys(title), key) {
			return title, nil
		}
	}
	return "", nil
}

// maxKey is how many characters of a title, or of its reading, are kept for suggestions.
const maxKey = 24

// titleKeys are what a title is suggested for: how it begins, how that is read, and the
// initials of that.
func (ix *Index) titleKeys(title string) []string {
	folded := ix.folder.String(clip(title, 2*maxKey))
	keys := []string{clip(folded, maxKey)}
	if hasHan(folded) {
		joined, initials := ix.pinyin.Of(folded)
		keys = append(keys, clip(joined, maxKey), clip(initials, maxKey))
	}
	return keys
}
