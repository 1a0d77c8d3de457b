package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexi/archive"
)

// attempts is how often a transaction is tried that the database breaks off for
// the sake of another.
const attempts = 8

// insideKey marks the context inside Update.
type insideKey struct{}

// Update implements archive.Catalog.
//
// fn may run more than once, when the database breaks the transaction off for
// the sake of another: whatever it sets outside of the transaction it must set
// anew each time. It may read through the catalogue, and sees there what was
// committed before; another Update inside it is an error, as it would wait for
// itself. What fn writes can be sent to the database as late as at its end, so
// that a fault of it may come from Update and not from the method that wrote.
func (c *Catalog) Update(ctx context.Context, fn func(ctx context.Context, tx archive.Tx) error) error {
	if ctx.Value(insideKey{}) == c {
		return errors.New("catalogue: Update was called inside Update")
	}
	if last := c.journal.behind(); last > 0 {
		// Nothing is added to what the journal lacks.
		if err := c.confirm(ctx, last); err != nil {
			return fmt.Errorf("nothing is written before the journal can be: %w", err)
		}
	}
	for attempt := 1; ; attempt++ {
		changed, number, err := c.try(ctx, fn)
		if err == nil {
			if changed {
				c.wake()
			}
			if number > 0 {
				return c.confirm(ctx, number)
			}
			return nil
		}
		if attempt == attempts || !(sqliteBusy(err) || postgresConflict(err)) {
			return c.full(err)
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(time.Duration(attempt*attempt) * 5 * time.Millisecond):
		}
	}
}

// try runs fn in a transaction, once, and reports whether the log grew, and which
// entry of the journal is to be confirmed, 0 for none.
func (c *Catalog) try(ctx context.Context, fn func(ctx context.Context, tx archive.Tx) error) (changed bool, number int64, err error) {
	sqlTx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return false, 0, fmt.Errorf("begin transaction: %w", err)
	}
	// After a commit this does nothing; after an error, or a panic in fn, it
	// leaves everything as it was.
	defer func() { _ = sqlTx.Rollback() }()
	if c.dialect.name == postgresDialect.name {
		// One writing transaction at a time, until its end: so that the numbers
		// of the log follow the order of the commits, and what is read inside
		// stays true. (SQLite has taken its lock by beginning.)
		if _, err := sqlTx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lockWrite); err != nil {
			return false, 0, fmt.Errorf("lock catalogue: %w", err)
		}
	}
	q := c.through(sqlTx)
	wrote := &noting{IConn: q.conn, journal: &c.journal}
	q.conn = wrote
	t := &tx{
		catalog: c, sql: sqlTx, q: q, lookups: c.lookups.in(ctx, sqlTx),
		ahead: map[string]expected{}, records: map[string]*recordRow{}, dirty: map[string]bool{}, keys: map[string]bool{}, wanted: map[string]*preservationRow{}, digests: map[revisionKey]string{},
		touched: map[string]bool{},
	}
	if err := fn(context.WithValue(ctx, insideKey{}, c), t); err != nil {
		return false, 0, err
	}
	if err := t.finish(ctx); err != nil {
		return false, 0, err
	}
	if number, err = c.enter(ctx, sqlTx, wrote); err != nil {
		return false, 0, err
	}
	if err := sqlTx.Commit(); err != nil {
		return false, 0, fmt.Errorf("commit: %w", err)
	}
	if c.journal.to == nil || number == 0 {
		return t.changed, 0, nil
	}
	c.journal.mu.Lock()
	c.journal.pending[number] = wrote.body
	c.journal.mu.Unlock()
	return t.changed, number, nil
}
