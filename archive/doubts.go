package archive

import (
	"fmt"
	"strconv"
	"strings"
)

// Doubts are what is to be asked about a record in the form in which it is kept (see
// Normalise): words in fields that take others than those of a vocabulary but are not
// among its terms, words for a time that leave something open, and an end that lies before
// its beginning. Nothing of it is
// wrong by itself; each names the field and, where there is one, the nearest term.
func (a *Archive) Doubts(r *Record) InvalidErrors {
	c := &checker{vocabulary: a.vocabulary}
	if l := r.Location; l != nil {
		c.open("location.site", SchemeSite, l.Site)
		c.open("location.space", SchemeSpace, l.Space)
		c.open("location.surface", SchemeSurface, l.Surface)
		c.open("location.position", SchemePosition, l.Position)
		c.open("location.role", SchemeWallRole, l.Role)
	}
	for i, word := range r.Materials {
		c.open(fmt.Sprintf("materials[%d]", i), SchemeMaterial, word)
	}
	for i, d := range r.Dimensions {
		c.open(fmt.Sprintf("dimensions[%d].type", i), SchemeDimension, d.Type)
		c.open(fmt.Sprintf("dimensions[%d].unit", i), SchemeUnit, d.Unit)
	}
	c.periodDoubts(r)
	c.orderDoubts(r)
	return c.faults
}

// open tells of a word that a vocabulary does not have.
func (c *checker) open(field string, scheme Scheme, value string) {
	if value == "" {
		return
	}
	if _, ok := c.vocabulary.Term(scheme, value); ok {
		return
	}
	near := c.vocabulary.Nearest(scheme, value, nil)
	if len(near) == 0 {
		c.fault(field, "%q is not in the vocabulary %s, and is kept as it is written", value, scheme)
		return
	}
	c.fault(field, "%q is not in the vocabulary %s, and is kept as it is written; nearest: %s", value, scheme, TermNames(near))
}

// TermNames names terms by their codes, with what they are called.
func TermNames(terms []Term) string {
	names := make([]string, len(terms))
	for i, term := range terms {
		names[i] = fmt.Sprintf("%s (%s)", term.Code, term.Label.In("zh"))
	}
	return strings.Join(names, ", ")
}

// periodDoubts tells what the words for a time leave open, where the years are those
// that were read of them.
func (c *checker) periodDoubts(r *Record) {
	p := r.Period
	if p == nil {
		return
	}
	site := ""
	if r.Location != nil {
		site = r.Location.Site
	}
	for _, lang := range [...]string{"zh", "en"} {
		words := p.Note[lang]
		d, ok := c.vocabulary.Period(words, site)
		switch {
		case words == "":
			continue
		case ok && p.Term == d.Term && p.From == d.From && p.To == d.To:
			for _, doubt := range d.Doubts {
				c.fault("period.note", "%q is read as the years %d to %d (0: open): %s", words, d.From, d.To, doubt)
			}
		case !ok && p.Term == "" && p.From == 0 && p.To == 0:
			c.fault("period.note", "%q is no period or year that is known; it is kept as it is written, and the record is not found by its time", words)
		}
		return
	}
}

// orderDoubts tells of dates and years that lie before the one that the profile says they
// come after. Dates that are not known to the same part are compared as far as both are.
func (c *checker) orderDoubts(r *Record) {
	p, ok := c.vocabulary.ProfileOf(r)
	if !ok {
		return
	}
	for _, end := range p.Fields {
		begin, ok := p.Field(end.After)
		if end.After == "" || !ok {
			continue
		}
		from, until := c.moment(r, begin), c.moment(r, end)
		if from == "" || until == "" {
			continue
		}
		var before bool
		if end.Type == TypeYear {
			a, _ := strconv.Atoi(from)
			b, _ := strconv.Atoi(until)
			before = b < a
		} else {
			n := min(len(from), len(until))
			before = until[:n] < from[:n]
		}
		if before {
			c.fault(end.Path, "%s is before %s (%s); one of the two is wrong", until, from, begin.Label.In("zh"))
		}
	}
}

// moment is a date or year of a record in the form in which it is kept, "" for none.
func (c *checker) moment(r *Record, f Field) string {
	key, _ := f.Extra()
	quiet := &checker{vocabulary: c.vocabulary} // what it cannot read is a fault, and told as one
	raw, keep := quiet.value(f, r.Extra[key])
	if r.Extra[key] == nil || !keep || len(quiet.faults) > 0 {
		return ""
	}
	return strings.Trim(string(raw), `"`)
}
