package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// FixityCheck is what reading a master again came to.
type FixityCheck struct {
	Asset string
	At    time.Time
	Fail  string // what is wrong with it, in words; "" for nothing
}

// FixityDetail is the detail of ActionFixity.
type FixityDetail struct {
	Outcome string `json:"outcome"` // success or fail
	Why     string `json:"why,omitempty"`
}

// maxFixityWhy bounds the words of a failed check, in bytes.
const maxFixityWhy = 1000

// NoteFixity appends to the log what checks of masters came to, all or none. Those of
// assets that are not there, any more, are left out.
func (a *Archive) NoteFixity(ctx context.Context, by string, checks []FixityCheck) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		for _, check := range checks {
			asset, err := tx.Asset(ctx, check.Asset)
			if errors.Is(err, ErrNotFound) || err == nil && asset.State == AssetErased {
				continue
			}
			if err != nil {
				return err
			}
			says := FixityDetail{Outcome: "success"}
			if check.Fail != "" {
				says = FixityDetail{Outcome: "fail", Why: strings.ToValidUTF8(check.Fail[:min(len(check.Fail), maxFixityWhy)], "")}
			}
			if err := a.logAssetAt(ctx, tx, check.At, by, ActionFixity, *asset, says); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("log checks of masters: %w", err)
	}
	return nil
}
