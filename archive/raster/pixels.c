//go:build vips

#include "pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

WIDE void hexi_mean_row(uint8_t *restrict dst, const uint8_t *restrict upper, const uint8_t *restrict lower, int n) {
	for (int x = 0; x < n; x++) {
		dst[x] = (uint8_t)((upper[x] + lower[x] + (x & 1)) >> 1);
	}
}

WIDE void hexi_halve_row(uint8_t *restrict dst, const uint8_t *upper, const uint8_t *lower, int width) {
	int n = width / 2;
	for (int x = 0; x < n; x++) {
		dst[x] = (uint8_t)((upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 1 + (x & 1)) >> 2);
	}
	if (width % 2 == 1) {
		dst[n] = (uint8_t)((upper[2 * n] + lower[2 * n] + (n & 1)) >> 1);
	}
}

void hexi_halve_plane(uint8_t *dst, int dst_stride, const uint8_t *src, int stride, int width, int height) {
	for (int y = 0; y < height; y += 2) {
		const uint8_t *upper = src + (size_t)y * stride;
		hexi_halve_row(dst + (size_t)(y / 2) * dst_stride, upper, y + 1 < height ? upper + stride : upper, width);
	}
}

// The factors of the conversion to YCbCr are those of band.go.
enum {
	y_r = 19595, y_g = 38470, y_b = 7471,
	cb_r = -11059, cb_g = -21709, cb_b = 32768,
	cr_r = 32768, cr_g = -27439, cr_b = -5329,
	chroma_offset = (128 << 18) + (1 << 17) - 1, // the largest is 255 and not 256
	piece = 64, // pixels that are converted at a time: even
};

// rows_of holds a piece of a row as planes.
typedef struct {
	uint8_t r[piece], g[piece], b[piece];
} rows_of;

static inline __attribute__((always_inline)) void luma(uint8_t *restrict y, const rows_of *restrict p, int n) {
	for (int x = 0; x < n; x++) {
		y[x] = (uint8_t)(((uint32_t)y_r * p->r[x] + (uint32_t)y_g * p->g[x] + (uint32_t)y_b * p->b[x] + (1 << 15)) >> 16);
	}
}

static inline __attribute__((always_inline)) void chroma_of(uint8_t *restrict cb, uint8_t *restrict cr,
	const rows_of *restrict u, const rows_of *restrict l, int n) {
	for (int x = 0; x < n; x++) {
		int r = u->r[2 * x] + u->r[2 * x + 1] + l->r[2 * x] + l->r[2 * x + 1];
		int g = u->g[2 * x] + u->g[2 * x + 1] + l->g[2 * x] + l->g[2 * x + 1];
		int b = u->b[2 * x] + u->b[2 * x + 1] + l->b[2 * x] + l->b[2 * x + 1];
		cb[x] = (uint8_t)((cb_r * r + cb_g * g + cb_b * b + chroma_offset) >> 18);
		cr[x] = (uint8_t)((cr_r * r + cr_g * g + cr_b * b + chroma_offset) >> 18);
	}
}

static inline __attribute__((always_inline)) void part_plain(rows_of *restrict to, const uint8_t *restrict from, int n, int step) {
	for (int x = 0; x < n; x++) {
		to->r[x] = from[step * x];
		to->g[x] = from[step * x + 1];
		to->b[x] = from[step * x + 2];
	}
}

#if defined(__x86_64__)
// part_wide parts 16 pixels of 3 bytes at a time.
static inline __attribute__((always_inline, target("avx2"))) void part_wide(rows_of *restrict to, const uint8_t *restrict from, int n) {
	int x = 0;
	for (; x + 16 <= n; x += 16) {
		const __m128i a = _mm_loadu_si128((const __m128i *)(from + 3 * x));
		const __m128i b = _mm_loadu_si128((const __m128i *)(from + 3 * x + 16));
		const __m128i c = _mm_loadu_si128((const __m128i *)(from + 3 * x + 32));
		_mm_storeu_si128((__m128i *)(to->r + x), _mm_or_si128(_mm_or_si128(
			_mm_shuffle_epi8(a, _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
			_mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1))),
			_mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13))));
		_mm_storeu_si128((__m128i *)(to->g + x), _mm_or_si128(_mm_or_si128(
			_mm_shuffle_epi8(a, _mm_setr_epi8(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
			_mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1))),
			_mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14))));
		_mm_storeu_si128((__m128i *)(to->b + x), _mm_or_si128(_mm_or_si128(
			_mm_shuffle_epi8(a, _mm_setr_epi8(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
			_mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1))),
			_mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15))));
	}
	for (; x < n; x++) {
		to->r[x] = from[3 * x];
		to->g[x] = from[3 * x + 1];
		to->b[x] = from[3 * x + 2];
	}
}
#endif

#define PAIR(PART) \
	for (int x = 0; x < width / 2 * 2; x += piece) { \
		int n = width / 2 * 2 - x < piece ? width / 2 * 2 - x : piece; \
		rows_of u, l; \
		PART(&u, upper + (size_t)step * x); \
		PART(&l, lower + (size_t)step * x); \
		luma(yu + x, &u, n); \
		luma(yl + x, &l, n); \
		chroma_of(cb + x / 2, cr + x / 2, &u, &l, n / 2); \
	}

static void pair_plain(uint8_t *yu, uint8_t *yl, uint8_t *cb, uint8_t *cr, const uint8_t *upper, const uint8_t *lower, int width, int step) {
#define PART_PLAIN(to, from) part_plain(to, from, n, step)
	PAIR(PART_PLAIN)
}

#if defined(__x86_64__)
static __attribute__((target("avx2"))) void pair_wide(uint8_t *yu, uint8_t *yl, uint8_t *cb, uint8_t *cr,
	const uint8_t *upper, const uint8_t *lower, int width) {
	enum { step = 3 };
#define PART_WIDE(to, from) part_wide(to, from, n)
	PAIR(PART_WIDE)
}
#endif

void hexi_rgb_pair(uint8_t *yu, uint8_t *yl, uint8_t *cb, uint8_t *cr, const uint8_t *upper, const uint8_t *lower, int width, int step) {
#if defined(__x86_64__)
	if (step == 3 && __builtin_cpu_supports("avx2")) {
		pair_wide(yu, yl, cb, cr, upper, lower, width);
	} else
#endif
		pair_plain(yu, yl, cb, cr, upper, lower, width, step);
	if (width % 2 == 1) { // a last column counts twice
		rows_of u, l;
		part_plain(&u, upper + (size_t)step * (width - 1), 1, step);
		part_plain(&l, lower + (size_t)step * (width - 1), 1, step);
		luma(yu + width - 1, &u, 1);
		luma(yl + width - 1, &l, 1);
		u.r[1] = u.r[0], u.g[1] = u.g[0], u.b[1] = u.b[0];
		l.r[1] = l.r[0], l.g[1] = l.g[0], l.b[1] = l.b[0];
		chroma_of(cb + width / 2, cr + width / 2, &u, &l, 1);
	}
}

// ---------------------------------------------------------------------------
// Resampling

// window is what of the source makes one sample of the result: count samples
// from first on, with factors of 2⁻¹⁴ that add up to one.
typedef struct {
	int first, count;
	int16_t *factors;
} window;

enum { unit_bits = 14, unit = 1 << unit_bits };

// cubic is the filter of Catmull and Rom.
static double cubic(double x) {
	x = fabs(x);
	if (x < 1) {
		return (1.5 * x - 2.5) * x * x + 1;
	}
	return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

// windows_of makes the windows of a side that goes from length samples to n. All
// have room for an even number of factors, the rest of which are zeros. The
// caller frees the result, which is one piece of memory.
static window *windows_of(int n, int length) {
	double scale = (double)length / n, wide = scale > 1 ? scale : 1, reach = 2 * wide;
	int most = ((int)ceil(2 * reach) + 3) & ~1;
	window *w = malloc((size_t)n * (sizeof *w + (size_t)most * sizeof(int16_t)));
	double *f = malloc((size_t)most * sizeof *f);
	if (w == NULL || f == NULL) {
		free(w);
		free(f);
		return NULL;
	}
	int16_t *room = (int16_t *)(w + n);
	for (int i = 0; i < n; i++, room += most) {
		double centre = (i + 0.5) * scale - 0.5, sum = 0;
		int first = (int)ceil(centre - reach), last = (int)floor(centre + reach);
		first = first < 0 ? 0 : first;
		last = last > length - 1 ? length - 1 : last;
		int count = last - first + 1;
		for (int k = 0; k < count; k++) {
			f[k] = cubic((first + k - centre) / wide);
			sum += f[k];
		}
		int left = unit, largest = 0;
		memset(room, 0, (size_t)most * sizeof *room);
		for (int k = 0; k < count; k++) {
			room[k] = (int16_t)lrint(f[k] / sum * unit);
			left -= room[k];
			largest = room[k] > room[largest] ? k : largest;
		}
		room[largest] = (int16_t)(room[largest] + left);
		w[i] = (window){first, count, room};
	}
	free(f);
	return w;
}

static inline uint8_t clamp(int v) { return v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v; }

// down makes one row of n samples out of the rows of a window.
WIDE static void down(uint8_t *restrict dst, const uint8_t *restrict src, size_t stride, const window *w, int n) {
	enum { chunk = 1024 };
	int32_t sum[chunk];
	for (int at = 0; at < n; at += chunk) {
		int m = n - at < chunk ? n - at : chunk;
		for (int x = 0; x < m; x++) {
			sum[x] = unit / 2;
		}
		for (int k = 0; k < w->count; k++) {
			const uint8_t *restrict row = src + (size_t)(w->first + k) * stride + at;
			int32_t f = w->factors[k];
			for (int x = 0; x < m; x++) {
				sum[x] += f * row[x];
			}
		}
		for (int x = 0; x < m; x++) {
			int v = sum[x] >> unit_bits;
			v = v < 0 ? 0 : v;
			dst[at + x] = (uint8_t)(v > 255 ? 255 : v);
		}
	}
}

static void across_plain(uint8_t *restrict dst, const uint8_t *restrict src, const window *w, int n, int samples) {
	for (int x = 0; x < n; x++) {
		for (int s = 0; s < samples; s++) {
			int sum = unit / 2;
			const uint8_t *from = src + (size_t)w[x].first * samples + s;
			for (int k = 0; k < w[x].count; k++) {
				sum += w[x].factors[k] * from[k * samples];
			}
			dst[x * samples + s] = clamp(sum >> unit_bits);
		}
	}
}

#if defined(__x86_64__)
// across_wide takes two pixels of three samples at a time. It reads up to 2
// bytes beyond a pixel pair and writes 4 bytes a pixel: both buffers have room.
static __attribute__((target("avx2"))) void across_wide(uint8_t *restrict dst, const uint8_t *restrict src, const window *w, int n) {
	const __m128i pairs = _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
	const __m128i half = _mm_set1_epi32(unit / 2);
	for (int x = 0; x < n; x++) {
		__m128i sum = half;
		const uint8_t *from = src + 3 * (size_t)w[x].first;
		const int16_t *f = w[x].factors;
		for (int k = 0; k < w[x].count; k += 2, from += 6) {
			int32_t two;
			memcpy(&two, f + k, 4);
			__m128i p = _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)from), pairs);
			sum = _mm_add_epi32(sum, _mm_madd_epi16(p, _mm_set1_epi32(two)));
		}
		sum = _mm_srai_epi32(sum, unit_bits);
		sum = _mm_packus_epi16(_mm_packs_epi32(sum, sum), sum);
		int32_t out = _mm_cvtsi128_si32(sum);
		memcpy(dst + 3 * (size_t)x, &out, 4);
	}
}
#endif

int hexi_resize(uint8_t *dst, int w, int h, const uint8_t *src, int stride, int width, int height, int samples) {
	window *columns = windows_of(w, width), *rows = windows_of(h, height);
	uint8_t *line = calloc(1, (size_t)width * samples + 16), *out = malloc((size_t)w * samples + 16);
	int status = -1;
	if (columns != NULL && rows != NULL && line != NULL && out != NULL) {
		for (int y = 0; y < h; y++) {
			down(line, src, stride, &rows[y], width * samples);
#if defined(__x86_64__)
			if (samples == 3 && __builtin_cpu_supports("avx2")) {
				across_wide(out, line, columns, w);
			} else
#endif
				across_plain(out, line, columns, w, samples);
			memcpy(dst + (size_t)y * w * samples, out, (size_t)w * samples);
		}
		status = 0;
	}
	free(columns);
	free(rows);
	free(line);
	free(out);
	return status;
}
