package search

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

// Titles stand as in a dictionary: Latin letters, then Chinese by how it is read; numbers by
// their size.
func TestTitleOrder(t *testing.T) {
	t.Parallel()
	sorted := []string{"Cave 9", "Cave 45", "Cave 220", "cave of the deer", "Zhang", "第9窟", "第45窟", "第045窟甲", "第220窟", "莫高窟第9窟", "莫高窟第220窟", "千佛", "彩陶"}
	want := []string{"Cave 9", "Cave 45", "Cave 220", "cave of the deer", "Zhang", "彩陶", "第9窟", "第45窟", "第045窟甲", "第220窟", "莫高窟第9窟", "莫高窟第220窟", "千佛"}
	var entries []*archive.Entry
	names := map[string]string{}
	for i, title := range sorted {
		id := fmt.Sprintf("r%02d", 99-i)
		names[id] = title
		entries = append(entries, entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": title}}))
	}
	ix := memory(t, entries...)
	var got []string
	for _, id := range ids(t, ix, Query{Sort: SortTitle}) {
		got = append(got, names[id])
	}
	if !slices.Equal(got, want) {
		t.Errorf("sorted by title: %v\nwant %v", got, want)
	}
	for typed, title := range map[string]string{"第2": "第220窟", "第04": "第45窟", "莫高窟第22": "莫高窟第220窟", "CAVE 4": "Cave 45", "彩": "彩陶"} {
		found, err := ix.Suggest(t.Context(), typed, 10)
		if err != nil || !slices.ContainsFunc(found, func(s Suggestion) bool { return s.Text == title }) {
			t.Errorf("%q suggests %+v, %v", typed, found, err)
		}
	}
}

// A syllable stands before those that it begins, then tones count, and then the characters;
// signs and the article of an English title do not.
func TestTitleSyllables(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	for _, sorted := range [][]string{
		{"弧边三角纹彩陶", "葫芦烙画", "花儿", "环县道情", "黄河彩陶", "会宁会师"}, {"嘉峪关关城", "嘉峪关光化楼"}, {"腊子口", "兰州黄河铁桥"},
		{"马厂", "马家窑", "麦积山"}, {"彩陶", "长城第一墩", "陈家"}, {"妈祖", "麻布", "马家窑", "骂"}, {"嘉峪关", "《金刚经》印本", "锦缎"},
		{"The Ancient Road", "A Bronze Horse", "An Edict", "Theatre"}, {"Wang Wei", "Wang's Wall", "Zhang", "《大》"}, {"A 型", "The"},
	} {
		for i := 1; i < len(sorted); i++ {
			if a, b := ix.titleKey(sorted[i-1]), ix.titleKey(sorted[i]); a >= b {
				t.Errorf("%s does not stand before %s: %q, %q", sorted[i-1], sorted[i], a, b)
			}
		}
	}
	if a, b := ix.titleKey("《金刚经》印本"), ix.titleKey("金刚经印本"); a != b {
		t.Errorf("signs count: %q, %q", a, b)
	}
}

// Numbers of any length stand by their size: shelf marks and bar codes have more than nine digits.
func TestLongNumbersInTitles(t *testing.T) {
	t.Parallel()
	ix := memory(t)
	var numbers []string
	for n := 1; n <= 40; n++ {
		numbers = append(numbers, "1"+strings.Repeat("0", n-1), "1"+strings.Repeat("9", n-1), strings.Repeat("9", n))
	}
	numbers = slices.Compact(numbers)
	for i := 1; i < len(numbers); i++ {
		if a, b := ix.titleKey("No. "+numbers[i-1]+" a"), ix.titleKey("No. "+numbers[i]+" a"); numbers[i-1] != numbers[i] && a >= b {
			t.Errorf("%s does not stand before %s: %q, %q", numbers[i-1], numbers[i], a, b)
		}
	}
	const title = "No. 620102000123"
	long := memory(t, entry(archive.Record{ID: "a", Kind: "relic", Collection: "folk", Titles: archive.Text{"en": title}}))
	for _, typed := range []string{"No. 620102000", "No. 6201020001", title} {
		found, err := long.Suggest(t.Context(), typed, 10)
		if err != nil || !slices.ContainsFunc(found, func(s Suggestion) bool { return s.Text == title }) {
			t.Errorf("%q suggests %+v, %v", typed, found, err)
		}
	}
}
