package export

import (
	"context"
	"io"
	"iter"

	"hexi/archive"
	"hexi/archive/workbook"
)

// XLSX writes a workbook: a table a kind of record, under the headings of its official
// sheet, and of relics the museum's general register besides, which is there to be printed.
// Each table's records are read twice, first for the columns that they need.
func (x *Exporter) XLSX(ctx context.Context, w io.Writer, c Choice, v workbook.Vocabulary) (Summary, error) {
	var s Summary
	book := workbook.NewWriter(w, v)
	for _, kind := range workbook.Kinds() {
		sheet := workbook.Official(kind)
		survey := workbook.NewSurvey(sheet)
		for line, err := range x.kind(ctx, c, kind) {
			if err != nil {
				return s, err
			}
			survey.Add(&line)
		}
		counted := func(yield func(archive.Line, error) bool) {
			for line, err := range x.kind(ctx, c, kind) {
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
			if err := book.Show(workbook.Register, x.kind(ctx, c, kind)); err != nil {
				return s, err
			}
		}
	}
	s.Sheets = book.Tables()
	return s, book.Close()
}

// kind yields the chosen records of one kind as lines.
func (x *Exporter) kind(ctx context.Context, c Choice, kind archive.Kind) iter.Seq2[archive.Line, error] {
	return func(yield func(archive.Line, error) bool) {
		for e, err := range x.entriesOf(ctx, c, kind) {
			if err != nil {
				yield(archive.Line{}, err)
				return
			}
			if !yield(c.line(e), nil) {
				return
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
