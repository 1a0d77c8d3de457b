package crosswalk_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/crosswalk"
	"hexi/archive/vocab"
)

// Golden files are written by a person, who reads them: go test ./archive/crosswalk -update.
var update = flag.Bool("update", false, "write the golden files and docs/mapping.md")

// vocabulary reads the real vocabularies once.
var vocabulary = sync.OnceValues(func() (*vocab.Vocabulary, error) { return vocab.Load() })

func publisher(t *testing.T) crosswalk.Publisher {
	t.Helper()
	v, err := vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	return crosswalk.Publisher{Base: "https://archive.example.org", Name: archive.Text{"zh": "河西数字档案", "en": "Hexi Digital Archive"}, Terms: v}
}

// formats are the documents that a publisher makes.
var formats = []struct {
	name  string // ends the name of the golden file
	write func(crosswalk.Publisher, io.Writer, crosswalk.Entry) error
}{
	{"dc.xml", crosswalk.Publisher.DC},
	{"lido.xml", crosswalk.Publisher.LIDO},
	{"edm.xml", crosswalk.Publisher.EDM},
	{"linked-art.json", crosswalk.Publisher.LinkedArt},
	{"schema.json", crosswalk.Publisher.Schema},
}

// demoEntries are records of the demo: at least one of each of the six collections.
func demoEntries(t *testing.T) map[string]crosswalk.Entry {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "records", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no records to try: %v", err)
	}
	out := map[string]crosswalk.Entry{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var in struct {
			Record            archive.Record
			Assets            []archive.Asset
			Created, Modified time.Time
			Related           map[string]*archive.Record
		}
		if err := json.Unmarshal(data, &in); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		out[name] = crosswalk.Entry{Record: &in.Record, Assets: in.Assets, Created: in.Created, Modified: in.Modified, Related: in.Related}
	}
	return out
}

// TestGolden holds every format of every record to what a person has read.
func TestGolden(t *testing.T) {
	t.Parallel()
	collections := map[string]bool{}
	for name, e := range demoEntries(t) {
		collections[e.Record.Collection] = true
		for _, format := range formats {
			t.Run(name+"/"+format.name, func(t *testing.T) {
				t.Parallel()
				var doc bytes.Buffer
				if err := format.write(publisher(t), &doc, e); err != nil {
					t.Fatal(err)
				}
				got := readable(t, format.name, doc.Bytes())
				path := filepath.Join("testdata", "golden", name+"."+format.name)
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Errorf("%s differs (-want +got):\n%s", path, diff)
				}
			})
		}
	}
	for _, slug := range []string{"dunhuang", "great-wall", "yellow-river", "red-culture", "ancestral", "folk"} {
		if !collections[slug] {
			t.Errorf("no record of the collection %s is tried", slug)
		}
	}
}

// readable checks that a document is well-formed and breaks it into lines.
func readable(t *testing.T, format string, doc []byte) string {
	t.Helper()
	if strings.HasSuffix(format, ".json") {
		var out bytes.Buffer
		if err := json.Indent(&out, doc, "", " "); err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
		return out.String() + "\n"
	}
	for dec := xml.NewDecoder(bytes.NewReader(doc)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, doc)
		}
	}
	return strings.ReplaceAll(string(doc), "><", ">\n<") + "\n"
}
