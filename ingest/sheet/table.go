package sheet

import (
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	own "hexi/archive/workbook"
)

// layOut finds out where the headings of a table are and what they mean. called is
// what the table is called, which may say what its rows are.
func (t *Table) layOut(called string) (ok bool, nearest []string, err error) {
	m := t.opts.Mapping
	read := reader{known: newChooser(m, nil).column, profiles: t.opts.Profiles, names: namesOf(t.opts.Profiles)}
	if m != nil {
		read.line, read.lines = m.headAt, m.headTo-m.headAt+1
		t.opts.Collection = cmp.Or(m.Collection, t.opts.Collection)
		t.opts.Kind = cmp.Or(t.opts.Kind, m.Kind)
	}
	found, nearest, err := findLayout(t.grid, read)
	if err != nil || found.columns == nil {
		return false, nearest, err
	}
	if t.columns, err = readHeadings(found.columns); err != nil {
		return false, nil, err
	}
	t.judge(found.data)
	generic := t.columns
	t.kind = t.guessKind(called, found.data)
	// What the rows are says which profile's headings are meant.
	if t.profile = t.chooseProfile(t.columns, t.kind); t.profile != nil {
		read.known = newChooser(m, t.profile).column
		if found.columns, err = readHeadings(read.laidOut(found)); err != nil {
			return false, nil, err
		}
		t.columns = found.columns
		t.judge(found.data)
	} else if m != nil && m.Profile != "" {
		return false, nil, archive.Invalid("profile", "%q, which the mapping names, is not a profile", m.Profile)
	}
	if m == nil && !identifies(t.columns) { // by no profile that fits either
		return false, found.headings[len(found.headings)-1].texts(), nil
	}
	t.headAt, t.headTo = found.from, found.to
	t.Lang = t.language()
	t.holder = cmp.Or(found.holder, t.opts.Holder)
	if m != nil {
		t.Lang, t.holder = cmp.Or(m.Language, t.Lang), cmp.Or(m.Holder, t.holder)
	}
	t.has = withWhere(t.speaksOf())
	t.samples = t.samplesOf(found.data)
	if err := t.splitByKind(read, found, generic); err != nil {
		return false, nil, err
	}
	for _, c := range t.columns {
		if fold(c.name) == fold(own.HeadingRest) {
			t.note(c.name, "the table is of a workbook that hexi exported, without its hidden table %s: it is read like any other sheet, this column is not read, and what only it holds is not taken in; to have all of it, export the records again and edit that workbook", own.MarkerTable)
		}
		if c.name != "" && c.unknown() { // the profile names no field for it either
			t.Kept = append(t.Kept, c.name)
		}
	}
	return true, nil, nil
}

// language is that of the headings, and so of the people who work with the table.
func (t *Table) language() string {
	han, latin := 0, 0
	for _, c := range t.columns {
		switch {
		case c.name == "":
		case textLanguage(c.name) == "en":
			latin++
		default:
			han++
		}
	}
	if latin > han {
		return "en"
	}
	return "zh"
}

// samplesOf are the first values of columns, cut to a glance. What is passed over, such as
// a line of the columns' numbers, holds none.
func (t *Table) samplesOf(data []line) []string {
	out := make([]string, len(t.columns))
	data = slices.DeleteFunc(slices.Clone(data), func(l line) bool { return l.err != nil || t.pass(l) != "" })
	for i := range out {
		for _, l := range data {
			if i >= len(l.cells) {
				continue
			}
			if out[i] = oneLine(clean(l.cells[i].text)); out[i] != "" {
				break
			}
		}
		if runes := []rune(out[i]); len(runes) > 40 {
			out[i] = string(runes[:40]) + " …"
		}
	}
	return out
}

// judge looks at what stands below the headings: a column is not what its heading says
// where nothing in it is.
func (t *Table) judge(data []line) {
	for i, c := range t.columns {
		if c.field != "kind" {
			continue
		}
		some, known := 0, 0
		for _, l := range data {
			if i >= len(l.cells) || clean(l.cells[i].text) == "" {
				continue
			}
			some++
			if _, ok := t.opts.Vocabulary.Term(archive.SchemeKind, oneLine(clean(l.cells[i].text))); ok {
				known++
			}
		}
		if some > 0 && known == 0 {
			t.columns[i] = column{field: "extra", name: c.name, key: c.name}
			t.noteOnce(c.name, "holds no kind of record, such as relic or site, and is kept in extra")
		}
	}
}

// speaksOf names the fields that rows of the table say something about. Of the
// collection and the kind, each row says for itself whether it does (hasOf).
func (t *Table) speaksOf() map[string]bool {
	has := map[string]bool{}
	for _, c := range t.columns {
		if c.name == "" || c.field == "ignore" || c.field == "collection" || c.field == "kind" {
			continue
		}
		path := c.field
		switch {
		case c.field == "extra":
			path += "." + c.key
		case texts[c.field] && c.lang != "":
			path += "." + c.lang
		}
		has[path] = true
		if c.words != "" {
			has["extra."+c.words] = true
		}
	}
	if t.holder != "" {
		has["rights.holder"] = true
	}
	if m := t.opts.Mapping; m != nil {
		for _, c := range slices.Concat(m.constants, m.defaults) {
			has[c.column.path()] = true
		}
	}
	delete(has, "collection")
	delete(has, "kind")
	return has
}

// withWhere returns the fields that are spoken of by rows that say, or do not say, their
// collection and their kind.
func withWhere(has map[string]bool) (out [2][2]map[string]bool) {
	for c := range out {
		for k := range out[c] {
			out[c][k] = maps.Clone(has)
			if c == 1 {
				out[c][k]["collection"] = true
			}
			if k == 1 {
				out[c][k]["kind"] = true
			}
		}
	}
	return out
}

// hasOf is what a row speaks of, by whether it says its collection and its kind.
func (t *Table) hasOf(collection, kind bool) map[string]bool {
	c, k := 0, 0
	if collection {
		c = 1
	}
	if kind {
		k = 1
	}
	return t.has[c][k]
}

// Rows yields every line of the table, in order; each time anew.
func (t *Table) Rows() iter.Seq[Row] {
	if t.grid == nil {
		return t.rows
	}
	return func(yield func(Row) bool) {
		for l := range t.grid.lines() {
			row := Row{Number: l.number, Err: l.err}
			switch {
			case l.err != nil:
			case l.number < t.headAt:
				row.Passed = PassedTitle
			case l.number <= t.headTo:
				row.Passed = PassedHeading
			default:
				if row.Passed = t.pass(l); row.Passed == "" {
					row = t.of(t.kindSaid(l)).readRow(l)
				}
			}
			row.Cells = l.texts()
			if row.Passed != "" {
				for i, c := range l.cells { // what stands there itself, as it stands
					if c.kind == cellFilled || c.kind == cellFilledNo {
						row.Cells[i] = ""
					}
				}
			}
			if !yield(row) {
				return
			}
		}
	}
}

// readRow builds a record from the cells of one row.
func (t *Table) readRow(l line) Row {
	row := Row{Number: l.number, Profile: t.profile}
	b := &builder{record: &row.Record, vocabulary: t.opts.Vocabulary, table: t}
	if m := t.opts.Mapping; m != nil && len(m.defaults) > 0 {
		b.said = map[string]bool{}
	}
	var layers struct {
		column
		cell string
	}
	for i, c := range t.columns {
		if c.field == "layers" {
			layers.column = c
		}
		if i >= len(l.cells) || c.field == "ignore" {
			continue
		}
		value := clean(l.cells[i].text)
		kind := t.kindOf(l, i, value)
		switch {
		case value == "":
		case len(value) > maxCell:
			b.fault(c, "the cell holds %d bytes; at most %d are taken", len(value), maxCell)
		case !utf8.ValidString(value):
			b.fault(c, "the cell is not valid text; save the sheet as UTF-8 or GB18030")
		case strings.IndexByte(value, 0) >= 0:
			b.fault(c, "the cell holds a NUL character, which no text does; type it again")
		case c.name == "":
			if kind == cellText || kind == cellNumber || kind == cellDate {
				b.fault(column{name: fmt.Sprintf("column %d", i+1)}, "holds %q but has no heading", value)
			}
		case kind == cellFormula:
			b.fault(c, "%q is a formula without a result; open the workbook in a spreadsheet program and save it, or type the value", value)
		case kind == cellFault && c.field == "extra":
			b.note(c, "%q is an error of the spreadsheet's formula; the cell is left empty", value)
		case kind == cellFault:
			b.fault(c, "%q is an error of the spreadsheet's formula; mend it or type the value", value)
		case c.field == "files":
			row.Files = append(row.Files, splitFiles(value)...)
		case c.field == "layers":
			layers.cell = value
		default:
			if b.said != nil {
				b.said[c.path()] = true
				b.said["extra."+c.words] = true
			}
			b.set(c, value, kind)
		}
	}
	for i := len(t.columns); i < len(l.cells); i++ {
		if clean(l.cells[i].text) != "" && l.cells[i].kind != cellFilled && l.cells[i].kind != cellFilledNo {
			b.fault(column{name: fmt.Sprintf("column %d", i+1)}, "holds %q but has no heading", clean(l.cells[i].text))
		}
	}
	if layers.name != "" {
		row.Layers = b.layers(layers.column, layers.cell, row.Files)
	}
	if l.hidden {
		b.note(column{}, "the row is hidden in the workbook; it is taken like the others")
	}
	b.finish()
	row.Has = t.hasOf(b.saysCollection, b.saysKind)
	if b.unread {
		row.Has = maps.Clone(row.Has)
		delete(row.Has, "dimensions")
	}
	row.Unit = b.unit
	for of, cell := range b.units {
		if row.Units == nil {
			row.Units = map[string]string{}
		}
		row.Units[of] = cell.unit
	}
	row.Notes = b.notes
	if len(b.faults) > 0 {
		row.Err = b.faults
	}
	return row
}

// splitFiles splits a cell that names several files.
func splitFiles(s string) []string {
	var out []string
	for _, name := range strings.FieldsFunc(s, isSeparator) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// isSeparator reports whether a character stands between two files in a cell.
func isSeparator(r rune) bool { return strings.ContainsRune(";；|\n", r) }

// rawString is a string as a JSON value.
func rawString(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always can be encoded
	return b
}

// Columns lists the columns of a table that say something, in their order.
func (t *Table) Columns() []Column {
	var out []Column
	for i, c := range t.columns {
		if c.name == "" {
			continue
		}
		sample := ""
		if i < len(t.samples) {
			sample = t.samples[i]
		}
		out = append(out, Column{Number: i + 1, Heading: c.name, Field: c.path(), Unit: c.unit, Sample: sample})
	}
	return slices.Clip(out)
}

// Constants are what a mapping has every row of the table say, and Defaults what rows
// that say nothing of it, in the order of the mapping.
func (t *Table) Constants() []Filled {
	if t.opts.Mapping == nil {
		return nil
	}
	return filledBy(t.opts.Mapping.constants)
}

// Defaults are described at Constants.
func (t *Table) Defaults() []Filled {
	if t.opts.Mapping == nil {
		return nil
	}
	return filledBy(t.opts.Mapping.defaults)
}

func filledBy(all []mapped) []Filled {
	var out []Filled
	for _, one := range all {
		out = append(out, Filled{one.column.path(), one.value})
	}
	return out
}

// Filled is a value that no cell holds.
type Filled struct {
	Field string `json:"field"` // the path in the record
	Value string `json:"value"`
}

// Column is what a column of a table means.
type Column struct {
	Number  int    `json:"column"` // from 1
	Heading string `json:"heading"`
	Field   string `json:"field"` // the path in the record; "ignore"; "files", "layers"
	Unit    string `json:"unit,omitempty"`
	Sample  string `json:"sample,omitempty"` // the first value, cut
}

// path is the field of a column in a record.
func (c column) path() string {
	switch {
	case c.field == "extra":
		return "extra." + c.key
	case c.lang != "":
		return c.field + "." + c.lang
	}
	return c.field
}
