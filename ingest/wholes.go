package ingest

import (
	"context"
	"maps"
	"slices"

	"hexi/archive"
)

// wholes are the records that rows name as what they are part of, and which rows do.
type wholes map[string][]naming

// naming is a row that names another record.
type naming struct {
	item string
	at   place
}

// named notes what a row that was saved is part of.
func (w *wholes) named(next row, saved archive.Saved) {
	whole := next.record.PartOf
	if whole == "" || saved.Outcome == archive.Unchanged {
		return
	}
	if *w == nil {
		*w = wholes{}
	}
	(*w)[whole] = append((*w)[whole], naming{next.item, next.at})
}

// noteNoWhole tells of rows that are part of records which do not exist when all rows are
// in: such a row is taken, because the other may come later, but it may be a slip of the
// pen as well.
func (r *run) noteNoWhole(ctx context.Context) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(r.wholes)), lookAhead) {
		there, err := r.records.Records(ctx, ids)
		if err != nil {
			return err
		}
		known := make(map[string]bool, len(there))
		for _, e := range there {
			known[e.Record.ID] = true
		}
		for _, id := range ids {
			if known[id] {
				continue
			}
			for _, row := range r.wholes[id] {
				r.doubt(row.item, row.at, "no-whole", archive.Invalid("partOf", "%s is not in the archive and not among these rows; the row is taken all the same", id))
			}
		}
	}
	return nil
}
