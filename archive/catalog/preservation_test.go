package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// clocked is an archive whose clock the test sets.
type clocked struct {
	*archive.Archive
	now time.Time
}

func newClocked(c *Catalog) *clocked {
	a := &clocked{now: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)}
	a.Archive = archive.New(c, words{}, archive.Options{Now: func() time.Time { return a.now }})
	return a
}

// signedOn lets a worker take packages.
func signedOn(t *testing.T, c *Catalog) *heartbeat {
	t.Helper()
	h := newHeartbeat(c, c.log)
	if err := h.beat(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

func take(t *testing.T, a *clocked, worker string, resting bool) []string {
	t.Helper()
	due, err := a.TakeDue(t.Context(), worker, resting, 100)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range due {
		names = append(names, fmt.Sprintf("%s@%d", d.Package, d.Seq))
	}
	slices.Sort(names)
	return names
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestPackagesAreDue(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a, w := newClocked(c), signedOn(t, c)
		early, later := signedOn(t, c), signedOn(t, c)
		save(t, a.Archive, archive.Draft{Record: record("draft")})                 // 1
		save(t, a.Archive, archive.Draft{Record: record("public"), Publish: true}) // 2, 3
		save(t, a.Archive, archive.Draft{Record: record("image")})                 // 4
		_, err := a.Receive(t.Context(), "li", archive.Receipt{
			Asset: "a1", Record: "image", Kind: archive.AssetImage, Filename: "壁画.tif", Key: "incoming/a1/master", Size: 3, SHA512: "ab",
		}) // 5
		if err != nil {
			t.Fatal(err)
		}
		same(t, "at once", take(t, a, early.id, false), []string{"public@3"})
		a.now = a.now.Add(time.Minute)
		same(t, "after a minute", take(t, a, later.id, false), []string{"image@5"})
		a.now = a.now.Add(3 * time.Minute)
		same(t, "after four", take(t, a, w.id, false), nil)
		edited := record("draft")
		edited.Titles = archive.Text{"zh": "改"}
		save(t, a.Archive, archive.Draft{Record: edited}) // 6: does not put it off
		a.now = a.now.Add(time.Minute)
		same(t, "after five", take(t, a, w.id, false), []string{"draft@6"})

		// What changes while it is written is due again, by its own time.
		edited.Titles["zh"] = "又改"
		save(t, a.Archive, archive.Draft{Record: edited}) // 7
		if err := a.Archive.Preserved(t.Context(), w.id, []archive.Preserved{
			{Package: "draft", Seq: 6, Head: 1, Clean: true},
		}); err != nil {
			t.Fatal(err)
		}
		same(t, "what it left unsaid", take(t, a, early.id, false), []string{"public@3"})
		if err := a.Archive.Preserved(t.Context(), early.id, []archive.Preserved{{Package: "public", Seq: 3, Head: 1, Clean: true}}); err != nil {
			t.Fatal(err)
		}
		same(t, "too early", take(t, a, w.id, false), nil)
		p, err := a.Preservation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "status", p, archive.Preservation{Packages: 3, Waiting: 1, Resting: 1, Oldest: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)})
		// What came after the sixth change is not waited for where only that is asked for.
		if p, err = a.PreservationOf(t.Context(), 6); err != nil {
			t.Fatal(err)
		}
		same(t, "up to the sixth change", p, archive.Preservation{Packages: 3, Waiting: 1, Oldest: time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)})
		same(t, "whatever rests", take(t, a, w.id, true), []string{"draft@7"})
		due, err := a.TakeDue(t.Context(), early.id, true, 100)
		if err != nil || len(due) != 0 {
			t.Errorf("taken twice: %v, %v", due, err)
		}
	})
}

func TestPackagesOfTheDeadAndTheFailed(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a, dead, alive := newClocked(c), signedOn(t, c), signedOn(t, c)
		save(t, a.Archive, archive.Draft{Record: record("r"), Publish: true})
		same(t, "taken", take(t, a, dead.id, false), []string{"r@2"})
		same(t, "by another", take(t, a, alive.id, false), nil)
		if err := dead.stop(t.Context()); err != nil { // as takeOver signs it off
			t.Fatal(err)
		}
		same(t, "of the dead", take(t, a, alive.id, false), []string{"r@2"})
		// The dead one was only slow: what it says does not count any more.
		if err := a.Archive.Preserved(t.Context(), dead.id, []archive.Preserved{{Package: "r", Seq: 2, Head: 1, Clean: true}}); err != nil {
			t.Fatal(err)
		}
		for i, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
			if err := a.PreserveFailed(t.Context(), alive.id, "r", errors.New("disk full \x00\xff")); err != nil {
				t.Fatal(err)
			}
			p, err := a.Preservation(t.Context())
			if err != nil || p.Failing != 1 || p.Waiting != 1 || p.Error != "r: disk full " {
				t.Errorf("after failure %d: %+v, %v", i+1, p, err)
			}
			a.now = a.now.Add(wait - time.Millisecond)
			same(t, "too early", take(t, a, alive.id, false), nil)
			a.now = a.now.Add(time.Millisecond)
			same(t, "again", take(t, a, alive.id, false), []string{"r@2"})
		}
		if err := a.LeavePackage(t.Context(), alive.id, "r"); err != nil {
			t.Fatal(err)
		}
		same(t, "left", take(t, a, alive.id, false), []string{"r@2"})
		// Not clean: it stays with its worker, and is taken again when that dies.
		written := archive.Preserved{Package: "r", Seq: 2, Head: 1}
		if err := a.Archive.Preserved(t.Context(), alive.id, []archive.Preserved{written}); err != nil {
			t.Fatal(err)
		}
		same(t, "not clean", take(t, a, dead.id, false), nil)
		if err := alive.stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		next := signedOn(t, c)
		due, err := a.TakeDue(t.Context(), next.id, false, 10)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "to be cleaned", due, []archive.Due{{Package: "r", Seq: 2, Head: 1}})
		written.Clean = true
		if err := a.Archive.Preserved(t.Context(), next.id, []archive.Preserved{written}); err != nil {
			t.Fatal(err)
		}
		p, err := a.Preservation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "at the end", p, archive.Preservation{Packages: 1})
	})
}

func TestPackagesAreTakenOnce(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newClocked(c)
		const records, workers = 60, 4
		var drafts []archive.Draft
		for i := range records {
			drafts = append(drafts, archive.Draft{Record: record(fmt.Sprintf("r%02d", i)), Publish: true})
		}
		if _, err := a.SaveAll(t.Context(), "li", drafts); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		times := map[string]int{}
		var running sync.WaitGroup
		for range workers {
			w := signedOn(t, c)
			running.Go(func() {
				for {
					due, err := a.TakeDue(t.Context(), w.id, false, 7)
					if err != nil {
						t.Error(err)
						return
					}
					if len(due) == 0 {
						return
					}
					var done []archive.Preserved
					mu.Lock()
					for _, d := range due {
						times[d.Package]++
						done = append(done, archive.Preserved{Package: d.Package, Seq: d.Seq, Head: 1, Clean: true})
					}
					mu.Unlock()
					// What it says nothing of it would be given again.
					if err := a.Archive.Preserved(t.Context(), w.id, done); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		running.Wait()
		if len(times) != records {
			t.Errorf("%d packages were taken, not %d", len(times), records)
		}
		for id, n := range times {
			if n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
	})
}

func TestDossier(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newClocked(c)
		r := record("r")
		for i := range 3 {
			r.Titles = archive.Text{"zh": fmt.Sprint("第", i+1, "稿")}
			save(t, a.Archive, archive.Draft{Record: r, Publish: i == 1, Message: fmt.Sprint("m", i+1)}) // 1; 2, 3; 4
			a.now = a.now.Add(time.Hour)
		}
		save(t, a.Archive, archive.Draft{Record: record("other")}) // 5
		for _, id := range []string{"a1", "a2"} {                  // of the same name: the first is superseded
			_, err := a.Receive(t.Context(), "li", archive.Receipt{
				Asset: id, Record: "r", Kind: archive.AssetImage, Filename: "x.tif", Key: "incoming/" + id + "/master", Size: 3, SHA512: "ab",
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return errors.Join(
				tx.MoveMaster(ctx, archive.Moved{Asset: "a1", From: "incoming/a1/master", To: "ocfl/x"}),
				tx.MoveMaster(ctx, archive.Moved{Asset: "a2", From: "incoming/elsewhere", To: "ocfl/y"}))
		})
		id, err := c.ID(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		d, err := a.Dossier(t.Context(), "r", archive.DossierQuery{})
		if err != nil {
			t.Fatal(err)
		}
		var revisions, assets, changes []string
		for _, rev := range d.Revisions {
			revisions = append(revisions, fmt.Sprint(rev.Number, " ", rev.Message, " ", rev.Record.Titles["zh"]))
		}
		for _, asset := range d.Entry.Assets {
			assets = append(assets, fmt.Sprint(asset.ID, " ", asset.State, " ", asset.Master.Key))
		}
		for _, change := range d.Changes {
			changes = append(changes, fmt.Sprint(change.Seq, " ", change.Action))
		}
		same(t, "revisions", revisions, []string{"1 m1 第1稿", "2 m2 第2稿", "3 m3 第3稿"})
		same(t, "assets", assets, []string{"a1 superseded ocfl/x", "a2 received incoming/a2/master"})
		same(t, "changes", changes, []string{"1 created", "2 updated", "3 published", "4 updated", "6 asset-added", "7 asset-superseded", "8 asset-added"})
		if d.Log != id || d.Seq != 8 || d.Entry.Revision != 3 || d.Entry.Published != 2 || !d.Published.Equal(time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("got %+v", d)
		}
		d, err = a.Dossier(t.Context(), "r", archive.DossierQuery{FromRevision: 3, Log: id, AfterChange: 7})
		if err != nil || len(d.Revisions) != 1 || d.Revisions[0].Number != 3 || len(d.Changes) != 1 || d.Changes[0].Seq != 8 || d.Seq != 8 {
			t.Errorf("a part: %+v, %v", d, err)
		}
		if d, err = a.Dossier(t.Context(), "r", archive.DossierQuery{Log: "another", AfterChange: 7}); err != nil || len(d.Changes) != 7 {
			t.Errorf("after a change of another log: %+v, %v", d, err)
		}
		for _, id := range []string{"none", "", "hexi:users", "a\x00"} {
			if _, err := a.Dossier(t.Context(), id, archive.DossierQuery{}); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestUsersWantTheirPackage(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a, w := newClocked(c), signedOn(t, c)
		for _, role := range []archive.Role{archive.RoleViewer, archive.RoleAdmin} {
			if err := a.AddUser(t.Context(), "root", "wang", role, ""); err != nil {
				t.Fatal(err)
			}
		}
		a.now = time.Now().Add(time.Minute)
		same(t, "due", take(t, a, w.id, false), []string{"hexi:users@2"})
	})
}

// TestOldCatalogueWantsPackages: what was there before there were packages is written.
func TestOldCatalogueWantsPackages(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x"), Publish: true})
		save(t, newArchive(c), archive.Draft{Record: record("y")})
		backTo(t, c, 6)
		again := open(t, address)
		same(t, "due", take(t, newClocked(again), signedOn(t, again).id, false), []string{"x@2", "y@3"})
	})
}
