package crosswalk

import "io"

// The namespace and the schema of LIDO 1.1.
const (
	NamespaceLIDO = "http://www.lido-schema.org"
	SchemaLIDO    = "http://www.lido-schema.org/schema/v1.1/lido-v1.1.xsd"
)

// LIDO writes a record as LIDO 1.1: the element lido:lido.
func (p Publisher) LIDO(w io.Writer, e Entry) error {
	d := newDocument(w)
	d.start("lido:lido", "xmlns:lido", NamespaceLIDO, "xmlns:xsi", namespaceXSI, "xsi:schemaLocation", NamespaceLIDO+" "+SchemaLIDO)
	d.leaf("lido:lidoRecID", p.RecordURI(e.Record.ID), "lido:type", "http://terminology.lido-schema.org/lido00099")
	d.end()
	return d.close("LIDO", e.Record.ID)
}
