package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

type preservationRow struct {
	bun.BaseModel `bun:"table:preservation,alias:p"`

	Package  string `bun:"package,pk"`
	Wanted   int64  `bun:"wanted"`
	Written  int64  `bun:"written"`
	Head     int    `bun:"head"`
	Due      int64  `bun:"due"`
	Since    int64  `bun:"since"`
	Clean    bool   `bun:"clean"`
	Worker   string `bun:"worker"`
	Attempts int    `bun:"attempts"`
	Error    string `bun:"error"`
}

const (
	// taken is when a package is due that somebody works at, unless a change comes
	// meanwhile: never.
	taken = math.MaxInt64
	// maxReason bounds the text of a failure, in bytes.
	maxReason = 2000
)

// want notes that a package does not hold a change yet. It is written with the changes.
func (t *tx) want(pkg string, seq int64, at time.Time, rest time.Duration) {
	due := micros(at.Add(rest))
	row, ok := t.wanted[pkg]
	if !ok {
		row = &preservationRow{Package: pkg, Due: due, Since: micros(at)}
		t.wanted[pkg] = row
	}
	if row.Due == 0 { // it was read back in this transaction
		row.Due = due
	}
	row.Wanted, row.Due, row.Since = seq, min(row.Due, due), min(row.Since, micros(at))
}

// flushWanted writes what want noted. The first of several changes says when a package
// is due.
func (t *tx) flushWanted(ctx context.Context) error {
	rows := make([]preservationRow, 0, len(t.wanted))
	for _, row := range t.wanted {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b preservationRow) int { return strings.Compare(a.Package, b.Package) })
	for chunk := range slices.Chunk(rows, maxRows) {
		_, err := t.q.insert(&chunk).On("CONFLICT (package) DO UPDATE").
			Set("wanted = EXCLUDED.wanted").
			Set("written = CASE WHEN EXCLUDED.due = 0 THEN EXCLUDED.written ELSE p.written END").
			Set("head = CASE WHEN EXCLUDED.due = 0 THEN EXCLUDED.head ELSE p.head END").
			Set("clean = CASE WHEN EXCLUDED.due = 0 THEN EXCLUDED.clean ELSE p.clean END").
			Set("since = CASE WHEN p.due > 0 THEN p.since ELSE EXCLUDED.since END").
			Set("due = CASE WHEN p.due > 0 AND p.due < EXCLUDED.due THEN p.due ELSE EXCLUDED.due END").
			Exec(ctx) // due 0: it was just read, and is as wanted (HasPackage)
		if err != nil {
			return fmt.Errorf("note packages to be written: %w", err)
		}
	}
	clear(t.wanted)
	return nil
}

// GiveBack implements archive.PackageCatalog.
func (c *Catalog) GiveBack(ctx context.Context, worker, pkg string, due time.Time, reason string) error {
	q := c.write().update((*preservationRow)(nil)).Set("worker = ''").Set("due = ?", micros(due)).
		Where("package = ?", pkg).Where("worker = ?", worker)
	if reason != "" {
		reason = strings.ToValidUTF8(strings.ReplaceAll(reason[:min(len(reason), maxReason)], "\x00", ""), "")
		q = q.Set("attempts = attempts + 1").Set("error = ?", reason)
	}
	_, err := q.Exec(ctx)
	return err
}

// Attempts implements archive.PackageCatalog.
func (c *Catalog) Attempts(ctx context.Context, pkg string) (int, error) {
	var row preservationRow
	if err := c.read().find(&row).Where("package = ?", pkg).Scan(ctx); err != nil {
		return 0, notFound(err)
	}
	return row.Attempts, nil
}

// Preservation implements archive.PackageCatalog.
func (c *Catalog) Preservation(ctx context.Context, now time.Time, upTo int64) (archive.Preservation, error) {
	var counts struct{ Packages, Waiting, Resting, Failing, Oldest int64 }
	resting := fmt.Sprintf("(p.worker = '' AND p.due > %d)", micros(now))
	behind := func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("p.due > 0").Where("p.written < ? OR NOT p.clean", upTo).Where(notErased)
	}
	err := behind(c.read().from("preservation AS p")).
		ColumnExpr("coalesce(sum(CASE WHEN "+resting+" AND p.attempts = 0 THEN 0 ELSE 1 END), 0) AS waiting").
		ColumnExpr("coalesce(sum(CASE WHEN "+resting+" AND p.attempts = 0 THEN 1 ELSE 0 END), 0) AS resting").
		ColumnExpr("coalesce(sum(CASE WHEN p.attempts > 0 THEN 1 ELSE 0 END), 0) AS failing").
		ColumnExpr("coalesce(min(CASE WHEN "+resting+" AND p.attempts = 0 THEN NULL ELSE p.since END), 0) AS oldest").
		ColumnExpr("0 AS packages").Scan(ctx, &counts)
	if err != nil {
		return archive.Preservation{}, err
	}
	all, err := c.read().find((*preservationRow)(nil)).Count(ctx)
	if err != nil {
		return archive.Preservation{}, err
	}
	out := archive.Preservation{
		Packages: int(all), Waiting: int(counts.Waiting), Resting: int(counts.Resting), Failing: int(counts.Failing),
	}
	if counts.Oldest > 0 {
		out.Oldest = fromMicros(counts.Oldest)
	}
	if counts.Failing > 0 {
		var row preservationRow
		err := behind(c.read().find(&row)).Where("p.attempts > 0").Order("attempts DESC", "package").Limit(1).Scan(ctx)
		if err == nil {
			out.Error = row.Package + ": " + row.Error
		}
	}
	return out, nil
}

// MoveMaster implements archive.PackageTx. A master that lies elsewhere already stays
// there.
func (t *tx) MoveMaster(ctx context.Context, m archive.Moved) error {
	t.forgetAssets()
	if err := storable("key", m.To); err != nil {
		return err
	}
	_, err := t.q.update((*assetRow)(nil)).Set("master_key = ?", m.To).Where("id = ?", m.Asset).Where("master_key = ?", m.From).Exec(ctx)
	return err
}

// snapshot runs fn in a transaction that only reads, all of it as it stood at one moment.
func (c *Catalog) snapshot(ctx context.Context, fn func(q queries) error) error {
	options := &sql.TxOptions{}
	if c.dialect.name == postgresDialect.name {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	sqlTx, err := c.reader.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin reading: %w", err)
	}
	defer func() { _ = sqlTx.Rollback() }() // nothing was written
	return fn(c.through(sqlTx))
}

// Dossier implements archive.PackageCatalog.
func (c *Catalog) Dossier(ctx context.Context, id string, query archive.DossierQuery) (*archive.Dossier, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	var out *archive.Dossier
	err := c.snapshot(ctx, func(q queries) (err error) {
		out, err = q.dossier(ctx, id, query)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (q queries) dossier(ctx context.Context, id string, query archive.DossierQuery) (*archive.Dossier, error) {
	var entries []entryRow
	if err := q.selectEntries(&entries, false).Where("r.id = ?", id).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if len(entries) == 0 {
		return nil, archive.ErrNotFound
	}
	entry, err := entries[0].entry(false)
	if err != nil {
		return nil, err
	}
	out := &archive.Dossier{Entry: *entry, Published: fromMicros(entries[0].PublishedAt)}
	if out.Log, out.Before, err = q.lineage(ctx); err != nil {
		return nil, err
	}
	if query.Log != out.Log {
		query.AfterChange = 0
	}
	if entry.Withdrawn {
		if out.Tombstone, err = q.tombstone(ctx, id); err != nil && !errors.Is(err, archive.ErrNotFound) {
			return nil, fmt.Errorf("read tombstone: %w", err)
		}
	}
	var assets []assetRow
	if err := q.find(&assets).Where("record = ?", id).Order("position", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	if out.Entry.Assets, err = assetsFrom(assets); err != nil {
		return nil, err
	}
	var revisions []revisionRow
	if err := q.find(&revisions).Where("record = ?", id).Where("number >= ?", int64(query.FromRevision)).Order("number").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read revisions: %w", err)
	}
	for i := range revisions {
		rev, err := revisions[i].revision()
		if err != nil {
			return nil, err
		}
		out.Revisions = append(out.Revisions, *rev)
	}
	var changes []changeRow
	if err := q.find(&changes).Where("record = ?", id).Where("seq > ?", query.AfterChange).Order("seq").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	for i := range changes {
		out.Changes = append(out.Changes, changes[i].change())
	}
	if err := q.from("changes").ColumnExpr("coalesce(max(seq), 0)").Where("record = ?", id).Scan(ctx, &out.Seq); err != nil {
		return nil, fmt.Errorf("read last change: %w", err)
	}
	return out, nil
}
