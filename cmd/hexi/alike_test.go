package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"strings"
	"testing"
)

// pattern is a picture with something to see in it, in a size.
func pattern(w, h int, phase float64) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			light := 128 + 60*math.Sin(9*u+5*v+phase) + 60*math.Cos(13*u-7*v*phase)
			img.SetNRGBA(x, y, color.NRGBA{uint8(light), uint8(200 * v), uint8(255 - light), 255})
		}
	}
	return img
}

func asJPEG(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is there already, in the same bytes or to look at, is noted with the record
// where it is, and taken all the same.
func TestDuplicatesAreNoted(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		flat := image.NewGray(image.Rect(0, 0, 300, 200))
		draw.Draw(flat, flat.Rect, image.White, image.Point{}, draw.Src)
		darker := image.NewGray(image.Rect(0, 0, 300, 200))
		for name, data := range map[string][]byte{
			"a.jpg": asJPEG(t, pattern(900, 600, 1), 95), "b.png": asPNG(t, pattern(450, 300, 1)), "c.jpg": asJPEG(t, pattern(900, 600, 4), 95),
			"white.png": asPNG(t, flat), "black.png": asPNG(t, darker),
		} {
			fileOf(t, dir, "p/"+name, data)
		}
		sheet := fileOf(t, dir, "s.csv", []byte("id,名称,kind,files\n"+
			"l-1,铜奔马,relic,a.jpg\nl-2,马踏飞燕,relic,b.png\nl-3,鎏金铜佛,relic,c.jpg\nl-4,白,relic,white.png\nl-5,黑,relic,black.png\nl-6,又是佛,relic,c.jpg\n"))
		args := append([]string{"ingest", dir + "/p", sheet, "--collection", "folk", "--json"}, flags...)
		got := hexi(t, args...)
		r := readReport(t, got)
		if got.status != exitDone || r.Assets["ready"] != 6 || len(r.Notes) != 2 {
			t.Fatalf("%d %+v %s", got.status, r, got.stderr)
		}
		notes := map[string]string{}
		for _, note := range r.Notes {
			notes[note.Record] = note.Code + " " + note.Why
			if note.Like == nil || note.Like.Record == "" || note.Like.Titles["zh"] == "" || note.Asset == "" || !strings.Contains(note.Item, "row") {
				t.Errorf("%+v", note)
			}
		}
		if n := notes["l-2"]; !strings.HasPrefix(n, "looks-like looks like asset ") || !strings.Contains(n, "of record l-1, 铜奔马") {
			t.Errorf("%q", n)
		}
		if n := notes["l-6"]; !strings.HasPrefix(n, "duplicate is the same, byte for byte, as asset ") || !strings.Contains(n, "of record l-3, 鎏金铜佛") {
			t.Errorf("%q", n)
		}
		if r := readReport(t, hexi(t, args...)); len(r.Notes) != 0 {
			t.Errorf("again: %+v", r.Notes)
		}
		// A later one meets what is there.
		later := fileOf(t, dir, "later.jpg", asJPEG(t, pattern(1200, 800, 4), 60))
		r = readReport(t, hexi(t, append([]string{"ingest", later, "--collection", "folk", "--json"}, flags...)...))
		if len(r.Notes) != 1 || r.Notes[0].Like == nil || !strings.HasPrefix(r.Notes[0].Like.Record, "l-") || !strings.Contains(r.Notes[0].Why, "1 more") {
			t.Errorf("%+v", r)
		}
	})
}
