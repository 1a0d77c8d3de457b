//go:build !vips

package raster

import "image"

func (b *band) putPair(x, y, width, rows int, upper, lower []byte, step int) {
	b.putPairGo(x, y, width, rows, upper, lower, step)
}

func halvePlane(dst []byte, dstStride int, src plane) { halvePlaneGo(dst, dstStride, src) }

func resample(img *image.NRGBA, width, height int) *image.NRGBA {
	return resampleGo(img, width, height)
}
