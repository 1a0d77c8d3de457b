package main

import (
	"strings"
	"testing"
	"time"

	"hexi/archive/vocab"
	"hexi/search"
)

func testIndex(t *testing.T, source search.Source) *search.Index {
	t.Helper()
	v, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	index, err := search.Open(t.Context(), "", search.Options{Vocabulary: v})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	if _, err := index.Reindex(t.Context(), source, nil); err != nil {
		t.Fatal(err)
	}
	return index
}

// TestAskedLines holds that every sort of question is one that the index understands and
// finds something by, and that no two rounds ask the same.
func TestAskedLines(t *testing.T) {
	t.Parallel()
	in := testInventor(t)
	source := newInventedSource(in, 400)
	index := testIndex(t, source)
	for _, l := range askedLines {
		a := newAsker(3, in, source.count)
		questions := a.questions(l, 20)
		for i := range questions {
			if questions[i].page > 0 {
				questions[i].page = 2 // of so few
			}
		}
		got, err := (indexSearcher{index}).ask(t.Context(), questions, 2)
		if err != nil {
			t.Errorf("%s: %v", l.name, err)
			continue
		}
		if len(got.took) < len(questions) || got.hits < len(questions) {
			t.Errorf("%s: %d answers to %d questions found %d", l.name, len(got.took), len(questions), got.hits)
		}
	}
	if !strings.Contains(indexQuery(question{phrase: "a b"}).Text, `"a b"`) {
		t.Error("a phrase is not asked for as one")
	}
}

func TestAnswersBelow(t *testing.T) {
	t.Parallel()
	a := &answers{}
	for i := range 200 {
		a.took = append(a.took, time.Duration(200-i)*time.Millisecond)
	}
	for share, want := range map[float64]time.Duration{.5: 101 * time.Millisecond, .99: 199 * time.Millisecond, 1: 200 * time.Millisecond} {
		if got := a.below(share); got != want {
			t.Errorf("%v of them take %v, want %v", share, got, want)
		}
	}
	l := line{goal: 150, p99: 200}
	if got, want := l.verdict(a), "goal ≤ 150: reached; 99 %: goal ≤ 200: reached"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	l = line{goal: 150}
	if got := l.verdict(a); !strings.HasSuffix(got, "by the median, not by 99 %") {
		t.Errorf("got %q", got)
	}
}

func TestPrintGrowth(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	printGrowth(&b, []growth{
		{1_000_000, []float64{2000, 300, 5, 20, 4, 8}},
		{3_000_000, []float64{6000, 500, 4, 40, 12, 8}},
	})
	for _, want := range []string{"20000.00", "1200.00", "4.00", "110.00", "40.00", "8.00"} {
		if !strings.Contains(b.String(), "   "+want+"\n") {
			t.Errorf("nothing is projected to be %s:\n%s", want, b.String())
		}
	}
	for _, name := range []string{"everything, facets", "a phrase"} {
		if lineOf(name).ask == nil {
			t.Errorf("there is no sort of question %q", name)
		}
	}
}
