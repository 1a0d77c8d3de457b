package raster

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// Of a compressed picture in which a bit has changed, nothing is shown, though it can
// be decompressed: its checksum tells.
func TestChangedBits(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, e engine) {
		const width, height = 160, 120
		pixel := func(x, y, c int) uint8 { return uint8(37*x*(c+1)^y*11) ^ cloth(x/3, y/3, c) }
		tif := tiffKind{width: width, height: height, count: 3, bits: 8, photometric: 2, rows: 40, compression: tiffDeflate, value: scaled(8, false, pixel)}
		strip, profiled, tiled := tif, tif, tif
		strip.rows = height
		profiled.icc = spaces()[0].profile(2)
		tiled.tile, tiled.big = 64, true
		png := pngKind{width: width, height: height, colour: 2, bits: 8, value: scaled(8, false, pixel)}
		interlaced := png
		interlaced.adam7 = true
		for name, whole := range map[string][]byte{
			"TIFF in strips": tif.write(), "TIFF in one strip": strip.write(), "TIFF with a profile": profiled.write(), "BigTIFF in tiles": tiled.write(),
			"PNG": png.write(), "PNG interlaced": interlaced.write(),
		} {
			t.Run(name, func(t *testing.T) {
				if _, _, err := derive(t, e, whole); err != nil {
					t.Fatalf("whole: %v", err)
				}
				for i := range 24 {
					b := bytes.Clone(whole)
					at := len(b)/5 + i*len(b)/40 // among the pixels, which are most of it
					b[at] ^= 1 << (i % 8)
					var refused *RefusedError
					if _, _, err := derive(t, e, b); !errors.As(err, &refused) {
						t.Error(fmt.Errorf("byte %d of %d: it is taken: %w", at, len(b), err))
					}
				}
			})
		}
	})
}
