package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"
)

// space is a colour space as the standards that define it say, and its profile.
type space struct {
	name   string
	matrix [3][3]float64 // its primaries in XYZ under D50, as columns
	curve  func(v float64) float64
	tag    []byte // the curve as the profile has it
	gray   bool
}

// gammaTag is a curve of one gamma (ICC.1:2010, 10.5).
func gammaTag(gamma float64) []byte {
	return append([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), byte(int(math.Round(gamma*256))>>8), byte(int(math.Round(gamma*256))), 0, 0)
}

// spaces are those of cameras, scanners and screens.
func spaces() []space {
	gamma := func(g float64) func(float64) float64 { return func(v float64) float64 { return math.Pow(v, g) } }
	// The curve of sRGB as a parametric one (10.15), of type 3.
	para := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		para = binary.BigEndian.AppendUint32(para, uint32(math.Round(v*65536)))
	}
	return []space{
		{name: "Adobe RGB (1998)", matrix: adobeRGB, curve: gamma(563. / 256), tag: gammaTag(563. / 256)},
		{name: "ProPhoto RGB", matrix: [3][3]float64{{0.79767, 0.13519, 0.03135}, {0.28804, 0.71188, 0.00009}, {0, 0, 0.82491}}, curve: gamma(461. / 256), tag: gammaTag(461. / 256)},
		{name: "Display P3", matrix: [3][3]float64{{0.51512, 0.29198, 0.15710}, {0.24120, 0.69225, 0.06657}, {-0.00105, 0.04189, 0.78407}}, curve: srgbToLight, tag: para},
		{name: "Gray gamma 2.2", curve: gamma(563. / 256), tag: gammaTag(563. / 256), gray: true},
	}
}

// profile is the space's ICC profile, of version 2 or 4.
func (s space) profile(version byte) []byte {
	fixed := func(b []byte, v float64) []byte {
		return binary.BigEndian.AppendUint32(b, uint32(int32(math.Round(v*65536))))
	}
	type tag struct {
		name string
		data []byte
	}
	description := append(binary.BigEndian.AppendUint32([]byte("desc\x00\x00\x00\x00"), uint32(len(s.name)+1)), s.name...)
	description = append(description, make([]byte, 1+78)...)
	if version == 4 { // 10.13
		description = []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS")
		description = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(description, uint32(2*len(s.name))), 28)
		for _, r := range s.name {
			description = append(description, 0, byte(r))
		}
	}
	white := fixed(fixed(fixed([]byte("XYZ \x00\x00\x00\x00"), 0.9642), 1), 0.8249)
	tags := []tag{{"desc", description}, {"wtpt", white}}
	if s.gray {
		tags = append(tags, tag{"kTRC", s.tag})
	} else {
		for i, name := range []string{"r", "g", "b"} {
			xyz := []byte("XYZ \x00\x00\x00\x00")
			for row := range 3 {
				xyz = fixed(xyz, s.matrix[row][i])
			}
			tags = append(tags, tag{name + "XYZ", xyz}, tag{name + "TRC", s.tag})
		}
	}
	out := make([]byte, 128)
	out[8] = version
	copy(out[12:], "mntrRGB XYZ ")
	if s.gray {
		copy(out[16:], "GRAY")
	}
	copy(out[36:], "acsp")
	copy(out[68:], white[8:])
	out = binary.BigEndian.AppendUint32(out, uint32(len(tags)))
	at, data := len(out)+12*len(tags), []byte{}
	for _, t := range tags {
		out = append(out, t.name...)
		out = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(out, uint32(at+len(data))), uint32(len(t.data)))
		data = append(append(data, t.data...), make([]byte, -len(t.data)&3)...)
	}
	out = append(out, data...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// xyz is what samples from 0 to 1 mean.
func (s space) xyz(v [3]float64) (xyz [3]float64) {
	if s.gray {
		light := s.curve(v[0])
		return [3]float64{0.9642 * light, light, 0.8249 * light}
	}
	for row := range xyz {
		for i := range v {
			xyz[row] += s.matrix[row][i] * s.curve(v[i])
		}
	}
	return xyz
}

// inGamut reports whether sRGB has this colour, but for the rounding of matrices.
func inGamut(xyz [3]float64) bool {
	const rounding = 0.0005
	for _, m := range invert(srgbMatrix) {
		if light := m[0]*xyz[0] + m[1]*xyz[1] + m[2]*xyz[2]; light < -rounding || light > 1+rounding {
			return false
		}
	}
	return true
}

// patchSide is the side of a patch in pixels, that of a JPEG's largest unit, and
// patchRow how many are in a row.
const patchSide, patchRow = 16, 18

// patches are samples from 0 to 1: nine steps of each channel, so that shadows,
// skin, pigments and paper are all among them.
func patches() (all [][3]float64) {
	for r := range 9 {
		for g := range 9 {
			for b := range 9 {
				all = append(all, [3]float64{float64(r) / 8, float64(g) / 8, float64(b) / 8})
			}
		}
	}
	return all
}

// chart is a TIFF, PNG or JPEG of patches.
func chart(t *testing.T, kind string, bits int, all [][3]float64, gray bool, icc []byte) []byte {
	t.Helper()
	width, height := patchSide*patchRow, patchSide*((len(all)+patchRow-1)/patchRow)
	most := float64(uint64(1)<<min(bits, 32) - 1)
	value := func(x, y, c int) float64 { return all[min(y/patchSide*patchRow+x/patchSide, len(all)-1)][c] }
	whole := func(x, y, c int) uint32 { return uint32(math.Round(value(x, y, c) * most)) }
	count, photometric, colour := 3, 2, 2
	if gray {
		count, photometric, colour = 1, 1, 0
	}
	switch kind {
	case "TIFF":
		return tiffKind{width: width, height: height, count: count, bits: bits, photometric: photometric, rows: 16, icc: icc, value: whole}.write()
	case "TIFF, floating point":
		return tiffKind{
			width: width, height: height, count: count, bits: 32, format: 3, photometric: photometric, rows: 16, icc: icc,
			value: func(x, y, c int) uint32 { return math.Float32bits(float32(value(x, y, c))) },
		}.write()
	case "PNG", "PNG, interlaced":
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, _ = w.Write(icc) // memory takes all
		_ = w.Close()
		return pngKind{
			width: width, height: height, colour: colour, bits: bits, adam7: kind != "PNG", chunks: chunk("iCCP", "x\x00\x00"+z.String()), value: whole,
		}.write()
	}
	plain := jpegKind{
		width: width, height: height, sampling: [][2]int{{1, 1}, {1, 1}, {1, 1}}[:count], adobe: 1,
		segments: segment(0xe2, "ICC_PROFILE\x00\x01\x01"+string(icc)), value: func(x, y, c int) uint8 { return uint8(whole(x, y, c)) },
	}
	if gray {
		plain.adobe = 0
	}
	return plain.write()
}

// TestPatches converts charts in the usual colour spaces, in every format and depth
// that carries a profile. Relative colorimetric intent means that a colour that sRGB
// has comes out as that colour.
func TestPatches(t *testing.T) {
	t.Parallel()
	for _, s := range spaces() {
		var all [][3]float64
		for _, p := range patches() {
			if (!s.gray || p[0] == p[1] && p[1] == p[2]) && inGamut(s.xyz(p)) {
				all = append(all, p)
			}
		}
		if len(all) < 9 {
			t.Fatalf("%s: only %d patches", s.name, len(all))
		}
		for _, kind := range []struct {
			name    string
			bits    int
			version byte
		}{
			{"TIFF", 8, 2}, {"TIFF", 16, 4}, {"TIFF", 32, 2}, {"TIFF, floating point", 32, 4}, {"PNG", 8, 4}, {"PNG", 16, 2}, {"PNG, interlaced", 16, 2}, {"JPEG", 8, 4},
		} {
			t.Run(fmt.Sprintf("%s, %s of %d bits", s.name, kind.name, kind.bits), func(t *testing.T) {
				t.Parallel()
				eachEngine(t, func(t *testing.T, e engine) {
					a, info, err := derive(t, e, chart(t, kind.name, kind.bits, all, s.gray, s.profile(kind.version)))
					if err != nil {
						t.Fatal(err)
					}
					if info.Profile != s.name {
						t.Errorf("the profile is recorded as %q", info.Profile)
					}
					checkPatches(t, a.level(0), all, func(p [3]float64) [3]float64 {
						if most := math.Pow(2, float64(kind.bits)) - 1; kind.bits < 32 { // as they are stored
							for c := range p {
								p[c] = math.Round(p[c]*most) / most
							}
						}
						return labOfXYZ(s.xyz(p))
					})
				})
			})
		}
	}
}

// checkPatches holds what is shown of each patch to the colour that it has.
func checkPatches(t *testing.T, img *image.NRGBA, all [][3]float64, lab func(p [3]float64) [3]float64) {
	t.Helper()
	worst, sum := 0.0, 0.0
	for i, p := range all {
		got := img.NRGBAAt(i%patchRow*patchSide+patchSide/2, i/patchRow*patchSide+patchSide/2)
		d := deltaE2000(labOfSRGB(got), lab(p))
		sum += d
		if worst = max(worst, d); d > 2 {
			t.Errorf("patch %.3f is shown as %v: ΔE %.2f", p, got, d)
		}
	}
	t.Logf("%d patches, ΔE %.2f at most, %.2f in the mean", len(all), worst, sum/float64(len(all)))
}

// TestInkPatches lets LittleCMS separate colours into the inks of a profile by
// tables, and holds what the native engine shows of the inks to what LittleCMS says
// they are.
// The pure-Go one says that it goes by a formula.
func TestInkPatches(t *testing.T) {
	t.Parallel()
	// Colours that ink has: pigments, not light.
	var all [][3]float64
	for _, r := range []float64{0.35, 0.55, 0.75} {
		for _, g := range []float64{0.35, 0.5, 0.7} {
			for _, b := range []float64{0.35, 0.5, 0.65} {
				all = append(all, [3]float64{r, g, b})
			}
		}
	}
	srgb := chart(t, "TIFF", 8, all, false, srgbProfile)
	kinds := [2]string{".tif", ".tif"}
	eight := byTool(t, srgb, kinds, "vips", "icc_transform", "IN", "OUT", "cmyk", "--embedded", "--intent", "relative")
	sixteen := byTool(t, srgb, kinds, "vips", "icc_transform", "IN", "OUT", "cmyk", "--embedded", "--intent", "relative", "--depth", "16")
	back := byTool(t, sixteen, [2]string{".tif", ".png"}, "vips", "icc_transform", "IN", "OUT", "srgb", "--embedded", "--intent", "relative", "--depth", "8")
	reference, err := png.Decode(bytes.NewReader(back))
	if err != nil {
		t.Fatal(err)
	}
	for name, master := range map[string][]byte{
		"TIFF of 8 bits": eight, "TIFF of 16 bits": sixteen, "JPEG": byTool(t, eight, [2]string{".tif", ".jpg"}, "vips", "copy", "IN", "OUT[Q=99,no_subsample]"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e engine) {
				a, info, err := derive(t, e, master)
				if err != nil {
					t.Fatal(err)
				}
				if info.Profile == "" || info.Colour != "cmyk" {
					t.Errorf("%+v", info)
				}
				if e.Name() == NewGo().Name() {
					if len(info.Notes) != 1 || !strings.Contains(info.Notes[0], "native engine") {
						t.Errorf("notes: %q", info.Notes)
					}
					return
				}
				of := func(v float64) uint8 { return uint8(math.Round(v * 255)) }
				at, far := 0, 0.0
				checkPatches(t, a.level(0), all, func(p [3]float64) [3]float64 {
					lab := labOfSRGB(toNRGBA(reference).NRGBAAt(at%patchRow*patchSide+patchSide/2, at/patchRow*patchSide+patchSide/2))
					at++
					far += deltaE2000(lab, labOfSRGB(color.NRGBA{of(p[0]), of(p[1]), of(p[2]), 255}))
					return lab
				})
				// What the inks are of is lost where the profile has no inks for it.
				if far /= float64(len(all)); far > 2 {
					t.Errorf("the inks are %.2f from the colours that they are of", far)
				}
			})
		})
	}
}

// TestGradientsDoNotBand: the shadows of a 16-bit master in a wide colour space come
// out in all the levels that they have in 8 bits of sRGB. Had they passed through 8
// bits before, a quarter would be missing.
func TestGradientsDoNotBand(t *testing.T) {
	t.Parallel()
	const width = 4096
	for _, s := range spaces() {
		shadows := func(x, _, _ int) uint32 { return uint32(x * 13107 / (width - 1)) } // a fifth of the range
		levels := int(255 * lightToSRGB(s.curve(0.2)))
		kind := tiffKind{width: width, height: 2, count: 3, bits: 16, photometric: 2, icc: s.profile(2), value: shadows}
		if s.gray {
			kind.count, kind.photometric = 1, 1
		}
		stored := kind.write()
		eachEngine(t, func(t *testing.T, e engine) {
			info, err := e.Identify(t.Context(), bytes.NewReader(stored), int64(len(stored)))
			if err != nil {
				t.Fatal(err)
			}
			src, err := e.(interface {
				open(m *master, info Info) (rows, error)
			}).open(newMaster(t.Context(), bytes.NewReader(stored), int64(len(stored))), info)
			if err != nil {
				t.Fatal(err)
			}
			defer src.close()
			b := newBand(width, 2, src.gray())
			if err := src.next(b); err != nil {
				t.Fatal(err)
			}
			seen := slices.Compact(slices.Sorted(slices.Values(b.y)))
			if len(seen) < levels-1 || !slices.IsSorted(b.y[:width]) {
				t.Errorf("%s: %d levels of %d", s.name, len(seen), levels)
			}
		})
	}
}
