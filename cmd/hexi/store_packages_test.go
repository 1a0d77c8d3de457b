package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"testing"

	"hexi/archive/objects"
	"hexi/archive/ocfl/ocfltest"
)

// packageStores are the stores in which hexi keeps packages: a directory, and a
// fresh bucket of the real server that HEXI_TEST_S3 names.
func packageStores(t *testing.T) map[string]packageStore {
	t.Helper()
	dir, err := objects.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	out := map[string]packageStore{"dir": {dir}}
	address := os.Getenv("HEXI_TEST_S3")
	if address == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_S3 is not set: a skipped S3 server is a failure in CI")
		}
		return out
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = fmt.Sprintf("/packages-%08x", rand.Uint32())
	s3, err := objects.OpenS3(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	out["s3"] = packageStore{s3}
	return out
}

func TestPackagesWritersStop(t *testing.T) {
	t.Parallel()
	for name, store := range packageStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ocfltest.Stops(t, store, packagesPrefix)
		})
	}
}

func TestPackagesRace(t *testing.T) {
	t.Parallel()
	for name, store := range packageStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ocfltest.Race(t, store, packagesPrefix)
		})
	}
}
