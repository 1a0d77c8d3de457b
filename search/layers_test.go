package search

import (
	"testing"

	"hexi/archive"
)

// TestCardOfLayers: a record's card shows the base of its first view, and never a
// layer that is closed.
func TestCardOfLayers(t *testing.T) {
	t.Parallel()
	image := func(id string, layer *archive.Layer) archive.Asset {
		return archive.Asset{
			ID: id, Kind: archive.AssetImage, State: archive.AssetReady, Layer: layer,
			Image: &archive.Image{Width: 40, Height: 30}, Access: &archive.Access{Version: "v"},
		}
	}
	for _, test := range []struct {
		tier  archive.Tier
		until string
		want  string
	}{{"", "", "vis"}, {archive.TierStaff, "", "ir"}, {archive.TierEmbargoed, "2026-11-24", "vis"}, {archive.TierEmbargoed, "2026-11-25", "ir"}} {
		e := entry(archive.Record{ID: "m45", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "壁画"}})
		e.Assets = []archive.Asset{
			image("ir", &archive.Layer{View: "1", Kind: "infrared"}),
			image("vis", &archive.Layer{View: "1", Kind: "visible", Tier: test.tier, Until: test.until}),
		}
		ix := memory(t, e)
		result, err := ix.Search(t.Context(), Query{Text: "壁画", Limit: 10})
		if err != nil || len(result.Hits) != 1 || result.Hits[0].Asset != test.want {
			t.Errorf("%s until %q: %+v, %v", test.tier, test.until, result, err)
		}
		if len(e.Assets) != 2 {
			t.Error("indexing changed the entry")
		}
	}
}
