package search

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

// filled makes an index of some records in a directory, closed in good order.
func filled(t *testing.T, dir string, source *ledger) {
	t.Helper()
	ix := opened(t, dir)
	if _, err := ix.Follow(t.Context(), source); err != nil {
		t.Fatal(err)
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, dir string) *Index {
	t.Helper()
	ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary(), Archive: "this"})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func horses(ids ...string) *ledger {
	source := &ledger{}
	for _, id := range ids {
		source.put(titled(id, "马"+id))
	}
	for i := range source.log {
		source.log[i].Hash = fmt.Sprintf("hash-%d", i)
	}
	return source
}

// Whatever becomes of the files of an index, it opens; what is damaged is set aside, made
// anew, and said meanwhile, and no more than the last one is kept of what was set aside.
func TestDamagedIndex(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	file := func(pattern string) func(t *testing.T, dir string) string {
		return func(t *testing.T, dir string) string {
			t.Helper()
			path, err := currentPath(dir)
			if err != nil {
				t.Fatal(err)
			}
			found, err := filepath.Glob(filepath.Join(path, pattern))
			if err != nil || len(found) == 0 {
				t.Fatalf("%s: %v, %v", pattern, found, err)
			}
			return found[0]
		}
	}
	segment, table, meta, index := file(storeDir+"/*.zap"), file(storeDir+"/"+tableFile), file(metaFile), file("../index-*[0-9]")
	now := func(_ *testing.T, dir string) string { return filepath.Join(dir, current) }
	cut := func(to int64) func(string) error {
		return func(path string) error { return os.Truncate(path, to) }
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	flip := func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b[len(b)/3] ^= 4
		return os.WriteFile(path, b, 0o600)
	}
	emptied := func(path string) error {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
		return os.Mkdir(path, 0o700)
	}
	for name, test := range map[string]struct {
		of    func(t *testing.T, dir string) string
		harm  func(path string) error
		aside int
	}{
		"a segment is cut":               {segment, cut(100), 1},
		"a segment is empty":             {segment, cut(0), 1},
		"a bit of a segment":             {segment, flip, 1},
		"a segment is lost":              {segment, os.Remove, 1},
		"the table is cut":               {table, cut(20_000), 1},
		"the table is empty":             {table, cut(0), 1},
		"the table is lost":              {table, os.Remove, 1},
		"a bit of the table":             {table, flip, 1},
		"the table is a directory":       {table, emptied, 1},
		"the description is lost":        {meta, os.Remove, 1},
		"the description says nothing":   {meta, write("{"), 1},
		"the directory is empty":         {index, emptied, 1},
		"the directory is lost":          {index, os.RemoveAll, 0},
		"it is not said which":           {now, os.Remove, 0},
		"none is named":                  {now, write(""), 0},
		"what is named is elsewhere":     {now, write("../../outside"), 0},
		"what is named is the directory": {now, write("."), 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			filled(t, dir, source)
			for range 2 { // it happens again
				if err := test.harm(test.of(t, dir)); err != nil {
					t.Fatal(err)
				}
				ix := opened(t, dir)
				why, err := ix.Prepare(t.Context(), source)
				if err != nil || why == "" || !ix.Indexing().Nothing() {
					t.Fatalf("nothing is said: %q, %+v, %v", why, ix.Indexing(), err)
				}
				if got, err := ix.Search(t.Context(), Query{}); err != nil || got.Indexing == nil || got.Indexing.Of != 3 {
					t.Errorf("an answer does not say that the index is being made: %+v, %v", got, err)
				}
				if err := ix.Make(t.Context(), source); err != nil {
					t.Fatal(err)
				}
				if got, err := ix.Search(t.Context(), Query{}); err != nil || got.Total != 3 || got.Indexing != nil {
					t.Errorf("after it was made: %+v, %v", got, err)
				}
				if err := ix.Close(); err != nil {
					t.Fatal(err)
				}
				aside, err := filepath.Glob(filepath.Join(dir, "*"+damagedSuffix))
				all, allErr := filepath.Glob(filepath.Join(dir, "index-*"))
				if err != nil || allErr != nil || len(aside) != test.aside || len(all) != 1+test.aside {
					t.Errorf("%v are set aside of %v, %v %v", aside, all, err, allErr)
				}
			}
			if got, err := CompareClosed(t.Context(), dir, Options{Vocabulary: vocabulary()}, source); err != nil || len(got.Faults) > 0 || got.Documents != 3 {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

// An index that was not closed in good order has no sum of its table of contents: a bit of
// it that is wrong is found, or does no harm that a comparison would not find.
func TestDamagedTable(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	whole := filepath.Join(t.TempDir(), "index")
	filled(t, whole, source)
	path, err := currentPath(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(path, sumFile)); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(path, storeDir, tableFile))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	var used []int // a page that holds nothing says nothing
	for i, b := range table {
		if b != 0 {
			used = append(used, i)
		}
	}
	for n := 0; n < len(used); n += 1 + len(used)/60 {
		dir := filepath.Join(t.TempDir(), "index")
		if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		bad := slices.Clone(table)
		bad[used[n]] ^= 0x40
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(path), storeDir, tableFile), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		ix := opened(t, dir)
		why, err := ix.Prepare(t.Context(), source)
		if err != nil {
			t.Fatalf("byte %d: %v", used[n], err)
		}
		if why != "" {
			found++
			if err := ix.Make(t.Context(), source); err != nil {
				t.Fatalf("byte %d: %v", used[n], err)
			}
		}
		if _, err := ix.Compare(t.Context(), source, true); err != nil {
			t.Fatalf("byte %d: %v", used[n], err)
		}
		if got := ids(t, ix, Query{}); len(got) != 3 {
			t.Errorf("byte %d: %v", used[n], got)
		}
		if err := ix.Close(); err != nil {
			t.Errorf("byte %d: %v", used[n], err)
		}
	}
	if found == 0 {
		t.Error("nothing was found")
	}
}

// An index that is not of this catalogue as it is now is not answered from.
func TestIndexOfAnother(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	another := horses("a", "b", "c", "d")
	another.log[2].Hash = "another"
	for name, test := range map[string]struct {
		opts   Options
		source *ledger
		says   string
	}{
		"the same":                      {Options{Archive: "this"}, source, ""},
		"it has gone on":                {Options{Archive: "this"}, horses("a", "b", "c", "d"), ""},
		"nobody asks whose it is":       {Options{}, source, ""},
		"another archive":               {Options{Archive: "that"}, source, "another archive"},
		"an earlier state of the log":   {Options{Archive: "this"}, horses("a", "b"), "the log ends at 2"},
		"an earlier state that went on": {Options{Archive: "this"}, another, "another one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			filled(t, dir, source)
			test.opts.Vocabulary = vocabulary()
			ix, err := Open(t.Context(), dir, test.opts)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = ix.Close() }()
			why, err := ix.Prepare(t.Context(), test.source)
			if err != nil || (why == "") != (test.says == "") || !strings.Contains(why, test.says) {
				t.Fatalf("%q, %v", why, err)
			}
			if got := ids(t, ix, Query{}); (len(got) == 0) != (test.says != "") {
				t.Errorf("it answers with %v", got)
			}
			if _, err := ix.Follow(t.Context(), test.source); err != nil {
				t.Fatal(err)
			}
			if got := ids(t, ix, Query{}); len(got) != len(test.source.entries) {
				t.Errorf("afterwards it answers with %v", got)
			}
			if i := ix.Indexing(); i != nil {
				t.Errorf("%+v", i)
			}
		})
	}
}

// An index of an earlier schema answers while a new one is made, and follows the log
// meanwhile; one that the present code cannot read does not.
func TestEarlierSchema(t *testing.T) {
	t.Parallel()
	for schema, readable := range map[string]bool{"11": true, "1": false, "999": false} {
		t.Run(schema, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			source := horses("a", "b", "c")
			filled(t, dir, source)
			ix := opened(t, dir)
			if err := ix.bleve.SetInternal([]byte(schemaKey), []byte(schema)); err != nil {
				t.Fatal(err)
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
			ix = opened(t, dir)
			defer func() { _ = ix.Close() }()
			why, err := ix.Prepare(t.Context(), source)
			if err != nil || !strings.Contains(why, "schema "+schema) {
				t.Fatalf("%q, %v", why, err)
			}
			got, err := ix.Search(t.Context(), Query{Text: "马"})
			if err != nil || got.Indexing == nil || got.Indexing.Old != readable || got.Indexing.Of != 3 || (got.Total == 3) != readable {
				t.Fatalf("%+v %+v, %v", got, got.Indexing, err)
			}
			if readable {
				delete(source.entries, "a") // withdrawn
				source.log = append(source.log, archive.Change{Seq: 4, Record: "a"})
				if _, err := ix.Follow(t.Context(), source); err != nil {
					t.Fatal(err)
				}
				if got, err := ix.Search(t.Context(), Query{Text: "马"}); err != nil || got.Total != 2 || !got.Indexing.Old {
					t.Errorf("what was withdrawn meanwhile: %+v, %v", got, err)
				}
			}
			if err := ix.Make(t.Context(), source); err != nil {
				t.Fatal(err)
			}
			got, err = ix.Search(t.Context(), Query{Text: "马"})
			if err != nil || got.Indexing != nil || got.Total != uint64(len(source.entries)) {
				t.Errorf("%+v, %v", got, err)
			}
			version, err := ix.bleve.GetInternal([]byte(schemaKey))
			if err != nil || string(version) != schemaVersion {
				t.Errorf("%s, %v", version, err)
			}
		})
	}
}

// An index of an earlier schema does not answer meanwhile where it has followed another log
// than that of the catalogue: with a new version a database was put back, too.
func TestEarlierSchemaOfAnotherState(t *testing.T) {
	t.Parallel()
	source := horses("a", "b", "c")
	another := horses("a", "b", "d", "e")
	another.log[2].Hash = "another"
	for name, test := range map[string]struct {
		source *ledger
		says   string
	}{
		"an earlier state":              {horses("a", "b"), "the log ends at 2"},
		"an earlier state that went on": {another, "another one"},
		"nothing":                       {&ledger{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			filled(t, dir, source)
			ix := opened(t, dir)
			if err := ix.bleve.SetInternal([]byte(schemaKey), []byte(answering[0])); err != nil {
				t.Fatal(err)
			}
			if err := ix.Close(); err != nil {
				t.Fatal(err)
			}
			ix = opened(t, dir)
			defer func() { _ = ix.Close() }()
			why, err := ix.Prepare(t.Context(), test.source)
			if err != nil || (why == "") != (test.says == "") || !strings.Contains(why, test.says) {
				t.Fatalf("%q, %v", why, err)
			}
			if got, err := ix.Search(t.Context(), Query{}); err != nil || got.Total != 0 || got.Indexing.Nothing() != (test.says != "") {
				t.Errorf("it answers with %d, %+v, %v", got.Total, got.Indexing, err)
			}
			if err := ix.Make(t.Context(), test.source); err != nil {
				t.Fatal(err)
			}
			if got := ids(t, ix, Query{}); len(got) != len(test.source.entries) || ix.Indexing() != nil {
				t.Errorf("afterwards it answers with %v, %+v", got, ix.Indexing())
			}
		})
	}
}

// Of an archive without records an empty index is all that there is.
func TestIndexOfNothing(t *testing.T) {
	t.Parallel()
	ix := opened(t, filepath.Join(t.TempDir(), "index"))
	defer func() { _ = ix.Close() }()
	if why, err := ix.Prepare(t.Context(), &ledger{}); err != nil || why != "" || ix.Indexing() != nil {
		t.Errorf("%q, %+v, %v", why, ix.Indexing(), err)
	}
}

// An index that does not say who may see what is not answered from, whatever is said of its
// schema.
func TestSchemaWithoutTiers(t *testing.T) {
	t.Parallel()
	ix := memory(t, entry(archive.Record{ID: "a", Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": "马"}}))
	for schema, want := range map[string]bool{"11": true, "8": false} {
		if ok, err := answers(schema, ix.bleve); err != nil || ok != want {
			t.Errorf("schema %s: %v, %v", schema, ok, err)
		}
	}
	bare := memory(t)
	p, err := bare.prepare(entry(archive.Record{ID: "a", Kind: "relic", Collection: "folk", Titles: archive.Text{"zh": "马"}}))
	if err != nil {
		t.Fatal(err)
	}
	delete(p.values, fieldTier)
	if err := bare.write(bare.bleve, []*prepared{p}, nil, 1, ""); err != nil {
		t.Fatal(err)
	}
	if ok, err := answers("11", bare.bleve); err != nil || ok {
		t.Errorf("without tiers: %v, %v", ok, err)
	}
}
