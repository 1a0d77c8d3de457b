package catalog

import (
	"context"
	"fmt"
	"slices"
)

const (
	// maxRows is how many rows one statement writes, maxBytes how many bytes
	// of revisions a transaction gathers before it writes them.
	maxRows  = 250
	maxBytes = 2 << 20
)

// finish writes what was gathered, at the end of the transaction.
func (t *tx) finish(ctx context.Context) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	if err := t.writeHead(ctx); err != nil {
		return err
	}
	return t.flushJobs(ctx)
}

// flushLarge writes what was gathered if it is much.
func (t *tx) flushLarge(ctx context.Context) error {
	size := 0
	for i := range t.revisions {
		size += len(t.revisions[i].Body)
	}
	if len(t.revisions) < maxRows && size < maxBytes {
		return nil
	}
	return t.flush(ctx)
}

// flush writes the records, revisions, changes and activities that were gathered, and
// which packages want writing for them.
func (t *tx) flush(ctx context.Context) error {
	records := make([]recordRow, len(t.order))
	for i, id := range t.order {
		records[i] = *t.records[id]
	}
	for rows := range slices.Chunk(records, maxRows) {
		_, err := t.q.insert(&rows).On("CONFLICT (id) DO UPDATE").
			Set("collection = EXCLUDED.collection, kind = EXCLUDED.kind, part_of = EXCLUDED.part_of").
			Set("accession = EXCLUDED.accession, holder = EXCLUDED.holder, accession_key = EXCLUDED.accession_key").
			Set("revision = EXCLUDED.revision, published = EXCLUDED.published, withdrawn = EXCLUDED.withdrawn").
			Set("visible = EXCLUDED.visible, public_collection = EXCLUDED.public_collection").
			Set("public_kind = EXCLUDED.public_kind, public_part_of = EXCLUDED.public_part_of").
			Set("updated = EXCLUDED.updated, published_at = EXCLUDED.published_at").
			Set("appeared = EXCLUDED.appeared, opened = EXCLUDED.opened").
			Set("stamp = EXCLUDED.stamp, shown_collection = EXCLUDED.shown_collection").
			Exec(ctx)
		if err != nil {
			return fmt.Errorf("write records: %w", err)
		}
	}
	for rows := range slices.Chunk(t.revisions, maxRows) {
		if _, err := t.q.insert(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("write revisions: %w", err)
		}
	}
	for rows := range slices.Chunk(t.changes, maxRows) {
		if _, err := t.q.insert(&rows).Exec(ctx); err != nil {
			return fmt.Errorf("write changes: %w", err)
		}
	}
	if err := t.flushActivities(ctx); err != nil {
		return err
	}
	if err := t.flushWanted(ctx); err != nil {
		return err
	}
	clear(t.dirty)
	clear(t.keys)
	t.order, t.revisions, t.changes = t.order[:0], t.revisions[:0], t.changes[:0]
	return nil
}
