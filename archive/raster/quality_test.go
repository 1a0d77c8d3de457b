package raster

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rendered computes a picture of the whole of an access copy.
func rendered(t *testing.T, e engine, a *access, format string) []byte {
	t.Helper()
	g := a.ix.Geometry()
	var b bytes.Buffer
	q := Request{Region: image.Rect(0, 0, g.Width, g.Height), Width: g.Width * 3 / 4, Height: g.Height * 3 / 4, Quality: "color", Format: format}
	if err := e.Render(t.Context(), a, q, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Both qualities are those that are asked for, each where it belongs, on each engine.
func TestQuality(t *testing.T) {
	t.Parallel()
	master := encodePNG(t, picture(900, 700))
	low, high := Quality{Computed: 40, Access: 90}, Quality{Computed: 95, Access: 35}
	for i, e := range enginesOf(low) {
		other := enginesOf(high)[i]
		first, _, err := derive(t, e, master)
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := derive(t, other, master)
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range []struct {
			a       *access
			quality Quality
		}{{first, low}, {second, high}} {
			want := newEncoder(made.quality.Access).tables(false)
			if !bytes.Contains(made.a.ix.Prefix(), want[2:len(want)-2]) {
				t.Errorf("%s: the tables of tiles are not those of quality %d", e.Name(), made.quality.Access)
			}
			origin := made.a.result.Origin
			if origin != made.a.ix.Origin() || !strings.HasSuffix(origin, "quality "+strconv.Itoa(made.quality.Access)) || !bytes.Contains(made.a.tiff, []byte("hexi ("+origin+")\x00")) {
				t.Errorf("%s: it says of what made it %q, and in the sidecar %q", e.Name(), origin, made.a.ix.Origin())
			}
		}
		if first.ix.ID() == second.ix.ID() || len(first.tiff) <= len(second.tiff) {
			t.Errorf("%s: quality 90 takes %d bytes, 35 takes %d", e.Name(), len(first.tiff), len(second.tiff))
		}
		for n, thumb := range first.result.Thumbnails {
			if len(thumb.JPEG) <= len(second.result.Thumbnails[n].JPEG) {
				t.Errorf("%s: a thumbnail of %d pixels has %d bytes, and %d in the lower quality", e.Name(), thumb.Width, len(thumb.JPEG), len(second.result.Thumbnails[n].JPEG))
			}
		}
		// Of the same access copy.
		for _, format := range e.Formats() {
			worse, better := rendered(t, e, first, format), rendered(t, other, first, format)
			if format == "png" {
				if !bytes.Equal(worse, better) {
					t.Errorf("%s: png is not without loss", e.Name())
				}
				continue
			}
			if len(worse)*3 > len(better)*2 {
				t.Errorf("%s: %s of quality 40 has %d bytes, of 95 %d", e.Name(), format, len(worse), len(better))
			}
			if format == "jpg" {
				jpegOfQuality(t, e.Name(), worse, low.Computed)
				jpegOfQuality(t, e.Name(), better, high.Computed)
			}
		}
		if e.Signature() == other.Signature() {
			t.Errorf("%s: both sign as %q", e.Name(), e.Signature())
		}
	}
	if got := []int{like(DefaultQuality, likeWebP), like(DefaultQuality, likeAVIF), like(100, likeWebP), like(30, likeAVIF)}; !slices.Equal(got, []int{82, 60, 96, 21}) {
		t.Errorf("counterparts are %v", got)
	}
}

// jpegOfQuality looks for the tables of a quality in a JPEG.
func jpegOfQuality(t *testing.T, name string, b []byte, quality int) {
	t.Helper()
	if _, err := jpeg.DecodeConfig(bytes.NewReader(b)); err != nil {
		t.Error(err)
	}
	// Of the table for luma: what follows SOI, marker, length and number.
	luma := newEncoder(quality).tables(true)[7 : 7+64]
	if !bytes.Contains(b, luma) {
		t.Errorf("%s: a computed image has not the tables of quality %d", name, quality)
	}
}
