package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"hexi/archive"
)

// ofErased stands in a report for what was said of a record that was erased since.
const ofErased = "of a record that was erased since"

// Forget takes what the last report says of a record that was erased, and of its assets,
// out of it: that names files. That there was something stays.
func Forget(ctx context.Context, catalogue Catalogue, record string, assets []string) error {
	text, err := catalogue.Fact(ctx, factReport)
	if err != nil {
		return fmt.Errorf("read last report: %w", err)
	}
	if text == "" {
		return nil
	}
	r := &Report{}
	if json.Unmarshal([]byte(text), r) != nil { // it may name files all the same
		if err := catalogue.KeepFact(ctx, factReport, ""); err != nil {
			return fmt.Errorf("drop last report: %w", err)
		}
		return nil
	}
	if !r.forget(record, assets) {
		return nil
	}
	return keepFact(ctx, catalogue, factReport, r)
}

// forget does it, and reports whether there was anything to forget.
func (r *Report) forget(record string, assets []string) (did bool) {
	ids := append(slices.Clone(assets), record)
	about := func(text string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(text, id) })
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		if d.Code == ErasedLeft {
			continue // it names no file, and is of now
		}
		if d.Record == record || slices.Contains(assets, d.Asset) || about(d.Key) {
			d.Key, d.Why, d.Repaired, did = "", ofErased, "", true
		}
	}
	for _, notes := range [][]Note{r.Notes, r.Unchecked} {
		for i := range notes {
			if about(notes[i].Why) {
				notes[i].Why, did = ofErased, true
			}
		}
	}
	return did
}

// forgetErased takes out of a report that is to be kept what it says of records that were
// erased while the check ran.
func (c *Checker) forgetErased(ctx context.Context, r *Report) error {
	if c.parts.Archive == nil {
		return nil
	}
	seen := map[string]bool{"": true}
	for i := range r.Differences {
		id := r.Differences[i].Record
		if seen[id] {
			continue
		}
		seen[id] = true
		stone, err := c.parts.Archive.Tombstone(ctx, id)
		switch {
		case err == nil && stone.Erased > 0:
			r.forget(id, nil)
		case err != nil && !errors.Is(err, archive.ErrNotFound):
			return err
		}
	}
	return nil
}
