package search

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/index/scorch/mergeplan"
)

// An index is written in parts, each with a dictionary of its own in which every word of a
// question is looked for; the engine joins small ones as they come, so that there are ever
// about ten of each size. An index that was just made, which is as it stays for the most
// part, is joined to one: a question takes half the time then, and the disk a tenth less.

// manyParts is how many parts an index has that is not to be joined yet, and restFor how
// long nothing has been written when it is.
const (
	manyParts = 8
	restFor   = 10 * time.Minute
)

// compaction joins the parts of an index, beside whatever else is done with it.
type compaction struct {
	mu      sync.Mutex
	cancel  context.CancelFunc // nil where none is going on
	going   sync.WaitGroup
	written time.Time // when something was last written, or it was looked at
}

// joinAll joins all parts to one, however many there are.
var joinAll = mergeplan.MergePlanOptions{
	MaxSegmentsPerTier: 1, MaxSegmentSize: 1 << 30, MaxSegmentFileSize: 1 << 40, TierGrowth: 1,
	SegmentsPerMergeTask: 1000, FloorSegmentSize: 1 << 30, FloorSegmentFileSize: 1 << 40, ReclaimDeletesWeight: 2,
}

// start joins the parts of an index, unless that is going on; joined is called when it is
// done, but not when it was given up.
func (c *compaction) start(b bleve.Index, joined func(took time.Duration, err error)) {
	advanced, err := b.Advanced()
	if err != nil {
		return // it is closed
	}
	kept, ok := advanced.(*scorch.Scorch)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel = cancel
	// What goes wrong is told here only; without this the engine would try it again without
	// a pause, and for ever where the disk is full.
	outcome := make(chan error, 1)
	ctx = context.WithValue(ctx, "mergeDone", outcome) //nolint:revive,staticcheck // the engine's own key
	forced := make(chan error, 1)
	options := joinAll
	began := time.Now()
	c.going.Go(func() { forced <- kept.ForceMerge(ctx, &options) }) // after a fault it waits for the index to be closed
	c.going.Go(func() {
		var err error
		select {
		case err = <-outcome:
		case err = <-forced:
		}
		if c.ended(ctx) {
			joined(time.Since(began), err)
		}
	})
}

// ended notes that what was begun has ended; false where it was given up.
func (c *compaction) ended(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil {
		return false // what is going on now, if anything, is another one
	}
	c.cancel()
	c.cancel, c.written = nil, time.Now()
	return true
}

// stop has it given up, so that another index can be joined; what was begun comes to an end
// soon, or when its index is closed.
func (c *compaction) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
}

// wrote notes that the index was written to.
func (c *compaction) wrote() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.written = time.Now()
}

// rested reports whether nothing was written for a while.
func (c *compaction) rested() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Since(c.written) > restFor
}

// compact joins the parts of the index that is in use, where the disk has room for the
// joined one beside them.
func (ix *Index) compact() {
	ix.mu.RLock()
	b := ix.bleve
	ix.mu.RUnlock()
	if err := ix.roomToJoin(); err != nil {
		ix.log.Warn("the parts of the search index are left as they are", "error", err)
		return
	}
	ix.compaction.start(b, func(took time.Duration, err error) {
		if err != nil {
			ix.log.Warn("the parts of the search index could not be joined", "error", err)
			return
		}
		if took > time.Second {
			ix.log.Info("the parts of the search index were joined", "seconds", took.Round(time.Millisecond).Seconds())
		}
		ix.warm()
	})
}

// roomToJoin says where there is too little room on the disk.
func (ix *Index) roomToJoin() error {
	if ix.free == nil || ix.dir == "" {
		return nil
	}
	path, err := currentPath(ix.dir)
	if err != nil {
		return err
	}
	files, err := os.ReadDir(filepath.Join(path, storeDir))
	if err != nil {
		return fmt.Errorf("look at index: %w", err)
	}
	size := int64(0)
	for _, f := range files {
		if info, err := f.Info(); err == nil { // one that is gone takes no room
			size += info.Size()
		}
	}
	free, err := ix.free(ix.dir)
	if err != nil {
		return err
	}
	if need := size + size/10; free < need {
		return fmt.Errorf("that needs %d MB of %s for a while, which has %d MB free", need>>20, ix.dir, free>>20)
	}
	return nil
}

// compactAtRest joins the parts of an index to which nothing was written for a while,
// where they are many.
func (ix *Index) compactAtRest() error {
	if !ix.compaction.rested() {
		return nil
	}
	ix.compaction.wrote() // looked at, and not again for a while
	n, err := ix.parts()
	if err != nil || n <= manyParts {
		return err
	}
	ix.compact()
	return nil
}

// parts is how many parts the index has.
func (ix *Index) parts() (int, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.engine.Parts(ix.bleve)
}
