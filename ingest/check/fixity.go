package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"hexi/archive"
)

// factFailing is the fact that holds the assets whose masters failed the last check
// (a list of their ids, in JSON).
const factFailing = "check-failing"

// logFixity puts into the log which masters are no longer what was received, and which
// are again: so that it comes into their packages, too. A master that is as it was the
// last time gets no entry: that of a million each month would bury all others.
func (c *Checker) logFixity(ctx context.Context, r *Report) error {
	if c.parts.Archive == nil {
		return nil
	}
	kept, err := c.parts.Catalogue.Fact(ctx, factFailing)
	if err != nil {
		return fmt.Errorf("read which masters failed: %w", err)
	}
	var before []string
	if kept != "" && json.Unmarshal([]byte(kept), &before) != nil {
		before = nil // nobody else writes it; what fails still is logged once more
	}
	failing := map[string]bool{}
	for _, id := range before {
		failing[id] = true
	}
	var checks []archive.FixityCheck
	for _, d := range r.Differences {
		if d.Code != MasterMissing && d.Code != MasterDamaged {
			continue
		}
		if !failing[d.Asset] {
			checks = append(checks, archive.FixityCheck{Asset: d.Asset, At: c.opts.Now(), Fail: d.Why})
		}
		failing[d.Asset] = true
		if d.Mended {
			before = append(before, d.Asset) // looked at again below
		}
	}
	for _, id := range before {
		good, err := c.goodAgain(ctx, id)
		if err != nil {
			return err
		}
		if good && failing[id] {
			checks = append(checks, archive.FixityCheck{Asset: id, At: c.opts.Now()})
			delete(failing, id)
		}
	}
	if len(checks) == 0 {
		return nil
	}
	if err := c.parts.Archive.NoteFixity(ctx, "", checks); err != nil {
		return err
	}
	now, err := json.Marshal(slices.Sorted(maps.Keys(failing)))
	if err != nil {
		return fmt.Errorf("encode which masters fail: %w", err)
	}
	return c.parts.Catalogue.KeepFact(ctx, factFailing, string(now))
}

// goodAgain reports whether an asset's master is what was received, or the asset is gone.
func (c *Checker) goodAgain(ctx context.Context, id string) (bool, error) {
	a, err := c.parts.Archive.Asset(ctx, id)
	if errors.Is(err, archive.ErrNotFound) || err == nil && a.State == archive.AssetErased {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at asset %s again: %w", id, err)
	}
	d, err := c.master(ctx, a)
	return d == nil && err == nil, err
}
