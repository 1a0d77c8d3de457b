package harvest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hexi/archive"
)

// drawing is a picture in which every pixel is another one.
func drawing(width, height int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(x), G: uint8(y), B: uint8(x*7 + y*13), A: 255})
		}
	}
	return m
}

func asPNG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imageServer serves a picture by the Image API, whole only up to maxWidth pixels.
func imageServer(t *testing.T, picture *image.NRGBA, info string) (s *httptest.Server, asked *[]string) {
	t.Helper()
	asked = &[]string{}
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	whole := asPNG(t, picture)
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		switch path := strings.TrimPrefix(r.URL.Path, "/i"); {
		case path == "/info.json":
			fmt.Fprint(w, info)
		case path == "/full/full/0/default.jpg" || path == "/full/max/0/default.jpg" && !strings.Contains(info, "maxWidth"):
			w.Header().Set("ETag", `"whole"`)
			if r.Header.Get("If-None-Match") == `"whole"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			_, _ = w.Write(whole)
		case path == "/full/max/0/default.jpg":
			_, _ = w.Write(asPNG(t, picture.SubImage(image.Rect(0, 0, width/2, height/2))))
		default:
			var x, y, rw, rh, sw, sh int
			if _, err := fmt.Sscanf(path, "/%d,%d,%d,%d/%d,%d/0/default.jpg", &x, &y, &rw, &rh, &sw, &sh); err != nil || rw != sw || rh != sh {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write(asPNG(t, picture.SubImage(image.Rect(x, y, x+rw, y+rh))))
		}
	}))
	t.Cleanup(s.Close)
	return s, asked
}

func manifestOf(services ...string) string {
	var canvases []string
	for n, s := range services {
		canvases = append(canvases, fmt.Sprintf(`{"id":"c%d","type":"Canvas","items":[{"type":"AnnotationPage","items":[{"type":"Annotation","motivation":"painting","body":%s}]}]}`, n, s))
	}
	return `{"@context":"http://iiif.io/api/presentation/3/context.json","id":"m","type":"Manifest","label":{"zh":["卷"]},"items":[` + strings.Join(canvases, ",") + `]}`
}

func served(service string) string {
	return `{"id":"` + service + `/full/max/0/default.jpg","type":"Image","service":[{"id":"` + service + `","type":"ImageService3","profile":"level1"}]}`
}

func TestImagesAreFetchedWhole(t *testing.T) {
	t.Parallel()
	picture := drawing(150, 90)
	images, asked := imageServer(t, picture, `{"type":"ImageService3","id":"x","width":150,"height":90}`)
	pages := site(t, map[string]http.HandlerFunc{
		"/page": says("<!doctype html><title>sign in</title>"),
		"/film": says("\x00\x00\x00\x18ftypmp42"),
	})
	manifest := manifestOf(served(images.URL+"/i"), `{"id":"`+pages.URL+`/page","type":"Image"}`, `{"id":"`+pages.URL+`/film","type":"Image"}`)
	books := site(t, map[string]http.HandlerFunc{"/m": says(manifest)})
	client, _ := testClient(t)
	shelf, sink := newShelf(t), &kept{}
	plan := Plan{Collection: "folk", Dir: t.TempDir()}
	if err := New(client, shelf, plan).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
		t.Fatal(err)
	}
	if len(sink.found) != 1 || join(sink.refused) != "not-an-image not-an-image" {
		t.Fatalf("%+v", sink)
	}
	found := sink.found[0]
	if len(found.Files) != 1 || found.Files[0].Master.Filename != found.Record.ID+"-0001.png" || found.Images != 3 {
		t.Fatalf("%+v", found)
	}
	if data, err := os.ReadFile(found.Files[0].Path); err != nil || !bytes.Equal(data, asPNG(t, picture)) {
		t.Errorf("not the picture: %v", err)
	}
	left, err := os.ReadDir(plan.Dir)
	if err != nil || len(left) != 1 {
		t.Errorf("left %v %v", left, err)
	}
	entry := shelf.here(t, found)

	// Once more: the image is asked for by its state, and stays.
	*asked = nil
	sink = &kept{}
	if err := New(client, shelf, plan).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
		t.Fatal(err)
	}
	again := sink.found[0]
	if got, want := *asked, []string{"/i/full/max/0/default.jpg"}; !slices.Equal(got, want) {
		t.Errorf("asked for %q, want %q", got, want)
	}
	if len(again.Files) != 1 || again.Files[0].Path != "" || again.Files[0].Master.ID != entry.Assets[0].ID {
		t.Errorf("%+v", again.Files)
	}
	record, _, _, err := Merge(again.Record, entry)
	if err != nil || line(t, record) != line(t, entry.Record) {
		t.Errorf("the same harvest changes the record: %v\n%s\n%s", err, line(t, record), line(t, entry.Record))
	}

	// An image that was taken out here does not come back.
	entry.Assets = nil
	sink = &kept{}
	if err := New(client, shelf, plan).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
		t.Fatal(err)
	}
	if f := sink.found[0]; len(f.Files) != 0 || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "taken out") {
		t.Errorf("%+v", f)
	}
}

// An image that its server gives only smaller, or only in tiles, is put together from
// them, pixel by pixel.
func TestImagesArePutTogetherFromTiles(t *testing.T) {
	t.Parallel()
	picture := drawing(150, 170)
	for name, info := range map[string]string{
		"smaller":    `{"type":"ImageService3","width":150,"height":170,"maxWidth":80,"tiles":[{"width":72,"scaleFactors":[1,2]}]}`,
		"even tiles": `{"type":"ImageService3","width":150,"height":170,"maxWidth":100,"tiles":[{"width":64,"height":80,"scaleFactors":[1]}]}`,
		"one row":    `{"type":"ImageService3","width":150,"height":170,"maxWidth":200,"maxArea":20000,"tiles":[{"width":128,"height":170,"scaleFactors":[1]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			images, _ := imageServer(t, picture, info)
			books := site(t, map[string]http.HandlerFunc{"/m": says(manifestOf(served(images.URL + "/i")))})
			client, _ := testClient(t)
			sink := &kept{}
			if err := New(client, newShelf(t), Plan{Collection: "folk", Dir: t.TempDir()}).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
				t.Fatal(err)
			}
			f := sink.found[0]
			if len(f.Files) != 1 || filepath.Ext(f.Files[0].Path) != ".tif" || len(f.Notes) != 0 {
				t.Fatalf("%+v %v", f, sink.refused)
			}
			if got := readStripes(t, f.Files[0].Path); !bytes.Equal(got, picture.Pix) {
				t.Error("the tiles are not the picture")
			}
		})
	}
	t.Run("no tiles", func(t *testing.T) {
		t.Parallel()
		images, _ := imageServer(t, picture, `{"type":"ImageService3","width":150,"height":170,"maxWidth":80}`)
		books := site(t, map[string]http.HandlerFunc{"/m": says(manifestOf(served(images.URL + "/i")))})
		client, _ := testClient(t)
		sink := &kept{}
		if err := New(client, newShelf(t), Plan{Collection: "folk", Dir: t.TempDir()}).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
			t.Fatal(err)
		}
		if f := sink.found[0]; len(f.Files) != 1 || len(f.Notes) != 1 || !strings.Contains(f.Notes[0], "150 × 170 pixels, and its server gives 75 × 85") {
			t.Errorf("%+v", f)
		}
	})
}

// readStripes reads a TIFF of newStripes as pixels of four bytes.
func readStripes(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	tags := map[uint16][2]uint32{} // count and value
	at := le.Uint32(data[4:])
	for n := range uint32(le.Uint16(data[at:])) {
		entry := data[at+2+12*n:]
		tags[le.Uint16(entry)] = [2]uint32{le.Uint32(entry[4:]), le.Uint32(entry[8:])}
	}
	width, strips := int(tags[256][1]), tags[273][0]
	var out []byte
	for n := range strips {
		offset, count := tags[273][1], tags[279][1]
		if strips > 1 {
			offset, count = le.Uint32(data[offset+4*n:]), le.Uint32(data[count+4*n:])
		}
		z, err := zlib.NewReader(bytes.NewReader(data[offset : offset+count]))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			if i%(3*width) >= 3 {
				rows[i] += rows[i-3]
			}
			if out = append(out, rows[i]); i%3 == 2 {
				out = append(out, 255)
			}
		}
	}
	return out
}

// A choice becomes layers of one view, in its own order.
func TestChoicesBecomeLayers(t *testing.T) {
	t.Parallel()
	named := func(label string) body { return body{id: label, label: readWords(label)} }
	v := vocabulary(t)
	for _, test := range []struct {
		choices []body
		want    string
	}{
		{[]body{named("Natural Light"), named("X-Ray")}, "visible//0 x-ray//0"},
		{[]body{named("红外（940 nm）"), named("可见光")}, "infrared/940 nm/1 visible//2"},
		{[]body{named("First"), named("Second"), named("")}, "visible/First/0 visible/Second/0 visible//0"},
		{[]body{named(""), named("")}, "visible//0 visible/2/0"},
	} {
		var got []string
		for _, l := range layersOf(v, test.choices, "3") {
			got = append(got, fmt.Sprintf("%s/%s/%d", l.Kind, l.Label.In("en"), l.Order))
			if l.View != "3" {
				t.Errorf("%+v is of another view", l)
			}
		}
		if join(got) != test.want {
			t.Errorf("got %q, want %q", join(got), test.want)
		}
	}
}

// What an image service does not say is no reason to do without the image.
func TestImagesWithoutAnInfo(t *testing.T) {
	t.Parallel()
	picture := asPNG(t, drawing(9, 9))
	images := site(t, map[string]http.HandlerFunc{"/a/full/max/0/default.jpg": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture) }})
	books := site(t, map[string]http.HandlerFunc{"/m": says(manifestOf(served(images.URL+"/a"), served(images.URL+"/b")))})
	client, _ := testClient(t)
	sink := &kept{}
	if err := New(client, newShelf(t), Plan{Collection: "folk", Dir: t.TempDir()}).IIIF(t.Context(), books.URL+"/m", sink); err != nil {
		t.Fatal(err)
	}
	if f := sink.found[0]; len(f.Files) != 1 || len(f.Notes) != 2 || join(sink.refused) != "status" {
		t.Errorf("%+v %v", f, sink.refused)
	}
}

// A source that gives a record twice, as repositories do while they change, and two that
// claim the same id, spoil nothing.
func TestTheSameTwice(t *testing.T) {
	t.Parallel()
	b, err := NewBatch(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, title := range []string{"一", "二"} {
		if err := b.Add(t.Context(), &Found{Record: archive.Record{ID: "r", Titles: archive.Text{"zh": title}}}); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := b.Paths()
	if err != nil {
		t.Fatal(err)
	}
	if lines, err := os.ReadFile(paths[0]); err != nil || strings.Count(string(lines), "\n") != 1 || !strings.Contains(string(lines), "二") {
		t.Errorf("%s %v", lines, err)
	}
	h := New(nil, newShelf(t), Plan{})
	for source, want := range map[string]string{"https://a/": "r", "https://b/": archive.DerivedID("harvest", "https://b/")} {
		h.given["r"] = "https://a/"
		if id, _, err := h.identity(t.Context(), "r", source); err != nil || id != want {
			t.Errorf("%s: got %s %v, want %s", source, id, err, want)
		}
	}
}

func TestCollectionsAreWalked(t *testing.T) {
	t.Parallel()
	var s *httptest.Server
	here := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.ReplaceAll(text, "HERE", s.URL)) }
	}
	one := func(title string) http.HandlerFunc {
		return says(`{"@context":"http://iiif.io/api/presentation/2/context.json","@id":"x","@type":"sc:Manifest","label":"` + title + `","sequences":[]}`)
	}
	s = site(t, map[string]http.HandlerFunc{
		"/top": here(`{"type":"Collection","id":"HERE/top","items":[{"id":"HERE/1","type":"Manifest"},{"id":"HERE/old","type":"Collection"},{"id":"HERE/gone","type":"Manifest"},{"id":"HERE/c","type":"Canvas"}]}`),
		"/old": here(`{"@type":"sc:Collection","@id":"HERE/old","first":"HERE/old/1","manifests":[]}`),
		"/old/1": here(`{"@type":"sc:Collection","@id":"HERE/old/1","next":"HERE/old/2",
			"manifests":[{"@id":"HERE/2","@type":"sc:Manifest"}],"collections":[{"@id":"HERE/top","@type":"sc:Collection"}]}`),
		"/old/2": here(`{"@type":"sc:Collection","@id":"HERE/old/2","first":"HERE/old/1","members":["HERE/3","HERE/1#again"]}`),
		"/1":     one("一"), "/2": one("二"), "/3": one("三"), "/page": says("<html>"),
	})
	client, _ := testClient(t)
	sink := &kept{}
	if err := New(client, newShelf(t), Plan{Collection: "folk"}).IIIF(t.Context(), s.URL+"/top", sink); err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, f := range sink.found {
		titles = append(titles, f.Record.Titles["zh"])
	}
	if join(titles) != "一 二 三" || join(sink.refused) != "status not-a-manifest" {
		t.Errorf("%v %v", titles, sink.refused)
	}
	if err := New(client, newShelf(t), Plan{}).IIIF(t.Context(), s.URL+"/page", sink); codeOf(err) != "not-json" {
		t.Errorf("an address that is no manifest: %v", err)
	}
	if err := New(client, newShelf(t), Plan{}).IIIF(t.Context(), s.URL+"/1", sink); codeOf(err) != "collection" {
		t.Errorf("a record of no collection: %v", err)
	}
}

// A record of hexi beside a manifest is taken whole, under its own id where that is free;
// what only looks like one is not.
func TestOwnRecordsAreTakenWhole(t *testing.T) {
	t.Parallel()
	const own = `{"id":"dh-1","collection":"dunhuang","kind":"mural","titles":{"zh":"壁画"},"level":"protected-national","extra":{"harvest":{"source":"elsewhere"},"x":1},
		"inscriptions":[{"text":"题记","region":{"asset":"a9","xywh":"1,2,3,4"}},{"text":"又","region":{"asset":"other","xywh":"1,2,3,4"}}],`
	images, _ := imageServer(t, drawing(9, 9), `{"type":"ImageService3","width":9,"height":9}`)
	service := func(record string) *httptest.Server {
		manifest := strings.Replace(manifestOf(`{"id":"`+images.URL+`/i/full/max/0/default.jpg","type":"Image","service":[{"id":"IMAGES","type":"ImageService3"}]}`), `"label"`,
			`"seeAlso":[{"id":"HERE/r","type":"Dataset","format":"application/json","label":{"en":["Record as JSON"]}}],"label"`, 1)
		var s *httptest.Server
		s = site(t, map[string]http.HandlerFunc{
			"/m": func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, strings.NewReplacer("HERE", s.URL, "IMAGES", s.URL+"/iiif/3/a9").Replace(manifest))
			},
			"/r":                   says(record),
			"/iiif/3/a9/info.json": says(`{"type":"ImageService3","width":9,"height":9}`),
			"/iiif/3/a9/full/max/0/default.jpg": func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(asPNG(t, drawing(9, 9)))
			},
		})
		return s
	}
	client, _ := testClient(t)
	run := func(shelf *shelf, record string) (*Found, *kept) {
		sink := &kept{}
		if err := New(client, shelf, Plan{Collection: "folk", Dir: t.TempDir()}).IIIF(t.Context(), service(record).URL+"/m", sink); err != nil {
			t.Fatal(err)
		}
		return sink.found[0], sink
	}
	f, _ := run(newShelf(t), own+`"revision":3,"status":"published","assets":[]}`)
	r := f.Record
	if r.ID != "dh-1" || r.Collection != "dunhuang" || r.Level != "protected-national" || string(r.Extra["x"]) != "1" {
		t.Errorf("%s", line(t, r))
	}
	if region := r.Inscriptions[0].Region; region == nil || region.Asset != f.Files[0].Master.ID || r.Inscriptions[1].Region != nil {
		t.Errorf("%+v", r.Inscriptions)
	}
	if p, ok := provenance(&r); !ok || p.Format != "hexi" || !strings.HasPrefix(p.Source, "http://127.") {
		t.Errorf("%+v", p)
	}
	f, sink := run(newShelf(t), own+`"assets":[]}`)
	if f.Record.ID == "dh-1" || f.Record.Titles["zh"] != "卷" || join(sink.refused) != "not-a-record" {
		t.Errorf("no record of hexi: %s %v", line(t, f.Record), sink.refused)
	}
	shelf := newShelf(t)
	shelf.entries["dh-1"] = &archive.Entry{Record: archive.Record{ID: "dh-1"}, Revision: 1}
	if f, _ := run(shelf, own+`"revision":3,"status":"published"}`); f.Record.ID == "dh-1" {
		t.Error("a record from elsewhere took the place of one that is here")
	}
}
