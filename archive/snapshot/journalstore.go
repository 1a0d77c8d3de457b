package snapshot

import (
	"context"
	"crypto/rand"
	"crypto/sha512"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"
)

// ObjectStore is what a StoreJournal needs of where objects are kept.
type ObjectStore interface {
	// Put stores an object that is not there yet; it is durable when Put returns.
	Put(ctx context.Context, key string, data []byte) error
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Keys yields the keys that begin with a prefix, and when each was written.
	Keys(ctx context.Context, prefix string) iter.Seq2[Object, error]
	Delete(ctx context.Context, key string) error
}

// Object is one of those that ObjectStore.Keys yields.
type Object struct {
	Key      string
	Modified time.Time
}

// StoreJournal keeps a journal in an object store, each write an object of its own:
// objects cannot be written on. It is safe for use by many goroutines and processes.
type StoreJournal struct {
	Codec

	store  ObjectStore
	prefix string
	now    func() time.Time
}

// NewStoreJournal returns the journal whose objects lie under a prefix.
func NewStoreJournal(store ObjectStore, prefix string, now func() time.Time) *StoreJournal {
	return &StoreJournal{store: store, prefix: prefix, now: now}
}

// Append writes entries, whose numbers rise, and returns when they are durable.
func (j *StoreJournal) Append(ctx context.Context, line Line, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	buf, err := appendHead(nil, line, entries[0].Number, j.now())
	if err != nil {
		return err
	}
	for _, e := range entries {
		buf = e.appendTo(buf)
	}
	sum := sha512.New()
	sum.Write(buf)
	if buf, err = appendFoot(buf, len(entries), sum); err != nil {
		return err
	}
	key := fmt.Sprintf("%s%s/%019d-%s%s", j.prefix, line.ID, entries[0].Number, strings.ToLower(rand.Text()[:10]), segmentSuffix)
	if err := j.store.Put(ctx, key, buf); err != nil {
		return fmt.Errorf("write journal %s: %w", key, err)
	}
	return nil
}

// Close does nothing: every object is closed.
func (*StoreJournal) Close() error { return nil }

// Segments implements Segments.
func (j *StoreJournal) Segments(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for o, err := range j.store.Keys(ctx, j.prefix) {
			if err != nil {
				yield("", fmt.Errorf("look for the journal: %w", err))
				return
			}
			if strings.HasSuffix(o.Key, segmentSuffix) && !yield(o.Key, nil) {
				return
			}
		}
	}
}

// Open implements Segments.
func (j *StoreJournal) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	return j.store.Open(ctx, name)
}

// Prune removes the objects that were written before a time, and returns how many.
func (j *StoreJournal) Prune(ctx context.Context, before time.Time) (n int, err error) {
	for o, err := range j.store.Keys(ctx, j.prefix) {
		if err != nil {
			return n, fmt.Errorf("look for the journal: %w", err)
		}
		if !strings.HasSuffix(o.Key, segmentSuffix) || !o.Modified.Before(before) {
			continue
		}
		if err := j.store.Delete(ctx, o.Key); err != nil {
			return n, fmt.Errorf("clear the journal: %w", err)
		}
		n++
	}
	return n, nil
}
