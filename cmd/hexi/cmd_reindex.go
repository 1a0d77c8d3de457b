package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"hexi/search"
)

func newReindex(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "reindex", Short: "Build the search index anew beside the old one, and swap it in", Args: cobra.NoArgs,
		Long: "Build the search index anew beside the old one, and swap it in when it holds as many records as the\n" +
			"catalogue has published. While a server has the index open, the server is asked to do it and goes on\n" +
			"answering from the old one.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := env.somethingThere(cmd.Context()); err != nil {
				return err
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // only read
			outcome, err := env.reindex(cmd.Context(), h)
			if err != nil {
				return err
			}
			if env.flags.JSON {
				return printJSON(env.stdout, map[string]string{"reindexed": outcome})
			}
			fmt.Fprintln(env.stdout, "the search index is new:", outcome)
			return nil
		},
	}
}

func (env *environment) reindex(ctx context.Context, h *house) (string, error) {
	opts, err := h.indexOptions(ctx)
	if err != nil {
		return "", err
	}
	ix, err := search.Open(ctx, h.settings.Index, opts)
	if errors.Is(err, search.ErrInUse) {
		return env.askServer(ctx, h)
	}
	if err != nil {
		return "", fmt.Errorf("open search index: %w", err)
	}
	count, err := ix.Reindex(ctx, h.catalog, func(done, of int) {
		if !env.flags.JSON {
			fmt.Fprintln(env.stderr, indexedOf(done, of))
		}
	})
	if err = errors.Join(err, ix.Close()); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d records", count), nil
}

// askServer lets the server that has the index open do it, and waits.
func (env *environment) askServer(ctx context.Context, h *house) (string, error) {
	id := uuid.Must(uuid.NewV7()).String()
	if err := search.Request(h.settings.Index, id); err != nil {
		return "", err
	}
	fmt.Fprintln(env.stderr, "a server has the index open; it has been asked to build a new one")
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ticker.C:
		}
		// Whether it is in use is asked first: a server that ends answers before it does.
		inUse := search.InUse(h.settings.Index)
		if outcome, done := search.Answer(h.settings.Index, id); done {
			if why, failed := strings.CutPrefix(outcome, "error: "); failed {
				return "", errors.New(why)
			}
			return outcome, nil
		}
		if !inUse {
			fmt.Fprintln(env.stderr, "the server has ended; the index is built here")
			return env.reindex(ctx, h)
		}
		if done, of, ok := search.Progress(h.settings.Index, id); ok && !env.flags.JSON {
			if now := indexedOf(done, of); now != told {
				fmt.Fprintln(env.stderr, now)
				told = now
			}
		}
	}
}

func indexedOf(done, of int) string {
	return fmt.Sprintf("indexed %d of %d records", done, of)
}
