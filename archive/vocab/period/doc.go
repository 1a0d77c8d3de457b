// Package period reads what curators write about time: 盛唐, 贞观十六年, 汉—晋,
// 清末民初, 公元前5世纪, 20世纪30年代, 距今约5000年, c. 1850–5, Tang to Ming Dynasty.
//
// It owns the grammar of such words. It does not own the periods and eras, which it
// is given as data, and decides nothing about records.
//
// Years are signed historical years: −1046 is 1046 BCE and there is no year 0; 0
// stands for an open end. Of what it returns, From ≤ To where both are there. What is
// left open by the words is said in Dating.Doubts and never guessed in silence; a
// part that is not understood whole adds no years.
//
//	r := period.New(names, eras, homonyms, years)
//	d, ok := r.Read("贞观十六年", "mogao") // d.From == 642
package period

import "hexi/archive"

// Name is a period and what it is called: its code, its labels and their aliases.
type Name struct {
	Code, Parent string
	Names        []string
}

// Era is an era name (年号) with its first and last year, the code of the period
// that it belongs to and the ruler who proclaimed it. Several eras may have one name.
type Era struct {
	Name, Period, Ruler string
	From, To            int
}

// Homonym is a name that several periods share, such as 魏: their codes, the likeliest
// first.
type Homonym struct {
	Name    string
	Periods []string
}

// Reader reads words for a time. It does not change, so that many goroutines may
// share one.
type Reader struct {
	words  *node
	labels map[string]string // by code: the name for doubts
	parent map[string]string
	years  func(code, site string) (from, to int, ok bool)
}

// maxLength is the longest expression that is read, in bytes. A longer one is a
// description.
const maxLength = 400

// New makes a reader. years says how long a period lasts as a site counts it; to is 0
// where it lasts on.
func New(names []Name, eras []Era, homonyms []Homonym, years func(code, site string) (from, to int, ok bool)) *Reader {
	r := &Reader{words: &node{}, labels: map[string]string{}, parent: map[string]string{}, years: years}
	for _, n := range names {
		r.parent[n.Code] = n.Parent
		for i, name := range n.Names {
			if i == 1 || r.labels[n.Code] == "" {
				r.labels[n.Code] = name
			}
			r.add(name, word{periods: []string{n.Code}})
		}
	}
	for _, h := range homonyms {
		r.add(h.Name, word{periods: h.Periods})
	}
	byName, byRuler := map[string][]Era{}, map[string][]Era{}
	for _, e := range eras {
		byName[e.Name] = append(byName[e.Name], e)
		if e.Ruler != "" {
			byRuler[e.Ruler] = append(byRuler[e.Ruler], e)
		}
	}
	for name, list := range byName {
		r.add(name, word{eras: list})
	}
	for name, list := range byRuler {
		r.add(name, word{rulers: list})
	}
	return r
}

// Read reads an expression as a site counts its periods ("" is the national count).
// ok is false where nothing of it is understood.
func (r *Reader) Read(expression, site string) (d archive.Dating, ok bool) {
	if len(expression) > maxLength {
		return archive.Dating{}, false
	}
	p := &reading{reader: r, site: site, text: normal(expression)}
	all, ok := p.whole()
	if !ok {
		return archive.Dating{}, false
	}
	return all.dating(), true
}
