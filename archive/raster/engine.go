package raster

import (
	"fmt"
	"runtime"
)

// tileQuality is the JPEG quality of tiles, from 1 to 100: what is lost is not
// seen, also at 1:1.
const tileQuality = 85

// Go is the pure-Go engine. It is safe for use by many goroutines.
type Go struct {
	limits  Limits
	workers int
	encoder *encoder // of tiles
}

// NewGo returns the pure-Go engine with its usual limits: 10 gigapixels in all,
// 1 GiB of memory for making an access copy.
func NewGo() *Go {
	return &Go{
		limits:  Limits{MaxPixels: 10_000_000_000, MaxDecode: 1 << 30},
		workers: runtime.GOMAXPROCS(0), encoder: newEncoder(tileQuality),
	}
}

// WithLimits returns an engine with other limits.
func (e *Go) WithLimits(l Limits) *Go {
	other := *e
	other.limits = l
	return &other
}

// origin names the engine and what of its settings decides about the bytes of an
// access copy. The number grows when the same master would give other bytes.
func (e *Go) origin() string { return fmt.Sprintf("go 3, quality %d", tileQuality) }

// Name names the engine for people.
func (e *Go) Name() string { return "pure-Go" }
