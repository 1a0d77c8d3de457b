package catalog

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// RestoreOptions say how a catalogue is put back.
type RestoreOptions struct {
	Logger *slog.Logger
	Now    func() time.Time
	// Replace moves a SQLite catalogue that is there aside.
	Replace bool
	// Journal are the entries after the snapshot, in the order of their numbers and
	// without a gap; nil for none. ParseRow reads their lines (Journal.AppendRow).
	Journal  iter.Seq2[JournalEntry, error]
	ParseRow func(line []byte, kinds []string) ([]any, error)
	// Progress hears now and then how many rows of the snapshot are put back.
	Progress func(rows int64)
}

// Restored is what was put back. Aside is where the catalogue lies that was there
// before; "" if there was none.
type Restored struct {
	LastChange int64  `json:"lastChange"`
	Replayed   int64  `json:"replayed"` // entries of the journal
	Aside      string `json:"aside,omitempty"`
}

// The names of facts that a restored catalogue keeps about that.
const (
	metaRestoring = "restoring" // until it is whole
	metaRestored  = "restored"  // when
	metaAfter     = "after"     // from which catalogue, and up to which entry of its journal
	metaAncestors = "ancestors" // all catalogues that it was put back from, the first one first
)

// ErrNotEmpty says that a restore would write over what is there.
var ErrNotEmpty = errors.New("the database is not empty")

// Restore puts a catalogue, which was of the given state, back at an address
// where there is none yet, and brings its schema up to date. The restored
// catalogue has a new identity: search indexes of the old one are made anew.
//
// At SQLite's it is made beside, and moves into its place when it is whole. At
// PostgreSQL's a database whose restore was cut off is opened by nobody but by a
// further Restore, which begins anew.
func Restore(ctx context.Context, address string, was State, from Source, opts RestoreOptions) (Restored, error) {
	if was.Schema < 1 || was.Schema > len(migrations) {
		return Restored{}, fmt.Errorf("the snapshot has a schema of version %d, and this hexi knows 1 to %d: restore it with a newer hexi", was.Schema, len(migrations))
	}
	r := &restorer{was: was, from: from, opts: opts, line: was.Catalogue}
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return r.sqlite(ctx, path)
	}
	if opts.Replace {
		return Restored{}, archive.Invalid("replace", "is for SQLite only: make a new database in PostgreSQL (createdb), restore into that one, and point --database to it")
	}
	return r.postgres(ctx, address)
}

type restorer struct {
	was  State
	from Source
	opts RestoreOptions
	line string // identity of the catalogue whose journal was read last
}

// open opens a catalogue to be filled: with the schema that the snapshot has.
func (r *restorer) open(ctx context.Context, address string) (_ *Catalog, err error) {
	c := &Catalog{log: r.opts.Logger, now: r.opts.Now, watchers: map[chan struct{}]struct{}{}, until: r.was.Schema}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	if err := c.connect(ctx, address); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// fill puts the tables back and brings the schema up to date.
func (r *restorer) fill(ctx context.Context, c *Catalog) (Restored, error) {
	if err := c.load(ctx, r.from, r.opts.Progress); err != nil {
		return Restored{}, err
	}
	number, err := r.replay(ctx, c)
	if err != nil {
		return Restored{}, err
	}
	c.until = 0
	if err := c.migrate(ctx); err != nil {
		return Restored{}, err
	}
	last, err := c.LastChange(ctx)
	if err != nil {
		return Restored{}, err
	}
	tx, err := c.writer.BeginTx(ctx, nil)
	if err != nil {
		return Restored{}, fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	known, err := fact(ctx, tx, metaAncestors)
	if err != nil {
		return Restored{}, err
	}
	ancestors := strings.Fields(known)
	for _, id := range []string{r.was.Catalogue, r.line} {
		if id != "" && !slices.Contains(ancestors, id) {
			ancestors = append(ancestors, id)
		}
	}
	for _, fact := range []metaRow{
		{Name: metaAncestors, Value: strings.Join(ancestors, " ")},
		{Name: metaID, Value: rand.Text()},
		{Name: metaRestored, Value: c.now().UTC().Format(time.RFC3339)},
		{Name: metaAfter, Value: fmt.Sprintf("%s %d", r.line, number)},
	} {
		if err := putFact(ctx, tx, fact.Name, fact.Value); err != nil {
			return Restored{}, err
		}
	}
	// The numbers go on from there.
	if _, err := tx.ExecContext(ctx, "DELETE FROM journal"); err != nil {
		return Restored{}, fmt.Errorf("number the next transaction: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO journal (number, entry) VALUES ($1, $2)", number, []byte{}); err != nil {
		return Restored{}, fmt.Errorf("number the next transaction: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM meta WHERE name = $1", metaRestoring); err != nil {
		return Restored{}, fmt.Errorf("end the restore: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return Restored{}, fmt.Errorf("end the restore: %w", err)
	}
	return Restored{LastChange: last, Replayed: number - r.was.Journal}, nil
}

// fact reads a fact about the catalogue; "" where there is none.
func fact(ctx context.Context, q rower, name string) (value string, err error) {
	err = q.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = $1", name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return value, nil
}

func putFact(ctx context.Context, q execer, name, value string) error {
	_, err := q.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value", name, value)
	if err != nil {
		return fmt.Errorf("note %s: %w", name, err)
	}
	return nil
}

// sqlite makes the catalogue in a file beside, and gives it the name when all of
// it is on the disk. No other process opens a catalogue of that name meanwhile.
func (r *restorer) sqlite(ctx context.Context, path string) (_ Restored, err error) {
	if path == "" || path == ":memory:" {
		return Restored{}, archive.Invalid("database", "sqlite: needs the path of a file, such as sqlite:/srv/hexi/hexi.db")
	}
	if path, err = filepath.Abs(path); err != nil {
		return Restored{}, fmt.Errorf("find catalogue: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return Restored{}, fmt.Errorf("make directory of the catalogue: %w", err)
	}
	unlock, err := lockFile(ctx, path+"-lock")
	if err != nil {
		return Restored{}, fmt.Errorf("lock catalogue: %w", err)
	}
	defer unlock()
	there, err := r.mayReplace(ctx, path)
	if err != nil {
		return Restored{}, err
	}

	beside := path + "-restoring"
	// What a restore left that was cut off; and this one, if it fails.
	remove := func() error {
		return errors.Join(removeIfThere(beside), removeIfThere(beside+"-wal"), removeIfThere(beside+"-shm"), removeIfThere(beside+"-lock"))
	}
	if err := remove(); err != nil {
		return Restored{}, fmt.Errorf("clear away an unfinished restore: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove())
		}
	}()
	c, err := r.open(ctx, "sqlite:"+beside)
	if err != nil {
		return Restored{}, err
	}
	done, err := r.fill(ctx, c)
	if err == nil {
		err = c.wholeFile(ctx)
	}
	if err = errors.Join(err, c.Close()); err != nil {
		return Restored{}, err
	}
	if err := syncPath(beside); err != nil {
		return Restored{}, err
	}
	if there {
		done.Aside = path + "-before-" + r.now().Format("20060102T150405.000Z")
		if err := os.Rename(path, done.Aside); err != nil {
			return Restored{}, fmt.Errorf("move the catalogue aside: %w", err)
		}
	}
	// Theirs who was there before: it was closed properly (mayReplace).
	if err := errors.Join(removeIfThere(path+"-wal"), removeIfThere(path+"-shm")); err != nil {
		return Restored{}, err
	}
	if err := os.Rename(beside, path); err != nil {
		return Restored{}, fmt.Errorf("give the catalogue its name: %w", err)
	}
	return done, errors.Join(removeIfThere(beside+"-lock"), syncPath(filepath.Dir(path)))
}

func (r *restorer) now() time.Time {
	if r.opts.Now == nil {
		return time.Now().UTC()
	}
	return r.opts.Now().UTC()
}

// mayReplace reports whether there is a file that is to be moved aside. One that
// is in use, or holds something and is not to be replaced, is an error.
func (r *restorer) mayReplace(ctx context.Context, path string) (there bool, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		// The file of a log without its catalogue is no catalogue.
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("find catalogue: %w", err)
	}
	c := &Catalog{log: slog.New(slog.DiscardHandler), now: time.Now, inspecting: true}
	defer func() { err = errors.Join(err, c.Close()) }()
	openErr := c.connect(ctx, "sqlite:"+path)
	if openErr == nil && !r.opts.Replace {
		empty, err := c.emptyTables(ctx)
		if err != nil {
			openErr = err
		} else if !empty {
			return false, fmt.Errorf("%s holds records or users; --replace moves it aside: %w", path, ErrNotEmpty)
		}
	}
	if openErr != nil && !r.opts.Replace {
		return false, fmt.Errorf("%s cannot be read (%w); --replace moves it aside: %w", path, openErr, ErrNotEmpty)
	}
	if openErr == nil {
		// To leave the log mode one has to be alone with the file; what the log
		// holds is then in it.
		var mode string
		err := c.writer.QueryRowContext(ctx, "PRAGMA busy_timeout = 1000").Scan(new(any))
		if err == nil {
			err = c.reader.Close()
		}
		if err == nil {
			err = c.writer.QueryRowContext(ctx, "PRAGMA journal_mode = DELETE").Scan(&mode)
		}
		if sqliteBusy(err) || err == nil && mode != "delete" {
			return false, fmt.Errorf("%s is in use: end the servers, workers and commands that have it open, and restore then", path)
		}
		// Of a file that is damaged nothing more is asked.
	}
	return true, nil
}

// wholeFile asks SQLite to look through the file.
func (c *Catalog) wholeFile(ctx context.Context) error {
	var verdict string
	if err := c.writer.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("look through the restored catalogue: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the restored catalogue is damaged: %s", verdict)
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncPath sees to it that a file or directory is on the disk.
func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// postgres fills an empty database. A note in it says that it is not whole, from
// before its first row until after the last.
func (r *restorer) postgres(ctx context.Context, address string) (_ Restored, err error) {
	c, err := r.open(ctx, address)
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	half, err := fact(ctx, c.others, metaRestoring)
	if err != nil {
		return Restored{}, err
	}
	empty, err := c.emptyTables(ctx)
	if err != nil {
		return Restored{}, err
	}
	if half == "" && !empty {
		return Restored{}, fmt.Errorf("make a new one (createdb), restore into that, and point --database to it: %w", ErrNotEmpty)
	}
	schema, _, err := c.versions(ctx)
	if err != nil {
		return Restored{}, err
	}
	if half != "" || schema != r.was.Schema {
		// What was cut off goes, and empty tables of another schema.
		if err := c.dropTables(ctx); err != nil {
			return Restored{}, err
		}
		if err := c.migrate(ctx); err != nil {
			return Restored{}, err
		}
	}
	if err := putFact(ctx, c.others, metaRestoring, c.now().UTC().Format(time.RFC3339)); err != nil {
		return Restored{}, err
	}
	return r.fill(ctx, c)
}

// dropTables takes back all that the migrations made but for the queue.
func (c *Catalog) dropTables(ctx context.Context) error {
	tx, err := c.others.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	names := slices.Clone(kept)
	for name := range passing {
		if !strings.HasPrefix(name, "river_") {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, "DROP TABLE IF EXISTS "+name+" CASCADE"); err != nil {
			return fmt.Errorf("drop table %s: %w", name, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("drop tables: %w", err)
	}
	return nil
}
