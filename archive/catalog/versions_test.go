package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"hexi/archive"
)

// scans sends masters of record x and works them as the pipeline does. A file is named by
// a letter or two that its bytes come from.
type scans struct {
	t *testing.T
	c *Catalog
	a *archive.Archive
}

func newScans(t *testing.T, c *Catalog, publish bool) scans {
	t.Helper()
	s := scans{t, c, newArchive(c)}
	save(t, s.a, archive.Draft{Record: record("x"), Publish: publish})
	return s
}

// id is the asset of a file.
func (s scans) id(file string) string { return archive.AssetID("x", sum(file)) }

func sum(file string) string { return fmt.Sprintf("%0128x", file) }

func (s scans) send(by, file, name, replaces string) (archive.Outcome, error) {
	return s.a.Receive(s.t.Context(), by, archive.Receipt{
		Asset: s.id(file), Record: "x", Kind: archive.AssetImage, Filename: name, Key: "incoming/" + s.id(file) + "/master", Size: 3, SHA512: sum(file), Batch: "b", Replaces: replaces,
	})
}

// receive sends a file, and identify and derive work it.
func (s scans) receive(by, file, name, replaces string, want archive.Outcome) {
	s.t.Helper()
	if got, err := s.send(by, file, name, replaces); got != want || err != nil {
		s.t.Fatalf("%s sends %s as %s: %s, %v; want %s", by, file, name, got, err, want)
	}
}

func (s scans) identify(file string, width, height int) {
	s.t.Helper()
	if err := s.a.Identified(s.t.Context(), s.id(file), "image/tiff", archive.Image{Width: width, Height: height}); err != nil {
		s.t.Fatal(err)
	}
}

func (s scans) derive(file string) {
	s.t.Helper()
	if err := s.a.Derived(s.t.Context(), s.id(file), archive.Access{Version: file, Levels: 1, TileSize: 512, Bytes: 9, Look: 0x9e3779b97f4a7c15}); err != nil {
		s.t.Fatal(err)
	}
}

func (s scans) show(file string, width, height int) {
	s.t.Helper()
	s.identify(file, width, height)
	s.derive(file)
}

func (s scans) refuse(file string) {
	s.t.Helper()
	if err := s.a.Refuse(s.t.Context(), s.id(file), archive.Failure{Code: "truncated", Why: "it ends early"}); err != nil {
		s.t.Fatal(err)
	}
}

func (s scans) entry() *archive.Entry {
	s.t.Helper()
	e, err := s.a.Record(s.t.Context(), "x")
	if err != nil {
		s.t.Fatal(err)
	}
	return e
}

// stands compares what stands in the record and what stood there before, each as
// "file state position", what waits for a place with "→ file" behind, what has lost it
// with "by file".
func (s scans) stands(files []string, current, earlier []string) {
	s.t.Helper()
	name := map[string]string{}
	for _, f := range files {
		name[s.id(f)] = f
	}
	say := func(assets []archive.Asset) []string {
		var out []string
		for _, a := range assets {
			text := fmt.Sprintf("%s %s %d", name[a.ID], a.State, a.Position)
			if a.Replacing != "" {
				text += " → " + name[a.Replacing]
			}
			if a.ReplacedBy != "" {
				text += " by " + name[a.ReplacedBy]
			}
			out = append(out, text)
		}
		return out
	}
	e := s.entry()
	if diff := cmp.Diff(current, say(e.Assets), cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("current (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(earlier, say(e.Earlier), cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("earlier (-want +got):\n%s", diff)
	}
	s.sound()
}

// sound proves that tables and log agree.
func (s scans) sound() {
	s.t.Helper()
	if got := faults(s.t, s.c); len(got) != 0 {
		s.t.Errorf("%+v", got)
	}
	if got, _ := breaks(s.t, s.a); len(got) != 0 {
		s.t.Errorf("%+v", got)
	}
}

// TestBetterScan: a better scan takes the place of an image when it can be shown, and the
// image before stays to be looked at.
func TestBetterScan(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		files := []string{"a", "b", "a2", "a3"}
		s.receive("li", "a", "北壁.tif", "", archive.Created)
		s.show("a", 100, 50)
		s.receive("li", "b", "b.tif", "", archive.Created)
		s.show("b", 100, 50)
		if _, err := s.a.SetLayers(t.Context(), "li", "x", archive.Layers{s.id("a"): {Kind: "visible", Label: archive.Text{"zh": "1943 年"}}}); err != nil {
			t.Fatal(err)
		}
		s.receive("wang", "a2", "better.tif", s.id("a"), archive.Updated)
		s.identify("a2", 200, 100)
		s.stands(files, []string{"a ready 1", "b ready 2", "a2 identified 3 → a"}, nil)
		public, err := s.a.PublicRecord(t.Context(), "x")
		if err != nil || !public.Assets[0].Servable() || public.Assets[0].ID != s.id("a") {
			t.Errorf("meanwhile the public sees %+v, %v", public, err)
		}
		if line := archive.NewLine(s.entry(), true); len(line.Files) != 2 {
			t.Errorf("what waits for its place is exported: %v", line.Files)
		}
		s.derive("a2")
		s.stands(files, []string{"a2 ready 1", "b ready 2"}, []string{"a ready 1 by a2"})
		e := s.entry()
		now, old := e.Assets[0], e.Earlier[0]
		if now.Replaces != s.id("a") || now.PlaceID() != s.id("a") || now.ReceivedBy != "wang" || now.Layer == nil || now.Layer.Label["zh"] != "1943 年" {
			t.Errorf("the better scan: %+v", now)
		}
		if !old.WasPublic || old.ReplacedAt.IsZero() || old.ReceivedBy != "li" || old.Access == nil {
			t.Errorf("the image before: %+v", old)
		}
		s.receive("zhao", "a3", "北壁.tif", s.id("a2"), archive.Updated)
		s.show("a3", 200, 100)
		s.stands(files, []string{"a3 ready 1", "b ready 2"}, []string{"a ready 1 by a2", "a2 ready 1 by a3"})
		e = s.entry()
		for _, f := range []string{"a", "a2", "a3"} {
			if got := e.Current(s.id(f)); got == nil || got.ID != s.id("a3") || got.PlaceID() != s.id("a") {
				t.Errorf("in the place of %s stands %+v", f, got)
			}
		}
		var earlier []string
		for _, v := range e.Versions(s.id("a3")) {
			earlier = append(earlier, v.ID)
		}
		if diff := cmp.Diff([]string{s.id("a2"), s.id("a")}, earlier); diff != "" {
			t.Error(diff)
		}
		changes, err := s.a.Changes(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var log []string
		for _, ch := range changes {
			if ch.Action == archive.ActionAssetSuperseded || ch.Action == archive.ActionAssetAdded {
				log = append(log, strings.NewReplacer(s.id("a"), "A", s.id("a2"), "A2", s.id("a3"), "A3", s.id("b"), "B").Replace(
					fmt.Sprint(ch.By, " ", ch.Action, " ", ch.Asset, " ", string(ch.Detail))))
			}
		}
		want := []string{
			`li asset-added A {"filename":"北壁.tif","size":3}`, `li asset-added B {"filename":"b.tif","size":3}`,
			`wang asset-added A2 {"filename":"better.tif","size":3,"replaces":"A"}`, `wang asset-superseded A {"by":"A2","public":true}`,
			`zhao asset-added A3 {"filename":"北壁.tif","size":3,"replaces":"A2"}`, `zhao asset-superseded A2 {"by":"A3","public":true}`,
		}
		if diff := cmp.Diff(want, log); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
		// What was replaced looks like nothing any more.
		if near, err := c.LooksNear(t.Context(), 0x9e3779b97f4a7c15); err != nil || len(near) != 2 {
			t.Errorf("%+v, %v", near, err)
		}
	})
}

// TestScansThatFail: what cannot be shown takes no place.
func TestScansThatFail(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		files := []string{"a", "bad", "good"}
		s.receive("li", "a", "a.tif", "", archive.Created)
		s.show("a", 100, 50)
		s.receive("li", "bad", "a.tif", "", archive.Updated)
		s.refuse("bad")
		s.stands(files, []string{"a ready 1", "bad refused 2 → a"}, nil)
		s.receive("li", "bad", "a.tif", "", archive.Unchanged)
		// Who names the one that failed means the place that it was for.
		s.receive("li", "good", "again.tif", s.id("bad"), archive.Updated)
		s.show("good", 100, 50)
		s.stands(files, []string{"good ready 1"}, []string{"a ready 1 by good", "bad refused 2 by good"})
		if old := s.entry().Earlier[1]; old.WasPublic || old.Failure == nil {
			t.Errorf("%+v", old)
		}
	})
}

// TestScansInTheWrongOrder: of two scans for one place the one that was sent later stands
// there in the end, whichever is ready first.
func TestScansInTheWrongOrder(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		for _, first := range []string{"early", "late"} {
			s := scans{t, c, newArchive(c)}
			if first == "early" {
				s = newScans(t, c, true)
			}
			n := "1" + first
			files := []string{n, n + "early", n + "late"}
			place := len(s.entry().Assets) + 1
			before := s.entry()
			s.receive("li", n, n+".tif", "", archive.Created)
			s.show(n, 100, 50)
			s.receive("li", n+"early", n+".tif", "", archive.Updated)
			s.receive("wang", n+"late", n+".tif", "", archive.Updated)
			second := map[string]string{"early": "late", "late": "early"}[first]
			s.show(n+first, 100, 50)
			if at := s.entry().Current(s.id(n)); at.ID != s.id(n+first) {
				t.Errorf("%s came first, and there stands %+v", first, at)
			}
			if second == "early" {
				// It was passed over: nothing waits for it.
				if old, err := c.Asset(t.Context(), s.id(n+"early")); err != nil || old.State != archive.AssetSuperseded {
					t.Errorf("%+v, %v", old, err)
				}
			}
			s.show(n+second, 100, 50)
			e := s.entry()
			if at := e.Current(s.id(n)); at.ID != s.id(n+"late") || at.Position != place || len(e.Assets) != len(before.Assets)+1 {
				t.Errorf("%s came first, and in the end there stands %+v", first, at)
			}
			for _, f := range files {
				if at := e.Current(s.id(f)); at == nil || at.ID != s.id(n+"late") {
					t.Errorf("%s leads to %+v", f, at)
				}
			}
			s.sound()
		}
	})
}

// TestScansThatReturn: an earlier version comes back by its file name, or if it is told
// to, and not because a folder is read again that still has it.
func TestScansThatReturn(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		files := []string{"a", "a2"}
		s.receive("li", "a", "a.tif", "", archive.Created)
		s.show("a", 100, 50)
		s.receive("li", "a2", "better.tif", s.id("a"), archive.Updated)
		s.show("a2", 100, 50)
		s.receive("li", "a", "a.tif", "", archive.Unchanged)
		s.stands(files, []string{"a2 ready 1"}, []string{"a ready 1 by a2"})
		s.receive("wang", "a", "a.tif", s.id("a2"), archive.Updated)
		s.stands(files, []string{"a ready 1"}, []string{"a2 ready 1 by a"})
		if now := s.entry().Assets[0]; now.PlaceID() != s.id("a") || now.Place != "" || now.ReceivedBy != "wang" || now.ReplacedBy != "" || now.WasPublic {
			t.Errorf("%+v", now)
		}
		if near, err := c.LooksNear(t.Context(), 0x9e3779b97f4a7c15); err != nil || len(near) != 1 || near[0].Asset != s.id("a") {
			t.Errorf("%+v, %v", near, err)
		}
		// By the same file name it is what the folder has now.
		s.receive("li", "a2", "a.tif", "", archive.Updated)
		s.stands(files, []string{"a2 ready 1"}, []string{"a ready 1 by a2"})
		s.receive("li", "a", "a.tif", "", archive.Updated)
		s.stands(files, []string{"a ready 1"}, []string{"a2 ready 1 by a"})
	})
}

// TestScansBeforeAnythingIsShown: a file that is sent again before the first was looked
// at takes its place at once, and gives it back if it is no image.
func TestScansBeforeAnythingIsShown(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, false)
		files := []string{"a", "a2"}
		s.receive("li", "a", "a.tif", "", archive.Created)
		if err := s.a.PublishWhenReady(t.Context(), "li", s.id("a")); err != nil {
			t.Fatal(err)
		}
		s.receive("li", "a2", "a.tif", "", archive.Updated)
		s.stands(files, []string{"a2 received 1"}, []string{"a superseded 1 by a2"})
		s.refuse("a2")
		s.stands(files, []string{"a received 1"}, []string{"a2 refused 1 by a"})
		jobs, err := s.a.Jobs(t.Context(), archive.JobQuery{Record: "x"})
		if err != nil || !slices.ContainsFunc(jobs, func(j archive.JobStatus) bool { return j.Asset == s.id("a") && j.Kind == archive.JobIdentify }) {
			t.Errorf("%+v, %v", jobs, err)
		}
		s.show("a", 100, 50)
		if e := s.entry(); e.Published != 1 {
			t.Errorf("who waited for it waits in vain: %+v", e)
		}
		s.sound()
	})
}

// TestPlacesFollowTheBase: where the base of a view is replaced by a larger scan, layers
// stay on the part of the picture where they lay.
func TestPlacesFollowTheBase(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		for _, f := range []string{"base", "part"} {
			s.receive("li", f, f+".tif", "", archive.Created)
		}
		s.show("base", 1000, 500)
		s.show("part", 200, 100)
		if _, err := s.a.SetLayers(t.Context(), "li", "x", archive.Layers{s.id("base"): {Kind: "visible"}, s.id("part"): {Kind: "infrared", Region: "801,401,199,99"}}); err != nil {
			t.Fatal(err)
		}
		s.receive("li", "large", "base.tif", "", archive.Updated)
		s.show("large", 3001, 1499)
		e := s.entry()
		if got := e.Assets[1].Layer.Region; got != "2404,1202,597,297" {
			t.Errorf("the layer lies at %s", got)
		}
		views := archive.Views(e.Assets)
		if len(views) != 1 || views[0].Base.ID != s.id("large") || len(views[0].Parts) != 1 {
			t.Errorf("%+v %v", views, archive.Misfits(e.Assets))
		}
		// A scan of another shape: nobody can tell where the layer lies on it, which is said.
		s.receive("li", "square", "base.tif", "", archive.Updated)
		s.show("square", 3000, 3000)
		if e = s.entry(); len(archive.Misfits(e.Assets)) != 1 {
			t.Errorf("%v", archive.Misfits(e.Assets))
		}
		s.sound()
	})
}

// TestLayerOfAScanOnItsWay: a sheet says of the better scan what it said of the one before.
func TestLayerOfAScanOnItsWay(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		layer := archive.Layers{s.id("a"): {Kind: "visible"}}
		s.receive("li", "a", "a.tif", "", archive.Created)
		s.show("a", 100, 50)
		s.receive("li", "a2", "a.tif", "", archive.Updated)
		s.receive("li", "b", "b.tif", "", archive.Created)
		for range 2 {
			if _, err := s.a.SetLayers(t.Context(), "li", "x", layer); err != nil {
				t.Fatal(err)
			}
			layer = archive.Layers{s.id("a2"): {Kind: "visible"}}
		}
		s.identify("a2", 200, 100)
		e := s.entry()
		if views := archive.Views(e.Assets); len(views) != 1 || views[0].Base.ID != s.id("a") || len(archive.Misfits(e.Assets)) != 0 {
			t.Errorf("%+v", views)
		}
		line := archive.NewLine(e, true)
		if len(line.Masters) != 2 || line.Masters[1].ID != s.id("b") || len(line.Layers) != 2 || e.Current(line.Masters[1].ID).ID != s.id("b") {
			t.Errorf("%+v", line)
		}
		s.derive("a2")
		if e = s.entry(); e.Assets[0].ID != s.id("a2") || e.Assets[0].Layer == nil || e.Assets[0].Layer.Kind != "visible" {
			t.Errorf("%+v", e.Assets)
		}
		s.sound()
	})
}

// TestWhatThePublicSawOfVersions: earlier versions stay open to the public if they were,
// as long as what stands in their place is.
func TestWhatThePublicSawOfVersions(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, false)
		seen := func() (out []string) {
			t.Helper()
			e, err := s.a.PublicRecord(t.Context(), "x")
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range e.Earlier {
				out = append(out, a.ID)
			}
			return out
		}
		s.receive("li", "draft", "a.tif", "", archive.Created)
		s.show("draft", 100, 50)
		s.receive("li", "first", "a.tif", "", archive.Updated)
		s.show("first", 100, 50)
		if _, err := s.a.Save(t.Context(), "li", archive.Draft{Record: record("x"), Publish: true}); err != nil {
			t.Fatal(err)
		}
		route := record("route")
		route.Stops = []archive.Stop{{Record: "x", Asset: s.id("first")}, {Record: "x", Asset: s.id("draft")}}
		save(t, s.a, archive.Draft{Record: route, Publish: true})
		s.receive("li", "second", "a.tif", "", archive.Updated)
		s.show("second", 100, 50)
		if diff := cmp.Diff([]string{s.id("first")}, seen()); diff != "" {
			t.Errorf("the public finds of earlier versions (-want +got):\n%s", diff)
		}
		e, err := s.a.PublicRecord(t.Context(), "route")
		if err != nil || e.Record.Stops[0].Asset != s.id("first") || e.Record.Stops[1].Asset != "" {
			t.Errorf("a stop of before: %+v, %v", e, err)
		}
		if err := s.a.Withdraw(t.Context(), "li", "x"); err != nil {
			t.Fatal(err)
		}
		s.receive("li", "third", "a.tif", "", archive.Updated)
		s.show("third", 100, 50)
		s.receive("li", "fourth", "a.tif", "", archive.Updated) // the third was never public
		s.show("fourth", 100, 50)
		if err := s.a.Publish(t.Context(), "li", "x"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{s.id("first"), s.id("second")}, seen()); diff != "" {
			t.Errorf("after it was withdrawn (-want +got):\n%s", diff)
		}
		if _, err := s.a.SetLayers(t.Context(), "li", "x", archive.Layers{s.id("fourth"): {Kind: "visible", Tier: archive.TierStaff}}); err != nil {
			t.Fatal(err)
		}
		if got := seen(); len(got) != 0 {
			t.Errorf("the place is closed, and the public finds %v", got)
		}
		s.sound()
	})
}

// TestWrongScans: what cannot be meant is refused, and says why.
func TestWrongScans(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		for _, f := range []string{"a", "b", "a2"} {
			s.receive("li", f, strings.TrimSuffix(f, "2")+".tif", "", map[string]archive.Outcome{"a": archive.Created, "b": archive.Created, "a2": archive.Updated}[f])
			s.show(f, 100, 50)
		}
		log, err := s.a.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ file, replaces, want string }{
			{"new", s.id("a"), "was replaced already; what stands in its place is " + s.id("a2") + " (a.tif)"},
			{"new", "nothing", "is no image of record x"},
			{"new", "a b/c\x00", "is no image of record x"},
			{"b", s.id("a2"), "in the record already, as the image " + s.id("b")},
		} {
			var invalid *archive.InvalidError
			_, err := s.send("li", test.file, "new.tif", test.replaces)
			if !errors.As(err, &invalid) || invalid.Field != "replaces" || !strings.Contains(invalid.Error(), test.want) {
				t.Errorf("%s for %q: %v", test.file, test.replaces, err)
			}
		}
		s.receive("li", "b", "b.tif", s.id("b"), archive.Unchanged) // it is that one
		if now, err := s.a.LastChange(t.Context()); now != log || err != nil {
			t.Errorf("something was logged: %d, %v", now-log, err)
		}
	})
}

// TestVersionsOutliveTheirDatabase: restored into the other kind of database they are the
// same, and an erasure leaves nothing of them.
func TestVersionsOutliveTheirDatabase(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		s := newScans(t, c, true)
		s.receive("li", "a", "a.tif", "", archive.Created)
		s.show("a", 100, 50)
		s.receive("wang", "a2", "a.tif", "", archive.Updated)
		s.show("a2", 200, 100)
		s.receive("wang", "a3", "a.tif", "", archive.Updated)
		want := s.entry()
		if len(want.Earlier) != 1 || len(want.Assets) != 2 {
			t.Fatalf("%+v", want)
		}
		was := dump(t, c)
		for _, kind := range kinds {
			t.Run("into "+kind, func(t *testing.T) {
				to := fresh(t, kind)
				if _, err := Restore(t.Context(), to, was.state, reading{was}, RestoreOptions{}); err != nil {
					t.Fatal(err)
				}
				was.at = 0
				there := open(t, to)
				got, err := there.Entry(t.Context(), "x", false)
				if diff := cmp.Diff(want, got); diff != "" || err != nil {
					t.Errorf("%s, %v", diff, err)
				}
				scans{t, there, newArchive(there)}.sound()
			})
		}
		if err := s.a.Erase(t.Context(), "li", "x", "by order of the court"); err != nil {
			t.Fatal(err)
		}
		assets, err := c.Assets(t.Context(), archive.AssetQuery{Record: "x", State: archive.AssetErased})
		if err != nil || len(assets) != 3 {
			t.Fatalf("%d, %v", len(assets), err)
		}
		for _, a := range assets {
			if a.ReceivedBy != "" || a.Replaces+a.ReplacedBy+a.Replacing+a.Place != "" || !a.ReplacedAt.IsZero() || a.WasPublic {
				t.Errorf("of %s there is left %+v", a.ID, a)
			}
		}
		s.sound()
	})
}

// TestAlteredVersionsAreTold: what the tables say of who replaced whom is proved by the log.
func TestAlteredVersionsAreTold(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := newScans(t, c, true)
		for _, f := range []string{"a", "b"} {
			s.receive("li", f, f+".tif", "", archive.Created)
			s.show(f, 100, 50)
		}
		s.receive("wang", "a2", "a.tif", "", archive.Updated)
		s.show("a2", 100, 50)
		s.receive("wang", "b2", "b.tif", "", archive.Updated)
		s.sound()
		for column, value := range map[string]string{
			"replaced_by": "'" + s.id("b") + "'", "replaced_at": "replaced_at + 1", "was_public": "FALSE", "received_by": "'zhao'",
		} {
			s.altered(t, "a", column, value)
		}
		for _, value := range []string{"'" + s.id("b") + "'", "'nothing'"} {
			s.altered(t, "a2", "replaced_by", value)
			s.altered(t, "b2", "replacing", strings.ReplaceAll(value, s.id("b"), s.id("a2")))
		}
		s.altered(t, "a", "replaced_by", "''")
		s.altered(t, "a2", "place", "'nothing'")
		s.altered(t, "a2", "replaces", "'nothing'")
		s.altered(t, "a2", "replaces", "'"+s.id("a2")+"'")
		s.sound()
	})
}

// altered alters a column, wants that to be told of the asset, and puts it back.
func (s scans) altered(t *testing.T, file, column, value string) {
	t.Helper()
	ctx := t.Context()
	update := func(to string) {
		t.Helper()
		if _, err := s.c.writer.ExecContext(ctx, "UPDATE assets SET "+column+" = "+to+" WHERE id = $1", s.id(file)); err != nil {
			t.Fatal(err)
		}
	}
	var before any
	if err := s.c.reader.QueryRowContext(ctx, "SELECT "+column+" FROM assets WHERE id = $1", s.id(file)).Scan(&before); err != nil {
		t.Fatal(err)
	}
	update(value)
	told := slices.ContainsFunc(faults(t, s.c), func(f Fault) bool { return f.Asset == s.id(file) })
	broken, _ := breaks(t, s.a)
	if !told && !slices.ContainsFunc(broken, func(b archive.Break) bool { return b.Asset == s.id(file) }) {
		t.Errorf("%s of %s is %s, and nothing tells", column, file, value)
	}
	if _, err := s.c.writer.ExecContext(ctx, "UPDATE assets SET "+column+" = $1 WHERE id = $2", before, s.id(file)); err != nil {
		t.Fatal(err)
	}
}

// TestRebuiltVersions: assets of a package that name what is not there are refused.
func TestRebuiltVersions(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		at := a.Now()
		asset := func(file string, change func(*archive.Asset)) archive.Asset {
			out := archive.Asset{
				ID: archive.AssetID("x", sum(file)), Record: "x", Position: 1, Kind: archive.AssetImage, State: archive.AssetRefused, Received: at,
				Failure: &archive.Failure{Code: "c", Why: "w"}, Master: archive.Master{Filename: "a.tif", Key: "k", Size: 3, SHA512: sum(file)},
			}
			change(&out)
			return out
		}
		first, second := archive.AssetID("x", sum("1")), archive.AssetID("x", sum("2"))
		for want, change := range map[string][2]func(*archive.Asset){
			"is no other asset of its record": {func(a *archive.Asset) { a.ReplacedBy = "nobody" }, func(*archive.Asset) {}},
			"as place":                        {func(a *archive.Asset) { a.Place = a.ID }, func(*archive.Asset) {}},
			"as replacing":                    {func(a *archive.Asset) { a.Replacing = "y" }, func(*archive.Asset) {}},
			"replaced by one that it replaced itself": {
				func(a *archive.Asset) { a.ReplacedBy, a.ReplacedAt = second, at }, func(a *archive.Asset) { a.ReplacedBy, a.ReplacedAt = first, at },
			},
		} {
			r := archive.Rebuilt{
				Entry:     archive.Entry{Record: record("x"), Revision: 1, Created: at, Updated: at, Assets: []archive.Asset{asset("1", change[0]), asset("2", change[1])}},
				Revisions: []archive.Revision{{Record: record("x"), Number: 1, At: at, By: "li"}},
			}
			var invalid *archive.InvalidError
			if _, err := a.Rebuild(context.WithoutCancel(t.Context()), "li", []archive.Rebuilt{r}); !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}
