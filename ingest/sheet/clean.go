package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean takes off a cell what nobody sees: white space at its ends, also the
// ideographic and the unbreakable, characters without width, and control characters.
// Lines stay, ended by \n. Letters are composed (NFC), but for the compatibility
// ideographs, which composing would replace by other characters.
func clean(s string) string {
	if plainASCII(s) {
		return strings.TrimSpace(s)
	}
	if !utf8.ValidString(s) {
		return s // the cell is refused
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u0085' || r == '\v':
			return '\n'
		case r == 0:
			return r // the cell is refused
		case invisible(r):
			return -1
		case unicode.Is(unicode.Zs, r):
			return ' '
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	if !strings.ContainsFunc(s, compatibilityIdeograph) {
		s = norm.NFC.String(s)
	}
	return strings.TrimSpace(s)
}

// plainASCII reports whether there is nothing in a text that clean would look at,
// but for space at its ends.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// invisible are the characters without width that editors and web pages leave behind.
// Those that some scripts join letters with (U+200C, U+200D, variation selectors) stay.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200e', '\u200f', '\u2060', '\ufeff', '\u00ad', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}
	return r < ' ' || r >= 0x7f && r < 0xa0
}

func compatibilityIdeograph(r rune) bool {
	return r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f
}

// oneLine joins the lines of a cell that holds a name or a number: between Han
// characters a line's end is only where the column was too narrow.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\n\t") && !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	for part := range strings.FieldsSeq(s) {
		before, _ := utf8.DecodeLastRuneInString(b.String())
		after, _ := utf8.DecodeRuneInString(part)
		if b.Len() > 0 && (!wide(before) || !wide(after) || !strings.Contains(s, "\n")) {
			b.WriteByte(' ')
		}
		b.WriteString(part)
	}
	return b.String()
}

// wide reports whether a character is Han or belongs to Chinese typesetting.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

// narrow makes full-width letters, digits and punctuation ASCII, as numbers are
// compared; other characters stay.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r == '－' || r == '‐' || r == '‑' || r == '−':
			return '-'
		}
		return r
	}, s)
}
