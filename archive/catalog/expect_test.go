package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// TestExpect holds that what was read ahead is what would have been read when it is
// asked for, whatever the transaction did in between.
func TestExpect(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		for _, id := range []string{"x", "y", "gone"} {
			save(t, a, archive.Draft{Record: record(id), Publish: true})
		}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for i, state := range []archive.AssetState{archive.AssetReady, archive.AssetSuperseded, archive.AssetReady} {
				if err := tx.PutAsset(ctx, archive.Asset{ID: fmt.Sprint("a", i), Record: "x", State: state}); err != nil {
					return err
				}
			}
			return nil
		})
		if err := a.Erase(t.Context(), "root", "gone", "court order 7"); err != nil {
			t.Fatal(err)
		}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			ids := []string{"x", "y", "gone", "none", "x", "no id!", ""}
			want := map[string]*archive.Entry{}
			for _, id := range ids {
				want[id], _ = tx.Entry(ctx, id) // the errors are compared below
			}
			if err := tx.Expect(ctx, ids); err != nil {
				return err
			}
			for _, id := range ids {
				got, err := tx.Entry(ctx, id)
				if diff := cmp.Diff(want[id], got); diff != "" {
					t.Errorf("%q read ahead (-read at once +ahead):\n%s", id, diff)
				}
				wantErr := map[string]error{"x": nil, "y": nil, "gone": archive.ErrErased}
				if e, ok := wantErr[id]; !ok && !errors.Is(err, archive.ErrNotFound) || ok && !errors.Is(err, e) {
					t.Errorf("%q: %v", id, err)
				}
			}
			if n := len(want["x"].Assets); n != 2 {
				t.Errorf("x has %d assets that are not superseded", n)
			}

			// What is written after it was read ahead is seen.
			next := record("x")
			next.Titles["en"] = "Another"
			if err := tx.PutRevision(ctx, archive.Revision{Record: next, Number: 2, At: time.Now()}); err != nil {
				return err
			}
			if e, err := tx.Entry(ctx, "x"); err != nil || e.Revision != 2 || e.Record.Titles["en"] != "Another" || len(e.Assets) != 2 {
				t.Errorf("after a revision: %+v, %v", e, err)
			}
			if err := tx.PutRevision(ctx, archive.Revision{Record: record("none"), Number: 1, At: time.Now()}); err != nil {
				return err
			}
			if e, err := tx.Entry(ctx, "none"); err != nil || e.Revision != 1 {
				t.Errorf("one that was not there: %+v, %v", e, err)
			}
			if err := tx.Expect(ctx, ids); err != nil {
				return err
			}
			if err := tx.PutAsset(ctx, archive.Asset{ID: "b", Record: "y", State: archive.AssetReady}); err != nil {
				return err
			}
			if e, err := tx.Entry(ctx, "y"); err != nil || len(e.Assets) != 1 {
				t.Errorf("after an asset: %+v, %v", e, err)
			}
			if err := tx.Expect(ctx, ids); err != nil {
				return err
			}
			if err := tx.SetPublished(ctx, "y", 0, false, time.Now(), time.Now()); err != nil {
				return err
			}
			if e, err := tx.Entry(ctx, "y"); err != nil || e.Published != 0 {
				t.Errorf("after it was taken back: %+v, %v", e, err)
			}
			// What a caller does to an answer is nobody else's business.
			if err := tx.Expect(ctx, []string{"x"}); err != nil {
				return err
			}
			e, err := tx.Entry(ctx, "x")
			if err != nil {
				return err
			}
			e.Assets[0].ID, e.Record.Titles["en"] = "spoilt", "spoilt"
			if e, err = tx.Entry(ctx, "x"); err != nil || e.Assets[0].ID != "a0" || e.Record.Titles["en"] != "Another" {
				t.Errorf("a second time: %+v, %v", e, err)
			}
			return nil
		})
	})
}

// TestExpectMany goes beyond what one statement names.
func TestExpectMany(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		const n = 2*maxIn + 7
		drafts := make([]archive.Draft, n)
		ids := make([]string, n)
		of := make([]archive.Accession, 0, n+3)
		for i := range drafts {
			r := record(fmt.Sprintf("r%05d", i))
			ids[i] = r.ID
			if i%2 == 0 { // the others have no number
				number := fmt.Sprintf("甘博-%05d", i/4) // of two with one number the first counts
				r.Identifiers = []archive.Identifier{{Type: "accession", Value: number}}
				r.Rights = &archive.Rights{Holder: archive.Text{"zh": "甘肃省博物馆"}}
				of = append(of, archive.Accession{Number: number, Holder: "甘肃省博物馆"})
			}
			drafts[i] = archive.Draft{Record: r}
		}
		if _, err := a.SaveAll(t.Context(), "li", drafts); err != nil {
			t.Fatal(err)
		}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			if err := tx.Expect(ctx, ids); err != nil {
				return err
			}
			for _, id := range ids {
				if e, err := tx.Entry(ctx, id); err != nil || e.Record.ID != id {
					t.Fatalf("%s: %+v, %v", id, e, err)
				}
			}
			return nil
		})
		of = append(of, archive.Accession{Number: "甘博-00000"}, archive.Accession{Holder: "甘肃省博物馆"}, archive.Accession{Number: "甘博-99999\x00\xff", Holder: "甘肃省博物馆"})
		found, err := a.FindAll(t.Context(), of)
		if err != nil || len(found) != len(of) {
			t.Fatalf("%d of %d: %v", len(found), len(of), err)
		}
		for i, ids := range found {
			id := ""
			if len(ids) > 0 {
				id = ids[0]
			}
			want, err := c.FindByAccession(t.Context(), of[i].Number, of[i].Holder)
			if err != nil && !errors.Is(err, archive.ErrNotFound) {
				t.Fatal(err)
			}
			if id != want {
				t.Errorf("%v is %q, asked alone %q", of[i], id, want)
			}
		}
		two := func(ids []string, first, last string) bool { return slices.Equal(ids, []string{first, last}) }
		if !two(found[0], "r00000", "r00002") || !two(found[1], "r00000", "r00002") || !two(found[2], "r00004", "r00006") || len(found[len(found)-1]) != 0 {
			t.Errorf("found %v … %v", found[:3], found[len(found)-3:])
		}
	})
}
