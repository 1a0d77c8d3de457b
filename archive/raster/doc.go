// Package raster is pixels: it finds out what a master is (Identify), makes the
// access copy of it (Derive), and computes the images that are not stored tiles
// (Render).
//
// An engine offers the three. This package has the pure-Go one (Go), which
// needs nothing but the standard library, golang.org/x/image and
// disintegration/imaging, and with the build tag vips the native one (Native),
// which has libvips and libjpeg-turbo. Both answer to the same conformance tests.
// New returns the one of the build. What an engine cannot read it refuses with a
// reason.
//
// What holds: a master is hostile until it is decoded, so sizes are read and
// limited before any pixel is; a refusal is a *RefusedError in words for a
// curator, every other error is the machine's; memory for making an access copy
// depends on the width of the image and not on its height, where the format
// allows that (TIFF); the master's bytes are never changed.
//
// Pixels inside are 8 bits, upright (EXIF orientation applied), YCbCr 4:2:0 in
// the sense of JFIF, or gray. Transparency is laid over white.
//
//	engine := raster.NewGo()
//	info, err := engine.Identify(ctx, file, size)
//	result, err := engine.Derive(ctx, file, size, info, raster.Output{TIFF: out})
package raster
