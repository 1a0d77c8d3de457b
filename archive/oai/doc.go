// Package oai speaks the Open Archives Initiative Protocol for Metadata Harvesting, version
// 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html): the "specification" of the
// comments here.
//
// It owns the protocol: requests and their faults, datestamps, resumption tokens, identifiers,
// and the XML of answers. It owns no records: a Source has them, and writes their metadata. It is
// pure: no network, no files and no clock but the one it is given.
//
// What holds:
//
//   - Every answer is valid by the specification's schema, a fault being an answer too
//     (section 3.6). An error of Answer is the repository's own, and comes before anything is
//     written, or else breaks the document off.
//   - A list is gone through by the place of its last record and not by a number of records: what
//     changes meanwhile has a later datestamp, and so comes again at its new place. Nothing
//     is left out.
//   - A resumption token holds its whole query, does not expire and can be used again.
//
// An example:
//
//	repository := oai.Repository{Name: "…", BaseURL: "https://archive.example.org/oai", Source: source, …}
//	err := repository.Answer(ctx, w, request.Form)
package oai
