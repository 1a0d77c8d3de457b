package raster

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// The formats that are read, as media types: the first by every engine, the
// others by the native one.
const (
	formatJPEG = "image/jpeg"
	formatPNG  = "image/png"
	formatTIFF = "image/tiff"
	formatWebP = "image/webp"
	formatGIF  = "image/gif"
	formatBMP  = "image/bmp"

	formatJP2  = "image/jp2"
	formatJXL  = "image/jxl"
	formatAVIF = "image/avif"
	formatHEIC = "image/heic"
	formatHEIF = "image/heif"
	formatPDF  = "application/pdf"
)

// sniffLength is how many bytes at the start are looked at.
const sniffLength = 4096

// signature tells a kind of file by bytes at a place.
type signature struct {
	offset int
	bytes  string
	format string // media type
	name   string // for people
}

// signatures are tried in order.
var signatures = []signature{
	{0, "\xff\xd8\xff", formatJPEG, "JPEG"},
	{0, "\x89PNG\r\n\x1a\n", formatPNG, "PNG"},
	{0, "II*\x00", formatTIFF, "TIFF"},
	{0, "MM\x00*", formatTIFF, "TIFF"},
	{0, "II+\x00", formatTIFF, "BigTIFF"},
	{0, "MM\x00+", formatTIFF, "BigTIFF"},
	{8, "WEBP", formatWebP, "WebP"},
	{0, "GIF87a", formatGIF, "GIF"},
	{0, "GIF89a", formatGIF, "GIF"},
	{0, "BM", formatBMP, "BMP"},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", formatJP2, "JPEG 2000"},
	{0, "\xff\x4f\xff\x51", formatJP2, "JPEG 2000 codestream"},
	{4, "ftypavif", formatAVIF, "AVIF"},
	{4, "ftypavis", formatAVIF, "AVIF"},
	{4, "ftyphei", formatHEIC, "HEIC"},
	{4, "ftyphev", formatHEIC, "HEIC"},
	{4, "ftypmif1", formatHEIF, "HEIF"},
	{4, "ftypmsf1", formatHEIF, "HEIF"},
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", formatJXL, "JPEG XL"},
	{0, "\xff\x0a", formatJXL, "JPEG XL"},
	{0, "8BPS", "image/vnd.adobe.photoshop", "Photoshop"},
	{0, "%PDF-", formatPDF, "PDF"},
	{0, "v/1\x01", "image/x-exr", "OpenEXR"},
	{0, "#?RADIANCE", "image/vnd.radiance", "Radiance HDR"},
	{128, "DICM", "application/dicom", "DICOM"},
	{0, "\x00\x00\x01\x00", "image/x-icon", "icon"},
	{0, "\x01\xda", "image/x-sgi", "SGI"},
	{0, "SIMPLE  =", "image/fits", "FITS"},
	{0, "FORM", "image/x-iff", "IFF"},
	{4, "ftyp", "video/mp4", "MP4 video"},
	{0, "\x1aE\xdf\xa3", "video/webm", "Matroska or WebM video"},
	{0, "RIFF", "application/x-riff", "RIFF"},
	{0, "ID3", "audio/mpeg", "MP3 audio"},
	{0, "fLaC", "audio/flac", "FLAC audio"},
	{0, "OggS", "audio/ogg", "Ogg"},
	{0, "glTF", "model/gltf-binary", "glTF model"},
	{0, "PK\x03\x04", "application/zip", "ZIP archive, or a document made of one"},
	{0, "\x1f\x8b", "application/gzip", "gzip archive"},
	{0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "7-Zip archive"},
	{0, "Rar!", "application/vnd.rar", "RAR archive"},
	{0, "MZ", "application/x-msdownload", "Windows program"},
	{0, "\x7fELF", "application/x-elf", "program"},
}

// sniff names what the bytes at the start of a file are. The file's name has no
// say: it is what people get wrong.
func sniff(start []byte) (format, name string) {
	for _, s := range signatures {
		if len(start) >= s.offset+len(s.bytes) && string(start[s.offset:s.offset+len(s.bytes)]) == s.bytes {
			if s.format == formatBMP && !plausibleBMP(start) {
				continue
			}
			return s.format, s.name
		}
	}
	if netpbm(start) {
		return "image/x-portable-anymap", "Netpbm"
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")))
	if isText(start) {
		lower := strings.ToLower(string(text[:min(len(text), 512)]))
		switch {
		case strings.Contains(lower, "<svg"):
			return "image/svg+xml", "SVG drawing"
		case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
			return "text/html", "web page"
		case strings.HasPrefix(lower, "<?xml"):
			return "application/xml", "XML text"
		}
		return "text/plain", "text"
	}
	return "application/octet-stream", ""
}

// plausibleBMP looks at the size of the information header, because "BM" alone
// begins many a text.
func plausibleBMP(b []byte) bool {
	if len(b) < 18 {
		return false
	}
	switch binary.LittleEndian.Uint32(b[14:]) {
	case 12, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

func netpbm(b []byte) bool {
	return len(b) > 3 && b[0] == 'P' && b[1] >= '1' && b[1] <= '7' && (b[2] == '\n' || b[2] == ' ' || b[2] == '\r')
}

// isText reports whether the bytes are UTF-8 text without control characters,
// but for a character that is cut at the end.
func isText(b []byte) bool {
	for i := 0; i < utf8.UTFMax && len(b) > 0 && !utf8.Valid(b); i++ {
		b = b[:len(b)-1]
	}
	if !utf8.Valid(b) {
		return false
	}
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f' {
			return false
		}
	}
	return len(b) > 0
}
