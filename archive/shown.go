package archive

import (
	"context"
	"fmt"
	"time"
)

// Shown is a record as those follow it who keep a copy of what the public sees: since when
// the public's view of it is as it is. At is the moment at which it came, was altered or
// went; no two transactions have the same one, and a later one has a later one, by whichever clock.
type Shown struct {
	ID         string
	At         time.Time // UTC, to the microsecond
	Collection string    // in which the public saw it last
	Gone       bool      // the public saw it, and sees it no more
}

// Key is the record's place in the order of Shown.
func (s *Shown) Key() ShownKey { return ShownKey{s.At, s.ID} }

// ShownKey is a place in the order in which records were shown: by the moment, and those of one
// moment by their ids. The zero key is before all.
type ShownKey struct {
	At time.Time
	ID string
}

// ShownQuery chooses records that the public sees or saw. Zero fields choose all.
type ShownQuery struct {
	Collection string
	From       time.Time // not before this moment
	Before     time.Time // before this moment
	After      ShownKey  // only what comes after this place
	Limit      int       // at most this many; 0 means 100
}

// ActivityKind says what happened to what the public can look at.
type ActivityKind string

// The kinds of activities.
const (
	ActivityCreate ActivityKind = "create" // it came, or came back
	ActivityUpdate ActivityKind = "update" // it was altered
	ActivityDelete ActivityKind = "delete" // it went
)

// Activity is one entry of the list of all that happened to the records that the public can look
// at: those that it sees and that have an image. Numbers begin at 1 and have no gaps; entries are
// added in their order and never altered, and their times do not run backwards.
type Activity struct {
	Number int64
	At     time.Time
	Kind   ActivityKind
	Record string
}

// ShownCatalog is what following the public's view needs of the catalogue.
type ShownCatalog interface {
	// Shown returns a page of the records that the public sees or saw, in the order of
	// their keys.
	Shown(ctx context.Context, q ShownQuery) ([]Shown, error)
	// ShownRecord returns one; ErrNotFound for what the public never saw.
	ShownRecord(ctx context.Context, id string) (*Shown, error)
	// FirstShown returns the earliest moment of any, or the zero time.
	FirstShown(ctx context.Context) (time.Time, error)
	// ToOpen returns records whose embargoes ended by then, and of which that is not noted
	// yet; at most limit.
	ToOpen(ctx context.Context, by time.Time, limit int) ([]string, error)
	// Activities returns up to limit activities with Number > after, ascending.
	Activities(ctx context.Context, after int64, limit int) ([]Activity, error)
	// LastActivity returns the highest Number, or 0.
	LastActivity(ctx context.Context) (int64, error)
}

// opensAtOnce is how many ends of embargoes are noted in one transaction.
const opensAtOnce = 500

// NoteOpened notes the ends of embargoes that have come: nobody writes anything when one ends,
// so that whoever asks what was shown has them noted first. Where there are none it only reads.
func (a *Archive) NoteOpened(ctx context.Context) error {
	for {
		at := a.Now()
		ids, err := a.catalog.ToOpen(ctx, at, opensAtOnce)
		if err == nil && len(ids) > 0 {
			err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.NoteOpened(ctx, ids, at) })
		}
		if err != nil {
			return fmt.Errorf("note ends of embargoes: %w", err)
		}
		if len(ids) < opensAtOnce {
			return nil
		}
	}
}

// Shown returns a page of the records that the public sees or saw, in the order in which
// that came to be; ask for what is after the last one's Key until nothing comes. A record
// that is altered meanwhile comes again, or later: none is left out, and what the
// public never saw is not among them.
func (a *Archive) Shown(ctx context.Context, q ShownQuery) ([]Shown, error) {
	page, err := a.catalog.Shown(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list what was shown: %w", err)
	}
	return page, nil
}

// ShownRecord returns since when the public sees one record as it is, or sees it no more;
// ErrNotFound for what it never saw.
func (a *Archive) ShownRecord(ctx context.Context, id string) (*Shown, error) {
	s, err := a.catalog.ShownRecord(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("what was shown of record %s: %w", id, err)
	}
	return s, nil
}

// FirstShown returns the earliest moment of all that Shown lists, the zero time where that is nothing.
func (a *Archive) FirstShown(ctx context.Context) (time.Time, error) {
	at, err := a.catalog.FirstShown(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("first that was shown: %w", err)
	}
	return at, nil
}

// Activities returns up to limit activities with Number > after, ascending.
func (a *Archive) Activities(ctx context.Context, after int64, limit int) ([]Activity, error) {
	page, err := a.catalog.Activities(ctx, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list activities after %d: %w", after, err)
	}
	return page, nil
}

// LastActivity returns the number of the latest activity, which is how many there are.
func (a *Archive) LastActivity(ctx context.Context) (int64, error) {
	n, err := a.catalog.LastActivity(ctx)
	if err != nil {
		return 0, fmt.Errorf("last activity: %w", err)
	}
	return n, nil
}
