package catalog

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive"
)

// BenchmarkSaveAll saves new records in batches of 200, as an ingest does:
// look-up by accession number, entry, revision, publication, two changes.
func BenchmarkSaveAll(b *testing.B) {
	for _, kind := range kinds {
		b.Run(kind, func(b *testing.B) {
			a := newArchive(open(b, fresh(b, kind)))
			n := 0
			for b.Loop() {
				drafts := make([]archive.Draft, 200)
				for i := range drafts {
					r := record("")
					n++
					r.Identifiers = []archive.Identifier{{Type: "accession", Value: fmt.Sprintf("甘博-%08d", n)}}
					r.Rights = &archive.Rights{Holder: archive.Text{"zh": "甘肃省博物馆"}}
					drafts[i] = archive.Draft{Record: r, Publish: true}
				}
				if _, err := a.SaveAll(b.Context(), "li", drafts); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkJobs works jobs that do nothing.
func BenchmarkJobs(b *testing.B) {
	for _, kind := range kinds {
		for _, workers := range []int{2, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", kind, workers), func(b *testing.B) {
				c := open(b, fresh(b, kind))
				n := 0
				for b.Loop() {
					err := c.Update(b.Context(), func(ctx context.Context, tx archive.Tx) error {
						for range 4000 {
							n++
							if err := tx.AddJob(ctx, archive.Job{Kind: archive.JobIdentify, Asset: fmt.Sprint("a", workers, "-", n), Batch: "b"}); err != nil {
								return err
							}
						}
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
					var done atomic.Int32
					handler := func(context.Context, archive.Job) error { done.Add(1); return nil }
					runner, err := c.NewRunner(RunnerOptions{Workers: workers, JobTimeout: time.Minute, Handlers: map[archive.JobKind]func(context.Context, archive.Job) error{
						archive.JobIdentify: handler, archive.JobDerive: handler,
					}})
					if err != nil {
						b.Fatal(err)
					}
					start := time.Now()
					if err := runner.Start(b.Context()); err != nil {
						b.Fatal(err)
					}
					for done.Load() < 4000 {
						time.Sleep(time.Millisecond)
					}
					b.ReportMetric(4000/time.Since(start).Seconds(), "jobs/s")
					if err := runner.Stop(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
