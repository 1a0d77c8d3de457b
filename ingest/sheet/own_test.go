package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hexi/archive"
	own "hexi/archive/workbook"
)

// ownWorkbook is one that hexi exported, opened by a program that edits it.
func ownWorkbook(t *testing.T) *excelize.File {
	t.Helper()
	records := []archive.Line{
		{Record: archive.Record{ID: "a", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "甲", "en": "=1+1"}, Materials: []string{"铜", "a；b"}, Identifiers: []archive.Identifier{{Type: "z", Value: "1"}, {Type: "accession", Value: "0007"}}}, Files: []string{"a.jpg"}},
		{Record: archive.Record{ID: "b", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "乙"}, Text: archive.Text{"zh": strings.Repeat("长", 70_000)}}},
	}
	survey := own.NewSurvey(own.Official(archive.KindRelic), terms{})
	for i := range records {
		survey.Add(&records[i])
	}
	lines := func(yield func(archive.Line, error) bool) {
		for _, l := range records {
			if !yield(l, nil) {
				return
			}
		}
	}
	collections := func(yield func(archive.Line, error) bool) {
		yield(archive.Line{Record: archive.Record{ID: "loans", Collection: "folk", Kind: archive.KindCollection, Titles: archive.Text{"zh": "借展"}}}, nil)
	}
	var b bytes.Buffer
	w := own.NewWriter(&b, terms{})
	if err := w.Table("可移动文物", archive.KindRelic, survey.Columns(), lines); err != nil {
		t.Fatal(err)
	}
	if err := w.Show(own.Register, "甲馆", lines); err != nil {
		t.Fatal(err)
	}
	if err := w.Table("专题", archive.KindCollection, []own.Column{{Path: "id", Heading: "记录号"}, {Path: "titles.zh", Heading: "名称"}, {Path: "collection", Heading: "所属专题"}, {Path: own.PathRest, Heading: "其余"}}, collections); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readOwn(t *testing.T, f *excelize.File) (*Sheet, []Row, error) {
	t.Helper()
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	s, err := Open("own.xlsx", bytes.NewReader(b.Bytes()), Options{Vocabulary: terms{}})
	if err != nil {
		return nil, nil, err
	}
	return s, slices.Collect(s.Rows()), nil
}

// A workbook of hexi's that another program edited and saved is read by what its hidden
// table says, wherever its columns are now.
func TestOwnWorkbookEdited(t *testing.T) {
	t.Parallel()
	const relics = "可移动文物"
	f := ownWorkbook(t)
	set := func(cell string, value any) {
		t.Helper()
		if err := f.SetCellValue(relics, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.InsertCols(relics, "B", 1); err != nil {
		t.Fatal(err)
	}
	set("B1", "库位")
	set("B2", "三号柜")
	set("D2", "丁") // 名称, which was C
	set("D4", "新来的")
	s, rows, err := readOwn(t, f)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Tables) != 2 || s.Tables[0].Name != "专题" {
		t.Errorf("tables %v", s.Tables)
	}
	if len(rows) != 4 || rows[0].Record.Kind != archive.KindCollection {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for _, row := range rows {
		if row.Err != nil {
			t.Fatal(row.Err)
		}
	}
	a, b, added := rows[1], rows[2], rows[3]
	if a.Record.ID != "a" || a.Record.Titles["zh"] != "丁" || a.Record.Titles["en"] != "=1+1" || string(a.Record.Extra["库位"]) != `"三号柜"` {
		t.Errorf("%+v", a.Record)
	}
	if !slices.Equal(a.Record.Materials, []string{"铜", "a；b"}) || a.Record.Identifiers[0].Type != "z" || a.Record.Identifiers[1].Value != "0007" || !slices.Equal(a.Files, []string{"a.jpg"}) {
		t.Errorf("%+v %v", a.Record, a.Files)
	}
	if b.Record.Text["zh"] != strings.Repeat("长", 70_000) {
		t.Errorf("a long text came back with %d bytes", len(b.Record.Text["zh"]))
	}
	if added.Record.ID != "" || added.Record.Kind != archive.KindRelic || added.Record.Titles["zh"] != "新来的" {
		t.Errorf("%+v", added.Record)
	}
	if !slices.Equal(s.Tables[1].Kept, []string{"库位"}) {
		t.Errorf("kept %v", s.Tables[1].Kept)
	}
}

// What would empty fields in every record unseen is refused, with what to do.
func TestOwnWorkbookRefused(t *testing.T) {
	t.Parallel()
	const relics = "可移动文物"
	for _, test := range []struct {
		name   string
		change func(*testing.T, *excelize.File) error
		want   string
	}{
		{"a column is gone", func(_ *testing.T, f *excelize.File) error { return f.RemoveCol(relics, "C") }, "名称 are gone"},
		{"a heading is another", func(_ *testing.T, f *excelize.File) error { return f.SetCellValue(relics, "C1", "品名") }, "名称 are gone"},
		{"a heading stands twice", func(_ *testing.T, f *excelize.File) error { return f.SetCellValue(relics, "A1", "名称") }, "two columns"},
		{"another version", func(_ *testing.T, f *excelize.File) error { return f.SetCellValue(own.MarkerTable, "B1", "9") }, "version 9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := ownWorkbook(t)
			if err := test.change(t, f); err != nil {
				t.Fatal(err)
			}
			if _, _, err := readOwn(t, f); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
	f := ownWorkbook(t)
	if err := f.DeleteSheet(relics); err != nil {
		t.Fatal(err)
	}
	if _, err := f.NewSheet("我的表"); err != nil {
		t.Fatal(err)
	}
	s, rows, err := readOwn(t, f)
	if err != nil || len(rows) != 1 || len(s.Notes) != 2 {
		t.Errorf("%v %+v %v", rows, s, err)
	}
	f = ownWorkbook(t)
	if err := f.SetCellFormula(relics, "C2", "A1&B1"); err != nil {
		t.Fatal(err)
	}
	if _, rows, err := readOwn(t, f); err != nil || rows[1].Err == nil || !strings.Contains(rows[1].Err.Error(), "formula") {
		t.Errorf("%+v %v", rows, err)
	}
}

func mustColumn(t *testing.T, n int) string {
	t.Helper()
	name, err := excelize.ColumnNumberToName(n)
	must(t, err)
	return name
}

// Columns may be put behind the last one of ours, also where that goes on in the cells to
// its right; a heading over these takes nothing of it away.
func TestColumnsBehindTheLast(t *testing.T) {
	t.Parallel()
	const relics = "可移动文物"
	f := ownWorkbook(t)
	heads, err := f.GetRows(relics)
	must(t, err)
	last := len(heads[0])
	at := func(column, row int) string {
		t.Helper()
		cell, err := excelize.CoordinatesToCellName(column, row)
		must(t, err)
		return cell
	}
	set := func(column, row int, value string) {
		t.Helper()
		must(t, f.SetCellValue(relics, at(column, row), value))
	}
	if heads[0][last-1] != own.HeadingRest || len(heads[2]) < last+2 {
		t.Fatalf("%q: nothing goes on to the right of it", heads[0])
	}
	set(last+1, 1, "库位") // over what goes on of the second record
	set(last+1, 2, "三号柜")
	set(last+20, 1, "备注")
	set(last+20, 3, "又见")
	s, rows, err := readOwn(t, f)
	must(t, err)
	if !slices.Equal(s.Tables[1].Kept, []string{"库位", "备注"}) {
		t.Errorf("kept %q", s.Tables[1].Kept)
	}
	a, b := rows[1], rows[2]
	if a.Err != nil || string(a.Record.Extra["库位"]) != `"三号柜"` || a.Record.Titles["en"] != "=1+1" || !slices.Equal(a.Record.Materials, []string{"铜", "a；b"}) {
		t.Errorf("%+v, %v", a.Record, a.Err)
	}
	if b.Err != nil || len(b.Record.Extra) != 1 || string(b.Record.Extra["备注"]) != `"又见"` || b.Record.Text["zh"] != strings.Repeat("长", 70_000) {
		t.Errorf("%d in extra, %v, a text of %d bytes", len(b.Record.Extra), b.Err, len(b.Record.Text["zh"]))
	}
	must(t, f.InsertCols(relics, mustColumn(t, last+1), 1))
	set(last+1, 1, "展柜") // before what goes on
	set(last+1, 3, "五号")
	if _, rows, err = readOwn(t, f); err != nil || rows[2].Err != nil || string(rows[2].Record.Extra["展柜"]) != `"五号"` || rows[2].Record.Text["zh"] != strings.Repeat("长", 70_000) {
		t.Errorf("%v, %v", rows[2].Err, err)
	}
	set(last+2, 3, "改了") // what was to be left alone
	if _, rows, err = readOwn(t, f); err != nil || rows[2].Err == nil || !strings.Contains(rows[2].Err.Error(), "is damaged") {
		t.Errorf("%v, %v", rows[2].Err, err)
	}
}

// A workbook of ours without its hidden table is read like any other, and that is said.
func TestOwnWorkbookWithoutItsHiddenTable(t *testing.T) {
	t.Parallel()
	f := ownWorkbook(t)
	must(t, f.DeleteSheet(own.MarkerTable))
	s, rows, err := readOwn(t, f)
	must(t, err)
	i := slices.IndexFunc(s.Tables, func(t *Table) bool { return t.Name == "可移动文物" })
	if i < 0 || !slices.ContainsFunc(s.Tables[i].Notes, func(n Note) bool {
		return n.Field == own.HeadingRest && strings.Contains(n.Why, "without its hidden table")
	}) {
		t.Fatalf("it is not said: %+v", s.Tables)
	}
	for _, row := range rows {
		for key := range row.Record.Extra {
			if strings.Contains(key, "其余") && key != "其余" {
				t.Errorf("%s is kept", key)
			}
		}
	}
}
