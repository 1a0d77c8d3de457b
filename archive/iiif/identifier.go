package iiif

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// EncodeID returns an identifier as it stands in an address: the characters
// / ? # [ ] @ % and everything outside printable ASCII percent-encoded, as
// section 9 says, and also those that no URI may hold raw (space " < > \ ^ ` { | }).
// Decoding it once gives the identifier back.
func EncodeID(id string) string {
	n := 0
	for i := range len(id) {
		if encoded(id[i]) {
			n++
		}
	}
	if n == 0 {
		return id
	}
	const hexDigits = "0123456789ABCDEF"
	var b strings.Builder
	b.Grow(len(id) + 2*n)
	for i := range len(id) {
		if c := id[i]; encoded(c) {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func encoded(c byte) bool {
	return c <= ' ' || c >= 0x7f || strings.IndexByte(`/?#[]@%"<>\^`+"`{|}", c) >= 0
}

// ServiceURI returns the base URI of an image's service (section 2): base is
// the server's own address, such as "https://archive.example.org".
func ServiceURI(base, id string) string { return V3.ServiceURI(base, id) }

// decodeID decodes the identifier of an address, once.
func decodeID(segment string) (string, error) {
	id, err := url.PathUnescape(segment)
	switch {
	case err != nil:
		return "", wrong(PartIdentifier, segment, "a %% must be followed by two hexadecimal digits; write %%25 for the character itself")
	case !utf8.ValidString(id):
		return "", wrong(PartIdentifier, segment, "it is not UTF-8 text")
	case strings.ContainsFunc(id, unicode.IsControl):
		return "", wrong(PartIdentifier, segment, "it holds a control character")
	}
	return id, nil
}

// decodePart decodes one of the other segments, once.
func decodePart(part, segment string) (string, error) {
	if strings.IndexByte(segment, '%') < 0 {
		return segment, nil
	}
	s, err := url.PathUnescape(segment)
	if err != nil {
		return "", wrong(part, segment, "a %% must be followed by two hexadecimal digits")
	}
	return s, nil
}
