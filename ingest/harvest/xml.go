package harvest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// maxNodes bounds how many elements a document may have, because a tree of them takes
// far more room than their bytes.
const maxNodes = 1 << 20

// element is an XML element, known by its name without its namespace: the formats that
// are read here are told apart by where their elements stand.
type element struct {
	name     string
	space    string
	attrs    []xml.Attr
	text     string // of it and, in their order, not of those below it
	children []*element
}

// readXML reads a document. One with a document type, or with entities other than the
// five of XML itself, is refused.
func readXML(address string, data []byte) (*element, error) {
	return readTree(address, data, maxNodes)
}

func readTree(address string, data []byte, limit int) (*element, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Entity = nil
	var root *element
	var path []*element
	var texts [][]byte
	nodes := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if looksLikeHTML(data) {
				return nil, refuse(address, "not-xml", "give the base URL of the OAI-PMH service", "is a page for people and no XML")
			}
			return nil, refuse(address, "not-xml", "", "is not the XML that was expected: %v", err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, refuse(address, "doctype", "", "has a document type of its own, which is not read")
		case xml.StartElement:
			if nodes++; nodes > limit {
				return nil, refuse(address, "too-large", "", "has more than %d elements", limit)
			}
			if len(path) >= maxDepth {
				return nil, refuse(address, "too-deep", "", "has elements more than %d deep", maxDepth)
			}
			e := &element{name: t.Name.Local, space: t.Name.Space, attrs: t.Copy().Attr}
			if len(path) > 0 {
				above := path[len(path)-1]
				above.children = append(above.children, e)
			} else if root == nil {
				root = e
			}
			path, texts = append(path, e), append(texts, nil)
		case xml.CharData:
			if len(texts) > 0 {
				texts[len(texts)-1] = append(texts[len(texts)-1], t...)
			}
		case xml.EndElement:
			last := len(path) - 1
			path[last].text = strings.TrimSpace(string(texts[last]))
			path, texts = path[:last], texts[:last]
		}
	}
	if root == nil {
		return nil, refuse(address, "not-xml", "", "holds no XML")
	}
	return root, nil
}

// attr returns an attribute by its name without its namespace.
func (e *element) attr(name string) string {
	if e == nil {
		return ""
	}
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// all returns the elements at a path below this one, in the order of the document.
func (e *element) all(path ...string) []*element {
	if e == nil {
		return nil
	}
	found := []*element{e}
	for _, name := range path {
		var next []*element
		for _, above := range found {
			for _, child := range above.children {
				if child.name == name {
					next = append(next, child)
				}
			}
		}
		found = next
	}
	return found
}

// first returns the first element at a path, or nil.
func (e *element) first(path ...string) *element {
	if found := e.all(path...); len(found) > 0 {
		return found[0]
	}
	return nil
}

// value returns the text of the first element at a path.
func (e *element) value(path ...string) string {
	if found := e.first(path...); found != nil {
		return found.text
	}
	return ""
}

// words returns the texts of elements under their languages.
func wordsOf(elements []*element) words {
	w := words{}
	for _, e := range elements {
		w.add(e.attr("lang"), e.text)
	}
	return w
}
