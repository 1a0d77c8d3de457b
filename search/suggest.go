package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/blevesearch/bleve/v2"
)

// suggestMark parts the folded text, the field and the text itself in a term of
// the suggest field.
const suggestMark = "\x1f"

// Suggestion completes what is being typed.
type Suggestion struct {
	Text   string `json:"text"`
	Field  string `json:"field"` // title, place, period, subject, people
	Record string `json:"record,omitempty"`
	Count  int    `json:"count"`
}

// maxScan bounds the terms that one completion looks at.
const maxScan = 2000

// Suggest returns up to limit texts that begin with what was typed, those of
// most records first. Only what is public is suggested.
func (ix *Index) Suggest(ctx context.Context, typed string, limit int) ([]Suggestion, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	prefix := ix.folder.String(strings.TrimSpace(clip(typed, 100)))
	out := []Suggestion{}
	if prefix == "" || strings.Contains(prefix, suggestMark) {
		return out, nil
	}
	dict, err := ix.bleve.FieldDictPrefix("suggest", []byte(prefix))
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	defer dict.Close() //nolint:errcheck // only read
	type candidate struct {
		term  string
		count uint64
	}
	var candidates []candidate
	for range maxScan {
		entry, err := dict.Next()
		if err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
		if entry == nil {
			break
		}
		candidates = append(candidates, candidate{entry.Term, entry.Count})
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		if a.count != b.count {
			return int(b.count) - int(a.count)
		}
		return len(a.term) - len(b.term)
	})
	for _, c := range candidates {
		if len(out) == limit {
			break
		}
		pieces := strings.Split(c.term, suggestMark)
		if len(pieces) != 3 {
			continue
		}
		// The dictionary still knows terms of records that were taken away: ask
		// the index itself, as the public may.
		r := bleve.NewSearchRequestOptions(bleve.NewConjunctionQuery(term("suggest", c.term, 1), ix.visible(false)), 1, 0, false)
		found, err := ix.bleve.SearchInContext(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("suggest: %w", err)
		}
		if found.Total == 0 {
			continue
		}
		s := Suggestion{Text: pieces[2], Field: pieces[1], Count: int(found.Total)}
		if s.Field == "title" && found.Total == 1 {
			s.Record = found.Hits[0].ID
		}
		out = append(out, s)
	}
	return out, nil
}
