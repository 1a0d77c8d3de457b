package archive

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
)

// Look is what an image looks like, in 64 bits: of 8 × 8 places, whether it grows
// lighter to the right ("dHash"). The same picture in another size, format or
// quality has the same look or nearly so.
type Look uint64

// NearLook is up to how many of the 64 places two looks may differ and still be
// taken for the same picture.
const NearLook = 3

// Distance returns in how many of 64 places two looks differ; about 32 for
// pictures that have nothing in common.
func (l Look) Distance(other Look) int { return bits.OnesCount64(uint64(l ^ other)) }

// Telling reports whether there is enough in the picture to compare it by. A flat
// one has the look 0, and so has nearly every other that grows darker evenly.
func (l Look) Telling() bool { return l.Distance(0) > NearLook && l.Distance(^Look(0)) > NearLook }

// Alike is an asset that looks like another one, and its record. Distance is that
// of their looks; 0 where the masters are the same byte for byte.
type Alike struct {
	Asset    *Asset
	Entry    *Entry
	Distance int
	Same     bool // the masters are the same, byte for byte
}

// LookMatch is an asset whose look is near to one that was asked for.
type LookMatch struct {
	Asset    string
	Distance int
}

// maxAlike bounds how many assets that are alike are looked at for one answer: of a
// picture that is there ten thousand times nobody reads the list to its end.
const maxAlike = 500

// Similar returns up to limit images that are the same as an asset's, byte for byte
// or by their looks, the nearest first. Only what can be shown is among them, and
// with public only what everyone may see.
func (a *Archive) Similar(ctx context.Context, id string, public bool, limit int) ([]Alike, error) {
	asset, err := a.Asset(ctx, id)
	if err != nil {
		return nil, err
	}
	same, err := a.catalog.Assets(ctx, AssetQuery{SHA512: asset.Master.SHA512, Limit: maxAlike})
	if err != nil {
		return nil, fmt.Errorf("look for copies of asset %s: %w", id, err)
	}
	var found []Alike
	seen := map[string]bool{id: true}
	for _, other := range same {
		if !seen[other.ID] && asset.Master.SHA512 != "" {
			found = append(found, Alike{Asset: other, Same: true})
			seen[other.ID] = true
		}
	}
	if asset.Access != nil && asset.Access.Look.Telling() {
		matches, err := a.catalog.LooksNear(ctx, asset.Access.Look)
		if err != nil {
			return nil, fmt.Errorf("look for what is like asset %s: %w", id, err)
		}
		matches = slices.DeleteFunc(matches, func(m LookMatch) bool { return seen[m.Asset] })
		slices.SortFunc(matches, func(a, b LookMatch) int {
			return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.Asset, b.Asset))
		})
		near, err := a.matched(ctx, matches[:min(len(matches), maxAlike)])
		if err != nil {
			return nil, fmt.Errorf("read what is like asset %s: %w", id, err)
		}
		found = append(found, near...)
	}
	found, err = a.withEntries(ctx, found, public, limit)
	if err != nil {
		return nil, fmt.Errorf("records of what is like asset %s: %w", id, err)
	}
	return found, nil
}

// matched reads the assets of matches, in their order.
func (a *Archive) matched(ctx context.Context, matches []LookMatch) ([]Alike, error) {
	if len(matches) == 0 {
		return nil, nil
	}
	ids := make([]string, len(matches))
	for i, m := range matches {
		ids[i] = m.Asset
	}
	assets, err := a.catalog.Assets(ctx, AssetQuery{IDs: ids, Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	byID := map[string]*Asset{}
	for _, asset := range assets {
		byID[asset.ID] = asset
	}
	var out []Alike
	for _, m := range matches {
		if asset := byID[m.Asset]; asset != nil {
			out = append(out, Alike{Asset: asset, Distance: m.Distance})
		}
	}
	return out, nil
}

// withEntries adds the records, and leaves out what may not or cannot be shown.
func (a *Archive) withEntries(ctx context.Context, found []Alike, public bool, limit int) ([]Alike, error) {
	found = slices.DeleteFunc(found, func(x Alike) bool { return !x.Asset.Servable() || x.Asset.Replaced() })
	var ids []string
	for _, x := range found {
		if !slices.Contains(ids, x.Asset.Record) {
			ids = append(ids, x.Asset.Record)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	entries, err := a.catalog.Entries(ctx, ids, public)
	if err != nil {
		return nil, err
	}
	byID := map[string]*Entry{}
	for _, e := range entries {
		if !public || e.Visible(a.Now()) {
			byID[e.Record.ID] = e
		}
	}
	var out []Alike
	now := a.Now()
	for _, x := range found {
		if public && !x.Asset.Open(now) {
			continue
		}
		if x.Entry = byID[x.Asset.Record]; x.Entry != nil && len(out) < limit {
			out = append(out, x)
		}
	}
	return out, nil
}
