package archive

import (
	"context"
	"errors"
	"fmt"
	"time"
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
	// Replaces is the asset of the record whose place the file is to take; "" for that of
	// the image that has the same file name, if there is one.
	Replaces string
}

// Receive adds a stored master to its record and makes the job that identifies it, in
// one transaction. It is to take the place of the asset that the receipt names, or of the
// image of that record that has the same file name, as soon as it can be shown: until
// then that one stays, for good if the new master is refused. One that was never shown
// gives way at once, and comes back if the new master is refused.
//
// A master that is there already is left as it is (Unchanged). An earlier version comes
// back into its place if the receipt names what stands there, or that has the same file
// name; else it stays what it is.
//
// Only after Receive has returned may anyone be told that the file was accepted.
func (a *Archive) Receive(ctx context.Context, by string, r Receipt) (Outcome, error) {
	outcome := Created
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) (err error) {
		outcome, err = a.receive(ctx, tx, by, r)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("receive %s: %w", r.Filename, err)
	}
	return outcome, nil
}

func (a *Archive) receive(ctx context.Context, tx Tx, by string, r Receipt) (Outcome, error) {
	entry, err := tx.Entry(ctx, r.Record)
	if err != nil {
		return "", fmt.Errorf("record %s: %w", r.Record, err)
	}
	target, err := r.target(entry)
	if err != nil {
		return "", err
	}
	asset := Asset{
		ID: r.Asset, Record: r.Record, Kind: r.Kind, State: AssetReceived, Batch: r.Batch, Received: a.Now(), ReceivedBy: by,
		Master: Master{Filename: r.Filename, Key: r.Key, Size: r.Size, SHA512: r.SHA512},
	}
	known, err := tx.Asset(ctx, r.Asset)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return "", fmt.Errorf("asset %s: %w", r.Asset, err)
	case !known.Replaced():
		if r.Replaces != "" && target != nil && known.Replacing != target.ID {
			return "", Invalid("replaces", "the file is in the record already, as the image %s (%s); it cannot take the place of another one too", known.ID, known.Master.Filename)
		}
		return Unchanged, a.resume(ctx, tx, known, r.Batch)
	default:
		if now := entry.Current(known.ID); now != nil && r.Replaces == "" && now.Master.Filename != r.Filename {
			return Unchanged, nil // what stands there was chosen over it
		}
		asset = known.returning(asset)
	}
	outcome := Created
	if target != nil {
		outcome, asset.Replacing = Updated, target.ID
		asset.Layer = nil // that of the place, as it is then
	}
	what := AssetDetail{Filename: r.Filename, Size: r.Size, Replaces: asset.Replacing}
	if target != nil && (target.Access == nil || asset.State == AssetReady) {
		if err := a.takePlace(ctx, tx, &asset); err != nil {
			return "", err
		}
	}
	awaited, revision := "", 0
	if asset.State == AssetReady {
		awaited, revision = asset.PublishBy, asset.PublishRevision
		asset.PublishBy, asset.PublishRevision = "", 0
	}
	if err := tx.PutAsset(ctx, asset); err != nil {
		return "", fmt.Errorf("add asset %s: %w", r.Asset, err)
	}
	if asset.State == AssetReceived {
		if err := tx.AddJob(ctx, Job{Kind: JobIdentify, Record: r.Record, Asset: r.Asset, Batch: r.Batch}); err != nil {
			return "", fmt.Errorf("add job for asset %s: %w", r.Asset, err)
		}
	}
	if err := a.logAsset(ctx, tx, by, ActionAssetAdded, asset, what); err != nil {
		return "", err
	}
	return outcome, a.publishAwaited(ctx, tx, awaited, asset.Record, revision)
}

// returning is an earlier version as it was received again: with its access copy, if it
// has one, and so ready to take its place back.
func (a *Asset) returning(again Asset) Asset {
	again.Master.Key = a.Master.Key // it may have moved into its package since
	again.Position, again.Layer, again.Place = a.Position, a.Layer, a.Place
	again.PublishBy, again.PublishRevision = a.PublishBy, a.PublishRevision
	if a.Servable() {
		again.State, again.Kind, again.Image, again.Access, again.Master.Format = AssetReady, a.Kind, a.Image, a.Access, a.Master.Format
	}
	return again
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

// IdentifiedText is Identified for a master that is the text of a page, or of several.
func (a *Archive) IdentifiedText(ctx context.Context, id, format string) error {
	return a.updateAsset(ctx, id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		if asset.State != AssetReceived {
			return "", nil
		}
		asset.State, asset.Kind = AssetIdentified, AssetText
		asset.Master.Format, asset.Image = format, nil
		return "", tx.AddJob(ctx, Job{Kind: JobDerive, Record: asset.Record, Asset: asset.ID, Batch: asset.Batch})
	})
}

// Derived records that the access copy stands and can be served. An asset that replaces
// another takes its place with that, and the record is published if that was waited for
// (PublishWhenReady).
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
	return a.updateAssetThen(ctx, "", id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		by, revision = "", 0 // the transaction may run again
		switch asset.State {
		case AssetSuperseded: // while it was made: the version can be looked at
			if asset.ReplacedBy == "" || asset.Image == nil {
				return "", nil
			}
		case AssetErased:
			return "", ErrErased
		}
		asset.State, asset.Access, asset.Failure = AssetReady, &access, nil
		if err := a.takePlace(ctx, tx, asset); err != nil {
			return "", err
		}
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

// Refuse records why a master cannot be shown. The master itself is kept. What gave way to
// it before it was known whether it can be shown takes its place back.
func (a *Archive) Refuse(ctx context.Context, id string, failure Failure) error {
	gaveWay := ""
	return a.updateAssetThen(ctx, "", id, func(_ context.Context, _ Tx, asset *Asset) (Action, error) {
		gaveWay = "" // the transaction may run again
		if asset.State == AssetSuperseded || asset.State == AssetReady || asset.State == AssetErased {
			return "", nil
		}
		if asset.State, asset.Failure = AssetRefused, &failure; !asset.Replaced() {
			gaveWay = asset.Replaces
		}
		return ActionAssetRefused, nil
	}, func(ctx context.Context, tx Tx, asset *Asset) error {
		return a.giveBack(ctx, tx, asset, gaveWay)
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
	return a.logAssetAt(ctx, tx, a.Now(), by, action, asset, about)
}

func (a *Archive) logAssetAt(ctx context.Context, tx Tx, at time.Time, by string, action Action, asset Asset, about any) error {
	change := Change{At: at, By: by, Action: action, Record: asset.Record, Asset: asset.ID}
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
