package search

import (
	"context"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
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
	cancel  context.CancelFunc // nil where none was begun
	going   sync.WaitGroup
	written time.Time // when something was last written, or joined
}

// start joins the parts of an index; joined is called when that is done.
func (c *compaction) start(b bleve.Index, joined func(took time.Duration, err error)) {
	c.stop()
	advanced, err := b.Advanced()
	if err != nil {
		return // it is closed
	}
	kept, ok := advanced.(*scorch.Scorch)
	if !ok {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	c.cancel = cancel
	c.mu.Unlock()
	c.going.Go(func() {
		defer cancel()
		began := time.Now()
		err := kept.ForceMerge(ctx, nil) // to one
		if ctx.Err() == nil {
			c.wrote()
			joined(time.Since(began), err)
		}
	})
}

// stop has it given up; what was begun comes to an end soon, or when the index is closed.
func (c *compaction) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancel != nil {
		c.cancel()
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

// compact joins the parts of the index that is in use.
func (ix *Index) compact() {
	ix.mu.RLock()
	b := ix.bleve
	ix.mu.RUnlock()
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
