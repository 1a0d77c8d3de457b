package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hexi/archive/raster"
)

func status(err error) int {
	if own := (*statusError)(nil); errors.As(err, &own) {
		return own.status
	}
	return 0
}

func TestLane(t *testing.T) {
	t.Run("what never fits", func(t *testing.T) {
		l := &lane{budget: 100, places: 1, length: 1, wait: time.Second}
		if _, err := l.enter(t.Context(), 101); status(err) != http.StatusRequestEntityTooLarge {
			t.Errorf("got %v", err)
		}
		leave, err := l.enter(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		leave()
		if s := l.state(); s != (laneState{}) {
			t.Errorf("afterwards %+v", s)
		}
	})
	t.Run("the queue is bounded, and so is the time in it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{budget: 100, places: 2, length: 3, wait: 5 * time.Second, usual: 3 * time.Second}
			for range 2 {
				if _, err := l.enter(t.Context(), 10); err != nil {
					t.Fatal(err)
				}
			}
			var late atomic.Int32
			for range 3 {
				go func() {
					if _, err := l.enter(t.Context(), 10); status(err) == http.StatusServiceUnavailable {
						late.Add(1)
					}
				}()
			}
			synctest.Wait()
			_, err := l.enter(t.Context(), 10)
			if own := (*statusError)(nil); !errors.As(err, &own) || own.status != http.StatusServiceUnavailable || own.retryAfter != 8 {
				t.Errorf("one too many: %+v; five at 3 s each, two at a time, are 8 s", err)
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if s := l.state(); late.Load() != 3 || s.waiting != 0 || s.inside != 2 {
				t.Errorf("%d gave up, %+v", late.Load(), s)
			}
		})
	})
	t.Run("the order is kept, and a large one is not overtaken", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{budget: 100, places: 4, length: 10, wait: time.Minute}
			first, _ := l.enter(t.Context(), 60)
			var order []string
			var mu sync.Mutex
			var wg sync.WaitGroup
			for _, one := range []struct {
				name string
				cost int64
			}{{"large", 90}, {"small", 5}, {"smaller", 1}} {
				wg.Go(func() {
					leave, err := l.enter(t.Context(), one.cost)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					order = append(order, one.name)
					mu.Unlock()
					time.Sleep(time.Second)
					leave()
				})
				synctest.Wait()
			}
			if s := l.state(); s.waiting != 3 || s.inside != 1 {
				t.Errorf("%+v", s)
			}
			first()
			synctest.Wait()
			if len(order) != 3 || l.state().used != 96 {
				t.Errorf("after the first left: %v, %+v", order, l.state())
			}
			wg.Wait()
		})
	})
	t.Run("who leaves the queue is forgotten, and those behind move up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := &lane{budget: 100, places: 4, length: 10, wait: time.Minute}
			_, _ = l.enter(t.Context(), 60)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if _, err := l.enter(ctx, 90); !errors.Is(err, context.Canceled) {
					t.Errorf("who left got %v", err)
				}
			}()
			synctest.Wait()
			let := false
			go func() {
				_, err := l.enter(t.Context(), 5)
				let = err == nil
			}()
			synctest.Wait()
			cancel()
			synctest.Wait()
			if s := l.state(); !let || s != (laneState{inside: 2, used: 65}) {
				t.Errorf("let in: %v, %+v", let, s)
			}
		})
	})
	t.Run("never more than the budget", func(t *testing.T) {
		l := &lane{budget: 1000, places: 5, length: 1000, wait: time.Minute}
		var used, inside atomic.Int64
		var wg sync.WaitGroup
		for i := range 400 {
			wg.Go(func() {
				cost := 1 + rand.Int64N(600)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				if i%5 == 0 {
					ctx, cancel = context.WithTimeout(t.Context(), time.Duration(rand.IntN(1000))*time.Microsecond)
				}
				defer cancel()
				leave, err := l.enter(ctx, cost)
				if err != nil {
					return
				}
				if u, n := used.Add(cost), inside.Add(1); u > 1000 || n > 5 {
					t.Errorf("%d inside with %d bytes", n, u)
				}
				runtime.Gosched()
				used.Add(-cost)
				inside.Add(-1)
				leave()
			})
		}
		wg.Wait()
		if s := l.state(); s != (laneState{}) {
			t.Errorf("afterwards %+v", s)
		}
	})
}

// slow is the real engine, which begins only when it is told to.
type slow struct {
	*raster.Go
	begin    chan struct{}
	under    atomic.Int32 // way
	finished atomic.Int32
}

func (s *slow) Render(ctx context.Context, tiles raster.Tiles, q raster.Request, w io.Writer) error {
	s.under.Add(1)
	defer s.under.Add(-1)
	select {
	case <-s.begin:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer s.finished.Add(1)
	return s.Go.Render(ctx, tiles, q, w)
}

// eventually waits for what other goroutines do.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it does not come to that", what)
		}
	}
}

func TestTilesDoNotWaitForComputedImages(t *testing.T) {
	stores(t, func(t *testing.T, store string) {
		first := open(t, store)
		asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
		engine := &slow{Go: raster.NewGo(), begin: make(chan struct{})}
		h := first.another(t, func(cfg *Config) { cfg.Renderer = engine })
		path := "/iiif/3/" + asset
		h.get(path + "/info.json") // opened

		// All places are taken, and the whole queue.
		places := runtime.GOMAXPROCS(0)
		all := places + places*queuePerPlace
		crowd, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				r, err := http.NewRequestWithContext(crowd, http.MethodGet, h.url+path+fmt.Sprintf("/%d,3,600,600/300,/0/default.jpg", i), nil)
				if err != nil {
					t.Error(err)
					return
				}
				if resp, err := http.DefaultClient.Do(r); err == nil {
					_ = resp.Body.Close()
				}
			})
		}
		full := laneState{waiting: places * queuePerPlace, inside: places}
		eventually(t, "places and queue are full", func() bool {
			s := h.server.images.lane.state()
			return s.waiting == full.waiting && s.inside == full.inside
		})
		start := time.Now()
		for _, tile := range append(wholeTiles, edgeTiles...) {
			if got := h.get(path + tile); got.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", tile, got.StatusCode)
			}
		}
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("five tiles took %v while others are computed", took)
		}
		refused := h.get(path + "/7,7,600,600/300,/0/default.jpg")
		if after, err := strconv.Atoi(refused.Header.Get("Retry-After")); refused.StatusCode != http.StatusServiceUnavailable || err != nil || after < 1 {
			t.Errorf("one more is answered %d, Retry-After %q", refused.StatusCode, refused.Header.Get("Retry-After"))
		}

		// They leave, and with them their work.
		leave()
		wg.Wait()
		eventually(t, "all places are free", func() bool { return h.server.images.lane.state() == laneState{} && engine.under.Load() == 0 })
		if n := engine.finished.Load(); n != 0 {
			t.Errorf("%d images were computed for nobody", n)
		}
		close(engine.begin)
		if got := h.get(path + "/7,7,600,600/300,/0/default.jpg"); got.StatusCode != http.StatusOK {
			t.Errorf("afterwards: %d", got.StatusCode)
		}
	})
}

// Work for several goes on as long as one of them is there, and is done once.
func TestComputedOnceForAll(t *testing.T) {
	first := open(t, "")
	asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	engine := &slow{Go: raster.NewGo(), begin: make(chan struct{})}
	h := first.another(t, func(cfg *Config) { cfg.Renderer = engine })
	path := "/iiif/3/" + asset + "/3,3,600,600/300,/0/default.jpg"
	crowd, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	ask := func(ctx context.Context, check func([]byte)) {
		wg.Go(func() {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				check(nil)
				return
			}
			defer resp.Body.Close() //nolint:errcheck // read to its end
			data, _ := io.ReadAll(resp.Body)
			check(data)
		})
	}
	waiters := func(n int) func() bool {
		return func() bool {
			f := &h.server.images.making
			f.mu.Lock()
			defer f.mu.Unlock()
			for _, c := range f.calls {
				return c.waiters == n
			}
			return n == 0
		}
	}
	ask(crowd, func([]byte) {})
	eventually(t, "the first one waits", waiters(1))
	for range 4 {
		ask(crowd, func([]byte) {})
	}
	var answers [3][]byte
	for i := range answers {
		ask(t.Context(), func(b []byte) { answers[i] = b })
	}
	eventually(t, "all wait for one", waiters(8))
	leave()
	eventually(t, "five have left", waiters(3))
	close(engine.begin)
	wg.Wait()
	for i, b := range answers {
		if cfg, err := jpeg.DecodeConfig(bytes.NewReader(b)); err != nil || cfg.Width != 300 || !bytes.Equal(b, answers[0]) {
			t.Errorf("answer %d: %v %v", i, cfg.Width, err)
		}
	}
	if n := engine.finished.Load(); n != 1 {
		t.Errorf("it was computed %d times", n)
	}
}

func TestRenderMemory(t *testing.T) {
	first := open(t, "")
	asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	h := first.another(t, func(cfg *Config) { cfg.RenderMemory = 2 << 20 })
	path := "/iiif/3/" + asset
	if got := h.get(path + "/full/max/0/gray.jpg"); got.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(got.body), "smaller") {
		t.Errorf("what can never fit: %d %s", got.StatusCode, got.body)
	}
	if got := h.get(path + "/full/200,/0/gray.jpg"); got.StatusCode != http.StatusOK {
		t.Errorf("what fits: %d %s", got.StatusCode, got.body)
	}
	if got := h.get(path + wholeTiles[0]); got.StatusCode != http.StatusOK {
		t.Errorf("a stored tile: %d", got.StatusCode)
	}
}
