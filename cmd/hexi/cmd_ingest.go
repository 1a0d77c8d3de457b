package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"hexi/archive"
	"hexi/ingest"
	"hexi/ingest/sheet"
)

func newIngest(env *environment) *cobra.Command {
	var req ingest.Request
	var kind string
	cmd := &cobra.Command{
		Use:   "ingest PATH... --collection SLUG",
		Short: "Take files and catalogue sheets into the archive",
		Long: "Take files and catalogue sheets into the archive. Sheets (.xlsx, .csv, .jsonl) give one record a row; their files\n" +
			"column names files in the folders that are given beside them. Folders without a sheet give one record an\n" +
			"image, with the file's name as its title.\n\n" +
			"The command ends when every image can be shown or was refused with a reason. Running it again changes\n" +
			"nothing that is there already, and goes on with what an interrupted run left.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Paths, req.Kind = args, archive.Kind(kind)
			if req.DryRun && req.Review == "" {
				req.Review = reviewBeside(args)
			}
			if req.DryRun {
				clean, err := env.nothingThere()
				if err != nil {
					return err
				}
				defer clean()
			}
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the commit
			report, err := env.ingest(cmd.Context(), h, req)
			var invalid *archive.InvalidError
			if errors.As(err, &invalid) {
				return &usageError{err} // about the call: what is wrong with rows and files is in the report
			}
			if err != nil {
				return err
			}
			return env.printReport(report)
		},
	}
	env.flags.images.registerJobs(cmd.Flags())
	cmd.Flags().StringVar(&req.Collection, "collection", "", "collection for records that name none (dunhuang, great-wall, …)")
	cmd.Flags().StringVar(&kind, "kind", "", "kind for records that name none (relic, mural, cave, site …)")
	cmd.Flags().StringVar(&req.Holder, "holder", "", "who holds the things of sheets that do not name their holder")
	cmd.Flags().StringVar(&req.Mapping, "mapping", "", "what the headings of the sheets mean, in a small YAML `FILE` (default: SHEET.mapping.yaml beside each)")
	cmd.Flags().StringVar(&req.Review, "report", "", "write a workbook `FILE.xlsx` that shows the sheets with what is wrong marked (default in a dry run: NAME.report.xlsx beside the first sheet)")
	cmd.Flags().BoolVar(&req.Publish, "publish", false, "make the records public")
	cmd.Flags().BoolVar(&req.AcceptIncomplete, "accept-incomplete", false, "show images whose files end early as far as they go, and mark them incomplete")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "say what would happen, and change nothing")
	return cmd
}

// reviewBeside names the report of a dry run: beside the first sheet, "" without one.
func reviewBeside(paths []string) string {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.IsDir() || !sheet.IsSheet(path) || strings.HasSuffix(strings.ToLower(path), ".jsonl") {
			continue
		}
		base := strings.TrimSuffix(path, filepath.Ext(path))
		if strings.EqualFold(filepath.Ext(path), ".gz") {
			base = strings.TrimSuffix(base, filepath.Ext(base))
		}
		return strings.TrimSuffix(base, ".report") + ".report.xlsx"
	}
	return ""
}

// ingest runs a request to its end, working the jobs too.
func (env *environment) ingest(ctx context.Context, h *house, req ingest.Request) (*ingest.Report, error) {
	req.By, req.Batch = env.operator(), uuid.Must(uuid.NewV7()).String()
	bars := env.newBars()
	defer bars.end()
	if !req.DryRun {
		stop, err := h.startWorkers(ctx)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	report, received, err := h.pipeline.Run(ctx, req, bars)
	if err != nil {
		return nil, err
	}
	if !req.DryRun {
		if err := h.pipeline.Wait(ctx, report, received, bars.finished); err != nil {
			return nil, err
		}
		if err := h.pipeline.ReportPackages(ctx, report, packagesFor); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// packagesFor is how long an ingest, or a repair, waits at its end for the preservation
// packages; what is not written by then is left to a server, a worker or the next command.
const packagesFor = 10 * time.Minute

// nothingThere lets a dry run work on an empty archive of its own where there is
// none yet, so that it leaves nothing behind.
func (env *environment) nothingThere() (clean func(), err error) {
	s, err := env.flags.load(env.getenv)
	if err != nil {
		return nil, err
	}
	path := s.databaseFile()
	if _, err := os.Stat(path); path == "" || err == nil {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "hexi-dry-run-*")
	if err != nil {
		return nil, fmt.Errorf("make a place for the dry run: %w", err)
	}
	env.flags.Database, env.flags.Objects = "sqlite:"+filepath.Join(dir, "hexi.db"), "dir:"+filepath.Join(dir, "objects")
	return func() { os.RemoveAll(dir) }, nil
}

// operator is the name that the change log gets for what a command does.
func (env *environment) operator() string {
	if name := env.getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "command"
}

// bars shows progress on a terminal, and nothing elsewhere.
type bars struct {
	progress     *mpb.Progress
	files, ready *mpb.Bar
	rows         *mpb.Bar
}

func (env *environment) newBars() *bars {
	f, ok := env.stderr.(*os.File)
	if !ok || env.flags.JSON || !term.IsTerminal(int(f.Fd())) {
		return &bars{}
	}
	b := &bars{progress: mpb.New(mpb.WithOutput(f), mpb.WithWidth(40))}
	line := func(name string) *mpb.Bar {
		return b.progress.AddBar(0,
			mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR), decor.CountersNoUnit("%d / %d", decor.WCSyncSpace)),
			mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.Name("  "), decor.Elapsed(decor.ET_STYLE_MMSS)))
	}
	b.rows, b.files, b.ready = line("records"), line("files received"), line("images ready")
	return b
}

func (b *bars) Found(files int) {
	if b.progress != nil {
		b.files.SetTotal(int64(files), false)
	}
}

func (b *bars) Row() {
	if b.progress != nil {
		b.rows.Increment()
	}
}

func (b *bars) Received() {
	if b.progress != nil {
		b.files.Increment()
	}
}

func (b *bars) finished(n, of int) {
	if b.progress != nil {
		b.ready.SetTotal(int64(of), false)
		b.ready.SetCurrent(int64(n))
	}
}

func (b *bars) end() {
	if b.progress == nil {
		return
	}
	for _, bar := range []*mpb.Bar{b.rows, b.files, b.ready} {
		bar.SetTotal(-1, true) // at whatever it has reached
	}
	b.progress.Wait()
}

// printReport shows what became of everything; errPart if something failed.
func (env *environment) printReport(r *ingest.Report) error {
	if env.flags.JSON {
		if err := printJSON(env.stdout, r); err != nil {
			return err
		}
	} else {
		env.printReportText(r)
	}
	if !r.Complete() {
		return errPart
	}
	return nil
}

// passedOver says which lines of a table are no records of their own.
func passedOver(t ingest.TableReport) string {
	var out strings.Builder
	for _, p := range []struct {
		passed sheet.Passed
		words  string
	}{
		{sheet.PassedTitle, "%d above the headings"}, {sheet.PassedHeading, "%d of headings"}, {sheet.PassedTotal, "%d sums"},
		{sheet.PassedNote, "%d notes"}, {ingest.PassedSame, "of the rows %d are there twice"},
	} {
		if n := t.Passed[p.passed]; n > 0 {
			out.WriteString(", ")
			fmt.Fprintf(&out, p.words, n)
		}
	}
	return out.String()
}

// maxNotes is how many notes are printed; a sheet may have one a row.
const maxNotes = 50

func (env *environment) printReportText(r *ingest.Report) {
	w := env.stdout
	for i, item := range r.Failed {
		fmt.Fprintf(w, "refused  %s: %s\n", item.Where(), item.Why)
		last := i == len(r.Failed)-1 || r.Failed[i+1].Do != item.Do // what is to be done about several is said once
		if item.Do != "" && last {
			fmt.Fprintf(w, "         → %s\n", item.Do)
		}
	}
	for i, item := range r.Notes {
		if i == maxNotes {
			fmt.Fprintf(w, "note     … and %d more; --json has them all\n", len(r.Notes)-maxNotes)
			break
		}
		fmt.Fprintf(w, "note     %s: %s\n", item.Where(), item.Why)
	}
	for _, t := range r.Sheets {
		if r.DryRun {
			printColumns(w, t)
			printFiles(w, t)
		}
		fmt.Fprintf(w, "sheet    %s: %d lines: %d rows%s\n", t.Sheet, t.Lines, t.Rows, passedOver(t))
	}
	if r.Review != "" {
		fmt.Fprintf(w, "report   %s shows the sheets with what is wrong marked\n", r.Review)
	}
	verb := "records"
	if r.DryRun {
		verb = "records would be"
	}
	published := ""
	if r.Published > 0 {
		published = fmt.Sprintf("; %d published", r.Published)
	}
	fmt.Fprintf(w, "%s: %d created, %d updated, %d unchanged, %d refused%s\n", verb,
		r.Records["created"], r.Records["updated"], r.Records["unchanged"], r.Records["refused"], published)
	if r.DryRun {
		fmt.Fprintf(w, "images: %d would be received, %d refused; what is damaged behind its header shows when it is decoded\n", r.Assets["looked-at"], r.Assets["refused"])
	} else {
		fmt.Fprintf(w, "images: %d ready, %d unchanged, %d refused\n", r.Assets["ready"], r.Assets["unchanged"], r.Assets["refused"])
	}
	if r.Layers > 0 {
		fmt.Fprintf(w, "layers: %d set\n", r.Layers)
	}
	if p := r.Packages; p != nil {
		fmt.Fprintf(w, "preservation packages: %d written, %d waiting\n", p.Written, p.Waiting)
		if p.Error != "" {
			fmt.Fprintf(w, "         → those that wait are tried again while a server or worker runs; the last one failed: %s\n", p.Error)
		}
	}
	if !r.DryRun && !r.Changed() && r.Complete() {
		fmt.Fprintln(w, "nothing changed: everything was there already")
	}
}
