package catalog

import (
	"context"
	"time"
)

// watchEvery is how often Watch looks for what other processes wrote.
const watchEvery = 400 * time.Millisecond

// Watch returns a channel that gets a value soon after changes were logged:
// at once for those of this process, within half a second for those of others.
// Values that are not taken are joined into one, and there may be one without a
// change: the reader asks for the changes after the last one it knows. The
// channel is closed when ctx ends.
func (c *Catalog) Watch(ctx context.Context) <-chan struct{} {
	news := make(chan struct{}, 1)
	c.mu.Lock()
	c.watchers[news] = struct{}{}
	c.mu.Unlock()
	go func() {
		defer func() {
			c.mu.Lock()
			delete(c.watchers, news)
			close(news)
			c.mu.Unlock()
		}()
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		last, failing := int64(-1), false // -1: the first look tells, too
		for {
			seq, err := c.LastChange(ctx)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil && !failing: // said once, not twice a second
				c.log.Warn("cannot look for changes in the catalogue; trying on", "error", err)
			case err == nil && seq != last:
				last = seq
				tell(news)
			}
			failing = err != nil
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	}()
	return news
}

// wake tells all who watch that this process has logged changes.
func (c *Catalog) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for news := range c.watchers {
		tell(news)
	}
}

func tell(news chan struct{}) {
	select {
	case news <- struct{}{}:
	default:
	}
}
