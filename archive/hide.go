package archive

import (
	"context"
	"fmt"
	"slices"
)

// hide takes out of what the public sees of records all that they say of others
// which exist and are not public: stops with their captions, relations, and what
// they are part of. Names of records that do not exist stay; they tell nothing.
func (a *Archive) hide(ctx context.Context, entries []*Entry) error {
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.Record.references()...)
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
	now := a.Now()
	for _, e := range found {
		if e.Visible(now) {
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

// references are the ids of the records that a record speaks of.
func (r *Record) references() []string {
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
		if !slices.ContainsFunc(of.Assets, func(a Asset) bool { return a.ID == stop.Asset }) {
			stop.Asset = ""
		}
	}
}
