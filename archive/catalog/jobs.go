package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/uptrace/bun"

	"hexi/archive"
)

// maxAttempts is how often a job is tried before it is given up; with the waits
// between them that is about half an hour.
const maxAttempts = 8

// jobArgs is what River keeps of a job. Jobs are the same when kind and asset
// are.
type jobArgs struct {
	Asset  string `json:"asset" river:"unique"`
	Record string `json:"record"`
	Batch  string `json:"batch,omitempty"`
}

// River tells kinds of jobs apart by the type of their arguments.
type (
	identifyArgs struct{ jobArgs }
	deriveArgs   struct{ jobArgs }
)

func (identifyArgs) Kind() string { return string(archive.JobIdentify) }
func (deriveArgs) Kind() string   { return string(archive.JobDerive) }

// argsOf returns a job in River's form.
func argsOf(j archive.Job) (river.JobArgs, error) {
	args := jobArgs{Asset: j.Asset, Record: j.Record, Batch: j.Batch}
	switch j.Kind {
	case archive.JobIdentify:
		return identifyArgs{args}, nil
	case archive.JobDerive:
		return deriveArgs{args}, nil
	}
	return nil, fmt.Errorf("there is no kind of job %q", j.Kind)
}

// unfinished are the states in which a job still comes to its turn, and may not
// be added twice.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// AddJob implements archive.Tx.
func (t *tx) AddJob(ctx context.Context, j archive.Job) error {
	args, err := argsOf(j)
	if err != nil {
		return err
	}
	added, err := t.catalog.queue.InsertTx(ctx, t.db.Tx, args, &river.InsertOpts{
		MaxAttempts: maxAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished},
	})
	if err != nil {
		return fmt.Errorf("add job: %w", err)
	}
	row := &jobRow{ID: added.Job.ID, Kind: string(j.Kind), Record: j.Record, Asset: j.Asset, Batch: j.Batch}
	if added.UniqueSkippedAsDuplicate {
		// The one that waits counts for the newer batch from now on.
		_, err = t.db.NewUpdate().Model(row).WherePK().Column("batch").Exec(ctx)
	} else {
		_, err = t.db.NewInsert().Model(row).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("note job: %w", err)
	}
	return nil
}

// jobState is River's state in the words of the archive.
func jobState(state string) archive.JobState {
	switch rivertype.JobState(state) {
	case rivertype.JobStateRunning:
		return archive.JobRunning
	case rivertype.JobStateRetryable, rivertype.JobStateScheduled:
		return archive.JobRetry
	case rivertype.JobStateCompleted:
		return archive.JobDone
	case rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
		return archive.JobFailed
	}
	return archive.JobWaiting
}

// riverStates is jobState the other way round.
func riverStates(state archive.JobState) []string {
	var out []string
	for _, s := range rivertype.JobStates() {
		if jobState(string(s)) == state {
			out = append(out, string(s))
		}
	}
	return out
}

// JobCounts implements archive.Catalog.
func (c *Catalog) JobCounts(ctx context.Context, batch string) (map[archive.JobState]int, error) {
	var rows []struct {
		State string
		N     int
	}
	q := c.read.NewSelect().TableExpr("river_job AS q").ColumnExpr("q.state AS state").ColumnExpr("count(*) AS n").GroupExpr("q.state")
	if batch != "" {
		q = q.Join("JOIN jobs AS j ON j.id = q.id").Where("j.batch = ?", batch)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	out := map[archive.JobState]int{}
	for _, row := range rows {
		out[jobState(row.State)] += row.N
	}
	return out, nil
}

// Jobs implements archive.Catalog.
func (c *Catalog) Jobs(ctx context.Context, query archive.JobQuery) ([]archive.JobStatus, error) {
	if query.Limit <= 0 {
		query.Limit = 100
	}
	var rows []struct {
		jobRow `bun:",extend"`

		State   string
		Attempt int
		Failure string
		Created float64
		Ended   float64
	}
	q := c.read.NewSelect().TableExpr("jobs AS j").Join("JOIN river_job AS q ON q.id = j.id").
		ColumnExpr("j.id, j.kind, j.record, j.asset, j.batch, q.state AS state, q.attempt AS attempt").
		ColumnExpr(c.lastErrorExpr() + " AS failure").
		ColumnExpr(c.epochExpr("q.created_at") + " AS created").ColumnExpr(c.epochExpr("q.finalized_at") + " AS ended").
		Order("j.id DESC").Limit(int64(query.Limit))
	if query.Batch != "" {
		q = q.Where("j.batch = ?", query.Batch)
	}
	if query.Record != "" {
		q = q.Where("j.record = ?", query.Record)
	}
	if query.Before > 0 {
		q = q.Where("j.id < ?", query.Before)
	}
	if query.State != "" {
		states := riverStates(query.State)
		if len(states) == 0 {
			return nil, archive.Invalid("state", "%q is not a state of a job", query.State)
		}
		q = q.Where("CAST(q.state AS text) IN (?)", bun.In(states))
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	out := make([]archive.JobStatus, len(rows))
	for i, row := range rows {
		out[i] = archive.JobStatus{
			Job: archive.Job{Kind: archive.JobKind(row.Kind), Record: row.Record, Asset: row.Asset, Batch: row.Batch},
			ID:  row.ID, State: jobState(row.State), Attempt: row.Attempt, Error: row.Failure,
			Created: fromMicros(int64(row.Created * 1e6)), Ended: fromMicros(int64(row.Ended * 1e6)),
		}
	}
	return out, nil
}

// lastErrorExpr is the text of a job's last error in each dialect; "" for none.
func (c *Catalog) lastErrorExpr() string {
	if c.postgres {
		return "coalesce(q.errors[array_length(q.errors, 1)]->>'error', '')"
	}
	return "coalesce(json_extract(json(q.errors), '$[#-1].error'), '')"
}

// epochExpr is a time as seconds since 1970 in each dialect; 0 for none.
func (c *Catalog) epochExpr(column string) string {
	if c.postgres {
		return "coalesce(extract(epoch FROM " + column + "), 0)::float8"
	}
	return "coalesce((julianday(" + column + ") - 2440587.5) * 86400.0, 0.0)"
}

// retryPolicy waits 1 s after the first failure and four times as long after
// each further one, up to ten minutes.
type retryPolicy struct{ now func() time.Time }

func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	wait := time.Second << (2 * min(max(len(job.Errors)-1, 0), 10))
	return p.now().Add(min(wait, 10*time.Minute))
}

// RunnerOptions say how jobs are worked. Every kind needs a handler; what it
// does must be idempotent. A handler's error lets the job be tried again later;
// of an asset that is not there, it ends the job.
type RunnerOptions struct {
	Workers    int // jobs at the same time
	Handlers   map[archive.JobKind]func(context.Context, archive.Job) error
	JobTimeout time.Duration
}

// Runner works jobs in this process.
type Runner struct {
	catalog *Catalog
	client  *river.Client[*sql.Tx]
	beat    *heartbeat
}

// NewRunner prepares a runner; Start starts it.
func (c *Catalog) NewRunner(opts RunnerOptions) (*Runner, error) {
	beat, err := newHeartbeat(c)
	if err != nil {
		return nil, err
	}
	workers := river.NewWorkers()
	identify, derive := opts.Handlers[archive.JobIdentify], opts.Handlers[archive.JobDerive]
	if identify == nil || derive == nil {
		return nil, errors.New("a kind of job has no handler")
	}
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[identifyArgs]) error {
		return work(ctx, identify, j.Args.jobArgs, archive.JobIdentify)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, j *river.Job[deriveArgs]) error {
		return work(ctx, derive, j.Args.jobArgs, archive.JobDerive)
	}))
	client, err := river.NewClient(c.driver, &river.Config{
		ID: beat.id, Workers: workers, JobTimeout: opts.JobTimeout, Logger: quiet(c.log), RetryPolicy: retryPolicy{c.now},
		Queues:        map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(1, opts.Workers)}},
		FetchCooldown: 5 * time.Millisecond, FetchPollInterval: 50 * time.Millisecond,
		// Jobs of dead processes are taken over by the heartbeat, much sooner.
		RescueStuckJobsAfter: opts.JobTimeout + time.Hour,
	})
	if err != nil {
		return nil, fmt.Errorf("prepare job queue: %w", err)
	}
	return &Runner{catalog: c, client: client, beat: beat}, nil
}

func work(ctx context.Context, handle func(context.Context, archive.Job) error, args jobArgs, kind archive.JobKind) error {
	err := handle(ctx, archive.Job{Kind: kind, Record: args.Record, Asset: args.Asset, Batch: args.Batch})
	if errors.Is(err, archive.ErrNotFound) {
		return river.JobCancel(err)
	}
	return err
}

// Start begins to work jobs, those of dead processes first.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.beat.start(ctx); err != nil {
		return err
	}
	// The queue must outlive ctx for as long as Stop lets running jobs finish.
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("start job queue: %w", err), r.beat.stop(ctx))
	}
	return nil
}

// Stop takes no further jobs and waits for the running ones until ctx ends;
// then it cancels them, and they will be worked again at the next start.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err = r.client.StopAndCancel(hard)
	}
	if err != nil {
		err = fmt.Errorf("stop job queue: %w", err)
	}
	return errors.Join(err, r.beat.stop(context.WithoutCancel(ctx)))
}
