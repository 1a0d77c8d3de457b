package archive

import (
	"context"
	"fmt"
)

// Withdrawal says how a record is taken from the public.
type Withdrawal struct {
	IfRevision int // as in Draft
}

// Withdraw takes a record from the public. Its revisions stay.
func (a *Archive) Withdraw(ctx context.Context, by, id string) error {
	return a.WithdrawAs(ctx, by, id, Withdrawal{})
}

// WithdrawAs is Withdraw with more to say. Withdrawing what is withdrawn changes nothing.
func (a *Archive) WithdrawAs(ctx context.Context, by, id string, w Withdrawal) error {
	return a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		e, err := tx.Entry(ctx, id)
		if err == nil {
			err = e.at(w.IfRevision)
		}
		if err != nil {
			return fmt.Errorf("withdraw %s: %w", id, err)
		}
		if e.Withdrawn {
			return nil
		}
		at := a.Now()
		if err := tx.SetPublished(ctx, id, e.Published, true, at); err != nil {
			return fmt.Errorf("withdraw %s: %w", id, err)
		}
		change := Change{At: at, By: by, Action: ActionWithdrawn, Record: id, Revision: e.Published}
		if _, err := tx.AddChange(ctx, change); err != nil {
			return fmt.Errorf("log withdrawal of %s: %w", id, err)
		}
		return nil
	})
}

// at returns an ErrConflict unless the entry's latest revision is the given one; 0 is any.
func (e *Entry) at(revision int) error {
	if revision != 0 && revision != e.Revision {
		return fmt.Errorf("record %s is at revision %d, not %d: %w", e.Record.ID, e.Revision, revision, ErrConflict)
	}
	return nil
}
