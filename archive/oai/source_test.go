package oai_test

import (
	"cmp"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"hexi/archive/oai"
)

// shelf is a source that keeps its records in memory.
type shelf struct {
	clock   time.Time
	headers map[string]oai.Header
	texts   map[string]string
	sets    []oai.Set
	meet    func() // called before metadata are given
}

func (s *shelf) put(id, set, text string) {
	s.clock = s.clock.Add(time.Microsecond)
	s.headers[id] = oai.Header{ID: id, At: s.clock, Set: set, Deleted: text == ""}
	s.texts[id] = text
}

func (s *shelf) sorted() []oai.Header {
	var all []oai.Header
	for _, h := range s.headers {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b oai.Header) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

func (s *shelf) Earliest(context.Context) (time.Time, error) {
	for _, h := range s.sorted() {
		return h.At, nil
	}
	return time.Time{}, nil
}

func (s *shelf) Sets(context.Context) ([]oai.Set, error) { return s.sets, nil }

func (s *shelf) Header(_ context.Context, id string) (oai.Header, error) {
	h, ok := s.headers[id]
	if !ok {
		return h, oai.ErrUnknown
	}
	return h, nil
}

func (s *shelf) Headers(_ context.Context, q oai.Query, after *oai.Place, limit int) ([]oai.Header, error) {
	var out []oai.Header
	for _, h := range s.sorted() {
		switch {
		case q.Set != "" && h.Set != q.Set, h.At.Before(q.From), !q.Before.IsZero() && !h.At.Before(q.Before):
		case after != nil && cmp.Or(h.At.Compare(after.At), cmp.Compare(h.ID, after.ID)) <= 0:
		case len(out) < limit:
			out = append(out, h)
		}
	}
	return out, nil
}

func (s *shelf) Metadata(_ context.Context, prefix string, ids []string) (map[string]oai.Metadata, error) {
	if s.meet != nil {
		s.meet()
	}
	out := map[string]oai.Metadata{}
	for _, id := range ids {
		if text := s.texts[id]; text != "" {
			out[id] = func(w io.Writer) error {
				_, err := fmt.Fprintf(w, `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>%s</dc:title><dc:format>%s</dc:format></oai_dc:dc>`, text, prefix)
				return err
			}
		}
	}
	return out, nil
}

var begin = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// newRepository has records a to e, one a second, of which c is deleted, in pages of two.
func newRepository() (*oai.Repository, *shelf) {
	s := &shelf{clock: begin, headers: map[string]oai.Header{}, texts: map[string]string{}, sets: []oai.Set{
		{Spec: "dunhuang", Names: []oai.Text{{Lang: "zh", Text: "敦煌 & 石窟"}, {Lang: "en", Text: "Dunhuang"}}, Descriptions: []oai.Text{{Text: "壁画"}}},
		{Spec: "folk", Names: []oai.Text{{Lang: "zh", Text: "民俗"}}},
	}}
	for i, id := range []string{"a", "b", "c", "d", "e"} {
		s.clock = begin.Add(time.Duration(i)*time.Second - time.Microsecond)
		s.put(id, []string{"dunhuang", "folk"}[i%2], map[bool]string{true: "", false: "题名 " + id}[id == "c"])
	}
	return &oai.Repository{
		Name: "河西 <archive>", BaseURL: "https://archive.example.org/oai", Namespace: "archive.example.org", AdminEmail: []string{"li@example.org"},
		Formats: []oai.Format{{Prefix: "oai_dc", Schema: "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", Namespace: "http://www.openarchives.org/OAI/2.0/oai_dc/"}},
		Source:  s, Now: func() time.Time { return begin.Add(time.Hour) }, Settle: 10 * time.Second, Page: 2,
	}, s
}

// answer is an answer as a harvester reads it.
type answer struct {
	ResponseDate string `xml:"responseDate"`
	Request      struct {
		Attributes []xml.Attr `xml:",any,attr"`
		Base       string     `xml:",chardata"`
	} `xml:"request"`
	Errors []struct {
		Code string `xml:"code,attr"`
		Why  string `xml:",chardata"`
	} `xml:"error"`
	Formats []string `xml:"ListMetadataFormats>metadataFormat>metadataPrefix"`
	Sets    []string `xml:"ListSets>set>setSpec"`
	One     []record `xml:"GetRecord>record"`
	Records []record `xml:"ListRecords>record"`
	Headers []header `xml:"ListIdentifiers>header"`
	Token   *string  `xml:"ListRecords>resumptionToken"`
	Next    *string  `xml:"ListIdentifiers>resumptionToken"`
}

type record struct {
	Header header `xml:"header"`
	Title  string `xml:"metadata>dc>title"`
}

type header struct {
	Status     string `xml:"status,attr"`
	Identifier string `xml:"identifier"`
	Datestamp  string `xml:"datestamp"`
	Set        string `xml:"setSpec"`
}

func ask(t *testing.T, r *oai.Repository, query string) (answer, string) {
	t.Helper()
	args, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.Answer(t.Context(), &b, args); err != nil {
		t.Fatal(err)
	}
	var a answer
	if err := xml.Unmarshal([]byte(b.String()), &a); err != nil {
		t.Fatalf("%s: %v\n%s", query, err, b.String())
	}
	return a, b.String()
}
