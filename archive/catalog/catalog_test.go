package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hexi/archive"
)

// databases returns an empty catalogue of every kind, by address.
func databases(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "a b", "hexi.db")}
	server := os.Getenv("HEXI_TEST_POSTGRES")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HEXI_TEST_POSTGRES is not set: a skipped database is a failure in CI")
		}
		t.Log("HEXI_TEST_POSTGRES is not set: only SQLite is tried; make test starts a server")
		return out
	}
	name := fmt.Sprintf("hexi_test_%08x", rand.Uint32())
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	out["postgres"] = u.String()
	return out
}

func open(t testing.TB, address string) *Catalog {
	t.Helper()
	c, err := Open(t.Context(), address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// both runs a test on every kind of database.
func both(t *testing.T, test func(t *testing.T, c *Catalog, address string)) {
	t.Parallel()
	for name, address := range databases(t) {
		t.Run(name, func(t *testing.T) { test(t, open(t, address), address) })
	}
}

// words is a small vocabulary: fixed data for these tests.
type words struct{}

func (words) Term(_ archive.Scheme, s string) (archive.Term, bool) {
	return archive.Term{Code: s}, s == "dunhuang" || s == "folk" || s == "mural" || s == "cave"
}
func (words) Nearest(archive.Scheme, string) []archive.Term      { return nil }
func (words) PeriodYears(string, string) (from, to int, ok bool) { return 0, 0, false }

func newArchive(c *Catalog) *archive.Archive { return archive.New(c, words{}, archive.Options{}) }

func record(id string) archive.Record {
	return archive.Record{
		ID: id, Collection: "dunhuang", Kind: archive.KindMural, PartOf: "cave-1",
		Titles: archive.Text{"zh": "药师经变 & <飞天> " + id, "en": "Medicine Buddha"},
	}
}

func save(t *testing.T, a *archive.Archive, d archive.Draft) archive.Saved {
	t.Helper()
	saved, err := a.Save(t.Context(), "li", d)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

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
		if _, err := a.Save(t.Context(), "wang", archive.Draft{Record: record("x"), IfRevision: 1}); !errors.Is(err, archive.ErrConflict) {
			t.Errorf("a save over an old revision: %v", err)
		}
		revs, err := a.Revisions(t.Context(), "x")
		if err != nil || len(revs) != 2 || revs[0].Number != 2 || revs[0].Message != "better" || revs[0].By != "li" || revs[0].At.Location() != time.UTC {
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
		results, err := a.SaveAll(t.Context(), "li", []archive.Draft{
			{Record: record("a")}, {Record: bad}, {Record: record("old"), IfRevision: 7}, {Record: unknown}, {Record: record("b")},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, wantErr := range []bool{false, true, true, true, false} {
			if (results[i].Err != nil) != wantErr {
				t.Errorf("draft %d: %+v", i, results[i])
			}
		}
		if n, err := c.Count(t.Context(), archive.ListQuery{}); n != 3 || err != nil {
			t.Errorf("%d records, %v; want 3", n, err)
		}
		// A collection that a curator adds is one from then on.
		own := archive.Record{ID: "atlantis", Collection: "folk", Kind: "cave", Titles: archive.Text{"en": "Atlantis"}}
		own.Kind = "cave"
		save(t, a, archive.Draft{Record: own})
		if _, err := a.Save(t.Context(), "li", archive.Draft{Record: unknown}); err == nil {
			t.Error("a cave was taken for a collection")
		}
	})
}

func TestAccessionIsTheKey(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		r := record("")
		r.Identifiers = []archive.Identifier{{Type: "accession", Value: "甘博-0001"}}
		r.Rights = &archive.Rights{Holder: archive.Text{"zh": "甘肃省博物馆"}}
		first := save(t, a, archive.Draft{Record: r})
		r.Titles = archive.Text{"zh": "新名"}
		second := save(t, a, archive.Draft{Record: r})
		if first.ID != second.ID || second.Revision != 2 {
			t.Errorf("the same accession number made %+v and %+v", first, second)
		}
		r.Rights = &archive.Rights{Holder: archive.Text{"zh": "敦煌研究院"}}
		if other := save(t, a, archive.Draft{Record: r}); other.ID == first.ID {
			t.Error("another holder's number is the same record")
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
		ids := []string{"r0005", "nothing", "r0004", "r0004", "r0002"}
		got, err := c.Entries(t.Context(), ids, true)
		if err != nil || len(got) != 2 || got[0].Record.ID != "r0004" || got[1].Record.ID != "r0002" {
			t.Errorf("entries: %+v, %v", got, err)
		}
	})
}

func TestAssets(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		save(t, a, archive.Draft{Record: record("x")})
		receipt := func(name, hash string) archive.Receipt {
			return archive.Receipt{Asset: archive.AssetID("x", hash), Record: "x", Kind: archive.AssetImage, Filename: name, Key: "k", Size: 3, SHA512: strings.Repeat(hash, 128), Batch: "b1"}
		}
		receive := func(r archive.Receipt, want archive.Outcome) {
			t.Helper()
			if got, err := a.Receive(t.Context(), "li", r); got != want || err != nil {
				t.Errorf("receive %s: %s, %v; want %s", r.Filename, got, err, want)
			}
		}
		receive(receipt("a.tif", "1"), archive.Created)
		receive(receipt("b.tif", "2"), archive.Created)
		receive(receipt("a.tif", "1"), archive.Unchanged)
		receive(receipt("a.tif", "3"), archive.Updated)
		e, err := a.Record(t.Context(), "x")
		if err != nil || len(e.Assets) != 2 || e.Assets[0].Master.SHA512[0] != '3' || e.Assets[0].Position != 1 || e.Assets[1].Position != 2 {
			t.Fatalf("assets: %+v, %v", e, err)
		}
		id := e.Assets[0].ID
		if err := a.Identified(t.Context(), id, "image/tiff", archive.Image{Width: 10, Height: 20, Technical: []byte(`{"a":1}`)}); err != nil {
			t.Fatal(err)
		}
		if err := a.Derived(t.Context(), id, archive.Access{Version: "v", Levels: 1, TileSize: 512, Thumbnails: []archive.Thumbnail{{Width: 1, Height: 2, Name: "t"}}}); err != nil {
			t.Fatal(err)
		}
		if err := a.Refuse(t.Context(), e.Assets[1].ID, archive.Failure{Code: "truncated", Why: "it ends early"}); err != nil {
			t.Fatal(err)
		}
		e, err = a.Record(t.Context(), "x")
		if err != nil || !e.Assets[0].Servable() || e.Assets[0].Image.Height != 20 || e.Assets[0].Access.Thumbnails[0].Height != 2 || e.Assets[1].Failure.Code != "truncated" {
			t.Errorf("assets: %+v, %v", e, err)
		}
		counts, err := a.AssetCounts(t.Context(), "b1")
		if err != nil || counts[archive.AssetReady] != 1 || counts[archive.AssetRefused] != 1 || counts[archive.AssetSuperseded] != 1 {
			t.Errorf("counts: %v, %v", counts, err)
		}
		jobs, err := a.Jobs(t.Context(), archive.JobQuery{Batch: "b1"})
		if err != nil || len(jobs) != 4 || jobs[0].Kind != archive.JobDerive || jobs[0].State != archive.JobWaiting || time.Since(jobs[0].Created).Abs() > time.Hour {
			t.Errorf("jobs: %+v, %v", jobs, err)
		}
		if _, err := a.Receive(t.Context(), "li", archive.Receipt{Asset: "y", Record: "nothing"}); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a file for no record: %v", err)
		}
	})
}

func TestFailedUpdateLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		boom := errors.New("boom")
		err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
			rev := archive.Revision{Record: record("x"), Number: 1, At: time.Now()}
			if err := tx.PutRevision(ctx, rev); err != nil {
				return err
			}
			if _, err := tx.AddChange(ctx, archive.Change{Record: "x", Action: archive.ActionCreated, At: time.Now()}); err != nil {
				return err
			}
			if err := tx.AddJob(ctx, archive.Job{Kind: archive.JobIdentify, Asset: "a", Batch: "b"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if _, err := c.Entry(t.Context(), "x", false); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("the record stayed: %v", err)
		}
		if seq, err := c.LastChange(t.Context()); seq != 0 || err != nil {
			t.Errorf("the log stayed: %d, %v", seq, err)
		}
		if counts, err := c.JobCounts(t.Context(), ""); len(counts) != 0 || err != nil {
			t.Errorf("the job stayed: %v, %v", counts, err)
		}
	})
}

// TestLogFollowsCommits has many writers, in two catalogues on one database, and
// one reader who must never see a number before a smaller one.
func TestLogFollowsCommits(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		other := open(t, address)
		const writers, each = 6, 15
		var wg sync.WaitGroup
		for w := range writers {
			a := newArchive(c)
			if w%2 == 1 {
				a = newArchive(other)
			}
			wg.Go(func() {
				for i := range each {
					if _, err := a.Save(t.Context(), "li", archive.Draft{Record: record(fmt.Sprintf("w%d-%d", w, i))}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		last := int64(0)
		for finished := false; last < writers*each; {
			changes, err := c.Changes(t.Context(), last, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range changes {
				if change.Seq != last+1 {
					t.Fatalf("seq %d follows %d", change.Seq, last)
				}
				last = change.Seq
			}
			if finished && len(changes) == 0 {
				t.Fatalf("the log ends at %d, want %d", last, writers*each)
			}
			select {
			case <-done:
				finished = true
			default:
			}
		}
		wg.Wait()
	})
}

func TestWatch(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		other := open(t, address)
		for name, writer := range map[string]*Catalog{"this process": c, "another": other} {
			ctx, cancel := context.WithCancel(t.Context())
			news := c.Watch(ctx)
			time.Sleep(2 * watchEvery) // what was there before does not count
			select {
			case <-news:
			default:
			}
			save(t, newArchive(writer), archive.Draft{Record: record(strings.ReplaceAll(name, " ", "-"))})
			select {
			case <-news:
			case <-time.After(5 * time.Second):
				t.Errorf("a change by %s was not heard of", name)
			}
			cancel()
			for range news { // closed when the context ends
			}
		}
	})
}

func TestJobsRunAndRetry(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		var identified, derived, tries atomic.Int32
		runner, err := c.NewRunner(RunnerOptions{Workers: 4, JobTimeout: time.Minute, Handlers: map[archive.JobKind]func(context.Context, archive.Job) error{
			archive.JobIdentify: func(_ context.Context, j archive.Job) error {
				switch j.Asset {
				case "flaky":
					if tries.Add(1) == 1 {
						return errors.New("the store does not answer")
					}
				case "panics":
					if tries.Add(1) < 100 {
						panic("handler")
					}
				case "gone":
					return fmt.Errorf("asset gone: %w", archive.ErrNotFound)
				}
				identified.Add(1)
				return nil
			},
			archive.JobDerive: func(context.Context, archive.Job) error { derived.Add(1); return nil },
		}})
		if err != nil {
			t.Fatal(err)
		}
		add := func(kind archive.JobKind, asset string) {
			t.Helper()
			err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
				return tx.AddJob(ctx, archive.Job{Kind: kind, Asset: asset, Batch: "b"})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for i := range 50 {
			add(archive.JobIdentify, fmt.Sprint("a", i))
			add(archive.JobIdentify, fmt.Sprint("a", i)) // the same job waits already
			add(archive.JobDerive, fmt.Sprint("a", i))
		}
		add(archive.JobIdentify, "flaky")
		add(archive.JobIdentify, "panics")
		add(archive.JobIdentify, "gone")
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		deadline := time.Now().Add(20 * time.Second)
		var counts map[archive.JobState]int
		for time.Now().Before(deadline) {
			if counts, err = c.JobCounts(t.Context(), "b"); err != nil {
				t.Fatal(err)
			}
			if counts[archive.JobDone] == 101 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if identified.Load() != 51 || derived.Load() != 50 || counts[archive.JobFailed] != 1 || counts[archive.JobRetry]+counts[archive.JobRunning]+counts[archive.JobWaiting] != 1 {
			t.Errorf("identified %d, derived %d, counts %v", identified.Load(), derived.Load(), counts)
		}
		jobs, err := c.Jobs(t.Context(), archive.JobQuery{Batch: "b", Limit: 3})
		if err != nil || len(jobs) != 3 || jobs[0].Asset != "gone" || jobs[0].State != archive.JobFailed || !strings.Contains(jobs[0].Error, "not found") || jobs[0].Ended.IsZero() {
			t.Errorf("jobs: %+v, %v", jobs, err)
		}
		failed, err := c.Jobs(t.Context(), archive.JobQuery{State: archive.JobFailed})
		if err != nil || len(failed) != 1 {
			t.Errorf("failed jobs: %+v, %v", failed, err)
		}
		if err := runner.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestKilledWorker kills a process in the middle of a job: another takes the
// job over at once.
func TestKilledWorker(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
			return tx.AddJob(ctx, archive.Job{Kind: archive.JobIdentify, Asset: "a", Batch: "b"})
		})
		if err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWorkerProcess$")
		child.Env = append(os.Environ(), "HEXI_WORKER_DATABASE="+address)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the child takes the job", func() bool {
			counts, err := c.JobCounts(t.Context(), "b")
			return err == nil && counts[archive.JobRunning] == 1
		})
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // killed

		var worked atomic.Int32
		handler := func(context.Context, archive.Job) error { worked.Add(1); return nil }
		runner, err := c.NewRunner(RunnerOptions{Workers: 2, JobTimeout: time.Minute, Handlers: map[archive.JobKind]func(context.Context, archive.Job) error{
			archive.JobIdentify: handler, archive.JobDerive: handler,
		}})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := runner.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the job is done", func() bool {
			counts, err := c.JobCounts(t.Context(), "b")
			return err == nil && counts[archive.JobDone] == 1
		})
		if took := time.Since(start); took > 5*time.Second || worked.Load() != 1 {
			t.Errorf("taken over after %s, worked %d times", took, worked.Load())
		}
		if err := runner.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestWorkerProcess is the process that TestKilledWorker kills; it does nothing
// when it is not started by it.
func TestWorkerProcess(t *testing.T) {
	address := os.Getenv("HEXI_WORKER_DATABASE")
	if address == "" {
		return
	}
	c := open(t, address)
	block := func(ctx context.Context, _ archive.Job) error { <-ctx.Done(); return ctx.Err() }
	runner, err := c.NewRunner(RunnerOptions{Workers: 1, JobTimeout: time.Minute, Handlers: map[archive.JobKind]func(context.Context, archive.Job) error{
		archive.JobIdentify: block, archive.JobDerive: block,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := runner.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}

func TestUsersAndTokens(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		a := newArchive(c)
		if err := a.AddUser(t.Context(), "li", archive.RoleCurator, "hash"); err != nil {
			t.Fatal(err)
		}
		token, err := a.AddToken(t.Context(), "li")
		if err != nil {
			t.Fatal(err)
		}
		if u, err := a.UserByToken(t.Context(), token); err != nil || u.Name != "li" || u.Role != archive.RoleCurator {
			t.Errorf("user by token: %+v, %v", u, err)
		}
		if _, err := a.UserByToken(t.Context(), token+"x"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a wrong token: %v", err)
		}
		if err := a.AddUser(t.Context(), "li", archive.RoleAdmin, "other"); err != nil {
			t.Fatal(err)
		}
		if u, err := a.User(t.Context(), "li"); err != nil || u.Role != archive.RoleAdmin || u.PasswordHash != "other" {
			t.Errorf("user: %+v, %v", u, err)
		}
		if err := a.DisableUser(t.Context(), "li"); err != nil {
			t.Fatal(err)
		}
		if _, err := a.UserByToken(t.Context(), token); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a disabled user's token: %v", err)
		}
		if users, err := a.Users(t.Context()); err != nil || len(users) != 1 || !users[0].Disabled {
			t.Errorf("users: %+v, %v", users, err)
		}
		if _, err := a.AddToken(t.Context(), "nobody"); !errors.Is(err, archive.ErrNotFound) {
			t.Errorf("a token for nobody: %v", err)
		}
	})
}

func TestSessions(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		s := c.Sessions()
		if err := s.Commit("t", []byte{0, 1, 255}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := s.Commit("old", []byte("x"), time.Now().Add(-time.Second)); err != nil {
			t.Fatal(err)
		}
		if data, ok, err := s.Find("t"); err != nil || !ok || string(data) != "\x00\x01\xff" {
			t.Errorf("find: %q %v %v", data, ok, err)
		}
		if _, ok, err := s.Find("old"); ok || err != nil {
			t.Errorf("an ended session is found: %v", err)
		}
		if err := s.Delete("t"); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := s.Find("t"); ok || err != nil {
			t.Errorf("a deleted session is found: %v", err)
		}
	})
}

func TestOpenTwiceAndNewerSchema(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		save(t, newArchive(c), archive.Draft{Record: record("x")})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				again, err := Open(t.Context(), address, Options{})
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := again.Entry(t.Context(), "x", false); err != nil {
					t.Error(err)
				}
				if err := again.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if _, err := c.others.ExecContext(t.Context(), "INSERT INTO schema_versions (version_id, is_applied) VALUES (9999, true)"); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), address, Options{}); err == nil || !strings.Contains(err.Error(), "newer") {
			t.Errorf("a newer schema: %v", err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"sqlite:", "postgres://li:hush@127.0.0.1:1/x?connect_timeout=1", "postgres://li:hush@%zz/x"} {
		_, err := Open(t.Context(), address, Options{})
		if err == nil {
			t.Errorf("%s was opened", address)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}
