package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// kept are the tables that hold what the archive knows, each after those that it
// refers to. Snapshots and the journal hold all of their columns, whichever those
// are.
var kept = []string{"records", "tombstones", "revisions", "assets", "changes", "users", "tokens", "saved_searches", "preservation", "activities", "meta"}

// passing are the tables that snapshots and the journal leave out, with the reason.
var passing = map[string]string{
	"recent_searches": "what someone cleared is gone",

	"sessions":   "whoever was signed in signs in again",
	"jobs":       fromStates,
	"workers":    "processes sign on again",
	"journal":    "it is on its way to the journal",
	versionTable: "a snapshot says of which schema it is",

	"river_client": fromStates, "river_client_queue": fromStates, "river_job": fromStates, "river_leader": fromStates,
	"river_migration": fromStates, "river_notification": fromStates, "river_queue": fromStates,
}

const fromStates = "the states of the assets say which jobs there are to be"

// The kinds of values that columns hold, as snapshots and the journal call them.
const (
	kindText = "text"
	kindInt  = "int"
	kindBool = "bool"
	kindBlob = "blob"
)

// table is a table as the database describes it.
type table struct {
	name    string
	columns []string
	kinds   []string
	key     []string // the columns of the primary key
}

// What a connection and a transaction can both do.
type (
	querier interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}
	rower interface {
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
	execer interface {
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
)

// describe asks for a table's columns.
func (c *Catalog) describe(ctx context.Context, q querier, name string) (_ table, err error) {
	rows, err := q.QueryContext(ctx, c.dialect.columns, name)
	if err != nil {
		return table{}, fmt.Errorf("describe table %s: %w", name, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what there is to say
	t := table{name: name}
	keys := map[int]string{}
	for rows.Next() {
		var column, kind string
		var key int
		if err := rows.Scan(&column, &kind, &key); err != nil {
			return table{}, fmt.Errorf("describe table %s: %w", name, err)
		}
		of, err := kindOf(kind)
		if err != nil {
			return table{}, fmt.Errorf("column %s of table %s: %w", column, name, err)
		}
		t.columns, t.kinds = append(t.columns, column), append(t.kinds, of)
		if key > 0 {
			keys[key] = column
		}
	}
	if err := rows.Err(); err != nil {
		return table{}, fmt.Errorf("describe table %s: %w", name, err)
	}
	for i := 1; keys[i] != ""; i++ {
		t.key = append(t.key, keys[i])
	}
	if len(t.columns) > 0 && len(t.key) == 0 {
		return table{}, fmt.Errorf("table %s has no primary key", name)
	}
	return t, nil
}

// kindOf turns a column's type into the kind of its values.
func kindOf(sqlType string) (string, error) {
	switch first, _, _ := strings.Cut(strings.ToLower(sqlType), "("); first {
	case "varchar", "text", "character varying":
		return kindText, nil
	case "integer", "bigint", "smallint":
		return kindInt, nil
	case "boolean":
		return kindBool, nil
	case "blob", "bytea":
		return kindBlob, nil
	}
	return "", fmt.Errorf("the type %s has no place in snapshots", sqlType)
}

// keptTables describes those of the kept tables that this schema has.
func (c *Catalog) keptTables(ctx context.Context, q querier) ([]table, error) {
	var out []table
	for _, name := range kept {
		t, err := c.describe(ctx, q, name)
		if err != nil {
			return nil, err
		}
		if len(t.columns) > 0 {
			out = append(out, t)
		}
	}
	return out, nil
}

// plainValue turns what a driver returned into a value of the kind: string,
// int64, bool, []byte or nil.
func plainValue(v any, kind string) (any, error) {
	switch kind {
	case kindText:
		switch v := v.(type) {
		case nil, string:
			return v, nil
		case []byte:
			return string(v), nil
		}
	case kindInt:
		switch v := v.(type) {
		case nil, int64:
			return v, nil
		}
	case kindBool:
		switch v := v.(type) {
		case nil, bool:
			return v, nil
		case int64:
			return v != 0, nil
		}
	case kindBlob:
		switch v := v.(type) {
		case nil:
			return v, nil
		case []byte:
			return slices.Clone(v), nil
		case string:
			return []byte(v), nil
		}
	}
	return nil, fmt.Errorf("a %T was to be a value of the kind %s", v, kind)
}

// eachRow calls fn with the values of each row of a result that has the columns
// of t. The values are fn's only until it returns.
func (t table) eachRow(rows *sql.Rows, fn func(values []any) error) (err error) {
	defer func() {
		if e := rows.Close(); err == nil {
			err = e
		}
	}()
	values, into := make([]any, len(t.columns)), make([]any, len(t.columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i := range values {
			if values[i], err = plainValue(values[i], t.kinds[i]); err != nil {
				return fmt.Errorf("column %s: %w", t.columns[i], err)
			}
		}
		if err := fn(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// quoted joins names that stand in a statement; some are words of SQL.
func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
