package ingest

import (
	"context"
	"errors"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// refuseRow reports a row that is not taken, each of its faults with the column that it is
// about. Doubts about such a column that were told already are taken back: that a value
// is kept as it is written is not true of a row that is refused for it.
func (r *run) refuseRow(item string, at place, record archive.Record, err error) {
	r.progress.Row()
	at.mark(err)
	r.report.Records["refused"]++
	var faults archive.InvalidErrors
	if !errors.As(err, &faults) {
		one := itemOf(item, err)
		one.Record = record.ID
		if one.Do == "" {
			one.Do = at.cure(one.Field)
		}
		one.Column, one.Heading = at.column(one.Field, record)
		r.report.fail(one)
		return
	}
	for _, f := range faults {
		one := Item{Item: item, Record: record.ID, Field: f.Field, Code: "invalid", Why: f.Why, Do: at.cure(f.Field)}
		one.Column, one.Heading = at.column(f.Field, record)
		r.report.fail(one)
		if one.Heading != "" {
			r.takeBack(at, one.Heading)
			at.takeBack(one.Heading)
		}
	}
}

// What to do about a faulty row. The records of a bag cannot be mended in it: with other
// bytes it would not be valid.
const (
	doMend       = "mend this in the sheet and run the same command again; what went through stays as it is"
	doMakeAgain  = "mend the record in the archive that made the bag, and have the bag made again; what went through stays as it is"
	doWholeFirst = "take in the bag of that collection first, or name both bags in one command, and this bag again; what went through stays as it is"
)

// cure is what to do about a fault of a row.
func (p place) cure(field string) string {
	switch {
	case p.table == nil || !p.table.bag:
		return doMend
	case field == "collection":
		return doWholeFirst
	}
	return doMakeAgain
}

// column is the letter and the heading of the column that a fault is about, "" for none.
func (p place) column(field string, record archive.Record) (letter, heading string) {
	if p.table == nil || p.table.Table == nil {
		return "", ""
	}
	return p.table.Table.Place(field, record)
}

// takeBack drops the doubts about a column of the row.
func (p place) takeBack(heading string) {
	if !p.table.wanted {
		return
	}
	kept := p.table.Marks[p.row][:0]
	for _, m := range p.table.Marks[p.row] {
		if !m.Doubt || m.Field != heading {
			kept = append(kept, m)
		}
	}
	p.table.Marks[p.row] = kept
}

// takeBack drops the notes about a column of a row from the report, at its end.
func (r *run) takeBack(at place, heading string) {
	for _, i := range r.doubts[at] {
		if r.report.Notes[i].Field == heading {
			r.report.Notes[i].Code = takenBack
		}
	}
}

// takenBack is the code of notes that are not to be told after all.
const takenBack = "taken-back"

// allFaults adds to what a row is refused for when it is read what it would be refused for
// when it is saved, so that a person mends it once. What only follows from a cell that
// could not be read, such as a title that is missing, is not told.
func (r *run) allFaults(ctx context.Context, t *taking, from sheet.Row, refused error) (all, err error) {
	if from.Cells == nil || from.Has == nil { // it could not be read at all, or is no row of cells
		return refused, nil
	}
	var faults archive.InvalidErrors
	if !errors.As(refused, &faults) {
		var one *archive.InvalidError
		if !errors.As(refused, &one) {
			return refused, nil
		}
		faults = archive.InvalidErrors{one}
	}
	next := row{record: from.Record, said: &from, lang: t.table.Lang}
	seen := t.seen
	if keyOf(from.Record) == "" { // rows that say the same are counted when they are taken
		_, key := selfKey(&next.record)
		seen = map[string]int{key: t.seen[key]}
	}
	known, err := r.identify(ctx, &next.record, seen)
	if err != nil && !refusal(err) {
		return nil, err
	}
	from.Record = next.record
	if err := r.upon(&next, known); err != nil {
		return nil, err
	}
	next.hold(r.p.archive.Vocabulary())
	_, err = r.records.Normalise(ctx, next.record)
	var more archive.InvalidErrors
	if err != nil && !errors.As(err, &more) {
		return nil, err
	}
	faults = append(archive.InvalidErrors{}, faults...)
	unread := len(faults)
	if from.Err != nil {
		var alone *archive.InvalidError
		if errors.As(r.keys.alone(t.opened, from), &alone) {
			faults = append(faults, alone)
		}
	}
	for _, f := range more {
		// A region gets its image only once the row's files are read.
		if !strings.HasSuffix(f.Field, "].asset") && !follows(t.table, next.record, f, faults[:unread]) {
			faults = append(faults, f)
		}
	}
	return faults, nil
}

// follows reports whether a fault of a record may come from cells that could not be read:
// it is about one of them, or about something of which one of them is a part.
func follows(t *sheet.Table, record archive.Record, fault *archive.InvalidError, unread archive.InvalidErrors) bool {
	letter, _ := t.Place(fault.Field, record)
	for _, f := range unread {
		cell, _ := t.Place(f.Field, record)
		if cell == "" {
			continue
		}
		path := t.PathAt(cell, record)
		if cell == letter || path == fault.Field || strings.HasPrefix(path, fault.Field+".") {
			return true
		}
	}
	return false
}
