package catalog

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hexi/archive"
)

// logged fills a catalogue with every kind of entry that the log has.
func logged(t *testing.T, c *Catalog) *archive.Archive {
	t.Helper()
	a := newArchive(c)
	for _, id := range []string{"x", "y", "z"} {
		save(t, a, archive.Draft{Record: record(id), Message: "第一稿 " + id})
	}
	changed := record("x")
	changed.Titles["en"] = "Another"
	save(t, a, archive.Draft{Record: changed, Publish: true})
	for i, sum := range []string{"aa", "bb"} {
		receipt := archive.Receipt{
			Asset: archive.AssetID("x", sum), Record: "x", Kind: archive.AssetImage, Filename: fmt.Sprintf("%d.tif", i), Key: "k" + sum, Size: 9,
			SHA512: strings.Repeat(sum, 64), Batch: "b",
		}
		if _, err := a.Receive(t.Context(), "li", receipt); err != nil {
			t.Fatal(err)
		}
	}
	better := archive.Receipt{Asset: archive.AssetID("x", "cc"), Record: "x", Kind: archive.AssetImage, Filename: "0.tif", Key: "kcc", Size: 9, SHA512: strings.Repeat("cc", 64)}
	if _, err := a.Receive(t.Context(), "li", better); err != nil {
		t.Fatal(err)
	}
	if err := a.Refuse(t.Context(), archive.AssetID("x", "bb"), archive.Failure{Code: "not-an-image", Why: "no"}); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(context.Context, string, string) error{a.Withdraw, a.Publish} {
		if err := change(t.Context(), "wang", "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.AddUser(t.Context(), "root", "li", archive.RoleCurator, "$argon2id$one"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.AddToken(t.Context(), "root", "li"); err != nil {
		t.Fatal(err)
	}
	if err := a.AddUser(t.Context(), "root", "wang", archive.RoleEditor, ""); err != nil {
		t.Fatal(err)
	}
	if err := a.DisableUser(t.Context(), "root", "wang"); err != nil {
		t.Fatal(err)
	}
	return a
}

func breaks(t *testing.T, a *archive.Archive, witnesses ...archive.LogHead) ([]archive.Break, archive.LogProof) {
	t.Helper()
	var out []archive.Break
	proof, err := a.VerifyLog(t.Context(), archive.VerifyOptions{Witnesses: witnesses}, func(b archive.Break) error {
		out = append(out, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if proof.Breaks != int64(len(out)) {
		t.Errorf("%d breaks are counted, %d told", proof.Breaks, len(out))
	}
	return out, proof
}

func TestLogIsChained(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := logged(t, c)
		found, proof := breaks(t, a)
		if len(found) != 0 {
			t.Fatalf("a log that nobody touched: %+v", found)
		}
		head, err := a.LogHead(t.Context())
		if err != nil || head != proof.Head || proof.Revisions != 4 || proof.Assets != 3 {
			t.Errorf("head %+v, proof %+v, %v", head, proof, err)
		}
		changes, err := a.Changes(t.Context(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		previous := ""
		for _, change := range changes {
			actions = append(actions, string(change.Action))
			// As docs/data-model.md says that anybody can compute it.
			sum := ""
			if change.Detail != nil {
				sum = fmt.Sprintf("%x", sha256.Sum256(change.Detail))
			}
			text := fmt.Sprintf("%s\x00%d\x00%d\x00%s\x00%s\x00%s\x00%d\x00%s\x00%s\x00%s\x00", previous, change.Seq, change.At.UnixMicro(), change.By,
				change.Action, change.Record, change.Revision, change.Asset, change.Digest, sum)
			if want := fmt.Sprintf("%x", sha256.Sum256([]byte(text))); change.Hash != want {
				t.Errorf("entry %d has the hash %s, want %s", change.Seq, change.Hash, want)
			}
			previous = change.Hash
		}
		want := []string{
			"created", "created", "created", "updated", "published", "asset-added", "asset-added", "asset-superseded", "asset-added", "asset-refused",
			"withdrawn", "published", "user-added", "token-added", "user-added", "user-disabled",
		}
		if diff := cmp.Diff(want, actions); diff != "" {
			t.Errorf("actions: %s", diff)
		}
		body, err := encodeRecord(record("y"))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := changes[1].Digest, fmt.Sprintf("%x", sha256.Sum256([]byte(body+"\x00第一稿 y"))); got != want {
			t.Errorf("the entry vouches for %s, want %s", got, want)
		}
		// Another process goes on where this one left the log.
		save(t, newArchive(open(t, address)), archive.Draft{Record: record("another")})
		save(t, a, archive.Draft{Record: record("and-this-one")})
		if found, proof := breaks(t, a, head); len(found) != 0 || proof.Entries != head.Seq+2 {
			t.Errorf("%+v, %+v", found, proof)
		}
	})
}

// TestBrokenLogIsTold: whatever is done to the database beside hexi, the log tells.
func TestBrokenLogIsTold(t *testing.T) {
	type brk = archive.Break
	for _, test := range []struct {
		name   string
		tamper []string
		want   []brk
	}{
		{"an entry says another name", []string{"UPDATE changes SET author = 'nobody' WHERE seq = 5"}, []brk{{Kind: archive.BreakAltered, Seq: 5, Record: "x"}}},
		{"an entry says another time", []string{"UPDATE changes SET at = at + 1 WHERE seq = 5"}, []brk{{Kind: archive.BreakAltered, Seq: 5, Record: "x"}}},
		{"an entry says another detail", []string{"UPDATE changes SET detail = '{}' WHERE seq = 8"}, []brk{{Kind: archive.BreakAltered, Seq: 8, Record: "x", Asset: archive.AssetID("x", "aa")}}},
		{"an entry is gone", []string{"DELETE FROM changes WHERE seq = 5"}, []brk{{Kind: archive.BreakMissing, Seq: 5, To: 5}}},
		{"the first entries are gone", []string{"DELETE FROM changes WHERE seq <= 2"}, []brk{
			{Kind: archive.BreakMissing, Seq: 1, To: 2}, {Kind: archive.BreakUnlogged, Record: "x", Revision: 1}, {Kind: archive.BreakUnlogged, Record: "y", Revision: 1},
		}},
		{"the last entries are gone", []string{"DELETE FROM changes WHERE seq >= 15"}, []brk{
			{Kind: archive.BreakMissing, Seq: 15, To: 16}, {Kind: archive.BreakUser, User: "wang"},
		}},
		{"all entries are gone", []string{"DELETE FROM changes"}, []brk{
			{Kind: archive.BreakMissing, Seq: 1, To: 16},
			{Kind: archive.BreakUnlogged, Record: "x", Revision: 1}, {Kind: archive.BreakUnlogged, Record: "x", Revision: 2},
			{Kind: archive.BreakUnlogged, Record: "y", Revision: 1}, {Kind: archive.BreakUnlogged, Record: "z", Revision: 1},
			{Kind: archive.BreakUnlogged, Record: "x", Asset: archive.AssetID("x", "aa")}, {Kind: archive.BreakUnlogged, Record: "x", Asset: archive.AssetID("x", "bb")},
			{Kind: archive.BreakUnlogged, Record: "x", Asset: archive.AssetID("x", "cc")},
			{Kind: archive.BreakUser, User: "li"}, {Kind: archive.BreakUser, User: "wang"},
		}},
		{"an entry was slipped in at the end", []string{"INSERT INTO changes (seq, at, author, action, record, revision, asset) VALUES (17, 5, 'li', 'published', 'y', 1, '')"}, []brk{
			{Kind: archive.BreakAltered, Seq: 17, Record: "y"},
		}},
		{"nothing says where the log ends", []string{"DELETE FROM meta WHERE name = 'log_head'"}, []brk{{Kind: archive.BreakHead, Seq: 16}}},
		{"another end is noted", []string{"UPDATE meta SET value = '16 abc' WHERE name = 'log_head'"}, []brk{{Kind: archive.BreakHead, Seq: 16}}},
		{"a revision says something else", []string{"UPDATE revisions SET body = replace(body, 'Medicine', 'Poison') WHERE record = 'x' AND number = 1"}, []brk{{Kind: archive.BreakRevision, Seq: 1, Record: "x", Revision: 1}}},
		{"a revision has another message", []string{"UPDATE revisions SET message = '' WHERE record = 'y'"}, []brk{{Kind: archive.BreakRevision, Seq: 2, Record: "y", Revision: 1}}},
		{"a revision has another author", []string{"UPDATE revisions SET author = 'wang' WHERE record = 'y'"}, []brk{{Kind: archive.BreakRevision, Seq: 2, Record: "y", Revision: 1}}},
		{"a revision has another time", []string{"UPDATE revisions SET at = at - 1000000 WHERE record = 'y'"}, []brk{{Kind: archive.BreakRevision, Seq: 2, Record: "y", Revision: 1}}},
		{"a revision is gone", []string{"DELETE FROM revisions WHERE record = 'x' AND number = 1"}, []brk{{Kind: archive.BreakRevision, Seq: 1, Record: "x", Revision: 1}}},
		{"a revision came in", []string{"INSERT INTO revisions (record, number, body, author, message, at) SELECT record, 2, body, author, message, at FROM revisions WHERE record = 'z'"}, []brk{
			{Kind: archive.BreakUnlogged, Record: "z", Revision: 2},
		}},
		{"an asset is gone", []string{"DELETE FROM assets WHERE sha512 LIKE 'bb%'"}, []brk{{Kind: archive.BreakAsset, Seq: 7, Record: "x", Asset: archive.AssetID("x", "bb")}}},
		{"an asset has another fixity", []string{"UPDATE assets SET sha512 = 'dd' WHERE sha512 LIKE 'bb%'"}, []brk{{Kind: archive.BreakAsset, Seq: 7, Record: "x", Asset: archive.AssetID("x", "bb")}}},
		{"an asset is of another record", []string{"UPDATE assets SET record = 'y' WHERE sha512 LIKE 'bb%'"}, []brk{
			{Kind: archive.BreakAsset, Seq: 7, Record: "x", Asset: archive.AssetID("x", "bb")}, {Kind: archive.BreakUnlogged, Record: "y", Asset: archive.AssetID("x", "bb")},
		}},
		{"a user is made more", []string{"UPDATE users SET role = 'admin' WHERE name = 'li'"}, []brk{{Kind: archive.BreakUser, User: "li"}}},
		{"a user is let in again", []string{"UPDATE users SET disabled = NOT disabled WHERE name = 'wang'"}, []brk{{Kind: archive.BreakUser, User: "wang"}}},
		{"a password is set", []string{"UPDATE users SET password_hash = '$argon2id$two' WHERE name = 'li'"}, []brk{{Kind: archive.BreakUser, User: "li"}}},
		{"a user came in", []string{"INSERT INTO users (name, role, password_hash, disabled, created) VALUES ('eve', 'admin', '', false, 1)"}, []brk{{Kind: archive.BreakUser, User: "eve"}}},
		{"a token came in", []string{"INSERT INTO tokens (sha256, owner, created) VALUES ('ab', 'li', 1)"}, []brk{{Kind: archive.BreakUser, User: "li"}}},
		{"content is said to be erased", []string{`UPDATE revisions SET body = '{"erased":5}' WHERE record = 'x' AND number = 1`}, []brk{{Kind: archive.BreakErased, Seq: 1, Record: "x", Revision: 1}}},
		{"a detail is said to be erased", []string{`UPDATE changes SET detail = '{"erased":99,"sha256":"` + strings.Repeat("0", 64) + `"}' WHERE seq = 8`}, []brk{
			{Kind: archive.BreakAltered, Seq: 8, Record: "x", Asset: archive.AssetID("x", "aa")}, {Kind: archive.BreakErased, Seq: 8, Record: "x"},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			both(t, func(t *testing.T, c *Catalog, _ string) {
				a := logged(t, c)
				tamper := test.tamper
				if c.dialect.name == sqliteDialect.name {
					tamper = append([]string{"PRAGMA foreign_keys = 0"}, tamper...)
				}
				for _, statement := range tamper {
					if _, err := c.others.ExecContext(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
				got, _ := breaks(t, a)
				for _, b := range got {
					if b.Why == "" {
						t.Errorf("%+v does not say why", b)
					}
				}
				sameUser := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Seq" }, cmp.Comparer(func(a, b int64) bool { return a == b || b == 0 || a == 0 }))
				if diff := cmp.Diff(test.want, got, sameUser, cmpopts.IgnoreFields(brk{}, "Why"), cmpopts.SortSlices(func(a, b brk) bool {
					return fmt.Sprint(a.Kind, a.Record, a.Revision, a.Asset, a.User) < fmt.Sprint(b.Kind, b.Record, b.Revision, b.Asset, b.User)
				})); diff != "" {
					t.Errorf("breaks: %s", diff)
				}
				// The archive goes on, and what was broken stays broken.
				save(t, a, archive.Draft{Record: record("later"), Publish: true})
				after, _ := breaks(t, a)
				if len(after) < 1 {
					t.Error("what was broken is whole after more was written")
				}
			})
		})
	}
}

// TestWitnessTellsOfANewChain: who chains the whole log anew is found out by a head
// that was noted elsewhere.
func TestWitnessTellsOfANewChain(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := logged(t, c)
		head, err := a.LogHead(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{"UPDATE changes SET author = 'nobody' WHERE seq = 4", "UPDATE revisions SET author = 'nobody' WHERE record = 'x' AND number = 2"} {
			if _, err := c.others.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		rechain(t, c)
		if found, _ := breaks(t, a); len(found) != 0 {
			t.Fatalf("it was to be chained anew: %+v", found)
		}
		found, _ := breaks(t, a, head)
		if len(found) != 1 || found[0].Kind != archive.BreakWitness || found[0].Seq != head.Seq {
			t.Errorf("with the note: %+v", found)
		}
		found, _ = breaks(t, a, archive.LogHead{Seq: 999, Hash: "ab"})
		if len(found) != 1 || found[0].Kind != archive.BreakWitness || found[0].Seq != 999 {
			t.Errorf("with a note of what is not there: %+v", found)
		}
	})
}

// rechain computes all hashes anew, as one who has the database and the program could.
func rechain(t *testing.T, c *Catalog) {
	t.Helper()
	var chain archive.Chain
	rows, err := c.read().loggedRows(t.Context(), 0, 1000, true)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		e := rows[i].entry()
		chain.Add(&e.Change)
		if _, err := c.others.ExecContext(t.Context(), "UPDATE changes SET hash = $1 WHERE seq = $2", e.Hash, e.Seq); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.write().writeHead(t.Context(), chain.Head); err != nil {
		t.Fatal(err)
	}
}

// TestOldLogIsChained: the entries, users and tokens of before the chain.
func TestOldLogIsChained(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a := logged(t, c)
		before, err := a.Changes(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		// More than one page of it.
		for range 3 {
			var drafts []archive.Draft
			for i := range chainPage / 2 {
				drafts = append(drafts, archive.Draft{Record: record(fmt.Sprintf("r%d", i)), Message: time.Now().String()})
				drafts[i].Record.Titles["en"] = time.Now().String()
			}
			if _, err := a.SaveAll(t.Context(), "li", drafts); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.others.ExecContext(t.Context(), "DELETE FROM changes WHERE action LIKE 'user%' OR action = 'token-added'"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.others.ExecContext(t.Context(), "UPDATE changes SET seq = seq - 4 WHERE seq > 16"); err != nil {
			t.Fatal(err)
		}
		backTo(t, c, 5)
		again := newArchive(open(t, address))
		found, proof := breaks(t, again)
		if len(found) != 0 || proof.Entries != 12+3*chainPage/2+4-1 {
			t.Errorf("after the migration: %+v, %+v", found, proof)
		}
		after, err := again.Changes(t.Context(), 0, 12)
		if err != nil {
			t.Fatal(err)
		}
		for i, change := range after {
			if change.Digest != before[i].Digest || change.Hash == "" || change.Action != before[i].Action {
				t.Errorf("entry %d: %+v, was %+v", i+1, change, before[i])
			}
		}
		users, err := again.Changes(t.Context(), proof.Head.Seq-3, 10)
		if err != nil {
			t.Fatal(err)
		}
		var actions []string
		for _, change := range users {
			actions = append(actions, string(change.Action)+" "+string(change.Detail))
		}
		want := []string{`user-added {"user":"li","role":"curator"}`, `token-added {"user":"li","role":"curator"}`, `user-added {"user":"wang","role":"editor","disabled":true}`}
		if !slices.Equal(actions, want) {
			t.Errorf("users are logged as %q", actions)
		}
	})
}

// TestVerifyBesideWriting: writing does not look like a break.
func TestVerifyBesideWriting(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		a, writer := logged(t, c), newArchive(open(t, address))
		done := make(chan error)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				r := record("w")
				r.Titles["en"] = fmt.Sprint(i)
				if _, err := writer.Save(t.Context(), "li", archive.Draft{Record: r}); err != nil {
					done <- err
					return
				}
				if err := writer.AddUser(t.Context(), "root", "li", archive.RoleCurator, fmt.Sprint("$argon2id$", i)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		for range 20 {
			if found, _ := breaks(t, a); len(found) != 0 {
				t.Fatalf("%+v", found)
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	})
}
