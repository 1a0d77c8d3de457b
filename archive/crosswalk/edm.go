package crosswalk

import "io"

// The namespace of the Europeana Data Model in RDF/XML, and the schema that those who give
// data to Europeana are held to.
const (
	NamespaceEDM = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	SchemaEDM    = "http://www.europeana.eu/schemas/edm/EDM.xsd"

	namespaceEDMTerms = "http://www.europeana.eu/schemas/edm/"
)

// EDM writes a record in the Europeana Data Model: the element rdf:RDF.
func (p Publisher) EDM(w io.Writer, e Entry) error {
	d := newDocument(w)
	d.start("rdf:RDF", "xmlns:rdf", NamespaceEDM, "xmlns:edm", namespaceEDMTerms)
	d.empty("edm:ProvidedCHO", "rdf:about", p.RecordURI(e.Record.ID))
	d.end()
	return d.close("EDM", e.Record.ID)
}
