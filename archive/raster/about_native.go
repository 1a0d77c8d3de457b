//go:build vips

package raster

// #include <stdio.h>
// #include <jpeglib.h>
// #include "vips.h"
import "C"

import "fmt"

// About describes the engine; see Go.About.
func (e *Native) About() (About, error) {
	const turbo = int(C.LIBJPEG_TURBO_VERSION_NUMBER)
	a := About{
		Engine: e.Name(), Reads: []string{"JPEG", "PNG", "TIFF", "BigTIFF", "GIF", "BMP"}, Writes: e.Formats(),
		Libraries: []string{
			"libvips " + C.GoString(C.hexi_vips_version()),
			fmt.Sprintf("libjpeg-turbo %d.%d.%d", turbo/1_000_000, turbo/1000%1000, turbo%1000),
		},
	}
	if err := startVips(); err != nil {
		return a, err
	}
	for _, l := range []struct{ loader, format string }{
		{"webpload_source", "WebP"}, {"jp2kload_source", "JPEG 2000"}, {"jxlload_source", "JPEG XL"},
		{"heifload_source", "HEIF, AVIF"}, {"pdfload_source", "PDF"},
	} {
		if vipsHas(l.loader) {
			a.Reads = append(a.Reads, l.format)
		} else {
			a.Missing = append(a.Missing, l.format)
		}
	}
	return a, nil
}
