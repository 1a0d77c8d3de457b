package crosswalk

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"hexi/archive"
)

// document writes one XML document to a stream. Its first error stays and is returned by
// close; what is written after it goes nowhere.
type document struct {
	w    *bufio.Writer
	open []string
	err  error
}

func newDocument(w io.Writer) *document { return &document{w: bufio.NewWriter(w)} }

// start begins an element; attributes are names and values in turn, of which those with
// an empty value are left out.
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

// leaf writes an element that holds a text, and nothing for an empty one.
func (d *document) leaf(name, text string, attributes ...string) {
	if text = printable(text); text == "" {
		return
	}
	d.start(name, attributes...)
	d.escape(text)
	d.end()
}

// texts writes an element for each language of a text.
func (d *document) texts(name string, t archive.Text, attributes ...string) {
	for v := range values(t) {
		d.leaf(name, v.Text, append([]string{"xml:lang", v.Lang}, attributes...)...)
	}
}

// within writes an element around what inside writes.
func (d *document) within(name string, inside func(), attributes ...string) {
	d.start(name, attributes...)
	inside()
	d.end()
}

func (d *document) tag(name string, attributes []string, end string) {
	d.raw("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if text := printable(attributes[i+1]); text != "" {
			d.raw(" " + attributes[i] + `="`)
			d.escape(text)
			d.raw(`"`)
		}
	}
	d.raw(end)
}

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

// close sends what is left and returns the first error.
func (d *document) close(what, id string) error {
	if d.err == nil {
		d.err = d.w.Flush()
	}
	if d.err != nil {
		return fmt.Errorf("write %s of record %s: %w", what, id, d.err)
	}
	return nil
}

// printable leaves out what XML 1.0 forbids (section 2.2, Char).
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r',
			r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000 && r <= 0x10FFFF:
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
}
