// Package engine answers queries over the segments of a bleve index: which documents
// match, how many of them have which values, and which come first.
//
// bleve writes the index and keeps it; how it collects, counts and sorts costs far more
// than how it finds. So this package reads the postings of each segment as bitmaps,
// joins these, and keeps what is counted, sorted and compared in columns in memory, by
// the document's number in its segment (see docs/decisions/0017-search-engine.md).
//
// It owns the columns, knows nothing of what the fields mean, and never writes. A field
// is a keyword field of bleve; a number is one that was written by Number. What a
// bitmap holds is of its segment and not to be changed.
//
//	s, err := e.Snapshot(index)
//	defer s.Close()
//	found, err := s.Collect(ctx, engine.Request{Match: engine.Term{Field: "title", Value: "飞天"}, Limit: 20})
package engine
