package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"hexi/archive/raster"
)

// TestIIPImageReadsAccessCopy holds that another image server reads the access
// copy: the right size, the levels, and the right pixels also in edge tiles.
func TestIIPImageReadsAccessCopy(t *testing.T) {
	t.Parallel()
	for _, path := range []string{nginxBinary, iipBinary} {
		if _, err := os.Stat(path); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing", path)
		}
		t.Skipf("%s is missing; make test installs it (Debian packages nginx-light and iipimage-server)", path)
	}
	dir := t.TempDir()
	const width, height = 1300, 701
	writeAccessCopy(t, filepath.Join(dir, iipImage), width, height)

	server := &iip{name: "iip", processes: 1}
	t.Cleanup(func() {
		if err := server.stop(); err != nil {
			t.Error(err)
		}
	})
	if err := server.start(t.Context(), dir, dir); err != nil {
		t.Fatal(err)
	}
	nginx, address, err := startNginx(t.Context(), dir, dir, 1, []backend{server.backend})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := nginx.stop(); err != nil {
			t.Error(err)
		}
	})

	body, err := fetch(t.Context(), address, newRequest(address, server.target("info.json")))
	if err != nil {
		t.Fatal(err)
	}
	var info struct {
		Width, Height int
		Tiles         []struct {
			Width        int
			ScaleFactors []int
		}
	}
	if err := json.Unmarshal(body, &info); err != nil {
		t.Fatalf("info.json: %v: %s", err, body)
	}
	if info.Width != width || info.Height != height {
		t.Errorf("IIPImage sees %d × %d px, want %d × %d", info.Width, info.Height, width, height)
	}
	if len(info.Tiles) != 1 || info.Tiles[0].Width != tileSize || len(info.Tiles[0].ScaleFactors) != 3 {
		t.Errorf("IIPImage sees the tiles %+v, want one kind of %d px with 3 factors", info.Tiles, tileSize)
	}
	for _, tile := range tilesOf(width, height) {
		if tile.w != tile.width { // smaller levels are rounded otherwise by IIPImage
			continue
		}
		t.Run(fmt.Sprintf("%d,%d", tile.x, tile.y), func(t *testing.T) {
			body, err := fetch(t.Context(), address, newRequest(address, server.target(tile.path())))
			if err != nil {
				t.Fatal(err)
			}
			if err := tile.holds(body); err != nil {
				t.Fatal(err)
			}
			got, err := jpeg.Decode(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for _, at := range []image.Point{{4, 4}, {tile.w - 5, 4}, {4, tile.h - 5}, {tile.w - 5, tile.h - 5}, {tile.w / 2, tile.h / 2}} {
				want := colourAt(tile.x+at.X, tile.y+at.Y, width, height)
				if have := color.RGBAModel.Convert(got.At(at.X, at.Y)).(color.RGBA); distance(have, want) > 12 {
					t.Errorf("pixel %v is %v, want about %v", at, have, want)
				}
			}
		})
	}
}

// colourAt is a smooth surface: each place has its own colour, and JPEG keeps it.
func colourAt(x, y, width, height int) color.RGBA {
	return color.RGBA{R: uint8(30 + 200*x/width), G: uint8(30 + 200*y/height), B: 90, A: 255}
}

func distance(a, b color.RGBA) int {
	abs := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return max(abs(a.R, b.R), abs(a.G, b.G), abs(a.B, b.B))
}

func writeAccessCopy(t *testing.T, path string, width, height int) {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetRGBA(x, y, colourAt(x, y, width, height))
		}
	}
	var master bytes.Buffer
	if err := jpeg.Encode(&master, picture, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	engine, r, size := raster.NewGo(), bytes.NewReader(master.Bytes()), int64(master.Len())
	info, err := engine.Identify(t.Context(), r, size)
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Derive(t.Context(), r, size, info, raster.Output{TIFF: out}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
