package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

func TestAssets(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		receipt := func(name, hash string) archive.Receipt {
			return archive.Receipt{Asset: archive.AssetID("x", hash), Record: "x", Kind: archive.AssetImage, Filename: name, Key: "k", Size: 3, SHA512: strings.Repeat(hash, 128), Batch: "b1"}
		}
		receive := func(r archive.Receipt, want archive.Outcome) {
			t.Helper()
			if got, err := a.Receive(t.Context(), "li", r); got != want || err != nil {
				t.Errorf("receive %s: %s, %v; want %s", r.Filename, got, err, want)
			}
		}
		receive(receipt("壁画 1.tif", "1"), archive.Created)
		receive(receipt("b.tif", "2"), archive.Created)
		receive(receipt("壁画 1.tif", "1"), archive.Unchanged)
		receive(receipt("壁画 1.tif", "3"), archive.Updated)
		e, err := a.Record(t.Context(), "x")
		if err != nil || len(e.Assets) != 2 || e.Assets[0].Master.SHA512[0] != '3' || e.Assets[0].Position != 1 || e.Assets[1].Position != 2 {
			t.Fatalf("assets: %+v, %v", e, err)
		}
		id := e.Assets[0].ID
		if err := a.Identified(t.Context(), id, "image/tiff", archive.Image{Width: 10, Height: 20, Technical: []byte(`{"a":1}`)}); err != nil {
			t.Fatal(err)
		}
		access := archive.Access{Version: "v", Levels: 1, TileSize: 512, Bytes: 1 << 40, Colour: "#aabbcc", Thumbnails: []archive.Thumbnail{{Width: 1, Height: 2, Name: "t"}}}
		if err := a.Derived(t.Context(), id, access); err != nil {
			t.Fatal(err)
		}
		if err := a.Refuse(t.Context(), e.Assets[1].ID, archive.Failure{Code: "truncated", Why: "it ends early"}); err != nil {
			t.Fatal(err)
		}
		e, err = a.Record(t.Context(), "x")
		if err != nil || !e.Assets[0].Servable() || e.Assets[0].Image.Height != 20 || e.Assets[1].Failure.Code != "truncated" {
			t.Fatalf("assets: %+v, %v", e, err)
		}
		if diff := cmp.Diff(&access, e.Assets[0].Access); diff != "" {
			t.Error(diff)
		}
		counts, err := a.AssetCounts(t.Context(), "b1")
		if diff := cmp.Diff(map[archive.AssetState]int{archive.AssetReady: 1, archive.AssetRefused: 1, archive.AssetSuperseded: 1}, counts); diff != "" || err != nil {
			t.Errorf("%s, %v", diff, err)
		}
		jobs, err := a.Jobs(t.Context(), archive.JobQuery{Batch: "b1"})
		if err != nil || len(jobs) != 4 || jobs[0].Kind != archive.JobDerive || jobs[0].State != archive.JobWaiting || time.Since(jobs[0].Created).Abs() > time.Hour || jobs[0].Created.Location() != time.UTC {
			t.Errorf("jobs: %+v, %v", jobs, err)
		}
		if jobs, err := a.Jobs(t.Context(), archive.JobQuery{Record: "x", Before: jobs[1].ID, Limit: 1}); err != nil || len(jobs) != 1 || jobs[0].Asset != archive.AssetID("x", "2") {
			t.Errorf("jobs of the record, second page: %+v, %v", jobs, err)
		}
		if _, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: "y", Record: "nothing"}); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a file for no record: %v", err)
		}
		if old, err := c.Asset(t.Context(), archive.AssetID("x", "1")); err != nil || old.State != archive.AssetSuperseded {
			t.Errorf("the superseded asset: %+v, %v", old, err)
		}
	})
}

func TestAssetLists(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		save(t, a, archive.Draft{Record: record("y")})
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for i := range 25 {
				asset := archive.Asset{ID: fmt.Sprintf("a%02d", i), Record: []string{"x", "y"}[i%2], Batch: fmt.Sprint("b", i%3), State: archive.AssetReceived}
				if i%5 == 0 {
					asset.State = archive.AssetReady
				}
				if err := tx.PutAsset(ctx, asset); err != nil {
					return err
				}
			}
			return nil
		})
		for _, test := range []struct {
			q    archive.AssetQuery
			want int
		}{
			{archive.AssetQuery{}, 25},
			{archive.AssetQuery{Limit: 7}, 7},
			{archive.AssetQuery{After: "a20"}, 4},
			{archive.AssetQuery{Record: "x"}, 13},
			{archive.AssetQuery{Batch: "b0", State: archive.AssetReady}, 2},
			{archive.AssetQuery{Batch: "b0", Record: "y", State: archive.AssetReady}, 1},
			{archive.AssetQuery{State: archive.AssetReady, After: "a00"}, 4},
			{archive.AssetQuery{Record: "z"}, 0},
			{archive.AssetQuery{Batch: "\x00"}, 0},
		} {
			got, err := c.Assets(t.Context(), test.q)
			if err != nil || len(got) != test.want {
				t.Errorf("%+v: %d, %v; want %d", test.q, len(got), err, test.want)
			}
			for i := 1; i < len(got); i++ {
				if got[i].ID <= got[i-1].ID {
					t.Errorf("%+v: %s after %s", test.q, got[i].ID, got[i-1].ID)
				}
			}
		}
		counts, err := c.AssetCounts(t.Context(), "")
		if err != nil || counts[archive.AssetReady] != 5 || counts[archive.AssetReceived] != 20 {
			t.Errorf("counts: %v, %v", counts, err)
		}
	})
}
