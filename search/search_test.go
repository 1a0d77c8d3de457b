package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"hexi/archive"
)

// crowd is many records whose properties are drawn by lot, always the same.
func crowd(n int) []*archive.Entry {
	rnd := rand.New(rand.NewPCG(7, 11))
	kinds := []archive.Kind{"mural", "cave", "relic", "site"}
	collections := []string{"dunhuang", "great-wall", "folk"}
	periods := []struct {
		term     string
		from, to int
	}{{"high-tang", 705, 780}, {"late-tang", 848, 906}, {"ming", 1368, 1644}, {"majiayao", -3300, -2000}, {"", 0, 0}}
	words := []string{"飞天", "彩陶", "长城", "供养人", "旋涡纹", "菩萨"}
	var out []*archive.Entry
	for i := range n {
		p := periods[rnd.IntN(len(periods))]
		r := archive.Record{
			ID: fmt.Sprintf("r-%03d", i), Kind: kinds[rnd.IntN(len(kinds))], Collection: collections[rnd.IntN(len(collections))],
			Titles: archive.Text{"zh": words[rnd.IntN(len(words))] + words[rnd.IntN(len(words))], "en": fmt.Sprintf("Thing %d", i)},
		}
		if p.from != 0 {
			r.Period = &archive.Period{Term: p.term, From: p.from, To: p.to}
		}
		if rnd.IntN(3) > 0 {
			lat, lon := 32+10*rnd.Float64(), 92+16*rnd.Float64()
			r.Place = &archive.Place{Lat: &lat, Lon: &lon}
		}
		e := entry(r)
		e.Updated = today.Add(-time.Hour)
		if i%2 == 0 {
			e.Updated = today
		}
		out = append(out, e)
	}
	return out
}

// Facets count what is there, each without its own choice.
func TestFacetsCountRight(t *testing.T) {
	all := crowd(300)
	ix := memory(t, all...)
	for _, filters := range []map[string][]string{
		{}, {"kind": {"mural"}}, {"kind": {"mural", "cave"}, "collection": {"folk"}}, {"collection": {"dunhuang"}, "period": {"tang"}},
	} {
		result, err := ix.Search(t.Context(), Query{Filters: filters, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		matches := func(e *archive.Entry, but string) bool {
			for facet, values := range filters {
				var have []string
				switch facet {
				case "kind":
					have = []string{string(e.Record.Kind)}
				case "collection":
					have = []string{e.Record.Collection}
				case "period":
					if p := e.Record.Period; p != nil {
						have = []string{p.Term}
						if strings.HasSuffix(p.Term, "-tang") {
							have = append(have, "tang")
						}
					}
				}
				if facet != but && !slices.ContainsFunc(have, func(s string) bool { return slices.Contains(values, s) }) {
					return false
				}
			}
			return true
		}
		total := uint64(0)
		want := map[string]map[string]int{"kind": {}, "collection": {}}
		for _, e := range all {
			if matches(e, "") {
				total++
			}
			if matches(e, "kind") {
				want["kind"][string(e.Record.Kind)]++
			}
			if matches(e, "collection") {
				want["collection"][e.Record.Collection]++
			}
		}
		if result.Total != total {
			t.Errorf("%v: %d hits, want %d", filters, result.Total, total)
		}
		for facet, counts := range want {
			got := map[string]int{}
			for _, v := range result.Facets[facet] {
				if v.Count > 0 {
					got[v.Value] = v.Count
				}
				if v.Label["zh"] == "" || v.Label["en"] == "" {
					t.Errorf("%s %s has no label", facet, v.Value)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(counts) {
				t.Errorf("%v: %s %v, want %v", filters, facet, got, counts)
			}
		}
	}
}

// In every order, pages follow each other without a gap or a repetition, also
// where records lack what is sorted by.
func TestPagesFollowEachOther(t *testing.T) {
	all := crowd(157)
	ix := memory(t, all...)
	for _, sort := range []Sort{"", SortRelevance, SortDate, SortDateDown, SortTitle, SortUpdated, SortDistance} {
		for _, text := range []string{"", "飞天"} {
			q := Query{Text: text, Sort: sort, Limit: 10}
			if sort == SortDistance {
				q.Near = &Near{Lat: 40, Lon: 95, KM: 3000}
			}
			var seen []string
			for page := 0; ; page++ {
				result, err := ix.Search(t.Context(), q)
				if err != nil {
					t.Fatalf("%s %q: %v", sort, text, err)
				}
				for _, h := range result.Hits {
					seen = append(seen, h.ID)
				}
				if q.Cursor = result.Next; q.Cursor == "" {
					if len(seen) != int(result.Total) {
						t.Errorf("%s %q: %d hits on all pages, total %d", sort, text, len(seen), result.Total)
					}
					break
				}
				if page > 20 {
					t.Fatalf("%s %q: there is no end", sort, text)
				}
			}
			whole := q
			whole.Cursor, whole.Limit = "", 100
			if once := ids(t, ix, whole); !slices.Equal(once, seen[:len(once)]) {
				t.Errorf("%s %q: page by page %v, at once %v", sort, text, seen, once)
			}
			if unique := slices.Compact(slices.Sorted(slices.Values(seen))); len(unique) != len(seen) {
				t.Errorf("%s %q: some come twice", sort, text)
			}
		}
	}
}

func TestYearsAndPlaces(t *testing.T) {
	all := crowd(200)
	ix := memory(t, all...)
	for _, span := range [][2]int{{700, 710}, {-3000, -2500}, {781, 847}, {-5000, 2000}, {1500, 0}, {0, -1}} {
		want := 0
		for _, e := range all {
			if p := e.Record.Period; p != nil && (span[1] == 0 || p.From <= span[1]) && (span[0] == 0 || p.To >= span[0]) {
				want++
			}
		}
		if got := ids(t, ix, Query{From: span[0], To: span[1], Limit: 100}); len(got) != min(want, 100) {
			t.Errorf("%v: %d, want %d", span, len(got), want)
		}
	}
	for _, box := range []string{"93,33,100,40", "92,32,108,42"} {
		q, err := ParseQuery(url.Values{"bbox": {box}, "limit": {"100"}})
		if err != nil {
			t.Fatal(err)
		}
		n, _ := numbers(box, 4)
		want := 0
		for _, e := range all {
			if p := e.Record.Place; p != nil && *p.Lon >= n[0] && *p.Lon <= n[2] && *p.Lat >= n[1] && *p.Lat <= n[3] {
				want++
			}
		}
		if got := ids(t, ix, q); len(got) != min(100, want) {
			t.Errorf("bbox %s: %d, want %d", box, len(got), want)
		}
	}
}

// Words of two characters, phrases, traditional forms and other writings all find.
func TestWords(t *testing.T) {
	ix := memory(t,
		entry(archive.Record{ID: "a", Kind: "relic", Titles: archive.Text{"zh": "马家窑文化旋涡纹彩陶罐", "en": "Painted pottery jar with whirlpools"}}),
		entry(archive.Record{ID: "b", Kind: "site", Titles: archive.Text{"zh": "长城第一墩", "en": "The First Beacon of the Great Wall"}}),
		entry(archive.Record{ID: "c", Kind: "site", Titles: archive.Text{"zh": "城长", "en": "wall great"}}),
		entry(archive.Record{ID: "d", Kind: "document", Titles: archive.Text{"zh": "敦煌變文集"}, Identifiers: []archive.Identifier{{Type: "accession", Value: "S.3326"}}}),
	)
	for text, want := range map[string][]string{
		"彩陶": {"a"}, "旋涡": {"a"}, "旋渦紋": {"a"}, "馬家窯": {"a"}, "ＪＡＲ": {"a"}, "whirlpool": {"a"}, "pottery jar": {"a"},
		`"长城"`: {"b"}, `"great wall"`: {"b"}, "变文": {"d"}, "變文": {"d"}, "S.3326": {"d"}, "s 3326": {"d"}, "没有这个": {},
	} {
		if got := ids(t, ix, Query{Text: text}); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", text, got, want)
		}
	}
}

// What is not public is found by staff and by nobody else; an embargo ends on its day.
func TestTiersDoNotLeak(t *testing.T) {
	rec := func(id string, rights *archive.Rights) *archive.Entry {
		return entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": "秘密的铜镜" + id}, Rights: rights})
	}
	ix := memory(t, rec("open", nil), rec("reduced", &archive.Rights{Tier: archive.TierReduced, MaxPixels: 1000}), rec("staff", &archive.Rights{Tier: archive.TierStaff}),
		rec("later", &archive.Rights{Tier: archive.TierEmbargoed, Until: "2026-11-25"}), rec("past", &archive.Rights{Tier: archive.TierEmbargoed, Until: "2026-11-23"}),
		rec("vague", &archive.Rights{Tier: archive.TierEmbargoed, Until: "soon"}))
	public := ids(t, ix, Query{Text: "铜镜"})
	slices.Sort(public)
	if !slices.Equal(public, []string{"open", "past", "reduced"}) {
		t.Errorf("the public finds %v", public)
	}
	if staff := ids(t, ix, Query{Text: "铜镜", Staff: true}); len(staff) != 6 {
		t.Errorf("staff find %v", staff)
	}
	result, err := ix.Search(t.Context(), Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range result.Facets["collection"] {
		if v.Count != 3 {
			t.Errorf("the public counts %d", v.Count)
		}
	}
	suggestions, err := ix.Suggest(t.Context(), "秘密", 10)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(suggestions); strings.Contains(s, "staff") || strings.Contains(s, "later") || !strings.Contains(s, "open") {
		t.Errorf("suggestions: %s", s)
	}
}

// Nothing tells the public of words that only records have which it may not see: neither
// what a word was taken for, nor scores, histograms, maps, caves or suggestions.
func TestWordsDoNotLeak(t *testing.T) {
	lat, lon := 40.0, 95.0
	rec := func(id string, rights *archive.Rights) *archive.Entry {
		return entry(archive.Record{
			ID: id, Kind: "mural", Collection: "folk", Titles: archive.Text{"zh": "青砖" + id, "en": "Qwzxkvjian " + id}, Rights: rights,
			Period: &archive.Period{Term: "high-tang", From: 705, To: 781}, Place: &archive.Place{Lat: &lat, Lon: &lon}, Location: &archive.Location{Site: "mogao", Cave: "999"},
			Subjects: []archive.Text{{"zh": "反弹琵琶"}}, Identifiers: []archive.Identifier{{Type: "accession", Value: "GEHEIM-7"}},
		})
	}
	plain := entry(archive.Record{ID: "open", Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": "青砖"}})
	without, with := memory(t, plain), memory(t, plain, rec("secret", &archive.Rights{Tier: archive.TierStaff}), rec("later", &archive.Rights{Tier: archive.TierEmbargoed, Until: "2027-01-01"}))
	answer := func(ix *Index, q Query) string {
		result, err := ix.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		result.TookMS = 0
		suggestions, err := ix.Suggest(t.Context(), q.Text, 10)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{result, suggestions})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for _, text := range []string{"", "青砖", "Qwzxkvjia", "qwz*", "GEHEIM-7", "geheim", "反弹琵琶", "fantanpipa", "ftpp", "莫高窟第999窟", "盛唐", "mogao", "青砖secret", `"青砖secret"`, "kind:mural", "清砖", "qing zhuan secret", "mural"} {
		for _, filters := range []map[string][]string{nil, {"site": {"mogao"}}, {"cave": {"999"}}} {
			q := Query{Text: text, Filters: filters, Limit: 10, Spans: 10, Cells: 3}
			if a, b := answer(without, q), answer(with, q); a != b {
				t.Errorf("%q %v:\n%s\nand with what is hidden\n%s", text, filters, a, b)
			}
		}
	}
	if got := ids(t, with, Query{Text: "Qwzxkvjia", Staff: true}); len(got) != 2 {
		t.Errorf("staff find %v", got)
	}
}

// Highlights are safe to put into a page: all but the marks is escaped.
func TestHighlightsAreEscaped(t *testing.T) {
	ix := memory(t, entry(archive.Record{ID: "x", Kind: "relic", Titles: archive.Text{"zh": `<img src=x onerror=alert(1)>铜镜&`}, Descriptions: archive.Text{"zh": `一面<b>铜镜</b>`}}))
	result, err := ix.Search(t.Context(), Query{Text: "铜镜", Limit: 5})
	if err != nil || len(result.Hits) != 1 {
		t.Fatalf("%+v %v", result, err)
	}
	marked := fmt.Sprint(result.Hits[0].Highlights)
	if strings.Contains(marked, "<img") || strings.Contains(marked, "<b>") || !strings.Contains(marked, "<mark>铜镜</mark>") {
		t.Errorf("%s", marked)
	}
}

// FuzzQuery tries whatever people may send: it is refused with the parameter's
// name or answered, and a cursor that came from outside does no harm.
func FuzzQuery(f *testing.F) {
	for _, s := range []string{
		"q=莫高窟第220窟", "q=盛唐&from=705&to=780", "q=%22great+wall%22&sort=date", "bbox=92,32,108,42", "near=40,95,10&sort=distance",
		"q=公元前1046年", "q=-1046", "q=(((", "q=*:*", "q=%00", "cursor=eyJvZiI6IiJ9", "q=cave+17&has=image", "q=🐎", "q=a+OR+OR+-", "q=题名：飞天+NOT+“唐", "q=*a*+b?c+“", "q=年份:642-+cave:第", "q=mo+gao+ku&histogram=7&cells=3", "q=贞观十六年二百二十窟公元前", "kind=mural&kind=cave&limit=0",
	} {
		f.Add(s)
	}
	ix := memory(f, crowd(20)...)
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		q, err := ParseQuery(v)
		if err == nil {
			_, err = ix.Search(t.Context(), q)
		}
		if err == nil {
			_, err = ix.Suggest(t.Context(), q.Text, 5)
		}
		var invalid *archive.InvalidError
		if err != nil && !errors.As(err, &invalid) {
			t.Fatalf("%q: %v", raw, err)
		}
	})
}

// Marks stand where the words do in the text as it was written, whatever folding did to
// them, on the borders of characters, and no more of a long text is shown than people read.
func TestHighlightsOfMixedTexts(t *testing.T) {
	long := strings.Repeat("藥師經變與飛天，", 2000) + "末尾的經變"
	ix := memory(t,
		entry(archive.Record{ID: "a", Kind: "relic", Titles: archive.Text{"zh": "燉煌藥師經變ＭＵＲＡＬ與Vimalakīrti像"}}),
		entry(archive.Record{ID: "b", Kind: "relic", Titles: archive.Text{"zh": "甲"}, Text: archive.Text{"zh": long}}),
		entry(archive.Record{ID: "c", Kind: "relic", Titles: archive.Text{"en": "A very long title of many words before what is looked for: the Flying apsaras"}}),
	)
	for text, want := range map[string]string{
		"敦煌药师": "<mark>燉煌藥師</mark>經變ＭＵＲＡＬ與Vimalakīrti像", "mural": "燉煌藥師經變<mark>ＭＵＲＡＬ</mark>與Vimalakīrti像",
		"vimalakirti": "燉煌藥師經變ＭＵＲＡＬ與<mark>Vimalakīrti</mark>像", "経变": "燉煌藥師<mark>經變</mark>ＭＵＲＡＬ與Vimalakīrti像",
		"apsaras": "A very long title of many words before what is looked for: the <mark>Flying apsaras</mark>",
	} {
		result, err := ix.Search(t.Context(), Query{Text: text, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, h := range result.Hits {
			found = found || slices.Contains(h.Highlights["title"], want)
		}
		if !found {
			t.Errorf("%s: %+v, want %s", text, result.Hits, want)
		}
	}
	result, err := ix.Search(t.Context(), Query{Text: "末尾", Limit: 5})
	if err != nil || len(result.Hits) != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	marked := result.Hits[0].Highlights["text"]
	if len(marked) != 1 || !utf8.ValidString(marked[0]) || utf8.RuneCountInString(marked[0]) > 400 || !strings.Contains(marked[0], "<mark>末尾</mark>") || !strings.HasPrefix(marked[0], "…") {
		t.Errorf("%q", marked)
	}
	if result, err = ix.Search(t.Context(), Query{Text: "飞天", Limit: 5}); err != nil {
		t.Fatal(err)
	}
	for _, h := range result.Hits {
		for _, s := range h.Highlights["text"] {
			if utf8.RuneCountInString(s) > 600 {
				t.Errorf("%d characters are shown", utf8.RuneCountInString(s))
			}
		}
	}
}
