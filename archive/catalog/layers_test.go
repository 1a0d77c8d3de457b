package catalog

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// TestLayers: layers are set together, logged one by one, kept, and what is set
// already is no change.
func TestLayers(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		save(t, a, archive.Draft{Record: record("y")})
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return errors.Join(tx.PutAsset(ctx, image("a", "x", 0)), tx.PutAsset(ctx, image("b", "x", 0)), tx.PutAsset(ctx, image("z", "y", 0)))
		})
		set := func(layers archive.Layers, want int) {
			t.Helper()
			before, err := a.LastChange(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n, err := a.SetLayers(t.Context(), "li", "x", layers); n != want || err != nil {
				t.Errorf("%d changed, %v; want %d", n, err, want)
			}
			changes, err := a.Changes(t.Context(), before, 10)
			if err != nil || len(changes) != want {
				t.Fatalf("%d changes in the log, %v; want %d", len(changes), err, want)
			}
			for _, change := range changes {
				if change.Action != archive.ActionAssetLayer || change.By != "li" || change.Record != "x" || change.Asset == "" {
					t.Errorf("%+v", change)
				}
			}
		}
		first := archive.Layers{
			"a": {Kind: "红外", Label: archive.Text{"zh": "940 纳米"}, Order: 3, Region: "0,0,4,4", Tier: archive.TierEmbargoed, Until: "2030-01-01"},
			"b": {View: "1", Kind: "visible"},
		}
		set(first, 2)
		set(first, 0)
		want := &archive.Layer{
			View: "1", Kind: "infrared", Label: archive.Text{"zh": "940 纳米"}, Order: 3, Region: "0,0,4,4", Tier: archive.TierEmbargoed, Until: "2030-01-01",
		}
		again := open(t, address)
		asset, err := again.Asset(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, asset.Layer); diff != "" {
			t.Error(diff)
		}

		// Exchanged in one go, each takes the other's place.
		set(archive.Layers{"a": {Kind: "visible"}, "b": {Kind: "infrared"}}, 2)
		set(archive.Layers{"b": nil}, 1)
		set(archive.Layers{"b": nil}, 0)

		for name, test := range map[string]struct {
			record string
			layers archive.Layers
			says   string
		}{
			"the same twice":        {"x", archive.Layers{"b": {Kind: "visible"}}, "would both be the layer visible of view 1"},
			"an unknown kind":       {"x", archive.Layers{"b": {Kind: "infared"}}, "is not a known layer"},
			"another record's":      {"x", archive.Layers{"z": {Kind: "visible"}}, "among those of record x"},
			"no such asset":         {"x", archive.Layers{"none": nil}, "among those of record x"},
			"a record that is none": {"nothing", archive.Layers{"a": nil}, "not found"},
		} {
			n, err := a.SetLayers(t.Context(), "li", test.record, test.layers)
			if n != 0 || err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		set(archive.Layers{"b": {Kind: "visible", Label: archive.Text{"zh": "1943 年"}}}, 1)
	})
}

// TestLayerOfAReplacedMaster: a better scan of the same file is the same layer.
func TestLayerOfAReplacedMaster(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		receive := func(hash string) string {
			t.Helper()
			id := archive.AssetID("x", hash)
			r := archive.Receipt{Asset: id, Record: "x", Kind: archive.AssetImage, Filename: "ir.tif", Key: "k", Size: 3, SHA512: strings.Repeat(hash, 128), Batch: "b"}
			if _, err := a.Receive(t.Context(), "li", r); err != nil {
				t.Fatal(err)
			}
			return id
		}
		if _, err := a.SetLayers(t.Context(), "li", "x", archive.Layers{receive("1"): {Kind: "infrared"}}); err != nil {
			t.Fatal(err)
		}
		check := func(id string, want bool) {
			t.Helper()
			e, err := a.Record(t.Context(), "x")
			if err != nil || len(e.Assets) != 1 || e.Assets[0].ID != id || (e.Assets[0].Layer != nil) != want {
				t.Errorf("%+v, %v", e, err)
			}
		}
		second := receive("2")
		check(second, true)
		if _, err := a.SetLayers(t.Context(), "li", "x", archive.Layers{second: nil}); err != nil {
			t.Fatal(err)
		}
		check(receive("1"), false) // it comes back into the place as that is now
	})
}

// TestClosedLayers: the public finds a closed layer by no way that leads to assets.
func TestClosedLayers(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x"), Publish: true})
		route := record("route")
		route.Stops = []archive.Stop{{Record: "x", Asset: "b"}}
		save(t, a, archive.Draft{Record: route, Publish: true})
		look := archive.Look(0x9e3779b97f4a7c15)
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return errors.Join(tx.PutAsset(ctx, image("a", "x", look)), tx.PutAsset(ctx, image("b", "x", look)))
		})
		for _, test := range []struct {
			layer archive.Layer
			open  bool
		}{
			{archive.Layer{Kind: "infrared", Tier: archive.TierStaff}, false},
			{archive.Layer{Kind: "infrared", Tier: archive.TierEmbargoed, Until: "9999-01-01"}, false},
			{archive.Layer{Kind: "infrared", Tier: archive.TierEmbargoed, Until: "2001-01-01"}, true},
			{archive.Layer{Kind: "infrared"}, true},
		} {
			if _, err := a.SetLayers(t.Context(), "li", "x", archive.Layers{"a": {Kind: "visible"}, "b": &test.layer}); err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			e, err := a.PublicRecord(t.Context(), "x")
			if err != nil {
				t.Fatal(err)
			}
			seen["record"] = len(e.Assets) == 2
			several, err := a.PublicRecords(t.Context(), []string{"x"})
			if err != nil {
				t.Fatal(err)
			}
			seen["records"] = len(several[0].Assets) == 2
			page, _, err := a.List(t.Context(), archive.ListQuery{Published: true})
			if err != nil {
				t.Fatal(err)
			}
			seen["list"], seen["stop"] = len(page[1].Assets) == 2, page[0].Record.Stops[0].Asset == "b"
			similar, err := a.Similar(t.Context(), "a", true, 10)
			if err != nil {
				t.Fatal(err)
			}
			seen["similar"] = len(similar) == 1
			for way, got := range seen {
				if got != test.open {
					t.Errorf("%+v by way of %s: seen is %v", test.layer, way, got)
				}
			}
			if e, err := a.Record(t.Context(), "x"); err != nil || len(e.Assets) != 2 {
				t.Errorf("for those who work here: %+v, %v", e, err)
			}
		}
	})
}

// TestOldCatalogueGetsLayers: a catalogue of before the layers is migrated.
func TestOldCatalogueGetsLayers(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		update(t, c, func(ctx context.Context, tx archive.Tx) error { return tx.PutAsset(ctx, image("a", "x", 0)) })
		backTo(t, c, 4)
		again := open(t, address)
		if asset, err := again.Asset(t.Context(), "a"); err != nil || asset.Layer != nil {
			t.Errorf("%+v, %v", asset, err)
		}
		if n, err := newArchive(again).SetLayers(t.Context(), "li", "x", archive.Layers{"a": {Kind: "visible"}}); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}
