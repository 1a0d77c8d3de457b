package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// goneOf returns the tombstone that an error speaks of.
func goneOf(t *testing.T, err error) *archive.Tombstone {
	t.Helper()
	var gone *archive.GoneError
	if !errors.As(err, &gone) || !errors.Is(err, archive.ErrNotFound) {
		t.Fatalf("%v is not of what is gone", err)
	}
	return &gone.Tombstone
}

func TestWithdrawalLeavesATombstone(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		closed := record("closed")
		closed.Rights = &archive.Rights{Tier: archive.TierStaff}
		for _, d := range []archive.Draft{{Record: record("x"), Publish: true}, {Record: record("draft")}, {Record: closed, Publish: true}} {
			save(t, a, d)
		}
		reason := archive.Text{"zh": " 权利人要求 ", "en": "The owner asked for it", "fr": ""}
		if err := a.WithdrawAs(t.Context(), "li", "x", archive.Withdrawal{Reason: reason, ShowTitle: true, IfRevision: 9}); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("of another revision: %v", err)
		}
		long := archive.Withdrawal{Reason: archive.Text{"zh": strings.Repeat("长", 2001)}}
		var invalid *archive.InvalidError
		if err := a.WithdrawAs(t.Context(), "li", "x", long); !errors.As(err, &invalid) || !strings.HasPrefix(invalid.Field, "reason") {
			t.Errorf("a long reason: %v", err)
		}
		if err := a.WithdrawAs(t.Context(), "li", "x", archive.Withdrawal{Reason: reason, ShowTitle: true, IfRevision: 1}); err != nil {
			t.Fatal(err)
		}
		_, err := a.PublicRecord(t.Context(), "x")
		stone := goneOf(t, err)
		if diff := cmp.Diff(archive.Text{"zh": "权利人要求", "en": "The owner asked for it"}, stone.Reason); diff != "" || stone.Title["en"] != "Medicine Buddha" || stone.By != "li" || stone.Erased != 0 {
			t.Errorf("the tombstone is %+v %s", stone, diff)
		}
		if _, err := a.Record(t.Context(), "x"); err != nil {
			t.Errorf("those who work here: %v", err)
		}
		for _, id := range []string{"draft", "closed"} { // what nobody saw leaves nothing
			if err := a.Withdraw(t.Context(), "li", id); err != nil {
				t.Fatal(err)
			}
			var gone *archive.GoneError
			if _, err := a.PublicRecord(t.Context(), id); !errors.Is(err, archive.ErrNotFound) || errors.As(err, &gone) {
				t.Errorf("%s: %v", id, err)
			}
		}
		if err := a.Publish(t.Context(), "li", "x"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.PublicRecord(t.Context(), "x"); err != nil {
			t.Errorf("published again: %v", err)
		}
		if _, err := a.Tombstone(t.Context(), "x"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("the tombstone stayed: %v", err)
		}
		// Without a reason, and without its title.
		if err := a.Withdraw(t.Context(), "wang", "x"); err != nil {
			t.Fatal(err)
		}
		_, err = a.PublicRecord(t.Context(), "x")
		if stone := goneOf(t, err); stone.Reason != nil || stone.Title != nil || stone.By != "wang" {
			t.Errorf("the second tombstone is %+v", stone)
		}
		changes, err := a.Changes(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var withdrawn []string
		for _, change := range changes {
			if change.Action == archive.ActionWithdrawn && change.Record == "x" {
				withdrawn = append(withdrawn, string(change.Detail))
			}
		}
		want := []string{`{"reason":{"en":"The owner asked for it","zh":"权利人要求"},"showTitle":true}`, ""}
		if diff := cmp.Diff(want, withdrawn); diff != "" {
			t.Errorf("the log: %s", diff)
		}
		if found, _ := breaks(t, a); len(found) != 0 {
			t.Errorf("%+v", found)
		}
	})
}

func TestErasure(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := logged(t, c) // x: public, two revisions, three assets
		secret := record("y")
		secret.Titles["en"] = "SECRET title"
		secret.Identifiers = []archive.Identifier{{Type: "accession", Value: "SECRET-1"}}
		secret.Rights = &archive.Rights{Holder: archive.Text{"zh": "SECRET 馆"}}
		save(t, a, archive.Draft{Record: secret, Message: "SECRET message", Publish: true})
		sum := strings.Repeat("5e", 64)
		id := archive.AssetID("y", sum)
		if _, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: id, Record: "y", Kind: archive.AssetImage, Filename: "SECRET.tif", Key: "incoming/" + id + "/master", Size: 5, SHA512: sum, Batch: "SECRET"}); err != nil {
			t.Fatal(err)
		}
		head, err := a.LogHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range []string{"", "ab", "误", "    ", strings.Repeat("x", 2001)} {
			var invalid *archive.InvalidError
			if err := a.Erase(t.Context(), "root", "y", reason); !errors.As(err, &invalid) || invalid.Field != "reason" {
				t.Errorf("for the reason %.10q: %v", reason, err)
			}
		}
		if err := a.Erase(t.Context(), "root", "none", "court order"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
		if err := a.Erase(t.Context(), "root", "y", "court order 7"); err != nil {
			t.Fatal(err)
		}
		// Nothing of it is left in any table.
		for table, columns := range map[string]string{
			"records": "accession, holder, collection", "revisions": "body, message", "assets": "filename, batch, sha512, image",
			"changes": "detail", "tombstones": "reason, title", "jobs": "batch",
		} {
			for column := range strings.SplitSeq(columns, ", ") {
				var n int
				query := fmt.Sprintf("SELECT count(*) FROM %s WHERE %s LIKE '%%SECRET%%'", table, column)
				if err := c.others.QueryRowContext(t.Context(), query).Scan(&n); err != nil || n != 0 {
					t.Errorf("%s.%s still holds %d of it, %v", table, column, n, err)
				}
			}
		}
		for name, read := range map[string]func() error{
			"record":   func() error { _, err := a.Record(t.Context(), "y"); return err },
			"public":   func() error { _, err := a.PublicRecord(t.Context(), "y"); return err },
			"revision": func() error { _, err := a.Revision(t.Context(), "y", 1); return err },
			"save":     func() error { _, err := a.Save(t.Context(), "li", archive.Draft{Record: record("y")}); return err },
			"publish":  func() error { return a.Publish(t.Context(), "li", "y") },
			"withdraw": func() error { return a.Withdraw(t.Context(), "li", "y") },
			"receive": func() error {
				_, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: "a2", Record: "y", Filename: "b.tif", Key: "k", Size: 1, SHA512: "ab"})
				return err
			},
			"derived": func() error { return a.Derived(t.Context(), id, archive.Access{}) },
			"layers":  func() error { _, err := a.SetLayers(t.Context(), "li", "y", archive.Layers{id: nil}); return err },
		} {
			err := read()
			var gone *archive.GoneError
			if !errors.Is(err, archive.ErrErased) && !errors.As(err, &gone) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for what, n := range map[string]func() (int, error){
			"lists":  func() (int, error) { l, _, err := a.List(t.Context(), archive.ListQuery{}); return len(l), err },
			"counts": func() (int, error) { return c.Count(t.Context(), archive.ListQuery{}) },
			"ids":    func() (int, error) { l, err := c.RecordIDs(t.Context(), "", 100); return len(l), err },
		} {
			if n, err := n(); n != 2 || err != nil {
				t.Errorf("%s has %d, %v; want x and z", what, n, err)
			}
		}
		if left, err := a.Assets(t.Context(), archive.AssetQuery{Record: "y"}); len(left) != 0 || err != nil {
			t.Errorf("its assets are listed: %+v, %v", left, err)
		}
		results, err := a.SaveAll(t.Context(), "li", []archive.Draft{{Record: record("y")}, {Record: record("z2")}})
		if err != nil || results[0].Err == nil || results[1].Err != nil {
			t.Errorf("one row of a sheet with its id: %+v, %v", results, err)
		}
		// The chain holds, also against what was noted before.
		found, proof := breaks(t, a, head)
		if len(found) != 0 {
			t.Errorf("the log after it: %+v", found)
		}
		changes, err := a.Changes(t.Context(), head.Seq, 1)
		if err != nil || len(changes) != 1 || changes[0].Action != archive.ActionErased || changes[0].By != "root" ||
			string(changes[0].Detail) != `{"reason":"court order 7","assets":1,"public":true}` || changes[0].Seq > proof.Head.Seq {
			t.Errorf("its entry: %+v, %v", changes, err)
		}
		// What is to be removed from the object store is known until it is.
		again := newArchive(open(t, address))
		todo, err := again.ToPurge(t.Context(), "y")
		if err != nil || len(todo) != 1 || todo[0].Master.Key != "incoming/"+id+"/master" {
			t.Errorf("left to purge: %+v, %v", todo, err)
		}
		if counts := jobCounts(t, c, ""); counts[archive.JobWaiting] != 4 { // identify the three of x, erase
			t.Errorf("jobs: %v", counts)
		}
		if err := a.Erase(t.Context(), "root", "y", "once more"); err != nil {
			t.Errorf("again: %v", err)
		}
		for range 2 {
			if err := again.Purged(t.Context(), "y"); err != nil {
				t.Fatal(err)
			}
		}
		if todo, err := again.ToPurge(t.Context(), "y"); err != nil || len(todo) != 1 || todo[0].Master.Key != "" {
			t.Errorf("after it: %+v, %v", todo, err)
		}
		if stone, err := a.Tombstone(t.Context(), "y"); err != nil || !stone.Purged || stone.Erased != head.Seq+1 || stone.Title != nil {
			t.Errorf("tombstone: %+v, %v", stone, err)
		}
		if found, _ := breaks(t, a, head); len(found) != 0 {
			t.Errorf("the log after all: %+v", found)
		}
		// No package of it is written any more.
		due, err := a.TakeDue(t.Context(), "", true, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range due {
			if d.Package == "y" {
				t.Errorf("its package is due: %+v", d)
			}
		}
		// An entry that says so is needed for what claims to have been erased.
		if _, err := c.others.ExecContext(t.Context(), "UPDATE assets SET state = 'erased', sha512 = '' WHERE record = 'x'"); err != nil {
			t.Fatal(err)
		}
		if found, _ := breaks(t, a); len(found) != 3 || found[0].Kind != archive.BreakErased {
			t.Errorf("assets of x were blanked: %+v", found)
		}
	})
}

// TestErasureWaitsForTheWriter: while a worker writes the record's package, nothing is
// purged that it would bring back.
func TestErasureWaitsForTheWriter(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x"), Publish: true})
		if _, err := c.others.ExecContext(t.Context(), "INSERT INTO workers (id, host, pid, born, seen) VALUES ('w', '', 1, '', $1)", time.Now().UnixMicro()); err != nil {
			t.Fatal(err)
		}
		due, err := a.TakeDue(t.Context(), "w", true, 10)
		if err != nil || len(due) != 1 {
			t.Fatalf("%+v, %v", due, err)
		}
		if err := a.Erase(t.Context(), "root", "x", "court order"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.ToPurge(t.Context(), "x"); !errors.Is(err, archive.ErrBusy) {
			t.Errorf("while it is written: %v", err)
		}
		if err := a.Preserved(t.Context(), "w", []archive.Preserved{{Package: "x", Seq: 1, Head: 1, Clean: true}}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.ToPurge(t.Context(), "x"); err != nil {
			t.Errorf("after it: %v", err)
		}
		if due, err := a.TakeDue(t.Context(), "w", true, 10); err != nil || len(due) != 1 || due[0].Package != archive.PackageErased {
			t.Errorf("due again: %+v, %v", due, err) // the list of what was erased alone
		}
	})
}

// Why a package could not be written can name files: an erasure forgets it, also what a
// worker says of it that was at it meanwhile.
func TestErasureForgetsReasons(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x"), Publish: true})
		reason := func() string {
			t.Helper()
			var row preservationRow
			if err := c.read().find(&row).Where("package = 'x'").Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			return row.Error
		}
		fail := func() {
			t.Helper()
			if _, err := c.write().update((*preservationRow)(nil)).Set("error = 'store secret.jpg: no space'").Where("package = 'x'").Exec(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		fail()
		if err := a.Erase(t.Context(), "li", "x", "court order"); err != nil {
			t.Fatal(err)
		}
		if got := reason(); got != "" {
			t.Errorf("after it: %q", got)
		}
		fail()
		if err := a.Purged(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if got := reason(); got != "" {
			t.Errorf("at its end: %q", got)
		}
	})
}

// TestOldWithdrawalsGetTombstones: those of before there were any.
func TestOldWithdrawalsGetTombstones(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := newArchive(c)
		closed := record("closed")
		closed.Rights = &archive.Rights{Tier: archive.TierStaff}
		for _, d := range []archive.Draft{{Record: record("x"), Publish: true}, {Record: record("draft")}, {Record: closed, Publish: true}, {Record: record("stands"), Publish: true}} {
			save(t, a, d)
		}
		for _, id := range []string{"x", "draft", "closed"} {
			if err := a.Withdraw(t.Context(), "li", id); err != nil {
				t.Fatal(err)
			}
		}
		backTo(t, c, 8)
		again := newArchive(open(t, address))
		_, err := again.PublicRecord(t.Context(), "x")
		if stone := goneOf(t, err); stone.At.IsZero() || stone.Erased != 0 {
			t.Errorf("%+v", stone)
		}
		for _, id := range []string{"draft", "closed", "stands"} {
			if _, err := again.Tombstone(t.Context(), id); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s has a tombstone: %v", id, err)
			}
		}
	})
}
