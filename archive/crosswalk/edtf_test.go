package crosswalk_test

import (
	"testing"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

func TestEDTF(t *testing.T) {
	t.Parallel()
	about := func(tag, words string) archive.Text { return archive.Text{tag: words} }
	tests := []struct {
		name   string
		period *archive.Period
		want   string
	}{
		{"no period", nil, ""},
		{"no years", &archive.Period{Term: "tang"}, ""},
		{"one year", &archive.Period{From: 642, To: 642}, "0642"},
		{"a range", &archive.Period{From: 705, To: 780}, "0705/0780"},
		{"a late year", &archive.Period{From: 1936, To: 1936}, "1936"},
		{"the first year of our era", &archive.Period{From: 1, To: 1}, "0001"},
		{"the year before it", &archive.Period{From: -1, To: -1}, "0000"},
		{"and the one before that", &archive.Period{From: -2, To: -2}, "-0001"},
		{"Western Zhou", &archive.Period{From: -1046, To: -771}, "-1045/-0770"},
		{"across the eras", &archive.Period{From: -102, To: 98}, "-0101/0098"},
		{"no end", &archive.Period{From: 1949}, "1949/.."},
		{"no beginning", &archive.Period{To: 1911}, "../1911"},
		{"no beginning, before our era", &archive.Period{To: -1}, "../0000"},
		{"four digits at most", &archive.Period{From: -10_000, To: -2000}, "-9999/-1999"},
		{"more digits", &archive.Period{From: -2_000_000, To: -10_001}, "Y-1999999/Y-10000"},
		{"about", &archive.Period{From: 642, To: 642, Note: about("zh", "约贞观十六年")}, "0642~"},
		{"about, a range", &archive.Period{From: -5000, To: -3000, Note: about("en", "c. 5000–3000 BCE")}, "-4999~/-2999~"},
		{"about, no end", &archive.Period{From: 848, Note: about("en", "Circa 848")}, "0848~/.."},
		{"give or take", &archive.Period{From: 420, To: 420, Note: about("zh", "公元420年左右")}, "0420~"},
		{"not about", &archive.Period{From: 642, To: 642, Note: about("en", "Cave of the Zhai")}, "0642"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := crosswalk.EDTF(test.period); got != test.want {
				t.Errorf("EDTF = %q, want %q", got, test.want)
			}
		})
	}
}
