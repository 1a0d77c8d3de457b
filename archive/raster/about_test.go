package raster

import (
	"slices"
	"testing"
)

func TestAbout(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		about, err := e.(interface{ About() (About, error) }).About()
		if err != nil {
			t.Fatal(err)
		}
		if about.Engine != e.Name() || !slices.Contains(about.Reads, "TIFF") || !slices.Equal(about.Writes, e.Formats()) {
			t.Errorf("%+v", about)
		}
		if e.Name() != NewGo().Name() && (len(about.Libraries) != 2 || !slices.Contains(about.Reads, "WebP")) {
			t.Errorf("%+v", about)
		}
	})
}
