package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"hexi/archive"
)

// foundInside is what a test reads of an answer.
type foundInside struct {
	Context string `json:"@context"`
	ID      string
	Type    string
	Ignored []string
	PartOf  *struct {
		ID, Type    string
		Total       int
		First, Last struct{ ID string }
	}
	Next, Prev *struct{ ID, Type string }
	StartIndex int
	Items      []struct {
		ID, Type, Motivation string
		Body                 struct{ Type, Value, Format string }
		Target               string
	}
	Annotations []struct {
		Type  string
		Items []struct {
			ID, Motivation string
			Target         []struct {
				Type, Source string
				Selector     []struct{ Type, Prefix, Exact, Suffix string }
			}
		}
	}
}

// inside searches within a record.
func (h *house) inside(path string, headers ...string) foundInside {
	h.t.Helper()
	got := h.get(path, headers...)
	var f foundInside
	if err := json.Unmarshal(got.body, &f); got.StatusCode != http.StatusOK || err != nil {
		h.t.Fatalf("%s: %d %v %s", path, got.StatusCode, err, got.body)
	}
	if got.Header.Get("Access-Control-Allow-Origin") != "*" || f.Context != "http://iiif.io/api/search/2/context.json" || f.Type != "AnnotationPage" {
		h.t.Errorf("%s: %v %s %s", path, got.Header, f.Context, f.Type)
	}
	sources := map[string]string{}
	for _, item := range f.Items {
		sources[item.ID] = item.Body.Value
		if item.Motivation != "supplementing" || item.Body.Type != "TextualBody" || item.Type != "Annotation" {
			h.t.Errorf("%s: %+v", path, item)
		}
	}
	told := 0
	for _, page := range f.Annotations {
		for _, match := range page.Items {
			for _, target := range match.Target {
				told++
				if match.Motivation != "contextualizing" || target.Type != "SpecificResource" || len(target.Selector) != 1 || target.Selector[0].Exact != sources[target.Source] || sources[target.Source] == "" {
					h.t.Errorf("%s: %+v", path, match)
				}
			}
		}
	}
	if told != len(f.Items) {
		h.t.Errorf("%s: %d annotations, of which %d are told of", path, len(f.Items), told)
	}
	return f
}

// tell writes what was found as "value@canvas#xywh", with the canvases by their number.
func (f foundInside) tell(canvases []string) string {
	var out []string
	for _, item := range f.Items {
		canvas, at, _ := strings.Cut(item.Target, "#xywh=")
		out = append(out, fmt.Sprintf("%s@%d", item.Body.Value, slices.Index(canvases, canvas)+1))
		if at != "" {
			out[len(out)-1] += "#" + at
		}
	}
	return strings.Join(out, " ")
}

// canvases are those of a manifest, in their order.
func (h *house) canvases(record string, headers ...string) (ids []string, services string) {
	h.t.Helper()
	got := h.get("/iiif/manifest/"+record, headers...)
	var m struct {
		Service json.RawMessage
		Items   []struct{ ID string }
	}
	if err := json.Unmarshal(got.body, &m); err != nil {
		h.t.Fatalf("%d %v %s", got.StatusCode, err, got.body)
	}
	for _, item := range m.Items {
		ids = append(ids, item.ID)
	}
	return ids, string(m.Service)
}

// altoOf is a page written downwards from the right, 100 units a character.
func altoOf(width, height int, columns ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<alto><Layout><Page WIDTH="%d" HEIGHT="%d"><PrintSpace><TextBlock>`, width, height)
	for i, column := range columns {
		x, n := width-200*(i+1), utf8.RuneCountInString(column)
		fmt.Fprintf(&b, `<TextLine><String HPOS="%d" VPOS="0" WIDTH="100" HEIGHT="%d" CONTENT="`, x, 100*n)
		_ = xml.EscapeText(&b, []byte(column)) // a buffer takes all
		b.WriteString(`"/></TextLine>`)
	}
	b.WriteString(`</TextBlock></PrintSpace></Page></Layout></alto>`)
	return b.Bytes()
}

func TestContentSearch(t *testing.T) {
	h := open(t, "")
	book := `{"id":"book","kind":"document","titles":{"zh":"某書"},"files":["f001.jpg","f002.jpg","f003.jpg"],"text":{"zh":"全書之文"},` +
		`"inscriptions":[{"text":"敦煌印","translation":{"en":"Seal of Dunhuang"},"region":{"asset":"%s","xywh":"pct:50,0,50,25"}},{"text":"無處之印"}]}` + "\n"
	files := map[string][]byte{
		"f001.jpg": asJPEG(t, painted(400, 600)), "f002.jpg": asJPEG(t, painted(400, 601)), "f003.jpg": asJPEG(t, painted(400, 602)),
		"f001.xml": altoOf(800, 1200, "甘肅通志卷", "一渭水"), "f003.txt": []byte("敦煌莫高窟\n\ncave temples"),
		"f002.hocr": []byte(`<div class="ocr_page" title="bbox 0 0 400 601"><span class="ocr_line"><span class="ocrx_word" title="bbox 10 20 60 40">Mogao</span> <span class="ocrx_word" title="bbox 70 20 130 40">Caves</span></span><span class="ocr_line"><span class="ocrx_word" title="bbox 10 50 90 70">temple</span></span></div>`),
	}
	h.take(strings.Replace(book, `,"region":{"asset":"%s","xywh":"pct:50,0,50,25"}`, "", 1), files)
	entry, err := h.archive.Record(t.Context(), "book")
	if err != nil {
		t.Fatal(err)
	}
	second := archive.Views(entry.Assets)[1].Base.ID
	h.take(fmt.Sprintf(book, second), files)
	canvases, services := h.canvases("book")
	if want := `[{"id":"` + h.url + `/iiif/search/book","type":"SearchService2","service":[{"id":"` + h.url + `/iiif/autocomplete/book","type":"AutoCompleteService2"}]}]`; services != want {
		t.Errorf("services %s, want %s", services, want)
	}
	for q, want := range map[string]string{
		"甘肃":             "甘肅@1#300,0,50,100",
		"卷一渭水":           "卷@1#300,200,50,50 一渭水@1#200,0,50,150", // over the end of a column
		"敦煌":             "敦煌@2#200,0,200,151 敦煌@3",              // an inscription in its region, plain text on its page
		"mogao cave":     "Mogao@2#10,20,50,20 Caves@2#70,20,60,20",
		`"caves temple"`: "Caves@2#70,20,60,20 temple@2#10,50,80,20 cave temples@3",
		"Seal":           "Seal@2#200,0,200,151",
		"temple":         "temple@2#10,50,80,20 temples@3",
		"無處":             "無處@1",
		"全书之文":           "全書之文@1",
		"窟cave":          "", // another block
		"没有":             "",
	} {
		if got := h.inside("/iiif/search/book?q=" + url.QueryEscape(q)).tell(canvases); got != want {
			t.Errorf("%s finds %s, want %s", q, got, want)
		}
	}
	f := h.inside("/iiif/search/book?q=%E9%80%9A%E5%BF%97&user=x&date=y&motivation=supplementing+tagging&colour=red")
	if s := f.Annotations[0].Items[0].Target[0].Selector[0]; s.Prefix != "甘肅" || s.Exact != "通志" || s.Suffix != "卷一渭水" {
		t.Errorf("around it: %+v", s)
	}
	if strings.Join(f.Ignored, " ") != "date user" || f.PartOf != nil || strings.Contains(f.ID, "user") || !strings.Contains(f.ID, "motivation=") {
		t.Errorf("%+v", f)
	}
	for _, none := range []string{"q=%E9%80%9A%E5%BF%97&motivation=tagging", "q=", ""} {
		if f := h.inside("/iiif/search/book?" + none); len(f.Items) != 0 || f.Annotations != nil {
			t.Errorf("%s finds %+v", none, f)
		}
	}
	for path, status := range map[string]int{
		"/iiif/search/none?q=a": http.StatusNotFound, "/iiif/search/book?q=a&page=x": http.StatusBadRequest, "/iiif/search/book?q=a&page=-1": http.StatusBadRequest,
		"/iiif/autocomplete/book": http.StatusBadRequest, "/iiif/autocomplete/none?q=a": http.StatusNotFound,
	} {
		if got := h.get(path); got.StatusCode != status || got.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.body)
		}
	}
}

func TestAutocomplete(t *testing.T) {
	h := open(t, "")
	h.take(`{"id":"book","kind":"document","titles":{"zh":"某書"},"files":["f001.jpg"]}`+"\n", map[string][]byte{
		"f001.jpg": asJPEG(t, painted(400, 600)), "f001.txt": []byte("渭水流域，渭水之源。cave temples, Cave temple"),
	})
	terms := func(query string) (string, []string) {
		got := h.get("/iiif/autocomplete/book?" + query)
		var page struct {
			Context string `json:"@context"`
			Type    string
			Ignored []string
			Items   []struct {
				Value   string
				Total   int
				Service []struct{ ID, Type string }
			}
		}
		if err := json.Unmarshal(got.body, &page); err != nil || page.Type != "TermPage" || page.Context != "http://iiif.io/api/search/2/context.json" {
			t.Fatalf("%v %s", err, got.body)
		}
		var out []string
		for _, term := range page.Items {
			out = append(out, fmt.Sprintf("%s %d", term.Value, term.Total))
			u, err := url.Parse(term.Service[0].ID)
			if err != nil || term.Service[0].Type != "SearchService2" {
				t.Fatalf("%v %+v", err, term)
			}
			matches := map[string]bool{} // one over two lines is one
			for _, match := range h.inside(u.RequestURI()).Annotations[0].Items {
				matches[match.ID] = true
			}
			if len(matches) != term.Total {
				t.Errorf("%s: %d matches, %d told", term.Value, len(matches), term.Total)
			}
		}
		return strings.Join(out, ", "), page.Ignored
	}
	if got, _ := terms("q=渭"); got != "渭水 2, 渭水流域 1, 渭水之源 1" {
		t.Errorf("渭: %s", got)
	}
	if got, ignored := terms("q=cave+t&min=2&user=x"); got != "cave temples 2" || strings.Join(ignored, "") != "user" {
		t.Errorf("cave t: %s, ignored %v", got, ignored)
	}
	if got, _ := terms("q=cave&motivation=tagging"); got != "" {
		t.Errorf("another motivation: %s", got)
	}
}

// Who may see the manifest may search, and finds what it shows: nothing of a closed layer
// or of a record that is not public, and places on the canvas as large as it is for them.
func TestContentSearchKeepsClosedWhatIs(t *testing.T) {
	h := open(t, "")
	files := func() map[string][]byte {
		return map[string][]byte{"f001.jpg": asJPEG(t, painted(1000, 800)), "f001.xml": altoOf(2000, 1600, "敦煌")}
	}
	h.take(`{"id":"reduced","kind":"document","titles":{"zh":"缩小"},"files":["f001.jpg"],"rights":{"tier":"reduced","maxPixels":200000}}`+"\n"+
		`{"id":"staff","kind":"document","titles":{"zh":"内部"},"files":["s.jpg","s.xml"],"rights":{"tier":"staff"}}`+"\n", func() map[string][]byte {
		f := files()
		f["s.jpg"], f["s.xml"] = asJPEG(t, painted(1000, 801)), altoOf(2000, 1602, "敦煌秘")
		return f
	}())
	token := "Authorization: Bearer " + h.user("li", "viewer")
	canvases, _ := h.canvases("reduced")
	if got := h.inside("/iiif/search/reduced?q=敦煌").tell(canvases); got != "敦煌@1#450,0,25,50" {
		t.Errorf("for the public: %s", got)
	}
	if got := h.inside("/iiif/search/reduced?q=敦煌", token).tell(canvases); got != "敦煌@1#900,0,50,100" {
		t.Errorf("for staff: %s", got)
	}
	for _, path := range []string{"/iiif/search/staff?q=敦煌", "/iiif/autocomplete/staff?q=敦"} {
		if got := h.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s for the public: %d %s", path, got.StatusCode, got.body)
		}
		if got := h.get(path, token); got.StatusCode != http.StatusOK || got.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s for staff: %d %v", path, got.StatusCode, got.Header)
		}
	}
	// A layer that is closed, beside one that is not.
	layers := files()
	layers["ir.jpg"], layers["ir.txt"] = asJPEG(t, painted(1000, 800-1)), []byte("秘文")
	h.take(`{"id":"wall","kind":"mural","titles":{"zh":"壁"},"files":["f001.jpg","ir.jpg"]}`+"\n", layers)
	entry, err := h.archive.Record(t.Context(), "wall")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range entry.Assets {
		if a.Master.Filename == "ir.jpg" {
			if _, err := h.archive.SetLayers(t.Context(), "li", "wall", archive.Layers{a.ID: {View: "2", Kind: "infrared", Tier: archive.TierStaff}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for q, want := range map[string]int{"秘文": 0, "敦煌": 1} {
		if f := h.inside("/iiif/search/wall?q=" + q); len(f.Items) != want {
			t.Errorf("%s of an open and a closed layer: %+v", q, f.Items)
		}
	}
	if got := h.get("/iiif/autocomplete/wall?q=秘"); bytes.Contains(got.body, []byte("秘文")) {
		t.Errorf("terms of a closed layer: %s", got.body)
	}
	if f := h.inside("/iiif/search/wall?q=秘文", token); len(f.Items) != 1 {
		t.Errorf("for staff: %+v", f.Items)
	}
}

// Real pages: every phrase of two characters over a line's end is found on its page, in the
// columns that it stands in; long answers come in pages that hold together.
func TestContentSearchOfRealPages(t *testing.T) {
	root := os.Getenv("HEXI_TEST_DATA")
	if root == "" {
		t.Skip("HEXI_TEST_DATA is not set")
	}
	f, err := os.Open(filepath.Join(root, "texts", "gansu_tongzhi_pages.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	var names []string
	pages := [][]string{}
	for dec := json.NewDecoder(unzipped); len(pages) < 60; {
		var page struct{ Text string }
		if err := dec.Decode(&page); err != nil {
			t.Fatal(err)
		}
		var columns []string
		for line := range strings.Lines(page.Text) {
			if line = strings.Trim(strings.TrimSpace(line), "　"); line != "" {
				columns = append(columns, line)
			}
		}
		n := len(pages) + 1
		pages = append(pages, columns)
		name := fmt.Sprintf("f%03d", n)
		names = append(names, `"`+name+`.jpg"`)
		files[name+".jpg"], files[name+".xml"] = asJPEG(t, painted(100, 200+n)), altoOf(2000, 4000+20*n, columns...)
	}
	h := open(t, "")
	h.take(`{"id":"book","kind":"document","titles":{"zh":"甘肅通志"},"files":[`+strings.Join(names, ",")+`]}`+"\n", files)
	canvases, _ := h.canvases("book")
	han := func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }
	looked := 0
	for n, columns := range pages {
		for i := 1; i < len(columns); i++ {
			last, _ := utf8.DecodeLastRuneInString(columns[i-1])
			first, _ := utf8.DecodeRuneInString(columns[i])
			if !han(last) || !han(first) || i%6 != 0 {
				continue
			}
			looked++
			got := h.inside("/iiif/search/book?q=" + url.QueryEscape(string([]rune{last, first})))
			length := utf8.RuneCountInString(columns[i-1])
			want := fmt.Sprintf("%c@%d#%d,%d,5,5 %c@%d#%d,0,5,5", last, n+1, 100-10*i, 5*(length-1), first, n+1, 100-10*(i+1))
			if !strings.Contains(got.tell(canvases), want) {
				t.Errorf("%c%c is at %s, want %s", last, first, got.tell(canvases), want)
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d ends of lines were looked at", looked)
	}
	// 州 is there more often than an answer has room for.
	seen, path, before := map[string]bool{}, "/iiif/search/book?q=州", ""
	total := 0
	for path != "" {
		page := h.inside(path)
		if page.PartOf == nil || page.StartIndex != len(seen) || page.Prev == nil != (before == "") || page.Prev != nil && page.Prev.ID != before {
			t.Fatalf("%s: %+v, %d before", path, page.PartOf, len(seen))
		}
		total = page.PartOf.Total
		for _, item := range page.Items {
			seen[item.ID] = true
		}
		path, before = "", page.ID
		if page.Next != nil {
			path = strings.TrimPrefix(page.Next.ID, h.url)
		} else if page.PartOf.Last.ID != page.ID {
			t.Errorf("the last page is %s, and %s is told", page.ID, page.PartOf.Last.ID)
		}
	}
	if len(seen) != total || total < 101 {
		t.Errorf("%d annotations, %d told", len(seen), total)
	}
}

// A text that is uploaded with its picture, or added later, is found on it; the record is
// published with the picture, not with the text.
func TestUploadedTexts(t *testing.T) {
	h := open(t, "")
	file := func(name string, data []byte) UploadFile {
		return UploadFile{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	}
	up := Upload{
		Record:  archive.Record{ID: "book", Collection: "dunhuang", Kind: archive.KindDocument, Titles: archive.Text{"zh": "某書"}},
		Publish: true, Files: []UploadFile{file("f001.txt", []byte("敦煌")), file("f001.jpg", asJPEG(t, painted(300, 200)))},
	}
	uploaded, err := uploads{h}.Upload(t.Context(), "wang", up)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range uploaded.IDs {
		asset, err := h.archive.Asset(t.Context(), id)
		if err != nil || (asset.PublishBy == "wang") != (i == 1) {
			t.Errorf("%s: %+v, %v", up.Files[i].Name, asset, err)
		}
	}
	if _, err := (uploads{h}).Upload(t.Context(), "wang", Upload{Into: "book", Files: []UploadFile{file("f001.xml", altoOf(300, 200, "渭水"))}}); err != nil {
		t.Fatal(err)
	}
	h.work()
	canvases, _ := h.canvases("book")
	if got := h.inside("/iiif/search/book?q=渭").tell(canvases); got != "渭@1#100,0,100,100" {
		t.Errorf("渭 is at %s", got)
	}
	if f := h.inside("/iiif/search/book?q=敦煌"); len(f.Items) != 0 {
		t.Errorf("the text without places is searched beside the one with: %+v", f.Items)
	}
	// A better reading under the same name takes its place.
	if _, err := (uploads{h}).Upload(t.Context(), "wang", Upload{Into: "book", Files: []UploadFile{file("f001.xml", altoOf(300, 200, "涇水"))}}); err != nil {
		t.Fatal(err)
	}
	h.work()
	for q, want := range map[string]string{"渭": "", "泾水": "涇水@1#100,0,100,200"} {
		if got := h.inside("/iiif/search/book?q=" + q).tell(canvases); got != want {
			t.Errorf("%s is at %q, want %q", q, got, want)
		}
	}
}
