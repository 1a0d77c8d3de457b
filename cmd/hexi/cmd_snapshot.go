package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"hexi/archive"
	"hexi/archive/catalog"
	"hexi/archive/snapshot"
)

// snapshotFlags say which of its three things "hexi snapshot" is to do.
type snapshotFlags struct {
	to, verify, restore string
	replace             bool
	upTo                int64
	line                string
	keepJournal         int // days
}

func newSnapshot(env *environment) *cobra.Command {
	var f snapshotFlags
	cmd := &cobra.Command{
		Use: "snapshot --to FILE | --verify FILE | --restore FILE", Short: "Keep a copy of the catalogue, check one, or put one back", Args: cobra.NoArgs,
		Long: "Keep a copy of the catalogue as it is at one moment, while servers and workers go on (--to); look through a\n" +
			"copy without touching anything (--verify); or put one back where there is no catalogue (--restore).\n\n" +
			"A copy holds records with all revisions, assets, the change log, users and tokens; not who is signed in,\n" +
			"and no masters: those are in the object store, which needs a copy of its own. It is the same file for SQLite\n" +
			"and PostgreSQL, so that one can be restored into the other. What a copy is damaged in, or lacks, is said\n" +
			"before anything is changed.\n\n" +
			"FILE is a path, or store: for the object store, where copies lie under snapshots/ (store: alone names a new\n" +
			"one for --to, the latest for the others; store:KEY a certain one).",
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := env.flags.load(env.getenv)
			if err != nil {
				return err
			}
			n := 0
			for _, path := range []string{f.to, f.verify, f.restore} {
				if path != "" {
					n++
				}
			}
			switch {
			case n != 1:
				return usage("snapshot: give one of --to, --verify and --restore")
			case (f.replace || f.upTo != 0 || f.line != "") && f.restore == "":
				return usage("--replace, --up-to and --line go with --restore")
			case f.upTo < 0 || f.keepJournal < 0:
				return usage("--up-to and --keep-journal are not negative")
			case f.to != "":
				return env.takeSnapshot(cmd.Context(), s, f)
			case f.verify != "":
				return env.verifySnapshot(cmd.Context(), s, f)
			}
			return env.restoreSnapshot(cmd.Context(), s, f)
		},
	}
	cmd.Flags().StringVar(&f.to, "to", "", "write a copy to this file, or to store:")
	cmd.Flags().StringVar(&f.verify, "verify", "", "look through a copy")
	cmd.Flags().StringVar(&f.restore, "restore", "", "put a copy back")
	cmd.Flags().BoolVar(&f.replace, "replace", false, "with --restore: move a SQLite catalogue that is there aside")
	cmd.Flags().Int64Var(&f.upTo, "up-to", 0, "with --restore: the last entry of the journal to put back (default all)")
	cmd.Flags().StringVar(&f.line, "line", "", "with --restore: the line of the journal to follow where it goes on in more than one way; the refusal names them")
	cmd.Flags().IntVar(&f.keepJournal, "keep-journal", 30, "with --to: clear away what the journal holds that is older than so many days; as long as snapshots are kept")
	return cmd
}

// snapshotReport is what the command prints with --json.
type snapshotReport struct {
	Snapshot string            `json:"snapshot"`
	Of       catalog.State     `json:"of"`
	Holds    snapshot.Summary  `json:"holds"`
	Restored *catalog.Restored `json:"restored,omitempty"`
	Cleared  int               `json:"journalCleared,omitempty"` // segments of the journal
	Resumed  int               `json:"resumed,omitempty"`        // assets that are worked on again
	Erased   int               `json:"erased,omitempty"`         // records that were erased after the copy, and are again
}

func (env *environment) printSnapshot(r snapshotReport, did string) error {
	if env.flags.JSON {
		return printJSON(env.stdout, r)
	}
	fmt.Fprintf(env.stdout, "%s: %s, of %s (%s, schema %d, change %d)\n", r.Snapshot, did, r.Of.At.Format(time.RFC3339), r.Of.Database, r.Of.Schema, r.Of.LastChange)
	fmt.Fprintf(env.stdout, "%d records, %d revisions, %d assets, %d changes, %d users\nSHA-512 of its lines %s\n",
		r.Holds.Tables["records"], r.Holds.Tables["revisions"], r.Holds.Tables["assets"], r.Holds.Tables["changes"], r.Holds.Tables["users"], r.Holds.SHA512)
	if r.Restored == nil {
		return nil
	}
	fmt.Fprintf(env.stdout, "%d later writes came out of the journal; the catalogue is at change %d; %d assets are worked on again by the next server or worker\n",
		r.Restored.Replayed, r.Restored.LastChange, r.Resumed)
	if r.Erased > 0 {
		fmt.Fprintf(env.stdout, "%s erased since and erased again, as the preservation packages say; the next server or worker removes what is left\n", countedWere(r.Erased, "record"))
	}
	if r.Restored.Aside != "" {
		fmt.Fprintf(env.stdout, "the catalogue that was there before lies in %s\n", r.Restored.Aside)
	}
	return nil
}

func (env *environment) takeSnapshot(ctx context.Context, s settings, f snapshotFlags) error {
	if err := env.somethingThere(ctx); err != nil {
		return err
	}
	place, err := openPlace(ctx, s, f.to)
	if err != nil {
		return err
	}
	defer place.Close() //nolint:errcheck // the copy is whole by then, or there is an error already
	c, err := catalog.Open(ctx, s.Database, catalog.Options{Logger: newLog(env.stderr, s.Verbose)})
	if err != nil {
		return fmt.Errorf("open catalogue: %w", err)
	}
	defer c.Close() //nolint:errcheck // only read
	report := snapshotReport{}
	report.Snapshot, err = place.create(ctx, time.Now(), func(w io.Writer) error {
		sink := &hearingSink{env: env, last: time.Now()}
		err := c.Dump(ctx, func(of catalog.State) (_ catalog.Sink, err error) {
			report.Of = of
			sink.Writer, err = snapshot.NewWriter(w, of)
			return sink, err
		})
		if err != nil {
			return err
		}
		report.Holds, err = sink.Close()
		return err
	})
	if err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	store, err := openPlace(ctx, s, journalInStore)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // nothing is written to it but what is durable
	if j := openJournal(s, store.store); j != nil {
		// What is older than the snapshots that are kept.
		if report.Cleared, err = j.Prune(ctx, report.Of.At.AddDate(0, 0, -f.keepJournal)); err != nil {
			return fmt.Errorf("the snapshot is written, but: %w", err)
		}
	}
	return env.printSnapshot(report, "written")
}

// hearingSink says how far it is, now and then, for those who look.
type hearingSink struct {
	*snapshot.Writer
	env  *environment
	rows int64
	last time.Time
}

func (s *hearingSink) Row(values []any) error {
	s.rows++
	if s.rows%1024 == 0 {
		s.last = s.env.hear(s.last, "%d rows are written", s.rows)
	}
	return s.Writer.Row(values)
}

// hear says how far a long command is, every two seconds, unless it is to speak JSON.
func (env *environment) hear(last time.Time, format string, args ...any) time.Time {
	now := time.Now()
	if env.flags.JSON || now.Sub(last) < 2*time.Second {
		return last
	}
	fmt.Fprintf(env.stderr, format+"\n", args...)
	return now
}

func (env *environment) verifySnapshot(ctx context.Context, s settings, f snapshotFlags) error {
	place, err := openPlace(ctx, s, f.verify)
	if err != nil {
		return err
	}
	defer place.Close() //nolint:errcheck // only read
	report, err := place.verify(ctx)
	if err != nil {
		return err
	}
	return env.printSnapshot(report, "whole")
}

func (env *environment) restoreSnapshot(ctx context.Context, s settings, f snapshotFlags) error {
	place, err := openPlace(ctx, s, f.restore)
	if err != nil {
		return err
	}
	defer place.Close() //nolint:errcheck // only read
	// All of it is looked at before anything is changed.
	report, err := place.verify(ctx)
	if err != nil {
		return err
	}
	body, err := place.open(ctx)
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // only read
	from, err := snapshot.NewReader(body)
	if err != nil {
		return err
	}
	store, err := openPlace(ctx, s, journalInStore)
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // nothing is written to it but what is durable
	stones, err := erasedSince(ctx, store.store)
	if err != nil {
		return fmt.Errorf("the snapshot is whole, but not the list of what was erased since (nothing was changed): %w", err)
	}
	journal := openJournal(s, store.store)
	opts := catalog.RestoreOptions{Replace: f.replace}
	if journal != nil {
		defer journal.Close() //nolint:errcheck // what is written to it is durable
		// This, too, is looked at before anything is changed.
		later := int64(0)
		for _, err := range entriesAfter(ctx, journal, report.Of, f) {
			if errors.Is(err, snapshot.ErrForeign) {
				return fmt.Errorf("the snapshot is whole, but it is of another archive than this one, as it seems (nothing was changed): %w. "+
					"If it is the right one all the same, name its journal with --journal, or put back the copy alone with --journal off", err)
			}
			if errors.Is(err, snapshot.ErrForked) {
				return fmt.Errorf("the snapshot is whole, but it has to be said what was written since (--line ID names the line to follow; nothing was changed): %w", err)
			}
			if err != nil {
				return fmt.Errorf("the snapshot is whole, but not what was written since (--up-to N puts back what comes before the fault, --journal off only the snapshot): %w", err)
			}
			later++
		}
		fmt.Fprintf(env.stderr, "the journal has %d later writes\n", later)
		opts.Journal, opts.ParseRow = entriesAfter(ctx, journal, report.Of, f), journal.ParseRow
	}
	log, last := newLog(env.stderr, s.Verbose), time.Now()
	opts.Logger, opts.Progress = log, func(n int64) { last = env.hear(last, "%d of %d rows are put back", n, report.Holds.Rows) }
	restored, err := catalog.Restore(ctx, s.Database, report.Of, from, opts)
	var invalid *archive.InvalidError
	switch {
	case errors.As(err, &invalid):
		return &usageError{err}
	case err != nil:
		return fmt.Errorf("restore %s: %w", place.name, err)
	}
	report.Restored = &restored
	if err := env.resume(ctx, s.Database, catalog.Options{Logger: log, Journal: journalOf(journal)}, stones, &report); err != nil {
		return err
	}
	return env.printSnapshot(report, "restored")
}
