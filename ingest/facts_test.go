package ingest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"hexi/archive"
)

// Facts come from the store, which others write to as well.
func TestHostileFacts(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("ab", 32)
	good := func() Facts {
		return Facts{
			Schema: 1, Asset: "a1", Master: "m", Access: archive.Access{Version: "v", Thumbnails: []archive.Thumbnail{{Width: 4, Height: 3, Name: "thumb-4.jpg"}}},
			Files: []FactsFile{{"pyramid.tif", 10, sum}, {"thumb-4.jpg", 5, sum}, {"sidecar", 3, sum}},
		}
	}
	for _, test := range []struct {
		name   string
		change func(*Facts)
		field  string // "" for none
	}{
		{"good", func(*Facts) {}, ""},
		{"a later shape", func(f *Facts) { f.Schema = 2 }, "facts.schema"},
		{"another asset's", func(f *Facts) { f.Asset = "a2" }, "facts.asset"},
		{"no sidecar", func(f *Facts) { f.Files = f.Files[:2] }, "facts.files"},
		{"a file of no copy", func(f *Facts) { f.Files[1].Name = "thumb-9.jpg" }, "facts.files"},
		{"a way out", func(f *Facts) { f.Files[1].Name = "../a2/sidecar"; f.Access.Thumbnails[0].Name = "../a2/sidecar" }, "facts.files"},
		{"a short sum", func(f *Facts) { f.Files[0].SHA256 = "abab" }, "facts.files"},
		{"no sum", func(f *Facts) { f.Files[0].SHA256 = strings.Repeat("x", 64) }, "facts.files"},
		{"a negative size", func(f *Facts) { f.Files[0].Size = -1 }, "facts.files"},
	} {
		f := good()
		test.change(&f)
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeFacts("a1", data)
		var invalid *archive.InvalidError
		switch {
		case test.field == "" && (err != nil || got.Files[2].Key("a1") != "access/a1/sidecar"):
			t.Errorf("%s: %+v, %v", test.name, got, err)
		case test.field != "" && (!errors.As(err, &invalid) || invalid.Field != test.field):
			t.Errorf("%s: %v, want a fault of %s", test.name, err, test.field)
		}
	}
	if _, err := DecodeFacts("a1", []byte(`{"schema":`)); err == nil {
		t.Error("half a document is taken")
	}
}
