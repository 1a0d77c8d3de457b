package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hexi/archive"
)

// exportedArchive makes an archive that has one of everything which an export can get
// wrong, and returns its flags and the folder with the files.
func exportedArchive(t *testing.T, flags []string) (photos string) {
	t.Helper()
	dir := t.TempDir()
	photos = filepath.Join(dir, "photos")
	same := photo(t, 31, 640, 400)
	for name, data := range map[string][]byte{
		"a/cover.jpg": photo(t, 3, 900, 700), "b/cover.jpg": photo(t, 5, 900, 700),
		"visible.jpg": photo(t, 7, 800, 600), "infrared.jpg": photo(t, 9, 800, 600),
		"50% 藥師\u0301 é.jpg": photo(t, 11, 640, 480), "-rf ~ $HOME.jpg": photo(t, 13, 640, 480),
		"twice.jpg": same, "c/twice.jpg": same,
	} {
		fileOf(t, photos, name, data)
	}
	lines := []string{
		`{"id":"aa-first","collection":"loans","kind":"relic","titles":{"zh":"借展一"},"files":["a/cover.jpg"]}`,
		`{"id":"loans","collection":"folk","kind":"collection","titles":{"zh":"借展","en":"Loans"}}`,
		`{"id":"all-fields","collection":"dunhuang","kind":"mural","partOf":"cave","titles":{"zh":"药师经变","en":"=SUM(A1:A9)","zh-Hant":"藥師經變","bo":"སྨན་བླ།"},` +
			`"descriptions":{"zh":"第一行\n第二行\t制表","en":"<b>&amp; \u2028 \u0001 _x0041_ end"},"identifiers":[{"type":"accession","value":"000123"},{"type":"cave","value":"莫高窟第220窟"},{"type":"cave","value":"C.270"},{"type":"other; type","value":"a;b、c|d"}],` +
			`"period":{"term":"early-tang","from":642,"to":642,"note":{"zh":"贞观十六年"}},"place":{"name":{"zh":"敦煌市"},"lat":40.0417,"lon":-94.80390000000001,"precision":"public"},` +
			`"location":{"site":"mogao","cave":"220","space":"main","surface":"north","position":"上段","role":"right"},"materials":["泥","a;b"],"techniques":["沥粉","贴金"],` +
			`"dimensions":[{"type":"height","value":3.42,"unit":"m"},{"type":"height","value":1e-7,"unit":"m","note":"again"},{"type":"odd","value":123456789.123456789,"unit":""}],"quantity":{"value":1,"unit":"铺"},` +
			`"subjects":[{"zh":"药师七佛","en":"Seven Medicine Buddhas"},{"en":"Lamps; many"}],"people":[{"name":{"zh":"翟通"},"role":"donor"},{"name":{"zh":"道弘","en":"Daohong"}}],` +
			`"inscriptions":[{"text":"贞观十有六年\n敬造","translation":{"en":"In the sixteenth year"},"region":{"asset":"a1","xywh":"pct:1,2,3,4"}},{"text":"+1"}],"text":{"zh":"全文"},` +
			`"rights":{"statement":"https://rightsstatements.org/vocab/NoC-US/1.0/","holder":{"zh":"敦煌研究院"},"tier":"reduced","maxPixels":1000000},` +
			`"relations":[{"type":"same-as","record":"aa-first"}],"extra":{"b":[1,2.50,{"x":null}],"a":"  spaces  ","n":12345678901234567890,"empty":"","t":true,"f":"=1+1"},` +
			`"files":["visible.jpg","infrared.jpg","50% 藥師\u0301 é.jpg","-rf ~ $HOME.jpg"],"layers":["visible",{"kind":"infrared","label":{"en":"940 nm"},"order":2,"tier":"staff"},null,"2/uv"]}`,
		`{"id":"cave","collection":"dunhuang","kind":"cave","titles":{"zh":"莫高窟第220窟"},"files":["b/cover.jpg","twice.jpg"]}`,
		`{"id":"long","collection":"folk","kind":"document","titles":{"zh":"长文"},"text":{"zh":"` + strings.Repeat("河西走廊", 20_000) + `😀"}}`,
		`{"id":"route","collection":"red-culture","kind":"route","titles":{"zh":"长征路"},"stops":[{"record":"cave","view":"pct:10,20,30,30","caption":{"zh":"第一站","en":"First"},"date":"1936-10-09"},{"caption":{"en":"=2+2"}}]}`,
		`{"id":"zz-drawn","collection":"folk","kind":"relic","titles":{"en":"Withdrawn later"},"files":["c/twice.jpg"]}`,
	}
	// The collection is to be there before its record.
	order := []int{1, 0, 2, 3, 4, 5, 6}
	var sheet strings.Builder
	for _, i := range order {
		sheet.WriteString(lines[i] + "\n")
	}
	file := fileOf(t, dir, "records.jsonl", []byte(sheet.String()))
	got := hexi(t, append([]string{"ingest", file, photos, "--publish", "--json"}, flags...)...)
	if r := readReport(t, got); got.status != exitDone || r.Records["created"] != len(lines) {
		t.Fatalf("status %d: %+v %s", got.status, r, got.stderr)
	}
	return photos
}

// exportTo exports to a file and returns what is in it.
func exportTo(t *testing.T, to string, flags []string, more ...string) []byte {
	t.Helper()
	return exportBy(t, hexi, to, flags, more...)
}

func exportBy(t *testing.T, hexi func(*testing.T, ...string) outcome, to string, flags []string, more ...string) []byte {
	t.Helper()
	got := hexi(t, append(append([]string{"export", "--to", to}, more...), flags...)...)
	if got.status != exitDone {
		t.Fatalf("export: %+v", got)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What was exported as lines, taken into an empty archive and exported again is the
// same, byte for byte.
func TestExportLines(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		photos := exportedArchive(t, flags)
		out := t.TempDir()
		first := exportTo(t, filepath.Join(out, "one.jsonl"), flags)
		for _, want := range []string{`"id":"loans"`, `"files":["visible.jpg","infrared.jpg","50% 藥師\u0301 é.jpg"`, `"n":12345678901234567890`, `"order":2`} {
			want = strings.ReplaceAll(want, `\u0301`, "\u0301")
			if !bytes.Contains(first, []byte(want)) {
				t.Errorf("the export does not say %s", want)
			}
		}
		if n := bytes.Count(first, []byte("\n")); n != 7 {
			t.Errorf("%d lines for 7 records", n)
		}
		if at, of := bytes.Index(first, []byte(`"id":"loans"`)), bytes.Index(first, []byte(`"id":"aa-first"`)); at > of {
			t.Error("a collection comes after its record")
		}
		other := []string{"--data", filepath.Join(t.TempDir(), "other")}
		got := hexi(t, append([]string{"ingest", filepath.Join(out, "one.jsonl"), photos, "--json"}, other...)...)
		if r := readReport(t, got); got.status != exitDone || r.Records["created"] != 7 || r.Assets["refused"] != 0 {
			t.Fatalf("status %d: %+v %s", got.status, r, got.stderr)
		}
		second := exportTo(t, filepath.Join(out, "two.jsonl"), other)
		if !bytes.Equal(first, second) {
			t.Errorf("exported again:\n%.3000s\nfirst:\n%.3000s", second, first)
		}
		// Taken in once more, into either, it changes nothing: the files need not be there.
		for _, into := range [][]string{flags, other} {
			got := hexi(t, append([]string{"ingest", filepath.Join(out, "one.jsonl"), "--json"}, into...)...)
			if r := readReport(t, got); got.status != exitDone || r.Records["unchanged"] != 7 || r.Assets["unchanged"] != 8 || r.Layers != 0 {
				t.Errorf("status %d: %+v %s", got.status, r, got.stderr)
			}
		}
		if third := exportTo(t, filepath.Join(out, "three.jsonl"), flags); !bytes.Equal(first, third) {
			t.Error("taking an export in changed what it was made of")
		}
	})
}

// Records whose files are nowhere come in, and the report names what is missing.
func TestExportWithoutItsFiles(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	photos := exportedArchive(t, flags)
	out := t.TempDir()
	lines := filepath.Join(out, "one.jsonl")
	exportTo(t, lines, flags)
	other := []string{"--data", filepath.Join(t.TempDir(), "other")}
	got := hexi(t, append([]string{"ingest", lines, "--json"}, other...)...)
	r := readReport(t, got)
	if got.status != exitPart || r.Records["created"] != 7 || len(r.Failed) != 8 {
		t.Fatalf("status %d: %+v", got.status, r)
	}
	for _, f := range r.Failed {
		if f.Code != "file-missing" || f.Field != "files" || f.Record == "" || f.Do == "" {
			t.Errorf("%+v", f)
		}
	}
	// A file of the right name and size that is another one is not taken for it.
	data, err := os.ReadFile(filepath.Join(photos, "visible.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	wrong := filepath.Join(out, "wrong")
	fileOf(t, wrong, "visible.jpg", data)
	got = hexi(t, append([]string{"ingest", lines, wrong, "--json"}, other...)...)
	found := false
	for _, f := range readReport(t, got).Failed {
		found = found || strings.Contains(f.Why, "is not the file that the row means")
	}
	if !found || got.status != exitPart {
		t.Errorf("status %d: %s", got.status, got.stdout)
	}
	// With --no-files nothing is said of files, and nothing is missed.
	bare := filepath.Join(out, "bare.jsonl")
	first := exportTo(t, bare, flags, "--no-files")
	third := []string{"--data", filepath.Join(t.TempDir(), "third")}
	if got := hexi(t, append([]string{"ingest", bare}, third...)...); got.status != exitDone {
		t.Errorf("%+v", got)
	}
	if second := exportTo(t, filepath.Join(out, "bare2.jsonl"), third); !bytes.Equal(first, second) {
		t.Error("the records alone are not the same when they are exported again")
	}
}

// What is exported follows the choice; a wrong call says what is wrong.
func TestExportChoice(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	exportedArchive(t, flags)
	draft := fileOf(t, t.TempDir(), "draft.jsonl", []byte(`{"id":"cave","collection":"dunhuang","kind":"cave","titles":{"zh":"草稿"}}`+"\n"+`{"id":"secret","collection":"folk","kind":"relic","titles":{"zh":"密"},"rights":{"tier":"staff"}}`+"\n"))
	if got := hexi(t, append([]string{"ingest", draft}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	ids := func(more ...string) string {
		got := hexi(t, append(append([]string{"export", "--to", "-"}, more...), flags...)...)
		if got.status != exitDone {
			t.Fatalf("%v: %+v", more, got)
		}
		var out []string
		for line := range strings.Lines(got.stdout) {
			var r struct {
				ID     string
				Titles map[string]string
				Assets []struct{ ID string }
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(err)
			}
			out = append(out, fmt.Sprintf("%s(%d)", r.ID, len(r.Assets)))
			if r.ID == "cave" && len(more) > 0 && more[0] == "--published" && r.Titles["zh"] == "草稿" {
				t.Error("a draft is exported as published")
			}
		}
		return strings.Join(out, " ")
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "loans(0) aa-first(1) all-fields(4) cave(2) long(0) route(0) secret(0) zz-drawn(1)"},
		{[]string{"--collection", "loans"}, "loans(0) aa-first(1)"},
		{[]string{"--collection", "敦煌"}, "all-fields(4) cave(2)"},
		{[]string{"--published"}, "loans(0) aa-first(1) all-fields(0) cave(2) long(0) route(0) zz-drawn(1)"},
		{[]string{"cave", "loans", "cave", "aa-first"}, "loans(0) aa-first(1) cave(2)"},
		{[]string{"--no-files", "cave"}, "cave(0)"},
	} {
		if got := ids(test.args...); got != test.want {
			t.Errorf("%v exports %s, want %s", test.args, got, test.want)
		}
	}
	old := filepath.Join(t.TempDir(), "old.jsonl")
	fileOf(t, filepath.Dir(old), "old.jsonl", []byte("what was there"))
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--to", old, "nobody", "cave", "no one"}, "nobody: no record has this id"},
		{[]string{"--to", old, "--published", "secret"}, "no record that the public sees"},
		{[]string{"--to", old, "--collection", "dunhaung"}, "dunhuang"},
		{[]string{}, "--to"},
		{[]string{"--to", "records.txt"}, "--as"},
		{[]string{"--to", old, "--as", "pdf"}, "jsonl"},
	} {
		got := hexi(t, append(append([]string{"export"}, test.args...), flags...)...)
		if got.status != exitUsage || !strings.Contains(got.stderr, test.want) {
			t.Errorf("%v: %+v, want %s", test.args, got, test.want)
		}
	}
	if data, err := os.ReadFile(old); err != nil || string(data) != "what was there" {
		t.Errorf("an export that failed touched its target: %q %v", data, err)
	}
	if names, _ := os.ReadDir(filepath.Dir(old)); len(names) != 1 {
		t.Errorf("an export that failed left %v", names)
	}
	nothing := filepath.Join(t.TempDir(), "nothing")
	if got := hexi(t, "export", "--to", "-", "--data", nothing); got.status != exitUsage || !strings.Contains(got.stderr, "no archive") {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(nothing); err == nil {
		t.Error("exporting made an archive")
	}
	// Into a folder it goes under the name of what it holds.
	dir := t.TempDir()
	if got := hexi(t, append([]string{"export", "--to", dir, "--as", "jsonl", "--collection", "folk", "--json"}, flags...)...); got.status != exitDone || !strings.Contains(got.stdout, `"records": 4`) {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "folk.jsonl")); err != nil {
		t.Error(err)
	}
}

// A workbook is taken in like lines: identical records, and the same workbook and the same
// lines when they are exported again.
func TestExportWorkbook(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		photos := exportedArchive(t, flags)
		out := t.TempDir()
		first := exportTo(t, filepath.Join(out, "one.xlsx"), flags)
		lines := exportTo(t, filepath.Join(out, "one.jsonl"), flags)
		other := []string{"--data", filepath.Join(t.TempDir(), "other")}
		got := hexi(t, append([]string{"ingest", filepath.Join(out, "one.xlsx"), photos, "--json"}, other...)...)
		if r := readReport(t, got); got.status != exitDone || r.Records["created"] != 7 || r.Assets["refused"] != 0 {
			t.Fatalf("status %d: %+v %s", got.status, r, got.stderr)
		}
		if again := exportTo(t, filepath.Join(out, "two.jsonl"), other); !bytes.Equal(lines, again) {
			t.Errorf("records that went through a workbook:\n%.3000s\nwere:\n%.3000s", again, lines)
		}
		if again := exportTo(t, filepath.Join(out, "two.xlsx"), other); !bytes.Equal(first, again) {
			t.Error("the workbook is another when it is exported again")
		}
		got = hexi(t, append([]string{"ingest", filepath.Join(out, "one.xlsx"), "--json"}, flags...)...)
		if r := readReport(t, got); got.status != exitDone || r.Records["unchanged"] != 7 || r.Layers != 0 {
			t.Errorf("status %d: %+v %s", got.status, r, got.stderr)
		}
	})
}

// The real lists go out and in again without a difference, in all three forms.
func TestExportReal(t *testing.T) {
	t.Parallel()
	data := testData(t)
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	for _, sheet := range []string{filepath.Join(data, "records", "national_units.csv"), filepath.Join(data, "..", "eval", "records.jsonl")} {
		// Some of the second have no title and are refused.
		if got := built(t, append([]string{"ingest", sheet, "--collection", "dunhuang"}, flags...)...); got.status != exitDone && got.status != exitPart {
			t.Fatalf("%+v", got)
		}
	}
	out := t.TempDir()
	lines := exportBy(t, built, filepath.Join(out, "one.jsonl"), flags)
	if n := bytes.Count(lines, []byte("\n")); n < 3_500 {
		t.Errorf("%d records", n)
	}
	book := exportBy(t, built, filepath.Join(out, "one.xlsx"), flags)
	bag := filepath.Join(out, "bag")
	if got := built(t, append([]string{"export", "--to", bag, "--as", "bagit"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	validBag(t, bag)
	for i, from := range []string{"one.jsonl", "one.xlsx", "bag"} {
		other := []string{"--data", filepath.Join(t.TempDir(), "other")}
		if got := built(t, append([]string{"ingest", filepath.Join(out, from)}, other...)...); got.status != exitDone {
			t.Fatalf("%s: %.2000s %s", from, got.stdout, got.stderr)
		}
		if again := exportBy(t, built, filepath.Join(out, fmt.Sprint(i, ".jsonl")), other); !bytes.Equal(lines, again) {
			t.Errorf("lines are others after %s", from)
		}
		if again := exportBy(t, built, filepath.Join(out, fmt.Sprint(i, ".xlsx")), other); !bytes.Equal(book, again) {
			t.Errorf("the workbook is another after %s", from)
		}
	}
}

// A workbook that was exported and edited comes in again, field by field: what the cells
// could not show beside an edited one is gone, and that is told.
func TestEditedWorkbook(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	dir := t.TempDir()
	sheet := fileOf(t, dir, "账.csv", []byte("总登记号,名称,年代,质地,尺寸,收藏单位\n0001,铜奔马,东汉,铜,高34.5厘米，长45厘米,甘肃省博物馆\n0002,陶罐,汉,陶,高12厘米,甘肃省博物馆\n"))
	if got := hexi(t, append([]string{"ingest", sheet, "--collection", "folk", "--kind", "relic"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	book := filepath.Join(dir, "book.xlsx")
	exportTo(t, book, flags)
	for _, edit := range []struct {
		heading, text string
		kept          func(r archive.Record) bool
	}{
		{"名称", "马踏飞燕", func(r archive.Record) bool {
			return r.Titles["zh"] == "马踏飞燕" && r.Period.Note["zh"] == "东汉"
		}},
		{"年代", "西汉", func(r archive.Record) bool { return r.Period.Note["zh"] == "西汉" }},
		{"起始年", "100", func(r archive.Record) bool { return r.Period.From == 100 }},
		{"年代", "", func(r archive.Record) bool { return r.Period.Note == nil && r.Period.Term == "eastern-han" }},
		{"通高", "35 cm", func(r archive.Record) bool {
			return len(r.Dimensions) == 2 && slices.Contains(r.Dimensions, archive.Dimension{Type: "height", Value: 35, Unit: "cm"})
		}},
	} {
		file, err := excelize.OpenFile(book)
		if err != nil {
			t.Fatal(err)
		}
		table := file.GetSheetList()[0]
		rows, err := file.GetRows(table)
		if err != nil {
			t.Fatal(err)
		}
		column := slices.Index(rows[0], edit.heading)
		line := slices.IndexFunc(rows, func(row []string) bool { return slices.Contains(row, "0001") })
		cell, err := excelize.CoordinatesToCellName(column+1, line+1)
		if err != nil {
			t.Fatalf("no column %s in %v: %v", edit.heading, rows[0], err)
		}
		if err := file.SetCellStr(table, cell, edit.text); err != nil {
			t.Fatal(err)
		}
		edited := filepath.Join(dir, "edited.xlsx")
		if err := file.SaveAs(edited); err != nil {
			t.Fatal(err)
		}
		other := []string{"--data", filepath.Join(t.TempDir(), "other")}
		for _, dry := range []string{"--dry-run=true", "--dry-run=false"} {
			if got := hexi(t, append([]string{"ingest", edited, "--report", filepath.Join(dir, "report.xlsx"), dry}, other...)...); got.status != exitDone {
				t.Errorf("%s: %+v", edit.heading, got)
			}
		}
		found := false
		for _, line := range bytes.Split(exportTo(t, filepath.Join(t.TempDir(), "o.jsonl"), other), []byte("\n")) {
			if !bytes.Contains(line, []byte(`"0001"`)) {
				continue
			}
			var r archive.Record
			err := json.Unmarshal(line, &r)
			if found = err == nil; !found || !edit.kept(r) {
				t.Errorf("%s = %q: %s, %v", edit.heading, edit.text, line, err)
			}
		}
		if !found {
			t.Errorf("%s: the record is gone", edit.heading)
		}
	}
}
