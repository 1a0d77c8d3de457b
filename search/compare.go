package search

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/blevesearch/bleve/v2"

	"hexi/archive"
)

// The ways in which a record can differ.
const (
	FaultMissing = "missing" // it is published and not in the index
	FaultSurplus = "surplus" // it is in the index and not published
	FaultStale   = "stale"   // it is in the index as it is not any more
	FaultAhead   = "ahead"   // the index has come further than the log (Record is "")
	FaultDamaged = "damaged" // a file of the index is (Record is "")
)

// Fault is one thing in which the index is not what the catalogue has published.
type Fault struct {
	Kind   string `json:"kind"`
	Record string `json:"record,omitempty"`
	File   string `json:"file,omitempty"`
	Why    string `json:"why"`
	Mended bool   `json:"mended,omitempty"`
}

// Comparison is what comparing an index came to.
type Comparison struct {
	Documents int64   `json:"documents"`
	Faults    []Fault `json:"faults"`
	More      int     `json:"more,omitempty"` // faults beyond maxFaults
	// Behind is by how many changes the index is behind the log; what they are about
	// is left out of the comparison. An index that is open follows at once.
	Behind int64 `json:"behind,omitempty"`
	// Note says what there is to know besides; "" for nothing.
	Note string `json:"note,omitempty"`
}

// maxFaults is how many faults are listed: of an index that is of another catalogue
// there are as many as there are records.
const maxFaults = 10_000

// Compare compares every record that is published with what is in the index, and with
// repair brings the index up to it. Searches and changes go on meanwhile: what looks
// wrong is looked at again, with the index held still, before it is told.
func (ix *Index) Compare(ctx context.Context, source Source, repair bool) (Comparison, error) {
	ix.rebuild.Lock() // no other index takes its place meanwhile
	defer ix.rebuild.Unlock()
	out := Comparison{Faults: []Fault{}}
	if err := ix.renew(ctx, source); err != nil {
		return out, err
	}
	ix.writing.Lock()
	_, err := ix.follow(ctx, source, ix.bleve)
	ix.writing.Unlock()
	if err != nil {
		return out, err
	}
	ix.mu.RLock()
	b := ix.bleve
	ix.mu.RUnlock()
	suspects, err := ix.suspects(ctx, source, b, &out)
	if err != nil {
		return out, err
	}
	for ids := range slices.Chunk(suspects, batchSize) {
		if err := ix.settle(ctx, source, b, ids, repair, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

// suspects returns the records that look wrong: they may just have changed.
func (ix *Index) suspects(ctx context.Context, source Source, b bleve.Index, out *Comparison) ([]string, error) {
	count, err := b.DocCount()
	if err != nil {
		return nil, fmt.Errorf("count index: %w", err)
	}
	out.Documents = int64(count)
	last, err := source.LastChange(ctx)
	if err != nil {
		return nil, fmt.Errorf("compare index: %w", err)
	}
	seq, err := seqOf(b)
	if err != nil {
		return nil, err
	}
	if seq > last {
		out.Faults = append(out.Faults, Fault{Kind: FaultAhead, Why: fmt.Sprintf("the index has come to change %d, and the log ends at %d: it was made from another catalogue, or from a later state of this one", seq, last)})
	}
	var suspects []string
	held := uint64(0)
	for after := ""; ; {
		page, err := source.List(ctx, archive.ListQuery{Published: true, After: after, Limit: batchSize})
		if err != nil {
			return nil, fmt.Errorf("compare index: %w", err)
		}
		for _, e := range page {
			fault, err := ix.compare(b, e)
			if err != nil {
				return nil, err
			}
			if fault != FaultMissing {
				held++
			}
			if fault != "" {
				suspects = append(suspects, e.Record.ID)
			}
		}
		if len(page) < batchSize {
			break
		}
		after = page[len(page)-1].Record.ID
	}
	if held == count {
		return suspects, nil
	}
	surplus, err := ix.surplus(ctx, source, b)
	return append(suspects, surplus...), err
}

// compare says how an entry differs from what the index has of it, "" for not at all.
func (ix *Index) compare(b bleve.Index, e *archive.Entry) (string, error) {
	want, err := ix.prepare(e)
	if err != nil {
		return "", err
	}
	got, found, err := digestOf(b, e.Record.ID)
	switch {
	case err != nil:
		return "", err
	case !found:
		return FaultMissing, nil
	case got != want.digest:
		return FaultStale, nil
	}
	return "", nil
}

// surplus goes through all documents and returns those that are of no published record.
func (ix *Index) surplus(ctx context.Context, source Source, b bleve.Index) (out []string, err error) {
	advanced, err := b.Advanced()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	ids, err := reader.DocIDReaderAll()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer func() { err = errors.Join(err, ids.Close()) }()
	for {
		page := make([]string, 0, batchSize)
		for len(page) < batchSize {
			internal, err := ids.Next()
			if err != nil {
				return nil, fmt.Errorf("read index: %w", err)
			}
			if internal == nil {
				break
			}
			id, err := reader.ExternalID(internal)
			if err != nil {
				return nil, fmt.Errorf("read index: %w", err)
			}
			page = append(page, id)
		}
		entries, err := source.Entries(ctx, page, true)
		if err != nil {
			return nil, fmt.Errorf("compare index: %w", err)
		}
		published := make(map[string]bool, len(entries))
		for _, e := range entries {
			published[e.Record.ID] = true
		}
		for _, id := range page {
			if !published[id] {
				out = append(out, id)
			}
		}
		if len(page) < batchSize {
			return out, nil
		}
	}
}

// settle looks at suspects again while nothing else writes to the index.
func (ix *Index) settle(ctx context.Context, source Source, b bleve.Index, ids []string, repair bool, out *Comparison) error {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	for try := 1; ; try++ {
		if !ix.readOnly {
			if _, err := ix.follow(ctx, source, b); err != nil {
				return err
			}
		}
		seq, err := seqOf(b)
		if err != nil {
			return err
		}
		entries, err := source.Entries(ctx, ids, true)
		if err != nil {
			return fmt.Errorf("compare index: %w", err)
		}
		last, err := source.LastChange(ctx)
		if err != nil {
			return fmt.Errorf("compare index: %w", err)
		}
		if last > seq && !ix.readOnly && try < 10 {
			continue // something was committed between the two
		}
		return ix.tell(ctx, source, b, ids, entries, seq, repair, out)
	}
}

// tell tells of those of the ids that do differ from their entries, but for what the
// index has yet to follow.
func (ix *Index) tell(ctx context.Context, source Source, b bleve.Index, ids []string, entries []*archive.Entry, seq int64, repair bool, out *Comparison) error {
	coming, err := changedSince(ctx, source, seq, ids)
	if err != nil {
		return err
	}
	of := make(map[string]*archive.Entry, len(entries))
	for _, e := range entries {
		of[e.Record.ID] = e
	}
	var faults []Fault
	var mend []*archive.Entry
	var gone []string
	for _, id := range ids {
		if coming[id] {
			continue
		}
		e := of[id]
		if e == nil {
			if _, found, err := digestOf(b, id); err != nil {
				return err
			} else if found {
				faults, gone = append(faults, Fault{Kind: FaultSurplus, Record: id, Why: "it can be found, and is not published"}), append(gone, id)
			}
			continue
		}
		kind, err := ix.compare(b, e)
		if err != nil {
			return err
		}
		switch kind {
		case FaultMissing:
			faults = append(faults, Fault{Kind: kind, Record: id, Why: "it is published, and is not found"})
		case FaultStale:
			faults = append(faults, Fault{Kind: kind, Record: id, Why: "what can be found of it is not what is published"})
		default:
			continue
		}
		mend = append(mend, e)
	}
	if repair && len(faults) > 0 {
		list, err := ix.prepareAll(mend)
		if err != nil {
			return err
		}
		if err := ix.writePaged(ctx, b, list, gone, seq, seq, ""); err != nil {
			return err
		}
		lacking := map[string]bool{}
		for _, p := range list {
			lacking[p.id] = p.digest == incomplete
		}
		for i := range faults {
			if faults[i].Mended = !lacking[faults[i].Record]; !faults[i].Mended {
				faults[i].Why += "; the texts of its pages cannot be read now"
			}
		}
	}
	for _, f := range faults {
		if len(out.Faults) >= maxFaults {
			out.More++
			continue
		}
		out.Faults = append(out.Faults, f)
	}
	return nil
}

// changedSince returns which of the ids have changes after a number of the log.
func changedSince(ctx context.Context, source Source, seq int64, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for {
		changes, err := source.Changes(ctx, seq, batchSize)
		if err != nil {
			return nil, fmt.Errorf("compare index: %w", err)
		}
		for _, c := range changes {
			if slices.Contains(ids, c.Record) {
				out[c.Record] = true
			}
			seq = c.Seq
		}
		if len(changes) < batchSize {
			return out, nil
		}
	}
}
