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

// holdings are records of caves, shelf marks and places to suggest of.
func holdings() []*archive.Entry {
	at := func(r archive.Record, cave string) *archive.Entry {
		r.Collection = "dunhuang"
		if cave != "" {
			r.Location = &archive.Location{Site: "mogao", Cave: cave}
		}
		if r.Place == nil {
			r.Place = &archive.Place{Name: archive.Text{"zh": "敦煌市莫高窟", "en": "Mogao, Dunhuang"}}
		}
		return entry(r)
	}
	number := func(values ...string) (out []archive.Identifier) {
		for _, v := range values {
			out = append(out, archive.Identifier{Type: "shelfmark", Value: v})
		}
		return out
	}
	return []*archive.Entry{
		at(archive.Record{ID: "c220", Kind: "cave", Titles: archive.Text{"zh": "莫高窟第220窟（翟家窟）", "en": "Mogao Cave 220"}}, "220"),
		at(archive.Record{ID: "m220", Kind: "mural", Titles: archive.Text{"zh": "第220窟药师经变", "en": "Medicine Buddha, Cave 220"}, Period: &archive.Period{Term: "early-tang", From: 642, To: 642}}, "220"),
		at(archive.Record{ID: "c45", Kind: "cave", Titles: archive.Text{"zh": "莫高窟第45窟", "en": "Mogao Cave 45"}, Period: &archive.Period{Term: "high-tang", From: 705, To: 781}}, "45"),
		at(archive.Record{ID: "s3326", Kind: "document", Titles: archive.Text{"zh": "敦煌星图"}, Identifiers: number("Or.8210/S.3326"), Period: &archive.Period{Term: "tang", From: 649, To: 684}}, ""),
		at(archive.Record{ID: "gb1", Kind: "document", Titles: archive.Text{"zh": "写经残卷"}, Identifiers: number("甘博001", "P.t.1257", "敦研001")}, ""),
		at(archive.Record{ID: "pot", Kind: "relic", Titles: archive.Text{"zh": "彩陶罐", "en": "A painted pot"}, Materials: []string{"陶"}, Place: &archive.Place{Name: archive.Text{"zh": "甘肃省兰州市", "en": "Lanzhou"}}}, ""),
		at(archive.Record{ID: "map", Kind: "document", Titles: archive.Text{"zh": "明代地图", "en": "A map"}, Period: &archive.Period{Term: "ming"}}, ""),
	}
}

// What is typed is completed whatever part of it comes first: numbers and shelf marks, caves,
// eras and years, words within titles, places.
func TestSuggestParts(t *testing.T) {
	t.Parallel()
	ix := memory(t, holdings()...)
	for _, test := range []struct{ typed, first string }{
		{"S.3326", "Or.8210/S.3326"}, {"s3326", "Or.8210/S.3326"}, {"3326", "Or.8210/S.3326"}, {"S.33", "Or.8210/S.3326"}, {"or.8", "Or.8210/S.3326"}, {"8210", "Or.8210/S.3326"}, {"Or", "Or.8210/S.3326"}, {"Or.", "Or.8210/S.3326"},
		{"甘博", "甘博001"}, {"甘博001", "甘博001"}, {"甘博1", "甘博001"}, {"敦研", "敦研001"}, {"P.t", "P.t.1257"}, {"P.t.1", "P.t.1257"}, {"1257", "P.t.1257"},
		{"22", "莫高窟第220窟（翟家窟）"}, {"220", "莫高窟第220窟（翟家窟）"}, {"cave 2", "Mogao Cave 220"}, {"cave 2,", "Mogao Cave 220"}, {"Cave 220", "Mogao Cave 220"}, {"莫高窟 4", "莫高窟第45窟"}, {"第45窟", "莫高窟第45窟"},
		{"贞观", "贞观"}, {"642", "642"}, {"陶", "质地:陶"}, {"甘肃", "地区:甘肃省"}, {"gans", "region:Gansu"}, {"敦煌莫", "敦煌莫高窟"}, {"敦煌莫高窟", "敦煌莫高窟"}, {"dunhuang mog", "dunhuang Mogao Caves"},
	} {
		got, err := ix.Suggest(t.Context(), test.typed, 10)
		if err != nil || len(got) == 0 || got[0].Text != test.first {
			t.Errorf("%q suggests first %+v, not %s; %v", test.typed, got, test.first, err)
		}
	}
	if got, err := ix.Suggest(t.Context(), "fu min", 10); err != nil || len(got) > 0 { // nothing is called fu
		t.Errorf("fu min suggests %+v, %v", got, err)
	}
	for _, typed := range []string{"001", "00"} { // which two shelf marks have
		if got, err := ix.Suggest(t.Context(), typed, 10); err != nil || len(got) < 2 || got[0].Field != "identifier" || got[1].Field != "identifier" {
			t.Errorf("%q suggests %+v, %v", typed, got, err)
		}
	}
}

// Each thing is suggested once, whatever it is called, with as many records as a search for it
// finds; of what is called alike, what most records have comes first.
func TestSuggestOnce(t *testing.T) {
	t.Parallel()
	ix := memory(t, holdings()...)
	for _, typed := range []string{"t", "tang", "唐", "m", "mo", "敦", "dun", "第", "甘", "lan", "初唐"} {
		got, err := ix.Suggest(t.Context(), typed, 10)
		if err != nil {
			t.Fatal(err)
		}
		things := map[string]string{}
		for _, s := range got {
			if s.Record == "" {
				if found, err := ix.Search(t.Context(), Query{Text: s.Text}); err != nil || int(found.Total) != s.Count {
					t.Errorf("%q suggests %s with %d, but it finds %d; %v", typed, s.Text, s.Count, found.Total, err)
				}
			}
			name := s.Text
			for _, one := range ix.lexicon.names[ix.wordsOf(s.Text)] {
				name = one.kind + one.code
			}
			if other, twice := things[name]; twice {
				t.Errorf("%q suggests %s and %s, which are one", typed, other, s.Text)
			}
			things[name] = s.Text
		}
	}
	for typed, want := range map[string]string{"mo": "Mogao Caves", "m": "Mogao Caves", "ming": "Ming"} {
		if got, err := ix.Suggest(t.Context(), typed, 10); err != nil || len(got) == 0 || got[0].Text != want {
			t.Errorf("%q suggests %+v, %v", typed, got, err)
		}
	}
}

// Within a shelf mark a question mark stands for one character, a star for any.
func TestWildShelfMarks(t *testing.T) {
	t.Parallel()
	ix := memory(t, holdings()...)
	for typed, want := range map[string]string{"S.3?26": "s3326", "s33?6": "s3326", "S.3*26": "s3326", "P.t.12?7": "gb1", "编号:S.3?26": "s3326"} {
		if got := ids(t, ix, Query{Text: typed}); len(got) != 1 || got[0] != want {
			t.Errorf("%s finds %v", typed, got)
		}
	}
	if got := ids(t, ix, Query{Text: "S.3?27"}); len(got) > 0 {
		t.Errorf("S.3?27 finds %v", got)
	}
}
