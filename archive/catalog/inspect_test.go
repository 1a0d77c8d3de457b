package catalog

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
)

// TestInspect: looking at a catalogue tells what it is, and makes nothing.
func TestInspect(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := empty(t, kind)
			in, err := Inspect(t.Context(), address)
			if kind == "sqlite" {
				path := strings.TrimPrefix(address, "sqlite:")
				if !errors.Is(err, archive.ErrNotFound) {
					t.Errorf("no file: %v", err)
				}
				if _, err := os.Stat(filepath.Dir(path)); err == nil {
					t.Error("a directory was made")
				}
			} else if err != nil || in.Schema != 0 || in.Jobs != 0 || in.ReadOnly != "" {
				t.Errorf("an empty database: %+v, %v", in, err)
			}
			c := open(t, address)
			save(t, newArchive(c), archive.Draft{Record: record("x")})
			in, err = Inspect(t.Context(), address)
			if err != nil || in.Kind != kind || in.Version == "" || in.Schema != in.Known || in.Jobs != in.KnownJobs || in.LastChange != 1 || in.ReadOnly != "" {
				t.Errorf("%+v, %v", in, err)
			}
			if n, err := c.version(t.Context(), "hexi_doctor", "SELECT 1"); n != 0 || err != nil {
				t.Errorf("the table of the trial stayed: %d, %v", n, err)
			}
		})
	}
	if _, err := Inspect(t.Context(), "postgres://hexi:secret@127.0.0.1:1/x"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("no server: %v", err)
	}
}

func TestInspectReadOnly(t *testing.T) {
	t.Parallel()
	if os.Getenv("HEXI_TEST_POSTGRES") == "" {
		t.Skip("HEXI_TEST_POSTGRES is not set; make test starts a PostgreSQL")
	}
	address := fresh(t, "postgres")
	name := address[strings.LastIndexByte(address, '/')+1:]
	name, _, _ = strings.Cut(name, "?")
	administer(os.Getenv("HEXI_TEST_POSTGRES"), "ALTER DATABASE "+name+" SET default_transaction_read_only = on")
	in, err := Inspect(t.Context(), address)
	if err != nil || !strings.Contains(in.ReadOnly, "read-only") {
		t.Errorf("%+v, %v", in, err)
	}
}
