package search

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"hexi/archive"
)

// An index is looked at without being made, opened for writing or changed.
func TestInspect(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	if in, err := Inspect(dir); err != nil || in.Exists {
		t.Errorf("none: %+v, %v", in, err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("a directory was made")
	}
	ix, err := Open(t.Context(), dir, Options{Vocabulary: vocabulary()})
	if err != nil {
		t.Fatal(err)
	}
	if err := ix.apply(t.Context(), ix.bleve, []*archive.Entry{entry(archive.Record{ID: "a", Kind: "relic", Titles: archive.Text{"zh": "马"}})}, nil, 7); err != nil {
		t.Fatal(err)
	}
	if in, err := Inspect(dir); err != nil || !in.Exists || !in.InUse || time.Since(in.Written).Abs() > time.Minute {
		t.Errorf("in use: %+v, %v", in, err)
	}
	if err := ix.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if in, err := Inspect(dir); err != nil || in.InUse || in.Outdated || in.Seq != 7 || in.Records != 1 {
			t.Errorf("closed: %+v, %v", in, err)
		}
	}
}
