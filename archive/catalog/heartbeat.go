package catalog

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/uptrace/bun"
)

// A process that works jobs says so every beatEvery; one that was silent for
// deadAfter is taken for dead. On the same machine the system is asked instead,
// which knows at once.
const (
	beatEvery = 3 * time.Second
	deadAfter = 30 * time.Second
)

type workerRow struct {
	bun.BaseModel `bun:"table:workers"`

	ID   string `bun:"id,pk"`
	Host string `bun:"host"`
	PID  int64  `bun:"pid"`
	Born string `bun:"born"`
	Seen int64  `bun:"seen"`
}

// heartbeat keeps this process among the living and takes over the jobs of the
// dead.
type heartbeat struct {
	catalog *Catalog
	id      string
	host    string
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

func newHeartbeat(c *Catalog) (*heartbeat, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("find out the host's name: %w", err)
	}
	return &heartbeat{catalog: c, host: host, id: fmt.Sprintf("%.40s-%d-%s", host, os.Getpid(), rand.Text()[:8])}, nil
}

func (h *heartbeat) start(ctx context.Context) error {
	if err := h.beat(ctx); err != nil {
		return err
	}
	if err := h.takeOver(ctx); err != nil {
		return err
	}
	ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	h.done.Go(func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			err := h.beat(ctx)
			if err == nil {
				err = h.takeOver(ctx)
			}
			if err != nil && ctx.Err() == nil {
				h.catalog.log.Warn("look after jobs of other processes", "error", err)
			}
		}
	})
	return nil
}

func (h *heartbeat) stop(ctx context.Context) error {
	h.cancel()
	h.done.Wait()
	if _, err := h.catalog.write.NewDelete().Model(&workerRow{ID: h.id}).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("sign off as worker: %w", err)
	}
	return nil
}

func (h *heartbeat) beat(ctx context.Context) error {
	row := &workerRow{ID: h.id, Host: h.host, PID: int64(os.Getpid()), Born: birth(os.Getpid()), Seen: micros(h.catalog.now())}
	_, err := h.catalog.write.NewInsert().Model(row).On("CONFLICT (id) DO UPDATE").Set("seen = EXCLUDED.seen").Exec(ctx)
	if err != nil {
		return fmt.Errorf("sign on as worker: %w", err)
	}
	return nil
}

// takeOver makes the running jobs of dead processes available again. The
// attempt that was cut off does not count.
func (h *heartbeat) takeOver(ctx context.Context) error {
	c := h.catalog
	var workers []workerRow
	if err := c.write.NewSelect().Model(&workers).Scan(ctx); err != nil {
		return fmt.Errorf("read workers: %w", err)
	}
	var living, dead []string
	for _, w := range workers {
		if w.ID == h.id || h.alive(w) {
			living = append(living, w.ID)
		} else {
			dead = append(dead, w.ID)
		}
	}
	last := "json_extract(json(attempted_by), '$[#-1]')"
	if c.postgres {
		last = "attempted_by[array_length(attempted_by, 1)]"
	}
	var running []struct {
		ID     int64
		Worker string
	}
	err := c.write.NewSelect().TableExpr("river_job").ColumnExpr("id").ColumnExpr("coalesce("+last+", '') AS worker").
		Where("state = 'running'").Scan(ctx, &running)
	if err != nil {
		return fmt.Errorf("read running jobs: %w", err)
	}
	for _, job := range running {
		if slices.Contains(living, job.Worker) {
			continue
		}
		_, err := c.write.NewUpdate().TableExpr("river_job").Set("state = 'available'").
			Set("attempt = CASE WHEN attempt > 0 THEN attempt - 1 ELSE 0 END").
			Where("id = ?", job.ID).Where("state = 'running'").Where("coalesce("+last+", '') = ?", job.Worker).Exec(ctx)
		if err != nil {
			return fmt.Errorf("take over job %d: %w", job.ID, err)
		}
		c.log.Info("a job of a process that ended is worked again", "job", job.ID, "process", job.Worker)
	}
	if len(dead) > 0 {
		if _, err := c.write.NewDelete().Model((*workerRow)(nil)).Where("id IN (?)", bun.In(dead)).Exec(ctx); err != nil {
			return fmt.Errorf("sign off dead workers: %w", err)
		}
	}
	return nil
}

// alive reports whether a worker's process runs.
func (h *heartbeat) alive(w workerRow) bool {
	if w.Host == h.host && w.Born != "" {
		return birth(int(w.PID)) == w.Born
	}
	return h.catalog.now().Sub(fromMicros(w.Seen)) < deadAfter
}

// birth returns when a process began, as Linux counts it (proc(5), field 22 of
// stat, with the boot that it counts from); "" for one that does not run, or
// where the system does not say.
func birth(pid int) string {
	if err := syscall.Kill(pid, 0); err != nil && err != syscall.EPERM { //nolint:errorlint // a plain number
		return ""
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	return strings.TrimSpace(string(boot)) + "-" + fields[19]
}
