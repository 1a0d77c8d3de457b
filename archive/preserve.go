package archive

import (
	"context"
	"fmt"
	"math"
	"time"
)

// How long a change rests before its package is written. What the public sees is written
// at once; a master waits for what will be known of it in a moment, so that both come
// into one version; a draft that somebody types at becomes a version now and then, not
// at each save.
const (
	restMaster = time.Minute
	restDraft  = 5 * time.Minute
)

// Rest returns how long the preservation package may wait after a change of that kind.
// The time counts from the first change that the package does not hold yet, so that one
// who goes on editing does not put it off for ever.
func (a Action) Rest() time.Duration {
	switch a {
	case ActionCreated, ActionUpdated, ActionAssetLayer:
		return restDraft
	case ActionAssetAdded, ActionAssetAccepted:
		return restMaster
	}
	return 0
}

// PackageUsers is the preservation package of the users' names and roles. Names of
// packages that are no record's hold a colon, which no id of a record does.
const PackageUsers = "hexi:users"

// PackageErased is the preservation package that names the records that were erased for
// ever, so that they do not come back when the catalogue is lost.
const PackageErased = "hexi:erased"

// PackageVocabularies is the preservation package of the archive's own vocabularies and
// profiles.
const PackageVocabularies = "hexi:vocabularies"

// Package returns which preservation package is to hold the change; "" for none.
func (c *Change) Package() string {
	switch c.Action {
	case ActionUserAdded, ActionUserChanged, ActionUserDisabled:
		return PackageUsers
	case ActionErased:
		return PackageErased
	case ActionPurged:
		return "" // there is to be none
	}
	return c.Record
}

// Due is a preservation package that is to be written, taken by one worker.
type Due struct {
	Package string // a record's id, or one of hexi's own
	Seq     int64  // the last change that concerns it
	Head    int    // its latest version as far as the catalogue knows, 0 for none
	Clean   bool   // no master lies in two places
}

// DossierQuery says from where on a dossier is wanted: what comes before stands in the
// package already. The zero value asks for all.
type DossierQuery struct {
	FromRevision int    // the first revision, 0 for all
	Log          string // the catalogue that numbered AfterChange
	AfterChange  int64  // only changes after this one; all where another catalogue numbered it
}

// Dossier is what the catalogue holds of one record at one moment.
type Dossier struct {
	Log       string   // the identity of the catalogue, which numbers the changes
	Before    []string // the identities of those that it was put back from
	Entry     Entry    // at the latest revision; its Assets are all there are, superseded ones included
	Published time.Time
	Tombstone *Tombstone // of a record that was withdrawn and that the public saw; else nil
	Revisions []Revision // ascending
	Changes   []Change   // about the record, ascending
	Seq       int64      // of the last change about the record, be it among Changes or before
}

// Moved is a master that now lies elsewhere.
type Moved struct {
	Asset    string
	From, To string // keys
}

// Preserved says that a package was written.
type Preserved struct {
	Package string
	Seq     int64 // of the last change that it holds
	Head    int   // its latest version
	Masters []Moved
	// Clean: no master lies in two places. Until then the package stays with its worker.
	Clean bool
}

// PackageState says how one package stands.
type PackageState struct {
	Known   bool   // it was wanted once
	Written bool   // there is a version of it
	Due     bool   // changes wait to be written to it, or are being written
	Taken   bool   // a worker is at it
	Error   string // why the last attempt to write it failed; "" if it did not
}

// Preservation says how far the packages are behind.
type Preservation struct {
	Packages int       `json:"packages"`        // that were ever wanted
	Waiting  int       `json:"waiting"`         // due, or being written
	Resting  int       `json:"resting"`         // changed lately, not due yet
	Failing  int       `json:"failing"`         // of both: whose last attempt failed
	Oldest   time.Time `json:"oldest,omitzero"` // since when the longest of those due has waited
	Error    string    `json:"error,omitempty"` // why the last attempt of one of those failing failed
}

// PackageCatalog is what the Archive service needs of the catalogue for preservation
// packages.
type PackageCatalog interface {
	// TakeDue gives up to limit packages to a worker, which has signed on: those due by
	// then, the longest first, those of workers that are no more, and those that it took
	// before and said nothing of. With resting, also those that are not due yet.
	TakeDue(ctx context.Context, worker string, now time.Time, resting bool, limit int) ([]Due, error)
	// GiveBack returns a package that a worker took: due again then, for the reason if
	// there is one.
	GiveBack(ctx context.Context, worker, pkg string, due time.Time, reason string) error
	// Attempts is how often the package has failed since it was last written.
	Attempts(ctx context.Context, pkg string) (int, error)
	// Dossier returns all about a record, as it stood at one moment.
	Dossier(ctx context.Context, id string, q DossierQuery) (*Dossier, error)
	// Erasures returns the tombstones of all records that were erased, in the order of
	// their ids.
	Erasures(ctx context.Context) ([]Tombstone, error)
	// Dossiers returns all about those of the records that have a short history and are not
	// withdrawn, as they stood at one moment; the others are left out.
	Dossiers(ctx context.Context, ids []string) (map[string]*Dossier, error)
	// Preservation counts, see Archive.PreservationOf.
	Preservation(ctx context.Context, now time.Time, upTo int64) (Preservation, error)
	// RebuildState is what NoteRebuild noted last, "" for nothing.
	RebuildState(ctx context.Context) (string, error)
}

// PackageTx is what a transaction does about preservation packages. What is wanted it
// notes by itself, with each change.
type PackageTx interface {
	// MoveMaster notes that a master lies elsewhere, if it lay where it is said to have.
	MoveMaster(ctx context.Context, m Moved) error
	// Preserved notes what a worker has written. A package that another one has taken
	// meanwhile is left to that.
	Preserved(ctx context.Context, worker string, done []Preserved, now time.Time) error
	// HasPackage notes that a package is there, and holds all up to that change.
	HasPackage(ctx context.Context, p Preserved) error
	// Rebuild sets where a record stands whose revisions were put in this transaction,
	// and when it came there.
	Rebuild(ctx context.Context, r Rebuilt) error
	// NoteRebuild notes the state of a rebuild.
	NoteRebuild(ctx context.Context, state string) error
}

// TakeDue gives up to limit packages that are to be written to a worker, which must
// call Preserved or PreserveFailed for each before it takes more: what it was given and
// has said nothing of is given to it again. With resting, also those that are not due
// yet.
func (a *Archive) TakeDue(ctx context.Context, worker string, resting bool, limit int) ([]Due, error) {
	due, err := a.catalog.TakeDue(ctx, worker, a.Now(), resting, limit)
	if err != nil {
		return nil, fmt.Errorf("take packages to be written: %w", err)
	}
	return due, nil
}

// Dossier returns all about a record, as it stood at one moment.
func (a *Archive) Dossier(ctx context.Context, id string, q DossierQuery) (*Dossier, error) {
	d, err := a.catalog.Dossier(ctx, id, q)
	if err != nil {
		return nil, fmt.Errorf("read all about record %s: %w", id, err)
	}
	return d, nil
}

// Erasures returns the tombstones of all records that were erased, in the order of their
// ids.
func (a *Archive) Erasures(ctx context.Context) ([]Tombstone, error) {
	stones, err := a.catalog.Erasures(ctx)
	if err != nil {
		return nil, fmt.Errorf("list what was erased: %w", err)
	}
	return stones, nil
}

// Dossiers returns all about those of the records that have a short history and are not
// withdrawn, by their ids, as they stood at one moment. The others, and what is not
// there, are left out.
func (a *Archive) Dossiers(ctx context.Context, ids []string) (map[string]*Dossier, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := a.catalog.Dossiers(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read all about %d records: %w", len(ids), err)
	}
	return out, nil
}

// Preserved notes what a worker has written, and where the masters lie now, in one
// transaction.
func (a *Archive) Preserved(ctx context.Context, worker string, done []Preserved) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		for _, p := range done {
			for _, m := range p.Masters {
				if err := tx.MoveMaster(ctx, m); err != nil {
					return fmt.Errorf("move master of asset %s: %w", m.Asset, err)
				}
			}
		}
		return tx.Preserved(ctx, worker, done, a.Now())
	})
	if err != nil {
		return fmt.Errorf("note %d packages: %w", len(done), err)
	}
	return nil
}

// maxPreserveWait is the longest that a package waits which could not be written.
const maxPreserveWait = 10 * time.Minute

// PreserveFailed gives a package back that could not be written. It is tried again after
// a second, and after each further failure in a row after twice the time; nothing is
// ever given up.
func (a *Archive) PreserveFailed(ctx context.Context, worker, pkg string, cause error) error {
	attempts, err := a.catalog.Attempts(ctx, pkg)
	if err != nil {
		return fmt.Errorf("give back package %s: %w", pkg, err)
	}
	wait := min(time.Second<<min(attempts, 20), maxPreserveWait)
	if err := a.catalog.GiveBack(ctx, worker, pkg, a.Now().Add(wait), cause.Error()); err != nil {
		return fmt.Errorf("give back package %s: %w", pkg, err)
	}
	return nil
}

// LeavePackage gives a package back that was not begun.
func (a *Archive) LeavePackage(ctx context.Context, worker, pkg string) error {
	if err := a.catalog.GiveBack(ctx, worker, pkg, a.Now(), ""); err != nil {
		return fmt.Errorf("give back package %s: %w", pkg, err)
	}
	return nil
}

// Preservation says how far the preservation packages are behind the catalogue.
func (a *Archive) Preservation(ctx context.Context) (Preservation, error) {
	return a.PreservationOf(ctx, math.MaxInt64)
}

// PreservationOf is like Preservation, but waiting, resting and failing are only those
// that lack a change of the log up to upTo, or whose masters lie in two places.
func (a *Archive) PreservationOf(ctx context.Context, upTo int64) (Preservation, error) {
	p, err := a.catalog.Preservation(ctx, a.Now(), upTo)
	if err != nil {
		return Preservation{}, fmt.Errorf("count packages: %w", err)
	}
	return p, nil
}
