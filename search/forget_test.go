package search

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hexi/archive"
)

// erasing is a catalogue from which records are erased.
type erasing struct {
	records map[string]*archive.Entry
	log     []archive.Change
}

func (c *erasing) change(action archive.Action, id string) {
	c.log = append(c.log, archive.Change{Seq: int64(len(c.log) + 1), Action: action, Record: id})
}

func (c *erasing) Changes(_ context.Context, since int64, _ int) ([]archive.Change, error) {
	return c.log[since:], nil
}

func (c *erasing) LastChange(context.Context) (int64, error) { return int64(len(c.log)), nil }

func (c *erasing) Entries(_ context.Context, ids []string, _ bool) (out []*archive.Entry, err error) {
	for _, id := range ids {
		if e := c.records[id]; e != nil {
			out = append(out, e)
		}
	}
	return out, nil
}

func (c *erasing) List(_ context.Context, q archive.ListQuery) (out []*archive.Entry, err error) {
	for id, e := range c.records {
		if id > q.After {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b *archive.Entry) int { return bytes.Compare([]byte(a.Record.ID), []byte(b.Record.ID)) })
	return out, nil
}

func (c *erasing) Count(context.Context, archive.ListQuery) (int, error) { return len(c.records), nil }

// Erasures that follow each other cost one new index, which is made soon after the last,
// and not much later than the first however many follow. A process that ended before has
// it made up by the next.
func TestErasuresCostOneIndex(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), today
	source := &erasing{records: map[string]*archive.Entry{}}
	for i := range 60 {
		id := fmt.Sprintf("r-%02d", i)
		source.records[id] = entry(archive.Record{ID: id, Kind: "relic", Titles: archive.Text{"en": "Qwzxkvj"}})
		source.change(archive.ActionPublished, id)
	}
	open := func() *Index {
		t.Helper()
		ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary(), Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return ix
	}
	ix := open()
	defer func() { _ = ix.Close() }()
	index := func() string {
		t.Helper()
		path, err := currentPath(dir)
		if err != nil {
			t.Fatal(err)
		}
		return filepath.Base(path)
	}
	serve := func() string {
		t.Helper()
		if _, err := ix.Follow(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		if err := ix.Serve(t.Context(), source); err != nil {
			t.Fatal(err)
		}
		return index()
	}
	erase := func(id string) {
		delete(source.records, id)
		source.change(archive.ActionErased, id)
	}
	first := serve()
	for i := range 5 { // each before the time of the one before is over
		erase(fmt.Sprintf("r-%02d", i))
		if got := serve(); got != first {
			t.Fatalf("%s was made at erasure %d", got, i)
		}
		now = now.Add(forgetQuiet - time.Second)
	}
	if got := serve(); got != first {
		t.Fatalf("%s was made before it was quiet", got)
	}
	now = now.Add(time.Second)
	second := serve()
	if second == first {
		t.Fatal("no new index was made")
	}
	now = now.Add(time.Hour)
	if got := serve(); got != second {
		t.Fatalf("%s was made although nothing was erased", got)
	}
	// They do not end.
	begun, made := now, second
	for i := 5; made == second && i < 59; i++ {
		erase(fmt.Sprintf("r-%02d", i))
		made = serve()
		now = now.Add(forgetQuiet / 2)
	}
	if made == second || now.Sub(begun) > forgetLatest+forgetQuiet {
		t.Fatalf("%s is in use %s after the first", made, now.Sub(begun))
	}
	ix.compaction.going.Wait() // joining its parts would take out what is erased meanwhile
	// The process ends before it has done it.
	for id := range source.records {
		erase(id)
	}
	serve()
	if !held(t, dir, "qwzxkvj") {
		t.Fatal("nothing is in the index in a form in which it is looked for")
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	ix = open()
	serve()
	now = now.Add(forgetQuiet)
	if got := serve(); got == made || held(t, dir, "qwzxkvj") {
		t.Errorf("what was erased is still in %s", got)
	}
}

// held reports whether any file below a directory holds a word.
func held(t *testing.T, dir, word string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, []byte(word))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
