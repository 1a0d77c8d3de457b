package check

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"hexi/archive"
)

// lookForErased reads which records were erased, with all that they left: what is in the
// object store of those has come back, as from a backup of the bucket. Of one that is
// being erased a job removes the rest.
func (c *Checker) lookForErased(ctx context.Context) error {
	if c.erased != nil {
		return nil
	}
	stones, err := c.parts.Archive.Erasures(ctx)
	if err != nil {
		return fmt.Errorf("read which records were erased: %w", err)
	}
	c.erased = map[string]bool{}
	for _, stone := range stones {
		if stone.Purged {
			c.erased[stone.Record] = true
		}
	}
	return nil
}

// leftPackage tells of the package of a record that was erased.
func (c *Checker) leftPackage(ctx context.Context, record string) (Difference, error) {
	dir, err := c.root.Path(ctx, record)
	if err != nil {
		return Difference{}, err
	}
	return Difference{Code: ErasedLeft, Record: record, Key: dir, Why: "the preservation package of a record that was erased is there again"}, nil
}

// removeErased removes again what was erased, at once: nobody may have it.
func (c *Checker) removeErased(ctx context.Context, d Difference) (says string, done bool, err error) {
	stone, err := c.parts.Archive.Tombstone(ctx, d.Record)
	if err != nil || stone.Erased == 0 {
		return "not done: the record is not erased any more", false, err
	}
	if d.Asset == "" {
		err = c.root.Purge(ctx, d.Record)
	} else {
		a, lookErr := c.parts.Archive.Asset(ctx, d.Asset)
		own := strings.HasPrefix(d.Key, "access/"+d.Asset+"/") || strings.HasPrefix(d.Key, "incoming/"+d.Asset+"/")
		if lookErr == nil && a.State != archive.AssetErased || !own {
			return "not done: it is of another record", false, nil
		}
		err = c.parts.Objects.Delete(ctx, d.Key)
	}
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return "", false, err
	}
	c.opts.Log.Info("what was left of an erased record was removed again", "record", d.Record, "key", d.Key)
	return "it was removed again", true, nil
}
