package archive

import (
	"context"
	"fmt"
)

// Resume sees to it that an asset that is neither ready nor refused has the job that
// brings it further; of any other it changes nothing. The batch is that of the job.
func (a *Archive) Resume(ctx context.Context, id, batch string) error {
	return a.updateAsset(ctx, id, func(ctx context.Context, tx Tx, asset *Asset) (Action, error) {
		return "", a.resume(ctx, tx, asset, batch)
	})
}

// QueueCheck makes the job that checks the next part of the archive. One that waits
// already is enough.
func (a *Archive) QueueCheck(ctx context.Context) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		return tx.AddJob(ctx, Job{Kind: JobCheck, Batch: string(JobCheck)})
	})
	if err != nil {
		return fmt.Errorf("make job for a check: %w", err)
	}
	return nil
}
