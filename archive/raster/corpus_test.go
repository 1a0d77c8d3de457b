package raster

import (
	"errors"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The corpus is of masters as they are found in museums, each kind written by the
// tests. Every engine either decodes one to what was drawn, or refuses it and says
// what to do about it.

// clothWidth and clothHeight are no multiples of anything.
const clothWidth, clothHeight = 75, 53

// cloth is a drawing without edges, so that what formats do to edges plays no part:
// a sample of red, green, blue, or of a fourth channel. No two of its sides, and no
// two of its channels, are alike.
func cloth(x, y, c int) uint8 {
	u, v := float64(x)/clothWidth, float64(y)/clothHeight
	switch c {
	case 0:
		return uint8(20 + 215*u)
	case 1:
		return uint8(235 - 200*v*v)
	case 2:
		return uint8(128 + 90*math.Sin(3*u+2*v))
	}
	return uint8(40 + 200*u*v)
}

// drawn is a picture of a function that gives red, green and blue.
func drawn(w, h int, pixel func(x, y int) [3]uint8) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			p := pixel(x, y)
			img.SetNRGBA(x, y, color.NRGBA{p[0], p[1], p[2], 255})
		}
	}
	return img
}

// clothRGB and clothGray are the cloth as it is to be shown.
func clothRGB() *image.NRGBA {
	return drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 { return [3]uint8{cloth(x, y, 0), cloth(x, y, 1), cloth(x, y, 2)} })
}

func clothGray() *image.NRGBA {
	return drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 { return [3]uint8{cloth(x, y, 0), cloth(x, y, 0), cloth(x, y, 0)} })
}

// odd is a master of the corpus.
type odd struct {
	name   string
	master []byte
	want   image.Image
	// pure and native are how each engine refuses it; "" where it does not.
	pure, native string
	note         string  // a part of one of the notes
	limit        float64 // mean difference in 8-bit steps; 2 unless said otherwise
}

// refusedBy returns how an engine is to refuse it.
func (o odd) refusedBy(e engine) string {
	if e.Name() == NewGo().Name() {
		return o.pure
	}
	return o.native
}

// tryOdd holds the engines to what is expected of each master.
func tryOdd(t *testing.T, all []odd) {
	t.Helper()
	eachEngine(t, func(t *testing.T, e engine) {
		for _, o := range all {
			t.Run(o.name, func(t *testing.T) {
				t.Parallel()
				a, info, err := derive(t, e, o.master)
				if code := o.refusedBy(e); code != "" || err != nil {
					checkRefusal(t, e, err, code)
					return
				}
				if o.note != "" && !slices.ContainsFunc(info.Notes, func(n string) bool { return strings.Contains(n, o.note) }) {
					t.Errorf("no note of %q: %q", o.note, info.Notes)
				}
				limit := o.limit
				if limit == 0 {
					limit = 2
				}
				if d := difference(a.level(0), o.want); d > limit {
					t.Errorf("it differs by %.2f steps: %+v", d, info)
				}
			})
		}
	})
}

// checkRefusal holds an error to a refusal that says why and what to do, and that
// sends nobody to the engine that they have.
func checkRefusal(t *testing.T, e engine, err error, code string) {
	t.Helper()
	var refused *RefusedError
	switch {
	case !errors.As(err, &refused):
		t.Errorf("error = %v, want a refusal as %s", err, code)
	case refused.Code != code || refused.Why == "" || refused.Do == "":
		t.Errorf("%+v, want a refusal as %s that says what to do", *refused, code)
	case e.Name() != NewGo().Name() && (strings.Contains(refused.Why, "pure-Go") || strings.Contains(refused.Do, "native engine")):
		t.Errorf("it speaks of another engine: %+v", *refused)
	}
}

// byTool lets a program of libtiff-tools or libvips-tools make one file of another.
// In the arguments IN and OUT stand for their paths.
func byTool(t *testing.T, master []byte, suffixes [2]string, name string, args ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in"+suffixes[0]), filepath.Join(dir, "out"+suffixes[1])
	if err := os.WriteFile(in, master, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		args[i] = strings.NewReplacer("IN", in, "OUT", out).Replace(a)
	}
	tool(t, name, args...)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
