package iiif

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
)

// SearchContext is the JSON-LD context of the Content Search API 2.0; it holds that of the
// Presentation API 3.0.
const SearchContext = "http://iiif.io/api/search/2/context.json"

// Motivations of the Content Search API 2.0 (section 4.3), and that of what people and
// machines have read off an image (Presentation API 3.0, section 3.3).
const (
	Supplementing   = "supplementing"
	contextualizing = "contextualizing"
)

// SearchHit is one match: Text[Start:End] of a text that stands on a view. Parts are its
// lines with their places on the canvas; without any, it is somewhere on all of it.
type SearchHit struct {
	Canvas     string // PlaceID of the view's base
	Source     string // names the text among those of the canvas, in letters of identifiers
	Text       string
	Start, End int
	Parts      []SearchPart
}

// SearchPart is Text[Start:End] on one line, At in pixels of the canvas.
type SearchPart struct {
	Start, End int
	At         archive.Box
}

// Search describes one page of an answer. Page counts from 0; Before and Total count
// annotations, of which a hit over two lines has two.
type Search struct {
	Record        string
	Query         url.Values // what was asked and taken into account, without "page"
	Ignored       []string
	Page, Pages   int
	Before, Total int
	Hits          []SearchHit // of this page
}

// SearchPage is the answer to a search (Content Search API 2.0, section 4.2).
type SearchPage struct {
	Context     string             `json:"@context"`
	ID          string             `json:"id"`
	Type        string             `json:"type"`
	Ignored     []string           `json:"ignored,omitempty"`
	PartOf      *SearchCollection  `json:"partOf,omitempty"`
	Next        *Reference         `json:"next,omitempty"`
	Prev        *Reference         `json:"prev,omitempty"`
	StartIndex  *int               `json:"startIndex,omitempty"`
	Items       []TextAnnotation   `json:"items"`
	Annotations []MatchAnnotations `json:"annotations,omitempty"`
}

// SearchCollection is all pages of an answer (section 4.2.2).
type SearchCollection struct {
	ID    string    `json:"id"`
	Type  string    `json:"type"`
	Total int       `json:"total"`
	First Reference `json:"first"`
	Last  Reference `json:"last"`
}

// TextAnnotation is what stands on a part of a canvas.
type TextAnnotation struct {
	ID         string      `json:"id"`
	Type       string      `json:"type"`
	Motivation string      `json:"motivation"`
	Body       TextualBody `json:"body"`
	Target     string      `json:"target"`
}

// TextualBody is the text of an annotation.
type TextualBody struct {
	Type   string `json:"type"`
	Value  string `json:"value"`
	Format string `json:"format"`
}

// MatchAnnotations are what is to be known of matches besides (section 4.3).
type MatchAnnotations struct {
	Type  string            `json:"type"`
	Items []MatchAnnotation `json:"items"`
}

// MatchAnnotation tells what stands before and after a match. A match over several lines
// has a target for each of its annotations (section 4.3.4).
type MatchAnnotation struct {
	ID         string        `json:"id"`
	Type       string        `json:"type"`
	Motivation string        `json:"motivation"`
	Target     []MatchTarget `json:"target"`
}

// MatchTarget names an annotation, and what of its text matched.
type MatchTarget struct {
	Type     string          `json:"type"`
	Source   string          `json:"source"`
	Selector []QuoteSelector `json:"selector"`
}

// QuoteSelector is a TextQuoteSelector of the Web Annotation Data Model, section 4.2.4.
type QuoteSelector struct {
	Type   string `json:"type"`
	Prefix string `json:"prefix,omitempty"`
	Exact  string `json:"exact"`
	Suffix string `json:"suffix,omitempty"`
}

// quoted is how many characters stand before and after what was found.
const quoted = 30

// SearchID is the address at which one searches within a record, AutocompleteID that at
// which terms are completed.
func (p Publisher) SearchID(record string) string { return p.address("iiif", "search", record) }

// AutocompleteID is the address at which terms of a record are completed.
func (p Publisher) AutocompleteID(record string) string {
	return p.address("iiif", "autocomplete", record)
}

// HasText reports whether there is anything to search within a record.
func (p Publisher) HasText(record *archive.Record, assets []archive.Asset) bool {
	return len(record.Inscriptions) > 0 || !record.Text.Empty() || slices.ContainsFunc(assets, func(a archive.Asset) bool { return a.Readable() })
}

// CanvasSize is the size of the canvas of a view, as who asks sees it.
func (p Publisher) CanvasSize(record *archive.Record, v archive.View) (width, height int) {
	shown := p.view(record, v.Base)
	return shown.Width, shown.Height
}

// searchServices are the services of a record that has a text (section 3).
func (p Publisher) searchServices(record *archive.Record, assets []archive.Asset) []Service {
	if !p.HasText(record, assets) {
		return nil
	}
	return []Service{{
		ID: p.SearchID(record.ID), Type: "SearchService2",
		Service: []Service{{ID: p.AutocompleteID(record.ID), Type: "AutoCompleteService2"}},
	}}
}

// SearchPage makes the document of an answer.
func (p Publisher) SearchPage(s Search) *SearchPage {
	whole := p.SearchID(s.Record) + "?" + s.Query.Encode()
	at := func(page int) string {
		if page == 0 {
			return whole
		}
		return whole + "&page=" + strconv.Itoa(page)
	}
	link := func(page int) Reference { return Reference{ID: at(page), Type: "AnnotationPage"} }
	out := &SearchPage{Context: SearchContext, ID: at(s.Page), Type: "AnnotationPage", Ignored: s.Ignored, Items: []TextAnnotation{}}
	if s.Pages > 1 {
		out.PartOf = &SearchCollection{ID: whole + "#all", Type: "AnnotationCollection", Total: s.Total, First: link(0), Last: link(s.Pages - 1)}
		out.StartIndex = &s.Before
		if s.Page+1 < s.Pages {
			next := link(s.Page + 1)
			out.Next = &next
		}
		if s.Page > 0 {
			prev := link(s.Page - 1)
			out.Prev = &prev
		}
	}
	matches := MatchAnnotations{Type: "AnnotationPage"}
	for _, h := range s.Hits {
		items, match := p.match(s.Record, h)
		out.Items = append(out.Items, items...)
		matches.Items = append(matches.Items, match)
	}
	if len(matches.Items) > 0 {
		out.Annotations = []MatchAnnotations{matches}
	}
	return out
}

// match makes the annotations of a hit: one for each of its lines, and what stands around
// them.
func (p Publisher) match(record string, h SearchHit) (items []TextAnnotation, match MatchAnnotation) {
	canvas := p.CanvasID(record, h.Canvas)
	base := fmt.Sprintf("%s/text/%s/%d,%d", canvas, h.Source, h.Start, h.End)
	match = MatchAnnotation{ID: base + "/match", Type: "Annotation", Motivation: contextualizing}
	parts := h.Parts
	if len(parts) == 0 {
		parts = []SearchPart{{Start: h.Start, End: h.End}}
	}
	for i, part := range parts {
		id, target := base, canvas
		if len(parts) > 1 {
			id = fmt.Sprintf("%s/%d", base, i+1)
		}
		if part.At.W > 0 && part.At.H > 0 {
			target = fmt.Sprintf("%s#xywh=%d,%d,%d,%d", canvas, part.At.X, part.At.Y, part.At.W, part.At.H)
		}
		exact := h.Text[part.Start:part.End]
		items = append(items, TextAnnotation{
			ID: id, Type: "Annotation", Motivation: Supplementing,
			Body: TextualBody{Type: "TextualBody", Value: exact, Format: "text/plain"}, Target: target,
		})
		match.Target = append(match.Target, MatchTarget{
			Type: "SpecificResource", Source: id,
			Selector: []QuoteSelector{{Type: "TextQuoteSelector", Prefix: before(h.Text, part.Start), Exact: exact, Suffix: after(h.Text, part.End)}},
		})
	}
	return items, match
}

// before returns the characters before a place in a text.
func before(text string, at int) string {
	from := at
	for n := 0; n < quoted && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:from])
		from -= size
	}
	return text[from:at]
}

// after returns the characters after a place in a text.
func after(text string, at int) string {
	to := at
	for n := 0; n < quoted && to < len(text); n++ {
		_, size := utf8.DecodeRuneInString(text[to:])
		to += size
	}
	return text[at:to]
}

// OnCanvas brings a place on an image of a view, in pixels of the image, onto the canvas of
// the view as the public, or who is signed in, sees it; ok is false for what lies outside.
func (p Publisher) OnCanvas(record *archive.Record, v archive.View, image *archive.Asset, at archive.Box) (_ archive.Box, ok bool) {
	if image.Image == nil || image.Image.Width <= 0 || image.Image.Height <= 0 {
		return archive.Box{}, false
	}
	on := archive.Box{W: v.Width, H: v.Height} // where on the view the image lies
	for _, part := range v.Parts {
		if part.Asset.ID == image.ID {
			on = part.At
		}
	}
	x0, x1 := stretch(at.X, at.W, image.Image.Width, on.X, on.W)
	y0, y1 := stretch(at.Y, at.H, image.Image.Height, on.Y, on.H)
	at = archive.Box{X: x0, Y: y0, W: x1 - x0, H: y1 - y0}
	if at.W <= 0 || at.H <= 0 {
		return archive.Box{}, false
	}
	shown := p.view(record, v.Base)
	return scaled(at, v, shown.Width, shown.Height), true
}

// stretch brings a stretch of a line of so many pixels onto another, outwards and no
// further than its ends.
func stretch(at, length, from, on, to int) (start, end int) {
	at, end = max(0, at), min(from, at+length)
	f := float64(to) / float64(from)
	return on + int(math.Floor(float64(at)*f)), on + int(math.Ceil(float64(end)*f))
}

// RegionBox reads the region of an inscription, "x,y,w,h" or "pct:x,y,w,h", in pixels of
// its image; ok is false for what is none.
func RegionBox(xywh string, width, height int) (_ archive.Box, ok bool) {
	numbers, percent := strings.CutPrefix(xywh, "pct:")
	parts := strings.Split(numbers, ",")
	if len(parts) != 4 {
		return archive.Box{}, false
	}
	var v [4]float64
	for i, part := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(n >= 0 && n <= math.MaxInt32) {
			return archive.Box{}, false
		}
		v[i] = n
		if percent {
			v[i] = n / 100 * float64([]int{width, height}[i%2])
		}
	}
	x, y := int(math.Floor(v[0])), int(math.Floor(v[1]))
	return archive.Box{X: x, Y: y, W: int(math.Ceil(v[0]+v[2])) - x, H: int(math.Ceil(v[1]+v[3])) - y}, v[2] > 0 && v[3] > 0
}

// TermPage is the answer of an autocomplete service (Content Search API 2.0, section 5.2).
type TermPage struct {
	Context string   `json:"@context"`
	ID      string   `json:"id"`
	Type    string   `json:"type"`
	Ignored []string `json:"ignored,omitempty"`
	Items   []Term   `json:"items"`
}

// Term is one that can be searched for, with how many matches that has.
type Term struct {
	Value   string    `json:"value"`
	Total   int       `json:"total,omitempty"`
	Service []Service `json:"service,omitempty"`
}

// TermPage makes the document of an answer; each term is linked with its search.
func (p Publisher) TermPage(record string, query url.Values, ignored []string, terms []Term) *TermPage {
	out := &TermPage{Context: SearchContext, ID: p.AutocompleteID(record) + "?" + query.Encode(), Type: "TermPage", Ignored: ignored, Items: []Term{}}
	for _, t := range terms {
		q := t.Value
		if strings.ContainsRune(q, ' ') {
			q = `"` + q + `"`
		}
		t.Service = []Service{{ID: p.SearchID(record) + "?" + url.Values{"q": {q}}.Encode(), Type: "SearchService2"}}
		out.Items = append(out.Items, t)
	}
	return out
}
