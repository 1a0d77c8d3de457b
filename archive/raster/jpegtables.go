package raster

import "math"

// zigzag is the order in which the coefficients of a block are written
// (ISO/IEC 10918-1, figure A.6).
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// quantisers are the quantisation tables for luma and chroma at quality 50
// (ISO/IEC 10918-1, tables K.1 and K.2), row by row.
var quantisers = [2][64]uint8{
	{
		16, 11, 10, 16, 24, 40, 51, 61,
		12, 12, 14, 19, 26, 58, 60, 55,
		14, 13, 16, 24, 40, 57, 69, 56,
		14, 17, 22, 29, 51, 87, 80, 62,
		18, 22, 37, 56, 68, 109, 103, 77,
		24, 35, 55, 64, 81, 104, 113, 92,
		49, 64, 78, 87, 103, 121, 120, 101,
		72, 92, 95, 98, 112, 100, 103, 99,
	},
	{
		17, 18, 24, 47, 99, 99, 99, 99,
		18, 21, 26, 66, 99, 99, 99, 99,
		24, 26, 56, 99, 99, 99, 99, 99,
		47, 66, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// codeLengths says how many Huffman codes of each length from 1 to 16 bits
// there are, and symbols what they mean, in the order of the codes.
type codeLengths struct {
	counts  [16]byte
	symbols string
}

// huffmanCodes are those of ISO/IEC 10918-1, tables K.3 to K.6: DC and AC of
// luma, DC and AC of chroma.
var huffmanCodes = [4]codeLengths{
	{
		[16]byte{0, 1, 5, 1, 1, 1, 1, 1, 1},
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b",
	},
	{
		[16]byte{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
		"\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07" +
			"\x22\x71\x14\x32\x81\x91\xa1\x08\x23\x42\xb1\xc1\x15\x52\xd1\xf0" +
			"\x24\x33\x62\x72\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28" +
			"\x29\x2a\x34\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49" +
			"\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68\x69" +
			"\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x83\x84\x85\x86\x87\x88\x89" +
			"\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7" +
			"\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5" +
			"\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2" +
			"\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8" +
			"\xf9\xfa",
	},
	{
		[16]byte{0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b",
	},
	{
		[16]byte{0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119},
		"\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71" +
			"\x13\x22\x32\x81\x08\x14\x42\x91\xa1\xb1\xc1\x09\x23\x33\x52\xf0" +
			"\x15\x62\x72\xd1\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26" +
			"\x27\x28\x29\x2a\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48" +
			"\x49\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68" +
			"\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x82\x83\x84\x85\x86\x87" +
			"\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5" +
			"\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3" +
			"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
			"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8" +
			"\xf9\xfa",
	},
}

// coding is how the blocks of one kind of component, luma or chroma, are
// written.
type coding struct {
	quant [64]uint8 // in zigzag order
	// reciprocal turns fdct's results into quantised coefficients, in zigzag
	// order: q = (c·reciprocal + ½·2^quantShift) >> quantShift.
	reciprocal [64]int
	// dc and ac hold for each symbol its Huffman code, moved left by the bits
	// of the value that follows it, and from bit 27 on the length of both.
	dc [16]uint32
	ac [256]uint32
}

const quantShift = 40

// chromaQuality is the quality of chroma beside a luma of the given one: a third of
// what that lets go. At 85 a tile of a painting grows by a twentieth, and its colours
// are as close to the master's as at 93 in both, which takes half as much again.
// turbo.c has the same formula.
func chromaQuality(luma int) int { return (luma + 200) / 3 }

// newCoding makes the coding of luma (0) or chroma (1) for a quality from 1 to
// 100, scaled as the Independent JPEG Group's library does.
func newCoding(kind, quality int) coding {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	var c coding
	for k, n := range zigzag {
		q := max(1, min(255, (int(quantisers[kind][n])*scale+50)/100))
		c.quant[k] = uint8(q)
		c.reciprocal[k] = int(math.Round((1 << quantShift) / (float64(q) * fdctScale(int(n)%8, int(n)/8))))
	}
	assignCodes(c.dc[:], &huffmanCodes[2*kind])
	assignCodes(c.ac[:], &huffmanCodes[2*kind+1])
	return c
}

// assignCodes numbers the codes (ISO/IEC 10918-1, C.2). The lower four bits of
// a symbol are the number of bits of the value that follows.
func assignCodes(out []uint32, l *codeLengths) {
	next, i := uint32(0), 0
	for n, count := range l.counts {
		for range count {
			symbol := l.symbols[i]
			extra := uint32(symbol & 15)
			out[symbol] = next<<extra | (uint32(n)+1+extra)<<27
			next++
			i++
		}
		next <<= 1
	}
}

// appendTables appends the DQT and DHT segments of luma and chroma, or of luma
// alone where the image is gray.
func appendTables(b []byte, codings *[2]coding, gray bool) []byte {
	kinds := 2
	if gray {
		kinds = 1
	}
	for kind := range kinds {
		b = append(b, 0xff, 0xdb, 0, 67, byte(kind))
		b = append(b, codings[kind].quant[:]...)
	}
	for i, l := range huffmanCodes[:2*kinds] {
		n := 19 + len(l.symbols)
		class := byte(i & 1) // 0 for DC, 1 for AC
		b = append(b, 0xff, 0xc4, byte(n>>8), byte(n), class<<4|byte(i>>1))
		b = append(b, l.counts[:]...)
		b = append(b, l.symbols...)
	}
	return b
}
