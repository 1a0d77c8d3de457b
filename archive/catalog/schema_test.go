package catalog

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexi/archive"
)

// released are the steps of the schema, and catalogues as the programs of each left them:
// the first half of the SHA-256 of each. A file that is here is never changed; a new step
// is added here, and the catalogue of the step before it to testdata/schema.
var released = map[string]string{
	"testdata/schema/01.sql":                    "be5d11826869ad6ccb94ca5350ac3479",
	"testdata/schema/02.sql":                    "95464c13da228004eefb7c4aeb218554",
	"testdata/schema/03.sql":                    "eb7b052fb62c1c04b359212c6984cc91",
	"testdata/schema/04.sql":                    "69f92c6e64a50c1837faf6761ccbaa1f",
	"testdata/schema/05.sql":                    "a6bc5a0015f57a6a8066a00c42c2b516",
	"testdata/schema/06.sql":                    "d0fabb9399b769274ce248d6cdbaa830",
	"testdata/schema/07.sql":                    "9fa3741aebb494311b239bb0e0748165",
	"testdata/schema/08.sql":                    "4800f90f6c714e015e012e287a301b2d",
	"testdata/schema/09.sql":                    "b1caccea2688bea15573e16358621306",
	"testdata/schema/10.sql":                    "697917ce5b6399fed46d0a6e3a0c471a",
	"testdata/schema/11.sql":                    "01b739e0d94f73529cff261347beb076",
	"testdata/schema/12.sql":                    "2f2285f630a88602d6c12263a63d45d0",
	"testdata/schema/13.sql":                    "4ea4075ae789f09b958a32bb5246e137",
	"migrations/00001_catalogue.sql":            "b9c86f5f9df1e9cbda7515a73157c3d2",
	"migrations/00002_publish_when_ready.sql":   "5d7f7decd8d1c07f3831ccfbd3f06cf3",
	"migrations/00003_looks.sql":                "16902cfef22b200fed4a4c24f5be8bb5",
	"migrations/00004_master_files.sql":         "478db67106a9bcbea5b2e800219c5fef",
	"migrations/00005_layers.sql":               "08105bb916650b96419070ce5d1515c4",
	"migrations/00006_log_chain.sql":            "a41a3c62a7cb023ce89625253fd2ddba",
	"migrations/00009_preservation.sql":         "f16b0179daf56e8fc384374b853ec5b7",
	"migrations/00010_journal.sql":              "066f7ac205d7800dcb6495fdc9108769",
	"migrations/00011_tombstones.sql":           "77f1d62f14c4f0342322684c2725aef0",
	"migrations/00012_versions.sql":             "dc220ab5bd375518130e41761059c7b7",
	"migrations/00013_preservation_indexes.sql": "2115303278d1fd849aba5e4336ca9ede",
	"migrations/00014_parts_only.sql":           "15c30e98e65137c0e62c9151e40d845b",
	"migrations/00015_searches.sql":             "324dd9e2d1ed4e0b68683ceffeb67945",
	"migrations/00016_shown.sql":                "e1ab0e2752666adf0555176385b13dbc",
}

// TestReleasedSchemasStay: no step that was released is changed, and none is without an
// old catalogue to try it on.
func TestReleasedSchemasStay(t *testing.T) {
	t.Parallel()
	for _, name := range migrations {
		if released["migrations/"+name] == "" {
			t.Errorf("%s is not among the released steps", name)
		}
	}
	for name, want := range released {
		data, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data))[:32]; got != want {
			t.Errorf("%s was released, and was changed since: %s", name, got)
		}
	}
	for version := 1; version < len(migrations); version++ {
		if name := fmt.Sprintf("testdata/schema/%02d.sql", version); released[name] == "" {
			t.Errorf("there is no catalogue of schema %d: %s", version, name)
		}
	}
}

// oldCatalogue makes a catalogue as the program of an older schema left it.
func oldCatalogue(t *testing.T, address string, version int) {
	t.Helper()
	rows, err := os.ReadFile(fmt.Sprintf("testdata/schema/%02d.sql", version))
	if err != nil {
		t.Fatal(err)
	}
	old := &restorer{was: State{Schema: version}}
	c, err := old.open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rows)) {
		if strings.HasPrefix(line, "--") {
			continue
		}
		if _, err := c.writer.ExecContext(t.Context(), line); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestEveryReleasedSchema: a catalogue of every older schema is brought up to date with
// all that is in it, and goes on being used.
func TestEveryReleasedSchema(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for version := 1; version < len(migrations); version++ {
			t.Run(fmt.Sprint(kind, " ", version), func(t *testing.T) {
				t.Parallel()
				address := empty(t, kind)
				oldCatalogue(t, address, version)
				c := open(t, address)
				broughtForward(t, c, version)
				// Once is enough: opened again it is the same.
				before := dump(t, c)
				if diff := cmp.Diff(before.tables, dump(t, open(t, address)).tables); diff != "" {
					t.Errorf("opened again it is another one:\n%s", diff)
				}
				goesOn(t, c)
			})
		}
	}
}

// broughtForward looks for everything that the old catalogues hold.
func broughtForward(t *testing.T, c *Catalog, version int) {
	t.Helper()
	ctx := t.Context()
	a := newArchive(c)
	if found, proof := breaks(t, a); len(found) != 0 || proof.Entries != map[bool]int64{false: 19, true: 23}[version >= 9] {
		t.Errorf("the log: %+v, %+v", found, proof)
	}
	if found := faults(t, c); len(found) != 0 {
		t.Errorf("the tables: %+v", found)
	}
	if id, err := c.ID(ctx); id != "OLDCATALOGUE" || err != nil {
		t.Errorf("it is another catalogue: %s, %v", id, err)
	}
	e, err := a.Record(ctx, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if e.Revision != 2 || e.Published != 2 || e.Record.Titles["zh"] != "药师经变 & <飞天>" || e.Record.PartOf != "cave-1" || e.Updated.UnixMicro() != 1762156806123456 {
		t.Errorf("%+v", e)
	}
	revs, err := a.Revisions(ctx, "r1")
	if err != nil || len(revs) != 2 || revs[0].By != "王" || revs[0].Message != "英文题名" {
		t.Errorf("%+v, %v", revs, err)
	}
	if first, err := a.Revision(ctx, "r1", 1); err != nil || first.Record.Titles["en"] != "" || first.Record.Titles["zh"] != "药师经变" {
		t.Errorf("%+v, %v", first, err)
	}
	if id, err := c.FindByAccession(ctx, "T0001", "敦煌研究院"); id != "r1" || err != nil {
		t.Errorf("by its register number: %s, %v", id, err)
	}
	if len(e.Assets) != 2 || !e.Assets[0].Servable() || e.Assets[0].Image.Width != 3000 || e.Assets[0].Access.Thumbnails[0].Name != "thumb-300.jpg" || e.Assets[1].Failure == nil {
		t.Fatalf("%+v", e.Assets)
	}
	if layered := e.Assets[0].Layer != nil; layered != (version >= 5) {
		t.Errorf("layer: %+v", e.Assets[0].Layer)
	}
	// What a file of the same name had replaced is an earlier version.
	if len(e.Earlier) != 1 || e.Earlier[0].ReplacedBy != e.Assets[0].ID || e.Assets[0].Replaces != e.Earlier[0].ID || e.Earlier[0].ReplacedAt.UnixMicro() != 1762156807123456 ||
		!e.Earlier[0].Servable() || e.Earlier[0].WasPublic || e.Earlier[0].ReceivedBy != "li" || e.Assets[0].ReceivedBy != "li" {
		t.Errorf("%+v", e.Earlier)
	}
	if e, err := a.PublicRecord(ctx, "r1"); err != nil || len(e.Assets) != 2 || len(e.Earlier) != 0 {
		t.Errorf("the public: %+v, %v", e, err)
	}
	stone, err := a.Tombstone(ctx, "w1")
	if err != nil || !stone.Public || (stone.Reason["zh"] == "应收藏单位要求") != (version >= 9) {
		t.Errorf("%+v, %v", stone, err)
	}
	d, err := a.Record(ctx, "d1")
	if err != nil || d.Status() != "draft" || len(d.Assets) != 1 || d.Assets[0].State != archive.AssetReceived || (d.Assets[0].PublishBy == "li") != (version >= 2) {
		t.Errorf("%+v, %v", d, err)
	}
	if u, err := a.User(ctx, "li"); err != nil || u.Role != archive.RoleEditor || u.PasswordHash != "$argon2id$hash" {
		t.Errorf("%+v, %v", u, err)
	}
	if u, err := c.UserByToken(ctx, fmt.Sprintf("%064x", "token")); err != nil || u.Name != "bo" {
		t.Errorf("%+v, %v", u, err)
	}
	due := take(t, newClocked(c), signedOn(t, c).id, true)
	for i := range due {
		due[i], _, _ = strings.Cut(due[i], "@")
	}
	slices.Sort(due)
	want := []string{"d1", "hexi:users", "r1", "w1"}
	if version >= 7 {
		want = []string{"d1", "hexi:users", "w1"} // r1 was written
	}
	if diff := cmp.Diff(want, due); diff != "" {
		t.Errorf("packages to be written (-want +got):\n%s", diff)
	}
	if version < 9 {
		return
	}
	if stone, err := a.Tombstone(ctx, "e1"); err != nil || stone.Erased != 22 || !stone.Purged {
		t.Errorf("%+v, %v", stone, err)
	}
}

// goesOn works with a catalogue that was brought forward.
func goesOn(t *testing.T, c *Catalog) {
	t.Helper()
	a := newArchive(c)
	e, err := a.Record(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	e.Record.Titles["en"] = "Another"
	if saved, err := a.Save(t.Context(), "li", archive.Draft{Record: e.Record, Publish: true, IfRevision: 2}); err != nil || saved.Revision != 3 {
		t.Errorf("%+v, %v", saved, err)
	}
	asset := archive.AssetID("r1", sum("new"))
	got, err := a.Receive(t.Context(), "li", archive.Receipt{
		Asset: asset, Record: "r1", Kind: archive.AssetImage, Filename: "new.tif", Key: "incoming/" + asset + "/master", Size: 3, SHA512: sum("new"), Replaces: e.Assets[0].ID,
	})
	if got != archive.Updated || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	if err := a.Identified(t.Context(), asset, "image/tiff", archive.Image{Width: 10, Height: 10}); err != nil {
		t.Error(err)
	}
	if err := a.Derived(t.Context(), asset, archive.Access{Version: "v2", Levels: 1, TileSize: 512, Bytes: 9}); err != nil {
		t.Error(err)
	}
	if now, err := a.Record(t.Context(), "r1"); err != nil || now.Assets[0].ID != asset || len(now.Earlier) != 2 {
		t.Errorf("%+v, %v", now, err)
	}
	if found, _ := breaks(t, a); len(found) != 0 {
		t.Errorf("the log: %+v", found)
	}
	if found := faults(t, c); len(found) != 0 {
		t.Errorf("the tables: %+v", found)
	}
}
