package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hexi/archive/objects"
	"hexi/search"
)

// heard is a log that is read while it is written.
type heard struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.b.Write(p)
}

// since returns what was said, and forgets it.
func (h *heard) since() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	defer h.b.Reset()
	return h.b.String()
}

// A server puts copies of its index into the object store, and one that has no index
// begins with the latest that fits: of the same archive, the same schema, and a state of
// the log that the catalogue has. What is wrong with a copy is said, and the index made of
// the catalogue. Nothing that was erased is left in a copy.
func TestIndexSnapshots(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		ingest := func(lines string) {
			t.Helper()
			sheet := fileOf(t, dir, "sheet.jsonl", []byte(lines))
			if got := hexi(t, append([]string{"ingest", sheet, "--collection", "dunhuang", "--publish"}, flags...)...); got.status != exitDone {
				t.Fatalf("%+v", got)
			}
		}
		ingest(`{"id":"s-1","kind":"mural","titles":{"zh":"甲"}}` + "\n" + `{"id":"s-2","kind":"mural","titles":{"zh":"乙"}}` + "\n")
		h := openedHouse(t, flags)
		said := &heard{}
		h.log = slog.New(slog.NewTextHandler(said, nil))
		ctx, worth := t.Context(), snapshotWorth{records: 1, changes: 1}
		// server is what a server does first, with an index directory of its own.
		server := func(name string) *openedIndex {
			t.Helper()
			h.settings.Index = filepath.Join(t.TempDir(), name)
			o, err := h.openUnmade(ctx)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = o.Close() })
			if o.index.Indexing().Nothing() {
				o.make(ctx)
			}
			if _, err := o.index.Follow(ctx, h.catalog); err != nil {
				t.Fatal(err)
			}
			o.ok.Store(true)
			if got, err := o.index.Compare(ctx, h.catalog, false); err != nil || len(got.Faults) > 0 {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
			return o
		}
		keys := func() []string {
			t.Helper()
			var out []string
			for info, err := range h.objects.List(ctx, indexSnapshots) {
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, info.Key)
			}
			return out
		}
		now := time.Now()
		due := func(o *openedIndex, want bool) {
			t.Helper()
			now = now.Add(h.settings.indexSnapshots.every + time.Second)
			if got, err := o.snapshotIfDue(ctx, now, worth); err != nil || got != want {
				t.Fatalf("a copy was made: %v, %v, want %v", got, err, want)
			}
		}
		first := server("first")
		if s := said.since(); strings.Contains(s, "begins with") {
			t.Errorf("there was no copy yet: %s", s)
		}
		if made, err := first.snapshotIfDue(ctx, now, usualWorth()); err != nil || made {
			t.Errorf("of a small index: %v, %v", made, err)
		}
		due(first, true)
		due(first, false) // nothing has changed
		if made, err := first.snapshotIfDue(ctx, now.Add(time.Minute), worth); err != nil || made {
			t.Errorf("a minute later: %v, %v", made, err)
		}
		if got := keys(); len(got) != 2 {
			t.Fatalf("%v", got)
		}
		if d, _ := examine(t, flags...); !strings.Contains(d.of("index snapshots").Says, "1 snapshot, ") || !strings.Contains(d.of("index snapshots").Says, "the latest is") {
			t.Errorf("%+v", d.of("index snapshots"))
		}
		ingest(`{"id":"s-3","kind":"mural","titles":{"zh":"丙"}}` + "\n") // what came since is followed
		server("second")
		if s := said.since(); !strings.Contains(s, "begins with a snapshot") {
			t.Errorf("the second server made its index of the catalogue: %s", s)
		}

		// The latest that fits.
		if _, err := first.index.Follow(ctx, h.catalog); err != nil {
			t.Fatal(err)
		}
		due(first, true)
		latest, err := h.indexCopies(ctx)
		if err != nil || len(latest) != 2 {
			t.Fatalf("%v, %v", latest, err)
		}
		described := objectAt(t, h.objects, latest[0]+describedSuffix)
		packed := objectAt(t, h.objects, latest[0]+packedSuffix)
		put := func(key string, b []byte) {
			t.Helper()
			if _, err := h.objects.Put(ctx, key, bytes.NewReader(b), objects.PutOptions{Size: int64(len(b))}); err != nil {
				t.Fatal(err)
			}
		}
		alter := func(change func(*search.Snapshot)) []byte {
			t.Helper()
			var s search.Snapshot
			if err := json.Unmarshal(described, &s); err != nil {
				t.Fatal(err)
			}
			change(&s)
			b, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		flipped := slices.Clone(packed)
		flipped[len(flipped)/2] ^= 1
		for name, test := range map[string]struct {
			described, packed []byte
			says              string
		}{
			"another archive's": {alter(func(s *search.Snapshot) { s.Archive = "another" }), packed, "another archive"},
			"too new":           {alter(func(s *search.Snapshot) { s.Seq += 1000 }), packed, "earlier state"},
			"another schema's":  {alter(func(s *search.Snapshot) { s.Schema = "1" }), packed, "schema"},
			"tampered with":     {described, flipped, "does not fit"},
			"cut":               {described, packed[:len(packed)/3], "does not fit"},
			"not described":     {[]byte("{"), packed, "cannot be read"},
			"too large":         {alter(func(s *search.Snapshot) { s.Files[0].Size = 1 << 39 }), packed, "free in"},
		} {
			put(latest[0]+describedSuffix, test.described)
			put(latest[0]+packedSuffix, test.packed)
			server(strings.ReplaceAll(name, " ", "-"))
			s := said.since()
			if !strings.Contains(s, "is not used") || !strings.Contains(s, test.says) || !strings.Contains(s, "begins with a snapshot") {
				t.Errorf("%s: the one before should be used, and it should be said why: %s", name, s)
			}
		}
		put(latest[0]+describedSuffix, described)
		if err := h.objects.Delete(ctx, latest[0]+packedSuffix); err != nil {
			t.Fatal(err)
		}
		if err := h.dropIndexCopy(ctx, latest[1]); err != nil {
			t.Fatal(err)
		}
		server("none")
		if s := said.since(); !strings.Contains(s, "is not used") || strings.Contains(s, "begins with") {
			t.Errorf("a description without bytes: %s", s)
		}

		// No more are kept than are of use.
		put(indexSnapshots+"gone/1/000000000000001-x"+describedSuffix, []byte("{}"))
		put(indexSnapshots+"gone/1/000000000000001-x"+packedSuffix, nil)
		place, err := h.indexPlace(ctx)
		if err != nil {
			t.Fatal(err)
		}
		put(place+"000000000000001-cut"+packedSuffix, nil)
		for range 3 {
			if err := first.snapshot(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if got := keys(); len(got) != 2*keptSnapshots+3 {
			t.Errorf("%v", got)
		}
		if err := h.pruneIndexCopies(ctx, time.Now().Add(orphansFor+time.Hour)); err != nil || len(keys()) != 2*keptSnapshots+2 {
			t.Errorf("%v, %v", keys(), err)
		}
		if err := h.pruneIndexCopies(ctx, time.Now().Add(foreignFor+time.Hour)); err != nil || len(keys()) != 2*keptSnapshots {
			t.Errorf("%v, %v", keys(), err)
		}

		// What was erased is in none, neither in those that were there nor in one that is
		// made by a server that has not heard of it.
		if got := hexi(t, append([]string{"erase", "s-1", "--reason", "court order", "--yes"}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		if got := keys(); len(got) != 0 {
			t.Errorf("after an erasure: %v", got)
		}
		if err := first.snapshot(ctx); err == nil || !strings.Contains(err.Error(), "erased") || len(keys()) != 0 {
			t.Errorf("%v, %v", keys(), err)
		}
		// Nor in what a server has left that was killed before it looked: the next one that
		// starts removes it, also where it makes no copies itself.
		last, err := h.catalog.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		before, after := place+"000000000000001-x", fmt.Sprintf("%s%015d-x", place, last)
		foreign := indexSnapshots + "gone/1/000000000000009-x"
		time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) // some stores tell times in seconds
		for _, key := range []string{before + packedSuffix, before + describedSuffix, place + "000000000000002-y" + packedSuffix, after + packedSuffix, foreign + packedSuffix} {
			put(key, []byte("{}"))
		}
		every := h.settings.indexSnapshots.every
		h.settings.indexSnapshots.every = 0
		looking, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() { defer close(ended); first.keepSnapshots(looking) }()
		want := []string{after + packedSuffix, foreign + packedSuffix} // stored after the erasure
		slices.Sort(want)
		for wait := time.Now(); time.Since(wait) < 10*time.Second && !slices.Equal(keys(), want); {
			time.Sleep(20 * time.Millisecond)
		}
		stop()
		<-ended
		if got := keys(); !slices.Equal(got, want) {
			t.Errorf("what was left: %v, want %v", got, want)
		}
		h.settings.indexSnapshots.every = every
		past := erasure{last, time.Now().Add(time.Minute)}
		if !past.mayHold(foreign, place, false, time.Now()) || past.mayHold(foreign, place, true, time.Now()) {
			t.Error("of another archive what is not described is removed after an erasure, and nothing else")
		}
		for _, key := range keys() {
			if err := h.objects.Delete(ctx, key); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := first.index.Follow(ctx, h.catalog); err != nil {
			t.Fatal(err)
		}
		if err := first.index.Forget(ctx, h.catalog); err != nil {
			t.Fatal(err)
		}
		due(first, true)
		server("last")
		if s := said.since(); !strings.Contains(s, "begins with a snapshot") {
			t.Errorf("%s", s)
		}
	})
}

func objectAt(t *testing.T, store objects.Store, key string) []byte {
	t.Helper()
	body, _, err := store.Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close() //nolint:errcheck // read to its end
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
