package ocfl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"hexi/archive"
)

// The names in an object, and the most bytes that its inventory may have.
const (
	inventoryName = "inventory.json"
	declaration   = "0=ocfl_object_"
	maxInventory  = 64 << 20
	maxSidecar    = 4 << 10
	typePrefix    = "https://ocfl.io/"
	typeSuffix    = "/spec/#inventory"
	specWritten   = "1.1"
	algorithmUsed = "sha512"
)

// inventory is an inventory.json: of the root of an object or of one version. A
// zero-padded version directory is known by the width of its digits.
type inventory struct {
	ID               string                         `json:"id"`
	Type             string                         `json:"type"`
	Algorithm        string                         `json:"digestAlgorithm"`
	Head             string                         `json:"head"`
	ContentDirectory string                         `json:"contentDirectory,omitempty"`
	Manifest         map[string][]string            `json:"manifest"`
	Versions         map[string]*versionBlock       `json:"versions"`
	Fixity           map[string]map[string][]string `json:"fixity,omitempty"`

	number int // of the head
	width  int // of zero-padded numbers, 0 without padding
	spec   string
}

type versionBlock struct {
	Created string              `json:"created"`
	Message string              `json:"message,omitempty"`
	User    *userBlock          `json:"user,omitempty"`
	State   map[string][]string `json:"state"`

	hasMessage bool
}

type userBlock struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
}

// content is the name of the content directory.
func (inv *inventory) content() string {
	if inv.ContentDirectory == "" {
		return "content"
	}
	return inv.ContentDirectory
}

// dir is the directory of a version.
func (inv *inventory) dir(n int) string { return versionDir(n, inv.width) }

func versionDir(n, width int) string {
	if width == 0 {
		return "v" + strconv.Itoa(n)
	}
	return fmt.Sprintf("v%0*d", width, n)
}

// parseVersionDir reads the name of a version directory; ok is false for any other.
// width is 0 for a name without padding.
func parseVersionDir(name string) (n, width int, ok bool) {
	digits, found := strings.CutPrefix(name, "v")
	if !found || digits == "" || len(digits) > 10 {
		return 0, 0, false
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, 0, false
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n == 0 {
		return 0, 0, false
	}
	if digits[0] == '0' {
		width = len(digits)
	}
	return n, width, true
}

// sidecar is the name of the file with the inventory's digest.
func (inv *inventory) sidecar() string { return inventoryName + "." + inv.Algorithm }

// state is a version as logical path → digest.
func (v *versionBlock) state() map[string]string {
	out := make(map[string]string, len(v.State))
	for digest, paths := range v.State {
		for _, p := range paths {
			out[p] = digest
		}
	}
	return out
}

// encode writes the inventory as it is stored: indented, keys in order, so that the
// same object is always the same bytes, and people can read it.
func (inv *inventory) encode() ([]byte, error) {
	for _, paths := range inv.Manifest {
		slices.Sort(paths)
	}
	for _, v := range inv.Versions {
		for _, paths := range v.State {
			slices.Sort(paths)
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(inv); err != nil {
		return nil, fmt.Errorf("encode inventory of %s: %w", inv.ID, err)
	}
	if b.Len() > maxInventory {
		return nil, archive.Invalid("object", "the inventory of %s would have %d MB; at most %d are allowed", inv.ID, b.Len()>>20, maxInventory>>20)
	}
	return b.Bytes(), nil
}

// sidecarLine is the content of the file beside an inventory (specification, 3.6), in
// the form that sha512sum checks.
func sidecarLine(digest string) []byte { return []byte(digest + "  " + inventoryName + "\n") }

// next makes the inventory of the next version, without its state.
func (inv *inventory) next() *inventory {
	out := *inv
	out.number = inv.number + 1
	out.Head = inv.dir(out.number)
	out.Type = typePrefix + specWritten + typeSuffix
	out.spec = specWritten
	out.Manifest = maps.Clone(inv.Manifest)
	out.Versions = maps.Clone(inv.Versions)
	return &out
}

// keys are the keys of all content that the inventory has, of an object in that folder.
func (inv *inventory) keys(dir string) map[string]bool {
	keys := map[string]bool{}
	for _, paths := range inv.Manifest {
		for _, content := range paths {
			keys[dir+"/"+content] = true
		}
	}
	return keys
}
