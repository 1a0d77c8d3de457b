package search

import (
	"context"
	"fmt"
	"time"

	"github.com/blevesearch/bleve/v2"

	"hexi/archive"
)

// erasedKey is kept in an index whose files may still hold what a record said that was
// erased: the engine only marks what is taken out, until it merges files by chance.
const erasedKey = "erased"

// forgetAgain is how long it takes until an index that could not be made anew after an
// erasure is tried again.
const forgetAgain = time.Minute

// noteErased keeps in an index that a record was erased. That is done before the index
// takes note of the change, so that it stands there however the process ends.
func noteErased(b bleve.Index, changes []archive.Change) error {
	for _, c := range changes {
		if c.Action != archive.ActionErased {
			continue
		}
		if err := b.SetInternal([]byte(erasedKey), []byte("1")); err != nil {
			return fmt.Errorf("note an erasure in the index: %w", err)
		}
		return nil
	}
	return nil
}

// Forget makes the index anew if a record was erased that it may have held, so that
// nothing of it is left in any of its files. A server does so by itself (Serve).
func (ix *Index) Forget(ctx context.Context, source Source) error {
	ix.mu.RLock()
	noted, err := ix.bleve.GetInternal([]byte(erasedKey))
	ix.mu.RUnlock()
	if err != nil {
		return fmt.Errorf("read whether a record was erased: %w", err)
	}
	if noted == nil {
		return nil
	}
	if _, err := ix.Reindex(ctx, source, nil); err != nil {
		return fmt.Errorf("make the index anew after an erasure: %w", err)
	}
	ix.log.Info("the search index was made anew, without what was erased")
	return nil
}

// forget is Forget for one who comes by each second.
func (ix *Index) forget(ctx context.Context, source Source) error {
	if ix.now().Before(ix.forgetAt) {
		return nil
	}
	err := ix.Forget(ctx, source)
	if err != nil {
		ix.forgetAt = ix.now().Add(forgetAgain)
	}
	return err
}
