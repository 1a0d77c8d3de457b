package web

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"hexi/archive"
)

// covers remembers which pictures stand for the collections on the home page. They
// are chosen to stay: the earliest that are large enough, so that what was taken
// in lately does not change the face of the archive.
type covers struct {
	mu     sync.Mutex
	at     time.Time
	chosen map[string]cover // by collection; heroKey for the large one
}

type cover struct {
	record, asset string
	width, height int
}

const (
	heroKey    = "\x00hero"
	coversKeep = 5 * time.Minute
	coverWidth = 1600 // pixels, of the picture as it is kept
	coverScan  = 200  // records of a collection that are looked at
	heroShape  = 1.8  // width by height
	coverShape = 1.5
)

// coversOf returns the pictures of collections, chosen anew from time to time and
// whenever one is not public any more.
func (s *Server) coversOf(ctx context.Context, collections []archive.Term) (map[string]cover, map[string]*archive.Entry, error) {
	s.covers.mu.Lock()
	chosen, fresh := s.covers.chosen, time.Since(s.covers.at) < coversKeep
	s.covers.mu.Unlock()
	entries, whole, err := s.coverEntries(ctx, chosen)
	if err != nil {
		return nil, nil, err
	}
	if fresh && whole && len(chosen) > len(collections)/2 {
		return chosen, entries, nil
	}
	chosen = map[string]cover{}
	for _, t := range collections {
		found, err := s.suited(ctx, t.Code)
		if err != nil {
			return nil, nil, err
		}
		if hero, ok := best(found, heroShape, ""); ok && chosen[heroKey].asset == "" && hero.width >= coverWidth && hero.width > hero.height {
			chosen[heroKey] = hero.cover
		}
		if c, ok := best(found, coverShape, chosen[heroKey].asset); ok {
			chosen[t.Code] = c.cover
		}
	}
	s.covers.mu.Lock()
	s.covers.chosen, s.covers.at = chosen, time.Now()
	s.covers.mu.Unlock()
	entries, _, err = s.coverEntries(ctx, chosen)
	return chosen, entries, err
}

// coverEntries reads the records of covers; whole is false if one is not public.
func (s *Server) coverEntries(ctx context.Context, chosen map[string]cover) (entries map[string]*archive.Entry, whole bool, err error) {
	var ids []string
	for _, c := range chosen {
		if !slices.Contains(ids, c.record) {
			ids = append(ids, c.record)
		}
	}
	entries = map[string]*archive.Entry{}
	if len(ids) == 0 {
		return entries, false, nil
	}
	found, err := s.Archive.PublicRecords(ctx, ids)
	if err != nil {
		return nil, false, err
	}
	for _, e := range found {
		entries[e.Record.ID] = e
	}
	return entries, len(entries) == len(ids), nil
}

// candidate is a picture that may become a cover.
type candidate struct {
	cover
	created time.Time
}

// suited returns the first pictures of a collection's public records.
func (s *Server) suited(ctx context.Context, collection string) ([]candidate, error) {
	page, _, err := s.Archive.List(ctx, archive.ListQuery{Collection: collection, Published: true, Limit: coverScan})
	if err != nil {
		return nil, err
	}
	var out []candidate
	for _, e := range page {
		if a := firstImage(e); a != nil && a.Incomplete() == nil {
			out = append(out, candidate{cover{e.Record.ID, a.ID, a.Image.Width, a.Image.Height}, e.Created})
		}
	}
	return out, nil
}

// best chooses the picture that is large enough, came first, and of those that
// came together is nearest to a shape. One asset is passed over if there is another.
func best(found []candidate, shape float64, but string) (candidate, bool) {
	if len(found) == 0 {
		return candidate{}, false
	}
	flag := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	return slices.MinFunc(found, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(flag(a.asset == but), flag(b.asset == but)),
			cmp.Compare(flag(a.width < coverWidth), flag(b.width < coverWidth)),
			a.created.Truncate(time.Minute).Compare(b.created.Truncate(time.Minute)),
			cmp.Compare(a.unlike(shape), b.unlike(shape)),
			cmp.Compare(a.record, b.record),
		)
	}), true
}

// unlike is how far an image's shape is from another.
func (c cover) unlike(shape float64) float64 {
	if c.width < 1 || c.height < 1 {
		return math.Inf(1)
	}
	return math.Abs(math.Log(float64(c.width) / float64(c.height) / shape))
}
