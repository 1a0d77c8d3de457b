package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hexi/archive"
	"hexi/archive/raster"
	"hexi/ingest"
)

func openDisk(t *testing.T, dir string, limit int64) *DiskCache {
	t.Helper()
	c, err := OpenDiskCache(dir, limit, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// files lists the files of a directory, with their sizes in all.
func files(t *testing.T, dir string) (names []string, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			names, size = append(names, path), size+info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, size
}

// image1k makes bytes that tell what they are of.
func image1k(of string) []byte { return bytes.Repeat([]byte(of+"\n"), 1024/(len(of)+1)) }

func TestDiskCache(t *testing.T) {
	dir := t.TempDir()
	c := openDisk(t, dir, 1<<20)
	for _, v := range []string{"v1", "v2"} {
		for _, key := range []string{"0/full/max", "0/square/max", strings.Repeat("long", 1000)} {
			if _, ok := c.get("a-1_b", v, key); ok {
				t.Errorf("%s %.20s is there before it was put", v, key)
			}
			c.put("a-1_b", v, key, image1k(v+key[:5]))
		}
	}
	c.put("other", "v1", "0/full/max", image1k("other"))
	c.put("other", "v1", "empty", nil)
	check := func(c *DiskCache, what string) {
		t.Helper()
		for _, v := range []string{"v1", "v2"} {
			for _, key := range []string{"0/full/max", "0/square/max", strings.Repeat("long", 1000)} {
				if got, ok := c.get("a-1_b", v, key); !ok || !bytes.Equal(got, image1k(v+key[:5])) {
					t.Errorf("%s: %s %.20s is %.20q, %v", what, v, key, got, ok)
				}
			}
		}
		if _, ok := c.get("other", "v1", "empty"); ok {
			t.Errorf("%s: an empty image is kept", what)
		}
		names, size := files(t, dir)
		if s := c.state(); len(names) != 7 || s.size != size {
			t.Errorf("%s: %d files of %d bytes, and %+v", what, len(names), size, s)
		}
	}
	check(c, "at once")
	check(openDisk(t, dir, 1<<20), "after a restart")

	// A new version takes the place of the old.
	c.keep("a-1_b", "v2")
	if _, ok := c.get("a-1_b", "v1", "0/full/max"); ok {
		t.Error("an image of the old version is served")
	}
	if _, ok := c.get("a-1_b", "v2", "0/full/max"); !ok {
		t.Error("an image of the new version went with the old")
	}
	if _, ok := c.get("other", "v1", "0/full/max"); !ok {
		t.Error("an image of another asset went too")
	}
	if names, size := files(t, dir); len(names) != 4 || c.state().size != size || c.state().evicted != 3 {
		t.Errorf("%d files are left, %+v", len(names), c.state())
	}
}

// Whatever happens to a file, what comes out is what went in, or nothing.
func TestDiskCacheDamage(t *testing.T) {
	want := image1k("picture")
	for name, harm := range map[string]func(b []byte) []byte{
		"emptied":     func([]byte) []byte { return nil },
		"cut":         func(b []byte) []byte { return b[:len(b)-1] },
		"header only": func(b []byte) []byte { return b[:cacheHeader] },
		"longer":      func(b []byte) []byte { return append(b, 0) },
		"zeros":       func(b []byte) []byte { return make([]byte, len(b)) },
		"one bit":     func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		"the key":     func(b []byte) []byte { b[cacheHeader] ^= 1; return b },
		"the length":  func(b []byte) []byte { b[len(cacheMagic)+9] ^= 1; return b },
		"removed":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			for _, restart := range []bool{false, true} {
				dir := t.TempDir()
				c := openDisk(t, dir, 1<<20)
				c.put("a", "v", "key", want)
				names, _ := files(t, dir)
				if harm == nil {
					if err := os.Remove(names[0]); err != nil {
						t.Fatal(err)
					}
				} else {
					b, err := os.ReadFile(names[0])
					if err == nil {
						err = os.WriteFile(names[0], harm(b), 0o600)
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				if restart {
					c = openDisk(t, dir, 1<<20)
				}
				if got, ok := c.get("a", "v", "key"); ok {
					t.Errorf("restarted %v: %.20q is served", restart, got)
				}
				if names, _ := files(t, dir); len(names) != 0 || c.state().size != 0 {
					t.Errorf("restarted %v: %v stays, %+v", restart, names, c.state())
				}
				c.put("a", "v", "key", want)
				if got, ok := c.get("a", "v", "key"); !ok || !bytes.Equal(got, want) {
					t.Errorf("restarted %v: put again it is %.20q, %v", restart, got, ok)
				}
			}
		})
	}
}

func TestDiskCacheIsBounded(t *testing.T) {
	dir := t.TempDir()
	const limit = 64 << 10
	c := openDisk(t, dir, limit)
	key := func(i int) string { return fmt.Sprintf("key %d", i) }
	for i := range 200 {
		c.put("a", "v", key(i), image1k(key(i)))
		c.get("a", "v", key(0)) // asked for all the time
		if _, size := files(t, dir); size > limit || c.state().size != size {
			t.Fatalf("after %d: %d bytes, %+v", i, size, c.state())
		}
	}
	for _, i := range []int{0, 199, 198, 160} {
		if got, ok := c.get("a", "v", key(i)); !ok || !bytes.Equal(got, image1k(key(i))) {
			t.Errorf("%s, which was used lately, is not there", key(i))
		}
	}
	for _, i := range []int{1, 2, 100} {
		if _, ok := c.get("a", "v", key(i)); ok {
			t.Errorf("%s is still there", key(i))
		}
	}
	c.put("a", "v", "huge", make([]byte, limit/2))
	if _, ok := c.get("a", "v", "huge"); ok {
		t.Error("one image takes half of the cache")
	}

	// The order outlives a restart, and a smaller limit holds from the start; what
	// a killed server left unfinished goes, and files of others stay.
	names, _ := files(t, dir)
	for i, name := range names {
		if at := time.Now().Add(-time.Duration(i) * time.Hour); os.Chtimes(name, at, at) != nil {
			t.Fatal("cannot set a time")
		}
	}
	for _, name := range []string{"/00", "/zz"} {
		_ = os.Mkdir(dir+name, 0o700)
	}
	for _, name := range []string{"/00/" + cacheTemp + "X", "/zz/note.txt", "/README"} {
		if err := os.WriteFile(dir+name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c = openDisk(t, dir, 10<<10)
	left, _ := files(t, dir)
	if s := c.state(); s.size > 10<<10 || s.size < 8<<10 {
		t.Errorf("with a smaller limit %+v", s)
	}
	for _, name := range append(slices.Clone(names[:8]), dir+"/zz/note.txt", dir+"/README") {
		if !slices.Contains(left, name) {
			t.Errorf("%s went", name)
		}
	}
	if slices.Contains(left, dir+"/00/"+cacheTemp+"X") {
		t.Error("an unfinished write stays")
	}
}

func TestDiskCacheTogether(t *testing.T) {
	dir := t.TempDir()
	c := openDisk(t, dir, 40<<10)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 300 {
				version, key := fmt.Sprint("v", rand.IntN(3)), fmt.Sprint("key ", rand.IntN(40))
				switch rand.IntN(12) {
				case 0:
					c.keep("a", version)
				case 1, 2, 3, 4:
					c.put("a", version, key, image1k(version+key))
				default:
					if got, ok := c.get("a", version, key); ok && !bytes.Equal(got, image1k(version+key)) {
						t.Errorf("%s of %s is %.30q", key, version, got)
					}
				}
			}
		})
	}
	wg.Wait()
	if _, size := files(t, dir); size > 40<<10 {
		t.Errorf("%d bytes", size)
	}
}

// What was computed is not computed again, also by the next server, and never
// shown of a copy that another has taken the place of.
func TestComputedImagesAreKept(t *testing.T) {
	first := open(t, "")
	assets := first.take(darkAndLight, map[string][]byte{"dark.png": grey(t, 1300, 700, 40), "light.png": grey(t, 1300, 700, 200)})
	dark, light := assets["dh-a"], assets["dh-b"]
	dir := t.TempDir()
	serve := func() *house {
		return first.another(t, func(cfg *Config) { cfg.Cache = openDisk(t, dir, 1<<20) })
	}
	path := "/iiif/3/" + dark + "/10,10,1200,500/300,/0/default.jpg"
	h := serve()
	answer := h.get(path)
	if again := h.get(path); again.StatusCode != http.StatusOK || !bytes.Equal(again.body, answer.body) || h.way("computed") != 1 || h.way("cached") != 1 {
		t.Errorf("asked twice: %d, computed %v times, %v from the cache", again.StatusCode, h.way("computed"), h.way("cached"))
	}
	second := serve()
	if got := second.get(path); !bytes.Equal(got.body, answer.body) || second.way("computed") != 0 || second.way("cached") != 1 {
		t.Errorf("after a restart it is computed %v times", second.way("computed"))
	}
	if names, _ := files(t, dir); len(names) != 1 {
		t.Errorf("the cache holds %v", names)
	}
	// A damaged file is computed again, and mended.
	names, _ := files(t, dir)
	if err := os.Truncate(names[0], 0); err != nil {
		t.Fatal(err)
	}
	third := serve()
	if got := third.get(path); got.StatusCode != http.StatusOK || !bytes.Equal(got.body, answer.body) || third.way("computed") != 1 {
		t.Errorf("of an emptied file came %d, %d bytes", got.StatusCode, len(got.body))
	}

	// A new access copy.
	for _, key := range []func(string) string{ingest.PyramidKey, ingest.SidecarKey} {
		if err := first.bytes.Copy(t.Context(), key(light), key(dark)); err != nil {
			t.Fatal(err)
		}
	}
	asset, err := first.archive.Asset(t.Context(), light)
	if err != nil {
		t.Fatal(err)
	}
	rederive(t, first, dark, *asset.Access)
	time.Sleep(accessFor + 50*time.Millisecond)
	for _, h := range []*house{third, serve()} {
		got := h.get(path)
		if n := tone(got.body); diff(n, 200) > 3 || got.Header.Get("ETag") == answer.Header.Get("ETag") {
			t.Errorf("after a new access copy came the tone is %d, the ETag %s", n, got.Header.Get("ETag"))
		}
	}
	if names, _ := files(t, dir); len(names) != 1 {
		t.Errorf("the cache still holds the old version: %v", names)
	}
	keys := 0
	for range third.server.images.renders.Keys() {
		keys++
	}
	if keys != 1 {
		t.Errorf("memory holds %d images", keys)
	}
}

// Many who ask for one picture at the same time wait for one computation.
func TestNoStampede(t *testing.T) {
	first := open(t, "")
	asset := first.take(cave, map[string][]byte{"wall.jpg": asJPEG(t, painted(1300, 700))})["dh-9"]
	engine := &slow{Go: raster.NewGo(), begin: make(chan struct{})}
	close(engine.begin)
	h := first.another(t, func(cfg *Config) { cfg.Cache, cfg.Renderer = openDisk(t, t.TempDir(), 1<<20), engine })
	var wg sync.WaitGroup
	for range 50 * runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			if got := h.get("/iiif/3/" + asset + "/10,10,1200,600/300,/0/default.jpg"); got.StatusCode != http.StatusOK {
				t.Errorf("%d", got.StatusCode)
			}
		})
	}
	wg.Wait()
	if n, s := engine.finished.Load(), h.server.Cache.state(); n != 1 || s.size == 0 {
		t.Errorf("it was computed %d times; %+v", n, s)
	}
}

// rederive tells the catalogue of another access copy of an asset.
func rederive(t *testing.T, h *house, asset string, access archive.Access) {
	t.Helper()
	if err := h.archive.Derived(t.Context(), asset, access); err != nil {
		t.Fatal(err)
	}
}
