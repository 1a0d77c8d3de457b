package crosswalk

import "hexi/archive"

// webResource writes an image.
func (p Publisher) webResource(d *document, e Entry, a *archive.Asset) {
	d.start("edm:WebResource", "rdf:about", p.imageURI(a.ID, "max"))
	d.leaf("dc:format", "image/jpeg")
	d.refer("dcterms:isReferencedBy", p.ManifestURI(e.Record.ID))
	d.refer("edm:rights", edmRights(e.Record))
	d.refer("svcs:has_service", p.serviceURI(a.ID))
	d.end()
}

// aggregation writes what holds a thing and its images together, in the order of the
// schema.
func (p Publisher) aggregation(d *document, e Entry) {
	r := e.Record
	provider := best(p.institution(), "zh")
	images := e.images()
	d.start("ore:Aggregation", "rdf:about", p.RecordURI(r.ID)+"#aggregation")
	d.refer("edm:aggregatedCHO", p.RecordURI(r.ID))
	d.leaf("edm:dataProvider", provider.Text, "xml:lang", provider.Lang)
	for _, a := range images[min(1, len(images)):] {
		d.refer("edm:hasView", p.imageURI(a.ID, "max"))
	}
	d.refer("edm:isShownAt", p.RecordURI(r.ID))
	if len(images) > 0 {
		d.refer("edm:isShownBy", p.imageURI(images[0].ID, "max"))
		d.refer("edm:object", p.imageURI(images[0].ID, previewSize))
	}
	d.leaf("edm:provider", provider.Text, "xml:lang", provider.Lang)
	d.refer("edm:rights", edmRights(r))
	d.end()
}

func edmRights(r *archive.Record) string {
	if s := statement(r); s != "" {
		return s
	}
	return notEvaluated
}

// edmType is the value of edm:type that a record's media, or else its kind, have: one of
// those that the schema lists.
func (e Entry) edmType() string {
	found := map[archive.AssetKind]bool{}
	for i := range e.Assets {
		found[e.Assets[i].Kind] = true
	}
	switch {
	case found[archive.AssetModel] || e.Record.Kind == archive.KindModel:
		return "3D"
	case found[archive.AssetVideo]:
		return "VIDEO"
	case found[archive.AssetAudio]:
		return "SOUND"
	case e.Record.Kind == archive.KindDocument || e.Record.Kind == archive.KindReport:
		return "TEXT"
	}
	return "IMAGE"
}

// textLanguage returns the text of a record, or else its titles, for the languages that
// they are in: a text must name its own (EDM Mapping Guidelines, dc:language).
func textLanguage(r *archive.Record) archive.Text {
	for _, t := range []archive.Text{r.Text, r.Titles} {
		for v := range values(t) {
			if v.Lang != "" {
				return t
			}
		}
	}
	return archive.Text{"mul": "?"}
}
