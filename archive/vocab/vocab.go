// Package vocab has the controlled vocabularies of the archive and the profiles of its
// records as data. In data/ each CSV file is a scheme: its name is the scheme's, and a
// line is a term with the columns code, zh, en, aliases (parted by |), parent, certainty,
// version and cues (parted by |: what names the term inside longer words, and is none of
// its names). Three files are no schemes: years.csv dates the periods, as a whole and
// site by site, eras.csv the era names, and homonyms.csv lists names that several
// periods share. In profiles/ each CSV file is a profile (see profile.go). A new term,
// scheme or profile is a line or a file there, not code; an archive's own files of the
// same forms add to them (Load).
//
// The sources are the census standards of movable and immovable heritage, the
// lists of the State Council, and for the caves of Dunhuang the periodisation
// of the Dunhuang Academy; the column certainty says which values are as published
// and which are generally used but not official. What is uncertain is left out.
//
// It owns looking up terms and profiles, and reads words for a time through
// archive/vocab/period. What must be a term is decided by package archive.
//
//	v, err := vocab.Load()
//	term, ok := v.Term(archive.SchemePeriod, "盛唐") // high-tang
//	from, to, ok := v.PeriodYears("high-tang", "mogao") // 705, 780
//	d, ok := v.Period("贞观十六年", "mogao") // d.From == 642
package vocab

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
	"hexi/archive/vocab/period"
)

// Vocabulary is the loaded vocabularies. It does not change, so that many
// goroutines may share one.
type Vocabulary struct {
	schemes  map[archive.Scheme]*scheme
	years    map[string][]yearRow
	eras     []period.Era
	homonyms []period.Homonym
	periods  *period.Reader
	profiles map[string]archive.Profile
	order    []string        // codes of the profiles, as they are listed
	own      map[string]bool // codes of the profiles that the archive has itself, or changed
}

type scheme struct {
	terms   []archive.Term
	aliases [][]string // by term: code, zh, en and the others
	version []string   // by term
	own     []bool     // by term: the archive added it
	byLabel map[string]int
	inside  map[string]int // by what names a term inside longer words, folded
	longest int            // of these, in characters
	added   bool           // the whole of it is the archive's own
}

// yearRow is how one authority dates a period, for one site or for all.
type yearRow struct {
	site     string
	from, to int
}

// Term implements archive.Vocabulary.
func (v *Vocabulary) Term(name archive.Scheme, codeOrLabel string) (archive.Term, bool) {
	s, ok := v.schemes[name]
	if !ok {
		return archive.Term{}, false
	}
	i, ok := s.byLabel[fold(codeOrLabel)]
	if !ok {
		return archive.Term{}, false
	}
	return s.terms[i], true
}

// Terms lists a scheme in its own order; ok is false for an unknown one.
func (v *Vocabulary) Terms(name archive.Scheme) (terms []archive.Term, ok bool) {
	s, ok := v.schemes[name]
	if !ok {
		return nil, false
	}
	return slices.Clone(s.terms), true
}

// Scheme is what there is to know of a vocabulary beside its terms.
type Scheme struct {
	Code    archive.Scheme `json:"scheme"`
	Label   archive.Text   `json:"label"`
	Version string         `json:"version,omitempty"` // of the list that its authority published
	Terms   int            `json:"terms"`
	Own     bool           `json:"own,omitempty"` // the archive's own, and not one that hexi comes with
	// OwnTerms counts the terms that the archive added.
	OwnTerms int `json:"ownTerms,omitempty"`
}

// schemesOf is the scheme whose terms are the schemes themselves, with their labels.
const schemesOf archive.Scheme = "scheme"

// Scheme describes a scheme; ok is false for an unknown one.
func (v *Vocabulary) Scheme(name archive.Scheme) (out Scheme, ok bool) {
	s, ok := v.schemes[name]
	if !ok {
		return Scheme{}, false
	}
	out = Scheme{Code: name, Label: archive.Text{"zh": string(name), "en": string(name)}, Terms: len(s.terms), Own: s.added}
	for _, own := range s.own {
		if own {
			out.OwnTerms++
		}
	}
	if list := v.schemes[schemesOf]; list != nil {
		if i, there := list.byLabel[fold(string(name))]; there && list.terms[i].Code == string(name) {
			out.Label, out.Version = list.terms[i].Label, list.version[i]
		}
	}
	return out, true
}

// Schemes describes all schemes, in the order of their codes.
func (v *Vocabulary) Schemes() []Scheme {
	out := make([]Scheme, 0, len(v.schemes))
	for name := range v.schemes {
		s, _ := v.Scheme(name)
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Scheme) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return out
}

// Names returns all names of a term: code, labels and aliases.
func (v *Vocabulary) Names(name archive.Scheme, code string) []string {
	s, ok := v.schemes[name]
	if !ok {
		return nil
	}
	i, ok := s.byLabel[fold(code)]
	if !ok {
		return nil
	}
	return slices.Clone(s.aliases[i])
}

// Children returns the terms directly below a term.
func (v *Vocabulary) Children(name archive.Scheme, code string) []archive.Term {
	var out []archive.Term
	if s, ok := v.schemes[name]; ok {
		for _, t := range s.terms {
			if t.Parent == code {
				out = append(out, t)
			}
		}
	}
	return out
}

// PeriodYears implements archive.Vocabulary. A site that has no years of its own is
// dated like the one that it is part of.
func (v *Vocabulary) PeriodYears(term, site string) (from, to int, ok bool) {
	rows := v.years[term]
	for depth := 0; site != "" && depth < 5; depth++ {
		for _, row := range rows {
			if row.site == site {
				return row.from, row.to, true
			}
		}
		t, _ := v.Term(archive.SchemeSite, site)
		site = t.Parent
	}
	for _, row := range rows {
		if row.site == "" {
			return row.from, row.to, true
		}
	}
	return 0, 0, false
}

// Nearest implements archive.Vocabulary: by the edit distance of the names.
func (v *Vocabulary) Nearest(name archive.Scheme, value string, among func(archive.Term) bool) []archive.Term {
	s, ok := v.schemes[name]
	if !ok {
		return nil
	}
	wanted := []rune(fold(value))
	if len(wanted) == 0 || len(wanted) > 100 {
		return nil
	}
	type candidate struct{ term, distance int }
	var candidates []candidate
	for i, names := range s.aliases {
		if among != nil && !among(s.terms[i]) {
			continue
		}
		best := 1 << 30
		for _, n := range names {
			folded := []rune(fold(n))
			d := distance(wanted, folded)
			if strings.Contains(string(folded), string(wanted)) || strings.Contains(string(wanted), string(folded)) {
				d = min(d, 1)
			}
			best = min(best, d)
		}
		if best <= (len(wanted)+1)/2 {
			candidates = append(candidates, candidate{i, best})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	var out []archive.Term
	for _, c := range candidates[:min(3, len(candidates))] {
		out = append(out, s.terms[c.term])
	}
	return out
}

// distance is the Levenshtein distance.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

// fold brings a name into the form in which names are compared: NFKC, lower
// case, without white space, hyphens and dashes.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\u3000-–_·", r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))))
}
