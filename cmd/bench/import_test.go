package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := writeSheet(path, 40, 500); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || f.Close() != nil || len(rows) != 501 || !slices.Equal(rows[0], rowHeadings) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	numbers, titles := map[string]bool{}, map[string]bool{}
	for i, row := range rows[1:] {
		if !slices.Equal(row, rowOf(40+i)) {
			t.Fatalf("row %d is another one each time", i)
		}
		numbers[row[rowNumber]], titles[row[rowNumber+1]] = true, true
	}
	if len(numbers) != 500 || len(titles) < 300 {
		t.Errorf("of 500 rows there are %d numbers and %d titles", len(numbers), len(titles))
	}
}

func TestRowsTime(t *testing.T) {
	t.Parallel()
	took, err := rowsTime("x\ntime=… level=DEBUG msg=\"rows taken in\" rows=10 took=1.25s\nrecords: …")
	if err != nil || took != 1250*time.Millisecond {
		t.Errorf("%v, %v", took, err)
	}
	for _, said := range []string{"", `msg="rows taken in" rows=1 took=soon`, `msg="rows taken in" rows=0 took=0s`} {
		if _, err := rowsTime(said); err == nil {
			t.Errorf("%q says how long", said)
		}
	}
}

func TestInserts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rows.sql")
	if err := writeInserts(path, 450); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]int{"BEGIN IMMEDIATE;\n": 3, "COMMIT;\n": 3, "INSERT INTO rows": 450} {
		if got := strings.Count(string(data), what); got != want {
			t.Errorf("%q %d times, want %d", what, got, want)
		}
	}
}
