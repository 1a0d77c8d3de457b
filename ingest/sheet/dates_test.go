package sheet

import (
	"encoding/json"
	"strings"
	"testing"

	"hexi/archive"
)

// The words of a date stay; of one that can be two days only the year is taken.
func TestAmbiguousDates(t *testing.T) {
	t.Parallel()
	profiles := []archive.Profile{{Code: "movable-relic", Kind: archive.KindRelic, Fields: []archive.Field{
		{Path: "extra.accessionYear", Label: archive.Text{"zh": "入藏年度"}, Headings: []string{"入藏日期"}, Type: archive.TypeYear},
		{Path: "extra.registered", Label: archive.Text{"zh": "登记日期"}, Type: archive.TypeDate},
	}}}
	for _, test := range []struct {
		head, cell, mapping string
		want                string // extra
		doubts              int
	}{
		{"入藏日期", "03/04/1954", "", `{"accessionYear":1954,"入藏日期":"03/04/1954"}`, 1},
		{"入藏日期", "13/04/1954", "", `{"accessionYear":1954,"入藏日期":"13/04/1954"}`, 0},
		{"入藏日期", "03/04/1954", "date: dmy", `{"accessionYear":1954,"入藏日期":"03/04/1954"}`, 0},
		{"入藏日期", "1954年3月8日", "", `{"accessionYear":1954,"入藏日期":"1954年3月8日"}`, 0},
		{"入藏日期", "1954", "", `{"accessionYear":1954}`, 0},
		{"accessionYear", "03/04/1954", "", `{"accessionYear":1954,"入藏年度":"03/04/1954"}`, 1},
		{"登记日期", "03/04/1954", "", `{"registered":"1954","登记日期":"03/04/1954"}`, 1},
		{"登记日期", "03/04/1954", "date: mdy", `{"registered":"1954-03-04"}`, 0},
		{"入藏日期", "1951.3", "", `{"accessionYear":1951,"入藏日期":"1951.3"}`, 0},
		{"入藏日期", "1951.12", "", `{"accessionYear":1951,"入藏日期":"1951.12"}`, 0},
		{"入藏日期", "1951-03-08", "", `{"accessionYear":1951,"入藏日期":"1951-03-08"}`, 0},
		{"入藏日期", "一九五〇年", "", `{"accessionYear":1950}`, 0},
		{"入藏日期", "一九五〇", "", `{"accessionYear":1950}`, 0},
		{"入藏日期", "一九五〇年三月八日", "", `{"accessionYear":1950,"入藏日期":"一九五〇年三月八日"}`, 0},
		{"登记日期", "一九五〇年三月", "", `{"registered":"1950-03"}`, 0},
		{"收集时间", "03/04/1954", "", `{"收集时间":"03/04/1954"}`, 1},
		{"备注", "03/04/1954", "", `{"备注":"03/04/1954"}`, 0},
	} {
		mapping, err := ReadMapping("m", strings.NewReader(test.mapping))
		must(t, err)
		s, err := Open("a.csv", strings.NewReader("总登记号,名称,"+test.head+"\n1,碗,"+test.cell+"\n"), Options{Collection: "dunhuang", Vocabulary: terms{}, Profiles: profiles, Mapping: mapping})
		must(t, err)
		rows, _ := rowsOf(s.Tables[0])
		extra, err := json.Marshal(rows[0].Record.Extra)
		must(t, err)
		if string(extra) != test.want || rows[0].Err != nil || len(rows[0].Notes) != test.doubts {
			t.Errorf("%s %s: %s, %v, %v, want %s and %d doubts", test.head, test.cell, extra, rows[0].Err, rows[0].Notes, test.want, test.doubts)
		}
		if test.doubts > 0 && rows[0].Notes[0].Field != test.head {
			t.Errorf("%s: the doubt is about %s", test.head, rows[0].Notes[0].Field)
		}
		for key := range rows[0].Record.Extra {
			if !rows[0].Has["extra."+key] {
				t.Errorf("%s: says nothing of %s", test.head, key)
			}
		}
	}
}
