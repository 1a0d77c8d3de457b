package search

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hexi/archive"
)

// An index is joined to one part while it is asked and written to, and holds the same; it
// can be closed meanwhile.
func TestCompact(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func() *Index {
		ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary(), Now: func() time.Time { return today }})
		if err != nil {
			t.Fatal(err)
		}
		return ix
	}
	ix := open()
	rec := func(n int) *archive.Entry {
		return entry(archive.Record{ID: fmt.Sprintf("r%04d", n), Kind: "relic", Collection: "dunhuang", Titles: archive.Text{"zh": fmt.Sprintf("彩陶罐之%d", n)}})
	}
	seq := int64(0)
	write := func(from, to int, gone ...string) {
		seq++
		var list []*archive.Entry
		for n := from; n < to; n++ {
			list = append(list, rec(n))
		}
		if err := ix.apply(t.Context(), ix.bleve, list, gone, seq); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 40 {
		write(10*n, 10*n+10)
	}
	if n, err := ix.parts(); err != nil || n < 2 {
		t.Fatalf("the index has %d parts before it is joined, %v", n, err)
	}
	ix.compact()
	for n := range 10 { // meanwhile
		write(400+n, 401+n, fmt.Sprintf("r%04d", n))
		if got := ids(t, ix, Query{Text: "彩陶罐", Limit: 1}); len(got) != 1 {
			t.Fatalf("found %v while parts are joined", got)
		}
	}
	ix.compaction.going.Wait()
	var gone []string
	for n := range 20 { // more parts than the engine joins at once by itself
		write(2000+n, 2001+n)
		gone = append(gone, rec(2000+n).Record.ID)
	}
	write(0, 0, gone...)
	ix.compact()
	ix.compact() // it is going on
	ix.compaction.going.Wait()
	if n, err := ix.parts(); err != nil || n != 1 {
		t.Errorf("the index has %d parts when it was joined, %v", n, err)
	}
	want := make([]string, 0, 400)
	for n := 10; n < 410; n++ {
		want = append(want, rec(n).Record.ID)
	}
	all := func() []string {
		var out []string
		q := Query{Text: "彩陶罐", Limit: 100}
		for {
			result, err := ix.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range result.Hits {
				out = append(out, h.ID)
			}
			if q.Cursor = result.Next; q.Cursor == "" {
				slices.Sort(out)
				return out
			}
		}
	}
	if got := all(); !slices.Equal(got, want) {
		t.Errorf("found %d records, want %d", len(got), len(want))
	}
	for n := range 40 {
		write(1000+10*n, 1010+10*n)
	}
	ix.compact()
	if err := ix.Close(); err != nil { // meanwhile
		t.Fatal(err)
	}
	ix = open()
	if n, err := ix.Count(); err != nil || n != 800 {
		t.Errorf("%d records after it was closed while parts were joined, %v", n, err)
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
}

// Where the disk has no room for the joined index beside the parts, they stay as they are.
func TestCompactWithoutRoom(t *testing.T) {
	t.Parallel()
	free := int64(0)
	ix, err := Open(t.Context(), t.TempDir(), Options{Vocabulary: vocabulary(), Free: func(string) (int64, error) { return free, nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ix.Close() }()
	for n := range 3 {
		e := entry(archive.Record{ID: fmt.Sprint(n), Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": "马"}})
		if err := ix.apply(t.Context(), ix.bleve, []*archive.Entry{e}, nil, int64(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ix.roomToJoin(); err == nil {
		t.Error("there is room on a full disk")
	}
	free = 1 << 40
	if err := ix.roomToJoin(); err != nil {
		t.Error(err)
	}
}

// An index that is closed at the moment at which its parts were joined is not read any more.
func TestCloseWhenJoined(t *testing.T) {
	t.Parallel()
	ix, err := Open(t.Context(), t.TempDir(), Options{Vocabulary: vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	ix.warm() // as whoever joined them does
}

// A new index is joined although the one before was still being joined when it took its
// place.
func TestCompactAfterSwap(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	ix := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = ix.Close() }()
	if _, err := ix.Reindex(t.Context(), source, nil); err != nil {
		t.Fatal(err)
	}
	ix.compaction.going.Wait()
	// As it is while the old one is being joined.
	ctx, cancel := context.WithCancel(t.Context())
	ix.compaction.mu.Lock()
	ix.compaction.cancel = cancel
	ix.compaction.mu.Unlock()
	ix.compaction.stop()
	if ix.compaction.ended(ctx) {
		t.Error("what was given up ended as if it were done")
	}
	began := make(chan struct{})
	ix.compaction.start(ix.bleve, func(_ time.Duration, err error) {
		if err != nil {
			t.Error(err)
		}
		close(began)
	})
	select {
	case <-began:
	case <-time.After(time.Minute):
		t.Fatal("the new one was not joined")
	}
}
