package ingest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// tableKeys knows by what the rows of a table are recognised, and which rows say the
// same of themselves.
type tableKeys struct {
	rows   map[string]*sameKey // by key, those that stand in more than one
	survey *sheet.Survey
	files  *matcher     // nil where no files were given
	named  map[int]bool // files that rows name
}

// sameKey is what is known of the rows of one key. Thousands may have it, and each of
// them asks: nothing here is to be counted then.
type sameKey struct {
	count  int
	some   []int             // the first rows, one more than are named
	sum    [sha256.Size]byte // of the first row's cells
	differ bool              // others have other cells
}

// othersNamed is how many other rows of its key a row is told.
const othersNamed = 5

// surveyKeys reads a table for its keys.
func surveyKeys(ctx context.Context, t *sheet.Table, found *sources) (*tableKeys, error) {
	k := &tableKeys{rows: map[string]*sameKey{}, survey: t.NewSurvey(), named: map[int]bool{}}
	if len(found.files) > 0 {
		k.files = newMatcher()
	}
	for row := range t.Rows() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		k.survey.Add(row)
		if row.Passed != "" {
			continue
		}
		if k.files != nil && row.Cells != nil {
			k.files.add(row)
			for _, name := range row.Files {
				name = nfc(strings.ReplaceAll(name, `\`, "/"))
				for _, i := range found.byBase[name[strings.LastIndexByte(name, '/')+1:]] {
					k.named[i] = true
				}
			}
		}
		if row.Err != nil {
			continue
		}
		k.add(row)
	}
	for key, same := range k.rows {
		if same.count < 2 {
			delete(k.rows, key)
		}
	}
	return k, nil
}

// add notes by what a row is recognised.
func (k *tableKeys) add(row sheet.Row) {
	key := keyOf(row.Record)
	if key == "" {
		return
	}
	same, sum := k.rows[key], sumOfCells(row)
	if same == nil {
		same = &sameKey{sum: sum}
		k.rows[key] = same
	}
	same.differ = same.differ || sum != same.sum
	if same.count++; len(same.some) <= othersNamed {
		same.some = append(same.some, row.Number)
	}
}

// keyOf is what makes a row the record that it is: its id, or its register number with
// its holder; "" where it has neither.
func keyOf(record archive.Record) string {
	if record.ID != "" {
		return "id\x00" + record.ID
	}
	if accession := record.Identifier("accession"); accession != "" {
		return "accession\x00" + record.Collection + "\x00" + accession + "\x00" + record.Holder()
	}
	return ""
}

func sumOfCells(row sheet.Row) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, c := range row.Cells {
		_, _ = io.WriteString(h, c) // a hash never fails to write
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}

// again reports whether a row is a repetition, cell by cell, of an earlier one.
func (k *tableKeys) again(row sheet.Row) (again bool, of int) {
	same := k.rows[keyOf(row.Record)]
	if same == nil || row.Err != nil || row.Cells == nil || same.differ || same.some[0] == row.Number {
		return false, 0
	}
	return true, same.some[0]
}

// alone refuses a row that is not the only one with its key: which of them is meant
// cannot be told, and must not depend on their order.
func (k *tableKeys) alone(row sheet.Row) error {
	same := k.rows[keyOf(row.Record)]
	if same == nil || row.Cells != nil && !same.differ {
		return nil
	}
	var others []string
	for _, n := range same.some {
		if n != row.Number && len(others) < othersNamed {
			others = append(others, fmt.Sprint(n))
		}
	}
	if same.count-1 > len(others) {
		others = append(others, "…")
	}
	list := strings.Join(others, ", ")
	if row.Record.ID != "" {
		return archive.Invalid("id", "%s stands in row %s too; one row describes one record", row.Record.ID, list)
	}
	return archive.Invalid("identifiers.accession", "%s stands in row %s too, with other contents; one row describes one record", row.Record.Identifier("accession"), list)
}
