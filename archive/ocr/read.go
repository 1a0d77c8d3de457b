package ocr

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// SniffBytes is how many bytes of the beginning of a file Sniff looks at.
const SniffBytes = 64 << 10

// endings are those of files that may hold a text, and what they hold.
var endings = map[string][]Format{
	".xml": {ALTO, HOCR}, ".alto": {ALTO}, ".hocr": {HOCR}, ".html": {HOCR}, ".htm": {HOCR}, ".xhtml": {HOCR}, ".txt": {Plain},
}

// Named reports whether a file is called as those are that may hold a text.
func Named(name string) bool {
	_, ok := endings[strings.ToLower(path.Ext(name))]
	return ok
}

// Sniff tells by its name and the beginning of its bytes what format a file has; "" for
// what is not read as text, as other XML and other pages of the web.
func Sniff(name string, head []byte) Format {
	formats := endings[strings.ToLower(path.Ext(name))]
	if len(formats) == 0 {
		return ""
	}
	cut := len(head) >= SniffBytes
	head = head[:min(len(head), SniffBytes)]
	text, err := decode(head, cut)
	if err != nil {
		return ""
	}
	if slices.Contains(formats, Plain) {
		if strings.ContainsRune(text, 0) {
			return ""
		}
		return Plain
	}
	found := Format("")
	switch {
	case hasRoot(text, "alto"):
		found = ALTO
	case strings.Contains(text, "ocr_page"), strings.Contains(text, "ocr_line"), strings.Contains(text, "ocrx_word"), strings.Contains(text, "ocr-system"):
		found = HOCR
	}
	if !slices.Contains(formats, found) {
		return ""
	}
	return found
}

// hasRoot reports whether the first element of an XML text has a local name.
func hasRoot(text, name string) bool {
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '<')
		if i < 0 || at+i+1 >= len(text) {
			return false
		}
		at += i + 1
		switch rest := text[at:]; {
		case strings.HasPrefix(rest, "!--"):
			end := strings.Index(rest, "-->")
			if end < 0 {
				return false
			}
			at += end
		case rest[0] == '?' || rest[0] == '!':
		default:
			first := rest[:max(0, strings.IndexAny(rest, " \t\r\n/>"))]
			return first[strings.IndexByte(first, ':')+1:] == name
		}
	}
}

// Read reads a file. The name says, with the bytes, what format it has. What is wrong with
// it is a *RefusedError. It ends early when the context does.
func Read(ctx context.Context, name string, data []byte) (*Document, error) {
	if len(data) > MaxBytes {
		return nil, &RefusedError{CodeTooLarge, 0, fmt.Sprintf("has %d bytes, and at most %d are read as text", len(data), MaxBytes), "give each page a file of its own"}
	}
	format := Sniff(name, data)
	if format == "" {
		return nil, &RefusedError{CodeNotText, 0, "holds neither ALTO nor hOCR nor plain text", "export it as ALTO (.xml), hOCR (.hocr) or plain text (.txt)"}
	}
	text, err := decode(data, false)
	if err != nil {
		return nil, err
	}
	doc := &Document{Format: format}
	switch format {
	case ALTO:
		doc.Pages, err = readALTO(ctx, text)
	case HOCR:
		doc.Pages, err = readHOCR(ctx, text)
	case Plain:
		doc.Pages, err = readPlain(text)
	}
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(doc.Pages, func(p Page) bool { return len(p.Lines) > 0 }) {
		return nil, &RefusedError{CodeEmpty, 0, "holds no word", "check whether the page was read at all; a blank page needs no text"}
	}
	return doc, nil
}

// decode turns bytes into UTF-8: they are that, or UTF-16 with its mark, or GB 18030, which
// older Chinese programs write and say nothing about. With cut, the last character may be
// there in part.
func decode(data []byte, cut bool) (string, error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xef, 0xbb, 0xbf}):
		data = data[3:]
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decodeAs(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), data, cut)
	}
	whole := data
	for n := 0; cut && n < utf8.UTFMax-1 && len(whole) > 0 && !utf8.Valid(whole); n++ {
		whole = whole[:len(whole)-1]
	}
	if utf8.Valid(whole) {
		return string(whole), nil
	}
	return decodeAs(simplifiedchinese.GB18030, data, cut)
}

func decodeAs(e encoding.Encoding, data []byte, cut bool) (string, error) {
	out, _, err := transform.Bytes(e.NewDecoder(), data)
	text := string(out)
	if cut {
		text = strings.TrimRight(text, "\uFFFD")
	}
	if err != nil || strings.ContainsRune(text, '\uFFFD') {
		line := 1 + strings.Count(text[:max(0, strings.IndexRune(text, '\uFFFD'))], "\n")
		return "", &RefusedError{CodeBroken, line, "is neither UTF-8 nor UTF-16 nor GB 18030", "save the file as UTF-8"}
	}
	return text, nil
}
