package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What stands in the columns of a sheet's profile is held to it, whatever the category of
// the rows, or the row says that it is not.
func TestRowsAreHeldToTheProfileOfTheirSheet(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	for name, content := range map[string]string{
		"glaze.csv":           "code,zh,en\nwhite,白釉,White glaze\nblue,蓝釉,Blue glaze\n",
		"profiles/sherds.csv": "kind,relic\ncategories,relic-02\nextends,movable-relic\nzh,瓷片\nen,Sherds\npath,zh,en,type,scheme,required\nextra.glaze,釉料,Glaze,term,glaze,yes\n",
	} {
		path := filepath.Join(s.data, "vocab", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.counted("one that names its profile", s.ingest(s.write("a.jsonl", `{"id":"s4","collection":"folk","kind":"relic","titles":{"zh":"丁"},"extra":{"profile":"rubbing"}}`)), 1, 0, 0, 0)
	sheet := s.write("s.csv", "id,名称,类别,釉料", "s1,甲,瓷器,白釉", "s2,乙,瓷器,兰釉", "s3,丙,陶器,白釉", "s4,丁,瓷器,白釉")
	got := s.ingest(sheet, "--collection", "folk")
	s.counted("the sheet", got, 2, 1, 0, 1)
	if len(got.Failed) != 1 || got.Failed[0].Field != "extra.glaze" || !strings.Contains(got.Failed[0].Why, "blue (蓝釉)") {
		t.Errorf("refused: %+v", got.Failed)
	}
	said := map[string]string{}
	for _, n := range got.Notes {
		said[n.Item] += n.Why
	}
	for item, want := range map[string]string{
		"s.csv row 2": "held to the sheet's profile, 瓷片, for the sake of 釉料; by its category it would be held to 可移动文物",
		"s.csv row 4": "", "s.csv": "", "s.csv row 5": "the record names the profile 碑帖拓本 and is held to it; 釉料 is no field of that",
	} {
		if want == "" && strings.Contains(said[item], "釉料") || !strings.Contains(said[item], want) {
			t.Errorf("%s: %q, want %q", item, said[item], want)
		}
	}
	want := []string{`"white" "sherds"`, `"white" `, `"白釉" "rubbing"`}
	records := s.records()
	if len(records) != len(want) {
		t.Fatalf("%d records, want %d", len(records), len(want))
	}
	for i, r := range records {
		if got := string(r.Extra["glaze"]) + " " + string(r.Extra["profile"]); got != want[i] {
			t.Errorf("%s: %s, want %s", r.ID, got, want[i])
		}
	}
	s.counted("the sheet again", s.ingest(sheet, "--collection", "folk"), 0, 0, 3, 1)
}

// A sheet of the third census is held to that, also where a category has a profile of its
// own: a dwelling of the twentieth century is no revolutionary site. A class within another
// class is told.
func TestRowsOfTheThirdCensus(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	sheet := s.write("三普.csv", "id,名称,地址及位置,级别,年代,大类,类别细分,现状描述,自然因素,环境状况",
		"c1,某民居,武威市,尚未核定公布为文物保护单位,民国,近现代重要史迹及代表性建筑,传统民居,,,", "c2,某教堂,武威市,尚未核定公布为文物保护单位,民国,古建筑,宗教建筑,,,",
		"c3,某遗址,武威市,省级,汉,古遗址,聚落址,,,")
	got := s.ingest(sheet, "--collection", "great-wall")
	s.counted("the sheet", got, 3, 0, 0, 0)
	for _, n := range got.Notes {
		if wrong := strings.Contains(n.Why, "held to"); wrong || strings.Contains(n.Why, "within another class") != (n.Item == "三普.csv row 3") {
			t.Errorf("%s, %s: %s", n.Item, n.Field, n.Why)
		}
	}
	if len(got.Notes) != 1 {
		t.Errorf("notes: %+v", got.Notes)
	}
	want := []string{`"3p-0504" "immovable-site-3p"`, `"3p-0505" "immovable-site-3p"`, `"3p-0102" "immovable-site-3p"`}
	for i, r := range s.records() {
		if got := string(r.Extra["subclass"]) + " " + string(r.Extra["profile"]); i >= len(want) || got != want[i] {
			t.Errorf("%s: %s, want %s", r.ID, got, want[i])
		}
	}
	s.counted("the sheet again", s.ingest(sheet, "--collection", "great-wall"), 0, 0, 3, 0)
}

// A list of intangible heritage is not one of bearers.
func TestListsOfIntangibleHeritage(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	for _, test := range []struct{ profile, head, row string }{
		{"intangible", "id,level,batch,kind,category,project,region", "g1,国家级,第五批,新增,传统音乐,两当号子,陇南市两当县"},
		{"intangible", "序号,项目编号,项目名称,类别,申报地区或单位", "1,Ⅰ-1,花儿,民间文学,和政县"},
		{"bearer", "姓名,性别,民族,项目名称,类别", "马某,男,回族,花儿,民间文学"},
	} {
		path := s.write("非遗.csv", test.head, test.row)
		got := hexi(t, "ingest", path, "--collection", "folk", "--dry-run", "--json", "--data", s.data)
		if !strings.Contains(got.stdout, `"profile": "`+test.profile+`"`) {
			t.Errorf("%s: not taken for %s: %s", test.head, test.profile, got.stdout)
		}
	}
}
