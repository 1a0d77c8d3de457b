package ocr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// column is a page of vertical Chinese: two columns from the right, the first of one
// String with a place for all of it, the second of a String for each character.
const column = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made for the test -->
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#">
 <Description><MeasurementUnit>pixel</MeasurementUnit></Description>
 <Layout><Page ID="p1" WIDTH="1000" HEIGHT="2000"><PrintSpace>
  <TextBlock ID="b1">
   <TextLine HPOS="800" VPOS="100" WIDTH="100" HEIGHT="400">
    <String CONTENT="甘肅通志" HPOS="800" VPOS="100" WIDTH="100" HEIGHT="400"/>
   </TextLine>
   <TextLine HPOS="600" VPOS="100" WIDTH="100" HEIGHT="200">
    <String CONTENT="進" HPOS="600" VPOS="100" WIDTH="100" HEIGHT="100"/><SP/>
    <String CONTENT="表" HPOS="600" VPOS="200" WIDTH="100" HEIGHT="100"/>
   </TextLine>
  </TextBlock>
 </PrintSpace></Page></Layout>
</alto>`

func read(t *testing.T, name, data string) *Document {
	t.Helper()
	doc, err := Read(t.Context(), name, []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestALTOVertical(t *testing.T) {
	t.Parallel()
	page := &read(t, "f001.xml", column).Pages[0]
	text := page.Text()
	if text.String != "甘肅通志進表" {
		t.Fatalf("text = %q", text.String)
	}
	at := func(s string) []Box {
		i := strings.Index(text.String, s)
		return text.Regions(i, i+len(s))
	}
	for _, test := range []struct {
		what string
		want []Box
	}{
		{"肅", []Box{{800, 200, 100, 100}}}, // a quarter of its String, downwards
		{"通志", []Box{{800, 300, 100, 200}}},
		{"志進", []Box{{800, 400, 100, 100}, {600, 100, 100, 100}}}, // over the end of a column
		{"進表", []Box{{600, 100, 100, 200}}},
	} {
		if diff := cmp.Diff(test.want, at(test.what)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

func TestALTOUnits(t *testing.T) {
	t.Parallel()
	mm := strings.Replace(column, ">pixel<", "> mm10 <", 1)
	page := &read(t, "f001.xml", mm).Pages[0]
	got, ok := page.Scale(page.Text().Regions(0, 3)[0], 4000, 8000)
	if want := (Box{3200, 400, 400, 400}); !ok || got != want {
		t.Errorf("box of %v on a scan of 4000 × 8000 is %v, want %v", page, got, want)
	}
	// Without the size of the page, tenths of a millimetre say nothing of pixels.
	page = &read(t, "f001.xml", strings.Replace(mm, `WIDTH="1000" HEIGHT="2000"`, "", 1)).Pages[0]
	if got := page.Text().Regions(0, 3); got != nil {
		t.Errorf("boxes in unknown units: %v", got)
	}
	// Pixels do.
	page = &read(t, "f001.xml", strings.Replace(column, `WIDTH="1000" HEIGHT="2000"`, "", 1)).Pages[0]
	if got, _ := page.Scale(page.Text().Regions(0, 3)[0], 4000, 8000); got != (Box{800, 100, 100, 100}) {
		t.Errorf("box in pixels = %v", got)
	}
}

func TestALTOHyphensGlyphsAndOrder(t *testing.T) {
	t.Parallel()
	doc := read(t, "a.alto.xml", `<alto>
<ReadingOrder><OrderedGroup><ElementRef REF="second"/><ElementRef REF="first"/></OrderedGroup></ReadingOrder>
<Layout><Page>
<TextBlock ID="first"><TextLine>
 <String CONTENT="敦煌" HPOS="0" VPOS="0" WIDTH="99" HEIGHT="50">
  <Glyph CONTENT="敦" HPOS="0" VPOS="0" WIDTH="40.5" HEIGHT="50"/><Glyph CONTENT="煌" HPOS="60" VPOS="0" WIDTH="39" HEIGHT="50"/>
 </String></TextLine></TextBlock>
<TextBlock ID="second">
 <TextLine><String CONTENT="a" HPOS="1" VPOS="1" WIDTH="1" HEIGHT="1"/><String CONTENT="tran-" SUBS_TYPE="HypPart1" SUBS_CONTENT="transcription" HPOS="10" VPOS="1" WIDTH="9" HEIGHT="9"/></TextLine>
 <TextLine><String CONTENT="scription" SUBS_TYPE="HypPart2" SUBS_CONTENT="transcription" HPOS="1" VPOS="20" WIDTH="9" HEIGHT="9"/><String CONTENT="of" HPOS="20" VPOS="20" WIDTH="9" HEIGHT="9"/><HYP CONTENT="-"/></TextLine>
 <TextLine><String CONTENT="ten" HPOS="1" VPOS="40" WIDTH="9" HEIGHT="9"/></TextLine>
</TextBlock></Page></Layout></alto>`)
	text := doc.Pages[0].Text()
	if want := "a transcription often\n敦煌"; text.String != want {
		t.Fatalf("text = %q, want %q", text.String, want)
	}
	at := strings.Index(text.String, "煌")
	if diff := cmp.Diff([]Box{{60, 0, 39, 50}}, text.Regions(at, at+3)); diff != "" {
		t.Error(diff)
	}
	at = strings.Index(text.String, "transcription")
	if diff := cmp.Diff([]Box{{10, 1, 9, 9}, {1, 20, 9, 9}}, text.Regions(at, at+13)); diff != "" {
		t.Error(diff)
	}
}

func TestHOCR(t *testing.T) {
	t.Parallel()
	doc := read(t, "f001.hocr", `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><head><meta charset="utf-8"><title>not of the page</title></head><body>
<div class="ocr_page" title='image "f001.tif"; bbox 0 0 500 400; ppageno 0'>
 <p class="ocr_par"><span class="ocr_line" title="bbox 10 10 210 40; baseline 0 -5">
  <span class="ocrx_word" title="bbox 10 10 90 40; x_wconf 90"><strong>Mogao</strong></span>
  <span class="ocrx_word" title="bbox 110 10 210 40">caves&nbsp;</span></span>
 <span class="ocr_line" title="bbox 10 50 210 80"><span class='ocrx_word' title='bbox 10 50 130 80; x_bboxes 10 50 40 80 50 50 80 80 100 50 130 80'>莫高窟</span></span></p>
 <span class="ocr_line" title="bbox 10 100 90 120">plain line</span>
</div>
<div class="ocr_page" title="bbox 0 0 500 400"><span class="ocrx_word" title="bbox 1 2 3 4">lone</span></div></body></html>`)
	if len(doc.Pages) != 2 || doc.Pages[0].Width != 500 || doc.Pages[0].Height != 400 {
		t.Fatalf("pages = %+v", doc.Pages)
	}
	text := doc.Pages[0].Text()
	if want := "Mogao caves 莫高窟 plain line"; text.String != want {
		t.Fatalf("text = %q, want %q", text.String, want)
	}
	for what, want := range map[string][]Box{
		"Mogao caves": {{10, 10, 200, 30}},
		"ogao":        {{10, 10, 80, 30}}, // a word of letters is marked whole
		"高":           {{50, 50, 30, 30}},
		"窟 plain":     {{100, 50, 30, 30}, {10, 100, 40, 20}},
	} {
		at := strings.Index(text.String, what)
		if diff := cmp.Diff(want, text.Regions(at, at+len(what))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if got := doc.Pages[1].Text().String; got != "lone" {
		t.Errorf("second page = %q", got)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	doc := read(t, "f001.txt", "\ufeff　甘肅通志進\r\n　　表\n\nsecond\nblock\fnext page\n\f\n")
	var got []string
	for i := range doc.Pages {
		text := doc.Pages[i].Text()
		got = append(got, text.String)
		if r := text.Regions(0, len(text.String)); r != nil {
			t.Errorf("page %d has places: %v", i, r)
		}
	}
	if diff := cmp.Diff([]string{"甘肅通志進表\nsecond block", "next page"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("莫高窟第二二〇窟")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(strings.Replace(column, "UTF-8", "UTF-16", 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, data, want string }{
		{"a.txt", gb, "莫高窟第二二〇窟"},
		{"a.xml", wide, "甘肅通志進表"},
	} {
		if got := read(t, test.name, test.data).Pages[0].Text().String; got != test.want {
			t.Errorf("%s = %q, want %q", test.name, got, test.want)
		}
	}
	// A head that ends within a character is the beginning of text all the same.
	long := strings.Repeat("a", SniffBytes-1) + "窟"
	if got := Sniff("a.txt", []byte(long)); got != Plain {
		t.Errorf("Sniff of a long text = %q", got)
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, head string
		want       Format
	}{
		{"f001.xml", column, ALTO},
		{"F001.ALTO", `<?xml version="1.0"?><alto:alto xmlns:alto="x">`, ALTO},
		{"f001.xml", `<PcGts><Page/></PcGts>`, ""},
		{"f001.xml", `<mets><alto></alto></mets>`, ""},
		{"f001.xml", `<html><div class="ocr_page">`, HOCR},
		{"f001.html", `<html><p>a page of the web</p></html>`, ""},
		{"f001.html", column, ""},
		{"f001.txt", "text", Plain},
		{"f001.txt", "II*\x00\x08", ""},
		{"f001.tif", "text", ""},
		{"f001.xml", "<", ""},
		{"f001.xml", "<!-- <alto>", ""},
	} {
		if got := Sniff(test.name, []byte(test.head)); got != test.want {
			t.Errorf("Sniff(%s, %.30s) = %q, want %q", test.name, test.head, got, test.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	deep := "<alto>" + strings.Repeat("<a>", maxDepth)
	for _, test := range []struct {
		name, data, code string
		line             int
	}{
		{"a.xml", "<alto>\n<Layout>\n</alto>", CodeBroken, 3},
		{"a.xml", "<!DOCTYPE alto [<!ENTITY x \"y\">]>\n<alto>&x;</alto>", CodeBroken, 1},
		{"a.xml", "<alto>&x;</alto>", CodeBroken, 1},
		{"a.xml", deep, CodeBroken, 1},
		{"a.xml", "<alto><Layout><Page/></Layout></alto>", CodeEmpty, 0},
		{"a.xml", "<TEI/>", CodeNotText, 0},
		{"a.txt", " \n", CodeEmpty, 0},
		{"a.txt", "fine\n\xff\xff\xff", CodeNotText, 0},
		{"a.txt", strings.Repeat("x\f", maxPages+1) + "x", CodeTooLarge, 5001},
		{"a.xml", "<alto><Layout><Page>" + strings.Repeat("<ComposedBlock>", 50) + strings.Repeat("<TextBlock/>", maxBlocks), CodeTooLarge, 1},
	} {
		_, err := Read(t.Context(), test.name, []byte(test.data))
		var refused *RefusedError
		if !errors.As(err, &refused) {
			t.Errorf("%.40q: %v, want a refusal", test.data, err)
			continue
		}
		if refused.Code != test.code || refused.Line != test.line || refused.Do == "" {
			t.Errorf("%.40q is refused with %s in line %d (%v), want %s in line %d", test.data, refused.Code, refused.Line, err, test.code, test.line)
		}
	}
}

// A unit of measurement that comes in very many pieces is not put together again and again,
// and who gives up waiting is not read for any longer.
func TestReadingEnds(t *testing.T) {
	t.Parallel()
	unit := strings.Repeat("x<!---->", 100_000)
	a := &alto{reader: newReader(t.Context(), "<MeasurementUnit>"+unit+"</MeasurementUnit>", "ALTO", false)}
	for a.depth >= 0 {
		token, err := a.next()
		if err != nil {
			break
		}
		if err := a.take(token); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.unit) != maxUnit {
		t.Errorf("%d bytes of a unit are kept", len(a.unit))
	}
	over, end := context.WithCancel(t.Context())
	end()
	words := "<String CONTENT='x'/>"
	for name, data := range map[string]string{
		"a.xml":  "<alto><Layout><Page><TextLine>" + strings.Repeat(words, 2*lookEvery) + "</TextLine></Page></Layout></alto>",
		"a.hocr": `<div class="ocr_page">` + strings.Repeat("<span class='ocrx_word'>x</span>", 2*lookEvery) + "</div>",
	} {
		if _, err := Read(over, name, []byte(data)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s is read for nobody: %v", name, err)
		}
	}
}

func TestScaleCutsAtTheEdges(t *testing.T) {
	t.Parallel()
	page := Page{Width: 300, Height: 300}
	for _, test := range []struct {
		box, want Box
		ok        bool
	}{
		{Box{0, 0, 300, 300}, Box{0, 0, 100, 100}, true},
		{Box{1, 1, 2, 2}, Box{0, 0, 1, 1}, true}, // outwards
		{Box{-30, -30, 60, 60}, Box{0, 0, 10, 10}, true},
		{Box{290, 290, 100, 100}, Box{96, 96, 4, 4}, true},
		{Box{300, 0, 10, 10}, Box{}, false},
		{Box{}, Box{}, false},
	} {
		if got, ok := page.Scale(test.box, 100, 100); ok != test.ok || ok && got != test.want {
			t.Errorf("Scale(%v) = %v, %v, want %v", test.box, got, ok, test.want)
		}
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"a.xml": column, "a.txt": "one\n\ntwo\fthree"} {
		doc := read(t, name, data)
		for i := range doc.Pages {
			doc.Pages[i].Lines[0].Words[0].Glued = true
		}
		encoded, err := Encode(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(encoded)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(doc, again); diff != "" {
			t.Errorf("%s (-read +kept):\n%s", name, diff)
		}
	}
	for _, bad := range []string{"", `{"schema":2}`, `{"schema":1,"pages":[{"lines":[{"words":[["a",1]]}]}]}`, `{"schema":1,"pages":[{"lines":[{"words":[[]]}]}]}`} {
		if _, err := Decode([]byte(bad)); err == nil {
			t.Errorf("Decode(%s) is no error", bad)
		}
	}
}

// What is kept of a text is hardly larger than the text, and never more than what is read
// again.
func TestKeptWithin(t *testing.T) {
	t.Parallel()
	doc := read(t, "a.txt", strings.Repeat("<&> ", 1000))
	encoded, err := Encode(doc)
	if err != nil || len(encoded) > 10_000 {
		t.Errorf("of 4000 bytes %d are kept: %v", len(encoded), err)
	}
	var refused *RefusedError
	if _, err := encodeWithin(doc, len(encoded)-1); !errors.As(err, &refused) || refused.Code != CodeTooLarge || refused.Do == "" {
		t.Errorf("what is too large to be kept: %v", err)
	}
	if _, err := encodeWithin(doc, len(encoded)); err != nil {
		t.Error(err)
	}
}

// FuzzRead holds that whatever comes in, reading ends, and every part of every text that
// comes of it has places within reason.
func FuzzRead(f *testing.F) {
	f.Add("a.xml", []byte(column))
	f.Add("a.hocr", []byte(`<div class="ocr_page" title="bbox 0 0 9 9"><span class="ocr_line"><span class="ocrx_word" title="bbox 1 1 2 2; x_bboxes 1 1 1 1">窟<br>a`))
	f.Add("a.txt", []byte("a\n\n窟\fb"))
	f.Add("a.xml", []byte(`<alto><Page WIDTH="-1" HEIGHT="1e300"><TextLine><String CONTENT="a" HPOS="NaN" VPOS="1e7" WIDTH="1e7" HEIGHT="1"><Glyph CONTENT=""/></String><HYP/></TextLine></Page></alto>`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		doc, err := Read(t.Context(), name, data)
		if err != nil {
			var refused *RefusedError
			if !errors.As(err, &refused) || refused.Error() == "" {
				t.Fatal(err)
			}
			return
		}
		for i := range doc.Pages {
			page := &doc.Pages[i]
			text := page.Text()
			for start := range text.String {
				for _, box := range text.Regions(start, min(len(text.String), start+7)) {
					if got, ok := page.Scale(box, 640, 480); ok && (got.X < 0 || got.Y < 0 || got.W <= 0 || got.H <= 0 || got.X+got.W > 640 || got.Y+got.H > 480) {
						t.Fatalf("%v of %d × %d is %v", box, page.Width, page.Height, got)
					}
				}
				if start > 500 {
					break
				}
			}
		}
		if encoded, err := Encode(doc); err != nil {
			t.Fatal(err)
		} else if again, err := Decode(encoded); err != nil || fmt.Sprint(again) != fmt.Sprint(doc) {
			t.Fatalf("what is kept is read as %v (%v), want %v", again, err, doc)
		}
	})
}
