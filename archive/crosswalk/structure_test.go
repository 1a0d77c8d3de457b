package crosswalk_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

// The content models of LIDO 1.1 and of EDM as far as documents use them: which elements
// stand in one, in which order, how often (? at most once, * any number, + at least once,
// nothing exactly once). They are ours, made by reading the schemas, and stand in for
// these, which no package has. An element without a model holds text alone. "@" begins
// attributes that must be there.

const (
	lidoConcept     = "conceptID* term*"
	lidoAppellation = "appellationValue+ sourceAppellation*"
	lidoNote        = "descriptiveNoteID* descriptiveNoteValue* sourceDescriptiveNote*"
	lidoPlace       = "placeID* namePlaceSet* gml* partOfPlace* placeClassification*"
	lidoLegalBody   = "legalBodyID* legalBodyName* legalBodyWeblink*"
	lidoObjectSet   = "displayObject* object?"
	lidoIdentifier  = "@type"
)

var lidoModel = map[string]string{
	"lido":                     "lidoRecID+ objectPublishedID* category? applicationProfile? descriptiveMetadata+ administrativeMetadata+",
	"lidoRecID":                lidoIdentifier,
	"objectPublishedID":        lidoIdentifier,
	"conceptID":                lidoIdentifier,
	"objectID":                 lidoIdentifier,
	"recordID":                 lidoIdentifier,
	"resourceID":               lidoIdentifier,
	"category":                 lidoConcept,
	"descriptiveMetadata":      "@lang objectClassificationWrap objectIdentificationWrap eventWrap? objectRelationWrap?",
	"objectClassificationWrap": "objectWorkTypeWrap classificationWrap?",
	"objectWorkTypeWrap":       "objectWorkType+",
	"objectWorkType":           lidoConcept,
	"classificationWrap":       "classification*",
	"classification":           lidoConcept,
	"objectIdentificationWrap": "titleWrap inscriptionsWrap? repositoryWrap? displayStateEditionWrap? objectDescriptionWrap? objectMeasurementsWrap? objectMaterialsTechWrap?",
	"titleWrap":                "titleSet+",
	"titleSet":                 lidoAppellation,
	"inscriptionsWrap":         "inscriptions*",
	"inscriptions":             "inscriptionTranscription* inscriptionDescription*",
	"inscriptionDescription":   lidoNote,
	"repositoryWrap":           "repositorySet*",
	"repositorySet":            "displayRepository* repositoryName? workID* repositoryLocation? sourceRepositorySet*",
	"repositoryName":           lidoLegalBody,
	"legalBodyName":            lidoAppellation,
	"repositoryLocation":       lidoPlace,
	"namePlaceSet":             lidoAppellation,
	"gml":                      "Point* LineString* Polygon*",
	"Point":                    "pos",
	"objectDescriptionWrap":    "objectDescriptionSet*",
	"objectDescriptionSet":     lidoNote,
	"objectMeasurementsWrap":   "objectMeasurementsSet*",
	"objectMeasurementsSet":    "displayObjectMeasurements* objectMeasurements?",
	"objectMeasurements":       "measurementsSet* extentMeasurements* qualifierMeasurements*",
	"measurementsSet":          "measurementType+ measurementUnit+ measurementValue",
	"measurementType":          lidoConcept,
	"measurementUnit":          lidoConcept,
	"objectMaterialsTechWrap":  "objectMaterialsTechSet*",
	"objectMaterialsTechSet":   "displayMaterialsTech* materialsTech*",
	"materialsTech":            "termMaterialsTech* extentMaterialsTech* sourceMaterialsTech*",
	"termMaterialsTech":        lidoConcept,
	"eventWrap":                "eventSet*",
	"eventSet":                 "displayEvent* event?",
	"event":                    "eventID* eventType roleInEvent* eventName* eventActor* culture* eventDate? periodName* eventPlace* eventMethod* eventMaterialsTech*",
	"eventType":                lidoConcept,
	"eventActor":               "displayActorInRole* actorInRole?",
	"actorInRole":              "actor roleActor* attributionQualifierActor*",
	"actor":                    "actorID* nameActorSet+",
	"nameActorSet":             lidoAppellation,
	"roleActor":                lidoConcept,
	"eventDate":                "displayDate* date?",
	"date":                     "earliestDate? latestDate?",
	"periodName":               lidoConcept,
	"eventPlace":               "displayPlace* place?",
	"place":                    lidoPlace,
	"eventMethod":              lidoConcept,
	"objectRelationWrap":       "subjectWrap? relatedWorksWrap?",
	"subjectWrap":              "subjectSet*",
	"subjectSet":               "displaySubject* subject?",
	"subject":                  "extentSubject* subjectConcept* subjectActor* subjectDate* subjectEvent* subjectPlace* subjectObject*",
	"subjectConcept":           lidoConcept,
	"subjectActor":             "displayActor* actor?",
	"relatedWorksWrap":         "relatedWorkSet*",
	"relatedWorkSet":           "displayRelatedWork* relatedWork? relatedWorkRelType? sourceRelatedWorkSet*",
	"relatedWork":              lidoObjectSet,
	"relatedWorkRelType":       lidoConcept,
	"object":                   "objectWebResource* objectID* objectType* objectName* objectNote*",
	"objectName":               lidoAppellation,
	"administrativeMetadata":   "@lang rightsWorkWrap? recordWrap resourceWrap?",
	"rightsWorkWrap":           "rightsWorkSet*",
	"rightsWorkSet":            "rightsType* rightsDate? rightsHolder* creditLine*",
	"rightsType":               lidoConcept,
	"recordWrap":               "recordID+ recordType recordSource+ recordRights* recordInfoSet* collection*",
	"recordType":               lidoConcept,
	"recordSource":             lidoLegalBody,
	"recordInfoSet":            "recordInfoID* recordInfoLink* recordMetadataDate*",
	"collection":               lidoObjectSet,
	"resourceWrap":             "resourceSet*",
	"resourceSet":              "resourceID* resourceRepresentation* resourceType? resourceRelType* resourcePerspective* resourceDescription* resourceDateTaken? resourceSource* rightsResource*",
	"resourceRepresentation":   "linkResource resourceMeasurementsSet*",
}

var edmModel = map[string]string{
	"RDF": "ProvidedCHO WebResource* Place? TimeSpan? Aggregation Service*",
	"ProvidedCHO": "@about (contributor|creator|date|description|format|identifier|language|subject|title|type|extent|hasPart|isPartOf|medium|provenance|spatial|temporal)* " +
		"currentLocation? hasMet* hasType* isRelatedTo* type sameAs*",
	"WebResource": "@about creator* description* format* isReferencedBy* isNextInSequence? rights? sameAs* has_service*",
	"Place":       "@about lat? long? alt? prefLabel* altLabel* note* isPartOf* sameAs*",
	"TimeSpan":    "@about prefLabel* altLabel* note* begin? end?",
	"Aggregation": "@about aggregatedCHO dataProvider hasView* isShownAt? isShownBy? object? provider rights",
	"Service":     "@about conformsTo* implements*",
}

// element is an XML element with what stands in it.
type element struct {
	space, name string
	attributes  []string
	children    []element
	text        string
}

func parse(t *testing.T, doc []byte) element {
	t.Helper()
	open := []element{{}}
	for dec := xml.NewDecoder(bytes.NewReader(doc)); ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return open[0].children[0]
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		last := len(open) - 1
		switch token := token.(type) {
		case xml.StartElement:
			e := element{space: token.Name.Space, name: token.Name.Local}
			for _, a := range token.Attr {
				e.attributes = append(e.attributes, a.Name.Local)
			}
			open = append(open, e)
		case xml.CharData:
			open[last].text += string(token)
		case xml.EndElement:
			open[last-1].children = append(open[last-1].children, open[last])
			open = open[:last]
		}
	}
}

// faults tells where an element, or what stands in it, is not as its model says.
func (e element) faults(model map[string]string, path string) []string {
	path += "/" + e.name
	var faults []string
	parts := strings.Fields(model[e.name])
	rest := e.children
	if len(rest) > 0 && strings.TrimSpace(e.text) != "" {
		faults = append(faults, path+" holds elements and text")
	}
	for _, part := range parts {
		if attribute, ok := strings.CutPrefix(part, "@"); ok {
			if !slices.Contains(e.attributes, attribute) {
				faults = append(faults, path+" lacks the attribute "+attribute)
			}
			continue
		}
		names := strings.Split(strings.Trim(part, "()*?+"), "|")
		n := 0
		for n < len(rest) && slices.Contains(names, rest[n].name) {
			n++
			if !strings.HasSuffix(part, "*") && !strings.HasSuffix(part, "+") {
				break
			}
		}
		// "type" is of Dublin Core among the properties, and EDM's own behind them.
		if n > 0 && strings.HasPrefix(part, "(") && rest[n-1].name == "type" && strings.HasSuffix(rest[n-1].space, "/edm/") {
			n--
		}
		if n == 0 && !strings.HasSuffix(part, "*") && !strings.HasSuffix(part, "?") {
			faults = append(faults, path+" lacks "+part)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		faults = append(faults, fmt.Sprintf("%s: %s stands where it may not", path, rest[0].name))
	}
	for _, child := range e.children {
		faults = append(faults, child.faults(model, path)...)
	}
	return faults
}

// TestStructure holds LIDO and EDM documents to our models of their schemas.
func TestStructure(t *testing.T) {
	t.Parallel()
	entries := demoEntries(t)
	entries["whole"] = crosswalk.Entry{Record: whole()}
	entries["bare"] = crosswalk.Entry{Record: &archive.Record{ID: "r1"}}
	for _, kind := range []archive.Kind{archive.KindCave, archive.KindSite, archive.KindMural, archive.KindEvent, archive.KindDocument, archive.KindIntangible, archive.KindExhibition} {
		r := whole()
		r.Kind = kind
		r.People = append(r.People, archive.Person{Name: archive.Text{"en": "a"}, Role: "depicted"}, archive.Person{Name: archive.Text{"en": "b"}, Role: "collector"})
		entries["whole, a "+string(kind)] = crosswalk.Entry{Record: r, Related: map[string]*archive.Record{"r0": r, "r2": r, "r3": r}}
	}
	for name, e := range entries {
		for _, format := range []struct {
			name  string
			write func(crosswalk.Publisher, io.Writer, crosswalk.Entry) error
			model map[string]string
		}{{"LIDO", crosswalk.Publisher.LIDO, lidoModel}, {"EDM", crosswalk.Publisher.EDM, edmModel}} {
			var doc bytes.Buffer
			if err := format.write(publisher(t), &doc, e); err != nil {
				t.Fatal(err)
			}
			for _, fault := range parse(t, doc.Bytes()).faults(format.model, "") {
				t.Errorf("%s of %s: %s", format.name, name, fault)
			}
		}
	}
}

// TestStructureRefuses: the models are held to, so that the test above can fail.
func TestStructureRefuses(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`<titleWrap></titleWrap>`:                                                                           "/titleWrap lacks titleSet+",
		`<eventDate><date/><displayDate>a</displayDate></eventDate>`:                                        "/eventDate: displayDate stands where it may not",
		`<recordWrap><recordID type="a">1</recordID><recordType/></recordWrap>`:                             "/recordWrap lacks recordSource+",
		`<category><conceptID>a</conceptID></category>`:                                                     "/category/conceptID lacks the attribute type",
		`<eventType>production<term>a</term></eventType>`:                                                   "/eventType holds elements and text",
		`<measurementsSet><measurementType/><measurementValue>1</measurementValue></measurementsSet>`:       "/measurementsSet lacks measurementUnit+",
		`<place><gml><Point><pos>1 2</pos></Point></gml><namePlaceSet/></place>`:                            "/place: namePlaceSet stands where it may not",
		`<resourceRepresentation><linkResource/><linkResource/></resourceRepresentation>`:                   "/resourceRepresentation: linkResource stands where it may not",
		`<termMaterialsTech><label>a</label></termMaterialsTech>`:                                           "/termMaterialsTech: label stands where it may not",
		`<descriptiveMetadata><objectClassificationWrap/><objectIdentificationWrap/></descriptiveMetadata>`: "/descriptiveMetadata lacks the attribute lang",
	} {
		faults := parse(t, []byte(doc)).faults(lidoModel, "")
		if !slices.Contains(faults, want) {
			t.Errorf("%s: got %q, want %q among them", doc, faults, want)
		}
	}
}
