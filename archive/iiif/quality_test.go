package iiif_test

import (
	"errors"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

func TestRotation(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rotation  string
		mirror    bool
		degrees   float64
		canonical string
		w, h      int // of the picture, for 300 × 200 pixels
	}{
		// The examples of section 4.3.
		{"0", false, 0, "0", 300, 200},
		{"180", false, 180, "180", 300, 200},
		{"90", false, 90, "90", 200, 300},
		{"22.5", false, 22.5, "22.5", 354, 300},
		{"!0", true, 0, "!0", 300, 200},
		{"!180", true, 180, "!180", 300, 200},
		// 4.6 and 4.8.
		{"!345", true, 345, "!345", 342, 271},
		{"360", false, 0, "0", 300, 200},
		{"!360", true, 0, "!0", 300, 200},
		{"360.0", false, 0, "0", 300, 200},
		{"90.0", false, 90, "90", 200, 300},
		{"090.50", false, 90.5, "90.5", 203, 302},
		{"0.9", false, 0.9, "0.9", 304, 205},
		{"45", false, 45, "45", 354, 354},
		{"359.99999999999", false, 0, "0", 300, 200},
		{"0.0000001", false, 0, "0", 300, 200},
		{"12.3456789", false, 12.345679, "12.345679", 336, 260},
	}
	for _, tt := range tests {
		plan, err := resolve(t, "full/max/"+tt.rotation+"/default.png", spec, iiif.Offer{})
		if err != nil {
			t.Errorf("%s: %v", tt.rotation, err)
			continue
		}
		if plan.Mirror != tt.mirror || plan.Rotation != tt.degrees {
			t.Errorf("%s: mirror %v, %v degrees; want %v, %v", tt.rotation, plan.Mirror, plan.Rotation, tt.mirror, tt.degrees)
		}
		if want := "full/max/" + tt.canonical + "/default.png"; plan.Canonical != want {
			t.Errorf("%s: canonical %s, want %s", tt.rotation, plan.Canonical, want)
		}
		if plan.Width != 300 || plan.Height != 200 {
			t.Errorf("%s: scaled to %d × %d, want the size before rotation", tt.rotation, plan.Width, plan.Height)
		}
		if w, h := plan.OutputSize(); w != tt.w || h != tt.h {
			t.Errorf("%s: the picture has %d × %d pixels, want %d × %d", tt.rotation, w, h, tt.w, tt.h)
		}
	}
}

func TestQuality(t *testing.T) {
	t.Parallel()
	colour, gray := spec, spec
	gray.Gray = true
	bitonal := iiif.Offer{Bitonal: true}
	tests := []struct {
		img       iiif.Image
		quality   string
		resolved  iiif.Quality
		native    bool
		canonical string
	}{
		{colour, "default", iiif.Color, true, "default"},
		{colour, "color", iiif.Color, true, "default"},
		{colour, "gray", iiif.Gray, false, "gray"},
		{colour, "bitonal", iiif.Bitonal, false, "bitonal"},
		{gray, "default", iiif.Gray, true, "default"},
		{gray, "color", iiif.Gray, true, "default"}, // never an error (section 4.4)
		{gray, "gray", iiif.Gray, true, "default"},
		{gray, "bitonal", iiif.Bitonal, false, "bitonal"},
	}
	for _, tt := range tests {
		plan, err := resolve(t, "full/max/0/"+tt.quality+".jpg", tt.img, bitonal)
		if err != nil {
			t.Errorf("%s: %v", tt.quality, err)
			continue
		}
		if plan.Quality != tt.resolved || plan.Native != tt.native {
			t.Errorf("gray=%v %s: %s, native %v; want %s, %v", tt.img.Gray, tt.quality, plan.Quality, plan.Native, tt.resolved, tt.native)
		}
		if want := "full/max/0/" + tt.canonical + ".jpg"; plan.Canonical != want {
			t.Errorf("gray=%v %s: canonical %s, want %s", tt.img.Gray, tt.quality, plan.Canonical, want)
		}
	}
}

func TestNotOffered(t *testing.T) {
	t.Parallel()
	webp := iiif.Offer{Formats: []iiif.Format{iiif.WebP}}
	tests := []struct {
		name  string
		offer iiif.Offer
		part  string // "" is offered
	}{
		{"default.jpg", iiif.Offer{}, ""},
		{"default.png", iiif.Offer{}, ""},
		{"default.webp", webp, ""},
		{"default.webp", iiif.Offer{}, iiif.PartFormat},
		{"default.avif", webp, iiif.PartFormat},
		{"default.tif", webp, iiif.PartFormat},
		{"default.gif", webp, iiif.PartFormat},
		{"default.jp2", webp, iiif.PartFormat},
		{"default.pdf", webp, iiif.PartFormat},
		{"bitonal.jpg", iiif.Offer{}, iiif.PartQuality},
		{"bitonal.jpg", iiif.Offer{Bitonal: true}, ""},
	}
	for _, tt := range tests {
		_, err := resolve(t, "full/max/0/"+tt.name, spec, tt.offer)
		var unsupported *iiif.UnsupportedError
		switch {
		case tt.part == "" && err != nil:
			t.Errorf("%s with %+v: %v", tt.name, tt.offer, err)
		case tt.part != "" && (!errors.As(err, &unsupported) || unsupported.Part != tt.part || !strings.Contains(err.Error(), "the "+tt.part)):
			t.Errorf("%s with %+v: got %v, want an UnsupportedError of the %s", tt.name, tt.offer, err, tt.part)
		}
	}
}

// TestFormatTooSmall: no plan asks an encoder for a file that cannot be.
func TestFormatTooSmall(t *testing.T) {
	t.Parallel()
	img := iiif.Image{Pyramid: iiif.NewPyramid(60_000, 60_000, 512)}
	webp := iiif.Offer{Formats: []iiif.Format{iiif.WebP}}
	for request, ok := range map[string]bool{
		"full/max/0/default.jpg":      true,
		"full/max/45/default.jpg":     false, // 84,853 pixels wide once rotated
		"full/max/45/default.png":     true,
		"full/max/0/default.webp":     false,
		"full/16383,/0/default.webp":  true,
		"full/16384,/90/default.webp": false,
	} {
		_, err := resolve(t, request, img, webp)
		var syntax *iiif.SyntaxError
		if ok && err != nil || !ok && (!errors.As(err, &syntax) || syntax.Part != iiif.PartFormat) {
			t.Errorf("%s: got %v, want ok=%v", request, err, ok)
		}
	}
}

func TestMediaType(t *testing.T) {
	t.Parallel()
	for format, want := range map[iiif.Format]string{ // section 4.5
		"jpg": "image/jpeg", "tif": "image/tiff", "png": "image/png", "gif": "image/gif",
		"jp2": "image/jp2", "pdf": "application/pdf", "webp": "image/webp", "avif": "image/avif", "bmp": "", "": "",
	} {
		if got := format.MediaType(); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

func TestResolveRefusesNonsense(t *testing.T) {
	t.Parallel()
	info, err := iiif.ParseRequest("id/info.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := info.Resolve(spec, iiif.Offer{}); err == nil {
		t.Error("an information request resolves to an image")
	}
	for _, img := range []iiif.Image{{}, {Pyramid: iiif.Pyramid{Width: -1, Height: 5}}, {Pyramid: iiif.Pyramid{Width: 1 << 40, Height: 5}}} {
		if _, err := resolve(t, "full/max/0/default.jpg", img, iiif.Offer{}); err == nil {
			t.Errorf("a request resolves for %+v", img)
		}
	}
}
