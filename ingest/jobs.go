package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"hexi/archive"
	"hexi/archive/raster"
)

// Engine is what the pipeline needs of an image engine.
type Engine interface {
	Identify(ctx context.Context, r io.ReaderAt, size int64) (raster.Info, error)
	Derive(ctx context.Context, r io.ReaderAt, size int64, info raster.Info, out raster.Output) (raster.Result, error)
}

// isRefused reports whether an error is an engine's refusal of a master.
func isRefused(err error) bool {
	var refused *raster.RefusedError
	return errors.As(err, &refused)
}

// isNoImage reports whether a file is no image at all.
func isNoImage(err error) bool {
	var refused *raster.RefusedError
	return errors.As(err, &refused) && (refused.Code == raster.CodeNotAnImage || refused.Code == raster.CodeEmpty)
}

// failureOf puts a refusal into the archive's words.
func failureOf(err error) (archive.Failure, bool) {
	var refused *raster.RefusedError
	if !errors.As(err, &refused) {
		return archive.Failure{}, false
	}
	return archive.Failure{Code: refused.Code, Why: refused.Why, Do: refused.Do}, true
}

// itemOf puts a fault into a report's words.
func itemOf(where string, err error) Item {
	item := Item{Item: where, Code: "failed", Why: err.Error()}
	var invalid *archive.InvalidError
	if failure, ok := failureOf(err); ok {
		item.Code, item.Why, item.Do = failure.Code, failure.Why, failure.Do
	} else if errors.As(err, &invalid) {
		item.Code, item.Field, item.Why = "invalid", invalid.Field, invalid.Why
	}
	return item
}

// sniff looks at a file before anything is made of it.
func (p *Pipeline) sniff(ctx context.Context, path string) error {
	if text, err := isText(path); err != nil || text {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return archive.Invalid("file", "cannot be opened: %v", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	_, err = p.engine.Identify(ctx, f, info.Size())
	return err
}

// identify finds out what a received master is. A refusal is recorded with the
// asset and ends the job well; any other error lets it be tried again.
func (p *Pipeline) identify(ctx context.Context, job archive.Job) (Outcome, error) {
	asset, err := p.archive.Asset(ctx, job.Asset)
	if err != nil {
		return OutcomeFailed, err
	}
	if asset.State != archive.AssetReceived {
		return OutcomeNothing, nil // done before
	}
	format, err := p.textFormat(ctx, asset)
	if err != nil {
		return OutcomeFailed, err
	}
	if format != "" {
		return OutcomeDone, p.archive.IdentifiedText(ctx, asset.ID, format.MediaType())
	}
	master, size, err := p.openMaster(ctx, asset)
	if err != nil {
		return OutcomeFailed, err
	}
	defer master.Close() //nolint:errcheck // opened for reading only
	info, err := p.engine.Identify(ctx, master, size)
	if failure, refused := failureOf(err); refused {
		return p.refuse(ctx, asset.ID, failure)
	}
	if err != nil {
		return OutcomeFailed, fmt.Errorf("identify asset %s: %w", asset.ID, err)
	}
	technical, err := json.Marshal(info)
	if err != nil {
		return OutcomeFailed, fmt.Errorf("encode technical metadata of asset %s: %w", asset.ID, err)
	}
	return OutcomeDone, p.archive.Identified(ctx, asset.ID, info.Format, archive.Image{Width: info.Width, Height: info.Height, Technical: technical})
}

// openMaster opens the master of an asset. It may move into its package between the
// look at the catalogue and the look at the store: then it is looked up again.
func (p *Pipeline) openMaster(ctx context.Context, asset *archive.Asset) (ReaderAtCloser, int64, error) {
	key := asset.Master.Key
	for {
		r, size, err := p.objects.Reader(ctx, key)
		if err == nil {
			return r, size, nil
		}
		if errors.Is(err, archive.ErrNotFound) {
			now, again := p.archive.Asset(ctx, asset.ID)
			if again != nil {
				return nil, 0, again
			}
			if now.Master.Key != key {
				key = now.Master.Key
				continue
			}
		}
		return nil, 0, fmt.Errorf("open master of asset %s: %w", asset.ID, err)
	}
}

// derive makes the access copy of an identified image.
func (p *Pipeline) derive(ctx context.Context, job archive.Job) (Outcome, error) {
	asset, err := p.archive.Asset(ctx, job.Asset)
	if err != nil {
		return OutcomeFailed, err
	}
	if asset.State == archive.AssetIdentified && asset.Kind == archive.AssetText {
		return p.deriveText(ctx, asset)
	}
	if asset.State != archive.AssetIdentified || asset.Image == nil {
		return OutcomeNothing, nil // done before, or refused
	}
	var info raster.Info
	if err := json.Unmarshal(asset.Image.Technical, &info); err != nil {
		return OutcomeFailed, fmt.Errorf("read technical metadata of asset %s: %w", asset.ID, err)
	}
	info.AcceptIncomplete = asset.Image.Incomplete != nil
	access, result, err := p.makeAccess(ctx, asset, info)
	if failure, refused := failureOf(err); refused {
		if failure.Code == archive.FailureTruncated && failure.Do != "" { // its size is known
			failure.Do += "; if there is none, it can be accepted as it is"
		}
		return p.refuse(ctx, asset.ID, failure)
	}
	if err != nil {
		return OutcomeFailed, fmt.Errorf("derive asset %s: %w", asset.ID, err)
	}
	if result.Rows < result.OfRows {
		err = p.archive.DerivedIncomplete(ctx, asset.ID, access, result.Rows, result.OfRows)
	} else {
		err = p.archive.Derived(ctx, asset.ID, access)
	}
	if errors.Is(err, archive.ErrErased) { // while it was made
		return OutcomeNothing, p.dropAccess(ctx, asset.ID, access)
	}
	return OutcomeDone, err
}

// dropAccess deletes an access copy that nobody is to see.
func (p *Pipeline) dropAccess(ctx context.Context, asset string, access archive.Access) error {
	keys := []string{FactsKey(asset)}
	for _, name := range AccessNames(access) {
		keys = append(keys, ThumbnailKey(asset, name))
	}
	for _, key := range keys {
		if err := p.objects.Delete(ctx, key); err != nil {
			return fmt.Errorf("delete access copy of an erased asset: %w", err)
		}
	}
	return nil
}

// makeAccess writes the access copy into a scratch file and then into the
// store. The sidecar goes last: who finds one finds everything it speaks of; and after
// it the facts, which tell whether all of that is still as it was.
func (p *Pipeline) makeAccess(ctx context.Context, asset *archive.Asset, info raster.Info) (_ archive.Access, _ raster.Result, err error) {
	release, err := p.reserve(info.Width, info.Height)
	if err != nil {
		return archive.Access{}, raster.Result{}, err
	}
	defer release()
	master, size, err := p.openMaster(ctx, asset)
	if err != nil {
		return archive.Access{}, raster.Result{}, err
	}
	defer master.Close() //nolint:errcheck // opened for reading only
	scratch, err := os.CreateTemp(p.opts.Scratch, "hexi-derive-*")
	if err != nil {
		return archive.Access{}, raster.Result{}, fmt.Errorf("make scratch file: %w", err)
	}
	defer func() { err = errors.Join(err, scratch.Close()) }()
	// Unlinked at once, so that it goes with the process however that ends.
	if err := os.Remove(scratch.Name()); err != nil {
		return archive.Access{}, raster.Result{}, fmt.Errorf("unlink scratch file: %w", err)
	}
	start := time.Now()
	result, err := p.engine.Derive(ctx, master, size, info, raster.Output{TIFF: scratch})
	if err != nil {
		return archive.Access{}, raster.Result{}, err
	}
	made := time.Now()
	if asset.Access != nil { // of the copy that is about to be replaced
		if err := p.objects.Delete(ctx, FactsKey(asset.ID)); err != nil {
			return archive.Access{}, raster.Result{}, fmt.Errorf("drop facts of the access copy before: %w", err)
		}
	}
	store := &factsWriter{objects: p.objects, asset: asset.ID}
	bytesWritten, err := scratch.Seek(0, io.SeekStart)
	if err == nil {
		bytesWritten, err = store.put(ctx, pyramidName, scratch, -1, "image/tiff")
	}
	if err != nil {
		return archive.Access{}, raster.Result{}, fmt.Errorf("store access copy: %w", err)
	}
	access := archive.Access{
		Version: result.ID, Origin: result.Origin, TileSize: result.Geometry.TileSize, Levels: result.Geometry.Levels,
		Gray: result.Gray, Bytes: bytesWritten, Colour: result.Colour,
		Palette: result.Palette, Look: archive.Look(result.Hash),
	}
	for _, thumb := range result.Thumbnails {
		name := fmt.Sprintf("thumb-%d.jpg", max(thumb.Width, thumb.Height))
		if _, err := store.put(ctx, name, bytes.NewReader(thumb.JPEG), int64(len(thumb.JPEG)), "image/jpeg"); err != nil {
			return archive.Access{}, raster.Result{}, fmt.Errorf("store thumbnail: %w", err)
		}
		access.Thumbnails = append(access.Thumbnails, archive.Thumbnail{Width: thumb.Width, Height: thumb.Height, Name: name})
	}
	if _, err := store.put(ctx, sidecarName, bytes.NewReader(result.Sidecar), int64(len(result.Sidecar)), "application/octet-stream"); err != nil {
		return archive.Access{}, raster.Result{}, fmt.Errorf("store sidecar: %w", err)
	}
	if err := store.finish(ctx, asset, access, result.Rows, result.OfRows); err != nil {
		return archive.Access{}, raster.Result{}, err
	}
	took, stored := made.Sub(start), time.Since(made)
	p.opts.Observer.Derived(int64(info.Width)*int64(info.Height), took, stored)
	p.opts.Log.Debug("access copy made", "asset", asset.ID, "mpx", float64(info.Width)*float64(info.Height)/1e6, "made", took, "stored", stored)
	return access, result, nil
}
