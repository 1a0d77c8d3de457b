package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Draft is a record to be saved. IfRevision, when not 0, is the revision that
// the writer had before them: another latest revision is an ErrConflict. NoRevision says
// that there was none: the record is to be new.
// Publish makes the saved revision the one that the public sees.
type Draft struct {
	Record     Record
	Message    string
	IfRevision int
	Publish    bool
}

// NoRevision is the IfRevision of a record that must not be there yet.
const NoRevision = -1

// Outcome says what saving did.
type Outcome string

// The outcomes of a save. Unchanged means that the same content was there
// already: no revision was made.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
)

// Saved is the result of saving one draft. Err is set when this draft was
// refused; the others of the same call are not touched by that.
type Saved struct {
	ID        string
	Revision  int
	Outcome   Outcome
	Published bool // this save published it
	Err       error
}

// Save validates and saves one record as a new revision.
func (a *Archive) Save(ctx context.Context, by string, draft Draft) (Saved, error) {
	saved, err := a.SaveAll(ctx, by, []Draft{draft})
	if err != nil {
		return Saved{}, err
	}
	return saved[0], saved[0].Err
}

// SaveAll saves many records in one transaction, each whole or not at all: a
// draft that is invalid or in conflict gets its Err and the rest goes through.
// The results are in the order of the drafts. A returned error means that
// nothing was saved.
//
// A record with an id is that record. One without is recognised by its
// accession number and holder where it has both; else it is new.
func (a *Archive) SaveAll(ctx context.Context, by string, drafts []Draft) ([]Saved, error) {
	return a.saveAll(ctx, by, drafts, func(ctx context.Context, fn func(context.Context, SaveTx) error) error {
		return a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return fn(ctx, tx) })
	})
}

func (a *Archive) saveAll(ctx context.Context, by string, drafts []Draft, update func(context.Context, func(context.Context, SaveTx) error) error) ([]Saved, error) {
	results := make([]Saved, len(drafts))
	valid := make([]Draft, len(drafts))
	refused := make([]bool, len(drafts)) // by validation, before the transaction, which may run again
	for i, d := range drafts {
		record, err := a.Normalise(ctx, d.Record)
		if err != nil {
			results[i] = Saved{ID: d.Record.ID, Err: err}
			refused[i] = true
			continue
		}
		d.Record = record
		valid[i] = d
	}
	var ids []string
	for i := range valid {
		if !refused[i] && valid[i].Record.ID != "" {
			ids = append(ids, valid[i].Record.ID)
		}
	}
	err := update(ctx, func(ctx context.Context, tx SaveTx) error {
		if len(ids) > 1 {
			if err := tx.Expect(ctx, ids); err != nil {
				return err
			}
		}
		family := newFamily(tx)
		if err := family.ask(ctx, ids); err != nil {
			return err
		}
		for i := range valid {
			if refused[i] {
				continue
			}
			saved, err := a.save(ctx, tx, family, by, valid[i])
			if err != nil && !isRefusal(err) {
				return err
			}
			saved.Err = err
			results[i] = saved
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("save %d records: %w", len(drafts), err)
	}
	return results, nil
}

// isRefusal reports whether an error concerns one draft and not the store.
func isRefusal(err error) bool {
	var invalid *InvalidError
	return errors.Is(err, ErrConflict) || errors.Is(err, ErrErased) || errors.As(err, &invalid)
}

func (a *Archive) save(ctx context.Context, tx SaveTx, family *family, by string, d Draft) (Saved, error) {
	id, err := a.identify(ctx, tx, d.Record)
	if err != nil {
		return Saved{}, err
	}
	d.Record.ID = id
	current, err := tx.Entry(ctx, id)
	switch {
	case errors.Is(err, ErrNotFound):
		current = &Entry{}
	case errors.Is(err, ErrErased):
		return Saved{ID: id}, err // which names it
	case err != nil:
		return Saved{ID: id}, fmt.Errorf("read record %s: %w", id, err)
	}
	if d.IfRevision == NoRevision && current.Revision != 0 {
		return Saved{ID: id, Revision: current.Revision}, fmt.Errorf("record %s is there already, at revision %d: %w", id, current.Revision, ErrConflict)
	}
	if d.IfRevision > 0 && d.IfRevision != current.Revision {
		return Saved{ID: id, Revision: current.Revision},
			fmt.Errorf("record %s is at revision %d, not %d: %w", id, current.Revision, d.IfRevision, ErrConflict)
	}

	saved := Saved{ID: id, Revision: current.Revision, Outcome: Unchanged}
	same, err := sameRecord(current.Record, d.Record)
	if err != nil {
		return saved, err
	}
	if current.Revision == 0 || !same {
		if err := a.checkTree(ctx, tx, family, &current.Record, &d.Record); err != nil {
			return saved, err
		}
		if err := a.checkRegions(ctx, tx, &current.Record, &d.Record); err != nil {
			return saved, err
		}
		saved.Revision++
		action := ActionUpdated
		saved.Outcome = Updated
		if current.Revision == 0 {
			action, saved.Outcome = ActionCreated, Created
		}
		rev := Revision{Record: d.Record, Number: saved.Revision, At: a.Now(), By: by, Message: d.Message}
		if err := tx.PutRevision(ctx, rev); err != nil {
			return saved, fmt.Errorf("save record %s: %w", id, err)
		}
		family.moved(id, current.Record.PartOf, d.Record.PartOf)
		change := Change{At: rev.At, By: by, Action: action, Record: id, Revision: rev.Number}
		if _, err := tx.AddChange(ctx, change); err != nil {
			return saved, fmt.Errorf("log change of %s: %w", id, err)
		}
	}
	if d.Publish && (current.Published != saved.Revision || current.Withdrawn) {
		if err := a.publish(ctx, tx, by, current, d.Record, saved.Revision); err != nil {
			return saved, err
		}
		saved.Published = true
	}
	return saved, nil
}

// identify finds the id under which a record is, or is to be, kept.
func (a *Archive) identify(ctx context.Context, tx SaveTx, r Record) (string, error) {
	if r.ID != "" {
		return r.ID, nil
	}
	accession, holder := r.Identifier("accession"), r.Holder()
	if accession != "" && holder != "" {
		id, err := tx.FindByAccession(ctx, accession, holder)
		if err == nil {
			return id, nil
		}
		if !errors.Is(err, ErrNotFound) {
			return "", fmt.Errorf("look up accession %s of %s: %w", accession, holder, err)
		}
	}
	return a.newID(), nil
}

func sameRecord(a, b Record) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("encode record %s: %w", a.ID, err)
	}
	right, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("encode record %s: %w", b.ID, err)
	}
	return bytes.Equal(left, right), nil
}

// Publish makes a record's latest revision the one that the public sees.
// Publishing what is published already changes nothing.
func (a *Archive) Publish(ctx context.Context, by, id string) error {
	return a.PublishRevision(ctx, by, id, 0)
}

// PublishRevision is Publish for who has seen a revision: another latest one is an
// ErrConflict. 0 is whichever is the latest.
func (a *Archive) PublishRevision(ctx context.Context, by, id string, ifRevision int) error {
	return a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		e, err := tx.Entry(ctx, id)
		if err == nil {
			err = e.at(ifRevision)
		}
		if err != nil {
			return fmt.Errorf("publish %s: %w", id, err)
		}
		if e.Published == e.Revision && !e.Withdrawn {
			return nil
		}
		return a.publish(ctx, tx, by, e, e.Record, e.Revision)
	})
}

// publish makes a revision the one that the public sees, and record is what it
// says; before is how the record stood. Where the public saw what went before and
// does not see this, the record is withdrawn from it, and the log says so first.
func (a *Archive) publish(ctx context.Context, tx SaveTx, by string, before *Entry, record Record, revision int) error {
	id, at := record.ID, a.Now()
	if before.Published > 0 && before.Published != revision && !before.Withdrawn && !record.Rights.Open(at) {
		was, err := tx.Revision(ctx, id, before.Published)
		if err != nil {
			return fmt.Errorf("published revision of %s: %w", id, err)
		}
		if was.Record.Rights.Open(at) {
			change := Change{At: at, By: by, Action: ActionWithdrawn, Record: id, Revision: before.Published}
			if _, err := tx.AddChange(ctx, change); err != nil {
				return fmt.Errorf("log withdrawal of %s: %w", id, err)
			}
		}
	}
	if err := tx.SetPublished(ctx, id, revision, false, at, record.Rights.Opens(at)); err != nil {
		return fmt.Errorf("publish %s: %w", id, err)
	}
	if before.Withdrawn {
		if err := tx.DropTombstone(ctx, id); err != nil {
			return fmt.Errorf("lift tombstone of %s: %w", id, err)
		}
	}
	change := Change{At: at, By: by, Action: ActionPublished, Record: id, Revision: revision}
	if _, err := tx.AddChange(ctx, change); err != nil {
		return fmt.Errorf("log publication of %s: %w", id, err)
	}
	return nil
}
