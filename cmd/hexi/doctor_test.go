package main

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive/objects"
)

// diagnosis reads what "hexi doctor --json" prints.
type diagnosis struct {
	State  string
	Checks []finding
}

func examine(t *testing.T, flags ...string) (diagnosis, outcome) {
	t.Helper()
	got := hexi(t, append([]string{"doctor", "--json"}, flags...)...)
	var d diagnosis
	if err := json.Unmarshal([]byte(got.stdout), &d); err != nil {
		t.Fatalf("%v: %+v", err, got)
	}
	want := map[string]int{stateOK: exitDone, stateWarning: exitPart, stateFault: exitFailed}[d.State]
	if got.status != want {
		t.Errorf("%s, with the status %d: %s", d.State, got.status, got.stderr)
	}
	for _, f := range d.Checks {
		if f.Says == "" || f.State != stateOK && f.Do == "" {
			t.Errorf("%+v says not enough", f)
		}
	}
	return d, got
}

func (d diagnosis) of(check string) finding {
	for _, f := range d.Checks {
		if f.Check == check {
			return f
		}
	}
	return finding{}
}

// storeChecks are made of every store.
var storeChecks = []string{"object store", "store put", "store get", "store range", "store if-none-match", "store if-match", "store list", "store delete", "store clock"}

// An archive that works is found to, on a directory and SQLite and on S3 and
// PostgreSQL, beside a server and without one; nothing stays behind.
func TestDoctor(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		scratch := filepath.Join(t.TempDir(), "scratch")
		flags = append(flags, "--scratch", scratch)
		before, _ := examine(t, flags...)
		if f := before.of("search index"); f.State != stateWarning || !strings.Contains(f.Says, "no index") {
			t.Errorf("before the start: %+v", f)
		}
		if _, err := os.Stat(scratch); err == nil {
			t.Error("the scratch directory was made")
		}
		photo := fileOf(t, t.TempDir(), "a.jpg", photo(t, 3, 300, 200))
		if got := hexi(t, append([]string{"ingest", photo, "--collection", "folk", "--publish"}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		_, stop := serve(t, flags...)
		for _, server := range []bool{true, false} {
			if !server {
				stop()
			}
			d, _ := examine(t, flags...)
			for _, check := range append([]string{"decoder", "database"}, storeChecks...) {
				if f := d.of(check); f.State != stateOK {
					t.Errorf("server %v: %+v", server, f)
				}
			}
			for _, check := range []string{"engine", "formats", "data", "scratch", "temp"} {
				if f := d.of(check); f.State == "" {
					t.Errorf("nothing about %s", check)
				}
			}
			if f := d.of("packages"); f.State != stateOK || !strings.HasSuffix(f.Says, ", none behind the catalogue") {
				t.Errorf("server %v: %+v", server, f)
			}
			if f := d.of("search index"); f.State != stateOK || strings.Contains(f.Says, "server") != server {
				t.Errorf("server %v: %+v", server, f)
			}
		}
		if text := hexi(t, append([]string{"doctor"}, flags...)...); !strings.Contains(text.stdout, "of 8 writers at the same time one won") {
			t.Errorf("%+v", text)
		}
		address := "dir:" + filepath.Join(flags[1], "objects")
		if len(flags) > 4 {
			address = flags[5]
		}
		store, err := objects.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		for info, err := range store.List(t.Context(), "doctor") {
			t.Errorf("%s was left behind (%v)", info.Key, err)
		}
		empty, err := fs.Glob(os.DirFS(flags[1]), "objects/doctor")
		if err != nil || len(empty) > 0 {
			t.Errorf("%v was left behind (%v)", empty, err)
		}
	})
}

// Before there is an archive, that is what is said, and none is made.
func TestDoctorOnNothing(t *testing.T) {
	data := filepath.Join(t.TempDir(), "archive")
	d, _ := examine(t, "--data", data)
	for _, check := range []string{"database", "object store", "search index"} {
		if f := d.of(check); f.State != stateWarning {
			t.Errorf("%+v", f)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the doctor made an archive")
	}
}

// What does not work is a fault, each by itself, and no password is printed.
func TestDoctorFindsFaults(t *testing.T) {
	data := t.TempDir()
	fileOf(t, data, "index/CURRENT", []byte("index-000001\n"))
	fileOf(t, data, "file", nil)
	d, got := examine(t, "--data", data, "--scratch", filepath.Join(data, "file"),
		"--database", "postgres://hexi:secret@127.0.0.1:1/hexi", "--objects", "s3://key:secret@127.0.0.1:1/bucket?tls=off")
	for _, check := range []string{"database", "object store", "search index", "scratch"} {
		if f := d.of(check); f.State != stateFault {
			t.Errorf("%+v", f)
		}
	}
	if strings.Contains(got.stdout+got.stderr, "secret") {
		t.Errorf("a password is printed: %s", got.stdout)
	}
}

// careless is a store that does not keep to conditions, as some do.
type careless struct{ objects.Store }

func (c careless) Put(ctx context.Context, key string, r io.Reader, opts objects.PutOptions) (objects.Info, error) {
	opts.IfAbsent = false
	return c.Store.Put(ctx, key, r, opts)
}

func (c careless) Range(ctx context.Context, key string, off, n int64, _ string) (io.ReadCloser, objects.Info, error) {
	return c.Store.Range(ctx, key, off, n, "")
}

func TestDoctorSeesCarelessStores(t *testing.T) {
	t.Parallel()
	dir, err := objects.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	trial := &storeTrial{store: careless{dir}, prefix: "doctor/x/"}
	if _, err := trial.put(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := trial.race(t.Context()); err == nil || !strings.Contains(err.Error(), "8 wrote") {
		t.Errorf("all may write: %v", err)
	}
	if _, err := trial.ifMatch(t.Context()); err == nil || !strings.Contains(err.Error(), "not refused") {
		t.Errorf("versions are mixed: %v", err)
	}
	if err := trial.clean(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestOwnVocabulary takes vocabularies and profiles of DATA/vocab or --vocab, says what
// it took, and stops at a fault with file and line.
func TestOwnVocabulary(t *testing.T) {
	data := t.TempDir()
	write := func(name, content string) {
		t.Helper()
		path := filepath.Join(data, "vocab", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, _ := examine(t, "--data", data)
	if f := d.of("vocabularies"); f.State != stateOK || strings.Contains(f.Says, "; of ") {
		t.Errorf("without own files: %+v", f)
	}
	write("glaze.csv", "code,zh,en\nsancai,三彩,Sancai\n")
	write("profiles/sherds.csv", "kind,relic\ncategories,relic-02\nextends,movable-relic\nzh,陶片\nen,Sherds\npath,zh,en,type,scheme\nextra.glaze,釉,Glaze,term,glaze\n")
	for _, flags := range [][]string{{"--data", data}, {"--data", t.TempDir(), "--vocab", filepath.Join(data, "vocab")}} {
		d, _ := examine(t, flags...)
		if f := d.of("vocabularies"); f.State != stateOK || !strings.HasSuffix(f.Says, ": 1 term, the schemes glaze, the profiles sherds") {
			t.Errorf("%v: %+v", flags, f)
		}
	}
	row := filepath.Join(t.TempDir(), "a.jsonl")
	if err := os.WriteFile(row, []byte(`{"id":"s1","kind":"relic","category":"陶器","titles":{"zh":"陶片"},"extra":{"glaze":"三色"}}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := hexi(t, "ingest", row, "--data", data, "--collection", "folk", "--dry-run")
	if said := got.stdout + got.stderr; got.status != exitPart && got.status != exitFailed || !strings.Contains(said, `extra.glaze`) || !strings.Contains(said, "三色") {
		t.Errorf("a glaze that there is not: %+v", got)
	}
	write("glaze.csv", "code,zh,en\nsancai,三彩\n")
	d, _ = examine(t, "--data", data)
	if f := d.of("vocabularies"); f.State != stateFault || !strings.Contains(f.Says, "glaze.csv: line 2: sancai lacks a label") {
		t.Errorf("a fault in an own file: %+v", f)
	}
	if got := hexi(t, "ingest", row, "--data", data, "--collection", "folk"); got.status != exitFailed || !strings.Contains(got.stderr, "glaze.csv: line 2") {
		t.Errorf("work with a fault in an own file: %+v", got)
	}
	if got := hexi(t, "doctor", "--data", t.TempDir(), "--vocab", filepath.Join(data, "none")); !strings.Contains(got.stdout, "vocab: ") {
		t.Errorf("a directory that is not there: %+v", got)
	}
}
