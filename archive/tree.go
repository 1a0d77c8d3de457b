package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxDepth is the longest chain of records that are part of one another; site, cave,
// space, surface, scene and figure are six.
const maxDepth = 20

// checkTree holds the place of a record among others: it is part of no record of a kind
// that its profile does not stand in, nor of itself by way of others. A parent that is
// not there yet is taken, since sheets name parents before they come; so is what stood
// before and is not changed.
func (a *Archive) checkTree(ctx context.Context, tx Tx, before, r *Record) error {
	if r.PartOf == "" || before.PartOf == r.PartOf && before.Kind == r.Kind && before.ProfileName() == r.ProfileName() {
		return nil
	}
	path := []string{r.ID}
	for at := r.PartOf; at != ""; {
		if at == r.ID || slices.Contains(path, at) {
			return Invalid("partOf", "would make the record a part of itself: %s", strings.Join(append(path, at), " is part of "))
		}
		if len(path) > maxDepth {
			return Invalid("partOf", "lies more than %d records deep", maxDepth)
		}
		path = append(path, at)
		e, err := tx.Entry(ctx, at)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read record %s, of which %s is part: %w", at, r.ID, err)
		}
		if len(path) == 2 {
			if err := a.checkParent(r, &e.Record); err != nil {
				return err
			}
		}
		at = e.Record.PartOf
	}
	return nil
}

func (a *Archive) checkParent(r, parent *Record) error {
	p, ok := a.vocabulary.ProfileOf(r)
	if !ok || len(p.Within) == 0 || slices.Contains(p.Within, parent.Kind) {
		return nil
	}
	kinds := make([]string, len(p.Within))
	for i, kind := range p.Within {
		kinds[i] = string(kind)
	}
	return Invalid("partOf", "%s is a %s; a record of the profile %s (%s) may be part of a %s", parent.ID, parent.Kind, p.Code, p.Label.In("zh"),
		strings.Join(kinds, ", a "))
}

// checkRegions holds the rectangles that a record names to the images they are of,
// where those are known and their sizes too. Rectangles that stood before stay.
func (a *Archive) checkRegions(ctx context.Context, tx Tx, before, r *Record) error {
	old := map[Region]bool{}
	for _, named := range a.regionsOf(before) {
		old[named.region] = true
	}
	var faults InvalidErrors
	for _, named := range a.regionsOf(r) {
		box, ok := parseBox(named.region.XYWH)
		if !ok || named.region.Asset == "" || old[named.region] { // a percentage lies inside, see checker.view
			continue
		}
		asset, err := tx.Asset(ctx, named.region.Asset)
		if errors.Is(err, ErrNotFound) {
			continue // images may come after the record
		}
		if err != nil {
			return fmt.Errorf("read asset %s of a region of %s: %w", named.region.Asset, r.ID, err)
		}
		if asset.Image == nil || asset.Image.Width == 0 {
			continue
		}
		if box.X+box.W > asset.Image.Width || box.Y+box.H > asset.Image.Height {
			faults = append(faults, Invalid(named.field, "%s does not lie inside the picture %s, which has %d × %d pixels",
				named.region.XYWH, named.region.Asset, asset.Image.Width, asset.Image.Height))
		}
	}
	if faults != nil {
		return faults
	}
	return nil
}

type namedRegion struct {
	field  string
	region Region
}

// regionsOf lists the rectangles of a record: of inscriptions, and of the fields of its
// profile.
func (a *Archive) regionsOf(r *Record) []namedRegion {
	var out []namedRegion
	for i, in := range r.Inscriptions {
		if in.Region != nil {
			out = append(out, namedRegion{fmt.Sprintf("inscriptions[%d].region.xywh", i), *in.Region})
		}
	}
	p, ok := a.vocabulary.ProfileOf(r)
	if !ok {
		return out
	}
	for _, f := range p.Fields {
		key, ok := f.Extra()
		if !ok || f.Type != TypeRegions {
			continue
		}
		var list []Region
		if json.Unmarshal(r.Extra[key], &list) != nil {
			continue
		}
		for i, region := range list {
			out = append(out, namedRegion{fmt.Sprintf("%s[%d].xywh", f.Path, i), region})
		}
	}
	return out
}
