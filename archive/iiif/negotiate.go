package iiif

import (
	"math"
	"mime"
	"strconv"
	"strings"
)

// The JSON-LD contexts of the documents, which are also the profiles of their
// media type.
const (
	ImageContext        = "http://iiif.io/api/image/3/context.json"
	PresentationContext = "http://iiif.io/api/presentation/3/context.json"
)

// CanonicalLink returns the Link header of an image response (section 4.8) in the
// version that was asked for. service is the image's ServiceURI in it.
func CanonicalLink(service string, plan Plan) string {
	canonical := plan.Canonical
	if plan.Canonical2 != "" {
		canonical = plan.Canonical2
	}
	return "<" + service + "/" + canonical + `>;rel="canonical"`
}

// ContentType returns the media type in which a document with that context is
// sent (section 5.1; Presentation API 3.0, section 6.3): JSON-LD with the
// context as its profile, unless the Accept header, its lines joined by commas,
// prefers application/json. That one has no profile parameter. A client that
// accepts neither gets JSON-LD. The answer depends on Accept, so that it must
// carry "Vary: Accept".
func ContentType(accept, context string) string {
	ld, json := jsonPreferences(accept)
	// On a tie, what the client named goes before what a wildcard let in.
	if json.q > ld.q || json.q == ld.q && json.q > 0 && json.precision > ld.precision {
		return "application/json"
	}
	return `application/ld+json;profile="` + context + `"`
}

// jsonPreferences reads how much a client wants JSON-LD and JSON.
func jsonPreferences(accept string) (ld, json preference) {
	for element := range elements(accept) {
		name, params, err := mime.ParseMediaType(element)
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil || math.IsNaN(q) || q < 0 || q > 1 {
				continue
			}
		}
		switch name {
		case "application/ld+json":
			ld.take(3, q)
		case "application/json":
			json.take(3, q)
		case "application/*":
			ld.take(2, q)
			json.take(2, q)
		case "*/*":
			ld.take(1, q)
			json.take(1, q)
		}
	}
	return ld, json
}

// preference is how much a client wants a type: the quality of the most precise
// range that matches it (RFC 9110, section 12.5.1).
type preference struct {
	precision int
	q         float64
}

func (p *preference) take(precision int, q float64) {
	if precision > p.precision || precision == p.precision && q > p.q {
		p.precision, p.q = precision, q
	}
}

// elements yields the comma-separated elements of a header; commas in quoted
// strings do not separate.
func elements(header string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		quoted, start := false, 0
		for i := range len(header) {
			switch c := header[i]; {
			case c == '"':
				quoted = !quoted
			case c == ',' && !quoted:
				if !yield(strings.TrimSpace(header[start:i])) {
					return
				}
				start = i + 1
			}
		}
		yield(strings.TrimSpace(header[start:]))
	}
}
