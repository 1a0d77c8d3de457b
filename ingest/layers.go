package ingest

import (
	"context"
	"fmt"

	"hexi/archive"
)

// layersOf is what a row says about the layers of its files, and which assets they
// became. The zero value says nothing.
type layersOf struct {
	layers []*archive.Layer  // by the row's files; nil for a file that is none
	assets map[string]string // by path
}

func newLayersOf(layers []*archive.Layer) layersOf {
	if layers == nil {
		return layersOf{}
	}
	return layersOf{layers, map[string]string{}}
}

// took notes which asset a file became.
func (l layersOf) took(path, asset string) {
	if l.assets != nil {
		l.assets[path] = asset
	}
}

// setLayers registers what a row's files became as the layers that the row says they
// are. Files that were refused are left out; those that are no layers any more are
// taken out of their view.
func (r *run) setLayers(ctx context.Context, next row, record string) error {
	if len(next.layers.layers) == 0 {
		return nil
	}
	entry, err := r.p.archive.Record(ctx, record)
	if err != nil {
		return err
	}
	known := map[string]*archive.Layer{}
	for i := range entry.Assets {
		known[entry.Assets[i].ID] = entry.Assets[i].Layer
	}
	wanted := archive.Layers{}
	for i, f := range next.files {
		asset, ok := next.layers.assets[f.path]
		if _, there := known[asset]; !ok || !there {
			continue
		}
		wanted[asset] = merged(next.layers.layers[i], known[asset])
	}
	changed, err := r.p.archive.SetLayers(ctx, r.req.By, record, wanted)
	if err != nil {
		if !refusal(err) {
			return err
		}
		item := itemOf(next.item, err)
		item.Record, item.Field, item.Do = record, "layers", doMend
		r.report.fail(item)
		return nil
	}
	r.report.Layers += changed
	r.received.layered = append(r.received.layered, record)
	return nil
}

// merged keeps of a layer what the sheet leaves open: its order, and who may see it.
func merged(layer, known *archive.Layer) *archive.Layer {
	if layer == nil || known == nil {
		return layer
	}
	out := *layer
	if out.Order == 0 {
		out.Order = known.Order
	}
	if out.Tier == "" {
		out.Tier, out.Until = known.Tier, known.Until
	}
	return &out
}

// noteMisfits tells of layers that are not shown in their view.
func (p *Pipeline) noteMisfits(ctx context.Context, report *Report, received *Received) error {
	misfits := map[string]string{}
	for _, record := range received.layered {
		entry, err := p.archive.Record(ctx, record)
		if err != nil {
			return fmt.Errorf("layers: %w", err)
		}
		for asset, why := range archive.Misfits(entry.Assets) {
			misfits[asset] = why["en"]
		}
	}
	for _, asset := range received.order {
		if misfits[asset] == "" {
			continue
		}
		item := received.items[asset]
		item.Field, item.Code, item.Why = "layers", "layer-does-not-fit", misfits[asset]+"; it is shown as a picture of its own"
		item.Do = "say where on the view it lies (kind@x,y,w,h), or give it a view of its own (2/kind)"
		report.note(item)
	}
	return nil
}

// sameView reports whether two assets are layers of one view.
func sameView(a, b *archive.Asset) bool {
	return a.Record == b.Record && a.Layer != nil && b.Layer != nil && a.Layer.View == b.Layer.View
}
