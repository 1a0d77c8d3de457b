package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/ocfl"
	"hexi/ingest"
	"hexi/ingest/packet"
)

// faultRounds is how many folders are taken in through a store that fails.
func faultRounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("HEXI_TEST_FAULTS")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HEXI_TEST_FAULTS: %q is no number of rounds", text)
	}
	return n
}

// namesThing finds a record, an asset, a key or a file in an error.
var namesThing = regexp.MustCompile(`s-\d+-\d+|\.jpg|incoming/|access/|asset a[0-9a-z]{10,}|sheet\.jsonl`)

// houseBehind opens the archive behind a store that fails: S3 behind a proxy, a directory
// within the process.
func houseBehind(t *testing.T, f *faults, flags []string) *house {
	t.Helper()
	if len(flags) > 2 {
		return houseAt(t, behindFaults(t, f, flags))
	}
	h := houseAt(t, flags)
	h.objects = faultyStore{h.objects, f}
	var err error
	if h.packages, err = ocfl.Open(t.Context(), packageStore{h.objects}, packagesPrefix); err != nil {
		t.Fatal(err)
	}
	h.pipeline = h.newPipeline()
	return h
}

// A store that is slow, refuses, breaks off, loses answers and cuts off bytes: what is
// taken in through it comes to its end by itself or by running the command again, what
// fails is told by file or row, nobody sees anything half, and nothing is damaged.
func TestStoreFaults(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		seed := uint64(time.Now().UnixNano()) //nolint:gosec // any number does
		if text := os.Getenv("HEXI_TEST_SEED"); text != "" {
			n, err := strconv.ParseUint(text, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			seed = n
		}
		f := newFaults(seed)
		t.Logf("HEXI_TEST_SEED=%d", seed)
		h := houseBehind(t, f, flags)
		clean := houseAt(t, flags)
		defer clean.Close() //nolint:errcheck // the test has what it wants
		watching, stopWatching := context.WithCancel(t.Context())
		watched := make(chan int)
		go func() { watched <- watchPackages(watching, t, clean) }()
		l := &killLoop{t: t, dir: t.TempDir()} // for its sheets
		env := &environment{getenv: func(string) string { return "" }, stdout: new(bytes.Buffer), stderr: new(bytes.Buffer)}
		runs := 0
		for round := range faultRounds(t) {
			f.set(8)
			dir := l.sheet(round)
			for try := 1; ; try++ {
				if runs++; try == 6 {
					f.set(0) // the faults stop
				}
				report, err := env.ingest(t.Context(), h, ingest.Request{Paths: []string{dir, filepath.Join(dir, "sheet.jsonl")}, Collection: "folk", Publish: true})
				if err == nil && len(report.Failed) == 0 && report.Packages.Waiting == 0 {
					break
				}
				if err != nil && !namesThing.MatchString(err.Error()) {
					t.Errorf("the error names neither record nor file: %v", err)
				}
				if report != nil {
					for _, item := range report.Failed {
						if item.Item == "" || item.Why == "" {
							t.Errorf("it is not told what failed: %+v", item)
						}
					}
				}
				if try > 6 {
					t.Fatalf("round %d does not come to its end without faults: %+v, %+v, %v", round, report, report.Packages, err)
				}
			}
		}
		stopWatching()
		t.Logf("%d rounds took %d commands; of %d calls failed: %v; packages were looked at %d times", faultRounds(t), runs, f.calls.Load(), f.made, <-watched)
		if len(f.made) < 4 {
			t.Errorf("hardly any faults: %v", f.made)
		}
		f.set(0)
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		preserveAll(t, clean)
		for round := range faultRounds(t) {
			proveSheet(t, l, clean, round)
		}
		sound(t, clean)
		if got := hexi(t, append([]string{"reindex"}, flags...)...); got.status != exitDone {
			t.Errorf("reindex: %+v", got)
		}
		if got := hexi(t, append([]string{"check"}, flags...)...); got.status != exitDone {
			t.Errorf("check: %+v", got)
		}
	})
}

// proveSheet proves that each row of a sheet is there, published, with its master byte
// for byte and its access copy.
func proveSheet(t *testing.T, l *killLoop, h *house, batch int) {
	t.Helper()
	for i := range inSheet {
		id := fmt.Sprintf("s-%d-%d", batch, i)
		want, err := os.ReadFile(filepath.Join(l.dir, strconv.Itoa(batch), fmt.Sprintf("%d-%d.jpg", batch, i)))
		if err != nil {
			t.Fatal(err)
		}
		e, err := h.archive.PublicRecord(t.Context(), id)
		if err != nil || e.Revision != 1 || len(e.Assets) != 1 || e.Assets[0].State != archive.AssetReady {
			t.Errorf("%s: %+v, %v", id, e, err)
			continue
		}
		asset, err := h.archive.Asset(t.Context(), e.Assets[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := readAll(t.Context(), h.objects, asset.Master.Key); err != nil || !bytes.Equal(got, want) {
			t.Errorf("the master of %s, at %s: %d bytes of %d, %v", id, asset.Master.Key, len(got), len(want), err)
		}
	}
}

// watchPackages looks at packages again and again while they are written: each is whole
// or not there.
func watchPackages(ctx context.Context, t *testing.T, h *house) (looks int) {
	for ctx.Err() == nil {
		for i := range inSheet {
			id := fmt.Sprintf("s-0-%d", i)
			object, err := h.packages.Object(ctx, id)
			if err == nil {
				_, err = packet.Read(ctx, object, id)
				looks++
			}
			if err != nil && !errors.Is(err, archive.ErrNotFound) && ctx.Err() == nil {
				t.Errorf("a package that is being written: %v", err)
			}
		}
		time.Sleep(30 * time.Millisecond)
	}
	return looks
}

// Nothing lists the object store when something is taken in, published, edited or
// preserved, and by a server that starts; only one that starts with an empty database looks
// once whether there are packages of one that was lost.
func TestNothingIsListed(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		f := newFaults(1)
		h := houseBehind(t, f, flags)
		if n := f.lists.Load(); n > 1 {
			t.Errorf("an empty archive listed the store %d times", n)
		}
		f.lists.Store(0)
		l := &killLoop{t: t, dir: t.TempDir()}
		env := &environment{getenv: func(string) string { return "" }, stdout: new(bytes.Buffer), stderr: new(bytes.Buffer)}
		for range 2 { // new, and again
			dir := l.sheet(0)
			report, err := env.ingest(t.Context(), h, ingest.Request{Paths: []string{dir, filepath.Join(dir, "sheet.jsonl")}, Collection: "folk", Publish: true})
			if err != nil || len(report.Failed) > 0 || report.Packages.Waiting > 0 {
				t.Fatalf("%+v, %v", report, err)
			}
		}
		e, err := h.archive.Record(t.Context(), "s-0-1")
		if err != nil {
			t.Fatal(err)
		}
		e.Record.Titles["en"] = "Edited"
		if _, err := h.archive.Save(t.Context(), "li", archive.Draft{Record: e.Record, Publish: true}); err != nil {
			t.Fatal(err)
		}
		if err := h.archive.Withdraw(t.Context(), "li", "s-0-2"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.pipeline.Receive(t.Context(), "li", "s-0-3", fileFrom(filepath.Join(l.dir, "0", "0-1.jpg"), "0-3.jpg"), "b"); err != nil {
			t.Fatal(err)
		}
		preserveAll(t, h)
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		h = houseBehind(t, f, flags)
		defer h.Close() //nolint:errcheck // the test has what it wants
		if n := f.lists.Load(); n != 0 || f.calls.Load() < 40 {
			t.Errorf("the store was listed %d times in %d calls", n, f.calls.Load())
		}
		for _, err := range h.objects.List(t.Context(), "ocfl/") {
			if err != nil {
				t.Fatal(err)
			}
		}
		if f.lists.Load() == 0 {
			t.Error("a listing was not counted")
		}
	})
}
