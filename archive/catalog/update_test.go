package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"hexi/archive"
)

// write puts one of everything into a transaction.
func write(ctx context.Context, tx archive.Tx) error {
	if err := tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 1, At: time.Now()}); err != nil {
		return err
	}
	if err := tx.PutAsset(ctx, archive.Asset{ID: "a", Record: "x"}); err != nil {
		return err
	}
	if err := tx.PutUser(ctx, archive.User{Name: "li"}); err != nil {
		return err
	}
	if err := tx.AddJob(ctx, archive.Job{Kind: archive.JobIdentify, Asset: "a", Batch: "b"}); err != nil {
		return err
	}
	_, err := tx.AddChange(ctx, archive.Change{Record: "x", Revision: 1, Action: archive.ActionCreated, At: time.Now()})
	return err
}

func TestFailedUpdateLeavesNothing(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		empty := func(why string) {
			t.Helper()
			if _, err := c.Entry(t.Context(), "x", false); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s: the record stayed: %v", why, err)
			}
			if _, err := c.Asset(t.Context(), "a"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s: the asset stayed: %v", why, err)
			}
			if _, err := c.User(t.Context(), "li"); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("%s: the user stayed: %v", why, err)
			}
			if seq, err := c.LastChange(t.Context()); seq != 0 || err != nil {
				t.Errorf("%s: the log stayed: %d, %v", why, seq, err)
			}
			if counts := jobCounts(t, c, ""); len(counts) != 0 {
				t.Errorf("%s: the job stayed: %v", why, counts)
			}
		}
		boom := errors.New("boom")
		err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
			if err := write(ctx, tx); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		empty("an error")

		ctx, cancel := context.WithCancel(t.Context())
		err = c.Update(ctx, func(ctx context.Context, tx archive.Tx) error {
			defer cancel()
			return write(ctx, tx)
		})
		if err == nil {
			t.Error("a cancelled transaction was committed")
		}
		empty("a cancelled context")

		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
				if err := write(ctx, tx); err != nil {
					return err
				}
				panic("boom")
			})
		}()
		empty("a panic")
		update(t, c, write) // the connection is free again
		if counts := jobCounts(t, c, "b"); counts[archive.JobWaiting] != 1 {
			t.Errorf("jobs: %v", counts)
		}
	})
}

func TestTransactionSeesItsOwnWrites(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			for i := 1; i <= 3; i++ {
				r := record("x")
				r.Titles["en"] = fmt.Sprint("title ", i)
				if err := tx.PutRevision(ctx, archive.Revision{Record: r, Number: i, At: time.Now()}); err != nil {
					return err
				}
			}
			if err := tx.SetPublished(ctx, "x", 2, false, time.Now(), time.Now()); err != nil {
				return err
			}
			e, err := tx.Entry(ctx, "x")
			if err != nil || e.Revision != 3 || e.Published != 2 || e.Record.Titles["en"] != "title 3" {
				t.Errorf("inside: %+v, %v", e, err)
			}
			if _, err := c.Entry(ctx, "x", false); !errors.Is(err, archive.ErrNotFound) {
				t.Errorf("outside, before the commit: %v", err)
			}
			return tx.PutAsset(ctx, archive.Asset{ID: "a", Record: "x", State: archive.AssetReceived})
		})
		e, err := c.Entry(t.Context(), "x", true)
		if err != nil || e.Record.Titles["en"] != "title 2" || len(e.Assets) != 1 || e.Assets[0].Position != 1 {
			t.Errorf("the public sees %+v, %v", e, err)
		}
	})
}

func TestWritesAreChecked(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, _ string) {
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 1, At: time.Now()})
		})
		now := time.Now()
		for name, test := range map[string]struct {
			fn   func(ctx context.Context, tx archive.Tx) error
			want error // nil: an *archive.InvalidError
		}{
			"revision again": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 1, At: now})
			}, archive.ErrConflict},
			"revision left out": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 3, At: now})
			}, archive.ErrConflict},
			"not the first": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutRevision(ctx, archive.Revision{Record: record("y"), Number: 2, At: now})
			}, archive.ErrConflict},
			"publish nothing": {func(ctx context.Context, tx archive.Tx) error {
				return tx.SetPublished(ctx, "y", 1, false, now, now)
			}, archive.ErrNotFound},
			"publish the future": {func(ctx context.Context, tx archive.Tx) error {
				return tx.SetPublished(ctx, "x", 2, false, now, now)
			}, archive.ErrNotFound},
			"asset of nothing": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutAsset(ctx, archive.Asset{ID: "a", Record: "y"})
			}, archive.ErrNotFound},
			"token of nobody": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutToken(ctx, "nobody", "00", now)
			}, archive.ErrNotFound},
			"no record": {func(ctx context.Context, tx archive.Tx) error {
				_, err := tx.Entry(ctx, "a\x00")
				return err
			}, archive.ErrNotFound},
			"bad id": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutRevision(ctx, archive.Revision{Record: record("a b"), Number: 1, At: now})
			}, nil},
			"NUL": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 2, At: now, Message: "\x00"})
			}, nil},
			"broken UTF-8": {func(ctx context.Context, tx archive.Tx) error {
				return tx.PutAsset(ctx, archive.Asset{ID: "a", Record: "x", Master: archive.Master{Filename: "\xb8\xca.tif"}})
			}, nil},
			"kind of job": {func(ctx context.Context, tx archive.Tx) error {
				return tx.AddJob(ctx, archive.Job{Kind: "Make tea"})
			}, nil},
		} {
			err := c.Update(t.Context(), test.fn)
			var invalid *archive.InvalidError
			if test.want != nil && !errors.Is(err, test.want) || test.want == nil && !errors.As(err, &invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// One that was refused and passed over leaves no trace in the transaction.
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			bad := record("x")
			bad.Collection = "folk"
			if err := tx.PutRevision(ctx, archive.Revision{Record: bad, Number: 2, At: now, Message: "\x00"}); err == nil {
				t.Error("NUL was taken")
			}
			return tx.PutRevision(ctx, archive.Revision{Record: record("x"), Number: 2, At: now})
		})
		if e, err := c.Entry(t.Context(), "x", false); err != nil || e.Revision != 2 || e.Record.Collection != "dunhuang" {
			t.Errorf("%+v, %v", e, err)
		}
		err := c.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error { return c.Update(ctx, write) })
		if err == nil || !strings.Contains(err.Error(), "inside Update") {
			t.Errorf("Update inside Update: %v", err)
		}
	})
}

// TestLogFollowsCommits has many writers, in two catalogues on one database, and
// one reader who must never see a number before a smaller one. Inside their
// transactions the writers read through the catalogue, too.
func TestLogFollowsCommits(t *testing.T) {
	both(t, func(t *testing.T, c *Catalog, address string) {
		other := open(t, address)
		const writers, each = 20, 5
		var wg sync.WaitGroup
		for w := range writers {
			use := c
			if w%2 == 1 {
				use = other
			}
			wg.Go(func() {
				for i := range each {
					err := use.Update(t.Context(), func(ctx context.Context, tx archive.Tx) error {
						id := fmt.Sprintf("w%d-%d", w, i)
						if _, err := use.LastChange(ctx); err != nil {
							return err
						}
						if _, err := tx.AddChange(ctx, archive.Change{Record: id, At: time.Now()}); err != nil {
							return err
						}
						if err := tx.PutRevision(ctx, archive.Revision{Record: record(id), Number: 1, At: time.Now()}); err != nil {
							return err
						}
						if i == 0 {
							time.Sleep(5 * time.Millisecond) // let the others come
						}
						if w == 3 {
							return errors.New("not this one") // leaves no gap
						}
						_, err := tx.AddChange(ctx, archive.Change{Record: id, At: time.Now()})
						return err
					})
					if (err != nil) != (w == 3) {
						t.Error(err)
						return
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		const want = (writers - 1) * each * 2
		last := int64(0)
		for finished := false; last < want; {
			changes, err := c.Changes(t.Context(), last, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range changes {
				if change.Seq != last+1 {
					t.Fatalf("%d follows %d", change.Seq, last)
				}
				last = change.Seq
				if _, err := c.Entry(t.Context(), change.Record, false); err != nil {
					t.Fatalf("change %d is seen before its record: %v", change.Seq, err)
				}
			}
			if finished && len(changes) == 0 {
				t.Fatalf("the log ends at %d, want %d", last, want)
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
		for name, writer := range map[string]*Catalog{"this-process": c, "another": other} {
			ctx, cancel := context.WithCancel(t.Context())
			news := c.Watch(ctx)
			<-news // the first look
			save(t, newArchive(writer), archive.Draft{Record: record(name)})
			start := time.Now()
			select {
			case <-news:
			case <-time.After(5 * time.Second):
				t.Errorf("a change by %s was not heard of", name)
			}
			if writer == c && time.Since(start) > watchEvery/2 {
				t.Errorf("a change of this process was heard of after %s", time.Since(start))
			}
			cancel()
			for range news { // closed when the context ends
			}
		}
		if len(c.watchers) != 0 {
			t.Errorf("%d watch on", len(c.watchers))
		}
	})
}
