package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"hexi/archive"
)

const (
	// keepDone and keepFailed are for how long jobs that have ended are kept.
	keepDone, keepFailed = 7 * 24 * time.Hour, 90 * 24 * time.Hour
	// hardStop is what cancelled jobs get to return in.
	hardStop = 5 * time.Second
)

// RunnerOptions say how jobs are worked. Zero fields take what is written at
// them.
type RunnerOptions struct {
	// Workers is how many jobs are worked at the same time; 1.
	Workers int
	// Handlers work the jobs of their kind; jobs of other kinds are left to
	// other processes. A job may be worked twice, when its process ends before
	// it could write down that it was done, so that handlers are idempotent. An
	// error lets the job be tried again later, and after the last attempt fail;
	// archive.ErrNotFound fails it at once. A panic is an error.
	Handlers map[archive.JobKind]func(context.Context, archive.Job) error
	// JobTimeout ends the context of a handler that runs longer; one hour.
	JobTimeout time.Duration
	// Backoff is how long a job waits after so many failed attempts; 1 s after
	// the first, four times as long after each further one, at most 10 minutes.
	Backoff func(failed int) time.Duration
	// Logger hears of failed attempts; the catalogue's.
	Logger *slog.Logger
}

// Runner works jobs in this process. Each is started once.
type Runner struct {
	client *river.Client[*sql.Tx]
	beat   *heartbeat
}

// NewRunner prepares a runner; Start starts it.
func (c *Catalog) NewRunner(opts RunnerOptions) (*Runner, error) {
	if len(opts.Handlers) == 0 {
		return nil, errors.New("no kind of job has a handler")
	}
	if opts.JobTimeout <= 0 {
		opts.JobTimeout = time.Hour
	}
	if opts.Backoff == nil {
		opts.Backoff = backoff
	}
	if opts.Logger == nil {
		opts.Logger = c.log
	}
	workers := river.NewWorkers()
	for _, kind := range slices.Sorted(maps.Keys(opts.Handlers)) {
		if !jobKind.MatchString(string(kind)) || opts.Handlers[kind] == nil {
			return nil, fmt.Errorf("%q is not a kind of job, or has no handler", kind)
		}
		// With given arguments, because one type stands for every kind.
		river.AddWorkerArgs(workers, jobArgs{archive.Job{Kind: kind}}, river.WorkFunc(func(ctx context.Context, j *river.Job[jobArgs]) error {
			return work(ctx, opts, j)
		}))
	}
	beat := newHeartbeat(c, opts.Logger)
	config := &river.Config{
		ID: beat.id, Workers: workers, JobTimeout: opts.JobTimeout, Logger: quiet(opts.Logger),
		Queues:              map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: max(1, opts.Workers)}},
		FetchOnlyKnownKinds: true, FetchCooldown: time.Millisecond, FetchPollInterval: 100 * time.Millisecond, PollOnly: true,
		RetryPolicy: retryPolicy{c.now, opts.Backoff},
		// Jobs of dead processes are taken over by the heartbeat, much sooner.
		RescueStuckJobsAfter:        opts.JobTimeout + time.Hour,
		CompletedJobRetentionPeriod: keepDone, CancelledJobRetentionPeriod: keepFailed, DiscardedJobRetentionPeriod: keepFailed,
	}
	if c.dialect.name == sqliteDialect.name {
		config.ReindexerIndexNames = []string{} // SQLite's indexes do not swell
	}
	client, err := river.NewClient(c.driver, config)
	if err != nil {
		return nil, fmt.Errorf("prepare job queue: %w", c.full(err))
	}
	return &Runner{client: client, beat: beat}, nil
}

// work calls the handler of a job.
func work(ctx context.Context, opts RunnerOptions, j *river.Job[jobArgs]) (err error) {
	job := j.Args.Job
	attrs := []any{"kind", job.Kind, "record", job.Record, "asset", job.Asset, "job", j.ID, "attempt", j.Attempt, "of", j.MaxAttempts}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the handler panicked: %v", v)
			attrs = append(attrs, "stack", string(debug.Stack()))
		}
		switch {
		case err == nil:
		case errors.Is(ctx.Err(), context.Canceled):
			// Cut off by Stop: River knows by the cause that it does not count.
			err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case errors.Is(err, archive.ErrNotFound):
			opts.Logger.Warn("what a job is for is not there; it is given up", append(attrs, "error", err)...)
			err = river.JobCancel(err)
		case j.Attempt >= j.MaxAttempts:
			opts.Logger.Error("the last attempt at a job failed; it is given up", append(attrs, "error", err)...)
		default:
			opts.Logger.Warn("an attempt at a job failed; it will be tried again", append(attrs, "error", err)...)
		}
	}()
	return opts.Handlers[job.Kind](ctx, job)
}

// backoff is the default of RunnerOptions.Backoff.
func backoff(failed int) time.Duration {
	return min(time.Second<<(2*min(max(failed-1, 0), 10)), 10*time.Minute)
}

type retryPolicy struct {
	now     func() time.Time
	backoff func(failed int) time.Duration
}

// NextRetry implements river.ClientRetryPolicy. The errors are those before the
// one that was just made.
func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return p.now().Add(p.backoff(len(job.Errors) + 1))
}

// Start takes over the jobs of dead processes, and begins to work. ctx is for
// the starting alone: the runner goes on until Stop.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.beat.start(ctx); err != nil {
		return err
	}
	if err := r.client.Start(context.WithoutCancel(ctx)); err != nil {
		return errors.Join(fmt.Errorf("start job queue: %w", r.beat.catalog.full(err)), r.beat.stop(context.WithoutCancel(ctx)))
	}
	return nil
}

// ID is the name under which this runner has signed on, and can take packages
// (Catalog.TakeDue), until Stop.
func (r *Runner) ID() string { return r.beat.id }

// Stop takes no further jobs and waits for the running ones until ctx ends;
// then it cancels them. A cancelled job is worked again at the next start, and
// the attempt does not count.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if err != nil {
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
		defer cancel()
		err = r.client.StopAndCancel(hard)
	}
	if err != nil {
		// Some handler does not return. The process stays signed on, so that
		// its jobs are taken over when it has ended, and not before.
		r.beat.leave()
		return fmt.Errorf("stop job queue: %w", err)
	}
	return r.beat.stop(context.WithoutCancel(ctx))
}
