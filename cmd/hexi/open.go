package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/raster"
	"hexi/archive/raster/sandbox"
	"hexi/archive/vocab"
	"hexi/cmd/hexi/internal/web"
	"hexi/ingest"
)

// house is the archive opened: what every command works with. The search index
// is not part of it, because only a server opens that.
type house struct {
	settings   settings
	log        *slog.Logger
	catalog    *catalog.Catalog
	objects    objects.Store
	vocabulary *vocab.Vocabulary
	archive    *archive.Archive
	engine     engine        // computes images, of access copies
	decoders   *sandbox.Pool // read masters
	pipeline   *ingest.Pipeline
	meters     *meters
}

// engine is the image engine of this build.
type engine interface {
	web.Renderer
	Name() string
}

// openHouse opens the archive as the settings say. The caller closes it.
func openHouse(ctx context.Context, env *environment) (_ *house, err error) {
	s, err := env.flags.load(env.getenv)
	if err != nil {
		return nil, err
	}
	h := &house{settings: s, log: newLog(env.stderr, s.Verbose)}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if h.meters, err = newMeters(); err != nil {
		return nil, err
	}
	if h.vocabulary, err = vocab.Load(); err != nil {
		return nil, fmt.Errorf("load vocabularies: %w", err)
	}
	if h.objects, err = objects.Open(ctx, s.Objects); err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	if h.catalog, err = catalog.Open(ctx, s.Database, catalog.Options{Logger: h.log}); err != nil {
		return nil, fmt.Errorf("open catalogue: %w", err)
	}
	h.archive = archive.New(h.catalog, h.vocabulary, archive.Options{})
	if err = h.meters.registry.Register(newJobCounts(h.archive)); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	if s.Scratch != "" {
		if err := os.MkdirAll(s.Scratch, 0o750); err != nil {
			return nil, fmt.Errorf("make scratch directory: %w", err)
		}
	}
	h.engine = raster.New().WithQuality(s.images.quality)
	h.decoders = sandbox.New(sandbox.Options{Command: decodeCommand(s.images.quality), Scratch: s.Scratch, Observer: h.meters, Log: h.log})
	h.pipeline = ingest.New(h.archive, storeAdapter{h.objects, s.Scratch, h.meters.received}, h.decoders,
		ingest.Options{Scratch: s.Scratch, Observer: h.meters, Log: h.log})
	return h, nil
}

// Close closes what was opened, in the reverse order.
func (h *house) Close() error {
	var errs []error
	if h.decoders != nil {
		errs = append(errs, h.decoders.Close())
	}
	if h.catalog != nil {
		errs = append(errs, h.catalog.Close())
	}
	if closer, ok := h.objects.(io.Closer); ok {
		errs = append(errs, closer.Close())
	}
	return errors.Join(errs...)
}

// startWorkers works jobs in this process until the returned function is called.
func (h *house) startWorkers(ctx context.Context) (stop func(), err error) {
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{
		Workers: runtime.GOMAXPROCS(0), Handlers: h.pipeline.Handlers(),
		JobTimeout: 2 * time.Hour, Logger: h.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	if err := runner.Start(ctx); err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	return func() {
		// The caller's context may have ended, which is why it stops: running
		// jobs get a moment to finish, and are taken up again otherwise.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := runner.Stop(ctx); err != nil {
			h.log.Warn("jobs did not stop in time; they go on at the next start", "error", err)
		}
	}, nil
}

func newLog(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// storeAdapter gives the pipeline the object store in the form it asks for.
type storeAdapter struct {
	store   objects.Store
	scratch string // directory for copies of masters; "" is the system's

	received func(bytes int64) // hears of each master that was stored
}

func (a storeAdapter) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (int64, error) {
	info, err := a.store.Put(ctx, key, r, objects.PutOptions{Size: size, ContentType: contentType})
	if err == nil && strings.HasPrefix(key, ingest.MasterPrefix) {
		a.received(info.Size)
	}
	return info.Size, err
}

func (a storeAdapter) Size(ctx context.Context, key string) (int64, error) {
	info, err := a.store.Stat(ctx, key)
	return info.Size, err
}

func (a storeAdapter) Delete(ctx context.Context, key string) error { return a.store.Delete(ctx, key) }

// Reader opens an object for reading anywhere in it. In a directory that is the
// file itself; an object of S3 is first copied to a temporary file, because
// decoders read it in thousands of small pieces.
func (a storeAdapter) Reader(ctx context.Context, key string) (ingest.ReaderAtCloser, int64, error) {
	if dir, ok := a.store.(*objects.Dir); ok {
		f, info, err := dir.OpenFile(key)
		if err != nil {
			return nil, 0, err
		}
		return f, info.Size, nil
	}
	body, info, err := a.store.Get(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	defer body.Close() //nolint:errcheck // read to its end
	dir := either(a.scratch, os.TempDir())
	if free, err := ingest.FreeSpace(dir); err != nil || free < info.Size {
		return nil, 0, errors.Join(err, fmt.Errorf("the scratch directory %s has %d MB free, and the copy of a master of %d MB goes there: make room, or name another directory (--scratch)",
			dir, free>>20, info.Size>>20))
	}
	f, err := os.CreateTemp(a.scratch, "hexi-master-*")
	if err != nil {
		return nil, 0, fmt.Errorf("make scratch file: %w", err)
	}
	// Unlinked at once, so that it goes with the process however that ends.
	err = os.Remove(f.Name())
	var n int64
	if err == nil {
		n, err = io.Copy(f, body)
	}
	if err == nil && n != info.Size {
		err = fmt.Errorf("read %s: %d of %d bytes came: %w", key, n, info.Size, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, n, nil
}
