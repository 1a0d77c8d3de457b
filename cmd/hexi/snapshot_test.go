package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An archive whose database is lost comes back from a snapshot: records, users,
// and the work that was under way.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "archive")
	sheet := fileOf(t, dir, "in/sheet.jsonl", []byte(`{"id":"wall","kind":"mural","titles":{"zh":"药师经变"},"files":["a.jpg"]}`+"\n"+`{"id":"cave","kind":"cave","titles":{"zh":"第220窟"}}`))
	fileOf(t, dir, "in/a.jpg", photo(t, 3, 300, 200))
	if o := hexi(t, "ingest", sheet, filepath.Dir(sheet), "--collection", "dunhuang", "--publish", "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	o := hexi(t, "user", "add", "li", "--role", "editor", "--token", "--data", data)
	token := strings.TrimSpace(o.stdout)
	file := filepath.Join(dir, "hexi.jsonl.gz")
	_, stop := serve(t, "--data", data)
	o = hexi(t, "snapshot", "--to", file, "--data", data, "--json") // beside a server
	stop()
	if o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	var report snapshotReport
	if err := json.Unmarshal([]byte(o.stdout), &report); err != nil {
		t.Fatal(err)
	}
	if report.Holds.Tables["records"] != 2 || report.Holds.Tables["assets"] != 1 || report.Holds.Tables["users"] != 1 || report.Of.LastChange == 0 {
		t.Errorf("report %+v", report)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy, which holds password hashes, has mode %v, %v", info.Mode(), err)
	}
	if o := hexi(t, "snapshot", "--to", "store:", "--data", data); o.status != exitDone || !strings.Contains(o.stdout, "store:snapshots/catalogue/") {
		t.Errorf("%+v", o)
	}

	for _, name := range []string{"hexi.db", "hexi.db-wal", "hexi.db-shm"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if o := hexi(t, "snapshot", "--restore", "store:", "--data", data); o.status != exitDone || !strings.Contains(o.stdout, "restored") {
		t.Fatalf("%+v", o)
	}
	// The packages are of this state, by whatever name the catalogue went.
	if r := checked(t, exitDone, "--data", data); len(r.Differences) != 0 {
		t.Errorf("%+v", r.Differences)
	}
	after, _ := serve(t, "--data", data)
	for _, path := range []string{"/api/v1/records/wall", "/iiif/manifest/wall", "/api/v1/search?q=药师", "/api/v1/jobs"} {
		if status, body := fetch(t, after+path, "Bearer "+token); status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// What is wrong with a copy, or with the call, is said before anything is touched.
func TestSnapshotRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, other := filepath.Join(dir, "archive"), filepath.Join(dir, "other")
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"wall","kind":"mural","titles":{"zh":"药师经变"}}`))
	if o := hexi(t, "ingest", sheet, "--collection", "dunhuang", "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	file := filepath.Join(dir, "hexi.jsonl.gz")
	if o := hexi(t, "snapshot", "--to", file, "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	cut := fileOf(t, dir, "cut.gz", whole[:len(whole)/2])
	altered := bytes.Clone(whole)
	altered[len(altered)/2] ^= 4
	bad := fileOf(t, dir, "bad.gz", altered)
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{}, exitUsage, "give one of --to, --verify and --restore"},
		{[]string{"--to", "a", "--restore", "b"}, exitUsage, "give one of"},
		{[]string{"--to", "a", "--replace"}, exitUsage, "go with --restore"},
		{[]string{"--to", "store:incoming/x"}, exitUsage, "lie under snapshots/catalogue/"},
		{[]string{"--to", file}, exitFailed, "is there already"},
		{[]string{"--to", filepath.Join(dir, "none", "x")}, exitFailed, "no such file or directory"},
		{[]string{"--verify", cut}, exitFailed, "not a whole snapshot"},
		{[]string{"--verify", bad}, exitFailed, "not a whole snapshot"},
		{[]string{"--verify", sheet}, exitFailed, "not a whole snapshot"},
		{[]string{"--verify", filepath.Join(dir, "none")}, exitFailed, "no such file"},
		{[]string{"--verify", "store:"}, exitFailed, "holds no copy of the catalogue"},
		{[]string{"--verify", "store:snapshots/catalogue/none.jsonl.gz"}, exitFailed, "not found"},
		{[]string{"--restore", cut}, exitFailed, "not a whole snapshot"},
		{[]string{"--restore", bad}, exitFailed, "not a whole snapshot"},
	} {
		of := other
		if len(test.args) > 0 && test.args[0] == "--to" { // of an archive that is there
			of = data
		}
		o := hexi(t, append([]string{"snapshot", "--data", of}, test.args...)...)
		if o.status != test.status || !strings.Contains(o.stderr, test.says) {
			t.Errorf("%v: %+v, want status %d and %q", test.args, o, test.status, test.says)
		}
	}
	if _, err := os.Stat(filepath.Join(other, "hexi.db")); err == nil {
		t.Error("what was refused made a catalogue")
	}
	if o := hexi(t, "snapshot", "--restore", file, "--data", other); o.status != exitDone {
		t.Errorf("into a new one: %+v", o)
	}
	if o := hexi(t, "snapshot", "--restore", file, "--data", data); o.status != exitFailed || !strings.Contains(o.stderr, "--replace") {
		t.Errorf("into one that holds something: %+v", o)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".hexi-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// The copy of another archive is not put back beside a journal that knows nothing of it.
func TestRestoreOfAnotherArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	one, two, file := filepath.Join(dir, "one"), filepath.Join(dir, "two"), filepath.Join(dir, "one.gz")
	sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"wall","kind":"mural","titles":{"zh":"药师经变"}}`+"\n"))
	for _, data := range []string{one, two} {
		if o := hexi(t, "ingest", sheet, "--collection", "dunhuang", "--data", data); o.status != exitDone {
			t.Fatalf("%+v", o)
		}
	}
	if o := hexi(t, "snapshot", "--to", file, "--data", one); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	o := hexi(t, "snapshot", "--restore", file, "--replace", "--data", two)
	if o.status != exitFailed || !strings.Contains(o.stderr, "of another archive") || !strings.Contains(o.stderr, "nothing was changed") {
		t.Errorf("%+v", o)
	}
	if r := checked(t, exitDone, "--data", two); len(r.Differences) != 0 {
		t.Errorf("%+v", r.Differences)
	}
	// In a place of its own it needs no journal.
	if o := hexi(t, "snapshot", "--restore", file, "--data", filepath.Join(dir, "three")); o.status != exitDone {
		t.Errorf("%+v", o)
	}
}

// A catalogue that was put back to a time before goes on from there, and its packages with
// it: what was given up stays in their earlier versions.
func TestRestoreToBefore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "archive")
	save := func(id, title string) outcome {
		t.Helper()
		sheet := fileOf(t, dir, "sheet.jsonl", []byte(`{"id":"`+id+`","kind":"mural","titles":{"zh":"`+title+`"}}`+"\n"))
		return hexi(t, "ingest", sheet, "--collection", "dunhuang", "--publish", "--data", data)
	}
	for _, id := range []string{"wall", "other"} {
		if got := save(id, "药师经变"); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	file := filepath.Join(dir, "hexi.jsonl.gz")
	if o := hexi(t, "snapshot", "--to", file, "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	for _, id := range []string{"wall", "other"} {
		if got := save(id, "误改"); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
	}
	if o := hexi(t, "snapshot", "--restore", file, "--journal", "off", "--replace", "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	r := checked(t, exitPart, "--data", data)
	if len(r.Differences) != 2 || r.Differences[0].Code != "package-stale" || !strings.Contains(r.Differences[0].Why, "before the catalogue was put back") {
		t.Errorf("%+v", r.Differences)
	}
	got := save("wall", "东方药师净土变")
	if got.status != exitDone || !strings.Contains(got.stdout, "0 waiting") {
		t.Errorf("%+v", got)
	}
	if r := checked(t, exitPart, "--data", data); len(r.Differences) != 1 || r.Differences[0].Record != "other" {
		t.Errorf("%+v", r.Differences)
	}
	if o := hexi(t, "check", "--repair", "--data", data); o.status != exitDone {
		t.Errorf("%+v", o)
	}
	if r := checked(t, exitDone, "--data", data); len(r.Differences) != 0 {
		t.Errorf("%+v", r.Differences)
	}
	removeDatabase(t, data)
	if o := hexi(t, "rebuild", "--from-packages", "--data", data); o.status != exitDone {
		t.Fatalf("%+v", o)
	}
	lines := exportTo(t, filepath.Join(dir, "o.jsonl"), []string{"--data", data})
	if !bytes.Contains(lines, []byte("东方药师净土变")) || !bytes.Contains(lines, []byte(`"药师经变"`)) || bytes.Contains(lines, []byte("误改")) {
		t.Errorf("%s", lines)
	}
	if n, err := filepath.Glob(filepath.Join(data, "objects", "ocfl", "*", "*", "*", "*", "v3")); err != nil || len(n) != 2 {
		t.Errorf("%d packages of three versions, %v: those before are to stay", len(n), err)
	}
}
