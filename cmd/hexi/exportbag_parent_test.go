package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// A bag of a collection that belongs to one which is not there says to take that one in
// first, and not to mend a sheet: there is none, and a bag must not be altered.
func TestBagOfACollectionWithoutItsWhole(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	lines := s.write("all.jsonl", `{"id":"outer","collection":"outer","kind":"collection","titles":{"zh":"外"}}`,
		`{"id":"inner","collection":"outer","kind":"collection","titles":{"zh":"内"}}`, `{"id":"x","collection":"inner","kind":"relic","titles":{"zh":"甲"}}`)
	s.counted("the records", s.ingest(lines), 3, 0, 0, 0)
	bags := filepath.Join(s.dir, "bags")
	if got := hexi(t, "export", "--to", bags, "--as", "bagit", "--per", "collection", "--data", s.data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	s.data = filepath.Join(s.dir, "other")
	r := s.ingest(filepath.Join(bags, "inner"))
	s.counted("the bag alone", r, 0, 0, 0, 2)
	for _, f := range r.Failed {
		if f.Field != "collection" || !strings.Contains(f.Do, "take in the bag of that collection first") || strings.Contains(f.Do, "sheet") {
			t.Errorf("%+v", f)
		}
	}
	s.counted("both", s.ingest(filepath.Join(bags, "inner"), filepath.Join(bags, "outer")), 3, 0, 0, 0)
}
