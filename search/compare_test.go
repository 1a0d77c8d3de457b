package search

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// ledger is a catalogue of published records with its log, as a Source.
type ledger struct {
	entries map[string]*archive.Entry
	log     []archive.Change
}

func (l *ledger) put(e *archive.Entry) {
	if l.entries == nil {
		l.entries = map[string]*archive.Entry{}
	}
	l.entries[e.Record.ID] = e
	l.changed(e.Record.ID)
}

func (l *ledger) changed(id string) {
	l.log = append(l.log, archive.Change{Seq: int64(len(l.log) + 1), Record: id})
}

func (l *ledger) Changes(_ context.Context, since int64, limit int) ([]archive.Change, error) {
	rest := l.log[min(int(since), len(l.log)):]
	return rest[:min(limit, len(rest))], nil
}

func (l *ledger) LastChange(context.Context) (int64, error) { return int64(len(l.log)), nil }

func (l *ledger) Entries(_ context.Context, ids []string, _ bool) (out []*archive.Entry, _ error) {
	for _, id := range ids {
		if e := l.entries[id]; e != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

func (l *ledger) List(_ context.Context, q archive.ListQuery) (out []*archive.Entry, _ error) {
	for _, e := range l.entries {
		if e.Record.ID > q.After {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *archive.Entry) int { return strings.Compare(a.Record.ID, b.Record.ID) })
	return out[:min(q.Limit, len(out))], nil
}

func (l *ledger) Count(context.Context, archive.ListQuery) (int, error) { return len(l.entries), nil }

func titled(id, zh string) *archive.Entry {
	return entry(archive.Record{ID: id, Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": zh, "en": "A " + id, "ru": "Р " + id}})
}

func kindsOf(faults []Fault) []string {
	out := []string{}
	for _, f := range faults {
		out = append(out, f.Kind+" "+f.Record)
	}
	return out
}

func TestCompare(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	opts := Options{Vocabulary: vocabulary()}
	source := &ledger{}
	for _, id := range []string{"a", "b", "c", "d"} {
		source.put(titled(id, "马"+id))
	}
	ix, err := Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(repair bool, want ...string) {
		t.Helper()
		got, err := ix.Compare(t.Context(), source, repair)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(append([]string{}, want...), kindsOf(got.Faults)); diff != "" {
			t.Error(diff)
		}
	}
	compare(false) // it has followed
	// What happens behind the back of the log.
	delete(source.entries, "a")
	source.entries["b"] = titled("b", "牛")
	source.entries["e"] = titled("e", "羊")
	want := []string{"stale b", "missing e", "surplus a"}
	compare(false, want...)
	compare(false, want...)
	compare(true, want...)
	compare(false)
	if got := ids(t, ix, Query{}); len(got) != 4 {
		t.Errorf("%v", got)
	}
	source.log = source.log[:2]
	compare(false, "ahead ")
	source.changed("c")
	source.changed("c")

	// A command asks; the process that has the index open answers.
	if _, err := CompareClosed(t.Context(), dir, opts, source); !errors.Is(err, ErrInUse) {
		t.Errorf("in use: %v", err)
	}
	if _, err := AskToCompare(t.Context(), dir, "nobody-answers", false, 200*time.Millisecond); err == nil {
		t.Error("an answer from nobody")
	}
	source.entries["b"] = titled("b", "狗")
	asked := make(chan error, 1)
	go func() {
		got, err := AskToCompare(t.Context(), dir, "1", true, time.Minute)
		if err == nil && (len(got.Faults) != 1 || !got.Faults[0].Mended || got.Faults[0].Kind != FaultStale || got.Documents != 4) {
			err = errors.New("the answer is another")
		}
		asked <- err
	}()
	for served := false; !served; {
		if err := ix.Serve(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-asked:
			if err != nil {
				t.Error(err)
			}
			served = true
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}

	// Closed, it is behind what has happened since, which is no fault of its.
	source.put(titled("f", "鹿"))
	source.entries["c"] = titled("c", "鸟")
	got, err := CompareClosed(t.Context(), dir, opts, source)
	if err != nil || got.Behind != 1 || got.Note == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"stale c"}, kindsOf(got.Faults)); diff != "" {
		t.Error(diff)
	}
	if none, err := CompareClosed(t.Context(), filepath.Join(dir, "none"), opts, source); err != nil || len(none.Faults) != 0 || none.Note == "" {
		t.Errorf("none: %+v, %v", none, err)
	}
}

// Every bit of a segment is held to its checksum.
func TestVerifyFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	source := &ledger{}
	for _, id := range []string{"a", "b", "c", "d"} {
		source.put(titled(id, "马"+id))
	}
	ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(dir, "*", "store", "*.zap"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("%v, %v", segments, err)
	}
	if got, err := VerifyFiles(t.Context(), dir); err != nil || len(got) != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	whole, err := os.ReadFile(segments[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 1 + len(whole)/50 {
		bad := slices.Clone(whole)
		bad[at] ^= 1
		if err := os.WriteFile(segments[0], bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if why, err := verifySegment(segments[0]); err != nil || why == "" {
			t.Errorf("byte %d: %q, %v", at, why, err)
		}
	}
	if err := os.WriteFile(segments[0], whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := CompareClosed(t.Context(), dir, Options{Vocabulary: vocabulary()}, source)
	if err != nil || len(got.Faults) != 1 || got.Faults[0].Kind != FaultDamaged || !strings.HasSuffix(got.Faults[0].File, ".zap") {
		t.Errorf("%+v, %v", got, err)
	}
}
