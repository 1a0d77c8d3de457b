package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"hexi/archive"
)

// attempts is how often a transaction is tried when PostgreSQL breaks it off in
// favour of another.
const attempts = 5

// Update implements archive.Catalog. fn may run more than once: it must not
// change anything outside of the transaction that a second run does not set
// again.
func (c *Catalog) Update(ctx context.Context, fn func(ctx context.Context, tx archive.Tx) error) error {
	for attempt := 1; ; attempt++ {
		t := &tx{catalog: c}
		err := c.write.RunInTx(ctx, nil, func(ctx context.Context, db bun.Tx) error {
			t.db = db
			return fn(ctx, t)
		})
		if err == nil {
			if t.changed {
				c.wake()
			}
			return nil
		}
		if attempt == attempts || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt) * 20 * time.Millisecond):
		}
	}
}

// passing reports whether a transaction failed for the sake of another and may
// be tried again (PostgreSQL: serialization_failure, deadlock_detected).
func passing(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// tx is one writing transaction.
type tx struct {
	catalog *Catalog
	db      bun.Tx
	locked  bool // PostgreSQL: the change log
	changed bool
}

// lock makes this the only transaction of a PostgreSQL that writes, until its
// end: so that the log's sequence follows the order of the commits, and what
// was read stays true. SQLite has only one writer anyhow.
func (t *tx) lock(ctx context.Context) error {
	if t.locked || !t.catalog.postgres {
		return nil
	}
	if _, err := t.db.ExecContext(ctx, "SELECT pg_advisory_xact_lock(?)", lockChanges); err != nil {
		return fmt.Errorf("lock change log: %w", err)
	}
	t.locked = true
	return nil
}

// Entry implements archive.Tx.
func (t *tx) Entry(ctx context.Context, id string) (*archive.Entry, error) {
	if err := t.lock(ctx); err != nil {
		return nil, err
	}
	return entry(ctx, t.db, id, false)
}

// FindByAccession implements archive.Tx.
func (t *tx) FindByAccession(ctx context.Context, accession, holder string) (string, error) {
	if err := t.lock(ctx); err != nil {
		return "", err
	}
	return findByAccession(ctx, t.db, accession, holder)
}

// PutRevision implements archive.Tx.
func (t *tx) PutRevision(ctx context.Context, rev archive.Revision) error {
	if err := t.lock(ctx); err != nil {
		return err
	}
	body, err := encodeRecord(rev.Record)
	if err != nil {
		return err
	}
	r := rev.Record
	row := &recordRow{
		ID: r.ID, Collection: r.Collection, Kind: string(r.Kind), PartOf: r.PartOf, Accession: r.Identifier("accession"),
		Holder: r.Holder(), Revision: rev.Number, Created: micros(rev.At), Updated: micros(rev.At),
	}
	if rev.Number == 1 {
		_, err = t.db.NewInsert().Model(row).Exec(ctx)
	} else {
		// A revision that is not the next one means that somebody else wrote.
		var n int64
		res, execErr := t.db.NewUpdate().Model(row).WherePK().Where("revision = ?", rev.Number-1).
			Column("collection", "kind", "part_of", "accession", "holder", "revision", "updated").Exec(ctx)
		if err = execErr; err == nil {
			if n, err = res.RowsAffected(); err == nil && n != 1 {
				err = archive.ErrConflict
			}
		}
	}
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	revision := &revisionRow{Record: r.ID, Number: rev.Number, Body: string(body), Author: rev.By, Message: rev.Message, At: micros(rev.At)}
	if _, err := t.db.NewInsert().Model(revision).Exec(ctx); err != nil {
		return fmt.Errorf("write revision: %w", err)
	}
	return nil
}

// encodeRecord encodes a record with its texts as they are, so that people who
// read the database read Chinese and not escapes.
func encodeRecord(r archive.Record) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// SetPublished implements archive.Tx.
func (t *tx) SetPublished(ctx context.Context, id string, revision int, withdrawn bool, at time.Time) error {
	row := &recordRow{ID: id, Published: revision, Withdrawn: withdrawn, Updated: micros(at)}
	res, err := t.db.NewUpdate().Model(row).WherePK().Column("published", "withdrawn", "updated").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write publication: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(archive.ErrNotFound, err)
	}
	return nil
}

// Asset implements archive.Tx.
func (t *tx) Asset(ctx context.Context, id string) (*archive.Asset, error) {
	if err := t.lock(ctx); err != nil {
		return nil, err
	}
	return asset(ctx, t.db, id)
}

// PutAsset implements archive.Tx.
func (t *tx) PutAsset(ctx context.Context, a archive.Asset) error {
	row, err := newAssetRow(a)
	if err != nil {
		return err
	}
	if row.Position == 0 {
		err := t.db.NewSelect().Model((*assetRow)(nil)).ColumnExpr("coalesce(max(position), 0) + 1").
			Where("record = ?", a.Record).Scan(ctx, &row.Position)
		if err != nil {
			return fmt.Errorf("place asset: %w", err)
		}
	}
	_, err = t.db.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").
		Set("position = EXCLUDED.position, kind = EXCLUDED.kind, state = EXCLUDED.state, batch = EXCLUDED.batch").
		Set("filename = EXCLUDED.filename, master_key = EXCLUDED.master_key, size = EXCLUDED.size, sha512 = EXCLUDED.sha512").
		Set("format = EXCLUDED.format, image = EXCLUDED.image, access = EXCLUDED.access, failure = EXCLUDED.failure").
		Exec(ctx)
	if err != nil {
		return fmt.Errorf("write asset: %w", err)
	}
	return nil
}

// AddChange implements archive.Tx.
func (t *tx) AddChange(ctx context.Context, change archive.Change) (int64, error) {
	if err := t.lock(ctx); err != nil {
		return 0, err
	}
	var seq int64
	err := t.db.NewSelect().Model((*changeRow)(nil)).ColumnExpr("coalesce(max(seq), 0) + 1").Scan(ctx, &seq)
	if err != nil {
		return 0, fmt.Errorf("number change: %w", err)
	}
	row := &changeRow{
		Seq: seq, At: micros(change.At), Author: change.By, Action: string(change.Action),
		Record: change.Record, Revision: change.Revision, Asset: change.Asset,
	}
	if _, err := t.db.NewInsert().Model(row).Exec(ctx); err != nil {
		return 0, fmt.Errorf("write change: %w", err)
	}
	t.changed = true
	return seq, nil
}

// PutUser implements archive.Tx.
func (t *tx) PutUser(ctx context.Context, u archive.User) error {
	row := &userRow{Name: u.Name, Role: string(u.Role), PasswordHash: u.PasswordHash, Disabled: u.Disabled, Created: micros(u.Created)}
	_, err := t.db.NewInsert().Model(row).On("CONFLICT (name) DO UPDATE").
		Set("role = EXCLUDED.role, password_hash = EXCLUDED.password_hash, disabled = EXCLUDED.disabled").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write user: %w", err)
	}
	return nil
}

// PutToken implements archive.Tx.
func (t *tx) PutToken(ctx context.Context, user, sha256 string, created time.Time) error {
	if _, err := t.db.NewInsert().Model(&tokenRow{SHA256: sha256, Owner: user, Created: micros(created)}).Exec(ctx); err != nil {
		return fmt.Errorf("write token: %w", err)
	}
	return nil
}

// watchEvery is how often Watch looks for what other processes wrote.
const watchEvery = 400 * time.Millisecond

// Watch returns a channel that gets a value soon after changes were logged, by
// this or another process, until ctx ends; then it is closed. Values that are
// not taken at once are joined into one.
func (c *Catalog) Watch(ctx context.Context) <-chan struct{} {
	news := make(chan struct{}, 1)
	c.mu.Lock()
	c.watchers[news] = struct{}{}
	c.mu.Unlock()
	go func() {
		defer func() {
			c.mu.Lock()
			delete(c.watchers, news)
			close(news)
			c.mu.Unlock()
		}()
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		last := int64(-1)
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			seq, err := c.LastChange(ctx)
			if err != nil {
				if ctx.Err() == nil {
					c.log.Warn("look for changes", "error", err)
				}
				continue
			}
			if seq != last {
				last = seq
				c.wake()
			}
		}
	}()
	return news
}

func (c *Catalog) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for news := range c.watchers {
		select {
		case news <- struct{}{}:
		default:
		}
	}
}
