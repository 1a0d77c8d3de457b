package harvest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"hexi/archive"
)

// Kept is a field that a harvest would have changed and did not, because someone here
// did.
type Kept struct {
	Record string          `json:"record"`
	Field  string          `json:"field"`
	Here   json.RawMessage `json:"here,omitempty"` // what the record says; nothing for a field that was emptied
	Came   json.RawMessage `json:"came,omitempty"` // what the source says now
}

// Merge returns the record that is to be saved where came was harvested and known is what
// the archive has, nil for nothing. A field is changed only where the record still says
// what the harvest before wrote there, or where neither ever said anything; kept are
// those that the source changed since and that stay. publish is false where the record
// has changes that nobody published yet, which a harvest is not to let out.
func Merge(came archive.Record, known *archive.Entry) (_ archive.Record, kept []Kept, publish bool, err error) {
	if known == nil {
		return came, nil, true, nil
	}
	next, ok := provenance(&came)
	if !ok {
		return came, nil, false, fmt.Errorf("merge record %s: it does not say where it came from", came.ID)
	}
	last, ok := provenance(&known.Record)
	if !ok || last.Source != next.Source {
		last = Provenance{}
	}
	here, err := flatten(&known.Record)
	if err != nil {
		return came, nil, false, fmt.Errorf("merge record %s: %w", came.ID, err)
	}
	there, err := flatten(&came)
	if err != nil {
		return came, nil, false, fmt.Errorf("merge record %s: %w", came.ID, err)
	}
	out := maps.Clone(here)
	for _, path := range fieldsOf(there, last.Values) {
		is, will, was := here[path], there[path], last.Values[path]
		switch {
		case same(is, will):
		case sameDigest(is, was): // as the harvest before left it, or never there
			if will == nil {
				delete(out, path)
			} else {
				out[path] = will
			}
		case !sameDigest(will, was):
			kept = append(kept, Kept{Record: came.ID, Field: path, Here: is, Came: will})
		}
	}
	record, err := unflatten(came.ID, out)
	if err != nil {
		return came, nil, false, fmt.Errorf("merge record %s: %w", came.ID, err)
	}
	if record.Titles.Empty() { // the source took its titles away: a record has one
		record.Titles = known.Record.Titles
	}
	if next.says(last) {
		next.At = last.At
	}
	raw, err := encode(next)
	if err != nil {
		return came, nil, false, fmt.Errorf("merge record %s: %w", came.ID, err)
	}
	if record.Extra == nil {
		record.Extra = map[string]json.RawMessage{}
	}
	record.Extra[Key] = raw
	publish = known.Published == known.Revision && !known.Withdrawn
	return record, kept, publish, nil
}

// fieldsOf are all the fields that either speaks of, in their order.
func fieldsOf(a, b map[string]json.RawMessage) []string {
	paths := slices.Collect(maps.Keys(a))
	for path := range b {
		if _, ok := a[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func same(a, b json.RawMessage) bool {
	return (a == nil) == (b == nil) && bytes.Equal(a, b)
}

// sameDigest compares a value with one as it is remembered.
func sameDigest(value, remembered json.RawMessage) bool {
	if value == nil || remembered == nil {
		return value == nil && remembered == nil
	}
	was, err := canonical(remembered)
	return err == nil && bytes.Equal(digested(value), was)
}

// says reports whether a harvest brought just what the one before did.
func (p Provenance) says(last Provenance) bool {
	return p.Source == last.Source && p.Format == last.Format && p.Datestamp == last.Datestamp &&
		maps.EqualFunc(p.Values, last.Values, func(a, b json.RawMessage) bool {
			x, errX := canonical(a)
			y, errY := canonical(b)
			return errX == nil && errY == nil && bytes.Equal(x, y)
		}) && slices.Equal(p.Images, last.Images)
}
