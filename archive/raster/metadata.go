package raster

import (
	"io"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// metadataTime bounds the reading of metadata; what takes longer is not read.
const metadataTime = 3 * time.Second

// readMetadata reads orientation, camera, date and resolution where the format
// has them. Broken metadata is no fault of the picture: it is noted.
func readMetadata(r io.ReaderAt, size int64, info *Info) {
	formats := map[string]imagemeta.ImageFormat{
		formatJPEG: imagemeta.JPEG, formatPNG: imagemeta.PNG, formatTIFF: imagemeta.TIFF, formatWebP: imagemeta.WebP,
	}
	format, ok := formats[info.Format]
	if !ok {
		return
	}
	var x, unit float64
	unit = 2 // inches, unless said otherwise (EXIF 2.3, ResolutionUnit)
	handle := func(t imagemeta.TagInfo) error {
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
		case "XResolution":
			x, _ = number(t.Value)
		case "ResolutionUnit":
			unit, _ = number(t.Value)
		}
		return nil
	}
	err := guard(info.Name, func() error {
		_, err := imagemeta.Decode(imagemeta.Options{
			R: io.NewSectionReader(r, 0, size), ImageFormat: format, Sources: imagemeta.EXIF, HandleTag: handle,
			ShouldHandleTag: func(t imagemeta.TagInfo) bool { return !strings.Contains(t.Namespace, "IFD1") },
			Warnf:           func(string, ...any) {}, Timeout: metadataTime,
		})
		return err
	})
	if err != nil {
		info.Notes = append(info.Notes, "its metadata could not be read whole")
	}
	if x > 0 {
		switch unit {
		case 2:
			info.PixelsPerMM = x / 25.4
		case 3:
			info.PixelsPerMM = x / 10
		}
	}
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
