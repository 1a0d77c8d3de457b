package raster

import "encoding/binary"

// endsEarly is the refusal of a file that ends early and of which nobody counted
// the rows: it says how much of its bytes there is, where the format says how many
// there should be.
func (m *master) endsEarly(format string) *RefusedError {
	if of := m.declared(); of > m.size && format != "PNG" { // which says how long its parts are only
		return refuse(CodeTruncated, doReplace, "the %s file ends early: at most %d %% of it is there", format, int64(float64(m.size)/float64(of)*100))
	}
	return refuse(CodeTruncated, doReplace, "the %s file ends early, after %d bytes", format, m.size)
}

// declared is how many bytes a file should have at least, by what it says of
// itself; 0 where it does not say.
func (m *master) declared() int64 {
	var b [16]byte
	if n, _ := m.ReadAt(b[:], 0); n < len(b) {
		return 0
	}
	le, be := binary.LittleEndian, binary.BigEndian
	switch format, _ := sniff(b[:]); {
	case format == formatWebP: // RFC 9649, section 2.3
		return 8 + int64(le.Uint32(b[4:]))
	case b[0] == 'B' && b[1] == 'M':
		return int64(le.Uint32(b[2:]))
	case format == formatTIFF: // where its directory lies
		var order binary.ByteOrder = le
		if b[0] == 'M' {
			order = be
		}
		if order.Uint16(b[2:]) == 43 {
			return int64(min(order.Uint64(b[8:]), 1<<62))
		}
		return int64(order.Uint32(b[4:]))
	case format == formatPNG:
		return m.chunks(int64(len(pngMagic)), 8, 4, func(head []byte) (int64, bool) {
			return int64(be.Uint32(head)), string(head[4:8]) == "IEND"
		})
	case format == formatJP2 || format == formatJXL || format == formatHEIC || format == formatHEIF || format == formatAVIF:
		if string(b[4:8]) != "ftyp" && be.Uint32(b[:]) != 12 {
			return 0 // a stream without boxes
		}
		return m.chunks(0, 16, -16, func(head []byte) (int64, bool) { // ISO/IEC 14496-12, 4.2
			switch n := int64(be.Uint32(head)); n {
			case 0: // to the end
				return 16, true
			case 1:
				return int64(min(be.Uint64(head[8:]), 1<<62)), false
			default:
				return n, false
			}
		})
	}
	return 0
}

// chunks is where the last of a row of chunks ends, or the first that the file does
// not hold whole: each has a head and, beyond the length that next finds in that, so
// many bytes more. It is 0 where that cannot be said.
func (m *master) chunks(at, head, more int64, next func(head []byte) (length int64, last bool)) int64 {
	const most = 1 << 16
	b := make([]byte, head)
	for range most {
		if at == m.size && more < 0 {
			return at
		}
		if n, _ := m.ReadAt(b, at); n < 8 {
			if m.broken() {
				return 0
			}
			return at + 8
		}
		n, last := next(b)
		if n+head+more < 8 || n > 1<<62 {
			return 0
		}
		if at += head + n + more; last || at > m.size {
			return at
		}
	}
	return 0
}
