package sheet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hexi/archive"
)

// terms is a small vocabulary: fixed data for these tests.
type terms struct{}

func (terms) Term(scheme archive.Scheme, s string) (archive.Term, bool) {
	known := map[archive.Scheme]map[string]string{
		archive.SchemePeriod: {
			"汉": "han", "晋": "jin", "唐": "tang", "盛唐": "high-tang", "北魏": "northern-wei", "明": "ming", "清": "qing",
			"民国": "republic", "渤海": "bohai", "旧石器时代": "palaeolithic", "新石器时代": "neolithic",
		},
		archive.SchemeCategory: {"古遗址": "immovable-0100", "古建筑": "immovable-0300", "传统音乐": "ich-2", "陶器": "relic-02"},
		archive.SchemeLayer:    {"visible": "visible", "可见光": "visible", "infrared": "infrared", "红外": "infrared", "raking": "raking"},
	}
	code, ok := known[scheme][strings.TrimSpace(s)]
	return archive.Term{Code: code}, ok
}

func (terms) Terms(archive.Scheme) ([]archive.Term, bool) { return nil, false }

func (terms) Nearest(archive.Scheme, string, func(archive.Term) bool) []archive.Term { return nil }

func (terms) Within(archive.Scheme, string) []archive.Term { return nil }

// Period knows the words of these tests; package archive/vocab reads all others.
func (v terms) Period(words, site string) (archive.Dating, bool) {
	if t, ok := v.Term(archive.SchemePeriod, words); ok {
		from, to, _ := v.PeriodYears(t.Code, site)
		return archive.Dating{Term: t.Code, From: from, To: to}, true
	}
	d, ok := map[string]archive.Dating{
		"北魏至唐": {From: 386, To: 907}, "明以前": {To: 1367}, "清至今": {From: 1616}, "1841年": {From: 1841, To: 1841}, "汉—晋": {From: -206, To: 420},
		"上元二年": {Term: "tang", From: 675, To: 761, Doubts: []string{"it may be either"}},
	}[words]
	return d, ok
}

func (terms) ProfileOf(*archive.Record) (archive.Profile, bool) { return archive.Profile{}, false }

func (terms) PeriodYears(term, site string) (int, int, bool) {
	years := map[string][2]int{
		"han": {-206, 220}, "jin": {265, 420}, "tang": {618, 907}, "high-tang": {713, 765}, "northern-wei": {386, 534},
		"ming": {1368, 1644}, "qing": {1616, 1911}, "republic": {1912, 1949}, "bohai": {698, 926},
		"palaeolithic": {-2000000, -10000}, "neolithic": {-8000, -2000},
	}
	if term == "high-tang" && site != "" {
		return 705, 780, true
	}
	y, ok := years[term]
	return y[0], y[1], ok
}

func read(t *testing.T, name, content string) []Row {
	t.Helper()
	s, err := Open(name, strings.NewReader(content), Options{Collection: "dunhuang", Vocabulary: terms{}})
	if err != nil {
		t.Fatal(err)
	}
	var rows []Row
	for row := range s.Rows() {
		rows = append(rows, row)
	}
	return rows
}

func TestCSVColumns(t *testing.T) {
	t.Parallel()
	rows := read(t, "a.csv", "\ufeff编号,名称,英文名称,年代,地址,经度,纬度,类别,质地,通高,数量,文件,窟号,石窟,备注\n"+
		"A1,彩陶罐,Painted pot,盛唐,敦煌市,９４.８,40.04,陶器,陶；木,34.2cm,1件,a.tif; b/c.jpg,220,莫高窟,很好\n"+
		"\n,,,,\n"+
		"A2,无年代\n")
	if len(rows) != 2 {
		t.Fatalf("%d rows, want 2 (blank ones passed over)", len(rows))
	}
	row := rows[0]
	if row.Err != nil {
		t.Fatal(row.Err)
	}
	r := row.Record
	for _, c := range []struct{ name, got, want string }{
		{"number", fmt.Sprint(row.Number, rows[1].Number), "2 5"},
		{"zh", r.Titles["zh"], "彩陶罐"},
		{"en", r.Titles["en"], "Painted pot"},
		{"collection", r.Collection, "dunhuang"},
		{"kind", string(r.Kind), "relic"},
		{"period", fmt.Sprint(r.Period.Term, r.Period.From, r.Period.To, r.Period.Note["zh"]), "high-tang705 780盛唐"},
		{"place", fmt.Sprint(r.Place.Name["zh"], *r.Place.Lat, *r.Place.Lon), "敦煌市40.04 94.8"},
		{"materials", strings.Join(r.Materials, "|"), "陶|木"},
		{"height", fmt.Sprint(r.Dimensions), "[{height 34.2 cm }]"},
		{"quantity", fmt.Sprint(*r.Quantity), "{1 件}"},
		{"files", strings.Join(row.Files, "|"), "a.tif|b/c.jpg"},
		{"location", fmt.Sprint(r.Location.Site, r.Location.Cave), "莫高窟220"},
		{"identifier", fmt.Sprint(r.Identifiers), "[{number A1}]"},
		{"extra", string(r.Extra["备注"]), `"很好"`},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.name, c.got, c.want)
		}
	}
	if !row.Has["period"] || row.Has["descriptions"] {
		t.Errorf("has = %v", row.Has)
	}
}

func TestCSVEncodingsAndDelimiters(t *testing.T) {
	t.Parallel()
	plain := "名称,年代\n莫高窟,北魏\n"
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"UTF-8": plain, "UTF-8 with a mark": "\ufeff" + plain, "GB18030": gb,
		"tabs": strings.ReplaceAll(plain, ",", "\t"), "semicolons": strings.ReplaceAll(plain, ",", ";"),
		"CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "no last newline": strings.TrimSuffix(plain, "\n"),
		"CR, as old spreadsheets have it": strings.ReplaceAll(plain, "\n", "\r"),
		"quoted":                          "\"名称\",\"年代\"\n\"莫高窟\",\"北魏\"\n",
	} {
		rows := read(t, "a.CSV", content)
		if len(rows) != 1 || rows[0].Err != nil || rows[0].Record.Titles["zh"] != "莫高窟" || rows[0].Record.Period.Term != "northern-wei" {
			t.Errorf("%s: %+v", name, rows)
		}
	}
}

// A quote that is never closed costs its own row and no other; so does one that is
// closed in the middle of a cell.
func TestCSVQuotes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		want    string // line:title of each row, ! for a fault
	}{
		"over several lines": {"name,简介\nx,\"a\nb \"\"c\"\"\"\ny,z\n", "2:x 4:y"},
		"never closed":       {"name,简介\nx,\"never\ny,two\nz,three\n", "2:! 3:y 4:z"},
		"closed by another":  {"name,简介\nx,\"never\ny,\"two\"\nz,three\n", "2:! 3:y 4:z"},
		"at the very end":    {"name,简介\nx,a\ny,\"", "2:x 3:!"},
		"bare":               {"name,简介\n5\" 碗,a\ny,b \"c\" d\n", "2:5\" 碗 3:y"},
		"first cell":         {"name,简介\n\"x,a\ny,b\n", "2:! 3:y"},
	} {
		var got []string
		for _, row := range read(t, "a.csv", test.content) {
			title := row.Record.Titles.In("zh")
			if row.Err != nil {
				title = "!"
			}
			got = append(got, fmt.Sprintf("%d:%s", row.Number, title))
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// The first character beyond ASCII may come late in a sheet, after any buffer.
func TestCSVLateGB18030(t *testing.T) {
	t.Parallel()
	const rows = 5000
	late, err := simplifiedchinese.GB18030.NewEncoder().String("莫高窟,x\n")
	if err != nil {
		t.Fatal(err)
	}
	got := read(t, "a.csv", "name,简介\n"[:5]+"note\n"+strings.Repeat("relic number so and so,plain\n", rows)+late)
	if len(got) != rows+1 || got[rows].Err != nil || got[rows].Record.Titles["zh"] != "莫高窟" {
		t.Errorf("%d rows, the last is %+v", len(got), got[len(got)-1])
	}
}

// A word for a time that is not known is kept, and said to be.
func TestCSVUnknownPeriod(t *testing.T) {
	t.Parallel()
	rows := read(t, "a.csv", "名称,年代\n石,恐龙时代\n")
	if len(rows) != 1 || rows[0].Err != nil || rows[0].Record.Period.Note["zh"] != "恐龙时代" ||
		len(rows[0].Notes) != 1 || rows[0].Notes[0].Field != "年代" {
		t.Errorf("%+v", rows)
	}
}

func TestCSVFaultsNameTheColumn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ content, field, says string }{
		{"name,lat\nx,north\n", "lat", "degrees"},
		{"name,from\nx,long ago\n", "from", "year"},
		{"name,数量\nx,一些\n", "数量", "quantity"},
		{"name,高\nx,tall\n", "高", "measure"},
		{"name,\nx,lost\n", "column 2", "no heading"},
		{"name\nx,lost\n", "column 2", "no heading"},
	} {
		rows := read(t, "a.csv", test.content)
		var invalid *archive.InvalidError
		if len(rows) != 1 || !errors.As(rows[0].Err, &invalid) || invalid.Field != test.field || !strings.Contains(invalid.Why, test.says) {
			t.Errorf("%q: %+v, want a fault of %s with %q", test.content, rows, test.field, test.says)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, content, says string }{
		{"a.csv", "", "empty"},
		{"a.csv", "颜色,重量\n红,1\n", "名称"},
		{"a.csv", "name,备注,备注\nx,1,2\n", "two columns"},
		{"a.csv", "\x00\x01\x02", "not a text file"},
		{"a.xlsx", "PK\x03\x04", "damaged or cut short"},
		{"a.xls", string(magicOLE) + "Workbook", ".xlsx"},
		{"a.xlsx", string(magicOLE) + string(utf16le("EncryptedPackage")), "password"},
		{"a.xls", "<html><table>", "web page"},
		{"a.numbers", "x", "save it as .xlsx"},
	} {
		_, err := Open(test.name, strings.NewReader(test.content), Options{Vocabulary: terms{}})
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s %q: %v, want %q", test.name, test.content, err, test.says)
		}
	}
}

func TestHeadings(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]column{
		"name_zh": {field: "titles", lang: "zh"}, "Name (EN)": {field: "titles", lang: "en"}, "英文名称": {field: "titles", lang: "en"},
		"period_en": {field: "period", lang: "en"}, "type_zh": {field: "category", lang: ""}, "type_en": {field: "extra"},
		"ｎａｍｅ": {field: "titles"}, " 总 登记号 ": {field: "identifiers.accession"}, "FILES": {field: "files"}, "民族": {field: "extra"},
		"level_en": {field: "extra"}, "address_zh": {field: "place.name", lang: "zh"},
	} {
		got := columnFor(heading)
		if got.field != want.field || got.lang != want.lang {
			t.Errorf("%q = %s %q, want %s %q", heading, got.field, got.lang, want.field, want.lang)
		}
	}
}

func TestKindByCategory(t *testing.T) {
	t.Parallel()
	for category, want := range map[string]archive.Kind{"古遗址": archive.KindSite, "传统音乐": archive.KindIntangible, "陶器": archive.KindRelic, "": archive.KindRelic} {
		rows := read(t, "a.csv", "名称,类别\nx,"+category+"\n")
		if got := rows[0].Record.Kind; got != want {
			t.Errorf("%s is a %s, want %s", category, got, want)
		}
	}
}

func TestPeriodDoubts(t *testing.T) {
	t.Parallel()
	rows := read(t, "a.csv", "名称,石窟,年代\n甲,mogao,盛唐\n乙,,上元二年\n丙,,明以前\n丁,,清至今\n戊,,不详\n")
	if len(rows) != 5 {
		t.Fatalf("%d rows, want 5", len(rows))
	}
	for i, want := range []archive.Period{
		{Term: "high-tang", From: 705, To: 780}, {Term: "tang", From: 675, To: 761}, {To: 1367}, {From: 1616}, {},
	} {
		p := rows[i].Record.Period
		if rows[i].Err != nil || p.Term != want.Term || p.From != want.From || p.To != want.To || p.Note["zh"] == "" {
			t.Errorf("row %d: %+v, %v, want %+v with the curator's words", i, p, rows[i].Err, want)
		}
	}
	for i, want := range []string{"", `"上元二年" is read as 675 to 761: it may be either`, "", "", ""} {
		n := rows[i].Notes
		if want == "" && len(n) != 0 || want != "" && (len(n) != 1 || n[0].Field != "年代" || n[0].Why != want) {
			t.Errorf("row %d has the notes %v, want %q", i, n, want)
		}
	}
}

func TestReadYears(t *testing.T) {
	t.Parallel()
	for words, want := range map[string][2]int{
		"1841年": {1841, 1841}, "1860-1863年": {1860, 1863}, "1948年至1981年": {1948, 1981}, "公元前206年": {-206, -206}, "前206-220年": {-206, 220},
		"1902-1801年": {}, "年代不详": {}, "": {},
	} {
		from, to, ok := readYears(words)
		if from != want[0] || to != want[1] || ok != (want[0] != 0) {
			t.Errorf("%q = %d–%d, want %v", words, from, to, want)
		}
	}
}

func TestJSONL(t *testing.T) {
	t.Parallel()
	rows := read(t, "a.jsonl", `{"id":"a","kind":"mural","titles":{"zh":"甲"},"files":["a.tif"]}`+"\n\n"+
		`{"id":"b","kind":"mural","titel":{"zh":"乙"}}`+"\n"+`{"id":`+"\n"+
		`{"id":"c","kind":"cave","collection":"great-wall","titles":{"zh":"丙"}}`)
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 4", len(rows))
	}
	if r := rows[0]; r.Err != nil || r.Record.Collection != "dunhuang" || r.Files[0] != "a.tif" || r.Has != nil {
		t.Errorf("first: %+v", r)
	}
	if r := rows[1]; r.Err == nil || !strings.Contains(r.Err.Error(), "titel") || r.Number != 3 {
		t.Errorf("second: %+v", r)
	}
	if r := rows[2]; r.Err == nil || r.Number != 4 {
		t.Errorf("third: %+v", r)
	}
	if r := rows[3]; r.Err != nil || r.Record.Collection != "great-wall" {
		t.Errorf("fourth: %+v", r)
	}
}

func TestJSONLLongLine(t *testing.T) {
	t.Parallel()
	long := `{"id":"a","titles":{"zh":"` + strings.Repeat("x", maxLine) + `"}}`
	rows := read(t, "a.jsonl", long+"\n"+`{"id":"b","kind":"cave","titles":{"zh":"乙"}}`)
	if len(rows) != 2 || rows[0].Err == nil || rows[1].Err != nil || rows[1].Record.ID != "b" {
		t.Errorf("a line that is too long stops the ones after it: %d rows", len(rows))
	}
}

// TestRealSheets reads the lists of protection units as they were published.
func TestRealSheets(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	for name, want := range map[string]int{
		"national_units.csv": 3409, "gansu_provincial_units.csv": 294, "gansu_provincial_units_detail.csv": 36, "gansu_ich.csv": 33,
	} {
		f, err := os.Open(filepath.Join(dir, "records", name))
		if err != nil {
			t.Fatal(err)
		}
		s, err := Open(name, f, Options{Collection: "great-wall", Vocabulary: terms{}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for row := range s.Rows() {
			n++
			if row.Err != nil {
				t.Errorf("%s row %d: %v", name, row.Number, row.Err)
			}
			if row.Record.Titles.Empty() || row.Record.ID == "" {
				t.Errorf("%s row %d has no title or id: %+v", name, row.Number, row.Record)
			}
		}
		if n != want {
			t.Errorf("%s: %d rows, want %d", name, n, want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("名称,年代\n莫高窟,北魏至唐\n"))
	f.Add([]byte("name\n\"unclosed\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open("a.csv", strings.NewReader(string(data)), Options{Collection: "dunhuang", Vocabulary: terms{}})
		if err != nil {
			return
		}
		last := 0
		for row := range s.Rows() {
			if row.Number < last {
				t.Errorf("row %d after row %d", row.Number, last)
			}
			last = row.Number
		}
	})
}

// FuzzJSONL gives anything to the reader of lines of JSON: each line is a record or a
// fault, and rows are counted upwards.
func FuzzJSONL(f *testing.F) {
	f.Add([]byte(`{"title":"莫高窟","period":"北魏至唐","files":["a.jpg"]}` + "\n"))
	f.Add([]byte("\xef\xbb\xbf{}\n[1]\n{\"id\":\"a\",\"id\":1}\n\n{\"a\":"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open("a.jsonl", strings.NewReader(string(data)), Options{Collection: "dunhuang", Vocabulary: terms{}})
		if err != nil {
			return
		}
		last := 0
		for row := range s.Rows() {
			if row.Number <= last {
				t.Errorf("row %d after row %d", row.Number, last)
			}
			last = row.Number
		}
	})
}

// Words by which a register says that a thing has no number are none.
func TestNoNumber(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"无", "无号", "暂无", "/", "／", "—", "——", "-", "未编号", "未登记", "不详", "不明", "待定", "None", "N/A", "unnumbered", "（无）"} {
		rows := read(t, "a.csv", "总登记号,名称\n"+word+",甲\n")
		if len(rows) != 1 || rows[0].Err != nil || len(rows[0].Record.Identifiers) != 0 {
			t.Errorf("%s: %+v", word, rows)
		}
	}
	for _, word := range []string{"—", "不详", "无", "/"} { // and those for a measure that nobody took
		rows := read(t, "a.csv", "总登记号,名称,通高,质量,数量\n1,甲,"+word+","+word+","+word+"\n")
		if len(rows) != 1 || rows[0].Err != nil || len(rows[0].Record.Dimensions) != 0 || rows[0].Record.Quantity != nil {
			t.Errorf("%s as a measure: %+v", word, rows)
		}
	}
	rows := read(t, "a.csv", "总登记号,名称,通高\n1,甲,约8\n2,乙,8\n")
	if len(rows) != 2 || len(rows[0].Notes) != 1 || rows[0].Record.Dimensions[0].Value != 8 || len(rows[1].Notes) != 0 {
		t.Errorf("约8: %+v", rows)
	}
	for _, number := range []string{"0", "无1", "A-", "无12", "甲/1", "馆藏无号0012"} {
		rows := read(t, "a.csv", "总登记号,名称\n"+number+",甲\n")
		if len(rows) != 1 || rows[0].Record.Identifier("accession") != number {
			t.Errorf("%s: %+v", number, rows)
		}
	}
}
