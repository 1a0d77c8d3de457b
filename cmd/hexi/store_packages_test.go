package main

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/archive/ocfl/ocfltest"
)

// packageStores are the stores in which hexi keeps packages: a directory, and a
// fresh bucket of the real server that HEXI_TEST_S3 names.
func packageStores(t *testing.T) map[string]ocfl.Store {
	t.Helper()
	dir, err := objects.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = dir.Close() })
	out := map[string]ocfl.Store{"dir": packageStore{dir}}
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

// BenchmarkPackagesWrite writes packages of four small files into a directory, as
// records without masters have them, by two workers.
func BenchmarkPackagesWrite(b *testing.B) {
	dir, err := objects.OpenDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = dir.Close() })
	root, err := ocfl.Create(b.Context(), packageStore{dir}, packagesPrefix)
	if err != nil {
		b.Fatal(err)
	}
	when := time.Date(2026, 5, 18, 9, 30, 0, 0, time.UTC)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 2 {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				id := fmt.Sprintf("record-%d", i)
				file := func(path string, size int) ocfl.File {
					return ocfl.File{Path: path, Data: []byte(id + strings.Repeat("x", size))}
				}
				_, err := root.Write(b.Context(), ocfl.Version{
					Object: id, Created: when, Message: "received", User: "hexi", Address: "https://example.org",
					Files: []ocfl.File{file("metadata.json", 1500), file("package.json", 500), file("revisions/00001.jsonl", 1500), file("provenance.jsonl", 800)},
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packages/s")
}
