package crosswalk_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

func ExampleEDTF() {
	zhou := &archive.Period{Term: "western-zhou", From: -1046, To: -771}
	fmt.Println(crosswalk.EDTF(zhou))
	// Output: -1045/-0770
}

// TestSameThings: what others call the thing is told as such, and nothing that only looks
// like it.
func TestSameThings(t *testing.T) {
	t.Parallel()
	r := &archive.Record{ID: "r1", Kind: archive.KindRelic, Identifiers: []archive.Identifier{
		{Type: "wikidata", Value: "Q1133108"}, {Type: "wikidata", Value: "Mogao"}, {Type: "doi", Value: "https://doi.org/10.1000/182"},
		{Type: "accession", Value: "Q12"}, {Type: "other", Value: "javascript:alert(1)"},
	}, Relations: []archive.Relation{{Type: "same-as", Record: "r2"}}}
	for name, want := range map[string][]string{
		"lido.xml":        {">http://www.wikidata.org/entity/Q1133108</lido:objectPublishedID>", ">https://doi.org/10.1000/182</lido:objectPublishedID>"},
		"edm.xml":         {`<owl:sameAs rdf:resource="http://www.wikidata.org/entity/Q1133108"/>`, `<owl:sameAs rdf:resource="https://archive.example.org/records/r2"/>`},
		"linked-art.json": {`"equivalent":[{"id":"http://www.wikidata.org/entity/Q1133108","type":"HumanMadeObject"}`, `{"id":"https://archive.example.org/records/r2"}`},
		"schema.json":     {`"sameAs":["http://www.wikidata.org/entity/Q1133108","https://doi.org/10.1000/182","https://archive.example.org/records/r2"]`},
	} {
		for _, format := range formats {
			if format.name != name {
				continue
			}
			var doc bytes.Buffer
			if err := format.write(publisher(t), &doc, crosswalk.Entry{Record: r}); err != nil {
				t.Fatal(err)
			}
			for _, s := range want {
				if !strings.Contains(doc.String(), s) {
					t.Errorf("%s lacks %s:\n%s", name, s, doc.String())
				}
			}
			for _, s := range []string{"entity/Q12<", "entity/Q12\"", "entity/Mogao", `"sameAs":["javascript`, `resource="javascript`} {
				if strings.Contains(doc.String(), s) {
					t.Errorf("%s has %s:\n%s", name, s, doc.String())
				}
			}
		}
	}
}
