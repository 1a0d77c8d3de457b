package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The goals of docs/design.md: photographs in MPx/s, single large pictures in
// the time that dzsave takes, and memory.
const (
	goalPhotographs = 1.5
	goalLargeTIFF   = 0.5
	goalLargeJPEG   = 0.65
	goalIngestMB    = 200
)

// ingestRounds is the most rounds of work that takes seconds each.
const ingestRounds = 3

// benchIngest measures "hexi ingest", the whole pipeline into a new archive,
// beside "vips dzsave" of the same files, which only cuts tiles: photographs by
// the folder, and single large pictures.
func benchIngest(ctx context.Context, s settings, w io.Writer) error {
	dir := filepath.Join(s.dir, "ingest")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	s.rounds = min(s.rounds, ingestRounds)
	fmt.Fprintf(w, "commands  hexi ingest PATH --collection dunhuang --publish --data NEW: identify, access copy, thumbnails, fixity, index\n")
	fmt.Fprintf(w, "          vips %s, one file after the other: tiles only\n", strings.Join(dzsaveArgs("FILE", "OUT"), " "))
	fmt.Fprintf(w, "load      %d rounds of each in turn; what was written before is on the disk when a round begins\n", s.rounds)

	photos := photographs{24, 6000, 4000}
	single := [2]int{12500, 8000}
	if s.quick {
		photos, single = photographs{4, 3000, 2000}, [2]int{5000, 3200}
		fmt.Fprintf(w, "note      these are so small that starting a program weighs most; the goals are for the full sizes\n")
	}
	if err := ingestPhotographs(ctx, s, w, dir, photos); err != nil {
		return err
	}
	if err := ingestSingle(ctx, s, w, dir, single[0], single[1]); err != nil {
		return err
	}
	if !s.large {
		return nil
	}
	return ingestSingle(ctx, s, w, dir, 40_000, 25_000)
}

// ingestPhotographs measures folders of photographs.
func ingestPhotographs(ctx context.Context, s settings, w io.Writer, dir string, p photographs) error {
	folder := filepath.Join(dir, fmt.Sprintf("%d-of-%dx%d", p.count, p.width, p.height))
	if _, err := os.Stat(folder); err != nil {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if err := makePhotographs(ctx, folder, p); err != nil {
			return fmt.Errorf("make photographs: %w", err)
		}
	}
	for _, format := range []string{"jpeg", "tiff"} {
		masters := filepath.Join(folder, format)
		size, err := megabytes(masters)
		if err != nil {
			return err
		}
		files, err := filepath.Glob(filepath.Join(masters, "*.*"))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%d photographs of %d × %d px as %s, %.1f MB each\n\n", len(files), p.width, p.height, format, size/float64(len(files)))
		hexi, dzsave, err := race(ctx, s, dir, masters, files)
		if err != nil {
			return err
		}
		printWorkers(w, p.megapixels(), hexi, dzsave)
		ratio := middle(ratiosOf(dzsave, hexi)) // of MPx/s, so the other way round
		printGoal(w, "hexi / dzsave, MPx/s", fmt.Sprintf("%.2f ×", ratio), atLeast(ratio, goalPhotographs))
	}
	return nil
}

// ingestSingle measures one large picture, as TIFF and as JPEG.
func ingestSingle(ctx context.Context, s settings, w io.Writer, dir string, width, height int) error {
	tiff, err := surface(s, width, height)
	if err != nil {
		return err
	}
	jpeg := tiff[:len(tiff)-len(".tif")] + ".jpg"
	if _, err := os.Stat(jpeg); err != nil {
		if err := vips(ctx, "copy", tiff, jpeg+fmt.Sprintf("[Q=%d]", photographQuality)); err != nil {
			return err
		}
	}
	for _, master := range []struct {
		path, format string
		goal         float64
	}{{tiff, "TIFF", goalLargeTIFF}, {jpeg, "JPEG", goalLargeJPEG}} {
		info, err := os.Stat(master.path)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "\none %s of %d × %d px, %.0f MB\n\n", master.format, width, height, float64(info.Size())/1e6)
		hexi, dzsave, err := race(ctx, s, dir, master.path, []string{master.path})
		if err != nil {
			return err
		}
		printWorkers(w, float64(width)*float64(height)/1e6, hexi, dzsave)
		// What dzsave does, and no more, is to make the copy. The whole pipeline also
		// hashes the master and keeps a copy of it, which goes with its bytes.
		copies := make([]float64, len(hexi.efforts))
		for i := range copies {
			copies[i] = hexi.efforts[i].copying.Seconds() / dzsave.efforts[i].elapsed.Seconds()
		}
		ratio := middle(copies)
		printGoal(w, "hexi's access copy, made and stored / dzsave, time", fmt.Sprintf("%.2f ×", ratio), atMost(ratio, master.goal))
		printGoal(w, "hexi's whole ingest / dzsave, time", fmt.Sprintf("%.2f ×", middle(ratiosOf(hexi, dzsave))), "")
		peak := float64(hexi.peakMB())
		printGoal(w, "hexi's memory, the most over all processes", fmt.Sprintf("%.0f MB", peak), atMost(peak, goalIngestMB))
	}
	return nil
}

// worker is a command that does a piece of work, measured.
type worker struct {
	name    string
	run     func(ctx context.Context) (effort, error)
	efforts []effort
}

// race measures hexi and dzsave on the same masters in interleaved rounds; path
// is what hexi is given, the folder of the files or the only one.
func race(ctx context.Context, s settings, dir, path string, files []string) (hexi, dzsave *worker, err error) {
	out := filepath.Join(dir, "out")
	hexi = &worker{name: "hexi ingest", run: func(ctx context.Context) (effort, error) {
		e, said, err := timed(ctx, s.hexi, append(ingestArgs(out, path), "--verbose")...)
		if err != nil {
			return e, err
		}
		if e.copying, err = copyTime(said); err != nil {
			return e, err
		}
		return e, countCopies(out, len(files))
	}}
	dzsave = &worker{name: "vips dzsave", run: func(ctx context.Context) (effort, error) {
		if err := os.Mkdir(out, 0o755); err != nil {
			return effort{}, err
		}
		var total effort
		for i, file := range files {
			e, _, err := timed(ctx, "vips", dzsaveArgs(file, filepath.Join(out, strconv.Itoa(i)))...)
			if err != nil {
				return total, err
			}
			total.elapsed += e.elapsed
			total.peakKB = max(total.peakKB, e.peakKB)
		}
		return total, nil
	}}
	workers := []*worker{hexi, dzsave}
	for round := range s.rounds {
		for i := range workers {
			one := workers[(round+i)%len(workers)]
			// Nobody pays for what another has left to be written.
			output(ctx, "sync")
			e, err := one.run(ctx)
			if err != nil {
				return nil, nil, err
			}
			one.efforts = append(one.efforts, e)
			if err := os.RemoveAll(out); err != nil {
				return nil, nil, err
			}
		}
	}
	return hexi, dzsave, nil
}

// dzsaveArgs are those of vips for the tiles that hexi makes: their size, their
// quality, their names.
func dzsaveArgs(file, out string) []string {
	return []string{"dzsave", file, out, "--layout", "iiif3", "--tile-size", strconv.Itoa(tileSize), "--suffix", ".jpg[Q=" + iipQuality + "]"}
}

// countCopies holds that an archive has an access copy of every master.
func countCopies(data string, want int) error {
	got := 0
	err := filepath.WalkDir(filepath.Join(data, "objects", "access"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "pyramid.tif" {
			got++
		}
		return err
	})
	if err == nil && got != want {
		err = fmt.Errorf("hexi made %d access copies of %d masters", got, want)
	}
	return err
}

// ratiosOf are the times of one worker by those of another, round by round.
func ratiosOf(a, b *worker) []float64 {
	ratios := make([]float64, len(a.efforts))
	for i := range ratios {
		ratios[i] = a.efforts[i].elapsed.Seconds() / b.efforts[i].elapsed.Seconds()
	}
	return ratios
}

func (k *worker) seconds() []float64 {
	var all []float64
	for _, e := range k.efforts {
		all = append(all, e.elapsed.Seconds())
	}
	return all
}

func (k *worker) peakMB() int {
	most := 0
	for _, e := range k.efforts {
		most = max(most, e.peakKB)
	}
	return most >> 10
}

func printWorkers(w io.Writer, megapixels float64, workers ...*worker) {
	fmt.Fprintf(w, "%s %10s %17s %8s %9s\n", pad("", 36), "time", "(least – most)", "MPx/s", "memory")
	for _, k := range workers {
		all := k.seconds()
		fmt.Fprintf(w, "%s %10s %17s %8.0f %9s\n", pad(k.name, 36), inSeconds(middle(all)),
			"("+inSeconds(slices.Min(all))+" – "+inSeconds(slices.Max(all))+")", megapixels/middle(all), fmt.Sprintf("%d MB", k.peakMB()))
	}
	fmt.Fprintln(w)
}

func inSeconds(s float64) string {
	return time.Duration(s * float64(time.Second)).Round(10 * time.Millisecond).String()
}
