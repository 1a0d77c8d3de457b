package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"testing"
)

// steps is the cloth in so many even steps of gray, as a palette of indexes and as
// a picture.
func steps(bits int) (palette []byte, index func(x, y int) byte, picture *image.NRGBA) {
	most := float64(int(1)<<bits - 1)
	for i := range 1 << bits {
		v := byte(float64(i) * 255 / most)
		palette = append(palette, v, 255-v, v/2)
	}
	index = func(x, y int) byte { return byte(math.Round(float64(cloth(x, y, 0)) * most / 255)) }
	return palette, index, drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 { return [3]uint8(palette[3*int(index(x, y)):]) })
}

// TestPNGMatrix takes every colour type and depth of PNG, interlaced and not, with
// transparency and without.
func TestPNGMatrix(t *testing.T) {
	t.Parallel()
	gray := func(bits int) *image.NRGBA {
		most := float64(int(1)<<bits - 1)
		return drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
			v := uint8(math.Round(math.Round(float64(cloth(x, y, 0))*most/255) * 255 / most))
			return [3]uint8{v, v, v}
		})
	}
	overWhite := func(alpha func(x, y int) int, channel func(c int) int) *image.NRGBA {
		return drawn(clothWidth, clothHeight, func(x, y int) (p [3]uint8) {
			a := alpha(x, y)
			for c := range p {
				p[c] = uint8((int(cloth(x, y, channel(c)))*a + 255*(255-a) + 127) / 255)
			}
			return p
		})
	}
	all3, first := func(c int) int { return c }, func(int) int { return 0 }
	fourth := func(x, y int) int { return int(cloth(x, y, 3)) }
	grayAlpha := func(x, y, c int) uint8 { return cloth(x, y, 3*c) }
	var all []odd
	for _, interlaced := range []bool{false, true} {
		kind := func(colour, bits int, value func(x, y, c int) uint32) pngKind {
			return pngKind{width: clothWidth, height: clothHeight, colour: colour, bits: bits, adam7: interlaced, value: value}
		}
		add := func(name string, k pngKind, want image.Image) {
			o := odd{name: fmt.Sprintf("%s adam7=%v", name, interlaced), master: k.write(), want: want}
			if k.colour == 3 {
				o.limit = 4 // steps of colour are edges, whose chroma is averaged
			}
			all = append(all, o)
		}
		for _, bits := range []int{1, 2, 4, 8, 16} {
			add(fmt.Sprintf("gray %d", bits), kind(0, bits, scaled(bits, false, cloth)), gray(min(bits, 8)))
		}
		for _, bits := range []int{1, 2, 4, 8} {
			palette, index, picture := steps(bits)
			k := kind(3, bits, func(x, y, _ int) uint32 { return uint32(index(x, y)) })
			k.palette = palette
			add(fmt.Sprintf("palette %d", bits), k, picture)
			k.transparency = bytes.Repeat([]byte{128}, len(palette)/3)
			add(fmt.Sprintf("palette %d half transparent", bits), k, drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
				p := picture.NRGBAAt(x, y)
				half := func(v uint8) uint8 { return uint8((int(v)*128 + 255*127) / 255) }
				return [3]uint8{half(p.R), half(p.G), half(p.B)}
			}))
		}
		for _, bits := range []int{8, 16} {
			add(fmt.Sprintf("colour %d", bits), kind(2, bits, scaled(bits, false, cloth)), clothRGB())
			add(fmt.Sprintf("colour and alpha %d", bits), kind(6, bits, scaled(bits, false, cloth)), overWhite(fourth, all3))
			add(fmt.Sprintf("gray and alpha %d", bits), kind(4, bits, scaled(bits, false, grayAlpha)), overWhite(fourth, first))
		}
		key := kind(0, 8, scaled(8, false, cloth))
		v := cloth(20, 0, 0)
		key.transparency = []byte{0, v}
		add("gray with a transparent value", key, overWhite(func(x, y int) int {
			if cloth(x, y, 0) == v {
				return 0
			}
			return 255
		}, first))
		small := kind(2, 8, scaled(8, false, cloth))
		small.width, small.height = 1, 1
		add("one pixel", small, clothRGB().SubImage(image.Rect(0, 0, 1, 1)))
		flat := kind(2, 8, scaled(8, false, cloth)) // narrower than the passes are apart
		flat.width, flat.height = 3, 2
		add("a few pixels", flat, clothRGB().SubImage(image.Rect(0, 0, 3, 2)))
	}
	tryOdd(t, all)
}

// TestGIFs takes GIFs: interlaced, animated, a frame that is smaller than the
// canvas.
func TestGIFs(t *testing.T) {
	t.Parallel()
	palette, index, picture := steps(6)
	colours := make(color.Palette, 0, 64)
	for i := 0; i < len(palette); i += 3 {
		colours = append(colours, color.RGBA{palette[i], palette[i+1], palette[i+2], 255})
	}
	frame := func(r image.Rectangle, shift byte) *image.Paletted {
		p := image.NewPaletted(r, colours)
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				p.SetColorIndex(x, y, (index(x, y)+shift)%64)
			}
		}
		return p
	}
	encode := func(g *gif.GIF) []byte {
		var b bytes.Buffer
		g.Config = image.Config{Width: clothWidth, Height: clothHeight, ColorModel: colours}
		g.Delay = make([]int, len(g.Image))
		if err := gif.EncodeAll(&b, g); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	canvas := image.Rect(0, 0, clothWidth, clothHeight)
	corner := image.Rect(10, 6, 50, 40)
	onCanvas := drawn(clothWidth, clothHeight, func(x, y int) [3]uint8 {
		if !image.Pt(x, y).In(corner) {
			return [3]uint8{255, 255, 255}
		}
		p := picture.NRGBAAt(x, y)
		return [3]uint8{p.R, p.G, p.B}
	})
	tryOdd(t, []odd{
		{name: "plain", master: gifOf(clothWidth, clothHeight, palette, false, index), want: picture},
		{name: "interlaced", master: gifOf(clothWidth, clothHeight, palette, true, index), want: picture},
		{name: "animated", master: encode(&gif.GIF{Image: []*image.Paletted{frame(canvas, 0), frame(canvas, 30)}}), want: picture, note: "animation"},
		{name: "a small frame", master: encode(&gif.GIF{Image: []*image.Paletted{frame(corner, 0)}}), want: onCanvas, limit: 4},
		{name: "one pixel", master: gifOf(1, 1, palette, false, index), want: picture.SubImage(image.Rect(0, 0, 1, 1)), limit: 4},
	})
}

// TestBMPs takes BMPs of every depth, from below and from above.
func TestBMPs(t *testing.T) {
	t.Parallel()
	var all []odd
	for _, topDown := range []bool{false, true} {
		for _, bits := range []int{1, 4, 8, 24, 32} {
			o := odd{name: fmt.Sprintf("%d bits, top-down %v", bits, topDown)}
			if bits <= 8 {
				palette, index, picture := steps(bits)
				o.want, o.limit = picture, 4 // steps of colour are edges, whose chroma is averaged
				o.master = bmpOf(clothWidth, clothHeight, bits, topDown, false, palette, func(x, y int) [4]byte { return [4]byte{index(x, y)} })
			} else {
				o.want = clothRGB()
				o.master = bmpOf(clothWidth, clothHeight, bits, topDown, false, nil, func(x, y int) [4]byte {
					return [4]byte{cloth(x, y, 0), cloth(x, y, 1), cloth(x, y, 2), 0}
				})
			}
			all = append(all, o)
		}
	}
	palette, index, picture := steps(8)
	runs := bmpOf(clothWidth, clothHeight, 8, false, true, palette, func(x, y int) [4]byte { return [4]byte{index(x, y)} })
	all = append(all, odd{name: "run lengths", master: runs, want: picture, pure: CodeUnsupported, native: CodeUnsupported},
		odd{
			name: "one pixel", want: clothRGB().SubImage(image.Rect(0, 0, 1, 1)), limit: 4,
			master: bmpOf(1, 1, 24, false, false, nil, func(x, y int) [4]byte { return [4]byte{cloth(x, y, 0), cloth(x, y, 1), cloth(x, y, 2)} }),
		})
	tryOdd(t, all)
}
