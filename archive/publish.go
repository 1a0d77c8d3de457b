package archive

import (
	"context"
	"fmt"
)

// PublishWhenReady has the record of an asset published, as it stands now, once
// the asset can be shown: at once if it can be already, else in the transaction
// that makes it ready, whichever process does that and however many were killed
// before. So a record that is made for an image never appears without it.
//
// What was published since, or withdrawn, stays as it is; an asset that is refused
// publishes nothing. It is to be called after Receive, for each asset: the first
// that is ready publishes the record.
func (a *Archive) PublishWhenReady(ctx context.Context, by, asset string) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		known, err := tx.Asset(ctx, asset)
		if err != nil {
			return err
		}
		if known.State == AssetErased {
			return ErrErased
		}
		entry, err := tx.Entry(ctx, known.Record)
		if err != nil {
			return fmt.Errorf("record %s: %w", known.Record, err)
		}
		switch known.State {
		case AssetReady:
			return a.publishAwaited(ctx, tx, by, known.Record, entry.Revision)
		case AssetSuperseded:
			return nil
		}
		known.PublishBy, known.PublishRevision = by, entry.Revision
		return tx.PutAsset(ctx, *known)
	})
	if err != nil {
		return fmt.Errorf("publish with asset %s: %w", asset, err)
	}
	return nil
}

// publishAwaited publishes the revision of a record for which an asset was waited.
func (a *Archive) publishAwaited(ctx context.Context, tx Tx, by, record string, revision int) error {
	if by == "" {
		return nil
	}
	entry, err := tx.Entry(ctx, record)
	if err != nil {
		return fmt.Errorf("record %s: %w", record, err)
	}
	if entry.Withdrawn || entry.Published >= revision {
		return nil
	}
	shown := entry.Record
	if revision != entry.Revision {
		// Someone has gone on describing it: what they saved waits for its own time.
		earlier, err := tx.Revision(ctx, record, revision)
		if err != nil {
			return fmt.Errorf("revision %d of %s: %w", revision, record, err)
		}
		shown = earlier.Record
	}
	return a.publish(ctx, tx, by, entry, shown, revision)
}
