package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// brisk is a back-off for tests.
func brisk(int) time.Duration { return 100 * time.Millisecond }

func TestJobsRun(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		var identified, derived, tries atomic.Int32
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for i := range 20 {
				for _, kind := range []archive.JobKind{archive.JobIdentify, archive.JobDerive} {
					if err := tx.AddJob(ctx, archive.Job{Kind: kind, Asset: fmt.Sprint("a", i), Batch: "b"}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for _, asset := range []string{"flaky", "panics", "gone"} {
			addJob(t, c, archive.JobIdentify, asset, "b")
		}
		runner := startRunner(t, c, RunnerOptions{Workers: 8, Backoff: brisk, Handlers: handlers{
			archive.JobIdentify: func(_ context.Context, j archive.Job) error {
				switch {
				case j.Batch != "b" || j.Kind != archive.JobIdentify:
					t.Errorf("the handler got %+v", j)
				case j.Asset == "flaky" && tries.Add(1) == 1:
					return errors.New("the store does not answer")
				case j.Asset == "panics":
					panic("a fault of ours")
				case j.Asset == "gone":
					return fmt.Errorf("asset gone: %w", archive.ErrNotFound)
				}
				identified.Add(1)
				return nil
			},
			archive.JobDerive: func(context.Context, archive.Job) error { derived.Add(1); return nil },
		}})
		defer stopRunner(t, runner)
		waitFor(t, "the jobs end", func() bool {
			counts := jobCounts(t, c, "b")
			return counts[archive.JobDone]+counts[archive.JobFailed] == 43
		})
		if identified.Load() != 21 || derived.Load() != 20 {
			t.Errorf("identified %d, derived %d", identified.Load(), derived.Load())
		}
		failed, err := c.Jobs(t.Context(), archive.JobQuery{Batch: "b", State: archive.JobFailed})
		if err != nil || len(failed) != 2 {
			t.Fatalf("failed jobs: %+v, %v", failed, err)
		}
		gone, panics := failed[0], failed[1] // the newest first
		if gone.Asset != "gone" || gone.Attempt != 1 || !strings.Contains(gone.Error, "not found") || gone.Ended.IsZero() || gone.Ended.Location() != time.UTC {
			t.Errorf("an asset that is not there: %+v", gone)
		}
		if panics.Asset != "panics" || panics.Attempt != maxAttempts || !strings.Contains(panics.Error, "panicked: a fault of ours") {
			t.Errorf("a handler that panics: %+v", panics)
		}
		if _, err := c.Jobs(t.Context(), archive.JobQuery{State: "asleep"}); err == nil {
			t.Error("an unknown state was taken")
		}
		if counts := jobCounts(t, c, "\x00"); len(counts) != 0 {
			t.Errorf("of no batch: %v", counts)
		}
	})
}

// TestJobStates follows one job from adding to failing and its retry.
func TestJobStates(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		state := func(want archive.JobState, attempt int) {
			t.Helper()
			var jobs []archive.JobStatus
			waitFor(t, "the job is "+string(want), func() (ok bool) {
				var err error
				if jobs, err = c.Jobs(t.Context(), archive.JobQuery{Batch: "b", State: want}); err != nil {
					t.Fatal(err)
				}
				return len(jobs) == 1 && jobCounts(t, c, "b")[want] == 1
			})
			if jobs[0].State != want || jobs[0].Attempt != attempt {
				t.Errorf("%+v, want %s at attempt %d", jobs[0], want, attempt)
			}
		}
		var wait atomic.Int64
		wait.Store(int64(time.Second)) // near: River keeps it as available
		answer := make(chan error)
		addJob(t, c, archive.JobIdentify, "a", "b")
		state(archive.JobWaiting, 0)
		runner := startRunner(t, c, RunnerOptions{
			Backoff:  func(int) time.Duration { return time.Duration(wait.Load()) },
			Handlers: handlers{archive.JobIdentify: func(context.Context, archive.Job) error { return <-answer }},
		})
		defer stopRunner(t, runner)
		state(archive.JobRunning, 1)
		answer <- errors.New("once")
		state(archive.JobRetry, 1)
		state(archive.JobRunning, 2)
		wait.Store(int64(time.Hour)) // far: River keeps it as retryable
		answer <- errors.New("twice")
		state(archive.JobRetry, 2)
		jobs, err := c.Jobs(t.Context(), archive.JobQuery{})
		if err != nil || len(jobs) != 1 || jobs[0].Error != "twice" || !jobs[0].Ended.IsZero() {
			t.Errorf("%+v, %v", jobs, err)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	want := []time.Duration{time.Second, 4 * time.Second, 16 * time.Second, 64 * time.Second, 256 * time.Second, 10 * time.Minute, 10 * time.Minute}
	var got []time.Duration
	for failed := 1; failed < maxAttempts; failed++ {
		got = append(got, backoff(failed))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if backoff(1<<40) != 10*time.Minute || backoff(-1) != time.Second {
		t.Error("numbers out of the way make odd waits")
	}
}

func TestWaitingJobIsNotAddedTwice(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		// In one transaction, and in several.
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for _, j := range []archive.Job{{Kind: "identify", Asset: "a"}, {Kind: "identify", Asset: "a"}, {Kind: "derive", Asset: "a"}, {Kind: "identify", Asset: "b"}} {
				j.Batch = "b1"
				if err := tx.AddJob(ctx, j); err != nil {
					return err
				}
			}
			return nil
		})
		if counts := jobCounts(t, c, "b1"); counts[archive.JobWaiting] != 3 {
			t.Fatalf("one transaction: %v", counts)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { addJob(t, c, archive.JobIdentify, "a", "b2") })
		}
		wg.Wait()
		// The one that waits counts for the newer batch.
		if one, two := jobCounts(t, c, "b1"), jobCounts(t, c, "b2"); one[archive.JobWaiting] != 2 || two[archive.JobWaiting] != 1 {
			t.Fatalf("several transactions: %v, %v", one, two)
		}
		// One that runs may have begun too early to do for this one.
		runs, goOn := make(chan string, 10), make(chan struct{})
		runner := startRunner(t, c, RunnerOptions{Workers: 1, Handlers: handlers{
			archive.JobIdentify: func(_ context.Context, j archive.Job) error { runs <- j.Asset; <-goOn; return nil },
		}})
		defer stopRunner(t, runner)
		if first := <-runs; first != "a" {
			t.Fatalf("%s runs first", first)
		}
		addJob(t, c, archive.JobIdentify, "a", "b3")
		addJob(t, c, archive.JobIdentify, "a", "b3")
		if counts := jobCounts(t, c, "b3"); counts[archive.JobWaiting] != 1 {
			t.Errorf("beside the running one: %v", counts)
		}
		close(goOn)
		waitFor(t, "all are done", func() bool { return jobCounts(t, c, "")[archive.JobDone] == 3 })
		// The derive job has no handler here: it is left to other processes.
		if counts := jobCounts(t, c, ""); counts[archive.JobWaiting] != 1 {
			t.Errorf("%v", counts)
		}
	})
}

func TestStop(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		began := make(chan struct{}, 10)
		for _, test := range []struct {
			name     string
			patience time.Duration
			handler  func(ctx context.Context, j archive.Job) error
			want     archive.JobState
			attempt  int
		}{
			{"a running job may finish", 10 * time.Second, func(context.Context, archive.Job) error {
				began <- struct{}{}
				time.Sleep(200 * time.Millisecond)
				return nil
			}, archive.JobDone, 1},
			{"one that takes long is cut off, which does not count", 50 * time.Millisecond, func(ctx context.Context, _ archive.Job) error {
				began <- struct{}{}
				<-ctx.Done()
				return errors.New("cut off") // even if it says so in its own words
			}, archive.JobWaiting, 0},
		} {
			batch := fmt.Sprint("b-", test.want)
			addJob(t, c, archive.JobIdentify, batch, batch)
			runner := startRunner(t, c, RunnerOptions{Handlers: handlers{archive.JobIdentify: test.handler}})
			<-began
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			if err := runner.Stop(ctx); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			cancel()
			jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: batch})
			if err != nil || len(jobs) != 1 || jobs[0].State != test.want || jobs[0].Attempt != test.attempt {
				t.Errorf("%s: %+v, %v", test.name, jobs, err)
			}
			if n, err := c.read().find((*workerRow)(nil)).Count(t.Context()); n != 0 || err != nil {
				t.Errorf("%s: %d workers are signed on, %v", test.name, n, err)
			}
		}
	})
}

// TestStartOutlivesItsContext: a command's context ends at the first signal,
// but its jobs have until Stop says so.
func TestStartOutlivesItsContext(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		done := make(chan struct{}, 1)
		runner, err := c.NewRunner(RunnerOptions{Handlers: handlers{
			archive.JobIdentify: func(context.Context, archive.Job) error { done <- struct{}{}; return nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := runner.Start(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		addJob(t, c, archive.JobIdentify, "a", "b")
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Error("the runner stopped with the context of its start")
		}
		stopRunner(t, runner)
	})
}

func TestRunnerOptions(t *testing.T) {
	t.Parallel()
	c := open(t, fresh(t, "sqlite"))
	nothing := func(context.Context, archive.Job) error { return nil }
	for name, opts := range map[string]RunnerOptions{
		"no handlers": {},
		"no handler":  {Handlers: handlers{archive.JobIdentify: nil}},
		"no kind":     {Handlers: handlers{"": nothing}},
	} {
		if _, err := c.NewRunner(opts); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
