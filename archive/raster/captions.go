package raster

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bep/imagemeta"
	"github.com/klauspost/compress/zlib"
)

// captions are what a file says in words of its picture. XMP goes before IPTC, and
// that before EXIF, as the Metadata Working Group has it.
type captions struct{ title, creator, copyright, description string }

const (
	maxCaption     = 500  // characters of title, creator and copyright
	maxDescription = 2000 // characters
	maxXMP         = 256 << 10
	maxXMPDepth    = 32
	maxCreators    = 20
)

// or fills what is empty from another source.
func (c *captions) or(other captions) {
	for _, f := range []struct {
		to   *string
		from string
	}{{&c.title, other.title}, {&c.creator, other.creator}, {&c.copyright, other.copyright}, {&c.description, other.description}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
}

// readCaptions reads the words of XMP and IPTC; exif are those of EXIF. Whatever is
// wrong with them is an error, and costs no more than until the deadline and a few
// hundred kilobytes. Of a TIFF and a JPEG they are read from section.
func readCaptions(m *master, section *io.SectionReader, info *Info, exif captions, deadline time.Time) error {
	var xmp, iptc captions
	err := guard(info.Name, func() error {
		switch {
		case info.Format == formatJPEG:
			return decodeCaptions(section, imagemeta.JPEG, &xmp, &iptc, deadline)
		case info.Format == formatTIFF && section != nil:
			return decodeCaptions(section, imagemeta.TIFF, &xmp, &iptc, deadline)
		case info.Format == formatPNG:
			return readXMP(xmpOfPNG(m, deadline), &xmp, deadline)
		case info.Format == formatWebP:
			return readXMP(xmpOfWebP(m), &xmp, deadline)
		}
		return nil
	})
	xmp.or(iptc)
	xmp.or(exif)
	info.Title, info.Creator, info.Copyright, info.Description = xmp.title, xmp.creator, xmp.copyright, xmp.description
	return err
}

func decodeCaptions(section *io.SectionReader, format imagemeta.ImageFormat, xmp, iptc *captions, deadline time.Time) error {
	var xmpErr error
	wanted := map[string]func(any){
		"ObjectName":       func(v any) { iptc.title = clip(latin(words(v)), maxCaption) },
		"By-line":          func(v any) { iptc.creator = clip(latin(words(v)), maxCaption) },
		"CopyrightNotice":  func(v any) { iptc.copyright = clip(latin(words(v)), maxCaption) },
		"Caption-Abstract": func(v any) { iptc.description = clip(latin(words(v)), maxDescription) },
	}
	if _, err := section.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: &untilReader{section, deadline}, ImageFormat: format, Sources: imagemeta.IPTC | imagemeta.XMP,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return t.Source == imagemeta.IPTC && (wanted[t.Tag] != nil || t.Tag == "CodedCharacterSet")
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if time.Now().After(deadline) {
				return errSlow
			}
			if put := wanted[t.Tag]; put != nil {
				put(t.Value)
			}
			return nil
		},
		HandleXMP: func(r io.Reader) error {
			// What is wrong with it does not keep IPTC from being read.
			var one captions
			xmpErr = errors.Join(xmpErr, readXMP(r, &one, deadline))
			xmp.or(one)
			if time.Now().After(deadline) {
				return errSlow
			}
			_, err := io.Copy(io.Discard, r)
			return err
		},
		Warnf: func(string, ...any) {},
	})
	return errors.Join(err, xmpErr)
}

// words joins what may be a list.
func words(v any) string {
	switch s := v.(type) {
	case string:
		return s
	case []string:
		return strings.Join(s[:min(len(s), maxCreators)], "; ")
	}
	return ""
}

// latin mends UTF-8 that was taken for ISO 8859-1, because the file does not say
// what its IPTC is written in.
func latin(s string) string {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return s
		}
		b = append(b, byte(r))
	}
	if utf8.Valid(b) {
		return string(b)
	}
	return s
}

// clip keeps a text free of control characters, and short.
func clip(s string, most int) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		if r == '\n' || r == '\r' || r == '\t' || r == ' ' {
			space = n > 0
			continue
		}
		if r < ' ' || r == 0x7f || r == 0xfffd || n >= most {
			continue
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// readXMP reads title, creator, rights and description of an XMP packet: the
// default language of each, and all creators. It reads maxXMP bytes at most, and
// keeps of them what it wants. A nil reader is none.
func readXMP(r io.Reader, c *captions, deadline time.Time) error {
	if r == nil {
		return nil
	}
	d := xml.NewDecoder(io.LimitReader(r, maxXMP))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("XMP that is not UTF-8") }
	var path []xml.Name
	var property, lang string
	var text strings.Builder
	var creators []string
	seen := map[string]bool{} // properties whose default language is there
	for tokens := 0; ; tokens++ {
		if tokens%256 == 0 && time.Now().After(deadline) {
			return errSlow
		}
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(path) >= maxXMPDepth {
				return errors.New("XMP that is too deep")
			}
			path = append(path, t.Name)
			if isCaption(t.Name) {
				property = t.Name.Local
			}
			if t.Name.Local == "li" || isCaption(t.Name) {
				text.Reset()
				lang = ""
				for _, a := range t.Attr {
					if a.Name.Space == "xml" && a.Name.Local == "lang" {
						lang = a.Value
					}
				}
			}
			if t.Name.Local == "Description" && t.Name.Space == "rdf" { // short texts may be attributes
				for _, a := range t.Attr {
					if isCaption(a.Name) {
						c.put(a.Name.Local, a.Value, false)
					}
				}
			}
		case xml.CharData:
			if property != "" && text.Len() < 4*maxDescription {
				text.Write(t[:min(len(t), 4*maxDescription)])
			}
		case xml.EndElement:
			if len(path) == 0 {
				return errors.New("XMP that is not well-formed")
			}
			path = path[:len(path)-1]
			if property == "" {
				continue
			}
			value := strings.TrimSpace(text.String())
			if t.Name.Local == "li" || isCaption(t.Name) {
				text.Reset()
				switch {
				case value == "":
				case property == "creator":
					if len(creators) < maxCreators && !slices.Contains(creators, value) {
						creators = append(creators, value)
					}
				case !seen[property]:
					c.put(property, value, lang == "x-default")
					seen[property] = lang == "x-default"
				}
			}
			if isCaption(t.Name) {
				property = ""
			}
		}
	}
	if len(creators) > 0 {
		c.creator = clip(strings.Join(creators, "; "), maxCaption)
	}
	return nil
}

// isCaption reports whether a name is one of Dublin Core's that are read. Every
// writer of XMP calls that namespace dc.
func isCaption(n xml.Name) bool {
	return n.Space == "dc" && slices.Contains([]string{"title", "creator", "rights", "description"}, n.Local)
}

// put sets a property that is empty, or over what is there.
func (c *captions) put(property, value string, over bool) {
	to, most := map[string]*string{
		"title": &c.title, "creator": &c.creator, "rights": &c.copyright, "description": &c.description,
	}[property], maxCaption
	if property == "description" {
		most = maxDescription
	}
	if to != nil && (*to == "" || over) {
		*to = clip(value, most)
	}
}

// xmpOfPNG finds the XMP packet of a PNG (XMP part 3, 1.1.5): an iTXt chunk of a
// certain keyword. nil if there is none among the first chunks.
func xmpOfPNG(m *master, deadline time.Time) io.Reader {
	const keyword = "XML:com.adobe.xmp\x00"
	at := int64(len(pngMagic))
	for range 1 << 15 { // chunks
		var head [8 + len(keyword) + 2]byte
		n, _ := m.ReadAt(head[:], at)
		if n < 12 || time.Now().After(deadline) {
			return nil
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if string(head[4:8]) == "iTXt" && n == len(head) && string(head[8:8+len(keyword)]) == keyword {
			body := io.NewSectionReader(m, at+int64(len(head)), max(0, length-int64(len(keyword))-2))
			return textOfPNG(body, head[len(head)-2], head[len(head)-1])
		}
		at += 12 + length
	}
	return nil
}

// textOfPNG returns the text of an iTXt chunk, after a language and a translation of
// its keyword, each ended by a zero (PNG 1.2, 4.2.3.3).
func textOfPNG(body *io.SectionReader, compressed, method byte) io.Reader {
	start := make([]byte, 512)
	n, _ := body.ReadAt(start, 0)
	at := 0
	for range 2 {
		end := bytes.IndexByte(start[at:n], 0)
		if end < 0 {
			return nil
		}
		at += end + 1
	}
	text := io.NewSectionReader(body, int64(at), body.Size()-int64(at))
	if compressed == 0 {
		return text
	}
	z, err := zlib.NewReader(io.LimitReader(text, maxXMP))
	if err != nil || method != 0 {
		return nil
	}
	return z
}

// xmpOfWebP finds the XMP packet of a WebP (RFC 9649, section 2.7.1.5).
func xmpOfWebP(m *master) io.Reader {
	at := int64(12)
	for range 1000 {
		var head [8]byte
		if n, _ := m.ReadAt(head[:], at); n < 8 {
			return nil
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if string(head[:4]) == "XMP " {
			return io.NewSectionReader(m, at+8, min(length, max(0, m.size-at-8)))
		}
		at += 8 + length + length%2
	}
	return nil
}
