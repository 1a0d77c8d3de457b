package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hexi/ingest/sheet"
)

// opened is a table of a sheet that is being taken in.
type opened struct {
	name    string // as reports name it
	sheet   string
	table   *sheet.Table
	bag     bool   // the records of a bag
	columns string // the fields that they are for
	keys    *tableKeys
}

// sheets takes the rows of sheets in. All of them are read twice: what makes a row the
// record that it is must stand in it alone, whatever the order of the rows and sheets.
func (r *run) sheets(ctx context.Context) error {
	var tables []*opened
	for _, path := range r.found.sheets {
		found, err := r.open(ctx, path)
		if err = r.failSheet(filepath.Base(path), err); err != nil {
			return err
		}
		tables = append(tables, found...)
	}
	r.keys = rowKeys{groups: map[string]*sameKey{}, across: len(tables) > 1}
	for _, o := range tables {
		if err := r.surveyKeys(ctx, o); err != nil {
			return err
		}
	}
	r.keys.close()
	for _, o := range tables {
		if err := r.failSheet(o.sheet, r.take(ctx, o)); err != nil {
			return err
		}
	}
	r.report.Notes = append(r.report.Notes, r.found.unused()...)
	if err := r.noteTexts(); err != nil {
		return err
	}
	if err := r.noteNoWhole(ctx); err != nil {
		return err
	}
	return r.review(ctx)
}

// failSheet reports a fault of a sheet as a whole, which does not stop the others.
func (r *run) failSheet(name string, err error) error {
	if err == nil || !refusal(err) {
		return err
	}
	item := itemOf(name, err)
	item.Do = "mend the sheet and run the same command again; the other sheets went through"
	r.report.fail(item)
	return nil
}

// open opens the tables of a sheet.
func (r *run) open(ctx context.Context, path string) ([]*opened, error) {
	mapping, err := r.mapping(path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open sheet: %w", err)
	}
	r.files = append(r.files, f)
	name := filepath.Base(path)
	vocabulary := r.p.archive.Vocabulary()
	opts := sheet.Options{Collection: r.req.Collection, Kind: r.req.Kind, Holder: r.req.Holder, Vocabulary: vocabulary, Mapping: mapping}
	if with, ok := vocabulary.(profiled); ok {
		opts.Profiles = with.Profiles()
	}
	s, err := sheet.Open(name, untilDone{ctx, f}, opts)
	if err != nil {
		return nil, err
	}
	for _, note := range s.Notes {
		r.report.note(Item{Item: name, Field: note.Field, Code: "not-read", Why: note.Why})
	}
	for _, heading := range s.Unmapped() {
		r.report.note(Item{Item: name, Field: heading, Code: "mapping", Why: "is a heading of the mapping, but of no table that is read"})
	}
	var out []*opened
	for _, t := range s.Tables {
		o := &opened{name: name, sheet: name, table: t, bag: r.found.ofBag[path], columns: columnsOf(t)}
		if t.Name != "" {
			o.name += " " + t.Name
		}
		out = append(out, o)
	}
	return out, nil
}

// columnsOf is which fields a table has columns for, as one text.
func columnsOf(t *sheet.Table) string {
	var fields []string
	for _, c := range t.Columns() {
		if c.Field != "ignore" && c.Field != "kind" && c.Field != "collection" {
			fields = append(fields, c.Field)
		}
	}
	slices.Sort(fields)
	return strings.Join(slices.Compact(fields), "\x00")
}

// take takes the rows of a table in.
func (r *run) take(ctx context.Context, o *opened) error {
	t, name := o.table, o.name
	review := &reviewed{Reviewed: sheet.Reviewed{Sheet: o.sheet, Table: t, Marks: map[int][]sheet.Mark{}, Files: map[int][]string{}}, wanted: r.req.Review != "", bag: o.bag}
	r.reviewed = append(r.reviewed, review)
	if len(t.Kept) > 0 {
		r.report.note(Item{Item: name, Code: "kept-as-extra",
			Why: "these columns have no field of their own and are kept in extra: " + strings.Join(t.Kept, ", ")})
	}
	for _, note := range t.Notes {
		r.report.note(Item{Item: name, Field: note.Field, Code: "sheet", Why: note.Why})
		review.Notes = append(review.Notes, sheet.Mark{Field: note.Field, Reason: note.Cause, Doubt: true})
	}
	if o.keys.files != nil {
		r.matchFiles(name, o.keys.files, o.keys.named)
	}
	take := &taking{
		opened: o, review: review, seen: map[string]int{},
		count: TableReport{Sheet: name, Profile: t.Profile(), Kind: t.Kind(), Kinds: t.Kinds(), Columns: t.Columns(), Constants: t.Constants(), Defaults: t.Defaults(), Passed: map[sheet.Passed]int{}},
	}
	defer func() { r.report.taken(take) }()
	for rows := range readAhead(t.Rows(), lookAhead) {
		if err := r.takeRows(ctx, take, rows); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

// noteCode is "kept-as-written" for what was not understood, and "doubt" for the rest.
func noteCode(note sheet.Note) string {
	if strings.Contains(note.Why, "kept as it is written") || strings.Contains(note.Why, "kept in extra") {
		return "kept-as-written"
	}
	return "doubt"
}

// PassedSame counts rows that say word for word what an earlier one says.
const PassedSame sheet.Passed = "same"

// first is the first text of a line, cut to a line's length.
func first(cells []string) string {
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" {
			if runes := []rune(c); len(runes) > 60 {
				return string(runes[:60]) + " …"
			}
			return c
		}
	}
	return ""
}

// tableKeys is what was found out of a table before its rows are taken in.
type tableKeys struct {
	survey *sheet.Survey
	files  *matcher     // nil where no files were given
	named  map[int]bool // files that rows name
}

// surveyKeys reads a table for its keys.
func (r *run) surveyKeys(ctx context.Context, o *opened) error {
	o.keys = &tableKeys{survey: o.table.NewSurvey(), named: map[int]bool{}}
	if len(r.found.files) > 0 {
		o.keys.files = newMatcher()
	}
	for row := range o.table.Rows() {
		if err := ctx.Err(); err != nil {
			return err
		}
		o.keys.survey.Add(row)
		if row.Passed != "" {
			continue
		}
		if o.keys.files != nil && row.Cells != nil {
			o.keys.files.add(row)
			for _, name := range row.Files {
				name = nfc(strings.ReplaceAll(name, `\`, "/"))
				for _, i := range r.found.byBase[name[strings.LastIndexByte(name, '/')+1:]] {
					o.keys.named[i] = true
				}
			}
		}
		// Also one that will be refused for something else: that another has its number is true
		// all the same, and the other is not to come in by the order of mending.
		if row.Err != nil && row.Cells == nil {
			continue
		}
		if err := r.keys.add(o, row); err != nil {
			return err
		}
	}
	return nil
}

// readRow turns a row of a sheet into a record with an id, and finds its files.
func (r *run) readRow(ctx context.Context, sheetRow sheet.Row, t *taking) (row, error) {
	if sheetRow.Err != nil {
		return row{}, sheetRow.Err
	}
	if err := r.keys.alone(t.opened, sheetRow); err != nil {
		return row{}, err
	}
	out := row{record: sheetRow.Record}
	out.layers = newLayersOf(sheetRow.Layers)
	known, err := r.identify(ctx, &out.record, t.seen)
	if err != nil {
		return row{}, err
	}
	if keyOf(sheetRow.Record) == "" {
		r.noteNamesake(t, sheetRow, out.record.ID)
	}
	if out.files, out.missing, err = r.rowFiles(ctx, out.record.ID, sheetRow); err != nil {
		return row{}, err
	}
	if t.keys.files != nil && len(sheetRow.Files) == 0 {
		out.files = append(out.files, t.keys.files.files(r.found, sheetRow.Number)...)
	}
	if err := r.nameImages(ctx, &sheetRow, &out, known); err != nil {
		return row{}, errors.Join(err, discard([]row{out}))
	}
	if err := r.addTexts(&out); err != nil {
		return row{}, errors.Join(err, discard([]row{out}))
	}
	if sheetRow.Has != nil {
		out.record.Extra = sheetRow.Record.Extra
		sheetRow.Record = out.record // with its id
		out.said = &sheetRow
		out.lang = t.table.Lang
		if err := r.upon(&out, known); err != nil {
			return row{}, errors.Join(err, discard([]row{out}))
		}
		out.hold(r.p.archive.Vocabulary())
	} else if r.req.Upon != nil {
		whole := out.record
		out.whole = &whole
		if err := r.upon(&out, known); err != nil {
			return row{}, errors.Join(err, discard([]row{out}))
		}
	}
	return out, nil
}
