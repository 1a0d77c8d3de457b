//go:build !vips

package raster

// New returns the engine of this build: the pure-Go one.
func New() *Go { return NewGo() }
