package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"modernc.org/sqlite"

	"hexi/archive"
)

// openSQLite opens one connection that writes and several that read. Each write
// transaction takes the lock at its start (_txlock), so that none fails half-way
// because another wrote after it had read. A commit is on the disk when it
// returns (synchronous FULL).
func (c *Catalog) openSQLite(ctx context.Context, path string) error {
	if path == "" || path == ":memory:" {
		return archive.Invalid("database", "sqlite: needs the path of a file, such as sqlite:/srv/hexi/hexi.db")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("find catalogue: %w", err)
	}
	c.path = path
	if !c.inspecting {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("make directory of the catalogue: %w", err)
		}
		// No two processes make or migrate the file at the same time.
		unlock, err := lockFile(ctx, path+"-lock")
		if err != nil {
			return fmt.Errorf("lock catalogue: %w", err)
		}
		defer unlock()
	}

	// SQLite would make it readable for everyone; it holds who may sign in, and the
	// files that SQLite makes beside it take its mode. One that is there keeps its own.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make catalogue %s: %w", path, err)
	}

	location := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	c.dialect = sqliteDialect
	// What is deleted is overwritten, for what has to be erased (secure_delete). New ids
	// are spread over all pages of the indexes: an import writes a page again and again,
	// and with a large write-ahead log (64 MB) it moves into the file once and not each time.
	if c.writer, err = sql.Open("sqlite", location+"?_txlock=immediate&"+pragmas("cache_size(-64000)", "wal_autocheckpoint(16384)", "journal_size_limit(67108864)", "secure_delete(1)")); err != nil {
		return fmt.Errorf("open catalogue %s: %w", path, err)
	}
	c.writer.SetMaxOpenConns(1)
	c.others = c.writer
	if c.reader, err = sql.Open("sqlite", location+"?"+pragmas("query_only(1)", "cache_size(-4000)")); err != nil {
		return fmt.Errorf("open catalogue %s: %w", path, err)
	}
	c.reader.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	c.reader.SetMaxIdleConns(max(4, runtime.GOMAXPROCS(0)))
	c.build = bun.NewDB(c.writer, sqlitedialect.New())
	c.driver = riversqlite.New(c.writer)
	// The first statement opens the file.
	if err := c.writer.PingContext(ctx); err != nil {
		return fmt.Errorf("open catalogue %s: %w", path, err)
	}
	if c.inspecting {
		return nil
	}
	if err := c.migrate(ctx); err != nil {
		return fmt.Errorf("catalogue %s: %w", path, err)
	}
	return nil
}

// pragmas are the settings of every connection, as a query of the driver's
// address. What takes the lock waits for it up to 20 seconds.
func pragmas(more ...string) string {
	all := []string{"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}
	return url.Values{"_pragma": append(all, more...)}.Encode()
}

// sqliteBusy reports whether SQLite could not get a lock in time (result codes
// SQLITE_BUSY and SQLITE_LOCKED with all their extensions).
func sqliteBusy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == 5 || e.Code()&0xff == 6)
}

// full names the database in an error that says that there is no room left for it, and
// returns others as they are.
func (c *Catalog) full(err error) error {
	var known *archive.FullError
	if err == nil || errors.As(err, &known) {
		return err
	}
	if c.path != "" && sqliteFull(err) {
		return &archive.FullError{Place: "the database " + c.path, Err: err}
	}
	if postgresFull(err) {
		return &archive.FullError{Place: "the database, on the server that has it", Err: err}
	}
	return err
}

// sqliteFull reports whether SQLite finds no room: for the file (SQLITE_FULL), or for
// what its processes share (SQLITE_IOERR_SHMSIZE).
func sqliteFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == 13 || e.Code() == 10|19<<8)
}

// sqliteDamaged reports whether SQLite says that its file is damaged or is none of its
// own (SQLITE_CORRUPT, SQLITE_NOTADB), or that the disk does not give it (SQLITE_IOERR).
func sqliteDamaged(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == 11 || e.Code()&0xff == 26 || e.Code()&0xff == 10)
}
