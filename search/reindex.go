package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

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
	return ix.reindex(ctx, source, progress)
}

// reindex is Reindex for who holds rebuild. It goes on with an index whose making was cut
// off, if there is one.
func (ix *Index) reindex(ctx context.Context, source Source, progress func(done, of int)) (count int, err error) {
	name, fresh, seq, err := ix.unfinished(ctx, source)
	if err != nil {
		return 0, err
	}
	again := fresh != nil
	if !again {
		if name, fresh, err = ix.createFresh(); err != nil {
			return 0, err
		}
	}
	defer func() {
		if err != nil {
			if fresh != nil {
				err = errors.Join(err, fresh.Close())
			}
			if ix.dir != "" && ctx.Err() == nil { // else the next process goes on with it
				err = errors.Join(err, os.RemoveAll(filepath.Join(ix.dir, name)))
			}
		}
	}()
	// What changes while the records are read is applied afterwards.
	if !again {
		if seq, err = source.LastChange(ctx); err != nil {
			return 0, fmt.Errorf("reindex: %w", err)
		}
		if err := ix.begin(ctx, source, fresh, seq); err != nil {
			return 0, err
		}
	}
	if fresh, err = ix.reopened(name, fresh, fillingPlan); err != nil {
		return 0, err
	}
	if err := ix.fill(ctx, fresh, source, seq, again, progress); err != nil {
		return 0, err
	}
	if fresh, err = ix.reopened(name, fresh, nil); err != nil {
		return 0, err
	}
	return ix.finish(ctx, name, fresh, source)
}

// begin notes in a new index from which change on it has to follow when it is filled.
func (ix *Index) begin(ctx context.Context, source Source, fresh bleve.Index, seq int64) error {
	noted, err := markAt(ctx, source, seq)
	if err != nil {
		return fmt.Errorf("reindex: %w", err)
	}
	// First: without it an index that was left is not gone on with.
	if err := fresh.SetInternal([]byte(fillingKey), []byte("yes")); err != nil {
		return fmt.Errorf("reindex: %w", err)
	}
	return ix.write(fresh, nil, nil, seq, noted)
}

// unfinished opens an index whose making was cut off, and returns the change from which on
// it has to follow; nil where there is none to go on with. What is of no use is removed.
func (ix *Index) unfinished(ctx context.Context, source Source) (name string, b bleve.Index, seq int64, err error) {
	if ix.dir == "" {
		return "", nil, 0, nil
	}
	inUse, err := currentPath(ix.dir)
	if err != nil {
		return "", nil, 0, err
	}
	left, err := filepath.Glob(filepath.Join(ix.dir, "index-*"))
	if err != nil {
		return "", nil, 0, fmt.Errorf("reindex: %w", err)
	}
	for _, path := range slices.Backward(left) { // the latest first
		if path == inUse || !indexName.MatchString(filepath.Base(path)) {
			continue
		}
		b, err := openWhole(path)
		if err != nil {
			ix.log.Info("what is left of an index in the making is removed", "path", path, "error", err)
			if err := os.RemoveAll(path); err != nil {
				return "", nil, 0, fmt.Errorf("reindex: %w", err)
			}
			continue
		}
		seq, ok, err := ix.goesOn(ctx, source, b)
		if err == nil && ok {
			ix.log.Info("an index in the making was left; it is gone on with", "path", path)
			return filepath.Base(path), b, seq, nil
		}
		if err = errors.Join(err, b.Close(), os.RemoveAll(path)); err != nil {
			return "", nil, 0, fmt.Errorf("reindex: %w", err)
		}
	}
	return "", nil, 0, nil
}

// goesOn reports whether an index that was left is one in the making, of this schema, this
// archive and this log, and from which change on it has to follow.
func (ix *Index) goesOn(ctx context.Context, source Source, b bleve.Index) (seq int64, ok bool, err error) {
	for key, want := range map[string]string{fillingKey: "yes", schemaKey: schemaVersion, archiveKey: ix.archive} {
		got, err := b.GetInternal([]byte(key))
		if err != nil || string(got) != want {
			return 0, false, err
		}
	}
	if why, err := astray(ctx, source, b); err != nil || why != "" {
		return 0, false, err
	}
	seq, err = seqOf(b)
	return seq, seq > 0, err
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

// fill reads all published records into the new index; again, where some are in it already.
// Its position stays what it was when it was begun, so that it is never ahead of what it
// holds.
func (ix *Index) fill(ctx context.Context, fresh bleve.Index, source Source, seq int64, again bool, progress func(done, of int)) error {
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
				list, err := ix.prepareAll(page)
				if err == nil && again {
					list, err = altered(fresh, list)
				}
				if err == nil && len(list) > 0 {
					err = ix.writePaged(ctx, fresh, list, nil, seq, seq, "")
				}
				if err != nil {
					return err
				}
				mu.Lock()
				done += len(page)
				if i := ix.indexing.Load(); i != nil {
					ix.indexing.Store(&Indexing{Done: done, Of: max(of, done), Old: i.Old})
				}
				if progress != nil {
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
			if err := fresh.DeleteInternal([]byte(fillingKey)); err != nil {
				return 0, fmt.Errorf("reindex: %w", err)
			}
			return want, ix.swap(name, fresh)
		}
		if try == tries { // it was not a change between the two counts
			return 0, fmt.Errorf("reindex: the new index holds %d records and the catalogue has published %d%s; the old index stays in use", have, want, ix.differing(ctx, source, fresh))
		}
	}
}

// fewDiffering is how many records are named in which an index differs.
const fewDiffering = 5

// differing names records in which a new index is not what the catalogue has published, as
// a part of a sentence; "" where none is found, as of a count that is wrong itself.
func (ix *Index) differing(ctx context.Context, source Source, fresh bleve.Index) string {
	ids, err := ix.suspects(ctx, source, fresh, &Comparison{})
	switch {
	case err != nil:
		return fmt.Sprintf(" (which records differ could not be found out: %v)", err)
	case len(ids) == 0:
		return " (no record differs: the catalogue counts wrongly; hexi check looks through it)"
	case len(ids) > fewDiffering:
		return fmt.Sprintf(" (%s and %d more differ)", strings.Join(ids[:fewDiffering], ", "), len(ids)-fewDiffering)
	}
	return fmt.Sprintf(" (it is %s)", strings.Join(ids, ", "))
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
	ix.indexing.Store(nil)
	ix.mu.Unlock()
	ix.why, ix.old = "", false
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
	ix.clear(name)
	return nil
}

// The files through which a command asks the process that has the index open to
// make it anew, and hears of the outcome.
const (
	requestFile  = "REINDEX"
	answerFile   = "REINDEX.done"
	progressFile = "REINDEX.progress" // how far it is
)

// tellEvery is how often a process says how far it is with what it was asked for.
const tellEvery = 200 * time.Millisecond

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

// Progress returns how far the process that was asked is, for the request of an id; ok is
// false while nothing is known.
func Progress(dir, id string) (done, of int, ok bool) {
	b, err := os.ReadFile(filepath.Join(dir, progressFile))
	if err != nil {
		return 0, 0, false
	}
	got, counts, _ := strings.Cut(string(b), "\n")
	if _, err := fmt.Sscanf(counts, "%d of %d", &done, &of); err != nil || got != id {
		return 0, 0, false
	}
	return done, of, true
}

// tellProgress makes what hears how far a new index is and lets Progress know.
func (ix *Index) tellProgress(id string) func(done, of int) {
	path, last := filepath.Join(ix.dir, progressFile), time.Time{}
	return func(done, of int) {
		if time.Since(last) < tellEvery && done < of {
			return
		}
		last = time.Now()
		if err := writeBytes(path, fmt.Appendf(nil, "%s\n%d of %d", id, done, of)); err != nil {
			ix.log.Debug("nobody hears how far the new index is", "error", err)
		}
	}
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
	count, rebuildErr := ix.Reindex(ctx, source, ix.tellProgress(string(b)))
	if rebuildErr == nil {
		outcome = fmt.Sprintf("%d records", count)
	} else {
		outcome = "error: " + rebuildErr.Error()
	}
	os.Remove(filepath.Join(ix.dir, progressFile))
	return errors.Join(rebuildErr, writeBytes(filepath.Join(ix.dir, answerFile), []byte(string(b)+"\n"+outcome)))
}

// fillingPlan is how the parts of an index are joined while it is filled: forty batches at
// a time and no further, for all become one when it is in use. By the plan of an index that
// is asked, which has about ten parts of each size, each record would be written three
// times before that.
var fillingPlan = map[string]any{"scorchMergePlanOptions": map[string]any{
	"maxSegmentsPerTier": 40, "segmentsPerMergeTask": 40, "maxSegmentSize": 60 * batchSize, "floorSegmentSize": 1,
}}

// reopened closes an index that is made beside the one in use, and opens it with other
// settings, which it does not keep; nil where it cannot be opened.
func (ix *Index) reopened(name string, b bleve.Index, config map[string]any) (bleve.Index, error) {
	if ix.dir == "" {
		return b, nil
	}
	if err := b.Close(); err != nil {
		return nil, fmt.Errorf("reindex: %w", err)
	}
	opened, err := openGuarded(filepath.Join(ix.dir, name), config)
	if err != nil {
		return nil, fmt.Errorf("reindex: %w", err)
	}
	return opened, nil
}
