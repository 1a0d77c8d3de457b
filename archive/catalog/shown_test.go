package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// TestShown: what changes the public's view of a record gives it a later moment and, where it
// has an image, an activity, and nothing else does; what the public never saw is never named.
func TestShown(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		begin := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		now := begin
		a := archive.New(c, words{}, archive.Options{Now: func() time.Time { return now }})
		rights := func(tier archive.Tier, until string) *archive.Rights {
			return &archive.Rights{Tier: tier, Until: until}
		}
		put := func(title, collection string, r *archive.Rights, publish bool) func() error {
			return func() error {
				x := record("x")
				x.Titles["en"], x.Rights, x.Collection = title, r, collection
				_, err := a.Save(t.Context(), "li", archive.Draft{Record: x, Publish: publish})
				return err
			}
		}
		nothing := func() error { return nil }
		const pageOnly archive.ActivityKind = "-"
		for day, step := range []struct {
			name   string
			do     func() error
			kind   archive.ActivityKind // "" for none, pageOnly where it is no activity
			stands string               // "", "shown in COLLECTION" or "gone from COLLECTION"
		}{
			{"a draft", put("one", "dunhuang", nil, false), "", ""},
			{"a draft is withdrawn", func() error { return a.Withdraw(t.Context(), "li", "x") }, "", ""},
			{"closed", put("two", "dunhuang", rights(archive.TierStaff, ""), true), "", ""},
			{"under an embargo", put("three", "dunhuang", rights(archive.TierEmbargoed, "2026-03-06"), true), "", ""},
			{"withdrawn before its end", func() error { return a.Withdraw(t.Context(), "li", "x") }, "", ""},
			{"under it again", func() error { return a.Publish(t.Context(), "li", "x") }, pageOnly, "shown in dunhuang"}, // 2026-03-06
			{"published", put("four", "dunhuang", nil, true), pageOnly, "shown in dunhuang"},
			{"a draft of it", put("five", "folk", nil, false), "", "shown in dunhuang"},
			{"that is published", func() error { return a.Publish(t.Context(), "li", "x") }, pageOnly, "shown in folk"},
			{"an asset", func() error { return ready(t.Context(), a, "x") }, archive.ActivityCreate, "shown in folk"},
			{"edited", put("five and a half", "folk", nil, true), archive.ActivityUpdate, "shown in folk"},
			{"closed by a revision of another collection", put("six", "dunhuang", rights(archive.TierStaff, ""), true), archive.ActivityDelete, "gone from folk"},
			{"closed still", put("seven", "dunhuang", rights(archive.TierStaff, ""), true), "", "gone from folk"},
			{"under a short embargo", put("eight", "dunhuang", rights(archive.TierEmbargoed, "2026-03-15"), true), "", "gone from folk"},
			{"which ends", nothing, archive.ActivityCreate, "shown in dunhuang"}, // 2026-03-15
			{"withdrawn", func() error { return a.Withdraw(t.Context(), "li", "x") }, archive.ActivityDelete, "gone from dunhuang"},
			{"published once more", func() error { return a.Publish(t.Context(), "li", "x") }, archive.ActivityCreate, "shown in dunhuang"},
			{"erased", func() error { return a.Erase(t.Context(), "root", "x", "court order") }, archive.ActivityDelete, "gone from dunhuang"},
		} {
			now = begin.AddDate(0, 0, day)
			last, err := a.LastActivity(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if err := a.NoteOpened(t.Context()); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			news, err := a.Activities(t.Context(), last, 10)
			if err != nil {
				t.Fatal(err)
			}
			want := []archive.Activity{}
			if step.kind != "" && step.kind != pageOnly {
				want = []archive.Activity{{Number: last + 1, At: now, Kind: step.kind, Record: "x"}}
			}
			if diff := cmp.Diff(want, news); diff != "" {
				t.Errorf("%s: activities (-want +got):\n%s", step.name, diff)
			}
			stands := ""
			page, err := a.Shown(t.Context(), archive.ShownQuery{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range page {
				stands += map[bool]string{false: "shown in ", true: "gone from "}[s.Gone] + s.Collection
				if (step.kind != "") != s.At.Equal(now) {
					t.Errorf("%s: it is of %v, and now is %v", step.name, s.At, now)
				}
			}
			if stands != step.stands {
				t.Errorf("%s: it is %q, want %q", step.name, stands, step.stands)
			}
			one, err := a.ShownRecord(t.Context(), "x")
			if len(page) == 0 && !errors.Is(err, archive.ErrNotFound) || len(page) == 1 && (err != nil || *one != page[0]) {
				t.Errorf("%s: alone it is %+v, %v", step.name, one, err)
			}
		}
	})
}

// ready takes an image into a record.
func ready(ctx context.Context, a *archive.Archive, record string) error {
	asset := archive.AssetID(record, sum("image"))
	_, err := a.Receive(ctx, "li", archive.Receipt{
		Asset: asset, Record: record, Kind: archive.AssetImage, Filename: "a.tif", Key: "incoming/" + asset + "/master", Size: 3, SHA512: sum("image"),
	})
	if err == nil {
		err = a.Identified(ctx, asset, "image/tiff", archive.Image{Width: 10, Height: 10})
	}
	if err == nil {
		err = a.Derived(ctx, asset, archive.Access{Version: "v1", Levels: 1, TileSize: 512, Bytes: 9})
	}
	return err
}

// TestShownWhileRecordsChange: whoever goes through what was shown by keys, while records change
// between the pages, has in the end exactly what the public sees, of the archive and of each collection;
// also with clocks that stand or run backwards.
func TestShownWhileRecordsChange(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		random := rand.New(rand.NewPCG(7, 11))
		now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		a := archive.New(c, words{}, archive.Options{Now: func() time.Time { return now }})
		change := func() {
			t.Helper()
			now = now.Add(time.Duration(random.IntN(5)-2) * time.Second)
			r := record(fmt.Sprint("r", random.IntN(20)))
			r.Titles["en"], r.Collection = fmt.Sprint(random.Uint64()), []string{"dunhuang", "folk"}[random.IntN(2)]
			var err error
			switch random.IntN(8) {
			case 0:
				err = a.Withdraw(t.Context(), "li", r.ID)
			case 1:
				r.Rights = &archive.Rights{Tier: archive.TierStaff}
				fallthrough
			default:
				_, err = a.Save(t.Context(), "li", archive.Draft{Record: r, Publish: true})
			}
			if err != nil && !errors.Is(err, archive.ErrNotFound) {
				t.Fatal(err)
			}
		}
		for i := range 20 {
			save(t, a, archive.Draft{Record: record(fmt.Sprint("r", i))})
			if err := ready(t.Context(), a, fmt.Sprint("r", i)); err != nil {
				t.Fatal(err)
			}
		}
		for range 40 {
			change()
		}
		public := func(collection string) map[string]string {
			t.Helper()
			out := map[string]string{}
			entries, _, err := a.List(t.Context(), archive.ListQuery{Published: true, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Record.Rights.Open(now) && (collection == "" || e.Record.Collection == collection) {
					out[e.Record.ID] = e.Record.Titles["en"]
				}
			}
			return out
		}
		type copied struct {
			collection string
			have       map[string]string
		}
		all := []copied{{"", map[string]string{}}, {"dunhuang", map[string]string{}}, {"folk", map[string]string{}}}
		// While it is read it changes; then it is read to its end.
		for _, one := range all {
			var after archive.ShownKey
			for round := 0; ; round++ {
				page, err := a.Shown(t.Context(), archive.ShownQuery{Collection: one.collection, After: after, Limit: 3})
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				for _, s := range page {
					if !s.At.After(after.At) && (!s.At.Equal(after.At) || s.ID <= after.ID) {
						t.Fatalf("%v comes after %v", s.Key(), after)
					}
					after = s.Key()
					delete(one.have, s.ID)
					if !s.Gone {
						e, err := a.PublicRecord(t.Context(), s.ID)
						if err != nil {
							t.Fatal(err)
						}
						one.have[s.ID] = e.Record.Titles["en"]
					}
				}
				if round < 12 {
					change()
				}
			}
			want := public(one.collection)
			// What moved to another collection is not told to those who follow this one.
			if one.collection != "" {
				maps.DeleteFunc(one.have, func(id, _ string) bool {
					s, err := a.ShownRecord(t.Context(), id)
					return err == nil && s.Collection != one.collection
				})
			}
			if diff := cmp.Diff(want, one.have); diff != "" {
				t.Errorf("collection %q (-public +copied):\n%s", one.collection, diff)
			}
		}
		// The list of activities, from its beginning, comes to the same.
		stands := map[string]bool{}
		var after int64
		for {
			page, err := a.Activities(t.Context(), after, 7)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, act := range page {
				if act.Number != after+1 || stands[act.Record] == (act.Kind == archive.ActivityCreate) {
					t.Fatalf("after %d, %s known: %v: %+v", after, act.Record, stands[act.Record], act)
				}
				after, stands[act.Record] = act.Number, act.Kind != archive.ActivityDelete
			}
		}
		maps.DeleteFunc(stands, func(_ string, there bool) bool { return !there })
		if want := public(""); len(stands) != len(want) {
			t.Errorf("by the activities there are %d, and %d are public", len(stands), len(want))
		}
	})
}

// TestShownWithin: a beginning and an end choose by the moment, the first belongs to it and the
// second does not.
func TestShownWithin(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		begin := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
		now := begin
		a := archive.New(c, words{}, archive.Options{Now: func() time.Time { return now }})
		if first, err := a.FirstShown(t.Context()); err != nil || !first.IsZero() {
			t.Errorf("of nothing: %v, %v", first, err)
		}
		at := func(hour int) time.Time { return begin.Add(time.Duration(hour) * time.Hour) }
		for i := range 5 {
			now = at(i)
			save(t, a, archive.Draft{Record: record(fmt.Sprint("r", i)), Publish: true})
		}
		for name, test := range map[string]struct {
			q    archive.ShownQuery
			want string
		}{
			"all":        {archive.ShownQuery{}, "r0r1r2r3r4"},
			"from":       {archive.ShownQuery{From: at(3)}, "r3r4"},
			"before":     {archive.ShownQuery{Before: at(3)}, "r0r1r2"},
			"both":       {archive.ShownQuery{From: at(1), Before: at(3)}, "r1r2"},
			"after":      {archive.ShownQuery{From: at(1), After: archive.ShownKey{At: at(2), ID: "r2"}}, "r3r4"},
			"a key":      {archive.ShownQuery{After: archive.ShownKey{At: at(2), ID: "r1"}}, "r2r3r4"},
			"of another": {archive.ShownQuery{Collection: "folk"}, ""},
			"no text":    {archive.ShownQuery{Collection: "\x00"}, ""},
		} {
			page, err := a.Shown(t.Context(), test.q)
			got := ""
			for _, s := range page {
				got += s.ID
			}
			if err != nil || got != test.want {
				t.Errorf("%s: %q, want %q (%v)", name, got, test.want, err)
			}
		}
		if first, err := a.FirstShown(t.Context()); err != nil || !first.Equal(begin) {
			t.Errorf("first: %v, %v", first, err)
		}
	})
}

// TestRebuiltRecordsAreShownAgain: what is read back from packages is shown, or gone, as of then.
func TestRebuiltRecordsAreShownAgain(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		at := func(hour int) time.Time { return time.Date(2025, 5, 1, hour, 0, 0, 0, time.UTC) }
		open, closed := record("x"), record("x")
		closed.Rights = &archive.Rights{Tier: archive.TierStaff}
		begin := time.Now().Add(-time.Second)
		for id, test := range map[string]struct {
			revisions []archive.Record
			want      string
		}{
			"open":   {[]archive.Record{open}, "shown"},
			"closed": {[]archive.Record{closed}, "unknown"},
			"went":   {[]archive.Record{open, closed}, "gone"},
			"came":   {[]archive.Record{closed, open}, "shown"},
		} {
			r := archive.Rebuilt{Entry: archive.Entry{Revision: len(test.revisions), Published: len(test.revisions), Created: at(1), Updated: at(5)}, Published: at(5)}
			for i, rec := range test.revisions {
				rec.ID = id
				rec.Titles = archive.Text{"zh": fmt.Sprint(i)}
				r.Entry.Record = rec
				r.Revisions = append(r.Revisions, archive.Revision{Record: rec, Number: i + 1, At: at(i + 1)})
				action := archive.ActionUpdated
				if i == 0 {
					action = archive.ActionCreated
				} else if test.revisions[i].Rights != nil {
					r.Changes = append(r.Changes, archive.Change{At: at(i + 1), By: "li", Action: archive.ActionWithdrawn, Record: id, Revision: i})
				}
				r.Changes = append(r.Changes,
					archive.Change{At: at(i + 1), By: "li", Action: action, Record: id, Revision: i + 1},
					archive.Change{At: at(i + 1), By: "li", Action: archive.ActionPublished, Record: id, Revision: i + 1})
			}
			if _, err := a.Rebuild(t.Context(), "li", []archive.Rebuilt{r}); err != nil {
				t.Fatal(err)
			}
			got := "unknown"
			s, err := a.ShownRecord(t.Context(), id)
			if err == nil {
				got = map[bool]string{false: "shown", true: "gone"}[s.Gone]
				if s.At.Before(begin) {
					t.Errorf("%s: of %v, before it was read back", id, s.At)
				}
			}
			if got != test.want {
				t.Errorf("%s: %s, want %s (%v)", id, got, test.want, err)
			}
		}
	})
}

// TestOldRecordsWereShown: what the public saw before there were moments.
func TestOldRecordsWereShown(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := empty(t, kind)
			oldCatalogue(t, address, 13)
			old, err := (&restorer{was: State{Schema: 13}}).open(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			// Beside the others one that was open, and that a later revision closed.
			for _, statement := range []string{
				`INSERT INTO records (id, collection, kind, part_of, accession, holder, accession_key, revision, published, withdrawn, visible, public_collection, public_kind, public_part_of, created, updated, published_at)
					SELECT 'closed', collection, kind, part_of, '', '', '', 2, 2, withdrawn, visible, public_collection, public_kind, public_part_of, created, updated, published_at FROM records WHERE id = 'r1'`,
				`INSERT INTO revisions (record, number, body, author, message, at) VALUES ('closed', 1, '{"id":"closed","collection":"folk"}', 'li', '', 1), ('closed', 2, '{"id":"closed","rights":{"tier":"staff"}}', 'li', '', 2)`,
				`INSERT INTO changes (seq, at, author, action, record, revision, asset, detail, digest, hash) VALUES (24, 1762156999123456, 'li', 'withdrawn', 'closed', 1, '', '', '', '')`,
			} {
				if _, err := old.writer.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if err := old.Close(); err != nil {
				t.Fatal(err)
			}
			c := open(t, address)
			page, err := c.Shown(t.Context(), archive.ShownQuery{})
			if err != nil {
				t.Fatal(err)
			}
			want := []archive.Shown{
				{ID: "r1", At: fromMicros(1762156806123456), Collection: "dunhuang"},
				{ID: "w1", At: fromMicros(1762156814123456), Collection: "dunhuang", Gone: true},
				{ID: "closed", At: fromMicros(1762156999123456), Collection: "folk", Gone: true},
			}
			if diff := cmp.Diff(want, page); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			acts, err := c.Activities(t.Context(), 0, 10)
			got := ""
			for _, act := range acts {
				got += fmt.Sprintf("%d %s %s, ", act.Number, act.Kind, act.Record)
			}
			if got != "1 create r1, " || err != nil {
				t.Errorf("activities: %q, %v", got, err)
			}
		})
	}
}
