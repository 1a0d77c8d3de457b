package iiif_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"hexi/archive"
	"hexi/archive/iiif"
)

// testData returns a file of the test data. Without it a test is skipped, and in
// CI it fails.
func testData(t *testing.T, path ...string) string {
	t.Helper()
	root := os.Getenv("HEXI_TEST_DATA")
	switch {
	case root != "":
		return filepath.Join(append([]string{root}, path...)...)
	case os.Getenv("CI") == "true":
		t.Fatal("HEXI_TEST_DATA is not set; CI must not skip this test")
	default:
		t.Skip("set HEXI_TEST_DATA to the folder of test data, or run make test where it lies beside the checkout")
	}
	return ""
}

func presentationSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(testData(t, "iiif", "iiif_3_0.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validate(t *testing.T, schema *jsonschema.Schema, doc []byte) error {
	t.Helper()
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance)
}

// TestPresentationSchema holds every kind of document to the official schema of
// the Presentation API 3.0.
func TestPresentationSchema(t *testing.T) {
	t.Parallel()
	schema := presentationSchema(t)
	manifest := func(p iiif.Publisher, r *archive.Record, assets ...archive.Asset) any {
		m, err := p.Manifest(r, assets)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	odd := mural()
	odd.Titles = archive.Text{"zh-Hant": "藥師經變", "und": "Bhaiṣajyaguru", "": "?"}
	odd.Rights = &archive.Rights{Statement: "https://creativecommons.org/publicdomain/mark/1.0/deed.zh-hans", Tier: archive.TierReduced, MaxPixels: 90_000}
	bare := iiif.Publisher{Base: "http://127.0.0.1:8080"}
	docs := map[string]any{
		"manifest":            manifest(publisher, mural(), photograph("a1", 40_000, 25_000), photograph("a2", 3, 100_000)),
		"manifest, of texts":  manifest(publisher, &archive.Record{ID: "r1", Text: archive.Text{"zh": "文"}}, photograph("a1", 9, 9)),
		"manifest, odd":       manifest(publisher, odd, photograph("a1", 4000, 3000)),
		"manifest, bare":      manifest(bare, &archive.Record{ID: "r1"}, photograph("a1", 1, 1)),
		"collection":          publisher.Collection("dunhuang", archive.Text{"zh": "敦煌"}, archive.Text{"en": "Caves"}, []iiif.Member{{Record: mural(), Assets: []archive.Asset{photograph("a1", 9, 9)}}}),
		"collection, empty":   bare.Collection("folk", nil, nil, nil),
		"collection, of all":  publisher.TopCollection(archive.Text{"zh": "河西"}, nil, []iiif.Holding{{Slug: "dunhuang", Label: archive.Text{"zh": "敦煌"}}, {Slug: "folk"}}),
		"collection, of none": bare.TopCollection(nil, nil, nil),
	}
	for name, doc := range docs {
		b, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, schema, b); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b)
		}
	}
}

// TestPresentationSchemaRefuses: the schema is read as it is meant, so that the
// test above can fail.
func TestPresentationSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := presentationSchema(t)
	m, err := publisher.Manifest(mural(), []archive.Asset{photograph("a1", 100, 100)})
	if err != nil {
		t.Fatal(err)
	}
	spoil := map[string]func(doc map[string]any){
		"no label":              func(doc map[string]any) { delete(doc, "label") },
		"a label that is text":  func(doc map[string]any) { doc["label"] = "药师经变" },
		"https rights":          func(doc map[string]any) { doc["rights"] = "https://rightsstatements.org/vocab/InC/1.0/" },
		"an unknown property":   func(doc map[string]any) { doc["colour"] = "red" },
		"an id that is no URI":  func(doc map[string]any) { doc["id"] = "dh-220-n" },
		"a canvas of no height": func(doc map[string]any) { doc["items"].([]any)[0].(map[string]any)["height"] = 0 },
	}
	for name, change := range spoil {
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		change(doc)
		if b, err = json.Marshal(doc); err != nil {
			t.Fatal(err)
		}
		if validate(t, schema, b) == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
	}
}
