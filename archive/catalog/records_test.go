package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

func TestRevisionsAndPublication(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		if s := save(t, a, archive.Draft{Record: record("x")}); s.Outcome != archive.Created || s.Revision != 1 {
			t.Errorf("first save: %+v", s)
		}
		if _, err := a.PublicRecord(t.Context(), "x"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a draft is public: %v", err)
		}
		if s := save(t, a, archive.Draft{Record: record("x"), Publish: true}); s.Outcome != archive.Unchanged || !s.Published {
			t.Errorf("publishing the same: %+v", s)
		}
		published, err := a.PublicRecord(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		changed := record("x")
		changed.Titles["en"] = "Bhaisajyaguru"
		if s := save(t, a, archive.Draft{Record: changed, Message: "better", IfRevision: 1}); s.Outcome != archive.Updated || s.Revision != 2 {
			t.Errorf("second save: %+v", s)
		}
		public, err := a.PublicRecord(t.Context(), "x")
		if err != nil || public.Record.Titles["en"] != "Medicine Buddha" || public.Published != 1 || public.Revision != 2 {
			t.Errorf("the public sees %+v, %v", public, err)
		}
		staff, err := a.Record(t.Context(), "x")
		if err != nil || staff.Record.Titles["en"] != "Bhaisajyaguru" || staff.Record.Titles["zh"] != "药师经变 & <飞天> x" {
			t.Errorf("staff see %+v, %v", staff, err)
		}
		if !public.Updated.Equal(published.Updated) || !staff.Updated.After(public.Updated) {
			t.Errorf("a draft changed when the public record was updated: %s, then %s; the draft %s", published.Updated, public.Updated, staff.Updated)
		}
		if _, err := a.Save(t.Context(), "wang", archive.Draft{Record: record("x"), IfRevision: 1}); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("a save over an old revision: %v", err)
		}
		revs, err := a.Revisions(t.Context(), "x")
		if err != nil || len(revs) != 2 || revs[0].Number != 2 || revs[0].Message != "better" || revs[0].By != "li" || revs[0].Record.ID != "x" {
			t.Errorf("revisions: %+v, %v", revs, err)
		}
		first, err := a.Revision(t.Context(), "x", 1)
		if err != nil || first.Record.Titles["en"] != "Medicine Buddha" {
			t.Errorf("revision 1: %+v, %v", first, err)
		}
		if _, err := a.Revision(t.Context(), "x", 3); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("revision 3: %v", err)
		}
		for _, change := range []func(context.Context, string, string) error{a.Withdraw, a.Withdraw, a.Publish, a.Publish} {
			if err := change(t.Context(), "li", "x"); err != nil {
				t.Fatal(err)
			}
		}
		changes, err := a.Changes(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for i, change := range changes {
			actions = append(actions, string(change.Action))
			if change.Seq != int64(i+1) || change.Record != "x" || change.By != "li" {
				t.Errorf("change %d: %+v", i, change)
			}
		}
		want := []string{"created", "published", "updated", "withdrawn", "published"}
		if !slices.Equal(actions, want) {
			t.Errorf("changes = %v, want %v", actions, want)
		}
	})
}

func TestSaveAllTakesWhatIsRight(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("old")})
		bad := record("bad")
		bad.Kind = "dragon"
		unknown := record("no-collection")
		unknown.Collection = "atlantis"
		nul := archive.Draft{Record: record("nul"), Message: "a\x00b"} // refused inside the transaction
		results, err := a.SaveAll(t.Context(), "li", []archive.Draft{
			{Record: record("a")}, {Record: bad}, {Record: record("old"), IfRevision: 7}, {Record: unknown}, nul, {Record: record("b")},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, wantErr := range []bool{false, true, true, true, true, false} {
			if (results[i].Err != nil) != wantErr {
				t.Errorf("draft %d: %+v", i, results[i])
			}
		}
		if n, err := c.Count(t.Context(), archive.ListQuery{}); n != 3 || err != nil {
			t.Errorf("%d records, %v; want 3", n, err)
		}
	})
}

func TestAccessionIsTheKey(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		withNumber := func(number, holder string) archive.Record {
			r := record("")
			r.Identifiers = []archive.Identifier{{Type: "accession", Value: number}}
			r.Rights = &archive.Rights{Holder: archive.Text{"zh": holder}}
			return r
		}
		first := save(t, a, archive.Draft{Record: withNumber("甘博-0001", "甘肃省博物馆")})
		again := withNumber("甘博-0001", "甘肃省博物馆")
		again.Titles = archive.Text{"zh": "新名"}
		if second := save(t, a, archive.Draft{Record: again}); first.ID != second.ID || second.Revision != 2 {
			t.Errorf("the same accession number made %+v and %+v", first, second)
		}
		if other := save(t, a, archive.Draft{Record: withNumber("甘博-0001", "敦煌研究院")}); other.ID == first.ID {
			t.Error("another holder's number is the same record")
		}
		// As long as the domain takes it, which is longer than an index does.
		long := strings.Repeat("敦", 900)
		if one, two := save(t, a, archive.Draft{Record: withNumber("1", long)}), save(t, a, archive.Draft{Record: withNumber("1", long)}); one.ID != two.ID {
			t.Errorf("a long holder made %+v and %+v", one, two)
		}
		// Two rows of one sheet.
		results, err := a.SaveAll(t.Context(), "li", []archive.Draft{{Record: withNumber("2", "a")}, {Record: withNumber("2", "a")}, {Record: withNumber("2", "b")}})
		if err != nil || results[0].ID != results[1].ID || results[0].ID == results[2].ID || results[1].Outcome != archive.Unchanged {
			t.Errorf("in one transaction: %+v, %v", results, err)
		}
		// A record that gets another number is no longer found by the first.
		moved := withNumber("甘博-0002", "甘肃省博物馆")
		moved.ID = first.ID
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			if _, err := tx.Entry(ctx, first.ID); err != nil {
				return err
			}
			if err := tx.PutRevision(ctx, archive.Revision{Record: moved, Number: 3, At: time.Now()}); err != nil {
				return err
			}
			if id, err := tx.FindByAccession(ctx, "甘博-0001", "甘肃省博物馆"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("found by the old number: %s, %v", id, err)
			}
			if id, err := tx.FindByAccession(ctx, "甘博-0002", "甘肃省博物馆"); id != first.ID {
				t.Errorf("found by the new number: %s, %v", id, err)
			}
			return nil
		})
		if id, err := c.FindByAccession(t.Context(), "甘博-0002", "甘肃省博物馆"); id != first.ID {
			t.Errorf("found by the new number: %s, %v", id, err)
		}
		for _, pair := range [][2]string{{"", ""}, {"甘博-0002", ""}, {"a\x00", "b"}, {"\xff", "b"}} {
			if id, err := c.FindByAccession(t.Context(), pair[0], pair[1]); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("found by %q: %s, %v", pair, id, err)
			}
		}
	})
}

func TestLists(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		var drafts []archive.Draft
		for i := range 1203 {
			r := record(fmt.Sprintf("r%04d", i))
			if i%3 == 0 {
				r.Collection = "folk"
			}
			if i%7 == 0 {
				r.Rights = &archive.Rights{Tier: archive.TierStaff}
			}
			drafts = append(drafts, archive.Draft{Record: r, Publish: i%2 == 0})
		}
		if _, err := a.SaveAll(t.Context(), "li", drafts); err != nil {
			t.Fatal(err)
		}
		count := func(q archive.ListQuery) int {
			n, last := 0, ""
			for {
				page, next, err := a.List(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page {
					if e.Record.ID <= last {
						t.Fatalf("%s comes after %s", e.Record.ID, last)
					}
					last = e.Record.ID
					n++
				}
				if q.After = next; next == "" {
					return n
				}
			}
		}
		if n := count(archive.ListQuery{Limit: 97}); n != 1203 {
			t.Errorf("all: %d", n)
		}
		if n := count(archive.ListQuery{Collection: "folk", Limit: 50}); n != 401 {
			t.Errorf("folk: %d", n)
		}
		if n := count(archive.ListQuery{Published: true, Limit: 100}); n != 516 {
			t.Errorf("public: %d", n)
		}
		if n, err := c.Count(t.Context(), archive.ListQuery{Published: true}); n != 602 || err != nil {
			t.Errorf("published: %d, %v", n, err)
		}
		for _, q := range []archive.ListQuery{{Collection: "folk", Kind: "cave"}, {PartOf: "cave-2"}, {Collection: "a\x00"}, {PartOf: "\xff", Published: true}, {Collection: "' OR 1=1 --"}} {
			if n, err := c.Count(t.Context(), q); n != 0 || err != nil {
				t.Errorf("%+v: %d, %v", q, n, err)
			}
			if found, err := c.List(t.Context(), q); len(found) != 0 || err != nil {
				t.Errorf("%+v: %d, %v", q, len(found), err)
			}
		}
		ids := []string{"r0005", "nothing", "r0004", "r0004", "\x00", "r0002"}
		got, err := c.Entries(t.Context(), ids, true)
		if err != nil || len(got) != 2 || got[0].Record.ID != "r0004" || got[1].Record.ID != "r0002" {
			t.Errorf("entries: %+v, %v", got, err)
		}
		ids = nil
		for i := range 1203 {
			ids = append(ids, fmt.Sprintf("r%04d", 1202-i))
		}
		if got, err := c.Entries(t.Context(), ids, false); err != nil || len(got) != 1203 || got[0].Record.ID != "r1202" {
			t.Errorf("all entries: %d, %v", len(got), err)
		}
	})
}

// TestListsGoByBytes: a database that sorts like a dictionary would order these
// otherwise, and a cursor made on one would lose records on the other.
func TestListsGoByBytes(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		want := []string{"a", "_b", "B", "a-1", "A", "a1", "0", "a_1", "aB", "-z", "ab"}
		for _, id := range want {
			save(t, a, archive.Draft{Record: record(id), Publish: true})
		}
		slices.Sort(want)
		for _, published := range []bool{false, true} {
			var got []string
			q := archive.ListQuery{Limit: 2, Published: published, Collection: "dunhuang"}
			for {
				page, err := c.List(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, e := range page {
					got = append(got, e.Record.ID)
				}
				q.After = got[len(got)-1]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// TestPublicListsGoByThePublishedRevision: a draft that moves a record to
// another collection moves nothing that the public sees.
func TestPublicListsGoByThePublishedRevision(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x"), Publish: true})
		moved := record("x")
		moved.Collection, moved.PartOf, moved.Kind = "folk", "", archive.KindCave
		save(t, a, archive.Draft{Record: moved})
		check := func(q archive.ListQuery, want int) {
			t.Helper()
			n, err := c.Count(t.Context(), q)
			if err != nil || n != want {
				t.Errorf("count of %+v: %d, %v; want %d", q, n, err, want)
			}
			page, err := c.List(t.Context(), q)
			if err != nil || len(page) != want {
				t.Errorf("list of %+v: %d, %v; want %d", q, len(page), err, want)
			}
		}
		check(archive.ListQuery{Collection: "dunhuang"}, 0)
		check(archive.ListQuery{Collection: "folk", Kind: archive.KindCave}, 1)
		check(archive.ListQuery{Collection: "dunhuang", Kind: archive.KindMural, PartOf: "cave-1", Published: true}, 1)
		check(archive.ListQuery{Collection: "folk", Published: true}, 0)
		if err := a.Publish(t.Context(), "li", "x"); err != nil {
			t.Fatal(err)
		}
		check(archive.ListQuery{Collection: "folk", Published: true}, 1)
		check(archive.ListQuery{PartOf: "cave-1", Published: true}, 0)
		// Back to the first revision.
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return tx.SetPublished(ctx, "x", 1, false, time.Now(), time.Now())
		})
		check(archive.ListQuery{Collection: "dunhuang", PartOf: "cave-1", Published: true}, 1)
		if err := a.Withdraw(t.Context(), "li", "x"); err != nil {
			t.Fatal(err)
		}
		check(archive.ListQuery{Published: true}, 0)
		check(archive.ListQuery{}, 1)
		if _, err := c.Entry(t.Context(), "x", true); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a withdrawn record is public: %v", err)
		}
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return tx.SetPublished(ctx, "x", 0, false, time.Now(), time.Now())
		})
		if e, err := c.Entry(t.Context(), "x", false); err != nil || e.Status() != "draft" {
			t.Errorf("a record with no published revision: %+v, %v", e, err)
		}
	})
}

// TestKeptAsItIs: what a record says comes back byte for byte, and the database
// holds it in a form that people can read.
func TestKeptAsItIs(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		r := record("x")
		r.Titles["zh"] = "𠮷野 é é ' \" \\ \u2028 <b>& 🏺"
		r.Extra = map[string]json.RawMessage{"b": []byte(`{"z":1.50,"a":[1e3,"<"]}`), "a": []byte("null")}
		save(t, a, archive.Draft{Record: r, Message: "它's — «ok» \\x"})
		e, err := c.Entry(t.Context(), "x", false)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r, e.Record); diff != "" {
			t.Error(diff)
		}
		if s := save(t, a, archive.Draft{Record: e.Record}); s.Outcome != archive.Unchanged {
			t.Errorf("saving what was read: %+v", s)
		}
		var row revisionRow
		if err := c.read().find(&row).Where("record = ?", "x").Scan(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(row.Body, "𠮷野") || !strings.Contains(row.Body, "<b>& 🏺") || !strings.Contains(row.Body, `"extra":{"a":null,"b":{"z":1.50,"a":[1e3,"<"]}}`) {
			t.Errorf("kept as %s", row.Body)
		}
		if row.Message != "它's — «ok» \\x" {
			t.Errorf("message %q", row.Message)
		}
	})
}

func TestTimesAreUTC(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		at := time.Date(2026, 11, 24, 7, 30, 1, 123456789, time.FixedZone("", 8*3600))
		want := time.Date(2026, 11, 23, 23, 30, 1, 123456000, time.UTC)
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			if err := tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 1, At: at}); err != nil {
				return err
			}
			if err := tx.PutAsset(ctx, archive.Asset{ID: "a", Record: "x", Received: at}); err != nil {
				return err
			}
			if err := tx.PutUser(ctx, archive.User{Name: "li", Created: at}); err != nil {
				return err
			}
			_, err := tx.AddChange(ctx, archive.Change{At: at, Record: "x"})
			return err
		})
		e, err := c.Entry(t.Context(), "x", false)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := c.Changes(t.Context(), 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		u, err := c.User(t.Context(), "li")
		if err != nil {
			t.Fatal(err)
		}
		rev, err := c.Revision(t.Context(), "x", 1)
		if err != nil {
			t.Fatal(err)
		}
		for what, got := range map[string]time.Time{
			"created": e.Created, "updated": e.Updated, "received": e.Assets[0].Received, "change": changes[0].At, "user": u.Created, "revision": rev.At,
		} {
			if got != want {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	})
}

// TestOpenMarks: pages of public records begin and end at ids that the public may know.
func TestOpenMarks(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		for i := range 9 {
			r := record(fmt.Sprintf("r%d", i))
			switch i {
			case 1, 3:
				r.Rights = &archive.Rights{Tier: archive.TierStaff}
			case 4:
				r.Rights = &archive.Rights{Tier: archive.TierEmbargoed, Until: "2999-01-01"}
			case 5:
				r.Rights = &archive.Rights{Tier: archive.TierEmbargoed, Until: "2001-01-01"}
			}
			save(t, a, archive.Draft{Record: r, Publish: i != 7})
		}
		// The public sees r0, r2, r5, r6 and r8.
		for every, want := range map[int]string{1: "r0 r2 r5 r6 r8", 2: "r2 r6", 3: "r5", 6: ""} {
			marks, err := a.PublicMarks(t.Context(), every)
			if err != nil || strings.Join(marks, " ") != want {
				t.Errorf("every %d of the public records: %q, %v, want %q", every, marks, err, want)
			}
		}
	})
}
