package catalog

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// TestDossiers holds that what is read of many records at once is what is read of each.
func TestDossiers(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := logged(t, c) // x: public, two revisions, three assets
		long := record("long")
		for i := range maxWhole + 1 {
			long.Titles["en"] = fmt.Sprint("title ", i)
			save(t, a, archive.Draft{Record: long, Message: fmt.Sprint("edit ", i)})
		}
		for _, id := range []string{"draft", "gone"} {
			save(t, a, archive.Draft{Record: record(id)})
		}
		if err := a.Erase(t.Context(), "root", "gone", "court order 7"); err != nil {
			t.Fatal(err)
		}
		save(t, a, archive.Draft{Record: record("withdrawn"), Publish: true})
		if err := a.Withdraw(t.Context(), "li", "withdrawn"); err != nil {
			t.Fatal(err)
		}
		got, err := a.Dossiers(t.Context(), []string{"x", "draft", "long", "gone", "none", "withdrawn", "x"})
		if err != nil || len(got) != 2 {
			t.Fatalf("%d dossiers: %v", len(got), err)
		}
		for id, d := range got {
			want, err := a.Dossier(t.Context(), id, archive.DossierQuery{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, d); diff != "" {
				t.Errorf("%s (-alone +among others):\n%s", id, diff)
			}
		}
		if x := got["x"]; x == nil || len(x.Revisions) != 2 || len(x.Entry.Assets) != 3 || x.Seq != x.Changes[len(x.Changes)-1].Seq {
			t.Errorf("x: %+v", x)
		}
		if none, err := a.Dossiers(t.Context(), nil); err != nil || len(none) != 0 {
			t.Errorf("of none: %v, %v", none, err)
		}
	})
}
