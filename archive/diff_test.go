package archive

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRecordShape: every field of a record is compared, in the record's order.
func TestRecordShape(t *testing.T) {
	t.Parallel()
	var check func(path string, shapes []fieldShape, of reflect.Type)
	check = func(path string, shapes []fieldShape, of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct {
			if len(shapes) > 0 {
				t.Errorf("%s has no parts", path)
			}
			return
		}
		var want, got []string
		for _, f := range reflect.VisibleFields(of) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			want = append(want, name)
		}
		for _, s := range shapes {
			got = append(got, s.key)
			if s.zh == "" || s.en == "" {
				t.Errorf("%s.%s has no name in both languages", path, s.key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: %s", path, diff)
		}
		for i, f := range reflect.VisibleFields(of) {
			check(path+"."+want[i], shapes[i].parts, f.Type)
		}
	}
	check("record", recordShape, reflect.TypeFor[Record]())
}

func TestDiff(t *testing.T) {
	t.Parallel()
	base := `{"id":"x","collection":"dunhuang","kind":"mural","titles":{"zh":"药师经变","en":"Medicine Buddha"}`
	for _, test := range []struct {
		name, before, after string
		want                []string
	}{
		{"the same", `}`, `}`, nil},
		{"a text by language", `,"descriptions":{"zh":"甲","fr":"a"}}`, `,"descriptions":{"zh":"乙","en":"b"}}`, []string{
			`changed descriptions.zh "甲" "乙" 说明 · 中文|Description · Chinese`, `added descriptions.en  "b" 说明 · 英文|Description · English`,
			`removed descriptions.fr "a"  说明 · 法文|Description · French`,
		}},
		{"a controlled value", `,"level":"grade-1"}`, `}`, []string{`removed level "grade-1"  级别|Level`}},
		{"identifiers by type", `,"identifiers":[{"type":"cave","value":"1"},{"type":"accession","value":"A"}]}`,
			`,"identifiers":[{"type":"accession","value":"B"},{"type":"cave","value":"1"},{"type":"census","value":"C"}]}`, []string{
				`changed identifiers[0].value "A" "B" 编号 · 藏品编号 · 值|Identifier · accession number · value`,
				`added identifiers[2]  {"type":"census","value":"C"} 编号 · 普查编号|Identifier · census number`,
				`changed identifiers [{"type":"cave","value":"1"},{"type":"accession","value":"A"}] [{"type":"accession","value":"B"},{"type":"cave","value":"1"},{"type":"census","value":"C"}] 编号 · 顺序|Identifier · order`,
			}},
		{"two identifiers of one type", `,"identifiers":[{"type":"cave","value":"1"},{"type":"cave","value":"2"}]}`, `,"identifiers":[{"type":"cave","value":"2"},{"type":"cave","value":"3"}]}`, []string{
			`changed identifiers[1].value "1" "3" 编号 · 窟号 · 值|Identifier · cave number · value`,
			`changed identifiers [{"type":"cave","value":"1"},{"type":"cave","value":"2"}] [{"type":"cave","value":"2"},{"type":"cave","value":"3"}] 编号 · 顺序|Identifier · order`,
		}},
		{"years", `,"period":{"term":"early-tang","from":642,"to":642}}`, `,"period":{"term":"early-tang","from":618,"to":642,"note":{"zh":"约"}}}`, []string{
			`changed period.from 642 618 年代 · 起|Period · from`, `added period.note.zh  "约" 年代 · 附注 · 中文|Period · note · Chinese`,
		}},
		{"a number that is written otherwise is kept as it is", `,"quantity":{"value":1.5}}`, `,"quantity":{"value":2}}`, []string{`changed quantity.value 1.5 2 数量 · 数值|Quantity · value`}},
		{"values of a list", `,"materials":["silk","paper"]}`, `,"materials":["paper","ink"]}`, []string{`added materials[1]  "ink" 质地|Material`, `removed materials[0] "silk"  质地|Material`}},
		{"subjects by their Chinese", `,"subjects":[{"zh":"飞天"}]}`, `,"subjects":[{"zh":"飞天","en":"apsara"},{"en":"lotus"}]}`, []string{
			`added subjects[0].en  "apsara" 主题 · 飞天 · 英文|Subject · 飞天 · English`, `added subjects[1]  {"en":"lotus"} 主题 · lotus|Subject · lotus`,
		}},
		{"people by their name", `,"people":[{"name":{"zh":"翟通"},"role":"donor"},{"name":{"zh":"张大千"}}]}`, `,"people":[{"name":{"zh":"翟通"},"role":"patron"},{"name":{"zh":"张大千"}}]}`, []string{
			`changed people[0].role "donor" "patron" 人物 · 翟通 · 角色|Person · 翟通 · role`,
		}},
		{"an inscription", `,"inscriptions":[{"text":"貞觀十六年"}]}`, `,"inscriptions":[{"text":"貞觀十六年","translation":{"en":"642"},"region":{"asset":"a","xywh":"1,2,3,4"}}]}`, []string{
			`added inscriptions[0].translation.en  "642" 题记 · 貞觀十六年 · 译文 · 英文|Inscription · 貞觀十六年 · translation · English`,
			`added inscriptions[0].region.asset  "a" 题记 · 貞觀十六年 · 图上位置 · 图像|Inscription · 貞觀十六年 · place on the image · image`,
			`added inscriptions[0].region.xywh  "1,2,3,4" 题记 · 貞觀十六年 · 图上位置 · 区域|Inscription · 貞觀十六年 · place on the image · region`,
		}},
		{"stops that changed places", `,"stops":[{"record":"a"},{"record":"b"}]}`, `,"stops":[{"record":"b"},{"record":"a"}]}`, []string{
			`changed stops [{"record":"a"},{"record":"b"}] [{"record":"b"},{"record":"a"}] 站点 · 顺序|Stop · order`,
		}},
		{"a stop that shows something else", `,"stops":[{"record":"a","view":"pct:0,0,1,1"}]}`, `,"stops":[{"record":"a","view":"pct:0,0,2,2","caption":{"zh":"近看"}}]}`, []string{
			`changed stops[0].view "pct:0,0,1,1" "pct:0,0,2,2" 站点 · a · 局部|Stop · a · view`, `added stops[0].caption.zh  "近看" 站点 · a · 说明 · 中文|Stop · a · caption · Chinese`,
		}},
		{"extra by key, kept as it is", `,"extra":{"a":1,"b":{"c":[1,2]}}}`, `,"extra":{"b":{"c":[1,3]},"d":"<&>"}}`, []string{
			`changed extra.b {"c":[1,2]} {"c":[1,3]} 附加 · b|Extra · b`, `added extra.d  "<&>" 附加 · d|Extra · d`, `removed extra.a 1  附加 · a|Extra · a`,
		}},
		{"rights", `,"rights":{"tier":"staff","holder":{"zh":"甲"}}}`, `}`, []string{`removed rights.holder.zh "甲"  权利 · 权利人 · 中文|Rights · holder · Chinese`, `removed rights.tier "staff"  权利 · 开放等级|Rights · access tier`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var states [2]Record
			for i, s := range []string{base + test.before, base + test.after} {
				if err := json.Unmarshal([]byte(s), &states[i]); err != nil {
					t.Fatal(err)
				}
			}
			found, err := Diff(states[0], states[1])
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range found {
				got = append(got, fmt.Sprintf("%s %s %s %s %s|%s", d.Op, d.Path, d.Before, d.After, d.Label["zh"], d.Label["en"]))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiffText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ before, after, want string }{
		{"", "", ""},
		{"", "新", "+新"},
		{"旧", "", "-旧"},
		{"敦煌莫高窟", "敦煌莫高窟", "敦煌莫高窟"},
		{"敦煌莫高窟第220窟", "敦煌榆林窟第25窟", "敦煌 -莫高 +榆林 窟第 -220 +25 窟"},
		{"the Medicine Buddha", "the seven Medicine Buddhas", "the  +seven  Medicine  -Buddha +Buddhas"},
	} {
		var got []string
		for _, p := range DiffText(test.before, test.after) {
			got = append(got, map[DiffOp]string{"": "", DiffAdded: "+", DiffRemoved: "-"}[p.Op]+p.Text)
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%q to %q: %q, want %q", test.before, test.after, s, test.want)
		}
	}
}

// TestDiffTextIsWhole: the parts make up both texts, whatever the texts are.
func TestDiffTextIsWhole(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts each time
	alphabet := []string{"药", "师", "经", "the ", "cave", " ", "，", "\xff", "é"}
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	for i := range 500 {
		before, after := text(random.IntN(40)), text(random.IntN(40))
		if i == 0 {
			before, after = text(6000), text(6000) // too far apart
		}
		if i == 1 {
			before = text(6000)
			after = before[:3000] + "新" + before[3000:]
		}
		var left, right strings.Builder
		for _, p := range DiffText(before, after) {
			if p.Op != DiffAdded {
				left.WriteString(p.Text)
			}
			if p.Op != DiffRemoved {
				right.WriteString(p.Text)
			}
		}
		if left.String() != before || right.String() != after {
			t.Fatalf("%q to %q is made %q to %q", before, after, left.String(), right.String())
		}
	}
}
