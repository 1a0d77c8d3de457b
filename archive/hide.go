package archive

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// hide takes out of what the public sees of records their layers that are closed,
// and all that they say of other records which exist and are not public: stops with
// their captions, relations, and what they are part of. Names of records that do not
// exist stay; they tell nothing.
func (a *Archive) hide(ctx context.Context, entries []*Entry) error {
	var ids []string
	now := a.Now()
	for _, e := range entries {
		e.hideVersions(now)
		e.HideLayers(now)
		ids = append(ids, e.Record.References()...)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	public := map[string]*Entry{}
	found, err := a.catalog.Entries(ctx, ids, true)
	if err != nil {
		return fmt.Errorf("read %d records: %w", len(ids), err)
	}
	for _, e := range found {
		if e.Visible(now) {
			e.hideVersions(now)
			e.HideLayers(now)
			public[e.Record.ID] = e
		}
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return public[id] != nil })
	hidden := map[string]bool{}
	if len(ids) > 0 {
		if found, err = a.catalog.Entries(ctx, ids, false); err != nil {
			return fmt.Errorf("read %d records: %w", len(ids), err)
		}
		for _, e := range found {
			hidden[e.Record.ID] = true
		}
	}
	for _, e := range entries {
		e.Record.hide(hidden, public)
	}
	return nil
}

// HideLayers takes out the layers that are not open by then, and what the record says
// of places on them.
func (e *Entry) HideLayers(now time.Time) {
	closed := map[string]bool{}
	for i := range e.Assets {
		if a := &e.Assets[i]; !a.Open(now) {
			closed[a.ID] = true
		}
	}
	if len(closed) == 0 {
		return
	}
	e.closeTexts(closed)
	// Where the base of a view is closed, nobody can tell what regions on it mean:
	// such a layer stands by itself.
	for _, v := range Views(e.Assets) {
		for _, part := range v.Parts {
			if closed[v.Base.ID] {
				part.Asset.Layer = nil
			}
		}
	}
	e.Assets = slices.DeleteFunc(e.Assets, func(a Asset) bool { return closed[a.ID] })
	for i := range e.Record.Inscriptions {
		if in := &e.Record.Inscriptions[i]; in.Region != nil && closed[in.Region.Asset] {
			in.Region = nil
		}
	}
}

// References returns the ids of the records that a record speaks of: what it is part of,
// what it is related to, its stops.
func (r *Record) References() []string {
	var ids []string
	if r.PartOf != "" {
		ids = append(ids, r.PartOf)
	}
	for _, rel := range r.Relations {
		ids = append(ids, rel.Record)
	}
	for _, stop := range r.Stops {
		if stop.Record != "" {
			ids = append(ids, stop.Record)
		}
	}
	return ids
}

func (r *Record) hide(hidden map[string]bool, public map[string]*Entry) {
	if hidden[r.PartOf] {
		r.PartOf = ""
	}
	r.Relations = slices.DeleteFunc(r.Relations, func(rel Relation) bool { return hidden[rel.Record] })
	r.Stops = slices.DeleteFunc(r.Stops, func(stop Stop) bool { return hidden[stop.Record] })
	for i := range r.Stops {
		stop := &r.Stops[i]
		of := public[stop.Record]
		if of == nil || stop.Asset == "" {
			continue
		}
		// An image is one of the stop's own record, or may be one that is hidden.
		if of.Current(stop.Asset) == nil {
			stop.Asset = ""
		}
	}
}
