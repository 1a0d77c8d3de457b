package sheet

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"hexi/archive"
	own "hexi/archive/workbook"
)

// ownTable is a table of a workbook that hexi itself wrote: what its headings stand for is
// said by the workbook's hidden table, and its cells are read exactly.
type ownTable struct {
	name  string
	kind  archive.Kind // "" for a table that only shows
	paths map[string]string
	order []string // headings
}

// openOwn reads the hidden table of a workbook. It returns nil where it is not one of ours.
func (w *workbook) openOwn() ([]ownTable, error) {
	at := slices.IndexFunc(w.tables, func(t tablePart) bool { return t.name == own.MarkerTable })
	if at < 0 || w.tables[at].part == "" {
		return nil, nil
	}
	g, err := w.newTable(w.tables[at].part)
	if err != nil {
		return nil, err
	}
	var out []ownTable
	first := true
	for l := range g.lines() {
		if l.err != nil {
			return nil, l.err
		}
		text := func(i int) string {
			if i < len(l.cells) {
				return l.cells[i].text
			}
			return ""
		}
		if first {
			if text(0) != own.Marker {
				return nil, nil
			}
			if text(1) != own.Version {
				return nil, archive.Invalid("", "the workbook is of version %s of hexi's workbooks, and %s is known here; export it again, or take it in with a newer hexi", text(1), own.Version)
			}
			first = false
			continue
		}
		i := slices.IndexFunc(out, func(t ownTable) bool { return t.name == text(0) })
		if i < 0 {
			out = append(out, ownTable{name: text(0), kind: archive.Kind(text(1)), paths: map[string]string{}})
			i = len(out) - 1
		}
		if out[i].paths[text(2)] == "" {
			out[i].order = append(out[i].order, text(2))
		}
		out[i].paths[text(2)] = text(3)
	}
	return out, nil
}

// openOwnTables opens the tables of a workbook of ours: those that are read back, records
// of kind collection before the others.
func (s *Sheet) openOwnTables(book *workbook, tables []ownTable, opts Options) error {
	var rest []*Table
	for _, t := range tables {
		if t.kind == "" {
			continue
		}
		at := slices.IndexFunc(book.tables, func(p tablePart) bool { return p.name == t.name })
		if at < 0 {
			s.note(t.name, "was taken out of the workbook, or called otherwise; its records stay as they are")
			continue
		}
		g, err := book.newTable(book.tables[at].part)
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		columns, extra, err := t.columns(g)
		if err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		table := &Table{Name: t.name, Kept: extra, rows: t.rows(g, columns, opts), own: namedColumns(columns)}
		if t.kind == archive.KindCollection {
			s.Tables = append(s.Tables, table)
		} else {
			rest = append(rest, table)
		}
	}
	s.Tables = append(s.Tables, rest...)
	for _, p := range book.tables {
		if !p.hidden && !slices.ContainsFunc(tables, func(t ownTable) bool { return t.name == p.name }) {
			s.note(p.name, "was put into a workbook that hexi exported, and is not read; save it as a workbook of its own to have it read")
		}
	}
	return nil
}

// columns reads the headings of a table. Columns may have been moved, and others put in or
// behind them, which go into extra; one that is gone would take what stands in it out of every record.
func (t ownTable) columns(g grid) (columns []own.Column, extra []string, err error) {
	found := map[string]bool{}
	for l := range g.lines() {
		if l.err != nil {
			return nil, nil, l.err
		}
		for i, c := range l.cells {
			path, ok := t.paths[c.text]
			if ok && found[c.text] {
				return nil, nil, archive.Invalid(c.text, "is the heading of two columns; take one out")
			}
			if !ok && strings.TrimSpace(c.text) != "" {
				path = "extra." + strings.TrimSpace(c.text)
				extra = append(extra, strings.TrimSpace(c.text))
			}
			found[c.text] = true
			for len(columns) <= i {
				columns = append(columns, own.Column{})
			}
			columns[i] = own.Column{Path: path, Heading: c.text}
		}
		break
	}
	var gone []string
	for _, heading := range t.order {
		if !found[heading] {
			gone = append(gone, heading)
		}
	}
	if len(gone) > 0 {
		return nil, nil, archive.Invalid("", "the columns %s are gone, or called otherwise; put them back with their headings (a cell that is empty empties the field), or export the records again", strings.Join(gone, ", "))
	}
	return columns, extra, nil
}

// namedColumns are columns as faults find them.
func namedColumns(columns []own.Column) []column {
	out := make([]column, len(columns))
	for i, c := range columns {
		out[i] = column{field: c.Path, name: c.Heading}
		if key, ok := strings.CutPrefix(c.Path, "extra."); ok {
			out[i].field, out[i].key = "extra", key
		}
	}
	return out
}

// rows yields the rows of a table as records.
func (t ownTable) rows(g grid, columns []own.Column, opts Options) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		head := true
		for l := range g.lines() {
			if l.err == nil && (head || l.blank()) {
				head = false
				continue
			}
			row := Row{Number: l.number, Err: l.err}
			if l.err == nil {
				t.read(&row, l, columns, opts)
			}
			if !yield(row) || l.err != nil {
				return
			}
		}
	}
}

func (t ownTable) read(row *Row, l line, columns []own.Column, opts Options) {
	cells := make([]own.Cell, len(l.cells))
	for i, c := range l.cells {
		if c.kind == cellFilled || c.kind == cellFilledNo {
			continue
		}
		if c.kind == cellFault || c.kind == cellFormula {
			heading := fmt.Sprintf("column %d", i+1)
			if i < len(columns) {
				heading = columns[i].Heading
			}
			row.Err = archive.Invalid(heading, "%q is a fault or a formula that was never computed, not a value", c.text)
			return
		}
		cells[i] = own.Cell{Text: c.text, Number: c.kind == cellNumber}
	}
	read, err := own.Decode(opts.Vocabulary, columns, t.kind, cells)
	row.Record, row.Files, row.Masters, row.Layers = read.Line.Record, read.Line.Files, read.Line.Masters, read.Line.Layers
	row.Err = err
	for _, field := range read.Edited {
		row.Notes = append(row.Notes, newNote(field, "its cells were edited and count; what they could not show of it is gone"))
	}
	if row.Record.Collection == "" {
		row.Record.Collection = opts.Collection
	}
}
