package search

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"hexi/archive"
	"hexi/search/engine"
)

// Span is a part of a histogram of years: how many of the records that were found are of
// a time that touches it. There is no year 0.
type Span struct {
	From  int `json:"from"`
	To    int `json:"to"`
	Count int `json:"count"`
}

// Cell is an area of a map, a geohash, with how many of the records that were found lie in
// it, and their middle in degrees.
type Cell struct {
	Geohash string  `json:"geohash"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Count   int     `json:"count"`
	Record  string  `json:"record,omitempty"` // of the only one
}

// The bounds of what may be asked for.
const (
	maxSpans     = 60
	maxCells     = 2000
	maxPrecision = 8
)

// spread counts where in time and space records are.
type spread struct {
	begun     map[int]int // how many begin in a year, in astronomical years
	over      map[int]int // how many have ended when a year begins
	cells     map[uint64]*cell
	precision int
	most      int // the latest year that a record may have
}

type cell struct {
	count    int
	lat, lon float64
	segment  *engine.Segment
	doc      uint32
}

func (ix *Index) newSpread(q *Query) *spread {
	s := &spread{precision: q.Cells, most: archive.AstronomicalYear(ix.now().Year())}
	if q.Spans > 0 {
		s.begun, s.over = map[int]int{}, map[int]int{}
	}
	if q.Cells > 0 {
		s.cells = map[uint64]*cell{}
	}
	return s
}

func (s *spread) visit(seg *engine.Segment, docs []uint32) {
	if s.begun != nil {
		from, to := seg.Numbers(fieldFrom), seg.Numbers(fieldTo)
		for _, doc := range docs {
			if from[doc] != engine.Missing {
				begin := archive.AstronomicalYear(int(from[doc]))
				s.begun[begin]++
				s.over[max(begin, min(archive.AstronomicalYear(int(to[doc])), s.most))+1]++
			}
		}
	}
	if s.cells == nil {
		return
	}
	lat, lon := seg.Numbers(fieldLat), seg.Numbers(fieldLon)
	for _, doc := range docs {
		if lat[doc] == engine.Missing {
			continue
		}
		y, x := float64(lat[doc])/1e7, float64(lon[doc])/1e7
		key := geohash(y, x, s.precision)
		c := s.cells[key]
		if c == nil {
			c = &cell{segment: seg, doc: doc}
			s.cells[key] = c
		}
		c.count++
		c.lat += y
		c.lon += x
	}
}

// spans cuts the years of all records into at most so many parts of one round length.
func (s *spread) spans(limit int) []Span {
	out := []Span{}
	if len(s.begun) == 0 {
		return out
	}
	begun, over := slices.Sorted(maps.Keys(s.begun)), slices.Sorted(maps.Keys(s.over))
	first, last := begun[0], over[len(over)-1]-1
	if limit == 1 {
		all := 0
		for _, n := range s.begun {
			all += n
		}
		return append(out, Span{From: archive.HistoricalYear(first), To: archive.HistoricalYear(last), Count: all})
	}
	// Parts begin with the years 1, 101, 201 … as centuries do.
	width := 1
	floor := func(year int) int { return int(math.Floor(float64(year-1)/float64(width)))*width + 1 }
	for _, w := range widths {
		if width = w; (floor(last)-floor(first))/width < limit {
			break
		}
	}
	count := 0 // all that touch the part before, and have not ended when this one begins
	for begin := floor(first); begin <= last; begin += width {
		for len(over) > 0 && over[0] <= begin {
			count -= s.over[over[0]]
			over = over[1:]
		}
		for len(begun) > 0 && begun[0] < begin+width {
			count += s.begun[begun[0]]
			begun = begun[1:]
		}
		out = append(out, Span{From: archive.HistoricalYear(begin), To: archive.HistoricalYear(begin + width - 1), Count: count})
	}
	return out
}

// widths are the lengths of a histogram's parts in years.
var widths = []int{1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000, 500_000, 1_000_000}

func (s *spread) list() ([]Cell, error) {
	out := make([]Cell, 0, len(s.cells))
	for key, c := range s.cells {
		n := float64(c.count)
		one := Cell{Geohash: geohashText(key, s.precision), Lat: round(c.lat / n), Lon: round(c.lon / n), Count: c.count}
		if c.count == 1 {
			id, err := c.segment.ID(c.doc)
			if err != nil {
				return nil, err
			}
			one.Record = id
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Cell) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Geohash, b.Geohash)) })
	return out[:min(len(out), maxCells)], nil
}

func round(degrees float64) float64 { return math.Round(degrees*1e5) / 1e5 }

// geohashDigits are those of Niemeyer's geohash, in their order.
const geohashDigits = "0123456789bcdefghjkmnpqrstuvwxyz"

// geohash is the cell of a position: bits of longitude and latitude by turns, five for each
// digit.
func geohash(lat, lon float64, digits int) uint64 {
	south, north, west, east := -90.0, 90.0, -180.0, 180.0
	key := uint64(0)
	for bit := range 5 * digits {
		key <<= 1
		if bit%2 == 0 {
			if middle := (west + east) / 2; lon >= middle {
				key, west = key|1, middle
			} else {
				east = middle
			}
			continue
		}
		if middle := (south + north) / 2; lat >= middle {
			key, south = key|1, middle
		} else {
			north = middle
		}
	}
	return key
}

func geohashText(key uint64, digits int) string {
	out := make([]byte, digits)
	for i := digits - 1; i >= 0; i-- {
		out[i] = geohashDigits[key&31]
		key >>= 5
	}
	return string(out)
}

// parentOf is the value of a facet that another is part of; "" for none.
func (ix *Index) parentOf(facet, value string) string {
	if facet != "period" && facet != "site" && facet != "region" {
		return ""
	}
	term, ok := ix.vocabulary.Term(facetScheme[facet], value)
	if !ok || term.Code != value {
		return ""
	}
	return term.Parent
}
