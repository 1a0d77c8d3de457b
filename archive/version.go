package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Replaced reports whether another image stands in the asset's place: it is an earlier
// version, and its record is not shown with it.
func (a *Asset) Replaced() bool { return a.ReplacedBy != "" || a.State == AssetSuperseded }

// PlaceID names the place in its record that the asset stands in, stood in, or is to
// stand in alone: by the id of the first asset that stood there. It stays the same
// whatever comes into that place.
func (a *Asset) PlaceID() string {
	if a.Place != "" {
		return a.Place
	}
	return a.ID
}

// Current returns what stands now in the place of an asset of the record: the asset
// itself, or the one that took its place in the end; nil if there is none.
func (e *Entry) Current(id string) *Asset {
	for range len(e.Earlier) + 1 { // what was altered by hand can lead in a circle
		for i := range e.Assets {
			if e.Assets[i].ID == id {
				return &e.Assets[i]
			}
		}
		next := ""
		for i := range e.Earlier {
			if e.Earlier[i].ID == id {
				next = e.Earlier[i].ReplacedBy
			}
		}
		if id = next; id == "" {
			return nil
		}
	}
	return nil
}

// Asset returns an asset of the record, one that stands in a place or an earlier version;
// nil if there is none of that id.
func (e *Entry) Asset(id string) *Asset {
	for _, assets := range [][]Asset{e.Assets, e.Earlier} {
		if i := slices.IndexFunc(assets, func(a Asset) bool { return a.ID == id }); i >= 0 {
			return &assets[i]
		}
	}
	return nil
}

// Versions returns the earlier versions of what stands in a place of the record, given
// by any asset that does or did, the latest first.
func (e *Entry) Versions(id string) []*Asset {
	current := e.Current(id)
	if current == nil {
		return nil
	}
	var out []*Asset
	for i := len(e.Earlier) - 1; i >= 0; i-- {
		if at := e.Current(e.Earlier[i].ID); at != nil && at.ID == current.ID {
			out = append(out, &e.Earlier[i])
		}
	}
	return out
}

// hideVersions takes those earlier versions out that the public never saw, or whose
// place is closed by then, with how they were replaced in between.
func (e *Entry) hideVersions(now time.Time) {
	var shown []Asset
	for _, old := range e.Earlier {
		current := e.Current(old.ID)
		if !old.WasPublic || current == nil || !old.Open(now) || !current.Open(now) {
			continue
		}
		old.ReplacedBy = current.ID
		shown = append(shown, old)
	}
	e.Earlier = shown
}

// Replaceable returns an *InvalidError unless a better scan may take the place of the
// asset.
func (e *Entry) Replaceable(id string) error {
	_, err := (&Receipt{Replaces: id}).target(e)
	return err
}

// target finds the asset whose place a received master is to take: the one that is
// named, or the image that has the same file name; nil for none. One that waits for a
// place itself stands for that place.
func (r *Receipt) target(e *Entry) (*Asset, error) {
	var found *Asset
	for i := range e.Assets {
		a := &e.Assets[i]
		switch {
		case r.Replaces != "":
			if a.ID == r.Replaces {
				found = a
			}
		case a.Master.Filename == r.Filename && a.ID != r.Asset && (found == nil || found.Replacing != ""):
			found = a
		}
	}
	if found == nil && r.Replaces != "" {
		if now := e.Current(r.Replaces); now != nil {
			return nil, Invalid("replaces", "%s was replaced already; what stands in its place is %s (%s): replace that one", r.Replaces, now.ID, now.Master.Filename)
		}
		return nil, Invalid("replaces", "%q is no image of record %s", r.Replaces, e.Record.ID)
	}
	for n := 0; found != nil && found.Replacing != "" && n <= len(e.Assets); n++ {
		found = e.Current(found.Replacing)
	}
	if found != nil && found.ID == r.Asset {
		return nil, nil
	}
	return found, nil
}

// takePlace puts an asset into the place of the one that it is to replace, with its
// order, its layer, and who waits for it to be published. The one before is kept as an
// earlier version, and so is what was sent before for the same place and never came to
// stand there. Where one that was sent later stands there already, the asset becomes an
// earlier version itself.
//
// The asset is not written, the others are.
func (a *Archive) takePlace(ctx context.Context, tx Tx, asset *Asset) error {
	if asset.Replacing == "" {
		return nil
	}
	entry, err := tx.Entry(ctx, asset.Record)
	if err != nil {
		return fmt.Errorf("record %s: %w", asset.Record, err)
	}
	wanted := asset.Replacing
	old := entry.Current(wanted)
	asset.Replacing = ""
	if old == nil || old.ID == asset.ID {
		return nil
	}
	if old.ID != wanted && old.Received.After(asset.Received) {
		asset.Place = old.PlaceID()
		return a.replaced(ctx, tx, entry, asset, old, false)
	}
	before := *old
	asset.Position, asset.Replaces, asset.Place = old.Position, old.ID, old.PlaceID()
	if asset.Place == asset.ID {
		asset.Place = ""
	}
	if asset.Layer == nil {
		asset.Layer = old.Layer
	}
	if old.PublishBy != "" { // what was to be shown with it is shown with this one
		asset.PublishBy, asset.PublishRevision = old.PublishBy, old.PublishRevision
	}
	if err := a.replaced(ctx, tx, entry, old, asset, true); err != nil {
		return err
	}
	if err := tx.PutAsset(ctx, *old); err != nil {
		return fmt.Errorf("replace asset %s: %w", old.ID, err)
	}
	for i := range entry.Assets {
		other := &entry.Assets[i]
		if other.ID == asset.ID || other.Replacing == "" || other.Received.After(asset.Received) {
			continue
		}
		if at := entry.Current(other.Replacing); at == nil || at.ID != before.ID {
			continue
		}
		other.Replacing, other.Place = "", asset.PlaceID()
		if err := a.replaced(ctx, tx, entry, other, asset, false); err != nil {
			return err
		}
		if err := tx.PutAsset(ctx, *other); err != nil {
			return fmt.Errorf("replace asset %s: %w", other.ID, err)
		}
	}
	return a.moveRegions(ctx, tx, entry, &before, asset)
}

// replaced makes an asset an earlier version of another, and logs it; stood says that
// the record was shown with it.
func (a *Archive) replaced(ctx context.Context, tx Tx, entry *Entry, old, by *Asset, stood bool) error {
	public := false
	if stood {
		var err error
		if public, err = a.wasShown(ctx, tx, entry, old); err != nil {
			return err
		}
	}
	at := a.Now()
	old.ReplacedBy, old.ReplacedAt, old.WasPublic = by.ID, at, old.WasPublic || public
	old.PublishBy, old.PublishRevision = "", 0
	if old.Access == nil && (old.State == AssetReceived || old.State == AssetIdentified) {
		old.State = AssetSuperseded // nobody waits for it any more
	}
	return a.logAssetAt(ctx, tx, at, by.ReceivedBy, ActionAssetSuperseded, *old, AssetDetail{By: by.ID, Public: old.WasPublic})
}

// giveBack puts an asset that was superseded by one that is refused now, and could still
// be shown, back into its place; "" is none.
func (a *Archive) giveBack(ctx context.Context, tx Tx, refused *Asset, id string) error {
	if id == "" {
		return nil
	}
	old, err := tx.Asset(ctx, id)
	if err != nil {
		return fmt.Errorf("asset %s, whose place %s took: %w", id, refused.ID, err)
	}
	if old.State != AssetSuperseded || old.ReplacedBy != refused.ID {
		return nil
	}
	entry, err := tx.Entry(ctx, old.Record)
	if err != nil {
		return fmt.Errorf("record %s: %w", old.Record, err)
	}
	next := JobIdentify
	if old.State = AssetReceived; old.Image != nil {
		old.State, next = AssetIdentified, JobDerive
	}
	old.Position, old.Layer = refused.Position, refused.Layer
	old.ReplacedBy, old.ReplacedAt, old.WasPublic = "", time.Time{}, false
	old.PublishBy, old.PublishRevision = refused.PublishBy, refused.PublishRevision
	if err := a.replaced(ctx, tx, entry, refused, old, false); err != nil {
		return err
	}
	for _, asset := range []*Asset{refused, old} {
		if err := tx.PutAsset(ctx, *asset); err != nil {
			return fmt.Errorf("give the place of %s back to %s: %w", refused.ID, old.ID, err)
		}
	}
	return tx.AddJob(ctx, Job{Kind: next, Record: old.Record, Asset: old.ID, Batch: old.Batch})
}

// wasShown reports whether the public could see an asset.
func (a *Archive) wasShown(ctx context.Context, tx Tx, e *Entry, asset *Asset) (bool, error) {
	if asset.Access == nil || !asset.Open(a.Now()) {
		return false, nil
	}
	if e.Withdrawn { // it may have come after that
		stone, err := a.catalog.Tombstone(ctx, e.Record.ID)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil && stone.Public && asset.Received.Before(stone.At), err
	}
	return a.wasPublic(ctx, tx, e)
}

// moveRegions brings the places of layers that lie on a part of a view, which are
// measured in pixels of its base, onto the image that took the base's place.
func (a *Archive) moveRegions(ctx context.Context, tx Tx, entry *Entry, old, asset *Asset) error {
	if old.Layer == nil || !old.sized() || !asset.sized() || old.Image.Width == asset.Image.Width && old.Image.Height == asset.Image.Height {
		return nil
	}
	before := *entry
	before.Assets = append([]Asset(nil), entry.Assets...)
	for i := range before.Assets {
		if before.Assets[i].ID == old.ID {
			before.Assets[i] = *old
		}
	}
	base := ""
	for _, v := range Views(before.Assets) {
		if v.Base.Layer != nil && v.Base.Layer.View == old.Layer.View {
			base = v.Base.ID
		}
	}
	if base != old.ID {
		return nil
	}
	x, y := float64(asset.Image.Width)/float64(old.Image.Width), float64(asset.Image.Height)/float64(old.Image.Height)
	for i := range entry.Assets {
		part := &entry.Assets[i]
		if part.Layer == nil || part.Layer.View != old.Layer.View || part.Layer.Region == "" || part.Replaced() {
			continue
		}
		box, ok := parseBox(part.Layer.Region)
		if !ok {
			continue
		}
		moved := *part.Layer
		moved.Region = box.times(x, y).within(asset.Image.Width, asset.Image.Height).String()
		part.Layer = &moved
		if err := tx.PutAsset(ctx, *part); err != nil {
			return fmt.Errorf("move layer %s: %w", part.ID, err)
		}
		if err := a.logAsset(ctx, tx, asset.ReceivedBy, ActionAssetLayer, *part, moved); err != nil {
			return err
		}
	}
	return nil
}

// times returns the box with its edges at so many times their places.
func (b Box) times(x, y float64) Box {
	left, top := int(math.Round(float64(b.X)*x)), int(math.Round(float64(b.Y)*y))
	right, bottom := int(math.Round(float64(b.X+b.W)*x)), int(math.Round(float64(b.Y+b.H)*y))
	return Box{X: left, Y: top, W: max(right-left, 1), H: max(bottom-top, 1)}
}

// within cuts off what of a box that lies in a picture rounding has put beyond its edge.
func (b Box) within(width, height int) Box {
	b.X, b.Y = min(b.X, width-1), min(b.Y, height-1)
	b.W, b.H = min(b.W, width-b.X), min(b.H, height-b.Y)
	return b
}

// String returns the box as "x,y,w,h".
func (b Box) String() string { return fmt.Sprintf("%d,%d,%d,%d", b.X, b.Y, b.W, b.H) }

// Replacement says what took an asset's place, when, and whether the public could see the
// asset before.
type Replacement struct {
	Record, By string
	At         time.Time
	Public     bool
}

// replacements follows the log of who replaced whom.
type replacements map[string]Replacement

// add follows one entry. An asset that was received again stands again, or is about to.
func (r replacements) add(c *Change) {
	switch c.Action {
	case ActionAssetAdded:
		delete(r, c.Asset)
	case ActionAssetSuperseded:
		var d AssetDetail
		if len(c.Detail) > 0 {
			_ = json.Unmarshal(c.Detail, &d) // nothing can be told of one that was erased
		}
		r[c.Asset] = Replacement{Record: c.Record, By: d.By, At: c.At, Public: d.Public}
		delete(r, d.By)
	}
}

// FillVersions completes the assets of one record, all there are, by what was logged of
// it, where they were kept by a hexi that did not keep who replaced whom. What is
// superseded and can be shown is ready to be looked at. Assets that are complete stay as
// they are.
func FillVersions(assets []Asset, changes []Change) {
	logged, sent := replacements{}, map[string]string{}
	for i := range changes {
		if logged.add(&changes[i]); changes[i].Action == ActionAssetAdded {
			sent[changes[i].Asset] = changes[i].By
		}
	}
	byID := map[string]*Asset{}
	for i := range assets {
		if a := &assets[i]; byID[a.ID] == nil {
			byID[a.ID] = a
			if a.ReceivedBy == "" {
				a.ReceivedBy = sent[a.ID]
			}
		}
	}
	for i := range assets {
		old := &assets[i]
		if old.State != AssetSuperseded || old.ReplacedBy != "" {
			continue
		}
		r := logged[old.ID]
		if byID[r.By] == nil {
			r.By = likelySuccessor(assets, old)
		}
		by := byID[r.By]
		if by == nil {
			continue
		}
		if old.ReplacedBy, old.ReplacedAt, old.WasPublic = by.ID, r.At, r.Public; old.Access != nil && old.Image != nil {
			old.State = AssetReady
		}
		if by.Replaces == "" {
			by.Replaces = old.ID
		}
	}
}

// likelySuccessor is the asset that has the file name of one that was superseded: the one
// in use, as such an image was replaced by its file name only.
func likelySuccessor(assets []Asset, old *Asset) string {
	for i := range assets {
		if a := &assets[i]; a.ID != old.ID && a.State != AssetSuperseded && a.ReplacedBy == "" && a.Master.Filename == old.Master.Filename {
			return a.ID
		}
	}
	return ""
}
