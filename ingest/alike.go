package ingest

import (
	"context"
	"fmt"

	"hexi/archive"
)

// noteAlike tells of images that are the same as a new one, or look so: of copies
// in other records, byte for byte, and of near duplicates. It is for a curator to
// say whether they should be there; nothing is refused for it. Of two that came
// with the same run, the later one is told of.
func (p *Pipeline) noteAlike(ctx context.Context, report *Report, received *Received, asset *archive.Asset) error {
	const atMost = 20
	found, err := p.archive.Similar(ctx, asset.ID, false, atMost)
	if err != nil {
		return err
	}
	var first *archive.Alike
	more := 0
	for i, other := range found {
		if received.after(other.Asset.ID, asset.ID) {
			continue // it will be told with the other
		}
		if sameView(asset, other.Asset) {
			continue // that is what layers are for
		}
		if first != nil {
			more++
			continue
		}
		first = &found[i]
	}
	if first == nil {
		return nil
	}
	title := first.Entry.Record.Titles.In("zh")
	item := received.items[asset.ID]
	item.Code, item.Why = "looks-like", fmt.Sprintf("looks like asset %s of record %s, %s", first.Asset.ID, first.Asset.Record, title)
	if first.Same {
		item.Code, item.Why = "duplicate", fmt.Sprintf("is the same, byte for byte, as asset %s of record %s, %s", first.Asset.ID, first.Asset.Record, title)
	}
	if more > 0 {
		item.Why += fmt.Sprintf(", and %d more", more)
		if len(found) == atMost {
			item.Why += " at least"
		}
	}
	item.Do = "if it is one picture, keep it in one record"
	item.Like = &Like{Asset: first.Asset.ID, Record: first.Asset.Record, Titles: first.Entry.Record.Titles, Distance: first.Distance}
	report.note(item)
	return nil
}

// after reports whether an asset came with this run, after another.
func (r *Received) after(id, other string) bool {
	if r.place == nil {
		r.place = make(map[string]int, len(r.order))
		for i, asset := range r.order {
			r.place[asset] = i
		}
	}
	place, ok := r.place[id]
	return ok && place > r.place[other]
}
