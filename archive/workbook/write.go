package workbook

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// MaxRows is how many rows a table has, its heading among them; what is more goes into a
// further table.
const MaxRows = 1_048_576

// Marker stands in the first cell of the hidden table MarkerTable, and makes a workbook one
// of hexi's; Version is behind it.
const (
	MarkerTable = "hexi"
	Marker      = "hexi workbook"
	Version     = "1"
)

// Writer writes a workbook, one table after the other.
type Writer struct {
	zip        *zip.Writer
	vocabulary Vocabulary
	tables     []written
	maxRows    int
	Rows       int // of records, in all tables that are read back
}

type written struct {
	name    string
	kind    archive.Kind // "" for a table that only shows
	columns []Column
	holder  string // that a line above the headings names
}

// NewWriter begins a workbook.
func NewWriter(w io.Writer, v Vocabulary) *Writer {
	return &Writer{zip: zip.NewWriter(w), vocabulary: v, maxRows: MaxRows}
}

// LimitRows makes tables of fewer rows than MaxRows, the heading among them.
func (w *Writer) LimitRows(n int) { w.maxRows = n }

// Tables is how many tables people see.
func (w *Writer) Tables() int { return len(w.tables) }

// Table writes the lines of one kind. Where they are more than a table holds, further
// tables of the same columns follow.
func (w *Writer) Table(name string, kind archive.Kind, columns []Column, lines iter.Seq2[archive.Line, error]) error {
	return w.rows(written{name: name, kind: kind, columns: columns}, lines, func(l archive.Line) []Cell {
		w.Rows++
		return Encode(w.vocabulary, columns, kind, l)
	})
}

// Show writes lines into a table that is locked, and not read back. Above its headings
// stands whose things these are, if they are all of one holder; else holder is "".
func (w *Writer) Show(s Sheet, holder string, lines iter.Seq2[archive.Line, error]) error {
	return w.rows(written{name: s.Name, columns: s.Columns, holder: holder}, lines, func(l archive.Line) []Cell {
		cells := make([]Cell, len(s.Columns))
		for i, c := range s.Columns {
			cells[i] = showOnly(w.vocabulary, &l, c.Path)
		}
		return cells
	})
}

func (w *Writer) rows(of written, lines iter.Seq2[archive.Line, error], encode func(archive.Line) []Cell) error {
	var t *table
	number := 1
	for line, err := range lines {
		if err != nil {
			return err
		}
		if t != nil && t.row == w.maxRows {
			if err := t.end(); err != nil {
				return err
			}
			t = nil
			number++
		}
		if t == nil {
			called := of
			if number > 1 {
				called.name = fmt.Sprintf("%s (%d)", of.name, number)
			}
			if t, err = w.begin(called); err != nil {
				return err
			}
		}
		if err := t.write(encode(line), styleText); err != nil {
			return fmt.Errorf("record %s: %w", line.ID, err)
		}
	}
	if t == nil {
		return nil // a table without rows is none
	}
	return t.end()
}

// table is a table in the making.
type table struct {
	out     *bufio.Writer
	row     int
	head    int // the row of the headings
	columns int
	locked  bool
	buf     []byte
}

func (w *Writer) begin(of written) (*table, error) {
	w.tables = append(w.tables, of)
	file, err := w.part(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(w.tables)))
	if err != nil {
		return nil, err
	}
	t := &table{out: bufio.NewWriterSize(file, 64<<10), head: 1, columns: len(of.columns), locked: of.kind == ""}
	if of.holder != "" {
		t.head = 2
	}
	var head strings.Builder
	head.WriteString(xml.Header + `<worksheet xmlns="` + namespace + `"><sheetViews><sheetView workbookViewId="0"`)
	if len(w.tables) == 1 {
		head.WriteString(` tabSelected="1"`)
	}
	fmt.Fprintf(&head, `><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`, t.head, t.head+1)
	for i, c := range of.columns {
		fmt.Fprintf(&head, `<col min="%d" max="%d" width="%d" customWidth="1" style="%d"/>`, i+1, i+1, width(c), styleText)
	}
	head.WriteString(`</cols><sheetData>`)
	if _, err := t.out.WriteString(head.String()); err != nil {
		return nil, fmt.Errorf("write table: %w", err)
	}
	if of.holder != "" { // in a cell of its own, so that a name with a space in it is read whole
		if err := t.write([]Cell{{Text: "收藏单位："}, {Text: presentable(of.holder)}}, styleText); err != nil {
			return nil, err
		}
	}
	cells := make([]Cell, len(of.columns))
	for i, c := range of.columns {
		cells[i] = Cell{Text: c.Heading}
	}
	return t, t.write(cells, styleHeading)
}

// width is that of a column in characters: what usually stands in it, or its heading.
func width(c Column) int {
	wide := map[string]int{
		"titles": 32, "descriptions": 48, "text": 40, "place": 24, "rights": 22, "stops": 30, "inscriptions": 30, "files": 24, "subjects": 24, "dimensions": 14,
	}[rootOf(c.Path)]
	if c.Path == "place.lat" || c.Path == "place.lon" {
		wide = 11
	}
	return max(wide, 2*utf8.RuneCountInString(c.Heading)+3, 10)
}

func (t *table) write(cells []Cell, style int) error {
	t.row++
	b := append(t.buf[:0], `<row r="`...)
	b = append(strconv.AppendInt(b, int64(t.row), 10), '"', '>')
	for i, c := range cells {
		if c.Text == "" {
			continue
		}
		b = append(append(append(b, `<c r="`...), columnName(i)...), strconv.Itoa(t.row)...)
		style := style
		if c.Number {
			style = styleNumber
		}
		b = strconv.AppendInt(append(b, `" s="`...), int64(style), 10)
		if c.Number {
			b = append(append(append(b, `"><v>`...), c.Text...), `</v></c>`...)
			continue
		}
		b = append(b, `" t="inlineStr"><is><t xml:space="preserve">`...)
		b = appendText(b, c.Text)
		b = append(b, `</t></is></c>`...)
	}
	b = append(b, `</row>`...)
	t.buf = b
	if _, err := t.out.Write(b); err != nil {
		return fmt.Errorf("write row %d: %w", t.row, err)
	}
	return nil
}

func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '&':
			b = append(b, `&amp;`...)
		case '<':
			b = append(b, `&lt;`...)
		case '>':
			b = append(b, `&gt;`...)
		default:
			b = append(b, s[i])
		}
	}
	return b
}

// columnName is "A", "Z", "AA".
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

func (t *table) end() error {
	tail := `</sheetData>`
	if t.locked {
		tail += `<sheetProtection sheet="1" objects="1" scenarios="1"/>`
	}
	tail += fmt.Sprintf(`<autoFilter ref="A%d:%s%d"/></worksheet>`, t.head, columnName(t.columns-1), t.row)
	_, _ = t.out.WriteString(tail) // an error stays in the writer
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// part begins a part of the file. It has no time, so that equal contents are equal files.
func (w *Writer) part(name string) (io.Writer, error) {
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return out, nil
}

// Close writes the hidden table and what holds the file together. A workbook without any
// record has a table that says so.
func (w *Writer) Close() error {
	if len(w.tables) == 0 {
		t, err := w.begin(written{name: "空", columns: []Column{{"id", "没有记录 No records"}}})
		if err == nil {
			err = t.end()
		}
		if err != nil {
			return err
		}
	}
	if err := w.marker(); err != nil {
		return err
	}
	for name, text := range w.frame() {
		out, err := w.part(name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, xml.Header+text); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := w.zip.Close(); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

// marker writes what each heading of each table stands for.
func (w *Writer) marker() error {
	shown := w.tables
	t, err := w.begin(written{name: MarkerTable, columns: []Column{{"", Marker}, {"", Version}, {"", ""}, {"", ""}}})
	if err != nil {
		return err
	}
	for _, table := range shown {
		for _, c := range table.columns {
			cells := []Cell{{Text: table.name}, {Text: string(table.kind)}, {Text: c.Heading}, {Text: c.Path}}
			if err := t.write(cells, styleText); err != nil {
				return err
			}
		}
	}
	return t.end()
}
