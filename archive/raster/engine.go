package raster

import "runtime"

// Go is the pure-Go engine. It is safe for use by many goroutines.
type Go struct {
	limits  Limits
	workers int
	quality Quality
	encoder *encoder // of tiles
	whole   *encoder // of computed images
}

// NewGo returns the pure-Go engine with its usual limits, 10 gigapixels in all and
// 1 GiB of memory for making an access copy, and with DefaultQuality.
func NewGo() *Go {
	e := &Go{limits: Limits{MaxPixels: 10_000_000_000, MaxDecode: 1 << 30}, workers: runtime.GOMAXPROCS(0)}
	return e.WithQuality(defaultQuality())
}

// WithLimits returns an engine with other limits.
func (e *Go) WithLimits(l Limits) *Go {
	other := *e
	other.limits = l
	return &other
}

// WithQuality returns an engine that encodes with another quality.
func (e *Go) WithQuality(q Quality) *Go {
	other := *e
	other.quality, other.encoder, other.whole = q, newEncoder(q.Access), newEncoder(q.Computed)
	return &other
}

// Signature names the engine and what of its settings decides about the bytes of
// computed images: what was computed under another one is not the same.
func (e *Go) Signature() string { return e.quality.signature("go") }

// Name names the engine for people.
func (e *Go) Name() string { return "pure-Go" }
