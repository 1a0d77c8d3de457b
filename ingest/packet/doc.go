// Package packet says what stands in a preservation package: it turns all that the
// catalogue holds of a record into files, and reads them back.
//
//	metadata.json            the record at its latest revision, in the shape of the API
//	package.json             where it stands and what belongs to it (Document)
//	revisions/00001.jsonl    its revisions, a hundred a file
//	provenance/00001.jsonl   what happened to it, a hundred events a file, after PREMIS
//	masters/{asset}/{name}   the files as they were received, by their own names
//
// Three packages are of no record: the users (users.json), what was erased for ever
// (erased.json), and the archive's own vocabularies, whose files are as they are.
//
// It owns the names and shapes of these files. It does not own how they are kept as
// versions (archive/ocfl), nor when (package ingest); it reads and writes no store.
//
// What holds: the same catalogue and the same package before give the same bytes, to
// which no clock and no order of maps adds. Revisions and events are only ever added, so
// that a file which is full is never written again. Whoever can read JSON can read a
// package; what Read returns was checked against itself, whoever wrote it.
//
//	dossier, err := arch.Dossier(ctx, id, base.Query())
//	files, err := packet.Build(dossier, base)
package packet
