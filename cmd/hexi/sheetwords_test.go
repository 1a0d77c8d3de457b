package main

import (
	"strings"
	"testing"
)

// A register on paper says the state and the source of things in free words: the term is
// found in them where one is meant, the words stay, and that is told; no row is refused.
func TestFreeWordsOfARegister(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	register := s.write("总登记账.csv", "登记日期,总登记号,分类号,名称,年代,件数,尺寸,质地,完残情况,来源,入馆凭证号,注销凭证号,账页",
		"1955-01-01,1,甲1,铜马,东汉,1,高34.5厘米,铜,口沿残,武威雷台汉墓出土,1,,1",
		"1955-01-01,2,甲2,陶罐,东汉,1,高3厘米,陶,残,1954年兰州市征集,2,,1",
		"1955-01-01,3,甲3,铁剑,东汉,1,长3厘米,铁,锈蚀,公安局移交，盗掘出土,3,,1",
		"1955-01-01,4,甲4,写经,唐,1,长3厘米,纸,首残尾全,旧藏,4,,1",
		"1955-01-01,5,甲5,瓷碗,清,1,高3厘米,瓷,不完整,调拨,5,,1",
		"1955-01-01,6,甲6,瓷瓶,清,1,高4厘米,瓷,完正,征集购买,6,,1")
	dry := s.ingest(register, "--collection", "folk", "--holder", "某馆", "--dry-run")
	s.counted("dry run", dry, 6, 0, 0, 0)
	got := s.ingest(register, "--collection", "folk", "--holder", "某馆")
	s.counted("the register", got, 6, 0, 0, 0)
	want := map[string]string{
		"1": `incomplete "口沿残" excavation "武威雷台汉墓出土"`, "2": `incomplete "残" purchase "1954年兰州市征集"`,
		"3": ` "锈蚀"  "公安局移交，盗掘出土"`, "4": `incomplete "首残尾全" old-holding `,
		"5": `incomplete "不完整" allocation `, "6": ` "完正" purchase `,
	}
	for _, r := range s.records() {
		got := r.Completeness + " " + string(r.Extra["completenessNote"]) + " " + r.Source + " " + string(r.Extra["sourceNote"])
		if number := r.Identifier("accession"); got != want[number] {
			t.Errorf("%s: %s, want %s", number, got, want[number])
		}
	}
	for _, r := range []report{dry, got} {
		told := map[string]string{}
		for _, n := range r.Notes {
			told[n.Item+" "+n.Field] += n.Why
		}
		for at, want := range map[string]string{
			"总登记账.csv row 2 完残情况": "incomplete (残缺)", "总登记账.csv row 4 完残情况": "is kept as it is written", "总登记账.csv row 4 来源": "excavation (发掘)",
			"总登记账.csv row 7 完残情况": "is kept as it is written",
		} {
			if !strings.Contains(told[at], want) {
				t.Errorf("%s: told %q, want %q", at, told[at], want)
			}
		}
	}
	s.counted("again", s.ingest(register, "--collection", "folk", "--holder", "某馆"), 0, 0, 6, 0)

	census := s.write("普查.csv", "总登记号,名称,年代,质地,类别,级别,完残程度,保存状态", "7,铜马,东汉,铜,铜器,一级,完正,状态稳定", "8,铜车,东汉,铜,铜器,一级,辕断处残缺,通体锈蚀较重，状态稳定")
	r := s.ingest(census, "--collection", "folk", "--holder", "某馆")
	s.counted("a sheet of terms", r, 1, 0, 0, 1)
	if len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Why, "complete (完整)") {
		t.Errorf("a mistyped term: %+v", r.Failed)
	}
}

// Words beside the vocabularies of fields that take others too are told with the nearest
// terms, in a dry run and in the real one.
func TestWordsBesideTheVocabularyAreTold(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	walls := s.write("墙.csv", "记录类型,名称,石窟,窟号,空间,壁面,高,年代", "壁画,说法图,莫高,285,主屋,北墙,2肘,盛唐", "壁画,飞天,莫高窟,285,主室,北壁,2米,盛唐")
	report := s.dir + "/r.xlsx"
	for _, dry := range [][]string{{"--dry-run"}, nil} {
		r := s.ingest(append([]string{walls, "--collection", "dunhuang", "--report", report}, dry...)...)
		s.counted("walls", r, 2, 0, 0, 0)
		told := map[string]string{}
		for _, n := range r.Notes {
			told[n.Item] += n.Field + ": " + n.Why + "\n"
		}
		for _, want := range []string{"mogao (莫高窟)", "main (主室)", "north (北壁)", `"肘" is not in the vocabulary unit`} {
			if !strings.Contains(told["墙.csv row 2"], want) {
				t.Errorf("row 2 is not told %s: %s", want, told["墙.csv row 2"])
			}
		}
		if told["墙.csv row 3"] != "" {
			t.Errorf("row 3: %s", told["墙.csv row 3"])
		}
	}
	s.counted("the report itself", s.ingest(report, "--collection", "dunhuang"), 0, 0, 2, 0)
}

// A column of birthdays gives the year of each, and a bearer's batch is not one of items.
func TestBearersOfASheet(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	r := s.ingest(s.write("传承人.csv", "姓名,性别,民族,出生日期,项目名称,类别,级别",
		"甲,男,回族,1951.3,花儿,民间文学,国家级", "乙,女,回族,一九五〇年,花儿,民间文学,国家级", "丙,女,回族,1951-03-08,花儿,民间文学,国家级", "丁,女,回族,某年,花儿,民间文学,国家级"), "--collection", "folk")
	s.counted("bearers", r, 3, 0, 0, 1)
	if len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Why, "某年") {
		t.Errorf("refused: %+v", r.Failed)
	}
	want := map[string]string{"甲": `1951 "1951.3"`, "乙": "1950 ", "丙": `1951 "1951-03-08"`}
	for _, r := range s.records() {
		if got := string(r.Extra["born"]) + " " + string(r.Extra["出生日期"]); got != want[r.Titles["zh"]] {
			t.Errorf("%s: %s, want %s", r.Titles["zh"], got, want[r.Titles["zh"]])
		}
	}
}
