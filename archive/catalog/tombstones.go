package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/riverqueue/river/rivertype"
	"github.com/uptrace/bun"

	"hexi/archive"
)

type tombstoneRow struct {
	bun.BaseModel `bun:"table:tombstones,alias:t"`

	Record string `bun:"record,pk"`
	At     int64  `bun:"at"`
	Author string `bun:"author"`
	Reason string `bun:"reason"`
	Title  string `bun:"title"`
	Erased int64  `bun:"erased"`
	Public bool   `bun:"public"`
	Purged bool   `bun:"purged"`
}

// textJSON encodes a text as it is kept; "" for none.
func textJSON(t archive.Text) (string, error) {
	if len(t) == 0 {
		return "", nil
	}
	b, err := json.Marshal(t)
	return string(b), err
}

// Tombstone implements archive.Catalog.
func (c *Catalog) Tombstone(ctx context.Context, id string) (*archive.Tombstone, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	return c.read().tombstone(ctx, id)
}

func (q queries) tombstone(ctx context.Context, id string) (*archive.Tombstone, error) {
	var row tombstoneRow
	if err := q.find(&row).Where("record = ?", id).Scan(ctx); err != nil {
		return nil, notFound(err)
	}
	t := &archive.Tombstone{Record: row.Record, At: fromMicros(row.At), By: row.Author, Erased: row.Erased, Public: row.Public, Purged: row.Purged}
	for from, to := range map[string]*archive.Text{row.Reason: &t.Reason, row.Title: &t.Title} {
		if from == "" {
			continue
		}
		if err := json.Unmarshal([]byte(from), to); err != nil {
			return nil, fmt.Errorf("decode tombstone of %s: %w", id, err)
		}
	}
	return t, nil
}

// Erasures implements archive.PackageCatalog.
func (c *Catalog) Erasures(ctx context.Context) ([]archive.Tombstone, error) {
	var rows []tombstoneRow
	if err := c.read().find(&rows).Where("erased > 0").Order("record").Scan(ctx); err != nil {
		return nil, err
	}
	out := make([]archive.Tombstone, len(rows))
	for i, row := range rows {
		out[i] = archive.Tombstone{Record: row.Record, At: fromMicros(row.At), By: row.Author, Erased: row.Erased, Public: row.Public, Purged: row.Purged}
	}
	return out, nil
}

// PutTombstone implements archive.Tx.
func (t *tx) PutTombstone(ctx context.Context, stone archive.Tombstone) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	return t.q.putTombstone(ctx, stone)
}

func (q queries) putTombstone(ctx context.Context, stone archive.Tombstone) error {
	row := &tombstoneRow{Record: stone.Record, At: micros(stone.At), Author: stone.By, Erased: stone.Erased, Public: stone.Public, Purged: stone.Erased == 0}
	var err error
	if row.Reason, err = textJSON(stone.Reason); err == nil {
		row.Title, err = textJSON(stone.Title)
	}
	if err != nil {
		return fmt.Errorf("encode tombstone: %w", err)
	}
	for field, value := range map[string]string{"by": row.Author, "reason": row.Reason, "title": row.Title} {
		if err := storable(field, value); err != nil {
			return err
		}
	}
	_, err = q.insert(row).On("CONFLICT (record) DO UPDATE").
		Set("at = EXCLUDED.at, author = EXCLUDED.author, reason = EXCLUDED.reason, title = EXCLUDED.title").
		Set("erased = EXCLUDED.erased, public = EXCLUDED.public, purged = EXCLUDED.purged").Exec(ctx)
	if err != nil {
		return fmt.Errorf("write tombstone: %w", err)
	}
	return nil
}

// DropTombstone implements archive.Tx.
func (t *tx) DropTombstone(ctx context.Context, record string) error {
	if _, err := t.q.delete(&tombstoneRow{Record: record}).WherePK().Where("erased = 0").Exec(ctx); err != nil {
		return fmt.Errorf("drop tombstone: %w", err)
	}
	return nil
}

// Erase implements archive.Tx.
func (t *tx) Erase(ctx context.Context, stone archive.Tombstone) error {
	t.forgetAssets()
	if err := t.flush(ctx); err != nil {
		return err
	}
	id := stone.Record
	if err := t.erased(ctx, stone); err != nil {
		return err
	}
	if err := t.eraseDetails(ctx, id, stone.Erased); err != nil {
		return err
	}
	for what, q := range map[string]*bun.UpdateQuery{
		"revisions": t.q.update((*revisionRow)(nil)).Set("body = ?", string(archive.ErasedBody(stone.Erased))).Set("message = ''").Where("record = ?", id),
		// What came in by the same name or place would be found by these.
		"record": t.q.update((*recordRow)(nil)).
			Set("collection = '', kind = '', part_of = '', accession = '', holder = '', accession_key = ''").
			Set("published = 0, withdrawn = ?, visible = ?, public_collection = '', public_kind = '', public_part_of = ''", true, false).
			Set("updated = ?, published_at = 0, appeared = 0, opened = 0", micros(stone.At)).Where("id = ?", id),
		"assets": t.q.update((*assetRow)(nil)).
			Set("state = ?", archive.AssetErased).Set("kind = '', batch = '', filename = '', size = 0, sha512 = '', format = ''").
			Set("image = '', access = '', failure = '', layer = '', publish_by = '', publish_revision = 0").
			Set("received_by = '', place = '', replacing = '', replaces = '', replaced_by = '', replaced_at = 0, was_public = ?", false).
			Set("look = 0, look1 = 0, look2 = 0, look3 = 0, look4 = 0").Where("record = ?", id),
	} {
		if _, err := q.Exec(ctx); err != nil {
			return fmt.Errorf("erase %s: %w", what, err)
		}
	}
	if err := t.dropJobs(ctx, id); err != nil {
		return err
	}
	if err := t.dropReason(ctx, id); err != nil {
		return err
	}
	delete(t.records, id)
	return t.q.putTombstone(ctx, stone)
}

// eraseDetails leaves of the details of a record's entries their digests alone.
func (t *tx) eraseDetails(ctx context.Context, id string, by int64) error {
	var rows []changeRow
	if err := t.q.find(&rows).Where("record = ?", id).Where("seq < ?", by).Where("detail <> ''").Scan(ctx); err != nil {
		return fmt.Errorf("read entries: %w", err)
	}
	for i := range rows {
		rows[i].Detail = string(archive.ErasedDetail(json.RawMessage(rows[i].Detail), by))
		if _, err := t.q.update(&rows[i]).Column("detail").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("erase detail of entry %d: %w", rows[i].Seq, err)
		}
	}
	return nil
}

// dropJobs forgets a record's jobs; those that are running find nothing to do. What
// failed jobs said can name files.
func (t *tx) dropJobs(ctx context.Context, record string) error {
	_, err := t.q.build.NewRaw("DELETE FROM river_job WHERE id IN (SELECT j.id FROM jobs AS j WHERE j.record = ?) AND state <> ?",
		record, rivertype.JobStateRunning).Conn(t.q.conn).Exec(ctx)
	if err == nil {
		_, err = t.q.build.NewRaw("DELETE FROM jobs WHERE record = ? AND id NOT IN (SELECT q.id FROM river_job AS q)", record).Conn(t.q.conn).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("drop jobs: %w", err)
	}
	return nil
}

// dropReason forgets why a record's package could not be written, which can name files.
func (t *tx) dropReason(ctx context.Context, id string) error {
	if _, err := t.q.update((*preservationRow)(nil)).Set("error = ''").Where("package = ?", id).Exec(ctx); err != nil {
		return fmt.Errorf("drop why its package could not be written: %w", err)
	}
	return nil
}

// Purged implements archive.Tx.
func (t *tx) Purged(ctx context.Context, id string) (bool, error) {
	var row tombstoneRow
	if err := t.q.find(&row).Where("record = ?", id).Where("erased > 0").Scan(ctx); err != nil {
		return false, notFound(err)
	}
	if row.Purged {
		return false, nil
	}
	if _, err := t.q.update((*assetRow)(nil)).Set("master_key = ''").Where("record = ?", id).Exec(ctx); err != nil {
		return false, fmt.Errorf("drop keys: %w", err)
	}
	if err := t.dropReason(ctx, id); err != nil { // of a worker that was at it while it was erased
		return false, err
	}
	row.Purged = true
	if _, err := t.q.update(&row).Column("purged").WherePK().Exec(ctx); err != nil {
		return false, fmt.Errorf("note it: %w", err)
	}
	return true, nil
}

// Scrub removes from the database's files what was overwritten or deleted in it, where
// that is not done at once: SQLite keeps it in its write-ahead log until that is begun
// anew, PostgreSQL in its pages until they are vacuumed. What readers still need stays
// until the next time. PostgreSQL's own log and its archives are not reached.
func (c *Catalog) Scrub(ctx context.Context) error {
	statement := "PRAGMA wal_checkpoint(TRUNCATE)"
	if c.dialect.name == postgresDialect.name {
		statement = "VACUUM revisions, changes, records, assets, jobs, river_job, preservation, meta"
	}
	if _, err := c.writer.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("remove what was overwritten: %w", err)
	}
	return nil
}

// PackageTaken implements archive.Catalog.
func (c *Catalog) PackageTaken(ctx context.Context, id string) (bool, error) {
	busy, err := c.read().from("preservation AS p").Where("p.package = ?", id).
		Where("p.worker <> '' AND EXISTS (SELECT 1 FROM workers AS w WHERE w.id = p.worker)").Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look who writes package %s: %w", id, err)
	}
	return busy, nil
}

// notErased leaves the packages of erased records out.
const notErased = "NOT EXISTS (SELECT 1 FROM tombstones AS t WHERE t.record = p.package AND t.erased > 0)"

// makeTombstones makes those of records that were withdrawn before there were any. It is
// part of the migration's transaction.
func (c *Catalog) makeTombstones(ctx context.Context, q queries) error {
	var rows []struct {
		ID      string
		Updated int64
		Body    string
	}
	err := q.from("records AS r").ColumnExpr("r.id, r.updated, v.body").Join("JOIN revisions AS v ON v.record = r.id AND v.number = r.published").
		Where("r.withdrawn").Where("r.published > 0").Order("r.id").Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("read withdrawn records: %w", err)
	}
	for _, row := range rows {
		var r archive.Record
		if err := json.Unmarshal([]byte(row.Body), &r); err != nil {
			return fmt.Errorf("decode record %s: %w", row.ID, err)
		}
		if !r.Rights.Open(c.now()) {
			continue
		}
		if err := q.putTombstone(ctx, archive.Tombstone{Record: row.ID, At: fromMicros(row.Updated), Public: true}); err != nil {
			return err
		}
	}
	return nil
}
