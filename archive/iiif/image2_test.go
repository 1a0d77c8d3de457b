package iiif_test

import (
	"encoding/json"
	"errors"
	"image"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

// resolve2 resolves what follows the identifier of a request of the Image API 2.1.
func resolve2(t *testing.T, path string, img iiif.Image, offer iiif.Offer) (iiif.Plan, error) {
	t.Helper()
	req, err := iiif.ParseRequest2("id/" + path)
	if err != nil {
		return iiif.Plan{}, err
	}
	return req.Resolve(img, offer)
}

// TestImage2 goes through the examples of sections 4.1 to 4.7 of the Image API 2.1, and
// the cases of the official validator for it.
func TestImage2(t *testing.T) {
	t.Parallel()
	bounded := iiif.Offer{Limits: iiif.Limits{MaxWidth: 200}, Bitonal: true}
	bitonal := iiif.Offer{Bitonal: true}
	for _, tt := range []struct {
		path      string
		offer     iiif.Offer
		region    image.Rectangle
		w, h      int
		canonical string
	}{
		{"full/full/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/0/default.jpg"},
		{"full/max/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/0/default.jpg"},
		{"full/max/0/default.jpg", bounded, image.Rect(0, 0, 300, 200), 200, 133, "full/200,/0/default.jpg"},
		{"0,0,150,200/full/0/default.jpg", bounded, image.Rect(0, 0, 150, 200), 150, 200, "0,0,150,200/full/0/default.jpg"},
		{"full/150,/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 150, 100, "full/150,/0/default.jpg"},
		{"full/,150/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 225, 150, "full/225,/0/default.jpg"},
		{"full/pct:50/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 150, 100, "full/150,/0/default.jpg"},
		{"full/225,100/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 225, 100, "full/225,100/0/default.jpg"},
		{"full/!225,100/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 150, 100, "full/150,/0/default.jpg"},
		{"full/!900,900/0/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/0/default.jpg"},
		{"125,15,120,140/full/0/default.jpg", bitonal, image.Rect(125, 15, 245, 155), 120, 140, "125,15,120,140/full/0/default.jpg"},
		{"pct:41.6,7.5,40,70/full/0/default.jpg", bitonal, image.Rect(125, 15, 245, 155), 120, 140, "125,15,120,140/full/0/default.jpg"},
		{"125,15,200,200/full/0/default.jpg", bitonal, image.Rect(125, 15, 300, 200), 175, 185, "125,15,175,185/full/0/default.jpg"},
		{"square/full/0/default.jpg", bitonal, image.Rect(50, 0, 250, 200), 200, 200, "50,0,200,200/full/0/default.jpg"},
		{"full/full/180/default.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/180/default.jpg"},
		{"full/full/22.5/default.png", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/22.5/default.png"},
		{"full/full/!90/gray.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/!90/gray.jpg"},
		{"full/full/0/color.jpg", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/0/default.jpg"},
		{"full/full/0/bitonal.png", bitonal, image.Rect(0, 0, 300, 200), 300, 200, "full/full/0/bitonal.png"},
	} {
		plan, err := resolve2(t, tt.path, spec, tt.offer)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if plan.Region != tt.region || plan.Width != tt.w || plan.Height != tt.h || plan.Canonical2 != tt.canonical {
			t.Errorf("%s: %v at %d × %d, %s; want %v at %d × %d, %s", tt.path, plan.Region, plan.Width, plan.Height, plan.Canonical2, tt.region, tt.w, tt.h, tt.canonical)
		}
		again, err := resolve2(t, plan.Canonical2, spec, tt.offer)
		if err != nil || again != plan {
			t.Errorf("%s: its canonical form %s is %+v, %v", tt.path, plan.Canonical2, again, err)
		}
		if link := iiif.CanonicalLink(iiif.V2.ServiceURI("https://example.org", "id"), plan); link != "<https://example.org/iiif/2/id/"+tt.canonical+`>;rel="canonical"` {
			t.Errorf("%s: Link is %s", tt.path, link)
		}
	}
}

// TestImage2Pictures: the same picture by both versions is the same but for its name.
func TestImage2Pictures(t *testing.T) {
	t.Parallel()
	for two, three := range map[string]string{
		"full/full/0/default.jpg": "full/max/0/default.jpg", "0,0,512,512/256,/0/default.jpg": "0,0,512,512/256,/0/default.jpg",
		"full/!100,100/90/gray.png": "full/!100,100/90/gray.png",
	} {
		img := iiif.Image{Pyramid: iiif.NewPyramid(1300, 700, 512)}
		a, err := resolve2(t, two, img, iiif.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := resolve(t, three, img, iiif.Offer{})
		if err != nil {
			t.Fatal(err)
		}
		if a.Canonical2 = ""; a != b {
			t.Errorf("%s is %+v, %s is %+v", two, a, three, b)
		}
	}
}

func TestImage2Refuses(t *testing.T) {
	t.Parallel()
	bounded := iiif.Offer{Limits: iiif.Limits{MaxWidth: 200}}
	for path, says := range map[string]string{
		"full/full/0/default.jpg":     "write max",
		"full/^max/0/default.jpg":     "no ^",
		"full/301,/0/default.jpg":     "larger than the region",
		"full/,201/0/default.jpg":     "larger than the region",
		"full/pct:101/0/default.jpg":  "larger than the region",
		"full/0,0/0/default.jpg":      "at least 1 pixel",
		"full/max/0/native.jpg":       "default",
		"full/max/361/default.jpg":    "360",
		"full/max/0/default.xyz":      "jpg",
		"full/Full/0/default.jpg":     "write max",
		"full/max/0/bitonal.jpg":      "default, color or gray",
		"301,0,1,1/max/0/default.jpg": "outside",
	} {
		_, err := resolve2(t, path, spec, bounded)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v; want %q", path, err, says)
		}
		if strings.Contains(path, "301,/") && strings.Contains(err.Error(), "a ^ before the size asks") {
			t.Errorf("%s: %v, which version 2 does not know", path, err)
		}
	}
	if _, err := iiif.ParseRequest2("id/full/max/0"); !errors.As(err, new(*iiif.ShapeError)) {
		t.Errorf("a short path: %v", err)
	}
	for path, kind := range map[string]iiif.Kind{"a%2Fb": iiif.KindBase, "a%2Fb/": iiif.KindBase, "a%2Fb/info.json": iiif.KindInfo} {
		if req, err := iiif.ParseRequest2(path); err != nil || req.Kind != kind || req.ID != "a/b" || req.Version != iiif.V2 {
			t.Errorf("%s is %+v, %v", path, req, err)
		}
	}
}

func TestInfo2(t *testing.T) {
	t.Parallel()
	offer := iiif.Offer{Limits: iiif.Limits{MaxWidth: 4096, MaxArea: 1 << 24}, Upscaling: true, Bitonal: true, Formats: []iiif.Format{iiif.WebP}}
	img := iiif.Image{Pyramid: iiif.NewPyramid(1300, 700, 512)}
	b, err := json.Marshal(iiif.NewInfo2("https://example.org/iiif/2/id", img, offer, "https://creativecommons.org/publicdomain/zero/1.0/deed.zh"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"@context":"http://iiif.io/api/image/2/context.json","@id":"https://example.org/iiif/2/id","protocol":"http://iiif.io/api/image",` +
		`"width":1300,"height":700,"sizes":[{"width":325,"height":175},{"width":650,"height":350},{"width":1300,"height":700}],"tiles":[{"width":512,"scaleFactors":[1,2,4]}],` +
		`"profile":["http://iiif.io/api/image/2/level2.json",{"formats":["jpg","png","webp"],"qualities":["default","color","gray","bitonal"],` +
		`"supports":["baseUriRedirect","canonicalLinkHeader","cors","jsonldMediaType","mirroring","profileLinkHeader","regionSquare","rotationArbitrary"],"maxWidth":4096,"maxArea":16777216}],` +
		`"license":"http://creativecommons.org/publicdomain/zero/1.0/"}`
	if string(b) != want {
		t.Errorf("%s\nwant\n%s", b, want)
	}
}

func TestContentType2(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "text/html": "application/json", "application/json": "application/json",
		"application/ld+json": "application/ld+json", "application/json;q=0.5, application/ld+json": "application/ld+json",
		"application/ld+json, application/json": "application/json", "application/ld+json, */*": "application/ld+json",
	} {
		if got := iiif.ContentType2(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}
