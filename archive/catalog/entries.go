package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// maxIn bounds how many ids one query names.
const maxIn = 1000

// notFound turns the database's "no rows" into the archive's word.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return archive.ErrNotFound
	}
	return err
}

// plain reports whether a text can be in the database at all. PostgreSQL takes
// neither broken UTF-8 nor NUL, so that nothing is found by them.
func plain(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// selectEntries begins a query for records with the content of the latest or
// the published revision.
func (q queries) selectEntries(rows *[]entryRow, published bool) *bun.SelectQuery {
	s := q.find(rows).ColumnExpr("r.*").ColumnExpr("v.body").Where("r.kind <> ''") // an erased one has none
	if published {
		return s.Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.published").Where("r.visible")
	}
	return s.Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.revision")
}

// entries turns rows into entries with their assets.
func (q queries) entries(ctx context.Context, rows []entryRow, published bool) ([]*archive.Entry, error) {
	out := make([]*archive.Entry, len(rows))
	byID := make(map[string]*archive.Entry, len(rows))
	ids := make([]string, len(rows))
	for i := range rows {
		e, err := rows[i].entry(published)
		if err != nil {
			return nil, err
		}
		out[i], ids[i], byID[rows[i].ID] = e, rows[i].ID, e
	}
	assets, err := q.assetsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, a := range assets {
		addAsset(byID[a.Record], a)
	}
	return out, nil
}

// addAsset puts an asset among those of an entry, in the order in which they come.
func addAsset(e *archive.Entry, a archive.Asset) {
	if a.Replaced() {
		e.Earlier = append(e.Earlier, a)
	} else {
		e.Assets = append(e.Assets, a)
	}
}

// assetsOf returns the assets of records in their order, erased ones left out.
func (q queries) assetsOf(ctx context.Context, records []string) ([]archive.Asset, error) {
	var out []archive.Asset
	for some := range slices.Chunk(records, maxIn) {
		var rows []assetRow
		err := q.find(&rows).Where("record IN (?)", bun.List(some)).
			Where("state <> ?", archive.AssetErased).Order("record", "position", "received", "id").Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("read assets: %w", err)
		}
		assets, err := assetsFrom(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, assets...)
	}
	return out, nil
}

// assetsFrom turns rows into assets.
func assetsFrom(rows []assetRow) ([]archive.Asset, error) {
	var out []archive.Asset
	for i := range rows {
		a, err := rows[i].asset()
		if err != nil {
			return nil, err
		}
		out = append(out, *a)
	}
	return out, nil
}

// Entry implements archive.Catalog. With published, Updated is the time of the
// publication; Revision always is the latest.
func (c *Catalog) Entry(ctx context.Context, id string, published bool) (*archive.Entry, error) {
	found, err := c.Entries(ctx, []string{id}, published)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, archive.ErrNotFound
	}
	return found[0], nil
}

// Entries implements archive.Catalog. An id that is named twice is answered once.
func (c *Catalog) Entries(ctx context.Context, ids []string, published bool) ([]*archive.Entry, error) {
	q := c.read()
	wanted := make([]string, 0, len(ids))
	for _, id := range ids {
		if archive.ValidID(id) {
			wanted = append(wanted, id)
		}
	}
	byID := make(map[string]*archive.Entry, len(wanted))
	for rest := wanted; len(rest) > 0; {
		n := min(len(rest), maxIn)
		var rows []entryRow
		if err := q.selectEntries(&rows, published).Where("r.id IN (?)", bun.List(rest[:n])).Scan(ctx); err != nil {
			return nil, fmt.Errorf("read records: %w", err)
		}
		found, err := q.entries(ctx, rows, published)
		if err != nil {
			return nil, err
		}
		for _, e := range found {
			byID[e.Record.ID] = e
		}
		rest = rest[n:]
	}
	out := make([]*archive.Entry, 0, len(byID))
	for _, id := range wanted {
		if e, ok := byID[id]; ok {
			out = append(out, e)
			delete(byID, id)
		}
	}
	return out, nil
}

// FindByAccession implements archive.Catalog. Of several records it returns
// the one with the first id.
func (c *Catalog) FindByAccession(ctx context.Context, accession, holder string) (string, error) {
	key := accessionKey(accession, holder)
	if key == "" {
		return "", archive.ErrNotFound
	}
	var id string
	// Naming the index' condition lets it be used.
	err := c.read().find((*recordRow)(nil)).Column("id").Where("accession_key = ?", key).Where("accession_key <> ''").
		Order("id").Limit(1).Scan(ctx, &id)
	if err != nil {
		return "", notFound(err)
	}
	return id, nil
}

// FindByAccessions implements archive.Catalog.
func (c *Catalog) FindByAccessions(ctx context.Context, of []archive.Accession) ([][]string, error) {
	keys := make([]string, len(of))
	wanted := make([]string, 0, len(of))
	for i, a := range of {
		if keys[i] = accessionKey(a.Number, a.Holder); keys[i] != "" {
			wanted = append(wanted, keys[i])
		}
	}
	found := make(map[string][]string, len(wanted))
	for some := range slices.Chunk(wanted, maxIn) {
		var rows []struct{ AccessionKey, ID, Last string }
		if err := c.read().findAccessions(some).Scan(ctx, &rows); err != nil {
			return nil, fmt.Errorf("look up accession numbers: %w", err)
		}
		for _, row := range rows {
			found[row.AccessionKey] = slices.Compact([]string{row.ID, row.Last})
		}
	}
	ids := make([][]string, len(of))
	for i, key := range keys {
		if key != "" {
			ids[i] = found[key]
		}
	}
	return ids, nil
}

// findAccessions finds the first and the last id for each key. Naming the index'
// condition lets it be used.
func (q queries) findAccessions(keys []string) *bun.SelectQuery {
	return q.from("records").Column("accession_key").ColumnExpr("min(id) AS id").ColumnExpr("max(id) AS last").
		Where("accession_key IN (?)", bun.List(keys)).Where("accession_key <> ''").Group("accession_key")
}

// Parts implements archive.Catalog.
func (c *Catalog) Parts(ctx context.Context, of []string) ([]archive.Member, error) {
	return c.read().partsOf(ctx, of)
}

func (q queries) partsOf(ctx context.Context, of []string) ([]archive.Member, error) {
	var out []archive.Member
	for some := range slices.Chunk(of, maxIn) {
		var rows []archive.Member
		if err := q.findParts(some).Scan(ctx, &rows); err != nil {
			return nil, fmt.Errorf("read parts of records: %w", err)
		}
		out = append(out, rows...)
	}
	slices.SortFunc(out, func(a, b archive.Member) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// findParts finds what is part of records. Naming the index' condition lets it be used.
func (q queries) findParts(of []string) *bun.SelectQuery {
	return q.from("records").Column("id", "part_of").Where("part_of IN (?)", bun.List(of)).Where("part_of <> ''")
}

// choose narrows a query to what a ListQuery asks for, but for its page. What
// is published is chosen by what its published revision says, not by a later
// draft.
func choose(q *bun.SelectQuery, list archive.ListQuery) *bun.SelectQuery {
	prefix := "r."
	q = q.Where("r.kind <> ''")
	if list.Published {
		prefix = "r.public_"
		q = q.Where("r.visible")
	}
	for _, w := range []struct{ column, value string }{
		{"collection", list.Collection}, {"kind", string(list.Kind)}, {"part_of", list.PartOf},
	} {
		if w.value != "" {
			q = q.Where(prefix+w.column+" = ?", w.value)
		}
	}
	if list.PartOf != "" {
		q = q.Where(prefix + "part_of <> ''") // the index' condition, which lets it be used
	}
	return q
}

// List implements archive.Catalog.
func (c *Catalog) List(ctx context.Context, list archive.ListQuery) ([]*archive.Entry, error) {
	if !plain(list.Collection + string(list.Kind) + list.PartOf + list.After) {
		return nil, nil
	}
	if list.Limit <= 0 {
		list.Limit = 100
	}
	var rows []entryRow
	q := choose(c.read().selectEntries(&rows, list.Published), list)
	if list.After != "" {
		q = q.Where("r.id > ?", list.After)
	}
	if err := q.Order("r.id").Limit(int64(list.Limit)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list records: %w", err)
	}
	return c.read().entries(ctx, rows, list.Published)
}

// Count implements archive.Catalog.
func (c *Catalog) Count(ctx context.Context, list archive.ListQuery) (int, error) {
	if !plain(list.Collection + string(list.Kind) + list.PartOf) {
		return 0, nil
	}
	n, err := choose(c.read().find((*recordRow)(nil)), list).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count records: %w", err)
	}
	return int(n), nil
}

// OpenMarks implements archive.Catalog.
func (c *Catalog) OpenMarks(ctx context.Context, every int, now time.Time) ([]string, error) {
	q := c.read()
	numbered := q.build.NewSelect().TableExpr("records AS r").ColumnExpr("r.id, row_number() OVER (ORDER BY r.id) AS place").
		Where("r.visible").Where("r.opened > 0 AND r.opened <= ?", micros(now))
	var ids []string
	if err := q.build.NewSelect().Conn(q.conn).TableExpr("(?) AS n", numbered).ColumnExpr("n.id").Where("n.place % ? = 0", every).Order("n.id").Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("mark public records: %w", err)
	}
	return ids, nil
}
