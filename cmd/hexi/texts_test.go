package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/ingest/check"
)

// columnsALTO is a page of 1000 × 1600 units written downwards, from the right: each column
// is one String.
func columnsALTO(columns ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page WIDTH="1000" HEIGHT="1600"><PrintSpace><TextBlock ID="b">`)
	for i, column := range columns {
		x, n := 800-200*i, len([]rune(column))
		fmt.Fprintf(&b, `<TextLine HPOS="%d" VPOS="0" WIDTH="100" HEIGHT="%d"><String CONTENT="%s" HPOS="%d" VPOS="0" WIDTH="100" HEIGHT="%d"/></TextLine>`, x, 100*n, column, x, 100*n)
	}
	b.WriteString(`</TextBlock></PrintSpace></Page></Layout></alto>`)
	return []byte(b.String())
}

// A text beside a picture becomes the text of that picture, in a folder of files and in a
// sheet that names the pictures only; what has none is told by name.
func TestTextsBesidePictures(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		for i, name := range []string{"book/f001.jpg", "book/f002.jpg", "lone/p.jpg"} {
			fileOf(t, dir, name, photo(t, i+1, 500, 800))
		}
		fileOf(t, dir, "book/f001.xml", columnsALTO("甘肅通志", "渭水流域"))
		fileOf(t, dir, "book/f002.txt", []byte("敦煌莫高窟"))
		fileOf(t, dir, "book/f003.hocr", []byte(`<div class="ocr_page" title="bbox 0 0 9 9"><span class="ocrx_word" title="bbox 1 1 2 2">x</span></div>`))
		fileOf(t, dir, "book/mets.xml", []byte(`<mets/>`))
		fileOf(t, dir, "lone/p.alto.xml", columnsALTO("孤"))
		sheet := fileOf(t, dir, "s.csv", []byte("id,名称,kind,文件\nbook,甘肅通志,document,f001.jpg; f002.jpg\n"))
		run := func(paths ...string) report {
			args := append([]string{"ingest", "--collection", "ancestral", "--publish", "--json"}, paths...)
			got := hexi(t, append(args, flags...)...)
			if got.status != exitDone {
				t.Fatalf("%+v", got)
			}
			return readReport(t, got)
		}
		dry := run(filepath.Join(dir, "book"), sheet, "--dry-run")
		r := run(filepath.Join(dir, "book"), sheet)
		if r.Assets["ready"] != 4 || dry.Assets["looked-at"] != 4 {
			t.Fatalf("%+v\nafter %+v", r, dry)
		}
		told := ""
		for _, note := range r.Notes {
			if note.Code == "text-without-picture" {
				told += filepath.Base(note.Item)
				if !strings.Contains(note.Why, "no picture f003") || note.Do == "" {
					t.Errorf("%+v", note)
				}
			}
		}
		if told != "f003.hocr" {
			t.Errorf("told of as without a picture: %q: %+v", told, r.Notes)
		}
		h := houseAt(t, flags)
		defer h.Close() //nolint:errcheck // the test has what it wants
		pages := func(record string) string {
			entry, err := h.archive.PublicRecord(t.Context(), record)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, p := range entry.PageTexts() {
				of := ""
				if p.Image != nil {
					of = p.Image.Master.Filename
				}
				out = append(out, p.Text.Master.Filename+" of "+of+" as "+p.Text.Master.Format)
			}
			return strings.Join(out, ", ")
		}
		if got, want := pages("book"), "f001.xml of f001.jpg as application/xml, f002.txt of f002.jpg as text/plain"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		// A folder without a sheet, and the same again.
		if r := run(filepath.Join(dir, "lone")); r.Records["created"] != 1 || r.Assets["ready"] != 2 || r.Published+r.Records["created"] == 0 {
			t.Errorf("%+v", r)
		}
		if r := run(filepath.Join(dir, "lone")); r.Records["unchanged"] != 1 || r.Assets["unchanged"] != 2 {
			t.Errorf("again: %+v", r)
		}
	})
}

// What is read as text is kept like all masters, and its access copy like all of those:
// checked, made again where it is lost, taken up by a rebuild.
func TestTextsAreKept(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "archive")
	flags := []string{"--data", data}
	dir := t.TempDir()
	fileOf(t, dir, "f001.jpg", photo(t, 1, 500, 800))
	fileOf(t, dir, "f001.xml", columnsALTO("甘肅通志"))
	ingest := append([]string{"ingest", dir, "--collection", "ancestral", "--publish"}, flags...)
	if got := hexi(t, ingest...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if got := hexi(t, append([]string{"reindex"}, flags...)...); got.status != exitDone {
		t.Fatalf("%+v", got)
	}
	if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
		t.Fatalf("%+v", r.Differences)
	}
	texts := func() []string {
		found, err := filepath.Glob(filepath.Join(data, "objects", "access", "*", "text.json"))
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if len(texts()) != 1 {
		t.Fatalf("%v", texts())
	}
	path := texts()[0]
	for _, test := range []struct {
		name string
		do   func() error
		code check.Code
	}{
		{"gone", func() error { return os.Remove(path) }, check.AccessMissing},
		{"spoilt", func() error { return os.WriteFile(path, []byte("{}"), 0o600) }, check.AccessDamaged},
		{"of nothing", func() error { return os.WriteFile(filepath.Join(filepath.Dir(path), "pyramid.tif"), nil, 0o600) }, check.AccessOrphan},
	} {
		if err := test.do(); err != nil {
			t.Fatal(err)
		}
		if r := checked(t, exitPart, flags...); !named(r, test.code, "") {
			t.Errorf("%s: %+v", test.name, r.Differences)
		}
		checked(t, exitDone, append([]string{"--repair", "--older", "0s"}, flags...)...)
		if r := checked(t, exitDone, flags...); len(r.Differences) != 0 {
			t.Errorf("%s, afterwards: %+v", test.name, r.Differences)
		}
	}
	// An ingest of the same makes it again too.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := hexi(t, ingest...); got.status != exitDone || len(texts()) != 1 {
		t.Errorf("%v %+v", texts(), got)
	}
	h := houseAt(t, flags)
	preserveAll(t, h)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	lose(t, flags)
	if r, got := rebuild(t, flags); got.status != exitDone || r.Assets != 2 || r.Ready != 2 {
		t.Errorf("%+v %+v", r, got)
	}
	// And where the access copies are lost with the catalogue, jobs make them.
	lose(t, flags)
	if err := os.RemoveAll(filepath.Join(data, "objects", "access")); err != nil {
		t.Fatal(err)
	}
	if r, got := rebuild(t, flags); got.status != exitDone || r.Ready != 0 {
		t.Errorf("%+v %+v", r, got)
	}
	h = houseAt(t, flags)
	defer h.Close() //nolint:errcheck // the test has what it wants
	preserveAll(t, h)
	if len(texts()) != 1 {
		t.Errorf("after a rebuild without access copies: %v", texts())
	}
	sound(t, h)
}

// What cannot be read is refused with its line, and its master is kept; an image is not
// replaced by a text.
func TestTextsRefused(t *testing.T) {
	t.Parallel()
	flags := []string{"--data", filepath.Join(t.TempDir(), "archive")}
	dir := t.TempDir()
	fileOf(t, dir, "f001.jpg", photo(t, 1, 500, 800))
	fileOf(t, dir, "f001.xml", []byte("<alto>\n<Layout>\n</alto>"))
	got := hexi(t, append([]string{"ingest", dir, "--collection", "ancestral", "--publish", "--json"}, flags...)...)
	r := readReport(t, got)
	if got.status != exitPart || r.Assets["ready"] != 1 || r.Assets["refused"] != 1 || len(r.Failed) != 1 {
		t.Fatalf("%+v", got)
	}
	if f := r.Failed[0]; f.Code != "text-broken" || !strings.Contains(f.Why, "line 3") || f.Do == "" || !strings.Contains(f.Item, "f001.xml") {
		t.Errorf("%+v", f)
	}
	h := houseAt(t, flags)
	defer h.Close() //nolint:errcheck // the test has what it wants
	record := r.Failed[0].Record
	entry, err := h.archive.PublicRecord(t.Context(), record)
	if err != nil || len(archive.Views(entry.Assets)) != 1 {
		t.Fatalf("%+v, %v", entry, err)
	}
	image := archive.Views(entry.Assets)[0].Base.ID
	file := fileFrom(fileOf(t, dir, "other.txt", []byte("text")), "other.txt")
	file.Replaces = image
	receipt, err := h.pipeline.Receive(t.Context(), "wang", record, file, "b")
	if err != nil {
		t.Fatal(err)
	}
	preserveAll(t, h)
	asset, err := h.archive.Asset(t.Context(), receipt.Asset)
	if err != nil || asset.State != archive.AssetRefused {
		t.Errorf("a text in the place of an image: %+v, %v", asset, err)
	}
	if body, err := json.Marshal(entry.Assets[0].Access); err != nil || strings.Contains(string(body), "pages") {
		t.Errorf("the access copy of an image is written otherwise than before: %s", body)
	}
}

// A book is found by what stands on its pages, also when they come while a server is up, and
// with the page that has it; what is closed is not.
func TestTextsAreFound(t *testing.T) {
	stores(t, func(t *testing.T, flags []string) {
		dir := t.TempDir()
		for i, name := range []string{"f001.jpg", "f002.jpg", "f003.jpg"} {
			fileOf(t, dir, name, photo(t, i+1, 500, 800))
		}
		fileOf(t, dir, "f001.xml", columnsALTO("甘肅通志", "卷之一"))
		fileOf(t, dir, "f002.xml", columnsALTO("渭水出首陽山", "流域甚廣"))
		fileOf(t, dir, "f003.xml", columnsALTO("未刊手稿"))
		sheet := fileOf(t, dir, "s.jsonl", []byte(`{"id":"book","kind":"document","titles":{"zh":"某書"},"files":["f001.jpg","f002.jpg","f003.jpg"]}`+"\n"))
		address, _ := serve(t, flags...)
		if got := hexi(t, append([]string{"ingest", dir, sheet, "--collection", "ancestral", "--publish"}, flags...)...); got.status != exitDone {
			t.Fatalf("%+v", got)
		}
		type found struct {
			Total int
			Hits  []struct {
				ID   string
				Why  []string
				Page *struct {
					Number    int
					URL, Text string
				}
			}
		}
		search := func(q string) (f found) {
			_, body := fetch(t, address+"/api/v1/search?q="+q)
			if err := json.Unmarshal(body, &f); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			return f
		}
		if !eventually(t, func() bool { return search("首阳山").Total == 1 }) {
			t.Fatal("the book is not found by its pages")
		}
		f := search("首阳山流域")
		if len(f.Hits) != 1 || f.Hits[0].Page == nil {
			t.Fatalf("%+v", f)
		}
		if p := f.Hits[0].Page; p.Number != 2 || !strings.HasSuffix(p.URL, "/records/book#view=2") || !strings.Contains(p.Text, "<mark>首陽山</mark>") && !strings.Contains(p.Text, "<mark>首陽山流域</mark>") {
			t.Errorf("%+v", p)
		}
		if f := search("has:text"); f.Total != 1 {
			t.Errorf("has:text %+v", f)
		}
		// What is closed later is found no more.
		if f := search("未刊手稿"); f.Total != 1 {
			t.Errorf("before it is closed: %+v", f)
		}
		h := houseAt(t, flags)
		defer h.Close() //nolint:errcheck // the test has what it wants
		entry, err := h.archive.Record(t.Context(), "book")
		if err != nil {
			t.Fatal(err)
		}
		third := archive.Views(entry.Assets)[2].Base.ID
		if _, err := h.archive.SetLayers(t.Context(), "wang", "book", archive.Layers{third: {View: "3", Kind: archive.LayerVisible, Tier: archive.TierStaff}}); err != nil {
			t.Fatal(err)
		}
		if !eventually(t, func() bool { return search("未刊手稿").Total == 0 }) {
			t.Error("the text of a closed image is found")
		}
		// Staff see a closed view between the others, and pages have the numbers of theirs.
		first := archive.Views(entry.Assets)[0].Base.ID
		if _, err := h.archive.SetLayers(t.Context(), "wang", "book", archive.Layers{first: {View: "1", Kind: archive.LayerVisible, Tier: archive.TierStaff}}); err != nil {
			t.Fatal(err)
		}
		for staff, want := range map[bool]int{true: 2, false: 1} {
			pages, err := pageTexts{h.archive, h.texts}.PagesOf(t.Context(), "book", staff, 10)
			if err != nil || len(pages) != 1 || pages[0].Number != want || !strings.Contains(pages[0].Text, "首陽山") {
				t.Errorf("for staff %t: %+v, %v, want page %d", staff, pages, err, want)
			}
		}
	})
}
