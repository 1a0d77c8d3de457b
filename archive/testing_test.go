package archive

import (
	"context"
	"testing"
	"time"
)

// fixedTerms is a small vocabulary for the tests of this package: fixed data,
// not a stand-in for behaviour. The real one is package archive/vocab.
type fixedTerms struct{}

func (fixedTerms) Term(scheme Scheme, s string) (Term, bool) {
	terms := map[Scheme]map[string]Term{
		SchemeCollection: {
			"dunhuang": {Code: "dunhuang", Label: Text{"zh": "敦煌"}},
			"敦煌":       {Code: "dunhuang", Label: Text{"zh": "敦煌"}},
		},
		SchemeKind:   {"collection": {Code: "collection"}, "mural": {Code: "mural"}, "壁画": {Code: "mural"}, "cave": {Code: "cave"}, "route": {Code: "route"}},
		SchemePeriod: {"high-tang": {Code: "high-tang"}, "盛唐": {Code: "high-tang"}},
		SchemeLevel:  {"grade-1": {Code: "grade-1"}, "一级": {Code: "grade-1"}},
		SchemeSite:   {"mogao": {Code: "mogao"}, "莫高窟": {Code: "mogao"}},
		SchemeLayer:  {"visible": {Code: "visible"}, "可见光": {Code: "visible"}, "infrared": {Code: "infrared"}, "红外": {Code: "infrared"}},
	}
	t, ok := terms[scheme][s]
	return t, ok
}

// Terms has a short list of conditions, and a long one of sources.
func (fixedTerms) Terms(scheme Scheme) (terms []Term, ok bool) {
	switch scheme {
	case SchemeCondition:
		terms = []Term{{Code: "stable", Label: Text{"zh": "状态稳定"}}, {Code: "treated", Label: Text{"zh": "已修复"}}}
	case SchemeCategory:
		terms = []Term{{Code: "relic-02", Label: Text{"zh": "陶器"}}, {Code: "immovable-0100", Label: Text{"zh": "古遗址"}}}
	case SchemeSource:
		terms = make([]Term, shortList+1)
	default:
	}
	return terms, terms != nil
}

func (fixedTerms) Nearest(scheme Scheme, _ string, _ func(Term) bool) []Term {
	if scheme == SchemeLevel {
		return []Term{{Code: "grade-1", Label: Text{"zh": "一级"}}}
	}
	return nil
}

func (fixedTerms) Within(Scheme, string) []Term { return nil }

func (fixedTerms) PeriodYears(term, site string) (from, to int, ok bool) {
	if term != "high-tang" {
		return 0, 0, false
	}
	if site == "mogao" {
		return 705, 780, true
	}
	return 713, 765, true
}

func (fixedTerms) Period(string, string) (Dating, bool) { return Dating{}, false }
func (fixedTerms) ProfileOf(*Record) (Profile, bool)    { return Profile{}, false }

// noCatalog has no records; the tests that need a catalogue stand beside the
// real ones, in archive/catalog.
type noCatalog struct{ Catalog }

func (noCatalog) Entry(context.Context, string, bool) (*Entry, error) { return nil, ErrNotFound }

func newArchive(t *testing.T) *Archive {
	t.Helper()
	return New(noCatalog{}, fixedTerms{}, Options{
		Now: func() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) },
	})
}
