package harvest

import (
	"regexp"
	"strconv"
	"strings"

	"hexi/archive"
)

// What follows reads the values of lines of metadata as hexi writes them (archive/iiif,
// metadata.go), and what others write as far as it is told the same way. A value that is
// not understood is false, and the line is kept as it came.

var (
	zhYears = regexp.MustCompile(`（(公元前)?([0-9]+)(?:年?—(公元)?(前)?([0-9]+))?年(以前|以后)?）$`)
	enYears = regexp.MustCompile(` \((until |from )?([0-9]+)( B?CE)?(?:–([0-9]+) (B?CE))?( B?CE)?\)$`)
)

// period sets the time: the term, the words beside it, and the years in brackets.
func (b *builder) period(value words) bool {
	p := archive.Period{}
	note := archive.Text{}
	for tag, s := range value.joined("；") {
		rest, from, to := cutYears(s)
		if from != 0 || to != 0 {
			p.From, p.To = from, to
		}
		term, beside := b.cutTerm(rest)
		if term != "" {
			p.Term = term
		}
		if beside != "" {
			note[tag] = beside
		}
	}
	if len(note) > 0 {
		p.Note = note
	}
	if b.record.Period != nil || p.Term == "" && p.From == 0 && p.To == 0 && len(note) == 0 {
		return false
	}
	b.record.Period = &p
	return true
}

// cutYears takes the years off the end of a time: they stand in brackets behind its words,
// or alone.
func cutYears(s string) (rest string, from, to int) {
	for _, brackets := range [...][2]string{{"", ""}, {"（", "）"}, {" (", ")"}} {
		rest, from, to := bracketedYears(brackets[0] + s + brackets[1])
		if (from != 0 || to != 0) && max(from, to) <= 9999 && (from == 0 || to == 0 || from <= to) && (rest == "" || brackets[0] == "") {
			return rest, from, to
		}
	}
	return s, 0, 0
}

func bracketedYears(s string) (rest string, from, to int) {
	if m := zhYears.FindStringSubmatchIndex(s); m != nil {
		g := groups(s, m)
		from, to = years(g[2], g[5], g[1] != "", g[1] != "" && g[3] == "" || g[4] != "")
		from, to = open(from, to, g[6] == "以前", g[6] == "以后")
		return s[:m[0]], from, to
	}
	if m := enYears.FindStringSubmatchIndex(s); m != nil {
		g := groups(s, m)
		last := strings.TrimSpace(g[5])
		if last == "" {
			last = strings.TrimSpace(g[3] + g[6])
		}
		first := strings.TrimSpace(g[3])
		if first == "" {
			first = last
		}
		from, to = years(g[2], g[4], first == "BCE", last == "BCE")
		from, to = open(from, to, g[1] == "until ", g[1] == "from ")
		return s[:m[0]], from, to
	}
	return s, 0, 0
}

func groups(s string, m []int) []string {
	out := make([]string, len(m)/2)
	for i := range out {
		if m[2*i] >= 0 {
			out[i] = s[m[2*i]:m[2*i+1]]
		}
	}
	return out
}

func years(first, second string, firstBefore, secondBefore bool) (from, to int) {
	from = year(first, firstBefore)
	if second == "" {
		return from, from
	}
	return from, year(second, secondBefore)
}

func year(s string, before bool) int {
	n, err := strconv.Atoi(s)
	if err != nil || n > 3_000_000 {
		return 0
	}
	if before {
		return -n
	}
	return n
}

// open gives a range the end that it says it has not.
func open(from, to int, until, since bool) (int, int) {
	if until {
		return 0, to
	}
	if since {
		return from, 0
	}
	return from, to
}

// cutTerm takes the name of a period off the beginning of a time.
func (b *builder) cutTerm(s string) (code, beside string) {
	if term, ok := b.vocabulary.Term(archive.SchemePeriod, s); ok {
		return term.Code, ""
	}
	for _, comma := range []string{"，", ", "} {
		if name, rest, ok := strings.Cut(s, comma); ok {
			if term, ok := b.vocabulary.Term(archive.SchemePeriod, name); ok {
				return term.Code, rest
			}
		}
	}
	return "", s
}

// location reads 莫高窟第220窟，主室，北壁.
func (b *builder) location(value words) bool {
	parts := strings.Split(value.one("zh"), "，")
	l := archive.Location{Site: parts[0]}
	if site, cave, ok := strings.Cut(parts[0], "第"); ok && strings.HasSuffix(cave, "窟") {
		l.Site, l.Cave = site, strings.TrimSuffix(cave, "窟")
	}
	site, ok := b.vocabulary.Term(archive.SchemeSite, l.Site)
	if !ok || b.record.Location != nil {
		return false
	}
	l.Site = site.Code
	for _, part := range parts[1:] {
		if !b.inCave(&l, part) {
			return false
		}
	}
	b.record.Location = &l
	return true
}

// inCave sets the space, the surface or the position that a part of a location names.
func (b *builder) inCave(l *archive.Location, part string) bool {
	for _, known := range []struct {
		scheme archive.Scheme
		value  *string
	}{{archive.SchemeSpace, &l.Space}, {archive.SchemeSurface, &l.Surface}, {archive.SchemePosition, &l.Position}} {
		if term, ok := b.vocabulary.Term(known.scheme, part); ok && *known.value == "" {
			*known.value = term.Code
			return true
		}
	}
	return false
}

// controlled sets a field that takes a term of a vocabulary only.
func (b *builder) controlled(scheme archive.Scheme, value words, to *string) bool {
	for _, s := range value.plain("zh") {
		if term, ok := b.vocabulary.Term(scheme, s); ok && *to == "" {
			*to = term.Code
			return true
		}
	}
	return false
}

var measure = regexp.MustCompile(`^(\S.*?) ([0-9]+(?:\.[0-9]+)?)(?: ([^\s()]+))?(?: \((.*)\))?$`)

// dimensions reads 高 3.42 m; all of the values, or none.
func (b *builder) dimensions(value words) bool {
	var list []archive.Dimension
	for _, s := range value.plain("zh") {
		m := measure.FindStringSubmatch(s)
		if m == nil {
			return false
		}
		f, err := strconv.ParseFloat(m[2], 64)
		term, ok := b.vocabulary.Term(archive.SchemeDimension, m[1])
		if err != nil || !ok {
			return false
		}
		list = append(list, archive.Dimension{Type: term.Code, Value: f, Unit: m[3], Note: m[4]})
	}
	if list == nil || b.record.Dimensions != nil {
		return false
	}
	b.record.Dimensions = list
	return true
}

var count = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)\s*([^\s0-9]{0,16})$`)

// quantity reads 1 铺.
func (b *builder) quantity(value words) bool {
	m := count.FindStringSubmatch(value.one("zh"))
	if m == nil || b.record.Quantity != nil {
		return false
	}
	f, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return false
	}
	b.record.Quantity = &archive.Quantity{Value: f, Unit: m[2]}
	return true
}

// people reads 翟通（供养人） and "Zhai Tong (donor)"; role is theirs where they do not
// say one.
func (b *builder) people(value words, role string) bool {
	for _, t := range value.texts() {
		p := archive.Person{Name: archive.Text{}, Role: role}
		for tag, s := range t {
			name, said := cutRole(s)
			if said != "" {
				p.Role = said
			}
			p.Name[tag] = name
		}
		b.record.People = append(b.record.People, p)
	}
	return len(value) > 0
}

// cutRole takes a role in brackets off a name. Only what is known as one is: others
// write years of life there.
func cutRole(s string) (name, role string) {
	for _, brackets := range [...][2]string{{"（", "）"}, {" (", ")"}} {
		if !strings.HasSuffix(s, brackets[1]) {
			continue
		}
		if at := strings.LastIndex(s, brackets[0]); at > 0 {
			said := strings.TrimSuffix(s[at+len(brackets[0]):], brackets[1])
			if role, ok := rolesOf[strings.ToLower(said)]; ok {
				return s[:at], role
			}
		}
	}
	return s, ""
}
