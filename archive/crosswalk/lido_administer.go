package crosswalk

import (
	"time"

	"hexi/archive"
)

// lidoAdministration writes who says this under which terms, and the images:
// administrativeMetadata.
func (p Publisher) lidoAdministration(d lidoPart, e Entry) {
	r := e.Record
	d.start("lido:administrativeMetadata", "xml:lang", d.lang)
	if s := statement(r); s != "" {
		d.start("lido:rightsWorkWrap")
		d.start("lido:rightsWorkSet")
		d.within("lido:rightsType", func() { d.leaf("lido:conceptID", s, "lido:type", lidoURI) })
		d.end()
		d.end()
	}
	d.within("lido:recordWrap", func() { p.lidoRecord(d, e) })
	if images := e.images(); len(images) > 0 {
		d.start("lido:resourceWrap")
		for _, a := range images {
			p.lidoResource(d, a)
		}
		d.end()
	}
	d.end()
}

func (p Publisher) lidoRecord(d lidoPart, e Entry) {
	r := e.Record
	d.leaf("lido:recordID", r.ID, "lido:type", lidoLocal)
	if curated(r.Kind) {
		d.concept("lido:recordType", archive.Text{"zh": "藏品组记录", "en": "Group-level record"}, nil)
	} else {
		d.concept("lido:recordType", archive.Text{"zh": "单件记录", "en": "Item-level record"}, []string{lidoItem})
	}
	d.wrapped(p.institution(), "lido:recordSource", "lido:legalBodyName", "lido:appellationValue")
	d.start("lido:recordInfoSet")
	d.leaf("lido:recordInfoLink", p.RecordURI(r.ID), "lido:formatResource", "text/html")
	for _, at := range [...]struct {
		kind string
		time time.Time
	}{{"created", e.Created}, {"modified", e.Modified}} {
		if !at.time.IsZero() {
			d.leaf("lido:recordMetadataDate", at.time.UTC().Format(time.RFC3339), "lido:type", at.kind)
		}
	}
	d.end()
	if r.Collection != "" {
		d.start("lido:collection")
		d.start("lido:object")
		d.leaf("lido:objectWebResource", p.CollectionURI(r.Collection))
		d.wrapped(p.term(archive.SchemeCollection, r.Collection), "lido:objectName", "lido:appellationValue")
		d.end()
		d.end()
	}
}

func (p Publisher) lidoResource(d lidoPart, a *archive.Asset) {
	d.start("lido:resourceSet")
	d.leaf("lido:resourceID", a.ID, "lido:type", lidoLocal)
	for _, picture := range [...]struct{ kind, size string }{{lidoImage, "max"}, {lidoPreview, previewSize}} {
		d.start("lido:resourceRepresentation", "lido:type", picture.kind)
		d.leaf("lido:linkResource", p.imageURI(a.ID, picture.size), "lido:formatResource", "image/jpeg")
		d.end()
	}
	d.end()
}
