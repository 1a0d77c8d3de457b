package raster

import (
	"image"
	"math"
	"testing"

	"hexi/archive/pyramid"
)

// What CostPerPixel says holds for every picture that has the shape of its region.
func TestCostPerPixel(t *testing.T) {
	t.Parallel()
	g, err := pyramid.NewGeometry(24001, 15999, pyramid.DefaultTileSize)
	if err != nil {
		t.Fatal(err)
	}
	e := NewGo()
	for width := 1000; width <= g.Width; width += 97 {
		height := int(math.Round(float64(width) * float64(g.Height) / float64(g.Width)))
		for _, angle := range []float64{0, 90, 45} {
			q := Request{Region: image.Rect(0, 0, g.Width, g.Height), Width: width, Height: height, Rotation: angle, Quality: "color", Format: "jpg"}
			if per := float64(e.Cost(g, q)) / float64(width*height); per > CostPerPixel*1.01 {
				t.Fatalf("%d×%d turned by %v costs %.1f bytes a pixel", width, height, angle, per)
			}
		}
	}
}
