package export

import (
	"context"
	"io"
	"iter"
	"slices"

	"hexi/archive"
	"hexi/archive/workbook"
)

// XLSX writes a workbook: a table a kind of record, under the headings of its official
// sheet, and of relics the museum's general register besides, which is there to be printed.
// Rows stand in the order of their numbers. Each table's records are read twice, first for
// the columns that they need and for the order.
func (x *Exporter) XLSX(ctx context.Context, w io.Writer, c Choice, v workbook.Vocabulary) (Summary, error) {
	var s Summary
	book := workbook.NewWriter(w, v)
	for _, kind := range workbook.Kinds() {
		sheet := workbook.Official(kind)
		survey := workbook.NewSurvey(sheet, v)
		order := ordering{kind: kind}
		var owner holder
		for e, err := range x.entriesOf(ctx, c, kind) {
			if err != nil {
				return s, err
			}
			line := c.line(e)
			survey.Add(&line)
			order.add(&e.Record)
			owner.add(&e.Record)
		}
		ids := order.ids()
		counted := func(yield func(archive.Line, error) bool) {
			for line, err := range x.lines(ctx, c, kind, ids) {
				if err == nil {
					s.count(line)
				}
				if !yield(line, err) {
					return
				}
			}
		}
		if err := book.Table(sheet.Name, kind, survey.Columns(), counted); err != nil {
			return s, err
		}
		if kind == archive.KindRelic {
			if err := book.Show(workbook.Register, owner.name(), x.lines(ctx, c, kind, ids)); err != nil {
				return s, err
			}
		}
	}
	s.Sheets = book.Tables()
	return s, book.Close()
}

// lines yields the records of one kind in the order of the ids. One that is gone by then,
// or is of another kind, is left out.
func (x *Exporter) lines(ctx context.Context, c Choice, kind archive.Kind, ids []string) iter.Seq2[archive.Line, error] {
	read := x.archive.Records
	if c.Published {
		read = x.archive.PublicRecords
	}
	return func(yield func(archive.Line, error) bool) {
		for page := range slices.Chunk(ids, pageSize) {
			entries, err := read(ctx, page)
			if err != nil {
				yield(archive.Line{}, err)
				return
			}
			for _, e := range entries {
				if e.Record.Kind == kind && !yield(c.line(e), nil) {
					return
				}
			}
		}
	}
}

func (x *Exporter) entriesOf(ctx context.Context, c Choice, kind archive.Kind) iter.Seq2[*archive.Entry, error] {
	switch {
	case len(c.IDs) > 0:
		return func(yield func(*archive.Entry, error) bool) {
			for e, err := range x.entries(ctx, c) {
				if err == nil && e.Record.Kind != kind {
					continue
				}
				if !yield(e, err) {
					return
				}
			}
		}
	case kind == archive.KindCollection:
		return func(yield func(*archive.Entry, error) bool) {
			entries, err := x.collections(ctx, c)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range entries {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
	return x.list(ctx, archive.ListQuery{Collection: c.Collection, Kind: kind, Published: c.Published})
}

// holder finds out whether records are all of one.
type holder struct {
	first       string
	some, mixed bool
}

func (h *holder) add(r *archive.Record) {
	name := r.Holder()
	if !h.some {
		h.first = name
	}
	h.some, h.mixed = true, h.mixed || name != h.first
}

// name is that of the one holder, "" where there is none or more than one.
func (h *holder) name() string {
	if h.mixed {
		return ""
	}
	return h.first
}
