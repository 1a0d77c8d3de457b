package web

import (
	"encoding/json"
	"image"
	"net/http"
	"testing"

	"hexi/archive"
)

// The same picture in another size and format is found, by those who may see it.
func TestSimilarOverTheAPI(t *testing.T) {
	t.Parallel()
	h := open(t, "")
	picture := painted(900, 600)
	other := smaller(painted(600, 900), 600, 400)
	small := smaller(picture, 450, 300)
	assets := h.take(`{"id":"one","kind":"mural","titles":{"zh":"甲"},"files":["a.jpg"]}
{"id":"two","kind":"mural","titles":{"zh":"乙","en":"B"},"files":["b.png"]}
{"id":"three","kind":"mural","titles":{"zh":"丙"},"files":["c.jpg"]}
{"id":"four","kind":"mural","titles":{"zh":"丁"},"rights":{"tier":"staff"},"files":["d.jpg"]}
`, map[string][]byte{"a.jpg": asJPEG(t, picture), "b.png": asPNG(t, small), "c.jpg": asJPEG(t, other), "d.jpg": asJPEG(t, smaller(picture, 450, 300))})
	viewer := "Authorization: Bearer " + h.user("viewer", archive.RoleViewer)
	for _, test := range []struct {
		asset   string
		headers []string
		status  int
		want    []string
	}{
		{"one", nil, http.StatusOK, []string{"two"}},
		{"one", []string{viewer}, http.StatusOK, []string{"two", "four"}},
		{"three", nil, http.StatusOK, nil},
		{"four", nil, http.StatusNotFound, nil},
	} {
		got := h.get("/api/v1/assets/"+assets[test.asset]+"/similar", test.headers...)
		if got.StatusCode != test.status {
			t.Errorf("%s: %d %s", test.asset, got.StatusCode, got.body)
		}
		if test.status != http.StatusOK {
			continue
		}
		var found []struct {
			Asset, Record string
			Titles        archive.Text
			Distance      int
		}
		if err := json.Unmarshal(got.body, &found); err != nil || found == nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		records := map[string]bool{}
		for _, x := range found {
			records[x.Record] = true
			if x.Asset != assets[x.Record] || x.Distance > 3 || x.Record == "two" && x.Titles["en"] != "B" {
				t.Errorf("%s: %+v", test.asset, x)
			}
		}
		for _, want := range test.want {
			if !records[want] || len(records) != len(test.want) {
				t.Errorf("%s: %v, want %v", test.asset, records, test.want)
			}
		}
	}
	if got := h.get("/api/v1/assets/nothing/similar"); got.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

// smaller is a picture in another size.
func smaller(img *image.NRGBA, w, h int) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			out.SetNRGBA(x, y, img.NRGBAAt(x*img.Rect.Dx()/w, y*img.Rect.Dy()/h))
		}
	}
	return out
}
