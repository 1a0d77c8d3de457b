package crosswalk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
	"hexi/archive/crosswalk"
	"hexi/archive/iiif"
)

// columns are the formats of the table, each with what it says of a field and how its
// document is made.
var columns = []struct {
	name   string
	of     func(crosswalk.Row) string
	write  func(crosswalk.Publisher, io.Writer, crosswalk.Entry) error
	prefix string // of elements that the table names without one
}{
	{"Dublin Core", func(r crosswalk.Row) string { return r.DC }, crosswalk.Publisher.DC, ""},
	{"LIDO 1.1", func(r crosswalk.Row) string { return r.LIDO }, crosswalk.Publisher.LIDO, "lido:"},
	{"EDM", func(r crosswalk.Row) string { return r.EDM }, crosswalk.Publisher.EDM, ""},
	{"Linked Art", func(r crosswalk.Row) string { return r.LinkedArt }, crosswalk.Publisher.LinkedArt, ""},
	{"schema.org", func(r crosswalk.Row) string { return r.Schema }, crosswalk.Publisher.Schema, ""},
	{"IIIF", func(r crosswalk.Row) string { return r.IIIF }, manifest, ""},
}

func manifest(p crosswalk.Publisher, w io.Writer, e crosswalk.Entry) error {
	m, err := iiif.Publisher{Base: p.Base, Name: p.Name, Terms: p.Terms}.Manifest(e.Record, e.Assets)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(m)
}

// whole is a record with something in every field.
func whole() *archive.Record {
	text := func(s string) archive.Text { return archive.Text{"zh": s + "甲", "en": s} }
	lat, lon := 40.0417, 94.8039
	return &archive.Record{
		ID: "r1", Collection: "dunhuang", Kind: archive.KindRelic, PartOf: "r0", Titles: text("title"), Descriptions: text("description"),
		Identifiers: []archive.Identifier{{Type: "accession", Value: "D.0001"}},
		Period:      &archive.Period{Term: "tang", From: -618, To: 907, Note: text("note")},
		Place:       &archive.Place{Name: text("place"), Lat: &lat, Lon: &lon, Precision: "approximate"},
		Location:    &archive.Location{Site: "mogao", Cave: "17", Space: "main", Surface: "north", Position: "upper", Role: "right"},
		Category:    "relic-02", Materials: []string{"陶"}, Techniques: []string{"wheel"}, Level: "grade-1", Completeness: "complete", Condition: "stable",
		Source: "gift", Dimensions: []archive.Dimension{{Type: "height", Value: 3.42, Unit: "m", Note: "with stand"}}, Quantity: &archive.Quantity{Value: 2, Unit: "件"},
		Subjects: []archive.Text{text("subject")}, People: []archive.Person{{Name: text("person"), Role: "author"}},
		Inscriptions: []archive.Inscription{{Text: "inscription", Translation: text("translation"), Region: &archive.Region{Asset: "a1", XYWH: "1,2,3,4"}}},
		Text:         text("words"), Rights: &archive.Rights{Statement: "http://creativecommons.org/licenses/by/4.0/", Holder: text("holder"), Tier: "public", MaxPixels: 9, Until: "2030-01-01"},
		Relations: []archive.Relation{{Type: "depicts", Record: "r2"}},
		Stops:     []archive.Stop{{Record: "r3", Asset: "a3", View: "1,2,3,4", Caption: text("caption"), Date: "1936-10-09"}},
		Extra:     map[string]json.RawMessage{"moon": json.RawMessage("1")},
	}
}

// fields calls visit for every field of a record that holds a value of its own, by its
// path in JSON, with a function that changes it.
func fields(v reflect.Value, path string, visit func(path string, change func())) {
	switch v.Kind() {
	case reflect.Pointer:
		fields(v.Elem(), path, visit)
	case reflect.Slice:
		fields(v.Index(0), path, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if path != "" {
				name = path + "." + name
			}
			fields(v.Field(i), name, visit)
		}
	case reflect.Map:
		visit(path, func() {
			for _, key := range v.MapKeys() {
				switch old := v.MapIndex(key).Interface().(type) {
				case string:
					v.SetMapIndex(key, reflect.ValueOf(old+"x"))
				case json.RawMessage:
					v.SetMapIndex(key, reflect.ValueOf(json.RawMessage("2")))
				}
			}
		})
	case reflect.String:
		visit(path, func() { v.SetString(v.String() + "x") })
	case reflect.Int, reflect.Int64:
		visit(path, func() { v.SetInt(v.Int() + 1) })
	case reflect.Float64:
		visit(path, func() { v.SetFloat(v.Float() + 1) })
	default:
		panic(fmt.Sprintf("%s is a %s: say in this test how it changes", path, v.Kind()))
	}
}

// TestMappingIsTrue: every field of a record has a line, in their order; a document
// changes with a field if and only if the table says that it tells it, and has the
// elements that the table names.
func TestMappingIsTrue(t *testing.T) {
	t.Parallel()
	p := publisher(t)
	image := archive.Asset{ID: "a1", State: archive.AssetReady, Image: &archive.Image{Width: 100, Height: 100}, Access: &archive.Access{TileSize: 256}}
	document := func(column int, r *archive.Record) string {
		var doc bytes.Buffer
		if err := columns[column].write(p, &doc, crosswalk.Entry{Record: r, Assets: []archive.Asset{image}}); err != nil {
			t.Fatal(err)
		}
		return doc.String()
	}
	rows := crosswalk.Mapping()
	before := make([]string, len(columns))
	for i := range columns {
		before[i] = document(i, whole())
	}
	var paths []string
	fields(reflect.ValueOf(whole()), "", func(path string, _ func()) { paths = append(paths, path) })
	var listed []string
	for _, row := range rows {
		listed = append(listed, row.Field)
	}
	if diff := cmp.Diff(paths, listed); diff != "" {
		t.Fatalf("the fields of a record and those of the table differ (-record +table):\n%s", diff)
	}
	for _, row := range rows {
		r := whole()
		fields(reflect.ValueOf(r), "", func(path string, change func()) {
			if path == row.Field {
				change()
			}
		})
		for i, column := range columns {
			told := column.of(row)
			if changed := document(i, r) != before[i]; changed != (told != "") {
				t.Errorf("%s: the table says %q of %s; that its value shows there is %v", column.name, told, row.Field, changed)
			}
			for name := range strings.FieldsFuncSeq(told, func(r rune) bool { return r == '/' || r == ';' || r == ' ' }) {
				if !strings.Contains(before[i], "<"+column.prefix+name) && !strings.Contains(before[i], `"`+name+`"`) {
					t.Errorf("%s: %s goes to %s, but no document has %s", column.name, row.Field, told, name)
				}
			}
		}
	}
}

// TestMappingPage holds docs/mapping.md to the table.
func TestMappingPage(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "mapping.md")
	got := mappingPage(t)
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
		t.Errorf("docs/mapping.md is not what the table says; write it with go test ./archive/crosswalk -update (-want +got):\n%s", diff)
	}
}

const pageHead = `# Where each field goes

This page is made from the table in archive/crosswalk/mapping.go by ` + "`go test ./archive/crosswalk -update`" + `: change that, not this. A test
changes each field of a record in turn and holds the table to what changes in each document. A field is named by its path in the record's JSON
([a record](data-model.md)), a target by the elements or properties that lead to it; — says that a format does not tell the field.

Every text that is there in several languages is given in each, with its BCP 47 tag. Codes are told by the labels of their vocabularies, and by the
addresses of the Getty thesaurus and others where a vocabulary has them (` + "`same`" + `). Years are EDTF, level 1, and astronomical: 1046 BCE is -1045.

`

const pageFormats = `| format | what is followed | how it is held to it |
|---|---|---|
| Dublin Core | oai_dc of OAI-PMH 2.0 | by its schema (xmllint), and by golden files |
| LIDO 1.1 | the schema of December 2021 | by our own table of its elements, their order and which must be there, not by the schema itself; golden files |
| EDM | the schema for those who give data to Europeana | by our own table of its classes, their elements and their order, not by the schema itself; golden files |
| Linked Art | model 1.0, as JSON-LD | by golden files |
| schema.org | as JSON-LD | by golden files |
| IIIF | Presentation API 3.0 | by its JSON schema |

`

func mappingPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString(pageHead)
	b.WriteString(pageFormats)
	b.WriteString("## Classes\n\nWhat a record is in each format depends on its kind:\n\n| kind | DCMI type | EDM | LIDO category | Linked Art | schema.org |\n|---|---|---|---|---|---|\n")
	kinds := []archive.Kind{
		archive.KindRelic, archive.KindMural, archive.KindCave, archive.KindSite, archive.KindDocument, archive.KindModel, archive.KindIntangible,
		archive.KindEvent, archive.KindReport, archive.KindRoute, archive.KindExhibition, archive.KindCollection,
	}
	for _, kind := range kinds {
		fmt.Fprintf(&b, "| %s | %s |\n", kind, strings.Join(classes(t, kind), " | "))
	}
	b.WriteString("\nA document of the category relic-25, archives and manuscripts, is a Manuscript in schema.org. Sound, film and 3D files decide on edm:type before the kind does.\n")
	b.WriteString("\n## What some kinds cannot say\n\nWhat the table below says holds for every kind, in one property or another of its class, but for these:\n\n| kind | format | not told |\n|---|---|---|\n")
	for _, kind := range []archive.Kind{archive.KindCave, archive.KindSite, archive.KindIntangible, archive.KindEvent, archive.KindReport, archive.KindExhibition} {
		for i, column := range columns[:len(columns)-1] { // manifests are the same for all
			if lost := lost(t, kind, i); len(lost) > 0 {
				fmt.Fprintf(&b, "| %s | %s | `%s` |\n", kind, column.name, strings.Join(lost, "` `"))
			}
		}
	}
	b.WriteString("\n## Fields\n\n| field |")
	for _, column := range columns {
		b.WriteString(" " + column.name + " |")
	}
	b.WriteString(" remark |\n" + strings.Repeat("|---", len(columns)+2) + "|\n")
	for _, row := range crosswalk.Mapping() {
		b.WriteString("| `" + row.Field + "` |")
		for _, column := range columns {
			target := "—"
			if told := column.of(row); told != "" {
				target = "`" + strings.ReplaceAll(told, "; ", "` `") + "`"
			}
			b.WriteString(" " + target + " |")
		}
		b.WriteString(" " + row.Note + " |\n")
	}
	return b.String()
}

// lost are the fields that a format tells, but not of records of that kind.
func lost(t *testing.T, kind archive.Kind, column int) []string {
	t.Helper()
	p := publisher(t)
	document := func(r *archive.Record) string {
		r.Kind = kind
		var doc bytes.Buffer
		if err := columns[column].write(p, &doc, crosswalk.Entry{Record: r}); err != nil {
			t.Fatal(err)
		}
		return doc.String()
	}
	before := document(whole())
	var out []string
	for _, row := range crosswalk.Mapping() {
		if columns[column].of(row) == "" || row.Field == "kind" {
			continue
		}
		r := whole()
		fields(reflect.ValueOf(r), "", func(path string, change func()) {
			if path == row.Field {
				change()
			}
		})
		if document(r) == before {
			out = append(out, row.Field)
		}
	}
	return out
}

// classes reads from the documents what a record of a kind is in each format.
func classes(t *testing.T, kind archive.Kind) []string {
	t.Helper()
	e := crosswalk.Entry{Record: &archive.Record{ID: "r1", Kind: kind}}
	text := func(write func(crosswalk.Publisher, io.Writer, crosswalk.Entry) error) string {
		var doc bytes.Buffer
		if err := write(publisher(t), &doc, e); err != nil {
			t.Fatal(err)
		}
		return doc.String()
	}
	between := func(s, begin, end string) string {
		_, s, _ = strings.Cut(s, begin)
		s, _, _ = strings.Cut(s, end)
		return s
	}
	typed := func(key, doc string) string {
		var n map[string]any
		if err := json.Unmarshal([]byte(doc), &n); err != nil {
			t.Fatal(err)
		}
		if list, ok := n[key].([]any); ok {
			var names []string
			for _, name := range list {
				names = append(names, fmt.Sprint(name))
			}
			return strings.Join(slices.Clip(names), ", ")
		}
		return fmt.Sprint(n[key])
	}
	return []string{
		between(text(crosswalk.Publisher.DC), "<dc:type>", "<"),
		between(text(crosswalk.Publisher.EDM), "<edm:type>", "<"),
		between(text(crosswalk.Publisher.LIDO), `<lido:term xml:lang="en">`, "<"),
		typed("type", text(crosswalk.Publisher.LinkedArt)),
		typed("@type", text(crosswalk.Publisher.Schema)),
	}
}
