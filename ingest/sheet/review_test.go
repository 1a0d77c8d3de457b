package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hexi/archive"
)

// reviewOf takes a sheet to its report, as an ingest does with what its rows say.
func reviewOf(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	s := openBytes(t, name, data)
	var tables []Reviewed
	for _, table := range s.Tables {
		r := Reviewed{Sheet: name, Table: table, Marks: map[int][]Mark{}}
		for row := range table.Rows() {
			if many, ok := row.Err.(archive.InvalidErrors); ok { //nolint:errorlint // rows' faults are not wrapped
				for _, f := range many {
					r.Marks[row.Number] = append(r.Marks[row.Number], Mark{Field: f.Field, Reason: f})
				}
			}
			for _, n := range row.Notes {
				r.Marks[row.Number] = append(r.Marks[row.Number], Mark{Field: n.Field, Reason: n.Cause, Doubt: true})
			}
		}
		tables = append(tables, r)
	}
	var b bytes.Buffer
	if err := WriteReview(&b, tables); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReview(t *testing.T) {
	t.Parallel()
	sheet := "某馆总账\n名称,总登记号,年代,高(cm),备注\n碗,0012,唐,12,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n瓶,0013,恐龙时代,很高,@SUM(A1)\n罐,6.2E+17,汉,1,\n合计,,,3,\n"
	data := reviewOf(t, "总账[一].csv", []byte(sheet))
	f, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	defer f.Close() //nolint:errcheck // read only
	if got := fmt.Sprint(f.GetSheetList()); got != "[概要 总账_一_.csv]" {
		t.Fatalf("tabs %s", got)
	}
	tab := f.GetSheetList()[1]
	for cell, want := range map[string]string{
		"C1": "某馆总账", "A1": "表题", "A2": "hexi 结果", "C2": "名称", "A3": "通过", "D3": "0012", "G3": `=HYPERLINK("http://x","y")`,
		"A4": "有误", "A5": "有误", "A6": "合计", "C6": "合计",
		"B4": "高(cm)：“很高”不是测量值；请写数字和单位，如 34.2 厘米\n年代：“恐龙时代”不是已知的年代或年份；已按原文保留，但不能按时间检索到该记录",
	} {
		got, err := f.GetCellValue(tab, cell)
		must(t, err)
		if got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"F4": "FFC7CE", "E4": "FFEB9C", "D5": "FFC7CE", "C3": "", "C2": "D9E1F2"} {
		id, err := f.GetCellStyle(tab, cell)
		must(t, err)
		style, err := f.GetStyle(id)
		must(t, err)
		got := strings.Join(style.Fill.Color, "")
		if got != want || style.NumFmt != 49 {
			t.Errorf("%s has the fill %q and the format %d, want %q and text", cell, got, style.NumFmt, want)
		}
	}
	formula, err := f.GetCellFormula(tab, "G3")
	must(t, err)
	if formula != "" {
		t.Errorf("a text became the formula %q", formula)
	}
	comments, err := f.GetComments(tab)
	must(t, err)
	if len(comments) != 3 {
		t.Errorf("%d comments, want 3", len(comments))
	}
	if !IsReview(bytes.NewReader(data)) || IsReview(strings.NewReader(sheet)) {
		t.Error("a report is not told from another file")
	}
}

// A report that was mended is taken in like the sheet: its own columns say nothing.
func TestReviewIsASheet(t *testing.T) {
	t.Parallel()
	data := workbookOf(t, func(f *excelize.File) {
		for i, row := range [][]any{{"可移动文物总登记账"}, {"收藏单位：甲馆"}, {"总登记号", "名称", "尺寸（mm）", nil}, {nil, nil, "长", "高"}, {"001", "碗", 120, "x"}, {"002", "瓶", 1, 2}, {"合计", "2 件", 3}, {"注：尺寸为残高", nil, nil, nil}, {"填表人：张三", nil, "审核人：李四", nil}} {
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
		}
		for _, m := range [][2]string{{"A1", "D1"}, {"C3", "D3"}, {"A3", "A4"}, {"B3", "B4"}} {
			must(t, f.MergeCell("Sheet1", m[0], m[1]))
		}
	})
	s := openBytes(t, "a.report.xlsx", reviewOf(t, "a.xlsx", data))
	if len(s.Tables) != 1 {
		t.Fatalf("%d tables: %v", len(s.Tables), s.Notes)
	}
	rows, _ := rowsOf(s.Tables[0])
	if len(rows) != 2 || rows[1].Err != nil || rows[0].Err == nil {
		t.Fatalf("%+v", rows)
	}
	r := rows[1].Record
	if got := fmt.Sprint(r.Identifiers, r.Titles, r.Dimensions, r.Holder(), len(r.Extra)); got != "[{accession 002}] map[zh:瓶] [{length 1 mm } {height 2 mm }]甲馆0" {
		t.Error(got)
	}
}

// An English sheet gets English reasons.
func TestReviewInEnglish(t *testing.T) {
	t.Parallel()
	f, err := excelize.OpenReader(bytes.NewReader(reviewOf(t, "a.csv", []byte("name,height\nbowl,tall\n"))))
	must(t, err)
	defer f.Close() //nolint:errcheck // read only
	got, err := f.GetCellValue("a.csv", "B2")
	must(t, err)
	if want := `height: "tall" is not a measure; write a number and its unit, such as 34.2 cm`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A cell that more than one thing is said about has one comment with all of them.
func TestReviewOfOneCell(t *testing.T) {
	t.Parallel()
	var tables []Reviewed
	for _, table := range openBytes(t, "a.csv", []byte("名称,总登记号,年代\n碗,1,唐\n")).Tables {
		r := Reviewed{Sheet: "a.csv", Table: table, Marks: map[int][]Mark{2: {
			{Field: "年代", Reason: archive.Invalid("年代", "is one thing"), Doubt: true},
			{Field: "年代", Reason: archive.Invalid("年代", "is another"), Doubt: true},
			{Field: "名称", Reason: archive.Invalid("名称", "is a third")},
		}}}
		for range table.Rows() {
		}
		tables = append(tables, r)
	}
	var b bytes.Buffer
	must(t, WriteReview(&b, tables))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	must(t, err)
	defer f.Close() //nolint:errcheck // read only
	comments, err := f.GetComments(f.GetSheetList()[1])
	must(t, err)
	got := map[string]string{}
	for _, c := range comments {
		got[c.Cell] = c.Text
	}
	if len(got) != 2 || !strings.Contains(got["E2"], "one thing") || !strings.Contains(got["E2"], "another") || !strings.Contains(got["C2"], "third") {
		t.Errorf("comments: %q", got)
	}
}
