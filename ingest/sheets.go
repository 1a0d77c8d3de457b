package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hexi/archive"
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

// tableKeys knows by what the rows of a table are recognised, and which rows say the
// same of themselves.
type tableKeys struct {
	rows   map[string][]keyed // by key, those that stand in more than one
	survey *sheet.Survey
	files  *matcher     // nil where no files were given
	named  map[int]bool // files that rows name
}

type keyed struct {
	row int
	sum [sha256.Size]byte // of its cells
}

// surveyKeys reads a table for its keys.
func surveyKeys(ctx context.Context, t *sheet.Table, found *sources) (*tableKeys, error) {
	k := &tableKeys{rows: map[string][]keyed{}, survey: t.NewSurvey(), named: map[int]bool{}}
	if len(found.files) > 0 {
		k.files = newMatcher()
	}
	for row := range t.Rows() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		k.survey.Add(row)
		if row.Passed != "" {
			continue
		}
		if k.files != nil && row.Cells != nil {
			k.files.add(row)
			for _, name := range row.Files {
				name = nfc(strings.ReplaceAll(name, `\`, "/"))
				for _, i := range found.byBase[name[strings.LastIndexByte(name, '/')+1:]] {
					k.named[i] = true
				}
			}
		}
		if row.Err != nil {
			continue
		}
		if key := keyOf(row.Record); key != "" {
			k.rows[key] = append(k.rows[key], keyed{row.Number, sumOfCells(row)})
		}
	}
	for key, rows := range k.rows {
		if len(rows) < 2 {
			delete(k.rows, key)
		}
	}
	return k, nil
}

// keyOf is what makes a row the record that it is: its id, or its register number with
// its holder; "" where it has neither.
func keyOf(record archive.Record) string {
	if record.ID != "" {
		return "id\x00" + record.ID
	}
	if accession := record.Identifier("accession"); accession != "" {
		return "accession\x00" + record.Collection + "\x00" + accession + "\x00" + record.Holder()
	}
	return ""
}

func sumOfCells(row sheet.Row) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, c := range row.Cells {
		_, _ = io.WriteString(h, c) // a hash never fails to write
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}

// again reports whether a row is a repetition, cell by cell, of an earlier one.
func (k *tableKeys) again(row sheet.Row) (again bool, of int) {
	rows := k.rows[keyOf(row.Record)]
	if len(rows) == 0 || row.Cells == nil || rows[0].row == row.Number || k.differ(rows) {
		return false, 0
	}
	return slices.ContainsFunc(rows, func(o keyed) bool { return o.row == row.Number }), rows[0].row
}

func (k *tableKeys) differ(rows []keyed) bool {
	return slices.ContainsFunc(rows[1:], func(o keyed) bool { return o.sum != rows[0].sum })
}

// alone refuses a row that is not the only one with its key: which of them is meant
// cannot be told, and must not depend on their order.
func (k *tableKeys) alone(row sheet.Row) error {
	rows := k.rows[keyOf(row.Record)]
	if len(rows) == 0 || row.Cells != nil && !k.differ(rows) {
		return nil
	}
	var others []string
	for _, o := range rows {
		if o.row != row.Number {
			others = append(others, fmt.Sprint(o.row))
		}
	}
	if len(others) > 5 {
		others = append(others[:5], "…")
	}
	list := strings.Join(others, ", ")
	if row.Record.ID != "" {
		return archive.Invalid("id", "%s stands in row %s too; one row describes one record", row.Record.ID, list)
	}
	return archive.Invalid("identifiers.accession", "%s stands in row %s too, with other contents; one row describes one record", row.Record.Identifier("accession"), list)
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
