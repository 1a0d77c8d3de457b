package ocfl

import (
	"crypto/md5"  //nolint:gosec // fixity blocks may hold it, for what came from elsewhere
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"

	"golang.org/x/crypto/blake2b"
)

// newHash makes the hash of a digest algorithm: those of the specification (3.4)
// and of the extension 0009-digest-algorithms. It is nil for any other.
func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New() //nolint:gosec // as above
	case "sha1":
		return sha1.New() //nolint:gosec // as above
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	case "sha512/256":
		return sha512.New512_256()
	case "blake2b-512":
		return newBlake(64)
	case "blake2b-384":
		return newBlake(48)
	case "blake2b-256":
		return newBlake(32)
	case "blake2b-160":
		return newBlake(20)
	}
	return nil
}

func newBlake(size int) hash.Hash {
	h, err := blake2b.New(size, nil)
	if err != nil {
		return nil // only sizes and keys that are too long fail
	}
	return h
}

// digestSize is the number of bytes of a digest, 0 for an algorithm that is not known.
func digestSize(algorithm string) int {
	switch algorithm {
	case "md5":
		return md5.Size
	case "sha1", "blake2b-160":
		return sha1.Size
	case "sha256", "sha512/256", "blake2b-256":
		return sha256.Size
	case "blake2b-384":
		return sha512.Size384
	case "sha512", "blake2b-512":
		return sha512.Size
	}
	return 0
}

// digestHex is the digest of small data in hex.
func digestHex(algorithm string, data []byte) string {
	h := newHash(algorithm)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
