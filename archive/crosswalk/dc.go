package crosswalk

import (
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
// demands of every repository (section 2.5).
func (p Publisher) DC(w io.Writer, e Entry) error {
	d := newDocument(w)
	d.start("oai_dc:dc",
		"xmlns:oai_dc", NamespaceOAIDC, "xmlns:dc", namespaceDC, "xmlns:xsi", namespaceXSI,
		"xsi:schemaLocation", NamespaceOAIDC+" "+SchemaOAIDC)
	d.texts("dc:title", title(e.Record))
	d.leaf("dc:identifier", p.RecordURI(e.Record.ID))
	d.texts("dc:type", p.term(archive.SchemeKind, string(e.Record.Kind)))
	d.end()
	return d.close("Dublin Core", e.Record.ID)
}
