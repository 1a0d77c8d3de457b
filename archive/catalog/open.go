package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	_ "modernc.org/sqlite" // driver "sqlite"

	"hexi/archive"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options are the outside facts of a catalogue. Zero fields take the real ones.
type Options struct {
	Logger *slog.Logger
	Now    func() time.Time
}

// Catalog is an opened catalogue. It is safe for use by many goroutines.
type Catalog struct {
	write    *bun.DB // SQLite: one connection
	read     *bun.DB
	postgres bool
	driver   riverdriver.Driver[*sql.Tx]
	queue    *river.Client[*sql.Tx] // for adding jobs only
	log      *slog.Logger
	now      func() time.Time

	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
}

// Open opens the catalogue at an address, sqlite:PATH or postgres://…, making
// and migrating it as needed. Several processes may do so at once. A catalogue
// of a newer hexi is refused.
func Open(ctx context.Context, address string, opts Options) (_ *Catalog, err error) {
	c := &Catalog{log: opts.Logger, now: opts.Now, watchers: map[chan struct{}]struct{}{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		err = c.openSQLite(path)
	} else {
		err = c.openPostgres(address)
	}
	if err != nil {
		return nil, err
	}
	if err := c.migrate(ctx); err != nil {
		return nil, err
	}
	if c.queue, err = river.NewClient(c.driver, &river.Config{Logger: quiet(c.log)}); err != nil {
		return nil, fmt.Errorf("open job queue: %w", err)
	}
	return c, nil
}

// openSQLite opens one connection that writes and several that read. Each write
// transaction takes the lock at its start, so that none fails half-way for
// having read before another wrote.
func (c *Catalog) openSQLite(path string) error {
	if path == "" {
		return archive.Invalid("database", "sqlite: needs a path, such as sqlite:/srv/hexi/hexi.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("make directory of the catalogue: %w", err)
	}
	pragmas := url.Values{"_pragma": {
		"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)", "cache_size(-32000)",
	}}
	location := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	writer, err := sql.Open("sqlite", location+"?_txlock=immediate&"+pragmas.Encode())
	if err != nil {
		return fmt.Errorf("open catalogue %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	c.write = bun.NewDB(writer, sqlitedialect.New())
	reader, err := sql.Open("sqlite", location+"?_pragma=query_only(1)&"+pragmas.Encode())
	if err != nil {
		return fmt.Errorf("open catalogue %s: %w", path, err)
	}
	reader.SetMaxOpenConns(max(4, runtime.GOMAXPROCS(0)))
	c.read = bun.NewDB(reader, sqlitedialect.New())
	c.driver = riversqlite.New(writer)
	return nil
}

func (c *Catalog) openPostgres(address string) error {
	db, err := sql.Open("pgx", address)
	if err != nil {
		// The driver's errors can quote the address, and with it the password.
		return archive.Invalid("database", "the address is not of the form postgres://USER:PASSWORD@HOST/NAME")
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	db.SetConnMaxIdleTime(5 * time.Minute)
	c.postgres = true
	c.write = bun.NewDB(db, pgdialect.New())
	c.read = c.write
	c.driver = riverdatabasesql.New(db)
	return nil
}

// Close closes the connections.
func (c *Catalog) Close() error {
	var errs []error
	if c.read != nil && c.read != c.write {
		errs = append(errs, c.read.Close())
	}
	if c.write != nil {
		errs = append(errs, c.write.Close())
	}
	return errors.Join(errs...)
}

// The numbers of PostgreSQL's advisory locks that hexi takes ("hexi" in ASCII,
// and one more).
const (
	lockMigrate = 0x68657869
	lockChanges = 0x6865786a
)

// migrate brings the schema up to date, one process at a time.
func (c *Catalog) migrate(ctx context.Context) error {
	unlock, err := c.lockMigrations(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	dialect := goose.DialectSQLite3
	if c.postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, c.write.DB, files, goose.WithTableName("schema_versions"), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if have > known {
		return fmt.Errorf("the catalogue has schema %d, made by a newer hexi; this one knows schemas up to %d: use the newer program", have, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate catalogue: %w", err)
	}
	migrator, err := rivermigrate.New(c.driver, &rivermigrate.Config{Logger: quiet(c.log)})
	if err != nil {
		return fmt.Errorf("prepare job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	return nil
}

// lockMigrations keeps other processes from migrating at the same time. On
// SQLite that is a lock file beside the database: a transaction cannot span the
// migrations, which have transactions of their own.
func (c *Catalog) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if !c.postgres {
		return c.lockFile(ctx)
	}
	conn, err := c.write.DB.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach catalogue: %w", withoutPassword(err))
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockMigrate); err != nil {
		return nil, errors.Join(fmt.Errorf("lock catalogue: %w", err), conn.Close())
	}
	return func() {
		// Closing the connection would do; asking first keeps it in the pool.
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", lockMigrate); err != nil {
			c.log.Warn("unlock catalogue", "error", err)
		}
		if err := conn.Close(); err != nil {
			c.log.Warn("unlock catalogue", "error", err)
		}
	}, nil
}

// withoutPassword keeps the cause of a failed connection but not its address.
func withoutPassword(err error) error {
	var cause interface{ Unwrap() error }
	if errors.As(err, &cause) && cause.Unwrap() != nil {
		return cause.Unwrap()
	}
	return err
}

// quiet gives River a logger that speaks of faults only.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(&atLeast{log.Handler(), slog.LevelError})
}

type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h *atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h *atLeast) WithAttrs(a []slog.Attr) slog.Handler {
	return &atLeast{h.Handler.WithAttrs(a), h.level}
}
func (h *atLeast) WithGroup(n string) slog.Handler { return &atLeast{h.Handler.WithGroup(n), h.level} }
