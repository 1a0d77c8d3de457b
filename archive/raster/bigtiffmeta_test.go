package raster

import (
	"bytes"
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"testing"
)

// spoken is a picture with all that a TIFF says of one.
func spoken() tiffKind {
	text := func(tag int, s string) tiffEntry { return tiffEntry{tag, 2, values(s + "\x00")} }
	return tiffKind{
		width: clothWidth, height: clothHeight, count: 3, bits: 8, photometric: 2, value: scaled(8, false, cloth), rows: 16,
		said: []tiffEntry{
			text(270, "莫高窟第220窟北壁"), text(271, "Phase One"), text(272, "iXH 150MP"), text(306, "2024:05:06 07:08:09"), text(315, "敦煌研究院"),
			{282, 5, []uint64{600, 1}}, {283, 5, []uint64{600, 1}}, {296, 3, []uint64{2}}, {700, 1, values(packet)},
			{33723, 7, values(iptc(true, "\x05铜奔马")[len("Photoshop 3.0\x008BIM\x04\x04\x00\x00")+4:])},
			text(33432, "© 敦煌研究院"),
		},
		exif: []tiffEntry{
			text(36867, "2024:05:06 07:08:09"), {37386, 5, []uint64{80, 1}}, {makerTag, 7, values("\x01\x02\x03\x04\x05\x06\x07\x08\x09")},
			text(42036, "Schneider 80 mm"),
		},
	}
}

func values(s string) (v []uint64) {
	for _, b := range []byte(s) {
		v = append(v, uint64(b))
	}
	return v
}

// A BigTIFF says as much of its picture as a TIFF.
func TestMetadataOfBigTIFF(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
			k := spoken()
			k.order = order
			small := k.write()
			k.big = true
			k.exif = append(k.exif, tiffEntry{interopTag, tiffLong8, []uint64{16}}) // says nothing, wherever it leads
			big := k.write()
			want, err := e.Identify(t.Context(), bytes.NewReader(small), int64(len(small)))
			if err != nil {
				t.Fatal(err)
			}
			if want.Captured != "2024-05-06T07:08:09" && want.Captured != "2024:05:06 07:08:09" || want.Lens != "Schneider 80 mm" || want.Camera == "" ||
				want.Title != "药师经变 & 飞天" || want.Copyright != "© 敦煌研究院" || math.Abs(want.PixelsPerMM-600/25.4) > 1e-3 || len(want.Notes) > 0 {
				t.Errorf("%v: of a TIFF is said %+v", order, want)
			}
			got, err := e.Identify(t.Context(), bytes.NewReader(big), int64(len(big)))
			if err != nil {
				t.Fatal(err)
			}
			want.Name = "BigTIFF"
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%v: of a BigTIFF is said\n%+v, not\n%+v", order, got, want)
			}
		}
	})
}

// Directories that are made to do harm cost nothing, and the picture is read.
func TestHostileMetadataOfBigTIFF(t *testing.T) {
	t.Parallel()
	many := slices.Repeat([]tiffEntry{{exifTag, tiffLong8, []uint64{16}}}, 5000)
	for name, spoil := range map[string]func(k *tiffKind){
		"many directories":   func(k *tiffKind) { k.said = many },
		"one beyond the end": func(k *tiffKind) { k.said = []tiffEntry{{exifTag, tiffLong8, []uint64{math.MaxUint64}}} },
		"a directory that is the first": func(k *tiffKind) {
			k.said = []tiffEntry{{exifTag, tiffLong8, []uint64{8}}}
		},
		"a text of a megabyte": func(k *tiffKind) { k.said = []tiffEntry{{270, 2, make([]uint64, 1<<20)}} },
		"an unknown type":      func(k *tiffKind) { k.said = []tiffEntry{{270, 99, []uint64{1, 2, 3}}} },
	} {
		k := spoken()
		k.exif, k.big, k.order = nil, true, binary.LittleEndian
		spoil(&k)
		b := k.write()
		m := newMaster(t.Context(), bytes.NewReader(b), int64(len(b)))
		if s := spokenOfBigTIFF(m); s != nil && s.Size() > maxSpoken+maxDirectory*24 {
			t.Errorf("%s: %d bytes are made of it", name, s.Size())
		}
	}
}

func FuzzBigTIFFMetadata(f *testing.F) {
	for _, order := range []byteOrder{binary.LittleEndian, binary.BigEndian} {
		k := spoken()
		k.big, k.order, k.width, k.height = true, order, 8, 8
		f.Add(k.write())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m := newMaster(t.Context(), bytes.NewReader(b), int64(len(b)))
		s := spokenOfBigTIFF(m)
		if s != nil && s.Size() > maxSpoken+maxDirectory*24 {
			t.Fatalf("%d bytes are made of %d", s.Size(), len(b))
		}
	})
}
