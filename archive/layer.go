package archive

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LayerKind says how a layer was made: a term of the scheme "layer".
type LayerKind string

// LayerVisible is the kind of layer that a view shows first.
const LayerVisible LayerKind = "visible"

// DefaultView is the name of a view where no other is given.
const DefaultView = "1"

const (
	maxViewName   = 64    // characters
	maxLayerLabel = 200   // characters in one language
	maxLayerOrder = 1_000 // far above what one view has
)

// Layer makes an image one of several of the same view: a wall in visible light, in
// infrared, as a line drawing. Those of a record that name the same View are shown in
// one place (Views), in the order of Order, those in visible light first, then as
// they stand in the record. No two layers of a view have the same Kind and Label.
//
// Label is what tells a layer from others of its kind ("940 nm", "1943"), and is
// shown beside the kind's own name. Region is where on the view the image lies, as
// "x,y,w,h" in pixels of the view's base image; "" is all of it. Tier and Until
// close one layer of a record that is open, as in Rights: only "staff" and
// "embargoed" are more than the record says itself.
type Layer struct {
	View   string    `json:"view"`
	Kind   LayerKind `json:"kind"`
	Label  Text      `json:"label,omitempty"`
	Order  int       `json:"order,omitempty"`
	Region string    `json:"region,omitempty"`
	Tier   Tier      `json:"tier,omitempty"`
	Until  string    `json:"until,omitempty"`
}

// Same reports whether two layers cannot be told apart: the same kind with the same
// label in one view.
func (l Layer) Same(other Layer) bool {
	return l.View == other.View && l.Kind == other.Kind && maps.Equal(l.Label, other.Label)
}

// Open reports whether the public may see an asset of a record that it may see.
func (a *Asset) Open(now time.Time) bool {
	return a.Layer == nil || (&Rights{Tier: a.Layer.Tier, Until: a.Layer.Until}).Open(now)
}

// NormaliseLayer returns a layer in the form in which it is kept: the kind by its
// code, whatever label of it was given, and DefaultView where no view is named. Its
// error is InvalidErrors with every fault.
func NormaliseLayer(v Vocabulary, l Layer) (Layer, error) {
	c := &checker{vocabulary: v}
	if l.View = c.plain("view", l.View, maxViewName); l.View == "" {
		l.View = DefaultView
	}
	kind := string(l.Kind)
	if strings.TrimSpace(kind) == "" {
		c.fault("kind", "is missing; say how the image was made (visible, infrared, line-drawing …)")
	}
	c.controlled("kind", SchemeLayer, &kind)
	l.Kind = LayerKind(kind)
	l.Label = c.text("label", l.Label, maxLayerLabel)
	if l.Order < 0 || l.Order > maxLayerOrder {
		c.fault("order", "%d is not a number from 0 to %d", l.Order, maxLayerOrder)
	}
	if l.Region = strings.Join(strings.Fields(l.Region), ""); l.Region != "" {
		if _, ok := parseBox(l.Region); !ok {
			c.fault("region", "%q is not a region like 1200,800,640,480: x,y,w,h in whole pixels of the view's base image", l.Region)
		}
	}
	c.layerTier(&l)
	if len(c.faults) > 0 {
		return l, c.faults
	}
	return l, nil
}

func (c *checker) layerTier(l *Layer) {
	switch l.Tier {
	case TierPublic:
		l.Tier = ""
	case "", TierStaff, TierEmbargoed:
	default:
		c.fault("tier", "%q is not a tier of a layer; use public, staff or embargoed", l.Tier)
	}
	_, err := time.Parse(time.DateOnly, l.Until)
	switch {
	case l.Tier == TierEmbargoed && l.Until == "":
		c.fault("until", "is missing; tier embargoed needs the day on which the embargo ends")
	case l.Until != "" && err != nil:
		c.fault("until", "%q is not a date like 2030-12-31", l.Until)
	case l.Tier != TierEmbargoed && l.Until != "":
		c.fault("until", "is for the tier embargoed only")
	}
}

// Layers are the layers of assets, by the assets' ids; nil takes an asset out of its
// view.
type Layers map[string]*Layer

// SetLayers registers assets of a record as layers of its views, in one transaction,
// and returns how many of them it changed. Setting what is set already changes
// nothing. Faults are InvalidErrors or an *InvalidError, and then nothing is set.
func (a *Archive) SetLayers(ctx context.Context, by, record string, layers Layers) (changed int, err error) {
	wanted := make(Layers, len(layers))
	for id, l := range layers {
		if wanted[id] = nil; l == nil {
			continue
		}
		normal, err := NormaliseLayer(a.vocabulary, *l)
		if err != nil {
			return 0, err
		}
		wanted[id] = &normal
	}
	err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		changed = 0 // the transaction may run again
		entry, err := tx.Entry(ctx, record)
		if err != nil {
			return err
		}
		changes, err := entry.setLayers(wanted)
		if err != nil {
			return err
		}
		for _, asset := range changes {
			if err := tx.PutAsset(ctx, *asset); err != nil {
				return fmt.Errorf("write layer of asset %s: %w", asset.ID, err)
			}
			if err := a.logAsset(ctx, tx, by, ActionAssetLayer, *asset, asset.Layer); err != nil {
				return err
			}
		}
		changed = len(changes)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("set layers of record %s: %w", record, err)
	}
	return changed, nil
}

// setLayers puts layers on an entry's assets and returns those that it changed. What
// is refused is how all stand in the end, not how they came there: two layers may be
// exchanged.
func (e *Entry) setLayers(wanted Layers) (changes []*Asset, err error) {
	found := 0
	for i := range e.Assets {
		asset := &e.Assets[i]
		layer, ok := wanted[asset.ID]
		if !ok {
			continue
		}
		found++
		same, err := sameLayer(asset.Layer, layer)
		if err != nil {
			return nil, err
		}
		if !same {
			asset.Layer = layer
			changes = append(changes, asset)
		}
	}
	if found < len(wanted) {
		return nil, Invalid("asset", "%d of the assets are not, or no longer, among those of record %s", len(wanted)-found, e.Record.ID)
	}
	for i := range e.Assets {
		for j := range i {
			a, b := &e.Assets[j], &e.Assets[i]
			if a.Replacing+b.Replacing == "" && a.Layer != nil && b.Layer != nil && a.Layer.Same(*b.Layer) && (slices.Contains(changes, a) || slices.Contains(changes, b)) {
				return nil, Invalid("kind", "%s and %s would both be the layer %s of view %s; give one of them a label or another view",
					a.Master.Filename, b.Master.Filename, a.Layer.Kind, a.Layer.View)
			}
		}
	}
	return changes, nil
}

func sameLayer(a, b *Layer) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("encode layer: %w", err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("encode layer: %w", err)
	}
	return string(left) == string(right), nil
}

// Box is a rectangle in pixels.
type Box struct{ X, Y, W, H int }

// parseBox reads "x,y,w,h" in whole pixels.
func parseBox(s string) (b Box, ok bool) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return Box{}, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return Box{}, false
		}
		*[]*int{&b.X, &b.Y, &b.W, &b.H}[i] = int(n)
	}
	return b, b.W > 0 && b.H > 0
}
