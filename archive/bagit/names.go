package bagit

import (
	"path"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// encodeName writes a path as a manifest has it: line feeds, carriage returns and
// percent signs are percent-encoded, and only those (RFC 8493, section 2.1.3).
func encodeName(name string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(name)
}

// decodeName is the reverse of encodeName.
func decodeName(name string) string {
	if !strings.Contains(name, "%") {
		return name
	}
	return strings.NewReplacer("%25", "%", "%0D", "\r", "%0d", "\r", "%0A", "\n", "%0a", "\n").Replace(name)
}

// nfc is the form in which names are compared, since file systems differ in it
// (RFC 8493, section 6.1.1).
func nfc(name string) string { return norm.NFC.String(name) }

// unsafeName says why a path may not be opened, on this system or on another to which
// the bag may go; "" if it may.
func unsafeName(name string) string {
	switch {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name):
		return "is not a name in the bag's encoding"
	case strings.ContainsRune(name, 0):
		return "holds a NUL character"
	case strings.HasPrefix(name, "/"):
		return "is an absolute path, which leads out of the bag"
	case strings.HasPrefix(name, `\`) || len(name) > 1 && name[1] == ':' && letter(name[0]):
		return "is an absolute path of Windows, which leads out of the bag"
	case strings.HasPrefix(name, "~"):
		return "begins with ~, which stands for a home folder outside of the bag"
	}
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == ".." {
			return `has ".." in it, which leads out of the bag`
		}
	}
	return ""
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// cleanName brings a path that is safe into one form: "./data//a" is "data/a".
func cleanName(name string) string { return path.Clean(name) }

// systemFile reports whether a file is one that systems leave in folders by themselves.
func systemFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	return base == "thumbs.db" || base == ".ds_store" || base == "desktop.ini" || strings.HasPrefix(base, "._")
}
