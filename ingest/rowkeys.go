package ingest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// rowKeys knows by what the rows of a run are recognised, and which of them say that
// they are the same record. What makes a row the record that it is must stand in it
// alone, whatever the order of rows and tables.
type rowKeys struct {
	groups map[string]*sameKey
	// across says that there are several tables, whose rows are held against each other.
	across bool
}

// othersNamed is how many other rows of its key a row is told.
const othersNamed = 5

// sameKey are the rows with one key, and whether they contradict each other. Thousands may
// have one key, and each of them asks: nothing here is to be looked through then.
type sameKey struct {
	rows   []keyed // all, and the first of them when all were added
	count  int
	first  map[*opened]int // row of each table
	differ bool
}

type keyed struct {
	table *opened
	row   int
	cells [sha256.Size]byte // as they stand
	says  [sha256.Size]byte // what they were understood as; zero where there is one table
	title string
	whole bool // a record without cells, of which there is one
}

// add notes a row that could be read.
func (k *rowKeys) add(table *opened, row sheet.Row) error {
	key := keyOf(row.Record)
	if key == "" {
		return nil
	}
	one := keyed{table: table, row: row.Number, cells: sumOfCells(row), title: row.Record.Titles["zh"], whole: row.Cells == nil}
	if k.across {
		said := row.Record
		if row.Has != nil && !row.Has["kind"] {
			said.Kind = ""
		}
		if row.Has != nil && !row.Has["collection"] {
			said.Collection = ""
		}
		text, err := json.Marshal(said)
		if err != nil && row.Err != nil {
			return nil //nolint:nilerr // it is refused for what it says
		}
		if err != nil {
			return fmt.Errorf("encode row %d of %s: %w", row.Number, table.name, err)
		}
		one.says = sha256.Sum256(text)
	}
	g := k.groups[key]
	if g == nil {
		g = &sameKey{}
		k.groups[key] = g
	}
	g.rows = append(g.rows, one)
	return nil
}

// close is called when all rows were added.
func (k *rowKeys) close() {
	for key, g := range k.groups {
		if len(g.rows) < 2 {
			delete(k.groups, key)
			continue
		}
		g.differ, g.count, g.first = contradict(g.rows), len(g.rows), map[*opened]int{}
		for _, row := range g.rows {
			if _, ok := g.first[row.table]; !ok {
				g.first[row.table] = row.row
			}
		}
		g.rows = slices.Clone(g.rows[:min(len(g.rows), othersNamed+1)])
	}
}

// contradict reports whether rows with one key do not say the same. Those of one table
// must be the same cell by cell; those of tables with the same columns must mean the
// same; a table with other columns may say more, but not that the thing is called
// otherwise.
func contradict(rows []keyed) bool {
	inTable, inColumns, title := map[*opened]keyed{}, map[string]keyed{}, ""
	for _, row := range rows {
		if first, ok := inTable[row.table]; ok && (row.whole || first.cells != row.cells) {
			return true
		}
		if first, ok := inColumns[row.table.columns]; ok && first.says != row.says {
			return true
		}
		if title != "" && row.title != "" && title != row.title {
			return true
		}
		inTable[row.table], inColumns[row.table.columns] = row, row
		if row.title != "" {
			title = row.title
		}
	}
	return false
}

// keyOf is what makes a row the record that it is: its id, or its register number with
// its holder, or the number in its collection where it names no holder; "" where it has
// neither.
func keyOf(record archive.Record) string {
	if record.ID != "" {
		return "id\x00" + record.ID
	}
	accession, holder := record.Identifier("accession"), record.Holder()
	switch {
	case accession == "":
		return ""
	case holder == "":
		return "number\x00" + record.Collection + "\x00" + accession
	}
	return "accession\x00" + accession + "\x00" + holder
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

// again reports whether a row is a repetition, cell by cell, of an earlier one of its
// table.
func (k *rowKeys) again(table *opened, row sheet.Row) (again bool, of int) {
	g := k.groups[keyOf(row.Record)]
	if g == nil || g.differ || row.Cells == nil || row.Err != nil {
		return false, 0
	}
	first, ok := g.first[table]
	if !ok || first == row.Number {
		return false, 0
	}
	return true, first
}

// alone refuses a row that is not the only one with its key: which of them is meant
// cannot be told, and must not depend on their order.
func (k *rowKeys) alone(table *opened, row sheet.Row) error {
	g := k.groups[keyOf(row.Record)]
	if g == nil || !g.differ {
		return nil
	}
	var here, elsewhere []string
	for _, o := range g.rows {
		switch {
		case o.table != table:
			elsewhere = append(elsewhere, fmt.Sprintf("%s row %d", o.table.name, o.row))
		case o.row != row.Number:
			here = append(here, fmt.Sprint(o.row))
		}
	}
	more := g.count-1 > othersNamed
	field, value := "identifiers.accession", row.Record.Identifier("accession")
	if row.Record.ID != "" {
		field, value = "id", row.Record.ID
	}
	switch {
	case len(here) == 0:
		return archive.Invalid(field, "%s stands in other tables too, with other contents: %s; one row describes one record", value, some(elsewhere, more))
	case field == "id":
		return archive.Invalid(field, "%s stands in row %s too; one row describes one record", value, some(here, more))
	}
	return archive.Invalid(field, "%s stands in row %s too, with other contents; one row describes one record", value, some(here, more))
}

// some lists places, and says where there are more.
func some(places []string, more bool) string {
	if len(places) > othersNamed {
		places, more = places[:othersNamed], true
	}
	if more {
		places = append(places[:len(places):len(places)], "…")
	}
	return strings.Join(places, ", ")
}
