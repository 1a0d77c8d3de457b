package catalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// image is an asset that can be shown.
func image(id, record string, look archive.Look) archive.Asset {
	return archive.Asset{
		ID: id, Record: record, State: archive.AssetReady, Kind: archive.AssetImage, Master: archive.Master{SHA512: strings.Repeat("0", 100) + id},
		Image: &archive.Image{Width: 9, Height: 9}, Access: &archive.Access{Version: "v", Look: look, Palette: []string{"#112233"}},
	}
}

// TestLooksNear: whatever differs in three places at most is found, and nothing else.
func TestLooksNear(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		random := rand.New(rand.NewPCG(1, 2))
		look := archive.Look(0x9e3779b97f4a7c15)
		want := map[string]int{}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for i := range 300 {
				other, distance := look, i%7
				for _, place := range random.Perm(64)[:distance] {
					other ^= 1 << place
				}
				id := fmt.Sprintf("a%03d", i)
				if err := tx.PutAsset(ctx, image(id, "x", other)); err != nil {
					return err
				}
				if distance <= 3 {
					want[id] = distance
				}
			}
			hidden := image("hidden", "x", look)
			hidden.State = archive.AssetSuperseded
			if err := tx.PutAsset(ctx, hidden); err != nil {
				return err
			}
			return tx.PutAsset(ctx, image("flat", "x", 0))
		})
		near := func(l archive.Look) map[string]int {
			t.Helper()
			matches, err := c.LooksNear(t.Context(), l)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int{}
			for _, m := range matches {
				got[m.Asset] = m.Distance
			}
			if len(got) != len(matches) {
				t.Errorf("%d matches of %d assets", len(matches), len(got))
			}
			return got
		}
		if diff := cmp.Diff(want, near(look)); diff != "" {
			t.Error(diff)
		}
		if got := near(0); len(got) != 0 {
			t.Errorf("flat pictures are alike: %v", got)
		}
		// The whole is kept, and a master that is superseded is not found any more.
		asset, err := c.Asset(t.Context(), "a000")
		if err != nil || asset.Access.Look != look || !slices.Equal(asset.Access.Palette, []string{"#112233"}) {
			t.Fatalf("%+v, %v", asset, err)
		}
		asset.State = archive.AssetSuperseded
		update(t, c, func(ctx context.Context, tx archive.Tx) error { return tx.PutAsset(ctx, *asset) })
		delete(want, "a000")
		if diff := cmp.Diff(want, near(look)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestSimilar: copies and near copies, of records that the asker may see.
func TestSimilar(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		for _, id := range []string{"one", "two", "draft", "closed"} {
			r := record(id)
			if id == "closed" {
				r.Rights = &archive.Rights{Tier: archive.TierStaff}
			}
			save(t, a, archive.Draft{Record: r, Publish: id != "draft"})
		}
		const look = archive.Look(0x123456789abcdef0)
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			copied := image("copy", "two", 0) // a flat one, the same byte for byte
			copied.Master.SHA512 = image("flat", "one", 0).Master.SHA512
			for _, asset := range []archive.Asset{
				image("a", "one", look), image("b", "two", look^7), image("c", "two", look^1), image("d", "draft", look),
				image("e", "closed", look), image("f", "two", look^15), image("flat", "one", 0), image("flat2", "two", 0), copied,
			} {
				if err := tx.PutAsset(ctx, asset); err != nil {
					return err
				}
			}
			return nil
		})
		for _, test := range []struct {
			id     string
			public bool
			limit  int
			want   string
		}{
			{"a", true, 9, "c1 b3"},
			{"a", false, 9, "d0 e0 c1 b3"},
			{"a", false, 2, "d0 e0"},
			{"b", true, 9, "f1 c2 a3"},
			{"flat", true, 9, "copy0"},
			{"flat2", true, 9, ""},
		} {
			found, err := a.Similar(t.Context(), test.id, test.public, test.limit)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range found {
				got = append(got, fmt.Sprint(x.Asset.ID, x.Distance))
				if x.Entry.Record.ID != x.Asset.Record || x.Same != (x.Asset.ID == "copy") {
					t.Errorf("%s is of record %s, the same: %v", x.Asset.ID, x.Entry.Record.ID, x.Same)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("%s, public %v: %v, want %s", test.id, test.public, got, test.want)
			}
		}
	})
}

// TestOldCatalogueGetsLooks: a catalogue of before the looks is migrated.
func TestOldCatalogueGetsLooks(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		update(t, c, func(ctx context.Context, tx archive.Tx) error { return tx.PutAsset(ctx, image("a", "x", 0x1234567890)) })
		backTo(t, c, 2)
		again := open(t, address)
		asset, err := again.Asset(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		update(t, again, func(ctx context.Context, tx archive.Tx) error { return tx.PutAsset(ctx, *asset) })
		if matches, err := again.LooksNear(t.Context(), 0x1234567890); err != nil || len(matches) != 1 {
			t.Errorf("%v, %v", matches, err)
		}
	})
}

// BenchmarkLooksNear looks among a million images on SQLite.
func BenchmarkLooksNear(b *testing.B) {
	c := open(b, fresh(b, "sqlite"))
	update(b, c, func(ctx context.Context, tx archive.Tx) error {
		return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 1, At: time.Now()})
	})
	random := rand.New(rand.NewPCG(1, 2))
	const images, each = 1_000_000, 1000
	for from := 0; from < images; from += each {
		rows := make([]assetRow, each)
		for i := range rows {
			rows[i] = assetRow{ID: fmt.Sprintf("a%07d", from+i), Record: "x", State: "ready"}
			rows[i].setLook(archive.Look(random.Uint64()))
		}
		if _, err := c.write().insert(&rows).Exec(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	var slowest time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := c.LooksNear(b.Context(), archive.Look(random.Uint64())); err != nil {
			b.Fatal(err)
		}
		slowest = max(slowest, time.Since(start))
	}
	b.ReportMetric(float64(slowest.Microseconds()), "slowest-µs")
}
