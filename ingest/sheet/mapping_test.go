package sheet

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hexi/archive"
)

func mappingOf(t *testing.T, s string) *Mapping {
	t.Helper()
	m, err := ReadMapping("a.yaml", strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMapping(t *testing.T) {
	t.Parallel()
	m := mappingOf(t, `
kind: mural
collection: dunhuang
holder: 敦煌研究院
headings: 2-3
language: en
date: dmy
columns:
  说明: descriptions.zh
  旧号: identifiers.old
  尺寸通高: {field: dimensions.height, unit: 毫米}
  内部: ignore
constants: {rights.tier: 内部}
defaults: {quantity: 1 铺, materials: 泥}
`)
	sheet := "随便什么\n名称,说明,旧号,尺寸,内部,数量\n,,,通高,,\n药师经变,好,０１,340,x,\n伎乐,,,,,2 身\n"
	s, err := Open("a.csv", strings.NewReader(sheet), Options{Collection: "folk", Vocabulary: terms{}, Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	rows, passed := rowsOf(s.Tables[0])
	if got := strings.Join(passed, ", "); got != "1 title, 2 heading, 3 heading" || s.Tables[0].Lang != "en" {
		t.Errorf("passed over %s, in %s", got, s.Tables[0].Lang)
	}
	if len(rows) != 2 || rows[0].Err != nil || rows[1].Err != nil {
		t.Fatalf("%+v", rows)
	}
	a, b := rows[0].Record, rows[1].Record
	for _, c := range []struct{ name, got, want string }{
		{"kind", string(a.Kind) + a.Collection, "muraldunhuang"},
		{"description", a.Descriptions["zh"], "好"},
		{"identifiers", fmt.Sprint(a.Identifiers), "[{old 01}]"},
		{"height", fmt.Sprint(a.Dimensions), "[{height 340 mm }]"},
		{"quantity", fmt.Sprint(*a.Quantity, *b.Quantity), "{1 铺} {2 身}"},
		{"materials", fmt.Sprint(a.Materials, b.Materials), "[泥] [泥]"},
		{"rights", fmt.Sprint(a.Rights.Tier, a.Holder()), "staff敦煌研究院"},
		{"extra", fmt.Sprint(len(a.Extra)), "0"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
	if !rows[0].Has["rights.tier"] || !rows[0].Has["quantity"] || rows[0].Has["extra.内部"] {
		t.Errorf("has = %v", rows[0].Has)
	}
}

func TestMappingFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ content, line, says string }{
		{"columns:\n  a: nowhere", "line 2", "not a field"},
		{"kind: relic\nkinds: x", "line 2", "there are profile, kind"},
		{"columns: [a]", "line 1", "name: value"},
		{"columns:\n  a: titles\n  a: text", "line 3", "stands in line 2"},
		{"headings: 0", "line 1", "is not a line"},
		{"headings: 2-9", "line 1", "is not a line"},
		{"language: fr", "line 1", "zh or en"},
		{"date: ymd", "line 1", "dmy or mdy"},
		{"constants: {ignore: 1}", "line 1", "filled in"},
		{"columns:\n  a: {field: titles, units: mm}", "line 2", "field and unit"},
		{"a: b: c", "a.yaml", "not YAML"},
		{"kind: &x relic\nholder: *x", "line 2", "one value"},
		{strings.Repeat(" ", maxMapping+1), "a.yaml", "larger"},
	} {
		_, err := ReadMapping("a.yaml", strings.NewReader(test.content))
		if err == nil || !strings.Contains(err.Error(), test.line) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%.40q: %v, want %s and %q", test.content, err, test.line, test.says)
		}
	}
}

// A profile's headings are those of its fields; what it adds to extra has a type.
func TestProfiles(t *testing.T) {
	t.Parallel()
	profiles := []archive.Profile{
		{Code: "intangible", Kind: archive.KindIntangible, Fields: []archive.Field{{Path: "extra.bearer", Label: archive.Text{"zh": "传承人"}, Type: archive.TypeText}}},
		{Code: "movable-relic", Kind: archive.KindRelic, Label: archive.Text{"zh": "可移动文物"}, Fields: []archive.Field{
			{Path: "titles.zh", Label: archive.Text{"zh": "名称", "en": "Name"}, Type: archive.TypeText},
			{Path: "extra.acquired", Label: archive.Text{"zh": "入藏日期", "en": "Date acquired"}, Headings: []string{"入馆日期"}, Type: archive.TypeDate},
			{Path: "extra.pieces", Label: archive.Text{"zh": "件数合计"}, Type: archive.TypeInteger},
			{Path: "extra.shown", Label: archive.Text{"zh": "是否展出"}, Type: archive.TypeBoolean},
			{Path: "place.name.zh", Label: archive.Text{"zh": "位置"}, Type: archive.TypeText},
		}},
	}
	sheet := "总登记号,名称,入馆日期,件数合计,是否展出,位置\n1,Bowl,1954年3月8日,３件,是,库房\n2,碗,03/04/1954,三,也许,\n3,盏,13.4.1954,,,\n"
	s, err := Open("a.csv", strings.NewReader(sheet), Options{Collection: "dunhuang", Vocabulary: terms{}, Profiles: profiles})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Tables[0].Profile(); got != "movable-relic" {
		t.Fatalf("profile %q", got)
	}
	rows, _ := rowsOf(s.Tables[0])
	extra, err := json.Marshal(rows[0].Record.Extra)
	if err != nil || string(extra) != `{"acquired":"1954-03-08","pieces":3,"shown":true}` {
		t.Errorf("extra = %s, %v", extra, err)
	}
	if r := rows[0].Record; r.Titles["en"] != "Bowl" || r.Place.Name["zh"] != "库房" {
		t.Errorf("%+v", r)
	}
	if rows[1].Err == nil || !strings.Contains(rows[1].Err.Error(), "件数合计") || !strings.Contains(rows[1].Err.Error(), "是否展出") {
		t.Errorf("second: %v", rows[1].Err)
	}
	if len(rows[1].Notes) != 1 || !strings.Contains(rows[1].Notes[0].Why, "two days") || string(rows[1].Record.Extra["acquired"]) != `"1954"` || string(rows[1].Record.Extra["入馆日期"]) != `"03/04/1954"` {
		t.Errorf("second: %v %s", rows[1].Notes, rows[1].Record.Extra["acquired"])
	}
	if got := string(rows[2].Record.Extra["acquired"]); got != `"1954-04-13"` {
		t.Errorf("third: %s", got)
	}
}
