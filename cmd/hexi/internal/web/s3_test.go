package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"hexi/archive/raster"
	"hexi/ingest"
)

// watched is the real S3 server behind a proxy that writes down what is asked.
type watched struct {
	address string // of the store, through the proxy

	mu    sync.Mutex
	asked []asked
}

// asked is one request to the store.
type asked struct {
	method, path, query, bytes, match string
	status                            int
}

func (a asked) String() string {
	return fmt.Sprintf("%s %s?%s range %q if-match %q: %d", a.method, a.path, a.query, a.bytes, a.match, a.status)
}

// watchS3 puts a proxy in front of the S3 server of the tests.
func watchS3(t *testing.T) *watched {
	t.Helper()
	store := os.Getenv("HEXI_TEST_S3")
	if store == "" {
		t.Skip("HEXI_TEST_S3 is not set: make test starts an S3 server")
	}
	u, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{}
	target := &url.URL{Scheme: "http", Host: u.Host}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is a part of what was signed
		},
		ModifyResponse: func(r *http.Response) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			q := r.Request
			w.asked = append(w.asked, asked{q.Method, q.URL.Path, q.URL.RawQuery, q.Header.Get("Range"), q.Header.Get("If-Match"), r.StatusCode})
			return nil
		},
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	u.Host = strings.TrimPrefix(front.URL, "http://")
	u.Path = fmt.Sprintf("%s/watched-%08x", strings.TrimSuffix(u.Path, "/"), rand.Uint32())
	w.address = u.String()
	return w
}

// since returns what was asked since the last time.
func (w *watched) since() []asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := w.asked
	w.asked = nil
	return out
}

// another is a second server on the same archive, which has seen nothing yet.
func (h *house) another(t *testing.T, change func(*Config)) *house {
	t.Helper()
	cfg := h.server.Config
	cfg.Renderer = raster.NewGo()
	if change != nil {
		change(&cfg)
	}
	server, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	httpd := httptest.NewServer(server)
	t.Cleanup(httpd.Close)
	other := *h
	other.server, other.url = server, httpd.URL
	return &other
}

// Tiles of the picture of 1300×700: four whole ones, and some that end at an edge.
var (
	wholeTiles = []string{"/0,0,512,512/512,512/0/default.jpg", "/512,0,512,512/512,512/0/default.jpg"}
	edgeTiles  = []string{"/1024,0,276,512/276,512/0/default.jpg", "/0,512,512,188/512,188/0/default.jpg", "/0,0,1024,700/512,350/0/default.jpg"}
)

func TestRequestsToTheStore(t *testing.T) {
	s3 := watchS3(t)
	h := open(t, s3.address)
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	for _, order := range [][]string{slices.Concat(wholeTiles, edgeTiles), slices.Concat(edgeTiles, wholeTiles)} {
		cold := h.another(t, nil)
		s3.since()
		pinned := false // the TIFF's version is known
		for i, tile := range order {
			got := cold.get("/iiif/3/" + asset + tile)
			if got.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d %s", tile, got.StatusCode, firstLine(got.body))
			}
			requests := s3.since()
			if want := map[bool]int{true: 2, false: 1}[i == 0]; len(requests) != want {
				t.Errorf("tile %d, %s, took %d requests, want %d: %v", i, tile, len(requests), want, requests)
			}
			for j, r := range requests {
				if r.method != http.MethodGet || r.query != "x-id=GetObject" && r.query != "" || r.bytes == "" || r.status != http.StatusPartialContent {
					t.Errorf("tile %d, %s: %v is no ranged GET", i, tile, r)
				}
				opening := i == 0 && j == 0
				learning := strings.HasSuffix(r.path, "/pyramid.tif") && !pinned
				if (r.match == "") != (opening || learning) {
					t.Errorf("tile %d, %s: %v", i, tile, r)
				}
				pinned = pinned || learning
			}
			// The second time, and with HEAD, nothing is asked.
			cold.holdsAgain(t, "/iiif/3/"+asset+tile, got)
			if requests := s3.since(); len(requests) != 0 {
				t.Errorf("%s again took %v", tile, requests)
			}
		}
		if n := cold.way("computed"); n != 0 {
			t.Errorf("%v tiles were computed", n)
		}
	}
	// The same for those who are signed in.
	token := "Authorization: Bearer " + h.user("warden", "curator")
	staff := h.another(t, nil)
	s3.since()
	for i, tile := range slices.Concat(wholeTiles, edgeTiles) {
		if got := staff.get("/iiif/3/"+asset+tile, token); got.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", tile, got.StatusCode)
		}
		if n := len(s3.since()); n != map[bool]int{true: 2, false: 1}[i == 0] {
			t.Errorf("for staff, %s took %d requests", tile, n)
		}
	}
}

// No more tiles are kept than TileMemory holds.
func TestTileMemory(t *testing.T) {
	s3 := watchS3(t)
	first := open(t, s3.address)
	asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	h := first.another(t, func(cfg *Config) { cfg.TileMemory = 1 })
	for range 2 {
		for _, tile := range wholeTiles {
			s3.since()
			if got := h.get("/iiif/3/" + asset + tile); got.StatusCode != http.StatusOK {
				t.Fatalf("%s: %d", tile, got.StatusCode)
			}
			if n := len(s3.since()); n == 0 {
				t.Errorf("%s is kept", tile)
			}
		}
	}
}

func TestThousandColdRequestsMakeOne(t *testing.T) {
	s3 := watchS3(t)
	h := open(t, s3.address)
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	cold := h.another(t, nil)
	s3.since()
	var wg sync.WaitGroup
	var wrong atomic.Int32
	start := make(chan struct{})
	for range 1000 {
		wg.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/iiif/3/"+asset+wholeTiles[0], nil)
			w := httptest.NewRecorder()
			<-start
			cold.server.ServeHTTP(w, r)
			if _, err := jpeg.DecodeConfig(w.Body); w.Code != http.StatusOK || err != nil {
				wrong.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if requests := s3.since(); len(requests) != 2 || wrong.Load() > 0 {
		t.Errorf("%d requests to the store, one for the index and one for the tile are needed; %d answers are wrong: %v", len(requests), wrong.Load(), requests)
	}
}

// grey is a picture of one tone, with as much of a pattern as it takes for tiles
// of two tones to have two lengths.
func grey(t *testing.T, w, h int, tone uint8) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = tone
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	pattern := rand.New(rand.NewPCG(1, 1))
	for y := range h {
		for x := range w {
			if y%512 >= 70 && y%512 < 100 && pattern.IntN(256) < int(tone) {
				img.SetNRGBA(x, y, color.NRGBA{0, 0, 0, 255})
			}
		}
	}
	return asPNG(t, img)
}

// tone returns the tone of such a picture, or -1 where its corners have several.
func tone(data []byte) int {
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return -1
	}
	b := img.Bounds()
	r, _, _, _ := img.At(b.Min.X+2, b.Min.Y+2).RGBA()
	for _, p := range []image.Point{{b.Max.X - 3, b.Min.Y + 2}, {b.Min.X + 2, b.Max.Y - 3}, {b.Max.X - 3, b.Max.Y - 3}} {
		if other, _, _, _ := img.At(p.X, p.Y).RGBA(); diff(int(r>>8), int(other>>8)) > 4 {
			return -1
		}
	}
	return int(r >> 8)
}

const darkAndLight = `{"id":"dh-a","kind":"mural","titles":{"zh":"暗"},"files":["dark.png"]}` + "\n" +
	`{"id":"dh-b","kind":"mural","titles":{"zh":"明"},"files":["light.png"]}` + "\n"

// A new access copy takes the place of one that is being read.
func TestAccessCopyIsReplaced(t *testing.T) {
	s3 := watchS3(t)
	h := open(t, s3.address)
	assets := h.take(darkAndLight, map[string][]byte{"dark.png": grey(t, 1300, 700, 40), "light.png": grey(t, 1300, 700, 200)})
	dark, light := assets["dh-a"], assets["dh-b"]
	for name, key := range map[string]func(string) string{"tiff": ingest.PyramidKey, "sidecar": ingest.SidecarKey} {
		if err := h.bytes.Copy(t.Context(), key(dark), "kept/"+name); err != nil {
			t.Fatal(err)
		}
	}
	swap := func(tiff, sidecar string) {
		t.Helper()
		for _, c := range [][2]string{{tiff, ingest.PyramidKey(dark)}, {sidecar, ingest.SidecarKey(dark)}} {
			if c[0] == "" {
				continue
			}
			if err := h.bytes.Copy(t.Context(), c[0], c[1]); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := "/iiif/3/" + dark
	first := h.get(path + wholeTiles[0])
	if got := tone(first.body); diff(got, 40) > 3 {
		t.Fatalf("the first has the tone %d", got)
	}
	swap(ingest.PyramidKey(light), ingest.SidecarKey(light))
	s3.since()
	second := h.get(path + wholeTiles[1])
	requests := s3.since()
	if got := tone(second.body); diff(got, 200) > 3 {
		t.Errorf("after it was replaced a tile has the tone %d", got)
	}
	refused := 0
	for _, r := range requests {
		if r.status == http.StatusPreconditionFailed {
			refused++
		}
	}
	if len(requests) != 3 || refused != 1 {
		t.Errorf("one refused, one for the index, one for the tile are needed: %v", requests)
	}
	for _, tile := range slices.Concat(wholeTiles, edgeTiles) {
		got := h.get(path + tile)
		if n := tone(got.body); diff(n, 200) > 3 {
			t.Errorf("%s still has the tone %d", tile, n)
		}
		if tile == wholeTiles[0] && got.Header.Get("ETag") == first.Header.Get("ETag") {
			t.Error("other pixels come with the ETag of those before")
		}
	}

	// Only the TIFF is there yet: it is read without the old sidecar.
	swap("kept/tiff", "")
	for _, tile := range slices.Concat(edgeTiles, wholeTiles, []string{"/full/200,/0/default.jpg"}) {
		if n := tone(h.get(path + tile).body); diff(n, 40) > 3 && diff(n, 200) > 3 {
			t.Errorf("%s with the sidecar of another TIFF has the tone %d", tile, n)
		}
	}
	swap("", "kept/sidecar")
	if n := tone(h.another(t, nil).get(path + edgeTiles[0]).body); diff(n, 40) > 3 {
		t.Errorf("with its own sidecar again it has the tone %d", n)
	}
}

// Many read while the copy is replaced again and again: every answer is whole,
// of one version, and named by that version's ETag.
func TestVersionsAreNeverMixed(t *testing.T) {
	s3 := watchS3(t)
	h := open(t, s3.address)
	assets := h.take(darkAndLight, map[string][]byte{"dark.png": grey(t, 1300, 700, 40), "light.png": grey(t, 1300, 700, 200)})
	dark, light := assets["dh-a"], assets["dh-b"]
	for name, key := range map[string]func(string) string{"tiff": ingest.PyramidKey, "sidecar": ingest.SidecarKey} {
		if err := h.bytes.Copy(t.Context(), key(dark), "kept/"+name); err != nil {
			t.Fatal(err)
		}
	}
	var stop atomic.Bool
	var tones sync.Map // by ETag
	var answers, busy atomic.Int32
	var wg sync.WaitGroup
	paths := slices.Concat(wholeTiles, edgeTiles, []string{"/full/300,/0/default.jpg", "/100,200,1100,300/500,/0/default.jpg"})
	for i := range 4 {
		wg.Go(func() {
			for n := i; !stop.Load(); n++ {
				path := paths[n%len(paths)]
				w := httptest.NewRecorder()
				h.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/iiif/3/"+dark+path, nil))
				// While an object is replaced, the server of the tests may send the bytes
				// of one version with the ETag of another, which look damaged.
				if w.Code == http.StatusServiceUnavailable || w.Code == http.StatusInternalServerError {
					busy.Add(1)
					continue
				}
				answers.Add(1)
				got := tone(w.Body.Bytes())
				if diff(got, 40) <= 3 {
					got = 40
				} else if diff(got, 200) <= 3 {
					got = 200
				}
				if before, known := tones.LoadOrStore(w.Header().Get("ETag"), got); w.Code != http.StatusOK || got != 40 && got != 200 || known && before != got {
					t.Errorf("%s: %d, tone %d, before %v", path, w.Code, got, before)
				}
			}
		})
	}
	for round := range 12 {
		tiff, sidecar := ingest.PyramidKey(light), ingest.SidecarKey(light)
		if round%2 == 1 {
			tiff, sidecar = "kept/tiff", "kept/sidecar"
		}
		for _, c := range [][2]string{{tiff, ingest.PyramidKey(dark)}, {sidecar, ingest.SidecarKey(dark)}} {
			if err := h.bytes.Copy(t.Context(), c[0], c[1]); err != nil {
				t.Error(err)
			}
		}
	}
	stop.Store(true)
	wg.Wait()
	t.Logf("%d answers, %d had to try again", answers.Load(), busy.Load())
}
