package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"golang.org/x/sync/errgroup"

	"hexi/archive"
	"hexi/search/engine"
)

// Reindex makes the index anew from the catalogue, beside the one in use, and
// swaps them when the new one holds as many records as the catalogue has
// published. Searches are answered by the old one meanwhile. When it fails, the
// old one stays.
func (ix *Index) Reindex(ctx context.Context, source Source, progress func(done, of int)) (count int, err error) {
	ix.rebuild.Lock()
	defer ix.rebuild.Unlock()
	name, fresh, err := ix.createFresh()
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, fresh.Close())
			if ix.dir != "" {
				err = errors.Join(err, os.RemoveAll(filepath.Join(ix.dir, name)))
			}
		}
	}()
	// What changes while the records are read is applied afterwards.
	seq, err := source.LastChange(ctx)
	if err != nil {
		return 0, fmt.Errorf("reindex: %w", err)
	}
	if err := ix.fill(ctx, fresh, source, seq, progress); err != nil {
		return 0, err
	}
	return ix.finish(ctx, name, fresh, source)
}

func (ix *Index) createFresh() (name string, fresh bleve.Index, err error) {
	if ix.dir != "" {
		return ix.createBeside()
	}
	if fresh, err = inMemory(); err != nil {
		return "", nil, err
	}
	return "", fresh, ix.stamp(fresh)
}

// fillers is how many write to a new index at a time: one's documents are made and cut
// into words while the other's are written.
const fillers = 2

// fill reads all published records into the new index. Its position is written
// with each batch, so that it is never ahead of what it holds.
func (ix *Index) fill(ctx context.Context, fresh bleve.Index, source Source, seq int64, progress func(done, of int)) error {
	of, err := source.Count(ctx, archive.ListQuery{Published: true})
	if err != nil {
		return fmt.Errorf("reindex: %w", err)
	}
	pages := make(chan []*archive.Entry)
	group, ctx := errgroup.WithContext(ctx)
	var mu sync.Mutex
	done := 0
	for range fillers {
		group.Go(func() error {
			for page := range pages {
				if err := ix.apply(ctx, fresh, page, nil, seq); err != nil {
					return err
				}
				mu.Lock()
				if done += len(page); progress != nil {
					progress(done, max(of, done))
				}
				mu.Unlock()
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(pages)
		for after := ""; ; {
			page, err := source.List(ctx, archive.ListQuery{Published: true, After: after, Limit: batchSize})
			if err != nil {
				return fmt.Errorf("reindex: %w", err)
			}
			if len(page) > 0 {
				select {
				case pages <- page:
				case <-ctx.Done():
					return ctx.Err()
				}
				after = page[len(page)-1].Record.ID
			}
			if len(page) < batchSize {
				return nil
			}
		}
	})
	return group.Wait()
}

// finish compares the new index with the catalogue and swaps. Meanwhile the old
// one follows no changes; the new one has seen them all.
func (ix *Index) finish(ctx context.Context, name string, fresh bleve.Index, source Source) (int, error) {
	ix.writing.Lock()
	defer ix.writing.Unlock()
	const tries = 5
	for try := 1; ; try++ {
		if _, err := ix.follow(ctx, source, fresh); err != nil {
			return 0, err
		}
		want, err := source.Count(ctx, archive.ListQuery{Published: true})
		if err != nil {
			return 0, fmt.Errorf("reindex: %w", err)
		}
		have, err := fresh.DocCount()
		if err != nil {
			return 0, fmt.Errorf("reindex: %w", err)
		}
		if uint64(want) == have {
			return want, ix.swap(name, fresh)
		}
		if try == tries { // it was not a change between the two counts
			return 0, fmt.Errorf("reindex: the new index holds %d records and the catalogue has published %d; the old index stays in use", have, want)
		}
	}
}

func (ix *Index) swap(name string, fresh bleve.Index) error {
	next := engine.New(layout())
	if err := next.Warm(fresh); err != nil {
		return err
	}
	if ix.dir != "" {
		if err := ix.pointTo(name); err != nil {
			return err
		}
	}
	ix.compaction.stop() // of the old one
	ix.mu.Lock()
	old := ix.bleve
	ix.bleve = fresh
	ix.engine.Reset()
	ix.engine = next
	ix.mu.Unlock()
	// The new one is in use: what fails from here on is only worth a warning.
	if ix.broken.Load() {
		go old.Close() //nolint:errcheck // it may hold its own locks for ever
	} else if err := old.Close(); err != nil {
		ix.log.Warn("close old index", "error", err)
	}
	if ix.dir == "" {
		return nil
	}
	ix.compact()
	entries, err := os.ReadDir(ix.dir)
	if err != nil {
		ix.log.Warn("clear old indexes away", "error", err)
		return nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "index-") && e.Name() != name {
			if err := os.RemoveAll(filepath.Join(ix.dir, e.Name())); err != nil {
				ix.log.Warn("clear old index away", "name", e.Name(), "error", err)
			}
		}
	}
	return nil
}

// The files through which a command asks the process that has the index open to
// make it anew, and hears of the outcome.
const (
	requestFile = "REINDEX"
	answerFile  = "REINDEX.done"
)

// Request asks the process that has the index in dir open to make it anew. The
// answer comes under the same id (Answer).
func Request(dir, id string) error {
	if err := os.WriteFile(filepath.Join(dir, requestFile), []byte(id), 0o640); err != nil {
		return fmt.Errorf("ask for a new index: %w", err)
	}
	return nil
}

// Answer returns the outcome of a request: done is false while there is none.
func Answer(dir, id string) (outcome string, done bool) {
	b, err := os.ReadFile(filepath.Join(dir, answerFile))
	if err != nil {
		return "", false
	}
	got, outcome, _ := strings.Cut(string(b), "\n")
	return outcome, got == id
}

// Serve does what other processes have asked for: makes the index anew (Request), and
// compares it with the catalogue (AskToCompare). It also makes it anew after an erasure
// (Forget), and joins the parts of an index at rest. It is for one goroutine.
func (ix *Index) Serve(ctx context.Context, source Source) error {
	if ix.dir == "" {
		return nil
	}
	return errors.Join(ix.serveReindex(ctx, source), ix.serveCompare(ctx, source), ix.forget(ctx, source), ix.compactAtRest())
}

func (ix *Index) serveReindex(ctx context.Context, source Source) error {
	request := filepath.Join(ix.dir, requestFile)
	b, err := os.ReadFile(request)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read request for a new index: %w", err)
	}
	if err := os.Remove(request); err != nil {
		return fmt.Errorf("take request for a new index: %w", err)
	}
	var outcome string
	count, rebuildErr := ix.Reindex(ctx, source, nil)
	if rebuildErr == nil {
		outcome = fmt.Sprintf("%d records", count)
	} else {
		outcome = "error: " + rebuildErr.Error()
	}
	answer := filepath.Join(ix.dir, answerFile)
	err = os.WriteFile(answer+".new", []byte(string(b)+"\n"+outcome), 0o640)
	if err == nil {
		err = os.Rename(answer+".new", answer)
	}
	return errors.Join(rebuildErr, err)
}
