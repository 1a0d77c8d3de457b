package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"hexi/archive/raster"
)

func TestTilesOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		width, height, tiles, edges int
	}{
		{1, 1, 1, 1},
		{512, 512, 1, 0},
		{513, 512, 3, 2},
		{6000, 4000, 96 + 24 + 6 + 2 + 1, 19 + 9 + 4 + 2 + 1},
		{15360, 6400, 390 + 105 + 32 + 8 + 2 + 1, 30 + 15 + 11 + 5 + 2 + 1},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%dx%d", test.width, test.height), func(t *testing.T) {
			t.Parallel()
			tiles := tilesOf(test.width, test.height)
			edges, area := 0, 0
			places := map[[3]int]bool{}
			for _, tile := range tiles {
				places[[3]int{tile.level, tile.col, tile.row}] = true
				if tile.x != tile.col*tileSize<<tile.level || tile.y != tile.row*tileSize<<tile.level {
					t.Errorf("%s is not at level %d, column %d, row %d", tile.path(), tile.level, tile.col, tile.row)
				}
				if tile.edge() {
					edges++
				}
				if tile.w == tile.width && tile.h == tile.height && tile.w > 0 {
					area += tile.w * tile.h
				}
				if tile.x+tile.w > test.width || tile.y+tile.h > test.height {
					t.Errorf("%s passes the edge", tile.path())
				}
			}
			if len(tiles) != test.tiles || edges != test.edges {
				t.Errorf("got %d tiles, %d of them edges; want %d and %d", len(tiles), edges, test.tiles, test.edges)
			}
			if len(places) != len(tiles) {
				t.Errorf("%d tiles have %d places", len(tiles), len(places))
			}
			if area < test.width*test.height {
				t.Errorf("the first level covers %d px of %d", area, test.width*test.height)
			}
		})
	}
}

func TestWritePicture(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{1, 1}, {300, 64}, {640, 700}} {
		path := filepath.Join(t.TempDir(), "picture.tif")
		if err := writePicture(path, size[0], size[1]); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // only read
		st, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		info, err := raster.NewGo().Identify(t.Context(), f, st.Size())
		if err != nil || info.Width != size[0] || info.Height != size[1] || info.Format != "image/tiff" {
			t.Errorf("%v: got %+v and error %v", size, info, err)
		}
	}
	if err := writePicture(filepath.Join(t.TempDir(), "huge.tif"), 100_000, 100_000); err == nil {
		t.Error("100,000 × 100,000 px: got no error")
	}
}
