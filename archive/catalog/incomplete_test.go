package catalog

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// TestAcceptIncomplete: only what was refused because it ends early is accepted; the
// mark outlives revisions and further access copies.
func TestAcceptIncomplete(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		refused := func(hash, code string) string {
			t.Helper()
			id := archive.AssetID("x", hash)
			_, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: id, Record: "x", Filename: hash, Key: "k", Size: 3, SHA512: hash, Batch: "b1"})
			check(err)
			check(a.Identified(t.Context(), id, "image/png", archive.Image{Width: 10, Height: 20, Technical: []byte(`{"width":10,"notes":["an animation"]}`)}))
			check(a.Refuse(t.Context(), id, archive.Failure{Code: code, Why: "it is"}))
			return id
		}
		cut, broken := refused("1", "truncated"), refused("2", "broken")
		if err := a.AcceptIncomplete(t.Context(), "wang", broken, "b2"); !errors.As(err, new(*archive.InvalidError)) {
			t.Errorf("a broken one: %v", err)
		}
		if err := a.DerivedIncomplete(t.Context(), cut, archive.Access{Version: "v"}, 61, 100); err == nil {
			t.Error("nobody accepted it")
		}
		check(a.AcceptIncomplete(t.Context(), "wang", cut, "b2"))
		check(a.AcceptIncomplete(t.Context(), "zhao", cut, "b3")) // it is under way
		asset, err := a.Asset(t.Context(), cut)
		if err != nil || asset.State != archive.AssetIdentified || asset.Failure != nil || asset.Image.Incomplete.By != "wang" {
			t.Fatalf("%+v, %v", asset, err)
		}
		if jobs, err := a.Jobs(t.Context(), archive.JobQuery{Batch: "b2"}); err != nil || len(jobs) != 1 || jobs[0].Kind != archive.JobDerive {
			t.Errorf("%+v, %v", jobs, err)
		}
		for range 2 { // an access copy may be made again
			check(a.DerivedIncomplete(t.Context(), cut, archive.Access{Version: "v"}, 61, 100))
			save(t, a, archive.Draft{Record: archive.Record{ID: "x", Collection: "folk", Kind: archive.KindCave, Titles: archive.Text{"zh": "新"}}, Publish: true})
			e, err := a.PublicRecord(t.Context(), "x")
			check(err)
			i := slices.IndexFunc(e.Assets, func(a archive.Asset) bool { return a.ID == cut })
			var technical struct {
				Width int
				Notes []string
			}
			check(json.Unmarshal(e.Assets[i].Image.Technical, &technical))
			const note = "incomplete: 61 % of its rows could be read"
			if diff := cmp.Diff([]string{"an animation", note}, technical.Notes); diff != "" || technical.Width != 10 || e.Assets[i].Image.Incomplete.Note != note {
				t.Errorf("%s %+v", diff, e.Assets[i].Image)
			}
		}
		changes, err := a.Changes(t.Context(), 0, 100)
		if err != nil || !slices.ContainsFunc(changes, func(c archive.Change) bool {
			return c.Action == archive.ActionAssetAccepted && c.By == "wang" && c.Asset == cut
		}) {
			t.Errorf("%+v, %v", changes, err)
		}
		// Whole after all: its mark goes.
		check(a.Derived(t.Context(), cut, archive.Access{Version: "w"}))
		if asset, err := a.Asset(t.Context(), cut); err != nil || asset.Image.Incomplete != nil || string(asset.Image.Technical) != `{"notes":["an animation"],"width":10}` {
			t.Errorf("%+v, %v", asset.Image, err)
		}
	})
}
