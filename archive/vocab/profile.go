package vocab

import "hexi/archive"

// Period implements archive.Vocabulary. For now it knows the names of single periods.
func (v *Vocabulary) Period(expression, site string) (archive.Dating, bool) {
	term, ok := v.Term(archive.SchemePeriod, expression)
	if !ok {
		return archive.Dating{}, false
	}
	from, to, _ := v.PeriodYears(term.Code, site)
	return archive.Dating{Term: term.Code, From: from, To: to}, true
}

// ProfileOf implements archive.Vocabulary.
func (v *Vocabulary) ProfileOf(*archive.Record) (archive.Profile, bool) {
	return archive.Profile{}, false
}
