package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"hexi/archive"
	"hexi/cmd/hexi/internal/sample"
	"hexi/ingest"
)

// sampleMark is written into the data directory when its sample is complete, so
// that the next start goes straight to serving.
const sampleMark = "sample-complete"

func newDemo(env *environment) *cobra.Command {
	var makeOnly bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Make a sample archive if there is none, through the real pipeline, and serve it", Args: cobra.NoArgs,
		Long: "Make a sample archive if the data directory holds none: true records of Gansu's heritage with drawings made\n" +
			"by hexi itself, taken in through the real pipeline. Then serve it.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := openHouse(cmd.Context(), env)
			if err != nil {
				return err
			}
			defer h.Close() //nolint:errcheck // nothing is written after the jobs stopped
			if err := env.makeSample(cmd.Context(), h); err != nil {
				return err
			}
			if makeOnly {
				return nil
			}
			return h.serve(cmd.Context(), serving{jobs: true}, env.welcome)
		},
	}
	env.flags.registerServer(cmd.Flags())
	env.flags.images.registerJobs(cmd.Flags())
	cmd.Flags().BoolVar(&makeOnly, "make-only", false, "make the sample and end, without serving")
	return cmd
}

// welcome says where to look.
func (env *environment) welcome(address string) {
	data := "hexi-data"
	if s, err := env.flags.load(env.getenv); err == nil {
		data = s.Data
	}
	fmt.Fprintf(env.stdout, "\nThe sample archive is ready:\n\n"+
		"  %[1]s/                           the public site\n"+
		"  %[1]s/search?q=莫高窟             a search\n"+
		"  %[1]s/kiosk/hexi-highlights      a gallery kiosk\n"+
		"  %[1]s/iiif/collection/top        for IIIF viewers\n"+
		"  %[1]s/curate                     the workbench (first: hexi user add NAME --role admin --data %[2]s)\n\n"+
		"End with ctrl-C.\n", address, data)
}

// makeSample draws and ingests the sample, unless the archive has records
// already. Interrupted, it goes on the next time.
func (env *environment) makeSample(ctx context.Context, h *house) error {
	mark := filepath.Join(h.settings.Data, sampleMark)
	if _, err := os.Stat(mark); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for a sample: %w", err)
	}
	dir := filepath.Join(h.settings.Data, "sample")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		if n, err := h.catalog.Count(ctx, archive.ListQuery{}); err != nil || n > 0 {
			return err // somebody's own archive: only serve it
		}
	}
	start := time.Now()
	fmt.Fprintln(env.stderr, "Drawing the sample's pictures …")
	progress := env.newDrawing()
	if err := sample.Write(ctx, dir, runtime.GOMAXPROCS(0), progress.report); err != nil {
		return fmt.Errorf("draw sample: %w", err)
	}
	progress.end()
	drawn := time.Since(start)
	fmt.Fprintf(env.stderr, "Drawn in %s. Taking them into the archive …\n", drawn.Round(100*time.Millisecond))
	report, err := env.ingest(ctx, h, ingest.Request{Paths: []string{dir, filepath.Join(dir, "records.jsonl")}, Publish: true})
	if err != nil {
		return fmt.Errorf("ingest sample: %w", err)
	}
	if !report.Complete() {
		return env.printReport(report)
	}
	fmt.Fprintf(env.stderr, "%d records and %d images in %s.\n", report.Records["created"]+report.Records["updated"]+report.Records["unchanged"],
		report.Assets["ready"]+report.Assets["unchanged"], time.Since(start).Round(100*time.Millisecond))
	if err := os.WriteFile(mark, []byte(time.Now().UTC().Format(time.RFC3339)+"\n"), 0o640); err != nil {
		return fmt.Errorf("note the sample: %w", err)
	}
	// The masters are in the object store: the drawn files are not needed again.
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear the drawn files away: %w", err)
	}
	return nil
}

// drawing shows how far drawing has come: a line on a terminal that is written
// over, elsewhere one now and then.
type drawing struct {
	env      *environment
	mu       sync.Mutex
	last     time.Time
	terminal bool
}

func (env *environment) newDrawing() *drawing {
	f, ok := env.stderr.(*os.File)
	return &drawing{env: env, terminal: ok && term.IsTerminal(int(f.Fd()))}
}

func (d *drawing) report(done, total int64, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	every := 5 * time.Second
	if d.terminal {
		every = 100 * time.Millisecond
	}
	if time.Since(d.last) < every || total == 0 {
		return
	}
	d.last = time.Now()
	line := fmt.Sprintf("  %3d %%  %d of %d megapixels  %s", 100*done/total, done/1e6, total/1e6, name)
	if d.terminal {
		fmt.Fprintf(d.env.stderr, "\r\x1b[K%s", line)
		return
	}
	fmt.Fprintln(d.env.stderr, line)
}

func (d *drawing) end() {
	if d.terminal {
		fmt.Fprint(d.env.stderr, "\r\x1b[K")
	}
}
