package catalog

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"hexi/archive"
)

// TestKilledWriter kills a process again and again while it writes: whatever it
// was told is saved is there, whole, and what it was not told is there whole or
// not at all.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			address := empty(t, kind) // the first is killed soon after it made the tables
			acknowledged := 0
			for round := range 3 {
				process := child(t, "TestKilledWriterProcess", address, fmt.Sprint("HEXI_CHILD_ROUND=", round))
				out, err := process.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := process.Start(); err != nil {
					t.Fatal(err)
				}
				lines := bufio.NewScanner(out)
				for n := 0; n < 1+7*round && lines.Scan(); n++ {
					acknowledged++
				}
				// Not always at the same point of a transaction.
				time.Sleep(time.Duration(round) * 700 * time.Microsecond)
				if err := process.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				for lines.Scan() { // what it still could say
					acknowledged++
				}
				_ = process.Wait() // it was killed
			}
			c := open(t, address)
			last, err := c.LastChange(t.Context())
			if err != nil || int(last) < acknowledged || int(last) > acknowledged+3 {
				t.Fatalf("%d saves were acknowledged, and the log ends at %d, %v", acknowledged, last, err)
			}
			changes, err := c.Changes(t.Context(), 0, int(last)+1)
			if err != nil {
				t.Fatal(err)
			}
			for i, change := range changes {
				if change.Seq != int64(i+1) {
					t.Fatalf("change %d is number %d", i+1, change.Seq)
				}
				e, err := c.Entry(t.Context(), change.Record, true)
				if err != nil || len(e.Assets) != 1 {
					t.Errorf("record %s: %+v, %v", change.Record, e, err)
				}
			}
			if counts := jobCounts(t, c, ""); counts[archive.JobWaiting] != int(last) {
				t.Errorf("%d changes, jobs %v", last, counts)
			}
			if n, err := c.Count(t.Context(), archive.ListQuery{}); n != int(last) || err != nil {
				t.Errorf("%d changes, %d records, %v", last, n, err)
			}
			if kind == "sqlite" {
				var verdict string
				if err := c.reader.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
					t.Errorf("the file is damaged: %s, %v", verdict, err)
				}
			}
		})
	}
}

// TestKilledWriterProcess is the process that TestKilledWriter kills.
func TestKilledWriterProcess(t *testing.T) {
	address := asChild(t)
	if address == "" {
		return
	}
	c := open(t, address)
	for i := range 10000 {
		id := fmt.Sprintf("r%s-%d", os.Getenv("HEXI_CHILD_ROUND"), i)
		update(t, c, func(ctx context.Context, tx archive.Tx) error {
			if err := tx.PutRevision(ctx, archive.Revision{Record: record(id), Number: 1, At: time.Now()}); err != nil {
				return err
			}
			if err := tx.SetPublished(ctx, id, 1, false, time.Now(), time.Now()); err != nil {
				return err
			}
			if err := tx.PutAsset(ctx, archive.Asset{ID: "a" + id, Record: id}); err != nil {
				return err
			}
			if err := tx.AddJob(ctx, archive.Job{Kind: archive.JobIdentify, Asset: "a" + id}); err != nil {
				return err
			}
			_, err := tx.AddChange(ctx, archive.Change{Record: id, At: time.Now()})
			return err
		})
		if _, err := io.WriteString(os.Stdout, "saved\n"); err != nil {
			t.Fatal(err)
		}
	}
}
