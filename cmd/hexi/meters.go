package main

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hexi/archive"
	"hexi/archive/raster/sandbox"
	"hexi/cmd/hexi/internal/web"
	"hexi/ingest"
)

// meters are the Prometheus metrics of what this process does beside serving. They
// listen to the pipeline and to the processes that decode, which know nothing of
// Prometheus.
type meters struct {
	registry *prometheus.Registry

	jobs            *prometheus.CounterVec
	jobSeconds      *prometheus.HistogramVec
	pixels          prometheus.Counter
	making, storing prometheus.Counter
	masters, bytes  prometheus.Counter
	started         prometheus.Counter
	ended           *prometheus.CounterVec
}

func newMeters() (*meters, error) {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &meters{
		registry: web.NewRegistry(),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_jobs_total", Help: "Attempts at jobs in this process, by kind and outcome.",
		}, []string{"kind", "outcome"}),
		jobSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "hexi_job_seconds", Help: "Time that attempts at jobs took.",
			Buckets: []float64{.01, .05, .1, .5, 1, 5, 10, 30, 60, 300, 1800, 7200},
		}, []string{"kind"}),
		pixels:  counter("hexi_ingest_pixels_total", "Pixels of the images that access copies were made of."),
		making:  counter("hexi_ingest_making_seconds_total", "Time that decoding these images and encoding their access copies took, all jobs added up."),
		storing: counter("hexi_ingest_storing_seconds_total", "Time that storing what was made of them took, all jobs added up."),
		masters: counter("hexi_masters_received_total", "Masters that this process stored."),
		bytes:   counter("hexi_masters_received_bytes_total", "Bytes of these masters."),
		started: counter("hexi_decoder_starts_total", "Decoding processes that were started."),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "hexi_decoder_ends_total", Help: "Decoding processes that ended, by reason.",
		}, []string{"reason"}),
	}
	// What has not happened yet is 0 and not absent, so that its first time is a rise.
	for _, reason := range []string{sandbox.EndCrashed, sandbox.EndTime, sandbox.EndMemory, sandbox.EndLied, sandbox.EndSilent, sandbox.EndFailed} {
		m.ended.WithLabelValues(reason)
	}
	for _, kind := range []archive.JobKind{archive.JobIdentify, archive.JobDerive} {
		for _, outcome := range []ingest.Outcome{ingest.OutcomeDone, ingest.OutcomeRefused, ingest.OutcomeFailed} {
			m.jobs.WithLabelValues(string(kind), string(outcome))
		}
	}
	for _, c := range []prometheus.Collector{m.jobs, m.jobSeconds, m.pixels, m.making, m.storing, m.masters, m.bytes, m.started, m.ended} {
		if err := m.registry.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

// Worked implements ingest.Observer.
func (m *meters) Worked(kind archive.JobKind, outcome ingest.Outcome, took time.Duration) {
	m.jobs.WithLabelValues(string(kind), string(outcome)).Inc()
	m.jobSeconds.WithLabelValues(string(kind)).Observe(took.Seconds())
}

// Derived implements ingest.Observer.
func (m *meters) Derived(pixels int64, made, stored time.Duration) {
	m.pixels.Add(float64(pixels))
	m.making.Add(made.Seconds())
	m.storing.Add(stored.Seconds())
}

// Started implements sandbox.Observer.
func (m *meters) Started() { m.started.Inc() }

// Ended implements sandbox.Observer.
func (m *meters) Ended(why string) { m.ended.WithLabelValues(why).Inc() }

// Stored implements ingest.Observer.
func (m *meters) Stored(bytes int64) {
	m.masters.Inc()
	m.bytes.Add(float64(bytes))
}

// jobCounts tells at each look how many jobs there are, in the whole archive. When the
// catalogue does not answer in time they are left out; /readyz says why.
type jobCounts struct {
	archive *archive.Archive
	desc    *prometheus.Desc

	packages, oldest *prometheus.Desc
}

// jobCountsFor is how long a look may take.
const jobCountsFor = 3 * time.Second

func newJobCounts(arch *archive.Archive) *jobCounts {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &jobCounts{
		archive:  arch,
		desc:     desc("hexi_jobs", "Jobs of the whole archive that are to be worked or are under way, and those given up.", "state"),
		packages: desc("hexi_packages", "Preservation packages that do not hold the latest change: due, not due yet, and of both those whose last attempt failed.", "state"),
		oldest:   desc("hexi_packages_oldest_seconds", "Since when the longest of the preservation packages that are due has waited; 0 when none is."),
	}
}

// Describe implements prometheus.Collector.
func (j *jobCounts) Describe(to chan<- *prometheus.Desc) {
	to <- j.desc
	to <- j.packages
	to <- j.oldest
}

// Collect implements prometheus.Collector.
func (j *jobCounts) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), jobCountsFor)
	defer cancel()
	counts, err := j.archive.JobCounts(ctx, "")
	if err != nil {
		return
	}
	for _, state := range []archive.JobState{archive.JobWaiting, archive.JobRunning, archive.JobRetry, archive.JobFailed} {
		to <- prometheus.MustNewConstMetric(j.desc, prometheus.GaugeValue, float64(counts[state]), string(state))
	}
	packages, err := j.archive.Preservation(ctx)
	if err != nil {
		return
	}
	for state, n := range map[string]int{"waiting": packages.Waiting, "resting": packages.Resting, "failing": packages.Failing} {
		to <- prometheus.MustNewConstMetric(j.packages, prometheus.GaugeValue, float64(n), state)
	}
	age := 0.0
	if !packages.Oldest.IsZero() {
		age = max(0, j.archive.Now().Sub(packages.Oldest).Seconds())
	}
	to <- prometheus.MustNewConstMetric(j.oldest, prometheus.GaugeValue, age)
}
