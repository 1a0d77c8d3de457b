package raster

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"hexi/archive/pyramid"
)

// picture is a picture with edges, gradients and colours, for comparing.
func picture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(128 + 100*math.Sin(float64(x+y)/40)), 255}
			if (x/64+y/64)%2 == 0 {
				c.R = 255 - c.R
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

// access is a derived access copy in memory, read like a server reads it.
type access struct {
	t       *testing.T
	ix      *pyramid.Index
	tiff    []byte
	sidecar []byte
	result  Result
}

func (a *access) Index() *pyramid.Index { return a.ix }

func (a *access) ReadTile(_ context.Context, ref pyramid.TileRef) ([]byte, error) {
	source := a.tiff
	if ref.Source == pyramid.Sidecar {
		source = a.sidecar
	}
	return append(bytes.Clone(a.ix.Prefix()), source[ref.Offset:ref.Offset+ref.Length]...), nil
}

// engine is what both engines are.
type engine interface {
	Name() string
	Identify(ctx context.Context, r io.ReaderAt, size int64) (Info, error)
	Derive(ctx context.Context, r io.ReaderAt, size int64, info Info, out Output) (Result, error)
	Render(ctx context.Context, t Tiles, q Request, w io.Writer) error
	Cost(g pyramid.Geometry, q Request) int64
	Formats() []string
	Signature() string
}

// eachEngine runs a test on every engine of this build: the pure-Go one, and the
// native one where it is built in.
func eachEngine(t *testing.T, test func(t *testing.T, e engine)) {
	t.Helper()
	for _, e := range engines() {
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			test(t, e)
		})
	}
}

func derive(t *testing.T, e engine, master []byte) (*access, Info, error) {
	t.Helper()
	info, err := e.Identify(t.Context(), bytes.NewReader(master), int64(len(master)))
	if err != nil {
		return nil, info, err
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "pyramid.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	result, err := e.Derive(t.Context(), bytes.NewReader(master), int64(len(master)), info, Output{TIFF: f})
	if err != nil {
		return nil, info, err
	}
	a := readBack(t, f.Name(), result)
	if g := a.ix.Geometry(); g.Width != info.Width || g.Height != info.Height {
		t.Errorf("identified as %d × %d, derived as %d × %d", info.Width, info.Height, g.Width, g.Height)
	}
	return a, info, nil
}

// readBack reads an access copy as it was written.
func readBack(t *testing.T, path string, result Result) *access {
	t.Helper()
	a := &access{t: t, sidecar: result.Sidecar, result: result}
	var err error
	if a.tiff, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if a.ix, err = pyramid.ReadSidecar(bytes.NewReader(a.sidecar), int64(len(a.sidecar))); err != nil {
		t.Fatal(err)
	}
	return a
}

// level puts the tiles of a level together again.
func (a *access) level(k int) *image.NRGBA {
	a.t.Helper()
	w, h := a.ix.Geometry().Level(k)
	img, err := assemble(context.Background(), a, Request{Region: image.Rect(0, 0, w, h), Width: w, Height: h, Base: k})
	if err != nil {
		a.t.Fatal(err)
	}
	return img
}

// difference is the mean difference of two pictures in 8-bit steps.
func difference(a, b image.Image) float64 {
	if a.Bounds().Size() != b.Bounds().Size() {
		return math.Inf(1)
	}
	p, q := pixelsOf(a), pixelsOf(b)
	sum := 0
	for y := range p.Rect.Dy() {
		left, right := p.Pix[y*p.Stride:][:4*p.Rect.Dx()], q.Pix[y*q.Stride:][:4*p.Rect.Dx()]
		for i := range left {
			if i%4 < 3 {
				d := int(left[i]) - int(right[i])
				sum += max(d, -d)
			}
		}
	}
	return float64(sum) / float64(3*p.Rect.Dx()*p.Rect.Dy())
}

// pixelsOf returns the pixels of a picture from its corner on. Its own, if it has such:
// one pixel after the other through color.Color takes most of the time of these tests.
func pixelsOf(img image.Image) *image.NRGBA {
	r := img.Bounds()
	if n, ok := img.(*image.NRGBA); ok {
		return &image.NRGBA{Pix: n.Pix[n.PixOffset(r.Min.X, r.Min.Y):], Stride: n.Stride, Rect: r.Sub(r.Min)}
	}
	n := image.NewNRGBA(r.Sub(r.Min))
	if g, ok := img.(*image.Gray); ok {
		for y := range r.Dy() {
			for x, v := range g.Pix[g.PixOffset(r.Min.X, r.Min.Y+y):][:r.Dx()] {
				copy(n.Pix[n.PixOffset(x, y):], []byte{v, v, v, 255})
			}
		}
		return n
	}
	for y := range r.Dy() {
		for x := range r.Dx() {
			n.SetNRGBA(x, y, color.NRGBAModel.Convert(img.At(r.Min.X+x, r.Min.Y+y)).(color.NRGBA))
		}
	}
	return n
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDeriveReassembles(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		for _, size := range [][2]int{{1, 1}, {512, 512}, {513, 511}, {1, 1500}, {1500, 40}, {1025, 700}, {777, 1333}} {
			t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
				t.Parallel()
				want := picture(size[0], size[1])
				a, _, err := derive(t, e, encodePNG(t, want))
				if err != nil {
					t.Fatal(err)
				}
				for k := range a.ix.Geometry().Levels {
					got := a.level(k)
					if k > 0 {
						want = halved(want)
					}
					limit := 4.0
					if k > 1 { // few pixels, each at an edge whose chroma is averaged
						limit = 8
					}
					if d := difference(got, want); d > limit {
						t.Errorf("level %d differs by %.2f steps", k, d)
					}
				}
			})
		}
	})
}

// halved halves a picture as the specification of the pyramid says.
func halved(img *image.NRGBA) *image.NRGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewNRGBA(image.Rect(0, 0, (w+1)/2, (h+1)/2))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			var sum [3]int
			for _, d := range [4][2]int{{0, 0}, {1, 0}, {0, 1}, {1, 1}} {
				c := img.NRGBAAt(min(2*x+d[0], w-1), min(2*y+d[1], h-1))
				sum[0], sum[1], sum[2] = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B)
			}
			out.SetNRGBA(x, y, color.NRGBA{uint8((sum[0] + 2) / 4), uint8((sum[1] + 2) / 4), uint8((sum[2] + 2) / 4), 255})
		}
	}
	return out
}

func TestKindsOfMasters(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		rgb := picture(300, 200)
		gray := image.NewGray(rgb.Rect)
		deep := image.NewNRGBA64(rgb.Rect)
		palette := image.NewPaletted(rgb.Rect, color.Palette{color.Black, color.White, color.RGBA{200, 30, 30, 255}})
		glass := image.NewNRGBA(rgb.Rect)
		for y := range 200 {
			for x := range 300 {
				c := rgb.NRGBAAt(x, y)
				gray.SetGray(x, y, color.Gray{c.R})
				deep.SetNRGBA64(x, y, color.NRGBA64{uint16(c.R) * 257, uint16(c.G) * 257, uint16(c.B) * 257, 65535})
				palette.SetColorIndex(x, y, uint8(x/100))
				c.A = uint8(x * 255 / 299)
				glass.SetNRGBA(x, y, c)
			}
		}
		overWhite := image.NewNRGBA(rgb.Rect)
		for i := 0; i < len(glass.Pix); i += 4 {
			a := int(glass.Pix[i+3])
			for c := range 3 {
				overWhite.Pix[i+c] = uint8((int(glass.Pix[i+c])*a + 255*(255-a)) / 255)
			}
			overWhite.Pix[i+3] = 255
		}
		var b bytes.Buffer
		if err := gif.Encode(&b, palette, nil); err != nil {
			t.Fatal(err)
		}
		gifBytes := bytes.Clone(b.Bytes())
		b.Reset()
		if err := bmp.Encode(&b, rgb); err != nil {
			t.Fatal(err)
		}
		bmpBytes := bytes.Clone(b.Bytes())
		encodeTIFF := func(img image.Image, c tiff.CompressionType, predictor bool) []byte {
			var b bytes.Buffer
			if err := tiff.Encode(&b, img, &tiff.Options{Compression: c, Predictor: predictor}); err != nil {
				t.Fatal(err)
			}
			return b.Bytes()
		}
		for _, test := range []struct {
			name   string
			master []byte
			want   image.Image
			gray   bool
		}{
			{"png", encodePNG(t, rgb), rgb, false},
			{"png 16", encodePNG(t, deep), rgb, false},
			{"png gray", encodePNG(t, gray), gray, true},
			{"png palette", encodePNG(t, palette), palette, false},
			{"png alpha over white", encodePNG(t, glass), overWhite, false},
			{"jpeg", encodeJPEG(t, rgb), rgb, false},
			{"jpeg gray", encodeJPEG(t, gray), gray, true},
			{"gif", gifBytes, palette, false},
			{"bmp", bmpBytes, rgb, false},
			{"tiff", encodeTIFF(rgb, tiff.Uncompressed, false), rgb, false},
			{"tiff deflate predictor", encodeTIFF(rgb, tiff.Deflate, true), rgb, false},
			{"tiff deflate", encodeTIFF(deep, tiff.Deflate, false), rgb, false},
			{"tiff 16 predictor", encodeTIFF(deep, tiff.Deflate, true), rgb, false},
			{"tiff gray", encodeTIFF(gray, tiff.Uncompressed, false), gray, true},
			{"tiff palette", encodeTIFF(palette, tiff.Deflate, false), palette, false},
			{"tiff alpha over white", encodeTIFF(glass, tiff.Deflate, false), overWhite, false},
			{"tiff packbits", writeTIFF(rgb, tiffSpec{compression: tiffPackBits, rowsPerStrip: 7}), rgb, false},
			{"tiff big-endian", writeTIFF(rgb, tiffSpec{order: binary.BigEndian, rowsPerStrip: 33}), rgb, false},
			{"tiff tiled", writeTIFF(rgb, tiffSpec{tile: 64}), rgb, false},
			{"tiff 16 big-endian", writeTIFF(rgb, tiffSpec{order: binary.BigEndian, bits: 16, rowsPerStrip: 200}), rgb, false},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				a, info, err := derive(t, e, test.master)
				if err != nil {
					t.Fatal(err)
				}
				if info.Width != 300 || info.Height != 200 || a.ix.Gray() != test.gray {
					t.Errorf("info = %+v, gray %v", info, a.ix.Gray())
				}
				limit := 4.0
				if strings.Contains(test.name, "palette") || test.name == "gif" {
					limit = 6 // chroma of hard edges is averaged
				}
				if d := difference(a.level(0), test.want); d > limit {
					t.Errorf("it differs by %.2f steps", d)
				}
			})
		}
	})
}

// tiffSpec says what kind of TIFF writeTIFF is to write.
type tiffSpec struct {
	order        binary.AppendByteOrder
	bits         int
	compression  int
	rowsPerStrip int
	tile         int
	orientation  int
}

// writeTIFF writes the kinds that no encoder at hand does.
func writeTIFF(img *image.NRGBA, s tiffSpec) []byte {
	if s.order == nil {
		s.order = binary.LittleEndian
	}
	if s.bits == 0 {
		s.bits = 8
	}
	if s.compression == 0 {
		s.compression = tiffNone
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	bw, bh := w, s.rowsPerStrip
	if s.tile > 0 {
		bw, bh = s.tile, s.tile
	}
	out := []byte("II*\x00\x00\x00\x00\x00")
	if s.order.String() == "BigEndian" {
		out = []byte("MM\x00*\x00\x00\x00\x00")
	}
	var offsets, counts []byte
	for y0 := 0; y0 < h; y0 += bh {
		for x0 := 0; x0 < w; x0 += bw {
			rows := min(bh, h-y0)
			if s.tile > 0 {
				rows = bh
			}
			var block []byte
			for y := range rows {
				var line []byte
				for x := range bw {
					c := img.NRGBAAt(min(x0+x, w-1), min(y0+y, h-1))
					for _, v := range []uint8{c.R, c.G, c.B} {
						if s.bits == 16 {
							line = s.order.AppendUint16(line, uint16(v)*257)
						} else {
							line = append(line, v)
						}
					}
				}
				if s.compression == tiffPackBits {
					line = packBits(line)
				}
				block = append(block, line...)
			}
			offsets = s.order.AppendUint32(offsets, uint32(len(out)))
			counts = s.order.AppendUint32(counts, uint32(len(block)))
			out = append(out, block...)
		}
	}
	if len(out)%2 == 1 {
		out = append(out, 0)
	}
	n := uint32(len(offsets) / 4)
	place := func(b []byte) uint32 {
		if len(b) <= 4 {
			return 0
		}
		at := len(out)
		out = append(out, b...)
		return uint32(at)
	}
	bits := s.order.AppendUint16(s.order.AppendUint16(s.order.AppendUint16(nil, uint16(s.bits)), uint16(s.bits)), uint16(s.bits))
	offsetsAt, countsAt, bitsAt := place(offsets), place(counts), place(bits)
	s.order.(binary.ByteOrder).PutUint32(out[4:], uint32(len(out)))
	type entry struct {
		tag, typ uint16
		count, v uint32
		inline   []byte
	}
	entries := []entry{{256, 4, 1, uint32(w), nil}, {257, 4, 1, uint32(h), nil}, {258, 3, 3, bitsAt, nil}, {259, 4, 1, uint32(s.compression), nil}, {262, 4, 1, 2, nil}}
	if s.tile == 0 {
		entries = append(entries, entry{273, 4, n, offsetsAt, offsets})
	}
	entries = append(entries, entry{274, 4, 1, uint32(max(1, s.orientation)), nil}, entry{277, 4, 1, 3, nil})
	if s.tile == 0 {
		entries = append(entries, entry{278, 4, 1, uint32(bh), nil}, entry{279, 4, n, countsAt, counts})
	} else {
		entries = append(entries, entry{322, 4, 1, uint32(bw), nil}, entry{323, 4, 1, uint32(bh), nil},
			entry{324, 4, n, offsetsAt, offsets}, entry{325, 4, n, countsAt, counts})
	}
	out = s.order.AppendUint16(out, uint16(len(entries)))
	for _, e := range entries {
		out = s.order.AppendUint32(s.order.AppendUint16(s.order.AppendUint16(out, e.tag), e.typ), e.count)
		if len(e.inline) == 4 {
			out = append(out, e.inline...)
		} else {
			out = s.order.AppendUint32(out, e.v)
		}
	}
	return s.order.AppendUint32(out, 0)
}

func packBits(line []byte) []byte {
	var out []byte
	for len(line) > 0 {
		n := 1
		for n < len(line) && n < 128 && line[n] == line[0] {
			n++
		}
		if n > 1 {
			out = append(out, byte(1-n), line[0])
		} else {
			out = append(out, 0, line[0])
		}
		line = line[n:]
	}
	return out
}

// exifOrientation is a JPEG APP1 segment with an orientation only.
func exifOrientation(o int) []byte {
	body := []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00")
	body = append(body, byte(o), 0, 0, 0, 0, 0, 0, 0)
	return append([]byte{0xff, 0xe1, 0, byte(len(body) + 2)}, body...)
}

// uprightImage applies an EXIF orientation (EXIF 2.3, tag 274), by other means
// than the engine.
func uprightImage(img image.Image, orientation int) image.Image {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	_, isGray := img.(*image.Gray)
	n := toNRGBA(img)
	switch orientation {
	case 2:
		n = imaging.FlipH(n)
	case 3:
		n = imaging.Rotate180(n)
	case 4:
		n = imaging.FlipV(n)
	case 5:
		n = imaging.Transpose(n)
	case 6:
		n = imaging.Rotate270(n) // the library counts anticlockwise
	case 7:
		n = imaging.Transverse(n)
	case 8:
		n = imaging.Rotate90(n)
	}
	if !isGray {
		return n
	}
	g := image.NewGray(n.Rect)
	for i := range g.Pix {
		g.Pix[i] = n.Pix[4*i]
	}
	return g
}

func TestOrientations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		stored := picture(320, 200)
		for o := 1; o <= 8; o++ {
			want := uprightImage(stored, o)
			plain := encodeJPEG(t, stored)
			withEXIF := append(append(append([]byte{}, plain[:2]...), exifOrientation(o)...), plain[2:]...)
			for name, master := range map[string][]byte{
				"jpeg": withEXIF, "tiff": writeTIFF(stored, tiffSpec{rowsPerStrip: 16, orientation: o}),
			} {
				a, info, err := derive(t, e, master)
				if err != nil {
					t.Fatal(err)
				}
				if info.Orientation != o || (o >= 5) != (info.Width == 200) {
					t.Errorf("%s %d: info = %+v", name, o, info)
				}
				if d := difference(a.level(0), want); d > 4 {
					t.Errorf("%s %d differs by %.2f steps", name, o, d)
				}
			}
		}
		// The table of EXIF 2.3, by one corner: where does the stored top left go?
		marked := image.NewNRGBA(image.Rect(0, 0, 3, 2))
		marked.SetNRGBA(0, 0, color.NRGBA{255, 0, 0, 255})
		for o, want := range map[int]image.Point{1: {0, 0}, 2: {2, 0}, 3: {2, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 2}, 8: {0, 2}} {
			if got := color.NRGBAModel.Convert(uprightImage(marked, o).At(want.X, want.Y)).(color.NRGBA); got.R != 255 {
				t.Errorf("orientation %d: the first pixel is not at %v", o, want)
			}
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		whole := encodeJPEG(t, picture(400, 300))
		wholePNG := encodePNG(t, picture(400, 300))
		wholeTIFF := writeTIFF(picture(400, 300), tiffSpec{rowsPerStrip: 10})
		for _, test := range []struct {
			name   string
			master []byte
			code   string
		}{
			{"empty", nil, CodeEmpty},
			{"text", []byte("这是一个文本文件, not a picture\n"), CodeNotAnImage},
			{"html", []byte("<!doctype html><p>404"), CodeNotAnImage},
			{"zip", []byte("PK\x03\x04aaaaaaaa"), CodeNotAnImage},
			{"noise", bytes.Repeat([]byte{0x81, 0, 7}, 100), CodeNotAnImage},
			{"photoshop", []byte("8BPS\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03"), CodeUnsupported},
			{"jpeg cut at 10 %", whole[:len(whole)/10], CodeTruncated},
			{"jpeg cut at 50 %", whole[:len(whole)/2], CodeTruncated},
			{"jpeg cut at 90 %", whole[:len(whole)*9/10], CodeTruncated},
			{"png cut at 50 %", wholePNG[:len(wholePNG)/2], CodeTruncated},
			{"tiff cut", wholeTIFF[:len(wholeTIFF)/2], CodeTruncated},
			{"png bomb", pngHeader(50000, 50000), CodeTooLarge},
			{"png without pixels", pngHeader(0, 10), CodeBroken},
			{"tiff bomb", hugeTIFF(1<<20, 1<<20), CodeTooLarge},
		} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				_, _, err := derive(t, e, test.master)
				var refused *RefusedError
				if !errors.As(err, &refused) || refused.Code != test.code || refused.Why == "" {
					t.Errorf("error = %#v, want a refusal as %s", err, test.code)
				}
			})
		}
	})
}

// pngHeader is a PNG that promises much and holds nothing.
func pngHeader(w, h uint32) []byte {
	ihdr := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	ihdr = append(ihdr, 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), ihdr...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(ihdr))
}

// hugeTIFF is a small TIFF that says it is huge.
func hugeTIFF(w, h uint32) []byte {
	b := writeTIFF(picture(4, 4), tiffSpec{rowsPerStrip: 4})
	at := int(binary.LittleEndian.Uint32(b[4:])) + 2
	binary.LittleEndian.PutUint32(b[at+8:], w)
	binary.LittleEndian.PutUint32(b[at+20:], h)
	return b
}

// TestMemoryLimit: what is read in pieces passes a limit that the same pixels
// do not pass where they must stand in memory whole.
func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	img := image.NewGray(image.Rect(0, 0, 6000, 5000))
	for i := range img.Pix {
		img.Pix[i] = byte(i / 6000)
	}
	e := NewGo().WithLimits(Limits{MaxPixels: 1e9, MaxDecode: 50 << 20})
	if _, info, err := derive(t, e, encodePNG(t, img)); err != nil || !info.Streams {
		t.Errorf("a PNG that is a stream: %+v, %v", info, err)
	}
	var refused *RefusedError
	if _, _, err := derive(t, e, encodeJPEG(t, img)); !errors.As(err, &refused) || refused.Code != CodeTooLarge {
		t.Errorf("a JPEG beyond the limit: %v", err)
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		src := picture(1300, 900)
		a, _, err := derive(t, e, encodePNG(t, src))
		if err != nil {
			t.Fatal(err)
		}
		render := func(q Request) image.Image {
			t.Helper()
			if q.Quality == "" {
				q.Quality = "color"
			}
			if q.Format == "" {
				q.Format = "png"
			}
			var b bytes.Buffer
			if err := e.Render(t.Context(), a, q, &b); err != nil {
				t.Fatal(err)
			}
			img, format, err := image.Decode(&b)
			if err != nil {
				t.Fatal(err)
			}
			if want := map[string]string{"jpg": "jpeg", "png": "png"}[q.Format]; format != want {
				t.Errorf("format = %s, want %s", format, want)
			}
			return img
		}
		cut := func(r image.Rectangle) image.Image { return src.SubImage(r) }
		region := image.Rect(500, 300, 900, 600)
		if d := difference(render(Request{Region: region, Width: 400, Height: 300}), cut(region)); d > 4 {
			t.Errorf("a region at full size differs by %.2f", d)
		}
		if got := render(Request{Region: region, Width: 133, Height: 77, Format: "jpg"}).Bounds(); got.Dx() != 133 || got.Dy() != 77 {
			t.Errorf("size = %v", got)
		}
		if got := render(Request{Region: image.Rect(0, 0, 1300, 900), Width: 1, Height: 1}).Bounds(); got.Dx() != 1 || got.Dy() != 1 {
			t.Errorf("size = %v", got)
		}
		if got := render(Request{Region: image.Rect(1299, 899, 1300, 900), Width: 300, Height: 200}).Bounds(); got.Dx() != 300 {
			t.Errorf("enlarged size = %v", got)
		}
		mirrored := render(Request{Region: region, Width: 400, Height: 300, Mirror: true})
		if d := difference(mirrored, uprightImage(toNRGBA(cut(region)), 2)); d > 4 {
			t.Errorf("mirrored differs by %.2f", d)
		}
		for degrees, orientation := range map[float64]int{90: 6, 180: 3, 270: 8} {
			got := render(Request{Region: region, Width: 400, Height: 300, Rotation: degrees})
			if d := difference(got, uprightImage(toNRGBA(cut(region)), orientation)); d > 4 {
				t.Errorf("rotated by %v differs by %.2f", degrees, d)
			}
		}
		turned := render(Request{Region: region, Width: 400, Height: 300, Rotation: 22.5})
		if _, _, _, alpha := turned.At(0, 0).RGBA(); alpha != 0 || turned.Bounds().Dx() <= 400 {
			t.Errorf("a turned PNG has no transparent corner: %v %v", turned.At(0, 0), turned.Bounds())
		}
		white := render(Request{Region: region, Width: 400, Height: 300, Rotation: 22.5, Format: "jpg"})
		if r, g, b, _ := white.At(1, 1).RGBA(); r < 0xf000 || g < 0xf000 || b < 0xf000 {
			t.Errorf("a turned JPEG has no white corner: %v", white.At(1, 1))
		}
		gray := render(Request{Region: region, Width: 400, Height: 300, Quality: "gray"})
		if _, ok := gray.(*image.Gray); !ok {
			t.Errorf("gray is a %T", gray)
		}
		bitonal := render(Request{Region: region, Width: 400, Height: 300, Quality: "bitonal"}).(*image.Gray)
		for _, v := range bitonal.Pix {
			if v != 0 && v != 255 {
				t.Fatalf("bitonal holds %d", v)
			}
		}
		reduced := render(Request{Region: image.Rect(0, 0, 650, 450), Width: 650, Height: 450, Base: 1})
		if d := difference(reduced, halved(src)); d > 4 {
			t.Errorf("the reduced image differs by %.2f", d)
		}
	})
}

func TestRenderNeverReadsOutside(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		a, _, err := derive(t, e, encodePNG(t, picture(1027, 515)))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(7, 7))
		for range 150 {
			x, y := rng.IntN(1027), rng.IntN(515)
			q := Request{
				Region: image.Rect(x, y, x+1+rng.IntN(1027-x), y+1+rng.IntN(515-y)),
				Width:  1 + rng.IntN(400), Height: 1 + rng.IntN(400), Quality: "color", Format: "jpg",
			}
			var b bytes.Buffer
			if err := e.Render(t.Context(), a, q, &b); err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			if c, err := jpeg.DecodeConfig(&b); err != nil || c.Width != q.Width || c.Height != q.Height {
				t.Fatalf("%+v: %d × %d, %v", q, c.Width, c.Height, err)
			}
		}
	})
}

func TestThumbnails(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		a, _, err := derive(t, e, encodePNG(t, picture(1000, 700)))
		if err != nil {
			t.Fatal(err)
		}
		want := [][2]int{{240, 168}, {480, 336}, {960, 672}}
		if len(a.result.Thumbnails) != len(want) {
			t.Fatalf("%d thumbnails", len(a.result.Thumbnails))
		}
		for i, thumb := range a.result.Thumbnails {
			c, err := jpeg.DecodeConfig(bytes.NewReader(thumb.JPEG))
			if err != nil || c.Width != want[i][0] || c.Height != want[i][1] || thumb.Width != c.Width {
				t.Errorf("thumbnail %d: %d × %d, %v", i, c.Width, c.Height, err)
			}
		}
		if len(a.result.Colour) != 7 {
			t.Errorf("colour = %q", a.result.Colour)
		}
	})
}

func TestSameMasterSameBytes(t *testing.T) {
	t.Parallel()
	master := encodePNG(t, picture(1300, 1100))
	one := NewGo()
	one.workers = 1
	many := NewGo()
	many.workers = 7
	a, _, err := derive(t, one, master)
	if err != nil {
		t.Fatal(err)
	}
	b, _, err := derive(t, many, master)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.tiff, b.tiff) || !bytes.Equal(a.sidecar, b.sidecar) {
		t.Error("the bytes depend on the number of cores")
	}
}

func TestCancelledDerive(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		master := encodePNG(t, picture(600, 600))
		info, err := e.Identify(t.Context(), bytes.NewReader(master), int64(len(master)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f, err := os.Create(filepath.Join(t.TempDir(), "x"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close() //nolint:errcheck // a test file
		if _, err := e.Derive(ctx, bytes.NewReader(master), int64(len(master)), info, Output{TIFF: f}); !errors.Is(err, context.Canceled) {
			t.Errorf("error = %v", err)
		}
	})
}

// TestOthersReadIt holds the access copy to what other programs say of it.
func TestOthersReadIt(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		for name, img := range map[string]image.Image{"colour": picture(1300, 900), "gray": func() image.Image {
			g := image.NewGray(image.Rect(0, 0, 700, 1300))
			for i := range g.Pix {
				g.Pix[i] = byte(i % 251)
			}
			return g
		}()} {
			a, _, err := derive(t, e, encodePNG(t, img))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "pyramid.tif")
			if err := os.WriteFile(path, a.tiff, 0o600); err != nil {
				t.Fatal(err)
			}
			g := a.ix.Geometry()
			out := tool(t, "tiffinfo", path)
			if n := strings.Count(out, "Tile Width: 512 Tile Length: 512"); n != g.Levels || strings.Contains(strings.ToLower(out), "warning") || strings.Contains(out, "rror") {
				t.Errorf("%s: tiffinfo sees %d levels, want %d:\n%s", name, n, g.Levels, out)
			}
			for k := range g.Levels {
				w, h := g.Level(k)
				if got := tool(t, "vipsheader", fmt.Sprintf("%s[page=%d]", path, k)); !strings.Contains(got, fmt.Sprintf("%dx%d uchar", w, h)) {
					t.Errorf("%s: vipsheader of level %d: %s", name, k, got)
				}
			}
			// Decoded by libvips, the pixels are the same as ours.
			raw := filepath.Join(t.TempDir(), "level0.png")
			tool(t, "vips", "copy", path, raw)
			f, err := os.Open(raw)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := png.Decode(f)
			if err := errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
			if d := difference(theirs, a.level(0)); d > 1.5 {
				t.Errorf("%s: libvips decodes it with a difference of %.2f", name, d)
			}
		}
	})
}

// tool runs a program of Debian's packages libtiff-tools and libvips-tools.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is missing: install libtiff-tools and libvips-tools", name)
		}
		t.Skipf("%s is missing: install libtiff-tools and libvips-tools", name)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// TestRealImages takes every file of the test data through the pure-Go engine: each
// is derived with the size that its index says, or refused with a reason. The native one meets
// them in a process of its own (package sandbox): libvips does not survive them all.
func TestRealImages(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	index, err := os.Open(filepath.Join(dir, "images", "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close() //nolint:errcheck // opened for reading only
	lines := csv.NewReader(index)
	lines.FieldsPerRecord = -1
	table, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for i, row := range table[1:] {
		if raceDetector && i%4 > 0 {
			continue // all of them are read without it, which takes a tenth of the time
		}
		master, err := os.ReadFile(filepath.Join(dir, "images", row[0]))
		if err != nil {
			t.Fatal(err)
		}
		_, info, err := derive(t, NewGo(), master)
		var refused *RefusedError
		switch {
		case err == nil:
			codes["derived"]++
			w, h := row[3], row[4]
			if info.Orientation >= 5 {
				w, h = h, w
			}
			if w != "" && (strconv.Itoa(info.Width) != w || strconv.Itoa(info.Height) != h) {
				t.Errorf("%s: %d × %d, the index says %s × %s", row[0], info.Width, info.Height, w, h)
			}
		case errors.As(err, &refused):
			codes[refused.Code]++
			t.Logf("%s: %s: %s", row[0], refused.Code, refused.Why)
			if refused.Why == "" || refused.Code == "" {
				t.Errorf("%s: a refusal without reason: %#v", row[0], refused)
			}
		default:
			t.Errorf("%s: %v", row[0], err)
		}
	}
	t.Logf("%v", codes)
	if codes["derived"] < 60 && !raceDetector || codes["derived"] == 0 {
		t.Errorf("only %d files were derived: %v", codes["derived"], codes)
	}
}
