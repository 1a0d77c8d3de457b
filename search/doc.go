// Package search finds records: a bleve index over what is published, Chinese
// analysis, understanding of what people type, facets, suggestions.
//
// It owns the index directory, which is a cache: it follows the archive's
// change log (Follower), knows up to which change it has come, and can be made
// again from the catalogue (Reindex) beside the old one, or begin with a copy of
// another server's (Hold, Adopt). It owns no record: a hit holds what a card shows,
// the rest is the catalogue's.
//
// What holds: an index is answered from only when its files are whole and it is of
// this catalogue's log (Open, Prepare), and an answer says when there will be more
// (Indexing); who may see a record is a filter inside every query, so that
// counts, facets and suggestions never tell of what is not public; nothing that
// a person types is an error; the same query on the same index gives the same
// order.
//
//	ix, err := search.Open(ctx, dir, search.Options{Vocabulary: v})
//	q, err := search.ParseQuery(values)
//	result, err := ix.Search(ctx, q)
package search
