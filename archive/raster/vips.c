//go:build vips

#include "vips.h"

#include <stdio.h>
#include <string.h>

#include <vips/vips.h>

// Go's: to read a master (turbodecode.go), and to take rows (vipsrows.go), which
// returns other than 0 to end the delivery.
extern int64_t hexiRead(uintptr_t reader, void *buffer, int64_t offset, int64_t length);
extern int hexiRows(uintptr_t sink, void *pix, int64_t stride, int width, int first, int rows);

// tell copies the library's words, which may be several lines, and clears them.
static void tell(char *message) {
	snprintf(message, HEXI_VIPS_MESSAGE, "%s", vips_error_buffer());
	for (size_t n = strlen(message); n > 0 && message[n - 1] == '\n'; n--) {
		message[n - 1] = 0;
	}
	vips_error_clear();
}

int hexi_vips_start(int threads, char *message) {
	g_setenv("VIPS_WARNING", "1", TRUE); // it would print; what matters comes back as an error
	if (vips_init("hexi") != 0) {
		tell(message);
		return -1;
	}
	vips_block_untrusted_set(TRUE);
	// These are blocked with the others, but are what libraries and scanners hand
	// over, and masters are decoded in a process of their own.
	vips_operation_block_set("VipsForeignLoadJp2k", FALSE);
	vips_operation_block_set("VipsForeignLoadJxl", FALSE);
	vips_operation_block_set("VipsForeignLoadPdf", FALSE);
	vips_concurrency_set(threads);
	vips_cache_set_max(0);
	return 0;
}

const char *hexi_vips_version(void) { return vips_version_string(); }

int hexi_vips_has(const char *operation) { return vips_type_find("VipsOperation", operation) != 0; }

struct hexi_vips {
	VipsSourceCustom *source;
	VipsImage *image;
	uintptr_t reader;
	int64_t at, size;
	gint failed; // pixels could not be read
};

static gint64 on_read(VipsSourceCustom *s, void *buffer, gint64 length, hexi_vips *v) {
	(void)s;
	int64_t n = hexiRead(v->reader, buffer, v->at, length);
	if (n > 0) {
		v->at += n;
	}
	return n;
}

static gint64 on_seek(VipsSourceCustom *s, gint64 offset, int whence, hexi_vips *v) {
	(void)s;
	int64_t to = whence == SEEK_SET ? offset : whence == SEEK_CUR ? v->at + offset : v->size + offset;
	if (to < 0) {
		return -1;
	}
	return v->at = to;
}

// options are those of a loader: sequential reading is asked for in any case.
static void options(const char *loader, int dpi, char *text, size_t size) {
	text[0] = 0;
	if (strncmp(loader, "VipsForeignLoadPdf", 18) == 0 || strncmp(loader, "VipsForeignLoadSvg", 18) == 0) {
		snprintf(text, size, "[dpi=%d]", dpi);
	}
}

static void describe(VipsImage *image, const char *loader, hexi_vips_info *info) {
	memset(info, 0, sizeof *info);
	info->width = vips_image_get_width(image);
	info->height = vips_image_get_height(image);
	info->bands = vips_image_get_bands(image);
	info->bits = (int)(8 * vips_format_sizeof(vips_image_get_format(image)));
	info->floating = vips_band_format_isfloat(vips_image_get_format(image));
	VipsBandFormat format = vips_image_get_format(image);
	info->below_zero = vips_band_format_iscomplex(format) ||
		((format == VIPS_FORMAT_CHAR || format == VIPS_FORMAT_SHORT || format == VIPS_FORMAT_INT) &&
			vips_image_get_interpretation(image) != VIPS_INTERPRETATION_LABS);
	info->pages = vips_image_get_n_pages(image);
	info->orientation = vips_image_get_orientation(image);
	info->alpha = vips_image_hasalpha(image);
	VipsInterpretation colours = vips_image_guess_interpretation(image);
	info->gray = colours == VIPS_INTERPRETATION_B_W || colours == VIPS_INTERPRETATION_GREY16;
	info->pixels_per_mm = vips_image_get_xres(image);
	snprintf(info->loader, sizeof info->loader, "%s", loader);
	snprintf(info->colours, sizeof info->colours, "%s", vips_enum_nick(VIPS_TYPE_INTERPRETATION, colours));
	if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0) {
		const void *profile;
		size_t length;
		if (vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &length) == 0) {
			info->profile = profile;
			info->profile_length = length;
		}
	}
}

hexi_vips *hexi_vips_open(uintptr_t reader, int64_t size, int tiff, int dpi, hexi_vips_info *info, char *message) {
	hexi_vips *v = g_new0(hexi_vips, 1);
	v->reader = reader;
	v->size = size;
	v->source = vips_source_custom_new();
	g_signal_connect(v->source, "read", G_CALLBACK(on_read), v);
	g_signal_connect(v->source, "seek", G_CALLBACK(on_seek), v);
	const char *loader = tiff ? "VipsForeignLoadTiffSource" : vips_foreign_find_load_source(VIPS_SOURCE(v->source));
	if (tiff) {
		vips_tiffload_source(VIPS_SOURCE(v->source), &v->image, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
	} else if (loader != NULL) {
		char with[40];
		options(loader, dpi, with, sizeof with);
		v->image = vips_image_new_from_source(VIPS_SOURCE(v->source), with,
			"access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_TRUNCATED, NULL);
	}
	if (v->image == NULL) {
		tell(message);
		hexi_vips_free(v);
		return NULL;
	}
	describe(v->image, loader, info);
	return v;
}

void hexi_vips_free(hexi_vips *v) {
	if (v->image != NULL) {
		g_object_unref(v->image);
	}
	g_object_unref(v->source);
	g_free(v);
	vips_error_clear();
	vips_thread_shutdown();
}

// then puts the result of an operation, which is at out once it has ended well,
// in the place of what it was made of.
static int then(hexi_vips *v, int status, VipsImage **out) {
	if (status != 0) {
		return -1;
	}
	g_object_unref(v->image);
	v->image = *out;
	*out = NULL;
	return 0;
}

// most_alpha is the value of an opaque sample.
static double most_alpha(VipsInterpretation colours) {
	switch (colours) {
	case VIPS_INTERPRETATION_RGB16: case VIPS_INTERPRETATION_GREY16:
		return 65535;
	case VIPS_INTERPRETATION_scRGB:
		return 1;
	default:
		return 255;
	}
}

// flatten lays what is transparent over white, in the colours that are stored.
static int flatten(hexi_vips *v) {
	if (!vips_image_hasalpha(v->image)) {
		return 0;
	}
	double most = most_alpha(v->image->Type);
	double paper = v->image->Type == VIPS_INTERPRETATION_CMYK ? 0 : most; // no ink
	VipsArrayDouble *white = vips_array_double_newv(1, paper);
	VipsImage *out = NULL;
	int status = vips_flatten(v->image, &out, "background", white, "max_alpha", most, NULL);
	vips_area_unref(VIPS_AREA(white));
	return then(v, status, &out);
}

int hexi_vips_convert(hexi_vips *v, int *ignored, char *message) {
	VipsImage *out = NULL;
	*ignored = 0;
	if (v->image->Coding != VIPS_CODING_NONE) { // Radiance and packed Lab
		VipsImage *unpacked = NULL;
		int status = v->image->Coding == VIPS_CODING_RAD ? vips_rad2float(v->image, &unpacked, NULL)
			: vips_LabQ2LabS(v->image, &unpacked, NULL);
		if (then(v, status, &unpacked) != 0) {
			tell(message);
			return -1;
		}
	}
	VipsInterpretation colours = vips_image_guess_interpretation(v->image);
	if (colours != v->image->Type && then(v, vips_copy(v->image, &out, "interpretation", colours, NULL), &out) != 0) {
		tell(message);
		return -1;
	}
	int gray = colours == VIPS_INTERPRETATION_B_W || colours == VIPS_INTERPRETATION_GREY16;
	if (flatten(v) != 0) {
		tell(message);
		return -1;
	}
	int profiled = vips_image_get_typeof(v->image, VIPS_META_ICC_NAME) != 0;
	out = NULL;
	if (profiled || colours == VIPS_INTERPRETATION_CMYK) {
		// A CMYK master without a profile gets the library's own.
		if (vips_icc_transform(v->image, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, "depth", 8, NULL) == 0) {
			then(v, 0, &out);
		} else {
			*ignored = profiled;
			vips_error_clear();
		}
	}
	if (v->image->Type != VIPS_INTERPRETATION_sRGB && v->image->Type != VIPS_INTERPRETATION_B_W) {
		out = NULL;
		VipsInterpretation to = gray ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
		if (then(v, vips_colourspace(v->image, &out, to, NULL), &out) != 0) {
			tell(message);
			return -1;
		}
	}
	if (v->image->BandFmt != VIPS_FORMAT_UCHAR) {
		out = NULL;
		if (then(v, vips_cast_uchar(v->image, &out, NULL), &out) != 0) {
			tell(message);
			return -1;
		}
	}
	int bands = v->image->Bands, want = gray || bands < 3 ? 1 : 3;
	if (bands != want) {
		out = NULL;
		if (then(v, vips_extract_band(v->image, &out, 0, "n", want, NULL), &out) != 0) {
			tell(message);
			return -1;
		}
	}
	return want;
}

// delivery is where the rows go.
typedef struct {
	uintptr_t sink;
} delivery;

static int deliver(VipsRegion *region, VipsRect *area, void *a) {
	delivery *d = a;
	// The library hands over pieces of whole rows, in sequence.
	return hexiRows(d->sink, VIPS_REGION_ADDR(region, area->left, area->top), VIPS_REGION_LSKIP(region),
		area->width, area->top, area->height);
}

// watch_rows passes pixels on, and remembers where there are none.
static int watch_rows(VipsRegion *out, void *seq, void *a, void *b, gboolean *stop) {
	(void)a;
	(void)stop;
	VipsRegion *in = seq;
	hexi_vips *v = b;
	if (vips_region_prepare(in, &out->valid) != 0 ||
		vips_region_region(out, in, &out->valid, out->valid.left, out->valid.top) != 0) {
		g_atomic_int_set(&v->failed, 1);
		return -1;
	}
	return 0;
}

int hexi_vips_run(hexi_vips *v, uintptr_t sink, char *message) {
	delivery d = {sink};
	// The library's pool of threads may say that all went well when the last of them
	// has failed after the others were done (threadpool.c of 8.14 looks before it has
	// waited), and hands over what the region held before. So the failures are watched.
	VipsImage *watched = vips_image_new();
	int status = vips_image_pipelinev(watched, VIPS_DEMAND_STYLE_THINSTRIP, v->image, NULL) != 0 ||
		vips_image_generate(watched, vips_start_one, watch_rows, vips_stop_one, v->image, v) != 0 ||
		vips_sink_disc(watched, deliver, &d) != 0;
	g_object_unref(watched);
	if (status != 0 || g_atomic_int_get(&v->failed)) {
		tell(message);
		return -1;
	}
	return 0;
}

int hexi_vips_save(const void *pix, int width, int height, int bands, const char *suffix, void **out, size_t *length, char *message) {
	VipsImage *raw = vips_image_new_from_memory(pix, (size_t)width * height * bands, width, height, bands, VIPS_FORMAT_UCHAR);
	VipsImage *image = NULL;
	int status = -1;
	if (raw != NULL &&
		vips_copy(raw, &image, "interpretation", bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB, NULL) == 0) {
		status = vips_image_write_to_buffer(image, suffix, out, length, NULL);
	}
	if (status != 0) {
		tell(message);
	}
	if (image != NULL) {
		g_object_unref(image);
	}
	if (raw != NULL) {
		g_object_unref(raw);
	}
	vips_thread_shutdown();
	return status;
}

void hexi_vips_release(void *out) { g_free(out); }
