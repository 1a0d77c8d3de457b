package crosswalk

import (
	"io"
	"maps"
	"slices"

	"hexi/archive"
)

// The namespace and the schema of LIDO 1.1.
const (
	NamespaceLIDO = "http://www.lido-schema.org"
	SchemaLIDO    = "http://www.lido-schema.org/schema/v1.1/lido-v1.1.xsd"

	namespaceGML = "http://www.opengis.net/gml"
)

// Terms of the LIDO Terminology (terminology.lido-schema.org).
const (
	lidoTerms       = "http://terminology.lido-schema.org/lido"
	lidoURI         = lidoTerms + "00099" // kinds of identifiers
	lidoLocal       = lidoTerms + "00100"
	lidoAcquisition = lidoTerms + "00001" // kinds of events
	lidoEvent       = lidoTerms + "00003"
	lidoProduction  = lidoTerms + "00007"
	lidoItem        = lidoTerms + "00141" // kinds of records
	lidoPreview     = lidoTerms + "00451" // kinds of representations
	lidoImage       = lidoTerms + "00464"
)

// LIDO writes a record as LIDO 1.1: the element lido:lido, with its descriptive and its
// administrative metadata once for each language of the record, Chinese and English in
// any case. A text that is not there in one of them stands in its own, so that each part
// can be read alone. Elements stand in the order of the schema.
func (p Publisher) LIDO(w io.Writer, e Entry) error {
	d := newDocument(w)
	d.start("lido:lido", "xmlns:lido", NamespaceLIDO, "xmlns:gml", namespaceGML, "xmlns:xsi", namespaceXSI,
		"xsi:schemaLocation", NamespaceLIDO+" "+SchemaLIDO)
	d.leaf("lido:lidoRecID", p.RecordURI(e.Record.ID), "lido:type", lidoURI)
	for _, uri := range append([]string{p.RecordURI(e.Record.ID)}, sameThings(e.Record)...) {
		d.leaf("lido:objectPublishedID", uri, "lido:type", lidoURI)
	}
	languages := recordLanguages(e.Record)
	crm, name := crmClass(e.Record.Kind)
	d.within("lido:category", func() {
		d.leaf("lido:conceptID", "http://www.cidoc-crm.org/crm-concepts/"+crm, "lido:type", lidoURI)
		d.leaf("lido:term", name, "xml:lang", "en")
	})
	for _, lang := range languages {
		p.lidoDescription(lidoPart{d, lang}, e)
	}
	for _, lang := range languages {
		p.lidoAdministration(lidoPart{d, lang}, e)
	}
	d.end()
	return d.close("LIDO", e.Record.ID)
}

// lidoPart writes the part of a LIDO document that is in one language.
type lidoPart struct {
	*document
	lang string
}

// text writes a text in the part's language, or else in the one that its readers read
// best.
func (d lidoPart) text(name string, t archive.Text, attributes ...string) {
	v := best(t, d.lang)
	d.leaf(name, v.Text, append([]string{"xml:lang", v.Lang}, attributes...)...)
}

// wrapped writes elements around a text, the outermost first, and nothing for an empty
// one.
func (d lidoPart) wrapped(t archive.Text, names ...string) {
	if t.Empty() {
		return
	}
	last := len(names) - 1
	for _, name := range names[:last] {
		d.start(name)
	}
	d.text(names[last], t)
	for range last {
		d.end()
	}
}

// concept writes a concept by the addresses under which others know it and by its name.
func (d lidoPart) concept(name string, t archive.Text, uris []string, attributes ...string) {
	if t.Empty() && len(uris) == 0 {
		return
	}
	d.start(name, attributes...)
	for _, uri := range uris {
		d.leaf("lido:conceptID", uri, "lido:type", lidoURI)
	}
	d.text("lido:term", t)
	d.end()
}

// best is a text in the wanted language, or in the one that archive.Text.In chooses.
func best(t archive.Text, lang string) value {
	text := t.In(lang)
	if t[lang] == text {
		return value{lang, text}
	}
	for v := range values(t) {
		if t[v.Lang] == text || v.Lang == "" && t["und"] == text {
			return v
		}
	}
	return value{}
}

// recordLanguages returns Chinese, English and the other languages of a record's texts.
func recordLanguages(r *archive.Record) []string {
	found := map[string]bool{"zh": true, "en": true}
	texts := append([]archive.Text{r.Titles, r.Descriptions, r.Text, holder(r)}, r.Subjects...)
	if r.Place != nil {
		texts = append(texts, r.Place.Name)
	}
	for _, who := range r.People {
		texts = append(texts, who.Name)
	}
	for _, in := range r.Inscriptions {
		texts = append(texts, in.Translation)
	}
	for _, t := range texts {
		for v := range values(t) {
			if v.Lang != "" {
				found[v.Lang] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(found), byTag)
}

// crmClass is the class of the CIDOC Conceptual Reference Model, version 7.1, that things
// of a kind belong to.
func crmClass(k archive.Kind) (code, name string) {
	switch k {
	case archive.KindCave:
		return "E25", "Human-Made Feature"
	case archive.KindSite:
		return "E27", "Site"
	case archive.KindEvent:
		return "E5", "Event"
	case archive.KindIntangible:
		return "E7", "Activity"
	case archive.KindReport:
		return "E31", "Document"
	case archive.KindRoute, archive.KindExhibition:
		return "E73", "Information Object"
	case archive.KindCollection:
		return "E78", "Curated Holding"
	}
	return "E22", "Human-Made Object"
}
