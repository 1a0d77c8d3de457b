//go:build vips

package raster

// #include <stdlib.h>
// #include "turbo.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// turboEncoder encodes tiles by libjpeg-turbo. Their tables are those of the
// pure-Go encoder: both follow the Independent JPEG Group's.
type turboEncoder struct{ quality int }

func (e turboEncoder) tables(gray bool) []byte { return newEncoder(e.quality).tables(gray) }

func (e turboEncoder) stream() tileStream {
	s := &turboStream{c: C.hexi_encoder_new(C.int(e.quality))}
	if s.c == nil {
		s.err = errMemory
	}
	return s
}

var errMemory = errors.New("out of memory")

// turboStream keeps its first error and does nothing after it.
type turboStream struct {
	c   *C.hexi_encoder
	b   []byte // C's; nil while a stream is under way
	err error
}

func (s *turboStream) check(status C.int) {
	if status != 0 && s.err == nil {
		s.err = fmt.Errorf("encode JPEG: %s", C.GoString(C.hexi_encoder_message(s.c)))
	}
}

func (s *turboStream) begin(gray bool, width, height int) {
	if s.err == nil {
		s.b = nil
		s.check(C.hexi_encoder_begin(s.c, C.int(width), C.int(height), cbool(gray), 0))
	}
}

func (s *turboStream) rows(p planes, _, height int) {
	if s.err != nil {
		return
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	c := C.hexi_planes{y: cplane(&pin, p.y), gray: cbool(p.gray)}
	if !p.gray {
		c.cb, c.cr = cplane(&pin, p.cb), cplane(&pin, p.cr)
	}
	s.check(C.hexi_encoder_rows(s.c, &c, C.int(height)))
}

func (s *turboStream) end() {
	if s.err == nil {
		var at *C.uint8_t
		var n C.size_t
		if s.check(C.hexi_encoder_end(s.c, &at, &n)); s.err == nil {
			s.b = unsafe.Slice((*byte)(unsafe.Pointer(at)), n)
		}
	}
}

func (s *turboStream) bytes() ([]byte, error) { return s.b, s.err }

func (s *turboStream) close() {
	if s.c != nil {
		C.hexi_encoder_free(s.c)
		s.c = nil
	}
	s.b, s.err = nil, errors.New("encode JPEG: the stream is closed")
}

// cplane hands a plane to C, which checks no bounds, until it is unpinned.
func cplane(pin *runtime.Pinner, p plane) C.hexi_plane {
	_ = p.pix[(p.height-1)*p.stride+p.width-1]
	pin.Pin(unsafe.SliceData(p.pix))
	return C.hexi_plane{pix: bytesOf(p.pix), stride: C.int(p.stride), width: C.int(p.width), height: C.int(p.height)}
}

func cbool(v bool) C.int {
	if v {
		return 1
	}
	return 0
}

// encoders holds encoders of whole images of one quality: making one costs more
// than a small image.
type encoders struct {
	quality int
	idle    sync.Pool
}

// wholeEncoder frees what C holds when the pool lets it go.
type wholeEncoder struct{ c *C.hexi_encoder }

// jpeg hands rows of red, green, blue, or gray, as a JPEG file to use, which must
// not keep it.
func (e *encoders) jpeg(pix []byte, width, height int, gray bool, use func([]byte) error) error {
	w, _ := e.idle.Get().(*wholeEncoder)
	if w == nil {
		w = &wholeEncoder{C.hexi_encoder_new(C.int(e.quality))}
		if w.c == nil {
			return errMemory
		}
		runtime.AddCleanup(w, func(c *C.hexi_encoder) { C.hexi_encoder_free(c) }, w.c)
	}
	defer e.idle.Put(w)
	stride := 3 * width
	if gray {
		stride = width
	}
	_ = pix[height*stride-1]
	profile := profileOf(gray)
	var at *C.uint8_t
	var n C.size_t
	if C.hexi_encode_rgb(w.c, bytesOf(pix), C.int(stride), C.int(width), C.int(height), cbool(gray),
		bytesOf(profile), C.size_t(len(profile)), &at, &n) != 0 {
		return fmt.Errorf("encode JPEG: %s", C.GoString(C.hexi_encoder_message(w.c)))
	}
	return use(unsafe.Slice((*byte)(unsafe.Pointer(at)), n))
}
