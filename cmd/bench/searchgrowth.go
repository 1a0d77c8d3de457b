package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"hexi/search"
)

// projected is the number of records that growth is carried on to.
const projected = 10_000_000

// growth is what was measured at one number of records.
type growth struct {
	records int
	values  []float64 // in the order of grown
}

// grown are what is measured as the number of records grows.
var grown = []string{
	"on the disk, MB", "anonymous memory, MB", "the search box, median, ms", "the search box, 99 %, ms", "everything, facets, median, ms", "a phrase, median, ms",
}

// benchGrowth measures the search index at several numbers of records, and says what they
// let one expect of more than can be tried.
func benchGrowth(ctx context.Context, s settings, in *inventor, v search.Vocabulary, dir string, w io.Writer) error {
	var all []growth
	for _, n := range s.sizes {
		fmt.Fprintf(w, "records   %d; load average %s\n", n, loadAverage())
		run := &searchRun{in: in, source: newInventedSource(in, n), asker: newAsker(1, in, n), rounds: 2, w: w}
		g, err := run.grow(ctx, filepath.Join(dir, fmt.Sprint(n)), v)
		if err != nil {
			return err
		}
		all = append(all, g)
		fmt.Fprintln(w)
	}
	printGrowth(w, all)
	return nil
}

func (run *searchRun) grow(ctx context.Context, dir string, v search.Vocabulary) (g growth, err error) {
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	each, err := run.build(ctx, dir, v)
	if err != nil {
		return g, err
	}
	defer func() { err = errors.Join(err, run.index.Close()) }()
	var got []*answers
	for _, name := range []string{boxLine.name, "everything, facets", "a phrase"} {
		a, err := run.compare(ctx, run.engines(), lineOf(name), askedEach/run.rounds, 1)
		if err != nil {
			return g, err
		}
		got = append(got, a[0])
	}
	runtime.GC()
	return growth{run.source.count, []float64{
		each * float64(run.source.count) / 1000, float64(anonymousMB(os.Getpid())),
		inMS(got[0].below(.5)), inMS(got[0].below(.99)), inMS(got[1].below(.5)), inMS(got[2].below(.5)),
	}}, nil
}

// lineOf is the sort of question of a name.
func lineOf(name string) line {
	for _, l := range askedLines {
		if l.name == name {
			return l
		}
	}
	return line{}
}

// printGrowth prints a column for each number of records, and one for what a straight line
// through the last two comes to, which is how the work of a search grows at the end.
func printGrowth(w io.Writer, all []growth) {
	fmt.Fprint(w, pad("records", 40))
	for _, g := range all {
		fmt.Fprintf(w, " %11d", g.records)
	}
	if len(all) > 1 {
		fmt.Fprintf(w, "   %d, projected", projected)
	}
	fmt.Fprintln(w)
	for i, name := range grown {
		fmt.Fprint(w, pad(name, 40))
		for _, g := range all {
			fmt.Fprintf(w, " %11.2f", g.values[i])
		}
		if n := len(all); n > 1 {
			fmt.Fprintf(w, "   %.2f", project(all[n-2], all[n-1], i))
		}
		fmt.Fprintln(w)
	}
}

// project carries the straight line through two measurements on; never below the last.
func project(a, b growth, value int) float64 {
	slope := (b.values[value] - a.values[value]) / float64(b.records-a.records)
	return max(b.values[value], b.values[value]+slope*float64(projected-b.records))
}
