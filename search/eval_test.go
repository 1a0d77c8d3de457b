package search

import (
	"math"
	"slices"
	"testing"
)

// The floors that the labelled queries may not fall below. They are what was
// reached when they were written, a little rounded down; they only go up.
const (
	floorNDCG = 0.70
	floorMRR  = 0.79
)

// TestEvaluation scores the search on labelled queries: nDCG@10 with a gain of
// 2^grade − 1, and MRR@10 of the first hit of grade 2 or more.
func TestEvaluation(t *testing.T) {
	t.Parallel()
	ix := memory(t, evalRecords(t)...)
	type sum struct {
		ndcg, mrr float64
		n         int
	}
	all, byCategory := sum{}, map[string]*sum{}
	for _, q := range evalQueries(t) {
		got := ids(t, ix, Query{Text: q.Q, Limit: 10})
		ndcg, mrr := score(got, q.Relevant)
		if byCategory[q.Category] == nil {
			byCategory[q.Category] = &sum{}
		}
		for _, s := range []*sum{&all, byCategory[q.Category]} {
			s.ndcg, s.mrr, s.n = s.ndcg+ndcg, s.mrr+mrr, s.n+1
		}
		if ndcg < 0.7 {
			t.Logf("%s %-12s %-40s nDCG %.2f MRR %.2f (%d hits)", q.ID, q.Category, q.Q, ndcg, mrr, len(got))
		}
		if len(got) == 0 {
			t.Logf("%s %q has no answer", q.ID, q.Q)
		}
	}
	for category, s := range byCategory {
		t.Logf("%-14s nDCG %.3f MRR %.3f over %d", category, s.ndcg/float64(s.n), s.mrr/float64(s.n), s.n)
	}
	ndcg, mrr := all.ndcg/float64(all.n), all.mrr/float64(all.n)
	t.Logf("%-14s nDCG %.3f MRR %.3f over %d", "all", ndcg, mrr, all.n)
	if ndcg < floorNDCG || mrr < floorMRR {
		t.Errorf("nDCG %.3f and MRR %.3f are below the floors %.2f and %.2f", ndcg, mrr, floorNDCG, floorMRR)
	}
}

func score(got []string, relevant map[string]int) (ndcg, mrr float64) {
	gain := func(grade, place int) float64 { return (math.Pow(2, float64(grade)) - 1) / math.Log2(float64(place)+2) }
	var dcg, ideal float64
	for i, id := range got {
		dcg += gain(relevant[id], i)
		if mrr == 0 && relevant[id] >= 2 {
			mrr = 1 / float64(i+1)
		}
	}
	var grades []int
	for _, g := range relevant {
		grades = append(grades, g)
	}
	slices.Sort(grades)
	slices.Reverse(grades)
	for i, g := range grades[:min(10, len(grades))] {
		ideal += gain(g, i)
	}
	if ideal == 0 {
		return 0, mrr
	}
	return dcg / ideal, mrr
}
