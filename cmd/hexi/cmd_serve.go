package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"hexi/cmd/hexi/internal/web"
	"hexi/ingest/check"
)

func newServe(env *environment) *cobra.Command {
	var noJobs, readOnly bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve the site, the API, IIIF, kiosks and the workbench", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the jobs stopped
			h.settings.describe(env.stderr)
			return h.serve(cmd.Context(), serving{jobs: !noJobs && !readOnly, readOnly: readOnly}, nil)
		},
	}
	env.flags.registerServer(cmd.Flags())
	env.flags.images.registerJobs(cmd.Flags())
	env.flags.checks.register(cmd.Flags())
	env.flags.indexSnapshots.register(cmd.Flags())
	cmd.Flags().BoolVar(&noJobs, "no-jobs", false, "leave jobs to worker processes")
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "take no uploads and change nothing")
	return cmd
}

// serving says how a server is to run.
type serving struct {
	jobs, readOnly bool
}

// cacheOff is the setting of those who want no cache on disk.
const cacheOff = "off"

// openCache opens the cache of computed images, nil where there shall be none.
func (h *house) openCache() (*web.DiskCache, error) {
	if h.settings.Cache == "" || h.settings.Cache == cacheOff {
		return nil, nil
	}
	cache, err := web.OpenDiskCache(h.settings.Cache, h.settings.cacheBytes, h.log)
	switch {
	case err == nil:
		return cache, nil
	case h.settings.cacheAsked:
		return nil, fmt.Errorf("open cache: %w", err)
	}
	// A server with everything elsewhere may have no place of its own.
	h.log.Warn("computed images are kept in memory only: set --cache to a directory that can be written, or to off", "error", err)
	return nil, nil
}

// shutdownAfter is how long requests under way may take when a server ends.
const shutdownAfter = 10 * time.Second

// serve runs a server until ctx ends. onReady, if any, hears the address once
// requests are answered.
func (h *house) serve(ctx context.Context, how serving, onReady func(address string)) (err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", h.settings.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w; is another server running there?", h.settings.Listen, err)
	}
	defer listener.Close() //nolint:errcheck // Shutdown closes it first

	index, err := h.openIndex(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()

	cache, err := h.openCache()
	if err != nil {
		return err
	}
	if cache != nil {
		defer func() { err = errors.Join(err, cache.Close()) }()
	}
	for _, name := range h.settings.images.beyond(h.settings.renderBytes) {
		h.log.Warn("images as large as this allows may need more memory than there is for computing them, and are refused then: raise --render-memory",
			"setting", name, "render-memory", h.settings.renderBytes)
	}
	handler, err := web.New(web.Config{
		Archive: h.archive, Index: index.index, Objects: h.objects, Texts: h.texts, Renderer: h.engine, Vocabulary: h.vocabulary,
		Sessions: h.catalog.Sessions(), Upload: uploader{h}, BaseURL: h.settings.BaseURL, AdminEmail: h.settings.AdminEmail, NAAN: h.settings.ARK, Version: versionString(),
		ReadOnly: how.readOnly, Ready: index.ready, Log: h.log, RenderMemory: h.settings.renderBytes, TileMemory: h.settings.tileBytes, Cache: cache,
		Registry:  h.meters.registry,
		LastCheck: func(ctx context.Context) (*check.Report, error) { return check.LastReport(ctx, h.catalog) },
		Limits:    h.settings.images.limits, StaffLimits: h.settings.images.staffLimits,
	})
	if err != nil {
		return fmt.Errorf("prepare server: %w", err)
	}
	background, stopBackground := context.WithCancel(ctx)
	defer stopBackground()
	followed := index.follow(background, how.readOnly)
	defer func() { stopBackground(); <-followed }()
	if cache != nil {
		go h.followErasures(background, handler)
	}
	if how.jobs {
		stop, err := h.startWorkers(ctx)
		if err != nil {
			return err
		}
		defer stop()
		go h.sweep(background)
		go h.scheduleChecks(background)
	}

	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ConnContext: web.ConnContext,
		BaseContext: func(net.Listener) context.Context { return background },
	}
	spareProcessors()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	address := "http://" + listener.Addr().String()
	h.log.Info("serving", "address", address)
	if onReady != nil {
		onReady(address)
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownAfter)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		h.log.Warn("some requests were cut off", "error", err)
	}
	return nil
}

// followErasures has the cache on disk drop what was erased, also while the server did not
// run, until ctx ends.
func (h *house) followErasures(ctx context.Context, server *web.Server) {
	for range h.catalog.Watch(ctx) {
		if err := server.DropErased(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("the cache on disk may still hold images that were erased; it will be tried again with the next change", "error", err)
		}
	}
}

// spareProcessors gives the Go runtime as many processors again as there are cores. A
// goroutine that computes an image in C keeps its processor for up to ten milliseconds,
// in which nobody looks whether a request for a tile has come, if all processors
// are kept like that; the threads that compute leave the cores themselves to others
// (package web, behind). What goes by the number of cores has looked by now.
func spareProcessors() {
	if cores := runtime.GOMAXPROCS(0); cores <= runtime.NumCPU() { // else it is done
		runtime.GOMAXPROCS(2 * cores)
	}
}
