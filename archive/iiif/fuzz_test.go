package iiif_test

import (
	"errors"
	"image"
	"math/rand/v2"
	"strconv"
	"testing"

	"hexi/archive/iiif"
)

// FuzzRequest holds ParseRequest and Resolve to what the package promises, for
// any path, image and offer: they do not panic, errors name a part, plans stay
// within the image and the limits, canonical addresses mean the same, and tiles
// exist. The corpus is in testdata/fuzz/FuzzRequest.
func FuzzRequest(f *testing.F) {
	f.Add("id/full/max/0/default.jpg", 300, 200, 512, 0, 0, int64(0), false)
	f.Fuzz(func(t *testing.T, path string, width, height, tile, maxWidth, maxHeight int, maxArea int64, gray bool) {
		img := iiif.Image{Pyramid: iiif.NewPyramid(width, height, tile), Gray: gray}
		checkRequest(t, path, img, iiif.Limits{MaxWidth: maxWidth, MaxHeight: maxHeight, MaxArea: maxArea})
	})
}

// TestRandomRequests puts the same questions to requests that are made from the
// grammar, so that most of them are valid. A quarter at least must resolve,
// or the test shows little.
func TestRandomRequests(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 8))
	number := func() string { // of every magnitude, sides and tiles among them
		return strconv.Itoa(r.IntN(1 << (1 + r.IntN(16))))
	}
	percent := func() string {
		return []string{"0", "100", "50", "25", "12.5", "33.3333333333", strconv.FormatFloat(r.Float64()*110, 'f', r.IntN(8), 64)}[r.IntN(7)]
	}
	list := func(part func() string) string { return part() + "," + part() + "," + part() + "," + part() }
	one := func(parts ...string) string { return parts[r.IntN(len(parts))] }
	resolved := 0
	const rounds = 20_000
	for range rounds {
		w, h, tile := randomSize(r)
		img := iiif.Image{Pyramid: iiif.NewPyramid(w, h, tile), Gray: r.IntN(4) == 0}
		var limits iiif.Limits
		if r.IntN(2) == 0 {
			limits = iiif.Limits{MaxWidth: r.IntN(1 << (1 + r.IntN(15))), MaxHeight: r.IntN(2) * r.IntN(5000)}
		}
		if r.IntN(3) == 0 {
			limits.MaxArea = r.Int64N(1 << (1 + r.IntN(30)))
		}
		path := "id/" + one("full", "square", list(number), "pct:"+list(percent)) +
			"/" + one("", "^") + one("max", number()+",", ","+number(), number()+","+number(), "!"+number()+","+number(), "pct:"+percent()) +
			"/" + one("", "", "!") + one("0", "90", "22.5", "360", strconv.FormatFloat(r.Float64()*360, 'f', -1, 64)) +
			"/" + one("default", "color", "gray", "bitonal") + "." + one("jpg", "png", "webp")
		if checkRequest(t, path, img, limits) {
			resolved++
		}
	}
	if resolved < rounds/4 {
		t.Errorf("%d of %d requests resolved", resolved, rounds)
	}
}

// checkRequest reports whether the request is valid for the image.
func checkRequest(t *testing.T, path string, img iiif.Image, limits iiif.Limits) (resolved bool) {
	t.Helper()
	req, err := iiif.ParseRequest(path)
	if err != nil {
		checkError(t, path, err)
		return false
	}
	if again, err := iiif.ParseRequest(iiif.EncodeID(req.ID) + "/info.json"); err != nil || again.ID != req.ID {
		t.Fatalf("%q: identifier %q encoded is %q, %v", path, req.ID, again.ID, err)
	}
	if req.Kind != iiif.KindImage {
		return false
	}
	offer := iiif.Offer{Limits: limits, Upscaling: true, Bitonal: true, Formats: []iiif.Format{iiif.WebP}}
	plan, err := req.Resolve(img, offer)
	if err != nil {
		if img.Width > 0 && img.Height > 0 && img.Width < 1<<31 && img.Height < 1<<31 {
			checkError(t, path, err)
		}
		return false
	}
	checkPlan(t, path, plan, img, offer)

	canonical, err := iiif.ParseRequest(iiif.EncodeID(req.ID) + "/" + plan.Canonical)
	if err != nil {
		t.Fatalf("%q: canonical %q: %v", path, plan.Canonical, err)
	}
	if again, err := canonical.Resolve(img, offer); err != nil || again != plan || canonical.ID != req.ID {
		t.Fatalf("%q of %+v with %+v: %+v\ncanonical %q: %+v, %v", path, img, limits, plan, plan.Canonical, again, err)
	}
	return true
}

func checkError(t *testing.T, path string, err error) {
	t.Helper()
	var syntax *iiif.SyntaxError
	var unsupported *iiif.UnsupportedError
	var shape *iiif.ShapeError
	switch {
	case errors.As(err, &syntax) && syntax.Part != "" && syntax.Why != "":
	case errors.As(err, &unsupported) && unsupported.Part != "" && unsupported.Why != "":
	case errors.As(err, &shape) && shape.Why != "":
	default:
		t.Fatalf("%q: %T %v names no part", path, err, err)
	}
	if len(err.Error()) > 1000 {
		t.Fatalf("an error of %d bytes", len(err.Error()))
	}
}

func checkPlan(t *testing.T, path string, plan iiif.Plan, img iiif.Image, offer iiif.Offer) {
	t.Helper()
	if plan.Region.Empty() || !plan.Region.In(image.Rect(0, 0, img.Width, img.Height)) {
		t.Fatalf("%q of %+v: region %v", path, img, plan.Region)
	}
	if plan.Width < 1 || plan.Height < 1 ||
		plan.Upscaled != (plan.Width > plan.Region.Dx() || plan.Height > plan.Region.Dy()) {
		t.Fatalf("%q of %+v: %+v", path, img, plan)
	}
	// The limits that are advertised are those that hold.
	info := iiif.NewInfo("id", img, offer, "")
	maxHeight := info.MaxHeight
	if maxHeight == 0 {
		maxHeight = info.MaxWidth
	}
	if info.MaxWidth > 0 && (plan.Width > info.MaxWidth || plan.Height > maxHeight) ||
		info.MaxArea > 0 && int64(plan.Width)*int64(plan.Height) > info.MaxArea {
		t.Fatalf("%q of %+v: %d × %d is beyond %+v", path, img, plan.Width, plan.Height, info)
	}
	if plan.Upscaled && info.MaxWidth == 0 && info.MaxArea == 0 {
		t.Fatalf("%q of %+v is enlarged without limits", path, img)
	}
	if w, h := plan.OutputSize(); w < 1 || h < 1 || plan.Format == iiif.JPG && max(w, h) > 65535 {
		t.Fatalf("%q of %+v: a picture of %d × %d as %s", path, img, w, h, plan.Format)
	}
	if tile, ok := plan.Tile(img.Pyramid); ok {
		region, w, h, there := img.Tile(tile.Level, tile.Col, tile.Row)
		if !there || region != plan.Region || w != tile.Width || h != tile.Height ||
			tile.Exact != (w == plan.Width && h == plan.Height) || max(w-plan.Width, plan.Width-w, h-plan.Height, plan.Height-h) > 1 {
			t.Fatalf("%q of %+v: plan %+v is no tile %+v", path, img, plan, tile)
		}
	}
}
