package harvest

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The sides of images, and of tiles, that are believed, in pixels.
const (
	maxSide     = 1 << 20
	minTile     = 64
	maxTileSide = 1 << 12
)

// imageInfo is what an info.json says of an image (Image API 3.0, section 5; 2.1,
// section 5).
type imageInfo struct {
	id            string
	version       int // of the Image API
	level0        bool
	width, height int
	maxWidth      int // 0 for no bound, as the two below
	maxHeight     int
	maxArea       int
	sizes         []size
	tiles         []tiling
}

type size struct{ width, height int }

// tiling is a grid of tiles at several scales.
type tiling struct {
	width, height int
	factors       []int
}

// readInfo reads an info.json; the version is the one that the document says, else the
// one that the manifest said.
func readInfo(address string, o object, said int) (*imageInfo, error) {
	i := &imageInfo{id: strings.TrimRight(o.id(), "/"), version: imageAPI(o), width: o.number("width"), height: o.number("height")}
	if i.version == 0 {
		i.version = said
	}
	if i.width < 1 || i.height < 1 || i.width > maxSide || i.height > maxSide {
		return nil, refuse(address, "image-info", "", "does not say how large its image is")
	}
	level := profile(o)
	i.level0 = strings.Contains(level, "level0") || strings.HasSuffix(level, "#level0")
	bounds := append([]object{o}, o.objects("profile")...) // 2.1 has them inside profile
	for _, b := range bounds {
		i.maxWidth = max(i.maxWidth, b.number("maxWidth"))
		i.maxHeight = max(i.maxHeight, b.number("maxHeight"))
		i.maxArea = max(i.maxArea, b.number("maxArea"))
	}
	for _, s := range o.objects("sizes") {
		if w, h := s.number("width"), s.number("height"); w > 0 && h > 0 && w <= i.width && h <= i.height {
			i.sizes = append(i.sizes, size{w, h})
		}
	}
	for _, t := range o.objects("tiles") {
		tile := tiling{width: t.number("width"), height: t.number("height")}
		if tile.height == 0 {
			tile.height = tile.width
		}
		for _, f := range t.list("scaleFactors") {
			if f, ok := f.(float64); ok && f >= 1 && f <= 1<<20 {
				tile.factors = append(tile.factors, int(f))
			}
		}
		if min(tile.width, tile.height) >= minTile && max(tile.width, tile.height) <= maxTileSide {
			i.tiles = append(i.tiles, tile)
		}
	}
	return i, nil
}

// largest is the largest size of the whole image that the server gives at once: its own,
// within the bounds that it names (3.0, section 5.3: maxHeight alone bounds nothing, and
// maxWidth alone bounds both sides).
func (i *imageInfo) largest() size {
	if i.level0 && len(i.sizes) > 0 {
		return slices.MaxFunc(i.sizes, func(a, b size) int { return a.width - b.width })
	}
	scale := 1.0
	if i.maxWidth > 0 {
		scale = min(scale, float64(i.maxWidth)/float64(i.width))
		bound := i.maxHeight
		if bound == 0 {
			bound = i.maxWidth
		}
		scale = min(scale, float64(bound)/float64(i.height))
	}
	if i.maxArea > 0 {
		scale = min(scale, math.Sqrt(float64(i.maxArea)/(float64(i.width)*float64(i.height))))
	}
	if scale >= 1 {
		return size{i.width, i.height}
	}
	return size{max(1, int(float64(i.width)*scale)), max(1, int(float64(i.height)*scale))}
}

// whole reports whether the server gives the image at once at its full size.
func (i *imageInfo) whole() bool { return i.largest() == size{i.width, i.height} }

// request is the address of the image at its largest size.
func (i *imageInfo) request(service string) string {
	quality := "default"
	if i.version == 1 {
		quality = "native"
	}
	s := i.largest()
	want := "max"
	switch {
	case i.level0 && len(i.sizes) > 0 && i.version == 3:
		want = fmt.Sprintf("%d,%d", s.width, s.height)
	case i.level0 && len(i.sizes) > 0 && !i.whole():
		want = fmt.Sprintf("%d,", s.width)
	case i.version < 3 && i.maxWidth == 0 && i.maxArea == 0:
		want = "full" // "max" came with 2.1, and 2.0 is still widespread
	}
	return service + "/full/" + want + "/0/" + quality + ".jpg"
}

// grid returns the tiles of the image at its full size, where the server names them.
func (i *imageInfo) grid() (tiling, bool) {
	for _, t := range i.tiles {
		if slices.Contains(t.factors, 1) {
			if i.maxWidth > 0 && (t.width > i.maxWidth || t.height > max(i.maxWidth, i.maxHeight)) {
				continue
			}
			return t, true
		}
	}
	return tiling{}, false
}

// tile is the address of the tile of a region at full size, in the canonical form of the
// version (3.0, section 4.7; 2.1, section 4.7), which servers of ready-made tiles know
// alone.
func (i *imageInfo) tile(service string, x, y, w, h int) string {
	region := fmt.Sprintf("%d,%d,%d,%d", x, y, w, h)
	if x == 0 && y == 0 && w == i.width && h == i.height {
		region = "full"
	}
	want := fmt.Sprintf("%d,", w)
	if i.version == 3 {
		want = fmt.Sprintf("%d,%d", w, h)
	}
	quality := "default"
	if i.version == 1 {
		quality = "native"
	}
	return service + "/" + region + "/" + want + "/0/" + quality + ".jpg"
}
