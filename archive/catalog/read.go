package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// maxIn bounds how many ids one query names.
const maxIn = 500

// notFound turns the database's "no rows" into the archive's word.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return archive.ErrNotFound
	}
	return err
}

// selectEntries begins a query for records with the content of the latest or
// the published revision.
func selectEntries(db bun.IDB, rows any, published bool) *bun.SelectQuery {
	q := db.NewSelect().Model(rows).ColumnExpr("r.*").ColumnExpr("v.body")
	if published {
		return q.Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.published").
			Where("r.published > 0").Where("NOT r.withdrawn")
	}
	return q.Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.revision")
}

// entries turns rows into entries with their assets.
func entries(ctx context.Context, db bun.IDB, rows []entryRow) ([]*archive.Entry, error) {
	out := make([]*archive.Entry, len(rows))
	byID := make(map[string]*archive.Entry, len(rows))
	ids := make([]string, len(rows))
	for i := range rows {
		e, err := rows[i].entry()
		if err != nil {
			return nil, err
		}
		out[i], ids[i], byID[rows[i].ID] = e, rows[i].ID, e
	}
	for len(ids) > 0 {
		n := min(len(ids), maxIn)
		var assets []assetRow
		err := db.NewSelect().Model(&assets).Where("record IN (?)", bun.In(ids[:n])).
			Where("state <> ?", archive.AssetSuperseded).Order("record", "position").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("read assets: %w", err)
		}
		for i := range assets {
			a, err := assets[i].asset()
			if err != nil {
				return nil, err
			}
			e := byID[a.Record]
			e.Assets = append(e.Assets, *a)
		}
		ids = ids[n:]
	}
	return out, nil
}

func entry(ctx context.Context, db bun.IDB, id string, published bool) (*archive.Entry, error) {
	var rows []entryRow
	if err := selectEntries(db, &rows, published).Where("r.id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if len(rows) == 0 {
		return nil, archive.ErrNotFound
	}
	found, err := entries(ctx, db, rows)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// Entry implements archive.Catalog.
func (c *Catalog) Entry(ctx context.Context, id string, published bool) (*archive.Entry, error) {
	return entry(ctx, c.read, id, published)
}

// Entries implements archive.Catalog.
func (c *Catalog) Entries(ctx context.Context, ids []string, published bool) ([]*archive.Entry, error) {
	byID := make(map[string]*archive.Entry, len(ids))
	for rest := ids; len(rest) > 0; {
		n := min(len(rest), maxIn)
		var rows []entryRow
		if err := selectEntries(c.read, &rows, published).Where("r.id IN (?)", bun.In(rest[:n])).Scan(ctx); err != nil {
			return nil, fmt.Errorf("read records: %w", err)
		}
		found, err := entries(ctx, c.read, rows)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			byID[e.Record.ID] = e
		}
		rest = rest[n:]
	}
	var out []*archive.Entry
	for _, id := range ids {
		if e, ok := byID[id]; ok {
			out = append(out, e)
			delete(byID, id) // an id that is named twice is answered once
		}
	}
	return out, nil
}

// FindByAccession implements archive.Catalog.
func (c *Catalog) FindByAccession(ctx context.Context, accession, holder string) (string, error) {
	return findByAccession(ctx, c.read, accession, holder)
}

func findByAccession(ctx context.Context, db bun.IDB, accession, holder string) (string, error) {
	var id string
	err := db.NewSelect().Model((*recordRow)(nil)).Column("id").
		Where("accession = ?", accession).Where("holder = ?", holder).Order("id").Limit(1).Scan(ctx, &id)
	if err != nil {
		return "", notFound(err)
	}
	return id, nil
}

// choose narrows a query to what a ListQuery asks for, but for its page.
func choose(q *bun.SelectQuery, list archive.ListQuery) *bun.SelectQuery {
	if list.Collection != "" {
		q = q.Where("r.collection = ?", list.Collection)
	}
	if list.Kind != "" {
		q = q.Where("r.kind = ?", list.Kind)
	}
	if list.PartOf != "" {
		q = q.Where("r.part_of = ?", list.PartOf)
	}
	return q
}

// List implements archive.Catalog.
func (c *Catalog) List(ctx context.Context, list archive.ListQuery) ([]*archive.Entry, error) {
	if list.Limit <= 0 {
		list.Limit = 100
	}
	var rows []entryRow
	q := choose(selectEntries(c.read, &rows, list.Published), list)
	if list.After != "" {
		q = q.Where("r.id > ?", list.After)
	}
	if err := q.Order("r.id").Limit(int64(list.Limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list records: %w", err)
	}
	return entries(ctx, c.read, rows)
}

// Count implements archive.Catalog.
func (c *Catalog) Count(ctx context.Context, list archive.ListQuery) (int, error) {
	q := choose(c.read.NewSelect().Model((*recordRow)(nil)), list)
	if list.Published {
		q = q.Where("r.published > 0").Where("NOT r.withdrawn")
	}
	n, err := q.Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count records: %w", err)
	}
	return int(n), nil
}

// Revisions implements archive.Catalog.
func (c *Catalog) Revisions(ctx context.Context, id string, brief bool) ([]archive.Revision, error) {
	var rows []revisionRow
	q := c.read.NewSelect().Model(&rows).Where("record = ?", id).Order("number DESC")
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
	var row revisionRow
	if err := c.read.NewSelect().Model(&row).Where("record = ?", id).Where("number = ?", number).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	return row.revision()
}

// Asset implements archive.Catalog.
func (c *Catalog) Asset(ctx context.Context, id string) (*archive.Asset, error) {
	return asset(ctx, c.read, id)
}

func asset(ctx context.Context, db bun.IDB, id string) (*archive.Asset, error) {
	var row assetRow
	if err := db.NewSelect().Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	return row.asset()
}

// Assets implements archive.Catalog.
func (c *Catalog) Assets(ctx context.Context, query archive.AssetQuery) ([]*archive.Asset, error) {
	if query.Limit <= 0 {
		query.Limit = 100
	}
	var rows []assetRow
	q := c.read.NewSelect().Model(&rows).Order("id").Limit(int64(query.Limit))
	for _, w := range []struct{ column, value string }{{"record", query.Record}, {"batch", query.Batch}, {"state", string(query.State)}} {
		if w.value != "" {
			q = q.Where("? = ?", bun.Ident(w.column), w.value)
		}
	}
	if query.After != "" {
		q = q.Where("id > ?", query.After)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, fmt.Errorf("list assets: %w", err)
	}
	out := make([]*archive.Asset, len(rows))
	for i := range rows {
		var err error
		if out[i], err = rows[i].asset(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// AssetCounts implements archive.Catalog.
func (c *Catalog) AssetCounts(ctx context.Context, batch string) (map[archive.AssetState]int, error) {
	var rows []struct {
		State string
		N     int
	}
	q := c.read.NewSelect().Model((*assetRow)(nil)).Column("state").ColumnExpr("count(*) AS n").Group("state")
	if batch != "" {
		q = q.Where("batch = ?", batch)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count assets: %w", err)
	}
	out := map[archive.AssetState]int{}
	for _, row := range rows {
		out[archive.AssetState(row.State)] = row.N
	}
	return out, nil
}

// Changes implements archive.Catalog.
func (c *Catalog) Changes(ctx context.Context, since int64, limit int) ([]archive.Change, error) {
	var rows []changeRow
	if err := c.read.NewSelect().Model(&rows).Where("seq > ?", since).Order("seq").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	out := make([]archive.Change, len(rows))
	for i := range rows {
		out[i] = rows[i].change()
	}
	return out, nil
}

// LastChange implements archive.Catalog.
func (c *Catalog) LastChange(ctx context.Context) (int64, error) {
	var seq int64
	err := c.read.NewSelect().Model((*changeRow)(nil)).ColumnExpr("coalesce(max(seq), 0)").Scan(ctx, &seq)
	if err != nil {
		return 0, fmt.Errorf("read last change: %w", err)
	}
	return seq, nil
}

// User implements archive.Catalog.
func (c *Catalog) User(ctx context.Context, name string) (*archive.User, error) {
	var row userRow
	if err := c.read.NewSelect().Model(&row).Where("name = ?", name).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	u := row.user()
	return &u, nil
}

// UserByToken implements archive.Catalog.
func (c *Catalog) UserByToken(ctx context.Context, sha256 string) (*archive.User, error) {
	var row userRow
	err := c.read.NewSelect().Model(&row).Join("JOIN tokens AS t ON t.owner = u.name").
		Where("t.sha256 = ?", sha256).Where("NOT u.disabled").Scan(ctx)
	if err != nil {
		return nil, notFound(err)
	}
	u := row.user()
	return &u, nil
}

// Users implements archive.Catalog.
func (c *Catalog) Users(ctx context.Context) ([]archive.User, error) {
	var rows []userRow
	if err := c.read.NewSelect().Model(&rows).Order("name").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	out := make([]archive.User, len(rows))
	for i := range rows {
		out[i] = rows[i].user()
	}
	return out, nil
}
