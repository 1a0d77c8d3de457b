//go:build !vips

package raster

import (
	"image"

	"github.com/disintegration/imaging"
)

func (b *band) putPair(x, y, width, rows int, upper, lower []byte, step int) {
	b.putPairGo(x, y, width, rows, upper, lower, step)
}

func halvePlane(dst []byte, dstStride int, src plane) { halvePlaneGo(dst, dstStride, src) }

// resample scales opaque pixels with a cubic filter.
func resample(img *image.NRGBA, width, height int) *image.NRGBA {
	return imaging.Resize(img, width, height, imaging.CatmullRom)
}
