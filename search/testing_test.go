package search

import (
	"context"
	"sync"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/vocab"
)

// vocabulary is the real one, loaded once.
var vocabulary = sync.OnceValue(func() *vocab.Vocabulary {
	v, err := vocab.Load()
	if err != nil {
		panic(err)
	}
	return v
})

var today = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func memory(t testing.TB, entries ...*archive.Entry) *Index {
	t.Helper()
	ix, err := Open(context.Background(), "", Options{Vocabulary: vocabulary(), Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ix.Close() })
	if err := ix.apply(context.Background(), ix.bleve, entries, nil, 1); err != nil {
		t.Fatal(err)
	}
	return ix
}

func entry(r archive.Record) *archive.Entry {
	return &archive.Entry{Record: r, Revision: 1, Published: 1, Updated: today}
}

func ids(t testing.TB, ix *Index, q Query) []string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	result, err := ix.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, h := range result.Hits {
		out = append(out, h.ID)
	}
	return out
}
