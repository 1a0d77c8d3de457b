package ocfl

import (
	"crypto/sha512"
	"encoding/hex"
	"path"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// The limits of names. They are those of the object store (and of file systems),
// less the room that the layout needs.
const (
	maxKey     = 1024
	maxSegment = 255
	maxID      = 512
	// maxPath is the longest logical path. It may be longer than a key: such a file
	// is stored under a name of its own.
	maxPath = 4096
)

// checkID refuses identifiers that would be read by nobody.
func checkID(id string) error {
	switch {
	case id == "":
		return archive.Invalid("object", "an object needs an id")
	case len(id) > maxID:
		return archive.Invalid("object", "the id has %d bytes; at most %d are allowed", len(id), maxID)
	case !utf8.ValidString(id):
		return archive.Invalid("object", "the id %q is not UTF-8", id)
	}
	for _, r := range id {
		if r < ' ' || r == 0x7f {
			return archive.Invalid("object", "the id %q holds a control character", id)
		}
	}
	return nil
}

// pathFault says what is wrong with a logical path or a content path, "" for
// nothing; begins tells a slash at an end from a bad element within, which have
// codes of their own.
func pathFault(p string) (fault string, atEnd bool) {
	switch {
	case p == "":
		return "is empty", false
	case strings.HasPrefix(p, "/"):
		return "begins with a slash", true
	case strings.HasSuffix(p, "/"):
		return "ends with a slash", true
	}
	for element := range strings.SplitSeq(p, "/") {
		switch element {
		case "":
			return "has an empty element", false
		case ".", "..":
			return "has the element " + element, false
		}
	}
	return "", false
}

// conflicts returns pairs of paths of which one is taken twice or is a folder of
// the other, in the order of the paths. Those that repeat stand there repeatedly.
func conflicts(sorted []string) (pairs [][2]string) {
	known := make(map[string]bool, len(sorted))
	for _, p := range sorted {
		if known[p] {
			pairs = append(pairs, [2]string{p, p})
		}
		known[p] = true
	}
	for _, p := range sorted {
		for folder := path.Dir(p); folder != "." && folder != "/"; folder = path.Dir(folder) {
			if known[folder] {
				pairs = append(pairs, [2]string{folder, p})
				break
			}
		}
	}
	return pairs
}

// checkPath refuses a logical path that a Write cannot take.
func checkPath(p string) error {
	if fault, _ := pathFault(p); fault != "" {
		return archive.Invalid("files", "the path %q %s", p, fault)
	}
	if len(p) > maxPath {
		return archive.Invalid("files", "the path %.60q… has %d bytes; at most %d are allowed", p, len(p), maxPath)
	}
	if !utf8.ValidString(p) {
		return archive.Invalid("files", "the path %q is not UTF-8", p)
	}
	return nil
}

// storable tells whether a logical path can be a part of a key as it stands: the
// store takes it, and so do common file systems.
func storable(p string, room int) bool {
	if len(p) > room {
		return false
	}
	for segment := range strings.SplitSeq(p, "/") {
		if !storableName(segment) {
			return false
		}
	}
	return true
}

func storableName(name string) bool {
	if name == "" || len(name) > maxSegment || strings.HasPrefix(name, ".hexi-tmp-") || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if r < ' ' || r == 0x7f || r == '\\' || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// byContent is the folder of names that are made of digests.
const byContent = "by-digest"

// nameByContent is the name of a file that cannot have its own: made of its digest,
// so that no two contents ever have the same. What can be kept of its own name is:
// the last segment, or its extension.
func nameByContent(logical, digest string) string {
	folder := byContent + "/" + shorten(digest)
	name := path.Base(logical)
	if storableName(name) && len(name) <= 200 {
		return folder + "/" + name
	}
	if ext := path.Ext(name); len(ext) > 1 && len(ext) <= 10 && storableName(ext) {
		return folder + "/file" + ext
	}
	return folder + "/file"
}

func shorten(digest string) string { return digest[:min(len(digest), 32)] }

// sha512Hex is the digest of small files, as inventories have it.
func sha512Hex(data []byte) string {
	sum := sha512.Sum512(data)
	return hex.EncodeToString(sum[:])
}
