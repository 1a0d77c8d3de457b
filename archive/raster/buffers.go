//go:build vips

package raster

import "sync"

// maxIdleBuffer is the largest buffer that is kept for the next image, in bytes.
const maxIdleBuffer = 64 << 20

// buffers keeps the buffers of pixels of images that were computed: they are most of
// what computing takes, and to make them anew kept the garbage collector busy, for
// which tiles had to wait.
type buffers struct{ idle sync.Pool }

// get returns n bytes, whatever is in them.
func (b *buffers) get(n int) []byte {
	if p, ok := b.idle.Get().(*[]byte); ok && cap(*p) >= n {
		return (*p)[:n]
	}
	return make([]byte, n)
}

// put takes back what nobody uses any more.
func (b *buffers) put(p []byte) {
	if cap(p) > 0 && cap(p) <= maxIdleBuffer {
		b.idle.Put(&p)
	}
}
