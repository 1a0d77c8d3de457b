package raster

import (
	"cmp"
	"fmt"
	"image"
	"image/draw"
	"math/bits"
	"slices"

	"github.com/disintegration/imaging"
)

// thumbnailSides are the longest sides of the thumbnails that are made, in
// pixels; those that would enlarge the image are left out.
var thumbnailSides = [...]int{240, 480, 960}

// describe makes all that is made of a small version of an image of width ×
// height pixels: thumbnails of a JPEG quality, colours, hash.
func (r *Result) describe(small *image.NRGBA, width, height, quality int) {
	e := newEncoder(quality)
	// From the largest to the smallest, each of the one before: those are the
	// pixels that are left to look at.
	for _, side := range slices.Backward(thumbnailSides[:]) {
		w, h := fit(width, height, side)
		if w > width || h > height {
			continue
		}
		if w != small.Rect.Dx() || h != small.Rect.Dy() {
			small = resample(small, w, h)
		}
		r.Thumbnails = append(r.Thumbnails, Thumbnail{w, h, e.appendImage(nil, small, r.Gray)})
	}
	slices.Reverse(r.Thumbnails)
	few := imaging.Resize(small, min(64, small.Rect.Dx()), min(64, small.Rect.Dy()), imaging.Box)
	r.Colour, r.Palette = colourful(few)
	r.Hash = differenceHash(small)
}

// fit returns the size of an image whose longest side is to be side pixels, as
// IIIF clients compute it: rounded, at least 1.
func fit(width, height, side int) (int, int) {
	if width >= height {
		return side, max(1, (2*height*side+width)/(2*width))
	}
	return max(1, (2*width*side+height)/(2*height)), side
}

// appendImage appends an image of opaque pixels as a JPEG file.
func (e *encoder) appendImage(b []byte, img image.Image, gray bool) []byte {
	s := band{}
	if g, ok := img.(*image.Gray); ok {
		s = band{width: g.Rect.Dx(), rows: g.Rect.Dy()}
		return e.appendJPEG(b, planes{y: plane{g.Pix, g.Stride, s.width, s.rows}, gray: true})
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	s = *newBand(w, h, gray)
	if n, ok := img.(*image.NRGBA); ok && !gray {
		s.putRGBX(0, 0, w, h, n.Pix, n.Stride)
	} else {
		s.putImage(0, 0, w, h, img, img.Bounds().Min, nil, nil)
	}
	return e.appendJPEG(b, s.part(0, w, h))
}

// toNRGBA converts to 8-bit NRGBA with its origin at 0,0, the only type that is
// given to the imaging library: of others it works in goroutines where a panic
// would end the process.
func toNRGBA(img image.Image) *image.NRGBA {
	if n, ok := img.(*image.NRGBA); ok && n.Rect.Min == (image.Point{}) && n.Stride == 4*n.Rect.Dx() {
		return n
	}
	out := image.NewNRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		// Opaque pixels are the same in both, and RGBA has the faster ways.
		draw.Draw(&image.RGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect}, out.Rect, img, img.Bounds().Min, draw.Src)
		return out
	}
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// colourful returns the mean colour of an image and the colours that stand out:
// those of the fullest cells of a coarse cube, as far as they are apart.
func colourful(img *image.NRGBA) (mean string, palette []string) {
	type cell struct{ r, g, b, n int }
	var cells [512]cell
	var all cell
	for i := 0; i+3 < len(img.Pix); i += 4 {
		p := img.Pix[i : i+3 : i+3]
		for _, c := range []*cell{&all, &cells[int(p[0])>>5<<6|int(p[1])>>5<<3|int(p[2])>>5]} {
			c.r, c.g, c.b, c.n = c.r+int(p[0]), c.g+int(p[1]), c.b+int(p[2]), c.n+1
		}
	}
	average := func(c cell) cell {
		return cell{(c.r + c.n/2) / c.n, (c.g + c.n/2) / c.n, (c.b + c.n/2) / c.n, c.n}
	}
	hex := func(c cell) string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }
	full := cells[:0]
	for _, c := range cells {
		if c.n > 0 {
			full = append(full, average(c))
		}
	}
	slices.SortStableFunc(full, func(a, b cell) int { return cmp.Compare(b.n, a.n) })
	var chosen []cell
	for _, c := range full {
		const apart = 48 * 48
		near := slices.ContainsFunc(chosen, func(d cell) bool {
			return (c.r-d.r)*(c.r-d.r)+(c.g-d.g)*(c.g-d.g)+(c.b-d.b)*(c.b-d.b) < apart
		})
		if !near && len(chosen) < 5 && c.n*100 >= all.n {
			chosen = append(chosen, c)
			palette = append(palette, hex(c))
		}
	}
	return hex(average(all)), palette
}

// differenceHash tells of 8 × 8 places of an image whether it grows lighter to
// the right ("dHash").
func differenceHash(img *image.NRGBA) uint64 {
	small := imaging.Resize(img, 9, 8, imaging.Box)
	light := func(x, y int) int {
		p := small.Pix[y*small.Stride+4*x:]
		return yR*int(p[0]) + yG*int(p[1]) + yB*int(p[2])
	}
	h := uint64(0)
	for y := range 8 {
		for x := range 8 {
			h <<= 1
			if light(x+1, y) > light(x, y) {
				h |= 1
			}
		}
	}
	return h
}

// Similar returns in how many of 64 places two images differ, by their hashes:
// 0 to 4 for the same picture in another size or quality, about 32 for pictures
// that have nothing in common.
func Similar(a, b uint64) int { return bits.OnesCount64(a ^ b) }
