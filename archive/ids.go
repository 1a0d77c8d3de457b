package archive

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"io"
)

// MaxIDLength is the longest record or asset id, in bytes.
const MaxIDLength = 128

// ValidID reports whether s can be the id of a record or an asset:
// [A-Za-z0-9_-]+, at most MaxIDLength bytes.
func ValidID(s string) bool {
	if s == "" || len(s) > MaxIDLength {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// AssetID returns the id of the asset that a master with the given SHA-512 (in
// lower-case hexadecimal) is in a record. The same bytes in the same record
// always are the same asset, so that receiving a file twice, or again after a
// crash, cannot make two.
func AssetID(record, sha512 string) string {
	return derivedID("a", record, sha512)
}

// DerivedID returns the id of a record that has no id of its own but is always
// found under the same name: the given parts, such as the collection and the
// path of a file.
func DerivedID(parts ...string) string {
	return derivedID("r", parts...)
}

func derivedID(prefix string, parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		_, _ = io.WriteString(h, part) // a hash never fails to write
		h.Write([]byte{0})
	}
	return prefix + encodeID(h.Sum(nil)[:12])
}

// randomID returns an id of 120 random bits.
func randomID() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	return "r" + encodeID(b[:])
}

func encodeID(b []byte) string {
	return base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding).EncodeToString(b)
}
