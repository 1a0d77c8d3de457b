//go:build vips

#include "turbo.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "pixels.h"

// hexiRead is Go's: it reads length bytes at offset of a master and returns how
// many came, 0 at its end, -1 where reading fails.
extern int64_t hexiRead(uintptr_t reader, void *buffer, int64_t offset, int64_t length);

// trap catches the library's errors: it jumps instead of ending the process.
// What it warns of is kept, because damage that it goes on after is damage.
typedef struct {
	struct jpeg_error_mgr manager; // first: the library hands a pointer to it
	jmp_buf jump;
	char message[HEXI_MESSAGE];
	int damaged; // the code of the first warning that means lost pixels, or 0
} trap;

static void on_error(j_common_ptr c) {
	trap *t = (trap *)c->err;
	char text[JMSG_LENGTH_MAX];
	t->manager.format_message(c, text);
	snprintf(t->message, sizeof t->message, "%s", text);
	longjmp(t->jump, 1);
}

static void on_message(j_common_ptr c, int level) {
	trap *t = (trap *)c->err;
	if (level >= 0 || t->damaged != 0) {
		return;
	}
	switch (t->manager.msg_code) {
	case JWRN_EXTRANEOUS_DATA: case JWRN_JFIF_MAJOR: case JWRN_ADOBE_XFORM:
		return; // nothing is lost by these
	}
	char text[JMSG_LENGTH_MAX];
	t->manager.format_message(c, text);
	snprintf(t->message, sizeof t->message, "%s", text);
	t->damaged = t->manager.msg_code;
}

static void on_output(j_common_ptr c) { (void)c; }

static void set_trap(trap *t) {
	jpeg_std_error(&t->manager);
	t->manager.error_exit = on_error;
	t->manager.emit_message = on_message;
	t->manager.output_message = on_output;
	t->damaged = 0;
}

// ---------------------------------------------------------------------------
// Encoding

struct hexi_encoder {
	struct jpeg_compress_struct c;
	trap trap;
	struct jpeg_destination_mgr dest;
	uint8_t *out;
	size_t size, length;
	int quality;
	uint8_t *pad; // 16 + 8 + 8 rows whose last column is repeated
	size_t pad_size;
};

static void dest_init(j_compress_ptr c) {
	hexi_encoder *e = c->client_data;
	e->dest.next_output_byte = e->out;
	e->dest.free_in_buffer = e->size;
}

static boolean dest_grow(j_compress_ptr c) {
	hexi_encoder *e = c->client_data;
	uint8_t *larger = realloc(e->out, 2 * e->size);
	if (larger == NULL) {
		ERREXIT1(c, JERR_OUT_OF_MEMORY, 0);
	}
	e->out = larger;
	e->dest.next_output_byte = e->out + e->size;
	e->dest.free_in_buffer = e->size;
	e->size *= 2;
	return TRUE;
}

static void dest_end(j_compress_ptr c) {
	hexi_encoder *e = c->client_data;
	e->length = e->size - e->dest.free_in_buffer;
}

void hexi_keep_memory(void) {
#ifdef __GLIBC__
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

hexi_encoder *hexi_encoder_new(int quality) {
	hexi_encoder *e = calloc(1, sizeof *e);
	if (e == NULL) {
		return NULL;
	}
	e->quality = quality;
	e->size = 64 << 10;
	e->out = malloc(e->size);
	set_trap(&e->trap);
	e->c.err = &e->trap.manager;
	if (e->out == NULL || setjmp(e->trap.jump)) {
		hexi_encoder_free(e);
		return NULL;
	}
	jpeg_create_compress(&e->c);
	e->c.client_data = e;
	e->dest.init_destination = dest_init;
	e->dest.empty_output_buffer = dest_grow;
	e->dest.term_destination = dest_end;
	e->c.dest = &e->dest;
	return e;
}

void hexi_encoder_free(hexi_encoder *e) {
	jpeg_destroy_compress(&e->c);
	free(e->out);
	free(e->pad);
	free(e);
}

const char *hexi_encoder_message(const hexi_encoder *e) { return e->trap.message; }

// start sets what all streams share: the sampling and tables of an access copy.
static void start(hexi_encoder *e, int width, int height, int gray, int tables, J_COLOR_SPACE in, int raw) {
	struct jpeg_compress_struct *c = &e->c;
	jpeg_abort_compress(c); // a stream that was left half-way
	c->image_width = width;
	c->image_height = height;
	c->input_components = gray ? 1 : 3;
	c->in_color_space = in;
	jpeg_set_defaults(c);
	jpeg_set_colorspace(c, gray ? JCS_GRAYSCALE : JCS_YCbCr);
	// Chroma has tables of a higher quality: chromaQuality in jpegtables.go.
	UINT16 chroma[DCTSIZE2];
	jpeg_set_quality(c, (e->quality + 200) / 3, TRUE);
	memcpy(chroma, c->quant_tbl_ptrs[1]->quantval, sizeof chroma);
	jpeg_set_quality(c, e->quality, TRUE);
	memcpy(c->quant_tbl_ptrs[1]->quantval, chroma, sizeof chroma);
	c->dct_method = JDCT_ISLOW;
	c->raw_data_in = raw;
	if (!gray) {
		c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 2;
	} else {
		c->comp_info[0].h_samp_factor = c->comp_info[0].v_samp_factor = 1;
	}
	c->write_JFIF_header = tables;
	c->write_Adobe_marker = FALSE;
	jpeg_suppress_tables(c, !tables);
	jpeg_start_compress(c, tables);
}

int hexi_encoder_begin(hexi_encoder *e, int width, int height, int gray, int tables) {
	if (setjmp(e->trap.jump)) {
		return -1;
	}
	start(e, width, height, gray, tables, gray ? JCS_GRAYSCALE : JCS_YCbCr, TRUE);
	return 0;
}

// row returns a row of a plane with at least need samples: its own, or a copy in
// pad whose last column is repeated.
static uint8_t *row(const hexi_plane *p, int y, int need, uint8_t *pad) {
	if (y >= p->height) {
		y = p->height - 1;
	}
	const uint8_t *from = p->pix + (size_t)y * p->stride;
	if (p->width >= need) {
		return (uint8_t *)from; // the library only reads it
	}
	memcpy(pad, from, p->width);
	memset(pad + p->width, from[p->width - 1], need - p->width);
	return pad;
}

int hexi_encoder_rows(hexi_encoder *e, const hexi_planes *p, int rows) {
	struct jpeg_compress_struct *c = &e->c;
	const hexi_plane *planes[3] = {&p->y, &p->cb, &p->cr};
	int need[3] = {0}, count = p->gray ? 1 : 3;
	size_t width = 0;
	for (int i = 0; i < count; i++) {
		need[i] = c->comp_info[i].width_in_blocks * DCTSIZE;
		width = (size_t)need[i] > width ? (size_t)need[i] : width;
	}
	if (e->pad_size < 32 * width) {
		free(e->pad);
		e->pad_size = 32 * width;
		if ((e->pad = malloc(e->pad_size)) == NULL) {
			e->pad_size = 0;
			snprintf(e->trap.message, HEXI_MESSAGE, "out of memory");
			return -1;
		}
	}
	if (setjmp(e->trap.jump)) {
		return -1;
	}
	int step = p->gray ? 8 : 16;
	for (int y = 0; y < rows; y += step) {
		JSAMPROW lines[3][16];
		JSAMPARRAY data[3] = {lines[0], lines[1], lines[2]};
		uint8_t *pad = e->pad;
		for (int i = 0; i < count; i++) {
			int each = i == 0 ? step : 8, at = i == 0 ? y : y / 2;
			for (int j = 0; j < each; j++, pad += width) {
				lines[i][j] = row(planes[i], at + j, need[i], pad);
			}
		}
		jpeg_write_raw_data(c, data, step);
	}
	return 0;
}

int hexi_encoder_end(hexi_encoder *e, const uint8_t **stream, size_t *length) {
	if (setjmp(e->trap.jump)) {
		return -1;
	}
	jpeg_finish_compress(&e->c);
	*stream = e->out;
	*length = e->length;
	return 0;
}

int hexi_encode_rgb(hexi_encoder *e, const uint8_t *pix, int stride, int width, int height, int gray,
	const uint8_t *profile, size_t profile_length, const uint8_t **stream, size_t *length) {
	if (setjmp(e->trap.jump)) {
		return -1;
	}
	start(e, width, height, gray, 1, gray ? JCS_GRAYSCALE : JCS_RGB, FALSE);
	jpeg_write_icc_profile(&e->c, profile, profile_length);
	while (e->c.next_scanline < e->c.image_height) {
		JSAMPROW lines[16];
		int n = 0;
		for (; n < 16 && e->c.next_scanline + n < e->c.image_height; n++) {
			lines[n] = (uint8_t *)pix + (size_t)(e->c.next_scanline + n) * stride;
		}
		jpeg_write_scanlines(&e->c, lines, n);
	}
	jpeg_finish_compress(&e->c);
	*stream = e->out;
	*length = e->length;
	return 0;
}

// ---------------------------------------------------------------------------
// Decoding a master

enum { input_size = 256 << 10 };

struct hexi_decoder {
	struct jpeg_decompress_struct d;
	trap trap;
	struct jpeg_source_mgr source;
	uintptr_t reader;
	int64_t offset;
	int ended; // the file has ended, and the library was given an end of image
	hexi_jpeg_info info;
	uint8_t *scratch; // the rows of a group, component by component
	size_t plane_width[3];
	uint8_t *planes[3];
	uint8_t input[input_size];
};

static const uint8_t end_of_image[2] = {0xff, JPEG_EOI};

static void source_init(j_decompress_ptr c) { (void)c; }

static boolean source_fill(j_decompress_ptr c) {
	hexi_decoder *d = c->client_data;
	int64_t n = hexiRead(d->reader, d->input, d->offset, input_size);
	if (n < 0) {
		ERREXIT(c, JERR_FILE_READ);
	}
	if (n == 0) {
		d->ended = 1;
		d->source.next_input_byte = end_of_image;
		d->source.bytes_in_buffer = 2;
		return TRUE;
	}
	d->offset += n;
	d->source.next_input_byte = d->input;
	d->source.bytes_in_buffer = n;
	return TRUE;
}

static void source_skip(j_decompress_ptr c, long n) {
	hexi_decoder *d = c->client_data;
	if (n <= 0) {
		return;
	}
	if ((size_t)n <= d->source.bytes_in_buffer) {
		d->source.next_input_byte += n;
		d->source.bytes_in_buffer -= n;
		return;
	}
	d->offset += n - (long)d->source.bytes_in_buffer;
	d->source.bytes_in_buffer = 0;
}

static void source_end(j_decompress_ptr c) { (void)c; }

// kind says how a picture is delivered; 0 if it is not.
static int kind(const struct jpeg_decompress_struct *c) {
	const jpeg_component_info *i = c->comp_info;
	switch (c->jpeg_color_space) {
	case JCS_GRAYSCALE:
		return c->num_components == 1 ? HEXI_GRAY : 0;
	case JCS_YCbCr:
		if (c->num_components == 3 && i[1].h_samp_factor == 1 && i[1].v_samp_factor == 1 && i[2].h_samp_factor == 1 &&
			i[2].v_samp_factor == 1 && i[0].h_samp_factor <= 2 && i[0].v_samp_factor <= 2) {
			return HEXI_YCC;
		}
		return HEXI_RGB;
	case JCS_RGB:
		return HEXI_RGB;
	default:
		return 0;
	}
}

hexi_decoder *hexi_decoder_new(uintptr_t reader, hexi_jpeg_info *info, char *message) {
	hexi_decoder *d = calloc(1, sizeof *d);
	if (d == NULL) {
		snprintf(message, HEXI_MESSAGE, "out of memory");
		return NULL;
	}
	d->reader = reader;
	set_trap(&d->trap);
	d->d.err = &d->trap.manager;
	if (setjmp(d->trap.jump)) {
		snprintf(message, HEXI_MESSAGE, "%s", d->trap.message);
		hexi_decoder_free(d);
		return NULL;
	}
	jpeg_create_decompress(&d->d);
	d->d.client_data = d;
	d->source = (struct jpeg_source_mgr){
		.init_source = source_init, .fill_input_buffer = source_fill, .skip_input_data = source_skip,
		.resync_to_restart = jpeg_resync_to_restart, .term_source = source_end,
	};
	d->d.src = &d->source;
	jpeg_read_header(&d->d, TRUE);
	d->info = (hexi_jpeg_info){
		.width = d->d.image_width, .height = d->d.image_height, .kind = kind(&d->d), .progressive = d->d.progressive_mode,
	};
	*info = d->info;
	return d;
}

void hexi_decoder_free(hexi_decoder *d) {
	jpeg_destroy_decompress(&d->d);
	free(d->scratch);
	free(d);
}

// begin begins the output.
static void begin(hexi_decoder *d) {
	struct jpeg_decompress_struct *c = &d->d;
	c->dct_method = JDCT_ISLOW;
	size_t size = 0;
	int rows = c->max_v_samp_factor * DCTSIZE;
	if (d->info.kind == HEXI_RGB) {
		c->out_color_space = JCS_RGB;
		jpeg_start_decompress(c);
		size = 2 * 3 * (size_t)d->info.width;
	} else {
		c->raw_data_out = TRUE;
		c->out_color_space = c->jpeg_color_space;
		jpeg_start_decompress(c);
		for (int i = 0; i < c->num_components; i++) {
			jpeg_component_info *p = &c->comp_info[i];
			size_t mcus = (d->info.width + c->max_h_samp_factor * DCTSIZE - 1) / (c->max_h_samp_factor * DCTSIZE);
			d->plane_width[i] = mcus * p->h_samp_factor * DCTSIZE;
			size += d->plane_width[i] * rows;
		}
	}
	if ((d->scratch = malloc(size)) == NULL) {
		ERREXIT1(c, JERR_OUT_OF_MEMORY, 0);
	}
	uint8_t *at = d->scratch;
	for (int i = 0; i < c->num_components && i < 3; i++) {
		d->planes[i] = at;
		at += d->plane_width[i] * rows;
	}
}

// group reads one row of the library's units as planes, and writes n rows of it.
static void group(hexi_decoder *d, uint8_t *y, uint8_t *cb, uint8_t *cr, int n) {
	struct jpeg_decompress_struct *c = &d->d;
	int step = c->max_v_samp_factor * DCTSIZE;
	JSAMPROW lines[3][16];
	JSAMPARRAY data[3] = {lines[0], lines[1], lines[2]};
	for (int i = 0; i < c->num_components; i++) {
		for (int j = 0; j < c->comp_info[i].v_samp_factor * DCTSIZE; j++) {
			lines[i][j] = d->planes[i] + j * d->plane_width[i];
		}
	}
	if (jpeg_read_raw_data(c, data, step) == 0) {
		ERREXIT(c, JERR_INPUT_EOF);
	}
	int width = d->info.width, half = (width + 1) / 2;
	for (int i = 0; i < n; i++) {
		memcpy(y + (size_t)i * width, lines[0][i], width);
	}
	if (d->info.kind == HEXI_GRAY) {
		return;
	}
	int wide = c->max_h_samp_factor == 1, tall = c->max_v_samp_factor == 1; // chroma that is not halved
	for (int i = 0; i < (n + 1) / 2; i++) {
		for (int p = 1; p < 3; p++) {
			uint8_t *to = (p == 1 ? cb : cr) + (size_t)i * half;
			const uint8_t *upper = lines[p][tall ? 2 * i : i];
			const uint8_t *lower = tall && 2 * i + 1 < n ? lines[p][2 * i + 1] : upper;
			if (wide) {
				hexi_halve_row(to, upper, lower, width);
			} else if (tall) {
				hexi_mean_row(to, upper, lower, half);
			} else {
				memcpy(to, upper, half);
			}
		}
	}
}

// rgb_rows reads interleaved rows and writes them as planes.
static void rgb_rows(hexi_decoder *d, uint8_t *y, uint8_t *cb, uint8_t *cr, int n) {
	int width = d->info.width, half = (width + 1) / 2;
	size_t stride = 3 * (size_t)width;
	for (int i = 0; i < n; i += 2) {
		int pair = n - i < 2 ? 1 : 2;
		for (int j = 0; j < pair; j++) {
			JSAMPROW line = d->scratch + j * stride;
			if (jpeg_read_scanlines(&d->d, &line, 1) == 0) {
				ERREXIT(&d->d, JERR_INPUT_EOF);
			}
		}
		hexi_rgb_pair(y + (size_t)i * width, y + (size_t)(i + pair - 1) * width, cb + (size_t)i / 2 * half, cr + (size_t)i / 2 * half,
			d->scratch, d->scratch + (pair - 1) * stride, width, 3);
	}
}

int hexi_decoder_rows(hexi_decoder *d, uint8_t *y, uint8_t *cb, uint8_t *cr, int rows, char *message) {
	if (setjmp(d->trap.jump)) {
		snprintf(message, HEXI_MESSAGE, "%s", d->trap.message);
		return -1;
	}
	if (d->scratch == NULL) {
		begin(d);
	}
	size_t width = d->info.width, half = (width + 1) / 2;
	int step = d->info.kind == HEXI_RGB ? 16 : d->d.max_v_samp_factor * DCTSIZE;
	for (int at = 0; at < rows; at += step) {
		int n = rows - at < step ? rows - at : step;
		uint8_t *u = cb == NULL ? NULL : cb + at / 2 * half, *v = cr == NULL ? NULL : cr + at / 2 * half;
		if (d->info.kind == HEXI_RGB) {
			rgb_rows(d, y + at * width, u, v, n);
		} else {
			group(d, y + at * width, u, v, n);
		}
		// The library goes on after damage with what it has. An archive does not
		// take that for the picture. A file without its very end is whole, unless
		// further scans may have been there.
		if (d->trap.damaged == JWRN_HIT_MARKER || (d->ended && d->info.progressive)) {
			snprintf(message, HEXI_MESSAGE, "unexpected EOF");
			return -1;
		}
		if (d->trap.damaged) {
			snprintf(message, HEXI_MESSAGE, "%s", d->trap.message);
			return -1;
		}
	}
	return 0;
}

// ---------------------------------------------------------------------------
// Decoding a part of a tile

// pieces is a source of two pieces of memory.
typedef struct {
	struct jpeg_source_mgr source;
	const uint8_t *next;
	size_t length;
} pieces;

static boolean pieces_fill(j_decompress_ptr c) {
	pieces *p = (pieces *)c->src;
	if (p->length == 0) {
		p->source.next_input_byte = end_of_image;
		p->source.bytes_in_buffer = 2;
		return TRUE;
	}
	p->source.next_input_byte = p->next;
	p->source.bytes_in_buffer = p->length;
	p->length = 0;
	return TRUE;
}

static void pieces_skip(j_decompress_ptr c, long n) {
	pieces *p = (pieces *)c->src;
	while (n > 0 && (size_t)n > p->source.bytes_in_buffer) {
		if (p->length == 0) {
			p->source.bytes_in_buffer = 0;
			return;
		}
		n -= (long)p->source.bytes_in_buffer;
		pieces_fill(c);
	}
	if (n > 0) {
		p->source.next_input_byte += n;
		p->source.bytes_in_buffer -= n;
	}
}

int hexi_decode_part(const uint8_t *prefix, size_t prefix_length, const uint8_t *body, size_t body_length,
	int x, int y, int w, int h, int gray, uint8_t *dst, int stride, char *message) {
	struct jpeg_decompress_struct d;
	trap t;
	uint8_t *volatile line = NULL;
	memset(&d, 0, sizeof d);
	set_trap(&t);
	d.err = &t.manager;
	if (setjmp(t.jump)) {
		snprintf(message, HEXI_MESSAGE, "%s", t.message);
		jpeg_destroy_decompress(&d);
		free(line);
		return -1;
	}
	jpeg_create_decompress(&d);
	pieces p = {
		.source = {.init_source = source_init, .fill_input_buffer = pieces_fill, .skip_input_data = pieces_skip,
			.resync_to_restart = jpeg_resync_to_restart, .term_source = source_end,
			.next_input_byte = prefix, .bytes_in_buffer = prefix_length},
		.next = body, .length = body_length,
	};
	d.src = &p.source;
	jpeg_read_header(&d, TRUE);
	if ((int)d.image_width < x + w || (int)d.image_height < y + h) {
		snprintf(message, HEXI_MESSAGE, "the tile has %d x %d pixels", (int)d.image_width, (int)d.image_height);
		jpeg_destroy_decompress(&d);
		return -1;
	}
	int samples = gray ? 1 : 3;
	d.out_color_space = gray ? JCS_GRAYSCALE : JCS_RGB;
	d.dct_method = JDCT_ISLOW;
	jpeg_start_decompress(&d);
	// Two columns more on both sides: at the edge of what is decoded, chroma has
	// no neighbour to be interpolated with.
	int left = x >= 2 ? x - 2 : 0;
	int right = x + w + 2 < (int)d.image_width ? x + w + 2 : (int)d.image_width;
	JDIMENSION from = left, width = right - left;
	if (from > 0 || width < d.image_width) {
		jpeg_crop_scanline(&d, &from, &width);
	}
	if (y > 0) {
		jpeg_skip_scanlines(&d, y);
	}
	int direct = from == (JDIMENSION)x && width == (JDIMENSION)w;
	if (!direct && (line = malloc((size_t)width * samples * 4)) == NULL) {
		ERREXIT1(&d, JERR_OUT_OF_MEMORY, 0);
	}
	for (int at = 0; at < h;) {
		JSAMPROW rows[4];
		int most = h - at < 4 ? h - at : 4;
		for (int i = 0; i < most; i++) {
			rows[i] = direct ? dst + (size_t)(at + i) * stride : line + (size_t)i * width * samples;
		}
		int n = jpeg_read_scanlines(&d, rows, most);
		if (n == 0) {
			ERREXIT(&d, JERR_INPUT_EOF);
		}
		if (!direct) {
			for (int i = 0; i < n; i++) {
				memcpy(dst + (size_t)(at + i) * stride, rows[i] + (size_t)(x - from) * samples, (size_t)w * samples);
			}
		}
		at += n;
	}
	jpeg_abort_decompress(&d);
	jpeg_destroy_decompress(&d);
	free(line);
	if (t.damaged) {
		snprintf(message, HEXI_MESSAGE, "%s", t.message);
		return -1;
	}
	return 0;
}
