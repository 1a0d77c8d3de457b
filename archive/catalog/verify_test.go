package catalog

import (
	"context"
	"testing"
	"time"

	"hexi/archive"
)

// faults runs Verify.
func faults(t *testing.T, c *Catalog) []Fault {
	t.Helper()
	var out []Fault
	rows, err := c.Verify(t.Context(), func(f Fault) { out = append(out, f) })
	if err != nil {
		t.Fatal(err)
	}
	if rows < 1 {
		t.Errorf("%d rows were read", rows)
	}
	return out
}

func TestVerifyFindsWhatWasAltered(t *testing.T) {
	t.Parallel()
	sha := "0000000000000000000000000000000000000000000000000000000000000000" + "0000000000000000000000000000000000000000000000000000000000000000"
	asset := archive.AssetID("v-1", sha)
	tests := []struct{ name, sql, kind, row string }{
		{"nothing", "", "", ""},
		{"a collection", "UPDATE records SET collection = 'folk' WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"a kind", "UPDATE records SET kind = 'cave' WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"an accession number", "UPDATE records SET accession = '1' WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"what is published", "UPDATE records SET published = 2 WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"a revision that there is not", "UPDATE records SET revision = 3 WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"a withdrawal", "UPDATE records SET withdrawn = true WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"a time", "UPDATE records SET created = created - 1 WHERE id = 'v-1'", FaultInconsistent, "records/v-1"},
		{"a revision taken out", "DELETE FROM revisions WHERE record = 'v-2' AND number = 1", FaultInconsistent, "records/v-2"},
		{"a body that is none", "UPDATE revisions SET body = '{' WHERE record = 'v-1'", FaultUnreadable, "records/v-1"},
		{"a body with another field", `UPDATE revisions SET body = replace(body, '"titles"', '"titlez"') WHERE record = 'v-1'`, FaultUnreadable, "records/v-1"},
		{"a body of another record", `UPDATE revisions SET body = replace(body, '"v-1"', '"v-9"') WHERE record = 'v-1'`, FaultInconsistent, "records/v-1"},
		{"a master's digest", "UPDATE assets SET sha512 = replace(sha512, '00', '01')", FaultInconsistent, "assets/" + asset},
		{"a master's size", "UPDATE assets SET size = 0", FaultInconsistent, "assets/" + asset},
		{"a state", "UPDATE assets SET state = 'ready'", FaultInconsistent, "assets/" + asset},
		{"a state that there is not", "UPDATE assets SET state = 'receivee'", FaultInconsistent, "assets/" + asset},
		{"a look", "UPDATE assets SET look1 = 7", FaultInconsistent, "assets/" + asset},
		{"JSON that is none", "UPDATE assets SET image = '{'", FaultUnreadable, "assets/" + asset},
		{"an asset of another record", "UPDATE assets SET record = 'v-2'", FaultInconsistent, "assets/" + asset},
		{"who wants it published", "UPDATE assets SET publish_by = 'li'", FaultInconsistent, "assets/" + asset},
		{"an entry of the log", "DELETE FROM changes WHERE seq = 1", FaultInconsistent, "changes"},
		{"a tombstone", "DELETE FROM tombstones WHERE record = 'v-3'", FaultInconsistent, "records/v-3"},
		{"a tombstone of another kind", "UPDATE tombstones SET erased = 0 WHERE record = 'v-3'", FaultInconsistent, "records/v-3"},
		{"a role", "UPDATE users SET role = 'asmin'", FaultInconsistent, "users/li"},
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					c := open(t, empty(t, kind))
					fillForVerify(t, c, sha, asset)
					if test.sql == "" {
						if got := faults(t, c); len(got) != 0 {
							t.Errorf("a clean catalogue has faults: %+v", got)
						}
						return
					}
					if _, err := c.others.ExecContext(t.Context(), test.sql); err != nil {
						t.Fatal(err)
					}
					got := faults(t, c)
					for _, f := range got {
						if f.Kind == test.kind && f.Row == test.row && f.Why != "" {
							return
						}
					}
					t.Errorf("got %+v, want %s at %s", got, test.kind, test.row)
				})
			}
		})
	}
}

func fillForVerify(t *testing.T, c *Catalog, sha, asset string) {
	t.Helper()
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
		for _, rev := range []archive.Revision{
			{Record: archive.Record{ID: "v-1", Collection: "dunhuang", Kind: archive.KindMural, Titles: archive.Text{"zh": "药师经变"}}, Number: 1, At: at, By: "li"},
			{Record: archive.Record{ID: "v-2", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "皮影"}}, Number: 1, At: at, By: "li"},
			{Record: archive.Record{ID: "v-2", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "皮影戏"}}, Number: 2, At: at, By: "li"},
			{Record: archive.Record{ID: "v-3", Collection: "folk", Kind: archive.KindRelic, Titles: archive.Text{"zh": "剪纸"}}, Number: 1, At: at, By: "li"},
		} {
			if err := tx.PutRevision(ctx, rev); err != nil {
				return err
			}
			if _, err := tx.AddChange(ctx, archive.Change{At: at, By: "li", Action: archive.ActionUpdated, Record: rev.Record.ID, Revision: rev.Number}); err != nil {
				return err
			}
		}
		if err := tx.SetPublished(ctx, "v-1", 1, false, at, at); err != nil {
			return err
		}
		seq, err := tx.AddChange(ctx, archive.Change{At: at, By: "li", Action: archive.ActionErased, Record: "v-3"})
		if err != nil {
			return err
		}
		if err := tx.Erase(ctx, archive.Tombstone{Record: "v-3", At: at, By: "li", Reason: archive.Text{"zh": "法院裁定"}, Erased: seq}); err != nil {
			return err
		}
		a := archive.Asset{
			ID: asset, Record: "v-1", Kind: archive.AssetImage, State: archive.AssetReceived, Received: at,
			Master: archive.Master{Filename: "a.tif", Key: "incoming/" + asset + "/master", Size: 9, SHA512: sha},
		}
		if err := tx.PutAsset(ctx, a); err != nil {
			return err
		}
		return tx.PutUser(ctx, archive.User{Name: "li", Role: archive.RoleAdmin, Created: at})
	})
	if err != nil {
		t.Fatal(err)
	}
}
