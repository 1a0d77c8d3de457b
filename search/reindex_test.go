package search

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive"
)

// crooked is a catalogue that leaves a record out of its lists for a while, or counts wrongly.
type crooked struct {
	*ledger
	left  int // lists out of which it is left
	out   string
	more  int
	pause chan struct{} // nil: none; lists wait for it
}

func (c *crooked) List(ctx context.Context, q archive.ListQuery) ([]*archive.Entry, error) {
	if c.pause != nil {
		select {
		case <-c.pause:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	list, err := c.ledger.List(ctx, q)
	if c.left > 0 {
		c.left--
		list = slices.DeleteFunc(list, func(e *archive.Entry) bool { return e.Record.ID == c.out })
	}
	return list, err
}

func (c *crooked) Count(ctx context.Context, q archive.ListQuery) (int, error) {
	n, err := c.ledger.Count(ctx, q)
	return n + c.more, err
}

// A new index that does not hold what the catalogue has published does not come into use,
// and it is said what differs.
func TestReindexRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		source crooked
		says   []string
	}{
		"a record is left out":     {crooked{left: 1, out: "b"}, []string{"holds 2 records", "published 3", "it is b"}},
		"the catalogue miscounts":  {crooked{more: 4}, []string{"holds 3 records", "published 7", "no record differs"}},
		"nothing is wrong with it": {crooked{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			source := horses("a", "b", "c")
			filled(t, dir, source)
			ix := opened(t, dir)
			defer func() { _ = ix.Close() }()
			before, err := currentPath(dir)
			if err != nil {
				t.Fatal(err)
			}
			test.source.ledger = source
			_, err = ix.Reindex(t.Context(), &test.source, nil)
			for _, part := range test.says {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("%v does not say %q", err, part)
				}
			}
			after, pathErr := currentPath(dir)
			if pathErr != nil || (after == before) != (test.says != nil) || (err == nil) != (test.says == nil) {
				t.Errorf("%s is in use after %s; %v %v", after, before, err, pathErr)
			}
			if got := ids(t, ix, Query{}); len(got) != 3 {
				t.Errorf("%v", got)
			}
			left, err := filepath.Glob(filepath.Join(dir, "index-*"))
			if err != nil || len(left) != 1 {
				t.Errorf("%v are left, %v", left, err)
			}
		})
	}
}

// Who asks for a new index hears how far it is.
func TestReindexTellsHowFarItIs(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	source := &ledger{}
	for i := range batchSize + 1 { // two pages
		source.put(titled(fmt.Sprintf("r-%04d", i), "马"))
	}
	filled(t, dir, source)
	ix := opened(t, dir)
	defer func() { _ = ix.Close() }()
	if err := Request(dir, "mine"); err != nil {
		t.Fatal(err)
	}
	slow := &crooked{ledger: source, pause: make(chan struct{})}
	served := make(chan error, 1)
	go func() { served <- ix.Serve(t.Context(), slow) }()
	slow.pause <- struct{}{} // the first page
	of := len(source.entries)
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if done, all, ok := Progress(dir, "mine"); ok && done == batchSize && all == of {
			break
		} else if time.Now().After(end) {
			t.Fatalf("%d of %d, %v", done, all, ok)
		}
	}
	if _, _, ok := Progress(dir, "another's"); ok {
		t.Error("who did not ask is told")
	}
	close(slow.pause)
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if outcome, done := Answer(dir, "mine"); !done || !strings.HasSuffix(outcome, " records") {
		t.Errorf("%q, %v", outcome, done)
	}
	if _, _, ok := Progress(dir, "mine"); ok {
		t.Error("how far it is is still told")
	}
}

// An index whose making is cut off is gone on with by the next process: what changed since
// is followed, and what was withdrawn or erased is not in it.
func TestReindexGoesOn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		since func(source *ledger)
		on    bool
	}{
		"nothing has changed": {func(*ledger) {}, true},
		"records have changed": {func(source *ledger) {
			delete(source.entries, "r-0003")
			source.changed("r-0003")
			source.put(titled("r-0005", "牛"))
			source.put(titled("z-new", "新"))
		}, true},
		"the log is another": {func(source *ledger) {
			source.log[len(source.log)-1].Hash = "another"
			delete(source.entries, "r-0003") // of which the log says nothing
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			var ids []string
			for i := range batchSize + 10 { // two pages
				ids = append(ids, fmt.Sprintf("r-%04d", i))
			}
			source := horses(ids...)
			ix := opened(t, dir)
			if why, err := ix.Prepare(t.Context(), source); err != nil || why == "" {
				t.Fatalf("%q, %v", why, err)
			}
			ctx, stop := context.WithCancel(t.Context())
			slow := &crooked{ledger: source, pause: make(chan struct{})}
			made := make(chan error, 1)
			go func() { made <- ix.Make(ctx, slow) }()
			slow.pause <- struct{}{} // the first page
			for end := time.Now().Add(time.Minute); ix.Indexing().Done < batchSize; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%+v", ix.Indexing())
				}
			}
			stop()
			if err := <-made; err == nil {
				t.Fatal("it was made all the same")
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
			test.since(source)

			var said strings.Builder
			ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary(), Archive: "this", Log: slog.New(slog.NewTextHandler(&said, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ix.Close() }()
			if why, err := ix.Prepare(t.Context(), source); err != nil || why == "" {
				t.Fatalf("%q, %v", why, err)
			}
			if err := ix.Make(t.Context(), source); err != nil {
				t.Fatal(err)
			}
			if on := strings.Contains(said.String(), "gone on with"); on != test.on {
				t.Errorf("it went on: %v, %s", on, said.String())
			}
			if got, err := ix.Compare(t.Context(), source, false); err != nil || len(got.Faults) > 0 || got.Documents != int64(len(source.entries)) {
				t.Errorf("%+v, %v", got, err)
			}
			left, err := filepath.Glob(filepath.Join(dir, "index-*"))
			if err != nil || len(left) != 1 {
				t.Errorf("%v are left, %v", left, err)
			}
			if v, err := ix.bleve.GetInternal([]byte(fillingKey)); err != nil || v != nil {
				t.Errorf("it says that it is in the making: %s, %v", v, err)
			}
		})
	}
}
