package engine

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

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
	last    *state // the newest that was looked at whole; nil for none
	scores  sync.Pool
}

// loading is the columns of a segment, which one goroutine reads and others wait for.
type loading struct {
	once    sync.Once
	done    atomic.Bool
	columns *columns
	err     error
}

// state is an index as it was at a time. It holds a reference of its own.
type state struct {
	whole *scorch.IndexSnapshot
	taken time.Time
}

// bigSegment is how many documents a segment has whose columns are read beside the
// searches, which are answered from the state before meanwhile: merged ones are big, and
// hold nothing new.
const bigSegment = 20_000

// oldest is how long a state is used while columns of a newer one are read.
const oldest = time.Second

// New makes an engine for indexes of one layout.
func New(layout Layout) *Engine {
	return &Engine{layout: layout, columns: map[uint64]*loading{}}
}

// Snapshot is a state of an index that does not change. It is for one goroutine.
type Snapshot struct {
	reader   index.IndexReader
	segments []*Segment
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
	kept     map[string]*roaring.Bitmap // of Kept
	scores   *sync.Pool                 // of *[]float32
}

type fieldTerm struct{ field, term string }

// Snapshot takes the state of an index, and reads the columns of segments that are new.
// It may be up to a second old, where big segments are new. It has to be closed.
func (e *Engine) Snapshot(b bleve.Index) (*Snapshot, error) {
	whole, err := wholeOf(b)
	if err != nil {
		return nil, err
	}
	if before := e.before(whole); before != nil {
		if err := whole.Close(); err != nil {
			return nil, errors.Join(fmt.Errorf("read index: %w", err), before.Close())
		}
		whole = before
	}
	s, err := e.snapshot(whole)
	if err != nil {
		return nil, errors.Join(err, whole.Close())
	}
	return s, nil
}

// wholeOf is the state of an index, which has to be closed.
func wholeOf(b bleve.Index) (*scorch.IndexSnapshot, error) {
	advanced, err := b.Advanced()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	reader, err := advanced.Reader()
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	whole, ok := reader.(*scorch.IndexSnapshot)
	if !ok {
		return nil, errors.Join(fmt.Errorf("read index: it is kept by %T, not by scorch", reader), reader.Close())
	}
	return whole, nil
}

func (e *Engine) snapshot(whole *scorch.IndexSnapshot) (*Snapshot, error) {
	s := &Snapshot{reader: whole}
	known := map[uint64]bool{}
	for _, part := range whole.Segments() {
		known[part.Id()] = true
		columns, err := e.columnsOf(part)
		if err != nil {
			return nil, err
		}
		seg := &Segment{
			snapshot: part, columns: columns, size: uint32(part.Segment().Count()),
			dicts: map[string]segment.TermDictionary{}, postings: map[fieldTerm]*roaring.Bitmap{}, kept: map[string]*roaring.Bitmap{}, scores: &e.scores,
		}
		if d := part.Deleted(); d != nil && !d.IsEmpty() {
			seg.deleted = d
		}
		s.segments = append(s.segments, seg)
	}
	return s, e.took(whole, known)
}

// before returns the last state, with a reference more, where columns of big segments have
// yet to be read for a newer one, and has them read.
func (e *Engine) before(whole *scorch.IndexSnapshot) *scorch.IndexSnapshot {
	var missing []*scorch.SegmentSnapshot
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, part := range whole.Segments() {
		if l := e.columns[part.Id()]; part.Segment().Count() >= bigSegment && (l == nil || !l.done.Load()) {
			missing = append(missing, part)
		}
	}
	if len(missing) == 0 || e.last == nil || time.Since(e.last.taken) > oldest {
		return nil
	}
	whole.AddRef() // for who reads the columns
	go func() {
		for _, part := range missing {
			if _, err := e.columnsOf(part); err != nil {
				break // the next search meets it too
			}
		}
		whole.Close() //nolint:errcheck // nothing but the reference is given back
	}()
	e.last.whole.AddRef()
	return e.last.whole
}

// took keeps a state as the last one for a while, and lets go of the columns of segments
// that are gone. It is not kept for longer: its files could not be removed.
func (e *Engine) took(whole *scorch.IndexSnapshot, known map[uint64]bool) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.forget(known)
	if e.last != nil && e.last.whole == whole {
		return nil
	}
	whole.AddRef()
	now := &state{whole: whole, taken: time.Now()}
	before := e.last
	e.last = now
	time.AfterFunc(2*oldest, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.last == now {
			e.last = nil
			whole.Close() //nolint:errcheck // nothing but the reference is given back
		}
	})
	if before == nil {
		return nil
	}
	if err := before.whole.Close(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

// Warm reads the columns of an index, some segments at a time, so that the first search
// does not wait for them.
func (e *Engine) Warm(b bleve.Index) error {
	whole, err := wholeOf(b)
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	parts := make(chan *scorch.SegmentSnapshot)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for part := range parts {
				_, _ = e.columnsOf(part) // a search meets the error too
			}
		})
	}
	for _, part := range whole.Segments() {
		parts <- part
	}
	close(parts)
	wait.Wait()
	if err := whole.Close(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

// Parts is how many segments an index has.
func (e *Engine) Parts(b bleve.Index) (int, error) {
	whole, err := wholeOf(b)
	if err != nil {
		return 0, err
	}
	n := len(whole.Segments())
	if err := whole.Close(); err != nil {
		return 0, fmt.Errorf("close index: %w", err)
	}
	return n, nil
}

// Close lets go of the state.
func (s *Snapshot) Close() error {
	if err := s.reader.Close(); err != nil {
		return fmt.Errorf("close index: %w", err)
	}
	return nil
}

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
	l.once.Do(func() {
		l.columns, l.err = readColumns(part.Segment(), &e.layout)
		l.done.Store(true)
	})
	return l.columns, l.err
}

// columnsKept is how many columns of segments are kept that the newest snapshot does not
// have: searches that began before it may still use theirs, and merely read them again
// where they were let go.
const columnsKept = 64

// forget lets go of the columns of segments that are gone.
func (e *Engine) forget(known map[uint64]bool) {
	if len(e.columns) <= len(known)+columnsKept {
		return
	}
	for id := range e.columns {
		if !known[id] {
			delete(e.columns, id)
		}
	}
}

// Reset lets go of everything, as another index takes the place of the one before, whose
// numbers of segments are its own, or none does.
func (e *Engine) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.columns = map[uint64]*loading{}
	if e.last != nil {
		e.last.whole.Close() //nolint:errcheck // nothing but the reference is given back
		e.last = nil
	}
}

// Deleted is how many documents of the segment are deleted.
func (seg *Segment) Deleted() uint64 {
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

// blank is a number for each document, all of them 0. It is to be given back to the pool.
func (seg *Segment) blank() []float32 {
	if kept, ok := seg.scores.Get().(*[]float32); ok && cap(*kept) >= int(seg.size) {
		out := (*kept)[:seg.size]
		clear(out)
		return out
	}
	return make([]float32, seg.size)
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
