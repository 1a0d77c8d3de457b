package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"hexi/archive"
	"hexi/archive/iiif"
)

const cave = `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟北壁","en":"North wall of Cave 9"},"files":["wall.jpg"],` +
	`"rights":{"statement":"http://creativecommons.org/publicdomain/zero/1.0/"}}` + "\n"

// stores are the object stores that tiles are served from.
func stores(t *testing.T, test func(t *testing.T, store string)) {
	t.Run("directory", func(t *testing.T) { test(t, "") })
	t.Run("s3", func(t *testing.T) {
		store := os.Getenv("HEXI_TEST_S3")
		if store == "" {
			t.Skip("HEXI_TEST_S3 is not set: make test starts an S3 server")
		}
		head, query, _ := strings.Cut(store, "?")
		test(t, fmt.Sprintf("%s/web-%d?%s", strings.TrimSuffix(head, "/"), os.Getpid(), query))
	})
}

// A whole picture, 1300×700 at 512 px, has levels 1300×700, 650×350 and 325×175.
func TestImageRequests(t *testing.T) {
	stores(t, func(t *testing.T, store string) {
		h := open(t, store)
		asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
		base := "/iiif/3/" + asset
		for _, test := range []struct {
			path   string
			status int
			w, h   int
			way    string // stored: nothing is decoded; computed
			says   string // of a refusal
		}{
			// Grid-aligned tiles, recognised by what they resolve to.
			{"/0,0,512,512/512,/0/default.jpg", 200, 512, 512, "stored", ""},
			{"/0,0,512,512/512,512/0/default.jpg", 200, 512, 512, "stored", ""},
			{"/0,0,512,512/max/0/default.jpg", 200, 512, 512, "stored", ""},
			{"/0,0,512,512/pct:100/0/color.jpg", 200, 512, 512, "stored", ""},
			{"/512,0,512,512/,512/0/default.jpg", 200, 512, 512, "stored", ""},
			{"/1024,512,276,188/276,/0/default.jpg", 200, 276, 188, "stored", ""},
			{"/1024,512,512,512/max/0/default.jpg", 200, 276, 188, "stored", ""},
			{"/0,0,1024,700/512,350/0/default.jpg", 200, 512, 350, "stored", ""},
			{"/0,0,1024,1024/512,/0/default.jpg", 200, 512, 350, "stored", ""},
			{"/1024,0,276,700/138,/0/default.jpg", 200, 138, 350, "stored", ""},
			{"/full/325,/0/default.jpg", 200, 325, 175, "stored", ""},
			{"/full/325,175/0/default.jpg", 200, 325, 175, "stored", ""},
			{"/full/!325,325/0/default.jpg", 200, 325, 175, "stored", ""},
			// A pixel less or more, as other ways of rounding have it.
			{"/0,0,1024,1024/511,350/0/default.jpg", 200, 511, 350, "stored", ""},
			{"/0,0,1024,1024/512,349/0/default.jpg", 200, 512, 349, "stored", ""},
			{"/0,0,1024,1024/512,351/0/default.jpg", 200, 512, 351, "stored", ""},
			{"/full/324,175/0/default.jpg", 200, 324, 175, "stored", ""},
			{"/full/326,175/0/default.jpg", 200, 326, 175, "stored", ""},
			{"/0,0,1024,1024/513,350/0/default.jpg", 200, 513, 350, "computed", ""}, // no block has that pixel
			// Everything else.
			{"/full/max/0/default.jpg", 200, 1300, 700, "computed", ""},
			{"/full/650,/0/default.jpg", 200, 650, 350, "computed", ""},
			{"/square/300,/0/default.jpg", 200, 300, 300, "computed", ""},
			{"/pct:10,10,50,50/200,/0/gray.jpg", 200, 200, 108, "computed", ""},
			{"/0,0,512,512/512,/90/default.jpg", 200, 512, 512, "computed", ""},
			{"/0,0,512,512/512,/!0/default.jpg", 200, 512, 512, "computed", ""},
			{"/0,0,512,512/512,/0/gray.jpg", 200, 512, 512, "computed", ""},
			{"/0,0,512,512/512,/0/bitonal.png", 200, 512, 512, "computed", ""},
			{"/0,0,400,200/400,/90/default.png", 200, 200, 400, "computed", ""},
			{"/0,0,100,100/^200,/0/default.jpg", 200, 200, 200, "computed", ""},
			{"/full/^1500,/0/default.jpg", 200, 1500, 808, "computed", ""},
			{"/1299,699,10,10/max/0/default.png", 200, 1, 1, "computed", ""},
			// Refusals name the part that is wrong.
			{"/0,0,0,10/max/0/default.jpg", 400, 0, 0, "", "region"},
			{"/1300,0,10,10/max/0/default.jpg", 400, 0, 0, "", "region"},
			{"/a,b,c,d/max/0/default.jpg", 400, 0, 0, "", "region"},
			{"/pct:101,0,10,10/max/0/default.jpg", 400, 0, 0, "", "region"},
			{"/full/full/0/default.jpg", 400, 0, 0, "", "size"},
			{"/full/1500,/0/default.jpg", 400, 0, 0, "", "size"},
			{"/full/0,/0/default.jpg", 400, 0, 0, "", "size"},
			{"/full/pct:200/0/default.jpg", 400, 0, 0, "", "size"},
			{"/full/max/361/default.jpg", 400, 0, 0, "", "rotation"},
			{"/full/max/-90/default.jpg", 400, 0, 0, "", "rotation"},
			{"/full/max/0/sepia.jpg", 400, 0, 0, "", "quality"},
			{"/full/max/0/default.webp", 501, 0, 0, "", "format"},
			{"/full/max/0/default.tif", 501, 0, 0, "", "format"},
			{"/full/max/0/default", 400, 0, 0, "", "format"},
			{"/full/max/0", 404, 0, 0, "", ""},
			{"/full/max/0/default.jpg/more", 404, 0, 0, "", ""},
			{"/full/^9000,/0/default.jpg", 400, 0, 0, "", "size"},
		} {
			before := h.way("computed")
			got := h.get(base + test.path)
			if got.StatusCode != test.status {
				t.Errorf("%s: status %d, want %d: %s", test.path, got.StatusCode, test.status, firstLine(got.body))
				continue
			}
			if allow := got.Header.Get("Access-Control-Allow-Origin"); allow != "*" {
				t.Errorf("%s: Access-Control-Allow-Origin is %q", test.path, allow)
			}
			if test.status != http.StatusOK {
				if !strings.Contains(strings.ToLower(string(got.body)), test.says) || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/plain") {
					t.Errorf("%s: %s %q does not name the %s", test.path, got.Header.Get("Content-Type"), got.body, test.says)
				}
				continue
			}
			cfg, format, err := image.DecodeConfig(bytes.NewReader(got.body))
			if err != nil || cfg.Width != test.w || cfg.Height != test.h {
				t.Errorf("%s: %d×%d %s, %v; want %d×%d", test.path, cfg.Width, cfg.Height, format, err, test.w, test.h)
			}
			if computed := h.way("computed") > before; computed != (test.way == "computed") {
				t.Errorf("%s: computed is %v", test.path, computed)
			}
			link := got.Header.Get("Link")
			if !strings.Contains(link, `<http://iiif.io/api/image/3/level2.json>;rel="profile"`) || !strings.Contains(link, `;rel="canonical"`) {
				t.Errorf("%s: Link is %s", test.path, link)
			}
			h.holdsAgain(t, base+test.path, got)
		}
		if got := h.get("/iiif/3/none/full/max/0/default.jpg"); got.StatusCode != http.StatusNotFound {
			t.Errorf("unknown image: %d", got.StatusCode)
		}
	})
}

// holdsAgain asks the same with HEAD, with its ETag, and at its canonical address.
func (h *house) holdsAgain(t *testing.T, path string, got answer) {
	t.Helper()
	head := h.ask(http.MethodHead, path, nil)
	if head.StatusCode != http.StatusOK || len(head.body) != 0 || head.ContentLength != int64(len(got.body)) || head.Header.Get("Content-Type") != got.Header.Get("Content-Type") {
		t.Errorf("HEAD %s: %d, %d bytes announced of %d, %d came", path, head.StatusCode, head.ContentLength, len(got.body), len(head.body))
	}
	again := h.get(path, "If-None-Match: "+got.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || len(again.body) != 0 {
		t.Errorf("%s again: %d", path, again.StatusCode)
	}
	_, canonical, _ := strings.Cut(got.Header.Get("Link"), ", <")
	canonical, _, _ = strings.Cut(canonical, ">")
	same := h.get(strings.TrimPrefix(canonical, h.url))
	if !bytes.Equal(same.body, got.body) || same.Header.Get("ETag") != got.Header.Get("ETag") {
		t.Errorf("%s is not what its canonical address %s gives (%d)", path, canonical, same.StatusCode)
	}
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

func TestImageInformation(t *testing.T) {
	h := open(t, "")
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	base := h.get("/iiif/3/" + asset)
	if base.StatusCode != http.StatusSeeOther || base.Header.Get("Location") != h.url+"/iiif/3/"+asset+"/info.json" {
		t.Errorf("base: %d to %q", base.StatusCode, base.Header.Get("Location"))
	}
	for accept, want := range map[string]string{
		"":                    `application/ld+json;profile="http://iiif.io/api/image/3/context.json"`,
		"application/ld+json": `application/ld+json;profile="http://iiif.io/api/image/3/context.json"`,
		"application/json":    "application/json",
		"text/html":           "application/ld+json",
	} {
		if got := h.get("/iiif/3/"+asset+"/info.json", "Accept: "+accept); !strings.HasPrefix(got.Header.Get("Content-Type"), want) {
			t.Errorf("Accept %q gives %s, want %s", accept, got.Header.Get("Content-Type"), want)
		}
	}
	var info iiif.Info
	got := h.get("/iiif/3/" + asset + "/info.json")
	if err := json.Unmarshal(got.body, &info); err != nil {
		t.Fatal(err)
	}
	if info.ID != h.url+"/iiif/3/"+asset || info.Width != 1300 || info.Height != 700 || info.Profile != "level2" || info.MaxArea != MaxArea {
		t.Errorf("info.json is %s", got.body)
	}
	for _, word := range []string{`"rights":"http://creativecommons.org/publicdomain/zero/1.0/"`, `"extraQualities"`, `"preferredFormats"`, `"rotationArbitrary"`, `"sizeUpscaling"`, `"mirroring"`} {
		if !bytes.Contains(got.body, []byte(word)) {
			t.Errorf("info.json lacks %s: %s", word, got.body)
		}
	}
	// Every announced size is one that is stored, and comes out exact.
	before := h.way("computed")
	for _, size := range info.Sizes {
		got := h.get(fmt.Sprintf("/iiif/3/%s/full/%d,%d/0/default.jpg", asset, size.Width, size.Height))
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(got.body))
		if err != nil || cfg.Width != size.Width || cfg.Height != size.Height {
			t.Errorf("size %d×%d comes as %d×%d, %v", size.Width, size.Height, cfg.Width, cfg.Height, err)
		}
	}
	t.Logf("%d of %d sizes were computed", int(h.way("computed")-before), len(info.Sizes))
	// The preflight of a script from elsewhere.
	pre := h.ask(http.MethodOptions, "/iiif/3/"+asset+"/info.json", nil, "Origin: https://viewer.example", "Access-Control-Request-Method: GET")
	if pre.StatusCode != http.StatusNoContent || pre.Header.Get("Access-Control-Allow-Origin") != "*" || pre.Header.Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("preflight: %d %v", pre.StatusCode, pre.Header)
	}
	// An identifier may be escaped, and then is the same.
	escaped := strings.ReplaceAll(asset, asset[:1], fmt.Sprintf("%%%02X", asset[0]))
	if got := h.get("/iiif/3/" + escaped + "/info.json"); got.StatusCode != http.StatusOK {
		t.Errorf("escaped identifier: %d", got.StatusCode)
	}
	for _, id := range []string{"a%2Fb", "%2e%2e%2f%2e%2e", "%00", "..%2F..%2Fetc%2Fpasswd", strings.Repeat("a", 5000)} {
		if got := h.get("/iiif/3/" + id + "/info.json"); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusBadRequest {
			t.Errorf("identifier %.40s: %d", id, got.StatusCode)
		}
	}
}

// The tiles of each level, laid beside each other, are the level, as a viewer
// sees it: its pixels tell where they come from.
func TestTilesReassemble(t *testing.T) {
	h := open(t, "")
	img := painted(1777, 1031)
	asset := h.take(cave, map[string][]byte{"wall.jpg": asPNG(t, img)})["dh-9"]
	for scale := 1; scale <= 4; scale *= 2 {
		for y := 0; y < 1031; y += 512 * scale {
			for x := 0; x < 1777; x += 512 * scale {
				w, hi := min(512*scale, 1777-x), min(512*scale, 1031-y)
				tw, th := (w+scale-1)/scale, (hi+scale-1)/scale
				got := h.get(fmt.Sprintf("/iiif/3/%s/%d,%d,%d,%d/%d,%d/0/default.jpg", asset, x, y, w, hi, tw, th))
				tile, err := jpeg.Decode(bytes.NewReader(got.body))
				if err != nil || tile.Bounds().Dx() != tw || tile.Bounds().Dy() != th {
					t.Fatalf("tile %d,%d at 1/%d: %d %v %v", x, y, scale, got.StatusCode, err, tile)
				}
				for _, p := range []image.Point{{2, 2}, {tw - 3, 2}, {2, th - 3}, {tw - 3, th - 3}, {tw / 2, th / 2}} {
					r, g, _, _ := tile.At(p.X, p.Y).RGBA()
					want := img.NRGBAAt(min(1776, x+p.X*scale), min(1030, y+p.Y*scale))
					if diff(int(r>>8), int(want.R)) > 6 || diff(int(g>>8), int(want.G)) > 6 {
						t.Errorf("1/%d tile at %d,%d, pixel %v is %d,%d; the picture has %d,%d", scale, x, y, p, r>>8, g>>8, want.R, want.G)
					}
				}
			}
		}
	}
	if n := h.way("computed"); n != 0 {
		t.Errorf("%v tiles were computed", n)
	}
}

func diff(a, b int) int { return max(a-b, b-a) }

// A public tile costs the same memory whatever its size.
func TestTilesAllocateNothingOfTheirSize(t *testing.T) {
	h := open(t, "")
	asset := h.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/iiif/3/"+asset+"/0,0,512,512/512,512/0/default.jpg", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host, r.RequestURI = "localhost", r.URL.Path
	w := &counted{header: http.Header{}}
	if !h.server.fastTile(w, r) || w.n == 0 {
		t.Fatal("this tile takes the slow way")
	}
	const rounds = 2000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		clear(w.header)
		h.server.fastTile(w, r)
	}
	runtime.ReadMemStats(&after)
	per := (after.TotalAlloc - before.TotalAlloc) / rounds
	limit := uint64(4 << 10)
	if raceDetector {
		limit = 64 << 10 // it has pools lose what they hold now and then
	}
	if per > limit {
		t.Errorf("each tile, %d bytes of JPEG and %d of pixels, allocates %d bytes", w.n, 512*512*3, per)
	}
}

// What is remembered about an address ends with what it was worked out for.
func TestRememberedAddresses(t *testing.T) {
	h := open(t, "")
	sheet := `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟"},"files":["wall.jpg"]}` + "\n"
	asset := h.take(sheet, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	path := "/iiif/3/" + asset + "/0,0,512,512/512,512/0/default.jpg"
	first, second := h.get(path), h.get(path)
	if first.StatusCode != http.StatusOK || !bytes.Equal(first.body, second.body) || first.Header.Get("Link") != second.Header.Get("Link") ||
		first.Header.Get("ETag") != second.Header.Get("ETag") || int64(len(second.body)) != second.ContentLength {
		t.Errorf("asked twice: %d %v, then %d %v", first.StatusCode, first.Header, second.StatusCode, second.Header)
	}
	if got := h.get(path, "If-None-Match: "+first.Header.Get("ETag")); got.StatusCode != http.StatusNotModified || len(got.body) > 0 {
		t.Errorf("with its ETag: %d", got.StatusCode)
	}
	if head := h.ask(http.MethodHead, path, nil); head.StatusCode != http.StatusOK || head.ContentLength != first.ContentLength {
		t.Errorf("HEAD: %d, %d bytes", head.StatusCode, head.ContentLength)
	}
	for _, host := range []string{"one.example", "two.example"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Host = host
		h.server.ServeHTTP(w, r)
		if link := w.Header().Get("Link"); !strings.Contains(link, "<http://"+host+"/iiif/3/"+asset) {
			t.Errorf("asked as %s: Link %q", host, link)
		}
	}

	entry, err := h.archive.Record(t.Context(), "dh-9")
	if err != nil {
		t.Fatal(err)
	}
	less := entry.Record
	less.Rights = &archive.Rights{Tier: archive.TierReduced, MaxPixels: 300000}
	if _, err := h.archive.Save(t.Context(), "test", archive.Draft{Record: less, Publish: true}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(accessFor + 50*time.Millisecond)
	if got := h.get(path); bytes.Equal(got.body, first.body) || strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a reduced image still gives its finest tile: %d %v", got.StatusCode, got.Header)
	}
	if err := h.archive.Withdraw(t.Context(), "test", "dh-9"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(accessFor + 50*time.Millisecond)
	if got := h.get(path); got.StatusCode != http.StatusGone {
		t.Errorf("withdrawn: %d", got.StatusCode)
	}
}

// counted is a response whose body is only counted.
type counted struct {
	header http.Header
	n      int
}

func (c *counted) Header() http.Header { return c.header }
func (c *counted) WriteHeader(int)     { c.n = 0 }
func (c *counted) Write(b []byte) (int, error) {
	c.n += len(b)
	return len(b), nil
}

// Who may see only a smaller picture gets no finer pixel of it, however asked.
func TestReducedImages(t *testing.T) {
	h := open(t, "")
	sheet := `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟"},"files":["wall.jpg"],"rights":{"tier":"reduced","maxPixels":300000}}` + "\n" +
		`{"id":"dh-10","kind":"mural","titles":{"zh":"第10窟"},"files":["other.jpg"],"rights":{"tier":"staff"}}` + "\n"
	assets := h.take(sheet, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700)), "other.jpg": asJPEG(t, painted(600, 600))})
	reduced := assets["dh-9"]
	var info iiif.Info
	if err := json.Unmarshal(h.get("/iiif/3/"+reduced+"/info.json").body, &info); err != nil {
		t.Fatal(err)
	}
	if info.Width != 650 || info.Height != 350 {
		t.Errorf("the public sees %d×%d", info.Width, info.Height)
	}
	for _, path := range []string{"/full/max/0/default.jpg", "/0,0,512,350/max/0/default.jpg", "/full/^1300,/0/default.jpg", "/0,0,1300,700/max/0/default.jpg"} {
		got := h.get("/iiif/3/" + reduced + path)
		if cfg, err := jpeg.DecodeConfig(bytes.NewReader(got.body)); err == nil && cfg.Width > 650 && !strings.Contains(path, "^") {
			t.Errorf("%s gives %d×%d", path, cfg.Width, cfg.Height)
		}
		if strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is kept for ever", path)
		}
	}
	for _, path := range []string{
		"/iiif/3/" + assets["dh-10"] + "/info.json", "/iiif/3/" + assets["dh-10"] + "/full/max/0/default.jpg", "/iiif/manifest/dh-10",
		"/records/dh-10", "/api/v1/records/dh-10", "/api/v1/assets/" + assets["dh-10"], "/api/v1/assets/" + assets["dh-10"] + "/master", "/api/v1/records/dh-10/revisions",
	} {
		if got := h.get(path); got.StatusCode != http.StatusNotFound && got.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
	}
	if got := h.get("/api/v1/search?q=第10窟"); bytes.Contains(got.body, []byte("dh-10")) {
		t.Errorf("the search tells of dh-10: %s", got.body)
	}
	if got := h.get("/api/v1/assets/" + reduced + "/master"); got.StatusCode == http.StatusOK {
		t.Error("the master of a reduced image is public")
	}
	token := h.user("warden", "curator")
	for _, path := range []string{"/iiif/3/" + assets["dh-10"] + "/full/max/0/default.jpg", "/api/v1/assets/" + reduced + "/master", "/iiif/3/" + reduced + "/0,0,512,512/512,512/0/default.jpg", "/iiif/3/" + reduced + "/full/1300,/0/default.jpg"} {
		if got := h.get(path, "Authorization: Bearer "+token); got.StatusCode != http.StatusOK || strings.Contains(got.Header.Get("Cache-Control"), "public") {
			t.Errorf("%s for staff: %d %s", path, got.StatusCode, got.Header.Get("Cache-Control"))
		}
	}
}

// way counts the images that were made in a way: tile, stored, cached, computed.
func (h *house) way(name string) float64 {
	return testutil.ToFloat64(h.server.metrics.images.WithLabelValues(name))
}
