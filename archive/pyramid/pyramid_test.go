package pyramid

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// encode makes a JPEG of one colour, which says where it belongs.
func encode(t testing.TB, w, h int, gray bool, level, col, row int) []byte {
	t.Helper()
	var img image.Image
	if gray {
		g := image.NewGray(image.Rect(0, 0, w, h))
		for i := range g.Pix {
			g.Pix[i] = uint8(40*level + 7*col + 3*row)
		}
		img = g
	} else {
		rgba := image.NewRGBA(image.Rect(0, 0, w, h))
		c := color.RGBA{uint8(60 * level), uint8(20 * col), uint8(20 * row), 255}
		for i := 0; i < len(rgba.Pix); i += 4 {
			rgba.Pix[i], rgba.Pix[i+1], rgba.Pix[i+2], rgba.Pix[i+3] = c.R, c.G, c.B, c.A
		}
		img = rgba
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// build writes a whole access copy and returns the TIFF's path and the sidecar.
func build(t testing.TB, width, height int, gray bool, tileSize int) (string, []byte, Geometry) {
	t.Helper()
	g, err := NewGeometry(width, height, tileSize)
	if err != nil {
		t.Fatal(err)
	}
	tables, _, err := Split(encode(t, tileSize, tileSize, gray, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pyramid.tif")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	w, err := NewWriter(f, Spec{Geometry: g, Gray: gray, Tables: tables, Software: "hexi test"})
	if err != nil {
		t.Fatal(err)
	}
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		for row := range rows {
			for col := range cols {
				_, tile, err := Split(encode(t, tileSize, tileSize, gray, k, col, row))
				if err != nil {
					t.Fatal(err)
				}
				if err := w.AddTile(k, col, row, tile); err != nil {
					t.Fatal(err)
				}
				if tw, th := g.TileSizeAt(k, col, row); tw < tileSize || th < tileSize {
					_, edge, err := Split(encode(t, tw, th, gray, k, col, row))
					if err != nil {
						t.Fatal(err)
					}
					if err := w.AddEdge(k, col, row, edge); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	sidecar, err := w.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return path, sidecar, g
}

// fetch returns the complete JPEG of a tile, as a server sends it.
func fetch(t testing.TB, ix *Index, tiff, sidecar []byte, level, col, row int) ([]byte, TileRef) {
	t.Helper()
	ref, err := ix.Tile(level, col, row)
	if err != nil {
		t.Fatal(err)
	}
	source := tiff
	if ref.Source == Sidecar {
		source = sidecar
	}
	return append(bytes.Clone(ix.Prefix()), source[ref.Offset:ref.Offset+ref.Length]...), ref
}

func TestEveryTileComesBack(t *testing.T) {
	t.Parallel()
	sizes := [][2]int{{1, 1}, {64, 64}, {65, 64}, {64, 65}, {63, 200}, {129, 1}, {1, 257}, {300, 300}, {128, 256}, {5000, 20}}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		sizes = append(sizes, [2]int{1 + rng.IntN(700), 1 + rng.IntN(700)})
	}
	for i, size := range sizes {
		gray := i%3 == 0
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			t.Parallel()
			path, sidecar, g := build(t, size[0], size[1], gray, 64)
			tiff, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			withSidecar, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
			if err != nil {
				t.Fatal(err)
			}
			alone, err := ReadTIFF(bytes.NewReader(tiff), int64(len(tiff)))
			if err != nil {
				t.Fatal(err)
			}
			if withSidecar.Geometry() != g || alone.Geometry() != g || alone.Gray() != gray || withSidecar.Gray() != gray {
				t.Fatalf("geometry %+v and %+v, want %+v", withSidecar.Geometry(), alone.Geometry(), g)
			}
			if withSidecar.TIFFSize() != int64(len(tiff)) {
				t.Errorf("the TIFF has %d bytes, the sidecar says %d", len(tiff), withSidecar.TIFFSize())
			}
			for k := range g.Levels {
				cols, rows := g.Grid(k)
				for row := range rows {
					for col := range cols {
						checkTile(t, withSidecar, tiff, sidecar, g, k, col, row, true)
						checkTile(t, alone, tiff, sidecar, g, k, col, row, false)
					}
				}
			}
		})
	}
}

func checkTile(t *testing.T, ix *Index, tiff, sidecar []byte, g Geometry, k, col, row int, exact bool) {
	t.Helper()
	data, ref := fetch(t, ix, tiff, sidecar, k, col, row)
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("level %d tile %d,%d: %v", k, col, row, err)
	}
	w, h := g.TileSizeAt(k, col, row)
	if ref.Width != w || ref.Height != h {
		t.Errorf("level %d tile %d,%d: size %d × %d, want %d × %d", k, col, row, ref.Width, ref.Height, w, h)
	}
	full := w == g.TileSize && h == g.TileSize
	if ref.Padded != (!exact && !full) {
		t.Errorf("level %d tile %d,%d: padded = %v", k, col, row, ref.Padded)
	}
	if !exact {
		w, h = g.TileSize, g.TileSize
	}
	if img.Bounds().Dx() != w || img.Bounds().Dy() != h {
		t.Errorf("level %d tile %d,%d: the JPEG has %v, want %d × %d", k, col, row, img.Bounds(), w, h)
	}
	want, err := jpeg.Decode(bytes.NewReader(encode(t, w, h, ix.Gray(), k, col, row)))
	if err != nil {
		t.Fatal(err)
	}
	if img.At(w/2, h/2) != want.At(w/2, h/2) {
		t.Errorf("level %d tile %d,%d: it is another tile", k, col, row)
	}
	if !bytes.HasPrefix(data, []byte{0xff, 0xd8, 0xff, 0xe0}) {
		t.Errorf("level %d tile %d,%d: no JFIF marker", k, col, row)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	first, a, _ := build(t, 200, 150, false, 64)
	second, b, _ := build(t, 200, 150, false, 64)
	x, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(x, y) || !bytes.Equal(a, b) {
		t.Error("two access copies of the same tiles differ")
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	g, err := NewGeometry(100, 100, 64)
	if err != nil {
		t.Fatal(err)
	}
	tables, tile, err := Split(encode(t, 64, 64, false, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	if _, err := NewWriter(f, Spec{Geometry: g, Tables: []byte("no tables")}); err == nil {
		t.Error("tables that are none were taken")
	}
	w, err := NewWriter(f, Spec{Geometry: g, Tables: tables})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.AddTile(0, 2, 0, tile); !errors.Is(err, ErrNoTile) {
		t.Errorf("a tile outside: %v", err)
	}
	if err := w.AddTile(0, 0, 0, []byte("gif")); err == nil {
		t.Error("a tile that is no JPEG was taken")
	}
	if err := w.AddTile(0, 0, 0, tile); err != nil {
		t.Error(err)
	}
	if err := w.AddTile(0, 0, 0, tile); err == nil {
		t.Error("a tile was taken twice")
	}
	if err := w.AddEdge(0, 0, 0, tile); err == nil {
		t.Error("an inner tile was taken for an edge")
	}
	if _, err := w.Finish(); err == nil {
		t.Error("finished without all tiles")
	}
}

func TestNewGeometry(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		w, h, ts, levels int
	}{{1, 1, 512, 1}, {512, 512, 512, 1}, {513, 1, 512, 2}, {1024, 1024, 512, 2}, {1025, 10, 512, 3}, {100000, 300, 512, 9}, {40000, 25000, 512, 8}} {
		g, err := NewGeometry(test.w, test.h, test.ts)
		if err != nil || g.Levels != test.levels {
			t.Errorf("%v: %d levels, %v", test, g.Levels, err)
		}
		if w, h := g.Level(g.Levels - 1); w > test.ts || h > test.ts {
			t.Errorf("%v: the last level has %d × %d", test, w, h)
		}
	}
	for _, test := range [][3]int{{0, 1, 512}, {1, -1, 512}, {1 << 31, 1, 512}, {1, 1, 0}, {1, 1, 100}, {1, 1, 8192}, {1 << 30, 1 << 30, 16}} {
		if _, err := NewGeometry(test[0], test[1], test[2]); err == nil {
			t.Errorf("%v was taken", test)
		}
	}
}

func TestTileAllocatesNothing(t *testing.T) {
	_, sidecar, _ := build(t, 300, 200, false, 64)
	ix, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := ix.Tile(0, 1, 1); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a tile", n)
	}
}

// countReader counts the reads, to show that an index takes two at most.
type countReader struct {
	r     io.ReaderAt
	reads int
}

func (c *countReader) ReadAt(b []byte, off int64) (int, error) {
	c.reads++
	return c.r.ReadAt(b, off)
}

func TestReadSidecarReadsTwice(t *testing.T) {
	t.Parallel()
	_, sidecar, _ := build(t, 64*60, 64*60, true, 64)
	c := &countReader{r: bytes.NewReader(sidecar)}
	if _, err := ReadSidecar(c, int64(len(sidecar))); err != nil || c.reads > 2 {
		t.Errorf("%d reads, %v", c.reads, err)
	}
}
