package raster

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"
)

// frontTIFF is an uncompressed TIFF whose directory stands before its strips; xmp, if
// any, is put at its end.
func frontTIFF(img *image.NRGBA, rowsPerStrip int, xmp ...byte) []byte {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	n := (h + rowsPerStrip - 1) / rowsPerStrip
	const entries = 11
	bitsAt := 8 + 2 + entries*12 + 4
	offsetsAt, countsAt, dataAt := bitsAt+6, bitsAt+6+4*n, bitsAt+6+8*n
	if n == 1 { // the values themselves
		offsetsAt, countsAt = dataAt, h*w*3
	}
	b := append([]byte("II*\x00"), 8, 0, 0, 0, entries, 0)
	for _, e := range [entries][4]int{
		{256, 4, 1, w}, {257, 4, 1, h}, {258, 3, 3, bitsAt}, {259, 3, 1, 1}, {262, 3, 1, 2}, {273, 4, n, offsetsAt},
		{274, 3, 1, 1}, {277, 3, 1, 3}, {278, 4, 1, rowsPerStrip}, {279, 4, n, countsAt},
		{700, 1, len(xmp), dataAt + w*h*3},
	} {
		b = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(b, uint16(e[0])), uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(b, uint32(e[2])), uint32(e[3]))
	}
	b = append(b, 0, 0, 0, 0, 8, 0, 8, 0, 8, 0)
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(dataAt+i*rowsPerStrip*w*3))
	}
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(min(rowsPerStrip, h-i*rowsPerStrip)*w*3))
	}
	for y := range h {
		for x := range w {
			c := img.NRGBAAt(x, y)
			b = append(b, c.R, c.G, c.B)
		}
	}
	return append(b, xmp...)
}

// withOrientation puts an EXIF orientation into a JPEG.
func withOrientation(jpeg []byte, o int) []byte {
	return append(append(bytes.Clone(jpeg[:2]), exifOrientation(o)...), jpeg[2:]...)
}

// A master that ends early is refused, or, if it was accepted as it is, shown: its
// real rows as they are, the others gray, and it is told how many are which.
func TestAcceptIncomplete(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		picture := picture(900, 1200)
		gray := image.NewGray(picture.Rect)
		for i := range gray.Pix {
			gray.Pix[i] = picture.Pix[4*i] / 2
		}
		for name, whole := range map[string][]byte{
			"jpeg": encodeJPEG(t, picture), "gray jpeg": encodeJPEG(t, gray), "png": encodePNG(t, picture), "tiff": frontTIFF(picture, 16),
			"tiff in one strip": frontTIFF(picture, 1200),
		} {
			for _, percent := range []int{10, 50, 90, 100} {
				t.Run(fmt.Sprintf("%s at %d", name, percent), func(t *testing.T) {
					t.Parallel()
					cut := whole[:len(whole)*percent/100]
					var want image.Image = picture
					if name == "gray jpeg" {
						want = gray
					}
					if _, _, err := derive(t, e, cut); percent < 100 && !isTruncated(err) || percent == 100 && err != nil {
						t.Errorf("not accepted: %v", err)
					}
					a, info, err := deriveIncomplete(t, e, cut)
					if err != nil {
						t.Fatal(err)
					}
					result := a.result
					if result.OfRows != info.Height || result.Rows < result.OfRows*(percent-8)/100 || result.Rows > result.OfRows || percent < 100 && result.Rows == result.OfRows {
						t.Errorf("%d of %d rows", result.Rows, result.OfRows)
					}
					a.compare(want, result.Rows)
				})
			}
		}
		t.Run("turned", func(t *testing.T) {
			t.Parallel()
			whole := withOrientation(encodeJPEG(t, picture), 6)
			a, info, err := deriveIncomplete(t, e, whole[:len(whole)/2])
			if err != nil {
				t.Fatal(err)
			}
			if info.Width != 1200 || a.result.OfRows != 1200 || a.result.Rows < 400 || a.result.Rows > 800 {
				t.Errorf("%d of %d rows of %d × %d", a.result.Rows, a.result.OfRows, info.Width, info.Height)
			}
			// The rows that are missing below are columns at the left.
			if c := a.level(0).NRGBAAt(20, 450); c != (color.NRGBA{128, 128, 128, 255}) {
				t.Errorf("%v where nothing is", c)
			}
		})
		t.Run("nothing to see", func(t *testing.T) {
			t.Parallel()
			whole := encodePNG(t, picture)
			if _, _, err := deriveIncomplete(t, e, whole[:100]); !isTruncated(err) {
				t.Errorf("%v", err)
			}
		})
		t.Run("broken, not cut", func(t *testing.T) {
			t.Parallel()
			bad := encodePNG(t, picture)
			bad[len(bad)/2] ^= 0x55
			var refused *RefusedError
			if _, _, err := deriveIncomplete(t, e, bad); !errors.As(err, &refused) || refused.Code == CodeTruncated {
				t.Errorf("%v", err)
			}
		})
	})
}

// deriveIncomplete is derive for a master that was accepted as it is.
func deriveIncomplete(t *testing.T, e engine, master []byte) (*access, Info, error) {
	t.Helper()
	info, err := e.Identify(t.Context(), bytes.NewReader(master), int64(len(master)))
	if err != nil {
		return nil, info, err
	}
	info.AcceptIncomplete = true
	f, err := os.Create(filepath.Join(t.TempDir(), "pyramid.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	result, err := e.Derive(t.Context(), bytes.NewReader(master), int64(len(master)), info, Output{TIFF: f})
	if err != nil {
		return nil, info, err
	}
	return readBack(t, f.Name(), result), info, nil
}

// compare holds the first rows to a picture, and the others to gray.
func (a *access) compare(want image.Image, rows int) {
	a.t.Helper()
	got := a.level(0)
	w, h := got.Rect.Dx(), got.Rect.Dy()
	top := image.Rect(0, 0, w, rows)
	part := image.NewNRGBA(top)
	for y := range rows {
		for x := range w {
			part.Set(x, y, want.At(x, y))
		}
	}
	if d := difference(got.SubImage(top), part); d > 4 {
		a.t.Errorf("the %d rows that are real differ by %.2f steps", rows, d)
	}
	for y := rows + 16; y < h; y += 7 { // beyond what blurs at the border
		if c := got.NRGBAAt(w/3, y); c != (color.NRGBA{128, 128, 128, 255}) {
			a.t.Errorf("row %d of %d real ones is %v", y, rows, c)
			return
		}
	}
}
