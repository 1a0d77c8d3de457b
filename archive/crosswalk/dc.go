package crosswalk

import (
	"fmt"
	"io"

	"hexi/archive"
)

// The namespaces and the schema of unqualified Dublin Core as OAI-PMH 2.0 carries it
// (Guidelines for Repository Implementers, section 5).
const (
	NamespaceOAIDC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
	SchemaOAIDC    = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

	namespaceDC  = "http://purl.org/dc/elements/1.1/"
	namespaceXSI = "http://www.w3.org/2001/XMLSchema-instance"
)

// DC writes a record as unqualified Dublin Core: the element oai_dc:dc, which OAI-PMH 2.0
// demands of every repository (section 2.5). Elements follow the DCMI Metadata Terms,
// section 3.
func (p Publisher) DC(w io.Writer, e Entry) error {
	r := e.Record
	d := newDocument(w)
	d.start("oai_dc:dc",
		"xmlns:oai_dc", NamespaceOAIDC, "xmlns:dc", namespaceDC, "xmlns:xsi", namespaceXSI,
		"xsi:schemaLocation", NamespaceOAIDC+" "+SchemaOAIDC)
	d.texts("dc:title", title(r))
	d.leaf("dc:identifier", p.RecordURI(r.ID))
	for _, id := range r.Identifiers {
		d.leaf("dc:identifier", id.Value)
	}
	p.people(d, r)
	d.texts("dc:description", r.Descriptions)
	for _, in := range r.Inscriptions {
		d.leaf("dc:description", in.Text)
		d.texts("dc:description", in.Translation)
	}
	for _, subject := range r.Subjects {
		d.texts("dc:subject", subject)
	}
	d.leaf("dc:type", dcmiType(r.Kind))
	d.texts("dc:type", p.term(archive.SchemeKind, string(r.Kind)))
	d.texts("dc:type", p.term(archive.SchemeCategory, r.Category))
	p.dcFormat(d, r)
	d.leaf("dc:date", EDTF(r.Period))
	p.coverage(d, r)
	p.dcRelations(d, r)
	d.leaf("dc:rights", statement(r))
	d.texts("dc:rights", holder(r))
	d.texts("dc:publisher", p.institution())
	d.end()
	return d.close("Dublin Core", r.ID)
}

// people writes those who made a thing, are shown on it, or had to do with it.
func (p Publisher) people(d *document, r *archive.Record) {
	elements := map[part]string{partMaker: "dc:creator", partShown: "dc:subject", partOther: "dc:contributor"}
	for _, who := range r.People {
		d.texts(elements[partOf(who.Role)], who.Name)
	}
}

// dcFormat writes what a thing is made of, and how large it is.
func (p Publisher) dcFormat(d *document, r *archive.Record) {
	for _, m := range r.Materials {
		d.texts("dc:format", p.term(archive.SchemeMaterial, m))
	}
	for _, t := range r.Techniques {
		d.leaf("dc:format", t)
	}
	for _, dim := range r.Dimensions {
		d.texts("dc:format", p.dimension(dim))
	}
	d.texts("dc:format", quantity(r.Quantity))
}

// coverage writes the period and the place in words, and the point as the DCMI Point
// Encoding Scheme has it.
func (p Publisher) coverage(d *document, r *archive.Record) {
	d.texts("dc:coverage", p.period(r))
	d.texts("dc:coverage", p.location(r.Location))
	if r.Place == nil {
		return
	}
	d.texts("dc:coverage", r.Place.Name)
	if at := r.Place; at.Lat != nil && at.Lon != nil {
		d.leaf("dc:coverage", fmt.Sprintf("east=%s; north=%s; units=signed decimal degrees", number(*at.Lon), number(*at.Lat)))
	}
}

// dcRelations writes the addresses of what a record belongs to and speaks of.
func (p Publisher) dcRelations(d *document, r *archive.Record) {
	if r.Collection != "" {
		d.leaf("dc:relation", p.CollectionURI(r.Collection))
	}
	if r.PartOf != "" {
		d.leaf("dc:relation", p.RecordURI(r.PartOf))
	}
	for _, rel := range r.Relations {
		d.leaf("dc:relation", p.RecordURI(rel.Record))
	}
	for _, stop := range r.Stops {
		if stop.Record != "" {
			d.leaf("dc:relation", p.RecordURI(stop.Record))
		}
	}
}

// dcmiType is the term of the DCMI Type Vocabulary (DCMI Metadata Terms, section 7) for
// records of a kind.
func dcmiType(k archive.Kind) string {
	switch k {
	case archive.KindDocument, archive.KindReport:
		return "Text"
	case archive.KindEvent:
		return "Event"
	case archive.KindModel:
		return "InteractiveResource"
	case archive.KindRoute, archive.KindExhibition, archive.KindCollection:
		return "Collection"
	case archive.KindIntangible:
		return "Event"
	}
	return "PhysicalObject"
}
