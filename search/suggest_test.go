package search

import (
	"testing"

	"hexi/archive"
)

// What people begin to type is completed in Chinese, pinyin, initials and English, by
// names of the vocabularies that have records, and by what records say.
func TestSuggest(t *testing.T) {
	t.Parallel()
	marks := map[string]string{"a": "S. 03326", "b": "P.2005"}
	rec := func(id, zh, en string) *archive.Entry {
		return entry(archive.Record{
			ID: id, Kind: "mural", Collection: "dunhuang", Titles: archive.Text{"zh": zh, "en": en}, Location: &archive.Location{Site: "mogao", Cave: "45"},
			Identifiers: []archive.Identifier{{Type: "shelfmark", Value: marks[id]}},
			People:      []archive.Person{{Name: archive.Text{"zh": "常书鸿", "en": "Chang Shuhong"}}}, Subjects: []archive.Text{{"zh": "胡商遇盗", "en": "Merchants and robbers"}},
			Place: &archive.Place{Name: archive.Text{"zh": "敦煌市"}}, Period: &archive.Period{Term: "high-tang"},
		})
	}
	ix := memory(t, rec("a", "第45窟胡商遇盗图", "Merchants on a road"), rec("b", "一件題名極長極長極長極長極長極長極長極長極長極長的壁畫", "Quite long"), rec("c", "弥勒像", "Maitreya"))
	if err := ix.apply(t.Context(), ix.bleve, nil, []string{"c"}, 2); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]Suggestion{
		"第45": {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1}, "第４５窟胡": {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1},
		"di45ku": {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1}, "d45khs": {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1},
		"di 45 ku":    {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1},
		"merchants o": {Text: "Merchants on a road", Field: "title", Record: "a", Count: 1}, "一件题名极长": {Text: "一件題名極長極長極長極長極長極長極長極長極長極長的壁畫", Field: "title", Record: "b", Count: 1},
		"changshu": {Text: "常书鸿", Field: "people", Count: 2}, "常": {Text: "常书鸿", Field: "people", Count: 2}, "hushang": {Text: "胡商遇盗", Field: "subject", Count: 2},
		"mog": {Text: "Mogao Caves", Field: "site", Count: 2}, "mgk": {Text: "莫高窟", Field: "site", Count: 2}, "胡商遇盗图": {Text: "第45窟胡商遇盗图", Field: "title", Record: "a", Count: 1}, "s.33": {Text: "S. 03326", Field: "identifier", Record: "a", Count: 1}, "敦煌市": {Text: "敦煌市", Field: "place", Count: 2}, "shengt": {Text: "盛唐", Field: "period", Count: 2},
	} {
		got, err := ix.Suggest(t.Context(), typed, 10)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, s := range got {
			found = found || s.Text == want.Text && (s.Field == want.Field || s.Field == "theme") && s.Count == want.Count && s.Record == want.Record
		}
		if !found {
			t.Errorf("%q suggests %+v, not %+v", typed, got, want)
		}
	}
	for _, typed := range []string{"", " ", "弥勒像", "mile", "mlx", "zzzz", "\x1f", "🐎"} {
		got, err := ix.Suggest(t.Context(), typed, 10)
		if err != nil || len(got) > 0 {
			t.Errorf("%q suggests %+v, %v", typed, got, err)
		}
	}
}
