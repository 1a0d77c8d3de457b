package raster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"hexi/archive/pyramid"
)

// readConfig reads size and colour from a master's header.
func (e *Go) readConfig(r io.ReaderAt, size int64, info *Info) error {
	all := func() io.Reader { return io.NewSectionReader(r, 0, size) }
	var c image.Config
	var err error
	switch info.Format {
	case formatJPEG:
		if c, err = jpeg.DecodeConfig(all()); err == nil {
			info.BitDepth = 8
			info.Profile = jpegProfile(r, size)
		}
	case formatPNG:
		c, err = png.DecodeConfig(all())
		readPNG(r, info)
	case formatGIF:
		c, err = gif.DecodeConfig(all())
		info.BitDepth = 8
	case formatWebP:
		if animatedWebP(r) {
			return refuse(CodeUnsupported, doConvert, "the WebP file is animated, which the pure-Go engine does not read")
		}
		c, err = webp.DecodeConfig(all())
		info.BitDepth = 8
	case formatBMP:
		c, err = bmp.DecodeConfig(all())
		info.BitDepth = 8
	case formatTIFF:
		return readTIFFConfig(r, size, info)
	}
	if err != nil {
		return err
	}
	info.Width, info.Height = c.Width, c.Height
	info.Colour, info.Alpha = colourOf(c.ColorModel)
	return nil
}

func colourOf(m color.Model) (name string, alpha bool) {
	switch m {
	case color.GrayModel, color.Gray16Model:
		return "gray", false
	case color.YCbCrModel:
		return "ycbcr", false
	case color.NYCbCrAModel:
		return "ycbcr", true
	case color.CMYKModel:
		return "cmyk", false
	case color.NRGBAModel, color.NRGBA64Model:
		return "rgb", true
	}
	if _, ok := m.(color.Palette); ok {
		return "palette", false
	}
	return "rgb", false
}

// readPNG reads the bit depth from the IHDR chunk, which is always the first
// (PNG 1.2, section 4.1.1).
func readPNG(r io.ReaderAt, info *Info) {
	var b [26]byte
	if _, err := r.ReadAt(b[:], 0); err == nil {
		info.BitDepth = int(b[24])
	}
}

// animatedWebP reads the animation flag of the VP8X chunk (RFC 9649, section 2.7).
func animatedWebP(r io.ReaderAt) bool {
	var b [21]byte
	if _, err := r.ReadAt(b[:], 0); err != nil {
		return false
	}
	return string(b[12:16]) == "VP8X" && b[20]&0x02 != 0
}

// TIFF fields (TIFF 6.0) that are read from masters.
const (
	tagWidth, tagHeight, tagBits, tagCompression = 256, 257, 258, 259
	tagPhotometric, tagFillOrder                 = 262, 266
	tagStripOffsets, tagSamples, tagRowsPerStrip = 273, 277, 278
	tagStripCounts, tagPlanar, tagPredictor      = 279, 284, 317
	tagColorMap, tagTileWidth, tagTileHeight     = 320, 322, 323
	tagTileOffsets, tagTileCounts                = 324, 325
	tagExtraSamples, tagSampleFormat             = 338, 339
	tagJPEGTables, tagOrientation, tagICC        = 347, 274, 34675
)

func readTIFFConfig(r io.ReaderAt, size int64, info *Info) error {
	m, err := pyramid.OpenMaster(r, size)
	if err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		return refuse(CodeBroken, doReplace, "the TIFF file is damaged or ends early: its directory cannot be read")
	}
	field := func(tag uint16, otherwise int64) int64 {
		v, fieldErr := m.Number(tag, otherwise)
		if fieldErr != nil && err == nil {
			err = fieldErr
		}
		return v
	}
	width, height := field(tagWidth, 0), field(tagHeight, 0)
	bits, photometric := field(tagBits, 1), field(tagPhotometric, 1)
	samples := field(tagSamples, 1)
	orientation := field(tagOrientation, 1)
	if err != nil {
		return err
	}
	if width < 1 || height < 1 || width > 1<<31 || height > 1<<31 {
		return refuse(CodeBroken, doReplace, "the TIFF file says that it has %d × %d pixels", width, height)
	}
	info.Width, info.Height, info.BitDepth = int(width), int(height), int(min(bits, 64))
	if orientation >= 1 && orientation <= 8 {
		info.Orientation = int(orientation)
	}
	switch photometric {
	case 0, 1:
		info.Colour, info.Alpha = "gray", samples == 2
	case 2:
		info.Colour, info.Alpha = "rgb", samples > 3
	case 3:
		info.Colour = "palette"
	case 5:
		info.Colour = "cmyk"
	case 6:
		info.Colour = "ycbcr"
	case 8:
		info.Colour = "lab"
	default:
		info.Colour = fmt.Sprintf("photometric %d", photometric)
	}
	if m.More() {
		info.Notes = append(info.Notes, "the file holds several images; the first is shown")
	}
	if icc, err := m.Bytes(tagICC, 32<<20); err == nil {
		info.Profile = profileName(icc)
	}
	_, err = newTIFFRows(m, r)
	info.Streams = err == nil
	return nil
}

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

// jpegProfile finds the first APP2 segment with an ICC profile (ICC.1:2010,
// B.4) and returns its name. The description is at the start of a profile, so
// that the first part of one in several parts is enough.
func jpegProfile(r io.ReaderAt, size int64) string {
	at := int64(2)
	for range 100 {
		var head [4]byte
		if at+4 > size {
			return ""
		}
		if _, err := r.ReadAt(head[:], at); err != nil || head[0] != 0xff || head[1] == 0xda {
			return ""
		}
		length := int64(binary.BigEndian.Uint16(head[2:]))
		if head[1] == 0xe2 && length > 16 {
			b := make([]byte, length-2)
			if n, _ := r.ReadAt(b, at+4); n == len(b) && string(b[:12]) == "ICC_PROFILE\x00" {
				return profileName(b[14:])
			}
		}
		at += 2 + length
	}
	return ""
}
