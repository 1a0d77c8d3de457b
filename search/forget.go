package search

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/blevesearch/bleve/v2"

	"hexi/archive"
)

// erasedKey is kept in an index whose files may still hold what a record said that was
// erased: the engine only marks what is taken out, until it merges files by chance.
const erasedKey = "erased"

// Records are erased one after the other, and making an index anew takes minutes where it
// is large: it waits until none was erased for forgetQuiet, but never longer than
// forgetLatest. What was noted stays noted until it is done, also over a restart.
const (
	forgetQuiet  = 15 * time.Second
	forgetLatest = 5 * time.Minute
)

// forgetAgain is how long it takes until an index that could not be made anew after an
// erasure is tried again.
const forgetAgain = time.Minute

// noteErased keeps in an index which change was the latest that erased a record. That is
// done before the index takes note of the change, so that it stands there however the
// process ends.
func noteErased(b bleve.Index, changes []archive.Change) error {
	for _, c := range slices.Backward(changes) {
		if c.Action != archive.ActionErased {
			continue
		}
		if err := b.SetInternal([]byte(erasedKey), []byte(strconv.FormatInt(c.Seq, 10))); err != nil {
			return fmt.Errorf("note an erasure in the index: %w", err)
		}
		return nil
	}
	return nil
}

// erased returns what noteErased has kept, nil where nothing was erased.
func (ix *Index) erased() ([]byte, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	noted, err := ix.bleve.GetInternal([]byte(erasedKey))
	if err != nil {
		return nil, fmt.Errorf("read whether a record was erased: %w", err)
	}
	return noted, nil
}

// Forget makes the index anew if a record was erased that it may have held, so that
// nothing of it is left in any of its files. A server does so by itself (Serve).
func (ix *Index) Forget(ctx context.Context, source Source) error {
	noted, err := ix.erased()
	if err != nil || noted == nil {
		return err
	}
	ix.rebuild.Lock()
	defer ix.rebuild.Unlock()
	if err := ix.clearOthers(); err != nil { // one in the making may hold it
		return err
	}
	if _, err := ix.reindex(ctx, source, nil); err != nil {
		return fmt.Errorf("make the index anew after an erasure: %w", err)
	}
	if ix.dir != "" {
		if err := DropSetAside(ix.dir); err != nil { // it may hold it as well
			return err
		}
	}
	ix.log.Info("the search index was made anew, without what was erased")
	return nil
}

// forget is Forget for one who comes by each second: once for erasures that follow each
// other.
func (ix *Index) forget(ctx context.Context, source Source) error {
	noted, err := ix.erased()
	if err != nil {
		return err
	}
	now, w := ix.now(), &ix.forgetting
	switch {
	case noted == nil:
		*w = forgetting{}
		return nil
	case w.latest.IsZero():
		w.latest = now.Add(forgetLatest)
		fallthrough
	case string(noted) != w.noted:
		w.noted, w.due = string(noted), now.Add(forgetQuiet)
	}
	if now.Before(w.due) && now.Before(w.latest) {
		return nil
	}
	if err := ix.Forget(ctx, source); err != nil {
		*w = forgetting{noted: w.noted, due: now.Add(forgetAgain), latest: now.Add(forgetAgain)}
		return err
	}
	*w = forgetting{}
	return nil
}

// forgetting is when an index is made anew after an erasure.
type forgetting struct {
	noted       string // the erasure that is waited for
	due, latest time.Time
}
