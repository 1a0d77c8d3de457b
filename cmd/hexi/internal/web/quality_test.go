package web

import (
	"bytes"
	"net/http"
	"testing"

	"hexi/archive/raster"
)

// Another quality is another picture: nothing that was computed before is shown for
// it, neither from the disk nor because a client still has it. Stored tiles stay.
func TestQualityOfComputedImages(t *testing.T) {
	first := open(t, "")
	path := "/iiif/3/" + first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	computed, dir := path+"/10,10,600,600/500,/0/default.jpg", t.TempDir()
	with := func(quality int) *house {
		return first.another(t, func(cfg *Config) {
			cfg.Renderer = raster.NewGo().WithQuality(raster.Quality{Computed: quality, Access: 85})
			cfg.Cache = openDisk(t, dir, 64<<20)
		})
	}
	fine, coarse := with(90), with(40)
	was := fine.get(computed)
	if again := with(90); !bytes.Equal(again.get(computed).body, was.body) || again.way("cached") != 1 {
		t.Error("what was computed in the same quality is not found again")
	}
	got := coarse.get(computed, "If-None-Match: "+was.Header.Get("ETag"))
	if got.StatusCode != http.StatusOK || len(got.body)*3 > len(was.body)*2 || got.Header.Get("ETag") == was.Header.Get("ETag") || coarse.way("computed") != 1 {
		t.Errorf("after the quality was lowered: %d, %d bytes instead of %d, %s and before %s",
			got.StatusCode, len(got.body), len(was.body), got.Header.Get("ETag"), was.Header.Get("ETag"))
	}
	for _, tile := range append(wholeTiles, edgeTiles...) {
		a, b := fine.get(path+tile), coarse.get(path+tile)
		if !bytes.Equal(a.body, b.body) || a.Header.Get("ETag") != b.Header.Get("ETag") {
			t.Errorf("%s is another tile: %s, %s", tile, a.Header.Get("ETag"), b.Header.Get("ETag"))
		}
	}
}
