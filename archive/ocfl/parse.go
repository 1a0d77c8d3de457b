package ocfl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hexi/archive"
)

// maxDepth is how deep the JSON of an inventory may nest; the specification's
// deepest place has four levels.
const maxDepth = 12

// member is one key of a JSON object with its value: an object (*object), an array
// ([]any), a string, a json.Number, a bool or nil. Inventories are read as what
// stands there, keys that repeat included, and not through maps that hide it.
type member struct {
	key   string
	value any
}

type object struct{ members []member }

func (o *object) get(key string) (any, bool) {
	for _, m := range o.members {
		if m.key == key {
			return m.value, true
		}
	}
	return nil, false
}

// readJSON reads one JSON document and nothing after it.
func readJSON(data []byte) (any, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("goes on after its end")
	}
	return v, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nests deeper than %d levels", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return nil, jsonFault(err)
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if delim == '{' {
		o := &object{}
		for d.More() {
			k, err := d.Token()
			if err != nil {
				return nil, jsonFault(err)
			}
			key, _ := k.(string)
			v, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			o.members = append(o.members, member{key, v})
		}
		_, err = d.Token()
		return o, jsonFault(err)
	}
	array := []any{}
	for d.More() {
		v, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, v)
	}
	_, err = d.Token()
	return array, jsonFault(err)
}

func jsonFault(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return errors.New("ends too early")
	}
	return fmt.Errorf("is not JSON: %w", err)
}

// parser turns an inventory.json into an inventory and notes what breaks the rules
// of the specification on the way.
type parser struct {
	inv  *inventory
	spec string // the rules that hold: "1.0" or "1.1"
	note func(code, format string, args ...any)

	hasManifest bool // it could be read
}

// fatal are the faults after which an inventory says nothing that could be relied
// on; what has only others can still be read.
var fatal = map[string]bool{
	"E017": true, "E018": true, "E025": true, "E033": true, "E036": true, "E040": true, "E041": true, "E042": true, "E043": true, "E045": true,
	"E046": true, "E047": true, "E048": true, "E050": true, "E051": true, "E052": true, "E053": true, "E095": true,
	"E008": true, "E009": true, "E010": true, "E092": true, "E096": true, "E098": true, "E099": true, "E100": true, "E101": true, "E106": true,
}

// readInventory parses an inventory to work with it. A fault that it can do without
// is passed over; others make it an *archive.InvalidError.
func readInventory(data []byte, key string) (*inventory, error) {
	var faults []string
	inv := parseInventory(data, "", func(code, format string, args ...any) {
		if fatal[code] {
			faults = append(faults, code+": "+fmt.Sprintf(format, args...))
		}
	})
	if len(faults) > 0 {
		more := ""
		if len(faults) > 3 {
			more = fmt.Sprintf(" (and %d more)", len(faults)-3)
			faults = faults[:3]
		}
		return nil, archive.Invalid(key, "is no inventory: %s%s", strings.Join(faults, "; "), more)
	}
	return inv, nil
}

// parseInventory reads an inventory by the rules of a version of the specification
// ("" is the one that the inventory names). What cannot be read is left out of the
// result, which is nil only when the JSON itself is broken.
func parseInventory(data []byte, spec string, note func(code, format string, args ...any)) *inventory {
	value, err := readJSON(data)
	if err != nil {
		note("E033", "%v", err)
		return nil
	}
	top, ok := value.(*object)
	if !ok {
		note("E033", "is not a JSON object")
		return nil
	}
	p := &parser{inv: &inventory{Manifest: map[string][]string{}, Versions: map[string]*versionBlock{}}, spec: spec, note: note}
	p.top(top)
	return p.inv
}

func (p *parser) top(o *object) {
	inv := p.inv
	inv.ID = p.required(o, "id", "E036")
	if v, there := o.get("id"); there && inv.ID == "" {
		p.note("E037", "the id is %s", describe(v))
	}
	p.kind(o)
	inv.Algorithm = p.required(o, "digestAlgorithm", "E036")
	if v, there := o.get("digestAlgorithm"); there && inv.Algorithm != "sha512" && inv.Algorithm != "sha256" {
		p.note("E025", "the digest algorithm is %s, not sha512 or sha256", describe(v))
	}
	inv.Head = p.required(o, "head", "E036")
	if v, there := o.get("head"); there {
		n, width, ok := parseVersionDir(inv.Head)
		if !ok {
			p.note("E040", "head is %s, which is no version directory", describe(v))
		}
		inv.number, inv.width = n, width
	}
	p.contentDirectory(o)
	p.versions(o)
	p.manifest(o)
	p.states()
	p.fixity(o)
	known := map[string]bool{"id": true, "type": true, "digestAlgorithm": true, "head": true, "contentDirectory": true, "manifest": true, "versions": true, "fixity": true}
	p.keys(o, known, "the inventory")
}

// keys notes keys that the specification does not name, and keys that repeat.
func (p *parser) keys(o *object, known map[string]bool, where string) {
	seen := map[string]bool{}
	for _, m := range o.members {
		if seen[m.key] {
			p.note("E033", "%s has the key %q twice", where, m.key)
		}
		if !known[m.key] && !seen[m.key] {
			p.note("E102", "%s has the key %q, which the specification does not know", where, m.key)
		}
		seen[m.key] = true
	}
}

// required is a key that must be a string that is not empty.
func (p *parser) required(o *object, key, code string) string {
	v, there := o.get(key)
	if !there {
		p.note(code, "has no %s", key)
		return ""
	}
	s, ok := v.(string)
	if !ok {
		p.note("E033", "%s is %s, not a string", key, describe(v))
	}
	return s
}

func (p *parser) kind(o *object) {
	p.inv.Type = p.required(o, "type", "E036")
	spec, ok := strings.CutPrefix(p.inv.Type, typePrefix)
	if ok {
		spec, ok = strings.CutSuffix(spec, typeSuffix)
	}
	if ok && (spec == "1.0" || spec == "1.1") {
		p.inv.spec = spec
	} else if _, there := o.get("type"); there {
		p.note("E038", "the type is %q, not that of OCFL 1.0 or 1.1", p.inv.Type)
	}
	if p.spec == "" {
		p.spec = p.inv.spec
	}
	if p.spec == "" {
		p.spec = specWritten
	}
}

func (p *parser) contentDirectory(o *object) {
	v, there := o.get("contentDirectory")
	if !there {
		return
	}
	s, ok := v.(string)
	var code string
	switch {
	case !ok, strings.Contains(s, "/"):
		code = "E017"
	case s == ".", s == "..":
		code = "E018"
	case s == "":
		code = "E017"
		if p.spec != "1.0" {
			code = "E108"
		}
	default:
		p.inv.ContentDirectory = s
		return
	}
	p.note(code, "contentDirectory is %s, not the name of a directory", describe(v))
	if p.spec != "1.0" && code == "E017" {
		p.note("E108", "contentDirectory is %s, not a direct child of the version directory", describe(v))
	}
}

func (p *parser) versions(o *object) {
	v, there := o.get("versions")
	if !there {
		p.note("E041", "has no versions")
		p.note("E043", "has no versions")
		p.note("E044", "has no versions")
		return
	}
	block, ok := v.(*object)
	if !ok {
		p.note("E044", "versions is %s, not an object", describe(v))
		p.note("E045", "versions is %s, not an object", describe(v))
		return
	}
	if len(block.members) == 0 {
		p.note("E008", "has no version")
		return
	}
	for _, m := range block.members {
		if _, twice := p.inv.Versions[m.key]; twice {
			p.note("E033", "has version %q twice", m.key)
		}
		p.inv.Versions[m.key] = p.version(m.key, m.value)
	}
	p.sequence()
}

// sequence checks the names of the versions: 1 to the head, all of one convention.
func (p *parser) sequence() {
	numbers := map[int]bool{}
	widths := map[int]bool{}
	highest, name := 0, ""
	for _, key := range slices.Sorted(maps.Keys(p.inv.Versions)) {
		n, width, ok := parseVersionDir(key)
		if !ok {
			p.note("E046", "the version %q has no name of a version directory", key)
			if p.spec != "1.0" {
				if _, _, with := parseVersionDir("v" + key); with || !strings.HasPrefix(key, "v") {
					p.note("E104", "the version %q does not begin with v", key)
				} else {
					p.note("E105", "the version %q has no positive whole number", key)
				}
			}
			delete(p.inv.Versions, key)
			continue
		}
		numbers[n], widths[width] = true, true
		if n > highest {
			highest, name = n, key
		}
	}
	if len(numbers) == 0 {
		p.note("E008", "has no version that could be read")
		return
	}
	if !numbers[1] {
		p.note("E009", "the versions do not begin with 1")
	}
	for n := 2; n < highest; n++ {
		if !numbers[n] {
			p.note("E010", "version %d is missing, although there is version %d", n, highest)
			break
		}
	}
	if len(widths) > 1 {
		p.note("E012", "the names of the versions do not follow one convention")
		if p.first() != p.inv.width {
			p.note("E013", "the names of later versions do not follow that of the first")
		}
		if !p.padded() {
			p.note("E011", "versions with and without a zero before the number stand together")
		}
	}
	if p.inv.number == 0 {
		return
	}
	if len(numbers) < len(p.inv.Versions) {
		p.note("E046", "two versions have the same number")
	}
	if name != p.inv.Head {
		p.note("E040", "head is %s, the highest version is %s", p.inv.Head, name)
	}
}

// first is the width of the name of version 1; padded tells whether every name that
// is not padded cannot be: they all must begin with a zero once one does.
func (p *parser) first() int {
	for key := range p.inv.Versions {
		if n, width, _ := parseVersionDir(key); n == 1 {
			return width
		}
	}
	return 0
}

func (p *parser) padded() bool {
	for key := range p.inv.Versions {
		if _, width, _ := parseVersionDir(key); width == 0 {
			return false
		}
	}
	return true
}

func (p *parser) version(name string, value any) *versionBlock {
	v := &versionBlock{State: map[string][]string{}}
	o, ok := value.(*object)
	if !ok {
		p.note("E047", "version %s is %s, not an object", name, describe(value))
		return v
	}
	p.keys(o, map[string]bool{"created": true, "state": true, "message": true, "user": true}, "version "+name)
	created, there := o.get("created")
	if !there {
		p.note("E048", "version %s has no created", name)
	} else if s, ok := created.(string); !ok || !validTime(s) {
		p.note("E049", "version %s was created %s, which is no date and time with seconds and time zone (RFC 3339)", name, describe(created))
	} else {
		v.Created = s
	}
	message, there := o.get("message")
	if !there {
		p.note("W007", "version %s has no message", name)
	} else if v.Message, ok = message.(string); !ok {
		p.note("E094", "the message of version %s is %s, not a string", name, describe(message))
	}
	v.hasMessage = there
	p.user(name, o, v)
	state, there := o.get("state")
	if !there {
		p.note("E048", "version %s has no state", name)
	} else if block, ok := state.(*object); !ok {
		p.note("E050", "the state of version %s is %s, not an object", name, describe(state))
	} else {
		v.State = p.paths(block, "E050", "E051", "the state of version "+name)
	}
	return v
}

// validTime holds a time to RFC 3339, which Go's parser does but for some forms.
func validTime(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && !strings.Contains(s, ",")
}

func (p *parser) user(name string, o *object, v *versionBlock) {
	user, there := o.get("user")
	if !there {
		p.note("W007", "version %s has no user", name)
		return
	}
	u, ok := user.(*object)
	if !ok {
		p.note("E054", "the user of version %s is %s, not an object", name, describe(user))
		return
	}
	p.keys(u, map[string]bool{"name": true, "address": true}, "the user of version "+name)
	v.User = &userBlock{}
	given, _ := u.get("name")
	if v.User.Name, ok = given.(string); !ok || v.User.Name == "" {
		p.note("E054", "the user of version %s has no name", name)
	}
	address, there := u.get("address")
	v.User.Address, ok = address.(string)
	switch {
	case !there, ok && v.User.Address == "":
		p.note("W008", "the user of version %s has no address", name)
	case !ok, !isURI(v.User.Address):
		p.note("W009", "the address of the user of version %s is %s, not a URI", name, describe(address))
	}
}

// paths reads digest → array of paths. block is the code for what has not this
// form, entry for a path that is none.
func (p *parser) paths(o *object, block, entry, where string) map[string][]string {
	out := make(map[string][]string, len(o.members))
	for _, m := range o.members {
		array, ok := m.value.([]any)
		if !ok {
			p.note(block, "%s: %s has %s, not an array of paths", where, shortDigest(m.key), describe(m.value))
			continue
		}
		paths := make([]string, 0, len(array))
		for _, e := range array {
			s, ok := e.(string)
			if !ok {
				p.note(entry, "%s: %s has the path %s", where, shortDigest(m.key), describe(e))
				continue
			}
			paths = append(paths, s)
		}
		if _, twice := out[m.key]; twice {
			p.note("E033", "%s has the key %s twice", where, shortDigest(m.key))
		}
		out[m.key] = append(out[m.key], paths...)
	}
	return out
}

func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%.100q", v)
	case *object:
		return "an object"
	case []any:
		return "an array"
	}
	return fmt.Sprintf("%.40v", v)
}

func shortDigest(digest string) string {
	if len(digest) > 16 {
		return digest[:16] + "…"
	}
	return digest
}

// isURI tells whether a string has the form of a URI with a scheme (RFC 3986).
func isURI(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok || rest == "" || scheme == "" || strings.ContainsAny(s, " \t\r\n<>\"{}|\\^`") {
		return false
	}
	for i, c := range []byte(scheme) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return true
}
