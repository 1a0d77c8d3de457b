package crosswalk

import (
	"strings"

	"hexi/archive"
)

// artObject writes what is said of a physical thing alone.
func (p Publisher) artObject(n node, r *archive.Record) {
	n.set("produced_by", p.artMaking(r, "Production"))
	for _, m := range r.Materials {
		for _, kind := range p.artType(archive.SchemeMaterial, m) {
			kind["type"] = "Material"
			n.add("made_of", kind)
		}
	}
	p.artDimensions(n, r)
	p.artContent(n, r)
	if name := holder(r); !name.Empty() {
		n.add("current_owner", named(node{"type": "Group"}, name))
	}
	p.artWhere(n, r)
	n.add("subject_to", rights(r)...)
}

// artMaking writes who made a thing, how and when; nil where nothing of it is known.
func (p Publisher) artMaking(r *archive.Record, class string) node {
	n := node{"type": class}
	if !curated(r.Kind) {
		n.set("timespan", p.artTime(r))
	}
	for _, t := range r.Techniques {
		n.add("technique", named(node{"type": "Type"}, plain(t)))
	}
	for _, who := range people(r, partMaker) {
		n.add("part", artDeed(who, class))
	}
	if len(n) == 1 {
		return nil
	}
	return n
}

// artDeed is what one person did.
func artDeed(who archive.Person, class string) node {
	deed := node{"type": class, "carried_out_by": []node{named(node{"type": "Person"}, who.Name)}}
	if who.Role != "" {
		deed.add("classified_as", named(node{"type": "Type"}, plain(who.Role)))
	}
	return deed
}

func (p Publisher) artTime(r *archive.Record) node {
	words := p.period(r)
	if words.Empty() {
		return nil
	}
	n := node{"type": "TimeSpan"}
	for v := range values(words) {
		n.add("identified_by", inLanguage(node{"type": "Name", "content": v.Text}, v.Lang))
	}
	if r.Period.From != 0 {
		n["begin_of_the_begin"] = firstInstant(r.Period.From)
	}
	if r.Period.To != 0 {
		n["end_of_the_end"] = lastInstant(r.Period.To)
	}
	return n
}

func (p Publisher) artDimensions(n node, r *archive.Record) {
	measured := func(value float64, kind, unit []node) {
		d := node{"type": "Dimension", "value": value}
		d.add("classified_as", kind...)
		for _, u := range unit {
			u["type"] = "MeasurementUnit"
			d["unit"] = u
		}
		n.add("dimension", d)
	}
	for _, d := range r.Dimensions {
		measured(d.Value, p.artType(archive.SchemeDimension, d.Type), p.artType(archive.SchemeUnit, d.Unit))
	}
	if q := r.Quantity; !quantity(q).Empty() {
		var unit []node
		if q.Unit != "" {
			unit = []node{named(node{}, plain(q.Unit))}
		}
		measured(q.Value, []node{named(node{"type": "Type"}, archive.Text{"zh": "数量", "en": "Quantity"})}, unit)
	}
}

// artContent writes what a thing shows and which words it carries.
func (p Publisher) artContent(n node, r *archive.Record) {
	shown := node{"type": "VisualItem"}
	for _, subject := range r.Subjects {
		shown.add("represents_instance_of_type", named(node{"type": "Type"}, subject))
	}
	for _, who := range people(r, partShown) {
		shown.add("represents", named(node{"type": "Person"}, who.Name))
	}
	if len(shown) > 1 {
		n.add("shows", shown)
	}
	for v := range values(r.Text) {
		n.add("carries", inLanguage(node{"type": "LinguisticObject", "content": v.Text}, v.Lang))
	}
	for _, in := range r.Inscriptions {
		words := node{"type": "LinguisticObject", "content": in.Text, "classified_as": []node{concept(aatInscription, "Inscription")}}
		words.add("referred_to_by", sentences(in.Translation, node{"type": "Type", "_label": "Translation"})...)
		n.add("carries", words)
	}
}

// artWhere writes where a thing is: an immovable one at its place, another where its
// location says; its place is then where it was met.
func (p Publisher) artWhere(n node, r *archive.Record) {
	var place []node
	if r.Place != nil {
		place = p.artPlace(r.Place.Name, point(r.Place))
	}
	here := p.artPlace(p.location(r.Location), nil)
	switch {
	case immovable(r.Kind) && len(here) > 0:
		here[0].add("part_of", place...)
	case immovable(r.Kind):
		here = place
	case len(place) > 0:
		n.add("encountered_by", node{"type": "Encounter", "took_place_at": place})
	}
	if len(here) > 0 {
		n["current_location"] = here[0]
	}
}

func (p Publisher) artPlace(name archive.Text, at any) []node {
	if name.Empty() && at == nil {
		return nil
	}
	n := named(node{"type": "Place"}, name)
	n.set("defined_by", at)
	return []node{n}
}

// point is a place as Well-Known Text, longitude first (OGC Simple Features, section 7).
func point(at *archive.Place) any {
	if at == nil || at.Lat == nil || at.Lon == nil {
		return nil
	}
	return "POINT (" + number(*at.Lon) + " " + number(*at.Lat) + ")"
}

// artActivity writes what is said of something that is done or happened.
func (p Publisher) artActivity(n node, r *archive.Record) {
	n.set("timespan", p.artTime(r))
	if r.Place != nil {
		n.add("took_place_at", p.artPlace(r.Place.Name, point(r.Place))...)
	}
	for _, t := range r.Techniques {
		n.add("technique", named(node{"type": "Type"}, plain(t)))
	}
	for _, who := range append(people(r, partMaker), people(r, partShown)...) {
		n.add("part", artDeed(who, classActivity))
	}
	for _, subject := range r.Subjects {
		n.add("classified_as", named(node{"type": "Type"}, subject))
	}
}

// artInformation writes what is said of works of words, of data, and of collections.
func (p Publisher) artInformation(n node, r *archive.Record) {
	n.set("created_by", p.artMaking(r, "Creation"))
	for _, subject := range r.Subjects {
		n.add("about", named(node{"type": "Type"}, subject))
	}
	for _, who := range people(r, partShown) {
		n.add("about", named(node{"type": "Person"}, who.Name))
	}
	if r.Place != nil {
		n.add("about", p.artPlace(r.Place.Name, point(r.Place))...)
	}
	for v := range values(r.Text) {
		n.add("part", inLanguage(node{"type": "LinguisticObject", "content": v.Text}, v.Lang))
	}
	n.add("subject_to", rights(r)...)
}

func rights(r *archive.Record) []node {
	s := statement(r)
	if s == "" {
		return nil
	}
	return []node{{"type": "Right", "classified_as": []node{{"id": s, "type": "Type", "_label": lastSegments(s)}}}}
}

// lastSegments names a statement by the end of its address: "zero 1.0", "InC 1.0".
func lastSegments(address string) string {
	parts := strings.Split(strings.Trim(address, "/"), "/")
	return strings.Join(parts[max(0, len(parts)-2):], " ")
}
