package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"slices"
	"testing"
)

// pdfOf is a page of so many points that is painted in two colours, one above the
// other.
func pdfOf(width, height int, above, below color.NRGBA) []byte {
	paint := func(c color.NRGBA, y, h int) string {
		return fmt.Sprintf("%.4f %.4f %.4f rg 0 %d %d %d re f\n", float64(c.R)/255, float64(c.G)/255, float64(c.B)/255, y, width, h)
	}
	content := paint(above, height/2, height/2) + paint(below, 0, height/2)
	out := []byte("%PDF-1.4\n")
	var places []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << >> >>", width, height),
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", len(content), content),
	} {
		places = append(places, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	at := len(out)
	out = append(out, "xref\n0 5\n0000000000 65535 f \n"...)
	for _, p := range places {
		out = fmt.Appendf(out, "%010d 00000 n \n", p)
	}
	return fmt.Appendf(out, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", at)
}

// saved lets libvips write a picture in another format, with options of its saver.
func saved(t *testing.T, img image.Image, suffix string, options ...string) []byte {
	t.Helper()
	return byTool(t, encodePNG(t, img), [2]string{".png", suffix}, "vips", "copy", "IN", "OUT"+brackets(options))
}

func brackets(options []string) string {
	if len(options) == 0 {
		return ""
	}
	all := "["
	for i, o := range options {
		if i > 0 {
			all += ","
		}
		all += o
	}
	return all + "]"
}

// TestOtherFormats takes what libvips writes and mostly reads alone.
func TestOtherFormats(t *testing.T) {
	t.Parallel()
	glass := image.NewNRGBA(image.Rect(0, 0, clothWidth, clothHeight))
	want := image.NewNRGBA(glass.Rect)
	for y := range clothHeight {
		for x := range clothWidth {
			a := int(cloth(x, y, 3))
			over := func(c int) uint8 { return uint8((int(cloth(x, y, c))*a + 255*(255-a) + 127) / 255) }
			glass.SetNRGBA(x, y, color.NRGBA{cloth(x, y, 0), cloth(x, y, 1), cloth(x, y, 2), uint8(a)})
			want.SetNRGBA(x, y, color.NRGBA{over(0), over(1), over(2), 255})
		}
	}
	rgb, alone := clothRGB(), CodeUnsupported
	deep := image.NewNRGBA64(rgb.Rect)
	for y := range clothHeight {
		for x := range clothWidth {
			c := rgb.NRGBAAt(x, y)
			deep.SetNRGBA64(x, y, color.NRGBA64{uint16(c.R) * 257, uint16(c.G) * 257, uint16(c.B) * 257, 65535})
		}
	}
	gray := image.NewGray(rgb.Rect)
	for i := range gray.Pix {
		gray.Pix[i] = rgb.Pix[4*i]
	}
	pixel := rgb.SubImage(image.Rect(0, 0, 1, 1))
	page := drawn(300, 200, func(_, y int) [3]uint8 {
		if y < 100 {
			return [3]uint8{200, 60, 40}
		}
		return [3]uint8{20, 90, 160}
	})
	tryOdd(t, []odd{
		{name: "WebP", master: saved(t, rgb, ".webp", "Q=95"), want: rgb, limit: 3},
		{name: "WebP lossless", master: saved(t, rgb, ".webp", "lossless"), want: rgb},
		{name: "WebP with alpha", master: saved(t, glass, ".webp", "Q=95"), want: want, limit: 3},
		{name: "WebP lossless with alpha", master: saved(t, glass, ".webp", "lossless"), want: want},
		{name: "WebP of one pixel", master: saved(t, pixel, ".webp", "lossless"), want: pixel, limit: 4},
		{name: "JPEG 2000", master: saved(t, rgb, ".jp2", "lossless"), want: rgb, pure: alone},
		{name: "JPEG 2000 lossy", master: saved(t, rgb, ".jp2", "Q=40"), want: rgb, pure: alone, limit: 4},
		{name: "JPEG 2000 of 16 bits", master: saved(t, deep, ".jp2", "lossless"), want: rgb, pure: alone},
		{name: "JPEG 2000 in gray", master: saved(t, gray, ".jp2", "lossless"), want: gray, pure: alone},
		{name: "JPEG 2000 in tiles", master: saved(t, rgb, ".jp2", "lossless", "tile_width=32", "tile_height=32"), want: rgb, pure: alone},
		{name: "JPEG 2000 of one pixel", master: saved(t, pixel, ".jp2", "lossless"), want: pixel, pure: alone, limit: 4},
		{name: "HEIC", master: saved(t, rgb, ".heic", "Q=95"), want: rgb, pure: alone, limit: 3},
		{name: "HEIC with alpha", master: saved(t, glass, ".heic", "Q=95"), want: want, pure: alone, limit: 4},
		{name: "AVIF", master: saved(t, rgb, ".avif", "Q=95", "effort=1"), want: rgb, pure: alone, limit: 3},
		{name: "AVIF lossless", master: saved(t, rgb, ".avif", "lossless", "effort=1"), want: rgb, pure: alone},
		{name: "JPEG XL", master: saved(t, rgb, ".jxl", "Q=95"), want: rgb, pure: alone, limit: 3},
		{name: "JPEG XL lossless", master: saved(t, rgb, ".jxl", "lossless"), want: rgb, pure: alone},
		{name: "JPEG XL of 16 bits", master: saved(t, deep, ".jxl", "lossless"), want: rgb, pure: alone},
		{name: "JPEG XL with alpha", master: saved(t, glass, ".jxl", "lossless"), want: want, pure: alone},
		{name: "PDF", master: pdfOf(72, 48, color.NRGBA{200, 60, 40, 255}, color.NRGBA{20, 90, 160, 255}), want: page, pure: alone, note: "300 dots"},
		{name: "a PNG that libvips wrote", master: saved(t, rgb, ".png", "interlace"), want: rgb},
	})
}

// turnedHEIF makes a HEIF turn itself as an orientation says: the last of its
// properties, which says how many bits it has, becomes one that turns or mirrors.
// Orientations that take both are not made.
func turnedHEIF(t *testing.T, heif []byte, orientation int) []byte {
	t.Helper()
	property := map[int]string{2: "imir\x01", 3: "irot\x02", 4: "imir\x00", 6: "irot\x03", 8: "irot\x01"}[orientation]
	at := bytes.Index(heif, []byte("pixi"))
	if at < 0 {
		t.Fatal("libvips writes HEIF without pixi")
	}
	out := bytes.Clone(heif)
	copy(out[at:], property)
	return out
}

// TestOrientationsOfFormats: EXIF 2.3's tag 274 turns every format that carries it,
// but for HEIF and JPEG XL, which turn themselves (ISO/IEC 23008-12, 6.5.10 and
// 6.5.12; ISO/IEC 18181-1, D.3): their EXIF has no say.
func TestOrientationsOfFormats(t *testing.T) {
	t.Parallel()
	stored := clothRGB()
	chunkOf := func(o int) []byte { return chunk("eXIf", string(exifOrientation(o)[10:])) }
	png := encodePNG(t, stored)
	heic, avif := saved(t, stored, ".heic", "Q=97"), saved(t, stored, ".avif", "Q=97", "effort=0")
	kind := tiffKind{width: clothWidth, height: clothHeight, count: 3, bits: 8, photometric: 2, value: scaled(8, false, cloth), rows: 16}
	var all []odd
	for o := 1; o <= 8; o++ {
		kind.tile, kind.planar, kind.orientation = 0, false, o
		upright := uprightImage(stored, o)
		turned := kind.write()
		by := func(suffix string, options ...string) []byte {
			return byTool(t, turned, [2]string{".tif", suffix}, "vips", "copy", "IN", "OUT"+brackets(options))
		}
		if o == 6 {
			all = append(all, odd{name: "HEIC by EXIF", master: by(".heic", "Q=97"), want: stored, pure: CodeUnsupported, limit: 4},
				odd{name: "JPEG XL by EXIF", master: by(".jxl", "lossless"), want: stored, pure: CodeUnsupported})
		}
		kind.tile, kind.planar = 32, true
		for _, m := range []odd{
			{name: "PNG", master: slices.Concat(png[:33], chunkOf(o), png[33:])},
			{name: "PNG, after its pixels", master: slices.Concat(png[:len(png)-12], chunkOf(o), png[len(png)-12:])},
			{name: "TIFF in tiles", master: kind.write()},
			{name: "WebP", master: by(".webp", "lossless")},
			{name: "HEIC", master: turnedHEIF(t, heic, o), pure: CodeUnsupported, limit: 4},
			{name: "AVIF", master: turnedHEIF(t, avif, o), pure: CodeUnsupported, limit: 4},
		} {
			if heif := m.name == "HEIC" || m.name == "AVIF"; heif && (o == 5 || o == 7) {
				continue
			}
			m.name, m.want = fmt.Sprintf("%s %d", m.name, o), upright
			all = append(all, m)
		}
	}
	tryOdd(t, all)
}
