package raster

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"slices"
)

// pngKind says how a PNG is to be written: every colour type and depth, interlaced
// or not (PNG 1.2, chapters 2 and 4).
type pngKind struct {
	width, height int
	colour        int // colour type: 0, 2, 3, 4 or 6
	bits          int
	adam7         bool
	palette       []byte // of red, green, blue
	transparency  []byte // tRNS
	chunks        []byte // further ones, before the pixels

	value func(x, y, c int) uint32
}

// adam7 lists the passes: first column and row, and the steps between them.
var adam7 = [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// write writes the PNG. Its rows have all five filters in turn.
func (k pngKind) write() []byte {
	count := map[int]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[k.colour]
	var raw []byte
	passes := [][4]int{{0, 0, 1, 1}}
	if k.adam7 {
		passes = adam7[:]
	}
	for _, p := range passes {
		if p[0] >= k.width || p[1] >= k.height {
			continue
		}
		var above []byte
		for y := p[1]; y < k.height; y += p[3] {
			var line []byte
			fill, used := byte(0), 0
			for x := p[0]; x < k.width; x += p[2] {
				for c := range count {
					v := k.value(x, y, c)
					switch k.bits {
					case 16:
						line = binary.BigEndian.AppendUint16(line, uint16(v))
					case 8:
						line = append(line, byte(v))
					default:
						if fill, used = fill|byte(v)<<(8-k.bits-used), used+k.bits; used == 8 {
							line, fill, used = append(line, fill), 0, 0
						}
					}
				}
			}
			if used > 0 {
				line = append(line, fill)
			}
			filter := y / p[3] % 5
			raw = append(append(raw, byte(filter)), filterRow(filter, line, above, max(1, count*k.bits/8))...)
			above = line
		}
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(raw) // memory takes all
	_ = z.Close()
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(k.width)), uint32(k.height))
	interlace := byte(0)
	if k.adam7 {
		interlace = 1
	}
	ihdr = append(ihdr, byte(k.bits), byte(k.colour), 0, 0, interlace)
	out := slices.Concat([]byte(pngMagic), chunk("IHDR", string(ihdr)))
	out = append(out, k.chunks...)
	if k.palette != nil {
		out = append(out, chunk("PLTE", string(k.palette))...)
	}
	if k.transparency != nil {
		out = append(out, chunk("tRNS", string(k.transparency))...)
	}
	for pixels := b.Bytes(); len(pixels) > 0; { // in several chunks
		n := min(len(pixels), 4000)
		out = append(out, chunk("IDAT", string(pixels[:n]))...)
		pixels = pixels[n:]
	}
	return append(out, chunk("IEND", "")...)
}

// filterRow filters a row (9.2).
func filterRow(filter int, line, above []byte, step int) []byte {
	out := bytes.Clone(line)
	at := func(b []byte, i int) int {
		if i < 0 || i >= len(b) {
			return 0
		}
		return int(b[i])
	}
	for i := range out {
		left, up, corner := at(line, i-step), at(above, i), 0
		if i >= step {
			corner = at(above, i-step)
		}
		switch filter {
		case 1:
			out[i] -= byte(left)
		case 2:
			out[i] -= byte(up)
		case 3:
			out[i] -= byte((left + up) / 2)
		case 4:
			estimate := left + up - corner
			best := left
			for _, v := range []int{up, corner} {
				if d, e := estimate-v, estimate-best; d*d < e*e {
					best = v
				}
			}
			out[i] -= byte(best)
		}
	}
	return out
}
