package ocfl_test

import (
	"errors"
	"slices"
	"testing"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/archive/ocfl/ocfltest"
)

// An erasure may stop anywhere: the object is there whole or not at all, and the
// erasure repeated leaves nothing.
func TestPurge(t *testing.T) {
	t.Parallel()
	r, store := newRoot(t)
	ctx := t.Context()
	mustWrite(t, r, simple("urn:x:stays", 0, "a", "1"))
	for after := int64(0); ; after++ {
		mustWrite(t, r, simple("urn:x:goes", 0, "a", "1", "b/c", "2"))
		mustWrite(t, r, simple("urn:x:goes", 1, "a", "3", "b/c", "2"))
		stopping := &ocfltest.Stopping{Store: store}
		stopping.Stop(1000)
		stopped, err := ocfl.Open(ctx, stopping, "ocfl")
		if err != nil {
			t.Fatal(err)
		}
		stopping.Stop(after)
		stopErr := stopped.Purge(ctx, "urn:x:goes")
		o, err := r.Object(ctx, "urn:x:goes")
		switch {
		case errors.Is(err, archive.ErrNotFound):
		case err != nil || stopErr == nil:
			t.Fatalf("after %d calls: %v, %v", after, stopErr, err)
		default:
			if got := readFile(t, o, "a") + readFile(t, o, "b/c"); got != "32" || o.Head != 2 {
				t.Errorf("after %d calls: version %d holds %q", after, o.Head, got)
			}
		}
		if err := r.Purge(ctx, "urn:x:goes"); err != nil {
			t.Fatal(err)
		}
		dir, err := r.Path(ctx, "urn:x:goes")
		if err != nil {
			t.Fatal(err)
		}
		for info, err := range store.List(ctx, dir) {
			t.Fatalf("after %d calls, %s is left, %v", after, info.Key, err)
		}
		if stopErr == nil {
			break
		}
	}
	mustWrite(t, r, simple("urn:x:goes", 0, "a", "new"))
	valid(t, r, "urn:x:goes")
	var ids []string
	for id, err := range r.IDs(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if want := []string{"urn:x:goes", "urn:x:stays"}; !slices.Equal(ids, want) {
		t.Errorf("ids = %v, want %v", ids, want)
	}
}
