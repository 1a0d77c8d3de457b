package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/ingest/packet"
)

var errStopped = errors.New("the process was stopped here")

// stopping is an object store for a process that is stopped after some writes: nothing
// that it does then has an effect.
type stopping struct {
	objects.Store
	left atomic.Int64
}

func stopAfter(store objects.Store, writes int) *stopping {
	s := &stopping{Store: store}
	s.left.Store(int64(writes))
	return s
}

func (s *stopping) stop() error {
	if s.left.Add(-1) < 0 {
		return errStopped
	}
	return nil
}

func (s *stopping) Put(ctx context.Context, key string, r io.Reader, opts objects.PutOptions) (objects.Info, error) {
	if err := s.stop(); err != nil {
		return objects.Info{}, err
	}
	return s.Store.Put(ctx, key, r, opts)
}

func (s *stopping) Delete(ctx context.Context, key string) error {
	if err := s.stop(); err != nil {
		return err
	}
	return s.Store.Delete(ctx, key)
}

func (s *stopping) List(ctx context.Context, prefix string) iter.Seq2[objects.Info, error] {
	if s.left.Load() < 0 {
		return func(yield func(objects.Info, error) bool) { yield(objects.Info{}, errStopped) }
	}
	return s.Store.List(ctx, prefix)
}

// markedErased is what the packages say was erased.
func markedErased(t *testing.T, root *ocfl.Root) []string {
	t.Helper()
	if err := root.Finish(t.Context(), archive.PackageErased); err != nil {
		t.Fatal(err)
	}
	object, err := root.Object(t.Context(), archive.PackageErased)
	if errors.Is(err, archive.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	stones, err := packet.ReadErased(t.Context(), object)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, stone := range stones {
		ids = append(ids, stone.Record)
	}
	return ids
}

// Erasures are stopped after each single write, and then the database is lost. What the
// packages say was erased never comes back, and nothing of it is left once the jobs ran;
// what was not erased yet as far as they know is back whole.
func TestErasedStaysErased(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		const records = 30
		dir := t.TempDir()
		var sheet strings.Builder
		for i := range records {
			name := fmt.Sprintf("%02d.jpg", i)
			fileOf(t, dir, name, photo(t, 3*i+1, 300, 200+i))
			fmt.Fprintf(&sheet, `{"id":"e-%02d","kind":"relic","titles":{"zh":"机密第%d件"},"files":[%q]}`+"\n", i, i, name)
		}
		sheet.WriteString(`{"id":"stays","kind":"relic","titles":{"zh":"留下"}}` + "\n")
		fileOf(t, dir, "sheet.jsonl", []byte(sheet.String()))
		if got := hexi(t, append([]string{"ingest", dir, filepath.Join(dir, "sheet.jsonl"), "--collection", "folk", "--publish"}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		h := houseAt(t, flags)
		assets := map[string]string{} // by record
		whole := h.objects
		erased := 0
		for i := records - 1; i >= 0; i-- {
			id := fmt.Sprintf("e-%02d", i)
			e, err := h.archive.Record(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			assets[id] = e.Assets[0].ID
			if err := h.archive.Erase(t.Context(), "root", id, "a court has ordered it"); err != nil {
				t.Fatal(err)
			}
			h.objects = stopAfter(whole, i)
			if h.packages, err = ocfl.Open(t.Context(), packageStore{h.objects}, packagesPrefix); err != nil {
				t.Fatal(err)
			}
			h.pipeline = h.newPipeline()
			switch err := h.workErase(t.Context(), archive.Job{Kind: archive.JobErase, Record: id}); {
			case err == nil:
				erased++
			case !errors.Is(err, errStopped):
				t.Fatalf("%s: %v", id, err)
			}
		}
		if erased == 0 || erased > records-8 {
			t.Errorf("%d of %d erasures came to their end; the test means to stop at each step", erased, records)
		}
		root, err := ocfl.Open(t.Context(), packageStore{whole}, packagesPrefix)
		if err != nil {
			t.Fatal(err)
		}
		marked := markedErased(t, root)
		if len(marked) < erased || len(marked) == records {
			t.Errorf("%d are marked, %d were erased, of %d", len(marked), erased, records)
		}
		h.objects = whole
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}

		flags = lose(t, flags)
		r, got := rebuild(t, flags)
		if got.status != exitDone || r.Erased != len(marked) || r.Records != records+1-len(marked) {
			t.Fatalf("%d marked: %+v, %s", len(marked), r, got.stderr)
		}
		h = houseAt(t, flags)
		defer h.Close() //nolint:errcheck // the test has what it wants
		preserveAll(t, h)
		left := map[string]bool{} // asset ids and folders of packages
		for info, err := range h.objects.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(info.Key, "/") {
				left[part] = true
			}
		}
		for id, asset := range assets {
			gone := slices.Contains(marked, id)
			_, err := h.archive.Record(t.Context(), id)
			_, packageErr := h.packages.Object(t.Context(), id)
			folder, pathErr := h.packages.Path(t.Context(), id)
			if pathErr != nil {
				t.Fatal(pathErr)
			}
			if erased := new(archive.GoneError); gone != (errors.As(err, &erased) && erased.Tombstone.Purged) || gone != errors.Is(packageErr, archive.ErrNotFound) ||
				gone == left[asset] || gone == left[filepath.Base(folder)] || !gone && err != nil {
				t.Errorf("%s, marked %v: %v; %v; asset left %v, package left %v", id, gone, err, packageErr, left[asset], left[filepath.Base(folder)])
			}
		}
		if got := markedErased(t, h.packages); !slices.Equal(got, marked) {
			t.Errorf("marked %v, before %v", got, marked)
		}
		again := hexi(t, append([]string{"ingest", dir, filepath.Join(dir, "sheet.jsonl"), "--collection", "folk"}, flags...)...)
		if n := strings.Count(again.stdout+again.stderr, "was erased"); again.status != exitPart || n < len(marked) {
			t.Errorf("the same sheet again: %d are told to be erased: %+v", n, again)
		}
		if got := hexi(t, append([]string{"reindex"}, flags...)...); got.status != exitDone {
			t.Errorf("reindex: %+v", got)
		}
		if got := hexi(t, append([]string{"check"}, flags...)...); got.status != exitDone {
			t.Errorf("check: %+v", got)
		}
	})
}

// A list of what was erased that is damaged ends a rebuild: nothing comes back that was
// to be forgotten.
func TestRebuildNeedsTheErased(t *testing.T) {
	data := filepath.Join(t.TempDir(), "archive")
	sheet := fileOf(t, t.TempDir(), "sheet.jsonl", []byte(`{"id":"a","collection":"folk","kind":"relic","titles":{"zh":"甲"}}`+"\n"+`{"id":"b","collection":"folk","kind":"relic","titles":{"zh":"乙"}}`+"\n"))
	flags := []string{"--data", data}
	if got := hexi(t, append([]string{"ingest", sheet, "--publish"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, append([]string{"erase", "a", "--reason", "a court has ordered it", "--yes"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	h := houseAt(t, flags)
	object, err := h.packages.Object(t.Context(), archive.PackageErased)
	if err != nil {
		t.Fatal(err)
	}
	key, err := object.Key(packet.ErasedPath)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	flags = lose(t, flags)
	path := filepath.Join(data, "objects", filepath.FromSlash(key))
	flipOnce(t, path, 40)
	if _, got := rebuild(t, flags); got.status != exitFailed || !strings.Contains(got.stderr, "hexi:erased") || !strings.Contains(got.stderr, "bring it back from a copy") {
		t.Errorf("with a damaged list: %+v", got)
	}
	flipOnce(t, path, 40)
	if r, got := rebuild(t, flags); got.status != exitDone || r.Erased != 1 || r.Records != 1 {
		t.Errorf("when it is mended: %+v, %+v", r, got)
	}
}
