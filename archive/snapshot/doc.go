// Package snapshot owns the file format of catalogue snapshots: the tables of a
// catalogue as lines of JSON, compressed, with what is needed to know that none
// is missing and none was altered. It knows no SQL and no storage: rows are given
// to a Writer and taken from a Reader.
//
// A snapshot is a gzip stream (RFC 1952) of lines of UTF-8, each one JSON value:
//
//	{"hexi":"snapshot","format":1,"about":{…}}           what it is of
//	{"table":"records","columns":["id",…],"kinds":["text",…]}
//	["dh-220-n","dunhuang",…]                             a row, in the order of the columns
//	{"end":"records","rows":1}
//	…                                                     further tables
//	{"snapshot":"complete","tables":1,"rows":1,"sha512":"…"}
//
// The digest of the last line is of all bytes before it, uncompressed. Values are
// text, int (64 bits), bool and blob (base64, RFC 4648 §4); null stands for none.
// Any gunzip and any JSON reader can read it without hexi.
//
// Invariants: a file without its last line, with a digest, a count or a value that
// does not fit, or with anything after it is no snapshot, and the Reader says so
// at the latest when it is at its end: who wants to be sure before acting on a row
// runs Verify first. Neither side keeps more than one row in memory, and no row is
// longer than 64 MiB.
//
//	w, err := snapshot.NewWriter(file, about)
//	err = w.Table("users", []string{"name", "disabled"}, []string{"text", "bool"})
//	err = w.Row([]any{"li", false})
//	sum, err := w.Close()
package snapshot

// Format is the number of the format that this package writes. It reads no other.
const Format = 1

// The kinds of values.
const (
	Text = "text"
	Int  = "int"
	Bool = "bool"
	Blob = "blob"
)

const (
	maxLine    = 64 << 20 // bytes
	maxColumns = 512      // of a table
	maxTables  = 256
	maxName    = 128 // bytes of a table's or column's name
)

type head struct {
	Hexi   string `json:"hexi"`
	Format int    `json:"format"`
	About  any    `json:"about"`
}

type tableHead struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
	Kinds   []string `json:"kinds"`
}

type tableEnd struct {
	End  string `json:"end"`
	Rows int64  `json:"rows"`
}

type foot struct {
	Snapshot string `json:"snapshot"`
	Tables   int    `json:"tables"`
	Rows     int64  `json:"rows"`
	SHA512   string `json:"sha512"`
}

// Summary is what a whole snapshot holds. Bytes are those of its lines,
// uncompressed; SHA512 is in hexadecimal.
type Summary struct {
	Tables map[string]int64 `json:"tables"` // rows by table
	Rows   int64            `json:"rows"`
	Bytes  int64            `json:"bytes"`
	SHA512 string           `json:"sha512"`
}
