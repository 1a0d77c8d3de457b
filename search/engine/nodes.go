package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/blevesearch/vellum/levenshtein"
	"github.com/blevesearch/vellum/regexp"
)

// Node says which documents match. What it returns of a segment is not to be changed,
// and may have deleted documents in it: Collect leaves these out.
type Node interface {
	match(s *Segment) (*roaring.Bitmap, error)
}

// predicate is a node that is asked of each document, after the others: of many at a time,
// of which those that match come first afterwards, and are counted.
type predicate interface {
	sift(s *Segment) sieve
}

type sieve func(docs []uint32) int

// siftBy makes a sieve of what is asked of one document.
func siftBy(keep func(doc uint32) bool) sieve {
	return func(docs []uint32) int {
		k := 0
		for _, doc := range docs {
			if keep(doc) {
				docs[k] = doc
				k++
			}
		}
		return k
	}
}

// All matches everything.
type All struct{}

func (All) match(s *Segment) (*roaring.Bitmap, error) { return s.everything(), nil }

// Kept is a node that stands in several places of a query under one name: what it matches
// is found once.
type Kept struct {
	Name string
	Node Node
}

func (k Kept) match(s *Segment) (*roaring.Bitmap, error) {
	if set, ok := s.kept[k.Name]; ok {
		return set, nil
	}
	set, err := k.Node.match(s)
	if err == nil {
		s.kept[k.Name] = set
	}
	return set, err
}

// Term matches documents that have a term in a field.
type Term struct{ Field, Value string }

func (t Term) match(s *Segment) (*roaring.Bitmap, error) { return s.docs(t.Field, t.Value) }

// Any matches documents that have one of many terms in a field, most of which no document
// has.
type Any struct {
	Field string
	Terms []string
}

func (a Any) match(s *Segment) (*roaring.Bitmap, error) {
	d, err := s.dict(a.Field)
	if err != nil {
		return nil, err
	}
	var sets []*roaring.Bitmap
	for _, term := range a.Terms {
		if there, err := d.Contains([]byte(term)); err != nil || !there {
			if err != nil {
				return nil, fmt.Errorf("read field %s: %w", a.Field, err)
			}
			continue
		}
		docs, err := s.docs(a.Field, term)
		if err != nil {
			return nil, err
		}
		sets = append(sets, docs)
	}
	return union(sets), nil
}

// union joins sets without changing them.
func union(sets []*roaring.Bitmap) *roaring.Bitmap {
	switch len(sets) {
	case 0:
		return none
	case 1:
		return sets[0]
	}
	total := uint64(0)
	for _, set := range sets {
		total += set.GetCardinality()
	}
	if len(sets) > fewSets || total > fewDocs {
		return roaring.FastOr(sets...)
	}
	// FastOr makes whole bitmaps of what is small, and then small again.
	slices.SortFunc(sets, func(a, b *roaring.Bitmap) int { return cmp.Compare(a.GetCardinality(), b.GetCardinality()) })
	out := roaring.Or(sets[0], sets[1])
	for _, set := range sets[2:] {
		out.Or(set)
	}
	return out
}

// fewSets is how many sets are joined one after the other, and fewDocs how many documents
// they have then.
const (
	fewSets = 16
	fewDocs = 50_000
)

// And matches what all of its nodes match; with none of them, everything.
type And []Node

func (a And) match(s *Segment) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	var asked []sieve
	for _, n := range a {
		if p, ok := n.(predicate); ok {
			asked = append(asked, p.sift(s))
			continue
		}
		set, err := n.match(s)
		if err != nil || set.IsEmpty() {
			return none, err
		}
		sets = append(sets, set)
	}
	var out *roaring.Bitmap
	switch len(sets) {
	case 0:
		out = s.everything()
	case 1:
		out = sets[0]
	default:
		slices.SortFunc(sets, func(a, b *roaring.Bitmap) int { return cmp.Compare(a.GetCardinality(), b.GetCardinality()) })
		out = roaring.And(sets[0], sets[1])
		for _, set := range sets[2:] {
			out.And(set)
		}
	}
	if len(asked) == 0 {
		return out, nil
	}
	return filtered(out, asked), nil
}

// kept is what a predicate keeps of everything.
func kept(s *Segment, p predicate) *roaring.Bitmap {
	return filtered(s.everything(), []sieve{p.sift(s)})
}

func filtered(set *roaring.Bitmap, asked []sieve) *roaring.Bitmap {
	out := roaring.New()
	var some [4096]uint32
	for it := set.ManyIterator(); ; {
		n := it.NextMany(some[:])
		if n == 0 {
			return out
		}
		for _, ask := range asked {
			n = ask(some[:n])
		}
		out.AddMany(some[:n])
	}
}

// Or matches what any of its nodes matches; with none of them, nothing.
type Or []Node

func (o Or) match(s *Segment) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	for _, n := range o {
		set, err := n.match(s)
		if err != nil {
			return nil, err
		}
		if !set.IsEmpty() {
			sets = append(sets, set)
		}
	}
	return union(sets), nil
}

// Not matches what a node does not match.
type Not struct{ Node Node }

func (n Not) match(s *Segment) (*roaring.Bitmap, error) {
	set, err := n.Node.match(s)
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(s.everything(), set), nil
}

// Cover matches documents of which the weights of the matching nodes come to at least Min.
type Cover struct {
	Nodes   []Node
	Weights []float64
	Min     float64
}

func (c Cover) match(s *Segment) (*roaring.Bitmap, error) {
	sums := s.blank()
	defer s.scores.Put(&sums)
	var seen []*roaring.Bitmap
	for i, n := range c.Nodes {
		set, err := n.match(s)
		if err != nil {
			return nil, err
		}
		seen = append(seen, set)
		w := float32(c.Weights[i])
		eachDoc(set, func(doc uint32) { sums[doc] += w })
	}
	least := float32(c.Min) * (1 - 1e-5)
	return filtered(union(seen), []sieve{siftBy(func(doc uint32) bool { return sums[doc] >= least })}), nil
}

// Overlap matches documents whose span between two columns touches From … To.
type Overlap struct {
	Begin, End string
	From, To   int32 // math.MinInt32 and math.MaxInt32 where it is open
}

// The loops of this one, of Within and of Box are written out: through siftBy a part of a
// million documents takes twice as long.

func (o Overlap) sift(s *Segment) sieve {
	begin, end := s.Numbers(o.Begin), s.Numbers(o.End)
	return func(docs []uint32) int {
		k := 0
		for _, doc := range docs {
			if b := begin[doc]; b <= o.To && b != Missing && end[doc] >= o.From {
				docs[k] = doc
				k++
			}
		}
		return k
	}
}

func (o Overlap) match(s *Segment) (*roaring.Bitmap, error) {
	return kept(s, o), nil
}

// Within matches documents of whose span between two columns at least Share, of 0 … 1,
// lies in From … To.
type Within struct {
	Begin, End string
	From, To   int32
	Share      float64
}

func (w Within) sift(s *Segment) sieve {
	begin, end := s.Numbers(w.Begin), s.Numbers(w.End)
	return func(docs []uint32) int {
		k := 0
		for _, doc := range docs {
			b, e := begin[doc], end[doc]
			if b > w.To || e < w.From || b == Missing {
				continue
			}
			inside := min(int64(e), int64(w.To)) - max(int64(b), int64(w.From)) + 1
			if float64(inside) >= w.Share*float64(int64(e)-int64(b)+1) {
				docs[k] = doc
				k++
			}
		}
		return k
	}
}

func (w Within) match(s *Segment) (*roaring.Bitmap, error) {
	return kept(s, w), nil
}

// Check matches those of the documents that match Of whose stored fields OK says yes to.
// Each of them is read, which takes long where there are many.
type Check struct {
	Of Node
	OK func(stored func(do func(field string, value []byte) bool) error) (bool, error)
}

func (c Check) match(s *Segment) (*roaring.Bitmap, error) {
	set, err := c.Of.match(s)
	if err != nil || set.IsEmpty() {
		return set, err
	}
	out := roaring.New()
	for it := set.Iterator(); it.HasNext(); {
		doc := it.Next()
		if s.deleted != nil && s.deleted.Contains(doc) {
			continue
		}
		ok, err := c.OK(func(do func(field string, value []byte) bool) error { return s.stored(doc, do) })
		if err != nil {
			return nil, err
		}
		if ok {
			out.Add(doc)
		}
	}
	return out, nil
}

// Between matches documents with a number of From … To.
type Between struct {
	Column   string
	From, To int32
}

func (b Between) sift(s *Segment) sieve {
	values := s.Numbers(b.Column)
	return siftBy(func(doc uint32) bool { v := values[doc]; return v != Missing && v >= b.From && v <= b.To })
}

func (b Between) match(s *Segment) (*roaring.Bitmap, error) {
	return kept(s, b), nil
}

// Degrees is a position in degrees as a column holds it.
func Degrees(d float64) int32 { return int32(math.Round(d * 1e7)) }

// Box matches documents within a box; West is greater than East across the date line.
// Positions are in Degrees.
type Box struct {
	Lat, Lon                 string
	West, South, East, North int32
}

func (b Box) sift(s *Segment) sieve {
	lat, lon := s.Numbers(b.Lat), s.Numbers(b.Lon) // one that is nowhere is Missing, south of everything
	south := max(b.South, Missing+1)
	if b.West > b.East {
		return siftBy(func(doc uint32) bool {
			return lat[doc] >= south && lat[doc] <= b.North && (lon[doc] >= b.West || lon[doc] <= b.East)
		})
	}
	return func(docs []uint32) int {
		k := 0
		for _, doc := range docs {
			if at := lat[doc]; at >= south && at <= b.North && lon[doc] >= b.West && lon[doc] <= b.East {
				docs[k] = doc
				k++
			}
		}
		return k
	}
}

func (b Box) match(s *Segment) (*roaring.Bitmap, error) {
	return kept(s, b), nil
}

// Circle matches documents within so many metres of a position.
type Circle struct {
	Lat, Lon     string // columns
	AtLat, AtLon float64
	Metres       float64
}

func (c Circle) sift(s *Segment) sieve {
	away := c.distance(s)
	return siftBy(func(doc uint32) bool { return away(doc) <= c.Metres })
}

// distance returns the metres to each document, infinite for one that is nowhere.
func (c Circle) distance(s *Segment) func(uint32) float64 {
	lat, lon := s.Numbers(c.Lat), s.Numbers(c.Lon)
	return func(doc uint32) float64 {
		if lat[doc] == Missing || lon[doc] == Missing {
			return math.Inf(1)
		}
		return Distance(c.AtLat, c.AtLon, float64(lat[doc])/1e7, float64(lon[doc])/1e7)
	}
}

func (c Circle) match(s *Segment) (*roaring.Bitmap, error) {
	return kept(s, c), nil
}

// earthRadius is the mean radius of the earth in metres (IUGG).
const earthRadius = 6_371_008.8

// Distance is the length in metres of the great circle between two positions in degrees.
func Distance(lat1, lon1, lat2, lon2 float64) float64 {
	const rad = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*rad/2), math.Sin((lon2-lon1)*rad/2)
	h := a*a + math.Cos(lat1*rad)*math.Cos(lat2*rad)*b*b
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// maxTerms bounds the terms that a pattern stands for.
const maxTerms = 1000

// Pattern matches documents with a term in a field that a regular expression matches
// whole. Of a pattern of very many terms the first thousand count.
type Pattern struct{ Field, Expr string }

func (p Pattern) match(s *Segment) (*roaring.Bitmap, error) {
	a, err := regexp.New(p.Expr)
	if err != nil {
		return none, nil //nolint:nilerr // what nobody can write matches nothing
	}
	return s.matching(p.Field, a, nil, nil)
}

// Prefix matches documents with a term in a field that begins so.
type Prefix struct{ Field, Begin string }

func (p Prefix) match(s *Segment) (*roaring.Bitmap, error) {
	return s.matching(p.Field, nil, []byte(p.Begin), after(p.Begin))
}

// after is the first term behind all that begin so; nil where there is none.
func after(begin string) []byte {
	end := []byte(begin)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return end[:i+1]
		}
	}
	return nil
}

func (seg *Segment) matching(field string, a segment.Automaton, start, end []byte) (*roaring.Bitmap, error) {
	d, err := seg.dict(field)
	if err != nil {
		return nil, err
	}
	var sets []*roaring.Bitmap
	err = eachEntry(d.AutomatonIterator(a, start, end), field, func(entry *index.DictEntry) (bool, error) {
		docs, err := seg.docs(field, entry.Term)
		sets = append(sets, docs)
		return len(sets) < maxTerms, err
	})
	if err != nil {
		return nil, err
	}
	return union(sets), nil
}

// eachEntry goes through terms of a field, in their order, until do returns false.
func eachEntry(it segment.DictionaryIterator, field string, do func(entry *index.DictEntry) (more bool, err error)) error {
	for {
		entry, err := it.Next()
		if err != nil {
			return fmt.Errorf("read field %s: %w", field, err)
		}
		if entry == nil {
			return nil
		}
		if more, err := do(entry); err != nil || !more {
			return err
		}
	}
}

// Count returns in how many of the documents that a node matches a field has a term,
// deleted ones among them.
func (s *Snapshot) Count(field, term string, among Node) (uint64, error) {
	n := uint64(0)
	for _, seg := range s.segments {
		docs, err := seg.docs(field, term)
		if err != nil {
			return 0, err
		}
		if docs.IsEmpty() {
			continue
		}
		those, err := among.match(seg)
		if err != nil {
			return 0, err
		}
		n += docs.AndCardinality(those)
	}
	return n, nil
}

// Matching returns how many documents match a node.
func (s *Snapshot) Matching(n Node) (uint64, error) {
	total := uint64(0)
	for _, seg := range s.segments {
		set, err := n.match(seg)
		if err != nil {
			return 0, err
		}
		total += set.GetCardinality()
		if seg.deleted != nil {
			total -= set.AndCardinality(seg.deleted)
		}
	}
	return total, nil
}

// First returns how many documents match a node, and one of them; nil for none.
func (s *Snapshot) First(n Node) (total uint64, one *Hit, err error) {
	for _, seg := range s.segments {
		set, err := n.match(seg)
		if err != nil {
			return 0, nil, err
		}
		if seg.deleted != nil {
			set = roaring.AndNot(set, seg.deleted)
		}
		if set.IsEmpty() {
			continue
		}
		total += set.GetCardinality()
		if one == nil {
			one = &Hit{segment: seg, doc: set.Minimum()}
			if one.ID, err = seg.ID(one.doc); err != nil {
				return 0, nil, err
			}
		}
	}
	return total, one, nil
}

// Near returns the terms of a field that differ from a word in at most so many letters
// (two neighbours that change places are one), with how many of the documents that a node
// matches have them.
func (s *Snapshot) Near(field, word string, letters uint8, among Node) (map[string]uint64, error) {
	builder, err := levenshtein.NewLevenshteinAutomatonBuilder(letters, true)
	if err != nil {
		return nil, fmt.Errorf("look for words near %q: %w", word, err)
	}
	dfa, err := builder.BuildDfa(word, letters)
	if err != nil {
		return nil, nil //nolint:nilerr // a word that is too long is near to none
	}
	out := map[string]uint64{}
	for _, seg := range s.segments {
		d, err := seg.dict(field)
		if err != nil {
			return nil, err
		}
		those, err := among.match(seg)
		if err != nil {
			return nil, err
		}
		if len(out) >= maxTerms {
			break
		}
		err = eachEntry(d.AutomatonIterator(dfa, nil, nil), field, func(entry *index.DictEntry) (bool, error) {
			docs, err := seg.docs(field, entry.Term)
			if err != nil {
				return false, err
			}
			if n := docs.AndCardinality(those); n > 0 {
				out[entry.Term] += n
			}
			return len(out) < maxTerms, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Begin returns terms of a field that begin with a text, at most so many of each segment,
// with how many documents have them, deleted ones among them.
func (s *Snapshot) Begin(field, text string, limit int) (map[string]uint64, error) {
	out := map[string]uint64{}
	for _, seg := range s.segments {
		d, err := seg.dict(field)
		if err != nil {
			return nil, err
		}
		left := limit
		err = eachEntry(d.AutomatonIterator(nil, []byte(text), after(text)), field, func(entry *index.DictEntry) (bool, error) {
			out[entry.Term] += entry.Count
			left--
			return left > 0, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Numbers is a column of the segment, by the document's number.
func (seg *Segment) Numbers(column string) []int32 { return seg.columns.numbers[column] }
