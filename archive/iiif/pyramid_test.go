package iiif_test

import (
	"fmt"
	"image"
	"math/rand/v2"
	"testing"

	"hexi/archive/iiif"
)

func TestPyramidLevels(t *testing.T) {
	t.Parallel()
	tests := []struct {
		w, h, tile int
		want       string
	}{
		{1, 1, 512, "1×1"},
		{512, 512, 512, "512×512"},
		{513, 512, 512, "513×512 257×256"},
		{5711, 3779, 512, "5711×3779 2856×1890 1428×945 714×473 357×237"},
		{100_000, 300, 512, "100000×300 50000×150 25000×75 12500×38 6250×19 3125×10 1563×5 782×3 391×2"},
		{1, 5000, 512, "1×5000 1×2500 1×1250 1×625 1×313"},
		{3, 3, 1, "3×3 2×2 1×1"},
		{0, 10, 512, ""},
		{10, -1, 512, ""},
		{10, 10, 0, ""},
		{1 << 40, 10, 512, ""},
	}
	for _, tt := range tests {
		p := iiif.NewPyramid(tt.w, tt.h, tt.tile)
		got := ""
		for k := range p.Levels {
			w, h := p.Level(k)
			got += fmt.Sprintf(" %d×%d", w, h)
		}
		if len(got) > 0 {
			got = got[1:]
		}
		if got != tt.want {
			t.Errorf("%d × %d @%d: levels %s, want %s", tt.w, tt.h, tt.tile, got, tt.want)
		}
	}
	if p := iiif.NewPyramid(1<<31-1, 1<<31-1, 1); p.Levels != 32 {
		t.Errorf("the largest image has %d levels, want 32", p.Levels)
	}
}

// randomSize draws sides of very different magnitudes, so that slivers, squares
// and exact multiples of the tile all come up.
func randomSize(r *rand.Rand) (w, h, tile int) {
	tile = []int{1, 2, 3, 16, 256, 512, 512, 512}[r.IntN(8)]
	side := func() int {
		switch r.IntN(4) {
		case 0:
			return 1 + r.IntN(4)
		case 1:
			return tile*(1+r.IntN(9)) + r.IntN(3) - 1 + 1
		}
		return 1 + r.IntN(tile*40)
	}
	return side(), side(), tile
}

// TestTilesReassemble: the tiles of every level cover it exactly, without gap or
// overlap, on the level as in the full image; each is found by its request.
func TestTilesReassemble(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(20, 26))
	for range 300 {
		w, h, tile := randomSize(r)
		p := iiif.NewPyramid(w, h, tile)
		for k := range p.Levels {
			lw, lh := p.Level(k)
			if pw, ph := p.Level(k - 1); k > 0 && (lw != (pw+1)/2 || lh != (ph+1)/2) {
				t.Fatalf("%d × %d @%d: level %d is %d × %d, not half of %d × %d rounded up", w, h, tile, k, lw, lh, pw, ph)
			}
			cols, rows := p.Grid(k)
			if k == p.Levels-1 != (cols == 1 && rows == 1) {
				t.Fatalf("%d × %d @%d: level %d of %d has %d × %d tiles", w, h, tile, k, p.Levels, cols, rows)
			}
			checkCover(t, p, k, cols, rows)
			if _, _, _, ok := p.Tile(k, cols, 0); ok {
				t.Fatalf("level %d has a tile in column %d of %d", k, cols, cols)
			}
			if _, _, _, ok := p.Tile(k, 0, rows); ok {
				t.Fatalf("level %d has a tile in row %d of %d", k, rows, rows)
			}
		}
	}
}

// checkCover walks one row and one column of tiles: all others are made of the
// same spans.
func checkCover(t *testing.T, p iiif.Pyramid, k, cols, rows int) {
	t.Helper()
	lw, lh := p.Level(k)
	var edge image.Point
	sumW, sumH := 0, 0
	for col := range cols {
		region, w, h, ok := p.Tile(k, col, rows-1)
		if !ok || region.Min.X != edge.X || w < 1 || w > p.TileSize || h < 1 || h > p.TileSize {
			t.Fatalf("%+v level %d column %d: region %v after %d, %d × %d, %v", p, k, col, region, edge.X, w, h, ok)
		}
		if want := (region.Dx() + 1<<k - 1) >> k; w != want {
			t.Fatalf("%+v level %d column %d: %d wide, want %d for %v", p, k, col, w, want, region)
		}
		edge.X = region.Max.X
		sumW += w
	}
	for row := range rows {
		region, _, h, ok := p.Tile(k, cols-1, row)
		if !ok || region.Min.Y != edge.Y {
			t.Fatalf("%+v level %d row %d: region %v after %d, %v", p, k, row, region, edge.Y, ok)
		}
		edge.Y = region.Max.Y
		sumH += h
	}
	if edge != image.Pt(p.Width, p.Height) || sumW != lw || sumH != lh {
		t.Fatalf("%+v level %d: tiles end at %v and are %d × %d in sum, want %d × %d", p, k, edge, sumW, sumH, lw, lh)
	}
}

func TestPyramidOfBadNumbers(t *testing.T) {
	t.Parallel()
	plan, err := resolve(t, "full/max/0/default.jpg", spec, iiif.Offer{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []iiif.Pyramid{
		{},
		{Width: 300, Height: 200, Levels: 3},
		{Width: 300, Height: 200, TileSize: -1, Levels: 3},
		{Width: 300, Height: 200, TileSize: 1 << 62, Levels: 3},
		{Width: 300, Height: 200, TileSize: 512, Levels: -3},
		{Width: -300, Height: 200, TileSize: 512, Levels: 3},
	} {
		if tile, ok := plan.Tile(p); ok {
			t.Errorf("%+v has tile %+v", p, tile)
		}
		if cols, rows := p.Grid(0); cols != 0 || rows != 0 {
			t.Errorf("%+v has a grid of %d × %d", p, cols, rows)
		}
	}
	// More levels than any image has: no shift beyond the word.
	if tile, ok := plan.Tile(iiif.Pyramid{Width: 300, Height: 200, TileSize: 512, Levels: 1 << 30}); !ok || tile.Level != 0 {
		t.Errorf("got %+v, %v, want the tile of level 0", tile, ok)
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	p := iiif.NewPyramid(5711, 3779, 512)
	tests := []struct {
		area        int64
		level       int
		w, h, depth int
	}{
		{0, 0, 5711, 3779, 5},
		{1 << 40, 0, 5711, 3779, 5},
		{5711 * 3779, 0, 5711, 3779, 5},
		{5711*3779 - 1, 1, 2856, 1890, 4},
		{2_000_000, 2, 1428, 945, 3},
		{100_000, 4, 357, 237, 1},
		{50_000, 5, 179, 119, 1}, // smaller than every stored level
		{1, 13, 1, 1, 1},
	}
	for _, tt := range tests {
		got, level := p.Within(tt.area)
		if level != tt.level || got.Width != tt.w || got.Height != tt.h || got.Levels != tt.depth {
			t.Errorf("within %d: %+v from level %d; want %d × %d, %d levels, from %d", tt.area, got, level, tt.w, tt.h, tt.depth, tt.level)
		}
		for k := range got.Levels {
			gw, gh := got.Level(k)
			if w, h := p.Level(level + k); gw != w || gh != h {
				t.Errorf("within %d: level %d is %d × %d, stored is %d × %d", tt.area, k, gw, gh, w, h)
			}
		}
	}
}
