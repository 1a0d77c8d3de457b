package vocab

import (
	"hexi/archive"
	"hexi/archive/vocab/period"
)

// newPeriods makes the reader of words for a time from what was loaded.
func (v *Vocabulary) newPeriods() *period.Reader {
	var names []period.Name
	s := v.schemes[archive.SchemePeriod]
	for i, t := range s.terms {
		names = append(names, period.Name{Code: t.Code, Parent: t.Parent, Names: s.aliases[i]})
	}
	return period.New(names, v.eras, v.homonyms, v.PeriodYears)
}

// Period implements archive.Vocabulary. A year of a period that the site divides
// further gets the part that it falls in: 贞观十六年 at Mogao is 初唐.
func (v *Vocabulary) Period(expression, site string) (archive.Dating, bool) {
	if t, ok := v.Term(archive.SchemeSite, site); ok {
		site = t.Code
	}
	d, ok := v.periods.Read(expression, site)
	if !ok {
		return archive.Dating{}, false
	}
	if d.Term != "" && d.From != 0 && d.To != 0 && v.divides(site, d.Term) {
		d.Term = v.narrow(d, site)
	}
	return d, true
}

// divides reports whether a site, or one that it is part of, dates a period or its parts in
// its own way, as Dunhuang does the Tang, and not the Republic.
func (v *Vocabulary) divides(site, term string) bool {
	own := []archive.Term{{Code: term}}
	own = append(own, v.Children(archive.SchemePeriod, term)...)
	for depth := 0; site != "" && depth < 5; depth++ {
		for _, t := range own {
			for _, row := range v.years[t.Code] {
				if row.site == site {
					return true
				}
			}
		}
		t, _ := v.Term(archive.SchemeSite, site)
		site = t.Parent
	}
	return false
}

// narrow returns the one part of a dating's period that holds all of its years, or
// the period itself.
func (v *Vocabulary) narrow(d archive.Dating, site string) string {
	from, to, _ := v.PeriodYears(d.Term, site)
	if from == d.From && to == d.To {
		return d.Term
	}
	for _, child := range v.Children(archive.SchemePeriod, d.Term) {
		from, to, ok := v.PeriodYears(child.Code, site)
		if ok && from <= d.From && (to == 0 || d.To <= to) {
			return child.Code
		}
	}
	return d.Term
}
