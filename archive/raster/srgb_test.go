package raster

import (
	"bytes"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The profiles that go out mean sRGB, to our own reader and to others.
func TestOwnProfiles(t *testing.T) {
	t.Parallel()
	for name, icc := range map[string][]byte{"colour": srgbProfile, "gray": grayProfile} {
		p, ok := readProfile(icc)
		if !ok || !p.isSRGB() || needsConversion(icc) {
			t.Errorf("%s: it is not read as sRGB", name)
		}
		if len(icc) > 3<<10 || profileName(icc) == "" {
			t.Errorf("%s: %d bytes, %q", name, len(icc), profileName(icc))
		}
	}
	for name, img := range map[string]image.Image{"colour": picture(300, 200), "gray": image.NewGray(image.Rect(0, 0, 300, 200))} {
		eachEngine(t, func(t *testing.T, e engine) {
			a, _, err := derive(t, e, encodePNG(t, img))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := e.Render(t.Context(), a, Request{Region: image.Rect(0, 0, 300, 200), Width: 100, Height: 66, Quality: "color", Format: "jpg"}, &b); err != nil {
				t.Fatal(err)
			}
			ref, err := a.ix.Tile(0, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			tile, err := a.ReadTile(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			for what, jpg := range map[string][]byte{"tile": tile, "computed": b.Bytes(), "thumbnail": a.result.Thumbnails[0].JPEG} {
				if n := bytes.Count(jpg, []byte("ICC_PROFILE\x00")); n != 1 {
					t.Errorf("%s, %s: %d profiles", name, what, n)
				}
				path := filepath.Join(t.TempDir(), "x.jpg")
				if err := os.WriteFile(path, jpg, 0o600); err != nil {
					t.Fatal(err)
				}
				// libvips, by LittleCMS, converts by it and changes nothing.
				out := filepath.Join(t.TempDir(), "y.png")
				tool(t, "vips", "icc_transform", path, out, "srgb", "--embedded")
				if said := tool(t, "vipsheader", "-f", "interpretation", out); !strings.Contains(said, "sRGB") {
					t.Errorf("%s, %s: %s", name, what, said)
				}
			}
		})
	}
}
