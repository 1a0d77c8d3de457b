package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hexi/ingest/sheet"
)

func (r *run) sheets(ctx context.Context) error {
	for _, path := range r.found.sheets {
		err := r.sheet(ctx, path)
		if err != nil && refusal(err) {
			item := itemOf(filepath.Base(path), err)
			item.Do = "mend the sheet and run the same command again; the other sheets went through"
			r.report.fail(item)
			continue
		}
		if err != nil {
			return err
		}
	}
	r.report.Notes = append(r.report.Notes, r.found.unused()...)
	return r.review(ctx)
}

func (r *run) sheet(ctx context.Context, path string) error {
	mapping, err := r.mapping(path)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
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
		return err
	}
	for _, note := range s.Notes {
		r.report.note(Item{Item: name, Field: note.Field, Code: "not-read", Why: note.Why})
	}
	for _, heading := range s.Unmapped() {
		r.report.note(Item{Item: name, Field: heading, Code: "mapping", Why: "is a heading of the mapping, but of no table that is read"})
	}
	for _, t := range s.Tables {
		if err := r.table(ctx, name, t); err != nil {
			return err
		}
	}
	return nil
}

// table takes the rows of a table in. They are read twice: what makes a row the record
// that it is must stand in it alone, whatever the order of the rows.
func (r *run) table(ctx context.Context, name string, t *sheet.Table) error {
	review := &reviewed{Reviewed: sheet.Reviewed{Sheet: name, Table: t, Marks: map[int][]sheet.Mark{}}, wanted: r.req.Review != ""}
	r.reviewed = append(r.reviewed, review)
	if t.Name != "" {
		name += " " + t.Name
	}
	if len(t.Kept) > 0 {
		r.report.note(Item{Item: name, Code: "kept-as-extra",
			Why: "these columns have no field of their own and are kept in extra: " + strings.Join(t.Kept, ", ")})
	}
	for _, note := range t.Notes {
		r.report.note(Item{Item: name, Field: note.Field, Code: "sheet", Why: note.Why})
		review.Notes = append(review.Notes, sheet.Mark{Field: note.Field, Reason: note.Cause, Doubt: true})
	}
	keys, err := surveyKeys(ctx, t, r.found)
	if err != nil {
		return err
	}
	if keys.files != nil {
		r.matchFiles(name, keys.files, keys.named)
	}
	take := &taking{
		name: name, review: review, keys: keys, seen: map[string]int{},
		count: TableReport{Sheet: name, Profile: t.Profile(), Kind: t.Kind(), Columns: t.Columns(), Passed: map[sheet.Passed]int{}},
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

// readRow turns a row of a sheet into a record with an id, and finds its files.
func (r *run) readRow(ctx context.Context, sheetRow sheet.Row, keys *tableKeys, seen map[string]int) (row, error) {
	if sheetRow.Err != nil {
		return row{}, sheetRow.Err
	}
	if err := keys.alone(sheetRow); err != nil {
		return row{}, err
	}
	out := row{record: sheetRow.Record}
	out.layers = newLayersOf(sheetRow.Layers)
	known, err := r.identify(ctx, &out.record, seen)
	if err != nil {
		return row{}, err
	}
	if out.files, out.missing, err = r.rowFiles(ctx, out.record.ID, sheetRow); err != nil {
		return row{}, err
	}
	if keys.files != nil && len(sheetRow.Files) == 0 {
		out.files = append(out.files, keys.files.files(r.found, sheetRow.Number)...)
	}
	if sheetRow.Has != nil && known != nil {
		mergeRecord(&out.record, known.Record, sheetRow.Has)
	}
	return out, nil
}
