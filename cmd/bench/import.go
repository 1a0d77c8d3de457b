package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The goals for catalogue sheets: rows a second without files, and how much slower they
// may come where there are ten times as many.
const (
	goalRows   = 1500
	goalLinear = 0.9
)

// importRounds is the most rounds of imports, each of which takes minutes.
const importRounds = 3

// sqliteBatch is how many rows the peer puts into a transaction, as hexi does.
const sqliteBatch = 200

// benchImport measures "hexi ingest" of a sheet without files into a new archive, beside
// the bare insert of the same rows as JSON by the sqlite3 client: 200 a transaction, each
// on the disk when it ends, a table with a key and nothing else. It then measures the
// same sheet again, which changes nothing, and "hexi rebuild --from-packages".
func benchImport(ctx context.Context, s settings, w io.Writer) error {
	dir := filepath.Join(s.dir, "import")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	few, many, rounds := 1_000, 10_000, min(s.rounds, importRounds)
	if s.large { // a round of these takes a quarter of an hour, most of it for packages
		few, many = 10_000, 100_000
	}
	if s.quick {
		rounds = 1
	}
	fmt.Fprintf(w, "commands  hexi ingest SHEET.csv --collection dunhuang --data NEW --verbose\n")
	client, _, _ := strings.Cut(output(ctx, "sqlite3", "--version"), " ")
	fmt.Fprintf(w, "          sqlite3 %s, journal_mode WAL, synchronous FULL, %d rows a transaction\n", client, sqliteBatch)
	fmt.Fprintf(w, "rows      %d columns of the census of movable things, made up; %d rounds of each in turn\n\n", len(rowHeadings), rounds)
	fmt.Fprintf(w, "%s %10s %10s %12s %14s %15s %10s\n", pad("rows", 10), "rows in", "rows/s", "packages/s", "again, rows/s", "sqlite3, rows/s", "rebuild/s")
	rates := map[int][]float64{}
	for range rounds {
		for _, n := range []int{few, many} {
			m, err := importOnce(ctx, s, dir, n)
			if err != nil {
				return err
			}
			rates[n] = append(rates[n], m.rows)
			fmt.Fprintf(w, "%s %10s %10.0f %12.0f %14.0f %15.0f %10.0f\n", pad(strconv.Itoa(n), 10), inSeconds(float64(n)/m.rows), m.rows, m.packages, m.again, m.sqlite, m.rebuild)
		}
	}
	linear := make([]float64, rounds)
	for i := range linear {
		linear[i] = rates[many][i] / rates[few][i]
	}
	fmt.Fprintln(w)
	printGoal(w, fmt.Sprintf("rows/s of %d", many), fmt.Sprintf("%.0f", middle(rates[many])), atLeast(middle(rates[many]), goalRows))
	printGoal(w, fmt.Sprintf("rows/s of %d / of %d", many, few), fmt.Sprintf("%.2f ×", middle(linear)), atLeast(middle(linear), goalLinear))
	return nil
}

// imported are rates of one import, per second.
type imported struct{ rows, packages, again, sqlite, rebuild float64 }

// rowsLine is what hexi ingest -v logs when all rows are in.
var rowsLine = regexp.MustCompile(`msg="rows taken in" .*took=(\S+)`)

func importOnce(ctx context.Context, s settings, dir string, n int) (m imported, err error) {
	sheet, data, raw := filepath.Join(dir, fmt.Sprintf("%d.csv", n)), filepath.Join(dir, "data"), filepath.Join(dir, "raw.db")
	defer func() {
		for _, path := range []string{data, raw, raw + "-wal", raw + "-shm", raw + ".sql"} {
			if e := os.RemoveAll(path); err == nil {
				err = e
			}
		}
	}()
	if err := writeSheet(sheet, 0, n); err != nil {
		return m, err
	}
	args := []string{"ingest", sheet, "--collection", "dunhuang", "--data", data, "--verbose"}
	output(ctx, "sync")
	whole, said, err := timed(ctx, s.hexi, args...)
	if err != nil {
		return m, err
	}
	took, err := rowsTime(said)
	if err != nil {
		return m, err
	}
	m.rows, m.packages = float64(n)/took.Seconds(), float64(n)/(whole.elapsed-took).Seconds()
	output(ctx, "sync")
	again, said, err := timed(ctx, s.hexi, args...)
	if err != nil {
		return m, err
	}
	if !strings.Contains(said, "nothing changed") {
		return m, fmt.Errorf("the same sheet again changed something:\n%.2000s", said)
	}
	m.again = float64(n) / again.elapsed.Seconds()
	if err := writeInserts(raw+".sql", n); err != nil {
		return m, err
	}
	output(ctx, "sync")
	peer, _, err := timed(ctx, "sqlite3", raw, ".read "+raw+".sql")
	if err != nil {
		return m, err
	}
	m.sqlite = float64(n) / peer.elapsed.Seconds()
	for _, name := range []string{"hexi.db", "hexi.db-wal", "hexi.db-shm", "index", "journal"} {
		if err := os.RemoveAll(filepath.Join(data, name)); err != nil {
			return m, err
		}
	}
	output(ctx, "sync")
	rebuilt, _, err := timed(ctx, s.hexi, "rebuild", "--from-packages", "--data", data)
	m.rebuild = float64(n) / rebuilt.elapsed.Seconds()
	return m, err
}

// rowsTime is how long hexi took until all rows were saved.
func rowsTime(said string) (time.Duration, error) {
	m := rowsLine.FindStringSubmatch(said)
	if m == nil {
		return 0, fmt.Errorf("hexi ingest -v does not say how long the rows took:\n%.500s", said)
	}
	took, err := time.ParseDuration(m[1])
	if err == nil && took <= 0 {
		err = fmt.Errorf("hexi ingest -v says that the rows took %v", took)
	}
	return took, err
}

// writeInserts writes what the sqlite3 client is to do.
func writeInserts(path string, n int) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	var b strings.Builder
	b.WriteString("PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\nCREATE TABLE rows (id TEXT PRIMARY KEY, body TEXT NOT NULL);\n")
	for i := range n {
		if i%sqliteBatch == 0 {
			b.WriteString("BEGIN IMMEDIATE;\n")
		}
		cells := map[string]string{}
		row := rowOf(i)
		for column, heading := range rowHeadings {
			cells[heading] = row[column]
		}
		body, err := json.Marshal(cells)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "INSERT INTO rows VALUES ('%s', '%s');\n", row[rowNumber], strings.ReplaceAll(string(body), "'", "''"))
		if i%sqliteBatch == sqliteBatch-1 || i == n-1 {
			b.WriteString("COMMIT;\n")
			if _, err := f.WriteString(b.String()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	return nil
}
