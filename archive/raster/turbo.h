//go:build vips

// Streams of JPEG by libjpeg-turbo, in the pieces that the access copy needs:
// an encoder that takes planes of YCbCr 4:2:0 or gray in stripes and writes the
// abbreviated stream of a tile, and a decoder that gives planes in stripes.
// Every function that can fail returns a negative number or NULL and leaves a
// message; none of them prints, exits, or keeps a pointer that it was given
// beyond the call, but for what is said.

#ifndef HEXI_TURBO_H
#define HEXI_TURBO_H

#include <stddef.h>
#include <stdint.h>

#define HEXI_MESSAGE 200 // bytes of a message, with its zero

// hexi_plane is rows of samples, stride bytes apart.
typedef struct {
	const uint8_t *pix;
	int stride, width, height;
} hexi_plane;

// hexi_planes is a part of a picture; without chroma (gray) only y is used.
typedef struct {
	hexi_plane y, cb, cr;
	int gray;
} hexi_planes;

typedef struct hexi_encoder hexi_encoder;

hexi_encoder *hexi_encoder_new(int quality);

// hexi_keep_memory lets the allocator keep what one image needed for the next one,
// instead of giving it back to the system at once, which costs a fault for each page
// and stops all threads for a moment.
void hexi_keep_memory(void);
void hexi_encoder_free(hexi_encoder *e);
const char *hexi_encoder_message(const hexi_encoder *e);

// hexi_encoder_begin begins a stream of width × height pixels: abbreviated, or
// with its tables. What was written before is written over.
int hexi_encoder_begin(hexi_encoder *e, int width, int height, int gray, int tables);
// hexi_encoder_rows writes the next rows rows, repeating the last column and
// row where the planes are smaller. Unless they are the last, the rows are a
// multiple of 16.
int hexi_encoder_rows(hexi_encoder *e, const hexi_planes *p, int rows);
// hexi_encoder_end ends the stream, which stays with the encoder until the next
// begins.
int hexi_encoder_end(hexi_encoder *e, const uint8_t **stream, size_t *length);
// hexi_encode_rgb writes a whole file of interleaved red, green, blue (or gray)
// rows, stride bytes apart, with a profile.
int hexi_encode_rgb(hexi_encoder *e, const uint8_t *pix, int stride, int width, int height, int gray,
	const uint8_t *profile, size_t profile_length, const uint8_t **stream, size_t *length);

// What a file holds, as its header says.
typedef struct {
	int width, height;
	int kind; // one of HEXI_…
	int progressive;
} hexi_jpeg_info;

enum {
	HEXI_GRAY = 1, // one component
	HEXI_YCC,      // YCbCr of a sampling that is delivered as 4:2:0 planes
	HEXI_RGB,      // delivered as interleaved red, green, blue
};

typedef struct hexi_decoder hexi_decoder;

// hexi_decoder_new begins to read a JPEG that Go's reader of this handle
// delivers, and reads its header.
hexi_decoder *hexi_decoder_new(uintptr_t reader, hexi_jpeg_info *info, char *message);
void hexi_decoder_free(hexi_decoder *d);
// hexi_decoder_rows delivers the next rows rows into planes of the picture's
// width, as the picture has colour or not. It returns 0, or -1 with a message.
int hexi_decoder_rows(hexi_decoder *d, uint8_t *y, uint8_t *cb, uint8_t *cr, int rows, char *message);

// hexi_decode_part decodes the rectangle x, y, w, h of a JPEG in memory, which is
// prefix followed by body, into interleaved RGB or gray rows.
int hexi_decode_part(const uint8_t *prefix, size_t prefix_length, const uint8_t *body, size_t body_length,
	int x, int y, int w, int h, int gray, uint8_t *dst, int stride, char *message);

#endif
