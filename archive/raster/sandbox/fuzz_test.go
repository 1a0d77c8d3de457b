package sandbox

import (
	"bytes"
	"testing"

	"hexi/archive/raster"
)

// FuzzAnswer gives anything to the reader of what a child says: what it lets through
// is within what was asked.
func FuzzAnswer(f *testing.F) {
	for _, a := range []answer{
		{Rows: 3, Of: 9}, {Info: &raster.Info{Format: "image/png", Width: 3, Height: 2}}, {Error: "no room"},
		{Refused: &raster.RefusedError{Code: raster.CodeBroken, Why: "it is", Do: "replace it"}}, {Result: &raster.Result{Rows: 2, OfRows: 2}},
	} {
		var b bytes.Buffer
		if err := send(&b, a); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Add([]byte("\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var a answer
		if receive(bytes.NewReader(b), &a) != nil {
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
