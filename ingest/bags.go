package ingest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"hexi/archive/bagit"
)

// bagRecords is where hexi's own bags have their records, below data/.
const bagRecords = "records.jsonl"

// takeBags validates the bags that were given. What is in a valid one is taken like a
// sheet with its folder, where it has records of hexi's, else like a folder; of one that
// is not valid nothing is taken, and every fault is in the report.
func (r *run) takeBags(ctx context.Context) error {
	var own []bagSheet
	for _, dir := range r.found.bags {
		report, err := bagit.Validate(ctx, dir, bagit.Options{})
		if err != nil {
			return err
		}
		for _, f := range report.Warnings {
			r.report.note(Item{Item: inBag(dir, f.Path), Code: "bag-" + f.Code, Why: f.Why})
		}
		for _, f := range report.Faults {
			r.report.fail(Item{Item: inBag(dir, f.Path), Code: "bag-" + f.Code, Why: f.Why,
				Do: "copy the bag again from its source, or ask whoever made it; nothing was taken from it"})
		}
		if !report.Valid() {
			continue
		}
		data := filepath.Join(dir, "data")
		if err := r.found.walk(data, true); err != nil {
			return err
		}
		sheet := filepath.Join(data, bagRecords)
		switch _, err := os.Lstat(sheet); {
		case err == nil:
			own = append(own, readBagSheet(sheet))
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("look into bag: %w", err)
		}
	}
	for _, sheet := range inOrder(own) {
		r.found.sheets = append(r.found.sheets, sheet.path)
		r.found.ofBag[sheet.path] = true
	}
	return nil
}

// inBag names a file of a bag, or the bag.
func inBag(dir, path string) string {
	if path == "" {
		return dir
	}
	return dir + ": " + path
}

// bagSheet is the records of a bag. Collection and in are of its first record, where that
// is one of kind collection: its id, and the collection that it belongs to itself.
type bagSheet struct {
	path, collection, in string
}

func readBagSheet(path string) bagSheet {
	s := bagSheet{path: path}
	f, err := os.Open(path)
	if err != nil {
		return s // said when it is read
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	var first struct{ ID, Collection, Kind string }
	if json.NewDecoder(bufio.NewReader(f)).Decode(&first) == nil && first.Kind == "collection" {
		s.collection, s.in = first.ID, first.Collection
	}
	return s
}

// inOrder puts bags of collections before those of their records, whatever order they
// were given in, and each collection after the one that it belongs to.
func inOrder(sheets []bagSheet) []bagSheet {
	waiting := map[string]bool{}
	for _, s := range sheets {
		if s.collection != "" {
			waiting[s.collection] = true
		}
	}
	var out []bagSheet
	for len(waiting) > 0 {
		before := len(waiting)
		for _, s := range sheets {
			if waiting[s.collection] && (s.in == s.collection || !waiting[s.in]) {
				out = append(out, s)
				delete(waiting, s.collection)
			}
		}
		if len(waiting) == before { // a circle: in the order given
			clear(waiting)
		}
	}
	return append(out, slices.DeleteFunc(slices.Clone(sheets), func(s bagSheet) bool { return slices.Contains(out, s) })...)
}
