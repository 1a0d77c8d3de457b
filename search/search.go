package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"hexi/archive"
	"hexi/search/engine"
)

// Result is the answer to a query, in the shape of the API (DESIGN §5).
type Result struct {
	Total      uint64                  `json:"total"`
	Hits       []Hit                   `json:"hits"`
	Facets     map[string][]FacetValue `json:"facets"`
	Years      []Span                  `json:"years,omitempty"` // where they were asked for
	Cells      []Cell                  `json:"cells,omitempty"`
	Understood []Understood            `json:"understood"`
	Relaxed    bool                    `json:"relaxed,omitempty"` // not all of the words were found together
	Next       string                  `json:"next,omitempty"`
	Indexing   *Indexing               `json:"indexing,omitempty"` // the index is being made anew: there is more, or other
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
	Page       *PageHit            `json:"page,omitempty"`       // of a record that was found by what stands on its pages
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
	Parent   string       `json:"parent,omitempty"` // the value that this one is part of, of periods and sites
}

// Search answers a query.
func (ix *Index) Search(ctx context.Context, q Query) (*Result, error) {
	start := time.Now()
	result, marks, err := ix.answer(ctx, &q)
	if err != nil {
		return nil, err
	}
	// Nobody waits for the index while texts are read, which may take long.
	ix.pageHits(ctx, result.Hits, marks, q.Staff)
	result.TookMS = float64(time.Since(start).Microseconds()) / 1000
	return result, nil
}

// answer is Search but for what is read from elsewhere; it returns with it what was looked
// for.
func (ix *Index) answer(ctx context.Context, q *Query) (*Result, *marker, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	indexing := ix.Indexing()
	snapshot, err := ix.engine.Snapshot(ix.bleve)
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	result, marks, err := ix.search(ctx, q, snapshot)
	if err := errors.Join(err, snapshot.Close()); err != nil {
		return nil, nil, err
	}
	result.Indexing = indexing
	return result, marks, nil
}

func (ix *Index) search(ctx context.Context, q *Query, snapshot *engine.Snapshot) (*Result, *marker, error) {
	at := &position{}
	if q.Cursor != "" {
		var err error
		if at, err = q.readCursor(); err != nil {
			return nil, nil, err
		}
	}
	clauses := ix.understand(q.Text)
	found, p, err := ix.try(ctx, q, snapshot, clauses, at)
	if err != nil {
		return nil, nil, err
	}
	result := &Result{Hits: []Hit{}, Understood: []Understood{}, Relaxed: p.effort >= effortKindred, Total: found.Total, Facets: ix.facets(q, found)}
	for _, c := range clauses {
		if c.understood != nil && !c.not {
			result.Understood = append(result.Understood, *c.understood)
		}
	}
	result.Understood = append(result.Understood, p.meant...)
	if p.spread != nil {
		if q.Spans > 0 {
			result.Years = p.spread.spans(q.Spans)
		}
		if result.Cells, err = p.spread.list(); err != nil {
			return nil, nil, err
		}
	}
	more := len(found.Hits) > q.limit()
	if more {
		found.Hits = found.Hits[:q.limit()]
	}
	marks := ix.marker(clauses, p)
	for i := range found.Hits {
		hit, err := ix.hit(&found.Hits[i], q, marks)
		if err != nil {
			return nil, nil, err
		}
		result.Hits = append(result.Hits, hit)
	}
	if more && len(found.Hits) > 0 {
		result.Next = q.cursor(found.Hits[len(found.Hits)-1].Key, p)
	}
	return result, marks, nil
}

// try looks for a query, and if that finds too little, with more effort. What comes after
// a page is looked for with the effort of that page.
func (ix *Index) try(ctx context.Context, q *Query, snapshot *engine.Snapshot, clauses []clause, at *position) (*engine.Found, *plan, error) {
	var best *engine.Found
	var with *plan
	before := map[string]fact{}
	for e := at.Effort; e <= q.most(); e++ {
		p := &plan{ix: ix, effort: e, single: map[string]bool{}, facts: ix.newFacts(snapshot, q.Staff, at.Facts.list())}
		if q.Spans > 0 || q.Cells > 0 {
			p.spread = ix.newSpread(q)
		}
		p.facts.before = before
		text := p.match(clauses)
		maps.Copy(before, p.facts.cached)
		for _, field := range titleSort { // what is wholly a title is that record
			p.boost(engine.Term{Field: field, Value: ix.titleKey(q.Text)}, weightExact)
		}
		if p.facts.err != nil {
			return nil, nil, fmt.Errorf("search: %w", p.facts.err)
		}
		found, err := snapshot.Collect(ctx, ix.request(q, text, p, at))
		if err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		if best == nil || found.Total > best.Total {
			best, with = found, p
		}
		if text == nil || q.Cursor != "" || ix.enough(clauses, p, e, found.Total) {
			break
		}
	}
	return best, with, nil
}

// enough reports whether a search that found so many with an effort goes no further.
func (ix *Index) enough(clauses []clause, p *plan, e effort, found uint64) bool {
	if p.exact && len(clauses) == 1 && found > 0 {
		return true // a number is a number
	}
	return found >= fewHits || found > 0 && (e >= effortRelaxed || !ix.long(clauses))
}

// fewHits is below how many hits a long query is asked again with not all of its
// words; what has all of them still comes first.
const fewHits = 10

// long reports whether a query has so many words that hardly any record has all of them.
func (ix *Index) long(clauses []clause) bool {
	n := 0
	for i := range clauses {
		c := &clauses[i]
		switch {
		case c.phrase || c.not || c.field != "" || c.wild || c.or:
			return false
		case c.understood != nil:
			n++
			for _, t := range c.things {
				if t.whole != nil {
					n++ // something broader can be looked for
				}
			}
		default:
			n += len(ix.tokenizer.units(c.text))
		}
	}
	return n >= 2
}

// order is the order of the hits: without words there is no relevance, and the
// latest come first.
func (q *Query) order(text engine.Node) Sort {
	if q.Sort != SortRelevance && q.Sort != "" {
		return q.Sort
	}
	if text == nil {
		return SortUpdated
	}
	return SortRelevance
}

func (q *Query) limit() int {
	return max(0, min(q.Limit, maxLimit))
}

// request is what is asked of the engine for a page of a query.
func (ix *Index) request(q *Query, text engine.Node, p *plan, at *position) engine.Request {
	match := ix.filterNodes(q)
	if text != nil {
		match = append(match, text)
		p.boosts = append(p.boosts, engine.Boost{Node: engine.All{}, Weight: weightQuality, Column: fieldQuality})
	}
	r := engine.Request{Match: match, Filters: map[string]engine.Node{}, Facets: q.facets()}
	if q.limit() > 0 {
		r.Limit = q.limit() + 1 // to see whether more come
	}
	if p.spread != nil {
		r.Visit = p.spread.visit
	}
	for _, facet := range filterFields {
		if values := q.Filters[facet]; len(values) > 0 {
			among := engine.Or{}
			for _, v := range values {
				among = append(among, engine.Term{Field: facet, Value: ix.code(facet, v)})
			}
			r.Filters[facet] = among
		}
	}
	switch q.order(text) {
	case SortDate:
		r.Sort = engine.Sort{By: engine.ByNumber, Field: fieldFrom}
	case SortDateDown:
		r.Sort = engine.Sort{By: engine.ByNumber, Field: fieldTo, Desc: true}
	case SortTitle:
		r.Sort = engine.Sort{By: engine.ByText, Field: cmp.Or(titleSort[q.Lang], titleSort["zh"])}
	case SortUpdated:
		r.Sort = engine.Sort{By: engine.ByNumber, Field: fieldUpdated, Desc: true}
	case SortDistance:
		r.Sort = engine.Sort{By: engine.ByDistance}
		if q.Near != nil {
			r.Sort.From = engine.Circle{Lat: fieldLat, Lon: fieldLon, AtLat: q.Near.Lat, AtLon: q.Near.Lon}
		}
	default:
		r.Boosts = p.boosts
	}
	if q.Cursor != "" {
		r.After = &at.After
	}
	if q.news != nil {
		q.news.narrow(q, &r)
	}
	return r
}

// filterNodes are what every hit has to match besides the words, but for facets.
func (ix *Index) filterNodes(q *Query) engine.And {
	out := engine.And{}
	if !q.Staff {
		out = append(out, ix.visible())
	}
	if q.From != 0 || q.To != 0 {
		span := engine.Overlap{Begin: fieldFrom, End: fieldTo, From: math.MinInt32 + 1, To: math.MaxInt32}
		if q.From != 0 {
			span.From = int32(q.From)
		}
		if q.To != 0 {
			span.To = int32(q.To)
		}
		out = append(out, span)
	}
	if b := q.Box; b != nil {
		out = append(out, engine.Box{
			Lat: fieldLat, Lon: fieldLon,
			West: engine.Degrees(b.West), South: engine.Degrees(b.South), East: engine.Degrees(b.East), North: engine.Degrees(b.North),
		})
	}
	if n := q.Near; n != nil {
		out = append(out, engine.Circle{Lat: fieldLat, Lon: fieldLon, AtLat: n.Lat, AtLon: n.Lon, Metres: n.KM * 1000})
	}
	return out
}

// visible is the filter of everyone's query but that of staff.
func (ix *Index) visible() engine.Node {
	return engine.Kept{Name: "visible", Node: engine.Or{
		engine.Term{Field: fieldTier, Value: "public"},
		engine.And{engine.Term{Field: fieldTier, Value: "embargoed"}, engine.Between{Column: fieldUntil, From: math.MinInt32 + 1, To: int32(days(ix.now().UTC()))}},
	}}
}

func (ix *Index) newFacts(snapshot *engine.Snapshot, staff bool, kept []fact) *facts {
	f := &facts{of: snapshot, among: ix.visible(), kept: kept, cached: map[string]fact{}}
	if staff {
		f.among = engine.All{}
	}
	return f
}

// facets are the fields whose values are counted: caves too where a site is chosen.
func (q *Query) facets() []string {
	if len(q.Filters["site"]) > 0 || len(q.Filters[fieldCave]) > 0 {
		return filterFields
	}
	return facetFields
}

// facetSize is how many values of a facet are told.
const facetSize = 60

// facets tells the values of each facet. A facet that is filtered by is counted
// without its own filter, so that the numbers beside its other values say what
// choosing them too would bring.
func (ix *Index) facets(q *Query, found *engine.Found) map[string][]FacetValue {
	out := map[string][]FacetValue{}
	for _, facet := range q.facets() {
		values := []FacetValue{}
		chosen := map[string]bool{}
		for _, v := range q.Filters[facet] {
			chosen[ix.code(facet, v)] = true
		}
		for i, c := range found.Facets[facet] {
			if i >= facetSize && !chosen[c.Value] {
				continue
			}
			values = append(values, FacetValue{Value: c.Value, Label: ix.facetLabel(facet, c.Value), Count: c.Count, Selected: chosen[c.Value], Parent: ix.parentOf(facet, c.Value)})
			delete(chosen, c.Value)
		}
		for _, v := range slices.Sorted(maps.Keys(chosen)) { // chosen, and found nothing
			values = append(values, FacetValue{Value: v, Label: ix.facetLabel(facet, v), Selected: true})
		}
		out[facet] = values
	}
	return out
}

// facetScheme is the vocabulary of a facet's values.
var facetScheme = map[string]archive.Scheme{
	"collection": archive.SchemeCollection, "kind": archive.SchemeKind, "period": archive.SchemePeriod, "category": archive.SchemeCategory,
	"level": archive.SchemeLevel, "condition": archive.SchemeCondition, "site": archive.SchemeSite, "region": archive.SchemeRegion, "material": archive.SchemeMaterial,
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

func (ix *Index) hit(match *engine.Hit, q *Query, marks *marker) (Hit, error) {
	card, texts, err := ix.read(match, !marks.empty())
	if err != nil {
		return Hit{}, err
	}
	var faults error
	h := Hit{
		ID: card.ID, Kind: card.Kind, Collection: card.Collection, Titles: card.Titles, Period: card.Period, Place: card.Place,
		Score: match.Score, Asset: card.Asset, Colour: card.Colour,
	}
	seen := map[string]bool{}
	has := func(field string) bool {
		has, known := seen[field]
		if !known {
			var err error
			has, err = marks.in(match, field)
			faults = errors.Join(faults, err)
			seen[field] = has
		}
		return has
	}
	told := func(field string) bool {
		holds, err := marks.told(match, field)
		faults = errors.Join(faults, err)
		return holds
	}
	h.Highlights, h.Why = marks.card(&card, texts, q.Lang, has, told)
	if faults != nil {
		return Hit{}, fmt.Errorf("see where %s was found: %w", match.ID, faults)
	}
	if card.Asset != "" {
		h.Manifest = ix.urls.Manifest(card.ID)
		w, ht := fitBox(card.Width, card.Height, thumbnailSide)
		h.Thumbnail = &Thumbnail{URL: ix.urls.Thumbnail(card.Asset, thumbnailSide), Width: w, Height: ht}
	}
	return h, nil
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
