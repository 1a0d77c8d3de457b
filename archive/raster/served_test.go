package raster

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/webp"
)

// mural is a picture as archives hold them: worn plaster, fields of mineral pigments
// with soft shading, ink lines, cracks, grain. As a photograph is, it is less sharp
// than its pixels.
func mural(w, h int) *image.NRGBA {
	pigments := [][3]float64{{198, 176, 142}, {142, 76, 62}, {98, 118, 104}, {84, 98, 122}, {176, 140, 90}, {214, 202, 180}, {112, 92, 78}, {198, 176, 142}}
	seed := uint32(7)
	grain := func() float64 { // a small generator, so that the picture is always the same
		seed = seed*1664525 + 1013904223
		return float64(seed>>8)/(1<<24) - 0.5
	}
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x), float64(y)
			field := math.Sin(u/197+2*math.Sin(v/161)) + math.Cos(v/183+1.5*math.Sin(u/231))
			at := (field + 2) / 4 * 6.999
			i := int(at)
			mix := min(max((at-float64(i)-0.8)/0.2, 0), 1) // into the next one, over some pixels
			mix *= mix * (3 - 2*mix)
			shade := 0.88 + 0.12*math.Sin(u/37)*math.Cos(v/29) + 0.02*grain()
			line := func(far, wide float64) float64 { return math.Exp(-far * far / (wide * wide)) }
			shade *= 1 - 0.6*line(at-float64(i)-0.5, 0.05)                        // drawn in ink
			shade *= 1 - 0.4*line(math.Sin(u/211+v/173)+0.3*math.Sin(v/19), 0.01) // a crack
			p := img.PixOffset(x, y)
			for c := range 3 {
				img.Pix[p+c] = uint8(min(max((pigments[i][c]*(1-mix)+pigments[i+1][c]*mix)*shade+grain(), 0), 255))
			}
			img.Pix[p+3] = 255
		}
	}
	return img
}

// inSpace is a picture of sRGB as a 16-bit TIFF of another space.
func inSpace(img *image.NRGBA, s space) []byte {
	inverse := invert(s.matrix)
	steps := make([]uint32, 1<<14+1) // light to samples
	for i := range steps {
		low, high := 0., 1.
		for range 24 { // the curve has no inverse that is written down
			if mid := (low + high) / 2; s.curve(mid) < float64(i)/(1<<14) {
				low = mid
			} else {
				high = mid
			}
		}
		steps[i] = uint32(math.Round(low * 65535))
	}
	var light [256]float64
	for i := range light {
		light[i] = srgbToLight(float64(i) / 255)
	}
	return tiffKind{
		width: img.Rect.Dx(), height: img.Rect.Dy(), count: 3, bits: 16, photometric: 2, rows: 16, compression: tiffDeflate, icc: s.profile(2),
		value: func(x, y, c int) uint32 {
			p := img.Pix[img.PixOffset(x, y):]
			sum := 0.
			for k := range 3 {
				sum += inverse[c][k] * (srgbMatrix[k][0]*light[p[0]] + srgbMatrix[k][1]*light[p[1]] + srgbMatrix[k][2]*light[p[2]])
			}
			return steps[int(min(max(sum, 0), 1)*(1<<14)+0.5)]
		},
	}.write()
}

// TestServedColours: what is served looks like the master, in whatever space that
// is: the mean of CIEDE2000 is at most 1 over the tiles put together. Computed images
// are encoded a second time: of JPEG it is at most 1.2, of WebP and AVIF, which keep
// less of the colours' detail, 1.7.
func TestServedColours(t *testing.T) {
	t.Parallel()
	src := mural(800, 600)
	all := spaces()
	masters := map[string][]byte{"sRGB": encodePNG(t, src), all[2].name: inSpace(src, all[2])}
	eachEngine(t, func(t *testing.T, e engine) {
		for name, master := range masters {
			a, _, err := derive(t, e, master)
			if err != nil {
				t.Fatal(err)
			}
			mean, most := deltaE(a.level(0), src)
			t.Logf("%s: ΔE %.2f in the mean, %.1f at most", name, mean, most)
			if mean > 1 {
				t.Errorf("%s: tiles are %.2f away in the mean", name, mean)
			}
			checkTiles(t, a)
			part := image.Rect(130, 70, 650, 470) // over several tiles
			for _, format := range e.Formats() {
				var b bytes.Buffer
				if err := e.Render(t.Context(), a, Request{Region: part, Width: part.Dx(), Height: part.Dy(), Quality: "color", Format: format}, &b); err != nil {
					t.Fatal(err)
				}
				if format == "jpg" {
					checkJPEG(t, "computed", b.Bytes(), 3)
				}
				got := decoded(t, format, b.Bytes())
				mean, _ := deltaE(got, src.SubImage(part))
				t.Logf("%s, %s: ΔE %.2f in the mean", name, format, mean)
				if limit := map[string]float64{"jpg": 1.2, "png": 1, "webp": 1.7, "avif": 1.7}[format]; mean > limit { // encoded a second time
					t.Errorf("%s, %s: it is %.2f away in the mean", name, format, mean)
				}
			}
		}
	})
}

// decoded decodes an answer by other means than the engine's.
func decoded(t *testing.T, format string, b []byte) image.Image {
	t.Helper()
	switch format {
	case "webp":
		img, err := webp.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		fullRange(img)
		return img
	case "avif":
		b = byTool(t, b, [2]string{".avif", ".png"}, "vips", "copy", "IN", "OUT")
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// checkTiles holds every tile and thumbnail to what viewers need to know of it.
func checkTiles(t *testing.T, a *access) {
	t.Helper()
	components := 3
	if a.ix.Gray() {
		components = 1
	}
	g := a.ix.Geometry()
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		for row := range rows {
			for col := range cols {
				ref, err := a.ix.Tile(k, col, row)
				if err != nil {
					t.Fatal(err)
				}
				tile, err := a.ReadTile(t.Context(), ref)
				if err != nil {
					t.Fatal(err)
				}
				checkJPEG(t, fmt.Sprintf("tile %d,%d of level %d", col, row, k), tile, components)
			}
		}
	}
	for _, thumb := range a.result.Thumbnails {
		checkJPEG(t, fmt.Sprintf("thumbnail of %d × %d", thumb.Width, thumb.Height), thumb.JPEG, components)
	}
}

// checkJPEG holds a JPEG to one that no viewer can mistake: YCbCr or gray, as its
// components' numbers and a JFIF or Adobe marker say (JFIF 1.02; ISO/IEC 10918-6,
// 6.5.3), with one small profile of sRGB.
func checkJPEG(t *testing.T, what string, b []byte, components int) {
	t.Helper()
	jfif, adobe, frames := false, -1, 0
	var icc []byte
	for at := 2; at+4 <= len(b) && b[at] == 0xff && b[at+1] != 0xda; {
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		body := b[at+4 : at+2+n]
		switch marker := b[at+1]; {
		case marker == 0xe0 && bytes.HasPrefix(body, []byte("JFIF\x00")):
			jfif = true
		case marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")):
			adobe = int(body[11])
		case marker == 0xe2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00\x01\x01")):
			icc = append(icc, body[14:]...)
		case marker == 0xc0:
			frames++
			if int(body[5]) != components {
				t.Errorf("%s: %d components", what, body[5])
			}
			for c := range min(int(body[5]), components) {
				sampling := byte(0x11)
				if c == 0 && components == 3 {
					sampling = 0x22
				}
				if body[6+3*c] != byte(c+1) || body[7+3*c] != sampling {
					t.Errorf("%s: component %d is number %d, sampled %02x", what, c+1, body[6+3*c], body[7+3*c])
				}
			}
		}
		at += 2 + n
	}
	if frames != 1 || !jfif && adobe != 1 || jfif && adobe >= 0 && adobe != 1 {
		t.Errorf("%s: %d frames, JFIF %v, Adobe's transform %d", what, frames, jfif, adobe)
	}
	p, ok := readProfile(icc)
	if !ok || !p.isSRGB() || p.gray != (components == 1) || len(icc) > 3<<10 {
		t.Errorf("%s: its profile of %d bytes is not that of sRGB", what, len(icc))
	}
}

// TestServedGrays: a gray master is served as gray.
func TestServedGrays(t *testing.T) {
	t.Parallel()
	gray := image.NewGray(image.Rect(0, 0, 700, 520))
	src := mural(700, 520)
	for i := range gray.Pix {
		gray.Pix[i] = color.GrayModel.Convert(src.NRGBAAt(i%700, i/700)).(color.Gray).Y
	}
	eachEngine(t, func(t *testing.T, e engine) {
		a, _, err := derive(t, e, encodePNG(t, gray))
		if err != nil {
			t.Fatal(err)
		}
		if mean, _ := deltaE(a.level(0), gray); mean > 1 {
			t.Errorf("tiles are %.2f away in the mean", mean)
		}
		checkTiles(t, a)
		var b bytes.Buffer
		if err := e.Render(t.Context(), a, Request{Region: gray.Rect, Width: 350, Height: 260, Quality: "color", Format: "jpg"}, &b); err != nil {
			t.Fatal(err)
		}
		n := 3 // the pure-Go engine answers in colour
		if img := decoded(t, "jpg", b.Bytes()); img.ColorModel() == color.GrayModel {
			n = 1
		}
		checkJPEG(t, "computed", b.Bytes(), n)
	})
}
