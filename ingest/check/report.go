package check

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Difference is one thing that is not as it should be. Why says what was found, Do
// what to do about it, both in English; CureOf has the cure in Chinese, too.
type Difference struct {
	Code   Code   `json:"code"`
	Record string `json:"record,omitempty"`
	Asset  string `json:"asset,omitempty"`
	Key    string `json:"key,omitempty"` // of an object, a file of the index, or a row ("assets/a0123")
	Why    string `json:"why"`
	Do     string `json:"do"`
	// Repaired says what --repair did about it, or why it could not; "" where it
	// was not asked to or has nothing to do.
	Repaired string `json:"repaired,omitempty"`
	Mended   bool   `json:"mended,omitempty"` // the repair is done, or its job is made
}

// Where names the place of a difference in a few words.
func (d Difference) Where() string {
	var parts []string
	for _, p := range []struct{ word, value string }{{"record", d.Record}, {"asset", d.Asset}, {"", d.Key}} {
		if p.value != "" {
			parts = append(parts, strings.TrimSpace(p.word+" "+p.value))
		}
	}
	return strings.Join(parts, ", ")
}

// Note is worth knowing and no difference.
type Note struct {
	Part string `json:"part"`
	Why  string `json:"why"`
}

// Looked counts what a run looked at.
type Looked struct {
	Rows      int64 `json:"rows"`      // of the database
	Changes   int64 `json:"changes"`   // entries of the log
	Records   int64 `json:"records"`   // with all that belongs to them
	Masters   int64 `json:"masters"`   // read to their end
	Access    int64 `json:"access"`    // access copies
	Packages  int64 `json:"packages"`  // preservation packages
	Objects   int64 `json:"objects"`   // keys of the object store
	Copies    int64 `json:"copies"`    // what the catalogue would be put back from: snapshots, and segments of the journal
	Segments  int64 `json:"segments"`  // of these, segments of the journal
	Documents int64 `json:"documents"` // of the search index
	Bytes     int64 `json:"bytes"`     // that were read of objects
}

// Report is what a run found.
type Report struct {
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
	// Sample is the part of the records that was looked at; nil for all.
	Sample      *Sample      `json:"sample,omitempty"`
	Looked      Looked       `json:"looked"`
	Differences []Difference `json:"differences"`
	// More counts the differences beyond MaxDifferences, which are not listed.
	More  int    `json:"more,omitempty"`
	Notes []Note `json:"notes,omitempty"`
	// Unchecked says which parts could not be looked at, and why.
	Unchecked []Note `json:"unchecked,omitempty"`
}

// Sample says which part of the records a run was over: those after After up to Last.
type Sample struct {
	Percent float64 `json:"percent"`
	After   string  `json:"after"`
	Last    string  `json:"last"`
	Round   int     `json:"round"`           // how often all records were begun with, from 1
	Ends    bool    `json:"ends"`            // with this run, all records of the round were looked at
	Short   bool    `json:"short,omitempty"` // the time was over before the part was
}

// MaxDifferences is how many differences a report lists. Where there are more, the
// archive is not what the catalogue is about (a wrong bucket, an older database).
const MaxDifferences = 10_000

// Clean reports whether all that was to be looked at could be, and nothing differs
// but what was mended.
func (r *Report) Clean() bool { return len(r.Unchecked) == 0 && r.Open() == 0 }

// Open counts the differences that are not mended.
func (r *Report) Open() int {
	n := r.More
	for i := range r.Differences {
		if !r.Differences[i].Mended {
			n++
		}
	}
	return n
}

// OpenCounts returns how many differences of each code are listed that are not mended.
func (r *Report) OpenCounts() map[Code]int {
	out := map[Code]int{}
	for i := range r.Differences {
		if !r.Differences[i].Mended {
			out[r.Differences[i].Code]++
		}
	}
	return out
}

// add takes differences in. Two of one code about one thing are one.
func (r *Report) add(found ...Difference) {
	for _, d := range found {
		if d.Do == "" {
			d.Do = cures[d.Code].Do["en"]
		}
		if len(r.Differences) >= MaxDifferences {
			r.More++
			continue
		}
		r.Differences = append(r.Differences, d)
	}
}

func (r *Report) note(part, why string) { r.Notes = append(r.Notes, Note{part, why}) }

func (r *Report) unchecked(part string, err error) {
	r.Unchecked = append(r.Unchecked, Note{part, err.Error()})
}

// order sorts the differences by code, in the order of Codes, then by place.
func (r *Report) order() {
	place := map[Code]int{}
	for i, c := range Codes() {
		place[c] = i
	}
	compare := func(a, b Difference) int {
		return cmp.Or(place[a.Code]-place[b.Code], cmp.Compare(a.Record, b.Record), cmp.Compare(a.Asset, b.Asset),
			cmp.Compare(a.Key, b.Key), cmp.Compare(a.Why, b.Why))
	}
	slices.SortStableFunc(r.Differences, compare)
	r.Differences = slices.CompactFunc(r.Differences, func(a, b Difference) bool { return compare(a, b) == 0 })
	if r.Differences == nil {
		r.Differences = []Difference{} // a list in JSON, not null
	}
}
