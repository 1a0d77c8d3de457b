package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/ingest/sheet"
)

// doneAfter is a File whose context is done once so many bytes were taken of it.
type doneAfter struct {
	*bytes.Reader
	left int
	done context.CancelFunc
}

func (d *doneAfter) took(n int) {
	if d.left -= n; d.left < 0 {
		d.done()
	}
}

func (d *doneAfter) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	d.took(n)
	return n, err
}

func (d *doneAfter) ReadAt(p []byte, at int64) (int, error) {
	n, err := d.Reader.ReadAt(p, at)
	d.took(n)
	return n, err
}

// Wherever in a sheet its reading is interrupted, that is what is told, and not a fault
// of the sheet; and it is told soon, though nothing of the sheet was a row yet.
func TestInterruptedReading(t *testing.T) {
	t.Parallel()
	var packed, book bytes.Buffer
	zipped := zip.NewWriter(&book)
	for _, part := range [][2]string{
		{"xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>名称</t></is></c></row>` + strings.Repeat(" <x/>", 1<<20) + `</sheetData></worksheet>`},
	} {
		w, err := zipped.Create(part[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, part[1]); err != nil {
			t.Fatal(err)
		}
	}
	gz := gzip.NewWriter(&packed)
	if _, err := io.WriteString(gz, "name,note\n"+strings.Repeat("\n", 4<<20)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(zipped.Close(), gz.Close()); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.xlsx": book.Bytes(), "a.csv.gz": packed.Bytes()} {
		for left := 0; left < len(data); left += len(data)/4 + 1 {
			ctx, done := context.WithCancel(t.Context())
			s, err := sheet.Open(name, untilDone{ctx, &doneAfter{bytes.NewReader(data), left, done}}, sheet.Options{Vocabulary: noTerms{}})
			for ; err == nil; done() {
				for row := range s.Tables[0].Rows() {
					err = errors.Join(err, row.Err)
				}
			}
			var refused *archive.InvalidError
			if !errors.Is(err, context.Canceled) || errors.As(err, &refused) {
				t.Errorf("%s after %d bytes: %v", name, left, err)
			}
			done()
		}
	}
}

// noTerms is a vocabulary without words.
type noTerms struct{ archive.Vocabulary }

func (noTerms) Term(archive.Scheme, string) (archive.Term, bool) { return archive.Term{}, false }
