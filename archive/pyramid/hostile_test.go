package pyramid

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
)

// TestDamage flips, cuts and grows the files: the readers refuse or answer, and
// never panic nor point outside of the file.
func TestDamage(t *testing.T) {
	t.Parallel()
	path, sidecar, _ := build(t, 300, 200, false, 64)
	tiff, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		b := bytes.Clone(sidecar)
		b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
		if ix, err := ReadSidecar(bytes.NewReader(b), int64(len(b))); err == nil {
			inside(t, ix, int64(len(tiff)), int64(len(b)))
		}
		b = bytes.Clone(tiff)
		b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
		b = b[:len(b)-rng.IntN(2)*rng.IntN(len(b))]
		if ix, err := ReadTIFF(bytes.NewReader(b), int64(len(b))); err == nil {
			inside(t, ix, int64(len(b)), 0)
		}
	}
	for cut := range len(sidecar) {
		if _, err := ReadSidecar(bytes.NewReader(sidecar[:cut]), int64(cut)); err == nil {
			t.Fatalf("a sidecar cut at %d was taken", cut)
		}
	}
}

func inside(t *testing.T, ix *Index, tiffSize, sidecarSize int64) {
	t.Helper()
	g := ix.Geometry()
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		for row := range rows {
			for col := range cols {
				ref, err := ix.Tile(k, col, row)
				if err != nil {
					continue
				}
				size := tiffSize
				if ref.Source == Sidecar {
					size = sidecarSize
				}
				if ref.Offset < 0 || ref.Length < 0 || ref.Offset+ref.Length > size {
					t.Fatalf("level %d tile %d,%d lies outside of the file: %+v of %d", k, col, row, ref, size)
				}
			}
		}
	}
}

// TestLiesAllocateLittle holds what a few bytes can make the readers allocate.
func TestLiesAllocateLittle(t *testing.T) {
	_, sidecar, _ := build(t, 300, 200, false, 64)
	lies := map[string]func(){
		// A classic TIFF whose directory promises 2³² − 1 tile offsets.
		"tiff": func() {
			b := []byte("II*\x00\x08\x00\x00\x00\x08\x00")
			for _, e := range [][3]uint32{{tagWidth, 1, 1 << 29}, {tagHeight, 1, 1 << 29}, {tagCompression, 1, 7}, {tagPhotometric, 1, 6}, {tagTileWidth, 1, 512}, {tagTileHeight, 1, 512}, {tagTileOffsets, 0xffffffff, 8}, {tagTileCounts, 0xffffffff, 8}} {
				b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
				b = binary.LittleEndian.AppendUint16(b, typeLong)
				b = binary.LittleEndian.AppendUint32(b, e[1])
				b = binary.LittleEndian.AppendUint32(b, e[2])
			}
			b = append(b, 0, 0, 0, 0)
			if _, err := ReadTIFF(bytes.NewReader(b), int64(len(b))); err == nil {
				t.Error("a TIFF without tiles was taken")
			}
		},
		// A sidecar whose header says that it is 200 MB long.
		"sidecar": func() {
			b := bytes.Clone(sidecar)
			binary.BigEndian.PutUint32(b[len(sidecarMagic):], 200<<20)
			if _, err := ReadSidecar(bytes.NewReader(b), int64(len(b))); err == nil {
				t.Error("a sidecar shorter than its header was taken")
			}
		},
		// A sidecar with a right checksum that promises an image of 2³⁰ pixels'
		// width.
		"geometry": func() {
			header := binary.AppendUvarint(nil, 1<<30)
			header = binary.AppendUvarint(header, 1)
			header = binary.AppendUvarint(header, 64)
			b := sealed(append(header, make([]byte, 64)...))
			if _, err := ReadSidecar(bytes.NewReader(b), int64(len(b))); err == nil {
				t.Error("a sidecar without tiles was taken")
			}
		},
	}
	for name, lie := range lies {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		lie()
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
			t.Errorf("%s: %d bytes were allocated", name, got)
		}
	}
}

// sealed makes a sidecar of a header, with the right length and checksum.
func sealed(header []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte(sidecarMagic), uint32(len(header)))
	b = append(b, header...)
	return binary.BigEndian.AppendUint32(b, sum32(b))
}

func FuzzReadTIFF(f *testing.F) {
	path, _, _ := build(f, 100, 70, false, 64)
	tiff, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(tiff)
	f.Add(turnBytes(f, tiff))
	f.Add([]byte("II*\x00\x08\x00\x00\x00"))
	f.Add([]byte("MM\x00+\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if ix, err := ReadTIFF(bytes.NewReader(data), int64(len(data))); err == nil {
			inside(t, ix, int64(len(data)), 0)
		}
	})
}

func FuzzReadSidecar(f *testing.F) {
	_, sidecar, _ := build(f, 100, 70, true, 64)
	f.Add(sidecar)
	f.Add(sealed([]byte{100, 70, 64, 0}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if ix, err := ReadSidecar(bytes.NewReader(data), int64(len(data))); err == nil {
			inside(t, ix, ix.TIFFSize(), int64(len(data)))
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add(encode(f, 16, 16, false, 0, 0, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		tables, tile, err := Split(data)
		if err != nil {
			return
		}
		if _, err := newPrefix(tables, nil); err != nil {
			t.Errorf("tables of Split are no tables: %v", err)
		}
		if len(tile) > len(data)+2 {
			t.Error("a tile grew")
		}
	})
}
