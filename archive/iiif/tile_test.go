package iiif_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hexi/archive/iiif"
)

func TestTile(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(5711, 3779, 512)} // 5711×3779 2856×1890 1428×945 714×473 357×237
	tests := []struct {
		request string
		want    string // level/col/row WxH and whether it is exact; "" is none
	}{
		// The same tile, asked for in every form.
		{"0,0,512,512/512,512/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/512,/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/,512/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/max/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/pct:100/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/!512,512/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/!900,512/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/^512,512/0/default.jpg", "0/0/0 512x512 true"},
		{"0,0,512,512/512,512/360/color.jpg", "0/0/0 512x512 true"},
		{"512,1024,512,512/512,512/0/default.jpg", "0/1/2 512x512 true"},
		{"0,0,1024,1024/512,512/0/default.jpg", "1/0/0 512x512 true"},
		{"0,0,1024,1024/pct:50/0/default.jpg", "1/0/0 512x512 true"},

		// Edge tiles: cropped or not, 5711 = 11 × 512 + 79, 3779 = 7 × 512 + 195.
		{"5632,3584,79,195/79,195/0/default.jpg", "0/11/7 79x195 true"},
		{"5632,3584,512,512/79,195/0/default.jpg", "0/11/7 79x195 true"},
		{"5632,3584,512,512/max/0/default.jpg", "0/11/7 79x195 true"},
		// On level 1 they are ⌈79/2⌉ × ⌈195/2⌉; others round down.
		{"5120,3072,591,707/296,354/0/default.jpg", "1/5/3 296x354 true"},
		{"5120,3072,591,707/295,353/0/default.jpg", "1/5/3 296x354 false"},
		{"5120,3072,591,707/295,354/0/default.jpg", "1/5/3 296x354 false"},
		{"5120,3072,591,707/297,354/0/default.jpg", "1/5/3 296x354 false"},
		{"5120,3072,591,707/294,354/0/default.jpg", ""},
		{"5120,3072,591,707/296,/0/default.jpg", "1/5/3 296x354 true"}, // 354.1
		{"5120,3072,591,707/pct:50/0/default.jpg", "1/5/3 296x354 true"},

		// The last level is one tile, and is asked for as the whole image.
		{"full/357,237/0/default.jpg", "4/0/0 357x237 true"},
		{"full/357,/0/default.jpg", "4/0/0 357x237 true"},
		{"full/,237/0/default.jpg", "4/0/0 357x237 true"},
		{"full/357,236/0/default.jpg", "4/0/0 357x237 false"},
		{"full/356,236/0/default.jpg", "4/0/0 357x237 false"},
		{"0,0,5711,3779/357,237/0/default.jpg", "4/0/0 357x237 true"},
		{"0,0,8192,8192/357,237/0/default.jpg", "4/0/0 357x237 true"},
		{"full/pct:6.25/0/default.jpg", "4/0/0 357x237 true"},
		{"full/355,235/0/default.jpg", ""},
		{"full/714,473/0/default.jpg", ""}, // a level, but of two tiles
		{"full/max/0/default.jpg", ""},

		// Not aligned, or not a tile's size.
		{"1,0,512,512/512,512/0/default.jpg", ""},
		{"0,0,511,512/511,512/0/default.jpg", ""},
		{"0,0,513,512/513,512/0/default.jpg", ""},
		{"0,0,512,512/511,511/0/default.jpg", ""}, // nothing is rounded on level 0
		{"0,0,512,512/256,256/0/default.jpg", ""},
		{"512,0,1024,1024/512,512/0/default.jpg", ""},
		{"0,0,1536,1536/512,512/0/default.jpg", ""},
		{"square/512,512/0/default.jpg", ""},

		// What stored JPEG bytes cannot answer (the specification's order: size,
		// mirror, rotation, quality, format).
		{"0,0,512,512/512,512/!0/default.jpg", ""},
		{"0,0,512,512/512,512/90/default.jpg", ""},
		{"0,0,512,512/512,512/0.1/default.jpg", ""},
		{"0,0,512,512/512,512/0/gray.jpg", ""},
		{"0,0,512,512/512,512/0/default.png", ""},
	}
	for _, tt := range tests {
		plan, err := resolve(t, tt.request, img, iiif.Offer{})
		if err != nil {
			t.Errorf("%s: %v", tt.request, err)
			continue
		}
		got := ""
		if tile, ok := plan.Tile(img.Pyramid); ok {
			got = fmt.Sprintf("%d/%d/%d %dx%d %v", tile.Level, tile.Col, tile.Row, tile.Width, tile.Height, tile.Exact)
			if tile.Exact != (tile.Width == plan.Width && tile.Height == plan.Height) {
				t.Errorf("%s: exact is %v for %d × %d", tt.request, tile.Exact, plan.Width, plan.Height)
			}
		}
		if got != tt.want {
			t.Errorf("%s: tile %q, want %q", tt.request, got, tt.want)
		}
	}
}

func TestTileOfGrayImage(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(1000, 1000, 512), Gray: true}
	for quality, want := range map[string]bool{"default": true, "gray": true, "color": true, "bitonal": false} {
		plan, err := resolve(t, "0,0,512,512/512,512/0/"+quality+".jpg", img, iiif.Offer{Bitonal: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := plan.Tile(img.Pyramid); ok != want {
			t.Errorf("%s: a tile is %v, want %v", quality, ok, want)
		}
	}
}

func TestEnlargedIsNoTile(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(1025, 1025, 512)}
	offer := iiif.Offer{Limits: iiif.Limits{MaxWidth: 2000}, Upscaling: true}
	plan, err := resolve(t, "1024,1024,1,1/^2,2/0/default.jpg", img, offer)
	if err != nil {
		t.Fatal(err)
	}
	if tile, ok := plan.Tile(img.Pyramid); ok {
		t.Errorf("an enlarged pixel is tile %+v", tile)
	}
}

// TestEveryTileIsFound: in whichever form and rounding a client asks for a tile,
// the plan is that tile, and has exactly the size that was asked for.
func TestEveryTileIsFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1415))
	for range 400 {
		w, h, size := randomSize(r)
		img := iiif.Image{Pyramid: iiif.NewPyramid(w, h, size)}
		level := r.IntN(img.Levels)
		cols, rows := img.Grid(level)
		col, row := r.IntN(cols), r.IntN(rows)
		if r.IntN(2) == 0 {
			col, row = cols-1, rows-1
		}
		region, tw, th, ok := img.Tile(level, col, row)
		if !ok {
			t.Fatalf("no tile %d/%d/%d of %+v", level, col, row, img)
		}
		at := fmt.Sprintf("%d,%d,%d,%d/", region.Min.X, region.Min.Y, region.Dx(), region.Dy())
		forms := []string{fmt.Sprintf("%d,%d", tw, th)}
		if size >= 16 { // smaller tiles of several levels have the same sizes
			forms = append(forms, fmt.Sprintf("!%d,%d", tw, th), fmt.Sprintf("pct:%v", 100/float64(int(1)<<level)))
		}
		for _, form := range forms {
			plan, err := resolve(t, at+form+"/0/default.jpg", img, iiif.Offer{})
			if err != nil {
				t.Fatalf("%s%s of %+v: %v", at, form, img, err)
			}
			tile, ok := plan.Tile(img.Pyramid)
			if form[0] == '!' && !tile.Exact && min(tw, th) < 16 {
				continue // a sliver: its proportions are not the region's
			}
			if !ok || !tile.Exact || tile.Width != tw || tile.Height != th || plan.Width != tw || plan.Height != th {
				t.Fatalf("%s%s of %+v: %+v, %v for a plan of %d × %d, want tile %d/%d/%d of %d × %d",
					at, form, img, tile, ok, plan.Width, plan.Height, level, col, row, tw, th)
			}
			// Equal sizes on several levels happen for slivers only.
			if max(tw, th) > 1 && region.Dx() != region.Dy() && (tile.Level != level || tile.Col != col || tile.Row != row) && min(tw, th) > 1 {
				t.Fatalf("%s%s of %+v: tile %+v, want %d/%d/%d", at, form, img, tile, level, col, row)
			}
		}
		if down := fmt.Sprintf("%d,%d", max(1, region.Dx()>>level), max(1, region.Dy()>>level)); level > 0 {
			plan, err := resolve(t, at+down+"/0/default.jpg", img, iiif.Offer{})
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := plan.Tile(img.Pyramid); !ok || fmt.Sprintf("%d,%d", plan.Width, plan.Height) != down {
				t.Fatalf("%s%s of %+v, rounded down, is not found", at, down, img)
			}
		}
	}
}
