package catalog

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the steps of the schema in their order; a step that was
// released is never changed. They are written for SQLite; dialect.ddl turns
// them into PostgreSQL's words.
var migrations = []string{
	"00001_catalogue.sql", "00002_publish_when_ready.sql", "00003_looks.sql", "00004_master_files.sql", "00005_layers.sql",
	"00006_log_chain.sql", "00009_preservation.sql", "00010_journal.sql", "00011_tombstones.sql",
	"00012_versions.sql", "00013_preservation_indexes.sql", "00014_parts_only.sql", "00015_searches.sql",
	"00016_shown.sql",
}

// steps are what a migration does beside its file, right after it and in the same
// transaction.
var steps = map[string]func(c *Catalog, ctx context.Context, q queries) error{
	"00006_log_chain.sql":  (*Catalog).chainLog,
	"00011_tombstones.sql": (*Catalog).makeTombstones,
	"00012_versions.sql":   (*Catalog).makeVersions,
	"00015_searches.sql":   (*Catalog).noteClosed,
	"00016_shown.sql":      (*Catalog).noteShown,
}

// versionTable is where goose notes the steps that were taken.
const versionTable = "schema_versions"

// metaID is the name under which the catalogue's identity is kept.
const metaID = "catalogue"

// upToDate reports whether the schema is the one that this program knows. One
// that is newer is an error.
func (c *Catalog) upToDate(ctx context.Context) (bool, error) {
	have, haveJobs, err := c.versions(ctx)
	if err != nil {
		return false, err
	}
	if have > len(migrations) {
		return false, fmt.Errorf("its schema is of version %d, and this hexi knows none after %d: a newer hexi has migrated it; use that one, or restore an older copy", have, len(migrations))
	}
	migrator, err := rivermigrate.New(c.driver, &rivermigrate.Config{Logger: quiet(c.log)})
	if err != nil {
		return false, fmt.Errorf("prepare job tables: %w", err)
	}
	known := len(migrator.AllVersions())
	if haveJobs > known {
		return false, fmt.Errorf("its job queue is of version %d, and this hexi knows none after %d: a newer hexi has migrated it; use that one, or restore an older copy", haveJobs, known)
	}
	return have >= c.target() && haveJobs == known, nil
}

// target is the version of the schema to migrate to: the newest, but while what
// an older one kept is put back.
func (c *Catalog) target() int {
	if c.until > 0 {
		return c.until
	}
	return len(migrations)
}

// versions returns the versions of hexi's tables and of those of the job queue.
func (c *Catalog) versions(ctx context.Context) (schema, jobs int, err error) {
	schema, err = c.version(ctx, versionTable, "SELECT coalesce(max(version_id), 0) FROM "+versionTable+" WHERE is_applied")
	if err != nil {
		return 0, 0, err
	}
	// Only later steps of the job queue give its table a column for lines; there
	// is one line here.
	jobs, err = c.version(ctx, "river_migration", "SELECT coalesce(max(version), 0) FROM river_migration")
	return schema, jobs, err
}

// version runs a query for a version if the table is there; else it is 0.
func (c *Catalog) version(ctx context.Context, table, query string) (n int, err error) {
	if err := c.write().build.NewRaw(c.dialect.hasTable, table).Conn(c.write().conn).Scan(ctx, &n); err != nil {
		return 0, fmt.Errorf("look for table %s: %w", table, err)
	}
	if n == 0 {
		return 0, nil
	}
	if err := c.others.QueryRowContext(ctx, query).Scan(&n); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	return n, nil
}

// migrate brings the schema up to date. The caller holds the lock that keeps
// other processes from doing so. One that is killed in between leaves whole
// steps behind, and the next goes on from there.
func (c *Catalog) migrate(ctx context.Context) error {
	if done, err := c.upToDate(ctx); err != nil || done {
		return err
	}
	if c.dialect.name == postgresDialect.name {
		var encoding string
		if err := c.others.QueryRowContext(ctx, "SHOW server_encoding").Scan(&encoding); err != nil {
			return fmt.Errorf("read encoding: %w", err)
		}
		if encoding != "UTF8" {
			return fmt.Errorf("the database has the encoding %s, in which Chinese cannot be kept; make one with ENCODING 'UTF8'", encoding)
		}
	}
	list := make([]*goose.Migration, len(migrations))
	for i, name := range migrations {
		text, err := migrationFiles.ReadFile("migrations/" + name)
		if err != nil {
			return fmt.Errorf("read migration: %w", err)
		}
		list[i] = goose.NewGoMigration(int64(i+1), &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			q := c.through(tx)
			if _, err := q.conn.ExecContext(ctx, c.dialect.ddl(string(text))); err != nil {
				return err
			}
			if step := steps[name]; step != nil {
				return step(c, ctx, q)
			}
			return nil
		}}, nil)
	}
	dialect := goose.DialectSQLite3
	if c.dialect.name == postgresDialect.name {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, c.others, nil, goose.WithTableName(versionTable), goose.WithGoMigrations(list...),
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	if _, err := provider.UpTo(ctx, int64(c.target())); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	migrator, err := rivermigrate.New(c.driver, &rivermigrate.Config{Logger: quiet(c.log)})
	if err != nil {
		return fmt.Errorf("prepare job tables: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate job tables: %w", err)
	}
	// The identity is given once, and outlives later migrations.
	_, err = c.write().insert(&metaRow{Name: metaID, Value: rand.Text()}).On("CONFLICT (name) DO NOTHING").Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("write the catalogue's identity: %w", err)
	}
	return nil
}
