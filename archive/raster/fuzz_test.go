package raster

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// small are limits under which anything that is taken is decoded in no time.
var small = Limits{MaxPixels: 1 << 20, MaxDecode: 64 << 20}

// seeds are masters of all kinds, small.
func seeds(t testing.TB) [][]byte {
	img := picture(40, 30)
	jpg := encodeJPEG(t, img)
	icc := matrixICC(2.2, adobeRGB)
	tag := append([]byte("ICC_PROFILE\x00\x01\x01"), icc...)
	tagged := append(append(append([]byte{}, jpg[:2]...), 0xff, 0xe2, byte((len(tag)+2)>>8), byte(len(tag)+2)), tag...)
	tif := tiffKind{width: 20, height: 15, count: 3, bits: 32, format: 3, photometric: 2, rows: 4, compression: tiffDeflate, predictor: 3, icc: icc, value: lightOf(cloth)}
	lab := tiffKind{width: 20, height: 15, count: 3, bits: 16, photometric: 9, tile: 16, big: true, planar: true, compression: tiffLZW, predictor: 2, value: labOf(16)}
	exif := chunk("eXIf", string(exifOrientation(6)[10:]))
	interlaced := pngKind{width: 20, height: 15, colour: 0, bits: 2, adam7: true, chunks: exif, value: scaled(2, false, cloth)}
	one := [2]int{1, 1}
	marked := jpegKind{width: 40, height: 30, sampling: [][2]int{{2, 2}, one, one}, restart: 2, progressive: true, value: ycc}
	ink := jpegKind{width: 40, height: 30, sampling: [][2]int{one, one, one, one}, adobe: 3, value: adobeYCCK}
	words := insert(jpg, segment(0xed, iptc(true, "\x05铜奔马", "\x50张三")), segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+packet))
	palette, index, _ := steps(4)
	return [][]byte{
		tif.write(), lab.write(), interlaced.write(), marked.write(), ink.write(), words, gifOf(20, 15, palette, true, index),
		bmpOf(20, 15, 4, true, false, palette, func(x, y int) [4]byte { return [4]byte{index(x, y)} }),
		jpg, append(tagged, jpg[2:]...), append(append(append([]byte{}, jpg[:2]...), exifOrientation(6)...), jpg[2:]...),
		encodePNG(t, img),
		writeTIFF(img, tiffSpec{rowsPerStrip: 7, compression: tiffPackBits}),
		writeTIFF(img, tiffSpec{tile: 16, orientation: 5}),
		writeTIFF(img, tiffSpec{rowsPerStrip: 30, bits: 16, order: binary.BigEndian}),
		pngHeader(50000, 50000), hugeTIFF(1<<20, 1<<20),
		[]byte("RIFF\x2c\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x08\x00\x00\x00\x7f\x00\x00\x7f\x00\x00EXIF\x08\x00\x00\x00II*\x00\x08\x00\x00\x00"),
		[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;"),
		[]byte("BM\x1e\x00\x00\x00\x00\x00\x00\x00\x1a\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x01\x00\x01\x00\x18\x00\x00\x00\xff\x00"),
	}
}

// FuzzMaster gives anything to the readers of masters that are written in Go: it is
// decoded, or refused with a reason, and neither panics, hangs nor takes memory
// beyond the limits.
func FuzzMaster(f *testing.F) {
	for _, seed := range seeds(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, master []byte) {
		if len(master) > 1<<20 {
			return
		}
		e := NewGo().WithLimits(small)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		r := bytes.NewReader(master)
		info, err := e.Identify(ctx, r, int64(len(master)))
		if err == nil {
			if info.Width < 1 || info.Height < 1 || int64(info.Width)*int64(info.Height) > small.MaxPixels {
				t.Fatalf("identified as %d × %d", info.Width, info.Height)
			}
			out, createErr := os.CreateTemp(t.TempDir(), "out")
			if createErr != nil {
				t.Fatal(createErr)
			}
			defer out.Close() //nolint:errcheck // a test file
			_, err = e.Derive(ctx, r, int64(len(master)), info, Output{TIFF: out})
		}
		var refused *RefusedError
		if err != nil && (!errors.As(err, &refused) || refused.Why == "") {
			t.Fatalf("neither taken nor refused with a reason: %v", err)
		}
	})
}

// FuzzProfile gives anything to the reader of ICC profiles.
func FuzzProfile(f *testing.F) {
	for _, seed := range [][]byte{srgbProfile, grayProfile, matrixICC(1.8, adobeRGB), make([]byte, 132)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, icc []byte) {
		profileName(icc)
		needsConversion(icc)
		for _, bits := range []int{8, 16} {
			if tr := newTransform(icc, bits); tr != nil {
				tr.colour(0, 128, 255)
			}
		}
	})
}

// FuzzInflateProfile gives anything to the reader of PNG's compressed profiles.
func FuzzInflateProfile(f *testing.F) {
	f.Add([]byte("sRGB\x00\x00x\x9c\x03\x00\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(inflateProfile(b)); n > maxProfileBytes {
			t.Fatalf("%d bytes", n)
		}
		if s := exifOfWebP(newMaster(t.Context(), bytes.NewReader(b), int64(len(b)))); s != nil {
			if _, err := io.ReadAll(s); err != nil {
				t.Fatal(err)
			}
		}
	})
}
