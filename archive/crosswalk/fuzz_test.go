package crosswalk_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf8"

	"hexi/archive"
	"hexi/archive/crosswalk"
)

// FuzzTitle: whatever a title is, Dublin Core is well-formed and gives back what XML can
// say of it.
func FuzzTitle(f *testing.F) {
	for _, seed := range []string{"药师经变", "a & b <c> ]]>", "\x00\x1f\ufffe", "\xff\xfe", " 龍\r\n\t", "\ufffd", "𪚥"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, title string) {
		var doc bytes.Buffer
		if err := (crosswalk.Publisher{}).DC(&doc, crosswalk.Entry{Record: &archive.Record{ID: "r1", Titles: archive.Text{"zh": title}}}); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Title string `xml:"title"`
		}
		if err := xml.Unmarshal(doc.Bytes(), &got); err != nil {
			t.Fatalf("%v\n%q", err, doc.Bytes())
		}
		plain := utf8.ValidString(title) && !strings.ContainsFunc(title, func(r rune) bool { return r < ' ' || r == '\ufffe' || r == '\uffff' })
		if want := strings.TrimSpace(title); plain && want != "" && got.Title != want {
			t.Errorf("%q came out as %q", title, got.Title)
		}
	})
}
