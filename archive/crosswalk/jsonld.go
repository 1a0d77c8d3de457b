package crosswalk

import (
	"encoding/json"
	"fmt"
	"io"

	"hexi/archive"
)

// node is one object of a JSON-LD document (JSON-LD 1.1, section 9.2). It is written with
// its keys sorted, so that @context comes first.
type node map[string]any

// set sets a property, and nothing where there is nothing to say.
func (n node) set(name string, v any) {
	switch v := v.(type) {
	case nil:
		return
	case string:
		if v == "" {
			return
		}
	case []node:
		if len(v) == 0 {
			return
		}
	case []any:
		if len(v) == 0 {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	case node:
		if v == nil {
			return
		}
	}
	n[name] = v
}

// add adds objects to a property that holds several.
func (n node) add(name string, more ...node) {
	if len(more) == 0 {
		return
	}
	list, _ := n[name].([]node)
	n[name] = append(list, more...)
}

// write writes a document in one line. The characters <, > and & are escaped, so that it
// can stand inside a script element of a page (HTML Living Standard, section 4.12.1.3).
func (n node) write(w io.Writer, what, id string) error {
	b, err := json.Marshal(n)
	if err == nil {
		_, err = w.Write(b)
	}
	if err != nil {
		return fmt.Errorf("write %s of record %s: %w", what, id, err)
	}
	return nil
}

// tagged is a text as JSON-LD has it: a string for one without a language, a value object
// for one in a language, a list of these for several (JSON-LD 1.1, section 4.2.4).
func tagged(t archive.Text) any {
	var list []any
	for v := range values(t) {
		if v.Lang == "" {
			list = append(list, v.Text)
		} else {
			list = append(list, node{"@language": v.Lang, "@value": v.Text})
		}
	}
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return list
}

// merged puts several texts into one list, language after language of each.
func merged(texts ...archive.Text) []any {
	var list []any
	for _, t := range texts {
		switch v := tagged(t).(type) {
		case nil:
		case []any:
			list = append(list, v...)
		default:
			list = append(list, v)
		}
	}
	return list
}
