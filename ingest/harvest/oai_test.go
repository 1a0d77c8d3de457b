package harvest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// repository is an OAI-PMH repository of these pages, by their query.
func repository(t *testing.T, asked *[]string, pages map[string]string) *httptest.Server {
	t.Helper()
	return site(t, map[string]http.HandlerFunc{"/oai": func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.RawQuery
		*asked = append(*asked, query)
		body, ok := pages[query]
		if !ok {
			body = `<error code="badArgument">` + query + `</error>`
		}
		fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-05-01T00:00:0%dZ</responseDate>%s</OAI-PMH>`, len(*asked)%10, body)
	}})
}

const (
	identify = `<Identify><repositoryName>某馆</repositoryName><protocolVersion>2.0</protocolVersion><deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>`
	formats  = `<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix></metadataFormat></ListMetadataFormats>`
)

func dcRecord(id, body string) string {
	return `<record><header><identifier>` + id + `</identifier><datestamp>2026-04-01T00:00:00Z</datestamp></header><metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">` + body + `</oai_dc:dc></metadata></record>`
}

func TestOAI(t *testing.T) {
	t.Parallel()
	var asked []string
	pages := map[string]string{
		"verb=Identify":            identify,
		"verb=ListMetadataFormats": formats,
		"metadataPrefix=oai_dc&set=s&verb=ListRecords": `<ListRecords>` + dcRecord("oai:x:1", `<dc:title>陶罐</dc:title>`) +
			`<record><header status="deleted"><identifier>oai:x:9</identifier><datestamp>2026-04-01T00:00:00Z</datestamp></header></record>` +
			`<resumptionToken>t 1</resumptionToken></ListRecords>`,
		"resumptionToken=t+1&verb=ListRecords": `<ListRecords>` + dcRecord("oai:x:2", `<dc:title>铜鼎</dc:title>`) + `<resumptionToken/></ListRecords>`,
	}
	s := repository(t, &asked, pages)
	shelf, sink := newShelf(t), &kept{}
	client, _ := testClient(t)
	plan := Plan{Collection: "folk", Set: "s"}
	var progress []Progress
	saved := func(_ context.Context, p Progress) error {
		progress = append(progress, p)
		return nil
	}
	is, err := New(client, shelf, plan).OAI(t.Context(), s.URL+"/oai", Progress{}, sink, saved)
	if err != nil || is.Name != "某馆" || is.Format != "oai_dc" {
		t.Fatal(is, err)
	}
	if len(sink.found) != 2 || sink.found[1].Record.Titles["zh"] != "铜鼎" || len(sink.gone) != 0 || len(sink.refused) != 0 {
		t.Fatalf("%+v", sink)
	}
	want := []Progress{{Token: "t 1", Began: "2026-05-01T00:00:03Z"}, {From: "2026-05-01T00:00:03Z"}}
	if diff := cmp.Diff(want, progress); diff != "" {
		t.Errorf("progress (-want +got)\n%s", diff)
	}
	for _, f := range sink.found {
		shelf.here(t, f)
	}

	// The next one asks for what is new since; what is gone is told of, if it is here.
	pages["from=2026-05-01T00%3A00%3A03Z&metadataPrefix=oai_dc&set=s&verb=ListRecords"] = `<ListRecords>` +
		`<record><header status="deleted"><identifier>oai:x:1</identifier><datestamp>2026-05-02T00:00:00Z</datestamp></header></record>` +
		dcRecord("oai:x:3", ``) + `</ListRecords>`
	sink = &kept{}
	if _, err := New(client, shelf, plan).OAI(t.Context(), s.URL+"/oai", progress[1], sink, saved); err != nil {
		t.Fatal(err)
	}
	if gone := shelf.entries[archive.DerivedID("harvest", s.URL+"/oai#oai:x:1")]; len(sink.gone) != 1 || sink.gone[0] != gone.Record.ID+" oai:x:1" {
		t.Errorf("%+v", sink)
	}
	if len(sink.found) != 1 || sink.found[0].Record.Titles["und"] != "oai:x:3" {
		t.Errorf("a record without a title: %+v", sink.found)
	}

	// One that was interrupted goes on; a token of another day begins again.
	sink = &kept{}
	if _, err := New(client, shelf, plan).OAI(t.Context(), s.URL+"/oai", progress[0], sink, saved); err != nil || len(sink.found) != 1 {
		t.Errorf("%v %+v", err, sink.found)
	}
	pages["resumptionToken=t+1&verb=ListRecords"] = `<error code="badResumptionToken"/>`
	sink = &kept{}
	_, err = New(client, shelf, plan).OAI(t.Context(), s.URL+"/oai", progress[0], sink, saved)
	if codeOf(err) != "oai-badResumptionToken" || len(sink.found) != 1 {
		t.Errorf("%v %+v", err, sink.found)
	}
}

// A repository that counts in days is asked from a day on.
func TestOAIGranularity(t *testing.T) {
	t.Parallel()
	var asked []string
	s := repository(t, &asked, map[string]string{
		"verb=Identify": strings.Replace(identify, "YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DD", 1), "verb=ListMetadataFormats": formats,
		"from=2026-05-01&metadataPrefix=oai_dc&verb=ListRecords": `<error code="noRecordsMatch"/>`,
	})
	client, _ := testClient(t)
	var last Progress
	_, err := New(client, newShelf(t), Plan{Collection: "folk"}).OAI(t.Context(), s.URL+"/oai", Progress{From: "2026-05-01T23:59:59Z"}, &kept{}, func(_ context.Context, p Progress) error {
		last = p
		return nil
	})
	if err != nil || last != (Progress{From: "2026-05-01T00:00:03Z"}) {
		t.Errorf("%+v %v", last, err)
	}
}

func TestOAIRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change map[string]string
		want   string
	}{
		"another version":    {map[string]string{"verb=Identify": strings.Replace(identify, "2.0", "1.1", 1)}, "oai-version"},
		"no format":          {map[string]string{"verb=ListMetadataFormats": strings.Replace(formats, "oai_dc", "marc21", 1)}, "oai-format"},
		"an unknown set":     {map[string]string{"metadataPrefix=oai_dc&verb=ListRecords": `<error code="noSetHierarchy">no sets</error>`}, "oai-noSetHierarchy"},
		"the same for ever":  {map[string]string{"resumptionToken=t&verb=ListRecords": `<ListRecords><resumptionToken>t</resumptionToken></ListRecords>`}, "oai-loop"},
		"nothing new":        {map[string]string{"metadataPrefix=oai_dc&verb=ListRecords": `<error code="noRecordsMatch"/>`}, ""},
		"a document type":    {map[string]string{"metadataPrefix=oai_dc&verb=ListRecords": `<!DOCTYPE x>`}, "doctype"},
		"a record of no use": {map[string]string{"metadataPrefix=oai_dc&verb=ListRecords": `<ListRecords><record/><record><header><identifier>1</identifier></header></record></ListRecords>`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages := map[string]string{
				"verb=Identify": identify, "verb=ListMetadataFormats": formats,
				"metadataPrefix=oai_dc&verb=ListRecords": `<ListRecords><resumptionToken>t</resumptionToken></ListRecords>`,
			}
			for query, page := range test.change {
				pages[query] = page
			}
			var asked []string
			client, _ := testClient(t)
			sink := &kept{}
			_, err := New(client, newShelf(t), Plan{Collection: "folk"}).OAI(t.Context(), repository(t, &asked, pages).URL+"/oai", Progress{}, sink, func(context.Context, Progress) error { return nil })
			if test.want != codeOf(err) && (test.want != "" || err != nil) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if name == "a record of no use" && join(sink.refused) != "oai-record oai-record" {
				t.Errorf("refused %v", sink.refused)
			}
		})
	}
}

func TestReadDC(t *testing.T) {
	t.Parallel()
	e, err := readXML("x", []byte(`<dc xmlns:dc="http://purl.org/dc/elements/1.1/">
		<dc:title xml:lang="en">Jar</dc:title><dc:title xml:lang="zh-CN">彩陶罐</dc:title>
		<dc:creator>马家窑人</dc:creator><dc:contributor>安特生</dc:contributor><dc:subject>彩陶</dc:subject><dc:subject>漩涡纹</dc:subject>
		<dc:description>第一段</dc:description><dc:description>第二段</dc:description>
		<dc:date>唐代</dc:date><dc:coverage>甘肃省临洮县</dc:coverage><dc:identifier>L.1</dc:identifier><dc:identifier>https://example.org/1</dc:identifier>
		<dc:rights>© 某馆</dc:rights><dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><dc:type>PhysicalObject</dc:type><dc:publisher>某馆</dc:publisher></dc>`))
	if err != nil {
		t.Fatal(err)
	}
	shelf := newShelf(t)
	r := readDC(e, shelf.Vocabulary())
	got, err := New(nil, shelf, Plan{Collection: "ancestral"}).settle(t.Context(), "x", r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"id":"","collection":"ancestral","kind":"relic","titles":{"en":"Jar","zh-CN":"彩陶罐"},"descriptions":{"zh":"第一段\n\n第二段"},` +
		`"identifiers":[{"type":"other","value":"L.1"},{"type":"url","value":"https://example.org/1"}],"period":{"term":"tang","from":618,"to":907},` +
		`"place":{"name":{"zh":"甘肃省临洮县"}},"subjects":[{"zh":"彩陶"},{"zh":"漩涡纹"}],` +
		`"people":[{"name":{"zh":"马家窑人"},"role":"author"},{"name":{"zh":"安特生"},"role":"contributor"}],` +
		`"rights":{"statement":"http://creativecommons.org/licenses/by/4.0/"},` +
		`"extra":{"dc-publisher":{"zh":["某馆"]},"dc-rights":"© 某馆","dc-type":{"und":["PhysicalObject"]}}}`
	if line := line(t, got); line != want {
		t.Errorf("got  %s\nwant %s", line, want)
	}
}

const lidoText = `<lido:lido xmlns:lido="http://www.lido-schema.org"><lido:lidoRecID>x</lido:lidoRecID><lido:objectPublishedID>https://example.org/id/1</lido:objectPublishedID>
<lido:descriptiveMetadata xml:lang="zh">
 <lido:objectClassificationWrap><lido:objectWorkTypeWrap><lido:objectWorkType><lido:term>壁画</lido:term></lido:objectWorkType></lido:objectWorkTypeWrap>
  <lido:classificationWrap><lido:classification><lido:term>书法、绘画</lido:term></lido:classification></lido:classificationWrap></lido:objectClassificationWrap>
 <lido:objectIdentificationWrap><lido:titleWrap><lido:titleSet><lido:appellationValue>药师经变</lido:appellationValue><lido:appellationValue xml:lang="en">Medicine Buddha</lido:appellationValue></lido:titleSet></lido:titleWrap>
  <lido:inscriptionsWrap><lido:inscriptions><lido:inscriptionTranscription>贞观十六年</lido:inscriptionTranscription></lido:inscriptions></lido:inscriptionsWrap>
  <lido:repositoryWrap><lido:repositorySet><lido:repositoryName><lido:legalBodyName><lido:appellationValue>某馆</lido:appellationValue></lido:legalBodyName></lido:repositoryName><lido:workID>D.220</lido:workID></lido:repositorySet></lido:repositoryWrap>
  <lido:objectDescriptionWrap><lido:objectDescriptionSet><lido:descriptiveNoteValue>通壁</lido:descriptiveNoteValue></lido:objectDescriptionSet></lido:objectDescriptionWrap>
  <lido:objectMeasurementsWrap><lido:objectMeasurementsSet><lido:objectMeasurements><lido:measurementsSet><lido:measurementType>高</lido:measurementType><lido:measurementUnit>m</lido:measurementUnit><lido:measurementValue>3,42</lido:measurementValue></lido:measurementsSet></lido:objectMeasurements></lido:objectMeasurementsSet></lido:objectMeasurementsWrap>
 </lido:objectIdentificationWrap>
 <lido:eventWrap><lido:eventSet><lido:event>
  <lido:eventActor><lido:actorInRole><lido:actor><lido:nameActorSet><lido:appellationValue>翟通</lido:appellationValue></lido:nameActorSet></lido:actor><lido:roleActor><lido:term>供养人</lido:term></lido:roleActor></lido:actorInRole></lido:eventActor>
  <lido:eventDate><lido:displayDate>642年</lido:displayDate><lido:date><lido:earliestDate>0642-01-01</lido:earliestDate><lido:latestDate>0642</lido:latestDate></lido:date></lido:eventDate>
  <lido:eventPlace><lido:place><lido:namePlaceSet><lido:appellationValue>敦煌市</lido:appellationValue></lido:namePlaceSet></lido:place></lido:eventPlace>
  <lido:eventMaterialsTech><lido:materialsTech><lido:termMaterialsTech lido:type="material"><lido:term>泥</lido:term></lido:termMaterialsTech><lido:termMaterialsTech lido:type="technique"><lido:term>干壁画</lido:term></lido:termMaterialsTech></lido:materialsTech></lido:eventMaterialsTech>
 </lido:event></lido:eventSet></lido:eventWrap>
 <lido:objectRelationWrap><lido:subjectWrap><lido:subjectSet><lido:subject><lido:subjectConcept>CONCEPT</lido:subjectConcept></lido:subject></lido:subjectSet></lido:subjectWrap></lido:objectRelationWrap>
</lido:descriptiveMetadata>
<lido:administrativeMetadata xml:lang="zh"><lido:rightsWorkWrap><lido:rightsWorkSet><lido:rightsType><lido:conceptID lido:type="URI">http://rightsstatements.org/vocab/InC/1.0/</lido:conceptID></lido:rightsType></lido:rightsWorkSet></lido:rightsWorkWrap>
 <lido:resourceWrap><lido:resourceSet><lido:resourceRepresentation lido:type="image_thumb"><lido:linkResource lido:formatResource="image/jpeg">https://example.org/small.jpg</lido:linkResource><lido:resourceMeasurementsSet><lido:measurementValue>100</lido:measurementValue></lido:resourceMeasurementsSet></lido:resourceRepresentation>
 <lido:resourceRepresentation><lido:linkResource lido:formatResource="image/jpeg">https://example.org/large.jpg</lido:linkResource><lido:resourceMeasurementsSet><lido:measurementValue>4000</lido:measurementValue></lido:resourceMeasurementsSet></lido:resourceRepresentation></lido:resourceSet></lido:resourceWrap>
</lido:administrativeMetadata></lido:lido>`

// Version 1.1 says of concepts what 1.0 says in terms.
func TestReadLIDO(t *testing.T) {
	t.Parallel()
	shelf := newShelf(t)
	for version, concept := range map[string]string{
		"1.0": `<lido:term>药师</lido:term><lido:term xml:lang="en">Bhaisajyaguru</lido:term>`,
		"1.1": `<skos:Concept xmlns:skos="http://www.w3.org/2004/02/skos/core#"><skos:prefLabel>药师</skos:prefLabel><skos:prefLabel xml:lang="en">Bhaisajyaguru</skos:prefLabel></skos:Concept>`,
	} {
		e, err := readXML("x", []byte(strings.Replace(lidoText, "CONCEPT", concept, 1)))
		if err != nil {
			t.Fatal(err)
		}
		r, pictures, err := readLIDO("x", e, shelf.Vocabulary())
		if err != nil {
			t.Fatal(err)
		}
		if len(pictures) != 1 || pictures[0].id != "https://example.org/large.jpg" {
			t.Errorf("%s: pictures %+v", version, pictures)
		}
		got, err := New(nil, shelf, Plan{Collection: "dunhuang", Kind: archive.KindMural}).settle(t.Context(), "x", r)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"id":"","collection":"dunhuang","kind":"mural","titles":{"en":"Medicine Buddha","zh":"药师经变"},"descriptions":{"zh":"通壁"},` +
			`"identifiers":[{"type":"accession","value":"D.220"},{"type":"url","value":"https://example.org/id/1"}],"period":{"from":642,"to":642,"note":{"zh":"642年"}},` +
			`"place":{"name":{"zh":"敦煌市"}},"category":"relic-10","materials":["泥"],"techniques":["干壁画"],"dimensions":[{"type":"height","value":3.42,"unit":"m"}],` +
			`"subjects":[{"en":"Bhaisajyaguru","zh":"药师"}],"people":[{"name":{"zh":"翟通"},"role":"donor"}],"inscriptions":[{"text":"贞观十六年"}],` +
			`"rights":{"statement":"http://rightsstatements.org/vocab/InC/1.0/","holder":{"zh":"某馆"}},"extra":{"lido-object-work-type":{"zh":["壁画"]}}}`
		if line := line(t, got); line != want {
			t.Errorf("%s:\ngot  %s\nwant %s", version, line, want)
		}
	}
	if _, _, err := readLIDO("x", &element{name: "mets"}, shelf.Vocabulary()); codeOf(err) != "oai-record" {
		t.Errorf("what is no LIDO: %v", err)
	}
	for s, want := range map[string]int{"1936": 1936, "0642-01-01": 642, "-0205": -206, "0000": -1, "": 0, "about": 0} {
		if got := lidoYear(s); got != want {
			t.Errorf("%q: got %d, want %d", s, got, want)
		}
	}
}
