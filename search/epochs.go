package search

import (
	"cmp"
	"slices"
	"strings"

	"hexi/archive"
)

// lyingIn is which share of a record's years lies in a period that it is found under
// without being said to be of it.
const lyingIn = 0.6

// epochs are the periods that are times and no states: what lies in one is of it, whichever
// dynasty it is said to be of. A dynasty is of none of its contemporaries, although its years
// lie in theirs.
var epochs = []struct {
	code   string
	region string   // where alone it was one: how the code of the administrative division begins
	of     []string // of what alone it is made up; nil: of all that was then
}{
	{code: "prehistoric"},
	{code: "pre-qin"},
	{code: "xia-shang-zhou", of: []string{"xia", "shang", "zhou", "xia-shang-zhou"}},
	{code: "wei-jin", of: []string{"three-kingdoms", "jin-dynasty"}},
	{code: "wei-jin-northern-southern"},
	{code: "tibetan-rule", region: guaAndSha},
	{code: "guiyijun", region: guaAndSha},
	{code: "old-democratic"},
	{code: "early-modern"},
}

// guaAndSha is the division of Jiuquan, in which the prefectures of Gua and Sha lay.
const guaAndSha = "6209"

// readPeriods sees which periods follow each other within a longer one, as 西汉 and 东汉 do
// within 汉: what is said to be of the longer is of that one in which it lies. The kingdoms of
// the Sixteen and the cultures of the Neolithic stood side by side, and are left out; so are
// what fills but little of the longer one, as 太平天国 does of 清.
func (ix *Index) readPeriods() {
	const (
		mostShared  = 0.25 // of a part's years, with another part
		leastFilled = 0.6  // of the longer period's years, by all parts
	)
	ix.periodParts = map[string][]string{}
	terms, _ := ix.vocabulary.Terms(archive.SchemePeriod)
	children := map[string][]years{}
	for _, t := range terms {
		if y := ix.yearsOf(t.Code, ""); t.Parent != "" && y.known {
			children[t.Parent] = append(children[t.Parent], y)
		}
	}
	for parent, list := range children {
		whole := ix.yearsOf(parent, "")
		filled := 0
		var parts []string
		for _, one := range list {
			if !slices.ContainsFunc(list, func(other years) bool { return other.code != one.code && one.share(other) > mostShared }) {
				parts = append(parts, one.code)
				filled += one.length()
			}
		}
		if whole.known && float64(filled) >= leastFilled*float64(whole.length()) {
			ix.periodParts[parent] = parts
		}
	}
}

// years are those of a period or a record, counted without a gap at the beginning of our era.
type years struct {
	code     string
	from, to int
	known    bool
}

func (y years) length() int { return y.to - y.from + 1 }

// share is how much of the years lies in others, of 0 … 1.
func (y years) share(in years) float64 {
	if !y.known || !in.known {
		return 0
	}
	return float64(max(0, min(y.to, in.to)-max(y.from, in.from)+1)) / float64(y.length())
}

func counted(code string, from, to int) years {
	if from == 0 && to == 0 {
		return years{code: code}
	}
	return years{code, archive.AstronomicalYear(cmp.Or(from, to)), archive.AstronomicalYear(cmp.Or(to, openEnd)), true}
}

func (ix *Index) yearsOf(code, site string) years {
	from, to, ok := ix.vocabulary.PeriodYears(code, site)
	if !ok {
		return years{code: code}
	}
	return counted(code, from, to)
}

// periodsOf are the periods that a record is found under, beginning with the code of its own:
// what that is part of, the parts of it that the record's years lie in for the greater part,
// and the epochs that they do. A record that names no period has but the epochs: by its years
// alone it would be of every kingdom of its time.
func (ix *Index) periodsOf(r *archive.Record, code string) []string {
	var own []string
	for at := code; at != "" && len(own) < maxLineage && !slices.Contains(own, at); {
		own = append(own, at)
		term, ok := ix.vocabulary.Term(archive.SchemePeriod, at)
		if !ok {
			break
		}
		at = term.Parent
	}
	when := years{}
	if r.Period != nil {
		when = counted(code, r.Period.From, r.Period.To)
	}
	site := ""
	if r.Location != nil {
		site = r.Location.Site
	}
	if !when.known && code != "" {
		when = ix.yearsOf(code, site)
	}
	out := ix.partsWith(slices.Clone(own), code, site, when, maxLineage)
	region := ""
	if r.Place != nil {
		region = ix.regionOf(r.Place)
	}
	for _, e := range epochs {
		if slices.Contains(out, e.code) || when.share(ix.yearsOf(e.code, "")) < lyingIn || !strings.HasPrefix(region, e.region) {
			continue
		}
		if e.of == nil || slices.ContainsFunc(e.of, func(code string) bool { return slices.Contains(own, code) }) {
			out = append(out, e.code)
		}
	}
	return out
}

// maxLineage is how many periods lie in each other at most.
const maxLineage = 5

// partsWith adds the parts of a period, and theirs, that years lie in.
func (ix *Index) partsWith(out []string, code, site string, when years, depth int) []string {
	for _, part := range ix.periodParts[code] {
		if depth > 0 && when.share(ix.yearsOf(part, site)) >= lyingIn {
			if !slices.Contains(out, part) {
				out = append(out, part)
			}
			out = ix.partsWith(out, part, site, when, depth-1)
		}
	}
	return out
}
