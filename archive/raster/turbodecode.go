//go:build vips

package raster

// #include <stdint.h>
// #include "turbo.h"
import "C"

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// hexiRead reads a master for C: length bytes at an offset, as many as there are;
// -1 where reading fails, which the master remembers.
//
//export hexiRead
func hexiRead(reader C.uintptr_t, buffer unsafe.Pointer, offset, length C.int64_t) C.int64_t {
	m, ok := cgo.Handle(reader).Value().(*master)
	if !ok || length < 0 {
		return -1
	}
	n, err := m.ReadAt(unsafe.Slice((*byte)(buffer), int(length)), int64(offset))
	if err != nil && (n == 0 && int64(offset) < m.size || m.broken()) {
		return -1
	}
	return C.int64_t(n)
}

// turboRows delivers the rows of a JPEG as libjpeg-turbo decodes them: the planes
// that are stored, without a detour over red, green and blue, wherever their
// sampling allows it.
type turboRows struct {
	c      *C.hexi_decoder
	reader cgo.Handle
	info   C.hexi_jpeg_info
	done   int
}

var errNoTurbo = errors.New("the JPEG has colours that are converted elsewhere")

// openTurbo opens the rows of a JPEG as they are stored. It returns errNoTurbo for
// colours that need a profile.
func openTurbo(m *master) (rows, error) {
	r := &turboRows{reader: cgo.NewHandle(m)}
	var message [C.HEXI_MESSAGE]C.char
	r.c = C.hexi_decoder_new(C.uintptr_t(r.reader), &r.info, &message[0])
	if r.c == nil {
		r.reader.Delete()
		return nil, decoderError(C.GoString(&message[0]))
	}
	if r.info.kind == 0 {
		r.close()
		return nil, errNoTurbo
	}
	return r, nil
}

// decoderError turns the library's words into an error that says what kind it is.
func decoderError(text string) error {
	if strings.Contains(text, "Unsupported") || strings.Contains(text, "not implemented") || strings.Contains(text, "not compiled") {
		return fmt.Errorf("unsupported: %s", text)
	}
	return errors.New(text)
}

func (r *turboRows) bounds() (int, int) { return int(r.info.width), int(r.info.height) }
func (r *turboRows) gray() bool         { return r.info.kind == C.HEXI_GRAY }

func (r *turboRows) next(b *band) error {
	var message [C.HEXI_MESSAGE]C.char
	var pin runtime.Pinner
	defer pin.Unpin()
	half := b.chromaWidth() * ((b.rows + 1) / 2)
	_ = b.y[b.width*b.rows-1] // C checks no bounds
	var cb, cr *C.uint8_t
	if b.cb != nil {
		_, _ = b.cb[half-1], b.cr[half-1]
		cb, cr = bytesOf(b.cb), bytesOf(b.cr)
	}
	if C.hexi_decoder_rows(r.c, bytesOf(b.y), cb, cr, C.int(b.rows), &message[0]) != 0 {
		text := C.GoString(&message[0])
		if endsEarly(text) && r.info.progressive != 0 { // the scans that are there show all of it, only not sharp
			return io.ErrUnexpectedEOF
		}
		if endsEarly(text) {
			return endedAt("JPEG", r.done, int(r.info.height))
		}
		return decoderError(text)
	}
	r.done += b.rows
	return nil
}

func (r *turboRows) close() {
	C.hexi_decoder_free(r.c)
	r.reader.Delete()
}
