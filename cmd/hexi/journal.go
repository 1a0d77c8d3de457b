package main

import (
	"bytes"
	"context"
	"io"
	"iter"
	"time"

	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/snapshot"
)

// The settings of --journal that are no directories, and where the journal lies in an
// object store.
const (
	journalInStore = "store:"
	journalOff     = "off"
	journalPrefix  = "journal/"
)

// keptJournal is a journal, in a directory or in the object store.
type keptJournal interface {
	snapshot.Segments
	AppendRow(dst []byte, values []any) ([]byte, error)
	ParseRow(line []byte, kinds []string) ([]any, error)
	Append(ctx context.Context, line snapshot.Line, entries []snapshot.Entry) error
	Prune(ctx context.Context, before time.Time) (int, error)
	Close() error
}

// openJournal returns the journal that the settings name, nil for none.
func openJournal(s settings, store objects.Store) keptJournal {
	switch s.Journal {
	case journalOff:
		return nil
	case journalInStore:
		return snapshot.NewStoreJournal(journalStore{store}, journalPrefix, time.Now)
	}
	return snapshot.OpenDirJournal(s.Journal, time.Now)
}

// journalOf gives the catalogue the journal in the form it asks for.
func journalOf(j keptJournal) catalog.Journal {
	if j == nil {
		return nil // not a journal of nothing
	}
	return journalAdapter{j}
}

type journalAdapter struct{ keptJournal }

// Append implements catalog.Journal.
func (a journalAdapter) Append(ctx context.Context, line, after string, entries []catalog.JournalEntry) error {
	out := make([]snapshot.Entry, len(entries))
	for i, e := range entries {
		out[i] = snapshot.Entry{Number: e.Number, Schema: e.Schema, Body: e.Body}
	}
	return a.keptJournal.Append(ctx, snapshot.Line{ID: line, After: after}, out)
}

// entriesAfter reads the journal from where a snapshot ends, as far and along the line
// that the flags say.
func entriesAfter(ctx context.Context, j keptJournal, of catalog.State, f snapshotFlags) iter.Seq2[catalog.JournalEntry, error] {
	return func(yield func(catalog.JournalEntry, error) bool) {
		span := snapshot.Span{Line: of.Catalogue, After: of.Journal, UpTo: f.upTo, Branch: f.line}
		for e, err := range snapshot.Read(ctx, j, span) {
			if !yield(catalog.JournalEntry{Line: e.Line, Number: e.Number, Schema: e.Schema, Body: e.Body}, err) {
				return
			}
		}
	}
}

// journalStore gives a journal the object store in the form it asks for.
type journalStore struct{ store objects.Store }

func (s journalStore) Put(ctx context.Context, key string, data []byte) error {
	_, err := s.store.Put(ctx, key, bytes.NewReader(data), objects.PutOptions{Size: int64(len(data)), ContentType: "application/jsonl"})
	return err
}

func (s journalStore) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	body, _, err := s.store.Get(ctx, key)
	return body, err
}

func (s journalStore) Keys(ctx context.Context, prefix string) iter.Seq2[snapshot.Object, error] {
	return func(yield func(snapshot.Object, error) bool) {
		for info, err := range s.store.List(ctx, prefix) {
			if !yield(snapshot.Object{Key: info.Key, Modified: info.Modified}, err) {
				return
			}
		}
	}
}

func (s journalStore) Delete(ctx context.Context, key string) error { return s.store.Delete(ctx, key) }
