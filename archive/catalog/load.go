package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Source gives the tables of a catalogue back in the order in which a Sink took
// them. After the last table, and after the last row of each, the error is io.EOF.
type Source interface {
	Table() (name string, columns, kinds []string, err error)
	Row() ([]any, error)
}

// loadEvery is after how many rows the one who waits hears of it.
const loadEvery = 1000

// load puts the tables of a source into the tables of this catalogue, which are
// empty and of the same schema, in one transaction.
func (c *Catalog) load(ctx context.Context, from Source, hear func(rows int64)) (err error) {
	conn, err := c.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach catalogue: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	// The one that the migration made is not the one that was kept.
	if _, err := tx.ExecContext(ctx, "DELETE FROM meta"); err != nil {
		return fmt.Errorf("empty table meta: %w", err)
	}
	known, err := c.keptTables(ctx, tx)
	if err != nil {
		return err
	}
	read := int64(0)
	for {
		name, columns, kinds, err := from.Table()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(known, func(t table) bool { return t.name == name })
		if i < 0 {
			return fmt.Errorf("the snapshot has a table %s, which its schema does not have: it was not made by hexi", name)
		}
		if !slices.Equal(known[i].columns, columns) || !slices.Equal(known[i].kinds, kinds) {
			return fmt.Errorf("the snapshot has other columns in table %s than its schema has: it was not made by hexi", name)
		}
		next := func() ([]any, error) {
			values, err := from.Row()
			if err == nil {
				if read++; read%loadEvery == 0 && hear != nil {
					hear(read)
				}
			}
			return values, err
		}
		if c.dialect.name == postgresDialect.name {
			err = copyRows(ctx, conn, known[i], next)
		} else {
			err = insertRows(ctx, tx, known[i], next)
		}
		if err != nil {
			return fmt.Errorf("put table %s back: %w", name, err)
		}
	}
	if err := putFact(ctx, tx, metaRestoring, c.now().UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if hear != nil {
		hear(read)
	}
	return nil
}

func insertRows(ctx context.Context, tx *sql.Tx, t table, next func() ([]any, error)) (err error) {
	stmt, err := tx.PrepareContext(ctx, "INSERT INTO "+t.name+" ("+quoted(t.columns)+") VALUES ("+places(len(t.columns), 0)+")")
	if err != nil {
		return err
	}
	defer func() {
		if e := stmt.Close(); err == nil {
			err = e
		}
	}()
	for {
		values, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := stmt.ExecContext(ctx, values...); err != nil {
			return err
		}
	}
}

// copyRows is insertRows in PostgreSQL's own way, inside of the transaction that
// the connection is in.
func copyRows(ctx context.Context, conn *sql.Conn, t table, next func() ([]any, error)) error {
	return conn.Raw(func(driverConn any) error {
		c, ok := driverConn.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T", driverConn)
		}
		var fault error // of the source: the database repeats its text alone
		rows := pgx.CopyFromFunc(func() ([]any, error) {
			values, err := next()
			if errors.Is(err, io.EOF) {
				return nil, nil // which is how pgx is told of the end
			}
			fault = err
			return values, err
		})
		_, err := c.Conn().CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, rows)
		if fault != nil {
			return fault
		}
		return err
	})
}

// places are n placeholders, from the one after the first so many.
func places(n, after int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(after+i+1))
	}
	return b.String()
}

// emptyTables reports whether none of the kept tables holds a row. The table of
// facts does not count: it has one from the start.
func (c *Catalog) emptyTables(ctx context.Context) (bool, error) {
	for _, name := range kept {
		if name == "meta" {
			continue
		}
		n, err := c.version(ctx, name, "SELECT count(*) FROM (SELECT 1 FROM "+name+" LIMIT 1) AS first")
		if err != nil {
			return false, fmt.Errorf("look into table %s: %w", name, err)
		}
		if n > 0 {
			return false, nil
		}
	}
	return true, nil
}
