package search

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	index "github.com/blevesearch/bleve_index_api"

	"github.com/blevesearch/bleve/v2"
)

// digestField keeps, beside the card, what the whole document came to when it was
// indexed, so that it can be compared with what would be indexed now.
const digestField = "digest"

// digest is what a document comes to, whatever the order in which texts were added to a
// field: languages have none.
func digest(doc map[string]any) (string, error) {
	plain := make(map[string]any, len(doc))
	for field, v := range doc {
		if list, ok := v.([]string); ok {
			list = slices.Clone(list)
			slices.Sort(list)
			v = list
		}
		plain[field] = v
	}
	b, err := json.Marshal(plain) // keys sorted
	if err != nil {
		return "", fmt.Errorf("encode document: %w", err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12]), nil
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
