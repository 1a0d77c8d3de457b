package raster

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// metadataTime bounds the reading of metadata; what takes longer is not read.
const metadataTime = 3 * time.Second

// notWhole is the note on a master whose metadata is broken in parts.
const notWhole = "its metadata could not be read whole"

var errSlow = errors.New("reading the metadata takes too long")

// readMetadata reads orientation, camera, date and resolution where the format
// has them, and the words of EXIF, IPTC and XMP. Broken metadata is no fault of
// the picture: it is noted.
func readMetadata(m *master, info *Info) {
	formats := map[string]imagemeta.ImageFormat{
		formatJPEG: imagemeta.JPEG, formatPNG: imagemeta.PNG, formatTIFF: imagemeta.TIFF, formatWebP: imagemeta.TIFF,
	}
	format, ok := formats[info.Format]
	if !ok {
		return
	}
	deadline := time.Now().Add(metadataTime)
	section := io.NewSectionReader(m, 0, m.size)
	switch {
	case info.Format == formatWebP:
		section = exifOfWebP(m)
	case info.Name == "BigTIFF":
		section = spokenOfBigTIFF(m)
	}
	var exif captions
	defer func() {
		if err := readCaptions(m, section, info, exif, deadline); err != nil && !slices.Contains(info.Notes, notWhole) {
			info.Notes = append(info.Notes, notWhole)
		}
	}()
	if section == nil {
		return
	}
	x, unit := 0., 2. // inches, unless said otherwise (EXIF 2.3, ResolutionUnit)
	handle := func(t imagemeta.TagInfo) error {
		if time.Now().After(deadline) {
			return errSlow
		}
		switch t.Tag {
		case "Orientation":
			if n, ok := number(t.Value); ok && n >= 1 && n <= 8 && info.Format != formatTIFF {
				info.Orientation = int(n)
			}
		case "Make", "Model":
			s := text(t.Value)
			if s != "" && !strings.HasPrefix(s, info.Camera) {
				s = strings.TrimSpace(info.Camera + " " + s)
			}
			if s != "" {
				info.Camera = s
			}
		case "LensModel":
			info.Lens = text(t.Value)
		case "DateTimeOriginal":
			info.Captured = text(t.Value)
		case "ImageDescription":
			exif.description = clip(words(t.Value), maxDescription)
		case "Artist":
			exif.creator = clip(words(t.Value), maxCaption)
		case "Copyright":
			exif.copyright = clip(words(t.Value), maxCaption)
		case "XResolution":
			x, _ = number(t.Value)
		case "ResolutionUnit":
			unit, _ = number(t.Value)
		}
		return nil
	}
	err := guard(info.Name, func() error {
		// Its own time limit would leave a goroutine behind.
		_, err := imagemeta.Decode(imagemeta.Options{
			R: &untilReader{section, deadline}, ImageFormat: format, Sources: imagemeta.EXIF, HandleTag: handle,
			ShouldHandleTag: func(t imagemeta.TagInfo) bool { return !strings.Contains(t.Namespace, "IFD1") },
			Warnf:           func(string, ...any) {},
		})
		return err
	})
	if err != nil {
		info.Notes = append(info.Notes, notWhole)
	}
	switch { // what the format itself says goes first; EXIF may divide by 0
	case !(x > 0 && x < 1e9) || info.PixelsPerMM > 0:
	case unit == 2:
		info.PixelsPerMM = x / 25.4
	case unit == 3:
		info.PixelsPerMM = x / 10
	}
}

// exifOfWebP finds the EXIF data of a WebP (RFC 9649, section 2.7.1.5), which has
// the form of a TIFF; nil if it has none. Some writers put the marker of JPEG's
// segment before it.
func exifOfWebP(m *master) *io.SectionReader {
	const maxChunks = 1000
	at := int64(12)
	for range maxChunks {
		var head [14]byte
		if n, _ := m.ReadAt(head[:], at); n < 8 {
			return nil
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == "EXIF" {
			at += 8
			if string(head[8:14]) == "Exif\x00\x00" {
				at, length = at+6, length-6
			}
			if length < 8 || length > m.size-at {
				return nil
			}
			return io.NewSectionReader(m, at, length)
		}
		at += 8 + length + length%2
	}
	return nil
}

// untilReader reads until a point in time.
type untilReader struct {
	io.ReadSeeker
	deadline time.Time
}

func (u *untilReader) Read(b []byte) (int, error) {
	if time.Now().After(u.deadline) {
		return 0, errSlow
	}
	return u.ReadSeeker.Read(b)
}

// number reads a value of EXIF's numeric types.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case uint8:
		return float64(n), true
	case uint16:
		return float64(n), true
	case uint32:
		return float64(n), true
	case int:
		return float64(n), true
	case int16:
		return float64(n), true
	case int32:
		return float64(n), true
	case float64:
		return n, true
	case interface{ Float64() float64 }:
		return n.Float64(), true
	}
	return 0, false
}

func text(v any) string {
	s, _ := v.(string)
	return printable(strings.TrimSpace(s))
}
