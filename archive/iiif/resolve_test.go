package iiif_test

import (
	"errors"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

// spec is the image of the specification's examples: 300 × 200 pixels.
var spec = iiif.Image{Pyramid: iiif.NewPyramid(300, 200, 512)}

// enlarging offers what the right-hand column of section 4.2's examples needs.
var enlarging = iiif.Offer{Limits: iiif.Limits{MaxWidth: 360}, Upscaling: true}

func resolve(t *testing.T, path string, img iiif.Image, offer iiif.Offer) (iiif.Plan, error) {
	t.Helper()
	req, err := iiif.ParseRequest("id/" + path)
	if err != nil {
		return iiif.Plan{}, err
	}
	return req.Resolve(img, offer)
}

func TestRegion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		region         string
		w, h           int // of the image
		x0, y0, x1, y1 int // the region's edges
		canonical      string
		note           string
	}{
		{"full", 300, 200, 0, 0, 300, 200, "full", "example 1"},
		{"square", 300, 200, 50, 0, 250, 200, "50,0,200,200", "example 2"},
		{"125,15,120,140", 300, 200, 125, 15, 245, 155, "125,15,120,140", "example 3"},
		{"pct:41.6,7.5,40,70", 300, 200, 125, 15, 245, 155, "125,15,120,140", "example 4"},
		{"125,15,200,200", 300, 200, 125, 15, 300, 200, "125,15,175,185", "example 5: 175 × 185"},
		{"pct:41.6,7.5,66.6,100", 300, 200, 125, 15, 300, 200, "125,15,175,185", "example 6: 175 × 185"},
		{"square", 200, 300, 0, 50, 200, 250, "0,50,200,200", "portrait"},
		{"square", 200, 200, 0, 0, 200, 200, "full", "a square image"},
		{"square", 301, 200, 50, 0, 250, 200, "50,0,200,200", "odd rest"},
		{"0,0,300,200", 300, 200, 0, 0, 300, 200, "full", "all of it in pixels"},
		{"0,0,99999999999999999999,99999999999999999999", 300, 200, 0, 0, 300, 200, "full", "beyond 64 bits"},
		{"299,199,1,1", 300, 200, 299, 199, 300, 200, "299,199,1,1", "the last pixel"},
		{"0007,0,010,1", 300, 200, 7, 0, 17, 1, "7,0,10,1", "leading zeros"},
		{"pct:0,0,100,100", 300, 200, 0, 0, 300, 200, "full", ""},
		{"pct:0,0,99999999999999999999999,1000000000000", 300, 200, 0, 0, 300, 200, "full", ""},
		{"pct:33.333333333333336,0,33.333333333333336,100", 300, 200, 100, 0, 200, 200, "100,0,100,200", "as JavaScript prints a third"},
		{"pct:0.5,0,0.5,100.00", 300, 200, 2, 0, 3, 200, "2,0,1,200", "edges are rounded: 1.5 → 2, 3"},
		{"pct:0.0000000000000000000000000000001,0,50,50", 300, 200, 0, 0, 150, 100, "0,0,150,100", "digits that move no pixel"},
	}
	for _, tt := range tests {
		img := iiif.Image{Pyramid: iiif.NewPyramid(tt.w, tt.h, 512)}
		plan, err := resolve(t, tt.region+"/max/0/default.jpg", img, iiif.Offer{})
		if err != nil {
			t.Errorf("%s (%s): %v", tt.region, tt.note, err)
			continue
		}
		if want := image.Rect(tt.x0, tt.y0, tt.x1, tt.y1); plan.Region != want {
			t.Errorf("%s (%s): region %v, want %v", tt.region, tt.note, plan.Region, want)
		}
		if plan.Width != plan.Region.Dx() || plan.Height != plan.Region.Dy() {
			t.Errorf("%s: max has %d × %d pixels, want the region's", tt.region, plan.Width, plan.Height)
		}
		if want := tt.canonical + "/max/0/default.jpg"; plan.Canonical != want {
			t.Errorf("%s: canonical %s, want %s", tt.region, plan.Canonical, want)
		}
	}
}

func TestRegionOutside(t *testing.T) {
	t.Parallel()
	for region, says := range map[string]string{
		"300,0,10,10": "outside", "0,200,10,10": "outside", "5000,5000,1,1": "outside",
		"99999999999999999999,0,1,1": "outside",
		"pct:100,0,10,10":            "outside", "pct:0,100,10,10": "outside", "pct:250,0,10,10": "outside",
		"pct:0,0,0.001,10": "no whole pixel", "pct:99.9,0,0.1,100": "no whole pixel",
		"pct:0,0,10,0.0000000000001": "greater than 0",
	} {
		_, err := resolve(t, region+"/max/0/default.jpg", spec, iiif.Offer{})
		var syntax *iiif.SyntaxError
		if !errors.As(err, &syntax) || syntax.Part != iiif.PartRegion || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want a SyntaxError of the region that says %q", region, err, says)
		}
	}
}

// TestRegionsByPercentMeet: neighbours share an edge, whatever the numbers.
func TestRegionsByPercentMeet(t *testing.T) {
	t.Parallel()
	for width := 20; width < 400; width += 7 {
		img := iiif.Image{Pyramid: iiif.NewPyramid(width, 10, 512)}
		end := 0
		for _, region := range []string{"pct:0,0,12.5,100", "pct:12.5,0,33.3,100", "pct:45.8,0,29.2,100", "pct:75,0,25,100"} {
			plan, err := resolve(t, region+"/max/0/default.jpg", img, iiif.Offer{})
			if err != nil {
				t.Fatal(err)
			}
			if plan.Region.Min.X != end {
				t.Errorf("width %d: %s begins at %d, want %d", width, region, plan.Region.Min.X, end)
			}
			end = plan.Region.Max.X
		}
		if end != width {
			t.Errorf("width %d: the last region ends at %d", width, end)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		size      string
		offer     iiif.Offer
		w, h      int
		canonical string
		upscaled  bool
	}{
		// The table and examples of section 4.2. "pct:120" and ",^240" there are
		// slips for ^pct:120 and ^,240.
		{"max", iiif.Offer{}, 300, 200, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxWidth: 200}}, 200, 133, "max", false},
		{"^max", enlarging, 360, 240, "^max", true},
		{"150,", enlarging, 150, 100, "150,100", false},
		{"^360,", enlarging, 360, 240, "^max", true},
		{"^330,", enlarging, 330, 220, "^330,220", true},
		{",150", enlarging, 225, 150, "225,150", false},
		{"^,240", enlarging, 360, 240, "^max", true},
		{"pct:50", enlarging, 150, 100, "150,100", false},
		{"^pct:120", enlarging, 360, 240, "^max", true},
		{"^pct:110", enlarging, 330, 220, "^330,220", true},
		{"225,100", enlarging, 225, 100, "225,100", false},
		{"^360,360", enlarging, 360, 360, "^360,360", true},
		{"!225,100", enlarging, 150, 100, "150,100", false},
		{"^!360,360", enlarging, 360, 240, "^max", true},

		// ^ without need is legal and not canonical.
		{"^150,", iiif.Offer{}, 150, 100, "150,100", false},
		{"^,100", iiif.Offer{}, 150, 100, "150,100", false},
		{"^pct:50", iiif.Offer{}, 150, 100, "150,100", false},
		{"^150,40", iiif.Offer{}, 150, 40, "150,40", false},
		{"^!150,150", iiif.Offer{}, 150, 100, "150,100", false},
		{"^300,200", iiif.Offer{}, 300, 200, "max", false},
		{"^max", iiif.Offer{}, 300, 200, "max", false},
		{"^max", iiif.Offer{Limits: iiif.Limits{MaxWidth: 150}, Upscaling: true}, 150, 100, "max", false},
		{"^pct:100.000000001", iiif.Offer{}, 300, 200, "max", false},

		// max is preferred to its pixels.
		{"300,200", iiif.Offer{}, 300, 200, "max", false},
		{"300,", iiif.Offer{}, 300, 200, "max", false},
		{"pct:100", iiif.Offer{}, 300, 200, "max", false},
		{"pct:100.000", iiif.Offer{}, 300, 200, "max", false},

		// !w,h never fails for a small image, and keeps within every limit.
		{"!1000,1000", iiif.Offer{}, 300, 200, "max", false},
		{"!99999999999999999999,99999999999999999999", iiif.Offer{}, 300, 200, "max", false},
		{"!1000,1000", iiif.Offer{Limits: iiif.Limits{MaxWidth: 150}}, 150, 100, "max", false},
		{"!100,1000", iiif.Offer{}, 100, 67, "100,67", false},
		{"!1000,100", iiif.Offer{}, 150, 100, "150,100", false},
		{"^!1000,1000", enlarging, 360, 240, "^max", true},
		{"!1,1", iiif.Offer{}, 1, 1, "1,1", false},

		// Limits: maxHeight is maxWidth if it is not given.
		{"max", iiif.Offer{Limits: iiif.Limits{MaxWidth: 250, MaxHeight: 100}}, 150, 100, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxWidth: 250, MaxHeight: 250}}, 250, 167, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxHeight: 100}}, 100, 67, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxArea: 15000}}, 150, 100, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxArea: 20000}}, 173, 115, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxArea: 1}}, 1, 1, "max", false},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxArea: 1000000}}, 300, 200, "max", false},
		{"^max", iiif.Offer{Limits: iiif.Limits{MaxArea: 240000}, Upscaling: true}, 600, 400, "^max", true},
		{"max", iiif.Offer{Limits: iiif.Limits{MaxWidth: -1, MaxHeight: -1, MaxArea: -1}}, 300, 200, "max", false},
		{"100,", iiif.Offer{Limits: iiif.Limits{MaxWidth: 100}}, 100, 67, "max", false},

		// Rounding: to the nearest, never to nothing.
		{"1,", iiif.Offer{}, 1, 1, "1,1", false},
		{",1", iiif.Offer{}, 2, 1, "2,1", false},
		{"101,", iiif.Offer{}, 101, 67, "101,67", false},
		{"pct:33.3333", iiif.Offer{}, 100, 67, "100,67", false},
		{"pct:0.2", iiif.Offer{}, 1, 1, "1,1", false},
	}
	for _, tt := range tests {
		plan, err := resolve(t, "full/"+tt.size+"/0/default.jpg", spec, tt.offer)
		if err != nil {
			t.Errorf("%s with %+v: %v", tt.size, tt.offer, err)
			continue
		}
		if plan.Width != tt.w || plan.Height != tt.h || plan.Upscaled != tt.upscaled {
			t.Errorf("%s with %+v: %d × %d, upscaled %v; want %d × %d, %v",
				tt.size, tt.offer, plan.Width, plan.Height, plan.Upscaled, tt.w, tt.h, tt.upscaled)
		}
		if want := "full/" + tt.canonical + "/0/default.jpg"; plan.Canonical != want {
			t.Errorf("%s with %+v: canonical %s, want %s", tt.size, tt.offer, plan.Canonical, want)
		}
	}
}

// TestSizeOfRegion: sizes are of the extracted region, not of the full image.
func TestSizeOfRegion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		request string
		w, h    int
		wantErr bool
	}{
		{"125,15,120,140/90,", 90, 105, false}, // section 4.6
		{"125,15,120,140/max", 120, 140, false},
		{"125,15,200,200/175,", 175, 185, false},
		{"125,15,200,200/176,", 0, 0, true}, // cropped to 175 × 185
		{"125,15,120,140/121,", 0, 0, true},
		{"125,15,120,140/!300,70", 60, 70, false},
		{"125,15,120,140/pct:50", 60, 70, false},
	}
	for _, tt := range tests {
		plan, err := resolve(t, tt.request+"/0/default.jpg", spec, iiif.Offer{})
		if (err != nil) != tt.wantErr || plan.Width != tt.w || plan.Height != tt.h {
			t.Errorf("%s: %d × %d, %v; want %d × %d", tt.request, plan.Width, plan.Height, err, tt.w, tt.h)
		}
	}
}

func TestSizeErrors(t *testing.T) {
	t.Parallel()
	small := iiif.Offer{Limits: iiif.Limits{MaxWidth: 200}, Upscaling: true}
	area := iiif.Offer{Limits: iiif.Limits{MaxArea: 15000}, Upscaling: true}
	unlimited := iiif.Offer{Upscaling: true} // which section 5.7 does not allow
	tests := []struct {
		size        string
		offer       iiif.Offer
		unsupported bool
		says        string
	}{
		// Larger than the region without ^: 400, whatever is offered.
		{"301,", enlarging, false, "larger than the region"},
		{",201", enlarging, false, "larger than the region"},
		{"301,200", enlarging, false, "larger than the region"},
		{"300,201", enlarging, false, "larger than the region"},
		{"pct:100.0001", enlarging, false, "larger than the region"},
		{"pct:120", enlarging, false, "larger than the region"},
		{"301,", iiif.Offer{}, false, "^"},
		{"99999999999999999999,", iiif.Offer{}, false, "larger"},
		{"99999999999999999999,99999999999999999999", iiif.Offer{}, false, "larger"},
		// Larger with ^, not offered: 501.
		{"^301,", iiif.Offer{}, true, "not enlarged"},
		{"^,201", iiif.Offer{}, true, "not enlarged"},
		{"^pct:120", iiif.Offer{}, true, "not enlarged"},
		{"^600,10", iiif.Offer{}, true, "not enlarged"},
		{"^!600,600", iiif.Offer{}, true, "not enlarged"},
		{"^max", iiif.Offer{Limits: iiif.Limits{MaxWidth: 360}}, true, "not enlarged"},
		{"^301,", unlimited, true, "not enlarged"},
		// Beyond the limits: 400 for sizes that name pixels or percents.
		{"201,", small, false, "at most 200 × 200"},
		{",150", small, false, "at most 200 × 200"},
		{"250,100", small, false, "at most 200 × 200"},
		{"pct:90", small, false, "at most 200 × 200"},
		{"^201,", small, false, "at most 200 × 200"},
		{"^400,400", small, false, "at most 200 × 200"},
		{"151,100", area, false, "at most 15000 pixels"},
		{"^9007199254740992,1", iiif.Offer{Limits: iiif.Limits{MaxArea: math.MaxInt64}, Upscaling: true}, false, "on a side"},
		{"^9007199254740992,9007199254740992", area, false, "at most 15000 pixels"},
		{"^pct:99999999999999999999", area, false, "at most 15000 pixels"},
		// Less than one pixel.
		{"pct:0.1", iiif.Offer{}, false, "less than one"},
	}
	for _, tt := range tests {
		_, err := resolve(t, "full/"+tt.size+"/0/default.jpg", spec, tt.offer)
		var syntax *iiif.SyntaxError
		var unsupported *iiif.UnsupportedError
		part := ""
		switch {
		case errors.As(err, &syntax) && !tt.unsupported:
			part = syntax.Part
		case errors.As(err, &unsupported) && tt.unsupported:
			part = unsupported.Part
		}
		if part != iiif.PartSize || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), "the size") {
			t.Errorf("%s with %+v: got %T %v, want unsupported=%v and %q", tt.size, tt.offer, err, err, tt.unsupported, tt.says)
		}
	}
}

func TestPanoramaSizes(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(100_000, 300, 512)}
	tests := []struct {
		size string
		w, h int
	}{
		{"150,", 150, 1}, // 0.45 of a row is one row
		{"!512,512", 512, 2},
		{",1", 333, 1},
		{"max", 65535, 197}, // JPEG holds no more, and info.json says so
	}
	for _, tt := range tests {
		plan, err := resolve(t, "full/"+tt.size+"/0/default.jpg", img, iiif.Offer{})
		if err != nil || plan.Width != tt.w || plan.Height != tt.h {
			t.Errorf("%s: %d × %d, %v; want %d × %d", tt.size, plan.Width, plan.Height, err, tt.w, tt.h)
		}
	}
	if _, err := resolve(t, "full/70000,/0/default.png", img, iiif.Offer{}); err == nil {
		t.Error("70000, is answered although maxWidth is 65535")
	}
}

// TestConfinedIsLargest: !w,h and max touch a bound, and keep the proportions as
// closely as pixels can.
func TestConfinedIsLargest(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 2))
	for range 3000 {
		w, h := 1+r.IntN(900), 1+r.IntN(900)
		bw, bh := 1+r.IntN(1000), 1+r.IntN(1000)
		img := iiif.Image{Pyramid: iiif.NewPyramid(w, h, 64)}
		plan, err := resolve(t, fmt.Sprintf("full/!%d,%d/0/default.jpg", bw, bh), img, iiif.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		boxW, boxH := min(bw, w), min(bh, h)
		if plan.Width > boxW || plan.Height > boxH || plan.Width < boxW && plan.Height < boxH {
			t.Errorf("!%d,%d of %d × %d is %d × %d", bw, bh, w, h, plan.Width, plan.Height)
		}
		exactW, exactH := float64(plan.Height)*float64(w)/float64(h), float64(plan.Width)*float64(h)/float64(w)
		if math.Abs(float64(plan.Width)-exactW) >= 1 && math.Abs(float64(plan.Height)-exactH) >= 1 {
			t.Errorf("!%d,%d of %d × %d is distorted: %d × %d", bw, bh, w, h, plan.Width, plan.Height)
		}

		area := 1 + r.Int64N(int64(w)*int64(h))
		plan, err = resolve(t, "full/max/0/default.jpg", img, iiif.Offer{Limits: iiif.Limits{MaxArea: area}})
		if err != nil {
			t.Fatal(err)
		}
		// The long side is the ideal one, √(area × long ÷ short), without its fraction.
		long, short := max(w, h), min(w, h)
		ideal := min(int64(math.Sqrt(float64(area)*float64(long)/float64(short))), area, int64(long))
		if got := int64(plan.Width) * int64(plan.Height); got > area || int64(max(plan.Width, plan.Height)) < ideal {
			t.Errorf("max of %d × %d within %d is %d × %d, want %d on the long side", w, h, area, plan.Width, plan.Height, ideal)
		}
	}
}
