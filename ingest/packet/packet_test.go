package packet

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// opened is a package in memory, as one that is read from a store would be.
type opened map[string][]byte

func digestOf(data []byte) string {
	sum := sha512.Sum512(data)
	return hex.EncodeToString(sum[:])
}

func (o opened) Open(_ context.Context, path string) (io.ReadCloser, error) {
	data, ok := o[path]
	if !ok {
		return nil, archive.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (o opened) Digest(path string) (string, error) {
	data, ok := o[path]
	if !ok {
		return "", archive.ErrNotFound
	}
	return digestOf(data), nil
}

func (o opened) digests() map[string]string {
	out := map[string]string{}
	for path, data := range o {
		out[path] = digestOf(data)
	}
	return out
}

// written adds a version to a package as a store would: masters come from masters.
func (o opened) written(t *testing.T, files []File, masters map[string][]byte) opened {
	t.Helper()
	out := opened{}
	for _, f := range files {
		switch {
		case f.Data != nil:
			out[f.Path] = f.Data
		case f.From != "":
			out[f.Path] = masters[f.From]
		default:
			for _, data := range o {
				if digestOf(data) == f.SHA512 {
					out[f.Path] = data
				}
			}
		}
		if out[f.Path] == nil {
			t.Fatalf("%s has no bytes: %+v", f.Path, f)
		}
	}
	return out
}

var (
	began      = time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	masterData = []byte("the bytes of a master")
)

func revision(n int) archive.Revision {
	return archive.Revision{
		Number: n, At: began.Add(time.Duration(n) * time.Minute), By: "li", Message: fmt.Sprintf("第%d稿", n),
		Record: archive.Record{
			ID: "r", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": fmt.Sprintf("题 <%d> & 名", n), "en": "Title"},
			Extra: map[string]json.RawMessage{"b": json.RawMessage("2.50"), "a": json.RawMessage(`"<x>"`)},
		},
	}
}

// dossier is a record with n revisions, each logged, and a master; only what a package
// asks for that has the first of them.
func dossier(t *testing.T, n int, q archive.DossierQuery) *archive.Dossier {
	t.Helper()
	d := &archive.Dossier{
		Log: "log-1", Published: began.Add(time.Hour), Seq: int64(n + 1),
		Entry: archive.Entry{
			Record: revision(n).Record, Revision: n, Published: 1, Created: began, Updated: revision(n).At,
			Assets: []archive.Asset{{
				ID: "a1", Record: "r", Position: 1, Kind: archive.AssetImage, State: archive.AssetReady, Received: began,
				Master: archive.Master{Key: "incoming/a1/master", Filename: "图 1.tif", Size: int64(len(masterData)), SHA512: digestOf(masterData), Format: "tiff"},
				Image:  &archive.Image{Width: 10, Height: 20}, Access: &archive.Access{},
			}},
		},
	}
	for i := 1; i <= n; i++ {
		rev := revision(i)
		if i >= q.FromRevision {
			d.Revisions = append(d.Revisions, rev)
		}
		var b bytes.Buffer
		if err := line(&b, rev.Record); err != nil {
			t.Fatal(err)
		}
		action := archive.ActionUpdated
		if i == 1 {
			action = archive.ActionCreated
		}
		c := archive.Change{Seq: int64(i), At: rev.At, By: "li", Action: action, Record: "r", Revision: i, Digest: archive.RevisionDigest(bytes.TrimSpace(b.Bytes()), rev.Message)}
		if q.Log != "log-1" || c.Seq > q.AfterChange {
			d.Changes = append(d.Changes, c)
		}
	}
	d.Changes = append(d.Changes, archive.Change{Seq: int64(n + 1), At: began, By: "li", Action: archive.ActionAssetAdded, Record: "r", Asset: "a1", Digest: digestOf(masterData)})
	return d
}

func build(t *testing.T, n int, before opened) (opened, []File, *Document) {
	t.Helper()
	var base Base
	if before != nil {
		var err error
		if base, err = ReadBase(t.Context(), before, "r", before.digests()); err != nil {
			t.Fatal(err)
		}
	}
	files, doc, err := Build(dossier(t, n, base.Query()), base)
	if err != nil {
		t.Fatal(err)
	}
	return before.written(t, files, map[string][]byte{"incoming/a1/master": masterData}), files, doc
}

// What is built is read back; the same record makes the same bytes, at once or version
// by version; a file that is full is never written again.
func TestBuildAndRead(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 99, 100, 101, 199, 200, 201, 250} {
		once, files, _ := build(t, n, nil)
		again, _, _ := build(t, n, nil)
		if diff := cmp.Diff(once, again); diff != "" {
			t.Errorf("%d revisions, built twice: %s", n, diff)
		}
		for i := 1; i < len(files); i++ {
			if files[i].Path <= files[i-1].Path {
				t.Errorf("%s comes after %s", files[i].Path, files[i-1].Path)
			}
		}
		got, err := Read(t.Context(), once, "r")
		if err != nil {
			t.Fatalf("%d revisions: %v", n, err)
		}
		if len(got.Revisions) != n || len(got.Events) != n+1 || got.Document.Revision != n || got.Document.Assets[0].State != archive.AssetIdentified || got.Document.Assets[0].Access != nil {
			t.Errorf("%d revisions: %d revisions, %d events, %+v", n, len(got.Revisions), len(got.Events), got.Document)
		}
		want, _ := json.Marshal(revision(n))
		if have, _ := json.Marshal(got.Revisions[n-1]); !bytes.Equal(have, want) {
			t.Errorf("revision %d is %s, was %s", n, have, want)
		}
	}
	var steps opened
	for _, n := range []int{1, 60, 100, 130, 260} {
		before := steps
		var files []File
		steps, files, _ = build(t, n, before)
		for _, f := range files {
			if f.Data != nil && before[f.Path] != nil && strings.HasSuffix(f.Path, "jsonl") && bytes.Count(before[f.Path], []byte("\n")) == perFile {
				t.Errorf("%s is full and was written again", f.Path)
			}
			if f.From != "" && before != nil {
				t.Errorf("%s was stored again", f.Path)
			}
		}
	}
	once, _, _ := build(t, 260, nil)
	for path, data := range once {
		if strings.HasPrefix(path, "provenance/") || path == DocumentPath { // when the master came is told at each step
			continue
		}
		if !bytes.Equal(steps[path], data) {
			t.Errorf("%s depends on how many versions it took", path)
		}
	}
}

// Revisions of many bytes stand in files of their own, so that what is written with each of
// them does not grow; how many versions it took makes no difference to the files.
func TestLargeRevisions(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("一日三省吾身\n", fullBytes/60) // a third of a file
	large := func(n int, q archive.DossierQuery) *archive.Dossier {
		d := dossier(t, n, q)
		for i := range d.Revisions {
			if n := d.Revisions[i].Number; n%10 < 4 && n > 100 {
				d.Revisions[i].Message = text
			}
		}
		for i := range d.Changes {
			d.Changes[i].Digest = ""
		}
		return d
	}
	var steps opened
	written := 0
	for n := 90; n <= 240; n += 3 {
		var base Base
		if steps != nil {
			var err error
			if base, err = ReadBase(t.Context(), steps, "r", steps.digests()); err != nil {
				t.Fatal(err)
			}
		}
		files, _, err := Build(large(n, base.Query()), base)
		if err != nil {
			t.Fatalf("%d revisions: %v", n, err)
		}
		for _, f := range files {
			if strings.HasPrefix(f.Path, "revisions/") && f.From == "" {
				written += len(f.Data)
			}
		}
		steps = steps.written(t, files, map[string][]byte{"incoming/a1/master": masterData})
	}
	files, doc, err := Build(large(240, archive.DossierQuery{}), Base{})
	if err != nil {
		t.Fatal(err)
	}
	once := opened(nil).written(t, files, map[string][]byte{"incoming/a1/master": masterData})
	total := 0
	for path, data := range once {
		if strings.HasPrefix(path, "revisions/") {
			total += len(data)
			if len(data) > fullBytes+len(text)+1000 {
				t.Errorf("%s has %d bytes", path, len(data))
			}
			if !bytes.Equal(steps[path], data) {
				t.Errorf("%s depends on how many versions it took", path)
			}
		}
	}
	if len(doc.RevisionFiles) < 10 || written > 3*total {
		t.Errorf("%d bytes were written for %d, in files that begin with %d", written, total, doc.RevisionFiles)
	}
	got, err := Read(t.Context(), steps, "r")
	if err != nil || len(got.Revisions) != 240 || got.Revisions[110].Message != text {
		t.Errorf("read %v, %v", got, err)
	}
}

// A package that another catalogue wrote is gone on with where this one was made from that
// one, and left as it is where not: what it alone holds would be lost.
func TestPackageOfAnotherCatalogue(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 60, 100, 101} {
		before, _, was := build(t, n, nil)
		base, err := ReadBase(t.Context(), before, "r", before.digests())
		if err != nil {
			t.Fatal(err)
		}
		// From a snapshot: it has another name, and the changes and revisions that there were.
		query := base.Query()
		query.Log = "log-2"
		d := dossier(t, n+1, query)
		d.Log = "log-2"
		for i := range d.Changes { // the image came before the revision that is new
			if c := &d.Changes[i]; c.Action == archive.ActionAssetAdded {
				c.Seq = int64(n + 1)
			} else if c.Revision == n+1 {
				c.Seq = int64(n + 2)
			}
		}
		slices.SortFunc(d.Changes, func(a, b archive.Change) int { return int(a.Seq - b.Seq) })
		d.Seq = int64(n + 2)
		files, doc, err := Build(d, base)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(t.Context(), before.written(t, files, nil), "r")
		if err != nil || doc.Events != was.Events+1 || len(got.Events) != n+2 || len(got.Revisions) != n+1 {
			t.Errorf("%d revisions, from a snapshot: %d events after %d, %v", n, doc.Events, was.Events, err)
		}
		// From nothing: a record of the same id that was saved anew.
		for name, alter := range map[string]func(d *archive.Dossier){
			"another revision": func(d *archive.Dossier) { d.Revisions[0].At = d.Revisions[0].At.Add(time.Second) },
			"fewer revisions": func(d *archive.Dossier) {
				d.Revisions = d.Revisions[:len(d.Revisions)-2]
				d.Entry.Revision = n - 1
			},
		} {
			d := dossier(t, n+1, query)
			d.Log = "log-2"
			alter(d)
			if _, _, err := Build(d, base); err == nil || !strings.Contains(err.Error(), "another catalogue") || !strings.Contains(err.Error(), "record r") {
				t.Errorf("%d revisions, %s: %v", n, name, err)
			}
		}
	}
}

// A package is hostile: whatever one says of itself that cannot be is refused, by an
// error that names the record and what is wrong, before anything large is held.
func TestHostilePackages(t *testing.T) {
	t.Parallel()
	sound, _, _ := build(t, 3, nil)
	in := func(path, old, instead string) func(opened) {
		return func(o opened) {
			if !bytes.Contains(o[path], []byte(old)) {
				t.Errorf("%s has no %q: %s", path, old, o[path])
			}
			o[path] = bytes.Replace(o[path], []byte(old), []byte(instead), 1)
		}
	}
	revisions, events := RevisionsPath(1), ProvenancePath(1)
	for name, test := range map[string]struct {
		change func(opened)
		says   string
	}{
		"no document":            {func(o opened) { delete(o, DocumentPath) }, "package.json is missing"},
		"an empty document":      {func(o opened) { o[DocumentPath] = nil }, "package.json is not valid"},
		"no JSON":                {func(o opened) { o[DocumentPath] = []byte("{") }, "package.json is not valid"},
		"a list":                 {func(o opened) { o[DocumentPath] = []byte("[]") }, "package.json is not valid"},
		"deep nesting":           {func(o opened) { o[DocumentPath] = bytes.Repeat([]byte("["), 1<<20) }, "package.json is not valid"},
		"a newer shape":          {in(DocumentPath, `"schema": 1`, `"schema": 2`), "a newer hexi wrote it"},
		"a shape of words":       {in(DocumentPath, `"schema": 1`, `"schema": "1"`), "package.json is not valid"},
		"an unknown key":         {in(DocumentPath, `"schema": 1`, `"schema": 1, "surprise": true`), "surprise"},
		"more behind":            {func(o opened) { o[DocumentPath] = append(bytes.Clone(o[DocumentPath]), "{}"...) }, "package.json is not valid"},
		"another record":         {in(DocumentPath, `"record": "r"`, `"record": "q"`), `about record "q"`},
		"no revisions":           {in(DocumentPath, `"revision": 3`, `"revision": 0`), "counts 0 revisions"},
		"a negative count":       {in(DocumentPath, `"events": 4`, `"events": -1`), "-1 events"},
		"too many revisions":     {in(DocumentPath, `"revision": 3`, `"revision": 2000000000`), "more than 100000 files"},
		"too many events":        {in(DocumentPath, `"events": 4`, `"events": 2000000000`), "more than 100000 files"},
		"files of no revision":   {in(DocumentPath, `"events": 4`, `"revisionFiles": [1, 4], "events": 4`), "begin with 4 and 4, which cannot be"},
		"files out of order":     {in(DocumentPath, `"events": 4`, `"revisionFiles": [1, 3, 2], "events": 4`), "begin with 3 and 2, which cannot be"},
		"files without a begin":  {in(DocumentPath, `"events": 4`, `"revisionFiles": [2], "events": 4`), "begin with 2 and 4, which cannot be"},
		"files that are not":     {in(DocumentPath, `"events": 4`, `"revisionFiles": [1, 2, 3], "events": 4`), "revisions/00001.jsonl holds 3 revisions"},
		"a number too large":     {in(DocumentPath, `"revision": 3`, `"revision": 1e40`), "package.json is not valid"},
		"published what is not":  {in(DocumentPath, `"published": 1`, `"published": 4`), "of which 4 is published"},
		"no time":                {in(DocumentPath, `"created": "2026-05-01T08:00:00Z"`, `"created": "0001-01-01T00:00:00Z"`), "says not when"},
		"a tombstone of nothing": {in(DocumentPath, `"created"`, `"tombstone": {"at": "2026-01-01T00:00:00Z"}, "created"`), "has a tombstone"},
		"one revision too few":   {in(DocumentPath, `"revision": 3`, `"revision": 2`), "revisions/00001.jsonl holds 3 revisions"},
		"one revision too many":  {in(DocumentPath, `"revision": 3`, `"revision": 4`), "revisions/00001.jsonl holds 3 revisions"},
		"one event too many":     {in(DocumentPath, `"events": 4`, `"events": 5`), "provenance/00001.jsonl holds 4 events"},
		"an asset's id":          {in(DocumentPath, `"id": "a1"`, `"id": "../a1"`), "has no valid id"},
		"another's asset":        {in(DocumentPath, `"record": "r",`+"\n"+`      "`, `"record": "q",`+"\n"+`      "`), "another record's"},
		"a path that leads out":  {in(DocumentPath, `"path": "masters/a1/图 1.tif"`, `"path": "../../etc/passwd"`), "is not where it belongs"},
		"a name that leads out":  {in(DocumentPath, `"图 1.tif",`, `"../../x",`), "is not where it belongs"},
		"another state":          {in(DocumentPath, `"state": "identified"`, `"state": "ready"`), `is "ready"`},
		"another master":         {func(o opened) { o["masters/a1/图 1.tif"] = []byte("another") }, "is not the one that was received"},
		"no master":              {func(o opened) { delete(o, "masters/a1/图 1.tif") }, "is missing"},
		"no revisions file":      {func(o opened) { delete(o, revisions) }, "revisions/00001.jsonl is missing"},
		"a line that is no JSON": {in(revisions, `{"revision":2`, `{revision:2`), "line 2 is not valid"},
		"a wrong type":           {in(revisions, `"revision":2`, `"revision":"2"`), "line 2 is not valid"},
		"a revision twice":       {in(revisions, `"revision":2`, `"revision":1`), "line 2 is not revision 2"},
		"a foreign revision":     {in(revisions, `"id":"r"`, `"id":"q"`), "line 1 is not revision 1"},
		"an unknown field":       {in(revisions, `"by":"li"`, `"by":"li","x":1`), "line 1 is not valid"},
		"an altered revision":    {in(revisions, `"en":"Title"`, `"en":"Title!"`), "revision 1 is not the one that was saved"},
		"an altered message":     {in(revisions, `第1稿`, `第9稿`), "revision 1 is not the one that was saved"},
		"a foreign event":        {in(events, `"record":"r"`, `"record":"q"`), "line 1 is about another record"},
		"an event of nothing":    {in(events, `"revision":2`, `"revision":9`), "revision 9, which is not there"},
		"a huge line":            {func(o opened) { o[events] = bytes.Repeat([]byte(" "), maxLine+1) }, "a line of more than"},
		"other metadata":         {in(MetadataPath, `题 <3>`, `题 <4>`), "metadata.json is not the latest revision"},
		"no metadata":            {func(o opened) { delete(o, MetadataPath) }, "metadata.json is missing"},
		"huge metadata":          {func(o opened) { o[MetadataPath] = make([]byte, maxLine+1) }, "metadata.json has more than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := maps.Clone(sound)
			test.change(o)
			got, err := Read(t.Context(), o, "r")
			var invalid *archive.InvalidError
			if !errors.As(err, &invalid) || invalid.Field != "package" || !strings.Contains(err.Error(), "of record r") || !strings.Contains(err.Error(), test.says) || got != nil {
				t.Errorf("%+v, %.400v", got, err)
			}
		})
	}
	if _, err := Read(t.Context(), sound, "../r"); err == nil {
		t.Error("an id that is none is read")
	}
}

// A store that fails is no damage: what is missing then is not given up.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	failed := errors.New("the store does not answer")
	_, err := Read(t.Context(), failing{failed}, "r")
	if invalid := new(archive.InvalidError); !errors.Is(err, failed) || errors.As(err, &invalid) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Open(context.Context, string) (io.ReadCloser, error) { return nil, f.err }
func (f failing) Digest(string) (string, error)                       { return "", f.err }

// The packages of no record: what was erased, vocabularies, users.
func TestOwnPackages(t *testing.T) {
	t.Parallel()
	stones := []archive.Tombstone{{Record: "b", At: began, By: "root", Reason: archive.Text{"en": "secret"}}, {Record: "a", At: began, Public: true, Erased: 7}}
	files, err := BuildErased([]archive.Tombstone{{Record: "c", At: began}}, stones)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(files[0].Data); strings.Contains(text, "root") || strings.Contains(text, "secret") {
		t.Errorf("more than the ids is told: %s", text)
	}
	got, err := ReadErased(t.Context(), opened{ErasedPath: files[0].Data})
	if diff := cmp.Diff([]archive.Tombstone{{Record: "a", At: began, Public: true}, {Record: "b", At: began}, {Record: "c", At: began}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	again, err := BuildErased(got, stones[:1])
	if err != nil || !bytes.Equal(again[0].Data, files[0].Data) {
		t.Errorf("%v: %s, before %s", err, again[0].Data, files[0].Data)
	}
	for _, text := range []string{
		``, `[]`, `{"schema":2,"erased":[]}`, `{"schema":1,"erased":[{"record":"../a","erased":"2026-01-01T00:00:00Z"}]}`, `{"schema":1,"erased":[{"record":"a"}]}`,
		`{"schema":1,"erased":[{"record":"b","erased":"2026-01-01T00:00:00Z"},{"record":"a","erased":"2026-01-01T00:00:00Z"}]}`,
		`{"schema":1,"erased":[{"record":"a","erased":"2026-01-01T00:00:00Z"},{"record":"a","erased":"2026-01-01T00:00:00Z"}]}`,
		`{"schema":1,"erased":[],"x":1}`, `{"schema":1,"erased":[{"record":"a","erased":"yesterday"}]}`,
	} {
		if got, err := ReadErased(t.Context(), opened{ErasedPath: []byte(text)}); err == nil || !strings.Contains(err.Error(), "hexi:erased") || got != nil {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}

	vocabularies := map[string][]byte{"釉色.csv": []byte("code,zh,en\n"), "profiles/sherds.csv": []byte("kind,relic\n")}
	files, err = BuildVocabularies(vocabularies)
	if err != nil || len(files) != 2 || files[0].Path != "profiles/sherds.csv" {
		t.Errorf("%+v, %v", files, err)
	}
	o := opened{}.written(t, files, nil)
	if back, err := ReadVocabularies(t.Context(), o, []string{"profiles/sherds.csv", "釉色.csv"}); err != nil || !cmp.Equal(back, vocabularies) {
		t.Errorf("%v, %v", back, err)
	}
	for _, path := range []string{"../a.csv", "/a.csv", "profiles/../a.csv", "a/b.csv", "a.txt", ".a.csv", "profiles/", "a\x00.csv", strings.Repeat("a", 200) + ".csv", "profiles/profiles/a.csv", `..\a.csv`} {
		if _, err := BuildVocabularies(map[string][]byte{path: nil}); err == nil {
			t.Errorf("%q is preserved", path)
		}
		if _, err := ReadVocabularies(t.Context(), opened{path: []byte("x")}, []string{path}); err == nil {
			t.Errorf("%q is read", path)
		}
	}
	if _, err := ReadVocabularies(t.Context(), opened{"a.csv": make([]byte, maxVocabularySize+1)}, []string{"a.csv"}); err == nil {
		t.Error("a huge file is read")
	}

	users := []archive.User{{Name: "li", Role: archive.RoleCurator, Created: began, PasswordHash: "hash"}, {Name: "wang", Role: archive.RoleAdmin, Disabled: true, Created: began}}
	files, err = BuildUsers(users)
	if err != nil || bytes.Contains(files[0].Data, []byte("hash")) {
		t.Errorf("%v: %s", err, files[0].Data)
	}
	users[0].PasswordHash = ""
	if back, err := ReadUsers(t.Context(), opened{UsersPath: files[0].Data}); err != nil || !cmp.Equal(back, users) {
		t.Errorf("%v, %v", back, err)
	}
	for _, text := range []string{`{"schema":1,"users":[{"name":"../x","role":"admin","created":"2026-01-01T00:00:00Z"}]}`, `{"schema":1,"users":[{"name":"x","role":"god","created":"2026-01-01T00:00:00Z"}]}`, `{"schema":3,"users":[]}`} {
		if _, err := ReadUsers(t.Context(), opened{UsersPath: []byte(text)}); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}
