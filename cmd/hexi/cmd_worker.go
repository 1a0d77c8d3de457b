package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"hexi/cmd/hexi/internal/web"
)

func newWorker(env *environment) *cobra.Command {
	var metrics string
	cmd := &cobra.Command{
		Use: "worker", Short: "Work jobs only, without serving", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the jobs stopped
			h.settings.describe(env.stderr)
			unlisten, err := h.listenMetrics(cmd.Context(), metrics)
			if err != nil {
				return err
			}
			defer unlisten()
			stop, err := h.startWorkers(cmd.Context())
			if err != nil {
				return err
			}
			go h.sweep(cmd.Context())
			go h.scheduleChecks(cmd.Context())
			h.log.Info("working jobs; end with ctrl-C")
			<-cmd.Context().Done()
			stop()
			return nil
		},
	}
	env.flags.images.registerJobs(cmd.Flags())
	env.flags.checks.register(cmd.Flags())
	cmd.Flags().StringVar(&metrics, "metrics", "", "address to answer /metrics on, such as 127.0.0.1:9100 (default none)")
	return cmd
}

// listenMetrics answers /metrics for a process that serves nothing else, until the
// returned function is called; at no address, never.
func (h *house) listenMetrics(ctx context.Context, address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, usage("metrics: %q is not HOST:PORT, such as 127.0.0.1:9100", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", web.MetricsHandler(h.meters.registry))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			h.log.Error("metrics are not answered any more", "error", err)
		}
	}()
	h.log.Info("metrics", "address", "http://"+listener.Addr().String()+"/metrics")
	return func() { _ = server.Close() }, nil // nobody waits for it
}
