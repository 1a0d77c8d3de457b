package catalog

import (
	"strings"
	"testing"

	"hexi/archive"
)

// A record that waits for its image is published with it, in one transaction.
func TestPublishWhenReady(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := newArchive(c)
		receive := func(record, name, hash string) string {
			t.Helper()
			r := archive.Receipt{
				Asset: archive.AssetID(record, hash), Record: record, Kind: archive.AssetImage, Filename: name, Key: "k", Size: 3,
				SHA512: strings.Repeat(hash, 128), Batch: "b",
			}
			if _, err := a.Receive(t.Context(), "li", r); err != nil {
				t.Fatal(err)
			}
			return r.Asset
		}
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		derive := func(asset string) {
			t.Helper()
			do(a.Identified(t.Context(), asset, "image/jpeg", archive.Image{Width: 1, Height: 1}))
			do(a.Derived(t.Context(), asset, archive.Access{Version: "v", Levels: 1, TileSize: 512}))
		}
		more := func(id string) {
			t.Helper()
			r := record(id)
			r.Titles = archive.Text{"zh": "草稿"}
			save(t, a, archive.Draft{Record: r})
		}
		for _, test := range []struct {
			id   string
			do   func(id string)
			want int // the published revision
		}{
			{"first", func(id string) {
				asset, other := receive(id, "a.jpg", "1"), receive(id, "b.jpg", "2")
				do(a.PublishWhenReady(t.Context(), "wang", asset))
				do(a.PublishWhenReady(t.Context(), "wang", other))
				derive(other)
			}, 1},
			{"ready-before", func(id string) {
				asset := receive(id, "a.jpg", "1")
				derive(asset)
				do(a.PublishWhenReady(t.Context(), "wang", asset))
			}, 1},
			{"unasked", func(id string) { derive(receive(id, "a.jpg", "1")) }, 0},
			{"not-ready", func(id string) { do(a.PublishWhenReady(t.Context(), "wang", receive(id, "a.jpg", "1"))) }, 0},
			{"refused", func(id string) {
				asset := receive(id, "a.jpg", "1")
				do(a.PublishWhenReady(t.Context(), "wang", asset))
				do(a.Refuse(t.Context(), asset, archive.Failure{Code: "truncated"}))
			}, 0},
			{"described-since", func(id string) {
				asset := receive(id, "a.jpg", "1")
				do(a.PublishWhenReady(t.Context(), "wang", asset))
				more(id)
				derive(asset)
			}, 1},
			{"published-since", func(id string) {
				asset := receive(id, "a.jpg", "1")
				do(a.PublishWhenReady(t.Context(), "wang", asset))
				more(id)
				do(a.Publish(t.Context(), "wang", id))
				derive(asset)
			}, 2},
			{"withdrawn-since", func(id string) {
				asset := receive(id, "a.jpg", "1")
				do(a.PublishWhenReady(t.Context(), "wang", asset))
				do(a.Withdraw(t.Context(), "wang", id))
				derive(asset)
			}, 0},
			{"superseded", func(id string) {
				do(a.PublishWhenReady(t.Context(), "wang", receive(id, "a.jpg", "1")))
				derive(receive(id, "a.jpg", "2"))
			}, 1},
		} {
			save(t, a, archive.Draft{Record: record(test.id)})
			test.do(test.id)
			// Another process sees it as this one does.
			e, err := newArchive(open(t, address)).Record(t.Context(), test.id)
			if err != nil || e.Published != test.want {
				t.Errorf("%s: %+v, %v; published is to be %d", test.id, e, err, test.want)
			}
		}
		changes, err := a.Changes(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var log []string
		for _, change := range changes {
			if change.Record == "first" && (change.Action == archive.ActionPublished || change.Action == archive.ActionAssetReady) {
				log = append(log, string(change.Action)+" by "+change.By)
			}
		}
		if got := strings.Join(log, ", "); got != "asset-ready by , published by wang" {
			t.Errorf("the log says %s", got)
		}
	})
}
