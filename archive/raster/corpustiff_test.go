package raster

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
)

// TestTIFFMatrix takes every way in which TIFF and BigTIFF store the samples of a
// picture: depth, compression, predictor, byte order, strips or tiles, planes.
func TestTIFFMatrix(t *testing.T) {
	t.Parallel()
	var all []odd
	orders := []byteOrder{binary.LittleEndian, binary.BigEndian}
	for i := range 1 << 3 {
		order, tiled, planar := orders[i&1], i&2 != 0, i&4 != 0
		for j, compression := range []int{tiffNone, tiffLZW, tiffDeflate, tiffDeflateOld, tiffPackBits} {
			big := (i+i/2+i/4+j)%2 == 0 // half of each
			for _, depth := range []struct {
				bits      int
				floating  bool
				predictor int
			}{{8, false, 0}, {8, false, 2}, {16, false, 0}, {16, false, 2}, {32, false, 0}, {32, false, 2}, {32, true, 0}, {32, true, 3}} {
				if depth.predictor > 0 && (compression == tiffNone || compression == tiffPackBits) {
					continue // there is none (TIFF 6.0, section 14)
				}
				k := tiffKind{
					order: order, big: big, planar: planar, width: clothWidth, height: clothHeight, count: 3, bits: depth.bits, rows: 7,
					compression: compression, predictor: depth.predictor, photometric: 2, value: scaled(depth.bits, depth.floating, cloth),
				}
				o := odd{want: clothRGB()}
				if tiled {
					k.tile = 32
				}
				if k.format = 1; depth.floating {
					k.format = 3
					k.value = lightOf(cloth)
					o.note = "floating-point"
				}
				o.master = k.write()
				o.name = fmt.Sprintf("%s big=%v tiled=%v planar=%v compression=%d bits=%d float=%v predictor=%d",
					order, big, tiled, planar, compression, depth.bits, depth.floating, depth.predictor)
				all = append(all, o)
			}
		}
	}
	tryOdd(t, all)
}

// lightOf gives floating-point samples of the light that 8-bit samples of sRGB mean,
// as renderers and panorama programs write them.
func lightOf(v func(x, y, c int) uint8) func(x, y, c int) uint32 {
	return func(x, y, c int) uint32 { return math.Float32bits(float32(srgbToLight(float64(v(x, y, c)) / 255))) }
}

func srgbToLight(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// TestTIFFColours takes what the samples of a TIFF can mean.
func TestTIFFColours(t *testing.T) {
	t.Parallel()
	kind := func(photometric, count, bits int, value func(x, y, c int) uint32) tiffKind {
		return tiffKind{width: clothWidth, height: clothHeight, photometric: photometric, count: count, bits: bits, rows: 9, value: value}
	}
	plain := scaled(8, false, cloth)
	inverted := func(bits int) func(x, y, c int) uint32 {
		return scaled(bits, false, func(x, y, c int) uint8 { return 255 - cloth(x, y, c) })
	}
	coarse := func(bits int) *image.NRGBA { // the cloth in gray of so few bits
		most := float64(int(1)<<bits - 1)
		return drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
			v := uint8(math.Round(math.Round(float64(cloth(x, y, 0))*most/255) * 255 / most))
			return [3]uint8{v, v, v}
		})
	}
	over := func(background, alpha int) *image.NRGBA { // the cloth as its fourth channel lets it show
		return drawn(clothWidth, clothHeight, func(x, y int) (p [3]uint8) {
			a := int(cloth(x, y, 3))
			for c := range p {
				p[c] = uint8((int(cloth(x, y, c))*a + background*(255-a) + 127) / 255)
			}
			return p
		})
	}
	with := func(k tiffKind, change func(k *tiffKind)) []byte {
		change(&k)
		return k.write()
	}
	palette := make([]uint16, 3*256)
	for i := range 256 {
		palette[i], palette[256+i], palette[512+i] = uint16(257*i), uint16(257*(255-i)), uint16(257*(i/2))
	}
	fromPalette := drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
		v := cloth(x, y, 0)
		return [3]uint8{v, 255 - v, v / 2}
	})
	associated := func(x, y, c int) uint8 {
		if c == 3 {
			return cloth(x, y, 3)
		}
		return uint8((int(cloth(x, y, c))*int(cloth(x, y, 3)) + 127) / 255)
	}
	rgb := kind(2, 3, 8, plain)
	tryOdd(t, []odd{
		{name: "gray 1 bit", master: kind(1, 1, 1, scaled(1, false, cloth)).write(), want: coarse(1)},
		{name: "gray 1 bit, white is 0", master: kind(0, 1, 1, inverted(1)).write(), want: coarse(1)},
		{name: "gray 2 bits", master: kind(1, 1, 2, scaled(2, false, cloth)).write(), want: coarse(2)},
		{name: "gray 4 bits", master: kind(1, 1, 4, scaled(4, false, cloth)).write(), want: coarse(4)},
		{name: "gray 8 bits, white is 0", master: kind(0, 1, 8, inverted(8)).write(), want: clothGray()},
		{name: "gray 16 bits", master: kind(1, 1, 16, scaled(16, false, cloth)).write(), want: clothGray()},
		{name: "gray 16 bits, white is 0", master: kind(0, 1, 16, inverted(16)).write(), want: clothGray()},
		{name: "gray 32 bits", master: kind(1, 1, 32, scaled(32, false, cloth)).write(), want: clothGray()},
		{
			name: "gray floating point", want: clothGray(), note: "floating-point",
			master: with(kind(1, 1, 32, lightOf(cloth)), func(k *tiffKind) { k.format = 3 }),
		},
		{name: "signed", master: with(rgb, func(k *tiffKind) { k.format = 2 }), pure: CodeUnsupported, native: CodeUnsupported},
		{name: "palette of 8 bits", master: with(kind(3, 1, 8, plain), func(k *tiffKind) { k.palette = palette }), want: fromPalette},
		{
			name: "palette of 1 bit", want: drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
				if cloth(x, y, 0) > 127 {
					return [3]uint8{200, 180, 160}
				}
				return [3]uint8{20, 60, 40}
			}),
			master: with(kind(3, 1, 1, scaled(1, false, cloth)), func(k *tiffKind) {
				k.palette = []uint16{20 * 257, 200 * 257, 60 * 257, 180 * 257, 40 * 257, 160 * 257}
			}),
		},
		{name: "alpha", master: with(kind(2, 4, 8, plain), func(k *tiffKind) { k.extra = 3 }), want: over(255, 3)},
		{name: "alpha of 16 bits", master: with(kind(2, 4, 16, scaled(16, false, cloth)), func(k *tiffKind) { k.extra = 3 }), want: over(255, 3)},
		{name: "associated alpha", master: with(kind(2, 4, 8, scaled(8, false, associated)), func(k *tiffKind) { k.extra = 2 }), want: over(255, 3)},
		{name: "a channel that is no alpha", master: with(kind(2, 4, 8, plain), func(k *tiffKind) { k.extra = 1 }), want: clothRGB()},
		{name: "CIELAB", master: kind(8, 3, 8, labOf(8)).write(), want: clothRGB()},
		{name: "CIELAB of 16 bits", master: kind(8, 3, 16, labOf(16)).write(), want: clothRGB()},
		{name: "CIELAB as profiles have it", master: kind(9, 3, 8, func(x, y, c int) uint32 {
			v := labOf(8)(x, y, c)
			if c > 0 {
				v = (v + 128) & 255
			}
			return v
		}).write(), want: clothRGB()},
		{name: "half floating point", master: with(kind(2, 3, 16, scaled(16, false, cloth)), func(k *tiffKind) { k.format = 3 }), pure: CodeUnsupported, native: CodeUnsupported},
		{name: "samples of different formats", master: with(kind(2, 3, 32, scaled(32, true, cloth)), func(k *tiffKind) {
			k.said = []tiffEntry{{tagSampleFormat, 3, []uint64{3, 3, 1}}}
		}), pure: CodeUnsupported, native: CodeUnsupported},
		{name: "several pages", master: with(rgb, func(k *tiffKind) { k.pages = 3 }), want: clothRGB(), note: "first is shown"},
		{
			name: "several pages of 32 bits", want: clothGray(), note: "first is shown",
			master: with(kind(1, 1, 32, scaled(32, false, cloth)), func(k *tiffKind) { k.pages = 3 }),
		},
		{name: "one pixel", master: with(rgb, func(k *tiffKind) { k.width, k.height = 1, 1 }), want: clothRGB().SubImage(image.Rect(0, 0, 1, 1))},
		{name: "one pixel in a tile", master: with(rgb, func(k *tiffKind) { k.width, k.height, k.tile = 1, 1, 16 }), want: clothRGB().SubImage(image.Rect(0, 0, 1, 1))},
	})
}

// labOf gives the cloth in CIE L*a*b* under D50, as TIFF stores it (TIFF 6.0,
// section 23): L from 0 to 100 unsigned; a and b signed, of 16 bits in 256ths.
func labOf(bits int) func(x, y, c int) uint32 {
	return func(x, y, c int) uint32 {
		lab := labOfSRGB(color.NRGBA{cloth(x, y, 0), cloth(x, y, 1), cloth(x, y, 2), 255})
		most := float64(int(1)<<bits - 1)
		if c == 0 {
			return uint32(math.Round(lab[0] / 100 * most))
		}
		if bits == 8 {
			return uint32(uint8(int8(math.Round(lab[c]))))
		}
		return uint32(uint16(int16(math.Round(lab[c] * 256))))
	}
}

// TestTIFFByLibtiff takes the compressions that libtiff writes: fax and JPEG.
func TestTIFFByLibtiff(t *testing.T) {
	t.Parallel()
	bits := tiffKind{width: clothWidth, height: clothHeight, count: 1, bits: 1, value: scaled(1, false, cloth), rows: 16}
	bilevel := drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
		v := uint8(255 * scaled(1, false, cloth)(x, y, 0))
		return [3]uint8{v, v, v}
	})
	negative := drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
		v := 255 - uint8(255*scaled(1, false, cloth)(x, y, 0))
		return [3]uint8{v, v, v}
	})
	of := func(count, photometric int) tiffKind {
		return tiffKind{width: clothWidth, height: clothHeight, count: count, bits: 8, photometric: photometric, value: scaled(8, false, cloth), rows: 16}
	}
	rgb, gray := of(3, 2), of(1, 1)
	kinds := [2]string{".tif", ".tif"}
	cp := func(k tiffKind, args ...string) []byte {
		return byTool(t, k.write(), kinds, "tiffcp", append(args, "IN", "OUT")...)
	}
	black := bits
	black.photometric = 1
	all := []odd{
		{name: "group 4", master: cp(bits, "-c", "g4"), want: negative},
		{name: "group 4, black is 0", master: cp(black, "-c", "g4"), want: bilevel},
		{name: "group 4, bits reversed", master: cp(bits, "-c", "g4", "-f", "lsb2msb"), want: negative},
		{name: "group 3", master: cp(bits, "-c", "g3:1d"), want: negative},
		{name: "group 3, two-dimensional", master: cp(bits, "-c", "g3:2d"), want: negative, pure: CodeUnsupported},
		{name: "group 3, filled", master: cp(bits, "-c", "g3:1d:fill"), want: negative, pure: CodeUnsupported},
		{name: "JPEG", master: cp(rgb, "-c", "jpeg:95"), want: clothRGB(), limit: 3},
		{name: "JPEG in tiles", master: cp(rgb, "-c", "jpeg:95", "-t", "-w", "32", "-l", "32"), want: clothRGB(), limit: 4},
		{name: "JPEG of RGB", master: cp(rgb, "-c", "jpeg:r:95"), want: clothRGB(), limit: 3},
		{name: "JPEG, big-endian", master: cp(rgb, "-c", "jpeg:95", "-B"), want: clothRGB(), limit: 3},
		{name: "JPEG of gray", master: cp(gray, "-c", "jpeg:95"), want: clothGray()},
		{name: "JPEG of planes", master: cp(rgb, "-c", "jpeg:r:95", "-p", "separate"), want: clothRGB(), pure: CodeUnsupported, limit: 3},
		{name: "Zstandard", master: cp(rgb, "-c", "zstd"), want: clothRGB(), pure: CodeUnsupported},
		{name: "LZMA", master: cp(rgb, "-c", "lzma"), want: clothRGB(), pure: CodeUnsupported},
	}
	for _, lossy := range []string{"webp", "jp2k"} {
		all = append(all, odd{
			name: lossy, master: byTool(t, rgb.write(), kinds, "vips", "tiffsave", "IN", "OUT", "--compression", lossy, "--Q", "98", "--tile", "--tile-width", "64", "--tile-height", "64"),
			want: clothRGB(), pure: CodeUnsupported, limit: 4,
		})
	}
	tryOdd(t, all)
}
