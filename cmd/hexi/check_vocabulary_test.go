package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/ingest/check"
)

// A bit of a vocabulary of the archive's own, or a file of it that is gone, is told with
// the place of what is preserved, and the index is not brought up to damaged labels. What
// was changed on purpose is preserved by the next start, and the index follows.
func TestCheckComparesVocabularies(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	words := fileOf(t, filepath.Join(data, "vocab"), "collection.csv", []byte("code,zh,en\nfolk,民间,Folk ways\n"))
	kept, err := os.ReadFile(words)
	if err != nil {
		t.Fatal(err)
	}
	checkArchive(t, flags)
	checked(t, 0, flags...)

	of := func(r *check.Report, code check.Code) *check.Difference {
		t.Helper()
		i := slices.IndexFunc(r.Differences, func(d check.Difference) bool { return d.Code == code })
		if i < 0 {
			t.Fatalf("%s is not told: %+v", code, r)
		}
		return &r.Differences[i]
	}
	t.Run("a flipped bit", func(t *testing.T) {
		flip(t, words, int64(strings.Index(string(kept), "ways")))
		for _, how := range [][]string{flags, append([]string{"--repair"}, flags...)} {
			r := checked(t, 3, how...)
			d := of(r, check.VocabularyDiffers)
			_, place, _ := strings.Cut(d.Do, "copy ")
			place, _, _ = strings.Cut(place, " of the object store")
			if got, err := os.ReadFile(filepath.Join(data, "objects", place)); err != nil || string(got) != string(kept) {
				t.Errorf("%q does not lead to what is preserved: %v", d.Do, err)
			}
			if d.Key != words || !strings.Contains(d.Why, "version 1 of package hexi:vocabularies") || d.Mended {
				t.Errorf("%+v", d)
			}
			if d := of(r, check.IndexStale); d.Mended || !strings.Contains(d.Do, "vocabularies first") || strings.Contains(d.Do, "--repair") {
				t.Errorf("the index goes before the vocabularies: %+v", d)
			}
		}
	})
	checked(t, 0, flags...) // nothing was preserved or indexed of it
	t.Run("a file that is gone", func(t *testing.T) {
		move(t, words, filepath.Join(t.TempDir(), "x"))
		if d := of(checked(t, 3, flags...), check.VocabularyDiffers); !strings.HasPrefix(d.Why, "it is not there") {
			t.Errorf("%+v", d)
		}
	})
	t.Run("a change that was meant", func(t *testing.T) {
		if err := os.WriteFile(words, []byte("code,zh,en\nfolk,民俗,Folk life\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		of(checked(t, 3, flags...), check.VocabularyDiffers)
		preserveAll(t, openedHouse(t, flags))
		r := checked(t, 0, append([]string{"--repair"}, flags...)...)
		if d := of(r, check.IndexStale); !d.Mended {
			t.Errorf("%+v", d)
		}
		checked(t, 0, flags...)
	})
}
