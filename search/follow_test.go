package search

import (
	"testing"

	"hexi/archive"
)

// A change that alters nothing of what is found is taken note of, and costs no writing.
func TestFollowingWhatAltersNothing(t *testing.T) {
	t.Parallel()
	source := &ledger{}
	for _, id := range []string{"a", "b", "c"} {
		source.put(titled(id, "马"+id))
	}
	ix := memory(t)
	if err := ix.bleve.SetInternal([]byte("seq"), nil); err != nil {
		t.Fatal(err)
	}
	follow := func() {
		t.Helper()
		if _, err := ix.Follow(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		if seq, err := ix.Seq(); err != nil || int(seq) != len(source.log) {
			t.Fatalf("it has come to %d of %d, %v", seq, len(source.log), err)
		}
	}
	deleted := func() (n uint64) {
		t.Helper()
		snapshot, err := ix.engine.Snapshot(ix.bleve)
		if err != nil {
			t.Fatal(err)
		}
		defer snapshot.Close() //nolint:errcheck // only looked at
		for _, s := range snapshot.Segments() {
			n += s.Deleted()
		}
		return n
	}
	follow()
	source.changed("a")
	source.changed("b")
	follow()
	if n := deleted(); n != 0 {
		t.Errorf("%d documents were written again", n)
	}
	source.put(entry(archive.Record{ID: "b", Kind: "relic", Titles: archive.Text{"zh": "牛"}}))
	follow()
	if n := deleted(); n != 1 {
		t.Errorf("of one that changed %d documents were written again", n)
	}
	if got := ids(t, ix, Query{Text: "牛"}); len(got) != 1 || got[0] != "b" {
		t.Errorf("found %v", got)
	}
}
