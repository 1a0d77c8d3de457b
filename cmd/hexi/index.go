package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hexi/search"
)

// openedIndex is the search index of a server and how it keeps up.
type openedIndex struct {
	index *search.Index
	house *house
	ok    atomic.Bool // it has caught up once
}

// openIndex opens the search index; only a server does that.
func (h *house) openIndex(ctx context.Context) (*openedIndex, error) {
	ix, err := search.Open(ctx, h.settings.Index, h.indexOptions())
	if errors.Is(err, search.ErrInUse) {
		return nil, fmt.Errorf("%w: each server needs an index directory of its own (--index)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	return &openedIndex{index: ix, house: h}, nil
}

// Close closes the index.
func (o *openedIndex) Close() error { return o.index.Close() }

// ready reports whether searches see what is published.
func (o *openedIndex) ready(ctx context.Context) error {
	if !o.ok.Load() {
		return errors.New("the search index is catching up")
	}
	if _, err := o.house.archive.LastChange(ctx); err != nil {
		return errors.New("the catalogue does not answer")
	}
	return nil
}

// lookForRequests is how often a server looks whether "hexi reindex" asks it for
// a new index.
const lookForRequests = time.Second

// follow keeps the index up with the change log until ctx ends; the returned
// channel is closed when that is done.
func (o *openedIndex) follow(ctx context.Context) <-chan struct{} {
	source := o.house.catalog
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			if _, err := o.index.Follow(ctx, source); err == nil {
				break
			} else if ctx.Err() == nil {
				o.house.log.Error("the search index cannot catch up; it will be tried again", "error", err)
				time.Sleep(time.Second)
			}
		}
		o.ok.Store(true)
		o.index.Run(ctx, source, source.Watch(ctx))
	})
	running.Go(func() {
		ticker := time.NewTicker(lookForRequests)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := o.index.Serve(ctx, source); err != nil && ctx.Err() == nil {
				o.house.log.Error("the search index could not be made anew", "error", err)
			}
		}
	})
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	return done
}
