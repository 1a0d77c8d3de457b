package search

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"hexi/archive"
)

// stood is a record that appeared with an entry of the log, and that the public sees since
// a day.
func stood(id, title string, seq int64, day int, rights *archive.Rights) *archive.Entry {
	e := entry(archive.Record{ID: id, Kind: archive.KindMural, Titles: archive.Text{"zh": title}, Rights: rights})
	e.Appeared = seq
	if day > 0 {
		e.Opened = time.Date(2026, 11, day, 9, 0, 0, 0, time.UTC)
	}
	return e
}

func TestNews(t *testing.T) {
	t.Parallel()
	staff := &archive.Rights{Tier: archive.TierStaff}
	until := func(day int) *archive.Rights {
		return &archive.Rights{Tier: archive.TierEmbargoed, Until: fmt.Sprintf("2026-11-%02d", day)}
	}
	ix := memory(t,
		stood("a", "飞天一", 10, 5, nil), stood("b", "飞天二", 20, 3, nil), stood("c", "飞天三", 30, 0, staff),
		stood("d", "飞天四", 15, 23, until(23)), stood("e", "飞天五", 40, 25, until(25)), stood("z", "骆驼", 50, 20, nil),
	)
	for _, test := range []struct {
		q     Query
		since int64
		total uint64
		want  []string
	}{
		{Query{Text: "飞天", Staff: true}, 0, 5, []string{"e", "c", "b", "d", "a"}},
		{Query{Text: "飞天", Staff: true}, 15, 5, []string{"e", "c", "b"}},
		{Query{Text: "飞天", Staff: true}, 40, 5, []string{}},
		{Query{Text: "飞天", Staff: true}, 1 << 40, 5, []string{}},
		// The public sees nothing that is closed; an embargo that ended is news of that day.
		{Query{Text: "飞天"}, 0, 3, []string{"d", "a", "b"}},
		{Query{}, 0, 4, []string{"d", "z", "a", "b"}},
		{Query{Filters: map[string][]string{"kind": {"mural"}}, Sort: SortTitle}, 10, 4, []string{"d", "z", "b"}},
		{Query{Filters: map[string][]string{"kind": {"cave"}}, Staff: true}, 0, 0, []string{}},
		// Few news are no reason to look for what lacks some of the words.
		{Query{Text: "飞天 骆驼", Staff: true}, 0, 0, []string{}},
		{Query{Text: "飞天 骆驼", Staff: true}, 45, 0, []string{}},
	} {
		tally, err := ix.Tally(t.Context(), test.q, test.since)
		if err != nil {
			t.Fatal(err)
		}
		q := test.q
		q.Limit = 50
		news, err := ix.News(t.Context(), q, test.since)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, h := range news.Hits {
			got = append(got, h.ID)
		}
		if !slices.Equal(got, test.want) || news.Total != tally.New || tally != (Tally{test.total, uint64(len(test.want))}) {
			t.Errorf("%q %v staff %v since %d: %v, %+v; want %v of %d", test.q.Text, test.q.Filters, test.q.Staff, test.since, got, tally, test.want, test.total)
		}
	}
	// The page does look for some of the words.
	if got := ids(t, ix, Query{Text: "飞天 骆驼", Staff: true}); len(got) == 0 {
		t.Error("nothing is found with some of the words")
	}
	if news, err := ix.News(t.Context(), Query{Staff: true, Limit: 2}, 0); err != nil || len(news.Hits) != 2 || news.Hits[0].ID != "z" || news.Hits[0].Titles["zh"] != "骆驼" {
		t.Errorf("%+v, %v", news, err)
	}
}

// An edit that changes since when a record is public is written to the index; one that
// does not is no news.
func TestNewsFollowTheLog(t *testing.T) {
	t.Parallel()
	source := &ledger{}
	source.put(stood("a", "飞天", 1, 2, nil))
	ix := memory(t)
	if err := ix.bleve.SetInternal([]byte("seq"), nil); err != nil {
		t.Fatal(err)
	}
	fresh := func(since int64) uint64 {
		t.Helper()
		if _, err := ix.Follow(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		tally, err := ix.Tally(t.Context(), Query{Text: "飞天"}, since)
		if err != nil {
			t.Fatal(err)
		}
		return tally.New
	}
	if n := fresh(0); n != 1 {
		t.Errorf("%d are new of one", n)
	}
	source.put(stood("a", "飞天图", 1, 2, nil))
	if n := fresh(1); n != 0 {
		t.Errorf("an edit made %d new", n)
	}
	source.put(stood("a", "飞天图", 3, 4, nil))
	if n := fresh(1); n != 1 {
		t.Errorf("published again it is new %d times", n)
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"": "",
		"q=%E9%A3%9E%E5%A4%A9+&sort=relevance&limit=3&cursor=x&lang=en&page=2&before=y&histogram=3&cells=2&none=1": "q=%E9%A3%9E%E5%A4%A9",
		"kind=relic&kind=mural&kind=relic&q=a&q=b&kind=":                                                           "kind=mural&kind=relic&q=a",
		"cave=220&from=-206&to=+220&near=40,94,2&sort=distance&bbox=1,2,3,4":                                       "bbox=1%2C2%2C3%2C4&cave=220&from=-206&near=40%2C94%2C2&sort=distance&to=220",
		"q=%ff": "",
	} {
		v, err := url.ParseQuery(from)
		if err != nil {
			t.Fatal(err)
		}
		kept := Kept(v)
		if got := kept.Encode(); got != want {
			t.Errorf("of %s %s is kept, want %s", from, got, want)
		}
		if again := Kept(kept).Encode(); again != kept.Encode() {
			t.Errorf("%s is kept as %s", kept.Encode(), again)
		}
	}
}
