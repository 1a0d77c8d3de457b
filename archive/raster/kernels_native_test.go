//go:build vips

package raster

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestKernels holds the loops in C to those in Go, to the bit, at all widths
// around those at which vector instructions begin and end.
func TestKernels(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	for width := 1; width <= 150; width++ {
		for _, step := range []int{3, 4} {
			for rows := 1; rows <= 2; rows++ {
				upper := noise(width * step)
				lower := upper
				if rows == 2 {
					lower = noise(width * step)
				}
				got, want := newBand(width, rows, false), newBand(width, rows, false)
				got.putPair(0, 0, width, rows, upper, lower, step)
				want.putPairGo(0, 0, width, rows, upper, lower, step)
				if !bytes.Equal(got.y, want.y) || !bytes.Equal(got.cb, want.cb) || !bytes.Equal(got.cr, want.cr) {
					t.Fatalf("%d pixels of %d bytes, %d rows differ", width, step, rows)
				}
			}
		}
		for height := 1; height <= 5; height++ {
			src := plane{noise(height * (width + 3)), width + 3, width, height}
			half := (width + 1) / 2
			got, want := make([]byte, half*3), make([]byte, half*3)
			halvePlane(got, half, src)
			halvePlaneGo(want, half, src)
			if !bytes.Equal(got, want) {
				t.Fatalf("halving %d × %d differs", width, height)
			}
		}
	}
}

// TestResampleLikeGo holds the resampling in C to that of the imaging library.
func TestResampleLikeGo(t *testing.T) {
	t.Parallel()
	src := picture(700, 400)
	for _, size := range [][2]int{{350, 200}, {699, 399}, {123, 45}, {1, 1}, {1000, 900}, {700, 17}} {
		want := resampleGo(src, size[0], size[1])
		if d := difference(resample(src, size[0], size[1]), want); d > 1 {
			t.Errorf("%v differs by %.2f steps", size, d)
		}
	}
}

// TestTurboStreams holds the streams of libjpeg-turbo to the form of an access
// copy: what the pure-Go encoder writes has the same header, and nearly the same
// pixels.
func TestTurboStreams(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	// The coarser the steps, the further apart are two ways of rounding.
	for quality, near := range map[int]float64{30: 34, DefaultQuality: 40, 100: 45} {
		turboStreams(t, rng, turboEncoder{quality}, newEncoder(quality), near)
	}
}

func turboStreams(t *testing.T, rng *rand.Rand, turbo turboEncoder, golang *encoder, near float64) {
	t.Helper()
	for _, size := range [][2]int{{1, 1}, {20, 5}, {64, 17}, {33, 64}, {512, 512}, {500, 300}} {
		for _, gray := range []bool{false, true} {
			b := randomBand(rng, size[0], size[1], gray, true)
			part := b.part(0, size[0], size[1])
			if !bytes.Equal(turbo.tables(gray), golang.tables(gray)) {
				t.Error("the tables differ")
			}
			theirs, ours := tileOf(t, turbo, part, size[0], size[1]), tileOf(t, golang, part, size[0], size[1])
			head := bytes.Index(ours, []byte{0xff, 0xda})
			if !bytes.Equal(theirs[:head+10], ours[:head+10]) {
				t.Fatalf("%v: the headers differ: %x and %x", size, theirs[:head+10], ours[:head+10])
			}
			tables := golang.tables(gray)
			complete := func(tile []byte) planes {
				return decodePlanes(t, append(tables[:len(tables)-2:len(tables)-2], tile[2:]...))
			}
			if got := psnr(complete(theirs).y, complete(ours).y); got < near {
				t.Errorf("%v: the pixels differ by %.1f dB", size, got)
			}
		}
	}
}
