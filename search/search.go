package search

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/blevesearch/bleve/v2"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"hexi/archive"
)

// Result is the answer to a query, in the shape of the API (DESIGN §5).
type Result struct {
	Total      uint64                  `json:"total"`
	Hits       []Hit                   `json:"hits"`
	Facets     map[string][]FacetValue `json:"facets"`
	Understood []Understood            `json:"understood"`
	Relaxed    bool                    `json:"relaxed,omitempty"` // not all of the words were found together
	Next       string                  `json:"next,omitempty"`
	TookMS     float64                 `json:"took_ms"`
}

// Hit is a found record, as a card shows it.
type Hit struct {
	ID         string              `json:"id"`
	Kind       archive.Kind        `json:"kind"`
	Collection string              `json:"collection"`
	Titles     archive.Text        `json:"titles"`
	Period     *archive.Period     `json:"period,omitempty"`
	Place      *archive.Place      `json:"place,omitempty"`
	Thumbnail  *Thumbnail          `json:"thumbnail,omitempty"`
	Manifest   string              `json:"manifest,omitempty"`
	Highlights map[string][]string `json:"highlights,omitempty"` // by field; HTML with <mark>
	Why        []string            `json:"why,omitempty"`        // the fields that matched
	Score      float64             `json:"score"`

	Asset  string `json:"-"` // first image
	Colour string `json:"-"`
}

// Thumbnail is an image to show with a hit; its size in pixels is exact.
type Thumbnail struct {
	URL    string `json:"url"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// FacetValue is a value of a facet and how many records a search with it has.
type FacetValue struct {
	Value    string       `json:"value"`
	Label    archive.Text `json:"label"`
	Count    int          `json:"count"`
	Selected bool         `json:"selected,omitempty"`
}

// facetSize is how many values of a facet are counted.
const facetSize = 60

// Search answers a query.
func (ix *Index) Search(ctx context.Context, q Query) (*Result, error) {
	start := time.Now()
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	parts := ix.understand(q.Text)
	wide := false
	if q.Cursor != "" {
		at, err := q.readCursor()
		if err != nil {
			return nil, err
		}
		wide = at.Wide
	}
	text := ix.textQuery(parts, wide)
	found, err := ix.run(ctx, &q, text)
	if err != nil {
		return nil, err
	}
	result := &Result{Hits: []Hit{}, Understood: []Understood{}, Relaxed: wide}
	if text != nil && (found.Total == 0 || found.Total < fewHits && ix.longQuery(parts)) && q.Cursor == "" {
		if wider := ix.textQuery(parts, true); wider != nil {
			again, err := ix.run(ctx, &q, wider)
			if err != nil {
				return nil, err
			}
			if again.Total > found.Total {
				found, text, result.Relaxed = again, wider, true
			}
		}
	}
	result.Total = found.Total
	if result.Facets, err = ix.facets(ctx, &q, text, found); err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p.understood != nil {
			result.Understood = append(result.Understood, *p.understood)
		}
	}
	marks := ix.marker(parts)
	for _, match := range found.Hits {
		hit, err := ix.hit(match, &q, marks)
		if err != nil {
			return nil, err
		}
		result.Hits = append(result.Hits, hit)
	}
	if n := len(found.Hits); n > 0 && n == q.limit() {
		last := found.Hits[n-1]
		after := slices.Clone(last.DecodedSort) // numbers as bleve reads them again
		if q.order(text) == SortRelevance {
			after[0] = strconv.FormatFloat(last.Score, 'g', -1, 64)
		}
		result.Next = q.cursor(after, result.Relaxed)
	}
	result.TookMS = float64(time.Since(start).Microseconds()) / 1000
	return result, nil
}

// fewHits is below how many hits a long query is asked again with not all of its
// words; what has all of them still comes first.
const fewHits = 5

// longQuery reports whether a query has so many words, or Han characters, that
// hardly any record has all of them.
func (ix *Index) longQuery(parts []part) bool {
	n := 0
	for _, p := range parts {
		if p.phrase || p.not {
			return false
		}
		n += len(ix.looseTerms(p.text))
	}
	return n >= 4
}

// order is the order of the hits: without words there is no relevance, and the
// latest come first.
func (q *Query) order(text query.Query) Sort {
	if q.Sort != SortRelevance && q.Sort != "" {
		return q.Sort
	}
	if text == nil {
		return SortUpdated
	}
	return SortRelevance
}

func (q *Query) limit() int {
	if q.Limit == 0 {
		return 0
	}
	return min(q.Limit, maxLimit)
}

// request makes bleve's request for a page of a query.
func (ix *Index) request(q *Query, text query.Query) (*bleve.SearchRequest, error) {
	r := bleve.NewSearchRequestOptions(ix.combine(q, text, ""), q.limit(), 0, false)
	r.Fields = []string{"card"}
	id := &bsearch.SortDocID{}
	field := func(name string, desc bool, as bsearch.SortFieldType) bsearch.SearchSort {
		return &bsearch.SortField{Field: name, Desc: desc, Type: as, Missing: bsearch.SortFieldMissingLast}
	}
	switch q.order(text) {
	case SortDate:
		r.Sort = bsearch.SortOrder{field("earliest", false, bsearch.SortFieldAsString), id}
	case SortDateDown:
		r.Sort = bsearch.SortOrder{field("latest", true, bsearch.SortFieldAsString), id}
	case SortTitle:
		r.Sort = bsearch.SortOrder{field(cmp.Or(titleSort[q.Lang], titleSort["zh"]), false, bsearch.SortFieldAsString), id}
	case SortUpdated:
		r.Sort = bsearch.SortOrder{field("updated", true, bsearch.SortFieldAsNumber), id}
	case SortDistance:
		if q.Near == nil {
			return nil, archive.Invalid("sort", "distance needs a place to measure from")
		}
		d, err := bsearch.NewSortGeoDistance("point", "m", q.Near.Lon, q.Near.Lat, false)
		if err != nil {
			return nil, fmt.Errorf("sort by distance: %w", err)
		}
		r.Sort = bsearch.SortOrder{d, id}
	default:
		r.Sort = bsearch.SortOrder{&bsearch.SortScore{Desc: true}, id}
	}
	if q.Cursor != "" {
		after, err := q.readCursor()
		if err != nil {
			return nil, err
		}
		r.SearchAfter = after.values()
	}
	return r, nil
}

// combine joins words and filters.
func (ix *Index) combine(q *Query, text query.Query, but string) query.Query {
	b := bleve.NewBooleanQuery()
	filters := ix.filterQueries(q, but)
	if text == nil {
		b.AddMust(filters...)
		return b
	}
	b.AddMust(text)
	b.AddMust(filters...)
	return b
}

func (ix *Index) run(ctx context.Context, q *Query, text query.Query) (*bleve.SearchResult, error) {
	r, err := ix.request(q, text)
	if err != nil {
		return nil, err
	}
	for _, facet := range facetFields {
		if len(q.Filters[facet]) == 0 {
			r.AddFacet(facet, bleve.NewFacetRequest(facet, facetSize))
		}
	}
	found, err := ix.bleve.SearchInContext(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

// facets counts the values of each facet. A facet that is filtered by is counted
// without its own filter, so that the numbers beside its other values say what
// choosing them too would bring.
func (ix *Index) facets(ctx context.Context, q *Query, text query.Query, found *bleve.SearchResult) (map[string][]FacetValue, error) {
	out := map[string][]FacetValue{}
	for _, facet := range facetFields {
		counted := found
		if len(q.Filters[facet]) > 0 {
			r := bleve.NewSearchRequestOptions(ix.combine(q, text, facet), 0, 0, false)
			r.AddFacet(facet, bleve.NewFacetRequest(facet, facetSize))
			var err error
			if counted, err = ix.bleve.SearchInContext(ctx, r); err != nil {
				return nil, fmt.Errorf("count %s: %w", facet, err)
			}
		}
		values := []FacetValue{}
		chosen := map[string]bool{}
		for _, v := range q.Filters[facet] {
			chosen[ix.code(facet, v)] = true
		}
		if f := counted.Facets[facet]; f != nil && f.Terms != nil {
			for _, t := range f.Terms.Terms() {
				values = append(values, FacetValue{Value: t.Term, Label: ix.facetLabel(facet, t.Term), Count: t.Count, Selected: chosen[t.Term]})
				delete(chosen, t.Term)
			}
		}
		for _, v := range slices.Sorted(maps.Keys(chosen)) { // chosen, and found nothing
			values = append(values, FacetValue{Value: v, Label: ix.facetLabel(facet, v), Selected: true})
		}
		out[facet] = values
	}
	return out, nil
}

// facetScheme is the vocabulary of a facet's values.
var facetScheme = map[string]archive.Scheme{
	"collection": archive.SchemeCollection, "kind": archive.SchemeKind, "period": archive.SchemePeriod, "category": archive.SchemeCategory,
	"level": archive.SchemeLevel, "condition": archive.SchemeCondition, "site": archive.SchemeSite, "material": archive.SchemeMaterial,
}

func (ix *Index) facetLabel(facet, value string) archive.Text {
	if label := ix.label(facetScheme[facet], value); label != nil {
		return label
	}
	if facet == "has" {
		if label, ok := hasLabels[value]; ok {
			return label
		}
	}
	return archive.Text{"zh": value, "en": value}
}

var hasLabels = map[string]archive.Text{
	"image": {"zh": "图像", "en": "Images"}, "model": {"zh": "三维模型", "en": "3D models"}, "audio": {"zh": "音频", "en": "Audio"},
	"video": {"zh": "视频", "en": "Video"}, "text": {"zh": "文本", "en": "Text"},
}

// code turns a label given as a filter into the value that is indexed.
func (ix *Index) code(facet, value string) string {
	if facet == "rights" {
		return rightsKey(value)
	}
	scheme, ok := facetScheme[facet]
	if !ok || scheme == archive.SchemeMaterial { // materials are kept as they are written
		return value
	}
	if term, ok := ix.vocabulary.Term(scheme, value); ok {
		return term.Code
	}
	return value
}

func (ix *Index) hit(match *bsearch.DocumentMatch, q *Query, marks *marker) (Hit, error) {
	var card Card
	stored, _ := match.Fields["card"].(string)
	if err := json.Unmarshal([]byte(stored), &card); err != nil {
		return Hit{}, fmt.Errorf("read card of %s: %w", match.ID, err)
	}
	h := Hit{
		ID: card.ID, Kind: card.Kind, Collection: card.Collection, Titles: card.Titles, Period: card.Period, Place: card.Place,
		Score: finite(match.Score), Asset: card.Asset, Colour: card.Colour,
	}
	h.Highlights, h.Why = marks.card(&card, q.Lang)
	if card.Asset != "" {
		h.Manifest = ix.urls.Manifest(card.ID)
		w, ht := fitBox(card.Width, card.Height, thumbnailSide)
		h.Thumbnail = &Thumbnail{URL: ix.urls.Thumbnail(card.Asset, thumbnailSide), Width: w, Height: ht}
	}
	return h, nil
}

// finite makes a number of a score: where nothing weighs anything, it is none.
func finite(score float64) float64 {
	if math.IsNaN(score) || math.IsInf(score, 0) {
		return 0
	}
	return score
}

// thumbnailSide is the longest side of a hit's thumbnail in pixels.
const thumbnailSide = 480

// fitBox returns the size of an image that fits a square, never enlarged, as the
// IIIF Image API computes !w,h.
func fitBox(w, h, side int) (int, int) {
	if w <= side && h <= side {
		return w, h
	}
	if w >= h {
		return side, max(1, (2*h*side+w)/(2*w))
	}
	return max(1, (2*w*side+h)/(2*h)), side
}

func formatKM(km float64) string { return strconv.FormatFloat(km, 'f', 6, 64) + "km" }
