package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"hexi/archive"
)

// workbookOf makes a workbook the way that people's programs do.
func workbookOf(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func openBytes(t testing.TB, name string, data []byte) *Sheet {
	t.Helper()
	s, err := Open(name, bytes.NewReader(data), Options{Collection: "dunhuang", Vocabulary: terms{}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func rowsOf(t *Table) (rows []Row, passed []string) {
	for row := range t.Rows() {
		if row.Passed == "" {
			rows = append(rows, row)
		} else {
			passed = append(passed, fmt.Sprintf("%d %s", row.Number, row.Passed))
		}
	}
	return rows, passed
}

// A register as museums keep it: titles above, headings over two lines with merged
// cells, the numbers of the columns, a part's name, a sum, notes and signatures.
func TestRegister(t *testing.T) {
	t.Parallel()
	data := workbookOf(t, func(f *excelize.File) {
		for i, row := range [][]any{
			{"可移动文物总登记账"},
			{"收藏单位：敦煌市博物馆  填表日期：2024年5月1日"},
			{"序号", "总登记号*", "名称", "年代", "尺寸（cm）", nil, nil, "质量(kg)", "数量", nil, "入藏日期", "备注"},
			{nil, nil, nil, nil, "通长", "通宽", "通高", nil, "实际数量", "计量单位"},
			{"(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)"},
			{"一、陶器类"},
			{1, "000123", "彩陶罐", "唐", 12.5, "８．２", "高3,4", "1.5kg", 1, "件", nil, "#完好"},
			{2, 124, "　灰陶\u200b壶\u00a0", "汉", 12.30000000000000001, nil, "3.2厘米", nil, "２", "件"},
			{},
			{"序号", "总登记号*", "名称", "年代", "通长", "通宽", "通高", "质量(kg)", "实际数量", "计量单位", "入藏日期", "备注"},
			{3, "000125", "陶\n俑", "明"},
			{"合计", nil, nil, nil, nil, nil, nil, nil, 3},
			{"制表人：张三", nil, nil, "审核人：李四"},
			{"注：本账一式两份"},
		} {
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
		}
		for _, m := range [][2]string{{"A1", "L1"}, {"A2", "L2"}, {"E3", "G3"}, {"I3", "J3"}, {"A3", "A4"}, {"B3", "B4"}, {"C3", "C4"}, {"D3", "D4"}, {"H3", "H4"}, {"K3", "K4"}, {"L3", "L4"}, {"A6", "L6"}} {
			must(t, f.MergeCell("Sheet1", m[0], m[1]))
		}
		must(t, f.SetCellValue("Sheet1", "K7", time.Date(1954, 3, 8, 0, 0, 0, 0, time.UTC)))
		style, err := f.NewStyle(&excelize.Style{NumFmt: 31})
		must(t, err)
		must(t, f.SetCellStyle("Sheet1", "K7", "K7", style))
		padded := "000000"
		style, err = f.NewStyle(&excelize.Style{CustomNumFmt: &padded})
		must(t, err)
		must(t, f.SetCellStyle("Sheet1", "B8", "B8", style))
		must(t, f.SetRowVisible("Sheet1", 8, false))
		must(t, f.SetColVisible("Sheet1", "H", false))
		_, err = f.NewSheet("填写说明")
		must(t, err)
		must(t, f.SetCellValue("填写说明", "A1", "请如实填写"))
		_, err = f.NewSheet("字典")
		must(t, err)
		must(t, f.SetSheetVisible("字典", false))
	})
	s := openBytes(t, "账.xlsx", data)
	if len(s.Tables) != 1 || len(s.Notes) != 2 {
		t.Fatalf("%d tables, notes %v", len(s.Tables), s.Notes)
	}
	rows, passed := rowsOf(s.Tables[0])
	if got, want := strings.Join(passed, ", "), "1 title, 2 title, 3 heading, 4 heading, 5 heading, 6 note, 10 heading, 12 total, 13 note, 14 note"; got != want {
		t.Errorf("passed over: %s, want %s", got, want)
	}
	if len(rows) != 3 {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for _, row := range rows {
		if row.Err != nil {
			t.Errorf("row %d: %v", row.Number, row.Err)
		}
	}
	a, b, c := rows[0].Record, rows[1].Record, rows[2].Record
	for _, check := range []struct{ name, got, want string }{
		{"numbers", fmt.Sprint(rows[0].Number, rows[1].Number, rows[2].Number), "7 8 11"},
		{"identifiers", fmt.Sprint(a.Identifiers, b.Identifiers, c.Identifiers), "[{accession 000123}] [{accession 000124}] [{accession 000125}]"},
		{"titles", a.Titles["zh"] + b.Titles["zh"] + c.Titles["zh"], "彩陶罐灰陶壶陶俑"},
		{"holder", a.Holder() + c.Holder(), "敦煌市博物馆敦煌市博物馆"},
		{"dimensions", fmt.Sprint(a.Dimensions), "[{length 12.5 cm } {width 8.2 cm } {height 3.4 cm } {mass 1.5 kg }]"},
		{"dimensions", fmt.Sprint(b.Dimensions), "[{length 12.3 cm } {height 3.2 cm }]"},
		{"quantity", fmt.Sprint(*a.Quantity, *b.Quantity), "{1 件} {2 件}"},
		{"extra", string(a.Extra["入藏日期"]) + string(a.Extra["备注"]), `"1954-03-08""#完好"`},
		{"kind", string(a.Kind), "relic"},
	} {
		if check.got != check.want {
			t.Errorf("%s = %q, want %q", check.name, check.got, check.want)
		}
	}
	if len(rows[1].Notes) != 1 || !strings.Contains(rows[1].Notes[0].Why, "hidden") {
		t.Errorf("hidden row: %v", rows[1].Notes)
	}
	if len(s.Tables[0].Notes) != 1 || s.Tables[0].Notes[0].Field != "质量(kg)" {
		t.Errorf("hidden column: %v", s.Tables[0].Notes)
	}
}

// Cells that are merged down say the same in each of their rows.
func TestMergedDown(t *testing.T) {
	t.Parallel()
	data := workbookOf(t, func(f *excelize.File) {
		for i, row := range [][]any{{"地址", "名称", "年代"}, {"敦煌市", "甲", "唐"}, {nil, "乙", "汉"}, {nil, "丙"}, {"瓜州县", "丁"}, {}} {
			must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
		}
		must(t, f.MergeCell("Sheet1", "A2", "A4"))
		must(t, f.MergeCell("Sheet1", "A5", "A9"))
	})
	rows, _ := rowsOf(openBytes(t, "a.xlsx", data).Tables[0])
	var got []string
	for _, r := range rows {
		got = append(got, r.Record.Place.Name["zh"]+r.Record.Titles["zh"])
	}
	if want := []string{"敦煌市甲", "敦煌市乙", "敦煌市丙", "瓜州县丁"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestCellsOfWorkbooks(t *testing.T) {
	t.Parallel()
	data := workbookOf(t, func(f *excelize.File) {
		row := []any{"名称", "总登记号", "备注", "年代", "经度", "纬度", "高"}
		must(t, f.SetSheetRow("Sheet1", "A1", &row))
		must(t, f.SetCellRichText("Sheet1", "A2", []excelize.RichTextRun{{Text: "彩", Font: &excelize.Font{Bold: true}}, {Text: "陶罐"}}))
		must(t, f.SetCellValue("Sheet1", "B2", 620924123456789012.0)) // a number of 18 digits
		must(t, f.SetCellValue("Sheet1", "A3", "乙"))
		must(t, f.SetCellFormula("Sheet1", "B3", `=HYPERLINK("http://example.org","x")`))
		must(t, f.SetCellValue("Sheet1", "A4", "丙"))
		must(t, f.SetCellStr("Sheet1", "B4", "6.20924E+17"))
		must(t, f.SetCellValue("Sheet1", "A5", "丁"))
		must(t, f.SetCellStr("Sheet1", "E5", `东经94°48′36″`))
		must(t, f.SetCellStr("Sheet1", "F5", "北纬４０.5"))
		must(t, f.SetCellValue("Sheet1", "A6", true))
		must(t, f.SetCellStr("Sheet1", "G6", "约 1,234.5毫米"))
		must(t, f.SetCellStr("Sheet1", "A7", "=1+1"))
	})
	rows, _ := rowsOf(openBytes(t, "a.xlsx", data).Tables[0])
	if len(rows) != 6 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, says := range []string{"15 digits", "formula without a result", "shortened"} {
		if rows[i].Err == nil || !strings.Contains(rows[i].Err.Error(), says) {
			t.Errorf("row %d: %v, want %q", rows[i].Number, rows[i].Err, says)
		}
	}
	if got := rows[0].Record.Titles["zh"]; got != "彩陶罐" {
		t.Errorf("rich text = %q", got)
	}
	if p := rows[3].Record.Place; p == nil || *p.Lon != 94.81 || *p.Lat != 40.5 {
		t.Errorf("degrees: %+v", p)
	}
	if d := rows[4].Record.Dimensions; len(d) != 1 || d[0] != (archive.Dimension{Type: "height", Value: 1234.5, Unit: "mm"}) {
		t.Errorf("measure: %v", d)
	}
	if got := rows[5].Record.Titles.In("zh"); got != "=1+1" {
		t.Errorf("a text that looks like a formula = %q", got)
	}
}

// parts makes a workbook out of parts, as no program would.
func partsOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>名称</t></is></c></row></sheetData></worksheet>`,
	}
	for name, content := range parts {
		all[name] = content
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range all {
		f, err := w.Create(name)
		must(t, err)
		_, err = f.Write([]byte(content))
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

const headRow = `<row r="1"><c t="inlineStr"><is><t>名称</t></is></c><c t="inlineStr"><is><t>年代</t></is></c></row>`

func TestHostileWorkbooks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parts map[string]string
		says  string
	}{
		"no tables":          {map[string]string{"xl/workbook.xml": `<workbook/>`}, "no table"},
		"a document type":    {map[string]string{"xl/workbook.xml": `<!DOCTYPE a [<!ENTITY x "y">]><workbook/>`}, "document type"},
		"broken XML":         {map[string]string{"xl/workbook.xml": `<workbook><sheets`}, "damaged"},
		"no headings":        {map[string]string{"xl/worksheets/sheet1.xml": `<worksheet/>`}, "名称"},
		"another encoding":   {map[string]string{"xl/workbook.xml": `<?xml version="1.0" encoding="GBK"?><workbook/>`}, "instead of UTF-8"},
		"an outside table":   {map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" TargetMode="External" Target="file:///etc/passwd"/></Relationships>`}, "名称"},
		"above the archive":  {map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="../../../etc/passwd"/></Relationships>`}, "名称"},
		"a merged multitude": {map[string]string{"xl/worksheets/sheet1.xml": `<worksheet>` + strings.Repeat(`<mergeCell ref="A1:B2"/>`, maxMerged+1) + `</worksheet>`}, "merged cells"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Open("a.xlsx", bytes.NewReader(partsOf(t, test.parts)), Options{Vocabulary: terms{}})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want %q", err, test.says)
			}
		})
	}
}

// A part that unpacks to more than it may is stopped there, whatever the archive says.
func TestBoundedParts(t *testing.T) {
	t.Parallel()
	w, err := openWorkbook(bytes.NewReader(partsOf(t, map[string]string{"xl/big.xml": "<a>" + strings.Repeat(" ", 1<<20) + "</a>"})))
	must(t, err)
	read := 0
	err = w.walk("xl/big.xml", 1<<16, func(e element) bool { read += len(e.text); return true })
	if err == nil || !strings.Contains(err.Error(), "unpacks to more") || read > 1<<16 {
		t.Errorf("%v after %d bytes", err, read)
	}
}

// Cells far out, areas over everything and references to nothing cost nothing.
func TestStrangeCells(t *testing.T) {
	t.Parallel()
	data := partsOf(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + headRow +
		`<row r="2"><c r="A2" t="s"><v>99</v></c></row>` +
		`<row r="3"><c r="ZZZZ3"><v>1</v></c><c r="XFD3"><v>1</v></c></row>` +
		`<row r="1"><c r="A1" t="str"><v>_x4E59_</v></c></row>` +
		`<row><c t="str"><v>丙</v></c><c t="e"><v>#N/A</v></c></row>` +
		`<row r="1048577"><c t="str"><v>x</v></c></row>` +
		`</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B1:XFD1048576"/></mergeCells></worksheet>`})
	s := openBytes(t, "a.xlsx", data)
	rows, _ := rowsOf(s.Tables[0])
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprint(r.Number, " ", r.Record.Titles["zh"], " ", r.Err != nil))
	}
	if want := []string{"2  true", "3 1 false", "4 乙 false", "5 丙 true", "1048577  true"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzXLSX(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData>` + headRow + `<row r="2"><c r="A2" s="1" t="str"><v>莫高窟</v></c><c r="B2" s="3"><v>43831.5</v></c></row></sheetData><mergeCells><mergeCell ref="A2:B9"/></mergeCells></worksheet>`))
	f.Add([]byte(`<x:worksheet><cols><col min="1" max="9" hidden="1"/></cols><sheetData>` + headRow + `<row hidden="1"><c><f>A1</f></c><c t="b"><v>1</v></c></row></sheetData></x:worksheet>`))
	f.Fuzz(func(t *testing.T, sheet []byte) {
		data := partsOf(t, map[string]string{
			"xl/worksheets/sheet1.xml": string(sheet),
			"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="200" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="200"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		})
		s, err := Open("a.xlsx", bytes.NewReader(data), Options{Collection: "dunhuang", Vocabulary: terms{}})
		if err != nil {
			return
		}
		last := 0
		for row := range s.Tables[0].Rows() {
			if row.Number <= last {
				t.Errorf("row %d after row %d", row.Number, last)
			}
			last = row.Number
		}
	})
}

func TestNumberFormats(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ code, raw, want string }{
		{`yyyy"年"m"月"d"日"`, "43831", "2020-01-01"},
		{`yyyy"年"m"月";@`, "43831", "2020-01"},
		{`yyyy"年"`, "43831", "2020"},
		{`[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`, "43831", "2020-01-01"},
		{`yyyy/m/d h:mm`, "43831.5", "2020-01-01 12:00:00"},
		{`h:mm`, "0.25", "06:00:00"},
		{`000000`, "123", "000123"},
		{`"甲"0000`, "12", "甲0012"},
		{`0.00`, "12.5", "12.5"},
		{`0"件"`, "3", "3"},
		{`#,##0.00`, "1234.5", "1234.5"},
		{`0%`, "0.25", "25%"},
		{`General`, "1.23E+15", "1230000000000000"},
		{`General`, "0.1", "0.1"},
		{`General`, "12.300000000000001", "12.3"},
		{`@`, "7", "7"},
		{`yyyy-mm-dd`, "60", "1900-02-29"},
		{`yyyy-mm-dd`, "59", "1900-02-28"},
		{`yyyy-mm-dd`, "1", "1900-01-01"},
		{`yyyy-mm-dd`, "61", "1900-03-01"},
		{`yyyy-mm-dd`, "-5", "-5"},
	} {
		if got := readFormat(test.code).show(test.raw, dateSystem{}); got.text != test.want {
			t.Errorf("%s of %s = %q, want %q", test.code, test.raw, got.text, test.want)
		}
	}
	if got := readFormat("yyyy-mm-dd").show("42369", dateSystem{from1904: true}).text; got != "2020-01-01" {
		t.Errorf("1904: %s", got)
	}
}
