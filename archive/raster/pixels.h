//go:build vips

// Loops over pixels that the compiler turns into vector instructions, for the
// processor at hand.

#ifndef HEXI_PIXELS_H
#define HEXI_PIXELS_H

#include <stddef.h>
#include <stdint.h>

// hexi_halve_row averages 2 × 2 samples of two rows of width samples. A last one
// without a neighbour stands for itself. Halves are rounded up and down in turn.
void hexi_halve_row(uint8_t *dst, const uint8_t *upper, const uint8_t *lower, int width);

// hexi_halve_plane halves a plane in both directions. A last row without a
// neighbour stands for itself.
void hexi_halve_plane(uint8_t *dst, int dst_stride, const uint8_t *src, int stride, int width, int height);

// hexi_mean_row averages two rows of n samples.
void hexi_mean_row(uint8_t *dst, const uint8_t *upper, const uint8_t *lower, int n);

// hexi_rgb_pair converts two rows of step bytes a pixel (3 or 4) to YCbCr 4:2:0. For a last
// row alone both are the same, and so are yu and yl.
void hexi_rgb_pair(uint8_t *yu, uint8_t *yl, uint8_t *cb, uint8_t *cr, const uint8_t *upper, const uint8_t *lower, int width, int step);

// hexi_resize resamples width × height pixels of samples bytes (1 or 3) to w × h
// with a cubic filter that is widened where the picture shrinks. Rows are
// stride bytes apart. It returns -1 where there is no memory.
int hexi_resize(uint8_t *dst, int w, int h, const uint8_t *src, int stride, int width, int height, int samples);

#endif
