package web

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"hexi/archive/iiif"
)

// eachTier is one picture of 1300×700 in each access tier.
const eachTier = `{"id":"open","kind":"mural","titles":{"zh":"公开"},"files":["open.jpg"]}` + "\n" +
	`{"id":"less","kind":"mural","titles":{"zh":"缩小"},"files":["less.jpg"],"rights":{"tier":"reduced","maxPixels":300000}}` + "\n" +
	`{"id":"inner","kind":"mural","titles":{"zh":"内部"},"files":["inner.jpg"],"rights":{"tier":"staff"}}` + "\n" +
	`{"id":"later","kind":"mural","titles":{"zh":"以后"},"files":["later.jpg"],"rights":{"tier":"embargoed","until":"2999-01-01"}}` + "\n"

func tierFiles(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"open.jpg": asJPEG(t, painted(1300, 700)), "less.jpg": asJPEG(t, painted(1300, 701)),
		"inner.jpg": asJPEG(t, painted(1300, 702)), "later.jpg": asJPEG(t, painted(1300, 703)),
	}
}

// size is the width and height of a JPEG that was answered; 0 of anything else.
func (a answer) size() image.Point {
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(a.body))
	if err != nil || a.StatusCode != http.StatusOK {
		return image.Point{}
	}
	return image.Pt(cfg.Width, cfg.Height)
}

// Each tier has limits of its own: what information says is what is answered.
func TestLimitsOfTiers(t *testing.T) {
	first := open(t, "")
	assets := first.take(eachTier, tierFiles(t))
	token := "Authorization: Bearer " + first.user("warden", "viewer")
	cache := openDisk(t, t.TempDir(), 64<<20)
	h := first.another(t, func(cfg *Config) {
		cfg.Cache = cache
		cfg.Limits, cfg.StaffLimits = iiif.Limits{MaxArea: 270000}, iiif.Limits{MaxArea: 2000000, MaxWidth: 2500}
	})
	for _, test := range []struct {
		record, size string
		public       int // status
		staff        int
		w, h         int // what the public gets; 0: only that it is within the limits
		sw, sh       int // what staff get
	}{
		{"open", "max", 200, 200, 0, 0, 1300, 700},
		{"open", "^max", 200, 200, 0, 0, 1927, 1038},
		{"open", "!1200,1200", 200, 200, 0, 0, 1200, 646},
		{"open", "1300,", 400, 200, 0, 0, 1300, 700},
		{"open", "^1900,", 400, 200, 0, 0, 1900, 1023},
		{"open", "^2600,", 400, 400, 0, 0, 0, 0},
		{"open", "pct:100", 400, 200, 0, 0, 1300, 700},
		{"open", "650,", 200, 200, 650, 350, 650, 350},
		{"less", "max", 200, 200, 650, 351, 1300, 701},
		{"less", "^max", 501, 200, 0, 0, 1925, 1038},
		{"less", "^1300,", 501, 200, 0, 0, 1300, 701},
		{"less", "651,", 400, 200, 0, 0, 651, 351},
		{"inner", "max", 404, 200, 0, 0, 1300, 702},
		{"inner", "^2600,", 404, 400, 0, 0, 0, 0},
		{"later", "max", 404, 200, 0, 0, 1300, 703},
	} {
		path := "/iiif/3/" + assets[test.record] + "/full/" + test.size + "/0/default.jpg"
		public := func(when string) answer {
			got := h.get(path)
			size := got.size()
			if got.StatusCode != test.public || test.w != 0 && size != image.Pt(test.w, test.h) || size.X*size.Y > 270000 {
				t.Errorf("%s %s, %s, gives the public %d, %v", test.record, test.size, when, got.StatusCode, size)
			}
			return got
		}
		before := public("before")
		staff := h.get(path, token)
		if size := staff.size(); staff.StatusCode != test.staff || size.X*size.Y > 2000000 || diff(size.X, test.sw) > 1 || diff(size.Y, test.sh) > 1 {
			t.Errorf("%s %s gives staff %d, %v", test.record, test.size, staff.StatusCode, size)
		}
		public("after staff asked")
		if staff.StatusCode != http.StatusOK {
			continue
		}
		if kept := staff.Header.Get("Cache-Control"); strings.Contains(kept, "public") || !strings.Contains(staff.Header.Get("Vary"), "Authorization, Cookie") {
			t.Errorf("%s %s for staff is kept: %s", test.record, test.size, kept)
		}
		if before.StatusCode != http.StatusOK {
			continue
		}
		// What differs has another ETag, and neither is kept for ever nor for others.
		same := bytes.Equal(before.body, staff.body)
		if same != (before.Header.Get("ETag") == staff.Header.Get("ETag")) {
			t.Errorf("%s %s: the same is %v, ETags %s and %s", test.record, test.size, same, before.Header.Get("ETag"), staff.Header.Get("ETag"))
		}
		if forEver := strings.Contains(before.Header.Get("Cache-Control"), "immutable"); forEver != same || same == (before.Header.Get("Vary") == "Authorization, Cookie") {
			t.Errorf("%s %s: the same is %v, and the public keeps it: %v", test.record, test.size, same, before.Header)
		}
		if got := h.get(path, "If-None-Match: "+staff.Header.Get("ETag")); (got.StatusCode == http.StatusNotModified) != same {
			t.Errorf("%s %s: the public with the ETag of staff: %d", test.record, test.size, got.StatusCode)
		}
	}
	h.saysLimits(t, assets, token)
}

// saysLimits looks at the documents that name limits.
func (h *house) saysLimits(t *testing.T, assets map[string]string, token string) {
	t.Helper()
	for _, record := range []string{"open", "less"} {
		var public, staff iiif.Info
		forPublic, forStaff := h.get("/iiif/3/"+assets[record]+"/info.json"), h.get("/iiif/3/"+assets[record]+"/info.json", token)
		if err := json.Unmarshal(forPublic.body, &public); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(forStaff.body, &staff); err != nil {
			t.Fatal(err)
		}
		if public.MaxArea != 270000 || public.MaxWidth != 0 || staff.MaxArea != 2000000 || staff.MaxWidth != 2500 || staff.Width != 1300 {
			t.Errorf("%s: information for the public %s, for staff %s", record, forPublic.body, forStaff.body)
		}
		if forPublic.Header.Get("ETag") == forStaff.Header.Get("ETag") || !strings.Contains(strings.Join(forPublic.Header.Values("Vary"), ", "), "Authorization, Cookie") {
			t.Errorf("%s: information may be mixed up: %v, %v", record, forPublic.Header, forStaff.Header)
		}
		for _, size := range public.Sizes {
			if size.Width*size.Height > 270000 {
				t.Errorf("%s: the public is told of %v", record, size)
			}
		}
		// What a manifest names is what comes, of that size.
		for asker, headers := range map[string][]string{"the public": nil, "staff": {token}} {
			var doc struct {
				Items []struct {
					Width, Height int
					Items         []struct {
						Items []struct{ Body iiif.Reference }
					}
					Thumbnail []iiif.Reference
				}
			}
			if err := json.Unmarshal(h.get("/iiif/manifest/"+record, headers...).body, &doc); err != nil {
				t.Fatal(err)
			}
			for _, ref := range append(doc.Items[0].Thumbnail, doc.Items[0].Items[0].Items[0].Body) {
				if got := h.get(strings.TrimPrefix(ref.ID, h.url), headers...); got.size() != image.Pt(ref.Width, ref.Height) {
					t.Errorf("%s: the manifest for %s says %d×%d of %s, and that is %d, %v", record, asker, ref.Width, ref.Height, ref.ID, got.StatusCode, got.size())
				}
			}
		}
	}
}

// A stored tile that answers "max" within the public's limit is not what staff get
// there, however often the public asked.
func TestLimitsOfStoredTiles(t *testing.T) {
	first := open(t, "")
	asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	token := "Authorization: Bearer " + first.user("warden", "viewer")
	h := first.another(t, func(cfg *Config) {
		cfg.Limits, cfg.StaffLimits = iiif.Limits{MaxWidth: 512}, iiif.Limits{MaxArea: 4 << 20}
	})
	path := "/iiif/3/" + asset + "/0,0,1024,700/max/0/default.jpg"
	for range 2 {
		if got := h.get(path); got.size() != image.Pt(512, 350) || got.Header.Get("Vary") != "Authorization, Cookie" || strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("the public gets %v, %v", got.size(), got.Header)
		}
		if got := h.get(path, token); got.size() != image.Pt(1024, 700) || strings.Contains(got.Header.Get("Cache-Control"), "public") {
			t.Errorf("staff get %v, %v", got.size(), got.Header)
		}
	}
	eventually(t, "the public's two are stored tiles, and no others", func() bool { return h.way("passthrough") == 2 })
	same := h.get("/iiif/3/" + asset + wholeTiles[0])
	if same.Header.Get("Vary") != "" || !strings.Contains(same.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("a tile that is the same for all: %v", same.Header)
	}
}

// A picture that is to be smaller than its smallest level gives no finer pixel,
// also not of a part of it.
func TestReducedBelowTheLastLevel(t *testing.T) {
	h := open(t, "")
	img := painted(400, 300)
	sheet := `{"id":"dh-9","kind":"mural","titles":{"zh":"第9窟"},"files":["wall.jpg"],"rights":{"tier":"reduced","maxPixels":10000}}` + "\n"
	path := "/iiif/3/" + h.take(sheet, map[string][]byte{"wall.jpg": asJPEG(t, img)})["dh-9"]
	var info iiif.Info
	if err := json.Unmarshal(h.get(path+"/info.json").body, &info); err != nil || info.Width != 100 || info.Height != 75 {
		t.Errorf("the public sees %d×%d, %v", info.Width, info.Height, err)
	}
	part := h.get(path + "/50,25,50,50/max/0/default.jpg")
	if part.size() != image.Pt(50, 50) || strings.Contains(part.Header.Get("Cache-Control"), "immutable") {
		t.Fatalf("a part of it: %d, %v, %v", part.StatusCode, part.size(), part.Header)
	}
	got, err := jpeg.Decode(bytes.NewReader(part.body))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []image.Point{{2, 2}, {47, 2}, {2, 47}, {47, 47}} {
		r, g, _, _ := got.At(p.X, p.Y).RGBA()
		want := img.NRGBAAt(4*(50+p.X)+2, 4*(25+p.Y)+2)
		if diff(int(r>>8), int(want.R)) > 8 || diff(int(g>>8), int(want.G)) > 8 {
			t.Errorf("pixel %v is %d,%d; the picture has %d,%d there", p, r>>8, g>>8, want.R, want.G)
		}
	}
	for _, finer := range []string{"/100,75,100,75/max/0/default.jpg", "/full/400,/0/default.jpg", "/full/^400,/0/default.jpg", "/full/^max/0/default.jpg"} {
		if got := h.get(path + finer); got.StatusCode == http.StatusOK {
			t.Errorf("%s gives %v", finer, got.size())
		}
	}
	if got := h.get(path + "/full/max/0/default.jpg"); got.size() != image.Pt(100, 75) {
		t.Errorf("all of it: %d, %v", got.StatusCode, got.size())
	}
}
