package sheet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// maxColumns and maxCell bound a sheet; Excel itself ends at 16,384 columns and
// 32,767 characters a cell.
const (
	maxColumns = 16_384
	maxCell    = 1 << 20
)

// openCSV reads the heading line. Rows follow lazily.
func openCSV(r *bufio.Reader, opts Options) (iter.Seq[Row], []string, error) {
	skipBOM(r)
	text, err := newLines(r)
	if err != nil {
		return nil, nil, err
	}
	first, err := text.next()
	if errors.Is(err, io.EOF) {
		return nil, nil, archive.Invalid("", "the sheet is empty; its first line must hold the headings")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read headings: %w", err)
	}
	text.putBack([][]byte{first})
	cr := &csvReader{lines: text, comma: delimiter(first)}
	heading, _, err := cr.row()
	if err != nil {
		return nil, nil, fmt.Errorf("read headings: %w", err)
	}
	columns, kept, err := readHeadings(heading)
	if err != nil {
		return nil, nil, err
	}
	rows := func(yield func(Row) bool) {
		for {
			cells, line, err := cr.row()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				var bad *archive.InvalidError
				if !yield(Row{Number: line, Err: err}) || !errors.As(err, &bad) {
					return
				}
				continue
			}
			if blank(cells) {
				continue
			}
			row := readRow(columns, cells, opts)
			row.Number = line
			if !yield(row) {
				return
			}
		}
	}
	return rows, kept, nil
}

// readHeadings maps the heading line. Two columns may not mean the same, or a
// cell of one would silently replace the other's.
func readHeadings(heading []string) (columns []column, kept []string, err error) {
	if len(heading) > maxColumns {
		return nil, nil, archive.Invalid("", "the sheet has %d columns; at most %d are read", len(heading), maxColumns)
	}
	seen := map[column]string{}
	for _, h := range heading {
		c := columnFor(strings.Clone(h))
		key := c
		key.name = ""
		if c.field == "extra" {
			key.name = c.name
		}
		if first, ok := seen[key]; ok && c.name != "" {
			if c.field == "extra" {
				return nil, nil, archive.Invalid(c.name, "two columns have this heading; give each its own")
			}
			// The first column with a meaning has it; a second keeps its values in extra.
			c = column{field: "extra", name: c.name}
			_ = first
		}
		seen[key] = c.name
		if c.field == "extra" && c.name != "" {
			kept = append(kept, c.name)
		}
		columns = append(columns, c)
	}
	if !slices.ContainsFunc(columns, func(c column) bool { return c.field == "titles" }) {
		return nil, nil, archive.Invalid("titles", "no column has a heading such as 名称, 题名, name or title; the headings are: %s",
			strings.Join(heading, ", "))
	}
	return columns, kept, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// readRow builds a record from the cells of one row.
func readRow(columns []column, cells []string, opts Options) Row {
	row := Row{Has: map[string]bool{"collection": true, "kind": true}}
	b := &builder{record: &row.Record, vocabulary: opts.Vocabulary}
	var layers struct {
		column
		cell string
	}
	for i, c := range columns {
		top, _, _ := strings.Cut(c.field, ".")
		row.Has[top] = true
		if c.field == "layers" {
			layers.column = c
		}
		if i >= len(cells) {
			continue
		}
		value := strings.TrimSpace(strings.Clone(cells[i]))
		switch {
		case value == "":
		case len(value) > maxCell:
			b.fault(c, "the cell holds %d bytes; at most %d are taken", len(value), maxCell)
		case !utf8.ValidString(value):
			b.fault(c, "the cell is not valid text; save the sheet as UTF-8 or GB18030")
		case c.field == "files":
			row.Files = append(row.Files, splitFiles(value)...)
		case c.field == "layers":
			layers.cell = value
		case c.name == "":
			b.fault(column{name: fmt.Sprintf("column %d", i+1)}, "holds %q but has no heading", value)
		default:
			b.set(c, value)
		}
	}
	for i := len(columns); i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			b.fault(column{name: fmt.Sprintf("column %d", i+1)}, "holds %q but has no heading", cells[i])
		}
	}
	if row.Has["layers"] {
		row.Layers = b.layers(layers.column, layers.cell, row.Files)
	}
	b.finish(opts)
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
