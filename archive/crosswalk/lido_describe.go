package crosswalk

import (
	"hexi/archive"
)

// lidoDescription writes what a thing is: descriptiveMetadata.
func (p Publisher) lidoDescription(d lidoPart, e Entry) {
	d.within("lido:descriptiveMetadata", func() {
		p.lidoClassification(d, e.Record)
		d.within("lido:objectIdentificationWrap", func() { p.lidoIdentification(d, e.Record) })
		p.lidoEvents(d, e.Record)
		p.lidoRelations(d, e)
	}, "xml:lang", d.lang)
}

func (p Publisher) lidoClassification(d lidoPart, r *archive.Record) {
	d.within("lido:objectClassificationWrap", func() {
		d.within("lido:objectWorkTypeWrap", func() {
			kind := p.term(archive.SchemeKind, string(r.Kind))
			if kind.Empty() {
				kind = archive.Text{"zh": "藏品", "en": "Object"}
			}
			d.concept("lido:objectWorkType", kind, p.same(archive.SchemeKind, string(r.Kind)))
		})
		if r.Category == "" && r.Level == "" {
			return
		}
		d.within("lido:classificationWrap", func() {
			d.concept("lido:classification", p.term(archive.SchemeCategory, r.Category), p.same(archive.SchemeCategory, r.Category), "lido:type", "category")
			d.concept("lido:classification", p.term(archive.SchemeLevel, r.Level), p.same(archive.SchemeLevel, r.Level), "lido:type", "level")
		})
	})
}

func (p Publisher) lidoIdentification(d lidoPart, r *archive.Record) {
	d.wrapped(title(r), "lido:titleWrap", "lido:titleSet", "lido:appellationValue")
	if len(r.Inscriptions) > 0 {
		d.within("lido:inscriptionsWrap", func() {
			for _, in := range r.Inscriptions {
				d.within("lido:inscriptions", func() {
					d.leaf("lido:inscriptionTranscription", in.Text)
					d.wrapped(in.Translation, "lido:inscriptionDescription", "lido:descriptiveNoteValue")
				})
			}
		})
	}
	p.lidoRepository(d, r)
	p.lidoNotes(d, r)
	p.lidoMeasurements(d, r)
	p.lidoMaterials(d, r)
}

// lidoRepository writes who holds a thing under which number, and where it stands.
func (p Publisher) lidoRepository(d lidoPart, r *archive.Record) {
	here := immovable(r.Kind) && r.Place != nil
	if holder(r).Empty() && len(r.Identifiers) == 0 && r.Location == nil && !here {
		return
	}
	d.start("lido:repositoryWrap")
	d.start("lido:repositorySet", "lido:type", "current")
	d.text("lido:displayRepository", p.location(r.Location))
	d.wrapped(holder(r), "lido:repositoryName", "lido:legalBodyName", "lido:appellationValue")
	for _, id := range r.Identifiers {
		d.leaf("lido:workID", id.Value, "lido:type", id.Type)
	}
	if here {
		d.place("lido:repositoryLocation", r.Place)
	}
	d.end()
	d.end()
}

// lidoNotes writes the description, the text that a thing carries, and its state.
func (p Publisher) lidoNotes(d lidoPart, r *archive.Record) {
	notes := []struct {
		kind string
		text archive.Text
	}{
		{"description", r.Descriptions},
		{"text", r.Text},
		{"completeness", p.term(archive.SchemeCompleteness, r.Completeness)},
		{"condition", p.term(archive.SchemeCondition, r.Condition)},
	}
	begun := false
	for _, note := range notes {
		if note.text.Empty() {
			continue
		}
		if !begun {
			d.start("lido:objectDescriptionWrap")
			begun = true
		}
		d.within("lido:objectDescriptionSet", func() { d.text("lido:descriptiveNoteValue", note.text) }, "lido:type", note.kind)
	}
	if begun {
		d.end()
	}
}

func (p Publisher) lidoMeasurements(d lidoPart, r *archive.Record) {
	if len(r.Dimensions) == 0 && quantity(r.Quantity).Empty() {
		return
	}
	set := func(display, kind, unit archive.Text, value float64, kinds, units []string) {
		d.start("lido:objectMeasurementsSet")
		d.text("lido:displayObjectMeasurements", display)
		if !kind.Empty() && !unit.Empty() {
			d.start("lido:objectMeasurements")
			d.start("lido:measurementsSet")
			d.concept("lido:measurementType", kind, kinds)
			d.concept("lido:measurementUnit", unit, units)
			d.leaf("lido:measurementValue", number(value))
			d.end()
			d.end()
		}
		d.end()
	}
	d.start("lido:objectMeasurementsWrap")
	for _, dim := range r.Dimensions {
		set(p.dimension(dim), p.term(archive.SchemeDimension, dim.Type), p.term(archive.SchemeUnit, dim.Unit), dim.Value,
			p.same(archive.SchemeDimension, dim.Type), p.same(archive.SchemeUnit, dim.Unit))
	}
	if q := r.Quantity; !quantity(q).Empty() {
		set(quantity(q), archive.Text{"zh": "数量", "en": "Quantity"}, plain(q.Unit), q.Value, nil, nil)
	}
	d.end()
}

func (p Publisher) lidoMaterials(d lidoPart, r *archive.Record) {
	if len(r.Materials) == 0 && len(r.Techniques) == 0 {
		return
	}
	d.start("lido:objectMaterialsTechWrap")
	d.start("lido:objectMaterialsTechSet")
	d.start("lido:materialsTech")
	for _, m := range r.Materials {
		d.concept("lido:termMaterialsTech", p.term(archive.SchemeMaterial, m), p.same(archive.SchemeMaterial, m), "lido:type", "material")
	}
	for _, t := range r.Techniques {
		d.concept("lido:termMaterialsTech", plain(t), nil, "lido:type", "technique")
	}
	d.end()
	d.end()
	d.end()
}

// place writes a place by its name and its point, latitude first (GML 3.1.1 with EPSG
// 4326).
func (d lidoPart) place(name string, at *archive.Place) {
	d.start(name)
	d.wrapped(at.Name, "lido:namePlaceSet", "lido:appellationValue")
	if at.Lat != nil && at.Lon != nil {
		d.start("lido:gml")
		d.start("gml:Point", "srsName", "urn:ogc:def:crs:EPSG::4326")
		d.leaf("gml:pos", number(*at.Lat)+" "+number(*at.Lon))
		d.end()
		d.end()
	}
	d.end()
}
