package oai

import (
	"bufio"
	"encoding/xml"
	"io"
)

// document writes one XML document to a stream. Its first error stays: what is written after
// it goes nowhere, and flush returns it.
type document struct {
	w    *bufio.Writer
	open []string
	err  error
}

func newDocument(w io.Writer) *document { return &document{w: bufio.NewWriter(w)} }

// start begins an element; attributes are names and values in turn, of which those with an empty
// value are left out.
func (d *document) start(name string, attributes ...string) {
	d.tag(name, attributes, ">")
	d.open = append(d.open, name)
}

// end ends the element that was begun last.
func (d *document) end() {
	last := len(d.open) - 1
	d.raw("</" + d.open[last] + ">")
	d.open = d.open[:last]
}

// empty writes an element without content.
func (d *document) empty(name string, attributes ...string) { d.tag(name, attributes, "/>") }

// leaf writes an element that holds a text.
func (d *document) leaf(name, text string, attributes ...string) {
	d.start(name, attributes...)
	d.escape(text)
	d.end()
}

// embed writes what another one writes.
func (d *document) embed(write func(w io.Writer) error) {
	if d.err == nil {
		d.err = write(d.w)
	}
}

func (d *document) tag(name string, attributes []string, end string) {
	d.raw("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			d.raw(" " + attributes[i] + `="`)
			d.escape(attributes[i+1])
			d.raw(`"`)
		}
	}
	d.raw(end)
}

// escape writes a text; what is no character of XML 1.0 (section 2.2) becomes U+FFFD.
func (d *document) escape(text string) {
	if d.err == nil {
		d.err = xml.EscapeText(d.w, []byte(text))
	}
}

func (d *document) raw(s string) {
	if d.err == nil {
		_, d.err = d.w.WriteString(s)
	}
}

// flush sends what is left and returns the first error.
func (d *document) flush() error {
	if d.err == nil {
		d.err = d.w.Flush()
	}
	return d.err
}
