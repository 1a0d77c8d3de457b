package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/ingest"
)

// fileFrom is a file on disk under another name.
func fileFrom(path, name string) ingest.File {
	return ingest.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// houseAt opens the archive that flags name, as a command does.
func houseAt(t *testing.T, flags []string) *house {
	t.Helper()
	env := &environment{getenv: func(string) string { return "" }, stdout: io.Discard, stderr: io.Discard}
	for i := 0; i < len(flags); i += 2 {
		*map[string]*string{"--data": &env.flags.Data, "--database": &env.flags.Database, "--objects": &env.flags.Objects}[flags[i]] = flags[i+1]
	}
	h, err := openHouse(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// preserveAll works the jobs and writes the packages until nothing is left.
func preserveAll(t *testing.T, h *house) {
	t.Helper()
	stop, err := h.startWorkers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if !eventually(t, func() bool {
		counts, err := h.archive.JobCounts(t.Context(), "")
		return err == nil && counts[archive.JobWaiting]+counts[archive.JobRunning]+counts[archive.JobRetry] == 0
	}) {
		t.Fatal("the jobs do not end")
	}
	report := new(ingest.Report)
	if err := h.pipeline.ReportPackages(t.Context(), report, 2*time.Minute); err != nil || report.Packages.Waiting != 0 {
		t.Fatalf("packages: %+v, %v", report.Packages, err)
	}
}

// livedIn fills an archive with all that can be in one: drafts, revisions, what was
// published, withdrawn and superseded, layers, an exhibition, a route, a refused image,
// a collection and a term of its own, one that was erased.
func livedIn(t *testing.T, flags []string) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range ownTerms {
		fileOf(t, filepath.Join(flags[1], "vocab"), name, []byte(data))
	}
	var sheet strings.Builder
	for i := range 6 {
		name := fmt.Sprintf("图 %02d.jpg", i)
		fileOf(t, dir, name, photo(t, 2*i+1, 700+10*i, 500))
		fmt.Fprintf(&sheet, `{"id":"m-%02d","kind":"mural","titles":{"zh":"第%d铺 <经变> & 画","en":"Mural %d"},"files":[%q],"extra":{"备注":{"a":[1,2.50,"<b>"]}}}`+"\n", i, i, i, name)
	}
	fileOf(t, dir, "broken.jpg", photo(t, 5, 300, 200)[:900])
	sheet.WriteString(`{"id":"m-bad","kind":"mural","titles":{"zh":"坏图"},"files":["broken.jpg"]}` + "\n")
	sheet.WriteString(`{"id":"show","kind":"exhibition","titles":{"zh":"展览"},"stops":[{"record":"m-01","caption":{"zh":"看"}},{"record":"m-02"}]}` + "\n")
	sheet.WriteString(`{"id":"way","kind":"route","titles":{"zh":"长征"},"stops":[{"record":"m-03","date":"1936-10-09"}]}` + "\n")
	sheet.WriteString(`{"id":"liangzhou","kind":"collection","titles":{"zh":"凉州","en":"Liangzhou"},"descriptions":{"zh":"本馆自设专题"}}` + "\n")
	sheet.WriteString(`{"id":"own","collection":"liangzhou","kind":"relic","titles":{"zh":"自有词汇"},"category":"河西釉"}` + "\n")
	fileOf(t, dir, "gone.jpg", photo(t, 55, 640, 480))
	sheet.WriteString(`{"id":"gone","kind":"relic","titles":{"zh":"将被依法删除"},"files":["gone.jpg"]}` + "\n")
	fileOf(t, dir, "sheet.jsonl", []byte(sheet.String()))
	got := hexi(t, append([]string{"ingest", dir, filepath.Join(dir, "sheet.jsonl"), "--collection", "dunhuang", "--publish", "--json"}, flags...)...)
	if r := readReport(t, got); got.status != exitPart || r.Packages.Waiting != 0 || r.Packages.Written < 9 {
		t.Fatalf("%+v", got)
	}
	h := houseAt(t, flags)
	defer h.Close() //nolint:errcheck // the test has what it wants
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 5 { // of which the third is published
		e, err := h.archive.Record(ctx, "m-00")
		check(err)
		e.Record.Descriptions = archive.Text{"zh": fmt.Sprintf("说明 %d", n)}
		_, err = h.archive.Save(ctx, "王", archive.Draft{Record: e.Record, Publish: n == 2, Message: fmt.Sprint("edit ", n)})
		check(err)
	}
	check(h.archive.WithdrawAs(ctx, "li", "m-04", archive.Withdrawal{Reason: archive.Text{"zh": "核对中", "en": "under review"}, ShowTitle: true}))
	fileOf(t, dir, "red.jpg", photo(t, 77, 710, 500))
	_, err := h.pipeline.Receive(ctx, "li", "m-01", fileFrom(filepath.Join(dir, "red.jpg"), "red.jpg"), "b2")
	check(err)
	// Another file of the same name takes the first one's place.
	fileOf(t, dir, "new.jpg", photo(t, 99, 800, 500))
	_, err = h.pipeline.Receive(ctx, "li", "m-05", fileFrom(filepath.Join(dir, "new.jpg"), "图 05.jpg"), "b2")
	check(err)
	preserveAll(t, h)
	e, err := h.archive.Record(ctx, "m-01")
	check(err)
	_, err = h.archive.SetLayers(ctx, "li", "m-01", archive.Layers{
		e.Assets[0].ID: {Kind: "visible"}, e.Assets[1].ID: {Kind: "infrared", Label: archive.Text{"en": "940 nm"}, Tier: archive.TierStaff},
	})
	check(err)
	_, err = h.archive.Save(ctx, "li", archive.Draft{Record: archive.Record{ID: "draft", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "草稿"}}})
	check(err)
	check(h.archive.AddUser(ctx, "root", "wang", archive.RoleCurator, ""))
	check(h.archive.DisableUser(ctx, "root", "wang"))
	check(h.archive.Erase(ctx, "root", "gone", "a court has ordered it"))
	preserveAll(t, h)
	// To its end: of what a job has not removed yet the packages know nothing.
	check(h.workErase(ctx, archive.Job{Kind: archive.JobErase, Record: "gone"}))
}

// ownTerms are vocabularies of an archive's own, by the names of their files.
var ownTerms = map[string]string{
	"category.csv":        "code,zh,en\nhexi-glaze,河西釉,Hexi glaze\n",
	"collection.csv":      "code,zh,en\nliangzhou,凉州,Liangzhou\n",
	"profiles/sherds.csv": "kind,relic\nzh,陶片\nen,Sherds\nexplicit,yes\npath,zh,en,type,scheme,required,headings\nextra.sherds,片数,Sherds,integer,,,\n",
}

var (
	anyAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	tookMs     = regexp.MustCompile(`"took_ms":[0-9.]+`)
)

// answers asks a server everything about the records there are, as the public and as
// those who work there.
func answers(t *testing.T, flags []string) map[string]string {
	t.Helper()
	user := hexi(t, append([]string{"user", "add", "tester", "--role", "admin", "--token"}, flags...)...)
	lines := strings.Split(strings.TrimSpace(user.stdout), "\n")
	token := "Bearer " + lines[len(lines)-1]
	address, stop := serve(t, append([]string{"--no-jobs"}, flags...)...)
	defer stop()
	out := map[string]string{}
	ask := func(path string) []byte {
		for who, auth := range map[string][]string{"public": nil, "staff": {token}} {
			status, body := fetch(t, address+path, auth...)
			body = tookMs.ReplaceAll(anyAddress.ReplaceAll(body, []byte("X")), nil)
			out[who+" "+path] = fmt.Sprint(status, " ", string(body))
			if who == "staff" && status == 0 {
				t.Errorf("%s: %s", path, body)
			}
		}
		return []byte(strings.TrimPrefix(out["staff "+path], "200 "))
	}
	var list struct {
		Records []struct {
			ID       string
			Revision int
			Assets   []struct{ ID string }
		}
	}
	if err := json.Unmarshal(ask("/api/v1/records?limit=100"), &list); err != nil || len(list.Records) < 10 {
		t.Fatalf("%v: %d records", err, len(list.Records))
	}
	for _, r := range list.Records {
		ask("/api/v1/records/" + r.ID)
		ask("/api/v1/records/" + r.ID + "/revisions")
		ask("/iiif/manifest/" + r.ID)
		for n := range r.Revision {
			ask(fmt.Sprintf("/api/v1/records/%s/revisions/%d", r.ID, n+1))
		}
		for _, a := range r.Assets {
			ask("/api/v1/assets/" + a.ID)
			ask("/api/v1/assets/" + a.ID + "/master")
			ask("/iiif/3/" + a.ID + "/info.json")
			ask("/iiif/3/" + a.ID + "/0,0,512,500/256,/0/default.jpg")
		}
	}
	for _, q := range []string{"", "q=经变", "q=mural&sort=title", "sort=updated"} {
		ask("/api/v1/search?limit=100&" + q)
	}
	ask("/iiif/collection/top")
	ask("/iiif/collection/dunhuang")
	ask("/iiif/collection/liangzhou")
	ask("/api/v1/vocab/category")
	ask("/api/v1/profiles/sherds")
	ask("/api/v1/records/gone")
	for _, as := range []string{"jsonl", "xlsx"} {
		file := filepath.Join(t.TempDir(), "all."+as)
		if got := hexi(t, append([]string{"export", "--to", file, "--as", as}, flags...)...); got.status != exitDone {
			t.Errorf("export: %+v", got)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out["export "+as] = string(data)
	}
	return out
}

// lose gives flags for the same objects and an empty database, and removes the index.
func lose(t *testing.T, flags []string) []string {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(flags[1], "index")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(flags[1], "vocab")); err != nil {
		t.Fatal(err)
	}
	if len(flags) == 2 {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(filepath.Join(flags[1], "hexi.db"+suffix)); err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
		}
		return flags
	}
	name := fmt.Sprintf("rebuilt_%d_%d", os.Getpid(), time.Now().UnixNano())
	return []string{flags[0], flags[1], "--database", freshDatabase(t, os.Getenv("HEXI_TEST_POSTGRES"), name), flags[4], flags[5]}
}

type rebuilding struct {
	Packages, Records, Known, Assets, Ready, Users, Erased int
	Vocabularies                                           struct {
		Files   int
		Differs string
	}
	Damaged, Notes []struct{ Item, Record, Code, Why, Do string }
	Head           string
}

func rebuild(t *testing.T, flags []string) (rebuilding, outcome) {
	t.Helper()
	got := hexi(t, append([]string{"rebuild", "--from-packages", "--json"}, flags...)...)
	var r rebuilding
	if got.status == exitDone || got.status == exitPart {
		if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
	}
	return r, got
}

// The database and the index are lost; all answers are as before.
func TestRebuild(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		livedIn(t, flags)
		before := answers(t, flags)
		refused := hexi(t, append([]string{"rebuild", "--from-packages"}, flags...)...)
		if refused.status != exitUsage || !strings.Contains(refused.stderr, "holds 12 records") {
			t.Errorf("over an archive: %+v", refused)
		}
		flags = lose(t, flags)
		r, got := rebuild(t, flags)
		if got.status != exitDone || r.Records != 12 || len(r.Damaged) != 0 || r.Users != 1 || r.Assets != 9 || r.Ready != 8 || r.Erased != 1 || r.Vocabularies.Files != 3 {
			t.Fatalf("%+v, %+v", r, got)
		}
		after := answers(t, flags)
		if len(after) != len(before) {
			t.Errorf("%d answers, before %d", len(after), len(before))
		}
		for path, want := range before {
			if got := after[path]; got != want {
				t.Errorf("%s:\n%.1500s\nbefore:\n%.1500s", path, got, want)
			}
		}
		h := houseAt(t, flags)
		defer h.Close() //nolint:errcheck // the test has what it wants
		proof, err := h.archive.VerifyLog(t.Context(), archive.VerifyOptions{}, func(b archive.Break) error {
			t.Errorf("the log does not hold: %+v", b)
			return nil
		})
		if err != nil || proof.Revisions < 15 {
			t.Errorf("%+v, %v", proof, err)
		}
		if u, err := h.archive.User(t.Context(), "wang"); err != nil || !u.Disabled || u.Role != archive.RoleCurator {
			t.Errorf("%+v, %v", u, err)
		}
		if got := hexi(t, append([]string{"check", "--head", r.Head}, flags...)...); got.status != exitDone {
			t.Errorf("check: %+v", got)
		}
		// Life goes on: the next version holds the whole history.
		if err := h.archive.Withdraw(t.Context(), "li", "m-00"); err != nil {
			t.Fatal(err)
		}
		preserveAll(t, h)
		object, err := h.packages.Object(t.Context(), "m-00")
		if err != nil {
			t.Fatal(err)
		}
		body, err := object.Open(t.Context(), "provenance/00001.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		events, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		for action, want := range map[string]int{"created": 1, "updated": 5, "published": 2, "restored": 1, "withdrawn": 1, "asset-added": 1} {
			if n := bytes.Count(events, []byte(`"action":"`+action+`"`)); n != want {
				t.Errorf("%d events %s, want %d: %s", n, action, want, events)
			}
		}
		sound(t, h)
	})
}

// sound holds all packages to the specification, and looks for masters elsewhere.
func sound(t *testing.T, h *house) {
	t.Helper()
	for report, err := range h.packages.ValidateAll(t.Context(), ocfl.ValidateOptions{}) {
		for _, p := range report.Problems {
			if p.Code != "W005" { // ids of records are no URIs
				t.Errorf("%s: %s", report.Object, p)
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	for info, err := range h.objects.List(t.Context(), "incoming/") {
		t.Errorf("left over: %s, %v", info.Key, err)
	}
}

// Killed again and again, a rebuild comes to the same end; a damaged package is left
// out, named, and put back once it is mended.
func TestRebuildGoesOn(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		livedIn(t, flags)
		before := answers(t, flags)
		h := houseAt(t, flags)
		object, err := h.packages.Object(t.Context(), "m-02")
		if err != nil {
			t.Fatal(err)
		}
		key, err := object.Key("package.json")
		if err != nil {
			t.Fatal(err)
		}
		body, _, err := h.objects.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		put := func(data []byte) {
			if _, err := h.objects.Put(t.Context(), key, bytes.NewReader(data), objects.PutOptions{Size: int64(len(data))}); err != nil {
				t.Fatal(err)
			}
		}
		put(bytes.Replace(whole, []byte(`"published": 1`), []byte(`"published": 9`), 1))
		flags = lose(t, flags)
		for _, after := range []time.Duration{100e6, 300e6, 500e6} {
			cmd := process(t, append([]string{"rebuild", "--from-packages"}, flags...)...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(after)
			_ = cmd.Process.Kill() // it may have ended
			_ = cmd.Wait()
		}
		r, got := rebuild(t, flags)
		if got.status != exitPart || len(r.Damaged) != 1 || r.Damaged[0].Record != "m-02" || r.Damaged[0].Code != "damaged" || r.Records+r.Known != 11 {
			t.Errorf("with a damaged package: %+v, %+v", r, got)
		}
		put(whole)
		if r, got := rebuild(t, flags); got.status != exitDone || len(r.Damaged) != 0 || r.Records != 1 || r.Known != 11 {
			t.Errorf("mended: %+v, %+v", r, got)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		after := answers(t, flags)
		for path, want := range before {
			if got := after[path]; got != want {
				t.Errorf("%s:\n%.1500s\nbefore:\n%.1500s", path, got, want)
			}
		}
	})
}
