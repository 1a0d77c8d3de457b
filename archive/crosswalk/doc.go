// Package crosswalk says a record in the formats of others: Dublin Core, LIDO 1.1, EDM,
// Linked Art and schema.org.
//
// It owns which field of archive.Record becomes which property of each format (Mapping,
// from which docs/mapping.md is made), how years are written for machines (EDTF), and the
// documents themselves (Publisher). It owns no access: it says all that it is given, so
// that callers hand in what the reader may see (archive.Archive.PublicRecord). It reads
// nothing and knows no network and no storage; every function is safe for use by many
// goroutines.
//
// What holds:
//
//   - XML is well-formed whatever a record holds: texts are escaped, and characters that
//     XML 1.0 forbids are left out. It begins with its root element, without an XML
//     declaration, so that it can stand inside another document.
//   - A text that is there in several languages is given in each, under its BCP 47 tag;
//     one in no known language has no tag.
//   - The same record gives the same bytes.
//
// An example:
//
//	p := crosswalk.Publisher{Base: "https://archive.example.org", Terms: vocabulary}
//	err := p.LIDO(w, crosswalk.Entry{Record: &record, Assets: assets})
package crosswalk
