// Package vocab has the controlled vocabularies of the archive as data: one CSV
// file a scheme in data/, and the years of the periods in data/years.csv. A new
// term is a new line there, not code.
//
// The sources are the census standards of movable and immovable heritage, the
// lists of the State Council, and for the caves of Dunhuang the periodisation
// of the Dunhuang Academy; the columns certainty and authority say which
// values are as published and which are generally used but not official.
//
// It owns looking up terms. What must be a term is decided by package archive.
//
//	v, err := vocab.Load()
//	term, ok := v.Term(archive.SchemePeriod, "盛唐") // high-tang
//	from, to, ok := v.PeriodYears("high-tang", "mogao") // 705, 780
package vocab

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"hexi/archive"
)

//go:embed data/*.csv
var files embed.FS

// Vocabulary is the loaded vocabularies. It does not change, so that many
// goroutines may share one.
type Vocabulary struct {
	schemes map[archive.Scheme]*scheme
	years   map[string][]yearRow
}

type scheme struct {
	terms   []archive.Term
	aliases [][]string // by term
	byLabel map[string]int
}

// yearRow is how one authority dates a period, for one site or for all.
type yearRow struct {
	site     string
	from, to int
}

// caves are the sites that share the Dunhuang Academy's periodisation.
var caves = []string{"mogao", "yulin", "western-thousand-buddha", "eastern-thousand-buddha", "wugemiao"}

// Load reads and checks the vocabularies.
func Load() (*Vocabulary, error) {
	v := &Vocabulary{schemes: map[archive.Scheme]*scheme{}, years: map[string][]yearRow{}}
	for _, name := range []archive.Scheme{
		archive.SchemeCollection, archive.SchemeKind, archive.SchemePeriod, archive.SchemeCategory, archive.SchemeLevel,
		archive.SchemeCompleteness, archive.SchemeCondition, archive.SchemeSource, archive.SchemeSite, archive.SchemeMaterial,
		archive.SchemeLayer,
	} {
		s, err := loadScheme(name)
		if err != nil {
			return nil, fmt.Errorf("vocabulary %s: %w", name, err)
		}
		v.schemes[name] = s
	}
	if err := v.loadYears(); err != nil {
		return nil, fmt.Errorf("vocabulary years: %w", err)
	}
	return v, nil
}

// table reads a CSV file whose first line must be the given one.
func table(name, heading string) ([][]string, error) {
	data, err := files.ReadFile("data/" + name + ".csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != heading {
		return nil, fmt.Errorf("its first line is not %s", heading)
	}
	return rows[1:], nil
}

func loadScheme(name archive.Scheme) (*scheme, error) {
	rows, err := table(string(name), "code,zh,en,aliases,parent,certainty")
	if err != nil {
		return nil, err
	}
	s := &scheme{byLabel: map[string]int{}}
	for _, row := range rows {
		code, zh, en, aliases, parent := row[0], row[1], row[2], row[3], row[4]
		if code == "" || zh == "" || en == "" || (row[5] != "published" && row[5] != "general") {
			return nil, fmt.Errorf("the line %q lacks a code, a label or a certainty", strings.Join(row, ","))
		}
		i := len(s.terms)
		s.terms = append(s.terms, archive.Term{Code: code, Label: archive.Text{"zh": zh, "en": en}, Parent: parent})
		names := []string{code, zh, en}
		if aliases != "" {
			names = append(names, strings.Split(aliases, "|")...)
		}
		s.aliases = append(s.aliases, names)
		for _, n := range names {
			if other, ok := s.byLabel[fold(n)]; ok && other != i {
				return nil, fmt.Errorf("%q names both %s and %s", n, s.terms[other].Code, code)
			}
			s.byLabel[fold(n)] = i
		}
	}
	for _, t := range s.terms {
		if i, ok := s.byLabel[fold(t.Parent)]; t.Parent != "" && (!ok || s.terms[i].Code != t.Parent) {
			return nil, fmt.Errorf("%s has the parent %s, which is no term", t.Code, t.Parent)
		}
	}
	return s, nil
}

func (v *Vocabulary) loadYears() error {
	rows, err := table("years", "term,site,from,to,authority")
	if err != nil {
		return err
	}
	for _, row := range rows {
		t, ok := v.Term(archive.SchemePeriod, row[0])
		if !ok || t.Code != row[0] {
			return fmt.Errorf("%s is no period", row[0])
		}
		from, err := strconv.Atoi(row[2])
		if err != nil {
			return fmt.Errorf("%s: %w", row[0], err)
		}
		to, err := strconv.Atoi(row[3])
		if err != nil {
			return fmt.Errorf("%s: %w", row[0], err)
		}
		if from == 0 || (to != 0 && from > to) {
			return fmt.Errorf("%s lasts from %d to %d", row[0], from, to)
		}
		v.years[row[0]] = append(v.years[row[0]], yearRow{row[1], from, to})
	}
	for _, t := range v.schemes[archive.SchemePeriod].terms {
		if len(v.years[t.Code]) == 0 {
			return fmt.Errorf("the period %s has no years", t.Code)
		}
	}
	return nil
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

// PeriodYears implements archive.Vocabulary. The caves around Dunhuang are dated
// like Mogao.
func (v *Vocabulary) PeriodYears(term, site string) (from, to int, ok bool) {
	if slices.Contains(caves, site) {
		site = "mogao"
	}
	for _, row := range v.years[term] {
		if row.site == site || row.site == "" && !ok {
			from, to, ok = row.from, row.to, true
		}
	}
	return from, to, ok
}

// Nearest implements archive.Vocabulary: by the edit distance of the names.
func (v *Vocabulary) Nearest(name archive.Scheme, value string) []archive.Term {
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
