package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// photo is a small picture that differs from others.
func photo(t *testing.T, seed, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x*seed + y), uint8(y * 3), uint8(x / 4), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bombPNG is a PNG of 50,000×50,000 pixels in a few bytes.
func bombPNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	copy(data[16:], []byte{0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50})
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(data[12:29]))
	return data
}

// What is wrong with a call is said before anything is done.
func TestWrongCalls(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "archive")
	file := fileOf(t, dir, "a.jpg", photo(t, 1, 10, 10))
	for _, test := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"help"}, exitDone, ""},
		{[]string{"version"}, exitDone, ""},
		{[]string{"fly"}, exitUsage, `"fly"`},
		{[]string{"ingest"}, exitUsage, "PATH"},
		{[]string{"serve", "--no-such"}, exitUsage, "--no-such"},
		{[]string{"serve", "--data", data, "--database", "mysql://x"}, exitUsage, "database"},
		{[]string{"serve", "--data", data, "--objects", "ftp://x"}, exitUsage, "objects"},
		{[]string{"user", "add", "wang", "--role", "king", "--data", data}, exitUsage, "role"},
		{[]string{"user", "add", "wang", "--data", data}, exitUsage, "--role is missing"},
		{[]string{"serve", "--data", file + "/x"}, exitFailed, "a.jpg"},
		{[]string{"user", "disable", "nobody", "--data", data}, exitFailed, "nobody"},
		{[]string{"ingest", filepath.Join(dir, "none"), "--collection", "dunhuang", "--data", data}, exitUsage, "no such file"},
		{[]string{"ingest", file, "--collection", "mars", "--data", data}, exitUsage, "mars"},
		{[]string{"ingest", file, "--data", data}, exitUsage, "collection"},
		{[]string{"harvest", "apples"}, exitUsage, "apples"},
		{[]string{"harvest", "iiif", "--collection", "folk"}, exitUsage, "URL"},
		{[]string{"harvest", "oai", "https://example.org/oai", "--data", data}, exitUsage, "--collection"},
		{[]string{"harvest", "oai", "https://example.org/oai", "--collection", "folk", "--format", "marc21", "--data", data}, exitUsage, "oai_dc"},
		{[]string{"harvest", "iiif", "file:///etc/passwd", "--data", data}, exitFailed, "http"},
		{[]string{"serve", "--data", data, "--listen", "nowhere"}, exitUsage, "nowhere"},
	} {
		got := hexi(t, test.args...)
		if got.status != test.status {
			t.Errorf("hexi %s: status %d, want %d", strings.Join(test.args, " "), got.status, test.status)
		}
		if test.says != "" && !strings.Contains(got.stderr, test.says) {
			t.Errorf("hexi %s says %q, not %q", strings.Join(test.args, " "), got.stderr, test.says)
		}
	}
}

// Each bad file and row is reported with its reason and what to do, and the rest
// goes through.
func TestIngestReportsAndGoesOn(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	photos := filepath.Join(dir, "photos")
	fileOf(t, photos, "good.jpg", photo(t, 3, 700, 500))
	fileOf(t, photos, "broken.jpg", photo(t, 5, 300, 200)[:900])
	fileOf(t, photos, "text.jpg", []byte("this is not a picture, whatever its name says\n"))
	fileOf(t, photos, "bomb.png", bombPNG(t))
	sheet := fileOf(t, dir, "sheet.csv", []byte("id,名称,kind,files,collection\n"+
		"a-1,第9窟北壁,mural,good.jpg,\n"+
		"a-2,,mural,,\n"+
		"a-3,坏照片,mural,broken.jpg,\n"+
		"a-4,不是照片,mural,text.jpg,\n"+
		"a-5,炸弹,mural,bomb.png,\n"+
		"a-6,没有文件,mural,absent.jpg,\n"+
		"a-7,火星,mural,,mars\n"+
		"a-8,无图,relic,,\n"))
	args := []string{"ingest", photos, sheet, "--collection", "dunhuang", "--publish", "--json", "--data", data}

	dry := hexi(t, append(args, "--dry-run")...)
	if r := readReport(t, dry); r.Records["created"] == 0 || dry.status != exitPart {
		t.Errorf("dry run: %+v", dry)
	}
	first := hexi(t, args...)
	if first.status != exitPart {
		t.Errorf("status %d: %s", first.status, first.stderr)
	}
	r := readReport(t, first)
	if r.Assets["ready"] != 1 {
		t.Errorf("%v: the good picture did not go through", r.Assets)
	}
	for item, why := range map[string]string{
		"broken.jpg": "", "text.jpg": "no image", "bomb.png": "50000", "row 3": "title", "row 7": "absent.jpg", "row 8": "mars",
	} {
		found := false
		for _, f := range r.Failed {
			if strings.Contains(f.Item, item) {
				found = true
				if !strings.Contains(strings.ReplaceAll(f.Why+" "+f.Field, ",", ""), why) || f.Why == "" {
					t.Errorf("%s: %+v does not speak of %q", item, f, why)
				}
				if strings.HasSuffix(item, "g") && f.Do == "" {
					t.Errorf("%s: nobody says what to do: %+v", item, f)
				}
			}
		}
		if !found {
			t.Errorf("nothing about %s in %+v", item, r.Failed)
		}
	}
	// The same again changes nothing and says so.
	again := hexi(t, args...)
	r = readReport(t, again)
	if r.Records["created"]+r.Records["updated"]+r.Assets["ready"] != 0 || r.Assets["unchanged"] != 1 || again.status != exitPart {
		t.Errorf("again: %+v", again)
	}
	// In words, with only what is good.
	only := hexi(t, "ingest", filepath.Join(photos, "good.jpg"), fileOf(t, dir, "good.csv", []byte("id,名称,类别,files\na-1,第9窟北壁,mural,good.jpg\n")), "--collection", "dunhuang", "--publish", "--data", data)
	if only.status != exitDone || !strings.Contains(only.stdout, "nothing changed") {
		t.Errorf("%+v", only)
	}
}

// A sheet that cannot be read at all is told like a bad row; the others go through.
func TestIngestBadSheet(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	bad := fileOf(t, dir, "bad.csv", []byte("\x00\x01"))
	good := fileOf(t, dir, "good.csv", []byte("id,名称\ng-1,铜奔马\n"))
	empty := fileOf(t, dir, "empty.csv", []byte("id,名称\n"))
	got := hexi(t, "ingest", bad, good, empty, "--collection", "folk", "--json", "--data", data)
	r := readReport(t, got)
	if got.status != exitPart || r.Records["created"] != 1 || len(r.Failed) != 1 || r.Failed[0].Item != "bad.csv" || r.Failed[0].Do == "" {
		t.Errorf("%d %+v", got.status, r)
	}
	// One says that nothing names the kind of the good rows.
	if len(r.Notes) != 2 || r.Notes[0].Item != "good.csv" || r.Notes[0].Code != "sheet" || r.Notes[1].Item != "empty.csv" || r.Notes[1].Code != "no-rows" {
		t.Errorf("nothing is said of the sheet without rows, or without a kind: %+v", r.Notes)
	}
}

// A dry run says what the real one would do, and leaves nothing behind.
func TestDryRun(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "p/a.jpg", photo(t, 2, 300, 200))
	sheet := fileOf(t, dir, "s.csv", []byte("id,名称,files\nd-1,铜奔马,a.jpg\n"))
	args := []string{"ingest", filepath.Join(dir, "p"), sheet, "--collection", "folk", "--json", "--data", data}
	dry := func() report { return readReport(t, hexi(t, append(args, "--dry-run")...)) }
	if r := dry(); r.Records["created"] != 1 || r.Assets["looked-at"] != 1 {
		t.Errorf("before: %+v", r)
	}
	if _, err := os.Stat(data); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the dry run left %s behind (%v)", data, err)
	}
	if got := hexi(t, args...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if r := dry(); r.Records["unchanged"] != 1 || r.Records["updated"]+r.Records["created"] != 0 {
		t.Errorf("after: %+v", r)
	}
	fileOf(t, dir, "s.csv", []byte("id,名称,files\nd-1,马踏飞燕,a.jpg\n"))
	if r := dry(); r.Records["updated"] != 1 {
		t.Errorf("with another title: %+v", r)
	}
}

// A dry run says of every row what the real run says, also where that depends on rows
// before it, in the same sheet or an earlier one, and on what was erased.
func TestDryRunIsHonest(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	if got := hexi(t, "ingest", fileOf(t, dir, "before.csv", []byte("id,名称,类型,总登记号,收藏单位\n"+
		"gone,误录,relic,,\nkept,铜奔马,relic,0001,甘肃省博物馆\n")), "--collection", "folk", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, "erase", "gone", "--reason", "entered by mistake", "--yes", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	own := fileOf(t, dir, "own.jsonl", []byte(`{"id":"liangzhou","kind":"collection","titles":{"zh":"凉州"}}`+"\n"))
	tree := fileOf(t, dir, "tree.csv", []byte("id,名称,类型,partOf,模板,collection,总登记号,收藏单位\n"+
		"scene-1,九色鹿,mural,wall-1,scene,liangzhou,,\n"+
		"wall-1,北壁,relic,,,liangzhou,,\n"+ // a scene is part of a mural
		"wall-2,南壁,mural,,wall-surface,liangzhou,,\n"+
		"scene-2,舍身饲虎,mural,wall-2,scene,liangzhou,,\n"+
		"box-1,盒,relic,box-2,,liangzhou,,\n"+
		"box-2,匣,relic,box-1,,liangzhou,,\n"+ // a part of itself
		"gone,误录,relic,,,folk,,\n"+ // erased
		"slip,残片,relic,nowhere,,folk,,\n"+ // told
		",铜奔马,relic,,,folk,0001,甘肃省博物馆\n"+ // the record that is there
		"mars,火星,relic,,,mars,,\n"))
	args := []string{"ingest", own, tree, "--publish", "--json", "--data", data}
	dry, taken := readReport(t, hexi(t, append(args, "--dry-run")...)), readReport(t, hexi(t, args...))
	if dry.Published != 7 || taken.Published != 7 { // of what was a draft before as well
		t.Errorf("the dry run says that %d would be published, the real one %d", dry.Published, taken.Published)
	}
	if !reflect.DeepEqual(dry.Failed, taken.Failed) || !reflect.DeepEqual(dry.Records, taken.Records) || !reflect.DeepEqual(dry.Notes, taken.Notes) {
		t.Errorf("the dry run says\n%+v\nand the real one\n%+v", dry, taken)
	}
	if got, want := taken.Records, map[string]int{"created": 6, "updated": 0, "unchanged": 1, "refused": 4}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	told := 0
	for _, note := range taken.Notes {
		if note.Code == "no-whole" {
			told++
			if !strings.Contains(note.Why, "wall-1") && !strings.Contains(note.Why, "nowhere") && !strings.Contains(note.Why, "box-2") {
				t.Errorf("%+v", note)
			}
		}
	}
	if told != 3 {
		t.Errorf("%d notes of records that are nowhere: %+v", told, taken.Notes)
	}
}

// A row gets the file that it names and no other of the same name.
func TestFilesByPath(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "files/sub/a.jpg", photo(t, 2, 30, 20))
	sheet := fileOf(t, dir, "s.csv", []byte("id,名称,files\n"+
		"f-1,甲,a.jpg\nf-2,乙,sub/a.jpg\nf-3,丙,wrong/folder/a.jpg\nf-4,丁,../../a.jpg\nf-5,戊,/etc/a.jpg\nf-6,己,C:\\x\\a.jpg\n"))
	r := readReport(t, hexi(t, "ingest", filepath.Join(dir, "files"), sheet, "--collection", "folk", "--json", "--data", data))
	if r.Records["created"] != 2 || r.Records["refused"] != 4 {
		t.Errorf("%+v", r)
	}
	for _, f := range r.Failed {
		if f.Field != "files" || !strings.Contains(f.Why, "sub/a.jpg") || f.Do == "" {
			t.Errorf("%+v does not say where the file is", f)
		}
	}
}

// Pictures are told apart by what they are, not by their names; one that is
// refused while it is decoded is not shown to the public as an empty record.
func TestFolderIdentity(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "one/IMG_0001.jpg", photo(t, 2, 300, 200))
	fileOf(t, dir, "two/IMG_0001.jpg", photo(t, 3, 300, 200))
	fileOf(t, dir, "two/copy.jpg", photo(t, 3, 300, 200))
	fileOf(t, dir, "two/scan without an ending", photo(t, 5, 300, 200))
	fileOf(t, dir, "two/cut.jpg", photo(t, 9, 900, 700)[:9000])
	take := func(folder string) report {
		t.Helper()
		return readReport(t, hexi(t, "ingest", filepath.Join(dir, folder), "--collection", "folk", "--publish", "--json", "--data", data))
	}
	if r := take("one"); r.Records["created"] != 1 || r.Assets["ready"] != 1 {
		t.Errorf("%+v", r)
	}
	r := take("two")
	if r.Records["created"] != 3 || r.Assets["ready"] != 2 || r.Assets["refused"] != 1 || len(r.Notes) != 1 || r.Notes[0].Code != "same-file" {
		t.Errorf("%+v", r)
	}
	if r := take("."); r.Records["unchanged"] != 4 || r.Assets["ready"] != 0 || r.Assets["unchanged"] != 3 {
		t.Errorf("all again, from above: %+v", r)
	}
	address, _ := serve(t, "--data", data)
	_, body := fetch(t, address+"/api/v1/search")
	if !bytes.Contains(body, []byte(`"total":3,`)) {
		t.Errorf("the public sees %s", body)
	}
}

// What the store has lost comes back with the file that it came from.
func TestLostObjectsComeBack(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "a.jpg", photo(t, 2, 300, 200))
	args := []string{"ingest", dir, "--collection", "folk", "--publish", "--json", "--data", data}
	if got := hexi(t, args...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	// find returns where the only copy of the master lies.
	find := func() string {
		t.Helper()
		var masters []string
		err := filepath.WalkDir(filepath.Join(data, "objects"), func(path string, e fs.DirEntry, err error) error {
			if base := filepath.Base(path); err == nil && (base == "master" || base == "a.jpg") && !e.IsDir() {
				masters = append(masters, path)
			}
			return err
		})
		if err != nil || len(masters) != 1 {
			t.Fatalf("the masters are %v, %v", masters, err)
		}
		return masters[0]
	}
	whole, err := os.ReadFile(filepath.Join(dir, "a.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	for name, harm := range map[string]func() error{
		"a cut master":      func() error { return os.Truncate(find(), 100) },
		"no master":         func() error { return os.Remove(find()) },
		"no access copy":    func() error { return os.RemoveAll(filepath.Join(data, "objects", "access")) },
		"nothing at all":    func() error { return os.RemoveAll(filepath.Join(data, "objects")) },
		"nothing is harmed": func() error { return nil },
	} {
		if err := harm(); err != nil {
			t.Fatal(err)
		}
		got := hexi(t, args...)
		if r := readReport(t, got); got.status != exitDone || len(r.Failed) > 0 {
			t.Errorf("%s: %+v", name, got)
		}
		if now, err := os.ReadFile(find()); err != nil || !bytes.Equal(now, whole) {
			t.Errorf("%s: the master has %d bytes (%v)", name, len(now), err)
		}
		if copies, _ := filepath.Glob(filepath.Join(data, "objects", "access", "*", "pyramid.tif")); len(copies) != 1 {
			t.Errorf("%s: %d access copies", name, len(copies))
		}
		if got := hexi(t, "check", "--data", data); got.status != exitDone {
			t.Errorf("%s: check says afterwards: %+v", name, got)
		}
	}
}

// A folder gives one record an image.
func TestIngestFolder(t *testing.T) {
	dir, data := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	fileOf(t, dir, "莫高窟 全景.jpg", photo(t, 2, 300, 200))
	fileOf(t, dir, "sub/b.jpg", photo(t, 3, 300, 200))
	fileOf(t, dir, "notes.txt", []byte("notes"))
	fileOf(t, dir, ".hidden.jpg", photo(t, 4, 30, 20))
	got := hexi(t, "ingest", dir, "--collection", "dunhuang", "--publish", "--json", "--data", data)
	if r := readReport(t, got); got.status != exitDone || r.Records["created"] != 2 || r.Assets["ready"] != 2 || len(r.Notes) != 1 {
		t.Errorf("%+v", got)
	}
	address, _ := serve(t, "--data", data)
	if status, body := fetch(t, address+"/api/v1/search?q=%E5%85%A8%E6%99%AF"); status != http.StatusOK || !bytes.Contains(body, []byte("莫高窟 全景")) {
		t.Errorf("%d %s", status, body)
	}
}

// People who may sign in, tokens for programs.
func TestUsers(t *testing.T) {
	data := filepath.Join(t.TempDir(), "archive")
	got := hexi(t, "user", "add", "wang", "--role", "admin", "--token", "--data", data)
	lines := strings.Split(strings.TrimRight(got.stdout, "\n"), "\n")
	token := lines[len(lines)-1]
	if got.status != exitDone || !strings.HasPrefix(token, "hexi_") || strings.ContainsAny(token, " \t") {
		t.Fatalf("%+v", got)
	}
	address, _ := serve(t, "--data", data)
	ask := func(token string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/v1/jobs", nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close() // only the status counts
		return resp.StatusCode
	}
	if status := ask(token); status != http.StatusOK {
		t.Errorf("with the token: %d", status)
	}
	if status := ask(""); status != http.StatusUnauthorized {
		t.Errorf("without: %d", status)
	}
	if list := hexi(t, "user", "list", "--json", "--data", data); !strings.Contains(list.stdout, "wang") || strings.Contains(list.stdout, "argon2") {
		t.Errorf("%+v", list)
	}
	// Commands work beside a running server.
	if off := hexi(t, "user", "disable", "wang", "--data", data); off.status != exitDone {
		t.Errorf("%+v", off)
	}
	if status := ask(token); status != http.StatusUnauthorized {
		t.Errorf("disabled: %d", status)
	}
}

// The index is made anew beside the old one while a server answers.
func TestReindexBesideAServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "archive")
	sheet := fileOf(t, t.TempDir(), "s.jsonl", []byte(`{"id":"x-1","kind":"relic","titles":{"zh":"铜奔马"}}`+"\n"))
	if got := hexi(t, "ingest", sheet, "--collection", "ancestral", "--publish", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	address, stop := serve(t, "--data", data)
	if got := hexi(t, "reindex", "--data", data); got.status != exitDone || !strings.Contains(got.stdout+got.stderr, "1") {
		t.Errorf("beside a server: %+v", got)
	}
	query := "/api/v1/search?q=%E9%93%9C%E5%A5%94%E9%A9%AC"
	if _, body := fetch(t, address+query); !bytes.Contains(body, []byte("x-1")) {
		t.Errorf("%s", body)
	}
	// What is saved beside the server is found without a restart.
	more := fileOf(t, t.TempDir(), "m.jsonl", []byte(`{"id":"x-2","kind":"relic","titles":{"zh":"铜奔马俑"}}`+"\n"))
	if got := hexi(t, "ingest", more, "--collection", "ancestral", "--publish", "--data", data); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if !eventually(t, func() bool { _, body := fetch(t, address+query); return bytes.Contains(body, []byte("x-2")) }) {
		t.Error("the server does not follow")
	}
	stop()
	if got := hexi(t, "reindex", "--json", "--data", data); got.status != exitDone {
		t.Errorf("without a server: %+v", got)
	}
	var doc any
	if got := hexi(t, "version", "--json"); json.Unmarshal([]byte(got.stdout), &doc) != nil {
		t.Errorf("%+v", got)
	}
}
