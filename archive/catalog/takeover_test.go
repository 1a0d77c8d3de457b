package catalog

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive"
)

// TestKilledWorker kills a process in the middle of its jobs: another takes
// them over at once, and works again none that was done.
func TestKilledWorker(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		for _, asset := range []string{"done", "block1", "block2"} {
			addJob(t, c, archive.JobIdentify, asset, "b")
		}
		addJob(t, c, archive.JobDerive, "waiting", "b")
		process := child(t, "TestWorkerProcess", address)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the child has taken its jobs", func() bool {
			counts := jobCounts(t, c, "b")
			return counts[archive.JobRunning] == 2 && counts[archive.JobDone] == 1
		})
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait() // it was killed

		var worked atomic.Int32
		handler := func(_ context.Context, j archive.Job) error {
			if j.Asset == "done" {
				t.Error("a job that was done was worked again")
			}
			worked.Add(1)
			return nil
		}
		start := time.Now()
		runner := startRunner(t, c, RunnerOptions{Workers: 2, Handlers: handlers{archive.JobIdentify: handler, archive.JobDerive: handler}})
		defer stopRunner(t, runner)
		waitFor(t, "the jobs are done", func() bool { return jobCounts(t, c, "b")[archive.JobDone] == 4 })
		if took := time.Since(start); took > 3*time.Second || worked.Load() != 3 {
			t.Errorf("after %s, %d jobs were worked", took, worked.Load())
		}
		jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: "b"})
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			if j.Attempt != 1 {
				t.Errorf("%s took %d attempts: the one that was cut off counts", j.Asset, j.Attempt)
			}
		}
	})
}

// TestWorkerProcess is the process that TestKilledWorker kills.
func TestWorkerProcess(t *testing.T) {
	address := asChild(t)
	if address == "" {
		return
	}
	startRunner(t, open(t, address), RunnerOptions{Workers: 2, Handlers: handlers{
		archive.JobIdentify: func(ctx context.Context, j archive.Job) error {
			if j.Asset != "done" {
				<-ctx.Done()
			}
			return ctx.Err()
		},
	}})
	time.Sleep(time.Minute)
}

// signOn adds a worker that was last heard of some time ago, and a job that it
// works; it returns the job's id.
func signOn(t *testing.T, c *Catalog, row workerRow, silent time.Duration) int64 {
	t.Helper()
	_, err := c.write().insert(&row).Value("seen", c.dialect.micros+" - ?", silent.Microseconds()).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	addJob(t, c, archive.JobIdentify, row.ID, row.ID)
	jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: row.ID})
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%+v, %v", jobs, err)
	}
	grab(t, c, jobs[0].ID, row.ID)
	return jobs[0].ID
}

// grab does what River does when a worker takes a job.
func grab(t *testing.T, c *Catalog, job int64, worker string) {
	t.Helper()
	by := "jsonb('[\"other\", \"" + worker + "\"]')"
	if c.dialect.name == postgresDialect.name {
		by = "ARRAY['other', '" + worker + "']"
	}
	_, err := c.others.ExecContext(t.Context(), "UPDATE river_job SET state = 'running', attempt = attempt + 1, attempted_by = "+by+" WHERE id = $1", job)
	if err != nil {
		t.Fatal(err)
	}
}

func TestTakeOver(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		self := thisProcess()
		if self.host == "" {
			t.Fatal("the system does not say which process this is")
		}
		type test struct {
			worker workerRow
			silent time.Duration
			want   archive.JobState
		}
		tests := []test{
			{workerRow{ID: "here-alive", Host: self.host, PID: self.pid, Born: self.born}, time.Hour, archive.JobRunning},
			{workerRow{ID: "here-other-with-its-number", Host: self.host, PID: self.pid, Born: "1"}, 0, archive.JobWaiting},
			{workerRow{ID: "here-ended", Host: self.host, PID: 1 << 30, Born: "1"}, 0, archive.JobWaiting},
			{workerRow{ID: "elsewhere-heard-of", Host: "elsewhere", PID: 1, Born: "1"}, deadAfter / 2, archive.JobRunning},
			{workerRow{ID: "elsewhere-silent", Host: "elsewhere", PID: self.pid, Born: self.born}, deadAfter + time.Second, archive.JobWaiting},
			{workerRow{ID: "unknown-heard-of", PID: 1 << 30}, 0, archive.JobRunning},
		}
		for _, test := range tests {
			signOn(t, c, test.worker, test.silent)
		}
		addJob(t, c, archive.JobIdentify, "nobody", "nobody") // its worker has signed off
		jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: "nobody"})
		if err != nil {
			t.Fatal(err)
		}
		grab(t, c, jobs[0].ID, "nobody")
		tests = append(tests, test{workerRow{ID: "nobody"}, 0, archive.JobWaiting})

		// Two at once get in nobody's way.
		results := make(chan error)
		for range 2 {
			h := newHeartbeat(c, c.log)
			go func() { results <- h.takeOver(t.Context()) }()
		}
		for range 2 {
			if err := <-results; err != nil {
				t.Fatal(err)
			}
		}
		for _, test := range tests {
			jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: test.worker.ID})
			if err != nil || len(jobs) != 1 || jobs[0].State != test.want {
				t.Errorf("%s: %+v, %v; want %s", test.worker.ID, jobs, err, test.want)
			}
		}
	})
}

// TestJobThatKills: a job over which one process after the other dies has to
// wait longer each time, and is given up in the end.
func TestJobThatKills(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		job := signOn(t, c, workerRow{ID: "w", Host: "elsewhere"}, time.Hour)
		h := newHeartbeat(c, c.log)
		for deaths := 1; deaths <= maxDeaths; deaths++ {
			if deaths > 1 {
				grab(t, c, job, "w"+strconv.Itoa(deaths))
			}
			if err := h.takeOver(t.Context()); err != nil {
				t.Fatal(err)
			}
			due, err := c.read().from("river_job").Where("id = ?", job).Where("scheduled_at <= ?", c.dialect.time(time.Now())).Count(t.Context())
			if err != nil || (due == 1) != (deaths <= soonDeaths || deaths == maxDeaths && due == 1) {
				t.Errorf("after %d deaths, due: %d, %v", deaths, due, err)
			}
		}
		jobs, err := c.Jobs(t.Context(), archive.JobQuery{State: archive.JobFailed})
		if err != nil || len(jobs) != 1 || jobs[0].Error != "the process that worked it ended 20 times: it is not tried again" || jobs[0].Ended.IsZero() {
			t.Errorf("%+v, %v", jobs, err)
		}
		total := time.Duration(0)
		for deaths := 1; deaths < maxDeaths; deaths++ {
			total += deathWait(deaths)
		}
		if total < time.Hour/2 || deathWait(1<<40) != maxDeathWait {
			t.Errorf("given up after %s", total)
		}
	})
}

func TestForgottenJobsAreRemoved(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		addJob(t, c, archive.JobIdentify, "old", "b")
		addJob(t, c, archive.JobIdentify, "new", "b")
		if _, err := c.others.ExecContext(t.Context(), "DELETE FROM river_job WHERE id = (SELECT id FROM jobs WHERE asset = 'old')"); err != nil {
			t.Fatal(err)
		}
		if err := newHeartbeat(c, c.log).tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		var rows []jobRow
		if err := c.read().find(&rows).Scan(t.Context()); err != nil || len(rows) != 1 || rows[0].Asset != "new" {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}
