package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/cmd/hexi/internal/sample"
)

// harvested is what a harvester reads of an answer.
type harvested struct {
	Errors []struct {
		Code string `xml:"code,attr"`
	} `xml:"error"`
	Headers []harvestedHeader `xml:"ListIdentifiers>header"`
	Records []struct {
		Header   harvestedHeader `xml:"header"`
		Metadata struct {
			Root struct {
				XMLName xml.Name
			} `xml:",any"`
		} `xml:"metadata"`
	} `xml:"ListRecords>record"`
}

type harvestedHeader struct {
	Status     string `xml:"status,attr"`
	Identifier string `xml:"identifier"`
	Set        string `xml:"setSpec"`
}

func (h *house) oai(query string, headers ...string) (harvested, answer) {
	h.t.Helper()
	got := h.get("/oai?"+query, headers...)
	var out harvested
	if err := xml.Unmarshal(got.body, &out); err != nil || got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		h.t.Fatalf("%s: %d, %s, %v\n%s", query, got.StatusCode, got.Header.Get("Content-Type"), err, got.body)
	}
	return out, got
}

// openToHarvest is an archive with records of every standing.
func openToHarvest(t *testing.T) *house {
	h := open(t, "")
	h.server.AdminEmail = "archive@example.org"
	h.take(tiers, map[string][]byte{"wall.jpg": asJPEG(t, painted(600, 400))})
	for _, id := range []string{"draft-1", "gone-1", "erased-1"} {
		r := archive.Record{ID: id, Collection: "folk", Kind: archive.KindMural, Titles: archive.Text{"zh": "密语 " + id}}
		if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: r, Publish: id != "draft-1"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.archive.Withdraw(t.Context(), "test", "gone-1"); err != nil {
		t.Fatal(err)
	}
	if err := h.archive.Erase(t.Context(), "test", "erased-1", "court order"); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestOAI: harvesters get what the public sees, in each format, and are told of what it sees no more; of what it never saw
// they learn nothing, whoever they are.
func TestOAI(t *testing.T) {
	h := openToHarvest(t)
	token := "Authorization: Bearer " + h.user("li", "viewer")
	for _, who := range []string{"X: y", token} {
		list, raw := h.oai("verb=ListIdentifiers&metadataPrefix=oai_dc", who)
		got := map[string]string{}
		for _, header := range list.Headers {
			got[strings.TrimPrefix(header.Identifier, "oai:hexi.invalid:")] = header.Set + header.Status
		}
		want := map[string]string{"open-1": "dunhuang", "show": "dunhuang", "gone-1": "folkdeleted", "erased-1": "folkdeleted"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		docs := [][]byte{raw.body}
		for prefix, root := range map[string]string{"oai_dc": "dc", "lido": "lido", "edm": "RDF"} {
			records, raw := h.oai("verb=ListRecords&metadataPrefix="+prefix, who)
			docs = append(docs, raw.body)
			for _, r := range records.Records {
				if got := r.Metadata.Root.XMLName.Local; (got == root) != (r.Header.Status == "") {
					t.Errorf("%s of %s (%s): %q", prefix, r.Header.Identifier, r.Header.Status, got)
				}
			}
			if len(records.Records) != len(want) {
				t.Errorf("%s: %d records, want %d", prefix, len(records.Records), len(want))
			}
		}
		docs = append(docs, h.get("/iiif/discovery/page/1", who).body)
		for _, doc := range docs {
			for _, secret := range []string{"secret-1", "later-1", "draft-1", "密语"} {
				if bytes.Contains(doc, []byte(secret)) {
					t.Errorf("harvesters learn of %s: %s", secret, doc)
				}
			}
		}
		for _, id := range []string{"secret-1", "later-1", "draft-1"} {
			if got, _ := h.oai("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:hexi.invalid:"+id, who); len(got.Errors) != 1 || got.Errors[0].Code != "idDoesNotExist" {
				t.Errorf("%s: %+v", id, got)
			}
		}
	}
	if got, _ := h.oai("verb=ListIdentifiers&metadataPrefix=oai_dc&set=folk"); len(got.Headers) != 2 {
		t.Errorf("of one collection: %+v", got)
	}
	if _, got := h.oai("verb=Identify"); !bytes.Contains(got.body, []byte("<adminEmail>archive@example.org</adminEmail>")) || !bytes.Contains(got.body, []byte("<baseURL>"+h.url+"/oai</baseURL>")) {
		t.Errorf("Identify: %s", got.body)
	}
	if _, got := h.oai("verb=ListSets"); !bytes.Contains(got.body, []byte("<setSpec>great-wall</setSpec>")) {
		t.Errorf("ListSets: %s", got.body)
	}
	const form = "Content-Type: application/x-www-form-urlencoded"
	for _, test := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"/oai", "verb=ListMetadataFormats", http.StatusOK, "<metadataPrefix>lido</metadataPrefix>"},
		{"/oai?verb=Identify", "verb=Identify", http.StatusOK, `code="badVerb"`},
		{"/oai", "verb=Identify&x=" + strings.Repeat("x", oaiBodyLimit), http.StatusRequestEntityTooLarge, ""},
		{"/oai", "verb=%zz", http.StatusBadRequest, "x-www-form-urlencoded"},
	} {
		if got := h.ask(http.MethodPost, test.path, strings.NewReader(test.body), form); got.StatusCode != test.status || !strings.Contains(string(got.body), test.says) {
			t.Errorf("POST %s: %d %s", test.path, got.StatusCode, got.body)
		}
	}
}

// valid holds what an archive says to the schemas of the protocol and of Dublin Core.
func (h *house) valid(queries ...string) {
	t := h.t
	t.Helper()
	root := os.Getenv("HEXI_TEST_DATA")
	if _, err := exec.LookPath("xmllint"); err != nil || root == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must not skip this test: it needs HEXI_TEST_DATA and xmllint")
		}
		return // the rest needs neither
	}
	args := []string{"--nonet", "--noout", "--schema", filepath.Join(root, "xsd", "oai-all.xsd")}
	dir := t.TempDir()
	for i, query := range queries {
		_, got := h.oai(query)
		file := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		if err := os.WriteFile(file, got.body, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if said, err := exec.CommandContext(t.Context(), "xmllint", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// saveSample publishes the records of the sample archive, without their files.
func saveSample(t *testing.T, h *house) {
	t.Helper()
	var drafts []archive.Draft
	for line := range bytes.Lines(sample.Records()) {
		var r archive.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		drafts = append(drafts, archive.Draft{Record: r, Publish: true})
	}
	saved, err := h.archive.SaveAll(t.Context(), "test", drafts)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range saved {
		if s.Err != nil {
			t.Fatalf("%s: %v", s.ID, s.Err)
		}
	}
}

// TestHarvestByOthers: a client that others wrote harvests the sample archive whole, in several pages, and
// what it is told is valid.
func TestHarvestByOthers(t *testing.T) {
	if found, err := filepath.Glob("/usr/share/perl5/HTTP/OAI.pm"); err != nil || len(found) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must not skip this test: it needs perl with HTTP::OAI")
		}
		t.Skip("perl's HTTP::OAI is not there: make test installs it")
	}
	h := open(t, "")
	h.server.harvested = 20
	saveSample(t, h)
	if err := h.archive.Withdraw(t.Context(), "test", "dh-407-ceiling"); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "perl", "testdata/harvest.pl", h.url+"/oai").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, said := map[string]string{}, string(out)
	for line := range strings.Lines(said) {
		if f := strings.Split(strings.TrimSuffix(line, "\n"), "\t"); f[0] == "record" {
			got[strings.TrimPrefix(f[1], "oai:hexi.invalid:")] = f[3] + f[4]
		}
	}
	for _, want := range []string{"repository\t2.0\tpersistent\tYYYY-MM-DDThh:mm:ssZ\n", "set\tdunhuang\t", "format\toai_dc\n", "format\tlido\n", "format\tedm\n"} {
		if !strings.Contains(said, want) {
			t.Errorf("the harvester does not say %q: %s", want, said)
		}
	}
	if got["dh-407-ceiling"] != "deleted" {
		t.Errorf("what was withdrawn is %q", got["dh-407-ceiling"])
	}
	delete(got, "dh-407-ceiling")
	entries, _, err := h.archive.List(t.Context(), archive.ListQuery{Published: true, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range entries {
		want = append(want, e.Record.ID)
		if title := e.Record.Titles["zh"]; !strings.Contains(got[e.Record.ID], title) {
			t.Errorf("%s: %q, want the title %q", e.Record.ID, got[e.Record.ID], title)
		}
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(got))); diff != "" || len(want) < 80 {
		t.Errorf("%d records (-published +harvested):\n%s", len(want), diff)
	}
	h.server.harvested = 100
	h.valid("verb=ListRecords&metadataPrefix=oai_dc", "verb=ListSets", "verb=ListMetadataFormats", "verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:hexi.invalid:dh-407-ceiling")
}

// TestDiscovery: what happened to manifests is told in pages of which all but the last one stay as they are.
func TestDiscovery(t *testing.T) {
	h := openToHarvest(t)
	h.server.activities = 3
	type page struct {
		ID           string
		TotalItems   int
		First, Last  *struct{ ID string }
		Prev, Next   *struct{ ID string }
		OrderedItems []struct {
			Type    string
			EndTime string
			Object  struct{ ID string }
		}
	}
	read := func(path string) (page, answer) {
		t.Helper()
		got := h.get(path)
		var p page
		if err := json.Unmarshal(got.body, &p); err != nil || got.StatusCode != http.StatusOK || p.ID != h.url+path {
			t.Fatalf("%s: %d, %v: %s", path, got.StatusCode, err, got.body)
		}
		return p, got
	}
	manifest := h.url + "/iiif/manifest/open-1"
	c, _ := read("/iiif/discovery/activities")
	if c.TotalItems != 1 || c.Last == nil || c.Last.ID != h.url+"/iiif/discovery/page/1" {
		t.Fatalf("%+v", c)
	}
	for n := range 3 {
		r := archive.Record{ID: "open-1", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": fmt.Sprint("公开 ", n)}}
		if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: r, Publish: true}); err != nil {
			t.Fatal(err)
		}
	}
	first, whole := read("/iiif/discovery/page/1")
	if first.Next == nil || first.Prev != nil || len(first.OrderedItems) != 3 || first.OrderedItems[0].Type != "Create" || first.OrderedItems[1].Type != "Update" || first.OrderedItems[0].Object.ID != manifest {
		t.Fatalf("%s", whole.body)
	}
	if got := whole.Header.Get("Cache-Control"); got != "public, max-age=86400" {
		t.Errorf("a page that stays: %s", got)
	}
	if err := h.archive.Withdraw(t.Context(), "test", "open-1"); err != nil {
		t.Fatal(err)
	}
	again := h.get("/iiif/discovery/page/1", "If-None-Match: "+whole.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("it did not stay: %d", again.StatusCode)
	}
	last, raw := read("/iiif/discovery/page/2")
	if n := len(last.OrderedItems); n != 2 || last.OrderedItems[1].Type != "Delete" || last.Next != nil || last.Prev == nil || raw.Header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("%s", raw.body)
	}
	if c, _ := read("/iiif/discovery/activities"); c.TotalItems != 5 || c.Last.ID != h.url+"/iiif/discovery/page/2" {
		t.Errorf("%+v", c)
	}
	for _, path := range []string{"/iiif/discovery/", "/iiif/discovery/page/0", "/iiif/discovery/page/3", "/iiif/discovery/page/01", "/iiif/discovery/page/" + url.PathEscape("九")} {
		if got := h.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
}
