package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

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
	decoded, err := toUTF8(r)
	if err != nil {
		return nil, nil, err
	}
	cr := csv.NewReader(decoded)
	cr.FieldsPerRecord = -1
	cr.ReuseRecord = true
	cr.LazyQuotes = true
	if comma, err := delimiter(decoded); err == nil {
		cr.Comma = comma
	}
	heading, err := cr.Read()
	if errors.Is(err, io.EOF) {
		return nil, nil, archive.Invalid("", "the sheet is empty; its first line must hold the headings")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read headings: %w", err)
	}
	columns, kept, err := readHeadings(heading)
	if err != nil {
		return nil, nil, err
	}
	rows := func(yield func(Row) bool) {
		for {
			cells, err := cr.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			line, _ := position(cr, cells)
			if err != nil {
				var bad *csv.ParseError
				if errors.As(err, &bad) {
					line = bad.StartLine
				}
				if !yield(Row{Number: line, Err: archive.Invalid("", "the line is not valid CSV: %v", err)}) || bad == nil {
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

func position(cr *csv.Reader, cells []string) (line, col int) {
	if len(cells) == 0 {
		return 0, 0
	}
	return cr.FieldPos(0)
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
	for i, c := range columns {
		top, _, _ := strings.Cut(c.field, ".")
		row.Has[top] = true
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
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";；|\n", r) }) {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// delimiter finds out whether the heading line is separated by commas,
// semicolons or tabs, as Excel writes them depending on the country.
func delimiter(r *bufio.Reader) (rune, error) {
	start, err := r.Peek(r.Size())
	if len(start) == 0 {
		return ',', err
	}
	line, _, _ := bytes.Cut(start, []byte("\n"))
	best, count := ',', bytes.Count(line, []byte(","))
	for _, d := range []rune{'\t', ';'} {
		if n := bytes.Count(line, []byte(string(d))); n > count {
			best, count = d, n
		}
	}
	return best, nil
}

// toUTF8 decodes GB18030 where the beginning of the sheet is not UTF-8.
func toUTF8(r *bufio.Reader) (*bufio.Reader, error) {
	start, err := r.Peek(r.Size())
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return nil, archive.Invalid("", "this is not a text file; save the sheet as CSV (UTF-8)")
	}
	if validPrefix(start) {
		return r, nil
	}
	return bufio.NewReaderSize(transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder()), 64<<10), nil
}

// validPrefix reports whether b is UTF-8 but for a character cut off at its end.
func validPrefix(b []byte) bool {
	for i := 0; i < utf8.UTFMax && i < len(b); i++ {
		if utf8.Valid(b[:len(b)-i]) {
			return true
		}
	}
	return len(b) == 0
}

// rawString is a string as a JSON value.
func rawString(s string) json.RawMessage {
	b, _ := json.Marshal(s) // a string always can be encoded
	return b
}
