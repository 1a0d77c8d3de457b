package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"hexi/ingest"
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
	o, err := h.openUnmade(ctx)
	if err != nil {
		return nil, err
	}
	if i := o.index.Indexing(); i.Nothing() && i.Of <= madeAtOnce {
		if err := o.index.Make(ctx, h.catalog); err != nil && ctx.Err() == nil {
			h.log.Warn("the search index could not be made anew yet; it will be tried again", "error", err)
		}
	}
	return o, nil
}

// openUnmade is openIndex for an index that may have to be made.
func (h *house) openUnmade(ctx context.Context) (*openedIndex, error) {
	opts, err := h.indexOptions(ctx)
	if err != nil {
		return nil, err
	}
	ix, err := search.Open(ctx, h.settings.Index, opts)
	if errors.Is(err, search.ErrInUse) {
		return nil, fmt.Errorf("%w: each server needs an index directory of its own (--index)", err)
	}
	if err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	o := &openedIndex{index: ix, house: h}
	if err := h.forgetDamaged(ctx); err != nil {
		return nil, errors.Join(err, ix.Close())
	}
	// Before anything is asked: what the index cannot answer is not "nothing was found".
	why, err := ix.Prepare(ctx, h.catalog)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open search index: %w", err), ix.Close())
	}
	if i := ix.Indexing(); i != nil {
		h.log.Info("the search index has to be made anew", "why", why, "records", i.Of, "answered meanwhile", i.Old)
	}
	return o, nil
}

// madeAtOnce is of how many records an index is made before the first request is answered:
// that takes a second.
const madeAtOnce = 2000

// indexOptions are those with which the search index is opened.
func (h *house) indexOptions(ctx context.Context) (search.Options, error) {
	id, err := h.catalog.ID(ctx)
	if err != nil {
		return search.Options{}, fmt.Errorf("open search index: %w", err)
	}
	return search.Options{Vocabulary: h.vocabulary, Log: h.log, Archive: id, Free: ingest.FreeSpace, Pages: pageTexts{h.archive, h.texts}}, nil
}

// writtenAgain is for longer than an index is written to after an erasure before it is made
// anew without what was erased.
const writtenAgain = time.Hour

// forgetDamaged removes a damaged index that was set aside if anything was erased since it
// was written to: it may hold it.
func (h *house) forgetDamaged(ctx context.Context) error {
	aside, err := search.SetAside(h.settings.Index)
	if err != nil || aside.IsZero() {
		return err
	}
	stones, err := h.catalog.Erasures(ctx)
	if err != nil {
		return fmt.Errorf("look for erasures: %w", err)
	}
	for _, stone := range stones {
		if stone.At.After(aside.Add(-writtenAgain)) {
			return search.DropSetAside(h.settings.Index)
		}
	}
	return nil
}

// Close closes the index.
func (o *openedIndex) Close() error { return o.index.Close() }

// ready reports whether searches see what is published.
func (o *openedIndex) ready(ctx context.Context) error {
	if i := o.index.Indexing(); i.Nothing() {
		return fmt.Errorf("the search index is being made: %d of %d records are in it", i.Done, i.Of)
	}
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

// follow keeps the index up with the change log until ctx ends, and makes snapshots of it
// unless nothing is to be written; the returned channel is closed when that is done.
func (o *openedIndex) follow(ctx context.Context, readOnly bool) <-chan struct{} {
	source := o.house.catalog
	var running sync.WaitGroup
	running.Go(func() {
		if o.index.Indexing().Nothing() {
			o.make(ctx)
		}
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
	if i := o.index.Indexing(); i != nil && i.Old {
		running.Go(func() { o.make(ctx) }) // beside the one that answers
	}
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
	if !readOnly {
		running.Go(func() { o.keepSnapshots(ctx) })
	}
	done := make(chan struct{})
	go func() { running.Wait(); close(done) }()
	return done
}

// make makes the index anew, with a snapshot that fits or else of the catalogue, until that is done or ctx ends.
func (o *openedIndex) make(ctx context.Context) {
	if o.adopt(ctx) {
		return
	}
	pause := time.Second
	for {
		begun := time.Now()
		err := o.index.Make(ctx, o.house.catalog)
		if err == nil {
			if n, err := o.index.Count(); err == nil && n > 0 {
				o.house.log.Info("the search index was made anew", "records", n, "seconds", time.Since(begun).Round(time.Millisecond).Seconds())
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		o.house.log.Error("the search index could not be made anew; it will be tried again", "error", err, "in", pause)
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, time.Minute)
	}
}
