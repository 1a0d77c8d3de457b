package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/ingest/check"
)

// factScheduled is the name under which the catalogue keeps when a check was last made a
// job of, by whichever process.
const factScheduled = "check-scheduled"

const (
	// lookForChecks is how often a process looks whether a check is due.
	lookForChecks = time.Minute
	// checkFor is how long a check that was scheduled goes through records: less than a
	// job may take.
	checkFor = 90 * time.Minute
)

// jobHandlers are the steps of the pipeline, the check, and the end of an erasure.
func (h *house) jobHandlers() map[archive.JobKind]func(context.Context, archive.Job) error {
	handlers := maps.Clone(h.pipeline.Handlers())
	handlers[archive.JobCheck] = h.workCheck
	handlers[archive.JobErase] = h.workErase
	return handlers
}

// workCheck checks the next part of the archive, as a job. Differences are no failure of
// the job: the report is kept, and shown in the workbench and by the metrics.
func (h *house) workCheck(ctx context.Context, _ archive.Job) error {
	s := h.settings.checks
	report, err := check.New(h.checkParts(), check.Options{Percent: s.percent, Rate: s.rate, For: checkFor, Workers: 2, Log: h.log}).Run(ctx)
	if err != nil {
		return fmt.Errorf("check the archive: %w", err)
	}
	level := slog.LevelInfo
	if !report.Clean() {
		level = slog.LevelError
	}
	h.log.Log(ctx, level, "a part of the archive was checked", "records", report.Looked.Records, "read", sizeText(report.Looked.Bytes),
		"differences", report.Open(), "unchecked", len(report.Unchecked), "show", "hexi check --last")
	return nil
}

// scheduleChecks makes the job of a check whenever one is due, until ctx ends. Of all
// processes that do so one makes it.
func (h *house) scheduleChecks(ctx context.Context) {
	if h.settings.checks.every == 0 {
		return
	}
	ticker := time.NewTicker(lookForChecks)
	defer ticker.Stop()
	for {
		if err := h.scheduleCheck(ctx, time.Now()); err != nil && ctx.Err() == nil {
			h.log.Warn("a check could not be scheduled; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// scheduleCheck makes the job if it is due. The first check of an archive is due one
// interval after it was opened first.
func (h *house) scheduleCheck(ctx context.Context, now time.Time) error {
	before, err := h.catalog.Fact(ctx, factScheduled)
	if err != nil {
		return err
	}
	last, err := time.Parse(time.RFC3339, before)
	known := err == nil
	if known && now.Sub(last) < h.settings.checks.every && !last.After(now) {
		return nil
	}
	claimed, err := h.catalog.ClaimFact(ctx, factScheduled, before, now.UTC().Format(time.RFC3339))
	if err != nil || !claimed || !known {
		return err
	}
	return h.archive.QueueCheck(ctx)
}

// checkGauges tell at each look what the last check found.
type checkGauges struct {
	catalog                              *catalog.Catalog
	when, differences, unchecked, looked *prometheus.Desc
}

func newCheckGauges(c *catalog.Catalog) *checkGauges {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("hexi_check_"+name, help, labels, nil)
	}
	return &checkGauges{
		catalog:     c,
		when:        desc("last_timestamp_seconds", "When the last check of the archive ended; absent before the first."),
		differences: desc("differences", "Differences that the last check found and that were not mended, by code.", "code"),
		unchecked:   desc("unchecked_parts", "Parts that the last check could not look at."),
		looked:      desc("last_records", "Records that the last check looked at."),
	}
}

// Describe implements prometheus.Collector.
func (g *checkGauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.when, g.differences, g.unchecked, g.looked} {
		to <- d
	}
}

// Collect implements prometheus.Collector. When the catalogue does not answer in time
// there are none; /readyz says why.
func (g *checkGauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), jobCountsFor)
	defer cancel()
	r, err := check.LastReport(ctx, g.catalog)
	if err != nil || r == nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(g.when, float64(r.Ended.Unix()))
	gauge(g.unchecked, float64(len(r.Unchecked)))
	gauge(g.looked, float64(r.Looked.Records))
	counts := r.OpenCounts()
	for _, code := range check.Codes() {
		gauge(g.differences, float64(counts[code]), string(code))
	}
}
