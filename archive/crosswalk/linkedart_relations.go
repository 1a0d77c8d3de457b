package crosswalk

import "hexi/archive"

// artRelations writes what a thing belongs to and what it has to do with others.
func (p Publisher) artRelations(n node, e Entry) {
	r := e.Record
	if r.Collection != "" {
		set := named(node{"type": "Set", "id": p.CollectionURI(r.Collection)}, p.term(archive.SchemeCollection, r.Collection))
		n.add("member_of", set)
	}
	for _, uri := range sameThings(r) {
		n.add("equivalent", node{"id": uri, "type": n["type"]})
	}
	for _, rel := range e.related() {
		other := named(node{}, rel.Name)
		if rel.Caption.In("en") != "" {
			other["_label"] = rel.Caption.In("en")
		}
		if rel.ID != "" {
			other["id"] = p.RecordURI(rel.ID)
		}
		if rel.Kind != "" {
			other["type"] = linkedArtClass(rel.Kind)
		}
		switch {
		case rel.Code == codePartOf:
			p.artWhole(n, other)
		case rel.Code == codeSame:
			n.add("equivalent", other)
		case rel.Code == codeStop && len(other) > 0:
			n.add("refers_to", other)
		case rel.Code != codeStop:
			n.add("attributed_by", node{"type": "AttributeAssignment", "classified_as": []node{named(node{"type": "Type"}, rel.Type)}, "assigned": []node{other}})
		}
	}
}

// artWhole writes what a thing is part of. A thing is at a place, and is no part of it;
// where the other is not known, it is taken for one of the same class.
func (p Publisher) artWhole(n, other node) {
	if other["type"] == nil {
		other["type"] = n["type"]
	}
	if n["type"] != classPlace && other["type"] == classPlace {
		if here, ok := n["current_location"].(node); ok {
			here.add("part_of", other)
		} else {
			n["current_location"] = other
		}
		return
	}
	n.add("part_of", other)
}

// artAccess writes the images, and where there is more for people and for machines.
func (p Publisher) artAccess(n node, e Entry) {
	r := e.Record
	images := e.images()
	for _, a := range images {
		picture := node{
			"type": "DigitalObject", "format": "image/jpeg", "classified_as": []node{concept(aatImage, "Digital Image")},
			"access_point": []node{{"id": p.imageURI(a.ID, "max"), "type": "DigitalObject"}},
			"digitally_available_via": []node{{
				"type": "DigitalService", "access_point": []node{{"id": p.serviceURI(a.ID), "type": "DigitalObject"}},
				"conforms_to": []node{{"id": "http://iiif.io/api/image", "type": "InformationObject"}},
			}},
		}
		n.add("representation", node{"type": "VisualItem", "digitally_shown_by": []node{picture}})
	}
	carried := func(d node) { n.add("subject_of", node{"type": "LinguisticObject", "digitally_carried_by": []node{d}}) }
	carried(node{
		"type": "DigitalObject", "format": "text/html", "classified_as": []node{concept(aatWebPage, "Web Page")},
		"access_point": []node{{"id": p.RecordURI(r.ID), "type": "DigitalObject"}},
	})
	if len(images) > 0 {
		const context = "http://iiif.io/api/presentation/3/context.json"
		carried(node{
			"type": "DigitalObject", "format": `application/ld+json;profile="` + context + `"`,
			"conforms_to":  []node{{"id": context, "type": "InformationObject"}},
			"access_point": []node{{"id": p.ManifestURI(r.ID), "type": "DigitalObject"}},
		})
	}
}
