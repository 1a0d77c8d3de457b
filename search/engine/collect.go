package engine

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Request asks for the first documents of a query, and for what all of it come to.
type Request struct {
	Match   Node            // what a document must be
	Filters map[string]Node // and what it must have, by facet: a facet is counted without its own
	Boosts  []Boost         // what makes its score
	Sort    Sort
	Limit   int
	After   *Key // only what comes after
	Facets  []string
	// Visit is given all matching documents of a segment, some at a time; nil for nobody.
	Visit func(s *Segment, docs []uint32)
}

// Boost adds Weight to the score of the documents that match Node.
type Boost struct {
	Node   Node
	Weight float64
	// Column makes it less: by Of divided by the number in the column where that is more
	// than Of, or where Of is 0, by a thousandth of the number. "" for neither.
	Column string
	Of     float64
}

// By is what documents are sorted by.
type By int

// What documents are sorted by. Ties are broken by id; what has nothing to be sorted by
// comes last.
const (
	ByScore  By = iota // the highest first
	ByNumber           // of a column
	ByText             // of a field of Layout.Orders
	ByDistance
)

// Sort is an order.
type Sort struct {
	By    By
	Field string
	Desc  bool   // numbers only
	From  Circle // for ByDistance
}

// Key is the place of a document in an order: two documents of one order never have the
// same, and it does not depend on other documents.
type Key struct {
	Value   float64 // of ByText: none
	Text    string
	Missing bool
	ID      string
}

// Hit is a document that was found.
type Hit struct {
	Key

	Score   float64
	segment *Segment
	doc     uint32
}

// Count is a value of a facet and how many matching documents have it.
type Count struct {
	Value string
	Count int
}

// Found is the answer to a request.
type Found struct {
	Total  uint64
	Hits   []Hit
	Facets map[string][]Count // the most frequent first, then by value
}

// Collect answers a request.
func (s *Snapshot) Collect(ctx context.Context, r Request) (*Found, error) {
	out := &Found{Facets: map[string][]Count{}}
	counts := map[string]map[string]int{}
	var runs []*run
	for _, f := range r.Facets {
		counts[f] = map[string]int{}
	}
	for _, seg := range s.segments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		full, err := seg.count(&r, counts)
		if err != nil {
			return nil, err
		}
		if full.IsEmpty() {
			continue
		}
		out.Total += full.GetCardinality()
		if r.Visit != nil {
			visit(seg, full, r.Visit)
		}
		if r.Limit > 0 {
			run, err := seg.best(full, &r)
			if err != nil {
				return nil, err
			}
			if len(run.rest) > 0 {
				runs = append(runs, run)
			}
		}
	}
	var err error
	if out.Hits, err = merge(runs, &r); err != nil {
		return nil, err
	}
	for facet, values := range counts {
		list := make([]Count, 0, len(values))
		for v, n := range values {
			list = append(list, Count{v, n})
		}
		slices.SortFunc(list, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value)) })
		out.Facets[facet] = list
	}
	return out, nil
}

// before orders keys; Value is smaller where a document comes first.
func (k *Key) before(other *Key) bool {
	switch {
	case k.Missing != other.Missing:
		return other.Missing
	case k.Value != other.Value:
		return k.Value < other.Value
	case k.Text != other.Text:
		return k.Text < other.Text
	}
	return k.ID < other.ID
}

// count returns the matching documents, and adds to the counts of the facets.
func (seg *Segment) count(r *Request, counts map[string]map[string]int) (*roaring.Bitmap, error) {
	base, err := r.Match.match(seg)
	if err != nil {
		return nil, err
	}
	if seg.deleted != nil {
		base = roaring.AndNot(base, seg.deleted)
	}
	if base.IsEmpty() {
		return base, nil
	}
	filters := map[string]*roaring.Bitmap{}
	for facet, n := range r.Filters {
		if filters[facet], err = n.match(seg); err != nil {
			return nil, err
		}
	}
	full := without(base, filters, "")
	var plain []string // counted over what matches all
	for facet, counted := range counts {
		if filters[facet] == nil {
			plain = append(plain, facet)
			continue
		}
		if err := seg.countFacets(without(base, filters, facet), []string{facet}, map[string]map[string]int{facet: counted}); err != nil {
			return nil, err
		}
	}
	return full, seg.countFacets(full, plain, counts)
}

// without joins all filters but one.
func without(base *roaring.Bitmap, filters map[string]*roaring.Bitmap, but string) *roaring.Bitmap {
	out := base
	for facet, set := range filters {
		if facet != but {
			out = roaring.And(out, set)
		}
	}
	return out
}

func (seg *Segment) countFacets(docs *roaring.Bitmap, facets []string, counts map[string]map[string]int) error {
	if len(facets) == 0 || docs.IsEmpty() {
		return nil
	}
	many := docs.GetCardinality()
	tallies := map[string][]int{}
	for _, facet := range facets {
		c := seg.columns.facets[facet]
		if c == nil {
			continue
		}
		if 2*many < uint64(seg.size) || uint64(len(c.terms))*bitmapWorth > many {
			tallies[facet] = make([]int, len(c.terms))
			continue
		}
		// Of few values and many documents the intersections are counted.
		for _, term := range c.terms {
			set, err := seg.docs(facet, term)
			if err != nil {
				return err
			}
			if n := set.AndCardinality(docs); n > 0 {
				counts[facet][term] += int(n)
			}
		}
	}
	if len(tallies) == 0 {
		return nil
	}
	visit(seg, docs, func(_ *Segment, some []uint32) {
		for facet, tally := range tallies {
			seg.columns.facets[facet].tally(some, tally)
		}
	})
	for facet, tally := range tallies {
		for term, n := range tally {
			if n > 0 {
				counts[facet][seg.columns.facets[facet].terms[term]] += n
			}
		}
	}
	return nil
}

// bitmapWorth is how many documents for each value of a facet make it worth while to
// intersect the values' documents with those that match, where these are most of all: an
// intersection goes through all documents of a value, whether they match or not.
const bitmapWorth = 512

func (c *facetColumn) tally(docs []uint32, tally []int) {
	if c.from == nil {
		for _, doc := range docs {
			if v := c.values[doc]; v != noValue {
				tally[v]++
			}
		}
		return
	}
	for _, doc := range docs {
		for _, v := range c.values[c.from[doc]:c.from[doc+1]] {
			tally[v]++
		}
	}
}

func visit(seg *Segment, docs *roaring.Bitmap, do func(*Segment, []uint32)) {
	var buffer [4096]uint32
	for it := docs.ManyIterator(); ; {
		n := it.NextMany(buffer[:])
		if n == 0 {
			return
		}
		do(seg, buffer[:n])
	}
}

// candidate is a document that may be among the first of its segment.
type candidate struct {
	cost  float64 // smaller comes first
	place uint32  // of its id
	doc   uint32
}

func (c candidate) before(d candidate) bool {
	return c.cost < d.cost || c.cost == d.cost && c.place < d.place
}

// run is the first documents of a segment, in their order.
type run struct {
	seg    *Segment
	rest   []candidate
	scores map[uint32]float32
	first  Hit
}

// next makes a hit of the first document. Ids and texts are read for those only that may
// come next over all segments.
func (r *run) next(by *Sort) error {
	c := r.rest[0]
	r.first = Hit{segment: r.seg, doc: c.doc}
	h := &r.first
	id, err := r.seg.ID(c.doc)
	if err != nil {
		return err
	}
	h.ID, h.Missing, h.Score = id, math.IsInf(c.cost, 1), float64(r.scores[c.doc])
	switch {
	case h.Missing:
	case by.By == ByText:
		h.Text, err = r.seg.text(by.Field, c.doc)
	default:
		h.Value = c.cost
	}
	return err
}

// merge joins the first documents of the segments.
func merge(runs []*run, r *Request) ([]Hit, error) {
	for _, one := range runs {
		if err := one.next(&r.Sort); err != nil {
			return nil, err
		}
	}
	var out []Hit
	for len(out) < r.Limit && len(runs) > 0 {
		best := 0
		for i := range runs {
			if runs[i].first.before(&runs[best].first.Key) {
				best = i
			}
		}
		one := runs[best]
		out = append(out, one.first)
		if one.rest = one.rest[1:]; len(one.rest) == 0 {
			runs = slices.Delete(runs, best, best+1)
			continue
		}
		if err := one.next(&r.Sort); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// best returns the first documents of a segment.
func (seg *Segment) best(docs *roaring.Bitmap, r *Request) (*run, error) {
	var scores []float32
	if r.Sort.By == ByScore {
		var err error
		if scores, err = seg.score(docs, r.Boosts); err != nil {
			return nil, err
		}
		defer seg.scores.Put(&scores)
	}
	cost, err := seg.cost(&r.Sort, scores)
	if err != nil {
		return nil, err
	}
	beyond, err := seg.beyond(r)
	if err != nil {
		return nil, err
	}
	ids := seg.columns.ids
	heap := make([]candidate, 0, r.Limit)
	visit(seg, docs, func(_ *Segment, some []uint32) {
		for _, doc := range some {
			c := candidate{cost(doc), ids[doc], doc}
			switch {
			case beyond != nil && !beyond(c):
			case len(heap) < r.Limit:
				heap = append(heap, c)
				siftUp(heap)
			case c.before(heap[0]):
				heap[0] = c
				siftDown(heap)
			}
		}
	})
	slices.SortFunc(heap, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.place, b.place))
	})
	out := &run{seg: seg, rest: heap}
	if scores != nil {
		out.scores = make(map[uint32]float32, len(heap))
		for _, c := range heap {
			out.scores[c.doc] = scores[c.doc]
		}
	}
	return out, nil
}

// The last of the best stands at the top of the heap.
func siftUp(heap []candidate) {
	for i := len(heap) - 1; i > 0; {
		parent := (i - 1) / 2
		if !heap[parent].before(heap[i]) {
			return
		}
		heap[parent], heap[i] = heap[i], heap[parent]
		i = parent
	}
}

func siftDown(heap []candidate) {
	for i := 0; ; {
		last := i
		for _, child := range [...]int{2*i + 1, 2*i + 2} {
			if child < len(heap) && heap[last].before(heap[child]) {
				last = child
			}
		}
		if last == i {
			return
		}
		heap[i], heap[last] = heap[last], heap[i]
		i = last
	}
}

// matching is what of some documents a node matches.
func matching(n Node, seg *Segment, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	if p, ok := n.(predicate); ok {
		return filtered(docs, []sieve{p.sift(seg)}), nil
	}
	set, err := n.match(seg)
	if err != nil || set == docs || set.IsEmpty() {
		return set, err
	}
	return roaring.And(set, docs), nil
}

func (seg *Segment) score(docs *roaring.Bitmap, boosts []Boost) ([]float32, error) {
	scores := seg.blank()
	for _, b := range boosts {
		set, err := matching(b.Node, seg, docs)
		if err != nil {
			return nil, err
		}
		w := float32(b.Weight)
		switch column := seg.columns.numbers[b.Column]; {
		case column == nil:
			eachDoc(set, func(doc uint32) { scores[doc] += w })
		case b.Of > 0:
			of := float32(b.Of)
			eachDoc(set, func(doc uint32) {
				if v := float32(column[doc]); v > of {
					scores[doc] += w * of / v
				} else {
					scores[doc] += w
				}
			})
		default:
			eachDoc(set, func(doc uint32) {
				if column[doc] != Missing {
					scores[doc] += w * float32(column[doc]) / 1000
				}
			})
		}
	}
	return scores, nil
}

// cost returns what a document is sorted by, infinite where it has nothing.
func (seg *Segment) cost(by *Sort, scores []float32) (func(doc uint32) float64, error) {
	switch by.By {
	case ByNumber:
		values, sign := seg.Numbers(by.Field), 1.0
		if by.Desc {
			sign = -1
		}
		return func(doc uint32) float64 {
			if values[doc] == Missing {
				return math.Inf(1)
			}
			return sign * float64(values[doc])
		}, nil
	case ByText:
		places, err := seg.order(by.Field)
		if err != nil {
			return nil, err
		}
		return func(doc uint32) float64 {
			if places[doc] == 0 {
				return math.Inf(1)
			}
			return float64(places[doc])
		}, nil
	case ByDistance:
		return by.From.distance(seg), nil
	default:
		return func(doc uint32) float64 { return -float64(scores[doc]) }, nil
	}
}

// beyond tells what comes after a key; nil for everything.
func (seg *Segment) beyond(r *Request) (func(candidate) bool, error) {
	if r.After == nil {
		return nil, nil
	}
	place, err := seg.placeAfter("_id", r.After.ID, seg.columns.ids, true)
	if err != nil {
		return nil, err
	}
	cost := r.After.Value
	switch {
	case r.After.Missing:
		cost = math.Inf(1)
	case r.Sort.By == ByText:
		places, err := seg.order(r.Sort.Field)
		if err != nil {
			return nil, err
		}
		from, err := seg.placeAfter(r.Sort.Field, r.After.Text, places, false)
		if err != nil {
			return nil, err
		}
		next, err := seg.placeAfter(r.Sort.Field, r.After.Text, places, true)
		if err != nil {
			return nil, err
		}
		if from == next { // none here has this text
			return func(c candidate) bool { return c.cost >= float64(from) }, nil
		}
		cost = float64(from)
	}
	return func(c candidate) bool { return c.cost > cost || c.cost == cost && c.place >= place }, nil
}

// placeAfter returns the place of the first term of a field that is not before one, or
// with behind, that comes after it; one more than there are places where there is none.
func (seg *Segment) placeAfter(field, term string, places []uint32, behind bool) (uint32, error) {
	d, err := seg.dict(field)
	if err != nil {
		return 0, err
	}
	start := []byte(term)
	if behind {
		start = append(start, 0)
	}
	entry, err := d.AutomatonIterator(nil, start, nil).Next()
	if err != nil {
		return 0, fmt.Errorf("read field %s: %w", field, err)
	}
	if entry == nil {
		return math.MaxUint32, nil
	}
	docs, err := seg.docs(field, entry.Term)
	if err != nil {
		return 0, err
	}
	return places[docs.Minimum()], nil
}

// text reads what a document is sorted by.
func (seg *Segment) text(field string, doc uint32) (out string, err error) {
	values, ok := seg.snapshot.Segment().(segment.DocValueVisitable)
	if !ok {
		return "", fmt.Errorf("read %s of a document: the segment keeps no values", field)
	}
	_, err = values.VisitDocValues(uint64(doc), []string{field}, func(_ string, term []byte) { out = string(term) }, nil)
	if err != nil {
		return "", fmt.Errorf("read %s of a document: %w", field, err)
	}
	return out, nil
}

// Matches reports whether a hit matches a node. The snapshot that it came from has to be
// open still.
func (h *Hit) Matches(n Node) (bool, error) {
	set, err := n.match(h.segment)
	if err != nil {
		return false, err
	}
	return set.Contains(h.doc), nil
}

// Stored hands over the stored fields of a hit, until do returns false.
func (h *Hit) Stored(do func(field string, value []byte) bool) error {
	return h.segment.stored(h.doc, do)
}

// ID is the id of a document.
func (seg *Segment) ID(doc uint32) (string, error) {
	id, err := seg.snapshot.DocID(uint64(doc))
	if err != nil {
		return "", fmt.Errorf("read id of a document: %w", err)
	}
	return string(id), nil
}

func (seg *Segment) stored(doc uint32, do func(field string, value []byte) bool) error {
	err := seg.snapshot.VisitDocument(uint64(doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		return do(field, value)
	})
	if err != nil {
		return fmt.Errorf("read stored fields of a document: %w", err)
	}
	return nil
}
