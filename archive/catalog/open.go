package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/uptrace/bun"

	"hexi/archive"
)

// Options are the outside facts of a catalogue. Zero fields take the real clock
// and a logger that keeps silent.
type Options struct {
	Logger *slog.Logger
	Now    func() time.Time
	// Journal, if any, gets what each transaction wrote before it is acknowledged.
	Journal Journal
}

// Catalog is an opened catalogue. It is safe for use by many goroutines.
type Catalog struct {
	dialect dialect
	path    string  // of SQLite: of the file
	build   *bun.DB // builds the queries; they go through one of the connections
	writer  *sql.DB // one connection, for Update
	others  *sql.DB // writes beside Update: sessions, heartbeats, the queue
	reader  *sql.DB
	driver  riverdriver.Driver[*sql.Tx]
	queue   *river.Client[*sql.Tx] // for adding jobs only
	lookups lookups
	log     *slog.Logger
	now     func() time.Time

	journal journalling

	inspecting bool // nothing is made or migrated
	until      int  // the version of the schema to migrate to; 0: the newest

	mu       sync.Mutex
	watchers map[chan struct{}]struct{}
	swept    time.Time // when ended sessions were last forgotten
}

// Open opens the catalogue at an address, sqlite:PATH or postgres://…, making
// and migrating it as needed. Several processes may do so at once. A catalogue
// that a newer hexi has migrated is refused, because this one would not keep
// what it does not know.
func Open(ctx context.Context, address string, opts Options) (_ *Catalog, err error) {
	c := &Catalog{log: opts.Logger, now: opts.Now, watchers: map[chan struct{}]struct{}{}, journal: journalling{to: opts.Journal}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	defer func() {
		if err != nil {
			err = errors.Join(c.full(err), c.Close())
		}
	}()
	if err := c.connect(ctx, address); err != nil {
		return nil, err
	}
	switch half, err := fact(ctx, c.others, metaRestoring); {
	case err != nil:
		return nil, err
	case half != "":
		return nil, fmt.Errorf("a restore into this database was cut off, which began at %s: run it again", half)
	}
	if err := c.prepare(ctx); err != nil {
		return nil, err
	}
	if err := c.prepareJournal(ctx); err != nil {
		return nil, err
	}
	if c.queue, err = river.NewClient(c.driver, &river.Config{Logger: quiet(c.log)}); err != nil {
		return nil, fmt.Errorf("open job queue: %w", err)
	}
	return c, nil
}

func (c *Catalog) connect(ctx context.Context, address string) error {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		return c.openSQLite(ctx, rest)
	case "postgres", "postgresql":
		return c.openPostgres(ctx, address)
	}
	// The address is not repeated: it may hold a password.
	return archive.Invalid("database", "is neither of the form sqlite:PATH nor postgres://USER:PASSWORD@HOST/NAME")
}

// Close closes the connections. Runners are to be stopped before.
func (c *Catalog) Close() error {
	var errs []error
	for i, db := range []*sql.DB{c.reader, c.others, c.writer} {
		if db != nil && (i == 0 || db != c.reader) && (i != 1 || db != c.writer) {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// ID returns the identity that the catalogue got when it was made. A search
// index that was made from another catalogue (a restored or exchanged database)
// can tell by it.
func (c *Catalog) ID(ctx context.Context) (string, error) {
	var row metaRow
	if err := c.read().find(&row).Where("name = ?", metaID).Scan(ctx); err != nil {
		return "", fmt.Errorf("read the catalogue's identity: %w", notFound(err))
	}
	return row.Value, nil
}

// quiet gives River a logger that speaks of faults only. What happens to jobs
// the runner says itself, with the words of the archive.
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

func (h *atLeast) WithGroup(name string) slog.Handler {
	return &atLeast{h.Handler.WithGroup(name), h.level}
}
