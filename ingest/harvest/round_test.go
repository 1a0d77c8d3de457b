package harvest

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/iiif"
)

// What hexi writes into a manifest it reads back out of it: but for what a manifest does
// not say, which docs/harvest.md lists.
func TestOwnManifestComesBack(t *testing.T) {
	t.Parallel()
	shelf := newShelf(t)
	v := shelf.Vocabulary()
	records := map[string]string{
		"a mural": `{"id":"dh-220-n","collection":"dunhuang","kind":"mural","titles":{"zh":"药师经变","en":"Medicine Buddha"},
			"descriptions":{"zh":"北壁通壁。\n\n<七佛>","en":"The whole north wall"},
			"identifiers":[{"type":"accession","value":"D.220"},{"type":"cave","value":"莫高窟第220窟"},{"type":"cave-pelliot","value":"64"}],
			"period":{"term":"early-tang","from":642,"to":642,"note":{"zh":"贞观十六年"}},"place":{"name":{"zh":"敦煌市","en":"Dunhuang"}},
			"location":{"site":"mogao","cave":"220","space":"main","surface":"north"},
			"materials":["泥"],"techniques":["干壁画"],"dimensions":[{"type":"height","value":3.42,"unit":"m"},{"type":"width","value":5,"unit":"m","note":"通壁"}],
			"quantity":{"value":1,"unit":"铺"},"people":[{"name":{"zh":"翟通"},"role":"donor"},{"name":{"zh":"某氏","en":"Someone"}}],
			"subjects":[{"zh":"药师七佛","en":"Seven Medicine Buddhas"},{"zh":"燃灯"}],
			"rights":{"statement":"http://rightsstatements.org/vocab/InC/1.0/","holder":{"zh":"敦煌研究院","en":"Dunhuang Academy"}}}`,
		"a bronze": `{"id":"ya-1","collection":"ancestral","kind":"relic","titles":{"zh":"铜鼎"},"category":"铜器","level":"一级","completeness":"完整",
			"period":{"from":-1046,"to":-771}}`,
		"years of two eras":   `{"id":"t-1","collection":"folk","kind":"relic","titles":{"zh":"器"},"period":{"from":-206,"to":220}}`,
		"an open end":         `{"id":"t-2","collection":"folk","kind":"relic","titles":{"zh":"器"},"period":{"from":1911}}`,
		"an open beginning":   `{"id":"t-3","collection":"folk","kind":"relic","titles":{"zh":"器"},"period":{"to":-221}}`,
		"a term alone":        `{"id":"t-4","collection":"folk","kind":"relic","titles":{"zh":"器"},"period":{"term":"ming"}}`,
		"words that are none": `{"id":"t-5","collection":"folk","kind":"relic","titles":{"zh":"器"},"period":{"note":{"zh":"未详"}}}`,
	}
	for name, text := range records {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var given archive.Record
			if err := json.Unmarshal([]byte(text), &given); err != nil {
				t.Fatal(err)
			}
			want, err := shelf.Normalise(t.Context(), given)
			if err != nil {
				t.Fatal(err)
			}
			publisher := iiif.Publisher{Base: "https://hexi.example.org", Terms: v}
			doc, err := publisher.Manifest(&want, []archive.Asset{{
				ID: "a1", Record: want.ID, Kind: archive.AssetImage, State: archive.AssetReady,
				Image: &archive.Image{Width: 100, Height: 80}, Access: &archive.Access{},
			}})
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			o, err := readJSON("m", data)
			if err != nil {
				t.Fatal(err)
			}
			m, err := readManifest(doc.ID, o)
			if err != nil {
				t.Fatal(err)
			}
			record := m.recordOf(v)
			record.ID, record.Kind, record.Collection = want.ID, want.Kind, want.Collection // the manifest does not say them
			got, err := shelf.Normalise(t.Context(), record)
			if err != nil {
				t.Fatal(err)
			}
			delete(got.Extra, "iiif-homepage") // where it was found
			delete(got.Extra, "iiif-seealso")
			if len(got.Extra) == 0 {
				got.Extra = nil
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, data)
			}
			if at, ok := ownLink(m.seeAlso); !ok || at != "https://hexi.example.org/api/v1/records/"+want.ID {
				t.Errorf("its own record is at %q", at)
			}
		})
	}
}

// Every label that hexi writes for an identifier, and every role, is read as what it is.
func TestOwnLabelsAreKnown(t *testing.T) {
	t.Parallel()
	v := vocabulary(t)
	types := []string{"accession", "cave", "cave-pelliot", "cave-zhang", "census", "shelfmark", "archive", "excavation", "protection", "intangible", "wikidata", "ark", "url", "former-number"}
	record := archive.Record{ID: "r", Titles: archive.Text{"zh": "器"}}
	for n, typ := range types {
		record.Identifiers = append(record.Identifiers, archive.Identifier{Type: typ, Value: fmt.Sprint(n)})
	}
	roles := []string{"author", "artist", "painter", "calligrapher", "copyist", "donor", "patron", "photographer", "collector", "giver", "excavator", "performer", "bearer", "depicted"}
	for _, role := range roles {
		record.People = append(record.People, archive.Person{Name: archive.Text{"zh": "甲", "en": "A"}, Role: role})
	}
	doc, err := iiif.Publisher{Base: "https://hexi.example.org", Terms: v}.Manifest(&record, []archive.Asset{{
		ID: "a1", Record: "r", Kind: archive.AssetImage, State: archive.AssetReady, Image: &archive.Image{Width: 100, Height: 80}, Access: &archive.Access{},
	}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	o, err := readJSON("m", data)
	if err != nil {
		t.Fatal(err)
	}
	m, err := readManifest(doc.ID, o)
	if err != nil {
		t.Fatal(err)
	}
	got := m.recordOf(v)
	if diff := cmp.Diff(record.Identifiers, got.Identifiers); diff != "" {
		t.Errorf("identifiers (-want +got)\n%s", diff)
	}
	for n, role := range roles {
		// An artist and an author are the same word in Chinese.
		if n >= len(got.People) || got.People[n].Role != role && role != "artist" {
			t.Errorf("role %s is not read back: %+v", role, got.People)
		}
	}
}
