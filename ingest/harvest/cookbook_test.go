package harvest

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestForeignDocuments holds what becomes of the documents of the IIIF Cookbook and of
// a viewer's fixtures to testdata/manifests.txt, a line each: mapped, with its views,
// pictures and layers, what is refused of it and the fields it gives; a collection; or
// refused, with the reason.
func TestForeignDocuments(t *testing.T) {
	t.Parallel()
	root := testData(t, "iiif")
	var files []string
	for _, folder := range []string{"cookbook", "pv-fixtures"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 75+20 {
		t.Fatalf("found %d documents", len(files))
	}
	slices.Sort(files)
	shelf := newShelf(t)
	v := shelf.Vocabulary()
	var got strings.Builder
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s: ", filepath.ToSlash(rel))
		o, err := readJSON(path, data)
		if err == nil && o.kind() == kindCollection {
			list, next := members(o)
			fmt.Fprintf(&got, "collection of %d %s\n", len(list), next)
			continue
		}
		var m *manifest
		if err == nil {
			m, err = readManifest(path, o)
		}
		if err != nil {
			fmt.Fprintf(&got, "refused: %s: %s\n", refused(err).Code, refused(err).Why)
			continue
		}
		pictures, layers := 0, []string{}
		for n := range m.canvases {
			for _, b := range m.canvases[n].bodies {
				pictures += max(1, len(b.choices))
				for _, l := range layersOf(v, b.choices, "1") {
					layers = append(layers, string(l.Kind)+" "+l.Label.In("en"))
				}
			}
		}
		fmt.Fprintf(&got, "mapped: %d views, %d pictures", len(m.canvases), pictures)
		if len(layers) > 0 {
			fmt.Fprintf(&got, ", layers [%s]", strings.Join(layers, "; "))
		}
		if len(m.refused) > 0 {
			var codes []string
			for _, r := range m.refused {
				codes = append(codes, r.Code)
			}
			fmt.Fprintf(&got, ", refused [%s]", join(codes))
		}
		record := m.recordOf(v)
		settled, err := New(nil, shelf, Plan{Collection: "folk"}).settle(t.Context(), path, record)
		if err != nil {
			t.Errorf("%s: %v", rel, err)
			continue
		}
		fields, err := flatten(&settled)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, ", fields [%s]\n", join(sortedKeys(fields)))
	}
	golden := filepath.Join("testdata", "manifests.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	wanted := strings.Split(string(want), "\n")
	for n, line := range strings.Split(got.String(), "\n") {
		if n >= len(wanted) || line != wanted[n] {
			t.Errorf("line %d of %s:\ngot  %s\nwant %s", n+1, golden, line, append(wanted, "")[min(n, len(wanted))])
		}
	}
}
