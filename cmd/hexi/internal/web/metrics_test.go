package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// metric reads one series from /metrics; -1 where there is none.
func (h *house) metric(series string) float64 {
	h.t.Helper()
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(series) + ` (\S+)$`).FindSubmatch(h.get("/metrics").body)
	if m == nil {
		return -1
	}
	v, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// Every image response is counted once, in its class, and once as a request.
func TestMetricsOfImages(t *testing.T) {
	stores(t, func(t *testing.T, store string) {
		first := open(t, store)
		path := "/iiif/3/" + first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
		cache := openDisk(t, t.TempDir(), 64<<20)
		h := first.another(t, func(cfg *Config) { cfg.Cache = cache })
		tile := h.get(path + wholeTiles[0])
		image := h.get(path + "/3,3,600,600/300,/0/default.jpg")
		eventually(t, "two images are counted", func() bool { return h.metric(`hexi_http_requests_total{class="iiif",status="200"}`) == 2 })
		for _, step := range []struct {
			path, class, header string
			status              int
		}{
			{wholeTiles[1], "passthrough", "", 200},
			{edgeTiles[0], "passthrough", "", 200},
			{wholeTiles[0], "not_modified", "If-None-Match: " + tile.Header.Get("ETag"), 304},
			{"/full/480,/0/default.jpg", "passthrough", "", 200}, // a thumbnail
			{"/5,5,600,600/300,/0/default.jpg", "computed", "", 200},
			{"/5,5,600,600/300,/0/default.jpg", "cached", "", 200},
			{"/3,3,600,600/300,/0/default.jpg", "not_modified", "If-None-Match: " + image.Header.Get("ETag"), 304},
			{"/full/1301,/0/default.jpg", "refused", "", 400},
			{"/full/max/0/default.tif", "refused", "", 501},
			{"/full/full/0/default.jpg", "refused", "", 400},
		} {
			count := fmt.Sprintf("hexi_image_responses_total{class=%q}", step.class)
			took := fmt.Sprintf("hexi_image_response_seconds_count{class=%q}", step.class)
			requests := fmt.Sprintf(`hexi_http_requests_total{class="iiif",status="%d"}`, step.status)
			was, wasTook, wasRequests := h.metric(count), h.metric(took), max(0, h.metric(requests))
			var headers []string
			if step.header != "" {
				headers = []string{step.header}
			}
			if got := h.get(path+step.path, headers...); got.StatusCode != step.status {
				t.Errorf("%s: %d, want %d", step.path, got.StatusCode, step.status)
			}
			// The last bytes of an answer may be here before it is counted.
			eventually(t, step.path+" is counted once as "+step.class, func() bool {
				return h.metric(count) == was+1 && h.metric(took) == wasTook+1 && h.metric(requests) == wasRequests+1
			})
		}
		if got := h.get("/iiif/3/none/full/max/0/default.jpg"); got.StatusCode != http.StatusNotFound || h.metric(`hexi_image_responses_total{class="refused"}`) != 4 {
			t.Errorf("an unknown image: %d", got.StatusCode)
		}
		before := h.metric(`hexi_image_responses_total{class="refused"}`)
		if h.get("/iiif/3/none/info.json"); h.metric(`hexi_image_responses_total{class="refused"}`) != before {
			t.Error("information is counted as an image")
		}
		if disk := cache.state(); h.metric(`hexi_cache_bytes{cache="disk"}`) != float64(disk.size) || h.metric(`hexi_cache_entries{cache="disk"}`) != 2 || disk.size == 0 {
			t.Errorf("the cache on disk: %+v", disk)
		}
		for series, want := range map[string]float64{
			`hexi_cache_entries{cache="images"}`: 3, `hexi_cache_limit_bytes{cache="images"}`: renderCache, `hexi_cache_evictions_total{cache="images"}`: 0,
			"hexi_image_queue_length": 0, "hexi_images_computing": 0, "hexi_render_memory_bytes": 0, "hexi_render_memory_limit_bytes": renderMemory,
			"hexi_image_queue_seconds_count": 2, `hexi_images_turned_away_total{reason="full"}`: 0,
		} {
			if got := h.metric(series); got != want {
				t.Errorf("%s is %v, want %v", series, got, want)
			}
		}
		if problems, err := testutil.GatherAndLint(h.server.metrics.registry); err != nil || len(problems) > 0 {
			t.Errorf("the names of metrics: %v, %v", problems, err)
		}
	})
}

// What is turned away is counted by its reason.
func TestMetricsOfTheLane(t *testing.T) {
	t.Parallel()
	l := &lane{budget: 100, places: 1, length: 0}
	leave, err := l.enter(t.Context(), 60)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.enter(t.Context(), 101); err == nil || classOf(err) != imageRefused {
		t.Errorf("too large: %v", err)
	}
	if _, err := l.enter(t.Context(), 1); err == nil || classOf(err) != imageRefused {
		t.Errorf("no queue: %v", err)
	}
	l.length, l.wait = 1, 1
	if _, err := l.enter(t.Context(), 1); err == nil || classOf(err) != imageRefused {
		t.Errorf("no patience: %v", err)
	}
	leave()
	if l.large.Load() != 1 || l.full.Load() != 1 || l.late.Load() != 1 {
		t.Errorf("large %d, full %d, late %d", l.large.Load(), l.full.Load(), l.late.Load())
	}
	if classOf(http.ErrBodyNotAllowed) != imageFailed || strings.Contains(imageFailed.String(), " ") {
		t.Error("an error of the server is none")
	}
}
