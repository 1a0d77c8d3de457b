// Package sheet reads catalogue sheets: it turns the rows of a workbook (.xlsx), of
// separated values (.csv, packed or not) or the lines of a .jsonl file into records, one
// at a time, and says of each row what is wrong with it.
//
// It owns how sheets are laid out (headings over several lines, titles above them, notes
// and sums below, merged cells), the headings (Chinese and English), the encodings, and
// the reading of numbers, measures, dates and period expressions. It does not own what a
// record may hold: package archive validates that.
//
// Every line of a table comes out of it: as a record, as a row with its faults, or as one
// that is passed over with the reason. A row is taken whole or not at all, and a fault of
// one row never stops the others. Columns that no heading is known for are kept in the
// record's extra under their own name, so that nothing of a sheet is lost.
//
//	s, err := sheet.Open("units.xlsx", file, sheet.Options{Collection: "great-wall", Vocabulary: v})
//	for _, table := range s.Tables {
//		for row := range table.Rows() { … row.Record, row.Files, row.Err, row.Passed … }
//	}
package sheet

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"hexi/archive"
)

// Options are what rows get that do not say it themselves.
type Options struct {
	Collection string       // for rows that name none and are new
	Kind       archive.Kind // for rows that name none and show none by what they say
	Holder     string       // who holds the things, for rows that name nobody
	Vocabulary archive.Vocabulary
	Profiles   []archive.Profile // whose headings are known
	Mapping    *Mapping          // what a person says of the sheet; nil for nothing
}

// Row is one row of a sheet. Number counts as a person sees it in the sheet:
// the line that the row starts on, the first being line 1.
type Row struct {
	Number int
	Record archive.Record
	Files  []string
	// Masters tells of the files which bytes are meant, in no order; nil where the
	// sheet does not say.
	Masters []archive.LineMaster
	// Layers says of each of the files which layer of a view it is, nil for one that is
	// none. It is nil where the sheet says nothing about layers: what the archive has
	// stays.
	Layers []*archive.Layer
	// Has names the fields that the sheet speaks of, by their paths: "category",
	// "titles.zh", "rights.holder", "dimensions.height". What it does not speak of stays
	// as the archive has it. It is nil where the row is the whole record, as in .jsonl.
	// "collection" and "kind" are there where the row, the mapping or Options.Kind says
	// them, and not where they are the default of rows that are new, or a guess.
	Has map[string]bool
	// Unit is that of the quantity, in a column of its own, "" for none, and Units are
	// those of measures, by what is measured; "" is all lengths. Where the row says a
	// quantity or a measure, that has them already.
	Unit  string
	Units map[string]string
	// Profile is the one by whose headings the row is read, nil for none.
	Profile *archive.Profile
	Err     error
	// Notes tell of cells that are taken, but not as their writer may expect.
	Notes []Note
	// Passed says why the line is no record; "" for rows.
	Passed Passed
	// Cells are the texts of the line as they stand in the sheet; nil in .jsonl.
	Cells []string
}

// Note is about one cell of a row, or about a table.
type Note struct {
	Field string // the heading
	Why   string
	// Cause is the same as a reason that can be said in another language (Reason).
	Cause *archive.InvalidError
}

func newNote(field, format string, args ...any) Note {
	cause := archive.Invalid(field, format, args...)
	return Note{Field: field, Why: cause.Why, Cause: cause}
}

// Sheet is an opened sheet.
type Sheet struct {
	name   string
	Tables []*Table
	// Notes tell of tables that are not read.
	Notes []Note
}

// Table is one table of a sheet: a tab of a workbook, or all of another file.
type Table struct {
	// Name is the tab's; "" where the file is the table.
	Name string
	// Kept are the headings that were not recognised; their columns go into extra.
	Kept []string
	// Notes tell what is to know of the table as a whole.
	Notes []Note

	// Lang is the language of the headings, and so of the people who work with it.
	Lang string

	opts           Options
	profile        *archive.Profile // nil for none
	grid           grid             // nil for .jsonl
	rows           iter.Seq[Row]
	headAt, headTo int // lines
	columns        []column
	own            []column // those of a workbook that was exported, to be named in faults
	samples        []string
	has            [2][2]map[string]bool // see hasOf
	kind           archive.Kind
	holder         string

	// Where a column says the kind of each row: the kinds that it says, and the table as
	// rows of each are read ("" for those that say none).
	kinds  []archive.Kind
	byKind map[archive.Kind]*Table
}

// Rows yields the rows of all tables in order, those that are no records left out. It
// can be ranged over again.
func (s *Sheet) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for _, t := range s.Tables {
			for row := range t.Rows() {
				if row.Passed == "" && !yield(row) {
					return
				}
			}
		}
	}
}

// Unmapped lists the headings of the mapping that no table of the sheet has.
func (s *Sheet) Unmapped() []string {
	var out []string
	for _, t := range s.Tables[:min(len(s.Tables), 1)] {
		if t.opts.Mapping == nil {
			continue
		}
		for _, one := range t.opts.Mapping.columns {
			if !slices.ContainsFunc(s.Tables, func(t *Table) bool {
				return slices.ContainsFunc(t.columns, func(c column) bool {
					plain, _ := splitUnit(c.name)
					f := fold(one.heading)
					return f == fold(c.name) || f == fold(plain) || strings.HasSuffix(f, fold(c.name)) && c.name != ""
				})
			}) {
				out = append(out, fmt.Sprintf("%s (line %d)", one.heading, one.line))
			}
		}
	}
	return out
}

// Name returns the file name that the sheet was opened under.
func (s *Sheet) Name() string { return s.name }

// formats are the endings of sheets that are read.
var formats = []string{".csv", ".csv.gz", ".tsv", ".jsonl", ".xlsx", ".xlsm"}

// refused are endings of sheets that are not, which get advice instead of being taken
// for images.
var refused = []string{".xls", ".xlsb", ".et", ".ods", ".numbers"}

// IsSheet reports whether a file name is that of a sheet: one that is read, or one that
// Open refuses with advice.
func IsSheet(name string) bool {
	name = strings.ToLower(name)
	for _, list := range [][]string{formats, refused} {
		for _, ending := range list {
			if strings.HasSuffix(name, ending) {
				return true
			}
		}
	}
	return false
}

// Open reads the beginning of a sheet and returns it ready to be ranged over. What kind
// of sheet it is, its content tells; lines of JSON are told by the name's ending. Its
// errors are about the sheet as a whole, such as one without a column for titles.
func Open(name string, file File, opts Options) (*Sheet, error) {
	s := &Sheet{name: name}
	if err := s.open(file, opts); err != nil {
		return nil, fmt.Errorf("sheet %s: %w", name, err)
	}
	return s, nil
}

func (s *Sheet) open(file File, opts Options) error {
	start := make([]byte, 8<<10)
	n, err := file.ReadAt(start, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read: %w", err)
	}
	start = start[:n]
	lower := strings.ToLower(s.name)
	switch {
	case strings.HasSuffix(lower, ".jsonl"):
		s.Tables = []*Table{{rows: jsonlRows(file, opts)}}
		return nil
	case bytes.HasPrefix(start, magicZIP):
		return s.openWorkbook(file, opts)
	case bytes.HasPrefix(start, magicOLE):
		return refuseOLE(wholeStart(file))
	case strings.HasPrefix(strings.TrimSpace(strings.ToLower(string(start[:min(n, 256)]))), "<"):
		return archive.Invalid("", "this is a web page or XML that calls itself a sheet; open it in a spreadsheet program and save it as .xlsx")
	case n > 0 && (strings.HasSuffix(lower, ".xlsx") || strings.HasSuffix(lower, ".xlsm")) && bytes.IndexByte(start, 0) >= 0:
		return archive.Invalid("", "the workbook is damaged; copy it again from its source")
	case strings.HasSuffix(lower, ".numbers"), strings.HasSuffix(lower, ".et"):
		return archive.Invalid("", "%s is not a sheet that can be read; save it as .xlsx", filepath.Ext(lower))
	}
	if n == 0 {
		return archive.Invalid("", "the sheet is empty; its first line must hold the headings")
	}
	grid := csvGrid{file: file, packed: strings.HasSuffix(lower, ".gz")}
	encodings := grid.surveyEncodings()
	grid.gb = encodings.gb()
	t := &Table{opts: opts, grid: grid}
	ok, nearest, err := t.layOut(s.name)
	switch mixed := encodings.refuse(); {
	case interrupted(err):
		return err
	case err != nil:
		return cmp.Or(mixed, err)
	case !ok:
		return cmp.Or(mixed, noTitle(nearest))
	}
	encodings.note(t)
	s.Tables = []*Table{t}
	return nil
}

func noTitle(nearest []string) error {
	return archive.Invalid("titles", "no column has a heading such as 名称, 题名, name or title; the headings are: %s", strings.Join(nearest, ", "))
}

// wholeStart returns the first megabyte of a file, where older containers list what
// they hold.
func wholeStart(file File) []byte {
	start := make([]byte, 1<<20)
	n, _ := file.ReadAt(start, 0) // what is not there says nothing
	return start[:n]
}

// openWorkbook opens the tables of a workbook that have headings, and notes the others.
func (s *Sheet) openWorkbook(file File, opts Options) error {
	book, err := openWorkbook(file)
	if err != nil {
		return err
	}
	tables, err := book.openOwn()
	if err != nil {
		return err
	}
	if tables != nil {
		return s.openOwnTables(book, tables, opts)
	}
	var nearest []string
	for _, part := range book.tables {
		if part.part == "" {
			s.note(part.name, "is a chart or the like, and not read")
			continue
		}
		if m := opts.Mapping; m != nil && len(m.Tables) > 0 && !slices.Contains(m.Tables, part.name) {
			s.note(part.name, "is not among the tables that the mapping names, and not read")
			continue
		}
		if part.hidden {
			s.note(part.name, "is hidden, and not read; unhide it to have it read")
			continue
		}
		g, err := book.newTable(part.part)
		if err != nil {
			return fmt.Errorf("table %s: %w", part.name, err)
		}
		t := &Table{Name: part.name, opts: opts, grid: g}
		ok, near, err := t.layOut(s.name + " " + part.name)
		if err != nil {
			return fmt.Errorf("table %s: %w", part.name, err)
		}
		if !ok {
			if len(near) == 0 {
				s.note(part.name, "is empty")
			} else {
				s.note(part.name, "has no column with a heading such as 名称, 题名, name or title, and is not read; its first headings would be: %s", strings.Join(near[:min(len(near), 12)], ", "))
				nearest = near
			}
			continue
		}
		for _, hidden := range g.hidden {
			for i := hidden.from; i <= hidden.to && i < len(t.columns); i++ {
				if t.columns[i].name != "" {
					t.note(t.columns[i].name, "the column is hidden in the workbook; it is taken like the others")
				}
			}
		}
		s.Tables = append(s.Tables, t)
	}
	if len(s.Tables) == 0 {
		return noTitle(nearest)
	}
	return nil
}

func (s *Sheet) note(field, format string, args ...any) {
	s.Notes = append(s.Notes, newNote(field, format, args...))
}

func (t *Table) note(field, format string, args ...any) {
	t.Notes = append(t.Notes, newNote(field, format, args...))
}

func (t *Table) noteOnce(field, format string, args ...any) {
	if note := newNote(field, format, args...); !slices.ContainsFunc(t.Notes, func(o Note) bool { return o.Field == field && o.Why == note.Why }) {
		t.Notes = append(t.Notes, note)
	}
}

// Kind is what rows are that do not say it themselves.
func (t *Table) Kind() archive.Kind { return t.kind }

// jsonlRows are the rows of a file of lines of JSON.
func jsonlRows(file File, opts Options) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			yield(Row{Number: 1, Err: fmt.Errorf("read: %w", err)})
			return
		}
		readJSONL(bufio.NewReaderSize(file, 64<<10), opts)(yield)
	}
}
