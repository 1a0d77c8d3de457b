package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/raster"
	"hexi/archive/vocab"
	"hexi/ingest"
	"hexi/search"
)

// house is a whole archive on real parts, with a server in front of it.
type house struct {
	t       testing.TB
	archive *archive.Archive
	catalog *catalog.Catalog
	server  *Server
	index   *search.Index
	url     string
	line    *ingest.Pipeline
	bytes   objects.Store
}

// stored gives the pipeline the object store in the form it asks for.
type stored struct{ objects.Store }

func (s stored) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (int64, error) {
	info, err := s.Store.Put(ctx, key, r, objects.PutOptions{Size: size, ContentType: contentType})
	return info.Size, err
}

func (s stored) Size(ctx context.Context, key string) (int64, error) {
	info, err := s.Stat(ctx, key)
	return info.Size, err
}

func (s stored) Reader(ctx context.Context, key string) (ingest.ReaderAtCloser, int64, error) {
	f, err := os.CreateTemp("", "hexi-test-*")
	if err != nil {
		return nil, 0, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, 0, err
	}
	body, _, err := s.Get(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close() //nolint:errcheck // read to its end
	n, err := io.Copy(f, body)
	return f, n, err
}

// open builds a house on an object store; "" is a directory.
func open(t testing.TB, store string) *house {
	t.Helper()
	dir := t.TempDir()
	if store == "" {
		store = "dir:" + filepath.Join(dir, "objects")
	}
	h := &house{t: t}
	ctx := t.Context()
	log := slog.New(slog.DiscardHandler)
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	words, err := vocab.Load()
	check()
	h.bytes, err = objects.Open(ctx, store)
	check()
	h.catalog, err = catalog.Open(ctx, "sqlite:"+filepath.Join(dir, "hexi.db"), catalog.Options{Logger: log})
	check()
	t.Cleanup(func() { _ = h.catalog.Close() })
	h.archive = archive.New(h.catalog, words, archive.Options{})
	engine := raster.NewGo()
	h.line = ingest.New(h.archive, stored{h.bytes}, engine, ingest.Options{Log: log})
	h.index, err = search.Open(ctx, filepath.Join(dir, "index"), search.Options{Vocabulary: words, Log: log})
	check()
	t.Cleanup(func() { _ = h.index.Close() })
	h.server, err = New(Config{
		Archive: h.archive, Index: h.index, Objects: h.bytes, Renderer: engine, Vocabulary: words,
		Sessions: h.catalog.Sessions(), Upload: uploads{h}, Version: "test", Log: log,
	})
	check()
	httpd := httptest.NewServer(h.server)
	t.Cleanup(httpd.Close)
	h.url = httpd.URL
	return h
}

// uploads is what cmd/hexi does with the workbench's uploads.
type uploads struct{ h *house }

func (u uploads) Upload(ctx context.Context, by string, up Upload) (Uploaded, error) {
	files := make([]ingest.File, len(up.Files))
	for i, f := range up.Files {
		files[i] = ingest.File{Name: f.Name, Size: f.Size, Open: f.Open, Replaces: up.Replaces}
	}
	batch := "upload-" + rand.Text()
	if up.Into != "" {
		done, err := u.h.line.AddFiles(ctx, by, batch, up.Into, files)
		return Uploaded{Record: up.Into, Batch: batch, Assets: done.Assets, IDs: done.IDs}, err
	}
	done, err := u.h.line.Upload(ctx, by, batch, archive.Draft{Record: up.Record, Publish: up.Publish}, files)
	return Uploaded{Record: done.Record, Batch: batch, Assets: done.Assets, IDs: done.IDs}, err
}

// take ingests files with a sheet and returns the asset of each record.
func (h *house) take(sheet string, files map[string][]byte) map[string]string {
	h.t.Helper()
	dir := h.t.TempDir()
	files["sheet.jsonl"] = []byte(sheet)
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			h.t.Fatal(err)
		}
	}
	ctx := h.t.Context()
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{Workers: 2, Handlers: h.line.Handlers()})
	if err == nil {
		err = runner.Start(ctx)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	defer runner.Stop(context.WithoutCancel(ctx)) //nolint:errcheck // the test is over
	report, received, err := h.line.Run(ctx, ingest.Request{
		Paths: []string{dir, filepath.Join(dir, "sheet.jsonl")}, Collection: "dunhuang", Publish: true, By: "test", Batch: fmt.Sprint("batch-", h.t.Name()),
	}, nil)
	if err == nil {
		err = h.line.Wait(ctx, report, received, nil)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	if !report.Complete() {
		h.t.Fatalf("not all went through: %+v", report.Failed)
	}
	h.follow()
	entries, _, err := h.archive.List(ctx, archive.ListQuery{Limit: 1000})
	if err != nil {
		h.t.Fatal(err)
	}
	assets := map[string]string{}
	for _, e := range entries {
		if len(e.Assets) > 0 {
			assets[e.Record.ID] = e.Assets[0].ID
		}
	}
	return assets
}

// follow lets the index catch up.
func (h *house) follow() {
	h.t.Helper()
	for {
		n, err := h.index.Follow(h.t.Context(), h.catalog)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body []byte
}

// get asks without following redirects. Headers come as "Name: value".
func (h *house) get(path string, headers ...string) answer {
	h.t.Helper()
	return h.ask(http.MethodGet, path, nil, headers...)
}

func (h *house) ask(method, path string, body io.Reader, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, body)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Add(name, value)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read to its end
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if strings.HasPrefix(req.URL.Path, "/api/") {
		c, err := theContract()
		if err != nil {
			h.t.Fatal(err)
		}
		c.hold(h.t, req, resp, data)
	}
	return answer{resp, data}
}

// painted is a picture whose pixels tell where they are.
func painted(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{
				uint8(40 + 180*x/w), uint8(40 + 180*y/h), uint8(128 + 60*math.Sin(float64(x+y)/40)), 255,
			})
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// serve has the server of the house answer without a connection.
func (h *house) serve(method, path string, status int) *httptest.ResponseRecorder {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.server.ServeHTTP(w, httptest.NewRequestWithContext(h.t.Context(), method, path, nil))
	if w.Code != status {
		h.t.Errorf("%s %s: %d, want %d", method, path, w.Code, status)
	}
	return w
}
