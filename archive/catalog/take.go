package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"hexi/archive"
)

// dueBy begins a query for packages that nobody has and that are due by then. It reads
// the index in its order, and no more of it than it returns.
func (q queries) dueBy(until int64) *bun.SelectQuery {
	return q.from("preservation AS p").Where("p.due > 0").Where("p.due <= ?", until).Where("p.worker = ''").Where(notErased).
		Order("p.due", "p.package")
}

// takenBy begins a query for packages that were taken, and that the worker may take: its
// own, of which it said nothing, and those of workers that are no more. They are few, and
// have an index of their own, whose condition is named; the range lets it be searched.
func (q queries) takenBy(worker string) *bun.SelectQuery {
	return q.from("preservation AS p").Where("p.worker <> ''").Where("p.worker > ''").Where(notErased).
		Where("p.worker = ? OR NOT EXISTS (SELECT 1 FROM workers AS w WHERE w.id = p.worker)", worker)
}

// TakeDue implements archive.PackageCatalog.
func (c *Catalog) TakeDue(ctx context.Context, worker string, now time.Time, resting bool, limit int) ([]archive.Due, error) {
	until := micros(now)
	if resting {
		until = taken - 1
	}
	// Mostly there is nothing: no need to take the lock.
	some := false
	for _, q := range []*bun.SelectQuery{c.read().takenBy(worker), c.read().dueBy(until)} {
		var one []int
		if err := q.ColumnExpr("1").Limit(1).Scan(ctx, &one); err != nil {
			return nil, fmt.Errorf("look for packages: %w", err)
		}
		some = some || len(one) > 0
	}
	if !some {
		return nil, nil
	}
	sqlTx, err := c.others.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("begin transaction: %w", c.full(err))
	}
	defer func() { _ = sqlTx.Rollback() }() // after a commit this does nothing
	q := c.through(sqlTx)
	var rows []preservationRow
	for _, find := range []*bun.SelectQuery{q.takenBy(worker), q.dueBy(until)} {
		if len(rows) == limit {
			break
		}
		if c.dialect.name == postgresDialect.name {
			find = find.For("UPDATE OF p SKIP LOCKED") // of two that take, one gets each
		}
		var found []preservationRow
		if err := find.ColumnExpr("p.package, p.wanted, p.head, p.clean").Limit(int64(limit-len(rows))).Scan(ctx, &found); err != nil {
			return nil, fmt.Errorf("find packages: %w", err)
		}
		rows = append(rows, found...)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	names := make([]string, len(rows))
	out := make([]archive.Due, len(rows))
	for i, row := range rows {
		names[i] = row.Package
		out[i] = archive.Due{Package: row.Package, Seq: row.Wanted, Head: row.Head, Clean: row.Clean}
	}
	_, err = q.update((*preservationRow)(nil)).Set("worker = ?", worker).Set("due = ?", int64(taken)).
		Where("package IN (?)", bun.List(names)).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("take packages: %w", c.full(err))
	}
	if err := sqlTx.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", c.full(err))
	}
	return out, nil
}

// Preserved implements archive.PackageTx. Packages that are clean are noted by one
// statement for many of them.
func (t *tx) Preserved(ctx context.Context, worker string, done []archive.Preserved, now time.Time) error {
	clean := make([]archive.Preserved, 0, len(done))
	for _, p := range done {
		if p.Clean {
			clean = append(clean, p)
			continue
		}
		_, err := t.q.update((*preservationRow)(nil)).Where("package = ?", p.Package).Where("worker = ?", worker).
			Set("written = ?", p.Seq).Set("head = ?", p.Head).Set("clean = FALSE").Exec(ctx)
		if err != nil {
			return fmt.Errorf("note package %s: %w", p.Package, err)
		}
	}
	for some := range slices.Chunk(clean, maxRows) {
		if err := t.preserved(ctx, worker, some, now); err != nil {
			return fmt.Errorf("note %d packages: %w", len(some), err)
		}
	}
	return nil
}

func (t *tx) preserved(ctx context.Context, worker string, clean []archive.Preserved, now time.Time) error {
	var values strings.Builder
	args := make([]any, 0, 3*len(clean)+4)
	args = append(args, micros(now), int64(taken), micros(now))
	for i, p := range clean {
		if i > 0 {
			values.WriteString(", ")
		}
		values.WriteString("(?, ?, ?)")
		args = append(args, p.Package, p.Seq, p.Head)
	}
	// A change that came meanwhile has said when it is due.
	_, err := t.q.build.NewRaw(`UPDATE preservation SET written = v.column2, head = v.column3, clean = TRUE, worker = '', attempts = 0, error = '',
			since = CASE WHEN wanted > v.column2 THEN CAST(? AS BIGINT) ELSE since END,
			due = CASE WHEN wanted > v.column2 THEN (CASE WHEN due = ? THEN CAST(? AS BIGINT) ELSE due END) ELSE 0 END
		FROM (VALUES `+values.String()+`) AS v WHERE preservation.package = v.column1 AND worker = ?`, append(args, worker)...).Conn(t.q.conn).Exec(ctx)
	return err
}
