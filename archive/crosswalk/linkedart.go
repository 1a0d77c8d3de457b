package crosswalk

import (
	"io"
	"strings"

	"hexi/archive"
)

// LinkedArtContext is the JSON-LD context of Linked Art, version 1.
const LinkedArtContext = "https://linked.art/ns/v1/linked-art.json"

// Concepts that the Linked Art model asks for ("Shared Structures", "Core Properties").
const (
	aatPrimaryName = "300404670"
	aatNumber      = "300404626" // identification numbers
	aatAccession   = "300312355" // accession numbers
	aatBrief       = "300418049" // brief texts: what makes a text a statement
	aatDescription = "300435416"
	aatDimensions  = "300435430" // dimension statements
	aatMaterials   = "300435429" // materials and techniques statements
	aatLicence     = "300435434" // copyright and licensing statements
	aatInscription = "300435414"
	aatProvenance  = "300444174"
	aatImage       = "300215302" // digital images
	aatWebPage     = "300264578"
	aatTypeOfWork  = "300435443"
)

// LinkedArt writes a record as a Linked Art document (linked.art, model 1.0): one of
// HumanMadeObject, DigitalObject, Place, Activity, InformationObject and Set, by its kind.
func (p Publisher) LinkedArt(w io.Writer, e Entry) error {
	r := e.Record
	n := node{"@context": LinkedArtContext, "id": p.RecordURI(r.ID), "type": linkedArtClass(r.Kind)}
	n.set("_label", title(r).In("en"))
	p.artNames(n, r)
	p.artTypes(n, r)
	p.artTexts(n, r)
	switch n["type"] {
	case classObject:
		p.artObject(n, r)
	case classPlace:
		n.set("defined_by", point(r.Place))
		if r.Place != nil {
			n.add("part_of", p.artPlace(r.Place.Name, nil)...)
		}
		for _, subject := range r.Subjects {
			n.add("classified_as", named(node{"type": "Type"}, subject))
		}
	case classActivity:
		p.artActivity(n, r)
	default:
		p.artInformation(n, r)
	}
	p.artRelations(n, e)
	p.artAccess(n, e)
	return n.write(w, "Linked Art", r.ID)
}

// Classes of Linked Art.
const (
	classObject   = "HumanMadeObject"
	classPlace    = "Place"
	classActivity = "Activity"
)

func linkedArtClass(k archive.Kind) string {
	switch k {
	case archive.KindSite:
		return classPlace
	case archive.KindEvent, archive.KindIntangible:
		return classActivity
	case archive.KindModel:
		return "DigitalObject"
	case archive.KindReport, archive.KindRoute, archive.KindExhibition:
		return "InformationObject"
	case archive.KindCollection:
		return "Set"
	}
	return classObject
}

// artType is a concept: known by addresses of others, or by its name alone.
func (p Publisher) artType(scheme archive.Scheme, code string) []node {
	name := p.term(scheme, code)
	if name.Empty() {
		return nil
	}
	same := p.same(scheme, code)
	if len(same) == 0 {
		return []node{named(node{"type": "Type"}, name)}
	}
	n := named(node{"type": "Type", "id": same[0]}, name)
	for _, uri := range same[1:] {
		n.add("equivalent", node{"id": uri, "type": "Type"})
	}
	return []node{n}
}

// named gives a thing its names.
func named(n node, name archive.Text) node {
	n.set("_label", name.In("en"))
	for v := range values(name) {
		n.add("identified_by", inLanguage(node{"type": "Name", "content": v.Text}, v.Lang))
	}
	return n
}

// inLanguage says in which language a text is.
func inLanguage(n node, lang string) node {
	if lang == "" {
		return n
	}
	primary, _, _ := strings.Cut(lang, "-")
	language := node{"type": "Language", "_label": lang}
	switch primary {
	case "zh":
		language["id"] = aatBase + "300388113"
	case "en":
		language["id"] = aatBase + "300388277"
	}
	n["language"] = []node{language}
	return n
}

func concept(number, label string) node {
	return node{"id": aatBase + number, "type": "Type", "_label": label}
}

// sentences are texts about a thing that machines are not meant to understand.
func sentences(t archive.Text, kind node) []node {
	kind["classified_as"] = []node{concept(aatBrief, "Brief Text")}
	var list []node
	for v := range values(t) {
		list = append(list, inLanguage(node{"type": "LinguisticObject", "content": v.Text, "classified_as": []node{kind}}, v.Lang))
	}
	return list
}

func (p Publisher) artNames(n node, r *archive.Record) {
	for v := range values(title(r)) {
		n.add("identified_by", inLanguage(node{"type": "Name", "content": v.Text, "classified_as": []node{concept(aatPrimaryName, "Primary Name")}}, v.Lang))
	}
	for _, id := range r.Identifiers {
		kind := concept(aatNumber, id.Type)
		if id.Type == "accession" {
			kind = concept(aatAccession, "Accession Number")
		}
		n.add("identified_by", node{"type": "Identifier", "content": id.Value, "classified_as": []node{kind}})
	}
}

func (p Publisher) artTypes(n node, r *archive.Record) {
	for _, kind := range p.artType(archive.SchemeKind, string(r.Kind)) {
		if _, known := kind["id"]; known {
			kind["classified_as"] = []node{concept(aatTypeOfWork, "Type of Work")}
		}
		n.add("classified_as", kind)
	}
	n.add("classified_as", p.artType(archive.SchemeCategory, r.Category)...)
	n.add("classified_as", p.artType(archive.SchemeLevel, r.Level)...)
}

// artTexts writes what there is to say in words.
func (p Publisher) artTexts(n node, r *archive.Record) {
	say := func(t archive.Text, number, label string) {
		n.add("referred_to_by", sentences(t, concept(number, label))...)
	}
	say(r.Descriptions, aatDescription, "Description")
	for _, d := range r.Dimensions {
		say(p.dimension(d), aatDimensions, "Dimensions")
	}
	say(p.term(archive.SchemeSource, r.Source), aatProvenance, "Provenance")
	for _, state := range [...]struct {
		text  archive.Text
		label string
	}{
		{p.term(archive.SchemeCompleteness, r.Completeness), "Completeness"},
		{p.term(archive.SchemeCondition, r.Condition), "Condition"},
	} {
		n.add("referred_to_by", sentences(state.text, node{"type": "Type", "_label": state.label})...)
	}
	for _, who := range people(r, partOther) {
		n.add("referred_to_by", sentences(withRole(who), node{"type": "Type", "_label": "Person"})...)
	}
	if n["type"] != classObject {
		p.artSentences(n, r)
	}
}

// artSentences says in words what the model has no property for but of physical things.
func (p Publisher) artSentences(n node, r *archive.Record) {
	say := func(t archive.Text, kind node) { n.add("referred_to_by", sentences(t, kind)...) }
	named := func(label string) node { return node{"type": "Type", "_label": label} }
	say(p.location(r.Location), named("Location"))
	for _, m := range r.Materials {
		say(p.term(archive.SchemeMaterial, m), concept(aatMaterials, "Materials"))
	}
	say(quantity(r.Quantity), concept(aatDimensions, "Dimensions"))
	for _, in := range r.Inscriptions {
		say(plain(in.Text), concept(aatInscription, "Inscription"))
		say(in.Translation, named("Translation"))
	}
	say(holder(r), named("Holder"))
	place, activity := n["type"] == classPlace, n["type"] == classActivity
	if place || activity {
		say(r.Text, named("Text"))
		say(plain(statement(r)), concept(aatLicence, "Rights"))
	}
	if place || curated(r.Kind) { // places are not made in this model
		say(p.period(r), named("Period"))
	}
	if !place {
		return
	}
	for _, t := range r.Techniques {
		say(plain(t), named("Technique"))
	}
	for _, who := range append(people(r, partMaker), people(r, partShown)...) {
		say(withRole(who), named("Person"))
	}
}

// withRole names a person with what they did, in brackets.
func withRole(who archive.Person) archive.Text {
	out := archive.Text{}
	for tag, name := range who.Name {
		if out[tag] = name; name != "" && who.Role != "" {
			out[tag] = name + " (" + who.Role + ")"
		}
	}
	return out
}
