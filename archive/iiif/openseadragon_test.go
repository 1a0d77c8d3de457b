package iiif_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

// viewer computes what OpenSeadragon computes from an info.json: how many
// levels there are, how many tiles each has, and the address of each tile. It
// follows the behaviour of version 6 for services of version 3 with one kind of
// tile, floating point included.
type viewer struct {
	ID            string
	Width, Height float64
	Sizes         []struct{ Width, Height float64 }
	Tiles         []struct {
		Width        float64
		ScaleFactors []float64
	}

	maxLevel int
	listed   bool // the levels are those of sizes
	levels   []struct{ Width, Height float64 }
}

func openViewer(t *testing.T, info iiif.Info) *viewer {
	t.Helper()
	b, err := json.Marshal(info)
	if err != nil {
		t.Fatal(err)
	}
	v := &viewer{}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
	factors := v.Tiles[0].ScaleFactors
	v.maxLevel = int(math.Round(math.Log(slices.Max(factors)) * math.Log2E))

	sizes := slices.Clone(v.Sizes)
	slices.SortStableFunc(sizes, func(a, b struct{ Width, Height float64 }) int { return int(a.Width - b.Width) })
	if last := sizes[len(sizes)-1]; last.Width < v.Width && last.Height < v.Height {
		sizes = append(sizes, struct{ Width, Height float64 }{v.Width, v.Height})
	}
	if len(sizes) != v.maxLevel+1 {
		return v
	}
	if len(factors) == len(sizes) {
		for i, size := range sizes {
			factor := factors[len(sizes)-i-1]
			// JavaScript rounds halves up.
			if math.Floor(v.Width/size.Width+0.5) != factor || math.Floor(v.Height/size.Height+0.5) != factor {
				return v
			}
		}
	}
	v.levels, v.listed = sizes, true
	return v
}

func (v *viewer) scale(level int) float64 { return math.Pow(0.5, float64(v.maxLevel-level)) }

func (v *viewer) grid(level int) (cols, rows int) {
	tile := v.Tiles[0].Width
	if v.listed {
		return int(math.Ceil(v.levels[level].Width / tile)), int(math.Ceil(v.levels[level].Height / tile))
	}
	return int(math.Ceil(v.scale(level) * v.Width / tile)), int(math.Ceil(v.scale(level) * v.Height / tile))
}

func (v *viewer) url(level, x, y int) string {
	scale, tile := v.scale(level), v.Tiles[0].Width
	lw, lh := math.Ceil(v.Width*scale), math.Ceil(v.Height*scale)
	if v.listed {
		lw, lh = v.levels[level].Width, v.levels[level].Height
	}
	region, size := "full", fmt.Sprintf("%.0f,%.0f", lw, lh)
	if lw < tile && lh < tile {
		if lw == v.Width && lh == v.Height {
			size = "max"
		}
	} else {
		span := math.Round(tile / scale)
		rx, ry := float64(x)*span, float64(y)*span
		rw, rh := min(span, v.Width-rx), min(span, v.Height-ry)
		if x != 0 || y != 0 || rw != v.Width || rh != v.Height {
			region = fmt.Sprintf("%.0f,%.0f,%.0f,%.0f", rx, ry, rw, rh)
		}
		sw, sh := min(tile, lw-float64(x)*tile), min(tile, lh-float64(y)*tile)
		if size = fmt.Sprintf("%.0f,%.0f", sw, sh); sw == v.Width && sh == v.Height {
			size = "max"
		}
	}
	return v.ID + "/" + region + "/" + size + "/0/default.jpg"
}

// TestOpenSeadragon: every tile that OpenSeadragon asks for, from the info.json
// of images of any shape, is a stored tile of exactly the size it expects.
func TestOpenSeadragon(t *testing.T) {
	t.Parallel()
	sizes := [][2]int{
		{100_000, 300}, {300, 100_000}, {100_000, 1}, {1, 100_000}, {60_000, 3000}, {40_000, 25_000},
		{1, 1}, {511, 511}, {512, 512}, {513, 513}, {512, 100}, {100, 512}, {1024, 1024}, {1025, 1024}, {5711, 3779},
		{65_535, 65_535}, {65_536, 200}, {2_000_000, 17},
	}
	r := rand.New(rand.NewPCG(2, 7))
	for range 300 {
		w, h := 1+r.IntN(1<<(1+r.IntN(17))), 1+r.IntN(1<<(1+r.IntN(17)))
		sizes = append(sizes, [2]int{w, h})
	}
	listed := 0
	for _, size := range sizes {
		img := iiif.Image{Pyramid: iiif.NewPyramid(size[0], size[1], 512)}
		v := checkViewer(t, img, iiif.Offer{}, true)
		if v.listed {
			listed++
		}
	}
	// Both ways must have been walked, or the test shows less than it says.
	if listed == 0 || listed == len(sizes) {
		t.Errorf("%d of %d images took their levels from sizes", listed, len(sizes))
	}
}

// TestOpenSeadragonWithinLimits: with limits, every tile is answered.
func TestOpenSeadragonWithinLimits(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 5))
	for range 200 {
		img := iiif.Image{Pyramid: iiif.NewPyramid(1+r.IntN(6000), 1+r.IntN(6000), 512)}
		limits := iiif.Limits{MaxWidth: 32 + r.IntN(5000)}
		if r.IntN(2) == 0 {
			limits.MaxHeight = 32 + r.IntN(5000)
		}
		if r.IntN(2) == 0 {
			limits = iiif.Limits{MaxArea: 1000 + r.Int64N(10_000_000)}
		}
		v := checkViewer(t, img, iiif.Offer{Limits: limits}, false)
		for _, size := range append(v.Sizes, struct{ Width, Height float64 }{v.Tiles[0].Width, v.Tiles[0].Width}) {
			maxHeight := cmp.Or(limits.MaxHeight, limits.MaxWidth)
			if limits.MaxWidth > 0 && (int(size.Width) > limits.MaxWidth || int(size.Height) > maxHeight) ||
				limits.MaxArea > 0 && int64(size.Width*size.Height) > limits.MaxArea {
				t.Errorf("%+v with %+v advertises %v", img, limits, size)
			}
		}
	}
}

func checkViewer(t *testing.T, img iiif.Image, offer iiif.Offer, stored bool) *viewer {
	t.Helper()
	v := openViewer(t, iiif.NewInfo("id", img, offer, ""))
	if stored && v.maxLevel != img.Levels-1 {
		t.Fatalf("%+v: OpenSeadragon sees %d levels, want %d", img, v.maxLevel+1, img.Levels)
	}
	for level := range v.maxLevel + 1 {
		k := v.maxLevel - level // ours count from the full image
		cols, rows := v.grid(level)
		if gc, gr := img.Grid(k); stored && (gc != cols || gr != rows) {
			t.Fatalf("%+v level %d: OpenSeadragon sees %d × %d tiles, want %d × %d", img, k, cols, rows, gc, gr)
		}
		for _, col := range slices.Compact([]int{0, cols / 2, max(cols-2, 0), cols - 1}) {
			for _, row := range slices.Compact([]int{0, rows / 2, max(rows-2, 0), rows - 1}) {
				url := v.url(level, col, row)
				req, err := iiif.ParseRequest(url)
				if err != nil {
					t.Fatal(err)
				}
				plan, err := req.Resolve(img, offer)
				if err != nil {
					t.Fatalf("%+v with %+v: %s: %v", img, offer, url, err)
				}
				tile, ok := plan.Tile(img.Pyramid)
				if !stored {
					continue
				}
				if !ok || !tile.Exact {
					t.Fatalf("%+v: %s is %+v, %v; want an exact tile", img, url, tile, ok)
				}
				// A region of one pixel is the same tile on several levels.
				if plan.Region.Dx() > 1 && plan.Region.Dy() > 1 && min(plan.Width, plan.Height) > 1 &&
					(tile.Level != k || tile.Col != col || tile.Row != row) {
					t.Fatalf("%+v: %s is tile %+v, want %d/%d/%d", img, url, tile, k, col, row)
				}
			}
		}
	}
	return v
}

func TestInfo(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(6000, 4000, 512)}
	offer := iiif.Offer{
		Limits:    iiif.Limits{MaxWidth: 3000, MaxHeight: 2000, MaxArea: 4_000_000},
		Upscaling: true, Bitonal: true, Formats: []iiif.Format{iiif.WebP},
	}
	id := iiif.ServiceURI("https://example.org", "abcd/1234")
	b, err := json.Marshal(iiif.NewInfo(id, img, offer, "https://creativecommons.org/licenses/by/4.0/deed.zh"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"@context":"http://iiif.io/api/image/3/context.json",` +
		`"id":"https://example.org/iiif/3/abcd%2F1234",` +
		`"type":"ImageService3","protocol":"http://iiif.io/api/image","profile":"level2",` +
		`"width":6000,"height":4000,"maxWidth":3000,"maxHeight":2000,"maxArea":4000000,` +
		// 3000 × 2000 has more than 4,000,000 pixels.
		`"sizes":[{"width":375,"height":250},{"width":750,"height":500},{"width":1500,"height":1000}],` +
		`"tiles":[{"width":512,"scaleFactors":[1,2,4,8,16]}],` +
		`"rights":"http://creativecommons.org/licenses/by/4.0/",` +
		`"preferredFormats":["jpg"],"extraFormats":["webp"],` +
		`"extraQualities":["color","gray","bitonal"],` +
		`"extraFeatures":["canonicalLinkHeader","mirroring","profileLinkHeader","rotationArbitrary","sizeUpscaling"]}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestInfoOfPlainImages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		img      iiif.Image
		offer    iiif.Offer
		has, not []string
	}{
		{"no limits", iiif.Image{Pyramid: iiif.NewPyramid(1000, 600, 512)}, iiif.Offer{Upscaling: true},
			[]string{`"sizes":[{"width":500,"height":300},{"width":1000,"height":600}]`, `"scaleFactors":[1,2]`},
			[]string{"sizeUpscaling", "maxWidth", "maxHeight", "maxArea", "rights", "extraFormats", "bitonal"}},
		{"gray", iiif.Image{Pyramid: iiif.NewPyramid(10, 10, 512), Gray: true}, iiif.Offer{},
			[]string{`"extraQualities":["gray"]`, `"scaleFactors":[1]`, `"sizes":[{"width":10,"height":10}]`}, []string{`"color"`}},
		{"maxHeight alone", iiif.Image{Pyramid: iiif.NewPyramid(1000, 600, 512)}, iiif.Offer{Limits: iiif.Limits{MaxHeight: 600}},
			[]string{`"maxWidth":600`, `"sizes":[{"width":500,"height":300}]`}, []string{"maxHeight"}},
		{"larger than JPEG", iiif.Image{Pyramid: iiif.NewPyramid(100_000, 300, 512)}, iiif.Offer{},
			[]string{`"maxWidth":65535`, `{"width":391,"height":2},`, `{"width":50000,"height":150}]`, `[1,2,4,8,16,32,64,128,256]`},
			[]string{`{"width":100000`}},
		{"limit below the tile", iiif.Image{Pyramid: iiif.NewPyramid(1000, 600, 512)}, iiif.Offer{Limits: iiif.Limits{MaxWidth: 300}},
			[]string{`"sizes":[{"width":250,"height":150}]`, `"tiles":[{"width":256,"scaleFactors":[1,2,4]}]`}, nil},
		{"area below the tile", iiif.Image{Pyramid: iiif.NewPyramid(1000, 600, 512)}, iiif.Offer{Limits: iiif.Limits{MaxArea: 200_000}},
			[]string{`"sizes":[{"width":250,"height":150},{"width":500,"height":300}]`, `"tiles":[{"width":256,"scaleFactors":[1,2,4]}]`}, nil},
		{"no pyramid", iiif.Image{Pyramid: iiif.Pyramid{Width: 1000, Height: 600}}, iiif.Offer{},
			[]string{`"width":1000`}, []string{"sizes", "tiles"}},
	}
	for _, tt := range tests {
		b, err := json.Marshal(iiif.NewInfo("https://example.org/iiif/3/a", tt.img, tt.offer, "no statement"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range tt.has {
			if !strings.Contains(string(b), part) {
				t.Errorf("%s: lacks %s: %s", tt.name, part, b)
			}
		}
		for _, part := range tt.not {
			if strings.Contains(string(b), part) {
				t.Errorf("%s: has %s: %s", tt.name, part, b)
			}
		}
		// Whatever is advertised must be answered.
		info := iiif.NewInfo("a", tt.img, tt.offer, "")
		for _, q := range append(info.ExtraQualities, iiif.Default, iiif.Color) {
			for _, f := range append(info.ExtraFormats, iiif.JPG, iiif.PNG) {
				for _, size := range append(info.Sizes, iiif.InfoSize{Width: 1, Height: 1}) {
					request := fmt.Sprintf("full/%d,%d/!12.5/%s.%s", size.Width, size.Height, q, f)
					if _, err := resolve(t, request, tt.img, tt.offer); err != nil {
						t.Errorf("%s: %s: %v", tt.name, request, err)
					}
				}
			}
		}
	}
}
