package sheet

import (
	"fmt"
	"strings"
	"testing"

	"hexi/archive"
)

// A profile keeps the words for measures in a field of its own; the measures are read
// out of them all the same.
func TestMeasuresInWords(t *testing.T) {
	t.Parallel()
	profiles := []archive.Profile{{Code: "movable-relic", Kind: archive.KindRelic, Fields: []archive.Field{
		{Path: "dimensions.height", Label: archive.Text{"zh": "通高"}, Type: archive.TypeNumber},
		{Path: "extra.dimensionNote", Label: archive.Text{"zh": "具体尺寸"}, Headings: []string{"尺寸"}, Type: archive.TypeText},
		{Path: "extra.store", Label: archive.Text{"zh": "库位"}, Type: archive.TypeText},
	}}}
	s, err := Open("a.csv", strings.NewReader("总登记号,名称,通高,尺寸,库位,备注\n"+
		"1,罐,,高12.5厘米，口径8,A1,x\n2,瓶,12,高12厘米，底径4,,\n3,碗,11,高12厘米,,\n4,盘,,大小如图,,\n5,盏,,无,,\n6,盒,,,,\n7,写经,,纵26厘米，横1200厘米,,\n"),
		Options{Collection: "dunhuang", Vocabulary: terms{}, Profiles: profiles})
	must(t, err)
	table := s.Tables[0]
	if got := fmt.Sprint(table.Kept); got != "[备注]" {
		t.Errorf("without a field of their own: %s", got)
	}
	if got := table.Columns()[3].Field; got != "dimensions" {
		t.Errorf("尺寸 → %s", got)
	}
	rows, _ := rowsOf(table)
	for i, want := range []struct {
		dimensions, words string
		spoken            bool
		note              string
	}{
		{"[{height 12.5 cm } {mouth-diameter 8 cm }]", `"高12.5厘米，口径8"`, true, ""},
		{"[{height 12 cm } {base-diameter 4 cm }]", `"高12厘米，底径4"`, true, ""},
		{"[{height 11 cm }]", `"高12厘米"`, true, "the words say height 12 cm, and the column for it 11 cm, which counts"},
		{"[]", `"大小如图"`, false, "not understood"},
		{"[]", `"无"`, true, ""},
		{"[]", "", true, ""},
		{"[{height 26 cm } {width 1200 cm }]", `"纵26厘米，横1200厘米"`, true, ""},
	} {
		row := rows[i]
		if got := fmt.Sprint(row.Record.Dimensions); got != want.dimensions || row.Err != nil {
			t.Errorf("row %d: %s, %v, want %s", row.Number, got, row.Err, want.dimensions)
		}
		if got := string(row.Record.Extra["dimensionNote"]); got != want.words || !row.Has["extra.dimensionNote"] || row.Has["dimensions"] != want.spoken {
			t.Errorf("row %d: words %s, want %s; has %v", row.Number, got, want.words, row.Has)
		}
		if got := fmt.Sprint(row.Notes); want.note == "" && len(row.Notes) > 0 || !strings.Contains(got, want.note) {
			t.Errorf("row %d: notes %s, want %q", row.Number, got, want.note)
		}
	}
}

// Paintings and manuscripts are measured 纵 and 横.
func TestColumnsOfPaintings(t *testing.T) {
	t.Parallel()
	s, err := Open("a.csv", strings.NewReader("总登记号,名称,纵（厘米）,横\n1,写经,26,1200\n"), Options{Collection: "dunhuang", Vocabulary: terms{}})
	must(t, err)
	rows, _ := rowsOf(s.Tables[0])
	if got := fmt.Sprint(rows[0].Record.Dimensions); got != "[{height 26 cm } {width 1200 cm }]" {
		t.Errorf("%s", got)
	}
}
