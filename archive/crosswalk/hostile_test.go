package crosswalk_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

// TestHostileText: whatever a record holds, documents are well-formed, hold no character
// that XML 1.0 forbids, and end no script element.
func TestHostileText(t *testing.T) {
	t.Parallel()
	nasty := "<script>&amp;]]></script>\"'\x00\x01\x08\x0b\x1b\ufffe\uffff\xff 龍 𪚥\r\n\t"
	lat, lon := 1e-9, -180.0
	e := crosswalk.Entry{Record: &archive.Record{
		ID: "r1", Collection: nasty, Kind: archive.Kind(nasty), Titles: archive.Text{"zh": nasty, `"><x `: nasty, "": nasty, "und": nasty},
		Identifiers: []archive.Identifier{{Type: nasty, Value: nasty}}, Materials: []string{nasty}, Techniques: []string{nasty},
		Place: &archive.Place{Name: archive.Text{"zh": nasty}, Lat: &lat, Lon: &lon}, People: []archive.Person{{Name: archive.Text{"en": nasty}, Role: nasty}},
		Inscriptions: []archive.Inscription{{Text: nasty, Translation: archive.Text{"en": nasty}}}, Dimensions: []archive.Dimension{{Type: nasty, Value: 1, Unit: nasty}},
		Rights: &archive.Rights{Statement: "javascript:" + nasty}, Relations: []archive.Relation{{Type: nasty, Record: nasty}},
		Stops: []archive.Stop{{Record: nasty, Caption: archive.Text{"zh": nasty}, Date: nasty}},
	}}
	for _, format := range formats {
		var doc bytes.Buffer
		if err := format.write(publisher(t), &doc, e); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexAny(doc.String(), "\x00\x01\x08\x0b\x1b\ufffe\uffff"); i >= 0 && strings.HasSuffix(format.name, ".xml") {
			t.Errorf("%s holds the character %q", format.name, doc.String()[i:i+3])
		}
		if strings.Contains(doc.String(), "</script") || strings.Contains(doc.String(), "javascript:") {
			t.Errorf("%s: %s", format.name, doc.String())
		}
		readable(t, format.name, doc.Bytes())
	}
}

// TestEveryLanguage: a text in several languages is given in each, by its tag.
func TestEveryLanguage(t *testing.T) {
	t.Parallel()
	languages := []string{"zh", "en", "bo", "zh-Hant"}
	titles := archive.Text{"und": "Bhaiṣajyaguru"}
	for _, lang := range languages {
		titles[lang] = "title in " + lang
	}
	e := crosswalk.Entry{Record: &archive.Record{ID: "r1", Kind: archive.KindMural, Titles: titles}}
	for _, format := range formats {
		var doc bytes.Buffer
		if err := format.write(publisher(t), &doc, e); err != nil {
			t.Fatal(err)
		}
		for _, lang := range languages {
			text := "title in " + lang
			want := `xml:lang="` + lang + `">` + text + "<"
			if strings.HasSuffix(format.name, ".json") {
				want = text
			}
			if !strings.Contains(doc.String(), want) {
				t.Errorf("%s lacks %s:\n%s", format.name, want, doc.String())
			}
		}
	}
}

// TestBareRecord: a record of which nearly nothing is known gives a document too, without
// terms, a name of the institution or any field.
func TestBareRecord(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		var doc bytes.Buffer
		err := format.write(crosswalk.Publisher{Base: "http://127.0.0.1:8080/"}, &doc, crosswalk.Entry{Record: &archive.Record{ID: "r1"}})
		if err != nil || !strings.Contains(doc.String(), "http://127.0.0.1:8080/records/r1") {
			t.Errorf("%s: %v\n%s", format.name, err, doc.String())
		}
		readable(t, format.name, doc.Bytes())
	}
}

// full fails as a connection does that is gone.
type full struct{}

var errFull = errors.New("connection gone")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		err := format.write(publisher(t), full{}, crosswalk.Entry{Record: &archive.Record{ID: "r1"}})
		if !errors.Is(err, errFull) || !strings.Contains(err.Error(), "r1") {
			t.Errorf("%s: %v, want the error of the writer and the record's id", format.name, err)
		}
	}
}

// TestTextsComeThrough: what was escaped is read back as it was.
func TestTextsComeThrough(t *testing.T) {
	t.Parallel()
	const title = `"敦煌" & <莫高窟> 'x' ]]>`
	e := crosswalk.Entry{Record: &archive.Record{ID: "r1", Titles: archive.Text{"zh": title}}}
	var doc bytes.Buffer
	if err := publisher(t).DC(&doc, e); err != nil {
		t.Fatal(err)
	}
	var dc struct {
		Title string `xml:"title"`
	}
	if err := xml.Unmarshal(doc.Bytes(), &dc); err != nil || dc.Title != title {
		t.Errorf("Dublin Core: %v, %q", err, dc.Title)
	}
	doc.Reset()
	if err := publisher(t).Schema(io.Writer(&doc), e); err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Name struct {
			Value string `json:"@value"`
		} `json:"name"`
	}
	if err := json.Unmarshal(doc.Bytes(), &schema); err != nil || schema.Name.Value != title {
		t.Errorf("schema.org: %v, %q", err, schema.Name.Value)
	}
}
