package ingest

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hexi/archive"
)

// Observer hears what the pipeline works. Its methods are called by many goroutines,
// and are not to keep them waiting.
type Observer interface {
	// Worked hears of each attempt at a job and how long it took.
	Worked(kind archive.JobKind, outcome Outcome, took time.Duration)
	// Derived hears of each access copy: how many pixels the image has, how long
	// decoding and encoding it took, and how long storing what was made of it.
	Derived(pixels int64, made, stored time.Duration)
}

// Outcome is how an attempt at a job ended.
type Outcome string

// The outcomes of an attempt.
const (
	OutcomeDone    Outcome = "done"
	OutcomeRefused Outcome = "refused" // the master is refused, which is the job's result
	OutcomeNothing Outcome = "nothing" // it was done before
	OutcomeFailed  Outcome = "failed"  // it is tried again, or given up
	OutcomeStopped Outcome = "stopped" // the process is to end; it is worked again
)

// unheard is the observer of those who want none.
type unheard struct{}

func (unheard) Worked(archive.JobKind, Outcome, time.Duration) {}
func (unheard) Derived(int64, time.Duration, time.Duration)    {}

// worked makes a handler of a step: what becomes of each attempt is logged at debug,
// and told to the observer.
func (p *Pipeline) worked(step func(context.Context, archive.Job) (Outcome, error)) func(context.Context, archive.Job) error {
	return func(ctx context.Context, job archive.Job) (err error) {
		start, outcome := time.Now(), OutcomeFailed // also where the step panics
		defer func() {
			if err != nil && errors.Is(ctx.Err(), context.Canceled) {
				outcome = OutcomeStopped
			}
			took := time.Since(start)
			p.opts.Observer.Worked(job.Kind, outcome, took)
			attrs := []slog.Attr{
				slog.String("kind", string(job.Kind)), slog.String("asset", job.Asset), slog.String("record", job.Record),
				slog.Duration("took", took), slog.String("outcome", string(outcome)),
			}
			if err != nil {
				attrs = append(attrs, slog.Any("error", err))
			}
			p.opts.Log.LogAttrs(ctx, slog.LevelDebug, "job", attrs...)
		}()
		got, err := step(ctx, job)
		if err == nil {
			outcome = got
		}
		return err
	}
}

// refuse keeps why a master is refused, which ends its job well.
func (p *Pipeline) refuse(ctx context.Context, asset string, failure archive.Failure) (Outcome, error) {
	return OutcomeRefused, p.archive.Refuse(ctx, asset, failure)
}
