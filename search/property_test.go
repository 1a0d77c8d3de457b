package search

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/search/engine"
)

// village is an index and what it should hold, changed at random.
type village struct {
	t    *testing.T
	rnd  *rand.Rand
	ix   *Index
	live map[string]*archive.Entry
	seq  int64
}

var (
	villageWords = []string{"青砖", "木梳", "铁锅", "石臼", "竹篮"}
	villageKinds = []archive.Kind{"mural", "cave", "relic", "site"}
	villageSites = []string{"", "mogao", "yulin", "maijishan"}
	villageTerms = []struct {
		term     string
		from, to int
	}{{"high-tang", 705, 781}, {"late-tang", 848, 906}, {"ming", 1368, 1644}, {"majiayao", -3300, -2000}, {"", 1900, 0}, {"", 0, 0}, {"", -200, -100}}
)

func (v *village) entry(id string) *archive.Entry {
	r := archive.Record{
		ID: id, Kind: villageKinds[v.rnd.IntN(len(villageKinds))], Collection: []string{"dunhuang", "great-wall", "folk"}[v.rnd.IntN(3)],
		Titles: archive.Text{"zh": villageWords[v.rnd.IntN(len(villageWords))] + "与" + villageWords[v.rnd.IntN(len(villageWords))]},
	}
	if p := villageTerms[v.rnd.IntN(len(villageTerms))]; p.from != 0 || p.to != 0 {
		r.Period = &archive.Period{Term: p.term, From: p.from, To: p.to}
	}
	if v.rnd.IntN(3) > 0 {
		lat, lon := -60+120*v.rnd.Float64(), -180+360*v.rnd.Float64()
		r.Place = &archive.Place{Lat: &lat, Lon: &lon}
	}
	if site := villageSites[v.rnd.IntN(len(villageSites))]; site != "" {
		r.Location = &archive.Location{Site: site}
	}
	for range v.rnd.IntN(3) {
		if m := []string{"陶", "泥", "纸", "木"}[v.rnd.IntN(4)]; !slices.Contains(r.Materials, m) {
			r.Materials = append(r.Materials, m)
		}
	}
	switch v.rnd.IntN(6) {
	case 0:
		r.Rights = &archive.Rights{Tier: archive.TierStaff}
	case 1:
		r.Rights = &archive.Rights{Tier: archive.TierEmbargoed, Until: []string{"2026-11-23", "2026-11-24", "2026-11-25"}[v.rnd.IntN(3)]}
	}
	e := entry(r)
	e.Updated = today.Add(-time.Duration(v.rnd.IntN(50)) * time.Hour)
	return e
}

// change writes and takes out some records in one batch; those of keep stay as they are.
func (v *village) change(n int, keep map[string]bool) {
	v.t.Helper()
	batch := map[string]*archive.Entry{}
	var gone []string
	for range n {
		id := fmt.Sprintf("r-%03d", v.rnd.IntN(300))
		if keep[id] || batch[id] != nil || slices.Contains(gone, id) {
			continue
		}
		if v.live[id] != nil && v.rnd.IntN(3) == 0 {
			gone = append(gone, id)
			continue
		}
		batch[id] = v.entry(id)
	}
	v.seq++
	if err := v.ix.apply(v.t.Context(), v.ix.bleve, slices.Collect(maps.Values(batch)), gone, v.seq); err != nil {
		v.t.Fatal(err)
	}
	maps.Copy(v.live, batch)
	for _, id := range gone {
		delete(v.live, id)
	}
}

// query asks for something at random.
func (v *village) query() Query {
	q := Query{Filters: map[string][]string{}, Limit: 1 + v.rnd.IntN(40), Staff: v.rnd.IntN(3) == 0, Spans: v.rnd.IntN(30), Cells: v.rnd.IntN(4)}
	some := func(facet string, of ...string) {
		for range v.rnd.IntN(3) {
			if s := of[v.rnd.IntN(len(of))]; !slices.Contains(q.Filters[facet], s) {
				q.Filters[facet] = append(q.Filters[facet], s)
			}
		}
	}
	if v.rnd.IntN(2) == 0 {
		some("kind", "mural", "cave", "relic", "site")
		some("collection", "dunhuang", "great-wall", "folk")
	}
	if v.rnd.IntN(3) == 0 {
		some("period", "tang", "high-tang", "ming")
		some("material", "陶", "泥", "纸", "木")
		some("site", "dunhuang-caves", "mogao", "maijishan")
	}
	switch v.rnd.IntN(4) {
	case 0:
		q.From = -1000 + v.rnd.IntN(2500)
		q.To = q.From + v.rnd.IntN(800)
		if q.From == 0 || q.To == 0 {
			q.From, q.To = 0, 0
		}
	case 1:
		q.To = -150
	}
	switch v.rnd.IntN(4) {
	case 0:
		q.Box = &Box{West: -180 + 360*v.rnd.Float64(), East: -180 + 360*v.rnd.Float64(), South: -60, North: -10 + 60*v.rnd.Float64()}
	case 1:
		q.Near = &Near{Lat: 40, Lon: 95, KM: 100 + 15000*v.rnd.Float64()}
	}
	if v.rnd.IntN(2) == 0 {
		q.Text = villageWords[v.rnd.IntN(len(villageWords))]
	}
	q.Sort = []Sort{SortRelevance, SortDate, SortDateDown, SortTitle, SortUpdated}[v.rnd.IntN(5)]
	if q.Near != nil && v.rnd.IntN(2) == 0 {
		q.Sort = SortDistance
	}
	return q
}

// facetValues are the values that a record counts under, said again and by hand.
func facetValues(r *archive.Record) map[string][]string {
	out := map[string][]string{"kind": {string(r.Kind)}, "collection": {r.Collection}, "material": r.Materials}
	if r.Period != nil && r.Period.Term != "" {
		switch r.Period.Term {
		case "high-tang", "late-tang":
			out["period"] = []string{r.Period.Term, "tang"}
		case "majiayao":
			out["period"] = []string{"majiayao", "neolithic", "prehistoric"}
		default:
			out["period"] = []string{r.Period.Term}
		}
	}
	if r.Location != nil {
		switch r.Location.Site {
		case "mogao", "yulin":
			out["site"] = []string{r.Location.Site, "dunhuang-caves"}
		default:
			out["site"] = []string{r.Location.Site}
		}
	}
	return out
}

func (q *Query) matchesByHand(e *archive.Entry, but string) bool {
	r := &e.Record
	if !q.Staff && r.Rights != nil && !(r.Rights.Tier == archive.TierEmbargoed && r.Rights.Until <= "2026-11-24") {
		return false
	}
	have := facetValues(r)
	for facet, values := range q.Filters {
		if facet != but && !slices.ContainsFunc(have[facet], func(s string) bool { return slices.Contains(values, s) }) {
			return false
		}
	}
	if q.From != 0 || q.To != 0 {
		p := r.Period
		if p == nil || q.To != 0 && p.From > q.To || q.From != 0 && p.To != 0 && p.To < q.From {
			return false
		}
	}
	if q.Box != nil || q.Near != nil {
		if r.Place == nil {
			return false
		}
		lat, lon := *r.Place.Lat, *r.Place.Lon
		if b := q.Box; b != nil {
			inside := lon >= b.West && lon <= b.East
			if b.West > b.East {
				inside = lon >= b.West || lon <= b.East
			}
			if !inside || lat < b.South || lat > b.North {
				return false
			}
		}
		if n := q.Near; n != nil && engine.Distance(n.Lat, n.Lon, lat, lon) > n.KM*1000 {
			return false
		}
	}
	return strings.Contains(r.Titles["zh"], q.Text)
}

// byHand are the ids that a query should find, in their order; nil for an order that only
// the scores know.
func (v *village) byHand(q *Query) (ids []string, ordered bool) {
	var found []*archive.Entry
	for _, e := range v.live {
		if q.matchesByHand(e, "") {
			found = append(found, e)
		}
	}
	late := func(missing bool) int {
		if missing {
			return 1
		}
		return 0
	}
	end := func(e *archive.Entry) int { return cmp.Or(e.Record.Period.To, openEnd) }
	sort := q.Sort
	if sort == SortRelevance && q.Text == "" {
		sort = SortUpdated
	}
	slices.SortFunc(found, func(a, b *archive.Entry) int {
		order := 0
		switch sort {
		case SortDate, SortDateDown:
			none := func(e *archive.Entry) bool { return e.Record.Period == nil }
			if order = cmp.Compare(late(none(a)), late(none(b))); order == 0 && !none(a) {
				if sort == SortDate {
					order = cmp.Compare(a.Record.Period.From, b.Record.Period.From)
				} else {
					order = cmp.Compare(end(b), end(a))
				}
			}
		case SortTitle:
			order = strings.Compare(v.ix.titleKey(a.Record.Titles["zh"]), v.ix.titleKey(b.Record.Titles["zh"]))
		case SortUpdated:
			order = b.Updated.Compare(a.Updated)
		case SortDistance:
			away := func(e *archive.Entry) float64 {
				const round = 1e7 // columns hold so many parts of a degree
				return engine.Distance(q.Near.Lat, q.Near.Lon, float64(engine.Degrees(*e.Record.Place.Lat))/round, float64(engine.Degrees(*e.Record.Place.Lon))/round)
			}
			order = cmp.Compare(away(a), away(b))
		}
		return cmp.Or(order, strings.Compare(a.Record.ID, b.Record.ID))
	})
	for _, e := range found {
		ids = append(ids, e.Record.ID)
	}
	return ids, sort != SortRelevance
}

// TestAgainstCountingByHand: totals, facets, ranges, boxes, orders and pages are those of
// going through all records, however these were written, changed and taken out.
func TestAgainstCountingByHand(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			v := &village{t: t, rnd: rand.New(rand.NewPCG(seed, 3)), ix: memory(t), live: map[string]*archive.Entry{}}
			for range 8 {
				v.change(10+v.rnd.IntN(80), nil)
				for range 25 {
					v.compare(v.query())
				}
			}
		})
	}
}

func (v *village) compare(q Query) {
	t := v.t
	want, ordered := v.byHand(&q)
	if q.Text != "" && len(want) == 0 {
		return // it is looked for further
	}
	var got []string
	for first := true; first || q.Cursor != ""; first = false {
		result, err := v.ix.Search(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if int(result.Total) != len(want) {
			t.Fatalf("%+v: total %d, by hand %d", q, result.Total, len(want))
		}
		if first {
			v.compareFacets(&q, result)
		}
		for _, h := range result.Hits {
			got = append(got, h.ID)
		}
		q.Cursor = result.Next
	}
	if !ordered {
		slices.Sort(got)
		slices.Sort(want)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%+v:\n found   %v\n by hand %v", q, got, want)
	}
}

func (v *village) compareFacets(q *Query, result *Result) {
	v.compareSpread(q, result)
	for _, facet := range []string{"kind", "collection", "period", "material", "site"} {
		want := map[string]int{}
		for _, e := range v.live {
			if q.matchesByHand(e, facet) {
				for _, value := range facetValues(&e.Record)[facet] {
					want[value]++
				}
			}
		}
		got := map[string]int{}
		for _, f := range result.Facets[facet] {
			if f.Count > 0 {
				got[f.Value] = f.Count
			}
		}
		if !maps.Equal(got, want) {
			v.t.Fatalf("%+v: %s %v, by hand %v", q, facet, got, want)
		}
	}
}

// compareSpread counts the histogram and the map by hand.
func (v *village) compareSpread(q *Query, result *Result) {
	t := v.t
	placed := map[string]int{}
	for _, e := range v.live {
		if r := &e.Record; q.matchesByHand(e, "") && r.Place != nil && q.Cells > 0 {
			placed[geohashText(geohash(float64(engine.Degrees(*r.Place.Lat))/1e7, float64(engine.Degrees(*r.Place.Lon))/1e7, q.Cells), q.Cells)]++
		}
	}
	for _, c := range result.Cells {
		if placed[c.Geohash] != c.Count || c.Count == 1 && v.live[c.Record] == nil {
			t.Fatalf("%+v: cell %+v, by hand %d", q, c, placed[c.Geohash])
		}
		delete(placed, c.Geohash)
	}
	if len(placed) > 0 {
		t.Fatalf("%+v: cells %v are not told", q, placed)
	}
	if q.Spans > 0 && len(result.Years) > q.Spans+1 {
		t.Fatalf("%+v: %d parts", q, len(result.Years))
	}
	for _, span := range result.Years {
		n := 0
		for _, e := range v.live {
			if p := e.Record.Period; p != nil && q.matchesByHand(e, "") && p.From <= span.To && (p.To >= span.From || p.To == 0) {
				n++
			}
		}
		if n != span.Count || span.From == 0 || span.To == 0 {
			t.Fatalf("%+v: years %+v, by hand %d", q, span, n)
		}
	}
}

func TestGeohash(t *testing.T) {
	t.Parallel()
	// Two of the examples in the literature: Jutland, and the Eiffel tower.
	for want, at := range map[string][2]float64{"u4pruydq": {57.64911, 10.40744}, "u09tunqu": {48.8583, 2.2945}} {
		if got := geohashText(geohash(at[0], at[1], len(want)), len(want)); got != want {
			t.Errorf("%v is %s, not %s", at, got, want)
		}
	}
}

// TestCursorsWhileRecordsChange: from page to page, what does not change comes once,
// whatever is written and taken out meanwhile.
func TestCursorsWhileRecordsChange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(16) {
		v := &village{t: t, rnd: rand.New(rand.NewPCG(seed, 5)), ix: memory(t), live: map[string]*archive.Entry{}}
		for range 4 {
			v.change(120, nil)
		}
		still := map[string]bool{} // half of them stay as they are
		for i, id := range slices.Sorted(maps.Keys(v.live)) {
			if i%2 == 0 {
				still[id] = true
			}
		}
		q := v.query()
		q.Limit = 3
		if seed%2 == 0 {
			q.Filters, q.From, q.To, q.Box, q.Text, q.Sort = nil, 0, 0, nil, "青砖", SortRelevance
		}
		seen := map[string]int{}
		for page := 0; page == 0 || q.Cursor != ""; page++ {
			result, err := v.ix.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range result.Hits {
				seen[h.ID]++
			}
			q.Cursor = result.Next
			v.change(40, still)
			if page > 400 {
				t.Fatal("there is no end")
			}
		}
		for id := range still {
			e := v.live[id]
			if want := q.matchesByHand(e, ""); want && seen[id] != 1 || seen[id] > 1 {
				t.Errorf("seed %d, %+v: %s came %d times", seed, q, id, seen[id])
			}
		}
	}
}

// TestCursorsAreShort: a page's address has to pass through proxies, also where a query
// names a theme with very much below it.
func TestCursorsAreShort(t *testing.T) {
	t.Parallel()
	ix := memory(t, readRecords(t, sampleRecords)...)
	for text, most := range map[string]int{"": 200, "莫高窟": 300, "长城": 1200, "经变": 1500, "九色鹿 长征 长城 经变 jataka music 黄河": 3500} {
		result, err := ix.Search(t.Context(), Query{Text: text, Limit: 1})
		if err != nil || result.Next == "" {
			t.Fatalf("%s: %+v, %v", text, result, err)
		}
		if n := len(result.Next); n > most {
			t.Errorf("the cursor of %q has %d characters", text, n)
		}
	}
}
