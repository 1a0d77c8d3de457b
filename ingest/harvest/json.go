package harvest

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxDepth bounds how deep objects and lists may lie in one another.
const maxDepth = 64

// readJSON reads a document that is one JSON object.
func readJSON(address string, data []byte) (object, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if deep(data) {
		return nil, refuse(address, "too-deep", "", "holds objects more than %d deep, which no such document does", maxDepth)
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		if looksLikeHTML(data) {
			return nil, refuse(address, "not-json", "give the address of the manifest itself, not of the page that shows it", "is a page for people and no JSON")
		}
		return nil, refuse(address, "not-json", "", "is not JSON: %v", err)
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, refuse(address, "not-json", "", "is no JSON object")
	}
	return o, nil
}

func looksLikeHTML(data []byte) bool {
	head := strings.ToLower(strings.TrimSpace(string(data[:min(len(data), 512)])))
	return strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// deep reports whether brackets lie deeper than maxDepth, before anything is built of
// them.
func deep(data []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}

// object is a JSON object that is read leniently: what is not of the wanted shape is as
// if it were not there, and one thing stands for a list of one.
type object map[string]any

// text returns the first of these properties that is a text.
func (o object) text(names ...string) string {
	for _, name := range names {
		if s, ok := o[name].(string); ok && strings.TrimSpace(s) != "" {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// number returns a property as a whole number, 0 for none.
func (o object) number(name string) int {
	f, ok := o[name].(float64)
	if !ok || f < 0 || f > 1<<40 {
		return 0
	}
	return int(f)
}

// list returns the first of these properties that is there, as a list.
func (o object) list(names ...string) []any {
	for _, name := range names {
		switch v := o[name].(type) {
		case nil:
		case []any:
			return v
		default:
			return []any{v}
		}
	}
	return nil
}

// objects returns the objects of a property; a text stands for an object that has it as
// its id.
func (o object) objects(names ...string) []object {
	var out []object
	for _, v := range o.list(names...) {
		switch v := v.(type) {
		case map[string]any:
			out = append(out, v)
		case string:
			out = append(out, object{"id": v})
		}
	}
	return out
}

// id is what a resource is called: "id", or "@id" before Presentation API 3.0.
func (o object) id() string { return o.text("id", "@id") }

// kind is the type of a resource without its prefix: sc:Manifest is a Manifest.
func (o object) kind() string {
	kind := o.text("type", "@type")
	for _, t := range o.list("type", "@type") {
		if s, ok := t.(string); ok && kind == "" {
			kind = s
		}
	}
	return kind[strings.LastIndexByte(kind, ':')+1:]
}
