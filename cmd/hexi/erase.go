package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest/check"
	"hexi/search"
)

// workErase removes what an erased record has left in the object store, as a job. It may
// stop anywhere and be repeated.
func (h *house) workErase(ctx context.Context, job archive.Job) error {
	assets, err := h.archive.ToPurge(ctx, job.Record)
	if err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	// From here on it does not come back when the catalogue is lost.
	if err := h.pipeline.PreserveErased(ctx); err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	// A catalogue that was rebuilt does not know what there was of it; its package does.
	packaged, err := h.pipeline.PackagedAssets(ctx, job.Record)
	if err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	for _, id := range packaged {
		switch known, err := h.archive.Asset(ctx, id); {
		case err == nil && known.Record != job.Record:
			continue // whatever the package says, this is another record's
		case err != nil && !errors.Is(err, archive.ErrNotFound):
			return fmt.Errorf("erase %s: %w", job.Record, err)
		}
		if !slices.ContainsFunc(assets, func(a *archive.Asset) bool { return a.ID == id }) {
			assets = append(assets, &archive.Asset{ID: id})
		}
	}
	for _, asset := range assets {
		if err := h.eraseObjects(ctx, asset); err != nil {
			return fmt.Errorf("erase asset %s: %w", asset.ID, err)
		}
	}
	root, err := ocfl.Open(ctx, packageStore{h.objects}, packagesPrefix)
	if err == nil {
		err = root.Purge(ctx, job.Record)
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) { // where no package was ever written, there is no root
		return fmt.Errorf("erase package of %s: %w", job.Record, err)
	}
	if err := h.dropIndexCopies(ctx); err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	if err := h.archive.Purged(ctx, job.Record); err != nil {
		return err
	}
	ids := make([]string, len(assets))
	for i, asset := range assets {
		ids[i] = asset.ID
	}
	if err := check.Forget(ctx, h.catalog, job.Record, ids); err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	if err := h.catalog.Scrub(ctx); err != nil {
		return fmt.Errorf("erase %s: %w", job.Record, err)
	}
	return nil
}

// eraseFromIndex makes the search index anew without what was erased, where there is one
// and no server has it open, which does that by itself.
func (h *house) eraseFromIndex(ctx context.Context) (err error) {
	if made, err := search.Exists(h.settings.Index); err != nil || !made {
		return err
	}
	opts, err := h.indexOptions(ctx)
	if err != nil {
		return err
	}
	ix, err := search.Open(ctx, h.settings.Index, opts)
	if errors.Is(err, search.ErrInUse) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open search index: %w", err)
	}
	defer func() { err = errors.Join(err, ix.Close()) }()
	if _, err := ix.Follow(ctx, h.catalog); err != nil {
		return err
	}
	return ix.Forget(ctx, h.catalog)
}

// eraseObjects removes an asset's master, wherever it lies, its access copy and all
// that was made of it. What was in a package goes with the package.
func (h *house) eraseObjects(ctx context.Context, asset *archive.Asset) error {
	keys := []string{}
	if asset.Master.Key != "" {
		keys = append(keys, asset.Master.Key)
	}
	for _, prefix := range []string{"access/" + asset.ID + "/", "incoming/" + asset.ID + "/"} {
		for info, err := range h.objects.List(ctx, prefix) {
			if err != nil {
				return fmt.Errorf("list %s: %w", prefix, err)
			}
			keys = append(keys, info.Key)
		}
	}
	for _, key := range keys {
		if err := h.objects.Delete(ctx, key); err != nil && !errors.Is(err, archive.ErrNotFound) {
			return fmt.Errorf("delete %s: %w", key, err)
		}
	}
	return nil
}
