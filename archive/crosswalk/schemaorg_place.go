package crosswalk

import (
	"hexi/archive"
)

// schemaPoint is a place with its point; nil where neither is known.
func schemaPoint(at *archive.Place) any {
	if at == nil || at.Name.Empty() && at.Lat == nil {
		return nil
	}
	n := node{"@type": "Place"}
	n.set("name", tagged(at.Name))
	n.set("geo", coordinates(at))
	return n
}

func coordinates(at *archive.Place) any {
	if at == nil || at.Lat == nil || at.Lon == nil {
		return nil
	}
	return node{"@type": "GeoCoordinates", "latitude": *at.Lat, "longitude": *at.Lon}
}

// schemaPlace writes what a Place has; what it has no property for is told by name.
func (p Publisher) schemaPlace(n node, e Entry) {
	r := e.Record
	n.set("geo", coordinates(r.Place))
	if r.Place != nil {
		n.set("address", tagged(r.Place.Name))
	}
	if where := p.location(r.Location); !where.Empty() {
		n.add("containedInPlace", node{"@type": "Place", "name": tagged(where)})
	}
	n.set("keywords", merged(r.Subjects...))
	for _, rel := range e.related() {
		if rel.Code == codePartOf {
			n.add("containedInPlace", node{"@type": "Place", "@id": p.RecordURI(rel.ID)})
		}
	}
	tell := func(name string, v any) {
		if list, empty := v.([]any); v == nil || empty && len(list) == 0 {
			return
		}
		n.add("additionalProperty", node{"@type": "PropertyValue", "name": name, "value": v})
	}
	if years := EDTF(r.Period); years != "" {
		tell("temporalCoverage", years)
	}
	tell("period", tagged(p.period(r)))
	tell("category", tagged(p.term(archive.SchemeCategory, r.Category)))
	tell("level", tagged(p.term(archive.SchemeLevel, r.Level)))
	tell("material", noneIfEmpty(p.schemaTerms(archive.SchemeMaterial, r.Materials)))
	var techniques, sizes, words, persons []archive.Text
	for _, t := range r.Techniques {
		techniques = append(techniques, plain(t))
	}
	tell("technique", noneIfEmpty(merged(techniques...)))
	for _, d := range r.Dimensions {
		sizes = append(sizes, p.dimension(d))
	}
	tell("size", noneIfEmpty(merged(append(sizes, quantity(r.Quantity))...)))
	for _, in := range r.Inscriptions {
		words = append(words, plain(in.Text), in.Translation)
	}
	tell("inscription", noneIfEmpty(merged(words...)))
	tell("text", tagged(r.Text))
	for _, who := range r.People {
		persons = append(persons, withRole(who))
	}
	tell("person", noneIfEmpty(merged(persons...)))
	tell("maintainer", tagged(holder(r)))
	p.schemaPage(n, e)
}

// schemaPage writes the page about what is no work itself: it has the rights, the
// collection and the records that it speaks of.
func (p Publisher) schemaPage(n node, e Entry) {
	r := e.Record
	page := node{"@type": "WebPage", "url": p.RecordURI(r.ID)}
	page.set("license", statement(r))
	if r.Collection != "" {
		page.add("isPartOf", node{"@type": "Collection", "@id": p.CollectionURI(r.Collection), "name": tagged(p.term(archive.SchemeCollection, r.Collection))})
	}
	for _, rel := range e.related() {
		if rel.ID != "" && rel.Code != codePartOf && rel.Code != codeSame {
			page.add("mentions", node{"@id": p.RecordURI(rel.ID)})
		}
	}
	n.add("subjectOf", page)
}

func noneIfEmpty(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// schemaEvent writes what an Event has.
func (p Publisher) schemaEvent(n node, e Entry) {
	r := e.Record
	if r.Period != nil && r.Period.From != 0 {
		n.set("startDate", edtfYear(r.Period.From))
	}
	if r.Period != nil && r.Period.To != 0 {
		n.set("endDate", edtfYear(r.Period.To))
	}
	n.set("location", schemaPoint(r.Place))
	n.set("keywords", merged(append(append([]archive.Text{}, r.Subjects...), p.period(r), p.term(archive.SchemeCategory, r.Category))...))
	for _, who := range r.People {
		n.add("contributor", node{"@type": "Person", "name": tagged(who.Name)})
	}
	for _, rel := range e.related() {
		other := node{"@id": p.RecordURI(rel.ID)}
		switch rel.Code {
		case codePartOf:
			n.add("superEvent", other)
		case codeSame:
		default:
			n.add("about", other)
		}
	}
	p.schemaPage(n, e)
}
