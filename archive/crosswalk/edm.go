package crosswalk

import (
	"io"

	"hexi/archive"
)

// The namespace of the root element of the Europeana Data Model in RDF/XML, and the schema
// that those who give data to Europeana are held to.
const (
	NamespaceEDM = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	SchemaEDM    = "http://www.europeana.eu/schemas/edm/EDM.xsd"
)

// edmNamespaces are the other namespaces of an EDM document, as attributes.
var edmNamespaces = []string{
	"xmlns:rdf", NamespaceEDM,
	"xmlns:edm", "http://www.europeana.eu/schemas/edm/",
	"xmlns:ore", "http://www.openarchives.org/ore/terms/",
	"xmlns:dc", namespaceDC,
	"xmlns:dcterms", "http://purl.org/dc/terms/",
	"xmlns:skos", "http://www.w3.org/2004/02/skos/core#",
	"xmlns:wgs84_pos", "http://www.w3.org/2003/01/geo/wgs84_pos#",
	"xmlns:svcs", "http://rdfs.org/sioc/services#",
	"xmlns:doap", "http://usefulinc.com/ns/doap#",
	"xmlns:owl", "http://www.w3.org/2002/07/owl#",
	"xmlns:xsi", namespaceXSI,
}

// notEvaluated stands where a record makes no rights statement, since an aggregation must
// have one (EDM Mapping Guidelines, ore:Aggregation): it says that nobody has looked.
const notEvaluated = "http://rightsstatements.org/vocab/CNE/1.0/"

// EDM writes a record in the Europeana Data Model: the element rdf:RDF with the thing
// (edm:ProvidedCHO), its images (edm:WebResource), its place and its time, and what holds
// them together (ore:Aggregation). The thing is named by the record's address, the others
// by fragments of it.
func (p Publisher) EDM(w io.Writer, e Entry) error {
	d := newDocument(w)
	d.start("rdf:RDF", append(edmNamespaces, "xsi:schemaLocation", NamespaceEDM+" "+SchemaEDM)...)
	p.providedCHO(d, e)
	for _, a := range e.images() {
		p.webResource(d, e, a)
	}
	p.edmPlace(d, e.Record)
	p.edmTime(d, e.Record)
	p.aggregation(d, e)
	for _, a := range e.images() {
		d.start("svcs:Service", "rdf:about", p.serviceURI(a.ID))
		d.refer("dcterms:conformsTo", "http://iiif.io/api/image")
		d.refer("doap:implements", "http://iiif.io/api/image/3/level2.json")
		d.end()
	}
	d.end()
	return d.close("EDM", e.Record.ID)
}

// refer writes an element that points to another resource.
func (d *document) refer(name, uri string) { d.empty(name, "rdf:resource", uri) }

// providedCHO writes the thing. Its Dublin Core properties may stand in any order, those of
// EDM behind them stand in that of the schema.
func (p Publisher) providedCHO(d *document, e Entry) {
	r := e.Record
	d.start("edm:ProvidedCHO", "rdf:about", p.RecordURI(r.ID))
	p.people(d, r)
	d.leaf("dc:date", EDTF(r.Period))
	d.texts("dc:description", r.Descriptions)
	for _, in := range r.Inscriptions {
		d.leaf("dc:description", in.Text)
		d.texts("dc:description", in.Translation)
	}
	for _, t := range r.Techniques {
		d.leaf("dc:format", t)
	}
	d.leaf("dc:identifier", r.ID)
	for _, id := range r.Identifiers {
		d.leaf("dc:identifier", id.Value)
	}
	kind := e.edmType()
	if kind == "TEXT" {
		for v := range values(textLanguage(r)) {
			d.leaf("dc:language", v.Lang)
		}
	}
	for _, subject := range r.Subjects {
		d.texts("dc:subject", subject)
	}
	d.texts("dc:title", title(r))
	p.edmTerm(d, "dc:type", archive.SchemeKind, string(r.Kind))
	p.edmTerm(d, "dc:type", archive.SchemeCategory, r.Category)
	p.edmTerms(d, e)
	for _, rel := range e.related() {
		if rel.ID != "" && rel.Code != codePartOf && rel.Code != codeStop && rel.Code != codeSame {
			d.refer("edm:isRelatedTo", p.RecordURI(rel.ID))
		}
	}
	d.leaf("edm:type", kind)
	for _, rel := range e.related() {
		if rel.Code == codeSame {
			d.refer("owl:sameAs", p.RecordURI(rel.ID))
		}
	}
	for _, uri := range sameThings(r) {
		d.refer("owl:sameAs", uri)
	}
	d.end()
}

// edmTerms writes the properties of the namespace dcterms.
func (p Publisher) edmTerms(d *document, e Entry) {
	r := e.Record
	for _, dim := range r.Dimensions {
		d.texts("dcterms:extent", p.dimension(dim))
	}
	d.texts("dcterms:extent", quantity(r.Quantity))
	for _, stop := range r.Stops {
		if stop.Record != "" {
			d.refer("dcterms:hasPart", p.RecordURI(stop.Record))
		}
	}
	if r.Collection != "" {
		d.refer("dcterms:isPartOf", p.CollectionURI(r.Collection))
	}
	if r.PartOf != "" {
		d.refer("dcterms:isPartOf", p.RecordURI(r.PartOf))
	}
	for _, m := range r.Materials {
		p.edmTerm(d, "dcterms:medium", archive.SchemeMaterial, m)
	}
	d.texts("dcterms:provenance", holder(r))
	p.edmTerm(d, "dcterms:provenance", archive.SchemeSource, r.Source)
	d.texts("dcterms:spatial", p.location(r.Location))
	if r.Place != nil {
		d.refer("dcterms:spatial", p.RecordURI(r.ID)+"#place")
	}
	if !p.period(r).Empty() {
		d.refer("dcterms:temporal", p.RecordURI(r.ID)+"#time")
	}
}

// edmTerm writes a term of a vocabulary: the addresses under which others know it, and
// its names.
func (p Publisher) edmTerm(d *document, name string, scheme archive.Scheme, code string) {
	for _, uri := range p.same(scheme, code) {
		d.refer(name, uri)
	}
	d.texts(name, p.term(scheme, code))
}

func (p Publisher) edmPlace(d *document, r *archive.Record) {
	if r.Place == nil {
		return
	}
	d.start("edm:Place", "rdf:about", p.RecordURI(r.ID)+"#place")
	if at := r.Place; at.Lat != nil && at.Lon != nil {
		d.leaf("wgs84_pos:lat", number(*at.Lat))
		d.leaf("wgs84_pos:long", number(*at.Lon))
	}
	d.texts("skos:prefLabel", r.Place.Name)
	d.leaf("skos:note", r.Place.Precision)
	d.end()
}

func (p Publisher) edmTime(d *document, r *archive.Record) {
	words := p.period(r)
	if words.Empty() {
		return
	}
	d.start("edm:TimeSpan", "rdf:about", p.RecordURI(r.ID)+"#time")
	d.texts("skos:prefLabel", words)
	if r.Period.From != 0 {
		d.leaf("edm:begin", edtfYear(r.Period.From))
	}
	if r.Period.To != 0 {
		d.leaf("edm:end", edtfYear(r.Period.To))
	}
	d.end()
}
