package period

import (
	"slices"
	"strings"
)

// fixed gives a single time its years, whatever stands beside it.
func (p *reading) fixed(s span) span {
	if out := p.settle([]span{s}); out != nil {
		return out[0]
	}
	return s
}

// settle gives times that stand side by side their years: names of several periods
// by their neighbours, numbers as years. It returns nil if one is no time after all.
func (p *reading) settle(parts []span) []span {
	out := slices.Clone(parts)
	for i := range out {
		s := &out[i]
		switch {
		case s.form == formNumber || s.form == formYear:
			if s.form == formNumber && s.mark == "" && s.digits < 3 || s.mark == "" && s.value < 100 || s.value > maxYear && s.mark != "bce" || s.value > -minYear {
				return nil
			}
			if s.from == 0 && s.to == 0 {
				*s = dated(*s)
			}
			s.form = formYear
		case s.form == formBP && s.from < minYear:
			return nil
		case len(s.periods) == 1:
			from, to, ok := p.reader.years(s.periods[0], p.site)
			if !ok {
				return nil
			}
			s.from, s.to, s.term, s.periods = from, to, s.periods[0], nil
		}
	}
	for i := range out {
		if len(out[i].periods) > 1 {
			var before, after *span
			if i > 0 {
				before = &out[i-1]
			}
			if i+1 < len(out) && out[i+1].periods == nil {
				after = &out[i+1]
			}
			out[i] = p.homonym(out[i], before, after)
		}
	}
	return out
}

// homonym chooses among the periods of one name: those that fit between the
// neighbours, and of these the one that follows the time before it most closely. With
// nothing before it all that fit are taken, and said.
func (p *reading) homonym(s span, before, after *span) span {
	var fit []span
	for _, code := range s.periods {
		from, to, ok := p.reader.years(code, p.site)
		one := span{from: from, to: to, term: code, form: formName, approx: s.approx, doubts: s.doubts}
		if ok && (before == nil || before.from == 0 || from >= before.from) && (after == nil || after.from == 0 || from <= after.from) {
			fit = append(fit, one)
		}
	}
	if fit == nil {
		for _, code := range s.periods {
			if from, to, ok := p.reader.years(code, p.site); ok {
				fit = append(fit, span{from: from, to: to, term: code, form: formName, approx: s.approx, doubts: s.doubts})
			}
		}
	}
	if len(fit) == 0 {
		return s
	}
	best := fit[0]
	if len(fit) == 1 {
		return best
	}
	var names []string
	for _, one := range fit {
		names = append(names, p.reader.labels[one.term])
	}
	if before != nil && before.to != 0 {
		distance := func(one span) int { return max(one.from-before.to, before.to-one.from) }
		alone := false // no other is near
		for _, one := range fit[1:] {
			if distance(one) < distance(best) {
				best = one
			}
		}
		for _, one := range fit {
			alone = alone || one.term != best.term && distance(one) > distance(best)+100
		}
		if alone && len(fit) == 2 {
			return best
		}
		best.doubt("the name stands for %s; %s is taken", strings.Join(names, " and for "), p.reader.labels[best.term])
		return best
	}
	for _, one := range fit[1:] {
		best = union(best, one)
	}
	best.doubt("the name stands for %s; the years of all are taken", strings.Join(names, " and for "))
	return best
}
