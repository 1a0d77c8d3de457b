package search

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexi/archive"
	"hexi/search/engine"
)

// Query is what is asked for (DESIGN §5, Search). The zero Query asks for
// everything that is public.
type Query struct {
	Text    string
	Filters map[string][]string // by facet; OR within, AND across
	From    int                 // year, 0: open
	To      int                 // year, 0: open
	Box     *Box
	Near    *Near
	Sort    Sort
	Limit   int // hits; 0 gives counts only
	Cursor  string
	Lang    string // whose titles are sorted by and whose highlights come first: zh or en
	Staff   bool   // also what is not public
	Spans   int    // parts of a histogram of years, at most; 0 for none
	Cells   int    // digits of the geohashes by which a map is counted; 0 for none

	news *news // of a search that is kept; nil of others
}

// Box is a bounding box in degrees. West is greater than East where it spans
// the date line.
type Box struct{ West, South, East, North float64 }

// Near is a circle.
type Near struct{ Lat, Lon, KM float64 }

// Sort is an order of hits.
type Sort string

// The orders. Ties are broken by id.
const (
	SortRelevance Sort = "relevance"
	SortDate      Sort = "date"
	SortDateDown  Sort = "-date"
	SortTitle     Sort = "title"
	SortUpdated   Sort = "updated" // the latest first
	SortDistance  Sort = "distance"
)

const (
	defaultLimit = 20
	maxLimit     = 100
	maxText      = 500 // characters of a query; what is beyond is passed over
	maxFilters   = 200 // values of one facet
	maxCursor    = 16384
	maxFacts     = 2000
)

// Parameters are the names of the parameters that ParseQuery reads.
func Parameters() []string {
	return append(slices.Clone(facetFields), "q", "from", "to", "bbox", "near", "sort", "limit", "cursor", "lang", "histogram", "cells", fieldCave)
}

// ParseQuery reads the parameters of a search. What a person types as q is never
// an error; everything else is checked, and a fault is an *archive.InvalidError
// that names the parameter. Parameters that are not known are passed over.
func ParseQuery(v url.Values) (Query, error) {
	q := Query{Filters: map[string][]string{}, Sort: SortRelevance, Limit: defaultLimit, Lang: "zh"}
	q.Text = clip(strings.ToValidUTF8(strings.TrimSpace(v.Get("q")), ""), maxText)
	for _, facet := range filterFields {
		for _, value := range v[facet] {
			value = strings.TrimSpace(value)
			switch {
			case value == "":
				continue
			case !utf8.ValidString(value) || len(value) > 400:
				return q, archive.Invalid(facet, "holds a value that no record has")
			}
			if !slices.Contains(q.Filters[facet], value) {
				q.Filters[facet] = append(q.Filters[facet], value)
			}
		}
		if len(q.Filters[facet]) > maxFilters {
			return q, archive.Invalid(facet, "is given %d times; at most %d are taken", len(q.Filters[facet]), maxFilters)
		}
	}
	for _, value := range q.Filters["has"] {
		if !slices.Contains([]string{"image", "model", "audio", "video", "text"}, value) {
			return q, archive.Invalid("has", "%q is none of image, model, audio, video, text", value)
		}
	}
	var err error
	if q.From, err = yearParam(v, "from"); err != nil {
		return q, err
	}
	if q.To, err = yearParam(v, "to"); err != nil {
		return q, err
	}
	if q.From != 0 && q.To != 0 && q.From > q.To {
		return q, archive.Invalid("from", "%d is later than to=%d; years before our era are negative", q.From, q.To)
	}
	if err := q.parsePlace(v); err != nil {
		return q, err
	}
	if err := q.parsePage(v); err != nil {
		return q, err
	}
	return q, nil
}

func yearParam(v url.Values, name string) (int, error) {
	s := strings.TrimSpace(v.Get(name))
	if s == "" {
		return 0, nil
	}
	// The minus sign of typography means the same.
	year, err := strconv.Atoi(strings.Replace(s, "−", "-", 1))
	switch {
	case err != nil || year < -3_000_000 || year > 9999:
		return 0, archive.Invalid(name, "%q is not a year such as 642 or -1046", clip(s, 40))
	case year == 0:
		return 0, archive.Invalid(name, "there is no year 0: 1 BCE is -1, and then comes 1")
	}
	return year, nil
}

func (q *Query) parsePlace(v url.Values) error {
	if s := strings.TrimSpace(v.Get("bbox")); s != "" {
		n, ok := numbers(s, 4)
		if !ok || !validLon(n[0]) || !validLat(n[1]) || !validLon(n[2]) || !validLat(n[3]) || n[1] > n[3] {
			return archive.Invalid("bbox", "%q is not west,south,east,north in degrees, such as 92.2,32.1,108.8,42.8", clip(s, 80))
		}
		q.Box = &Box{n[0], n[1], n[2], n[3]}
	}
	if s := strings.TrimSpace(v.Get("near")); s != "" {
		n, ok := numbers(s, 3)
		if !ok || !validLat(n[0]) || !validLon(n[1]) || n[2] <= 0 || n[2] > 20_040 {
			return archive.Invalid("near", "%q is not lat,lon,km, such as 40.04,94.80,25", clip(s, 80))
		}
		q.Near = &Near{n[0], n[1], n[2]}
	}
	return nil
}

func numbers(s string, want int) ([]float64, bool) {
	parts := strings.Split(s, ",")
	if len(parts) != want {
		return nil, false
	}
	out := make([]float64, want)
	for i, p := range parts {
		f, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, false
		}
		out[i] = f
	}
	return out, true
}

func validLat(f float64) bool { return f >= -90 && f <= 90 }
func validLon(f float64) bool { return f >= -180 && f <= 180 }

func (q *Query) parsePage(v url.Values) error {
	if s := v.Get("sort"); s != "" {
		q.Sort = Sort(s)
		if !slices.Contains([]Sort{SortRelevance, SortDate, SortDateDown, SortTitle, SortUpdated, SortDistance}, q.Sort) {
			return archive.Invalid("sort", "%q is none of relevance, date, -date, title, updated, distance", clip(s, 40))
		}
		if q.Sort == SortDistance && q.Near == nil {
			return archive.Invalid("sort", "distance needs near=lat,lon,km to measure from")
		}
	}
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > maxLimit {
			return archive.Invalid("limit", "%q is not a number of hits from 0 to %d", clip(s, 40), maxLimit)
		}
		q.Limit = n
	}
	var err error
	if q.Spans, err = countParam(v, "histogram", maxSpans); err != nil {
		return err
	}
	if q.Cells, err = countParam(v, "cells", maxPrecision); err != nil {
		return err
	}
	if s := v.Get("lang"); s != "" {
		if s != "zh" && s != "en" {
			return archive.Invalid("lang", "%q is neither zh nor en", clip(s, 40))
		}
		q.Lang = s
	}
	if q.Cursor = v.Get("cursor"); q.Cursor != "" {
		if _, err := q.readCursor(); err != nil {
			return err
		}
	}
	return nil
}

func countParam(v url.Values, name string, most int) (int, error) {
	s := v.Get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, archive.Invalid(name, "%q is not a number from 1 to %d", clip(s, 40), most)
	}
	return n, nil
}

// position is where a page begins: after a hit, in the order of the page before.
type position struct {
	Of     string     `json:"of"` // the query that it belongs to
	After  engine.Key `json:"after"`
	Effort effort     `json:"effort,omitempty"`
	Facts  keptFacts  `json:"facts,omitzero"`
}

// fingerprint tells queries apart, but for their page; and those of another schema, whose
// orders may be others.
func (q *Query) fingerprint() string { return q.fingerprintIn(schemaVersion) }

func (q *Query) fingerprintIn(schema string) string {
	same := *q
	same.Cursor, same.Limit, same.Spans, same.Cells = "", 0, 0, 0
	if q.Sort != SortTitle || q.Lang == "zh" {
		same.Lang = ""
	}
	b, err := json.Marshal(same)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(append([]byte(schema+"\n"), b...))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// cursor makes the cursor of the page after a hit.
func (q *Query) cursor(after engine.Key, p *plan) string {
	at := position{Of: q.fingerprint(), After: after, Effort: p.effort}
	if q.Sort == SortRelevance || q.Sort == "" {
		at.Facts = keepFacts(p.facts.given)
	}
	b, err := json.Marshal(at)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (q *Query) readCursor() (*position, error) {
	wrong := archive.Invalid("cursor", "is not one that this search gave; begin again without it")
	if len(q.Cursor) > maxCursor {
		return nil, wrong
	}
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil {
		return nil, wrong
	}
	var p position
	if json.Unmarshal(b, &p) != nil || p.After.ID == "" || p.Effort < effortStrict || p.Effort > effortAny || len(p.Facts.N) > maxFacts || len(p.Facts.W) > maxGuesses {
		return nil, wrong
	}
	// Which fields are compared depends on the order: a cursor of another would
	// be read wrongly.
	if bare := *q; p.Of != bare.fingerprint() {
		same := bare
		same.Staff = !same.Staff // ParseQuery does not know yet who asks
		if p.Of != same.fingerprint() {
			return nil, wrong
		}
	}
	return &p, nil
}
