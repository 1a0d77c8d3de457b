//go:build vips

package raster

// #include <stdint.h>
// #include <stdlib.h>
// #include "vips.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync"
	"unsafe"
)

// startVips starts libvips once for the process.
var startVips = sync.OnceValue(func() error {
	var message [C.HEXI_VIPS_MESSAGE]C.char
	if C.hexi_vips_start(C.int(runtime.GOMAXPROCS(0)), &message[0]) != 0 {
		return fmt.Errorf("start libvips: %s", C.GoString(&message[0]))
	}
	return nil
})

// pageDPI is at how many dots an inch pages are drawn that hold no pixels (PDF).
const pageDPI = 300

// vipsMaster is a master that libvips has opened.
type vipsMaster struct {
	c      *C.hexi_vips
	reader cgo.Handle
	info   C.hexi_vips_info
}

func openVips(m *master, format string) (*vipsMaster, error) {
	if err := startVips(); err != nil {
		return nil, err
	}
	v := &vipsMaster{reader: cgo.NewHandle(m)}
	var message [C.HEXI_VIPS_MESSAGE]C.char
	tiff := C.int(0)
	if format == formatTIFF {
		tiff = 1
	}
	v.c = C.hexi_vips_open(C.uintptr_t(v.reader), C.int64_t(m.size), tiff, pageDPI, &v.info, &message[0])
	if v.c == nil {
		v.reader.Delete()
		return nil, vipsError(C.GoString(&message[0]))
	}
	return v, nil
}

func (v *vipsMaster) close() {
	C.hexi_vips_free(v.c)
	v.reader.Delete()
}

// vipsError turns the library's words, the last line of which names the cause,
// into an error.
func vipsError(text string) error {
	if text == "" { // the library has one place for the errors of all its threads
		text = "libvips does not say why"
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	why := lines[0]
	for _, l := range lines {
		if strings.Contains(l, "not a known") || strings.Contains(l, "nsupported") || strings.Contains(l, "not supported") || strings.Contains(l, "annot handle") || strings.Contains(l, "out of range") {
			return fmt.Errorf("unsupported: %s", printable(l))
		}
		if strings.Contains(l, "end of") || strings.Contains(l, "premature") || strings.Contains(l, "truncated") || strings.Contains(l, "out of data") {
			why = l + " (unexpected EOF)"
		}
	}
	return errors.New(printable(why))
}

// profile returns the ICC profile of the master.
func (v *vipsMaster) profile() []byte {
	return C.GoBytes(v.info.profile, C.int(min(v.info.profile_length, 32<<20)))
}

// vipsRows delivers what libvips decodes, in sRGB or gray. The library works in
// threads of its own and hands rows over as they are ready; it is held back
// until they are taken.
type vipsRows struct {
	v             *vipsMaster
	name          string // of the format
	width, height int
	bands         int
	sink          cgo.Handle
	ctx           context.Context
	cancel        context.CancelFunc
	full, free    chan *pixels
	err           error // of the delivery, once full is closed
	now           *pixels
	at            int // row of now that comes next
	read          int // rows that were taken
	filling       *pixels
}

// pixels are some rows as libvips delivers them.
type pixels struct {
	pix  []byte
	rows int
}

func openVipsRows(m *master, info Info) (rows, error) {
	v, err := openVips(m, info.Format)
	if err != nil {
		return nil, err
	}
	var message [C.HEXI_VIPS_MESSAGE]C.char
	var ignored C.int
	r := &vipsRows{v: v, name: info.Name, width: int(v.info.width), height: int(v.info.height)}
	r.bands = int(C.hexi_vips_convert(v.c, &ignored, &message[0]))
	if r.bands < 0 {
		v.close()
		return nil, vipsError(C.GoString(&message[0]))
	}
	r.ctx, r.cancel = context.WithCancel(m.ctx)
	const ahead = 3
	r.full, r.free = make(chan *pixels, ahead), make(chan *pixels, ahead)
	for range ahead {
		r.free <- &pixels{pix: make([]byte, min(stripeRows, r.height)*r.width*r.bands)}
	}
	r.sink = cgo.NewHandle(r)
	go func() {
		// Thread-local state of the library is let go of by the thread that has it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		var message [C.HEXI_VIPS_MESSAGE]C.char
		status := C.hexi_vips_run(v.c, C.uintptr_t(r.sink), &message[0])
		switch {
		case m.ctx.Err() != nil:
			r.err = m.ctx.Err()
		case status != 0:
			r.err = vipsError(C.GoString(&message[0]))
		case r.filling != nil && r.filling.rows > 0:
			r.full <- r.filling // has room for all
		}
		close(r.full)
	}()
	return r, nil
}

// hexiRows takes rows from libvips, in sequence, in one of its threads.
//
//export hexiRows
func hexiRows(sink C.uintptr_t, pix unsafe.Pointer, stride C.int64_t, width, first, count C.int) C.int {
	r, ok := cgo.Handle(sink).Value().(*vipsRows)
	if !ok || int(width) != r.width {
		return -1
	}
	line := r.width * r.bands
	for i := range int(count) {
		if r.filling == nil {
			select {
			case r.filling = <-r.free:
				r.filling.rows = 0
			case <-r.ctx.Done():
				return -1
			}
		}
		f := r.filling
		copy(f.pix[f.rows*line:][:line], unsafe.Slice((*byte)(unsafe.Add(pix, i*int(stride))), line))
		if f.rows++; f.rows*line == len(f.pix) {
			r.full <- f // has room for all
			r.filling = nil
		}
	}
	return 0
}

func (r *vipsRows) bounds() (int, int) { return r.width, r.height }
func (r *vipsRows) gray() bool         { return r.bands == 1 }

func (r *vipsRows) next(b *band) error {
	line := r.width * r.bands
	for done := 0; done < b.rows; {
		if r.now == nil {
			p, ok := <-r.full
			if !ok {
				return r.fault()
			}
			r.now, r.at = p, 0
		}
		n := min(b.rows-done, r.now.rows-r.at)
		b.putPixels(done, n, r.now.pix[r.at*line:], r.bands)
		done += n
		r.read += n
		if r.at += n; r.at == r.now.rows {
			r.free <- r.now
			r.now = nil
		}
	}
	if r.read < r.height {
		return nil
	}
	// Whether the last rows are good is known when the library has ended: it may hand
	// over what it could not read.
	for range r.full {
	}
	if r.err != nil {
		return r.fault()
	}
	return nil
}

// fault says why no more rows come.
func (r *vipsRows) fault() error {
	early := r.err == nil || endsEarly(r.err.Error())
	if early && (r.read == 0 || r.read == r.height) { // it reads ahead, so that these say little
		return io.ErrUnexpectedEOF
	}
	if early {
		return endedAt(r.name, r.read, r.height)
	}
	return r.err
}

func (r *vipsRows) close() {
	r.cancel()
	for range r.full { // until the delivery has ended
	}
	r.sink.Delete()
	r.v.close()
}

// putPixels converts rows of gray, or of red, green and blue, from row y on,
// which is even; so are the rows, unless they are the last.
func (b *band) putPixels(y, rows int, pix []byte, bands int) {
	if bands == 1 {
		copy(b.y[y*b.width:][:rows*b.width], pix)
		return
	}
	line := b.width * 3
	for i := 0; i < rows; i += 2 {
		b.putPair(0, y+i, b.width, min(2, rows-i), pix[i*line:], pix[min(i+1, rows-1)*line:], 3)
	}
}

// cstring reads a C string of limited length.
func cstring(b []C.char) string { return C.GoString(&b[0]) }

func vipsHas(operation string) bool {
	name := C.CString(operation)
	defer C.free(unsafe.Pointer(name))
	return C.hexi_vips_has(name) != 0
}
