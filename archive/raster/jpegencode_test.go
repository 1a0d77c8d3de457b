package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// randomBand is a band of smooth ramps with some noise on them, or of noise
// alone, which makes the largest coefficients.
func randomBand(rng *rand.Rand, w, h int, gray, noise bool) *band {
	b := newBand(w, h, gray)
	fill := func(p []byte, width int) {
		ax, ay, base := rng.Float64(), rng.Float64(), rng.Float64()*100
		for i := range p {
			v := base + ax*float64(i%width) + ay*float64(i/width) + 6*rng.Float64()
			if noise {
				v = 255 * float64(rng.IntN(2))
			}
			p[i] = byte(int(v))
		}
	}
	fill(b.y, w)
	if !gray {
		fill(b.cb, b.chromaWidth())
		fill(b.cr, b.chromaWidth())
	}
	return b
}

// decodePlanes decodes a stream into planes of the size that the frame says.
func decodePlanes(t *testing.T, stream []byte) planes {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	switch m := img.(type) {
	case *image.Gray:
		return planes{y: plane{m.Pix, m.Stride, w, h}, gray: true}
	case *image.YCbCr:
		cw, ch := (w+1)/2, (h+1)/2
		return planes{y: plane{m.Y, m.YStride, w, h}, cb: plane{m.Cb, m.CStride, cw, ch}, cr: plane{m.Cr, m.CStride, cw, ch}}
	}
	t.Fatalf("decoded as %T", img)
	return planes{}
}

// psnr is the peak signal to noise ratio of two planes in decibels.
func psnr(a, b plane) float64 {
	sum := 0.0
	for y := range a.height {
		for x := range a.width {
			d := float64(a.pix[y*a.stride+x]) - float64(b.pix[y*b.stride+x])
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255*float64(a.width*a.height)/max(sum, 1e-9))
}

// TestEncoderAgainstTheStandardLibrary decodes what the encoder writes and
// holds its error and size to those of image/jpeg at the same quality. Above 55
// dB, where hardly a sample is off by one, it makes no difference who is closer.
func TestEncoderAgainstTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range [][2]int{{1, 1}, {8, 8}, {16, 16}, {17, 16}, {15, 33}, {200, 3}, {2, 150}, {121, 97}, {512, 512}} {
		for _, quality := range []int{1, 30, 85, 100} {
			for _, gray := range []bool{false, true} {
				for _, noise := range []bool{false, true} {
					name := fmt.Sprintf("%dx%d q%d gray=%v noise=%v", size[0], size[1], quality, gray, noise)
					b := randomBand(rng, size[0], size[1], gray, noise)
					want := b.part(0, size[0], size[1])
					alike := &encoder{[2]coding{newCoding(0, quality), newCoding(1, quality)}} // image/jpeg has one quality
					stream := alike.appendJPEG(nil, want)
					got := decodePlanes(t, stream)
					if got.y.width != size[0] || got.y.height != size[1] || got.gray != gray {
						t.Fatalf("%s: decoded as %d × %d, gray %v", name, got.y.width, got.y.height, got.gray)
					}
					var buf bytes.Buffer
					if err := jpeg.Encode(&buf, b.image(), &jpeg.Options{Quality: quality}); err != nil {
						t.Fatal(err)
					}
					std := decodePlanes(t, buf.Bytes())
					if ours, theirs := psnr(want.y, got.y), psnr(want.y, std.y); ours < min(theirs-1, 55) {
						t.Errorf("%s: luma %.2f dB, image/jpeg %.2f dB", name, ours, theirs)
					}
					if !gray {
						// image/jpeg averages the chroma of pixels that it repeats
						// beyond the edge, so that small images differ.
						if ours, theirs := psnr(want.cb, got.cb), psnr(want.cb, std.cb); ours < min(theirs-1.5, 55) {
							t.Errorf("%s: chroma %.2f dB, image/jpeg %.2f dB", name, ours, theirs)
						}
					}
					if len(stream)-len(profileOf(gray))-18 > buf.Len()+buf.Len()/20+40 {
						t.Errorf("%s: %d bytes, image/jpeg %d", name, len(stream), buf.Len())
					}
				}
			}
		}
	}
}

// tileOf writes a tile in stripes, as the builder does.
func tileOf(t *testing.T, e tileEncoder, p planes, width, height int) []byte {
	t.Helper()
	s := e.stream()
	defer s.close()
	encodeTile(s, p, width, height)
	b, err := s.bytes()
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b)
}

func encodeTile(s tileStream, p planes, width, height int) {
	s.begin(p.gray, width, height)
	for at := 0; at < p.y.height; at += stripeRows {
		part, rows := p, min(stripeRows, p.y.height-at)
		part.y.pix, part.y.height = p.y.pix[at*p.y.stride:], rows
		if !p.gray {
			part.cb.pix, part.cb.height = p.cb.pix[at/2*p.cb.stride:], (rows+1)/2
			part.cr.pix, part.cr.height = p.cr.pix[at/2*p.cr.stride:], (rows+1)/2
		}
		until := rows
		if at+rows == p.y.height {
			until = height - at
		}
		s.rows(part, width, until)
	}
	s.end()
}

// TestTileRepeatsItsEdge encodes a small picture as a large tile: what is
// outside repeats the last column and row, and what is inside does not change.
func TestTileRepeatsItsEdge(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	e := newEncoder(95)
	for _, size := range [][2]int{{1, 1}, {20, 5}, {64, 17}, {33, 64}, {63, 63}} {
		for _, gray := range []bool{false, true} {
			b := randomBand(rng, size[0], size[1], gray, false)
			part := b.part(0, size[0], size[1])
			tables := e.tables(gray)
			complete := func(tile []byte) planes {
				return decodePlanes(t, append(tables[:len(tables)-2:len(tables)-2], tile[2:]...))
			}
			padded := complete(tileOf(t, e, part, 64, 64))
			exact := complete(tileOf(t, e, part, size[0], size[1]))
			if padded.y.width != 64 || padded.y.height != 64 || exact.y.width != size[0] || exact.y.height != size[1] {
				t.Fatalf("%v: sizes %d × %d and %d × %d", size, padded.y.width, padded.y.height, exact.y.width, exact.y.height)
			}
			// Both hold the same blocks where they overlap.
			if !math.IsInf(psnr(exact.y, padded.y), 0) && psnr(exact.y, padded.y) < 100 {
				t.Errorf("%v: the exact tile differs from the padded one", size)
			}
			last := part.y.pix[(size[1]-1)*part.y.stride+size[0]-1]
			if got := padded.y.pix[63*padded.y.stride+63]; math.Abs(float64(got)-float64(last)) > 8 {
				t.Errorf("%v: the far corner is %d, the last pixel %d", size, got, last)
			}
		}
	}
}

func TestEncoderAllocatesNothing(t *testing.T) {
	e := newEncoder(85)
	p := randomBand(rand.New(rand.NewPCG(5, 6)), 512, 512, false, false).part(0, 512, 512)
	s := e.stream()
	encodeTile(s, p, 512, 512)
	if n := testing.AllocsPerRun(5, func() { encodeTile(s, p, 512, 512) }); n != 0 {
		t.Errorf("%v allocations a tile", n)
	}
}

func BenchmarkEncoder(b *testing.B) {
	e := newEncoder(85)
	p := randomBand(rand.New(rand.NewPCG(5, 6)), 512, 512, false, false).part(0, 512, 512)
	s := e.stream()
	for b.Loop() {
		encodeTile(s, p, 512, 512)
	}
	b.ReportMetric(512*512*float64(b.N)/1e6/b.Elapsed().Seconds(), "MPx/s")
}
