package archive

import (
	"context"
	"fmt"
)

// ResumeAll sees to it that every asset which is on its way has the job that takes
// it on, under a batch of the caller's, and returns how many assets those are. It
// is for a catalogue that was restored, whose queue is empty; where the jobs are
// there already, none is added.
func (a *Archive) ResumeAll(ctx context.Context, batch string) (int, error) {
	n := 0
	for _, state := range []AssetState{AssetReceived, AssetIdentified} {
		q := AssetQuery{State: state, Limit: 500}
		for {
			assets, err := a.Assets(ctx, q)
			if err != nil {
				return n, err
			}
			err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
				for _, found := range assets {
					asset, err := tx.Asset(ctx, found.ID)
					if err != nil {
						return fmt.Errorf("asset %s: %w", found.ID, err)
					}
					if err := a.resume(ctx, tx, asset, batch); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return n, fmt.Errorf("resume %d assets: %w", len(assets), err)
			}
			n += len(assets)
			if len(assets) < q.Limit {
				break
			}
			q.After = assets[len(assets)-1].ID
		}
	}
	return n, nil
}
