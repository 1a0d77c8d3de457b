package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Rebuilt is a record as it was read back from its preservation package.
type Rebuilt struct {
	Entry     Entry // its Assets are all there are, superseded ones included
	Published time.Time
	Opened    time.Time  // as in Entry; Rebuild finds it out
	Seen      bool       // the public saw it at some time; Rebuild finds it out
	Tombstone *Tombstone // of a record that was withdrawn and that the public saw; else nil
	Revisions []Revision // ascending, all of them
	Changes   []Change   // what was logged of it, in that order, by the catalogue before
	From      RestoredDetail
}

// RestoredDetail is the detail of ActionRestored: the version of the package that the
// record was read from, and up to which entry of which catalogue's log that one goes.
type RestoredDetail struct {
	Log     string `json:"log"`
	Change  int64  `json:"change"`
	Version int    `json:"version"`
}

// The states of a rebuild, as the catalogue notes them.
const (
	rebuildRunning = "running"
	rebuildDone    = ""
)

// BeginRebuild prepares the catalogue to be filled from packages. One that holds
// records already is refused (ErrExists), unless they came from a rebuild that did not
// come to its end: then it goes on.
func (a *Archive) BeginRebuild(ctx context.Context) error {
	state, err := a.catalog.RebuildState(ctx)
	if err != nil {
		return fmt.Errorf("begin rebuild: %w", err)
	}
	if state == rebuildRunning {
		return nil
	}
	n, err := a.catalog.Count(ctx, ListQuery{})
	if err != nil {
		return fmt.Errorf("begin rebuild: %w", err)
	}
	if n > 0 {
		return fmt.Errorf("the catalogue holds %d records; a rebuild fills an empty one: move the database away, or name another one: %w", n, ErrExists)
	}
	return a.noteRebuild(ctx, rebuildRunning)
}

// EndRebuild ends a rebuild that has come to its end; with again, one may go on with
// what could not be read.
func (a *Archive) EndRebuild(ctx context.Context, again bool) error {
	if again {
		return nil
	}
	return a.noteRebuild(ctx, rebuildDone)
}

func (a *Archive) noteRebuild(ctx context.Context, state string) error {
	err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error { return tx.NoteRebuild(ctx, state) })
	if err != nil {
		return fmt.Errorf("note rebuild: %w", err)
	}
	return nil
}

// Rebuild puts records back that were read from packages, with their revisions, assets
// and history, in one transaction, and returns how many: those that are there already
// are left as they are. What was logged of them is logged again, with its old times,
// and then that they were restored. Access copies that are missing get their jobs.
func (a *Archive) Rebuild(ctx context.Context, by string, records []Rebuilt) (n int, err error) {
	err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		n = 0 // the transaction may run again
		for i := range records {
			done, err := a.rebuild(ctx, tx, by, &records[i])
			if err != nil {
				return fmt.Errorf("record %s: %w", records[i].Entry.Record.ID, err)
			}
			if done {
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("restore %d records: %w", len(records), err)
	}
	return n, nil
}

// opened finds out of what was logged since when the public sees the record, and whether it
// ever saw it by then.
func (r *Rebuilt) opened(now time.Time) (since time.Time, seen bool) {
	of := func(revision int) *Rights {
		if revision < 1 || revision > len(r.Revisions) {
			return nil
		}
		return r.Revisions[revision-1].Record.Rights
	}
	logged := false
	sees := func(at time.Time) bool { return !since.IsZero() && !since.After(at) }
	for _, c := range r.Changes {
		switch c.Action {
		case ActionWithdrawn:
			seen = seen || sees(c.At)
			since = time.Time{}
		case ActionPublished:
			seen = seen || sees(c.At)
			since, logged = Opened(since, c.At, of(c.Revision).Opens(c.At)), true
		}
	}
	if !logged && r.Entry.Published > 0 {
		since = of(r.Entry.Published).Opens(r.Published)
	}
	return since, seen || sees(now) || r.Tombstone != nil && r.Tombstone.Public
}

func (a *Archive) rebuild(ctx context.Context, tx Tx, by string, r *Rebuilt) (bool, error) {
	id := r.Entry.Record.ID
	if _, err := tx.Entry(ctx, id); err == nil {
		return false, nil
	} else if !errors.Is(err, ErrNotFound) {
		return false, err
	}
	for _, rev := range r.Revisions {
		if err := tx.PutRevision(ctx, rev); err != nil {
			return false, fmt.Errorf("revision %d: %w", rev.Number, err)
		}
	}
	r.Opened, r.Seen = r.opened(a.Now())
	if err := tx.Rebuild(ctx, *r); err != nil {
		return false, err
	}
	FillVersions(r.Entry.Assets, r.Changes)
	if err := checkVersions(r.Entry.Assets); err != nil {
		return false, err
	}
	if r.Tombstone != nil {
		if err := tx.PutTombstone(ctx, *r.Tombstone); err != nil {
			return false, err
		}
	}
	for _, asset := range r.Entry.Assets {
		if err := tx.PutAsset(ctx, asset); err != nil {
			return false, fmt.Errorf("asset %s: %w", asset.ID, err)
		}
		next := map[AssetState]JobKind{AssetReceived: JobIdentify, AssetIdentified: JobDerive}[asset.State]
		if next == "" {
			continue
		}
		if err := tx.AddJob(ctx, Job{Kind: next, Record: id, Asset: asset.ID, Batch: asset.Batch}); err != nil {
			return false, fmt.Errorf("job for asset %s: %w", asset.ID, err)
		}
	}
	for _, c := range r.Changes {
		if _, err := tx.AddChange(ctx, c); err != nil {
			return false, fmt.Errorf("log %s: %w", c.Action, err)
		}
	}
	what, err := detail(r.From)
	if err != nil {
		return false, err
	}
	change := Change{At: a.Now(), By: by, Action: ActionRestored, Record: id, Revision: r.Entry.Revision, Detail: what}
	seq, err := tx.AddChange(ctx, change)
	if err != nil {
		return false, fmt.Errorf("log %s: %w", change.Action, err)
	}
	// The package holds it all but for this entry, which goes with the next version.
	return true, tx.HasPackage(ctx, Preserved{Package: id, Seq: seq, Head: r.From.Version, Clean: true})
}

// checkVersions sees to it that what assets of a record say of each other names assets
// of that record, and that who follows what replaced an asset comes to an end.
func checkVersions(assets []Asset) error {
	next := make(map[string]string, len(assets))
	for i := range assets {
		next[assets[i].ID] = assets[i].ReplacedBy
	}
	for i := range assets {
		a := &assets[i]
		for field, id := range map[string]string{"place": a.Place, "replacing": a.Replacing, "replaces": a.Replaces, "replacedBy": a.ReplacedBy} {
			if _, ok := next[id]; id != "" && (!ok || id == a.ID) {
				return Invalid("package", "asset %s names %.140q as %s, which is no other asset of its record", a.ID, id, field)
			}
		}
		end := a.ID
		for n := 0; next[end] != ""; n++ {
			if end = next[end]; n > len(assets) {
				return Invalid("package", "asset %s was replaced by one that it replaced itself", a.ID)
			}
		}
	}
	return nil
}

// erasedAtOnce is how many erasures are noted again in one transaction.
const erasedAtOnce = 200

// RebuildErased notes again that records were erased, as their package says (Record, At
// and Public of the tombstones), and returns how many were not known to be. What is left
// of them in the object store is removed by jobs. Of many, those before an error are noted.
func (a *Archive) RebuildErased(ctx context.Context, by string, stones []Tombstone) (n int, err error) {
	for some := range slices.Chunk(stones, erasedAtOnce) {
		var noted int
		err := a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
			noted = 0 // the transaction may run again
			for _, stone := range some {
				done, err := a.rebuildErased(ctx, tx, by, stone)
				if err != nil {
					return fmt.Errorf("record %s: %w", stone.Record, err)
				}
				if done {
					noted++
				}
			}
			return nil
		})
		if err != nil {
			return n, fmt.Errorf("note %d records as erased: %w", len(some), err)
		}
		n += noted
	}
	return n, nil
}

func (a *Archive) rebuildErased(ctx context.Context, tx Tx, by string, stone Tombstone) (bool, error) {
	id := stone.Record
	revision := 1
	switch e, err := tx.Entry(ctx, id); {
	case errors.Is(err, ErrErased):
		return false, nil
	case err == nil:
		revision = e.Revision
	case !errors.Is(err, ErrNotFound):
		return false, err
	default:
		// The id is taken by a revision that says nothing, and is erased at once: that is
		// what the catalogue has of a record that was erased.
		if err := tx.PutRevision(ctx, Revision{Record: Record{ID: id}, Number: 1, At: stone.At}); err != nil {
			return false, err
		}
		if _, err := tx.AddChange(ctx, Change{At: stone.At, By: by, Action: ActionCreated, Record: id, Revision: 1}); err != nil {
			return false, err
		}
	}
	what, err := detail(ErasureDetail{Reason: "the preservation packages say that it was erased", Public: stone.Public})
	if err != nil {
		return false, err
	}
	stone.Erased, err = tx.AddChange(ctx, Change{At: stone.At, By: by, Action: ActionErased, Record: id, Revision: revision, Detail: what})
	if err != nil {
		return false, fmt.Errorf("log it: %w", err)
	}
	if err := tx.Erase(ctx, stone); err != nil {
		return false, err
	}
	return true, tx.AddJob(ctx, Job{Kind: JobErase, Record: id})
}

// RebuildUsers puts users back who were read from their package, without anything to
// sign in with. Those whose names are there already are left as they are.
func (a *Archive) RebuildUsers(ctx context.Context, by string, users []User, version int) (n int, err error) {
	err = a.catalog.Update(ctx, func(ctx context.Context, tx Tx) error {
		n = 0
		for _, u := range users {
			if _, err := tx.User(ctx, u.Name); err == nil {
				continue
			} else if !errors.Is(err, ErrNotFound) {
				return err
			}
			u.PasswordHash = ""
			if err := a.putUser(ctx, tx, by, ActionUserAdded, u); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("restore %d users: %w", len(users), err)
	}
	return n, nil
}
