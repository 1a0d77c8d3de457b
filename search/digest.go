package search

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/blevesearch/bleve/v2"
)

// digestField keeps, beside the card, what the whole document came to when it was
// indexed, so that it can be compared with what would be indexed now.
const digestField = "digest"

// digest is what a document comes to, whatever the order in which values were added to a
// field: languages have none.
func digest(fields map[string][]string, stored ...[]byte) string {
	sum := sha256.New()
	var length [8]byte
	add := func(n int) {
		binary.LittleEndian.PutUint64(length[:], uint64(n)) //nolint:gosec // a length
		sum.Write(length[:])
	}
	var sorted []string
	var buffer []byte
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		sorted = append(sorted[:0], fields[field]...)
		slices.Sort(sorted)
		add(len(sorted))
		for _, s := range append(sorted, field) {
			add(len(s))
			buffer = append(buffer[:0], s...)
			sum.Write(buffer)
		}
	}
	for _, b := range stored {
		add(len(b))
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

// digestOf returns what a document came to when it was indexed; found is false where
// there is none of that id.
func digestOf(b bleve.Index, id string) (sum string, found bool, err error) {
	doc, err := b.Document(id)
	if err != nil {
		return "", false, fmt.Errorf("read document %s: %w", id, err)
	}
	if doc == nil {
		return "", false, nil
	}
	doc.VisitFields(func(f index.Field) {
		if f.Name() == digestField {
			sum = string(f.Value())
		}
	})
	return sum, true, nil
}
