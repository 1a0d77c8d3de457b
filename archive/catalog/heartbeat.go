package catalog

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/uptrace/bun"
)

// A process that works jobs says so every beatEvery. One that was silent for
// deadAfter is taken for dead; on the same machine the system is asked, which
// knows at once.
const (
	beatEvery = 3 * time.Second
	deadAfter = 30 * time.Second
	// tidyEvery is how often what is known of forgotten jobs is removed.
	tidyEvery = time.Hour
	// beatWithin is how long a database may take to note that this process lives.
	beatWithin = 10 * time.Second
)

type workerRow struct {
	bun.BaseModel `bun:"table:workers,alias:w"`

	ID   string `bun:"id,pk"`
	Host string `bun:"host"`
	PID  int    `bun:"pid"`
	Born string `bun:"born"`
	Seen int64  `bun:"seen"`
}

// heartbeat keeps this process among the living and takes over the jobs of the
// dead.
type heartbeat struct {
	catalog *Catalog
	log     *slog.Logger
	id      string
	self    process
	leave   context.CancelFunc // ends the beating, without signing off
	done    sync.WaitGroup
}

func newHeartbeat(c *Catalog, log *slog.Logger) *heartbeat {
	return &heartbeat{catalog: c, log: log, id: "w-" + rand.Text(), self: thisProcess(), leave: func() {}}
}

func (h *heartbeat) start(ctx context.Context) error {
	if err := h.beat(ctx); err != nil {
		return err
	}
	if err := h.takeOver(ctx); err != nil {
		return err
	}
	ctx, h.leave = context.WithCancel(context.WithoutCancel(ctx))
	h.done.Go(func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		var tidied time.Time
		for {
			err := h.beatWhole(ctx)
			if err == nil {
				err = h.takeOver(ctx)
			}
			if now := h.catalog.now(); err == nil && now.Sub(tidied) >= tidyEvery {
				tidied = now
				err = h.tidy(ctx)
			}
			if err != nil && ctx.Err() == nil {
				h.log.Warn("cannot look after the jobs of other processes; trying on", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return nil
}

// stop signs off. The runner's jobs have ended before.
func (h *heartbeat) stop(ctx context.Context) error {
	h.leave()
	h.done.Wait()
	if _, err := h.catalog.write().delete(&workerRow{ID: h.id}).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("sign off as worker: %w", h.catalog.full(err))
	}
	return nil
}

// beatWhole is beat, not cut off when the beating ends: what a server has begun may be
// done after it was cut off, and so after this process has signed off.
func (h *heartbeat) beatWhole(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), beatWithin)
	defer cancel()
	return h.beat(ctx)
}

// beat signs on, or on again. Time is the database's, whose clock all share.
func (h *heartbeat) beat(ctx context.Context) error {
	row := &workerRow{ID: h.id, Host: h.self.host, PID: h.self.pid, Born: h.self.born}
	_, err := h.catalog.write().insert(row).Value("seen", h.catalog.dialect.micros).
		On("CONFLICT (id) DO UPDATE").Set("seen = EXCLUDED.seen").Exec(ctx)
	if err != nil {
		return fmt.Errorf("sign on as worker: %w", h.catalog.full(err))
	}
	return nil
}

// dead finds the workers whose process has ended.
func (h *heartbeat) dead(ctx context.Context) ([]workerRow, error) {
	var workers []struct {
		workerRow `bun:",extend"`
		Silent    int64
	}
	q := h.catalog.read().from("workers AS w").ColumnExpr("w.*").ColumnExpr(h.catalog.dialect.micros + " - w.seen AS silent")
	if err := q.Scan(ctx, &workers); err != nil {
		return nil, fmt.Errorf("read workers: %w", err)
	}
	var out []workerRow
	for _, w := range workers {
		if w.ID == h.id {
			continue
		}
		runs, known := h.self.sees(process{w.Host, w.PID, w.Born})
		if known && runs || !known && w.Silent < deadAfter.Microseconds() {
			continue
		}
		out = append(out, w.workerRow)
	}
	return out, nil
}

// tidy removes what jobs says of jobs that River has forgotten.
func (h *heartbeat) tidy(ctx context.Context) error {
	_, err := h.catalog.write().delete((*jobRow)(nil)).Where("NOT EXISTS (SELECT 1 FROM river_job AS q WHERE q.id = j.id)").Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove forgotten jobs: %w", err)
	}
	return nil
}
