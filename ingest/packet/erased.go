package packet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hexi/archive"
)

// ErasedPath is the only file of the package archive.PackageErased.
const ErasedPath = "erased.json"

// maxErased bounds the erased records of one archive.
const maxErased = 500_000

// erasedDocument is erased.json: which ids are of records that were erased for ever. It
// says nothing of what they were, of who erased them, or why.
type erasedDocument struct {
	Schema int      `json:"schema"`
	Erased []erased `json:"erased"` // by id
}

type erased struct {
	Record string    `json:"record"`
	Erased time.Time `json:"erased"`
	Public bool      `json:"public,omitempty"` // the public saw the record
}

// BuildErased returns the files of the package of what was erased: of those that known
// names, which it held before, and of those that the catalogue says. None is ever taken
// out of it.
func BuildErased(known, stones []archive.Tombstone) ([]File, error) {
	all := map[string]erased{}
	for _, t := range slices.Concat(stones, known) { // what is known stays as it is
		all[t.Record] = erased{t.Record, t.At.UTC(), t.Public}
	}
	if len(all) > maxErased {
		return nil, fmt.Errorf("%d records were erased, and a package names %d at most", len(all), maxErased)
	}
	doc := erasedDocument{Schema: Schema, Erased: make([]erased, 0, len(all))}
	for _, e := range all {
		doc.Erased = append(doc.Erased, e)
	}
	slices.SortFunc(doc.Erased, func(a, b erased) int { return strings.Compare(a.Record, b.Record) })
	data, err := indented(doc)
	if err != nil {
		return nil, fmt.Errorf("encode what was erased: %w", err)
	}
	return []File{{Path: ErasedPath, Data: data}}, nil
}

// ReadErased reads them back, in the order of their ids. Whatever does not fit together
// is an *archive.InvalidError.
func ReadErased(ctx context.Context, src Source) ([]archive.Tombstone, error) {
	r := &reader{src, archive.PackageErased, maxPackage}
	data, err := r.file(ctx, ErasedPath, maxDocument)
	if err != nil {
		return nil, err
	}
	var doc erasedDocument
	if err := strictly(data, &doc); err != nil {
		return nil, r.damaged("%s %v", ErasedPath, err)
	}
	if doc.Schema != Schema || len(doc.Erased) > maxErased {
		return nil, r.damaged("%s has the shape %d and names %d records; this hexi reads %d, and %d records at most", ErasedPath, doc.Schema, len(doc.Erased), Schema, maxErased)
	}
	out := make([]archive.Tombstone, 0, len(doc.Erased))
	for i, e := range doc.Erased {
		if !archive.ValidID(e.Record) || e.Erased.IsZero() || i > 0 && e.Record <= doc.Erased[i-1].Record {
			return nil, r.damaged("%s names %.140q, which is no id, says not when it was erased, or stands in another place than it should", ErasedPath, e.Record)
		}
		out = append(out, archive.Tombstone{Record: e.Record, At: e.Erased, Public: e.Public})
	}
	return out, nil
}
