package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"hexi/archive"
	"hexi/ingest"
	"hexi/ingest/check"
)

func newCheck(env *environment) *cobra.Command {
	var asked checkFlags
	cmd := &cobra.Command{
		Use: "check", Short: "Prove that nothing was lost or altered, and name what was", Args: cobra.NoArgs,
		Long: "Read every master and compute its SHA-512 anew, look at every access copy and preservation package, read the\n" +
			"snapshots and the journal, prove the change log, and compare database, packages, object store and search index\n" +
			"with each other. Every difference is listed with what to do about it. It may run beside servers and ingests.\n" +
			"It mends nothing but with --repair; what it writes is its report and, into the log, which masters are not what\n" +
			"was received, or are again.\n\n" +
			"With --sample 5 a run looks at the next 5 % of the records, so that 20 runs come round to all of them; a server\n" +
			"does that by itself once a day (--check-every).\n\n" +
			"Exit status: 0 all is as it should be, 3 there are differences, 1 something could not be checked.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			opts, err := asked.options()
			if err != nil {
				return err
			}
			if _, err := asked.witnesses(); err != nil {
				return err
			}
			if err := env.somethingThere(cmd.Context()); err != nil {
				return err
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // what was written is committed
			report, err := env.check(cmd.Context(), h, asked, opts)
			if err != nil {
				return err
			}
			return env.printCheck(report, asked)
		},
	}
	asked.register(cmd)
	env.flags.images.registerJobs(cmd.Flags()) // of access copies that are made again
	return cmd
}

// checkFlags are what "hexi check" is told.
type checkFlags struct {
	sample, rate, from string
	heads              []string
	older              time.Duration
	repair, last       bool
}

func (f *checkFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.sample, "sample", "", "look at the next so many percent of the records only, such as 5")
	flags.StringVar(&f.rate, "rate", "", "read at most so much of the object store a second, such as 50M")
	flags.BoolVar(&f.repair, "repair", false, "do what can be done without asking: derive, preserve and index again, remove what nobody knows")
	flags.StringVar(&f.from, "from", "", "with --repair: folder of original files to put lost masters back from")
	flags.DurationVar(&f.older, "older", 7*24*time.Hour, "how old an object that nobody knows must be to be removed")
	flags.StringArrayVar(&f.heads, "head", nil, "a head of the log that was noted down elsewhere, NUMBER:HASH: proves that nothing before it was altered since (may be repeated)")
	flags.BoolVar(&f.last, "last", false, "show the report of the last run and check nothing")
}

func (f *checkFlags) options() (opts check.Options, err error) {
	if f.sample != "" {
		if opts.Percent, err = parsePercent("sample", f.sample); err != nil {
			return opts, err
		}
	}
	if f.rate != "" {
		if opts.Rate, err = parseRate("rate", f.rate); err != nil {
			return opts, err
		}
	}
	if f.from != "" && !f.repair {
		return opts, usage("from: is for --repair")
	}
	if f.older < 0 {
		return opts, usage("older: %s is no age", f.older)
	}
	opts.Repair, opts.From, opts.Older = f.repair, f.from, max(f.older, time.Nanosecond)
	return opts, nil
}

// witnesses are the heads of the log that were noted down elsewhere.
func (f *checkFlags) witnesses() (out []archive.LogHead, err error) {
	for _, head := range f.heads {
		number, hash, _ := strings.Cut(head, ":")
		seq, err := strconv.ParseInt(number, 10, 64)
		if sum, hexErr := hex.DecodeString(hash); err != nil || seq < 1 || hexErr != nil || len(sum) != sha256.Size {
			return nil, usage("head: %q is not NUMBER:HASH, as the seq and hash of an entry of /api/v1/changes", head)
		}
		out = append(out, archive.LogHead{Seq: seq, Hash: strings.ToLower(hash)})
	}
	return out, nil
}

// check runs a check, or shows the last one.
func (env *environment) check(ctx context.Context, h *house, asked checkFlags, opts check.Options) (*check.Report, error) {
	if asked.last {
		report, err := check.LastReport(ctx, h.catalog)
		if err == nil && report == nil {
			err = errors.New("nothing was checked yet: run hexi check")
		}
		return report, err
	}
	parts := h.checkParts()
	witnesses, err := asked.witnesses()
	if err != nil {
		return nil, err
	}
	parts.Log, opts.Log = h.checkLog(witnesses), h.log
	if opts.Repair {
		stop, err := h.startRepairers(ctx)
		if err != nil {
			return nil, err
		}
		defer stop()
		opts.Finish = func(ctx context.Context, r *check.Report) error { return r.Await(ctx, h.archive) }
		opts.Preserve = func(ctx context.Context) (int, string, error) {
			var written ingest.Report
			err := h.pipeline.ReportPackages(ctx, &written, packagesFor)
			if err != nil || written.Packages == nil {
				return 0, "", err
			}
			return written.Packages.Waiting, written.Packages.Error, nil
		}
	}
	return check.New(parts, opts).Run(ctx)
}

// printCheck shows a report; errPart if there are differences.
func (env *environment) printCheck(r *check.Report, asked checkFlags) error {
	if env.flags.JSON {
		if err := printJSON(env.stdout, r); err != nil {
			return err
		}
	} else {
		printCheckText(env.stdout, r)
	}
	switch {
	case r.Open() > 0:
		return errPart
	case len(r.Unchecked) > 0:
		return fmt.Errorf("%d parts could not be checked; the report above says why", len(r.Unchecked))
	}
	return nil
}

func printCheckText(w io.Writer, r *check.Report) {
	for _, d := range r.Differences {
		fmt.Fprintf(w, "%-18s %s\n%-18s %s\n", d.Code, d.Where(), "", d.Why)
		mark := "✓"
		if !d.Mended {
			mark = "✗"
		}
		if d.Repaired != "" {
			fmt.Fprintf(w, "%-18s %s %s\n", "", mark, d.Repaired)
		}
		if !d.Mended {
			fmt.Fprintf(w, "%-18s → %s\n", "", d.Do)
		}
	}
	if r.More > 0 {
		fmt.Fprintf(w, "… and %d more\n", r.More)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note               %s: %s\n", n.Part, n.Why)
	}
	for _, n := range r.Unchecked {
		fmt.Fprintf(w, "not checked        %s: %s\n", n.Part, n.Why)
	}
	l := r.Looked
	fmt.Fprintf(w, "looked at %d rows, %d log entries, %d records, %d masters, %d access copies, %d packages, %d objects, %d snapshots, %d segments of the journal, %d index documents; read %s in %s\n",
		l.Rows, l.Changes, l.Records, l.Masters, l.Access, l.Packages, l.Objects, l.Copies-l.Segments, l.Segments, l.Documents, sizeText(l.Bytes), r.Ended.Sub(r.Started))
	if s := r.Sample; s != nil {
		if s.Ends {
			fmt.Fprintf(w, "a sample of %g %%, the last of round %d: all records were looked at\n", s.Percent, s.Round)
		} else {
			fmt.Fprintf(w, "a sample of %g %%, round %d: the next one goes on after %s\n", s.Percent, s.Round, s.Last)
		}
	}
	switch {
	case r.Open() > 0:
		fmt.Fprintf(w, "%d differences\n", r.Open())
	case len(r.Unchecked) == 0:
		fmt.Fprintln(w, "clean: everything is as it should be")
	}
}

// sizeText is a number of bytes for people.
func sizeText(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for v >= 1000 && i < len(units)-1 {
		v, i = v/1000, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
