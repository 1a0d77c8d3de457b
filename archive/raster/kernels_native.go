//go:build vips

package raster

// #cgo pkg-config: vips
// #cgo LDFLAGS: -ljpeg -lm
// #cgo CFLAGS: -O3
// #include "pixels.h"
import "C"

import (
	"image"
	"unsafe"
)

// bytesOf hands a slice, which is not empty, to C for the length of a call.
func bytesOf(b []byte) *C.uint8_t { return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(b))) }

func (b *band) putPair(x, y, width, rows int, upper, lower []byte, step int) {
	if width < 1 {
		return
	}
	// The slices' bounds are checked here; C does not.
	yu := b.y[y*b.width+x:][:width]
	yl := yu // the same values are written twice
	if rows > 1 {
		yl = b.y[(y+1)*b.width+x:][:width]
	}
	cb := b.cb[y/2*b.chromaWidth()+x/2:][:(width+1)/2]
	cr := b.cr[y/2*b.chromaWidth()+x/2:][:len(cb)]
	upper, lower = upper[:(width-1)*step+3], lower[:(width-1)*step+3]
	C.hexi_rgb_pair(bytesOf(yu), bytesOf(yl), bytesOf(cb), bytesOf(cr), bytesOf(upper), bytesOf(lower), C.int(width), C.int(step))
}

func halvePlane(dst []byte, dstStride int, src plane) {
	if src.width < 1 || src.height < 1 {
		return
	}
	half := (src.width + 1) / 2
	_, _ = dst[(src.height-1)/2*dstStride+half-1], src.pix[(src.height-1)*src.stride+src.width-1] // C checks no bounds
	C.hexi_halve_plane(bytesOf(dst), C.int(dstStride), bytesOf(src.pix), C.int(src.stride), C.int(src.width), C.int(src.height))
}

func resample(img *image.NRGBA, width, height int) *image.NRGBA {
	r := &rendering{width: img.Rect.Dx(), height: img.Rect.Dy(), samples: 3, buffers: new(buffers)}
	r.pix = make([]byte, 3*r.width*r.height)
	for i := range r.width * r.height {
		copy(r.pix[3*i:3*i+3], img.Pix[4*i:])
	}
	if r.resize(width, height) != nil { // no memory
		return resampleGo(img, width, height)
	}
	return r.image()
}
