// Package workbook lays records out as a workbook (.xlsx, ECMA-376) that curators read
// and edit, and reads its rows back exactly.
//
// It owns which columns a table has, how a value stands in a cell, and the file's form. It
// does not own how sheets of others are read (ingest/sheet), nor which records there are.
//
// Every table begins with the columns of its official sheet, under their official headings;
// what these have no place for follows in further columns. A hidden table says which path
// of the record (archive.Record, in its JSON form) each heading stands for.
//
// Invariants: Decode of what Encode made is the same line, whatever is in it. What a cell
// cannot show exactly (the order of unlike things, control characters, more than 32,767
// characters) stands in the last column too, beside what the cells showed: so it is known
// whether somebody edited them, and then the cells count. Equal records make equal bytes.
//
//	w := workbook.NewWriter(out, vocabulary)
//	err := w.Table("可移动文物", archive.KindRelic, columns, lines)
//	err = w.Close()
package workbook

import (
	"hexi/archive"
)

// Vocabulary turns the codes of controlled fields into the labels that cells show, and
// knows what the fields of a record's profile are called. archive.Vocabulary satisfies it.
type Vocabulary interface {
	Term(scheme archive.Scheme, codeOrLabel string) (archive.Term, bool)
	ProfileOf(r *archive.Record) (archive.Profile, bool)
}

// Column is a column of a table. Path is where its values stand in a record: "titles.zh",
// "category", "identifiers.accession", "dimensions.height", "extra.eventDate"; PathRest is
// the last one.
type Column struct {
	Path    string
	Heading string
}

// PathRest is the column of what the others cannot hold. Its text goes on in the cells to
// its right.
const PathRest = "*"

// HeadingRest is what that column is called.
const HeadingRest = "其余内容（勿改）"

// Cell is what stands in a cell. Number says that Text is a decimal number, and kept as one.
type Cell struct {
	Text   string
	Number bool
}

// MaxCell is how many UTF-16 units a cell holds.
const MaxCell = 32_767

// schemes are the controlled fields, whose cells show labels.
var schemes = map[string]archive.Scheme{
	"category": archive.SchemeCategory, "level": archive.SchemeLevel, "completeness": archive.SchemeCompleteness,
	"condition": archive.SchemeCondition, "source": archive.SchemeSource, "collection": archive.SchemeCollection,
	"period.term": archive.SchemePeriod, "location.site": archive.SchemeSite, "location.space": archive.SchemeSpace,
	"location.surface": archive.SchemeSurface, "location.position": archive.SchemePosition, "location.role": archive.SchemeWallRole,
}
