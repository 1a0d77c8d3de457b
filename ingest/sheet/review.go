package sheet

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"hexi/archive"
)

// Mark is something to say about a row, or about a cell of it.
type Mark struct {
	Field  string // a heading, or a path in the record; "" for the row
	Reason *archive.InvalidError
	Doubt  bool // the row is taken all the same
}

// Reviewed is a table with what is to be said about its rows.
type Reviewed struct {
	Sheet string // the file's name
	Table *Table
	Marks map[int][]Mark   // by the row's number
	Notes []Mark           // about the table
	Files map[int][]string // that rows get, by the row's number
}

// maxComments bounds how many cells get their reason as a comment too: programs that
// open the workbook keep each of them in memory.
const maxComments = 1000

// WriteReview writes a workbook that shows tables as they stand, line by line under the
// same numbers, with the cells marked that are wrong or in doubt, and the reasons in the
// table's language in front of each row. All cells are texts, so that nothing of what a
// sheet holds is computed, but for numbers that were refused for being numbers. The
// workbook can be mended and taken in like the sheet.
func WriteReview(w io.Writer, tables []Reviewed) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil && closed != nil {
			err = fmt.Errorf("close report: %w", closed)
		}
	}()
	p := &reviewer{file: f, names: map[string]bool{}}
	if err := p.makeStyles(); err != nil {
		return fmt.Errorf("styles of the report: %w", err)
	}
	lang := "en"
	for _, t := range tables {
		if t.Table.Lang == "zh" {
			lang = "zh"
		}
	}
	summary := p.name(say(lang, "概要", "Summary"))
	if err := f.SetSheetName("Sheet1", summary); err != nil {
		return fmt.Errorf("name summary: %w", err)
	}
	var counts []reviewCount
	for _, t := range tables {
		n, err := p.table(t)
		if err != nil {
			return fmt.Errorf("report of %s: %w", t.Sheet, err)
		}
		counts = append(counts, n)
	}
	if err := p.summary(summary, lang, tables, counts); err != nil {
		return fmt.Errorf("summary of the report: %w", err)
	}
	if err := f.SetDocProps(&excelize.DocProperties{Creator: ReviewCreator}); err != nil {
		return fmt.Errorf("properties of the report: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// ReviewCreator is who a report says that it was made by.
const ReviewCreator = "hexi ingest"

// IsReview reports whether a workbook is a report that WriteReview wrote, so that it
// may be written anew. What is no workbook is none.
func IsReview(file File) bool {
	book, err := openWorkbook(file)
	if err != nil {
		return false
	}
	in, is := false, false
	err = book.walk("docProps/core.xml", maxSmallPart, func(e element) bool {
		if e.name == "creator" {
			in = !e.end
		}
		is = is || in && string(e.text) == ReviewCreator
		return true
	})
	return err == nil && is
}

func say(lang, zh, en string) string {
	if lang == "zh" {
		return zh
	}
	return en
}

// reviewer writes the tables of a report.
type reviewer struct {
	file                                             *excelize.File
	names                                            map[string]bool
	plain, bold, wrap, wrong, doubt, fine, gray, big int
	comments                                         int
}

// reviewCount is what became of the lines of a table.
type reviewCount struct {
	name                               string
	lines, rows, wrong, doubts, passed int
}

func (p *reviewer) makeStyles() (err error) {
	const asText = 49 // the format @: what is typed over a cell stays a text, too
	style := func(fill, font string, bold, wrap bool) int {
		s := &excelize.Style{NumFmt: asText, Alignment: &excelize.Alignment{Vertical: "top", WrapText: wrap}, Font: &excelize.Font{Bold: bold, Color: font}}
		if fill != "" {
			s.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{fill}}
		}
		id, made := p.file.NewStyle(s)
		if err == nil {
			err = made
		}
		return id
	}
	p.plain = style("", "000000", false, false)
	p.wrap = style("", "000000", false, true)
	p.bold = style("D9E1F2", "1F3864", true, true)
	p.wrong = style("FFC7CE", "9C0006", false, true)
	p.doubt = style("FFEB9C", "7F6000", false, true)
	p.fine = style("", "006100", false, false)
	p.gray = style("F2F2F2", "7F7F7F", false, false)
	big, made := p.file.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true, Size: 14, Color: "1F3864"}})
	if err == nil {
		err = made
	}
	p.big = big
	return err
}

// name makes a name that a tab may have: at most 31 characters, none of :\/?*[], and
// each once.
func (p *reviewer) name(wanted string) string {
	runes := []rune(strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' {
			return '_'
		}
		return r
	}, wanted), "' "))
	if len(runes) == 0 {
		runes = []rune("1")
	}
	name := string(runes[:min(len(runes), 31)])
	for n := 2; p.names[strings.ToLower(name)]; n++ {
		tail := fmt.Sprintf(" %d", n)
		name = string(runes[:min(len(runes), 31-len(tail))]) + tail
	}
	p.names[strings.ToLower(name)] = true
	return name
}

// front is how many columns stand in front of the sheet's own.
const front = 2

func (p *reviewer) table(t Reviewed) (reviewCount, error) {
	lang := t.Table.Lang
	wanted := t.Table.Name
	if wanted == "" {
		wanted = t.Sheet
	}
	out := reviewCount{name: p.name(wanted)}
	if _, err := p.file.NewSheet(out.name); err != nil {
		return out, err
	}
	width := max(len(t.Table.columns), 1)
	if t.Table.headTo > 0 { // before the lines, because afterwards they would all be read again
		last, err := excelize.ColumnNumberToName(front + width)
		if err != nil {
			return out, err
		}
		if err := p.file.AutoFilter(out.name, fmt.Sprintf("A%d:%s%d", t.Table.headTo, last, maxRows), nil); err != nil {
			return out, err
		}
	}
	w, err := p.file.NewStreamWriter(out.name)
	if err != nil {
		return out, err
	}
	if err := w.SetColWidth(1, 1, 9); err != nil {
		return out, err
	}
	if err := w.SetColWidth(2, 2, 56); err != nil {
		return out, err
	}
	if err := w.SetColWidth(front+1, front+min(width, maxColumns-front), 16); err != nil {
		return out, err
	}
	if t.Table.headTo > 0 {
		at, err := excelize.CoordinatesToCellName(front+1, t.Table.headTo+1)
		if err != nil {
			return out, err
		}
		if err := w.SetPanes(&excelize.Panes{Freeze: true, XSplit: front, YSplit: t.Table.headTo, TopLeftCell: at, ActivePane: "bottomRight"}); err != nil {
			return out, err
		}
	}
	last := t.Table.headTo
	for row := range t.Table.Rows() {
		if row.Number <= last && row.Number > t.Table.headTo || row.Number > maxRows {
			break // beyond what a workbook holds; Rows says so itself
		}
		last = row.Number
		cells := p.row(t, row, &out)
		at, err := excelize.CoordinatesToCellName(1, row.Number)
		if err != nil {
			return out, err
		}
		if err := w.SetRow(at, cells); err != nil {
			return out, err
		}
		if err := p.comment(out.name, lang, t, row); err != nil {
			return out, err
		}
	}
	return out, w.Flush()
}

// row is a line of the report.
func (p *reviewer) row(t Reviewed, row Row, count *reviewCount) []any {
	lang := t.Table.Lang
	marks := t.Marks[row.Number]
	var (
		result      string
		resultStyle int
	)
	style, reasons := p.plain, ""
	wrong := false
	for _, m := range marks {
		wrong = wrong || !m.Doubt
	}
	count.lines++
	switch {
	case row.Passed == PassedHeading && row.Number == t.Table.headTo:
		style, result, resultStyle, reasons = p.bold, say(lang, "hexi 结果", "hexi result"), p.bold, say(lang, "hexi 说明", "hexi reason")
		count.passed++
	case row.Passed == PassedHeading:
		style, result, resultStyle = p.bold, "", p.bold
		count.passed++
	case row.Passed != "":
		style, result, resultStyle = p.gray, passedWord(lang, row.Passed), p.gray
		count.passed++
	case wrong:
		result, resultStyle = say(lang, "有误", "wrong"), p.wrong
		count.rows++
		count.wrong++
	case len(marks) > 0:
		result, resultStyle = say(lang, "存疑", "doubt"), p.doubt
		count.rows++
		count.doubts++
	default:
		result, resultStyle = say(lang, "通过", "fine"), p.fine
		count.rows++
	}
	if len(marks) > 0 {
		reasons = reasonsOf(t, row, marks)
	}
	if files := t.Files[row.Number]; len(files) > 0 {
		reasons = fit(strings.TrimPrefix(reasons+"\n"+say(lang, "文件：", "files: ")+strings.Join(files, say(lang, "；", "; ")), "\n"))
	}
	reasonStyle := p.wrap
	if row.Passed != "" {
		reasonStyle = style
	}
	cells := []any{excelize.Cell{StyleID: resultStyle, Value: result}, excelize.Cell{StyleID: reasonStyle, Value: reasons}}
	for _, text := range row.Cells[:min(len(row.Cells), maxColumns-front)] {
		cells = append(cells, excelize.Cell{StyleID: style, Value: fit(text)})
	}
	for _, m := range marks {
		i := t.Table.column(m.Field, row.Record)
		if i < 0 || i >= maxColumns-front {
			continue
		}
		for len(cells) <= front+i {
			cells = append(cells, excelize.Cell{StyleID: style})
		}
		c, _ := cells[front+i].(excelize.Cell) // all are
		if !m.Doubt {
			c.StyleID = p.wrong
			if i < len(row.Cells) {
				c.Value = asRefused(row.Cells[i], m.Reason)
			}
		} else if c.StyleID != p.wrong {
			c.StyleID = p.doubt
		}
		cells[front+i] = c
	}
	return cells
}

// reasonsOf are the reasons of a row, each with the heading that it is about.
func reasonsOf(t Reviewed, row Row, marks []Mark) string {
	var parts []string
	for _, m := range marks {
		name := m.Field
		if i := t.Table.column(m.Field, row.Record); i >= 0 {
			name = t.Table.columns[i].name
		} else if name != "" {
			name = FieldName(t.Table.Lang, name)
		}
		if name != "" {
			name += say(t.Table.Lang, "：", ": ")
		}
		parts = append(parts, name+Reason(t.Table.Lang, m.Reason))
	}
	return fit(strings.Join(parts, "\n"))
}

// comment puts the reasons of a row on the cells that they are about, those of one cell in
// one comment: a cell has no second.
func (p *reviewer) comment(table, lang string, t Reviewed, row Row) error {
	reasons := map[int][]string{}
	for _, m := range t.Marks[row.Number] {
		if i := t.Table.column(m.Field, row.Record); i >= 0 && i < maxColumns-front {
			reasons[i] = append(reasons[i], Reason(lang, m.Reason))
		}
	}
	for _, i := range slices.Sorted(maps.Keys(reasons)) {
		if p.comments >= maxComments {
			break
		}
		at, err := excelize.CoordinatesToCellName(front+i+1, row.Number)
		if err != nil {
			return err
		}
		p.comments++
		comment := excelize.Comment{Cell: at, Author: "hexi", Text: fit(strings.Join(reasons[i], "\n")), Width: 320, Height: uint(60 + 30*len(reasons[i]))}
		if err := p.file.AddComment(table, comment); err != nil {
			return err
		}
	}
	return nil
}

func passedWord(lang string, p Passed) string {
	if lang != "zh" {
		return string(p)
	}
	switch p {
	case PassedTitle:
		return "表题"
	case PassedHeading:
		return "标题行"
	case PassedTotal:
		return "合计"
	}
	return "说明"
}

// ownColumn reports whether a heading is that of one of a report's own columns.
func ownColumn(heading string) bool {
	return strings.HasPrefix(fold(heading), "hexi") && ignored[fold(heading)]
}

// passedBy is why a line was passed over, as a report's first column has it; "" for others.
func passedBy(word string) Passed {
	for _, p := range []Passed{PassedTotal, PassedNote} {
		if word == passedWord("zh", p) || word == passedWord("en", p) {
			return p
		}
	}
	return ""
}

// fit cuts a text to what a cell holds, and leaves out what XML cannot.
func fit(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return '\uFFFD'
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > excelize.TotalCellChars {
		s = string([]rune(s)[:excelize.TotalCellChars-2]) + " …"
	}
	return s
}

// column finds the column that a mark is about: by its heading, or by the path of the
// field; -1 for none.
func (t *Table) column(field string, record archive.Record) int {
	return columnOfFault(t.of(record.Kind).columns, field, record)
}

func columnOfFault(columns []column, field string, record archive.Record) int {
	if field == "" {
		return -1
	}
	var n int
	if _, err := fmt.Sscanf(field, "column %d", &n); err == nil && n > 0 {
		return n - 1
	}
	for i, c := range columns {
		if c.name == field {
			return i
		}
	}
	path := pathOf(field, record)
	best, length := -1, 0
	for i, c := range columns {
		own := c.path()
		if c.name == "" || c.field == "ignore" {
			continue
		}
		if own == path {
			return i
		}
		if common := commonParts(own, path); common > length && c.field != "extra" {
			best, length = i, common
		}
	}
	return best
}

// Place is the column that a fault is about, by its heading or by the path of a field: its
// letter, as spreadsheet programs name it, and its heading; "" for none.
func (t *Table) Place(field string, record archive.Record) (letter, heading string) {
	columns := t.shown(record.Kind)
	i := columnOfFault(columns, field, record)
	if i < 0 || i >= maxColumns {
		return "", ""
	}
	letter, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return "", "" // beyond what a workbook has
	}
	if i < len(columns) {
		heading = columns[i].name
	}
	return letter, heading
}

// PathAt is the path of the field that a column, by its letter, is for in rows like a
// record; "" for none.
func (t *Table) PathAt(letter string, record archive.Record) string {
	i, err := excelize.ColumnNameToNumber(letter)
	if columns := t.shown(record.Kind); err == nil && i <= len(columns) {
		return columns[i-1].path()
	}
	return ""
}

// shown are the columns as rows of a kind have them.
func (t *Table) shown(kind archive.Kind) []column {
	if t.grid == nil {
		return t.own
	}
	return t.of(kind).columns
}

// pathOf turns identifiers[0].value into identifiers.accession, and so on.
func pathOf(field string, record archive.Record) string {
	top, rest, indexed := strings.Cut(field, "[")
	if !indexed {
		return field
	}
	var i int
	if _, err := fmt.Sscanf(rest, "%d]", &i); err != nil || i < 0 {
		return top
	}
	switch {
	case top == "identifiers" && i < len(record.Identifiers):
		return top + "." + record.Identifiers[i].Type
	case top == "dimensions" && i < len(record.Dimensions):
		return top + "." + record.Dimensions[i].Type
	case top == "people" && i < len(record.People):
		return top + "." + record.People[i].Role
	}
	return top
}

// commonParts counts the parts that two paths begin with.
func commonParts(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}
