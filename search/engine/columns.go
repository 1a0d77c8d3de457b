package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Missing stands in a column for a document without a number.
const Missing = math.MinInt32

// Number writes a number as the term that a column is read from. Terms sort as numbers do.
func Number(v int32) string {
	s := strconv.FormatUint(uint64(uint32(v)^1<<31), 16)
	return "00000000"[len(s):] + s
}

func parseNumber(term string) (int32, error) {
	v, err := strconv.ParseUint(term, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("read a number: %w", err)
	}
	return int32(uint32(v) ^ 1<<31), nil
}

// columns are what is kept in memory of a segment.
type columns struct {
	facets  map[string]*facetColumn
	numbers map[string][]int32
	ids     []uint32 // the place of the document's id among all

	// What is sorted by text is asked for seldom, and read when it first is.
	ordering sync.Mutex
	orders   map[string][]uint32 // the place of the document's text among all, from 1; 0 for none
}

// facetColumn holds the values of each document as numbers of its terms. Where no
// document has more than one, from is nil and values has one for each document.
type facetColumn struct {
	terms  []string
	from   []uint32 // where the values of a document begin; one more than there are documents
	values []uint32
}

// noValue stands for a document without any value.
const noValue = math.MaxUint32

func readColumns(seg segment.Segment, layout *Layout) (*columns, error) {
	c := &columns{facets: map[string]*facetColumn{}, numbers: map[string][]int32{}, orders: map[string][]uint32{}}
	n := uint32(seg.Count())
	var err error
	for _, field := range layout.Facets {
		if c.facets[field], err = readFacet(seg, field, n); err != nil {
			return nil, err
		}
	}
	for _, field := range layout.Numbers {
		if c.numbers[field], err = readNumbers(seg, field, n); err != nil {
			return nil, err
		}
	}
	c.ids, err = readIDs(seg, n)
	return c, err
}

func readNumbers(seg segment.Segment, field string, n uint32) ([]int32, error) {
	values := make([]int32, n)
	for i := range values {
		values[i] = Missing
	}
	var fault error
	err := eachValue(seg, field, n, func(doc uint32, term []byte) {
		v, err := parseNumber(string(term))
		if err != nil {
			fault = err
		}
		values[doc] = v
	})
	if err = errors.Join(err, fault); err != nil {
		return nil, fmt.Errorf("read field %s: %w", field, err)
	}
	return values, nil
}

// eachValue goes through the values of a field, by document.
func eachValue(seg segment.Segment, field string, n uint32, do func(doc uint32, term []byte)) error {
	values, ok := seg.(segment.DocValueVisitable)
	if !ok {
		return errors.New("the segment keeps no values")
	}
	var state segment.DocVisitState
	var err error
	fields := []string{field}
	for doc := range n {
		if state, err = values.VisitDocValues(uint64(doc), fields, func(_ string, term []byte) { do(doc, term) }, state); err != nil {
			return err
		}
	}
	return nil
}

func readIDs(seg segment.Segment, n uint32) ([]uint32, error) {
	ids := make([]string, n)
	for doc := range n {
		id, err := seg.DocID(uint64(doc))
		if err != nil {
			return nil, fmt.Errorf("read id of a document: %w", err)
		}
		ids[doc] = string(id)
	}
	return places(ids, 0), nil
}

// places returns the place of each text among all, from first on; texts that are alike
// have one place, and an empty text has 0.
func places(texts []string, first uint32) []uint32 {
	order := make([]uint32, len(texts))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(texts[a], texts[b]) })
	out := make([]uint32, len(texts))
	place := first
	for i, doc := range order {
		if texts[doc] == "" {
			continue
		}
		if i > 0 && texts[order[i-1]] != texts[doc] && texts[order[i-1]] != "" {
			place++
		}
		out[doc] = place
	}
	return out
}

// order is the column of a field that is sorted by.
func (seg *Segment) order(field string) ([]uint32, error) {
	c := seg.columns
	c.ordering.Lock()
	defer c.ordering.Unlock()
	if o, ok := c.orders[field]; ok {
		return o, nil
	}
	texts := make([]string, seg.size)
	if err := eachValue(seg.snapshot.Segment(), field, seg.size, func(doc uint32, term []byte) { texts[doc] = string(term) }); err != nil {
		return nil, fmt.Errorf("read field %s: %w", field, err)
	}
	c.orders[field] = places(texts, 1)
	return c.orders[field], nil
}

func readFacet(seg segment.Segment, field string, n uint32) (*facetColumn, error) {
	f := &facetColumn{}
	var sets []*roaring.Bitmap
	counts, many := make([]uint8, n), false
	err := eachTerm(seg, field, func(term string, docs *roaring.Bitmap) error {
		f.terms, sets = append(f.terms, term), append(sets, docs)
		eachDoc(docs, func(doc uint32) {
			if counts[doc] < math.MaxUint8 {
				counts[doc]++
			}
			many = many || counts[doc] > 1
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !many {
		f.values = make([]uint32, n)
		for i := range f.values {
			f.values[i] = noValue
		}
		for term, docs := range sets {
			eachDoc(docs, func(doc uint32) { f.values[doc] = uint32(term) })
		}
		return f, nil
	}
	f.from = make([]uint32, n+1)
	for _, docs := range sets {
		eachDoc(docs, func(doc uint32) { f.from[doc+1]++ })
	}
	for i := range n {
		f.from[i+1] += f.from[i]
	}
	f.values = make([]uint32, f.from[n])
	next := make([]uint32, n)
	copy(next, f.from)
	for term, docs := range sets {
		eachDoc(docs, func(doc uint32) {
			f.values[next[doc]] = uint32(term)
			next[doc]++
		})
	}
	return f, nil
}

// eachTerm goes through the terms of a field in their order.
func eachTerm(seg segment.Segment, field string, do func(term string, docs *roaring.Bitmap) error) error {
	d, err := seg.Dictionary(field)
	if err != nil {
		return fmt.Errorf("read field %s: %w", field, err)
	}
	return eachEntry(d.AutomatonIterator(nil, nil, nil), field, func(entry *index.DictEntry) (bool, error) {
		docs, err := postings(d, entry.Term)
		if err == nil {
			err = do(entry.Term, docs)
		}
		if err != nil {
			return false, fmt.Errorf("read field %s: %w", field, err)
		}
		return true, nil
	})
}

func eachDoc(docs *roaring.Bitmap, do func(doc uint32)) {
	var buffer [256]uint32
	for it := docs.ManyIterator(); ; {
		n := it.NextMany(buffer[:])
		if n == 0 {
			return
		}
		for _, doc := range buffer[:n] {
			do(doc)
		}
	}
}
