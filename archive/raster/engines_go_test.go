//go:build !vips

package raster

func engines() []engine { return []engine{NewGo()} }
