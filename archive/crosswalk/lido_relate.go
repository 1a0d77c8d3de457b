package crosswalk

import (
	"slices"

	"hexi/archive"
)

// lidoEvents writes what happened to a thing: that it was made, that it was found or is
// at home somewhere, and how it came to its holder.
func (p Publisher) lidoEvents(d lidoPart, r *archive.Record) {
	makers := people(r, partMaker)
	others := people(r, partOther)
	// Then the record's time and place are not those of its making.
	happened := r.Kind == archive.KindEvent || curated(r.Kind)
	made := (r.Period != nil || len(makers) > 0) && !happened
	met := happened && (r.Period != nil || len(makers) > 0) || len(others) > 0 || r.Place != nil && !immovable(r.Kind)
	if !made && !met && r.Source == "" {
		return
	}
	d.start("lido:eventWrap")
	if made {
		d.event(lidoProduction, archive.Text{"zh": "制作", "en": "Production"}, func() {
			p.lidoActors(d, makers)
			p.lidoDate(d, r)
		})
	}
	if met {
		d.event(lidoEvent, archive.Text{"zh": "事件", "en": "Event"}, func() {
			p.lidoActors(d, others)
			if happened {
				p.lidoActors(d, makers)
				p.lidoDate(d, r)
			}
			if r.Place != nil && !immovable(r.Kind) {
				d.within("lido:eventPlace", func() { d.place("lido:place", r.Place) })
			}
		})
	}
	if r.Source != "" {
		d.event(lidoAcquisition, archive.Text{"zh": "入藏", "en": "Acquisition"}, func() {
			d.concept("lido:eventMethod", p.term(archive.SchemeSource, r.Source), p.same(archive.SchemeSource, r.Source))
		})
	}
	d.end()
}

func (d lidoPart) event(uri string, name archive.Text, inside func()) {
	d.start("lido:eventSet")
	d.start("lido:event")
	d.concept("lido:eventType", name, []string{uri})
	inside()
	d.end()
	d.end()
}

func people(r *archive.Record, of part) []archive.Person {
	return slices.DeleteFunc(slices.Clone(r.People), func(who archive.Person) bool { return partOf(who.Role) != of || who.Name.Empty() })
}

func (p Publisher) lidoActors(d lidoPart, list []archive.Person) {
	for _, who := range list {
		d.start("lido:eventActor")
		d.start("lido:actorInRole")
		d.wrapped(who.Name, "lido:actor", "lido:nameActorSet", "lido:appellationValue")
		d.concept("lido:roleActor", plain(who.Role), nil)
		d.end()
		d.end()
	}
}

// lidoDate writes the time in words, the years as ISO 8601 counts them, and the period.
func (p Publisher) lidoDate(d lidoPart, r *archive.Record) {
	if r.Period == nil {
		return
	}
	words := p.period(r)
	if !words.Empty() || r.Period.From != 0 || r.Period.To != 0 {
		d.start("lido:eventDate")
		d.text("lido:displayDate", words)
		if r.Period.From != 0 || r.Period.To != 0 {
			d.start("lido:date")
			if r.Period.From != 0 {
				d.leaf("lido:earliestDate", isoYear(archive.AstronomicalYear(r.Period.From)))
			}
			if r.Period.To != 0 {
				d.leaf("lido:latestDate", isoYear(archive.AstronomicalYear(r.Period.To)))
			}
			d.end()
		}
		d.end()
	}
	d.concept("lido:periodName", p.term(archive.SchemePeriod, r.Period.Term), p.same(archive.SchemePeriod, r.Period.Term))
}

// lidoRelations writes what a thing shows, and what it has to do with others.
func (p Publisher) lidoRelations(d lidoPart, e Entry) {
	r := e.Record
	shown := people(r, partShown)
	related := e.related()
	if len(r.Subjects) == 0 && len(shown) == 0 && len(related) == 0 {
		return
	}
	d.start("lido:objectRelationWrap")
	if len(r.Subjects)+len(shown) > 0 {
		d.start("lido:subjectWrap")
		for _, subject := range r.Subjects {
			d.wrapped(subject, "lido:subjectSet", "lido:subject", "lido:subjectConcept", "lido:term")
		}
		for _, who := range shown {
			d.wrapped(who.Name, "lido:subjectSet", "lido:subject", "lido:subjectActor", "lido:actor", "lido:nameActorSet", "lido:appellationValue")
		}
		d.end()
	}
	if len(related) > 0 {
		d.start("lido:relatedWorksWrap")
		for _, rel := range related {
			p.lidoRelated(d, rel)
		}
		d.end()
	}
	d.end()
}

func (p Publisher) lidoRelated(d lidoPart, rel related) {
	d.start("lido:relatedWorkSet")
	d.start("lido:relatedWork")
	d.text("lido:displayObject", rel.Caption)
	if rel.ID != "" {
		d.start("lido:object")
		d.leaf("lido:objectWebResource", p.RecordURI(rel.ID))
		d.leaf("lido:objectID", p.RecordURI(rel.ID), "lido:type", lidoURI)
		d.wrapped(rel.Name, "lido:objectName", "lido:appellationValue")
		d.leaf("lido:objectNote", rel.Date)
		d.end()
	}
	d.end()
	d.concept("lido:relatedWorkRelType", rel.Type, nil)
	d.end()
}
