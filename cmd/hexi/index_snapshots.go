package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/ingest"
	"hexi/search"
)

// indexSnapshots is where copies of search indexes lie in the object store: under it the
// identity of the archive, then the schema, then for each copy its bytes and, written after
// them, its description. Bytes without a description are no copy.
const indexSnapshots = "snapshots/index/"

const (
	describedSuffix = ".json"
	packedSuffix    = ".tar.zst"
	// maxDescription is how long a description may be.
	maxDescription = 4 << 20
	// keptSnapshots is how many copies of a schema are kept.
	keptSnapshots = 2
	// foreignFor is how long copies of other schemas, and of states of the archive that a
	// restore replaced, are kept: servers of another version may still want them.
	foreignFor = 30 * 24 * time.Hour
	// orphansFor is how long bytes without a description may be a copy in the making.
	orphansFor = 24 * time.Hour
)

// indexCopy is a copy of a search index in the object store.
type indexCopy struct {
	key string // without suffix
	search.Snapshot
}

// indexPlace is where copies of an archive's indexes of this schema lie.
func (h *house) indexPlace(ctx context.Context) (string, error) {
	id, err := h.catalog.ID(ctx)
	if err != nil {
		return "", err
	}
	return indexSnapshots + id + "/" + search.Schema() + "/", nil
}

// copies lists the names of the copies of this schema, the latest first.
func (h *house) indexCopies(ctx context.Context) ([]string, error) {
	place, err := h.indexPlace(ctx)
	if err != nil {
		return nil, err
	}
	var keys []string
	for info, err := range h.objects.List(ctx, place) {
		if err != nil {
			return nil, fmt.Errorf("look for snapshots of the index: %w", err)
		}
		if key, ok := strings.CutSuffix(info.Key, describedSuffix); ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys) // they begin with the change, in as many digits
	slices.Reverse(keys)
	return keys, nil
}

// readIndexCopy reads the description of a copy.
func readIndexCopy(ctx context.Context, store objects.Store, key string) (_ *indexCopy, err error) {
	body, info, err := store.Get(ctx, key+describedSuffix)
	if err != nil {
		return nil, fmt.Errorf("read snapshot of the index: %w", err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	if info.Size > maxDescription {
		return nil, fmt.Errorf("read snapshot of the index: %w: its description has %d bytes", search.ErrUnfit, info.Size)
	}
	b, err := io.ReadAll(io.LimitReader(body, maxDescription))
	if err != nil {
		return nil, fmt.Errorf("read snapshot of the index: %w", err)
	}
	c := &indexCopy{key: key}
	if err := json.Unmarshal(b, &c.Snapshot); err != nil {
		return nil, fmt.Errorf("read snapshot of the index: %w: its description cannot be read: %w", search.ErrUnfit, err)
	}
	return c, nil
}

// triedCopies is how many copies are tried before the index is made of the catalogue.
const triedCopies = 2

// adopt begins with the latest copy of the index that another server has made, or this one
// before; false where there is none that fits, and why is in the log.
func (o *openedIndex) adopt(ctx context.Context) bool {
	keys, err := o.house.indexCopies(ctx)
	if err != nil {
		o.house.log.Warn("no snapshot of the search index is looked for", "error", err)
		return false
	}
	for _, key := range keys[:min(len(keys), triedCopies)] {
		begun := time.Now()
		n, err := o.adoptCopy(ctx, key)
		if err == nil {
			o.house.log.Info("the search index begins with a snapshot", "snapshot", key, "records", n, "seconds", time.Since(begun).Round(time.Millisecond).Seconds())
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		o.house.log.Warn("a snapshot of the search index is not used", "snapshot", key, "error", err)
	}
	return false
}

func (o *openedIndex) adoptCopy(ctx context.Context, key string) (_ int, err error) {
	h := o.house
	c, err := readIndexCopy(ctx, h.objects, key)
	if err != nil {
		return 0, err
	}
	if err := o.index.Fits(ctx, h.catalog, &c.Snapshot); err != nil {
		return 0, err
	}
	if free, err := ingest.FreeSpace(h.settings.Index); err == nil && free-leaveFree < c.Bytes() {
		return 0, fmt.Errorf("it takes %s, and %s are free in %s", size(c.Bytes()), size(free), h.settings.Index)
	}
	body, _, err := h.objects.Get(ctx, key+packedSuffix)
	if err != nil {
		return 0, fmt.Errorf("read snapshot of the index: %w", err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	return o.index.Adopt(ctx, h.catalog, &c.Snapshot, body)
}

// leaveFree is how much room is left on the disk of an index.
const leaveFree = 256 << 20

// factIndexSnapshot is the name under which the catalogue keeps when a copy of an index was
// last made, by whichever server, and at which change.
const factIndexSnapshot = "check-index-snapshot"

// noIndexSnapshot is what is kept when all copies were removed: one is due.
const noIndexSnapshot = "0001-01-01T00:00:00Z 0"

// lookForSnapshots is how often a server looks whether a copy of its index is due.
const lookForSnapshots = time.Minute

// snapshotWorth says of what indexes copies are made: to make a small one anew takes no
// longer than to fetch it, and one that has hardly changed need not be copied again.
type snapshotWorth struct {
	records, changes uint64
}

func usualWorth() snapshotWorth { return snapshotWorth{records: 10_000, changes: 1000} }

// pruneIndexEvery is how often copies are removed that nobody needs, also by a server that
// makes none.
const pruneIndexEvery = time.Hour

// keepSnapshots makes copies of the index as they are due, and removes those that are not
// needed any more or may hold what was erased, until ctx ends. A server that was killed may
// have left some, so it begins with that.
func (o *openedIndex) keepSnapshots(ctx context.Context) {
	var pruned time.Time
	prune := func() {
		if time.Since(pruned) < pruneIndexEvery {
			return
		}
		if err := o.house.pruneIndexCopies(ctx, time.Now()); err == nil {
			pruned = time.Now()
		} else if ctx.Err() == nil {
			o.house.log.Warn("snapshots of the search index that are not needed could not be removed; it will be tried again", "error", err)
		}
	}
	prune()
	every := o.house.settings.indexSnapshots.every
	ticker := time.NewTicker(lookForSnapshots)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		prune()
		if every == 0 {
			continue
		}
		if _, err := o.snapshotIfDue(ctx, time.Now(), usualWorth()); err != nil && ctx.Err() == nil && !errors.Is(err, search.ErrNotNow) {
			o.house.log.Warn("no snapshot of the search index could be made; it will be tried again", "error", err)
		}
	}
}

// retrySnapshot is after how long a copy that could not be made is tried again.
const retrySnapshot = 30 * time.Minute

// snapshotIfDue makes a copy if one is due, and reports whether it did. Of all servers that
// look, one makes it.
func (o *openedIndex) snapshotIfDue(ctx context.Context, now time.Time, worth snapshotWorth) (made bool, err error) {
	h, every := o.house, o.house.settings.indexSnapshots.every
	if !o.ok.Load() || o.index.Indexing() != nil {
		return false, nil
	}
	before, err := h.catalog.Fact(ctx, factIndexSnapshot)
	if err != nil {
		return false, err
	}
	last, lastSeq := time.Time{}, int64(0)
	if when, change, ok := strings.Cut(before, " "); ok {
		if at, err := time.Parse(time.RFC3339, when); err == nil && !at.After(now) {
			last = at
			_, _ = fmt.Sscan(change, &lastSeq) // 0 is as good
		}
	}
	records, err := o.index.Count()
	if err != nil {
		return false, err
	}
	seq, err := o.index.Seq()
	if err != nil {
		return false, err
	}
	changed := uint64(max(0, seq-lastSeq))
	if now.Sub(last) < every || records < worth.records || lastSeq > 0 && changed < max(worth.changes, records/100) {
		return false, nil
	}
	claimed := fmt.Sprintf("%s %d", now.UTC().Format(time.RFC3339), seq)
	if ok, err := h.catalog.ClaimFact(ctx, factIndexSnapshot, before, claimed); err != nil || !ok {
		return false, err
	}
	if err := o.snapshot(ctx); err != nil {
		again := fmt.Sprintf("%s %d", now.Add(retrySnapshot-every).UTC().Format(time.RFC3339), lastSeq)
		_, keepErr := h.catalog.ClaimFact(ctx, factIndexSnapshot, claimed, again)
		return false, errors.Join(err, keepErr)
	}
	return true, nil
}

// snapshot puts a copy of the index into the object store, while searches and changes go on.
func (o *openedIndex) snapshot(ctx context.Context) (err error) {
	h, begun := o.house, time.Now()
	place, err := h.indexPlace(ctx)
	if err != nil {
		return err
	}
	held, err := o.index.Hold(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	key := fmt.Sprintf("%s%015d-%s", place, held.Seq, held.Made.Format("20060102T150405.000Z"))
	described, err := json.Marshal(held.Snapshot)
	if err != nil {
		return fmt.Errorf("describe snapshot: %w", err)
	}
	r, w := io.Pipe()
	packed := make(chan struct{})
	go func() {
		defer close(packed)
		w.CloseWithError(held.Pack(ctx, w))
	}()
	info, err := h.objects.Put(ctx, key+packedSuffix, r, objects.PutOptions{Size: -1, ContentType: "application/zstd"})
	r.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // whoever still writes is told
	<-packed
	if err == nil {
		_, err = h.objects.Put(ctx, key+describedSuffix, bytes.NewReader(described), objects.PutOptions{Size: int64(len(described)), ContentType: "application/json"})
	}
	// An erasure that was logged since may have looked for copies before this one was there.
	if err == nil {
		err = h.erasedAfter(ctx, held.Seq)
	}
	if err != nil {
		// Also when the server is ending: what is left has no description, but may hold what
		// was erased.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownAfter)
		defer cancel()
		return errors.Join(fmt.Errorf("put a snapshot of the index into the object store: %w", err), h.dropIndexCopy(ctx, key))
	}
	h.log.Info("a snapshot of the search index was made", "snapshot", key, "records", held.Records, "bytes", info.Size, "seconds", time.Since(begun).Round(time.Millisecond).Seconds())
	return h.pruneIndexCopies(ctx, time.Now())
}

// erasedAfter is an error where a record was erased after a change: what was copied at that
// change may hold it.
func (h *house) erasedAfter(ctx context.Context, seq int64) error {
	const page = 1000
	for {
		changes, err := h.catalog.Changes(ctx, seq, page)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if c.Action == archive.ActionErased {
				return fmt.Errorf("%s was erased meanwhile: %w", c.Record, search.ErrNotNow)
			}
			seq = c.Seq
		}
		if len(changes) < page {
			return nil
		}
	}
}

// dropIndexCopy removes a copy, its description first: without it there is none.
func (h *house) dropIndexCopy(ctx context.Context, key string) error {
	for _, suffix := range []string{describedSuffix, packedSuffix} {
		if err := h.objects.Delete(ctx, key+suffix); err != nil {
			return fmt.Errorf("remove snapshot of the index: %w", err)
		}
	}
	return nil
}

// dropIndexCopies removes all copies of all indexes, since they may hold what was erased;
// servers make new ones.
func (h *house) dropIndexCopies(ctx context.Context) error {
	var keys []string
	for info, err := range h.objects.List(ctx, indexSnapshots) {
		if err != nil {
			return fmt.Errorf("look for snapshots of the index: %w", err)
		}
		keys = append(keys, info.Key)
	}
	for _, suffix := range []string{describedSuffix, ""} {
		for _, key := range keys {
			if !strings.HasSuffix(key, suffix) {
				continue
			}
			if err := h.objects.Delete(ctx, key); err != nil {
				return fmt.Errorf("remove snapshot of the index: %w", err)
			}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return h.catalog.KeepFact(ctx, factIndexSnapshot, noIndexSnapshot)
}

// erasure is when and by which entry of the log a record was last erased; zero if none was.
type erasure struct {
	seq int64
	at  time.Time
}

func (h *house) lastErasure(ctx context.Context) (last erasure, err error) {
	stones, err := h.archive.Erasures(ctx)
	for _, t := range stones {
		if t.Erased > last.seq {
			last = erasure{t.Erased, t.At}
		}
	}
	return last, err
}

// mayHold reports whether a copy may hold what was erased: the server that made it was
// killed before it looked whether anything had been erased meanwhile. A copy of this archive
// (own is what its key begins with) says at which change it was made; of others it is only
// known that bytes without a description have not been looked at.
func (e erasure) mayHold(key, own string, described bool, stored time.Time) bool {
	name, mine := strings.CutPrefix(key, own)
	if !mine {
		return !described && stored.Before(e.at)
	}
	_, name, _ = strings.Cut(name, "/") // after the schema
	change, _, _ := strings.Cut(name, "-")
	seq, err := strconv.ParseInt(change, 10, 64)
	if err != nil {
		return stored.Before(e.at)
	}
	return seq < e.seq
}

// pruneIndexCopies removes copies that nobody needs any more, and those that may hold what
// was erased.
func (h *house) pruneIndexCopies(ctx context.Context, now time.Time) error {
	place, err := h.indexPlace(ctx)
	if err != nil {
		return err
	}
	own := strings.TrimSuffix(place, search.Schema()+"/")
	erased, err := h.lastErasure(ctx)
	if err != nil {
		return err
	}
	described, stored := map[string]bool{}, map[string]time.Time{}
	for info, err := range h.objects.List(ctx, indexSnapshots) {
		if err != nil {
			return fmt.Errorf("look for snapshots of the index: %w", err)
		}
		key, isDescription := strings.CutSuffix(info.Key, describedSuffix)
		if !isDescription {
			key = strings.TrimSuffix(info.Key, packedSuffix)
		}
		described[key] = described[key] || isDescription
		if info.Modified.After(stored[key]) {
			stored[key] = info.Modified
		}
	}
	var kept []string
	for key, at := range stored {
		age := now.Sub(at)
		switch {
		case erased.mayHold(key, own, described[key], at):
			if err := h.dropIndexCopy(ctx, key); err != nil {
				return err
			}
		case strings.HasPrefix(key, place) && described[key]:
			kept = append(kept, key)
		case !described[key] && age > orphansFor, age > foreignFor:
			if err := h.dropIndexCopy(ctx, key); err != nil {
				return err
			}
		}
	}
	slices.Sort(kept)
	for _, key := range kept[:max(0, len(kept)-keptSnapshots)] {
		if err := h.dropIndexCopy(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
