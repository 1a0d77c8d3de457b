// Package sheet reads catalogue sheets: it turns the rows of a .csv file or
// the lines of a .jsonl file into records, one at a time, and says of each row
// what is wrong with it.
//
// It owns the headings (Chinese and English), the encodings (UTF-8 with or
// without a byte-order mark, GB18030) and the reading of period expressions. It
// does not own what a record may hold: package archive validates that.
//
// A row is taken whole or not at all, and a fault of one row never stops the
// others. Columns that no heading is known for are kept in the record's extra
// under their own name, so that nothing of a sheet is lost.
//
//	s, err := sheet.Open("units.csv", file, sheet.Options{Collection: "great-wall", Vocabulary: v})
//	for row := range s.Rows() { … row.Record, row.Files, row.Err … }
package sheet

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"hexi/archive"
)

// Options are what rows get that do not say it themselves.
type Options struct {
	Collection string       // for rows that name none
	Kind       archive.Kind // for rows that name none and show none by their category
	Vocabulary archive.Vocabulary
}

// Row is one row of a sheet. Number counts as a person sees it in the sheet:
// the line that the row starts on, the heading being line 1.
type Row struct {
	Number int
	Record archive.Record
	Files  []string
	// Layers says of each of the files which layer of a view it is, nil for one that is
	// none. It is nil where the sheet says nothing about layers: what the archive has
	// stays.
	Layers []*archive.Layer
	// Has names the top-level fields that the sheet speaks of. A sheet without
	// a column says nothing about that field: what the archive has stays. It is
	// nil where the row is the whole record, as in .jsonl.
	Has map[string]bool
	Err error
	// Notes tell of cells that are taken, but not as their writer may expect.
	Notes []Note
}

// Note is about one cell of a row.
type Note struct {
	Field string // the heading
	Why   string
}

// Sheet is an opened sheet.
type Sheet struct {
	name string
	rows iter.Seq[Row]
	// Kept are the headings that were not recognised; their columns go into extra.
	Kept []string
}

// Rows yields the rows in order. It can be ranged over once.
func (s *Sheet) Rows() iter.Seq[Row] { return s.rows }

// Name returns the file name that the sheet was opened under.
func (s *Sheet) Name() string { return s.name }

// IsSheet reports whether a file name is that of a sheet that can be read.
func IsSheet(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".jsonl":
		return true
	}
	return false
}

// Open reads the beginning of a sheet and returns it ready to be ranged over.
// The kind of sheet is told by the name's ending. Its errors are about the
// sheet as a whole, such as a heading line without a title column.
func Open(name string, r io.Reader, opts Options) (*Sheet, error) {
	s := &Sheet{name: name}
	buffered := bufio.NewReaderSize(r, 64<<10)
	var err error
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".jsonl":
		s.rows = readJSONL(buffered, opts)
	case ".csv":
		s.rows, s.Kept, err = openCSV(buffered, opts)
	default:
		err = archive.Invalid("", "%s is not a sheet that can be read; save it as .csv or .jsonl", ext)
	}
	if err != nil {
		return nil, fmt.Errorf("sheet %s: %w", name, err)
	}
	return s, nil
}
