package engine

import (
	"errors"
	"fmt"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// Layout says of which fields columns are kept.
type Layout struct {
	Facets  []string // keywords, any number of them a document
	Numbers []string // one number a document, as Number writes it
	Orders  []string // one text a document, sorted by; with doc values
}

// Engine keeps the columns of the segments that it has seen. It is safe for use by many
// goroutines.
type Engine struct {
	layout Layout

	mu      sync.Mutex
	columns map[uint64]*loading
	scores  sync.Pool
}

// loading is the columns of a segment, which one goroutine reads and others wait for.
type loading struct {
	once    sync.Once
	columns *columns
	err     error
}

// New makes an engine for indexes of one layout.
func New(layout Layout) *Engine {
	return &Engine{layout: layout, columns: map[uint64]*loading{}}
}

// Snapshot is a state of an index that does not change. It is for one goroutine.
type Snapshot struct {
	engine   *Engine
	reader   index.IndexReader
	segments []*Segment
	live     uint64
}

// Segment is a part of a snapshot. Documents have numbers from 0 in it.
type Segment struct {
	snapshot *scorch.SegmentSnapshot
	columns  *columns
	size     uint32
	deleted  *roaring.Bitmap // nil for none
	dicts    map[string]segment.TermDictionary
	postings map[fieldTerm]*roaring.Bitmap
	all      *roaring.Bitmap
}

type fieldTerm struct{ field, term string }

// Snapshot takes the state of an index, and reads the columns of segments that are new.
// It has to be closed.
func (e *Engine) Snapshot(b bleve.Index) (_ *Snapshot, err error) {
	advanced, err := b.Advanced()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, reader.Close())
		}
	}()
	whole, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, fmt.Errorf("read index: it is kept by %T, not by scorch", reader)
	}
	s := &Snapshot{engine: e, reader: reader}
	known := map[uint64]bool{}
	for _, part := range whole.Segments() {
		known[part.Id()] = true
		columns, err := e.columnsOf(part)
		if err != nil {
			return nil, err
		}
		seg := &Segment{
			snapshot: part, columns: columns, size: uint32(part.Segment().Count()),
			dicts: map[string]segment.TermDictionary{}, postings: map[fieldTerm]*roaring.Bitmap{},
		}
		if d := part.Deleted(); d != nil && !d.IsEmpty() {
			seg.deleted = d
		}
		s.live += uint64(seg.size) - seg.deletedCount()
		s.segments = append(s.segments, seg)
	}
	e.forget(known)
	return s, nil
}

// Close lets go of the state.
func (s *Snapshot) Close() error {
	if err := s.reader.Close(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

// Live is how many documents there are.
func (s *Snapshot) Live() uint64 { return s.live }

// Segments are the parts of the snapshot.
func (s *Snapshot) Segments() []*Segment { return s.segments }

func (e *Engine) columnsOf(part *scorch.SegmentSnapshot) (*columns, error) {
	e.mu.Lock()
	l := e.columns[part.Id()]
	if l == nil {
		l = &loading{}
		e.columns[part.Id()] = l
	}
	e.mu.Unlock()
	l.once.Do(func() { l.columns, l.err = readColumns(part.Segment(), &e.layout) })
	return l.columns, l.err
}

// columnsKept is how many columns of segments are kept that the newest snapshot does not
// have: searches that began before it may still use theirs, and merely read them again
// where they were let go.
const columnsKept = 64

// forget lets go of the columns of segments that are gone.
func (e *Engine) forget(known map[uint64]bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.columns) <= len(known)+columnsKept {
		return
	}
	for id := range e.columns {
		if !known[id] {
			delete(e.columns, id)
		}
	}
}

// Reset lets go of all columns, as another index takes the place of the one before:
// numbers of segments are each index's own.
func (e *Engine) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.columns = map[uint64]*loading{}
}

func (seg *Segment) deletedCount() uint64 {
	if seg.deleted == nil {
		return 0
	}
	return seg.deleted.GetCardinality()
}

// everything is the documents of the segment that are not deleted.
func (seg *Segment) everything() *roaring.Bitmap {
	if seg.all == nil {
		seg.all = roaring.New()
		seg.all.AddRange(0, uint64(seg.size))
		if seg.deleted != nil {
			seg.all.AndNot(seg.deleted)
		}
	}
	return seg.all
}

var none = roaring.New() //nolint:gochecknoglobals // the empty set, never changed

func (seg *Segment) dict(field string) (segment.TermDictionary, error) {
	if d, ok := seg.dicts[field]; ok {
		return d, nil
	}
	d, err := seg.snapshot.Segment().Dictionary(field)
	if err != nil {
		return nil, fmt.Errorf("read field %s: %w", field, err)
	}
	seg.dicts[field] = d
	return d, nil
}

// docs is the documents that have a term in a field, deleted ones among them.
func (seg *Segment) docs(field, term string) (*roaring.Bitmap, error) {
	key := fieldTerm{field, term}
	if b, ok := seg.postings[key]; ok {
		return b, nil
	}
	d, err := seg.dict(field)
	if err != nil {
		return nil, err
	}
	b, err := postings(d, term)
	if err != nil {
		return nil, fmt.Errorf("read field %s: %w", field, err)
	}
	seg.postings[key] = b
	return b, nil
}

func postings(d segment.TermDictionary, term string) (*roaring.Bitmap, error) {
	list, err := d.PostingsList([]byte(term), nil, nil)
	if err != nil {
		return nil, err
	}
	it := list.Iterator(false, false, false, nil)
	if quick, ok := it.(segment.OptimizablePostingsIterator); ok {
		if doc, one := quick.DocNum1Hit(); one {
			return roaring.BitmapOf(uint32(doc)), nil
		}
		if b := quick.ActualBitmap(); b != nil {
			return b, nil
		}
		return none, nil
	}
	b := roaring.New()
	for {
		p, err := it.Next()
		if err != nil {
			return nil, err
		}
		if p == nil {
			return b, nil
		}
		b.Add(uint32(p.Number()))
	}
}
