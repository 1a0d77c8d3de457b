package sandbox

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"hexi/archive/raster"
)

// TestMain lets the test binary be a child, with the real engine or with one that
// does harm when it is told to.
func TestMain(m *testing.M) {
	switch os.Getenv("SANDBOX_TEST") {
	case "engine":
		exit(Serve(raster.New(), DefaultMemory))
	case "harm":
		exit(Serve(harmful{raster.New()}, 300<<20))
	}
	os.Exit(m.Run())
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// harmful is an engine that does what decoders do at their worst, as the master
// says.
type harmful struct{ Engine }

func (h harmful) Identify(ctx context.Context, r io.ReaderAt, size int64) (raster.Info, error) {
	b := make([]byte, min(size, 16))
	if _, err := r.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return raster.Info{}, err
	}
	switch name, _, _ := strings.Cut(string(b), " "); name {
	case "abort":
		_ = syscall.Kill(os.Getpid(), syscall.SIGABRT)
		time.Sleep(time.Minute)
	case "hang":
		time.Sleep(time.Hour)
	case "eat":
		var held [][]byte
		for {
			held = append(held, bytes.Repeat([]byte{1}, 8<<20))
			time.Sleep(time.Millisecond)
			_ = held
		}
	case "poison":
		go func() { // the harm shows with the next image
			time.Sleep(20 * time.Millisecond)
			_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
		}()
		return raster.Info{Width: 1, Height: 1}, nil
	case "lie":
		return raster.Info{Width: -5, Height: 1 << 40}, nil
	case "files":
		for i := range 100 {
			if _, err := os.Open("/dev/null"); err != nil {
				return raster.Info{}, fmt.Errorf("file %d: %w", i, err)
			}
		}
	case "secret":
		return raster.Info{}, errors.New(strings.Join(os.Environ(), " "))
	}
	return h.Engine.Identify(ctx, r, size)
}

func newPool(t *testing.T, kind string, opts Options) *Pool {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	opts.Command, opts.Environment = []string{exe}, []string{"SANDBOX_TEST=" + kind}
	p := New(opts)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i/7) | 3
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func derive(ctx context.Context, t *testing.T, p Engine, master io.ReaderAt, size int64) (raster.Info, raster.Result, []byte, error) {
	t.Helper()
	info, err := p.Identify(ctx, master, size)
	if err != nil {
		return info, raster.Result{}, nil, err
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "pyramid.tif"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	result, err := p.Derive(ctx, master, size, info, raster.Output{TIFF: f})
	if err != nil {
		return info, result, nil, err
	}
	tiff, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return info, result, tiff, nil
}

// A child makes the very bytes that the engine makes in this process, of a file
// and of what is none.
func TestSameAsTheEngine(t *testing.T) {
	t.Parallel()
	master := picture(t, 1300, 700)
	file := filepath.Join(t.TempDir(), "master.png")
	if err := os.WriteFile(file, master, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // opened for reading only
	want, _, wantTIFF, err := derive(t.Context(), t, raster.New(), bytes.NewReader(master), int64(len(master)))
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(t, "engine", Options{})
	for name, r := range map[string]io.ReaderAt{"file": f, "memory": bytes.NewReader(master)} {
		info, result, tiff, err := derive(t.Context(), t, p, r, int64(len(master)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if info.Width != want.Width || info.Format != want.Format || !bytes.Equal(tiff, wantTIFF) || len(result.Sidecar) == 0 || len(result.Thumbnails) != 3 {
			t.Errorf("%s: %+v, %d bytes instead of %d", name, info, len(tiff), len(wantTIFF))
		}
	}
	if len(p.idle) != 1 || p.idle[0].jobs != 4 {
		t.Errorf("one child does not do all four jobs: %+v", p.idle)
	}
}

// children counts those of a pool.
type children struct {
	mu      sync.Mutex
	started int
	ended   map[string]int
}

func (c *children) Started() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.started++
}

func (c *children) Ended(why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended[why]++
}

// What a decoder does at its worst costs its own image, with a reason, and nothing
// else.
func TestHarm(t *testing.T) {
	t.Parallel()
	good := picture(t, 30, 20)
	for _, test := range []struct {
		master, code, says string
		ended              string // why the children of two such masters did
		times              int
	}{
		{"abort", raster.CodeCrashed, "fall over", EndCrashed, 4}, // each is tried again
		{"hang", raster.CodeTooSlow, "longer than", EndTime, 2},
		{"eat", raster.CodeTooLarge, "memory", EndMemory, 2},
	} {
		t.Run(test.master, func(t *testing.T) {
			t.Parallel()
			heard := &children{ended: map[string]int{}}
			limit := time.Minute
			if test.code == raster.CodeTooSlow {
				limit = 5 * time.Second // a good image is to be done in that, in a fresh process
			}
			p := newPool(t, "harm", Options{IdentifyTime: limit, Memory: 200 << 20, Observer: heard})
			// Once in a child that did another image before, once in a fresh one.
			for range 2 {
				if _, err := p.Identify(t.Context(), bytes.NewReader(good), int64(len(good))); err != nil {
					t.Fatal(err)
				}
				_, err := p.Identify(t.Context(), strings.NewReader(test.master+" "), int64(len(test.master)+1))
				var refused *raster.RefusedError
				if !errors.As(err, &refused) || refused.Code != test.code || !strings.Contains(refused.Why, test.says) || refused.Do == "" {
					t.Errorf("%v, want a refusal as %s that says %q", err, test.code, test.says)
				}
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
			heard.mu.Lock()
			defer heard.mu.Unlock()
			if heard.ended[test.ended] != test.times || heard.started != test.times+heard.ended[EndClosed] || len(heard.ended) > 2 {
				t.Errorf("%d children were started, and ended as %v; want %d as %s", heard.started, heard.ended, test.times, test.ended)
			}
		})
	}
}

// The image after one that left its child damaged is not blamed for it.
func TestInnocentAfterPoison(t *testing.T) {
	t.Parallel()
	p := newPool(t, "harm", Options{})
	if _, err := p.Identify(t.Context(), strings.NewReader("poison "), 7); err != nil {
		t.Fatal(err)
	}
	good := picture(t, 300, 200)
	for end := time.Now().Add(200 * time.Millisecond); time.Now().Before(end); {
		if info, err := p.Identify(t.Context(), bytes.NewReader(good), int64(len(good))); err != nil || info.Width != 300 {
			t.Fatalf("%+v, %v", info, err)
		}
	}
}

// What a child says is not believed, and it cannot open more than a few files or
// read the settings of its parent.
func TestChildIsHeld(t *testing.T) {
	t.Setenv("HEXI_DATABASE", "postgres://hexi:secret@db/hexi")
	p := newPool(t, "harm", Options{})
	if _, err := p.Identify(t.Context(), strings.NewReader("lie "), 4); err == nil || !strings.Contains(err.Error(), "impossible") {
		t.Errorf("a size that cannot be: %v", err)
	}
	if _, err := p.Identify(t.Context(), strings.NewReader("files "), 6); err == nil || !strings.Contains(err.Error(), "too many open files") {
		t.Errorf("a hundred files: %v", err)
	}
	if _, err := p.Identify(t.Context(), strings.NewReader("secret "), 7); err == nil || strings.Contains(err.Error(), "secret@") {
		t.Errorf("a child sees the settings: %v", err)
	}
}

// A caller who gives up ends the work at once.
func TestCancelled(t *testing.T) {
	t.Parallel()
	p := newPool(t, "harm", Options{})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := p.Identify(ctx, strings.NewReader("hang "), 5); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if len(p.idle) != 0 {
		t.Error("the child is still there")
	}
}

// A child goes when its parent does, also in the middle of a job.
func TestChildEndsWithItsParent(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := start([]string{exe}, append(environ(2), "SANDBOX_TEST=harm"), silent{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "hang"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a test file
	if _, err := f.WriteString("hang "); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sendFiles(c.socket, f), send(c.socket, request{Size: 5}), c.socket.Close()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-c.gone:
	case <-time.After(20 * time.Second):
		t.Error("it is still there")
		c.end("")
	}
}

// TestRealImages takes every file of the test data through children: each is
// derived with the size that its index says, or refused with a reason, whatever
// its decoder does.
func TestRealImages(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("HEXI_TEST_DATA")
	if dir == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_DATA is not set")
		}
		t.Skip("HEXI_TEST_DATA is not set; make test sets it where the data is there")
	}
	table, err := os.Open(filepath.Join(dir, "images", "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close() //nolint:errcheck // opened for reading only
	lines := csv.NewReader(table)
	lines.FieldsPerRecord = -1
	rows, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	p := newPool(t, "engine", Options{IdentifyTime: 2 * time.Minute, DeriveTime: 5 * time.Minute})
	derived := 0
	for _, row := range rows[1:] {
		f, err := os.Open(filepath.Join(dir, "images", row[0]))
		if err != nil {
			t.Fatal(err)
		}
		stat, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		info, _, _, err := derive(t.Context(), t, p, f, stat.Size())
		_ = f.Close() // only read
		var refused *raster.RefusedError
		w, h := row[3], row[4]
		if info.Orientation >= 5 && info.Format != "image/heic" { // which is turned before it is measured
			w, h = h, w
		}
		switch {
		case errors.As(err, &refused):
			if refused.Why == "" || refused.Code == "" || refused.Do == "" {
				t.Errorf("%s: a refusal without reason or advice: %#v", row[0], refused)
			}
			if honest := row[1] == "photo" || row[1] == "orientation" || row[1] == "alpha" || row[1] == "large" || row[1] == "icc"; honest {
				t.Errorf("%s is refused: %s: %s", row[0], refused.Code, refused.Why)
			}
			t.Logf("%s: %s: %s", row[0], refused.Code, refused.Why)
		case err != nil:
			t.Errorf("%s: %v", row[0], err)
		default:
			derived++
			if w != "" && info.Format != "application/pdf" && (strconv.Itoa(info.Width) != w || strconv.Itoa(info.Height) != h) {
				t.Errorf("%s: %d × %d, the index says %s × %s", row[0], info.Width, info.Height, w, h)
			}
		}
	}
	t.Logf("%d of %d derived", derived, len(rows)-1)
	if derived < 60 {
		t.Errorf("only %d files were derived", derived)
	}
}
