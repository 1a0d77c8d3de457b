package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hexi/archive"
	"hexi/archive/vocab"
	"hexi/archive/workbook"
)

// Every column of an official table stands for something that its records can have: a field
// of one of their profiles, or one that all records have.
func TestOfficialColumnsAreFields(t *testing.T) {
	t.Parallel()
	v, err := vocab.Load()
	if err != nil {
		t.Fatal(err)
	}
	check := func(s workbook.Sheet, profiles []archive.Profile) {
		t.Helper()
		for _, c := range s.Columns {
			for _, path := range []string{c.Path, workbook.Otherwise(c.Path)} {
				if path == "" {
					continue
				}
				named := slices.ContainsFunc(profiles, func(p archive.Profile) bool { _, ok := p.Field(path); return ok })
				root, part, _ := strings.Cut(path, ".")
				typed := root == "extra" || root == "identifiers" // where any key is taken, one that is not meant too
				if root == "dimensions" && part != "" {
					_, known := v.Term(archive.SchemeDimension, part)
					typed = !known
				}
				if !named && (typed || !archive.IsRecordPath(path)) {
					t.Errorf("%s, column %s: %s is no field of its records", s.Name, c.Heading, path)
				}
			}
		}
	}
	for _, kind := range workbook.Kinds() {
		check(workbook.Official(kind), slices.DeleteFunc(v.Profiles(), func(p archive.Profile) bool { return p.Kind != kind }))
	}
	ledger, ok := v.Profile("ledger")
	if !ok {
		t.Fatal("there is no profile of the general register")
	}
	check(workbook.Register, []archive.Profile{ledger})
}

// tableOf returns the rows of a table of a workbook that was exported.
func tableOf(t *testing.T, s *sheetTrial, table string, more ...string) [][]string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "out.xlsx")
	exportTo(t, to, []string{"--data", s.data}, more...)
	book, err := excelize.OpenFile(to)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close() //nolint:errcheck // only read
	rows, err := book.GetRows(table)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A general register that is taken in is printed with every cell in its column.
func TestRegisterThereAndBack(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	const head = "登记日期,总登记号,分类号,名称,时代,数量,实际数量,尺寸重量,质地,完残情况,来源,入馆凭证号,注销凭证号,级别,备注,账页"
	const row, scroll = "1956-03-01,000007,甲1,彩绘陶罐,汉,1套,3 件,高 32.5 cm；口径 12 cm；质量 2.3 kg,陶,残缺,移交,入56-3,销80-1,二级文物,旧藏,12",
		"1956-03-01,000008,乙2,金刚经,唐,1 件,1 件,卷心二尺许,纸,残缺,移交,入56-4,,一级文物,旧藏,12"
	s.counted("the register", s.ingest(s.write("总登记账.csv", head, row, scroll), "--collection", "folk"), 2, 0, 0, 0)
	want := [][]string{strings.Split(head, ","), strings.Split(row, ","), strings.Split(scroll, ",")}
	if diff := cmp.Diff(want, tableOf(t, s, "总登记账")); diff != "" {
		t.Error(diff)
	}
	headings := tableOf(t, s, "可移动文物")[0]
	for _, want := range []string{"登记日期", "分类号", "传统数量", "具体尺寸", "入馆凭证号", "注销凭证号", "备注", "口径"} {
		if !slices.Contains(headings, want) {
			t.Errorf("no heading %s in %q", want, headings)
		}
	}
	for _, h := range headings {
		if h != "记录号" && strings.Trim(h, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			t.Errorf("the heading %s is a key", h)
		}
	}
	first, again := filepath.Join(t.TempDir(), "1.xlsx"), filepath.Join(t.TempDir(), "2.xlsx")
	data := exportTo(t, first, []string{"--data", s.data})
	other := newSheetTrial(t)
	other.counted("the workbook", other.ingest(first), 2, 0, 0, 0)
	if !bytes.Equal(data, exportTo(t, again, []string{"--data", other.data})) {
		t.Error("the workbook is another when it is taken in and exported again")
	}
}

// So are the census's items.
func TestCensusSheetsThereAndBack(t *testing.T) {
	t.Parallel()
	for table, test := range map[string]struct{ head, row, kind string }{
		"可移动文物":  {"收藏单位,总登记号,名称,年代,数量,入藏时间范围,入藏时间", "某馆,000007,彩绘陶罐,汉,3 件,1949.10.1-1965,1956", "relic"},
		"不可移动文物": {"名称,代码,地址及位置,级别,年代,现状评估", "某桥,620102-0001,某村,尚未核定公布为文物保护单位,清,好", "site"},
	} {
		s := newSheetTrial(t)
		s.counted(table, s.ingest(s.write("a.csv", test.head, test.row), "--collection", "folk", "--kind", test.kind), 1, 0, 0, 0)
		rows := tableOf(t, s, table)
		if len(rows) != 2 {
			t.Fatalf("%s: %q", table, rows)
		}
		got := map[string]string{}
		for i, cell := range rows[1] {
			got[rows[0][i]] = cell
		}
		headings := strings.Split(test.head, ",")
		for i, want := range strings.Split(test.row, ",") {
			heading := strings.Replace(headings[i], "现状评估", "保存状况", 1)
			if got[heading] != want {
				t.Errorf("%s, %s: %q, want %q", table, heading, got[heading], want)
			}
		}
	}
}

// A register is printed in the order of its numbers, as people count, and so is the table
// that is read back.
func TestRegisterInItsOrder(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	s.counted("the register", s.ingest(s.write("账.csv", "id,总登记号,名称", "a,10,十", "b,2,二", "c,,无号", "d,甲10,甲十", "e,甲9,甲九", "f,000001,一"), "--collection", "folk", "--kind", "relic"), 6, 0, 0, 0)
	for table, column := range map[string]int{"总登记账": 3, "可移动文物": 2} {
		for _, more := range [][]string{nil, {"--collection", "folk"}, {"f", "e", "d", "c", "b", "a"}} {
			var got []string
			for _, row := range tableOf(t, s, table, more...)[1:] {
				got = append(got, row[column])
			}
			if want := []string{"一", "二", "十", "甲九", "甲十", "无号"}; !slices.Equal(got, want) {
				t.Errorf("%s of %q: %q, want %q", table, more, got, want)
			}
		}
	}
}

// Where all rows of a register are of one holder, a line above the headings names it, as on
// paper; a printed register that is taken in as a sheet of its own reads it there.
func TestRegisterNamesItsHolder(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	const head = "总登记号,名称,级别,收藏单位"
	for i, test := range []struct{ row, want string }{
		{"1,甲,一级,甘肃 某馆", "甘肃 某馆"}, {"2,乙,二级,甘肃 某馆", "甘肃 某馆"}, {"3,丙,二级,", ""}, {"4,丁,二级,乙馆", ""},
	} {
		s.counted(test.row, s.ingest(s.write("账.csv", head, test.row), "--collection", "folk", "--kind", "relic"), 1, 0, 0, 0)
		rows := tableOf(t, s, "总登记账")
		if test.want == "" {
			if len(rows) != i+2 || rows[0][0] != "登记日期" {
				t.Errorf("a line names a holder for all: %q", rows)
			}
			continue
		}
		if len(rows) != i+3 || !slices.Equal(rows[0], []string{"收藏单位：", test.want}) || rows[1][0] != "登记日期" || rows[i+2][1] != test.row[:1] {
			t.Fatalf("the register is %q", rows)
		}
		var lines []string
		for _, row := range rows {
			lines = append(lines, strings.Join(row, ","))
		}
		other := newSheetTrial(t)
		other.counted("the printed register", other.ingest(other.write("印.csv", lines...), "--collection", "folk"), i+1, 0, 0, 0)
		for _, r := range other.records() {
			if r.Rights == nil || r.Rights.Holder["zh"] != test.want || r.Level == "" {
				t.Errorf("%s: %+v, %s", r.ID, r.Rights, r.Level)
			}
		}
	}
}
