package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Tombstone is what stays of a record that the public saw and sees no more: it was
// withdrawn, or erased.
type Tombstone struct {
	Record string
	At     time.Time
	By     string
	Reason Text  // why, for everyone to read; nil where that is not told
	Title  Text  // nil where that is not told
	Erased int64 // the number of the entry of the log that erased it, 0 if none did
	Public bool  // the public saw the record
	Purged bool  // of one that was erased: nothing of it is left outside of the catalogue
}

// GoneError says that a record was there and is not any more. It is an ErrNotFound to
// those who do not tell the two apart.
type GoneError struct{ Tombstone Tombstone }

// Error names the record.
func (e *GoneError) Error() string {
	if e.Tombstone.Erased > 0 {
		return "record " + e.Tombstone.Record + " was erased"
	}
	return "record " + e.Tombstone.Record + " was withdrawn"
}

// Unwrap makes it an ErrNotFound.
func (e *GoneError) Unwrap() error { return ErrNotFound }

// Tombstone returns what stays of a record; ErrNotFound where it stands, or never was
// public.
func (a *Archive) Tombstone(ctx context.Context, id string) (*Tombstone, error) {
	t, err := a.catalog.Tombstone(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("tombstone of %s: %w", id, err)
	}
	return t, nil
}

// gone turns the ErrNotFound of a record that has a tombstone into a GoneError. For
// those who work here only what was erased is gone.
func (a *Archive) gone(ctx context.Context, id string, staff bool, err error) error {
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	t, lookErr := a.catalog.Tombstone(ctx, id)
	switch {
	case errors.Is(lookErr, ErrNotFound) || lookErr == nil && (staff && t.Erased == 0 || !staff && !t.Public):
		return err
	case lookErr != nil:
		return lookErr
	}
	return &GoneError{*t}
}

// minReason is how much a reason says at least (see says).
const minReason = 3

// says is how many letters a text has, a Chinese character counting for two: 误录 is a
// word where ab is none.
func says(s string) (n int) {
	for _, r := range s {
		if n++; unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n
}

// maxReason bounds a reason in one language, in characters.
const maxReason = 2000

// checkReason returns a reason with white space at its ends removed.
func checkReason(reason Text) (Text, error) {
	c := &checker{}
	out := c.text("reason", reason, maxReason)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	return out, nil
}

// WithdrawalDetail is the detail of the entry of a withdrawal for which someone gave a
// reason.
type WithdrawalDetail struct {
	Reason    Text `json:"reason,omitempty"`
	ShowTitle bool `json:"showTitle,omitempty"`
}

// ErasureDetail is the detail of the entry of an erasure.
type ErasureDetail struct {
	Reason string `json:"reason"`
	Assets int    `json:"assets"`           // how many could be seen of it, and were erased
	Public bool   `json:"public,omitempty"` // the public saw the record
}

// Erase erases the content of a record for ever, for legal reasons: what all its
// revisions say with their messages, and all its assets, from the catalogue at once, and
// by a job from the object store: masters, access copies, and the preservation package.
// What remains is that it was there: its id, which is never used again, and the entries
// of the log, without their details and with the digests of what was erased, so that the
// chain still proves that nothing else was altered. One entry says who erased it, and why.
//
// Erasing what is erased makes the job again, if it has not come to its end.
func (a *Archive) Erase(ctx context.Context, by, id, reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); says(reason) < minReason || n > maxReason {
		return Invalid("reason", "has %d characters; an erasure needs a reason of at least %d, or of 2 Chinese ones, and at most %d, which the log keeps for ever", n, minReason, maxReason)
	}
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		e, err := tx.Entry(ctx, id)
		if errors.Is(err, ErrErased) {
			return tx.AddJob(ctx, Job{Kind: JobErase, Record: id})
		}
		if err != nil {
			return err
		}
		change := Change{At: a.Now(), By: by, Action: ActionErased, Record: id, Revision: e.Revision}
		public, err := a.wasPublic(ctx, tx, e)
		if err != nil {
			return err
		}
		if change.Detail, err = detail(ErasureDetail{reason, len(e.Assets), public}); err != nil {
			return err
		}
		seq, err := tx.AddChange(ctx, change)
		if err != nil {
			return fmt.Errorf("log it: %w", err)
		}
		if err := tx.Erase(ctx, Tombstone{Record: id, At: change.At, By: by, Erased: seq, Public: public}); err != nil {
			return err
		}
		return tx.AddJob(ctx, Job{Kind: JobErase, Record: id})
	})
	if err != nil {
		return fmt.Errorf("erase %s: %w", id, err)
	}
	return nil
}

// wasPublic reports whether the public sees a record, or saw it before it was withdrawn.
func (a *Archive) wasPublic(ctx context.Context, tx Tx, e *Entry) (bool, error) {
	if e.Published == 0 {
		return false, nil
	}
	if e.Withdrawn {
		_, err := a.catalog.Tombstone(ctx, e.Record.ID)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	shown, err := tx.Revision(ctx, e.Record.ID, e.Published)
	if err != nil {
		return false, fmt.Errorf("published revision: %w", err)
	}
	return shown.Record.Rights.Open(a.Now()), nil
}

// ErrBusy says that something cannot be done yet because others are at it.
var ErrBusy = errors.New("in use by another process")

// ToPurge returns what of an erased record is still to be removed from the object store:
// its assets, with the keys of their masters. It is an ErrBusy as long as a worker may be
// writing the record's preservation package.
func (a *Archive) ToPurge(ctx context.Context, id string) ([]*Asset, error) {
	t, err := a.Tombstone(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.Erased == 0 {
		return nil, fmt.Errorf("record %s was not erased: %w", id, ErrNotFound)
	}
	busy, err := a.catalog.PackageTaken(ctx, id)
	if err == nil && busy {
		err = ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("package of %s: %w", id, err)
	}
	var all []*Asset
	for after := ""; ; {
		page, err := a.Assets(ctx, AssetQuery{Record: id, State: AssetErased, After: after, Limit: 1000})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < 1000 {
			return all, nil
		}
		after = page[len(page)-1].ID
	}
}

// Purged notes that nothing of an erased record is left in the object store.
func (a *Archive) Purged(ctx context.Context, id string) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		first, err := tx.Purged(ctx, id)
		if err != nil || !first {
			return err
		}
		_, err = tx.AddChange(ctx, Change{At: a.Now(), Action: ActionPurged, Record: id})
		return err
	})
	if err != nil {
		return fmt.Errorf("note that %s is purged: %w", id, err)
	}
	return nil
}
