package ingest

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// taking is how far a table is taken in.
type taking struct {
	*opened
	review  *reviewed
	seen    map[string]int // rows that say the same of themselves
	without []int          // rows that have no file, though files were given
	count   TableReport
}

// rows is how many rows of tables were taken in or refused.
func (r *Report) rows() (n int) {
	for _, t := range r.Sheets {
		n += t.Rows
	}
	return n
}

// taken reports what became of a table.
func (r *Report) taken(t *taking) {
	r.Sheets = append(r.Sheets, t.count)
	if t.count.Rows == 0 {
		r.note(Item{Item: t.name, Code: "no-rows", Why: "holds headings and no rows"})
	}
	if len(t.without) > 0 {
		r.note(Item{Item: t.name, Code: "no-file", Why: fmt.Sprintf("%d rows have no file among those that were given: rows %s", len(t.without), list(t.without))})
	}
}

// takeRows takes rows of a table in, one after the other; what the archive has of them
// is asked of it together.
func (r *run) takeRows(ctx context.Context, t *taking, rows []sheet.Row) error {
	r.ahead.forget()
	for i, row := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.ahead.empty() { // at the beginning, and where rows before were saved
			if err := r.look(ctx, rows[i:], t.seen); err != nil {
				return err
			}
		}
		if err := r.takeRow(ctx, t, row); err != nil {
			return err
		}
	}
	return nil
}

// takeRow accounts for a line of a table, and adds the record that it describes, if it
// does.
func (r *run) takeRow(ctx context.Context, t *taking, sheetRow sheet.Row) error {
	item, at := fmt.Sprintf("%s row %d", t.name, sheetRow.Number), place{t.review, sheetRow.Number}
	t.count.Lines++
	if sheetRow.Passed != "" {
		t.count.Passed[sheetRow.Passed]++
		if sheetRow.Passed == sheet.PassedNote || sheetRow.Passed == sheet.PassedTotal {
			format := "is taken for a note and not for a record: %s"
			if sheetRow.Passed == sheet.PassedTotal {
				format = "is taken for a sum and not for a record: %s"
			}
			r.doubt(item, at, "passed-over", archive.Invalid("", format, first(sheetRow.Cells)))
		}
		return nil
	}
	t.count.Rows++
	if again, of := r.keys.again(t.opened, sheetRow); again {
		t.count.Passed[PassedSame]++
		r.progress.Row()
		r.doubt(item, at, "same-row", archive.Invalid("", "is the same, cell by cell, as row %d, and is not taken again", of))
		return nil
	}
	next, err := r.readRow(ctx, sheetRow, t)
	if err != nil {
		if !refusal(err) {
			return err
		}
		all, err := r.allFaults(ctx, t, sheetRow, err)
		if err != nil {
			return err
		}
		r.refuseRow(item, at, sheetRow.Record, all)
		return nil
	}
	for _, notes := range [][]sheet.Note{sheetRow.Notes, t.keys.survey.Doubts(sheetRow)} {
		for _, note := range notes {
			r.doubt(item, at, noteCode(note), note.Cause)
		}
	}
	for _, doubt := range r.beside(sheetRow, next.record) {
		r.doubt(item, at, noteCode(sheet.Note{Why: doubt.Why}), doubt)
	}
	if next.doubt != nil {
		r.doubt(item, at, "profile", next.doubt)
	}
	next.item, next.at = item, at
	if t.keys.files != nil && sheetRow.Cells != nil && len(next.files) == 0 {
		t.without = append(t.without, sheetRow.Number)
	}
	r.noteFiles(t, sheetRow.Number, next.files)
	return r.add(ctx, next)
}

// beside are the words of a row that a vocabulary does not have, in fields that take
// others too, as the API tells them. What a time leaves open the notes of the row say.
// Lines of JSON come from programs, and many of them from an export, which was asked
// about when it was written.
//
// Of what a profile adds it is the record as it will be that counts: the beginning of what
// a row says the end of may be in the archive.
func (r *run) beside(row sheet.Row, will archive.Record) (doubts archive.InvalidErrors) {
	if row.Cells == nil {
		return nil
	}
	says := row.Record
	says.Kind, says.Extra = will.Kind, will.Extra
	if term, ok := r.p.archive.Vocabulary().Term(archive.SchemeKind, string(says.Kind)); ok {
		says.Kind = archive.Kind(term.Code)
	}
	for _, doubt := range r.p.archive.Doubts(&says) {
		if !strings.HasPrefix(doubt.Field, "period.") {
			doubts = append(doubts, doubt)
		}
	}
	return doubts
}

// noteFiles says which files a row gets: in the report's workbook, and in a dry run, which
// is there to be looked at before anything is done.
func (r *run) noteFiles(t *taking, row int, files []source) {
	if len(files) == 0 || !r.req.DryRun && !t.review.wanted {
		return
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, cmp.Or(f.rel, f.path))
	}
	if t.review.wanted {
		t.review.Files[row] = names
	}
	if r.req.DryRun {
		t.count.Files = append(t.count.Files, RowFiles{row, names})
	}
}

// noteNamesake tells of a row that is known only by what it says of itself, where another
// table of the run has such a row with other contents: both are one record, as they would
// be in two runs, and the later one counts. To take them for two by the order of the
// tables would give each the record of the other when one of them came alone.
func (r *run) noteNamesake(t *taking, row sheet.Row, id string) {
	if !r.keys.across {
		return
	}
	this := keyed{table: t.opened, row: row.Number, cells: sumOfCells(row)}
	if before, ok := r.named[id]; ok && before.table != t.opened && (before.cells != this.cells || row.Cells == nil) {
		r.doubt(fmt.Sprintf("%s row %d", t.name, row.Number), place{t.review, row.Number}, "namesake",
			archive.Invalid("", "has no number and no id, and is taken for the same thing as %s, which says other things of it; give both a number or an id if they are two",
				fmt.Sprintf("%s row %d", before.table.name, before.row)))
	}
	if r.named == nil {
		r.named = map[string]keyed{}
	}
	r.named[id] = this
}
