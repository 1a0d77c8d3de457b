package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/objects"
	"hexi/archive/ocfl"
	"hexi/archive/raster"
	"hexi/archive/raster/sandbox"
	"hexi/archive/vocab"
	"hexi/cmd/hexi/internal/texts"
	"hexi/cmd/hexi/internal/web"
	"hexi/ingest"
)

// house is the archive opened: what every command works with. The search index
// is not part of it, because only a server opens that.
type house struct {
	settings   settings
	log        *slog.Logger
	journal    keptJournal
	catalog    *catalog.Catalog
	objects    objects.Store
	vocabulary *vocab.Vocabulary
	archive    *archive.Archive
	engine     engine        // computes images, of access copies
	decoders   *sandbox.Pool // read masters
	pipeline   *ingest.Pipeline
	packages   *ocfl.Root // the preservation packages
	texts      *texts.Reader
	meters     *meters
}

// engine is the image engine of this build.
type engine interface {
	web.Renderer
	Name() string
}

// openHouse opens the archive as the settings say, or makes a new one where there was
// none. The caller closes it.
func openHouse(ctx context.Context, env *environment) (*house, error) {
	return openArchive(ctx, env, false)
}

// openArchive is openHouse; with lost, the database may be one that was lost.
func openArchive(ctx context.Context, env *environment, lost bool) (_ *house, err error) {
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
	if h.vocabulary, err = s.loadVocabulary(); err != nil {
		return nil, err
	}
	if h.objects, err = objects.Open(ctx, s.Objects); err != nil {
		return nil, fmt.Errorf("open object store: %w", err)
	}
	h.texts = texts.New(h.objects, h.log)
	h.journal = openJournal(s, h.objects)
	if h.packages, err = ocfl.Create(ctx, packageStore{h.objects}, packagesPrefix); err != nil {
		return nil, fmt.Errorf("open preservation packages: %w", err)
	}
	missing := s.databaseMissing()
	if missing && !lost {
		if err = s.refuseLost(ctx, h.objects, h.journal); err != nil {
			return nil, err
		}
	}
	if h.catalog, err = catalog.Open(ctx, s.Database, catalog.Options{Logger: h.log, Journal: journalOf(h.journal)}); err != nil {
		return nil, fmt.Errorf("open catalogue: %w", err)
	}
	h.archive = archive.New(h.catalog, h.vocabulary, archive.Options{})
	if !missing && !lost {
		if err = h.refuseEmpty(ctx); err != nil {
			return nil, err
		}
	}
	for _, c := range []prometheus.Collector{newJobCounts(h.archive), newCheckGauges(h.catalog)} {
		if err = h.meters.registry.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	if s.Scratch != "" {
		if err := os.MkdirAll(s.Scratch, 0o750); err != nil {
			return nil, fmt.Errorf("make scratch directory: %w", err)
		}
	}
	h.engine = raster.New().WithQuality(s.images.quality)
	h.decoders = sandbox.New(sandbox.Options{Command: decodeCommand(s.images.quality), Scratch: s.Scratch, Observer: h.meters, Log: h.log})
	h.pipeline = h.newPipeline()
	return h, nil
}

func (h *house) newPipeline() *ingest.Pipeline {
	return ingest.New(h.archive, storeAdapter{h.objects, h.settings.Scratch}, h.decoders, ingest.Options{
		Stager: stagerOf(h.objects), Scratch: h.settings.Scratch, Observer: h.meters, Log: h.log, Packages: h.packages,
	})
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
	if h.journal != nil {
		errs = append(errs, h.journal.Close())
	}
	if closer, ok := h.objects.(io.Closer); ok {
		errs = append(errs, closer.Close())
	}
	return errors.Join(errs...)
}

// startWorkers preserves the archive's own vocabularies as they are, and works jobs in
// this process until the returned function is called.
func (h *house) startWorkers(ctx context.Context) (stop func(), err error) {
	rest, err := h.startRepairers(ctx)
	if err != nil {
		return nil, err
	}
	preserving, stopPreserving := context.WithCancel(context.WithoutCancel(ctx))
	var vocabularies sync.WaitGroup
	if err := h.preserveVocabularies(ctx); err != nil {
		h.log.Warn("vocabularies are not preserved yet; it will be tried again", "error", err)
		vocabularies.Go(func() { h.keepPreservingVocabularies(preserving) })
	}
	return func() {
		stopPreserving()
		vocabularies.Wait()
		rest()
	}, nil
}

// startRepairers is startWorkers without the vocabularies: a check compares these with
// what is preserved, and is not to preserve what it came to find.
func (h *house) startRepairers(ctx context.Context) (stop func(), err error) {
	runner, err := h.catalog.NewRunner(catalog.RunnerOptions{
		Workers: runtime.GOMAXPROCS(0), Handlers: h.jobHandlers(),
		JobTimeout: 2 * time.Hour, Logger: h.log,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	if err := runner.Start(ctx); err != nil {
		return nil, fmt.Errorf("start jobs: %w", err)
	}
	preserving, stopPreserving := context.WithCancel(context.WithoutCancel(ctx))
	preserved := make(chan struct{})
	go func() {
		defer close(preserved)
		h.pipeline.Preserve(preserving, runner.ID())
	}()
	return func() {
		stopPreserving()
		<-preserved // what is being written is noted, or given back, under the runner's name
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
