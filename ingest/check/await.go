package check

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexi/archive"
)

// awaitEvery is how often Await looks.
const awaitEvery = 200 * time.Millisecond

// Await waits until the jobs that a repair made have come to their end, and says of the
// differences what became of them. Somebody has to work the jobs.
func (r *Report) Await(ctx context.Context, a *archive.Archive) error {
	ended := map[string]string{} // by asset; "" is well
	for i := range r.Differences {
		d := &r.Differences[i]
		how := cures[d.Code].Repair
		if !d.Mended || how != RepairDerive && how != RepairResume {
			continue
		}
		fault, known := ended[d.Asset]
		if !known {
			var err error
			if fault, err = await(ctx, a, d.Asset); err != nil {
				return err
			}
			ended[d.Asset] = fault
		}
		if d.Repaired = "its access copy was made again"; fault != "" {
			d.Repaired, d.Mended = fault, false
		}
	}
	return nil
}

func await(ctx context.Context, a *archive.Archive, id string) (fault string, err error) {
	ticker := time.NewTicker(awaitEvery)
	defer ticker.Stop()
	for {
		asset, err := a.Asset(ctx, id)
		if errors.Is(err, archive.ErrNotFound) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		switch asset.State {
		case archive.AssetReady, archive.AssetSuperseded:
			return "", nil
		case archive.AssetRefused:
			why := ""
			if asset.Failure != nil {
				why = asset.Failure.Why
			}
			return "its master was refused: " + why, nil
		}
		failed, err := a.Jobs(ctx, archive.JobQuery{Record: asset.Record, Batch: repairBatch, State: archive.JobFailed, Limit: 100})
		if err != nil {
			return "", err
		}
		for _, job := range failed {
			if job.Asset == id {
				return fmt.Sprintf("its job was given up: %s", job.Error), nil
			}
		}
		retried, err := a.Jobs(ctx, archive.JobQuery{Record: asset.Record, Batch: repairBatch, State: archive.JobRetry, Limit: 100})
		if err != nil {
			return "", err
		}
		for _, job := range retried {
			if job.Asset == id {
				return fmt.Sprintf("its job failed and will be tried again: %s", job.Error), nil
			}
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ticker.C:
		}
	}
}
