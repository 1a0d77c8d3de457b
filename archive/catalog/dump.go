package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// State is what a catalogue was at one moment, for the one who keeps a copy of it.
type State struct {
	Database   string    `json:"database"`   // sqlite or postgres
	Schema     int       `json:"schema"`     // version
	Catalogue  string    `json:"catalogue"`  // its identity, see ID
	LastChange int64     `json:"lastChange"` // of the change log
	Journal    int64     `json:"journal"`    // number of the last entry of the journal that it holds
	At         time.Time `json:"at"`
}

// Sink takes the tables of a catalogue in their order. Kinds are those of the
// columns: text, int, bool or blob; values are string, int64, bool, []byte or nil,
// and the sink's only during the call.
type Sink interface {
	Table(name string, columns, kinds []string) error
	Row(values []any) error
}

// Dump gives the whole catalogue, as it is at one moment, to the sink that begin
// returns for its state. It reads in one transaction, which no writer waits for.
// Left out are sessions, the queue and whoever works on it (see passing).
func (c *Catalog) Dump(ctx context.Context, begin func(State) (Sink, error)) (err error) {
	conn, err := c.reader.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach catalogue: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	var opts *sql.TxOptions
	if c.dialect.name == postgresDialect.name {
		opts = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return fmt.Errorf("begin to read the catalogue: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	state, err := c.state(ctx, tx)
	if err != nil {
		return err
	}
	sink, err := begin(state)
	if err != nil {
		return err
	}
	tables, err := c.keptTables(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := sink.Table(t.name, t.columns, t.kinds); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, "SELECT "+quoted(t.columns)+" FROM "+t.name+" ORDER BY "+quoted(t.key))
		if err != nil {
			return fmt.Errorf("read table %s: %w", t.name, err)
		}
		if err := t.eachRow(rows, sink.Row); err != nil {
			return fmt.Errorf("read table %s: %w", t.name, err)
		}
	}
	return nil
}

// state reads what the catalogue is, in a transaction.
func (c *Catalog) state(ctx context.Context, tx *sql.Tx) (State, error) {
	s := State{Database: c.dialect.name, At: c.now().UTC()}
	for _, read := range []struct {
		query string
		into  any
	}{
		{"SELECT coalesce(max(version_id), 0) FROM " + versionTable + " WHERE is_applied", &s.Schema},
		{"SELECT value FROM meta WHERE name = '" + metaID + "'", &s.Catalogue},
		{"SELECT coalesce(max(seq), 0) FROM changes", &s.LastChange},
	} {
		if err := tx.QueryRowContext(ctx, read.query).Scan(read.into); err != nil {
			return s, fmt.Errorf("read the state of the catalogue: %w", err)
		}
	}
	if s.Schema > slices.Index(migrations, "00010_journal.sql") { // which begins to number transactions
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(number), 0) FROM journal").Scan(&s.Journal); err != nil {
			return s, fmt.Errorf("read the state of the catalogue: %w", err)
		}
	}
	if s.Schema > len(migrations) {
		return s, fmt.Errorf("a newer hexi has migrated the catalogue to version %d, and this one knows none after %d: use that one", s.Schema, len(migrations))
	}
	return s, nil
}
