package sheet

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// endless is a part that goes on and on; it counts what was taken of it.
type endless struct {
	start string
	then  string
	taken int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for n < len(p) {
		n += copy(p[n:], e.then)
	}
	e.taken += int64(n)
	return n, nil
}

// One piece of a part that the decoder would keep whole ends the reading, whatever
// holds it together.
func TestOnePieceIsBounded(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"a text": "<sst><si><t>", "a value": `<sst a="`, "a comment": "<sst><!-- ", "character data": "<sst><![CDATA[", "a name": "<sst",
	} {
		then := "x"
		if name == "a comment" || name == "character data" {
			then = "<a>" // a start of an element is none there
		}
		part := &endless{start: start, then: then}
		err := walkXML(&bounded{r: part, left: 1 << 40, part: "xl/sharedStrings.xml"}, func(element) bool { return true })
		if err == nil || !strings.Contains(err.Error(), "in one piece") || !strings.Contains(err.Error(), "xl/sharedStrings.xml") {
			t.Errorf("%s: %v", name, err)
		}
		if part.taken > maxToken+1<<20 {
			t.Errorf("%s: %d bytes were read", name, part.taken)
		}
	}
	_, err := Open("a.xlsx", bytes.NewReader(partsOf(t, map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat("a", 2*maxToken) + "</t></si></sst>"})), Options{Vocabulary: terms{}})
	if err == nil || !strings.Contains(err.Error(), "in one piece") {
		t.Errorf("a workbook: %v", err)
	}
}

// What is long but made of pieces is read to its end.
func TestManyPieces(t *testing.T) {
	t.Parallel()
	part := io.MultiReader(strings.NewReader("<a>"), strings.NewReader(strings.Repeat("<b>text</b>", maxToken/5)), strings.NewReader("</a>"))
	seen := 0
	err := walkXML(&bounded{r: part, left: 1 << 40}, func(e element) bool { seen += len(e.text); return true })
	if err != nil || seen != 4*(maxToken/5) {
		t.Errorf("%d bytes, %v", seen, err)
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	w := textsWriter{most: 200_000, mostBytes: 16 << 20}
	text := func(i int) string {
		switch {
		case i%50_000 == 7:
			return strings.Repeat("长", blockBytes/2)
		case i%3 == 0:
			return ""
		}
		return fmt.Sprint("text ", i)
	}
	for i := range 180_000 {
		must(t, w.add(text(i)))
	}
	w.closeBlock()
	for i := range 180_000 {
		if got := w.texts.at(i); got != text(i) {
			t.Fatalf("text %d has %d bytes and begins with %.20q", i, len(got), got)
		}
	}
}

// Texts are bounded in their number, also where they are empty, and in their bytes.
func TestTextsAreBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty ones": "", "long ones": "0123456789"} {
		w := textsWriter{most: 1000, mostBytes: 5000}
		n := 0
		var err error
		for ; err == nil && n < 2000; n++ {
			err = w.add(text)
		}
		if err == nil || !strings.Contains(err.Error(), "CSV") || n > 1001 || len(text) > 0 && n != 501 {
			t.Errorf("%s: %v after %d", name, err, n)
		}
	}
}
