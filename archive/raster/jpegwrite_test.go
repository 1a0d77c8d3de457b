package raster

import (
	"encoding/binary"
	"math"
)

// jpegKind says how a JPEG is to be written: any number of components with any
// sampling, in one scan or progressively, with restarts, with an Adobe marker or
// none (ISO/IEC 10918-1; for the marker ISO/IEC 10918-6, 6.5.3).
type jpegKind struct {
	width, height int
	sampling      [][2]int // of each component, horizontal and vertical
	progressive   bool
	restart       int    // units between restarts; 0 for none
	adobe         int    // transform, plus 1; 0 for no marker
	segments      []byte // put after the start

	value func(x, y, c int) uint8 // of a component, at full resolution
}

// jpegWriter writes the codes of a scan.
type jpegWriter struct {
	out  []byte
	held uint32
	used int
}

func (w *jpegWriter) bits(v uint32, n int) {
	for i := n - 1; i >= 0; i-- {
		if w.held, w.used = w.held<<1|v>>i&1, w.used+1; w.used == 8 {
			if w.out = append(w.out, byte(w.held)); byte(w.held) == 0xff {
				w.out = append(w.out, 0)
			}
			w.held, w.used = 0, 0
		}
	}
}

func (w *jpegWriter) align() {
	for w.used > 0 {
		w.bits(1, 1)
	}
}

// code writes a symbol of a table.
func (w *jpegWriter) code(table int, symbol byte) {
	h := huffmanCodes[table]
	code, at := uint32(0), 0
	for length, n := range h.counts {
		for range n {
			if h.symbols[at] == symbol {
				w.bits(code, length+1)
				return
			}
			code, at = code+1, at+1
		}
		code <<= 1
	}
}

// sizeAndBits returns how many bits a coefficient has, and which (F.1.2.1.1).
func sizeAndBits(v int) (size int, bits uint32) {
	for a := max(v, -v); a > 0; a >>= 1 {
		size++
	}
	if v < 0 {
		v += 1<<size - 1
	}
	return size, uint32(v)
}

// write writes the JPEG. All quantisers are 2.
func (k jpegKind) write() []byte {
	const quantiser = 2
	n := len(k.sampling)
	most := [2]int{1, 1}
	for _, s := range k.sampling {
		most[0], most[1] = max(most[0], s[0]), max(most[1], s[1])
	}
	across, down := (k.width+8*most[0]-1)/(8*most[0]), (k.height+8*most[1]-1)/(8*most[1])
	coefficients := make([][][64]int, n)
	for c, s := range k.sampling {
		coefficients[c] = make([][64]int, across*s[0]*down*s[1])
		for i := range coefficients[c] {
			x, y := i%(across*s[0])*8, i/(across*s[0])*8
			coefficients[c][i] = k.transform(c, x, y, most[0]/s[0], most[1]/s[1], quantiser)
		}
	}
	out := append([]byte{0xff, 0xd8}, k.segments...)
	if k.adobe > 0 {
		out = append(out, segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00"+string(rune(k.adobe-1)))...)
	}
	table := make([]byte, 65)
	for i := 1; i < 65; i++ {
		table[i] = quantiser
	}
	out = append(out, segment(0xdb, string(table))...)
	frame := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(k.height)), uint16(k.width))
	frame = append(frame, byte(n))
	for c, s := range k.sampling {
		frame = append(frame, byte(c+1), byte(s[0]<<4|s[1]), 0)
	}
	sof := byte(0xc0)
	if k.progressive {
		sof = 0xc2
	}
	out = append(out, segment(sof, string(frame))...)
	for i, id := range []byte{0x00, 0x10} {
		h := huffmanCodes[i]
		out = append(out, segment(0xc4, string(append([]byte{id}, h.counts[:]...))+h.symbols)...)
	}
	if k.restart > 0 {
		out = append(out, segment(0xdd, string(binary.BigEndian.AppendUint16(nil, uint16(k.restart))))...)
	}
	all := make([]int, n)
	for c := range all {
		all[c] = c
	}
	if !k.progressive {
		return append(k.scan(out, coefficients, across, down, all, 0, 63), 0xff, 0xd9)
	}
	out = k.scan(out, coefficients, across, down, all, 0, 0)
	for c := range n {
		out = k.scan(out, coefficients, across, down, []int{c}, 1, 63)
	}
	return append(out, 0xff, 0xd9)
}

// transform returns the coefficients of a block, in zigzag order.
func (k jpegKind) transform(c, x0, y0, stepX, stepY, quantiser int) (out [64]int) {
	var samples, half [64]float64
	for i := range samples {
		sum := 0
		for dy := range stepY {
			for dx := range stepX {
				sum += int(k.value(min((x0+i%8)*stepX+dx, k.width-1), min((y0+i/8)*stepY+dy, k.height-1), c))
			}
		}
		samples[i] = float64(sum)/float64(stepX*stepY) - 128
	}
	line := func(to, from *[64]float64) { // along rows, and turned
		for y := range 8 {
			for u := range 8 {
				sum, scale := 0.0, 0.5
				if u == 0 {
					scale = math.Sqrt(0.125)
				}
				for x := range 8 {
					sum += from[8*y+x] * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16)
				}
				to[8*u+y] = scale * sum
			}
		}
	}
	line(&half, &samples)
	line(&samples, &half)
	for i, at := range zigzag {
		out[i] = int(math.Round(samples[at] / float64(quantiser)))
	}
	return out
}

// scan appends a scan of the coefficients from first to last.
func (k jpegKind) scan(out []byte, coefficients [][][64]int, across, down int, components []int, first, last int) []byte {
	head := []byte{byte(len(components))}
	for _, c := range components {
		head = append(head, byte(c+1), 0)
	}
	out = append(out, segment(0xda, string(append(head, byte(first), byte(last), 0)))...)
	w := &jpegWriter{out: out}
	before := make([]int, len(k.sampling))
	units := across
	block := func(c, bx, by int) {
		b := &coefficients[c][by*units*k.sampling[c][0]+bx]
		if first == 0 {
			size, bits := sizeAndBits(b[0] - before[c])
			before[c] = b[0]
			w.code(0, byte(size))
			w.bits(bits, size)
		}
		run := 0
		for i := max(first, 1); i <= last; i++ {
			if b[i] == 0 {
				run++
				continue
			}
			for ; run > 15; run -= 16 {
				w.code(1, 0xf0)
			}
			size, bits := sizeAndBits(b[i])
			w.code(1, byte(run<<4|size))
			w.bits(bits, size)
			run = 0
		}
		if run > 0 {
			w.code(1, 0)
		}
	}
	// A scan of one component has no more blocks than that component has samples
	// (A.2.2).
	single := len(components) == 1
	if single {
		s := k.sampling[components[0]]
		most := [2]int{1, 1}
		for _, t := range k.sampling {
			most[0], most[1] = max(most[0], t[0]), max(most[1], t[1])
		}
		blocks := func(length, of, most int) int { return ((length*of+most-1)/most + 7) / 8 }
		across, down = blocks(k.width, s[0], most[0]), blocks(k.height, s[1], most[1])
	}
	n := 0
	for y := range down {
		for x := range across {
			if k.restart > 0 && n > 0 && n%k.restart == 0 {
				w.align()
				w.out = append(w.out, 0xff, byte(0xd0+(n/k.restart-1)%8))
				clear(before)
			}
			n++
			if single {
				block(components[0], x, y)
				continue
			}
			for _, c := range components {
				s := k.sampling[c]
				for v := range s[1] {
					for h := range s[0] {
						block(c, x*s[0]+h, y*s[1]+v)
					}
				}
			}
		}
	}
	w.align()
	return w.out
}
