package archive

import (
	"context"
	"errors"
	"fmt"
)

// Receipt is a master whose bytes are durable in the object store and whose
// fixity was computed while they were stored.
type Receipt struct {
	Asset    string // id, see AssetID
	Record   string
	Kind     AssetKind
	Filename string
	Key      string
	Size     int64
	SHA512   string
	Batch    string
}

// Receive adds a stored master to its record and makes the job that identifies
// it, in one transaction. The master that had the same file name in that record
// is superseded. A master that is there already is left as it is (Unchanged),
// except that a superseded one returns to its place.
//
// Only after Receive has returned may anyone be told that the file was accepted.
func (a *Archive) Receive(ctx context.Context, by string, r Receipt) (Outcome, error) {
	outcome := Created
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		outcome = Created
		entry, err := tx.Entry(ctx, r.Record)
		if err != nil {
			return fmt.Errorf("record %s: %w", r.Record, err)
		}
		asset := Asset{
			ID: r.Asset, Record: r.Record, Kind: r.Kind, State: AssetReceived, Batch: r.Batch, Received: a.Now(),
			Master: Master{Filename: r.Filename, Key: r.Key, Size: r.Size, SHA512: r.SHA512},
		}
		known, err := tx.Asset(ctx, r.Asset)
		switch {
		case err == nil && known.State != AssetSuperseded:
			outcome = Unchanged
			return a.resume(ctx, tx, known, r.Batch)
		case err == nil:
			asset.Master.Key = known.Master.Key // it may have moved into its package since
			asset.Position, asset.Layer = known.Position, known.Layer
			asset.PublishBy, asset.PublishRevision = known.PublishBy, known.PublishRevision
		case !errors.Is(err, ErrNotFound):
			return fmt.Errorf("asset %s: %w", r.Asset, err)
		}
		for _, old := range entry.Assets {
			if old.Master.Filename != r.Filename || old.ID == r.Asset {
				continue
			}
			outcome = Updated
			asset.Position, asset.Layer = old.Position, old.Layer
			if old.PublishBy != "" { // what was to be shown with it is shown with this one
				asset.PublishBy, asset.PublishRevision = old.PublishBy, old.PublishRevision
				old.PublishBy, old.PublishRevision = "", 0
			}
			old.State = AssetSuperseded
			if err := tx.PutAsset(ctx, old); err != nil {
				return fmt.Errorf("supersede asset %s: %w", old.ID, err)
			}
			if err := a.logAsset(ctx, tx, by, ActionAssetSuperseded, old, AssetDetail{By: r.Asset}); err != nil {
				return err
			}
		}
		if err := tx.PutAsset(ctx, asset); err != nil {
			return fmt.Errorf("add asset %s: %w", r.Asset, err)
		}
		if err := tx.AddJob(ctx, Job{Kind: JobIdentify, Record: r.Record, Asset: r.Asset, Batch: r.Batch}); err != nil {
			return fmt.Errorf("add job for asset %s: %w", r.Asset, err)
		}
		return a.logAsset(ctx, tx, by, ActionAssetAdded, asset, AssetDetail{Filename: r.Filename, Size: r.Size})
	})
	if err != nil {
		return "", fmt.Errorf("receive %s: %w", r.Filename, err)
	}
	return outcome, nil
}

// resume takes an asset that an earlier ingest left unfinished into a new
// batch and sees to it that its next job exists.
func (a *Archive) resume(ctx context.Context, tx Tx, asset *Asset, batch string) error {
	next := map[AssetState]JobKind{AssetReceived: JobIdentify, AssetIdentified: JobDerive}[asset.State]
	if next == "" {
		return nil
	}
	asset.Batch = batch
	if err := tx.PutAsset(ctx, *asset); err != nil {
		return fmt.Errorf("resume asset %s: %w", asset.ID, err)
	}
	if err := tx.AddJob(ctx, Job{Kind: next, Record: asset.Record, Asset: asset.ID, Batch: batch}); err != nil {
		return fmt.Errorf("add job for asset %s: %w", asset.ID, err)
	}
	return nil
}

// Identified records what a master was found to be and makes the job that
// derives its access copy. An asset that is further already, or superseded, is
// left alone.
func (a *Archive) Identified(ctx context.Context, id, format string, image Image) error {
	return a.updateAsset(ctx, id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		if asset.State != AssetReceived {
			return "", nil
		}
		asset.State, asset.Kind = AssetIdentified, AssetImage
		asset.Master.Format, asset.Image = format, &image
		job := Job{Kind: JobDerive, Record: asset.Record, Asset: asset.ID, Batch: asset.Batch}
		return "", tx.AddJob(ctx, job)
	})
}

// Derived records that the access copy stands and can be served, and publishes the
// record if that was waited for (PublishWhenReady).
func (a *Archive) Derived(ctx context.Context, id string, access Access) error {
	return a.derived(ctx, id, access, func(asset *Asset) error {
		if asset.Image == nil || asset.Image.Incomplete == nil {
			return nil
		}
		asset.Image.Incomplete = nil // it is whole after all
		return asset.Image.setIncompleteNote("")
	})
}

// derived is Derived, where mark says whether the image is whole.
func (a *Archive) derived(ctx context.Context, id string, access Access, mark func(*Asset) error) error {
	var by string
	var revision int
	return a.updateAssetThen(ctx, "", id, func(_ context.Context, _ Tx, asset *Asset) (Action, error) {
		by, revision = "", 0 // the transaction may run again
		switch asset.State {
		case AssetSuperseded:
			return "", nil
		case AssetErased:
			return "", ErrErased
		}
		asset.State, asset.Access, asset.Failure = AssetReady, &access, nil
		by, revision = asset.PublishBy, asset.PublishRevision
		asset.PublishBy, asset.PublishRevision = "", 0
		return ActionAssetReady, mark(asset)
	}, func(ctx context.Context, tx Tx, asset *Asset) error {
		return a.publishAwaited(ctx, tx, by, asset.Record, revision)
	})
}

// DeriveAgain makes the job that derives the access copy of an image anew, because
// the one that was there is lost or by an older engine. Until it is done the image
// is not shown.
func (a *Archive) DeriveAgain(ctx context.Context, id, batch string) error {
	return a.updateAsset(ctx, id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		if asset.State != AssetReady {
			return "", nil
		}
		asset.State, asset.Batch = AssetIdentified, batch
		return "", tx.AddJob(ctx, Job{Kind: JobDerive, Record: asset.Record, Asset: asset.ID, Batch: batch})
	})
}

// Refuse records why a master cannot be shown. The master itself is kept.
func (a *Archive) Refuse(ctx context.Context, id string, failure Failure) error {
	return a.updateAsset(ctx, id, func(_ context.Context, _ Tx, asset *Asset) (Action, error) {
		if asset.State == AssetSuperseded || asset.State == AssetReady || asset.State == AssetErased {
			return "", nil
		}
		asset.State, asset.Failure = AssetRefused, &failure
		return ActionAssetRefused, nil
	})
}

// updateAsset changes one asset in a transaction of its own; an action other
// than "" is logged.
func (a *Archive) updateAsset(ctx context.Context, id string, change assetChange) error {
	return a.updateAssetThen(ctx, "", id, change, nil)
}

type assetChange func(ctx context.Context, tx Tx, asset *Asset) (Action, error)

// updateAssetBy is updateAsset for what someone did.
func (a *Archive) updateAssetBy(ctx context.Context, by, id string, change assetChange) error {
	return a.updateAssetThen(ctx, by, id, change, nil)
}

// updateAssetThen is updateAssetBy with more to be done in the same transaction,
// after the change is logged.
func (a *Archive) updateAssetThen(ctx context.Context, by, id string, change assetChange,
	then func(ctx context.Context, tx Tx, asset *Asset) error) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		asset, err := tx.Asset(ctx, id)
		if err != nil {
			return err
		}
		action, err := change(ctx, tx, asset)
		if err != nil {
			return err
		}
		if err := tx.PutAsset(ctx, *asset); err != nil {
			return err
		}
		if action != "" {
			var what any
			if action == ActionAssetRefused && asset.Failure != nil {
				what = AssetDetail{Code: asset.Failure.Code}
			}
			if err := a.logAsset(ctx, tx, by, action, *asset, what); err != nil {
				return err
			}
		}
		if then == nil {
			return nil
		}
		return then(ctx, tx, asset)
	})
	if err != nil {
		return fmt.Errorf("update asset %s: %w", id, err)
	}
	return nil
}

// logAsset adds what happened to an asset to the log; about, if not nil, is what it was
// about.
func (a *Archive) logAsset(ctx context.Context, tx Tx, by string, action Action, asset Asset, about any) error {
	change := Change{At: a.Now(), By: by, Action: action, Record: asset.Record, Asset: asset.ID}
	if action == ActionAssetAdded {
		change.Digest = asset.Master.SHA512
	}
	if about != nil {
		var err error
		if change.Detail, err = detail(about); err != nil {
			return err
		}
	}
	if _, err := tx.AddChange(ctx, change); err != nil {
		return fmt.Errorf("log %s of asset %s: %w", action, asset.ID, err)
	}
	return nil
}
