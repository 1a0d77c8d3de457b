package harvest

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A manifest of Presentation 2 gives what one of 3 does.
func TestPresentation2(t *testing.T) {
	t.Parallel()
	o, err := readJSON("m", []byte(`{
		"@context":"http://iiif.io/api/presentation/2/context.json","@id":"https://example.org/m","@type":"sc:Manifest",
		"label":[{"@value":"药师经变","@language":"zh"},{"@value":"Medicine Buddha","@language":"en"}],
		"description":"<p>One</p>","attribution":"Some Museum","license":["https://example.org/terms","http://creativecommons.org/licenses/by/4.0/"],
		"metadata":[{"label":"Date","value":"642"},{"label":[{"@value":"Shelfmark","@language":"en"}],"value":"MS 1"},{"label":"Colour","value":["red","blue"]}],
		"related":{"@id":"https://example.org/page","format":"text/html"},"viewingHint":"paged",
		"sequences":[{"@type":"sc:Sequence","canvases":[
			{"@id":"c1","@type":"sc:Canvas","label":"1r","images":[{"@type":"oa:Annotation","motivation":"sc:painting","on":"c1","resource":
				{"@id":"https://example.org/1.jpg","@type":"dctypes:Image","service":{"@context":"http://iiif.io/api/image/2/context.json","@id":"https://example.org/i/1/","profile":["http://iiif.io/api/image/2/level2.json",{"formats":["jpg"]}]}}}]},
			{"@id":"c2","@type":"sc:Canvas","images":[{"on":"c2#xywh=0,0,10,10","resource":{"@type":"oa:Choice",
				"default":{"@id":"https://example.org/2.jpg","@type":"dctypes:Image","label":"Visible"},
				"item":[{"@id":"https://example.org/2ir.jpg","@type":"dctypes:Image","label":"Infrared","service":{"@id":"https://example.org/i/2ir","profile":"http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"}}]}}]},
			{"@id":"c3","@type":"sc:Canvas","images":[{"on":"c3","resource":{"@id":"https://example.org/3.mp4","@type":"dctypes:MovingImage"}}]}]},
			{"@type":"sc:Sequence","canvases":[{"@id":"again"}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := readManifest("https://example.org/m", o)
	if err != nil {
		t.Fatal(err)
	}
	if m.version != 2 || !m.book() || len(m.canvases) != 3 || len(m.refused) != 1 || m.refused[0].Code != "video" {
		t.Errorf("%+v", m)
	}
	first, second := m.canvases[0].bodies[0], m.canvases[1].bodies[0]
	if first.service != "https://example.org/i/1" || first.imageAPI != 2 || first.part {
		t.Errorf("%+v", first)
	}
	if len(second.choices) != 2 || second.choices[0].id != "https://example.org/2.jpg" || second.choices[1].imageAPI != 1 || !second.part {
		t.Errorf("%+v", second)
	}
	got := line(t, m.recordOf(vocabulary(t)))
	want := `{"id":"","collection":"","kind":"","titles":{"en":"Medicine Buddha","zh":"药师经变"},"descriptions":{"und":"One"},` +
		`"identifiers":[{"type":"shelfmark","value":"MS 1"}],"period":{"from":642,"to":642},"rights":{"statement":"http://creativecommons.org/licenses/by/4.0/"},` +
		`"extra":{"iiif-colour":{"label":{"und":["Colour"]},"value":{"und":["red","blue"]}},"iiif-homepage":"https://example.org/page",` +
		`"iiif-required-statement":{"value":{"und":["Some Museum"]}},"iiif-rights":"https://example.org/terms"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// The largest size of an image is asked for in the words of its service's version, and
// within the bounds that it names.
func TestImageRequests(t *testing.T) {
	t.Parallel()
	tests := map[string][2]string{
		`{"type":"ImageService3","width":4000,"height":3000}`:                                                                 {"full/max/0/default.jpg", "4000×3000"},
		`{"type":"ImageService3","width":4000,"height":3000,"maxWidth":1000}`:                                                 {"full/max/0/default.jpg", "1000×750"},
		`{"type":"ImageService3","width":3000,"height":4000,"maxWidth":1000}`:                                                 {"full/max/0/default.jpg", "750×1000"},
		`{"type":"ImageService3","width":3000,"height":4000,"maxWidth":1500,"maxHeight":1000}`:                                {"full/max/0/default.jpg", "750×1000"},
		`{"type":"ImageService3","width":4000,"height":3000,"maxArea":3000000}`:                                               {"full/max/0/default.jpg", "2000×1500"},
		`{"type":"ImageService3","width":4000,"height":3000,"profile":"level0","sizes":[{"width":400,"height":300}]}`:         {"full/400,300/0/default.jpg", "400×300"},
		`{"@context":"http://iiif.io/api/image/2/context.json","width":4000,"height":3000}`:                                   {"full/full/0/default.jpg", "4000×3000"},
		`{"@context":"http://iiif.io/api/image/2/context.json","width":4000,"height":3000,"profile":["x",{"maxWidth":2000}]}`: {"full/max/0/default.jpg", "2000×1500"},
		`{"@context":"http://iiif.io/api/image/2/context.json","width":4000,"height":3000,"profile":["http://iiif.io/api/image/2/level0.json"],"sizes":[{"width":400,"height":300},{"width":800,"height":600}]}`: {"full/800,/0/default.jpg", "800×600"},
		`{"@context":"http://library.stanford.edu/iiif/image-api/1.1/context.json","width":4000,"height":3000,"profile":"http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1"}`:                {"full/full/0/native.jpg", "4000×3000"},
	}
	for text, want := range tests {
		o, err := readJSON("i", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		info, err := readInfo("i", o, 3)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		l := info.largest()
		if diff := cmp.Diff(want, [2]string{info.request("S")[2:], measured(l)}); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
	for _, text := range []string{`{"width":4000}`, `{"width":-1,"height":1}`, `{"width":1e12,"height":1}`, `{"width":"4000","height":"3000"}`} {
		o, err := readJSON("i", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := readInfo("i", o, 3); codeOf(err) != "image-info" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func measured(s size) string { return fmt.Sprintf("%d×%d", s.width, s.height) }
