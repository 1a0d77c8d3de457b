package workbook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"hexi/archive"
	"hexi/archive/workbook"
)

// terms is a vocabulary of a few terms; one has a label that leads to another.
type terms struct{}

func (terms) Term(scheme archive.Scheme, s string) (archive.Term, bool) {
	for _, t := range []archive.Term{
		{Code: "ming", Label: archive.Text{"zh": "明", "en": "Ming"}}, {Code: "grade-1", Label: archive.Text{"zh": "一级"}},
		{Code: "twin", Label: archive.Text{"zh": "一级"}}, {Code: "folk", Label: archive.Text{"zh": "民俗"}},
		{Code: "height", Label: archive.Text{"zh": "高"}}, {Code: "diameter", Label: archive.Text{"zh": "直径"}},
		{Code: "truncated-pyramid", Label: archive.Text{"zh": "覆斗顶窟"}}, {Code: "flaking", Label: archive.Text{"zh": "起甲"}},
		{Code: "soot", Label: archive.Text{"zh": "烟熏"}}, {Code: "main", Label: archive.Text{"zh": "主室"}}, {Code: "1", Label: archive.Text{"zh": "第一批"}},
		{Code: "mouth-diameter", Label: archive.Text{"zh": "口径"}}, {Code: "mass", Label: archive.Text{"zh": "质量"}},
	} {
		if s == t.Code || s == t.Label["zh"] {
			return t, true
		}
	}
	return archive.Term{}, false
}

// ProfileOf has a profile for those who name it, and one for all others.
func (terms) ProfileOf(r *archive.Record) (archive.Profile, bool) {
	p := archive.Profile{Code: "all", Kind: archive.KindRelic, Fields: []archive.Field{
		{Path: "extra.remark", Label: archive.Text{"zh": "备注", "en": "Remark"}, Type: archive.TypeText},
		{Path: "extra.accessionYear", Label: archive.Text{"zh": "入藏年度"}, Type: archive.TypeYear},
		{Path: "extra.form", Label: archive.Text{"zh": "形制"}, Type: archive.TypeTerm, Scheme: "cave-form"},
		{Path: "extra.diseases", Label: archive.Text{"zh": "病害"}, Type: archive.TypeTerms, Scheme: "disease"},
		{Path: "extra.batch", Label: archive.Text{"zh": "批次"}, Type: archive.TypeTerm, Scheme: "protection-batch"},
	}}
	if r.ProfileName() == "ledger" {
		p.Code, p.Fields = "ledger", []archive.Field{
			{Path: "identifiers.old", Label: archive.Text{"zh": "旧账号"}, Type: archive.TypeText},
			{Path: "extra.registered", Label: archive.Text{"zh": "登记日期"}, Type: archive.TypeDate},
			{Path: "extra.classNumber", Label: archive.Text{"zh": "分类号"}, Type: archive.TypeText},
			{Path: "extra.remark", Label: archive.Text{"zh": "附记"}, Type: archive.TypeText},
		}
	}
	return p, true
}

func lineOf(t *testing.T, text string) archive.Line {
	t.Helper()
	var l archive.Line
	if err := json.Unmarshal([]byte(text), &l); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return l
}

func textOf(t *testing.T, l archive.Line) string {
	t.Helper()
	b, err := l.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func columnsOf(lines ...archive.Line) []workbook.Column {
	s := workbook.NewSurvey(workbook.Official(archive.KindRelic), terms{})
	for i := range lines {
		s.Add(&lines[i])
	}
	return s.Columns()
}

// there takes a line through cells and back.
func there(t *testing.T, columns []workbook.Column, l archive.Line) []workbook.Cell {
	t.Helper()
	cells := workbook.Encode(terms{}, columns, archive.KindRelic, l)
	for i, c := range cells {
		if n := len(utf16Of(c.Text)); n > workbook.MaxCell {
			t.Errorf("cell %d has %d units", i, n)
		}
		for _, r := range c.Text {
			if r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF {
				t.Errorf("cell %d holds %U, which no workbook can", i, r)
			}
		}
	}
	row, err := workbook.Decode(terms{}, columns, archive.KindRelic, cells)
	if err != nil {
		t.Fatalf("%v\n%s", err, textOf(t, l))
	}
	if diff := cmp.Diff(textOf(t, l), textOf(t, row.Line)); diff != "" || len(row.Edited) > 0 {
		t.Fatalf("%v %s", row.Edited, diff)
	}
	return cells
}

func utf16Of(s string) []uint16 {
	var out []uint16
	for _, r := range s {
		out = append(out, 0)
		if r > 0xFFFF {
			out = append(out, 0)
		}
	}
	return out
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	const head = `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"名"}`
	for _, rest := range []string{
		``, `,"titles":{"en":"=1+1","zh-Hant":"'x","bo":" x "}`, `,"descriptions":{"zh":"a\nb\tc\r\nd\u0001_x0041_"}`,
		`,"identifiers":[{"type":"accession","value":"0001"},{"type":"x；y","value":"a；b"},{"type":"accession","value":"2"}]`,
		`,"identifiers":[{"type":"z","value":"1"},{"type":"accession","value":"2"}]`,
		`,"period":{"term":"ming"}`, `,"period":{"term":"ming","note":{"zh":"明"}}`, `,"period":{"note":{"zh":"明"}}`,
		`,"period":{"from":-200,"to":99,"note":{"en":"Han","zh":"汉"}}`, `,"period":{"term":"nowhere","from":1}`,
		`,"place":{"name":{"zh":"兰州","en":"Lanzhou"},"lat":36.06,"lon":-103.83000000000001,"precision":"county"}`, `,"place":{"lat":0,"lon":-0.0}`,
		`,"level":"grade-1"`, `,"level":"twin"`, `,"level":"free words"`, `,"materials":["铜","a；b"," ",""]`, `,"techniques":["x"]`,
		`,"dimensions":[{"type":"height","value":1e-9,"unit":"m"},{"type":"height","value":3,"unit":""},{"type":"odd type","value":0,"unit":"a b","note":"n（m）；"}]`,
		`,"dimensions":[{"type":"height","value":3,"unit":"（cm）"}]`, `,"quantity":{"value":0.5,"unit":"两 件"}`, `,"quantity":{"value":3}`,
		`,"subjects":[{"zh":"一","en":"one"},{"en":"two"},{"zh":"三；四"}]`, `,"people":[{"name":{"zh":"某"},"role":"donor"},{"name":{"en":"X"}},{"name":{"zh":"尾"},"role":"r"}]`,
		`,"inscriptions":[{"text":"[not json"}]`, `,"inscriptions":[{"text":"x","translation":{"en":"y"},"region":{"asset":"a","xywh":"1,2,3,4"}}]`, `,"inscriptions":[{"text":"一"},{"text":"二"}]`,
		`,"rights":{"statement":"https://x","holder":{"zh":"馆","en":"Museum"},"tier":"reduced","maxPixels":9007199254740993,"until":"2030-01-01"}`,
		`,"relations":[{"type":"same-as","record":"b"},{"type":"two words","record":"c"}]`, `,"stops":[{"record":"b","caption":{"zh":"站"}},{"date":"1936"}]`,
		`,"extra":{"a":1,"b":1.50,"c":"1","d":"json:x","e":{"x":[1]},"f":null,"g":"","h":true,"i":12345678901234567890,"j":"TRUE","k.l":"dot"," m ":"space","n\n":"line"}`,
		`,"location":{"site":"x","cave":"1","space":"s","surface":"n","position":"p","role":"r"},"partOf":"b","text":{"zh":"文","en":"t"}`,
		`,"assets":[{"id":"a1","filename":"x.jpg","size":3,"sha512":"` + strings.Repeat("ab", 64) + `"},{"id":"a2","filename":"x.jpg","size":4,"sha512":"` + strings.Repeat("cd", 64) + `"}],"files":["x.jpg","x.jpg"],"layers":[null,{"view":"1","kind":"visible"}]`,
		`,"files":[" odd ；name.jpg"],"assets":[{"id":"a1","filename":" odd ；name.jpg","size":3,"sha512":"` + strings.Repeat("ab", 64) + `"}]`,
		`,"extra":{"form":"truncated-pyramid","diseases":["flaking","soot"]},"location":{"space":"main"}`,
		`,"extra":{"form":"覆斗顶窟","diseases":["起甲"]},"location":{"space":"主室"}`, `,"extra":{"form":"twin","diseases":["twin","soot"]}`,
		`,"extra":{"form":7,"diseases":"起甲；烟熏"}`, `,"extra":{"form":["flaking"],"diseases":["flaking","own；words",""]}`, `,"extra":{"form":"json:x","diseases":[]}`,
		`,"level":"protected-national","extra":{"batch":"1"}`, `,"level":"protected-provincial","extra":{"batch":"第一批"}`, `,"extra":{"batch":"第一批"}`,
		`,"extra":{"profile":"flaking","form":"truncated-pyramid"}`,
		`,"text":{"zh":"` + strings.Repeat("长", 40_000) + `","en":"` + strings.Repeat("😀", 20_000) + `"}`,
	} {
		l := lineOf(t, head+rest+"}")
		if strings.Contains(rest, `"titles"`) {
			l = lineOf(t, `{"id":"a","collection":"folk","kind":"relic"`+rest+"}")
		}
		there(t, columnsOf(l), l)
		there(t, columnsOf(), l) // with the official columns alone
	}
}

// Whatever a record holds, it comes back.
func TestRandomThereAndBack(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 1))
	bits := []string{"", "a", "；", "（", "）", " ", "1", ".", "json:", "=", "[", "\n", "\r", "\x01", "_x000D_", "\ufffe", "😀", "明", "ming", "-", "，", "\u2028", "cm", `"`, `\`}
	word := func() string {
		var b strings.Builder
		for range rng.IntN(5) {
			b.WriteString(bits[rng.IntN(len(bits))])
		}
		return b.String()
	}
	text := func() archive.Text {
		out := archive.Text{}
		for _, lang := range []string{"zh", "en", "bo"} {
			if w := word(); w != "" && rng.IntN(2) == 0 {
				out[lang] = w
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	for i := range 3_000 {
		r := archive.Record{ID: fmt.Sprint("r", i), Collection: "folk", Kind: archive.KindRelic, Titles: text(), Descriptions: text(), Level: word(), Category: word()}
		for range rng.IntN(4) {
			r.Identifiers = append(r.Identifiers, archive.Identifier{Type: word(), Value: word()})
			r.Materials = append(r.Materials, word())
			r.Dimensions = append(r.Dimensions, archive.Dimension{Type: word(), Value: rng.Float64() * 1e3, Unit: word(), Note: word()})
			r.Subjects = append(r.Subjects, text())
			r.People = append(r.People, archive.Person{Name: text(), Role: word()})
			r.Inscriptions = append(r.Inscriptions, archive.Inscription{Text: word(), Translation: text()})
			r.Relations = append(r.Relations, archive.Relation{Type: word(), Record: word()})
		}
		if rng.IntN(2) == 0 {
			r.Period = &archive.Period{Term: word(), From: rng.IntN(5), To: rng.IntN(3) * 1000, Note: text()}
			r.Quantity = &archive.Quantity{Value: float64(rng.IntN(4)), Unit: word()}
			raw, _ := json.Marshal(word())
			r.Extra = map[string]json.RawMessage{word(): raw, "n": json.RawMessage("1.0")}
		}
		// As it is kept: what JSON makes of it.
		l := lineOf(t, textOf(t, archive.Line{Record: r}))
		there(t, columnsOf(l), l)
	}
}

// Cells that were edited count, also where the last column knew more; what is wrong in them
// is said by the heading.
func TestEdited(t *testing.T) {
	t.Parallel()
	l := lineOf(t, `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"旧"},"level":"grade-1","identifiers":[{"type":"z","value":"1"},{"type":"accession","value":"2"}],"dimensions":[{"type":"height","value":3,"unit":"cm"}],"extra":{"n":1.0}}`)
	columns := columnsOf(l)
	edit := func(path, text string) (workbook.Row, error) {
		cells := there(t, columns, l)
		for i, c := range columns {
			if c.Path == path {
				cells[i] = workbook.Cell{Text: text}
			}
		}
		return workbook.Decode(terms{}, columns, archive.KindRelic, cells)
	}
	row, err := edit("titles.zh", "新")
	if err != nil || row.Line.Titles["zh"] != "新" || len(row.Edited) > 0 || row.Line.Identifiers[0].Type != "z" {
		t.Errorf("%+v %v", row, err)
	}
	row, err = edit("identifiers.accession", "0099")
	if err != nil || row.Line.Identifier("accession") != "0099" || row.Line.Identifier("z") != "1" || cmp.Diff(row.Edited, []string{"identifiers"}) != "" {
		t.Errorf("%+v %v", row, err)
	}
	row, err = edit("dimensions.height", "34.2cm")
	if want := (archive.Dimension{Type: "height", Value: 34.2, Unit: "cm"}); err != nil || row.Line.Dimensions[0] != want {
		t.Errorf("%+v %v", row, err)
	}
	if row, err = edit("level", ""); err != nil || row.Line.Level != "" {
		t.Errorf("%+v %v", row, err)
	}
	if _, err = edit("dimensions.height", "high"); err == nil || !strings.Contains(err.Error(), "通高: ") {
		t.Errorf("%v", err)
	}
	if _, err = edit(workbook.PathRest, "{broken"); err == nil || !strings.Contains(err.Error(), "其余内容") {
		t.Errorf("%v", err)
	}
	// The words for a time go when they are taken out, also where the term says the same.
	l = lineOf(t, `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"旧"},"period":{"term":"ming","from":1368,"to":1644,"note":{"zh":"明"}}}`)
	columns = columnsOf(l)
	if row, err = edit("titles.zh", "新"); err != nil || row.Line.Period.Note["zh"] != "明" || row.Edited != nil {
		t.Errorf("%+v %v", row, err)
	}
	if row, err = edit("period", ""); err != nil || row.Line.Period == nil || row.Line.Period.Note != nil || row.Line.Period.Term != "ming" || cmp.Diff(row.Edited, []string{"period"}) != "" {
		t.Errorf("%+v %+v %v", row, row.Line.Period, err)
	}
}

// A table that is full goes on in another, of the same columns; the file is always the same.
func TestManyRows(t *testing.T) {
	t.Parallel()
	lines := func(yield func(archive.Line, error) bool) {
		for i := range 7 {
			if !yield(archive.Line{Record: archive.Record{ID: fmt.Sprint("r", i), Kind: archive.KindRelic, Titles: archive.Text{"zh": fmt.Sprint(i)}}}, nil) {
				return
			}
		}
	}
	write := func() []byte {
		var b bytes.Buffer
		w := workbook.NewWriter(&b, terms{})
		w.LimitRows(4) // three records and the headings
		if err := w.Table("可移动文物", archive.KindRelic, columnsOf(), lines); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil || w.Rows != 7 {
			t.Fatalf("%d rows, %v", w.Rows, err)
		}
		return b.Bytes()
	}
	file := write()
	if !bytes.Equal(file, write()) {
		t.Error("the same records make another file")
	}
	book, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := book.GetSheetList(), []string{"可移动文物", "可移动文物 (2)", "可移动文物 (3)", workbook.MarkerTable}; cmp.Diff(want, got) != "" {
		t.Errorf("tables %q", got)
	}
	for i, n := range []int{4, 4, 2} {
		rows, err := book.GetRows(book.GetSheetList()[i])
		if err != nil || len(rows) != n || rows[0][0] != "收藏单位" || rows[1][2] != fmt.Sprint(3*i) {
			t.Errorf("table %d: %q %v", i, rows, err)
		}
	}
	if visible, err := book.GetSheetVisible(workbook.MarkerTable); err != nil || visible {
		t.Errorf("the table of paths is seen: %v", err)
	}
	panes, err := book.GetPanes("可移动文物")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("%+v %v", panes, err)
	}
}

// The general register has the columns and the order of the official one.
func TestRegister(t *testing.T) {
	t.Parallel()
	l := lineOf(t, `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"铜镜"},"identifiers":[{"type":"accession","value":"0007"}],"period":{"term":"ming"},"materials":["铜","锡"],"quantity":{"value":1,"unit":"件"},"dimensions":[{"type":"diameter","value":12.5,"unit":"cm"},{"type":"mass","value":300,"unit":"g"}],"extra":{"remark":"有铭","registered":"1956-03-01"}}`)
	var b bytes.Buffer
	w := workbook.NewWriter(&b, terms{})
	if err := w.Show(workbook.Register, "某馆", func(yield func(archive.Line, error) bool) { yield(l, nil) }); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("总登记账")
	want := [][]string{
		{"收藏单位：", "某馆"},
		{"登记日期", "总登记号", "分类号", "名称", "时代", "数量", "实际数量", "尺寸重量", "质地", "完残情况", "来源", "入馆凭证号", "注销凭证号", "级别", "备注", "账页"},
		{"1956-03-01", "0007", "", "铜镜", "明", "1 件", "1 件", "直径 12.5 cm；质量 300 g", "铜；锡", "", "", "", "", "", "有铭"},
	}
	if diff := cmp.Diff(want, rows); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	panes, err := book.GetPanes("总登记账")
	if err != nil || panes.YSplit != 2 || panes.TopLeftCell != "A3" {
		t.Errorf("the headings do not stay in sight: %+v %v", panes, err)
	}
}

// What profiles add stands under their headings, in their order: those of the profile that
// most records are held to first. What no profile names has its key. The code of a period
// is no second label.
func TestHeadingsOfProfiles(t *testing.T) {
	t.Parallel()
	one := lineOf(t, `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"甲"},"period":{"term":"ming"},"identifiers":[{"type":"old","value":"1"}],"extra":{"profile":"ledger","classNumber":"甲1","registered":"1956","remark":"旧藏","库位":"三"}}`)
	two := lineOf(t, `{"id":"b","collection":"folk","kind":"relic","titles":{"zh":"乙"},"extra":{"remark":"旧藏","备注":"另","accessionYear":1956}}`)
	three := lineOf(t, `{"id":"c","collection":"folk","kind":"relic","titles":{"zh":"丙"},"extra":{"profile":"ledger"}}`)
	official := len(workbook.Official(archive.KindRelic).Columns)
	for _, test := range []struct {
		lines []archive.Line
		want  string
	}{
		{[]archive.Line{one}, "记录号 所属专题 旧账号 年代代码 著录规范 登记日期 分类号 附记 库位"},
		{[]archive.Line{two}, "记录号 所属专题 备注 备注 [extra.备注]"},
		{[]archive.Line{one, two, three}, "记录号 所属专题 旧账号 年代代码 著录规范 登记日期 分类号 附记 备注 库位"},
	} {
		columns := columnsOf(test.lines...)
		var got []string
		for _, c := range columns[official : len(columns)-1] {
			got = append(got, c.Heading)
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("headings %s, want %s", got, test.want)
		}
		for _, l := range test.lines {
			cells := there(t, columns, l)
			for i, c := range columns {
				if c.Path == "period.term" && l.Period != nil && cells[i].Text != "ming" {
					t.Errorf("%s: %q", c.Heading, cells[i].Text)
				}
			}
		}
	}
}

// A register says every measure by its Chinese name, in one order, and the curator's words
// where there is no measure of the size.
func TestRegisterMeasures(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ rest, want string }{
		{`"dimensions":[{"type":"mass","value":2.3,"unit":"kg"},{"type":"odd","value":1},{"type":"mouth-diameter","value":12,"unit":"cm"},{"type":"height","value":32.5,"unit":"cm"}]`, "高 32.5 cm；口径 12 cm；odd 1；质量 2.3 kg"},
		{`"dimensions":[{"type":"height","value":32.5,"unit":"cm"}],"extra":{"dimensionNote":"高32.5厘米"}`, "高 32.5 cm"},
		{`"extra":{"dimensionNote":"纵26厘米，横1200厘米"}`, "纵26厘米，横1200厘米"},
		{`"dimensions":[{"type":"mass","value":2.3,"unit":"kg"}],"extra":{"dimensionNote":"纵26厘米"}`, "纵26厘米；质量 2.3 kg"},
	} {
		l := lineOf(t, `{"id":"a","collection":"folk","kind":"relic",`+test.rest+`}`)
		var b bytes.Buffer
		w := workbook.NewWriter(&b, terms{})
		sheet := workbook.Sheet{Name: "账", Columns: []workbook.Column{{Path: "dimensions", Heading: "尺寸重量"}}}
		if err := w.Show(sheet, "", func(yield func(archive.Line, error) bool) { yield(l, nil) }); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := book.GetCellValue("账", "A2"); got != test.want || err != nil {
			t.Errorf("%s: %q %v, want %q", test.rest, got, err, test.want)
		}
	}
	l := lineOf(t, `{"id":"a","collection":"folk","kind":"relic","dimensions":[{"type":"mouth-diameter","value":12,"unit":"cm"},{"type":"odd","value":1}]}`)
	var headings []string
	for _, c := range columnsOf(l) {
		headings = append(headings, c.Heading)
	}
	if got := strings.Join(headings, " "); !strings.Contains(got, "口径 尺寸（odd）") {
		t.Errorf("headings %s", got)
	}
}

// Controlled fields of a place in a cave, and those that a profile adds, show what they are
// called, and take it; a batch of a province's list keeps its words.
func TestLabelsOfTerms(t *testing.T) {
	t.Parallel()
	l := lineOf(t, `{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"名"},"level":"protected-provincial","location":{"space":"main"},"extra":{"form":"truncated-pyramid","diseases":["flaking","soot"],"batch":"第一批"}}`)
	columns := columnsOf(l)
	cells := there(t, columns, l)
	at := map[string]int{}
	for i, c := range columns {
		at[c.Path] = i
	}
	for path, want := range map[string]string{"location.space": "主室", "extra.form": "覆斗顶窟", "extra.diseases": "起甲；烟熏", "extra.batch": "第一批"} {
		if got := cells[at[path]].Text; got != want {
			t.Errorf("%s shows %q, want %q", path, got, want)
		}
	}
	for _, test := range []struct{ path, text, want string }{
		{"extra.diseases", "烟熏", `"diseases":["soot"]`}, {"extra.diseases", "烟熏、起甲", `"diseases":"烟熏、起甲"`}, {"extra.diseases", `json:["soot"]`, `"diseases":["soot"]`},
		{"extra.form", "truncated-pyramid", `"form":"truncated-pyramid"`}, {"extra.form", " 起甲 ", `"form":"flaking"`}, {"extra.form", "圆顶", `"form":"圆顶"`},
		{"location.space", "起甲", `"space":"flaking"`}, {"location.space", "别处", `"space":"别处"`},
	} {
		edited := append([]workbook.Cell(nil), cells...)
		edited[at[test.path]] = workbook.Cell{Text: test.text}
		row, err := workbook.Decode(terms{}, columns, archive.KindRelic, edited)
		if got := textOf(t, row.Line); err != nil || !strings.Contains(got, test.want) || !strings.Contains(got, `"batch":"第一批"`) {
			t.Errorf("%s %q: %v, %s, want %s", test.path, test.text, err, got, test.want)
		}
	}
}
