// Package export gives the archive's records out again: as lines (.jsonl), as a
// workbook with the official sheets (.xlsx), or as BagIt bags with the masters.
//
// It owns which records are given out, in which order, and what lies where in a bag.
// It does not own the forms: a line is archive.Line, workbooks are made by
// archive/workbook, bags by archive/bagit. It only reads; what it writes is a file or
// a folder outside of the archive.
//
// Invariants: what "hexi ingest" makes of an export gives the same bytes when it is
// exported again; a target is there whole or not at all; memory does not grow with the
// number of records, but for the id and the number of each, by which the rows of a
// workbook are sorted.
//
//	x := export.New(archive, masters)
//	summary, err := x.JSONL(ctx, out, export.Choice{Collection: "dunhuang", Files: true})
package export
