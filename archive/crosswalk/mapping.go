package crosswalk

// Row says where one field of archive.Record goes in each format. A field is named by its
// path in the record's JSON; what stands in a list is named as if it stood alone. A
// target is a path of elements or properties, several are parted by "; ", and "" means
// that the format does not tell the field. Paths in LIDO begin at the nearest wrap.
type Row struct {
	Field     string
	DC        string // oai_dc
	LIDO      string
	EDM       string
	LinkedArt string
	Schema    string // schema.org
	IIIF      string // Presentation API 3.0, made by archive/iiif
	Note      string // what depends on the kind or on the value
}

// Mapping is the table of all fields, in the order of archive.Record. It is held to what
// the documents say by a test, and docs/mapping.md is made from it.
func Mapping() []Row {
	const (
		measurement = "objectMeasurementsWrap/objectMeasurementsSet/displayObjectMeasurements"
		measured    = "objectMeasurementsWrap/objectMeasurementsSet/objectMeasurements/measurementsSet"
		material    = "objectMaterialsTechWrap/objectMaterialsTechSet/materialsTech/termMaterialsTech"
		repository  = "repositoryWrap/repositorySet"
		event       = "eventWrap/eventSet/event"
		related     = "relatedWorksWrap/relatedWorkSet"
		note        = "objectDescriptionWrap/objectDescriptionSet/descriptiveNoteValue"
	)
	where := func(field, iiif string) Row {
		return Row{Field: "location." + field, DC: "dc:coverage", LIDO: repository + "/displayRepository", EDM: "dcterms:spatial",
			LinkedArt: "current_location", Schema: "contentLocation", IIIF: iiif, Note: "of caves and sites in schema.org: containedInPlace"}
	}
	return []Row{
		{"id", "dc:identifier", "lidoRecID; objectPublishedID; recordWrap/recordID", "edm:ProvidedCHO; dc:identifier", "id", "@id; url", "id; homepage", ""},
		{"collection", "dc:relation", "recordWrap/collection/object", "dcterms:isPartOf", "member_of", "isPartOf", "partOf", ""},
		{"kind", "dc:type", "category; objectWorkTypeWrap/objectWorkType", "dc:type; edm:type", "type; classified_as", "@type", "", "decides on the classes: see the tables below"},
		{"partOf", "dc:relation", related + "/relatedWork/object", "dcterms:isPartOf", "part_of", "isPartOf", "", "in a place: current_location (Linked Art), containedInPlace (schema.org)"},
		{"titles", "dc:title", "titleWrap/titleSet/appellationValue", "dc:title", "_label; identified_by", "name", "label", ""},
		{"descriptions", "dc:description", note, "dc:description", "referred_to_by", "description", "summary", ""},
		{"identifiers.type", "", repository + "/workID", "", "identified_by/classified_as", "identifier/propertyID", "metadata", ""},
		{"identifiers.value", "dc:identifier", repository + "/workID", "dc:identifier", "identified_by/content", "identifier/value", "metadata", "a Wikidata item (type wikidata) or an address is told as the same thing too: objectPublishedID, owl:sameAs, equivalent, sameAs"},
		{"period.term", "dc:coverage", event + "/periodName; eventDate/displayDate", "dcterms:temporal; edm:TimeSpan/skos:prefLabel", "produced_by/timespan/identified_by", "temporal", "metadata", "of sites in Linked Art: referred_to_by; of routes and exhibitions the time that they tell of"},
		{"period.from", "dc:date; dc:coverage", event + "/eventDate/date/earliestDate", "dc:date; edm:TimeSpan/edm:begin", "produced_by/timespan/begin_of_the_begin", "temporalCoverage; temporal", "metadata", "EDTF, astronomical years; of events in schema.org: startDate"},
		{"period.to", "dc:date; dc:coverage", event + "/eventDate/date/latestDate", "dc:date; edm:TimeSpan/edm:end", "produced_by/timespan/end_of_the_end", "temporalCoverage; temporal", "metadata", "EDTF, astronomical years; of events in schema.org: endDate"},
		{"period.note", "dc:coverage", event + "/eventDate/displayDate", "edm:TimeSpan/skos:prefLabel", "produced_by/timespan/identified_by", "temporal", "metadata", "with 约, circa or about in it the EDTF date is approximate (~)"},
		{"place.name", "dc:coverage", event + "/eventPlace/place/namePlaceSet/appellationValue", "dcterms:spatial; edm:Place/skos:prefLabel", "encountered_by/took_place_at", "spatialCoverage/name", "metadata", "of caves, sites and murals: repositoryLocation (LIDO), current_location (Linked Art); of caves and sites: address (schema.org)"},
		{"place.lat", "dc:coverage", event + "/eventPlace/place/gml", "edm:Place/wgs84_pos:lat", "encountered_by/took_place_at/defined_by", "spatialCoverage/geo/latitude", "navPlace", "WGS 84"},
		{"place.lon", "dc:coverage", event + "/eventPlace/place/gml", "edm:Place/wgs84_pos:long", "encountered_by/took_place_at/defined_by", "spatialCoverage/geo/longitude", "navPlace", "WGS 84"},
		{"place.precision", "", "", "edm:Place/skos:note", "", "", "navPlace/properties/precision", ""},
		where("site", "metadata"), where("cave", "metadata"), where("space", "metadata"), where("surface", "metadata"), where("position", "metadata"), where("role", ""),
		{"category", "dc:type", "classificationWrap/classification", "dc:type", "classified_as", "genre", "metadata", "of caves and sites in schema.org: additionalProperty"},
		{"materials", "dc:format", material, "dcterms:medium", "made_of", "material", "metadata", ""},
		{"techniques", "dc:format", material, "dc:format", "produced_by/technique", "keywords", "metadata", ""},
		{"level", "", "classificationWrap/classification", "", "classified_as", "keywords", "metadata", "of caves and sites in schema.org: additionalProperty"},
		{"completeness", "", note, "", "referred_to_by", "", "metadata", ""},
		{"condition", "", note, "", "referred_to_by", "", "", ""},
		{"source", "", event + "/eventMethod", "dcterms:provenance", "referred_to_by", "", "", ""},
		{"dimensions.type", "dc:format", measured + "/measurementType; displayObjectMeasurements", "dcterms:extent", "dimension/classified_as; referred_to_by", "size/name", "metadata", ""},
		{"dimensions.value", "dc:format", measured + "/measurementValue; displayObjectMeasurements", "dcterms:extent", "dimension/value; referred_to_by", "size/value", "metadata", ""},
		{"dimensions.unit", "dc:format", measured + "/measurementUnit; displayObjectMeasurements", "dcterms:extent", "dimension/unit; referred_to_by", "size/unitText", "metadata", ""},
		{"dimensions.note", "dc:format", measurement, "dcterms:extent", "referred_to_by", "size/description", "metadata", ""},
		{"quantity.value", "dc:format", measured + "/measurementValue", "dcterms:extent", "dimension/value", "size/value", "metadata", ""},
		{"quantity.unit", "dc:format", measured + "/measurementUnit", "dcterms:extent", "dimension/unit", "size/unitText", "metadata", ""},
		{"subjects", "dc:subject", "subjectWrap/subjectSet/subject/subjectConcept/term", "dc:subject", "shows/represents_instance_of_type", "keywords", "metadata", "of what carries no picture in Linked Art: about, classified_as"},
		{"people.name", "dc:creator", event + "/eventActor/actorInRole/actor/nameActorSet/appellationValue", "dc:creator", "produced_by/part/carried_out_by", "creator/name", "metadata", "by the role: makers as here; who is shown dc:subject, subjectActor, represents, about; others dc:contributor, contributor"},
		{"people.role", "dc:creator", event + "/eventActor/actorInRole/roleActor", "dc:creator", "produced_by/part/classified_as", "creator", "metadata", "decides on the property"},
		{"inscriptions.text", "dc:description", "inscriptionsWrap/inscriptions/inscriptionTranscription", "dc:description", "carries/content", "hasPart/text", "", "found by the manifest's SearchService2"},
		{"inscriptions.translation", "dc:description", "inscriptionsWrap/inscriptions/inscriptionDescription", "dc:description", "carries/referred_to_by", "hasPart/workTranslation", "", "found by the manifest's SearchService2"},
		{"inscriptions.region.asset", "", "", "", "", "", "", "where a match of the manifest's SearchService2 lies"},
		{"inscriptions.region.xywh", "", "", "", "", "", "", "where a match of the manifest's SearchService2 lies"},
		{"text", "", note, "", "carries/content", "text", "", "found by the manifest's SearchService2"},
		{"rights.statement", "dc:rights", "rightsWorkWrap/rightsWorkSet/rightsType/conceptID", "edm:rights", "subject_to", "license", "rights", "EDM must have one: without it, Copyright Not Evaluated"},
		{"rights.holder", "dc:rights", repository + "/repositoryName/legalBodyName", "dcterms:provenance", "current_owner", "maintainer", "requiredStatement", ""},
		{"rights.tier", "", "", "", "", "", "", "decides on what of the record and its images a reader gets"},
		{"rights.maxPixels", "", "", "", "", "", "", "decides on how large images are"},
		{"rights.until", "", "", "", "", "", "", "decides on when the record is open"},
		{"relations.type", "", related + "/relatedWorkRelType", "", "attributed_by/classified_as", "", "", "same-as: owl:sameAs (EDM), equivalent (Linked Art), sameAs (schema.org)"},
		{"relations.record", "dc:relation", related + "/relatedWork/object/objectID", "edm:isRelatedTo", "attributed_by/assigned", "mentions", "", ""},
		{"stops.record", "dc:relation", related + "/relatedWork/object/objectID", "dcterms:hasPart", "refers_to", "itemListElement/url", "", ""},
		{"stops.asset", "", "", "", "", "", "", ""},
		{"stops.view", "", "", "", "", "", "", ""},
		{"stops.caption", "", related + "/relatedWork/displayObject", "", "refers_to/_label", "itemListElement/name", "", ""},
		{"stops.date", "", related + "/relatedWork/object/objectNote", "", "", "", "", ""},
		{"extra", "", "", "", "", "", "", "fields of profiles stay in the record's JSON"},
	}
}
