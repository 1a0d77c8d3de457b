package catalog

import (
	"context"
	"testing"
	"time"

	"hexi/archive"
)

// TestAppeared: since when a record is there to be found is told apart from when it was
// last edited, for those who work here and for the public.
func TestAppeared(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		begin := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		now := begin
		a := archive.New(c, words{}, archive.Options{Now: func() time.Time { return now }})
		at := func(day int) time.Time { return begin.AddDate(0, 0, day) }
		closed := func(until string) *archive.Rights {
			if until != "" {
				return &archive.Rights{Tier: archive.TierEmbargoed, Until: until}
			}
			return &archive.Rights{Tier: archive.TierStaff}
		}
		publish := func(title string, rights *archive.Rights) {
			t.Helper()
			r := record("x")
			r.Titles["en"], r.Rights = title, rights
			save(t, a, archive.Draft{Record: r, Publish: true})
		}
		var last int64
		for day, step := range []struct {
			name   string
			do     func()
			news   bool // to those who work here
			opened time.Time
		}{
			{"a draft", func() { save(t, a, archive.Draft{Record: record("x")}) }, false, time.Time{}},
			{"published", func() { publish("one", nil) }, true, at(1)},
			{"edited", func() { publish("two", nil) }, false, at(1)},
			{"a draft of it", func() { save(t, a, archive.Draft{Record: record("x")}) }, false, at(1)},
			{"withdrawn", func() { _ = a.Withdraw(t.Context(), "li", "x") }, false, time.Time{}},
			{"published again", func() { _ = a.Publish(t.Context(), "li", "x") }, true, at(5)},
			{"closed", func() { publish("three", closed("")) }, false, time.Time{}},
			{"opened", func() { publish("four", nil) }, false, at(7)},
			{"under an embargo", func() { publish("five", closed("2026-03-12")) }, false, time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)},
			{"a longer one", func() { publish("six", closed("2026-03-11")) }, false, time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)},
			{"it is over", func() {}, false, time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)},
			{"edited after it", func() { publish("seven", nil) }, false, time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC)},
		} {
			now = at(day)
			before, err := a.LastChange(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			step.do()
			e, err := a.Record(t.Context(), "x")
			if err != nil {
				t.Fatal(err)
			}
			if !e.Opened.Equal(step.opened) {
				t.Errorf("%s: public since %v, want %v", step.name, e.Opened, step.opened)
			}
			if news := e.Appeared > before; news != step.news || !news && e.Appeared != last && e.Appeared != 0 {
				t.Errorf("%s: it appeared with entry %d, the log was at %d, and it had appeared with %d", step.name, e.Appeared, before, last)
			}
			if e.Appeared > 0 {
				last = e.Appeared
				if entries, err := a.Changes(t.Context(), e.Appeared-1, 1); err != nil || entries[0].Action != archive.ActionPublished || entries[0].Record != "x" {
					t.Errorf("%s: entry %d is %+v, %v", step.name, e.Appeared, entries, err)
				}
			}
			if (e.Appeared > 0) != (e.Status() == "published") {
				t.Errorf("%s: %s, and it appeared with %d", step.name, e.Status(), e.Appeared)
			}
		}
		if err := a.Erase(t.Context(), "root", "x", "court order"); err != nil {
			t.Fatal(err)
		}
		var row recordRow
		if err := c.read().find(&row).Where("id = 'x'").Scan(t.Context()); err != nil || row.Appeared != 0 || row.Opened != 0 {
			t.Errorf("erased: %+v, %v", row, err)
		}
	})
}

// TestRebuiltRecordsAppear: records that are read back from packages are public since
// they were, not since they came back.
func TestRebuiltRecordsAppear(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		at := func(hour int) time.Time { return time.Date(2025, 5, 1, hour, 0, 0, 0, time.UTC) }
		open, closed := record("x"), record("x")
		closed.Rights = &archive.Rights{Tier: archive.TierStaff}
		change := func(hour int, action archive.Action, revision int) archive.Change {
			return archive.Change{At: at(hour), By: "li", Action: action, Record: "x", Revision: revision}
		}
		r := archive.Rebuilt{
			Entry: archive.Entry{Record: open, Revision: 3, Published: 3, Created: at(1), Updated: at(5)}, Published: at(5),
			Revisions: []archive.Revision{{Record: closed, Number: 1, At: at(1)}, {Record: open, Number: 2, At: at(2)}, {Record: open, Number: 3, At: at(4), Message: "again"}},
			Changes: []archive.Change{
				change(1, archive.ActionCreated, 1), change(1, archive.ActionPublished, 1), change(2, archive.ActionUpdated, 2), change(3, archive.ActionPublished, 2),
				change(4, archive.ActionUpdated, 3), change(5, archive.ActionPublished, 3),
			},
		}
		if _, err := a.Rebuild(t.Context(), "li", []archive.Rebuilt{r}); err != nil {
			t.Fatal(err)
		}
		e, err := a.PublicRecord(t.Context(), "x")
		if err != nil || !e.Opened.Equal(at(3)) || e.Appeared != 2 {
			t.Errorf("public since %v, with entry %d, %v", e.Opened, e.Appeared, err)
		}
	})
}

// TestOldRecordsHaveAppeared: what was published before there was a column for it.
func TestOldRecordsHaveAppeared(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := empty(t, kind)
			oldCatalogue(t, address, 12)
			old, err := (&restorer{was: State{Schema: 12}}).open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			// A record beside it that is closed.
			for _, statement := range []string{
				`INSERT INTO records (id, collection, kind, part_of, accession, holder, accession_key, revision, published, withdrawn, visible, public_collection, public_kind, public_part_of, created, updated, published_at)
					SELECT 'closed', collection, kind, part_of, '', '', '', 1, 1, withdrawn, visible, public_collection, public_kind, public_part_of, created, updated, published_at FROM records WHERE id = 'r1'`,
				`INSERT INTO revisions (record, number, body, author, message, at) VALUES ('closed', 1, '{"id":"closed","rights":{"tier":"staff"}}', 'li', '', 1)`,
			} {
				if _, err := old.writer.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			c := open(t, address)
			for id, public := range map[string]bool{"r1": true, "closed": false, "w1": false, "d1": false} {
				e, err := c.Entry(context.WithoutCancel(t.Context()), id, false)
				if err != nil {
					t.Fatal(err)
				}
				if !e.Opened.IsZero() != public || (e.Appeared > 0) != public {
					t.Errorf("%s: public since %v, with entry %d", id, e.Opened, e.Appeared)
				}
			}
		})
	}
}
