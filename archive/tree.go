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
// that its profile does not stand in, nor of itself by way of others, and what is part of
// it may be. A parent that is not there yet is taken, since sheets name parents before
// they come; so is what stood before and is not changed.
func (a *Archive) checkTree(ctx context.Context, tx SaveTx, family *family, before, r *Record) error {
	likewise := before.Kind == r.Kind && before.ProfileName() == r.ProfileName()
	if !likewise {
		if err := a.checkParts(ctx, tx, family, r); err != nil {
			return err
		}
	}
	if r.PartOf == "" || before.PartOf == r.PartOf && likewise {
		return nil
	}
	path := []string{r.ID}
	for at := r.PartOf; at != ""; {
		if at == r.ID || slices.Contains(path, at) {
			return Invalid("partOf", "would make the record a part of itself: %s", strings.Join(append(path, at), " is part of "))
		}
		if len(path) > maxDepth {
			return tooDeep()
		}
		path = append(path, at)
		e, err := tx.Entry(ctx, at)
		switch {
		case errors.Is(err, ErrErased) && len(path) == 2 && before.PartOf != at:
			return Invalid("partOf", "%s was erased; name another record, or none", at)
		case errors.Is(err, ErrNotFound), errors.Is(err, ErrErased):
			return a.checkDepth(ctx, family, r.ID, len(path))
		case err != nil:
			return fmt.Errorf("read record %s, of which %s is part: %w", at, r.ID, err)
		}
		if len(path) == 2 {
			if err := a.checkParent(r, &e.Record); err != nil {
				return err
			}
		}
		at = e.Record.PartOf
	}
	return a.checkDepth(ctx, family, r.ID, len(path))
}

func tooDeep() error {
	return Invalid("partOf", "lies more than %d records deep", maxDepth)
}

// checkDepth holds what is below a record to the depth too, where it came before; above
// is how many records there are from the record up, itself among them.
func (a *Archive) checkDepth(ctx context.Context, family *family, id string, above int) error {
	for level := []string{id}; ; above++ {
		if above > maxDepth+1 {
			return tooDeep()
		}
		if err := family.ask(ctx, level); err != nil {
			return err
		}
		var below []string
		for _, id := range level {
			below = append(below, family.parts[id]...)
		}
		if level = below; len(level) == 0 {
			return nil
		}
	}
}

// checkParts is checkParent for the records that are part of this one already, because
// they came before it or because it was of another kind.
func (a *Archive) checkParts(ctx context.Context, tx SaveTx, family *family, r *Record) error {
	if err := family.ask(ctx, []string{r.ID}); err != nil {
		return err
	}
	for _, id := range family.parts[r.ID] {
		e, err := tx.Entry(ctx, id)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrErased) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read record %s, which is part of %s: %w", id, r.ID, err)
		}
		var fault *InvalidError
		if err := a.checkParent(&e.Record, r); errors.As(err, &fault) {
			return Invalid("kind", "the record %s is part of this one: %s", id, fault.Why)
		}
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

// family is what records of a transaction have as their parts, as it stands in it.
type family struct {
	tx    SaveTx
	parts map[string][]string // by the id of the whole; with an entry, where it was asked for
}

func newFamily(tx SaveTx) *family { return &family{tx: tx, parts: map[string][]string{}} }

// ask finds out the parts of those records of which that is not known.
func (f *family) ask(ctx context.Context, of []string) error {
	var open []string
	for _, id := range of {
		if _, known := f.parts[id]; !known {
			f.parts[id] = nil
			open = append(open, id)
		}
	}
	if open == nil {
		return nil
	}
	found, err := f.tx.Parts(ctx, open)
	if err != nil {
		return fmt.Errorf("read what is part of %d records: %w", len(open), err)
	}
	for _, part := range found {
		f.parts[part.PartOf] = append(f.parts[part.PartOf], part.ID)
	}
	return nil
}

// moved notes that a record that was part of one is part of another now; "" is none.
func (f *family) moved(id, from, to string) {
	if from == to {
		return
	}
	if parts, known := f.parts[from]; known {
		f.parts[from] = slices.DeleteFunc(parts, func(part string) bool { return part == id })
	}
	if parts, known := f.parts[to]; known {
		f.parts[to] = append(parts, id)
	}
}

// checkRegions holds the rectangles that a record names to the images they are of,
// where those are known and their sizes too. Rectangles that stood before stay.
func (a *Archive) checkRegions(ctx context.Context, tx SaveTx, before, r *Record) error {
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
