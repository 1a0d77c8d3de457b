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
	tell("maintainer", tagged(holder(r)))
	tell("collection", tagged(p.term(archive.SchemeCollection, r.Collection)))
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
}
