package main

import (
	"fmt"
	"io"
	"strings"

	"hexi/archive"
	"hexi/ingest"
)

// printColumns shows what the columns of a table are taken for, so that a person sees a
// slip before it is in every record.
func printColumns(w io.Writer, t ingest.TableReport) {
	what := string(t.Kind)
	if len(t.Kinds) > 0 {
		what = "by row: " + joined(t.Kinds)
	}
	if t.Profile != "" {
		what += ", profile " + t.Profile
	}
	if len(t.Columns) > 0 {
		fmt.Fprintf(w, "columns  %s (%s):\n", t.Sheet, what)
	}
	for _, c := range t.Columns {
		field := c.Field
		if field == "ignore" {
			field = "not taken"
		}
		if c.Unit != "" {
			field += " in " + c.Unit
		}
		fmt.Fprintf(w, "         %s → %s", c.Heading, field)
		if c.Sample != "" {
			fmt.Fprintf(w, "   e.g. %s", c.Sample)
		}
		fmt.Fprintln(w)
	}
	for _, f := range t.Constants {
		fmt.Fprintf(w, "         every row → %s: %s   (mapping)\n", f.Field, f.Value)
	}
	for _, f := range t.Defaults {
		fmt.Fprintf(w, "         rows without it → %s: %s   (mapping)\n", f.Field, f.Value)
	}
}

// joined lists kinds.
func joined(kinds []archive.Kind) string {
	var out []string
	for _, kind := range kinds {
		out = append(out, string(kind))
	}
	return strings.Join(out, ", ")
}

// maxFileRows is of how many rows the files are printed.
const maxFileRows = 20

// printFiles shows which files the rows of a table would get, of the first of them.
func printFiles(w io.Writer, t ingest.TableReport) {
	if len(t.Files) > 0 {
		fmt.Fprintf(w, "files    %s:\n", t.Sheet)
	}
	for i, f := range t.Files {
		if i == maxFileRows {
			fmt.Fprintf(w, "         … and of %d more rows; the report and --json have them all\n", len(t.Files)-maxFileRows)
			break
		}
		fmt.Fprintf(w, "         row %d ← %s\n", f.Row, strings.Join(f.Files, ", "))
	}
}
