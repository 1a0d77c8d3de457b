package period

import (
	"fmt"
	"slices"

	"hexi/archive"
)

// form says what sort of words a span was read from, which settles what the numbers
// beside it mean.
type form int

const (
	formName    form = iota // a period
	formEra                 // an era, or a year of one
	formNumber              // a number that may yet become a year, a century …
	formYear                // a year
	formCentury             // a century or a millennium
	formDecade
	formBP   // years before the present
	formOpen // up to now
)

// span is a time that was read.
type span struct {
	from, to int // 0 is open
	form     form
	periods  []string // codes: one, or those of a homonym that is not settled
	eras     []Era    // of formEra: the candidates
	term     string   // the period's code
	approx   bool
	doubts   []string
	readings []archive.Dating // of formEra: each era that it may be

	value  int    // of formNumber, formCentury and formBP: as written
	digits int    // of formNumber
	margin int    // of formBP: the years to either side (±), where they are given
	mark   string // "bce", "ce" or ""
	exact  bool   // the years stand in the words themselves
	wide   bool   // the words say "about": a single year stands for those around it
}

func (s span) dating() archive.Dating {
	d := archive.Dating{Term: s.term, From: s.from, To: s.to, Approximate: s.approx}
	for _, doubt := range s.doubts {
		if !slices.Contains(d.Doubts, doubt) {
			d.Doubts = append(d.Doubts, doubt)
		}
	}
	// What has been narrowed or widened since is none of the eras as they were.
	if n := len(s.readings); s.form == formEra && n > 1 {
		first, last := s.readings[0].From, s.readings[0].To
		for _, one := range s.readings {
			first, last = min(first, one.From), max(last, one.To)
		}
		if first == s.from && last == s.to {
			d.Readings = s.readings
		}
	}
	return d
}

func (s *span) doubt(format string, args ...any) {
	s.doubts = append(s.doubts, fmt.Sprintf(format, args...))
}

// union is the time from the first to the last of both; the term stays if both have it.
func union(a, b span) span {
	out := a
	if out.from == 0 || b.from != 0 && b.from < out.from {
		out.from = min(a.from, b.from)
	}
	if a.from == 0 || b.from == 0 {
		out.from = 0
	}
	if a.to == 0 || b.to == 0 {
		out.to = 0
	} else {
		out.to = max(a.to, b.to)
	}
	if a.term != b.term {
		out.term = ""
	}
	out.periods, out.eras = nil, nil
	out.approx = a.approx || b.approx
	out.exact = a.exact && b.exact
	out.doubts = append(slices.Clone(a.doubts), b.doubts...)
	out.form = formName
	return out
}

// within reports whether a lies in b.
func within(a, b span) bool {
	return a.from != 0 && (b.from == 0 || a.from >= b.from) && (b.to == 0 || a.to != 0 && a.to <= b.to)
}

// part is the piece of a span from the share a/of to the share b/of of its length.
func (s span) part(a, b, of int) span {
	if s.from == 0 || s.to == 0 {
		s.doubt("a part of a time that has no end is not known; all of it is taken")
		return s
	}
	start, length := archive.AstronomicalYear(s.from), archive.AstronomicalYear(s.to)-archive.AstronomicalYear(s.from)+1
	first := start + length*a/of
	s.from, s.to = archive.HistoricalYear(first), archive.HistoricalYear(max(first, start+length*b/of-1))
	return s
}

// widen makes a year that is only about right into the years around it: a quarter of
// the unit in which it is rounded, and no less than 5 years, to either side.
func (s span) widen(written int) span {
	unit := 1
	long := written >= 20_000 // such times are written in tens of thousands
	for written != 0 && written%(unit*10) == 0 && (unit < 1000 || long) {
		unit *= 10
	}
	by := max(unit/4, 5)
	switch {
	case long:
	case s.form == formBP:
		by = min(by, 250)
	default:
		by = min(by, 50)
	}
	if s.from != 0 {
		s.from = archive.HistoricalYear(archive.AstronomicalYear(s.from) - by)
	}
	if s.to != 0 {
		s.to = archive.HistoricalYear(archive.AstronomicalYear(s.to) + by)
	}
	s.approx = true
	return s
}

// century is the n-th hundred years, before our era where bce.
func hundred(n, years int, bce bool) span {
	if bce {
		return span{from: -n * years, to: -(n-1)*years - 1, form: formCentury, value: n, mark: "bce", exact: true}
	}
	return span{from: (n-1)*years + 1, to: n * years, form: formCentury, value: n, exact: true}
}
