package catalog

import (
	"context"
	"database/sql"
	"fmt"

	"hexi/archive"
)

// The kinds of faults that Verify finds.
const (
	// FaultDamaged: the database itself says that its file or an index is damaged.
	FaultDamaged = "database-damaged"
	// FaultUnreadable: a row does not hold what it should.
	FaultUnreadable = "row-unreadable"
	// FaultInconsistent: rows contradict each other.
	FaultInconsistent = "row-inconsistent"
)

// Fault is one thing that is wrong with the tables. Row names where it is,
// "assets/a0123"; Record and Asset are set where it is about one.
type Fault struct {
	Kind   string
	Record string
	Asset  string
	Row    string
	Why    string
}

// Verify reads all tables and tells every way in which they are damaged or contradict
// each other. It returns how many rows it read. It changes nothing and may run beside
// writers: it reads one state of the database.
//
// What it cannot see: a value that was altered into another one that could be there
// just as well, where nothing else says what it was. The log vouches for revisions and
// masters (archive.VerifyLog); pages of the file that nothing is kept in are not read.
func (c *Catalog) Verify(ctx context.Context, hear func(Fault)) (rows int64, err error) {
	v := &verifier{catalog: c, hear: hear}
	if err := v.engine(ctx); err != nil {
		return 0, err
	}
	// One state: what is committed meanwhile is not seen.
	tx, err := c.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: c.dialect.name == postgresDialect.name, Isolation: v.isolation()})
	if err != nil {
		return 0, fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	v.q = c.through(tx)
	for _, step := range []func(context.Context) error{v.records, v.assets, v.versions, v.changes, v.users, v.jobs} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return v.rows, ctx.Err()
			}
			if !sqliteDamaged(err) && !postgresDamaged(err) {
				return v.rows, err
			}
			v.fault(Fault{Kind: FaultDamaged, Row: c.dialect.name, Why: err.Error()})
		}
	}
	return v.rows, nil
}

type verifier struct {
	catalog *Catalog
	q       queries
	hear    func(Fault)
	rows    int64
}

func (v *verifier) fault(f Fault) { v.hear(f) }

func (v *verifier) isolation() sql.IsolationLevel {
	if v.catalog.dialect.name == postgresDialect.name {
		return sql.LevelRepeatableRead
	}
	return sql.LevelDefault // of SQLite a transaction reads one state
}

// engine asks the database about its own files.
func (v *verifier) engine(ctx context.Context) error {
	if v.catalog.dialect.name == postgresDialect.name {
		return v.postgres(ctx)
	}
	return v.sqlite(ctx)
}

// maxTold is how many faults of its own file a database is heard with.
const maxTold = 100

func (v *verifier) sqlite(ctx context.Context) error {
	if err := v.sqliteFault(ctx, v.integrity(ctx)); err != nil {
		return err
	}
	return v.sqliteFault(ctx, v.foreignKeys(ctx))
}

func (v *verifier) integrity(ctx context.Context) error {
	rows, err := v.catalog.reader.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", maxTold))
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		var says string
		if err := rows.Scan(&says); err != nil {
			return err
		}
		if says != "ok" {
			v.fault(Fault{Kind: FaultDamaged, Row: "sqlite", Why: says})
		}
	}
	return rows.Err()
}

func (v *verifier) foreignKeys(ctx context.Context) error {
	rows, err := v.catalog.reader.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for told := 0; rows.Next() && told < maxTold; told++ {
		var table, parent string
		var rowid sql.NullInt64
		var key int
		if err := rows.Scan(&table, &rowid, &parent, &key); err != nil {
			return err
		}
		v.fault(Fault{Kind: FaultInconsistent, Row: fmt.Sprintf("%s, row %d", table, rowid.Int64), Why: "it belongs to a row of " + parent + " that there is not"})
	}
	return rows.Err()
}

// sqliteFault tells an error as a fault if it is about the file, and returns it else.
func (v *verifier) sqliteFault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() == nil && sqliteDamaged(err) {
		v.fault(Fault{Kind: FaultDamaged, Row: "sqlite", Why: err.Error()})
		return nil
	}
	return fmt.Errorf("ask the database about its file: %w", err)
}

// postgres has the indexes compared with their tables, where the server's extension
// for that is there (amcheck). All rows are read in any case, which makes a server with
// checksums of its pages look at them.
func (v *verifier) postgres(ctx context.Context) error {
	var there bool
	if err := v.catalog.reader.QueryRowContext(ctx, "SELECT count(*) > 0 FROM pg_extension WHERE extname = 'amcheck'").Scan(&there); err != nil {
		return fmt.Errorf("look for amcheck: %w", err)
	}
	if !there {
		return nil
	}
	rows, err := v.catalog.reader.QueryContext(ctx, `SELECT i.indexrelid::regclass::text FROM pg_index AS i
		JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam
		WHERE c.relnamespace = current_schema()::regnamespace AND m.amname = 'btree' AND c.relpersistence = 'p' AND i.indisready AND i.indisvalid
		ORDER BY 1`)
	if err != nil {
		return fmt.Errorf("list indexes: %w", err)
	}
	names, err := textsOf(rows)
	if err != nil {
		return fmt.Errorf("list indexes: %w", err)
	}
	for _, name := range names {
		_, err := v.catalog.reader.ExecContext(ctx, "SELECT bt_index_check($1::regclass, true)", name)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !postgresRefused(err) {
			v.fault(Fault{Kind: FaultDamaged, Row: name, Why: err.Error()})
		}
	}
	return nil
}

// users looks at who may do what.
func (v *verifier) users(ctx context.Context) error {
	var rows []userRow
	if err := v.q.find(&rows).Order("name").Scan(ctx); err != nil {
		return fmt.Errorf("read users: %w", err)
	}
	for _, row := range rows {
		v.rows++
		if !archive.Role(row.Role).AtLeast(archive.RoleViewer) {
			v.fault(Fault{Kind: FaultInconsistent, Row: "users/" + row.Name, Why: fmt.Sprintf("%q is no role", row.Role)})
		}
	}
	return nil
}

// jobs looks whether the queue and what jobs are about agree.
func (v *verifier) jobs(ctx context.Context) error {
	var rows []jobRow
	err := v.q.find(&rows).Where("j.asset <> ''").Where("NOT EXISTS (SELECT 1 FROM assets AS a WHERE a.id = j.asset)").
		Where("EXISTS (SELECT 1 FROM river_job AS q WHERE q.id = j.id)").Order("j.id").Limit(maxTold).Scan(ctx)
	if err != nil {
		return fmt.Errorf("read jobs: %w", err)
	}
	for _, row := range rows {
		v.rows++
		v.fault(Fault{Kind: FaultInconsistent, Record: row.Record, Asset: row.Asset, Row: fmt.Sprintf("jobs/%d", row.ID), Why: "the job " + row.Kind + " is for an asset that there is not"})
	}
	return nil
}

// textsOf reads the only column of rows, and closes them.
func textsOf(rows *sql.Rows) (out []string, err error) {
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, rows.Err()
}
