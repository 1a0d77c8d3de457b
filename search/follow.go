package search

import (
	"context"
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2"

	"hexi/archive"
)

// Source is what the index follows: the catalogue.
type Source interface {
	Changes(ctx context.Context, since int64, limit int) ([]archive.Change, error)
	LastChange(ctx context.Context) (int64, error)
	// Entries returns those of the ids that exist; published leaves out drafts
	// and what was withdrawn.
	Entries(ctx context.Context, ids []string, published bool) ([]*archive.Entry, error)
	List(ctx context.Context, q archive.ListQuery) ([]*archive.Entry, error)
	Count(ctx context.Context, q archive.ListQuery) (int, error)
}

// batchSize is how many changes are applied at a time.
const batchSize = 1000

// maxBatchTerms is how many terms of pages are written at a time: a thousand books would not
// fit into memory.
const maxBatchTerms = 1_000_000

// Follow applies all changes that the index has not seen. It returns how many
// that were.
//
// An index that broke when it was written to, as on a full disk, is made anew first, and
// so is one that searches wait for.
func (ix *Index) Follow(ctx context.Context, source Source) (int, error) {
	if ix.broken.Load() || ix.Indexing().Nothing() {
		ix.rebuild.Lock()
		err := ix.renew(ctx, source)
		ix.rebuild.Unlock()
		if err != nil {
			return 0, err
		}
	}
	ix.writing.Lock()
	defer ix.writing.Unlock()
	return ix.follow(ctx, source, ix.bleve)
}

// renew makes an index anew that broke, or that searches wait for, for who holds rebuild.
func (ix *Index) renew(ctx context.Context, source Source) error {
	broke := ix.broken.Load()
	if !broke && ix.indexing.Load() == nil {
		return nil // another was first
	}
	if _, err := ix.reindex(ctx, source, nil); err != nil {
		return fmt.Errorf("the index could not be made anew yet: %w", err)
	}
	if broke {
		ix.broken.Store(false)
		ix.log.Info("the search index broke, and was made anew")
	}
	return nil
}

// follow brings an index up to date. Applying a change again does no harm: what
// is indexed is the record as it is now.
func (ix *Index) follow(ctx context.Context, source Source, b bleve.Index) (int, error) {
	seq, err := seqOf(b)
	if err != nil {
		return 0, err
	}
	total := 0
	for {
		from := seq
		changes, err := source.Changes(ctx, seq, batchSize)
		if err != nil {
			return total, fmt.Errorf("follow changes: %w", err)
		}
		if len(changes) == 0 {
			return total, nil
		}
		var ids []string
		touched := map[string]bool{}
		for _, c := range changes {
			if c.Record != "" && !touched[c.Record] {
				touched[c.Record] = true
				ids = append(ids, c.Record)
			}
			seq = c.Seq
		}
		entries, err := source.Entries(ctx, ids, true)
		if err != nil {
			return total, fmt.Errorf("follow changes: %w", err)
		}
		for _, e := range entries {
			delete(touched, e.Record.ID)
		}
		var gone []string
		for _, id := range ids {
			if touched[id] {
				gone = append(gone, id)
			}
		}
		if err := noteErased(b, changes); err != nil {
			return total, err
		}
		list, err := ix.prepareAll(entries)
		if err != nil {
			return total, err
		}
		if list, err = altered(b, list); err != nil {
			return total, err
		}
		if err := ix.writePaged(ctx, b, list, gone, from, seq, noteOf(&changes[len(changes)-1])); err != nil {
			return total, err
		}
		total += len(changes)
	}
}

// Run follows whenever news comes, until it is closed. An error is logged, and it is
// tried again every second.
func (ix *Index) Run(ctx context.Context, source Source, news <-chan struct{}) {
	for range news {
		for failed := 0; ; failed++ {
			_, err := ix.Follow(ctx, source)
			if err == nil || ctx.Err() != nil {
				break
			}
			if failed%60 == 0 { // not every second
				ix.log.Error("the search index cannot follow; it will be tried again", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}
