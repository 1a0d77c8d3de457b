package raster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// jpegHeader is what a JPEG says before its pixels.
type jpegHeader struct {
	width, height int
	components    int
	progressive   bool
	restarts      bool   // its scans have marks to go on from
	quarters      int    // how many samples four pixels have
	icc           []byte // the embedded profile, of what could be read of it
}

// readJPEGHeader reads the segments up to the frame (ISO/IEC 10918-1, B.2), and
// on to the scan for a profile that comes late. What is well-formed but not
// read here is a refusal.
func readJPEGHeader(r io.ReaderAt, size int64) (jpegHeader, error) {
	var h jpegHeader
	const maxSteps = 1 << 16 // segments, and bytes between them
	at := int64(2)
	for range maxSteps {
		var head [4]byte
		if _, err := r.ReadAt(head[:], at); err != nil {
			return h, eof(err)
		}
		if head[0] != 0xff {
			at++ // garbage between segments, which decoders pass over
			continue
		}
		marker := head[1]
		if marker == 0xff || marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8 { // fill byte, or without length
			at++
			if marker != 0xff {
				at++
			}
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			if h.width == 0 {
				return h, errors.New("its pixels come without a frame header")
			}
			return h, nil
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		if length < 2 {
			return h, fmt.Errorf("segment %02x has a length of %d", marker, length)
		}
		switch {
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			b := make([]byte, length-2)
			if _, err := r.ReadAt(b, at+4); err != nil {
				return h, eof(err)
			}
			if err := h.frame(marker, b); err != nil {
				return h, err
			}
		case marker == 0xdd && length == 4:
			var interval [2]byte
			if _, err := r.ReadAt(interval[:], at+4); err != nil {
				return h, eof(err)
			}
			h.restarts = interval != [2]byte{}
		case marker == 0xe2 && length > 16 && len(h.icc) < maxProfileBytes:
			// Larger profiles come in parts, in their order (ICC.1:2010, B.4).
			b := make([]byte, length-2)
			if n, _ := r.ReadAt(b, at+4); n == len(b) && string(b[:12]) == "ICC_PROFILE\x00" {
				h.icc = append(h.icc, b[14:]...)
			}
		}
		if at += 2 + length; at >= size {
			return h, io.ErrUnexpectedEOF
		}
	}
	return h, errors.New("its header does not end")
}

// frame reads a frame header (B.2.2).
func (h *jpegHeader) frame(marker byte, b []byte) error {
	if len(b) < 6 {
		return fmt.Errorf("its frame header has %d bytes", len(b))
	}
	h.height, h.width, h.components = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:])), int(b[5])
	h.progressive = marker == 0xc2
	switch {
	case marker > 0xc2:
		kind := "lossless"
		if marker > 0xc8 {
			kind = "arithmetic-coded"
		}
		return refuse(CodeUnsupported, doConvert, "this JPEG is %s (frame type %d), which is not read here", kind, marker-0xc0)
	case b[0] != 8:
		return refuse(CodeUnsupported, doConvert, "this JPEG has %d bits a sample; 8 are read here", b[0])
	case h.components != 1 && h.components != 3 && h.components != 4:
		return refuse(CodeUnsupported, doConvert, "this JPEG has %d components; 1, 3 or 4 are read here", h.components)
	case len(b) < 6+3*h.components:
		return fmt.Errorf("its frame header has %d bytes", len(b))
	case h.width == 0 || h.height == 0:
		return refuse(CodeBroken, doReplace, "the JPEG file says that it has %d × %d pixels", h.width, h.height)
	}
	most := 1
	h.quarters = 0
	for i := range h.components {
		n := int(b[7+3*i]>>4) * int(b[7+3*i]&15)
		most = max(most, n)
		h.quarters += n
	}
	h.quarters = (4*h.quarters + most - 1) / most
	return nil
}

// memory is about how many bytes image/jpeg takes for decoding it: a byte a
// sample, and for a progressive one the coefficients, of 4 bytes.
func (h *jpegHeader) memory() int64 {
	pixels := int64(h.width) * int64(h.height)
	n := pixels * int64(h.quarters) / 4
	if h.progressive {
		n *= 5
	}
	if h.components == 4 {
		n += 4 * pixels
	}
	return n
}
