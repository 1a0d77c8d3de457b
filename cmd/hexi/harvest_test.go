package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// readHarvest reads what "hexi harvest --json" prints.
func readHarvest(t *testing.T, o outcome) (r harvestReport) {
	t.Helper()
	if err := json.Unmarshal([]byte(o.stdout), &r); err != nil {
		t.Fatalf("%v: %+v", err, o)
	}
	return r
}

// What a hexi serves another one brings home: the records as they are, but for what
// docs/harvest.md lists, and their images with their layers. Again, nothing changes.
func TestHarvestHexi(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	there, here := filepath.Join(dir, "there"), filepath.Join(dir, "here")
	for i, name := range []string{"a.jpg", "b.jpg", "c.jpg"} {
		fileOf(t, dir, name, photo(t, i+3, 300+i, 200))
	}
	sheet := fileOf(t, dir, "s.jsonl", []byte(
		`{"id":"h-1","collection":"dunhuang","kind":"mural","titles":{"zh":"药师经变","en":"Medicine Buddha"},"period":{"term":"early-tang","note":{"zh":"贞观十六年"}},`+
			`"location":{"site":"mogao","cave":"220"},"people":[{"name":{"zh":"翟通"},"role":"donor"}],"relations":[{"type":"same-as","record":"h-2"}],"extra":{"x":[1,"二"]},`+
			`"files":["a.jpg","b.jpg"],"layers":["visible","infrared(940 nm)"]}`+"\n"+
			`{"id":"h-2","collection":"folk","kind":"relic","titles":{"zh":"剪纸"},"materials":["纸"],"files":["c.jpg"]}`+"\n"))
	if got := hexi(t, "ingest", sheet, dir, "--collection", "folk", "--publish", "--data", there); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	address, _ := serve(t, "--data", there)
	args := []string{"harvest", "iiif", address + "/iiif/collection/top", "--rate", "100", "--publish", "--json", "--data", here}
	if got := hexi(t, args...); got.status != exitFailed || !strings.Contains(got.stderr, "--allow-private") {
		t.Errorf("an address of this machine: %+v", got)
	}
	args = append(args, "--allow-private")
	dry := hexi(t, append(args, "--dry-run")...)
	if r := readHarvest(t, dry); dry.status != exitDone || r.Records["created"] != 2 || r.Images != 3 {
		t.Errorf("%+v", dry)
	}
	got := hexi(t, args...)
	if r := readHarvest(t, got); got.status != exitDone || r.Records["created"] != 2 || r.Assets["ready"] != 3 || r.Layers != 2 || r.Published != 2 {
		t.Fatalf("%+v", got)
	}
	lines := func(data string) []map[string]any {
		o := hexi(t, "export", "--to", "-", "--data", data)
		var out []map[string]any
		for text := range strings.Lines(o.stdout) {
			var record map[string]any
			if err := json.Unmarshal([]byte(text), &record); err != nil {
				t.Fatalf("%v: %+v", err, o)
			}
			if extra, ok := record["extra"].(map[string]any); ok {
				if delete(extra, "harvest"); len(extra) == 0 {
					delete(record, "extra")
				}
			}
			delete(record, "assets") // the images are renditions of the masters
			delete(record, "files")
			out = append(out, record)
		}
		return out
	}
	want, found := fmt.Sprint(lines(there)), fmt.Sprint(lines(here))
	if want != found {
		t.Errorf("got  %s\nwant %s", found, want)
	}
	again := hexi(t, args...)
	if r := readHarvest(t, again); r.Records["unchanged"] != 2 || r.Assets["unchanged"] != 3 || r.Changed() || len(r.Kept) != 0 {
		t.Errorf("again: %+v", again)
	}
}

// A repository is asked for what is new since the last time, unless the catalogue is not
// the one of that time; a curator's words stay, and the report says so.
func TestHarvestOAI(t *testing.T) {
	t.Parallel()
	var asked []string
	title := "陶罐"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		var body string
		switch q.Get("verb") {
		case "":
			http.NotFound(w, r)
			return
		case "Identify":
			body = `<Identify><repositoryName>某馆</repositoryName><protocolVersion>2.0</protocolVersion></Identify>`
		case "ListMetadataFormats":
			body = `<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix></metadataFormat></ListMetadataFormats>`
		default:
			asked = append(asked, q.Get("from"))
			body = `<ListRecords><record><header><identifier>1</identifier><datestamp>2026-01-01</datestamp></header><metadata><dc><title>` + title + `</title><rights>© 某馆</rights></dc></metadata></record></ListRecords>`
		}
		fmt.Fprintf(w, `<OAI-PMH><responseDate>2026-05-0%dT00:00:00Z</responseDate>%s</OAI-PMH>`, len(asked), body)
	}))
	defer s.Close()
	dir := t.TempDir()
	data := filepath.Join(dir, "archive")
	run := func(data string, more ...string) harvestReport {
		t.Helper()
		got := hexi(t, append([]string{"harvest", "oai", s.URL, "--collection", "folk", "--allow-private", "--rate", "100", "--publish", "--json", "--data", data}, more...)...)
		if got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		return readHarvest(t, got)
	}
	if r := run(data); r.Records["created"] != 1 || r.Published != 1 || r.Repository.Format != "oai_dc" {
		t.Fatalf("%+v", r)
	}
	if r := run(data); r.Records["unchanged"] != 1 || r.Changed() {
		t.Errorf("again: %+v", r)
	}

	// Someone here gives it another title, which nobody published yet, and the source does.
	lines := hexi(t, "export", "--to", "-", "--no-files", "--data", data).stdout
	sheet := fileOf(t, dir, "s.jsonl", []byte(strings.Replace(lines, `"titles":{"zh":"陶罐"}`, `"titles":{"zh":"彩陶双耳罐"}`, 1)))
	if got := hexi(t, "ingest", sheet, "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	title = "彩陶罐"
	r := run(data)
	if len(r.Kept) != 1 || r.Kept[0].Field != "titles.zh" || string(r.Kept[0].Here) != `"彩陶双耳罐"` || string(r.Kept[0].Came) != `"彩陶罐"` {
		t.Errorf("%+v", r.Kept)
	}
	if r.Published != 0 {
		t.Error("a harvest published what someone here is at work on")
	}
	if lines := hexi(t, "export", "--to", "-", "--no-files", "--data", data).stdout; !strings.Contains(lines, `"titles":{"zh":"彩陶双耳罐"}`) {
		t.Errorf("the title did not stay: %s", lines)
	}
	run(data, "--full")
	run(data, "--from", "2020-01-01")
	run(data)
	if got, want := strings.Join(asked, " "), " 2026-05-01T00:00:00Z 2026-05-02T00:00:00Z  2020-01-01 2026-05-04T00:00:00Z"; got != want {
		t.Errorf("asked from %q, want %q", got, want)
	}

	// Another catalogue beside the same memory has none of these records.
	asked = nil
	run(data, "--database", "sqlite:"+filepath.Join(dir, "other.db"), "--objects", "dir:"+filepath.Join(dir, "other"), "--journal", "off")
	if len(asked) != 1 || asked[0] != "" {
		t.Errorf("asked another catalogue from %q", asked)
	}
}
