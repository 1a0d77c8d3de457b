package main

import (
	"slices"
	"strings"
	"testing"
)

// A row tells all that is wrong with it at once, whether cells cannot be read or hold what
// no record may: each once, by the column's letter and heading, and nothing that only
// follows from a cell that could not be read.
func TestAllFaultsOfARow(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	register := s.write("总登记账.csv", "总登记号,名称,年代,质地,类别,级别,保存状态,经度,纬度,登记日期,通高,收藏单位",
		"1,铜马,东汉,铜,铜器,特级,不好,103.8,北纬,2003-45-99,很高,某馆",
		"2,铜车,东汉,铜,铜器,一级,状态稳定,103.8,36.1,2003-07-05,3厘米,某馆",
		"3,铜俑,东汉,铜,铜器,甲,状态稳定,103.8,36.1,2003-07-05,3厘米,某馆",
		"4,铜牛,东汉,铜,铜器,一级,状态稳定,103.8,36.1,去年,3厘米,某馆")
	for _, how := range [][]string{{"--dry-run"}, nil} {
		r := s.ingest(append([]string{register, "--collection", "folk", "--kind", "relic"}, how...)...)
		s.counted("the register", r, 1, 0, 0, 3)
		told := map[string][]string{}
		for _, f := range r.Failed {
			told[f.Item] = append(told[f.Item], f.Column+" "+f.Heading)
		}
		for item, want := range map[string][]string{
			"总登记账.csv row 2": {"I 纬度", "K 通高", "F 级别", "G 保存状态", "J 登记日期"},
			"总登记账.csv row 4": {"F 级别"}, "总登记账.csv row 5": {"J 登记日期"},
		} {
			if !slices.Equal(told[item], want) {
				t.Errorf("%s: %q, want %q: %+v", item, told[item], want, r.Failed)
			}
		}
		for _, n := range r.Notes {
			if n.Field == "登记日期" {
				t.Errorf("a date is told twice: %+v", n)
			}
		}
		s.data += "-2" // the second time anew
	}
	got := hexi(t, "ingest", register, "--collection", "folk", "--kind", "relic", "--dry-run", "--data", s.data)
	for _, want := range []string{"row 4, column F 级别 (level): ", "write one of world-heritage (世界文化遗产), grade-1 (一级文物)", "row 2, column I 纬度: "} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("%q is not told:\n%s", want, got.stdout)
		}
	}
}

// A sheet of some columns that adds to records is held to what these have besides.
func TestFaultsOfARowThatAdds(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	s.counted("first", s.ingest(s.write("a.csv", "总登记号,名称,收藏单位,经度,纬度", "1,铜马,某馆,103.8,36.1"), "--collection", "folk", "--kind", "relic"), 1, 0, 0, 0)
	r := s.ingest(s.write("b.csv", "总登记号,名称,收藏单位,通高,经度,级别", "1,铜马,某馆,很高,103.9,甲"), "--collection", "folk", "--kind", "relic")
	s.counted("then", r, 0, 0, 0, 1)
	var told []string
	for _, f := range r.Failed {
		told = append(told, f.Column+" "+f.Heading)
	}
	if !slices.Equal(told, []string{"D 通高", "F 级别"}) {
		t.Errorf("%q: %+v", told, r.Failed)
	}
}

// An end before its beginning is asked about, also where the archive has the beginning; as
// far as both are known.
func TestEndBeforeItsBeginning(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	first := s.ingest(s.write("a.csv", "id,名称,开始日期,结束日期,部队",
		"e1,甲,1936-10-09,1936-10-08,红五军", "e2,乙,1936-10-09,1936年10月,红五军", "e3,丙,1936,1935年12月,红五军", "e4,丁,1936-10,,红五军"),
		"--collection", "red-culture", "--kind", "event")
	s.counted("the sheet", first, 4, 0, 0, 0)
	then := s.ingest(s.write("b.csv", "id,名称,结束日期,部队", "e4,丁,1936-09-30,红五军"), "--collection", "red-culture", "--kind", "event")
	s.counted("the end alone", then, 0, 1, 0, 0)
	var told []string
	for _, n := range append(first.Notes, then.Notes...) {
		if strings.Contains(n.Why, "is before") {
			told = append(told, n.Item+" "+n.Field+" "+n.Code)
		}
	}
	want := []string{"a.csv row 2 extra.eventEnd doubt", "a.csv row 4 extra.eventEnd doubt", "b.csv row 2 extra.eventEnd doubt"}
	if !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}
