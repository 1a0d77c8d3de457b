package sheet

import (
	"context"
	"errors"
	"io"
	"iter"
)

// File is what a sheet is read from. It is read more than once, from its beginning.
// An *os.File and a *strings.Reader are Files. One that fails with the error of a
// context ends what is being read with that error.
type File interface {
	io.Reader
	io.Seeker
	io.ReaderAt
}

// interrupted reports whether a File refused to be read on because whoever reads it
// was told to stop: that says nothing of the sheet.
func interrupted(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// grid is a table as its file has it, before anybody asked what it means: lines of
// cells, from the first to the last.
type grid interface {
	// lines yields every line that holds anything, in order, each time anew. A line's
	// cells are valid until the next one is asked for.
	lines() iter.Seq[line]
}

// line is one line of a grid.
type line struct {
	number int // as a person sees it, counted from 1
	cells  []cell
	hidden bool // a person who opens the file does not see it
	wide   int  // how many columns its first merged cell goes over; 0 where none is merged
	err    error
}

// cell is one cell, as a person who opens the file sees it.
type cell struct {
	text string
	kind cellKind
}

// cellKind says what a workbook keeps in a cell. All cells of a text file are texts.
type cellKind uint8

const (
	cellText     cellKind = iota
	cellNumber            // text is its decimal form
	cellDate              // text is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DD hh:mm:ss
	cellFault             // text is what the program shows, such as #N/A
	cellFormula           // a formula that was never computed; text is the formula
	cellFilled            // empty itself, filled from the merged cell that covers it
	cellFilledNo          // the same, across: a heading over several columns
)

// clone copies a line, to be kept.
func (l line) clone() line {
	l.cells = append([]cell(nil), l.cells...)
	return l
}

// texts returns the cells' texts.
func (l line) texts() []string {
	out := make([]string, len(l.cells))
	for i, c := range l.cells {
		out[i] = c.text
	}
	return out
}

// blank reports whether no cell holds anything of its own.
func (l line) blank() bool {
	for _, c := range l.cells {
		if c.kind != cellFilled && c.kind != cellFilledNo && clean(c.text) != "" {
			return false
		}
	}
	return true
}
