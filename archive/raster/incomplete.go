package raster

import (
	"errors"
	"hash/maphash"
	"image"
	"image/jpeg"
	"io"
)

// fillPiece is how many rows are asked for at a time of a master that may end
// early: those of a piece that is not there whole are lost with it. It is the
// height of a JPEG's largest unit that is read in planes.
const fillPiece = 16

// filledRows delivers a master that ends early and was accepted as it is: the rows
// that are missing are gray. One of which not a single row can be read is refused
// all the same.
type filledRows struct {
	rows
	m     *master
	name  string // of the format
	piece *band
	read  int // rows that were real
	ended bool
}

func (f *filledRows) next(b *band) error {
	if f.piece == nil {
		f.piece = newBand(b.width, fillPiece, b.cb == nil)
	}
	for done := 0; done < b.rows; {
		n := min(fillPiece, b.rows-done)
		if !f.ended {
			f.piece.rows = n
			err := guard(f.name, func() error { return f.rows.next(f.piece) })
			switch err = f.m.judge(f.name, err); {
			case err == nil:
				b.copyRows(done, f.piece, 0, n)
				f.read += n
			case f.read > 0 && isTruncated(err):
				f.ended = true
			default:
				return err
			}
		}
		if f.ended {
			b.blank(done, n)
		}
		done += n
	}
	return nil
}

func isTruncated(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused) && refused.Code == CodeTruncated
}

// blank makes rows of a band neutral gray, from row y on, which is even.
func (b *band) blank(y, rows int) {
	const gray = 128
	fill := func(p []byte) {
		for i := range p {
			p[i] = gray
		}
	}
	fill(b.y[y*b.width : (y+rows)*b.width])
	if b.cb != nil {
		cw := b.chromaWidth()
		fill(b.cb[y/2*cw : (y+rows+1)/2*cw])
		fill(b.cr[y/2*cw : (y+rows+1)/2*cw])
	}
}

// cutRows delivers the first rows of a decoded image, and then the end of the file.
type cutRows struct {
	*imageRows
	whole int // rows that are real
}

func (c *cutRows) next(b *band) error {
	if c.at+b.rows > c.whole {
		return endedAt("JPEG", c.whole, c.img.Bounds().Dy())
	}
	return c.imageRows.next(b)
}

// decodeCut decodes a sequential JPEG that ends early with image/jpeg, which has
// nothing to give then: zeros, that are valid codes of every table, are put at its
// end. Which rows are real is found by decoding it once more with a little less of
// it: from where the two differ on, nothing is. It returns the decoder's own error
// where that does not help.
func decodeCut(m *master, h *jpegHeader, own error) (*cutRows, error) {
	if h.progressive || !isTruncated(m.judge("JPEG", own)) || m.size < 2*lessOfIt {
		return nil, own
	}
	less, err := jpeg.Decode(padded(m, m.size-lessOfIt, h))
	if err != nil {
		return nil, m.worse(err, own)
	}
	seed := maphash.MakeSeed()
	sums := rowSums(less, seed)
	less = nil //nolint:ineffassign,wastedassign // one of them in memory at a time
	img, err := jpeg.Decode(padded(m, m.size, h))
	if err != nil {
		return nil, m.worse(err, own)
	}
	same := 0
	for i, sum := range rowSums(img, seed) {
		if sum != sums[i] {
			break
		}
		same++
	}
	const unit = 16
	return &cutRows{newImageRows(img, h.icc), same / unit * unit}, nil
}

// lessOfIt is how many bytes less are decoded to see where an image ends.
const lessOfIt = 32

// worse is the reader's own error, if that failed, else the other.
func (m *master) worse(err, other error) error {
	if m.broken() {
		return err
	}
	return other
}

// padded reads the first n bytes of a JPEG, zeros for all blocks that it may lack,
// and the marker of its end.
func padded(m *master, n int64, h *jpegHeader) io.Reader {
	const each = 128 // bytes of a block, at most, in codes that are zeros
	blocks := area((h.width+31)/8, (h.height+31)/8, int64(h.components))
	return io.MultiReader(io.NewSectionReader(m, 0, n), io.LimitReader(zeros{}, blocks*each), &ending{})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// ending is a few markers of the end of an image.
type ending struct{ n int }

func (e *ending) Read(b []byte) (int, error) {
	if e.n >= 8 || len(b) < 2 {
		return 0, io.EOF
	}
	e.n++
	return copy(b, "\xff\xd9"), nil
}

// rowSums are hashes of an image's rows.
func rowSums(img image.Image, seed maphash.Seed) []uint64 {
	sums := make([]uint64, img.Bounds().Dy())
	for y := range sums {
		var h maphash.Hash
		h.SetSeed(seed)
		for _, part := range rowBytes(img, y) {
			_, _ = h.Write(part) // a hash never fails to write
		}
		sums[y] = h.Sum64()
	}
	return sums
}

// rowBytes are the bytes of the y-th row of what image/jpeg decodes.
func rowBytes(img image.Image, y int) [][]byte {
	w := img.Bounds().Dx()
	switch p := img.(type) {
	case *image.Gray:
		return [][]byte{p.Pix[y*p.Stride:][:w]}
	case *image.YCbCr:
		c := p.COffset(0, y)
		n := p.COffset(w-1, y) - c + 1
		return [][]byte{p.Y[y*p.YStride:][:w], p.Cb[c:][:n], p.Cr[c:][:n]}
	case *image.RGBA:
		return [][]byte{p.Pix[y*p.Stride:][:4*w]}
	case *image.CMYK:
		return [][]byte{p.Pix[y*p.Stride:][:4*w]}
	}
	return nil
}
