package catalog

import (
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// dialect is what the two databases say in different words. All else of the
// SQL is the same.
type dialect struct {
	name string
	// hasTable counts the tables of a name: 1 or 0.
	hasTable string
	// serverVersion asks for the version of the database.
	serverVersion string
	// micros is the database's clock in microseconds since 1970. Processes on
	// several machines go by it, not by their own clocks.
	micros string
	// lastWorker and lastError take from a row of river_job who last worked the
	// job, and the text of its last error ("" for none).
	lastWorker, lastError string
	// addError appends the error object "?" to a job's errors.
	addError string
	// columns asks for the name, the type and the place in the primary key (from
	// 1, or 0) of each column of a table, in their order.
	columns string
	// tables asks for the names of all tables.
	tables string
	// skipLocked is the FOR of a SELECT whose rows are about to be updated.
	skipLocked string
}

var sqliteDialect = dialect{
	name:          "sqlite",
	hasTable:      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?",
	serverVersion: "SELECT sqlite_version()",
	micros:        "CAST(round(unixepoch('subsec') * 1000000) AS INTEGER)",
	lastWorker:    "coalesce(json_extract(q.attempted_by, '$[#-1]'), '')",
	lastError:     "coalesce(json_extract(q.errors, '$[#-1].error'), '')",
	addError:      "jsonb_insert(coalesce(errors, jsonb('[]')), '$[#]', jsonb(?))",
	columns:       "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid",
	tables:        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name",
}

var postgresDialect = dialect{
	name:          "postgres",
	hasTable:      "SELECT count(*) FROM pg_class WHERE oid = to_regclass(?)",
	serverVersion: "SHOW server_version",
	micros:        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)",
	lastWorker:    "coalesce(q.attempted_by[array_upper(q.attempted_by, 1)], '')",
	lastError:     "coalesce(q.errors[array_upper(q.errors, 1)] ->> 'error', '')",
	addError:      "array_append(errors, CAST(? AS jsonb))",
	columns: `SELECT a.attname, format_type(a.atttypid, NULL), coalesce(array_position(CAST(i.indkey AS int2[]), a.attnum) + 1, 0)
		FROM pg_attribute AS a LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
		WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
	tables:     "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
	skipLocked: "UPDATE OF q SKIP LOCKED",
}

// ddl turns a migration, which is written for SQLite, into this dialect. Ids
// are compared by their bytes on both: it is what page cursors rely on.
func (d dialect) ddl(sql string) string {
	if d.name == "sqlite" {
		return sql
	}
	return strings.NewReplacer("COLLATE BINARY", `COLLATE "C"`, " BLOB", " BYTEA").Replace(sql)
}

// time is a time as River keeps it.
func (d dialect) time(t time.Time) any {
	if d.name == "sqlite" {
		return t.UTC().Format("2006-01-02 15:04:05.000")
	}
	return t
}

// queries builds queries that go through one connection, pool or transaction.
type queries struct {
	build *bun.DB
	conn  bun.IConn
}

func (c *Catalog) through(conn bun.IConn) queries {
	if c.dialect.name == postgresDialect.name {
		conn = simple{conn}
	}
	return queries{c.build, conn}
}

func (c *Catalog) read() queries  { return c.through(c.reader) }
func (c *Catalog) write() queries { return c.through(c.others) }

// find begins a SELECT of the model's columns.
func (q queries) find(model any) *bun.SelectQuery {
	return q.build.NewSelect().Conn(q.conn).Model(model)
}

// from begins a SELECT from a table without a model.
func (q queries) from(table string) *bun.SelectQuery {
	return q.build.NewSelect().Conn(q.conn).TableExpr(table)
}

func (q queries) insert(model any) *bun.InsertQuery {
	return q.build.NewInsert().Conn(q.conn).Model(model)
}

func (q queries) update(model any) *bun.UpdateQuery {
	return q.build.NewUpdate().Conn(q.conn).Model(model)
}

func (q queries) delete(model any) *bun.DeleteQuery {
	return q.build.NewDelete().Conn(q.conn).Model(model)
}
