package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// wholeMasters are pictures of 160 × 400 pixels in every format that can be cut, whole.
func wholeMasters(t *testing.T) map[string][]byte {
	t.Helper()
	const width, height = 160, 400
	pixel := func(x, y, c int) uint8 { return uint8(37*x*(c+1)^y*11) ^ cloth(x/3, y/3, c) } // does not compress well
	img := drawn(width, height, func(x, y int) [3]uint8 { return [3]uint8{pixel(x, y, 0), pixel(x, y, 1), pixel(x, y, 2)} })
	one := [2]int{1, 1}
	jpg := jpegKind{width: width, height: height, sampling: [][2]int{{2, 2}, one, one}, value: pixel}
	slow, marked, plain := jpg, jpg, jpg
	slow.progressive, marked.restart, plain.sampling = true, 4, [][2]int{one}
	ink := jpegKind{width: width, height: height, sampling: [][2]int{one, one, one, one}, adobe: 1, value: pixel}
	tif := tiffKind{width: width, height: height, count: 3, bits: 8, photometric: 2, rows: 8, value: scaled(8, false, pixel)}
	tiled, packed := tif, tif
	tiled.tile, tiled.big, packed.compression = 32, true, tiffLZW
	png := pngKind{width: width, height: height, colour: 2, bits: 8, value: scaled(8, false, pixel)}
	interlaced := png
	interlaced.adam7 = true
	palette, _, _ := steps(8)
	index := func(x, y int) byte { return pixel(x, y, 0) }
	return map[string][]byte{
		"JPEG": jpg.write(), "JPEG progressive": slow.write(), "JPEG with restarts": marked.write(), "JPEG gray": plain.write(), "JPEG CMYK": ink.write(),
		"TIFF": tif.write(), "TIFF, directory first": frontTIFF(img, 16), "TIFF in one strip": frontTIFF(img, height), "BigTIFF tiled": tiled.write(), "TIFF LZW": packed.write(),
		"PNG": png.write(), "PNG interlaced": interlaced.write(),
		"GIF": gifOf(width, height, palette, false, index), "GIF interlaced": gifOf(width, height, palette, true, index),
		"BMP":  bmpOf(width, height, 24, false, false, nil, func(x, y int) [4]byte { return [4]byte{pixel(x, y, 0), pixel(x, y, 1), pixel(x, y, 2)} }),
		"WebP": saved(t, img, ".webp", "Q=90"), "WebP lossless": saved(t, img, ".webp", "lossless"),
		"JPEG 2000": saved(t, img, ".jp2", "lossless"), "HEIC": saved(t, img, ".heic", "Q=90"), "AVIF": saved(t, img, ".avif", "Q=90", "effort=0"),
		"JPEG XL": saved(t, img, ".jxl", "lossless"),
	}
}

// TestCut: a file of which a part is missing is refused, whatever its format and
// however much of it is there; the reason says how much could be read wherever that
// can be known. Nothing is left behind.
//
// It does not run in parallel: libvips has one place for the words of all its
// errors, which in a decoding process one job at a time uses.
func TestCut(t *testing.T) {
	scratch := t.TempDir()
	masters := wholeMasters(t)
	t.Setenv("TMPDIR", scratch)
	share := regexp.MustCompile(`(\d+) %|after \d+ bytes`)
	for _, e := range engines() {
		for name, whole := range masters {
			for _, percent := range []int{10, 50, 90} {
				t.Run(fmt.Sprintf("%s %s at %d", e.Name(), name, percent), func(t *testing.T) {
					_, info, err := derive(t, e, whole[:len(whole)*percent/100])
					var refused *RefusedError
					if !errors.As(err, &refused) || refused.Why == "" || refused.Do == "" {
						t.Fatalf("%+v, %v: it is not refused with a reason", info, err)
					}
					if refused.Code == CodeUnsupported || name == "JPEG XL" && refused.Code == CodeBroken { // its library says no more
						return
					}
					said := share.FindStringSubmatch(refused.Why)
					if refused.Code != CodeTruncated || said == nil {
						t.Fatalf("%+v: it does not say that the file ends early, and how much there is", *refused)
					}
					if said[1] == "" { // bytes, where nothing else is known
						return
					}
					// What is counted are rows, of which a stripe may be under way.
					if got, _ := strconv.Atoi(said[1]); got > percent+10 || got < percent-30 {
						t.Errorf("%d %% of it are there: %s", percent, refused.Why)
					}
				})
			}
			t.Run(fmt.Sprintf("%s %s whole", e.Name(), name), func(t *testing.T) {
				if _, _, err := derive(t, e, whole); err != nil && !errorIs(err, CodeUnsupported) {
					t.Error(err)
				}
			})
		}
	}
	left, err := os.ReadDir(scratch)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		t.Errorf("%s is left behind", f.Name())
	}
}

// errorIs reports whether an error is a refusal of this code.
func errorIs(err error, code string) bool {
	var refused *RefusedError
	return errors.As(err, &refused) && refused.Code == code
}

// TestHostileSizes: what claims to be larger than anyone can decode is refused by
// its header, for that reason, in every format; so is what is empty or no image.
func TestHostileSizes(t *testing.T) {
	t.Parallel()
	huge := func(png pngKind) []byte { // a header that lies about a small picture
		b := png.write()
		copy(b, pngHeader(50000, 50000)[:33])
		return b
	}
	small := pngKind{width: 3, height: 2, colour: 2, bits: 8, value: scaled(8, false, cloth)}
	rows := tiffKind{width: 3, height: 2, count: 3, bits: 8, photometric: 2, value: scaled(8, false, cloth)}
	tall := func(k tiffKind, w, h uint32) []byte {
		b := k.write()
		size := func(tag uint16, v uint32) {
			entry := k.order.AppendUint32(k.order.AppendUint16(k.order.AppendUint16(nil, tag), 4), 1)
			at := bytes.Index(b, entry)
			if at < 0 {
				t.Fatalf("no field %d", tag)
			}
			k.order.PutUint32(b[at+8:], v)
		}
		size(tagWidth, w)
		size(tagHeight, h)
		return b
	}
	rows.order = binary.LittleEndian
	tiled := rows
	tiled.tile, tiled.order = 16, binary.BigEndian
	gifHead := []byte("GIF89a\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02L\x01\x00;")
	bmpHead := bmpOf(3, 2, 24, false, false, nil, func(int, int) [4]byte { return [4]byte{} })
	binary.LittleEndian.PutUint32(bmpHead[18:], 60000)
	binary.LittleEndian.PutUint32(bmpHead[22:], 60000)
	jp2 := saved(t, clothRGB(), ".jp2", "lossless")
	for _, box := range []string{"ihdr", "\xff\x51"} {
		at := bytes.Index(jp2, []byte(box))
		if box == "ihdr" {
			copy(jp2[at+4:], "\x00\x01\x86\xa0\x00\x01\x86\xa0")
		} else {
			copy(jp2[at+6:], "\x00\x01\x86\xa0\x00\x01\x86\xa0")
		}
	}
	eachEngine(t, func(t *testing.T, e engine) {
		for _, o := range []odd{
			{name: "PNG", master: huge(small), pure: CodeTooLarge, native: CodeTooLarge},
			{name: "PNG, a billion rows", master: pngHeader(1, 1<<30), pure: CodeTooLarge, native: CodeTooLarge},
			{name: "TIFF, a billion rows", master: tall(rows, 3, 1e9), pure: CodeTooLarge, native: CodeTooLarge},
			{name: "TIFF, a billion rows of tiles", master: tall(tiled, 3, 1e9), pure: CodeTooLarge, native: CodeTooLarge},
			{name: "TIFF of more than all pixels", master: tall(rows, 1<<20, 1<<20), pure: CodeTooLarge, native: CodeTooLarge},
			{name: "GIF", master: gifHead, pure: CodeTooLarge, native: CodeTooLarge},
			{name: "BMP", master: bmpHead, pure: CodeTooLarge, native: CodeTooLarge},
			{name: "JPEG 2000", master: jp2, pure: CodeUnsupported, native: CodeTooLarge},
			{name: "nothing", master: nil, pure: CodeEmpty, native: CodeEmpty},
			{name: "ZIP", master: append([]byte("PK\x03\x04\x14\x00"), make([]byte, 60)...), pure: CodeNotAnImage, native: CodeNotAnImage},
			{name: "a ZIP that begins like a JPEG", master: append([]byte("\xff\xd8\xffPK\x03\x04"), make([]byte, 60)...), pure: CodeTruncated, native: CodeTruncated},
		} {
			t.Run(o.name, func(t *testing.T) {
				_, info, err := derive(t, e, o.master)
				if err == nil {
					t.Fatalf("%+v: it is taken", info)
				}
				checkRefusal(t, e, err, o.refusedBy(e))
			})
		}
	})
}

// TestLongSides takes pictures of 65,536 pixels, and those of the longest side that a
// JPEG can have.
func TestLongSides(t *testing.T) {
	t.Parallel()
	const long = 65536
	value := func(x, y, c int) uint8 { return uint8((x+y)>>8) ^ uint8(64*c) }
	want := func(w, h int) image.Image {
		return drawn(w, h, func(x, y int) [3]uint8 { return [3]uint8{value(x, y, 0), value(x, y, 1), value(x, y, 2)} })
	}
	inGray := func(w, h int) image.Image {
		return drawn(w, h, func(x, y int) [3]uint8 { return [3]uint8{value(x, y, 0), value(x, y, 0), value(x, y, 0)} })
	}
	var all []odd
	for _, side := range [][2]int{{long, 5}, {5, long}} {
		w, h := side[0], side[1]
		tif := tiffKind{width: w, height: h, count: 3, bits: 8, photometric: 2, rows: 64, value: scaled(8, false, value)}
		tiled := tif
		tiled.tile, tiled.compression = 256, tiffDeflate
		png := pngKind{width: w, height: h, colour: 2, bits: 8, value: scaled(8, false, value)}
		all = append(all, odd{name: fmt.Sprintf("TIFF %d × %d", w, h), master: tif.write(), want: want(w, h)},
			odd{name: fmt.Sprintf("JPEG %d × %d", w-w/long, h-h/long), want: inGray(w-w/long, h-h/long),
				master: jpegKind{width: w - w/long, height: h - h/long, sampling: [][2]int{{1, 1}}, value: value}.write()})
		if h > w {
			continue // the formats differ in how they are read, which they are from above
		}
		all = append(all, odd{name: fmt.Sprintf("TIFF tiled %d × %d", w, h), master: tiled.write(), want: want(w, h)},
			odd{name: fmt.Sprintf("PNG %d × %d", w, h), master: png.write(), want: want(w, h)},
			odd{name: fmt.Sprintf("GIF %d × %d", w-w/long, h), want: inGray(w-w/long, h),
				master: gifOf(w-w/long, h, grayRamp(), false, func(x, y int) byte { return value(x, y, 0) })})
	}
	tryOdd(t, all)
}

// grayRamp is a palette of all grays.
func grayRamp() []byte {
	var p []byte
	for i := range 256 {
		p = append(p, byte(i), byte(i), byte(i))
	}
	return p
}

// TestCutNearItsEnd: what libvips could not read is not taken for pixels, whichever of
// its threads finds that out last.
func TestCutNearItsEnd(t *testing.T) {
	whole := wholeMasters(t)["JPEG CMYK"]
	for _, e := range engines() {
		for _, less := range []int{100, 1000} {
			for range 20 {
				var refused *RefusedError
				if _, info, err := derive(t, e, whole[:len(whole)-less]); !errors.As(err, &refused) {
					t.Fatalf("%s: %d bytes less: %+v, %v", e.Name(), less, info, err)
				}
			}
		}
	}
}
