package pyramid

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// buildWith writes an access copy of one colour with a given specification.
func buildWith(t testing.TB, spec Spec, big bool) (path string, sidecar []byte) {
	t.Helper()
	g := spec.Geometry
	var err error
	if spec.Tables, _, err = Split(encode(t, 64, 64, spec.Gray, 0, 0, 0)); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "pyramid.tif")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWriter(f, spec, big)
	if err != nil {
		t.Fatal(err)
	}
	streams := map[[2]int][]byte{} // by size: one colour serves all
	stream := func(w, h int) []byte {
		size := [2]int{w, h}
		if streams[size] == nil {
			if _, streams[size], err = Split(encode(t, w, h, spec.Gray, 1, 1, 1)); err != nil {
				t.Fatal(err)
			}
		}
		return streams[size]
	}
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		for row := range rows {
			for col := range cols {
				if err := w.AddTile(k, col, row, stream(g.TileSize, g.TileSize)); err != nil {
					t.Fatal(err)
				}
				if tw, th := g.TileSizeAt(k, col, row); tw < g.TileSize || th < g.TileSize {
					if err := w.AddEdge(k, col, row, stream(tw, th)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if sidecar, err = w.Finish(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path, sidecar
}

func geometry(t testing.TB, w, h, tile int) Geometry {
	t.Helper()
	g, err := NewGeometry(w, h, tile)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// structure describes a TIFF field by field.
func structure(t *testing.T, b []byte) string {
	t.Helper()
	r := &tiff{r: bytes.NewReader(b), size: int64(len(b))}
	directories, _, err := r.directories(maxDirectories)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "big %v, %v\n", r.big, r.order)
	for k, d := range directories {
		fmt.Fprintf(&out, "level %d\n", k)
		for tag := range uint16(0xffff) {
			f, ok := d[tag]
			if !ok {
				continue
			}
			value := "…"
			switch {
			case tag == tagTileOffsets || tag == tagTileCounts || tag == tagJPEGTables:
			case typeSize(f.typ) > 1:
				v, err := r.numbers(f, 16)
				if err != nil {
					t.Fatal(err)
				}
				value = fmt.Sprint(v)
			case f.typ == typeASCII:
				v, err := r.data(f, 100)
				if err != nil {
					t.Fatal(err)
				}
				value = fmt.Sprintf("%q", v)
			}
			fmt.Fprintf(&out, "  %d type %d count %d %s\n", tag, f.typ, f.count, value)
		}
	}
	return out.String()
}

// TestStructure compares the fields of access copies with golden files: other
// programs depend on them.
func TestStructure(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spec Spec
		big  bool
	}{
		"colour": {Spec{Geometry: geometry(t, 150, 90, 64), Software: "hexi"}, false},
		"gray":   {Spec{Geometry: geometry(t, 65, 20, 64), Gray: true, Software: "hexi", Profile: []byte("a profile")}, false},
		"big":    {Spec{Geometry: geometry(t, 70, 64, 64), Software: "hexi"}, true},
	} {
		path, _ := buildWith(t, test.spec, test.big)
		got := structure(t, read(t, path))
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want := string(read(t, golden)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestOthersReadBigTIFF holds a BigTIFF, and one with a profile, to what
// tiffinfo and vipsheader say of them. Package raster does the same with
// pictures.
func TestOthersReadBigTIFF(t *testing.T) {
	t.Parallel()
	for _, big := range []bool{true, false} {
		path, _ := buildWith(t, Spec{Geometry: geometry(t, 300, 200, 64), Software: "hexi", Profile: []byte("not one that is used")}, big)
		out := tool(t, "tiffinfo", path)
		if n := strings.Count(out, "Tile Width: 64 Tile Length: 64"); n != 4 || strings.Contains(out, "arning") || strings.Contains(out, "rror") {
			t.Errorf("big %v: tiffinfo sees %d levels:\n%s", big, n, out)
		}
		if out := tool(t, "vipsheader", path+"[page=1]"); !strings.Contains(out, "150x100 uchar, 3 bands") {
			t.Errorf("big %v: vipsheader: %s", big, out)
		}
	}
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

// turnBytes rewrites a classic TIFF in the other byte order.
func turnBytes(t testing.TB, b []byte) []byte {
	t.Helper()
	le, be := binary.LittleEndian, binary.BigEndian
	out := bytes.Clone(b)
	copy(out, "MM\x00*")
	at := le.Uint32(b[4:])
	be.PutUint32(out[4:], at)
	for at != 0 {
		n := int(le.Uint16(b[at:]))
		be.PutUint16(out[at:], uint16(n))
		for i := range n {
			e := at + 2 + 12*uint32(i)
			tag, typ, count := le.Uint16(b[e:]), le.Uint16(b[e+2:]), le.Uint32(b[e+4:])
			be.PutUint16(out[e:], tag)
			be.PutUint16(out[e+2:], typ)
			be.PutUint32(out[e+4:], count)
			size := map[uint16]uint32{typeASCII: 1, typeShort: 2, typeLong: 4, typeRational: 4, typeUndefined: 1}[typ]
			if typ == typeRational {
				count *= 2
			}
			values := e + 8
			if size*count > 4 {
				values = le.Uint32(b[e+8:])
				be.PutUint32(out[e+8:], values)
			}
			for v := values; v < values+size*count; v += size {
				switch size {
				case 2:
					be.PutUint16(out[v:], le.Uint16(b[v:]))
				case 4:
					be.PutUint32(out[v:], le.Uint32(b[v:]))
				}
			}
		}
		next := le.Uint32(b[at+2+12*uint32(n):])
		be.PutUint32(out[at+2+12*uint32(n):], next)
		at = next
	}
	return out
}

func TestReadTIFFOfAllKinds(t *testing.T) {
	t.Parallel()
	spec := Spec{Geometry: geometry(t, 300, 200, 64), Profile: []byte("profile")}
	path, sidecar := buildWith(t, spec, false)
	plain := read(t, path)
	bigPath, bigSidecar := buildWith(t, spec, true)
	for name, b := range map[string][]byte{"classic": plain, "big-endian": turnBytes(t, plain), "BigTIFF": read(t, bigPath)} {
		ix, err := ReadTIFF(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if ix.Geometry() != spec.Geometry || !bytes.Contains(ix.Prefix(), []byte("ICC_PROFILE\x00\x01\x01profile")) {
			t.Errorf("%s: geometry %+v, prefix %q", name, ix.Geometry(), ix.Prefix()[:40])
		}
		if data, _ := fetch(t, ix, b, nil, 0, 1, 1); !decodes(data, 64, 64) {
			t.Errorf("%s: an inner tile does not decode", name)
		}
	}
	// What is sent is the same, so that the ID is, too.
	a, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadSidecar(bytes.NewReader(bigSidecar), int64(len(bigSidecar)))
	if err != nil {
		t.Fatal(err)
	}
	if a.ID() != b.ID() || len(a.ID()) != 2*idLength {
		t.Errorf("IDs %q and %q", a.ID(), b.ID())
	}
}

func decodes(b []byte, w, h int) bool {
	img, err := jpeg.Decode(bytes.NewReader(b))
	return err == nil && img.Bounds().Dx() == w && img.Bounds().Dy() == h
}

// TestPanorama takes an image of 100,000 × 300 pixels, all of whose tiles are at
// an edge.
func TestPanorama(t *testing.T) {
	t.Parallel()
	g := geometry(t, 100_000, 300, DefaultTileSize)
	path, sidecar := buildWith(t, Spec{Geometry: g, Gray: true, Origin: "test 1"}, false)
	tiff := read(t, path)
	ix, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		t.Fatal(err)
	}
	if ix.Origin() != "test 1" {
		t.Errorf("origin %q", ix.Origin())
	}
	for k := range g.Levels {
		cols, _ := g.Grid(k)
		wide := 0
		for col := range cols {
			data, ref := fetch(t, ix, tiff, sidecar, k, col, 0)
			if ref.Source != Sidecar || !decodes(data, ref.Width, ref.Height) {
				t.Fatalf("level %d column %d: %+v does not decode", k, col, ref)
			}
			wide += ref.Width
		}
		if w, _ := g.Level(k); w != wide {
			t.Errorf("level %d: the tiles are %d pixels wide together, the level %d", k, wide, w)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	path, sidecar := buildWith(t, Spec{Geometry: geometry(t, 300, 200, 64)}, false)
	tiff := read(t, path)
	ix, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		t.Fatal(err)
	}
	verify := func(tiff, sidecar []byte) error {
		return ix.Verify(t.Context(), bytes.NewReader(tiff), bytes.NewReader(sidecar))
	}
	if err := verify(tiff, sidecar); err != nil {
		t.Error(err)
	}
	ref, err := ix.Tile(0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	other := bytes.Clone(tiff)
	other[ref.Offset+ref.Length/2] ^= 1
	if err := verify(other, sidecar); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed tile: %v", err)
	}
	if err := verify(tiff[:ref.Offset+5], sidecar); !errors.Is(err, ErrDamaged) {
		t.Errorf("a short TIFF: %v", err)
	}
	other = bytes.Clone(sidecar)
	other[len(other)-9] ^= 1
	if err := verify(tiff, other); !errors.Is(err, ErrDamaged) {
		t.Errorf("a changed edge tile: %v", err)
	}
	alone, err := ReadTIFF(bytes.NewReader(tiff), int64(len(tiff)))
	if err != nil {
		t.Fatal(err)
	}
	if err := alone.Verify(t.Context(), bytes.NewReader(tiff), nil); err == nil {
		t.Error("an index without sidecar was verified")
	}
}

// Bytes that were read from elsewhere than the index says are no tile.
func TestCheck(t *testing.T) {
	t.Parallel()
	path, sidecar := buildWith(t, Spec{Geometry: geometry(t, 300, 200, 64)}, false)
	tiff := read(t, path)
	ix, err := ReadSidecar(bytes.NewReader(sidecar), int64(len(sidecar)))
	if err != nil {
		t.Fatal(err)
	}
	alone, err := ReadTIFF(bytes.NewReader(tiff), int64(len(tiff)))
	if err != nil {
		t.Fatal(err)
	}
	for _, ix := range []*Index{ix, alone} {
		for _, at := range [][3]int{{0, 0, 0}, {0, 1, 2}, {0, 4, 3}, {2, 1, 0}} {
			ref, err := ix.Tile(at[0], at[1], at[2])
			if err != nil {
				t.Fatal(err)
			}
			from := tiff
			if ref.Source == Sidecar {
				from = sidecar
			}
			stream := from[ref.Offset : ref.Offset+ref.Length]
			if err := ix.Check(ref, stream); err != nil {
				t.Errorf("tile %v: %v", at, err)
			}
			for name, other := range map[string][]byte{
				"a byte before": from[ref.Offset-1 : ref.Offset+ref.Length-1], "a byte after": append(bytes.Clone(stream[1:]), 0xd9),
				"nothing": nil, "zeros": make([]byte, len(stream)),
			} {
				if err := ix.Check(ref, other); !errors.Is(err, ErrDamaged) {
					t.Errorf("tile %v, %s: %v", at, name, err)
				}
			}
			if ix == alone {
				continue // others may have made it, with something after the end
			}
			if err := ix.Check(ref, stream[:len(stream)-1]); !errors.Is(err, ErrDamaged) {
				t.Errorf("tile %v, cut: %v", at, err)
			}
		}
	}
}

// TestWriterHoldsTilesToTheirFields: what the fields say of all tiles has to be
// true of each.
func TestWriterHoldsTilesToTheirFields(t *testing.T) {
	t.Parallel()
	tables, good, err := Split(encode(t, 64, 64, false, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, small, err := Split(encode(t, 32, 64, false, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, gray, err := Split(encode(t, 64, 64, true, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	whole := encode(t, 64, 64, false, 0, 0, 0)
	full := bytes.Clone(good)
	full[bytes.Index(full, []byte{0x22, 0})] = 0x11 // luma at the chroma's resolution
	for name, stream := range map[string][]byte{
		"nothing": nil, "too small": small, "gray": gray, "with tables": whole, "4:4:4": full, "cut": good[:len(good)-2], "header only": good[:10],
	} {
		f, err := os.Create(filepath.Join(t.TempDir(), "x"))
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewWriter(f, Spec{Geometry: geometry(t, 64, 64, 64), Tables: tables})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.AddTile(0, 0, 0, stream); err == nil {
			t.Errorf("%s: the tile was taken", name)
		}
		if err := w.AddTile(0, 0, 0, good); err != nil {
			t.Errorf("%s: after it a good tile: %v", name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewWriter(nil, Spec{Geometry: geometry(t, 64, 64, 64), Tables: tables, Profile: make([]byte, maxProfile+1)}); err == nil {
		t.Error("a long profile was taken")
	}
	if _, err := NewWriter(nil, Spec{Geometry: geometry(t, 64, 64, 64), Tables: tables, Origin: strings.Repeat("x", maxOrigin+1)}); err == nil {
		t.Error("a long origin was taken")
	}
}

func TestNeedsBig(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{20_000: false, 30_000: false, 40_000: true, 100_000: true} {
		if got := needsBig(Spec{Geometry: geometry(t, size, size, DefaultTileSize)}); got != want {
			t.Errorf("%d × %d: BigTIFF %v", size, size, got)
		}
	}
}
