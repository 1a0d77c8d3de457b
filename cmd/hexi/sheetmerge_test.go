package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// A sheet says nothing about what it has no column for: a record keeps it, part by part.
func TestSheetsKeepWhatTheyDoNotSay(t *testing.T) {
	t.Parallel()
	const mural = `{"id":"m1","collection":"dunhuang","kind":"mural","titles":{"zh":"药师经变"},
		"identifiers":[{"type":"accession","value":"M1"}],"rights":{"holder":{"zh":"某馆"}},
		"subjects":[{"zh":"药师七佛"},{"zh":"乐舞","en":"Dance"}],
		"period":{"term":"tang","from":642,"to":700,"note":{"zh":"初唐"}},
		"quantity":{"value":3,"unit":"铺"},
		"dimensions":[{"type":"height","value":3.4,"unit":"m","note":"残"},{"type":"mass","value":12,"unit":"g"}],
		"people":[{"name":{"zh":"张三","en":"Zhang San"},"role":"author"}],
		"inscriptions":[{"text":"贞观十六年","translation":{"en":"16th year of Zhenguan"}}],
		"place":{"lat":40,"lon":94}}`
	tests := []struct {
		what  string
		flags []string
		lines []string
		want  string // what the record has then
		gone  string
	}{
		{"another language", nil, []string{"id,title_en,subjects_en", "m1,Bhaisajyaguru,Seven Buddhas;Dance"},
			`"kind":"mural" | "collection":"dunhuang" | "titles":{"en":"Bhaisajyaguru","zh":"药师经变"} | "subjects":[{"en":"Seven Buddhas","zh":"药师七佛"},{"en":"Dance","zh":"乐舞"}]`, ""},
		{"a subject less in one language", nil, []string{"id,名称,subjects", "m1,药师经变,乐舞"}, `"subjects":[{"en":"Dance","zh":"乐舞"}]`, ""},
		{"another collection as the default", []string{"--collection", "folk"}, []string{"总登记号,收藏单位,名称", "M1,某馆,药师变"}, `"collection":"dunhuang" | "kind":"mural" | "zh":"药师变"`, ""},
		{"another collection in a column", []string{"--collection", "folk"}, []string{"id,名称,collection", "m1,药师经变,great-wall"}, `"collection":"great-wall"`, ""},
		{"an empty cell for the collection", []string{"--collection", "folk"}, []string{"id,名称,collection", "m1,药师经变,"}, `"collection":"dunhuang"`, ""},
		{"a kind by the flag", []string{"--kind", "relic"}, []string{"id,名称", "m1,药师经变"}, `"kind":"relic"`, ""},
		{"a kind in a column", nil, []string{"id,名称,kind", "m1,药师经变,relic"}, `"kind":"relic"`, ""},
		{"no first year", nil, []string{"id,名称,起始年", "m1,药师经变,"}, `"term":"tang" | "to":700 | "note":{"zh":"初唐"}`, `"from"`},
		{"another last year", nil, []string{"id,名称,结束年", "m1,药师经变,690"}, `"term":"tang" | "from":642 | "to":690 | "note":{"zh":"初唐"}`, ""},
		{"other words for the time", nil, []string{"id,名称,年代", "m1,药师经变,宋"}, `"note":{"zh":"宋"}`, `"from":642`},
		{"no words for the time", nil, []string{"id,名称,年代", "m1,药师经变,"}, ``, `"period"`},
		{"a unit alone", nil, []string{"id,名称,计量单位", "m1,药师经变,身"}, `"quantity":{"value":3,"unit":"身"}`, ""},
		{"a number alone", nil, []string{"id,名称,实际数量", "m1,药师经变,4"}, `"quantity":{"value":4,"unit":"铺"}`, ""},
		{"no quantity", nil, []string{"id,名称,实际数量", "m1,药师经变,"}, ``, `"quantity"`},
		{"a unit of mass alone", nil, []string{"id,名称,单位重", "m1,药师经变,kg"}, `{"type":"mass","value":12,"unit":"kg"} | {"type":"height","value":3.4,"unit":"m","note":"残"}`, ""},
		{"a measure", nil, []string{"id,名称,通高", "m1,药师经变,350cm"}, `{"type":"height","value":350,"unit":"cm","note":"残"} | {"type":"mass","value":12,"unit":"g"}`, ""},
		{"who and what is written", nil, []string{"id,名称,作者,题记", "m1,药师经变,张三,贞观十六年"}, `"en":"Zhang San" | "en":"16th year of Zhenguan"`, ""},
		{"a latitude alone", nil, []string{"id,名称,纬度", "m1,药师经变,40.5"}, `"lat":40.5 | "lon":94`, ""},
	}
	var lines []string
	for i := range tests {
		lines = append(lines, strings.NewReplacer("m1", fmt.Sprintf("m%02d", i), "M1", fmt.Sprintf("M%02d", i)).Replace(strings.Join(strings.Fields(mural), " ")))
	}
	s := newSheetTrial(t)
	s.counted("the records", s.ingest(s.write("m.jsonl", lines...)), len(tests), 0, 0, 0)
	for i, test := range tests {
		cells := strings.NewReplacer("m1", fmt.Sprintf("m%02d", i), "M1", fmt.Sprintf("M%02d", i)).Replace(test.lines[1])
		path := s.write(fmt.Sprintf("%02d.csv", i), test.lines[0], cells)
		if strings.Contains(test.lines[0], "单位重") {
			s.write(fmt.Sprintf("%02d.csv.mapping.yaml", i), "columns: {单位重: dimensions.mass.unit}")
		}
		args := append([]string{path}, test.flags...)
		if r := s.ingest(args...); len(r.Failed) != 0 {
			t.Errorf("%s: %+v", test.what, r.Failed)
		}
		s.counted(test.what+", again", s.ingest(args...), 0, 0, 1, 0)
	}
	records := s.records()
	for i, test := range tests {
		text, err := json.Marshal(records[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range strings.Split(test.want, " | ") {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s: %s is not in %s", test.what, want, text)
			}
		}
		if test.gone != "" && strings.Contains(string(text), test.gone) {
			t.Errorf("%s: %s is in %s", test.what, test.gone, text)
		}
	}
}
