package search

import (
	"slices"
	"testing"
)

// TestThemes asks the sample for things by their names, as a scholar does.
func TestThemes(t *testing.T) {
	t.Parallel()
	ix := memory(t, readRecords(t, sampleRecords)...)
	for query, want := range map[string]struct {
		first string
		not   []string
		why   string // of the first
	}{
		// A theme is no period that has the same initials.
		"菩萨":          {"dh-220-north", []string{"yr-banshan", "yr-gourd"}, "description"},
		"bodhisattva": {"dh-45", []string{"yr-banshan", "yr-gourd"}, "description"},
		// 玉 and 马 within the names of places and cultures are no jade and no horses.
		"jade":  {"fo-cup", []string{"rc-lutuohe", "gw-yumen"}, ""},
		"horse": {"an-flying-horse", []string{"yr-machang", "yr-rings", "yr-whirlpool"}, "title"},
		"玉器":    {"fo-cup", []string{"rc-lutuohe", "gw-yumen"}, ""},
		// Great tombs with a wall are no Great Wall.
		"Great Wall": {"", []string{"dh-220-north", "dh-407", "an-dabuzi"}, ""},
		"长城":         {"", []string{"an-dabuzi", "rc-shancheng"}, ""}, // 大堡子山, 山城堡
		// The name of a direction is no cave.
		"cave 220 south wall": {"dh-220-south", nil, ""},
		// Materials in English.
		"iron":    {"", nil, ""},
		"leather": {"yr-raft", nil, "material"},
		// What the index has in one field is told apart.
		"mural":        {"", nil, ""},
		"世界遗产":         {"", nil, ""},
		`"great wall"`: {"", nil, ""},
	} {
		result, err := ix.Search(t.Context(), Query{Text: query, Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Hits) == 0 {
			t.Errorf("%s finds nothing", query)
			continue
		}
		if first := result.Hits[0]; want.first != "" && first.ID != want.first || want.why != "" && !slices.Contains(first.Why, want.why) {
			t.Errorf("%s: the first is %s because of %v, want %s because of %s", query, first.ID, first.Why, want.first, want.why)
		}
		for _, h := range result.Hits {
			if slices.Contains(want.not, h.ID) {
				t.Errorf("%s finds %s because of %v", query, h.ID, h.Why)
			}
		}
	}
	for query, told := range map[string]string{"great wall": "collection", "mural": "kind", "普贤": "theme"} {
		result, err := ix.Search(t.Context(), Query{Text: query, Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(result.Hits, func(h Hit) bool { return slices.Contains(h.Why, told) }) {
			t.Errorf("%s: no hit because of its %s", query, told)
		}
		for _, h := range result.Hits {
			if slices.Contains(h.Why, "material") || slices.Equal(h.Why, []string{"text"}) {
				t.Errorf("%s: %s because of %v", query, h.ID, h.Why)
			}
		}
	}
}
