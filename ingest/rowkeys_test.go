package ingest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// sameNumber is a row of a table all of whose rows have one register number.
func sameNumber(n int, says string) sheet.Row {
	return sheet.Row{Number: n, Cells: []string{"A1", says}, Record: archive.Record{Collection: "c", Identifiers: []archive.Identifier{{Type: "accession", Value: "A1"}}}}
}

// keysOf are the keys of a table of so many rows, of which the last says something else.
func keysOf(t *testing.T, table *opened, rows int, last string) *rowKeys {
	t.Helper()
	k := &rowKeys{groups: map[string]*sameKey{}}
	for n := range rows {
		says := "x"
		if n == rows-1 {
			says = last
		}
		if err := k.add(table, sameNumber(n+2, says)); err != nil {
			t.Fatal(err)
		}
	}
	k.close()
	return k
}

// What is done for a row does not grow with the number of rows that say the same of
// themselves: as much is allocated, and as few of the others are named.
func TestManyRowsOfOneNumber(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts what any test allocates
	work := map[int]float64{}
	for _, rows := range []int{50, 50_000} {
		table := &opened{name: "a.csv"}
		k := keysOf(t, table, rows, "y")
		kept := 0
		for _, same := range k.groups {
			kept += len(same.rows)
		}
		if kept > othersNamed+1 {
			t.Errorf("of %d rows %d are kept", rows, kept)
		}
		row := sameNumber(20, "x")
		var refused *archive.InvalidError
		if err := k.alone(table, row); !errors.As(err, &refused) || !strings.Contains(refused.Why, "A1 stands in row 2, 3, 4, 5, 6, … too, with other contents") {
			t.Errorf("%d rows: %v", rows, err)
		}
		work[rows] = testing.AllocsPerRun(500, func() { _ = k.alone(table, row) })
		if again, _ := k.again(table, row); again {
			t.Errorf("%d rows: taken for the same", rows)
		}
	}
	// The formatter's buffers come from a pool, which loses some of them now and then (with the
	// race detector at random): the mean is rounded to one side or the other.
	if difference := work[50_000] - work[50]; difference < -1 || difference > 1 {
		t.Errorf("allocations by rows: %v", work)
	}
}

func TestSameRows(t *testing.T) {
	t.Parallel()
	table := &opened{name: "a.csv"}
	k := keysOf(t, table, 4, "x")
	for n, want := range map[int]string{2: "false 0 <nil>", 3: "true 2 <nil>", 5: "true 2 <nil>"} {
		again, of := k.again(table, sameNumber(n, "x"))
		if got := fmt.Sprint(again, of, k.alone(table, sameNumber(n, "x"))); got != want {
			t.Errorf("row %d: %s, want %s", n, got, want)
		}
	}
	faulty := sameNumber(4, "x")
	faulty.Err = errors.New("a fault")
	if again, _ := k.again(table, faulty); again {
		t.Error("a row with a fault is taken for the same as another")
	}
	if err := keysOf(t, table, 2, "y").alone(table, sameNumber(2, "x")); err == nil || !strings.Contains(err.Error(), "in row 3 too") {
		t.Errorf("one of two: %v", err)
	}
}

// Each row is kept once under a name, however many have the name.
func TestManyRowsOfOneName(t *testing.T) {
	t.Parallel()
	names, rows := map[string][]int{}, 300_000
	for n := range rows {
		addName(names, "陶片", n)
		addName(names, " 陶片 ", n)
	}
	if got := len(names["陶片"]); got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
}
