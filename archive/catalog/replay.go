package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// replayAtOnce is how many entries of a journal are put back in one transaction.
const replayAtOnce = 200

// replay puts back what the journal says was written after the snapshot, and returns
// the number of the last entry.
func (r *restorer) replay(ctx context.Context, c *Catalog) (last int64, err error) {
	last = r.was.Journal
	if r.opts.Journal == nil {
		return last, nil
	}
	var gathered []JournalEntry
	flush := func() error {
		if len(gathered) == 0 {
			return nil
		}
		if schema := gathered[0].Schema; schema > c.target() || schema < r.was.Schema {
			if schema < r.was.Schema || schema > len(migrations) {
				return fmt.Errorf("entry %d of the journal has a schema of version %d, and this hexi knows 1 to %d: restore with a newer hexi", gathered[0].Number, schema, len(migrations))
			}
			c.until = schema
			if err := c.migrate(ctx); err != nil {
				return err
			}
		}
		if err := c.putBack(ctx, gathered, r.opts.ParseRow); err != nil {
			return err
		}
		gathered = gathered[:0]
		return nil
	}
	for e, err := range r.opts.Journal {
		if err != nil {
			return last, err
		}
		if len(gathered) == replayAtOnce || len(gathered) > 0 && gathered[0].Schema != e.Schema {
			if err := flush(); err != nil {
				return last, err
			}
		}
		gathered = append(gathered, e)
		last, r.line = e.Number, e.Line
	}
	return last, flush()
}

// putBack puts the rows of entries back, in one transaction.
func (c *Catalog) putBack(ctx context.Context, entries []JournalEntry, parse func(line []byte, kinds []string) ([]any, error)) error {
	tx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	tables, err := c.keptTables(ctx, tx)
	if err != nil {
		return err
	}
	statements := map[string]*sql.Stmt{}
	for _, e := range entries {
		err := rowsOf(e.Body, func(put bool, name string, line []byte) error {
			i := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
			if i < 0 {
				return fmt.Errorf("there is no table %s", name)
			}
			t := tables[i]
			values, err := parse(line, append([]string{kindText}, t.kinds...))
			if err != nil {
				return fmt.Errorf("a row of table %s: %w", name, err)
			}
			values = values[1:]
			query := t.upsert()
			if !put {
				query, values = t.remove(values)
			}
			stmt := statements[query]
			if stmt == nil {
				if stmt, err = tx.PrepareContext(ctx, query); err != nil {
					return fmt.Errorf("put table %s back: %w", name, err)
				}
				statements[query] = stmt // closed by the end of the transaction
			}
			if _, err := stmt.ExecContext(ctx, values...); err != nil {
				return fmt.Errorf("put table %s back: %w", name, err)
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("entry %d of the journal: %w", e.Number, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// upsert is the statement that puts a row, whether it is there or not.
func (t table) upsert() string {
	var sets []string
	for _, column := range t.columns {
		if !slices.Contains(t.key, column) {
			sets = append(sets, `"`+column+`" = EXCLUDED."`+column+`"`)
		}
	}
	do := "NOTHING"
	if len(sets) > 0 {
		do = "UPDATE SET " + strings.Join(sets, ", ")
	}
	return "INSERT INTO " + t.name + " (" + quoted(t.columns) + ") VALUES (" + places(len(t.columns), 0) + ") ON CONFLICT (" + quoted(t.key) + ") DO " + do
}

// remove is the statement that takes a row out, and the values of its key.
func (t table) remove(values []any) (string, []any) {
	var conditions []string
	var key []any
	for i, column := range t.key {
		conditions = append(conditions, fmt.Sprintf(`"%s" = $%d`, column, i+1))
		key = append(key, values[slices.Index(t.columns, column)])
	}
	return "DELETE FROM " + t.name + " WHERE " + strings.Join(conditions, " AND "), key
}
