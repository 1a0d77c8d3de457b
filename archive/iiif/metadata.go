package iiif

import (
	"strconv"
	"strings"

	"hexi/archive"
)

// metadata returns the lines that a viewer shows of a record. Order and labels
// are those that readers know from a museum's own label.
func (p Publisher) metadata(r *archive.Record) []Pair {
	var pairs []Pair
	add := func(zh, en string, v values) {
		if len(v) > 0 {
			pairs = append(pairs, Pair{Label: LanguageMap{"zh": {zh}, "en": {en}}, Value: v.languageMap()})
		}
	}
	add("年代", "Period", p.period(r.Period))
	if r.Place != nil {
		add("地点", "Place", values{}.with(r.Place.Name))
	}
	add("位置", "Location", p.location(r.Location))
	add("类别", "Category", p.term(archive.SchemeCategory, r.Category))
	add("质地", "Materials", p.terms(archive.SchemeMaterial, r.Materials))
	add("工艺", "Techniques", plain(r.Techniques))
	add("尺寸", "Dimensions", dimensions(r.Dimensions))
	add("数量", "Quantity", quantity(r.Quantity))
	add("人物", "People", people(r.People))
	add("题材", "Subjects", values{}.with(r.Subjects...))
	add("级别", "Grade", p.term(archive.SchemeLevel, r.Level))
	add("完残程度", "Completeness", p.term(archive.SchemeCompleteness, r.Completeness))
	for _, id := range r.Identifiers {
		zh, en := identifierLabel(id.Type)
		add(zh, en, plain([]string{id.Value}))
	}
	return pairs
}

// with returns the values and those texts that are not empty.
func (v values) with(texts ...archive.Text) values {
	for _, t := range texts {
		v.add(t)
	}
	return v
}

func plain(list []string) values {
	var v values
	for _, s := range list {
		v.plain(s)
	}
	return v
}

// termLabel returns the label of a code, empty where it is not known.
func (p Publisher) termLabel(scheme archive.Scheme, code string) archive.Text {
	if p.Terms == nil || code == "" {
		return nil
	}
	term, ok := p.Terms.Term(scheme, code)
	if !ok {
		return nil
	}
	return term.Label
}

func (p Publisher) term(scheme archive.Scheme, code string) values {
	if code == "" {
		return nil
	}
	return p.terms(scheme, []string{code})
}

// terms returns the labels of codes, and as they are those that have none.
func (p Publisher) terms(scheme archive.Scheme, codes []string) values {
	var v values
	for _, code := range codes {
		if t := p.termLabel(scheme, code); !t.Empty() {
			v.add(t)
		} else {
			v.plain(code)
		}
	}
	return v
}

// period says when a thing was made: 初唐，贞观十六年（642年）, "Early Tang (642 CE)".
func (p Publisher) period(period *archive.Period) values {
	if period == nil {
		return nil
	}
	return values{}.with(period.Words(p.termLabel(archive.SchemePeriod, period.Term)))
}

// location names a place in a cave site: 莫高窟第220窟，主室，北壁.
func (p Publisher) location(l *archive.Location) values {
	if l == nil {
		return nil
	}
	site := p.termLabel(archive.SchemeSite, l.Site)
	if site.Empty() {
		site = archive.Text{"zh": l.Site, "en": l.Site}
	}
	zh, en := []string{site.In("zh")}, []string{site.In("en")}
	if l.Cave != "" {
		zh[0] += "第" + l.Cave + "窟"
		en = append(en, "Cave "+l.Cave)
	}
	for _, piece := range [...]struct {
		scheme archive.Scheme
		value  string
	}{{archive.SchemeSpace, l.Space}, {archive.SchemeSurface, l.Surface}, {archive.SchemePosition, l.Position}} {
		part := strings.TrimSpace(piece.value)
		name := locationLabel(part)
		if name["en"] == name["zh"] { // not one of the usual
			if label := p.termLabel(piece.scheme, part); !label.Empty() {
				name = label
			}
		}
		zh, en = append(zh, name.In("zh")), append(en, name.In("en"))
	}
	return values{}.with(archive.Text{"zh": joinNonEmpty(zh, "，"), "en": joinNonEmpty(en, ", ")})
}

func joinNonEmpty(parts []string, separator string) string {
	var kept []string
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, separator)
}

// dimensions writes measurements: 高 3.42 m, "Height 3.42 m".
func dimensions(list []archive.Dimension) values {
	var v values
	for _, d := range list {
		measure := strings.TrimSpace(number(d.Value) + " " + d.Unit)
		if d.Note != "" {
			measure += " (" + d.Note + ")"
		}
		name := dimensionLabel(d.Type)
		v.add(archive.Text{"zh": name.In("zh") + " " + measure, "en": name.In("en") + " " + measure})
	}
	return v
}

func quantity(q *archive.Quantity) values {
	if q == nil || q.Value == 0 {
		return nil
	}
	return plain([]string{strings.TrimSpace(number(q.Value) + " " + q.Unit)})
}

// people writes names with what they did: 翟通（供养人）.
func people(list []archive.Person) values {
	var v values
	for _, person := range list {
		role := roleLabel(person.Role)
		t := archive.Text{}
		for tag, name := range person.Name {
			switch {
			case name == "" || role.Empty():
				t[tag] = name
			case strings.HasPrefix(tag, "zh"):
				t[tag] = name + "（" + role.In(tag) + "）"
			default:
				t[tag] = name + " (" + role.In("en") + ")"
			}
		}
		v.add(t)
	}
	return v
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
