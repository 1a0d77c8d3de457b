package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

// sheetTrial is an archive that sheets are taken into.
type sheetTrial struct {
	t         *testing.T
	dir, data string
}

func newSheetTrial(t *testing.T) *sheetTrial {
	dir := t.TempDir()
	return &sheetTrial{t, dir, filepath.Join(dir, "archive")}
}

// write writes a sheet of lines.
func (s *sheetTrial) write(name string, lines ...string) string {
	s.t.Helper()
	return fileOf(s.t, s.dir, name, []byte(strings.Join(lines, "\n")+"\n"))
}

// ingest takes files in, with flags.
func (s *sheetTrial) ingest(args ...string) report {
	s.t.Helper()
	return readReport(s.t, hexi(s.t, append([]string{"ingest", "--json", "--data", s.data}, args...)...))
}

// counted holds a report to its counts: created, updated, unchanged, refused.
func (s *sheetTrial) counted(what string, r report, want ...int) {
	s.t.Helper()
	got := []int{r.Records["created"], r.Records["updated"], r.Records["unchanged"], r.Records["refused"]}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: created, updated, unchanged, refused: %d, want %d: %+v", what, got, want, r.Failed)
	}
}

// records are those of the archive, in the order of their ids.
func (s *sheetTrial) records() (out []archive.Record) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "out.jsonl")
	if got := hexi(s.t, "export", "--to", path, "--data", s.data); got.status != exitDone {
		s.t.Fatalf("%+v", got)
	}
	lines, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		var r archive.Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// A register number of a holder is one thing, whatever collections rows name: two rows
// that differ are refused both, in one table and in two of one run.
func TestOneNumberInTwoCollections(t *testing.T) {
	t.Parallel()
	const head = "collection,总登记号,名称,收藏单位"
	s := newSheetTrial(t)
	s.counted("in one table", s.ingest(s.write("two.csv", head, "dunhuang,A1,甲,某馆", "folk,A1,乙,某馆", "folk,A2,丙,某馆"), "--kind", "relic"), 1, 0, 0, 2)

	s = newSheetTrial(t)
	a, b := s.write("a.csv", head, "dunhuang,A1,甲,某馆", "dunhuang,A2,丙,某馆"), s.write("b.csv", head, "folk,A1,乙,某馆")
	r := s.ingest(a, b, "--kind", "relic")
	s.counted("in two tables", r, 1, 0, 0, 2)
	if len(r.Failed) != 2 || !strings.Contains(r.Failed[0].Why, "b.csv row 2") || !strings.Contains(r.Failed[1].Why, "a.csv row 2") {
		t.Errorf("the rows do not name each other: %+v", r.Failed)
	}
	if got := s.records(); len(got) != 1 || got[0].Titles["zh"] != "丙" {
		t.Errorf("records: %+v", got)
	}
	// Another table may say more of the same thing, and the same again.
	more := s.write("more.csv", "总登记号,收藏单位,name_en,级别", "A2,某馆,C,一级")
	again := s.write("again.csv", "名称,collection,收藏单位,总登记号", "丙,dunhuang,某馆,A2")
	s.counted("more of it", s.ingest(s.write("a.csv", head, "dunhuang,A2,丙,某馆"), again, more, "--kind", "relic", "--collection", "dunhuang"), 0, 1, 2, 0)
	// But not that it is called otherwise.
	other := s.write("other.csv", "总登记号,收藏单位,名称,级别", "A2,某馆,丁,一级")
	s.counted("another name", s.ingest(again, other, "--kind", "relic", "--collection", "dunhuang"), 0, 0, 0, 2)
}

// Where the archive has two records with one number and holder, a row does not choose.
func TestOneNumberOfTwoRecords(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	line := func(id, collection string) string {
		return `{"id":"` + id + `","collection":"` + collection + `","kind":"relic","titles":{"zh":"` + id +
			`"},"identifiers":[{"type":"accession","value":"A1"}],"rights":{"holder":{"zh":"某馆"}}}`
	}
	s.counted("by id", s.ingest(s.write("both.jsonl", line("one", "dunhuang"), line("two", "folk"))), 2, 0, 0, 0)
	r := s.ingest(s.write("a.csv", "collection,总登记号,名称,收藏单位", "folk,A1,甲,某馆"), "--kind", "relic")
	s.counted("by number", r, 0, 0, 0, 1)
	if len(r.Failed) != 1 || !strings.Contains(r.Failed[0].Why, "one and two") || r.Failed[0].Field != "identifiers.accession" {
		t.Errorf("the records are not named: %+v", r.Failed)
	}
	s.counted("by id and number", s.ingest(s.write("a.csv", "id,collection,总登记号,名称,收藏单位", "two,folk,A1,甲,某馆"), "--kind", "relic"), 0, 1, 0, 0)
}

// What has no number is known by what it says of itself, also across tables: where two
// tables of a run do so with other contents, that is told, and the same files come in
// again as they came in before.
func TestNamesakesOfTwoSheets(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	a, b := s.write("a.csv", "名称,说明", "观音庙,东乡的", "土地庙,村口"), s.write("b.csv", "名称,说明", "观音庙,西乡的", "土地庙,村口")
	told := func(r report) (out []string) {
		for _, note := range r.Notes {
			if note.Code == "namesake" {
				out = append(out, note.Item+": "+note.Why)
			}
		}
		return out
	}
	flags := []string{"--kind", "site", "--collection", "folk"}
	for _, dry := range [][]string{{"--dry-run"}, nil} {
		r := s.ingest(append(append([]string{a, b}, flags...), dry...)...)
		if got := told(r); len(got) != 1 || !strings.HasPrefix(got[0], "b.csv row 2: ") || !strings.Contains(got[0], "a.csv row 2") {
			t.Errorf("dry run %v: %q", dry, got)
		}
	}
	if got := told(s.ingest(append([]string{b}, flags...)...)); len(got) != 0 {
		t.Errorf("alone: %q", got)
	}
	s.counted("one sheet again", s.ingest(append([]string{b}, flags...)...), 0, 0, 2, 0)
	if got := s.records(); len(got) != 2 {
		t.Errorf("%d records: %+v", len(got), got)
	}
}

// Two rows with one number stay out both, also where one of them has a fault of its own.
func TestOneNumberAndAFault(t *testing.T) {
	t.Parallel()
	s := newSheetTrial(t)
	sheet := s.write("a.csv", "总登记号,名称,收藏单位,通高", "A1,甲,某馆,很高", "A1,乙,某馆,12", "A2,丙,某馆,12")
	for _, flags := range [][]string{{"--dry-run"}, nil} {
		r := s.ingest(append([]string{sheet, "--kind", "relic", "--collection", "folk"}, flags...)...)
		s.counted(strings.Join(flags, ""), r, 1, 0, 0, 2)
	}
}
