package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/riverqueue/river/rivertype"
)

const (
	// soonDeaths is how many processes may end over a job before it has to wait
	// for its turn, maxDeaths how many before it is given up. The waits
	// between them add up to more than an hour.
	soonDeaths, maxDeaths = 3, 20
	maxDeathWait          = 5 * time.Minute
)

// deathWait is how long a job waits that was worked when its process ended, for
// the so-manyth time. The first times are taken for bad luck: somebody stopped
// the server. A job that itself brings the process down must leave the others
// time to be worked.
func deathWait(deaths int) time.Duration {
	if deaths <= soonDeaths {
		return 0
	}
	return min(time.Second<<min(deaths-soonDeaths, 20), maxDeathWait)
}

// orphan is a running job whose worker is not among the living.
type orphan struct {
	ID      int64
	Kind    string
	Asset   string
	Attempt int
	Deaths  int
}

// takeOver makes the running jobs of dead processes available again. The
// attempt that was cut off does not count.
func (h *heartbeat) takeOver(ctx context.Context) error {
	dead, err := h.dead(ctx)
	if err != nil {
		return err
	}
	c := h.catalog
	// Who works a job has signed on before, so that its row is seen wherever
	// the job is seen running.
	orphaned := "NOT EXISTS (SELECT 1 FROM workers AS w WHERE w.id = " + c.dialect.lastWorker + ")"
	if len(dead) == 0 { // mostly so: no need to take the lock
		some, err := c.read().from("river_job AS q").Where("q.state = 'running'").Where(orphaned).Exists(ctx)
		if err != nil {
			return fmt.Errorf("look for jobs of dead processes: %w", err)
		}
		if !some {
			return nil
		}
	}
	tx, err := c.others.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	q := c.through(tx)
	for _, w := range dead {
		// Unless it has made itself heard meanwhile.
		if _, err := q.delete(&w).WherePK().Where("seen = ?", w.Seen).Exec(ctx); err != nil {
			return fmt.Errorf("sign off dead worker: %w", err)
		}
	}
	// Of two that take over, one gets the rows.
	var orphans []orphan
	find := q.from("river_job AS q").Join("JOIN jobs AS j ON j.id = q.id").ColumnExpr("q.id, j.kind, j.asset, q.attempt, j.deaths").
		Where("q.state = 'running'").Where(orphaned)
	if c.dialect.skipLocked != "" {
		find = find.For(c.dialect.skipLocked)
	}
	if err := find.Scan(ctx, &orphans); err != nil {
		return fmt.Errorf("look for jobs of dead processes: %w", err)
	}
	for _, o := range orphans {
		if err := h.adopt(ctx, q, o); err != nil {
			return fmt.Errorf("take over job %d: %w", o.ID, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("take over jobs: %w", err)
	}
	for _, o := range orphans {
		h.log.Info("the process that worked a job has ended; it is worked again", "kind", o.Kind, "asset", o.Asset, "job", o.ID, "times", o.Deaths+1)
	}
	return nil
}

func (h *heartbeat) adopt(ctx context.Context, q queries, o orphan) error {
	o.Deaths++
	if _, err := q.update(&jobRow{ID: o.ID, Deaths: o.Deaths}).Column("deaths").WherePK().Exec(ctx); err != nil {
		return err
	}
	now := h.catalog.now().UTC()
	update := q.build.NewUpdate().Conn(q.conn).TableExpr("river_job").Where("id = ?", o.ID).Where("state = 'running'")
	if o.Deaths < maxDeaths {
		update = update.Set("state = 'available'").Set("attempt = ?", max(o.Attempt-1, 0))
		if wait := deathWait(o.Deaths); wait > 0 {
			update = update.Set("scheduled_at = ?", h.catalog.dialect.time(now.Add(wait)))
		}
		_, err := update.Exec(ctx)
		return err
	}
	failure, err := json.Marshal(rivertype.AttemptError{
		At: now, Attempt: o.Attempt,
		Error: fmt.Sprintf("the process that worked it ended %d times: it is not tried again", o.Deaths),
	})
	if err != nil {
		return err
	}
	_, err = update.Set("state = 'discarded'").Set("finalized_at = ?", h.catalog.dialect.time(now)).
		Set("errors = "+h.catalog.dialect.addError, string(failure)).Exec(ctx)
	return err
}
