package raster

import "encoding/binary"

// profileName reads the description of an ICC profile (ICC.1:2010, 9.2.41): the
// "desc" tag, in the form of version 2 or 4; "unnamed" if it has none.
func profileName(icc []byte) string {
	const header, entry = 132, 12
	if len(icc) < header {
		return ""
	}
	n := int(min(binary.BigEndian.Uint32(icc[128:]), 100))
	for i := 0; i < n && header+(i+1)*entry <= len(icc); i++ {
		e := icc[header+i*entry:]
		if string(e[:4]) != "desc" {
			continue
		}
		offset, size := int64(binary.BigEndian.Uint32(e[4:])), int64(binary.BigEndian.Uint32(e[8:]))
		if offset+size > int64(len(icc)) || size < 12 {
			break
		}
		b := icc[offset : offset+size]
		switch string(b[:4]) {
		case "desc":
			length := int64(binary.BigEndian.Uint32(b[8:]))
			if length > 1 && 12+length <= size {
				return printable(string(b[12 : 12+length-1]))
			}
		case "mluc":
			if size < 28 {
				break
			}
			length, at := int64(binary.BigEndian.Uint32(b[20:])), int64(binary.BigEndian.Uint32(b[24:]))
			if at+length <= size && length > 0 {
				var out []rune
				for j := at; j+1 < at+length; j += 2 {
					out = append(out, rune(binary.BigEndian.Uint16(b[j:])))
				}
				return printable(string(out))
			}
		}
	}
	return "unnamed"
}

// printable keeps a name from a file short and free of control characters.
func printable(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		if r >= ' ' && r != 0x7f && r != 0xfffd && len(out) < 100 {
			out = append(out, r)
		}
	}
	return string(out)
}
