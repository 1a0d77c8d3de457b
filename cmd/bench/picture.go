package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// writePicture writes a master: an uncompressed RGB TIFF of a painted surface
// that never was, with detail at every scale, so that its tiles weigh what those
// of photographs do (some 40 KB at 512 × 512). The same size gives the same bytes.
func writePicture(path string, width, height int) (err error) {
	f, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err == nil {
			err = os.Rename(path+".part", path)
		}
	}()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := writeTIFFHeader(w, width, height); err != nil {
		return err
	}
	grain := newGrain()
	row := make([]byte, 3*width)
	for y := range height {
		grain.paint(row, y)
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return w.Flush()
}

// grain is a square of noise that repeats without a seam.
type grain struct{ noise [grainSize * grainSize]int8 }

const grainSize = 1 << 10

func newGrain() *grain {
	g := new(grain)
	state := uint32(1)
	for i := range g.noise {
		state ^= state << 13 // xorshift32, Marsaglia 2003
		state ^= state >> 17
		state ^= state << 5
		g.noise[i] = int8(state >> 24)
	}
	return g
}

func (g *grain) at(x, y int) int {
	return int(g.noise[(y&(grainSize-1))*grainSize+x&(grainSize-1)])
}

// smooth interpolates the noise, one point each 2^shift pixels.
func (g *grain) smooth(x, y int, shift uint) int {
	step := 1 << shift
	cx, cy, fx, fy := x>>shift, y>>shift, x&(step-1), y&(step-1)
	top := g.at(cx, cy)*(step-fx) + g.at(cx+1, cy)*fx
	bottom := g.at(cx, cy+1)*(step-fx) + g.at(cx+1, cy+1)*fx
	return (top*(step-fy) + bottom*fy) >> (2 * shift)
}

// paint fills a row: washes of colour, strokes, and the grain of the wall.
func (g *grain) paint(row []byte, y int) {
	for x := range len(row) / 3 {
		wash := g.smooth(x, y, 8)
		stroke := g.smooth(x+3*y, y, 4)
		fine := g.at(x, y)
		light := 128 + wash/2 + stroke/3 + fine/grainWeight
		row[3*x] = clamp(light + 24)
		row[3*x+1] = clamp(light + g.smooth(y, x, 7)/5)
		row[3*x+2] = clamp(light - 24 - stroke/4)
	}
}

// grainWeight divides the grain of single pixels, which is what costs bytes.
const grainWeight = 21

func clamp(v int) byte { return byte(max(0, min(255, v))) }

// writeTIFFHeader writes what goes before the pixels of an uncompressed RGB
// image in strips (TIFF 6.0, section 6): strips of 64 rows, their places after
// the tags.
func writeTIFFHeader(w io.Writer, width, height int) error {
	const rows = 64
	strips := (height + rows - 1) / rows
	const (
		short, long = 3, 4
		tags        = 10
		ifd         = 8
		bits        = ifd + 2 + 12*tags + 4 // three shorts
	)
	offsets := bits + 6
	counts := offsets + 4*strips
	pixels := counts + 4*strips
	if int64(pixels)+3*int64(width)*int64(height) > 1<<32-1 {
		return errors.New("the picture does not fit a classic TIFF of 4 GiB")
	}
	le := binary.LittleEndian
	b := append([]byte("II*\x00"), ifd, 0, 0, 0, tags, 0)
	tag := func(id, kind uint16, count, value int) {
		b = le.AppendUint16(b, id)
		b = le.AppendUint16(b, kind)
		b = le.AppendUint32(b, uint32(count))
		b = le.AppendUint32(b, uint32(value))
	}
	first := func(place int) int { // of one strip, the value itself stands in the tag
		if strips > 1 {
			return place
		}
		if place == offsets {
			return pixels
		}
		return 3 * width * height
	}
	tag(256, long, 1, width)
	tag(257, long, 1, height)
	tag(258, short, 3, bits)
	tag(259, short, 1, 1) // no compression
	tag(262, short, 1, 2) // RGB
	tag(273, long, strips, first(offsets))
	tag(277, short, 1, 3) // samples a pixel
	tag(278, long, 1, rows)
	tag(279, long, strips, first(counts))
	tag(284, short, 1, 1)           // samples of a pixel side by side
	b = append(b, 0, 0, 0, 0)       // no further image
	b = append(b, 8, 0, 8, 0, 8, 0) // bits a sample
	for i := range strips {
		b = le.AppendUint32(b, uint32(pixels+3*width*rows*i))
	}
	for i := range strips {
		b = le.AppendUint32(b, uint32(3*width*min(rows, height-rows*i)))
	}
	_, err := w.Write(b)
	return err
}
