package search

import (
	"bufio"
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"hexi/archive"
)

// The labelled sets: those of the sample archive (testdata/README.md), and the open
// queries beside the test data.
const sampleRecords = "../cmd/hexi/internal/sample/records.jsonl"

// floors are what the labelled queries may not fall below, by set and category, as nDCG@10
// and MRR@10. They are what was reached, a little rounded down; they only go up.
func floors(t *testing.T) map[string]map[string][2]float64 {
	t.Helper()
	var out map[string]map[string][2]float64
	readJSON(t, filepath.Join("testdata", "floors.json"), &out)
	return out
}

func TestEvaluation(t *testing.T) {
	t.Parallel()
	t.Run("open", func(t *testing.T) {
		dir := evalDir(t)
		evaluate(t, "open", filepath.Join(dir, "records.jsonl"), filepath.Join(dir, "queries.json"))
	})
	t.Run("sample", func(t *testing.T) {
		evaluate(t, "sample", sampleRecords, filepath.Join("testdata", "sample-queries.json"))
	})
	t.Run("typos", func(t *testing.T) {
		evaluate(t, "typos", sampleRecords, filepath.Join("testdata", "sample-typos.json"))
	})
}

// evaluate scores the search on labelled queries: nDCG@10 with a gain of 2^grade − 1, and
// MRR@10 of the first hit of grade 2 or more. No query may be without an answer.
func evaluate(t *testing.T, set, records, queries string) {
	ix := memory(t, readRecords(t, records)...)
	type sum struct{ ndcg, mrr, n float64 }
	sums := map[string]*sum{}
	for _, q := range readQueries(t, queries) {
		got := ids(t, ix, Query{Text: q.Q, Limit: 10})
		ndcg, mrr := score(got, q.Relevant)
		for _, category := range []string{"all", q.Category} {
			if sums[category] == nil {
				sums[category] = &sum{}
			}
			s := sums[category]
			s.ndcg, s.mrr, s.n = s.ndcg+ndcg, s.mrr+mrr, s.n+1
		}
		if ndcg < 0.8 {
			t.Logf("%s %-12s %-40s nDCG %.2f MRR %.2f %v", q.ID, q.Category, q.Q, ndcg, mrr, got)
		}
		if len(got) == 0 {
			t.Errorf("%s %q has no answer", q.ID, q.Q)
		}
	}
	floor := floors(t)[set]
	for _, category := range slices.Sorted(maps.Keys(sums)) {
		s := sums[category]
		ndcg, mrr := s.ndcg/s.n, s.mrr/s.n
		t.Logf("%-8s %-14s nDCG@10 %.3f  MRR@10 %.3f  over %.0f", set, category, ndcg, mrr, s.n)
		least, ok := floor[category]
		if !ok {
			t.Errorf("%s %s has no floor in testdata/floors.json", set, category)
		}
		if ndcg < least[0] || mrr < least[1] {
			t.Errorf("%s %s: nDCG %.3f and MRR %.3f are below the floors %.3f and %.3f", set, category, ndcg, mrr, least[0], least[1])
		}
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
	grades := slices.Collect(maps.Values(relevant))
	slices.SortFunc(grades, func(a, b int) int { return cmp.Compare(b, a) })
	for i, g := range grades[:min(10, len(grades))] {
		ideal += gain(g, i)
	}
	if ideal == 0 {
		return 0, mrr
	}
	return dcg / ideal, mrr
}

// evalDir is the labelled set beside the test data.
func evalDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	return filepath.Join(dir, "..", "eval")
}

func readJSON(t testing.TB, path string, to any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func readRecords(t *testing.T, path string) []*archive.Entry {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	var out []*archive.Entry
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r, err := archive.DecodeRecord(lines.Bytes(), "files", "layers")
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry(r))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

type labelled struct {
	ID       string         `json:"id"`
	Category string         `json:"category"`
	Q        string         `json:"q"`
	Relevant map[string]int `json:"relevant"`
}

func readQueries(t testing.TB, path string) []labelled {
	t.Helper()
	var out []labelled
	readJSON(t, path, &out)
	slices.SortStableFunc(out, func(a, b labelled) int { return cmp.Compare(a.Category, b.Category) })
	return out
}
