package archive

import (
	"context"
	"fmt"
	"time"
)

// Withdrawal says how a record is taken from the public.
type Withdrawal struct {
	Reason     Text // for everyone to read; may be nil
	ShowTitle  bool // the tombstone says what the record was called
	IfRevision int  // as in Draft
}

// Withdraw takes a record from the public. Its revisions stay.
func (a *Archive) Withdraw(ctx context.Context, by, id string) error {
	return a.WithdrawAs(ctx, by, id, Withdrawal{})
}

// WithdrawAs is Withdraw with more to say. Where the public saw the record, a tombstone
// stands in its place until it is published again. Withdrawing what is withdrawn changes
// nothing.
func (a *Archive) WithdrawAs(ctx context.Context, by, id string, w Withdrawal) error {
	reason, err := checkReason(w.Reason)
	if err != nil {
		return err
	}
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
		if err := tx.SetPublished(ctx, id, e.Published, true, at, time.Time{}); err != nil {
			return fmt.Errorf("withdraw %s: %w", id, err)
		}
		change := Change{At: at, By: by, Action: ActionWithdrawn, Record: id, Revision: e.Published}
		if len(reason) > 0 || w.ShowTitle {
			if change.Detail, err = detail(WithdrawalDetail{reason, w.ShowTitle}); err != nil {
				return err
			}
		}
		if _, err := tx.AddChange(ctx, change); err != nil {
			return fmt.Errorf("log withdrawal of %s: %w", id, err)
		}
		if e.Published == 0 {
			return nil // nobody saw it
		}
		shown, err := tx.Revision(ctx, id, e.Published)
		if err != nil {
			return fmt.Errorf("published revision of %s: %w", id, err)
		}
		if !shown.Record.Rights.Open(at) {
			return nil
		}
		stone := Tombstone{Record: id, At: at, By: by, Reason: reason, Public: true}
		if w.ShowTitle {
			stone.Title = shown.Record.Titles
		}
		if err := tx.PutTombstone(ctx, stone); err != nil {
			return fmt.Errorf("tombstone of %s: %w", id, err)
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
