package oai_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive/oai"
)

// TestFaults: every fault of section 3.6, and what of the request is said again beside it.
func TestFaults(t *testing.T) {
	t.Parallel()
	r, _ := newRepository()
	first, _ := ask(t, r, "verb=ListRecords&metadataPrefix=oai_dc")
	token := url.QueryEscape(*first.Token)
	for _, test := range []struct{ query, want string }{
		{"", "badVerb"},
		{"verb=", "badVerb"},
		{"verb=identify", "badVerb"},
		{"verb=Identify&verb=Identify", "badVerb"},
		{"verb=Identify&identifier=x", "badArgument"},
		{"verb=Identify&nonsense=1&more=2", "badArgument badArgument"},
		{"verb=ListSets&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListMetadataFormats&identifier=oai:archive.example.org:zz", "idDoesNotExist"},
		{"verb=ListMetadataFormats&identifier=", "badArgument"},
		{"verb=GetRecord", "badArgument badArgument"},
		{"verb=GetRecord&metadataPrefix=oai_dc", "badArgument"},
		{"verb=GetRecord&identifier=oai:archive.example.org:a", "badArgument"},
		{"verb=GetRecord&identifier=oai:archive.example.org:a&identifier=oai:archive.example.org:b&metadataPrefix=oai_dc", "badArgument"},
		{"verb=GetRecord&identifier=oai:archive.example.org:zz&metadataPrefix=oai_dc", "idDoesNotExist"},
		{"verb=GetRecord&identifier=oai:other.example.org:a&metadataPrefix=oai_dc", "idDoesNotExist"},
		{"verb=GetRecord&identifier=wrong&metadataPrefix=oai_dc", "idDoesNotExist"},
		{`verb=GetRecord&identifier=wrong"id&metadataPrefix=oai_dc`, "badArgument"},
		{"verb=GetRecord&identifier=oai:archive.example.org:a&metadataPrefix=marcxml", "cannotDisseminateFormat"},
		{"verb=ListRecords", "badArgument"},
		{"verb=ListRecords&metadataPrefix=marcxml", "cannotDisseminateFormat"},
		{"verb=ListRecords&metadataPrefix=%00", "badArgument"},
		{"verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-13-01", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-3-1", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01T08:00Z", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01T08:00:00.5Z", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01T08:00:00%2B08:00", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-02&until=2026-03-01", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01&until=2026-03-02T00:00:00Z", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&set=a%20b", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&set=", "badArgument"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&set=no-such-set", "noRecordsMatch"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&until=2025-01-01", "noRecordsMatch"},
		{"verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-02", "noRecordsMatch"},
		{"verb=ListRecords&resumptionToken=nonsense", "badResumptionToken"},
		{"verb=ListRecords&resumptionToken=", "badResumptionToken"},
		{"verb=ListRecords&resumptionToken=" + token[:len(token)-1], "badResumptionToken"},
		{"verb=ListRecords&resumptionToken=" + strings.Repeat("A", 5000), "badResumptionToken"},
		{"verb=ListIdentifiers&resumptionToken=" + token, "badResumptionToken"},
		{"verb=ListSets&resumptionToken=" + token, "badResumptionToken"},
		{"verb=ListRecords&resumptionToken=" + token + "&metadataPrefix=oai_dc", "badArgument"},
		{"verb=ListRecords&resumptionToken=" + token + "&resumptionToken=" + token, "badArgument"},
	} {
		a, doc := ask(t, r, test.query)
		var got []string
		for _, e := range a.Errors {
			got = append(got, e.Code)
			if e.Why == "" {
				t.Errorf("%s: %s for no reason", test.query, e.Code)
			}
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %s", test.query, got, test.want)
		}
		silent := strings.Contains(test.want, "badVerb") || strings.Contains(test.want, "badArgument")
		if silent != (len(a.Request.Attributes) == 0) || a.Request.Base != r.BaseURL {
			t.Errorf("%s: the request is said again as %+v", test.query, a.Request)
		}
		if len(test.query) < 4000 && len(doc) > 2000 {
			t.Errorf("%s: %d bytes", test.query, len(doc))
		}
	}
	if a, _ := ask(t, r, "verb=Identify"+manyArguments()); len(a.Errors) != 5 {
		t.Errorf("of a thousand arguments %d are told", len(a.Errors))
	}
	r.Source.(*shelf).sets = nil
	if a, _ := ask(t, r, "verb=ListSets"); len(a.Errors) != 1 || a.Errors[0].Code != "noSetHierarchy" {
		t.Errorf("without sets: %+v", a.Errors)
	}
}

func manyArguments() string {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "&x%d=1", i)
	}
	return b.String()
}

// TestAnswers: what the six verbs say.
func TestAnswers(t *testing.T) {
	t.Parallel()
	r, _ := newRepository()
	a, doc := ask(t, r, "verb=Identify")
	for _, want := range []string{
		"<repositoryName>河西 &lt;archive&gt;</repositoryName>", "<protocolVersion>2.0</protocolVersion>", "<adminEmail>li@example.org</adminEmail>",
		"<earliestDatestamp>2026-03-01T08:00:00Z</earliestDatestamp>", "<deletedRecord>persistent</deletedRecord>", "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>",
		"<repositoryIdentifier>archive.example.org</repositoryIdentifier>",
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("Identify lacks %s", want)
		}
	}
	if a.ResponseDate != "2026-03-01T08:59:50Z" { // behind by what takes to settle
		t.Errorf("of %s", a.ResponseDate)
	}
	if a, _ := ask(t, r, "verb=ListMetadataFormats&identifier=oai:archive.example.org:c"); len(a.Formats) != 1 || a.Formats[0] != "oai_dc" {
		t.Errorf("formats: %q", a.Formats)
	}
	if a, doc := ask(t, r, "verb=ListSets"); strings.Join(a.Sets, " ") != "dunhuang folk" || !strings.Contains(doc, "<setName>敦煌 &amp; 石窟 · Dunhuang</setName>") ||
		!strings.Contains(doc, `<dc:title xml:lang="en">Dunhuang</dc:title><dc:description>壁画</dc:description>`) {
		t.Errorf("sets: %s", doc)
	}
	head := header{"", "oai:archive.example.org:b", "2026-03-01T08:00:01Z", "folk"}
	if a, _ := ask(t, r, "verb=GetRecord&identifier=oai:archive.example.org:b&metadataPrefix=oai_dc"); len(a.One) != 1 || a.One[0] != (record{head, "题名 b"}) {
		t.Errorf("one: %+v", a)
	}
	gone := header{"deleted", "oai:archive.example.org:c", "2026-03-01T08:00:02Z", "dunhuang"}
	if a, doc := ask(t, r, "verb=GetRecord&identifier=oai:archive.example.org:c&metadataPrefix=oai_dc"); len(a.One) != 1 || a.One[0] != (record{Header: gone}) || strings.Contains(doc, "<metadata>") {
		t.Errorf("a deleted one: %s", doc)
	}
	for query, want := range map[string]string{
		"":                            "ab", // the first page
		"&set=dunhuang":               "ac",
		"&set=folk":                   "bd",
		"&from=2026-03-01T08:00:04Z":  "e",
		"&until=2026-03-01T08:00:00Z": "a",
		"&until=2026-03-01&from=2026-03-01&set=folk":                         "bd",
		"&from=2026-03-01T08:00:01Z&until=2026-03-01T08:00:01Z":              "b",
		"&from=2026-03-01T08:00:03Z&until=2026-03-01T08:00:03Z&set=folk":     "d",
		"&from=0001-01-01&until=9999-12-31&set=folk":                         "bd",
		"&from=2026-03-01T08:00:00Z&until=2026-03-01T08:00:59Z&set=dunhuang": "ac",
		"&from=2026-03-01T08:00:03Z&until=2026-03-01T08:00:04Z":              "de",
		"&from=2026-02-28&until=2026-03-01&set=folk":                         "bd",
		"&from=2026-03-01T08:00:02Z&until=2026-03-01T08:00:03Z":              "cd",
		"&until=2026-03-01T08:00:01Z":                                        "ab",
		"&set=folk&from=2026-03-01T08:00:02Z":                                "d",
		"&set=dunhuang&from=2026-03-01T08:00:01Z&until=2026-03-01T08:00:03Z": "c",
	} {
		a, _ := ask(t, r, "verb=ListIdentifiers&metadataPrefix=oai_dc"+query)
		got := ""
		for _, h := range a.Headers {
			got += strings.TrimPrefix(h.Identifier, "oai:archive.example.org:")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// TestTokens: a list goes on with its token until it says that it has come to its end, and a token
// can be used again.
func TestTokens(t *testing.T) {
	t.Parallel()
	r, _ := newRepository()
	var pages []string
	query := "metadataPrefix=oai_dc&from=2026-03-01"
	for {
		a, _ := ask(t, r, "verb=ListIdentifiers&"+query)
		again, _ := ask(t, r, "verb=ListIdentifiers&"+query)
		if diff := cmp.Diff(a, again); diff != "" {
			t.Errorf("asked again it is another one: %s", diff)
		}
		page := ""
		for _, h := range a.Headers {
			page += h.Identifier[len(h.Identifier)-1:]
		}
		pages = append(pages, page)
		if a.Next == nil || *a.Next == "" {
			if a.Next == nil {
				t.Error("the last page has no empty token")
			}
			break
		}
		query = "resumptionToken=" + url.QueryEscape(*a.Next)
	}
	if got := strings.Join(pages, " "); got != "ab cd e" {
		t.Errorf("pages %s", got)
	}
	if a, _ := ask(t, r, "verb=ListIdentifiers&metadataPrefix=oai_dc&from=2026-03-01T08:00:03Z"); a.Next != nil {
		t.Error("a list of one page has a token")
	}
}

// TestHarvestWhileRecordsChange: whatever changes between and within the answers of a list, who has gone through it
// has what there is; and who has asked once more for what is new has it, too.
func TestHarvestWhileRecordsChange(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 5))
		r, s := newRepository()
		r.Page = 1 + random.IntN(6)
		s.clock = begin.Add(time.Minute)
		for i := range 20 {
			s.put(fmt.Sprint("r", i), "folk", "begun")
		}
		edits := 30
		change := func() {
			for range random.IntN(4) {
				if edits--; edits < 0 {
					return
				}
				text := fmt.Sprint("text ", random.IntN(1000))
				if random.IntN(4) == 0 {
					text = ""
				}
				s.put(fmt.Sprint("r", random.IntN(25)), "folk", text)
			}
		}
		s.meet = change
		have := map[string]string{}
		for query := "metadataPrefix=oai_dc"; query != ""; {
			a, _ := ask(t, r, "verb=ListRecords&"+query)
			query = ""
			for _, got := range a.Records {
				id := strings.TrimPrefix(got.Header.Identifier, "oai:archive.example.org:")
				if delete(have, id); got.Header.Status != "deleted" {
					have[id] = got.Title
				}
			}
			if a.Token != nil && *a.Token != "" {
				query = "resumptionToken=" + url.QueryEscape(*a.Token)
			}
			change()
		}
		edits = 0
		// What changed after the last answer is told to who asks from the time of the first one on.
		s.meet = nil
		for query := "metadataPrefix=oai_dc&from=2026-03-01T08:01:00Z"; query != ""; {
			a, _ := ask(t, r, "verb=ListRecords&"+query)
			query = ""
			for _, got := range a.Records {
				id := strings.TrimPrefix(got.Header.Identifier, "oai:archive.example.org:")
				if delete(have, id); got.Header.Status != "deleted" {
					have[id] = got.Title
				}
			}
			if a.Token != nil && *a.Token != "" {
				query = "resumptionToken=" + url.QueryEscape(*a.Token)
			}
		}
		want := map[string]string{}
		for id, text := range s.texts {
			if text != "" {
				want[id] = text
			}
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("seed %d (-there +harvested):\n%s", seed, diff)
		}
	}
}

// TestNamespace: the name that identifiers have is a domain name in any case.
func TestNamespace(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://Archive.Example.org:8443": "archive.example.org", "http://127.0.0.1:8080": "hexi.invalid", "http://[::1]:80": "hexi.invalid",
		"http://localhost:8080": "localhost.invalid", "http://a.b": "a.b", "::": "hexi.invalid", "": "hexi.invalid",
	} {
		if got := oai.Namespace(address); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

type broken struct {
	*shelf
	err error
}

func (b broken) Earliest(context.Context) (time.Time, error) { return time.Time{}, b.err }

func (b broken) Headers(context.Context, oai.Query, *oai.Place, int) ([]oai.Header, error) {
	return nil, b.err
}

// TestRepositoryFails: what fails in the repository itself is no answer.
func TestRepositoryFails(t *testing.T) {
	t.Parallel()
	r, s := newRepository()
	r.Source = broken{s, errors.New("disk")}
	for _, query := range []string{"verb=Identify", "verb=ListRecords&metadataPrefix=oai_dc"} {
		args, _ := url.ParseQuery(query)
		var b strings.Builder
		if err := r.Answer(t.Context(), &b, args); err == nil || b.Len() > 0 {
			t.Errorf("%s: %v, %q", query, err, b.String())
		}
	}
}

// FuzzParse: whatever is asked, the answer is XML.
func FuzzParse(f *testing.F) {
	f.Add("verb=ListRecords&metadataPrefix=oai_dc&from=2026-03-01&until=2026-03-02&set=a:b")
	f.Add("verb=GetRecord&identifier=\x00&metadataPrefix=%ff")
	f.Add("verb=ListSets&resumptionToken=eyJ2IjoxfQ")
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := url.ParseQuery(query); err != nil {
			t.Skip("no query")
		}
		r, _ := newRepository()
		ask(t, r, query)
	})
}
