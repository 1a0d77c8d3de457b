package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"hexi/archive"
)

// inventedSource is a catalogue of invented records, which are made when they are asked
// for: an index that follows it is measured without a database.
type inventedSource struct {
	in    *inventor
	count int

	mu       sync.Mutex
	log      []int       // the numbers of the records that were changed, in order
	versions map[int]int // of those that were changed
}

func newInventedSource(in *inventor, count int) *inventedSource {
	return &inventedSource{in: in, count: count, versions: map[int]int{}}
}

// change makes a new version of each of these records.
func (s *inventedSource) change(numbers ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range numbers {
		s.versions[n]++
		s.log = append(s.log, n)
	}
}

// Changes implements search.Source.
func (s *inventedSource) Changes(_ context.Context, since int64, limit int) ([]archive.Change, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if since < 0 || since > int64(len(s.log)) {
		return nil, fmt.Errorf("changes since %d of %d", since, len(s.log))
	}
	rest := s.log[since:]
	out := make([]archive.Change, 0, min(limit, len(rest)))
	for i, n := range rest[:min(limit, len(rest))] {
		out = append(out, archive.Change{Seq: since + int64(i) + 1, At: time.Now(), Action: archive.ActionPublished, Record: inventedID(n)})
	}
	return out, nil
}

// LastChange implements search.Source.
func (s *inventedSource) LastChange(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.log)), nil
}

// Entries implements search.Source.
func (s *inventedSource) Entries(_ context.Context, ids []string, _ bool) ([]*archive.Entry, error) {
	out := make([]*archive.Entry, 0, len(ids))
	for _, id := range ids {
		if n, ok := inventedNumber(id); ok && n < s.count {
			out = append(out, s.entry(n))
		}
	}
	return out, nil
}

// List implements search.Source: all records are published.
func (s *inventedSource) List(_ context.Context, q archive.ListQuery) ([]*archive.Entry, error) {
	from := 0
	if n, ok := inventedNumber(q.After); ok {
		from = n + 1
	}
	out := make([]*archive.Entry, 0, q.Limit)
	for n := from; n < min(s.count, from+q.Limit); n++ {
		out = append(out, s.entry(n))
	}
	return out, nil
}

// Count implements search.Source.
func (s *inventedSource) Count(context.Context, archive.ListQuery) (int, error) { return s.count, nil }

func (s *inventedSource) entry(n int) *archive.Entry {
	s.mu.Lock()
	version := s.versions[n]
	s.mu.Unlock()
	return s.in.entry(n, version)
}
