package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"strings"
	"time"

	"github.com/riverqueue/river/rivermigrate"

	"hexi/archive"
)

// Inspection is what a catalogue is found to be, without changing anything in it.
type Inspection struct {
	Kind    string `json:"kind"`    // sqlite or postgres
	Version string `json:"version"` // of the database
	// Schema and Jobs are the versions of hexi's tables and of those of the job
	// queue, 0 where they are not made yet; Known those of this program.
	Schema    int `json:"schema"`
	Known     int `json:"known"`
	Jobs      int `json:"jobs"`
	KnownJobs int `json:"knownJobs"`
	// LastChange is the latest number of the change log; 0 also where the schema
	// is none of this program's.
	LastChange int64 `json:"lastChange"`
	// Packages says how far the preservation packages are behind; nil where the schema
	// is not the one of this program.
	Packages *archive.Preservation `json:"packages,omitempty"`
	// ReadOnly says why nothing can be written; "" where it can.
	ReadOnly string `json:"readOnly,omitempty"`
}

// Inspect looks at the catalogue at an address. Unlike Open it makes and migrates
// nothing; a SQLite file that is not there is an archive.ErrNotFound.
func Inspect(ctx context.Context, address string) (_ Inspection, err error) {
	c := &Catalog{log: slog.New(slog.DiscardHandler), inspecting: true}
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return Inspection{}, archive.ErrNotFound
		}
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if err := c.connect(ctx, address); err != nil {
		return Inspection{}, err
	}
	in := Inspection{Kind: c.dialect.name, Known: len(migrations)}
	if err := c.others.QueryRowContext(ctx, c.dialect.serverVersion).Scan(&in.Version); err != nil {
		return in, fmt.Errorf("ask for the database's version: %w", err)
	}
	if in.Schema, in.Jobs, err = c.versions(ctx); err != nil {
		return in, err
	}
	migrator, err := rivermigrate.New(c.driver, &rivermigrate.Config{Logger: quiet(c.log)})
	if err != nil {
		return in, fmt.Errorf("prepare job tables: %w", err)
	}
	in.KnownJobs = len(migrator.AllVersions())
	if in.Schema > 0 && in.Schema <= in.Known {
		if in.LastChange, err = c.LastChange(ctx); err != nil {
			return in, err
		}
	}
	if in.Schema == in.Known {
		packages, err := c.Preservation(ctx, time.Now(), math.MaxInt64)
		if err != nil {
			return in, fmt.Errorf("count packages: %w", err)
		}
		in.Packages = &packages
	}
	if err := c.tryToWrite(ctx); err != nil {
		in.ReadOnly = err.Error()
	}
	return in, nil
}

// tryToWrite makes a table and takes it back.
func (c *Catalog) tryToWrite(ctx context.Context) (err error) {
	tx, err := c.others.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if e := tx.Rollback(); err == nil && !errors.Is(e, sql.ErrTxDone) {
			err = e
		}
	}()
	if _, err := tx.ExecContext(ctx, "CREATE TABLE hexi_doctor (n INTEGER NOT NULL)"); err != nil {
		return fmt.Errorf("make a table: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO hexi_doctor (n) VALUES (1)"); err != nil {
		return fmt.Errorf("write a row: %w", err)
	}
	return nil
}
