//go:build vips

// What libvips is asked for: to open any master and to deliver it as sRGB or
// gray rows of 8 bits, in sequence; and to write the formats that libjpeg-turbo
// does not. Functions that can fail return a negative number or NULL and leave a
// message.

#ifndef HEXI_VIPS_H
#define HEXI_VIPS_H

#include <stddef.h>
#include <stdint.h>

#define HEXI_VIPS_MESSAGE 400 // bytes of a message, with its zero

// hexi_vips_start starts the library once for the process, with no operation
// allowed that its authors do not trust with hostile files.
int hexi_vips_start(int threads, char *message);

// What a master says of itself.
typedef struct {
	int width, height; // pixels, as they are stored or, for formats that turn themselves, upright
	int bands, bits;   // samples a pixel, bits a sample
	int pages;
	int orientation;   // EXIF
	int gray, alpha, floating, below_zero;
	double pixels_per_mm;
	char loader[40], colours[40];
	const void *profile; // the ICC profile; the image's
	size_t profile_length;
} hexi_vips_info;

typedef struct hexi_vips hexi_vips;

// hexi_vips_open opens a master that Go's reader of this handle delivers. A TIFF is
// said to be one: the library does not recognise a big-endian BigTIFF. Pages that
// are drawn rather than stored (PDF, SVG) are drawn at dpi dots an inch.
hexi_vips *hexi_vips_open(uintptr_t reader, int64_t size, int tiff, int dpi, hexi_vips_info *info, char *message);
void hexi_vips_free(hexi_vips *v);

// hexi_vips_convert prepares the delivery: gray with one byte a pixel, else three,
// over white, converted to sRGB with relative colorimetric intent by the
// embedded profile if there is one that can be used. It returns the bands, or -1;
// ignored becomes 1 if there was a profile that cannot be used.
int hexi_vips_convert(hexi_vips *v, int *ignored, char *message);

// hexi_vips_run delivers all rows in sequence to Go's sink of this handle.
int hexi_vips_run(hexi_vips *v, uintptr_t sink, char *message);

// hexi_vips_save writes interleaved rows of bands bytes a pixel (1, 3 or 4) by the
// saver of a suffix: ".webp[Q=80]". The caller frees the result with hexi_vips_release.
int hexi_vips_save(const void *pix, int width, int height, int bands, const char *suffix, void **out, size_t *length, char *message);
void hexi_vips_release(void *out);

// hexi_vips_has reports whether there is an operation of this name.
int hexi_vips_has(const char *operation);
const char *hexi_vips_version(void);

#endif
