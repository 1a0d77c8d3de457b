package ocfltest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/ocfl"
)

// when is the time at which all versions are made.
func when() time.Time { return time.Date(2026, 5, 18, 9, 30, 0, 0, time.UTC) }

// version makes a version of an object as an archive would: two small files that
// differ by what, and a master that comes from the store's key from.
func version(id string, head int, what, from string) ocfl.Version {
	v := ocfl.Version{
		Object: id, Head: head, Created: when(), Message: what, User: "ana", Address: "mailto:ana@example.org",
		Files: []ocfl.File{
			{Path: "metadata.json", Data: []byte(`{"titles":{"zh":"药师经变","en":"` + what + `"}}`)},
			{Path: "revisions/00001.jsonl", Data: []byte(what + " revision\n")},
			{Path: "empty", Data: []byte{}},
		},
	}
	if from != "" {
		v.Files = append(v.Files, ocfl.File{Path: "masters/a1/莫高窟 第220窟.tif", From: from})
	}
	return v
}

// content is what the files of a version hold.
func content(v ocfl.Version, master []byte) map[string]string {
	out := map[string]string{}
	for _, f := range v.Files {
		out[f.Path] = string(f.Data)
		if f.From != "" {
			out[f.Path] = string(master)
		}
	}
	return out
}

// readAll reads every file of an object's newest version.
func readAll(ctx context.Context, o *ocfl.Object) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range o.Paths() {
		body, err := o.Open(ctx, p)
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(body)
		if err := errors.Join(err, body.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		out[p] = string(data)
	}
	return out, nil
}

func mustPut(t *testing.T, s ocfl.Store, key string, data []byte) {
	t.Helper()
	if err := s.Put(t.Context(), key, bytes.NewReader(data), ocfl.PutOptions{Size: int64(len(data))}); err != nil {
		t.Fatal(err)
	}
}

func mustCreate(t *testing.T, s ocfl.Store, prefix string) *ocfl.Root {
	t.Helper()
	r, err := ocfl.Create(t.Context(), s, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Stops writes the first and the second version of objects, with a writer that is
// stopped after no call, after one, after two … until it comes through; before and
// after the last call took effect. Each time a reader finds the old state or the
// new one, whole; the same Write repeated, or another one, comes through; and then
// nothing is left that does not belong there.
func Stops(t *testing.T, store ocfl.Store, prefix string) {
	t.Helper()
	root := mustCreate(t, store, prefix+"/ocfl")
	masters := [][]byte{bytes.Repeat([]byte("master one "), 1000), bytes.Repeat([]byte("master two "), 1000)}
	for i, m := range masters {
		mustPut(t, store, fmt.Sprintf("%s/incoming/%d", prefix, i), m)
	}
	endless := &Stopping{Store: store}
	endless.Stop(1 << 40)
	batching := mustCreate(t, Batching{endless}, prefix+"/ocfl")
	for n := range 16 {
		if n == 8 {
			root = batching
		}
		s := &stop{t: t, store: store, root: root, prefix: prefix, masters: masters, second: n&1 != 0, late: n&2 != 0, other: n&4 != 0, batch: n&8 != 0}
		for ; !s.run(); s.after++ {
		}
	}
}

type stop struct {
	t                   *testing.T
	store               ocfl.Store
	root                *ocfl.Root
	prefix              string
	masters             [][]byte
	second, late, other bool
	batch               bool
	after               int64
}

// run is one stopped writer; it tells whether it was not stopped any more.
func (s *stop) run() bool {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	id := fmt.Sprintf("second=%v late=%v other=%v batch=%v after=%d", s.second, s.late, s.other, s.batch, s.after)
	old := version(id, 0, "first", s.prefix+"/incoming/0")
	v, master := old, s.masters[0]
	if s.second {
		if _, err := s.root.Write(ctx, old); err != nil {
			t.Fatalf("%s: first version: %v", id, err)
		}
		v, master = version(id, 1, "second", s.prefix+"/incoming/1"), s.masters[1]
		v.Files[1] = old.Files[1] // what did not change
	}
	stopping := &Stopping{Store: s.store, Late: s.late}
	stopping.Stop(1000)
	var wrapped ocfl.Store = stopping
	if s.batch {
		wrapped = Batching{stopping}
	}
	root := mustCreate(t, wrapped, s.prefix+"/ocfl")
	stopping.Stop(s.after)
	_, err := root.Write(ctx, v)
	if stopping.Lists() > 0 {
		t.Errorf("%s: writing listed the store", id)
	}
	done := err == nil
	if !done && !errors.Is(err, ErrStopped) {
		t.Fatalf("%s: %v", id, err)
	}
	// A reader.
	o, err := s.root.Object(ctx, id)
	switch {
	case errors.Is(err, archive.ErrNotFound) && !s.second && !done:
	case err != nil:
		t.Fatalf("%s: reading: %v", id, err)
	default:
		got, err := readAll(ctx, o)
		if err != nil {
			t.Fatalf("%s: reading version %d: %v", id, o.Head, err)
		}
		fresh := maps.Equal(got, content(v, master)) && o.Head == v.Head+1
		if stale := s.second && maps.Equal(got, content(old, s.masters[0])) && o.Head == 1; !fresh && !stale || done && !fresh {
			t.Fatalf("%s: version %d is neither the old one nor the new one", id, o.Head)
		}
		if o.Recovered != "" && s.second {
			t.Errorf("%s: recovered: %s", id, o.Recovered)
		}
	}
	s.next(id, v, master)
	return done
}

// next is the writer that comes after the stopped one.
func (s *stop) next(id string, v ocfl.Version, master []byte) {
	t, ctx := s.t, s.t.Context()
	t.Helper()
	if s.other {
		v.Head = ocfl.Any
		v.Files = slices.Clone(v.Files)
		v.Files[0].Data = []byte(`{"titles":{"en":"third"}}`)
		v.Files[3] = ocfl.File{Path: v.Files[3].Path, From: s.prefix + "/incoming/1"}
		master = s.masters[1]
	}
	w, err := s.root.Write(ctx, v)
	if err != nil {
		t.Fatalf("%s: the next writer: %v", id, err)
	}
	o, err := s.root.Object(ctx, id)
	if err != nil || o.Head != w.Version {
		t.Fatalf("%s: after the next writer: %+v, %v", id, o, err)
	}
	got, err := readAll(ctx, o)
	if err != nil || !maps.Equal(got, content(v, master)) {
		t.Fatalf("%s: after the next writer: %d files, %v", id, len(got), err)
	}
	if s.other {
		if err := s.root.Settle(ctx, id, ocfl.SettleOptions{}); err != nil {
			t.Fatalf("%s: settle: %v", id, err)
		}
	}
	report, err := s.root.Validate(ctx, id, ocfl.ValidateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		if !p.Warning() {
			t.Errorf("%s: %s", id, p)
		}
	}
	for info, err := range s.store.List(ctx, o.Dir()+"/") {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(info.Key, "/by-digest/") && !s.other && !s.late {
			t.Logf("%s: kept as %s", id, info.Key)
		}
	}
}

// Race lets eight writers write the same version at once, of new objects and of
// objects that are there: one succeeds, the others are told so, and what is there
// afterwards is what the one wrote.
func Race(t *testing.T, store ocfl.Store, prefix string) {
	t.Helper()
	ctx := t.Context()
	root := mustCreate(t, store, prefix+"/ocfl")
	const writers = 8
	for i := range writers {
		mustPut(t, store, fmt.Sprintf("%s/incoming/%d", prefix, i), []byte(strings.Repeat(fmt.Sprintf("master %d ", i), 500)))
	}
	for object := range 3 {
		id := fmt.Sprintf("raced-%d", object)
		for round := range 4 {
			var won atomic.Int32
			winner := atomic.Int32{}
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					w, err := root.Write(ctx, version(id, round, fmt.Sprintf("round %d by %d", round, i), fmt.Sprintf("%s/incoming/%d", prefix, (i+round)%writers)))
					switch {
					case err == nil && w.New && w.Version == round+1:
						won.Add(1)
						winner.Store(int32(i)) //nolint:gosec // below 8
					case !errors.Is(err, archive.ErrConflict):
						t.Errorf("writer %d: %+v, %v", i, w, err)
					}
				})
			}
			wg.Wait()
			if won.Load() != 1 {
				t.Fatalf("%s: %d writers wrote version %d", id, won.Load(), round+1)
			}
			i := int(winner.Load())
			want := content(version(id, round, fmt.Sprintf("round %d by %d", round, i), "x"), []byte(strings.Repeat(fmt.Sprintf("master %d ", (i+round)%writers), 500)))
			o, err := root.Object(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := readAll(ctx, o); err != nil || !maps.Equal(got, want) || o.Head != round+1 {
				t.Fatalf("%s: version %d is not what writer %d wrote: %v", id, o.Head, i, err)
			}
		}
		if err := root.Settle(ctx, id, ocfl.SettleOptions{}); err != nil {
			t.Fatal(err)
		}
		report, err := root.Validate(ctx, id, ocfl.ValidateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range report.Problems {
			if !p.Warning() {
				t.Errorf("%s: %s", id, p)
			}
		}
	}
}
