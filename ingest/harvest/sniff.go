package harvest

import (
	"bytes"
	"errors"
	"image"
	_ "image/gif"  // their headers say how large an image is
	_ "image/jpeg" // their headers say how large an image is
	_ "image/png"  // their headers say how large an image is
	"io"
	"os"
	"strings"
)

// signature is how files of a format begin.
type signature struct {
	at     int
	magic  string
	ending string // "" for what is no image that is taken
	name   string
}

var signatures = []signature{
	{0, "\xff\xd8\xff", ".jpg", "JPEG"},
	{0, "\x89PNG\r\n\x1a\n", ".png", "PNG"},
	{0, "II*\x00", ".tif", "TIFF"}, {0, "MM\x00*", ".tif", "TIFF"}, {0, "II+\x00", ".tif", "BigTIFF"}, {0, "MM\x00+", ".tif", "BigTIFF"},
	{0, "GIF8", ".gif", "GIF"},
	{8, "WEBP", ".webp", "WebP"},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", ".jp2", "JPEG 2000"}, {0, "\xff\x4f\xff\x51", ".j2k", "JPEG 2000"},
	{4, "ftypheic", ".heic", "HEIC"}, {4, "ftypmif1", ".heic", "HEIF"}, {4, "ftypavif", ".avif", "AVIF"},
	{0, "\xff\x0a", ".jxl", "JPEG XL"}, {0, "\x00\x00\x00\x0cJXL ", ".jxl", "JPEG XL"},
	{0, "BM", ".bmp", "BMP"},
	{0, "%PDF-", "", "a PDF document"},
	{4, "ftyp", "", "a film or a sound recording"}, {0, "\x1aE\xdf\xa3", "", "a film"}, {0, "OggS", "", "a sound recording"}, {0, "ID3", "", "a sound recording"},
	{0, "RIFF", "", "a film or a sound recording"}, {0, "glTF", "", "a 3D model"},
	{0, "PK\x03\x04", "", "an archive of files"}, {0, "\x1f\x8b", "", "an archive of files"},
}

// sniff tells by a file's first bytes what it is; what its server calls it and what
// its address ends in are not believed.
func sniff(address, path string) (ending string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return "", refuse(address, "empty", "", "the server gives an empty file")
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return "", err
	}
	head = head[:n]
	for _, s := range signatures {
		if len(head) < s.at+len(s.magic) || string(head[s.at:s.at+len(s.magic)]) != s.magic {
			continue
		}
		if s.ending == "" {
			return "", refuse(address, "not-an-image", "", "is %s; only images are taken so far", s.name)
		}
		return s.ending, nil
	}
	if text := strings.ToLower(string(bytes.TrimSpace(head))); strings.HasPrefix(text, "<") {
		return "", refuse(address, "not-an-image", "look at the address in a browser: it may ask people to sign in", "is a page or a document and no image")
	}
	return "", refuse(address, "not-an-image", "", "is of no image format that is taken")
}

// extent reads how large an image is, where its header is one that is read here.
func extent(path string) (s size, ok bool) {
	f, err := os.Open(path)
	if err != nil {
		return size{}, false
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	c, _, err := image.DecodeConfig(f)
	return size{c.Width, c.Height}, err == nil
}
