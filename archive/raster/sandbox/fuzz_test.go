package sandbox

import (
	"bytes"
	"encoding/binary"
	"io"
	"reflect"
	"slices"
	"testing"

	"hexi/archive/raster"
)

// What a child made comes as it was.
func TestAnswerWithParts(t *testing.T) {
	t.Parallel()
	sent := answer{Result: &raster.Result{Rows: 2, OfRows: 2, Hash: 7, Sidecar: bytes.Repeat([]byte("sidecar"), 9999), Thumbnails: []raster.Thumbnail{
		{Width: 2, Height: 1, JPEG: []byte("small")}, {Width: 4, Height: 2, JPEG: []byte("a larger one")},
	}}}
	want := *sent.Result
	want.Thumbnails = slices.Clone(want.Thumbnails)
	var b bytes.Buffer
	if err := sendAnswer(&b, sent); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*sent.Result, want) {
		t.Error("sending changes what is sent")
	}
	whole := bytes.Clone(b.Bytes())
	got, err := receiveAnswer(&b)
	if err != nil || !reflect.DeepEqual(*got.Result, want) || b.Len() > 0 {
		t.Errorf("%v: %+v", err, got.Result)
	}
	if _, err := receiveAnswer(bytes.NewReader(whole[:len(whole)-1])); err == nil {
		t.Error("an answer that ends early is taken")
	}
	for _, lie := range []string{
		`{"result":{}}`, `{"result":{},"follow":[1,1]}`, `{"result":{},"follow":[-1]}`, `{"result":{},"follow":[67108865]}`,
		`{"result":{"Thumbnails":[{}]},"follow":[67108864,1]}`,
	} {
		message := append(binary.BigEndian.AppendUint32(nil, uint32(len(lie))), lie...)
		if a, err := receiveAnswer(io.MultiReader(bytes.NewReader(message), zeros{})); err == nil {
			t.Errorf("%s is taken: %+v", lie, a)
		}
	}
}

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// FuzzAnswer gives anything to the reader of what a child says: what it lets through
// is within what was asked.
func FuzzAnswer(f *testing.F) {
	for _, a := range []answer{
		{Rows: 3, Of: 9}, {Info: &raster.Info{Format: "image/png", Width: 3, Height: 2}}, {Error: "no room"},
		{Refused: &raster.RefusedError{Code: raster.CodeBroken, Why: "it is", Do: "replace it"}}, {Result: &raster.Result{Rows: 2, OfRows: 2}},
		{Result: &raster.Result{Rows: 2, OfRows: 2, Sidecar: []byte("sidecar"), Thumbnails: []raster.Thumbnail{{Width: 1, Height: 1, JPEG: []byte("jpeg")}}}},
	} {
		var b bytes.Buffer
		if err := sendAnswer(&b, a); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := receiveAnswer(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, req := range []request{{}, {Derive: true, Info: raster.Info{Width: 3, Height: 2}}} {
			if a.check(req) != nil {
				continue
			}
			if a.Info != nil && (req.Derive || a.Info.Width < 1 || a.Info.Height < 1) || a.Result != nil && (!req.Derive || a.Result.Geometry.Width != 3) {
				t.Errorf("%+v is let through", a)
			}
		}
	})
}
