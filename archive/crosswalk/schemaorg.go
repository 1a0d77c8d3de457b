package crosswalk

import (
	"io"
	"time"

	"hexi/archive"
)

// SchemaContext is the JSON-LD context of schema.org.
const SchemaContext = "https://schema.org"

// Schema writes a record as schema.org has it (release 28), for search engines and for
// whoever reads the data in a page: a VisualArtwork, a Book, a
// LandmarksOrHistoricalBuildings, an Event, an ItemList, by its kind. The document can
// stand inside a script element of a page.
func (p Publisher) Schema(w io.Writer, e Entry) error {
	r := e.Record
	n := node{"@context": SchemaContext, "@id": p.RecordURI(r.ID), "@type": schemaClass(r), "url": p.RecordURI(r.ID)}
	n.set("name", tagged(title(r)))
	n.set("description", tagged(r.Descriptions))
	n.set("image", p.schemaImages(e))
	p.schemaIdentifiers(n, e)
	switch family(r.Kind) {
	case familyPlace:
		p.schemaPlace(n, e)
	case familyEvent:
		p.schemaEvent(n, e)
	default:
		p.schemaWork(n, e)
	}
	return n.write(w, "schema.org", r.ID)
}

// The families of schema.org's types that records are in: what is not a place and not an
// event is a CreativeWork.
const (
	familyWork = iota
	familyPlace
	familyEvent
)

func family(k archive.Kind) int {
	switch k {
	case archive.KindCave, archive.KindSite:
		return familyPlace
	case archive.KindEvent:
		return familyEvent
	}
	return familyWork
}

// schemaClass returns the type, or the types, of a record.
func schemaClass(r *archive.Record) any {
	switch r.Kind {
	case archive.KindRelic, archive.KindMural:
		return "VisualArtwork"
	case archive.KindCave, archive.KindSite:
		return "LandmarksOrHistoricalBuildings"
	case archive.KindDocument:
		if r.Category == "relic-25" { // archives and manuscripts
			return "Manuscript"
		}
		return "Book"
	case archive.KindModel:
		return "3DModel"
	case archive.KindEvent:
		return "Event"
	case archive.KindReport:
		return "Report"
	case archive.KindRoute, archive.KindExhibition:
		// A list has no period, rights or collection of its own.
		return []string{"ItemList", "CreativeWork"}
	case archive.KindCollection:
		return "Collection"
	}
	return "CreativeWork"
}

func (p Publisher) schemaImages(e Entry) []node {
	var list []node
	for _, a := range e.images() {
		image := node{
			"@type": "ImageObject", "contentUrl": p.imageURI(a.ID, "max"), "thumbnailUrl": p.imageURI(a.ID, previewSize),
			"encodingFormat": "image/jpeg",
		}
		image.set("license", statement(e.Record))
		list = append(list, image)
	}
	return list
}

func (p Publisher) schemaIdentifiers(n node, e Entry) {
	for _, id := range e.Record.Identifiers {
		n.add("identifier", node{"@type": "PropertyValue", "propertyID": id.Type, "value": id.Value})
	}
	same := sameThings(e.Record)
	for _, rel := range e.related() {
		if rel.Code == codeSame {
			same = append(same, p.RecordURI(rel.ID))
		}
	}
	n.set("sameAs", same)
}

// schemaWork writes what a CreativeWork has.
func (p Publisher) schemaWork(n node, e Entry) {
	r := e.Record
	n.set("genre", tagged(p.term(archive.SchemeCategory, r.Category)))
	n.set("temporalCoverage", EDTF(r.Period))
	if when := r.Period; when != nil && when.From > 0 && when.From == when.To && !curated(r.Kind) && !approximate(when.Note) {
		n.set("dateCreated", edtfYear(when.From))
	}
	n.set("temporal", tagged(p.period(r)))
	n.set("material", p.schemaTerms(archive.SchemeMaterial, r.Materials))
	n.set("keywords", p.schemaKeywords(r))
	for _, d := range r.Dimensions {
		n.add("size", p.schemaMeasure(d))
	}
	if q := r.Quantity; !quantity(q).Empty() {
		n.add("size", node{"@type": "QuantitativeValue", "value": q.Value, "unitText": q.Unit})
	}
	n.set("spatialCoverage", schemaPoint(r.Place))
	if where := p.location(r.Location); !where.Empty() {
		n.set("contentLocation", node{"@type": "Place", "name": tagged(where)})
	}
	p.schemaPeople(n, r)
	n.set("text", tagged(r.Text))
	for _, in := range r.Inscriptions {
		quotation := node{"@type": "Quotation", "text": in.Text}
		for v := range values(in.Translation) {
			quotation.add("workTranslation", node{"@type": "Quotation", "text": v.Text, "inLanguage": v.Lang})
		}
		n.add("hasPart", quotation)
	}
	n.set("license", statement(r))
	if name := holder(r); !name.Empty() {
		n.set("maintainer", node{"@type": "Organization", "name": tagged(name)})
	}
	if r.Collection != "" {
		n.add("isPartOf", node{"@type": "Collection", "@id": p.CollectionURI(r.Collection), "name": tagged(p.term(archive.SchemeCollection, r.Collection))})
	}
	p.schemaRelations(n, e)
	if !e.Created.IsZero() {
		n.set("datePublished", e.Created.UTC().Format(time.DateOnly))
	}
	if !e.Modified.IsZero() {
		n.set("dateModified", e.Modified.UTC().Format(time.RFC3339))
	}
}

func (p Publisher) schemaTerms(scheme archive.Scheme, codes []string) []any {
	var texts []archive.Text
	for _, code := range codes {
		texts = append(texts, p.term(scheme, code))
	}
	return merged(texts...)
}

// schemaKeywords are the subjects, the techniques and the grade.
func (p Publisher) schemaKeywords(r *archive.Record) []any {
	texts := append([]archive.Text{}, r.Subjects...)
	for _, t := range r.Techniques {
		texts = append(texts, plain(t))
	}
	return merged(append(texts, p.term(archive.SchemeLevel, r.Level))...)
}

func (p Publisher) schemaMeasure(d archive.Dimension) node {
	n := node{"@type": "QuantitativeValue", "value": d.Value}
	n.set("name", tagged(p.term(archive.SchemeDimension, d.Type)))
	n.set("unitText", d.Unit)
	n.set("description", d.Note)
	return n
}

func (p Publisher) schemaPeople(n node, r *archive.Record) {
	properties := map[part]string{partMaker: "creator", partShown: "about", partOther: "contributor"}
	for _, who := range r.People {
		person := node{"@type": "Person", "name": tagged(who.Name)}
		n.add(properties[partOf(who.Role)], person)
	}
}

func (p Publisher) schemaRelations(n node, e Entry) {
	for _, rel := range e.related() {
		other := node{"@id": p.RecordURI(rel.ID)}
		other.set("name", tagged(rel.Name))
		switch rel.Code {
		case codePartOf:
			n.add("isPartOf", other)
		case codeStop, codeSame:
		default:
			n.add("mentions", other)
		}
	}
	for i, stop := range e.Record.Stops {
		item := node{"@type": "ListItem", "position": i + 1}
		item.set("name", tagged(stop.Caption))
		if stop.Record != "" {
			item.set("url", p.RecordURI(stop.Record))
		}
		n.add("itemListElement", item)
	}
	if len(e.Record.Stops) > 0 {
		n["numberOfItems"] = len(e.Record.Stops)
	}
}
