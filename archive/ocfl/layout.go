package ocfl

import (
	"crypto/md5"  //nolint:gosec // layouts of other programs may use it for names
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"strings"

	"hexi/archive"
)

// layout is how the id of an object becomes its place under the root: one of the
// registered storage layouts (https://ocfl.github.io/extensions/). Its fields are
// the parameters that stand in extensions/NAME/config.json.
type layout struct {
	Extension string `json:"extensionName"`
	Algorithm string `json:"digestAlgorithm"`
	TupleSize int    `json:"tupleSize"`
	Tuples    int    `json:"numberOfTuples"`
	Short     bool   `json:"shortObjectRoot"`
}

const (
	flatDirect  = "0002-flat-direct-storage-layout"
	hashAndID   = "0003-hash-and-id-n-tuple-storage-layout"
	hashedTuple = "0004-hashed-n-tuple-storage-layout"
)

// ownLayout is the layout of the roots that hexi makes.
var ownLayout = layout{Extension: hashedTuple, Algorithm: "sha256", TupleSize: 3, Tuples: 3}

// parseLayout reads a layout's config.json, which may be absent (nil): then the
// defaults of the extension hold. A layout that is not known here is nil without an
// error: its objects are found by looking.
func parseLayout(extension string, config []byte) (*layout, error) {
	l := ownLayout // 0003 and 0004 have these defaults
	switch extension {
	case flatDirect:
		return &layout{Extension: flatDirect}, nil
	case hashAndID, hashedTuple:
	default:
		return nil, nil //nolint:nilnil // no layout is an answer
	}
	if config != nil {
		if err := json.Unmarshal(config, &l); err != nil {
			return nil, archive.Invalid("extensions/"+extension+"/config.json", "%v", err)
		}
		if l.Extension != extension {
			return nil, archive.Invalid("extensions/"+extension+"/config.json", "is the configuration of %q", l.Extension)
		}
	}
	l.Extension = extension
	h := hashOfLayout(l.Algorithm)
	if h == nil {
		return nil, nil //nolint:nilnil // a digest that is not known here: as above
	}
	digits := 2 * h.Size()
	if l.TupleSize < 0 || l.TupleSize > 32 || l.Tuples < 0 || l.Tuples > 32 || (l.TupleSize == 0) != (l.Tuples == 0) ||
		l.TupleSize*l.Tuples > digits || l.Short && l.TupleSize*l.Tuples == digits {
		return nil, archive.Invalid("extensions/"+extension+"/config.json", "%d tuples of %d characters cannot be made of the %d of %s",
			l.Tuples, l.TupleSize, digits, l.Algorithm)
	}
	return &l, nil
}

func hashOfLayout(algorithm string) hash.Hash {
	switch algorithm {
	case "sha256":
		return sha256.New()
	case "sha512":
		return sha512.New()
	case "sha1":
		return sha1.New() //nolint:gosec // names, not proofs
	case "md5":
		return md5.New() //nolint:gosec // names, not proofs
	}
	return nil
}

// place is the path of an object under the root.
func (l *layout) place(id string) (string, error) {
	if l.Extension == flatDirect {
		if !storableName(id) || id == "." || id == ".." || strings.Contains(id, "/") || id == "extensions" {
			return "", archive.Invalid("object", "the layout %s has no place for the id %q", flatDirect, id)
		}
		return id, nil
	}
	h := hashOfLayout(l.Algorithm)
	h.Write([]byte(id))
	digest := hex.EncodeToString(h.Sum(nil))
	parts := make([]string, 0, l.Tuples+1)
	for i := range l.Tuples {
		parts = append(parts, digest[i*l.TupleSize:(i+1)*l.TupleSize])
	}
	switch {
	case l.Extension == hashAndID:
		parts = append(parts, encapsulate(id, digest))
	case l.Short:
		parts = append(parts, digest[l.Tuples*l.TupleSize:])
	default:
		parts = append(parts, digest)
	}
	return strings.Join(parts, "/"), nil
}

// encapsulate is the last folder in layout 0003: the id, with everything but
// letters, digits, "-" and "_" as %xx, cut after 100 characters and then made
// unique by the digest.
func encapsulate(id, digest string) string {
	var b strings.Builder
	for _, c := range []byte(id) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	name := b.String()
	if len(name) > 100 {
		return name[:100] + "-" + digest
	}
	return name
}
