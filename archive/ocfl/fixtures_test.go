package ocfl_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hexi/archive/ocfl"
)

var codes = regexp.MustCompile(`[EW]\d{3}`)

// TestFixtures holds Validate to the public fixtures of OCFL: good objects have no
// problem, objects with warnings and bad objects have those that their names say.
func TestFixtures(t *testing.T) {
	t.Parallel()
	data := os.Getenv("HEXI_TEST_DATA")
	if data == "" {
		t.Skip("HEXI_TEST_DATA is not set")
	}
	store := newFolder(t)
	untar(t, filepath.Join(data, "preservation", "ocfl-fixtures-open.tar.gz"), store.path)
	f, err := os.Open(filepath.Join(data, "preservation", "ocfl-index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		spec, kind, name := row[0], row[1], row[2]
		t.Run(spec+"/"+name, func(t *testing.T) {
			report, err := ocfl.ValidateAt(t.Context(), store, "ocfl/"+spec+"/"+kind+"/"+name, ocfl.ValidateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var found []string
			for _, p := range report.Problems {
				found = append(found, p.Code)
			}
			slices.Sort(found)
			found = slices.Compact(found)
			var want []string
			if kind != "good-objects" {
				want = codes.FindAllString(name, -1)
				slices.Sort(want)
			}
			fail := report.Valid() != (kind != "bad-objects")
			for _, code := range want {
				fail = fail || !slices.Contains(found, code)
			}
			if kind != "bad-objects" && !slices.Equal(found, want) {
				fail = true
			}
			if fail {
				t.Errorf("found %v, want %v", found, want)
			}
			if fail || testing.Verbose() {
				for _, p := range report.Problems {
					t.Log(p)
				}
			}
		})
	}
	if len(rows) < 90 {
		t.Errorf("only %d fixtures were tried", len(rows)-1)
	}
}

// untar unpacks an archive, with its empty folders.
func untar(t *testing.T, name, to string) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, filepath.FromSlash(strings.TrimSuffix(h.Name, "/")))
		switch {
		case !filepath.IsLocal(h.Name):
			t.Fatalf("%s leads out", h.Name)
		case h.Typeflag == tar.TypeDir:
			err = os.MkdirAll(path, 0o750)
		default:
			var data []byte
			if data, err = io.ReadAll(r); err == nil {
				err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, data, 0o600))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
