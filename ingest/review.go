package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// profiled is a vocabulary that knows profiles.
type profiled interface{ Profiles() []archive.Profile }

// mappingEnding is what the name of a mapping beside a sheet has behind the sheet's.
const mappingEnding = ".mapping.yaml"

// mapping reads what a person says about a sheet: in the file that the request names,
// else in the one beside the sheet; nil for nothing.
func (r *run) mapping(path string) (*sheet.Mapping, error) {
	name := r.req.Mapping
	if name == "" {
		name = path + mappingEnding
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && r.req.Mapping == "" {
		return nil, nil
	}
	if err != nil {
		return nil, archive.Invalid("mapping", "cannot be opened: %v", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	return sheet.ReadMapping(filepath.Base(name), f)
}

// reviewed is a table with what is to be shown of it.
type reviewed struct {
	sheet.Reviewed
	wanted bool
	bag    bool // its lines are the records of a bag
}

// place is a row of a table; the zero place is none.
type place struct {
	table *reviewed
	row   int
}

// mark keeps the faults of a row.
func (p place) mark(err error) {
	if p.table == nil || !p.table.wanted {
		return
	}
	var faults archive.InvalidErrors
	if !errors.As(err, &faults) {
		var one *archive.InvalidError
		if !errors.As(err, &one) {
			one = archive.Invalid("", "%v", err)
		}
		faults = archive.InvalidErrors{one}
	}
	for _, f := range faults {
		p.table.Marks[p.row] = append(p.table.Marks[p.row], sheet.Mark{Field: f.Field, Reason: f})
	}
}

// doubt notes what is to be known of a row that is taken all the same.
func (r *run) doubt(item string, at place, code string, why *archive.InvalidError) {
	if at.table != nil {
		if r.doubts == nil {
			r.doubts = map[place][]int{}
		}
		r.doubts[at] = append(r.doubts[at], len(r.report.Notes))
	}
	r.report.note(Item{Item: item, Field: why.Field, Code: code, Why: why.Why})
	if at.table != nil && at.table.wanted {
		at.table.Marks[at.row] = append(at.table.Marks[at.row], sheet.Mark{Field: why.Field, Reason: why, Doubt: true})
	}
}

// reviewable refuses, before anything is done, a report that would replace another
// file: one that is there already is replaced only if it is a report itself.
func (r *run) reviewable() error {
	if r.req.Review == "" {
		return nil
	}
	old, err := os.Open(r.req.Review)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return archive.Invalid("report", "cannot be written: %v; name another file with --report", err)
	}
	defer old.Close() //nolint:errcheck // opened for reading only
	for _, path := range r.found.sheets {
		a, err1 := os.Stat(path)
		b, err2 := old.Stat()
		if err1 == nil && err2 == nil && os.SameFile(a, b) {
			return archive.Invalid("report", "%s is one of the sheets; name another file with --report", r.req.Review)
		}
	}
	if !sheet.IsReview(old) {
		return archive.Invalid("report", "%s is there already and is no earlier report; name another file with --report", r.req.Review)
	}
	return nil
}

// review writes the workbook that shows what is wrong in the sheets.
func (r *run) review(ctx context.Context) (err error) {
	var tables []sheet.Reviewed
	for _, t := range r.reviewed {
		tables = append(tables, t.Reviewed)
	}
	if r.req.Review == "" || len(tables) == 0 {
		return nil
	}
	part, err := os.CreateTemp(filepath.Dir(r.req.Review), ".hexi-report-*")
	if err != nil {
		return archive.Invalid("report", "cannot be written: %v; name another file with --report", err)
	}
	defer func() {
		if err != nil {
			os.Remove(part.Name())
		}
	}()
	err = sheet.WriteReview(part, tables)
	if err = errors.Join(err, part.Close()); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // the sheets were not read to their end
	}
	if err := os.Chmod(part.Name(), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := os.Rename(part.Name(), r.req.Review); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	r.report.Review = r.req.Review
	return nil
}

func (r *run) closeSheets() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
