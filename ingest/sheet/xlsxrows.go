package sheet

import (
	"iter"
	"sort"
	"strconv"
	"strings"

	"hexi/archive"
)

// maxMerged bounds how many merged cells of a table are looked at, and maxRows is
// where Excel ends.
const (
	maxMerged = 200_000
	maxRows   = 1 << 20
)

// tableGrid is one table of a workbook.
type tableGrid struct {
	book   *workbook
	part   string
	merged []area // by their first line
	hidden []span // columns
}

// area is a merged cell: lines and columns from 0, the last ones belong to it.
type area struct{ top, left, bottom, right int }

type span struct{ from, to int }

// newTable looks through a table for what stands behind its cells but matters before
// them: which are merged.
func (w *workbook) newTable(part string) (*tableGrid, error) {
	g := &tableGrid{book: w, part: part}
	over := false
	err := w.walk(part, maxPart, func(e element) bool {
		switch {
		case e.end:
		case e.name == "col" && e.is("hidden"):
			from, _ := strconv.Atoi(e.get("min"))
			to, _ := strconv.Atoi(e.get("max"))
			if from > 0 && to >= from && len(g.hidden) < maxColumns {
				g.hidden = append(g.hidden, span{from - 1, min(to, maxColumns) - 1})
			}
		case e.name == "mergeCell":
			if a, ok := readArea(e.get("ref")); ok {
				g.merged = append(g.merged, a)
			}
			over = len(g.merged) >= maxMerged
		}
		return !over
	})
	if err == nil && over {
		err = archive.Invalid("", "the table has more than %d merged cells; take the merging off (Home › Merge › Unmerge)", maxMerged)
	}
	sort.SliceStable(g.merged, func(i, j int) bool { return g.merged[i].top < g.merged[j].top })
	return g, err
}

// readArea reads "B2:D5".
func readArea(ref string) (a area, ok bool) {
	first, last, found := strings.Cut(ref, ":")
	if !found {
		return a, false
	}
	var ok1, ok2 bool
	a.left, a.top, ok1 = readRef(first)
	a.right, a.bottom, ok2 = readRef(last)
	return a, ok1 && ok2 && a.left <= a.right && a.top <= a.bottom && (a.left < a.right || a.top < a.bottom)
}

// readRef reads "AB12" as column and line, both from 0.
func readRef(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z'; i++ {
		if column = column*26 + int(ref[i]-'A') + 1; column > maxColumns {
			return 0, 0, false
		}
	}
	digits := i
	for ; i < len(ref) && ref[i] >= '0' && ref[i] <= '9'; i++ {
		if row = row*10 + int(ref[i]-'0'); row > maxRows {
			return 0, 0, false
		}
	}
	return column - 1, row - 1, digits > 0 && i > digits && i == len(ref) && row > 0
}

// lines implements grid.
func (g *tableGrid) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		r := &rowReader{grid: g, yield: yield, more: true}
		err := g.book.walk(g.part, maxPart, r.element)
		if err != nil && r.more {
			yield(line{number: r.number + 1, err: err})
		}
	}
}

// rowReader gathers the cells of a table, line by line.
type rowReader struct {
	grid  *tableGrid
	yield func(line) bool
	more  bool

	number  int // of the current line, from 1
	out     line
	column  int // of the current cell
	typ     string
	style   int
	in      bool // inside of a value or a text
	formula bool
	words   []byte // the formula
	value   []byte
	valued  bool
	runs    int // phonetic guides that are open

	next    int    // of the merged areas
	covered []fill // areas that reach below their first line
}

// fill is a merged area with what its first cell says.
type fill struct {
	area
	text string
	kind cellKind
}

func (r *rowReader) element(e element) bool {
	switch e.name {
	case "row":
		if !e.end {
			return r.beginRow(e)
		}
		r.more = r.endRow()
		return r.more
	case "c":
		if !e.end {
			r.beginCell(e)
		} else {
			r.endCell()
		}
	case "v", "t":
		r.in = !e.end && r.runs == 0
		r.valued = r.valued || e.name == "v" || r.in
	case "f":
		r.formula = !e.end
		if e.end && len(r.words) == 0 {
			r.words = append(r.words, '=')
		}
	case "rPh":
		if e.end {
			r.runs--
		} else {
			r.runs++
		}
	case "":
		if r.in && len(r.value) <= maxCell {
			r.value = append(r.value, e.text...)
		}
		if r.formula && len(r.words) < 200 {
			r.words = append(r.words, e.text...)
		}
	}
	return true
}

func (r *rowReader) beginRow(e element) bool {
	number := r.number + 1
	if said, err := strconv.Atoi(e.get("r")); err == nil && said > r.number {
		number = said
	}
	r.number = number
	if number > maxRows {
		r.yield(line{number: number, err: archive.Invalid("", "the table has more than %d rows, which none has", maxRows)})
		r.more = false
		return false
	}
	r.out = line{number: number, cells: r.out.cells[:0], hidden: e.is("hidden")}
	r.column = -1
	return true
}

func (r *rowReader) beginCell(e element) {
	r.column++
	if column, _, ok := readRef(e.get("r")); ok && column >= r.column {
		r.column = column
	}
	r.typ, r.value, r.words, r.valued, r.in = e.get("t"), r.value[:0], r.words[:0], false, false
	r.style, _ = strconv.Atoi(e.get("s")) // none is the first
}

func (r *rowReader) endCell() {
	c := r.cell()
	if c.text == "" || r.column < 0 || r.column >= maxColumns {
		return
	}
	r.set(r.column, c)
}

func (r *rowReader) set(column int, c cell) {
	for len(r.out.cells) <= column {
		r.out.cells = append(r.out.cells, cell{})
	}
	r.out.cells[column] = c
}

// cell is the current cell as a person sees it.
func (r *rowReader) cell() cell {
	if !r.valued || len(r.value) == 0 && r.typ != "inlineStr" && r.typ != "str" {
		if len(r.words) > 0 {
			return cell{text: "=" + strings.TrimPrefix(string(r.words), "="), kind: cellFormula}
		}
		return cell{}
	}
	value := string(r.value)
	switch r.typ {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && i >= 0 && i < r.grid.book.shared.count {
			return cell{text: r.grid.book.shared.at(i)}
		}
		return cell{text: "#" + value, kind: cellFault}
	case "str", "inlineStr":
		return cell{text: unescape(value)}
	case "b":
		if strings.TrimSpace(value) == "1" {
			return cell{text: "TRUE"}
		}
		return cell{text: "FALSE"}
	case "e":
		return cell{text: value, kind: cellFault}
	case "d": // ISO 8601, as strict workbooks have dates
		return cell{text: strings.TrimSuffix(strings.Replace(value, "T", " ", 1), " 00:00:00"), kind: cellDate}
	}
	var f numberFormat
	if r.style >= 0 && r.style < len(r.grid.book.formats) {
		f = r.grid.book.formats[r.style]
	}
	return f.show(strings.TrimSpace(value), r.grid.book.date)
}

// endRow fills what merged cells cover, and hands the line on.
func (r *rowReader) endRow() bool {
	at := r.number - 1
	own := !r.out.blank() // else nothing but merged cells reach into it
	for ; r.next < len(r.grid.merged) && r.grid.merged[r.next].top <= at; r.next++ {
		a := r.grid.merged[r.next]
		if a.top < at {
			continue // its first line does not exist, so that it says nothing
		}
		var c cell
		if a.left < len(r.out.cells) {
			c = r.out.cells[a.left]
		}
		if r.out.wide == 0 && c.text != "" && a.right > a.left {
			r.out.wide = a.right - a.left + 1
		}
		if c.text != "" {
			r.covered = append(r.covered, fill{a, c.text, c.kind})
		}
	}
	kept := r.covered[:0]
	budget := maxColumns // merged cells do not overlap, but in files that mean harm
	for _, f := range r.covered {
		if f.bottom < at || len(kept) == maxColumns {
			continue
		}
		kept = append(kept, f)
		for column := f.left; column <= f.right && own && budget > 0; column++ {
			budget--
			kind := cellFilled
			switch {
			case f.top == at && column == f.left:
				continue
			case column > f.left:
				kind = cellFilledNo
			}
			if column >= len(r.out.cells) || r.out.cells[column].text == "" {
				r.set(column, cell{text: f.text, kind: kind})
			}
		}
	}
	r.covered = kept
	if !own {
		return true
	}
	return r.yield(r.out)
}
