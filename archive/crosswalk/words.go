package crosswalk

import (
	"strconv"
	"strings"

	"hexi/archive"
)

// period says when a thing was made, in words.
func (p Publisher) period(r *archive.Record) archive.Text {
	if r.Period == nil {
		return nil
	}
	return r.Period.Words(p.label(archive.SchemePeriod, r.Period.Term))
}

// label returns the label of a code, empty where none is known.
func (p Publisher) label(scheme archive.Scheme, code string) archive.Text {
	if p.Terms == nil || code == "" {
		return nil
	}
	t, _ := p.Terms.Term(scheme, code)
	return t.Label
}

// location says where in a cave site a thing is: 莫高窟第220窟，主室，北壁.
func (p Publisher) location(l *archive.Location) archive.Text {
	if l == nil {
		return nil
	}
	site := p.term(archive.SchemeSite, l.Site)
	zh, en := site.In("zh"), site.In("en")
	if l.Cave != "" {
		zh += "第" + l.Cave + "窟"
		en = joined(", ", en, "Cave "+l.Cave)
	}
	for _, part := range [...]struct {
		scheme archive.Scheme
		code   string
	}{
		{archive.SchemeSpace, l.Space},
		{archive.SchemeSurface, l.Surface},
		{archive.SchemePosition, l.Position},
		{archive.SchemeWallRole, l.Role},
	} {
		name := p.term(part.scheme, part.code)
		zh, en = joined("，", zh, name.In("zh")), joined(", ", en, name.In("en"))
	}
	return archive.Text{"zh": zh, "en": en}
}

// dimension says a measurement: 高 3.42 m, "Height 3.42 m".
func (p Publisher) dimension(d archive.Dimension) archive.Text {
	name := p.term(archive.SchemeDimension, d.Type)
	measure := joined(" ", number(d.Value), d.Unit)
	if d.Note != "" {
		measure += " (" + d.Note + ")"
	}
	return archive.Text{"zh": joined(" ", name.In("zh"), measure), "en": joined(" ", name.In("en"), measure)}
}

// quantity says how many there are: "1 铺".
func quantity(q *archive.Quantity) archive.Text {
	if q == nil || q.Value == 0 {
		return nil
	}
	return plain(joined(" ", number(q.Value), q.Unit))
}

// joined joins what is not empty.
func joined(separator string, parts ...string) string {
	var kept []string
	for _, s := range parts {
		if s = strings.TrimSpace(s); s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, separator)
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// part is what a person has to do with a thing.
type part int

const (
	partOther part = iota
	partMaker      // had a hand in making it, or had it made
	partShown      // is to be seen on it
)

// partOf tells the part of a person by the role that the record names.
func partOf(role string) part {
	switch strings.ToLower(strings.TrimSpace(role)) {
	case "author", "artist", "painter", "calligrapher", "copyist", "carver", "sculptor", "maker", "potter", "weaver", "printer",
		"architect", "builder", "founder", "inventor", "composer", "translator", "photographer", "patron", "donor",
		"作者", "画者", "书者", "摹者", "译者", "刻者", "画工", "书手", "塑匠", "供养人", "功德主":
		return partMaker
	case "depicted", "sitter", "画中人", "像主":
		return partShown
	}
	return partOther
}

// immovable reports whether things of a kind stand where their record's place is. That
// of another thing is where it was found or is at home.
func immovable(k archive.Kind) bool {
	return k == archive.KindCave || k == archive.KindSite || k == archive.KindMural
}

// curated reports whether records of a kind are works of the archive itself. Their period
// and place are what they tell of, and not when and where they were made.
func curated(k archive.Kind) bool {
	return k == archive.KindRoute || k == archive.KindExhibition || k == archive.KindCollection
}
