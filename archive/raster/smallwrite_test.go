package raster

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
)

// gifOf writes a GIF of one frame, of indexes into a palette, interlaced or not.
func gifOf(w, h int, palette []byte, interlaced bool, index func(x, y int) byte) []byte {
	out := append([]byte("GIF89a"), byte(w), byte(w>>8), byte(h), byte(h>>8), 0xf7, 0, 0)
	out = append(out, append(bytes.Clone(palette), make([]byte, 768-len(palette))...)...)
	flags := byte(0)
	order := make([]int, 0, h)
	if interlaced {
		flags = 0x40
		for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := pass[0]; y < h; y += pass[1] {
				order = append(order, y)
			}
		}
	} else {
		for y := range h {
			order = append(order, y)
		}
	}
	out = append(out, 0x2c, 0, 0, 0, 0, byte(w), byte(w>>8), byte(h), byte(h>>8), flags, 8)
	var b bytes.Buffer
	z := lzw.NewWriter(&b, lzw.LSB, 8)
	for _, y := range order {
		line := make([]byte, w)
		for x := range line {
			line[x] = index(x, y)
		}
		_, _ = z.Write(line) // memory takes all
	}
	_ = z.Close()
	for pixels := b.Bytes(); len(pixels) > 0; {
		n := min(len(pixels), 255)
		out = append(append(out, byte(n)), pixels[:n]...)
		pixels = pixels[n:]
	}
	return append(out, 0, 0x3b)
}

// bmpOf writes a BMP of so many bits a pixel: of indexes into a palette up to 8,
// else of colours. Its rows go from below unless it is top-down.
func bmpOf(w, h, bits int, topDown, runs bool, palette []byte, pixel func(x, y int) [4]byte) []byte {
	var body []byte
	for i := range h {
		y := h - 1 - i
		if topDown {
			y = i
		}
		var line []byte
		fill, used := byte(0), 0
		for x := range w {
			p := pixel(x, y)
			switch {
			case runs && bits == 8:
				line = append(line, 1, p[0])
			case bits == 32:
				line = append(line, p[2], p[1], p[0], p[3])
			case bits == 24:
				line = append(line, p[2], p[1], p[0])
			default:
				if fill, used = fill|p[0]<<(8-bits-used), used+bits; used == 8 {
					line, fill, used = append(line, fill), 0, 0
				}
			}
		}
		if used > 0 {
			line = append(line, fill)
		}
		if runs {
			line = append(line, 0, 0)
		} else {
			line = append(line, make([]byte, -len(line)&3)...)
		}
		body = append(body, line...)
	}
	if runs {
		body = append(body, 0, 1)
	}
	colours := 0
	if bits <= 8 {
		colours = 1 << bits
	}
	le := binary.LittleEndian
	start := 14 + 40 + 4*colours
	out := le.AppendUint32(append(le.AppendUint32([]byte("BM"), uint32(start+len(body))), 0, 0, 0, 0), uint32(start))
	height := uint32(h)
	if topDown {
		height = uint32(-h)
	}
	out = le.AppendUint32(le.AppendUint32(le.AppendUint32(out, 40), uint32(w)), height)
	out = le.AppendUint16(le.AppendUint16(out, 1), uint16(bits))
	compression := uint32(0)
	if runs {
		compression = 1
	}
	for _, v := range []uint32{compression, uint32(len(body)), 2835, 2835, uint32(colours), 0} {
		out = le.AppendUint32(out, v)
	}
	for i := range colours {
		out = append(out, palette[3*i+2], palette[3*i+1], palette[3*i], 0)
	}
	return append(out, body...)
}
