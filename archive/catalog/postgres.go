package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"hexi/archive"
)

// The numbers of PostgreSQL's advisory locks that hexi takes: "hexi" in ASCII,
// and one more.
const (
	lockMigrate = 0x68657869
	lockWrite   = 0x6865786a
)

// openPostgres opens one connection for Update, as there is one writing
// transaction at a time anyhow, and a pool for all else. The two are apart so
// that a transaction that reads beside itself always finds a connection.
func (c *Catalog) openPostgres(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// The parser's errors can quote the address, and with it the password.
		return archive.Invalid("database", "is not of the form postgres://USER:PASSWORD@HOST/NAME")
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "hexi"
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	c.dialect = postgresDialect
	// The query builder quotes texts the standard way.
	standard := stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		if conn.PgConn().ParameterStatus("standard_conforming_strings") == "on" {
			return nil
		}
		_, err := conn.Exec(ctx, "SET standard_conforming_strings = on")
		return err
	})
	c.writer = stdlib.OpenDB(*config, standard)
	c.writer.SetMaxOpenConns(1)
	c.reader = stdlib.OpenDB(*config, standard)
	c.reader.SetMaxOpenConns(12)
	c.reader.SetMaxIdleConns(6)
	c.others = c.reader
	for _, db := range []*sql.DB{c.writer, c.reader} {
		db.SetConnMaxIdleTime(5 * time.Minute)
		db.SetConnMaxLifetime(time.Hour)
	}
	c.build = bun.NewDB(c.writer, pgdialect.New())
	c.driver = riverdatabasesql.New(c.reader)

	if err := c.reader.PingContext(ctx); err != nil {
		return fmt.Errorf("reach catalogue: %w", err)
	}
	if c.inspecting {
		return nil
	}
	if done, err := c.upToDate(ctx); err != nil || done {
		return err
	}
	// No two processes migrate at the same time.
	conn, err := c.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reach catalogue: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockMigrate); err != nil {
		return fmt.Errorf("lock catalogue: %w", err)
	}
	err = c.migrate(ctx)
	if _, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockMigrate); err == nil && unlockErr != nil {
		err = fmt.Errorf("unlock catalogue: %w", unlockErr)
	}
	return err
}

// simple sends each query in one message, unprepared. Queries of the builder
// hold their values: each is another text, and to prepare them all would fill
// the memory of both sides with statements that never come again.
type simple struct{ bun.IConn }

func (s simple) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.IConn.QueryContext(ctx, query, simpleArgs(args)...)
}

func (s simple) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return s.IConn.ExecContext(ctx, query, simpleArgs(args)...)
}

func (s simple) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.IConn.QueryRowContext(ctx, query, simpleArgs(args)...)
}

func simpleArgs(args []any) []any {
	return append([]any{pgx.QueryExecModeSimpleProtocol}, args...)
}

// postgresConflict reports whether PostgreSQL broke a transaction off in favour
// of another (serialization_failure, deadlock_detected, lock_not_available).
func postgresConflict(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01" || e.Code == "55P03")
}

// postgresFull reports whether PostgreSQL has no room left on its disk (disk_full).
func postgresFull(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "53100"
}

// postgresRefused reports whether PostgreSQL did not let the user do something
// (insufficient_privilege).
func postgresRefused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "42501"
}

// postgresDamaged reports whether PostgreSQL says that a page or an index of it is
// damaged (data_corrupted, index_corrupted).
func postgresDamaged(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "XX001" || e.Code == "XX002")
}
