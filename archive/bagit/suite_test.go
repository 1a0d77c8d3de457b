package bagit_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"hexi/archive/bagit"
)

// suite unpacks the conformance suite and returns its folder and its index.
func suite(t *testing.T) (dir string, index [][]string) {
	t.Helper()
	data := os.Getenv("HEXI_TEST_DATA")
	if data == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set")
	}
	dir = t.TempDir()
	f, err := os.Open(filepath.Join(data, "preservation", "bagit-suite-open.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(name, 0o750)
		} else {
			var b []byte
			if b, err = io.ReadAll(r); err == nil {
				err = errors.Join(os.MkdirAll(filepath.Dir(name), 0o750), os.WriteFile(name, b, 0o600))
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	table, err := os.Open(filepath.Join(data, "preservation", "bagit-index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close() //nolint:errcheck // opened for reading only
	if index, err = csv.NewReader(table).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "bagit"), index[1:]
}

// Every bag of the conformance suite of the Library of Congress is judged as its index
// says. What is out of the bag on one system is refused on all: bags travel.
func TestSuite(t *testing.T) {
	dir, index := suite(t)
	if len(index) < 43 {
		t.Fatalf("the index has %d bags", len(index))
	}
	for _, row := range index {
		version, expected, name := row[0], row[1], row[2]
		t.Run(version+"/"+name, func(t *testing.T) {
			report, err := bagit.Validate(t.Context(), filepath.Join(dir, version, expected, name), bagit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			switch expected {
			case "valid":
				if !report.Valid() {
					t.Errorf("is valid, and has faults %v", report.Faults)
				}
			case "warning":
				if !report.Valid() || len(report.Warnings) == 0 {
					t.Errorf("is valid with warnings; faults %v, warnings %v", report.Faults, report.Warnings)
				}
			default:
				if report.Valid() {
					t.Errorf("is not valid, and nothing was found; warnings %v", report.Warnings)
				}
				for _, f := range report.Faults {
					if f.Why == "" || f.Code == "" {
						t.Errorf("a fault without a reason: %+v", f)
					}
				}
			}
			t.Log(report.Faults, report.Warnings)
		})
	}
}
