package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hexi/archive"
)

// lookups are the queries that a transaction asks for each record of an import, and
// at the start of its part of the log. They are prepared once: to have them parsed each time took longer
// than to answer them.
type lookups struct{ accession, entry, head *sql.Stmt }

func (c *Catalog) prepare(ctx context.Context) (err error) {
	// Naming the index' condition lets it be used.
	c.lookups.accession, err = c.writer.PrepareContext(ctx,
		"SELECT id FROM records WHERE accession_key = $1 AND accession_key <> '' ORDER BY id LIMIT 1")
	if err != nil {
		return fmt.Errorf("prepare look-up by accession number: %w", err)
	}
	c.lookups.entry, err = c.writer.PrepareContext(ctx, `
		SELECT r.id, r.collection, r.kind, r.part_of, r.accession, r.holder, r.accession_key, r.revision, r.published, r.withdrawn,
			r.visible, r.public_collection, r.public_kind, r.public_part_of, r.created, r.updated, r.published_at, r.appeared, r.opened, r.stamp, r.shown_collection, v.body
		FROM records AS r JOIN revisions AS v ON v.record = r.id AND v.number = r.revision
		WHERE r.id = $1`)
	if err != nil {
		return fmt.Errorf("prepare look-up by id: %w", err)
	}
	c.lookups.head, err = c.writer.PrepareContext(ctx, `
		SELECT coalesce((SELECT value FROM meta WHERE name = '`+metaHead+`'), ''),
			coalesce((SELECT seq FROM changes ORDER BY seq DESC LIMIT 1), 0)`)
	if err != nil {
		return fmt.Errorf("prepare look-up of the log's head: %w", err)
	}
	return nil
}

// in returns the look-ups inside a transaction, whose end closes them.
func (l lookups) in(ctx context.Context, tx *sql.Tx) lookups {
	return lookups{tx.StmtContext(ctx, l.accession), tx.StmtContext(ctx, l.entry), tx.StmtContext(ctx, l.head)}
}

// findByAccession is Catalog.FindByAccession by the prepared statement.
func (t *tx) findByAccession(ctx context.Context, accession, holder string) (id string, err error) {
	key := accessionKey(accession, holder)
	if key == "" {
		return "", archive.ErrNotFound
	}
	if err := t.lookups.accession.QueryRowContext(ctx, key).Scan(&id); err != nil {
		return "", notFound(err)
	}
	return id, nil
}

// entryRow reads a record at its latest revision by the prepared statement; nil
// if there is none.
func (t *tx) entryRow(ctx context.Context, id string) (*entryRow, error) {
	var r entryRow
	err := t.lookups.entry.QueryRowContext(ctx, id).Scan(
		&r.ID, &r.Collection, &r.Kind, &r.PartOf, &r.Accession, &r.Holder, &r.AccessionKey, &r.Revision, &r.Published, &r.Withdrawn,
		&r.Visible, &r.PublicCollection, &r.PublicKind, &r.PublicPartOf, &r.Created, &r.Updated, &r.PublishedAt, &r.Appeared, &r.Opened, &r.Stamp, &r.ShownCollection, &r.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return &r, nil
}
