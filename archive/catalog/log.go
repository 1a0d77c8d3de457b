package catalog

import (
	"context"
	"fmt"

	"hexi/archive"
)

// Revisions implements archive.Catalog. Brief ones have the record's id alone.
func (c *Catalog) Revisions(ctx context.Context, id string, brief bool) ([]archive.Revision, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	var rows []revisionRow
	q := c.read().find(&rows).Where("record = ?", id).Order("number DESC")
	if brief {
		q = q.Column("record", "number", "author", "message", "at")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	if len(rows) == 0 {
		return nil, archive.ErrNotFound
	}
	out := make([]archive.Revision, len(rows))
	for i := range rows {
		rev, err := rows[i].revision()
		if err != nil {
			return nil, err
		}
		out[i] = *rev
	}
	return out, nil
}

// Revision implements archive.Catalog.
func (c *Catalog) Revision(ctx context.Context, id string, number int) (*archive.Revision, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	return c.read().revision(ctx, id, number)
}

func (q queries) revision(ctx context.Context, id string, number int) (*archive.Revision, error) {
	var row revisionRow
	if err := q.find(&row).Where("record = ?", id).Where("number = ?", int64(number)).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	return row.revision()
}

// Changes implements archive.Catalog. A limit of 0 means 100.
func (c *Catalog) Changes(ctx context.Context, since int64, limit int) ([]archive.Change, error) {
	if limit <= 0 {
		limit = 100
	}
	var rows []changeRow
	if err := c.read().find(&rows).Where("seq > ?", since).Order("seq").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	out := make([]archive.Change, len(rows))
	for i := range rows {
		out[i] = rows[i].change()
	}
	return out, nil
}

// LastChange implements archive.Catalog.
func (c *Catalog) LastChange(ctx context.Context) (int64, error) { return c.read().lastChange(ctx) }

func (q queries) lastChange(ctx context.Context) (int64, error) {
	var seq int64
	if err := q.from("changes").ColumnExpr("coalesce(max(seq), 0)").Scan(ctx, &seq); err != nil {
		return 0, fmt.Errorf("read last change: %w", err)
	}
	return seq, nil
}
