package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hexi/archive/vocab"
	"hexi/search"
)

// The goals, on two cores with a million records.
const (
	goalIndexing  = 2500 // records a second
	goalDisk      = 2.5  // kB a record
	goalBoxes     = 100  // search boxes a second, two clients
	goalAnonymous = 600  // MB
	goalFollowing = 3    // times as long 99 % may take while the index follows at full rate
)

const (
	searchRecords = 100_000
	askedEach     = 400    // questions of each line
	deepRecords   = 50_000 // so many have a page 200 of anything that is asked for
)

// searchRun is what is measured, and by what.
type searchRun struct {
	in     *inventor
	source *inventedSource
	index  *search.Index
	peer   *lucene // nil where there is none
	asker  *asker
	rounds int
	w      io.Writer
}

// benchSearch measures the search index, in this process, and Lucene beside it, over
// records that are made up: how fast the index is made, what it takes, and what
// questions take.
func benchSearch(ctx context.Context, s settings, w io.Writer) (err error) {
	n := s.records
	if n == 0 {
		n = searchRecords
	}
	v, err := vocab.Load()
	if err != nil {
		return err
	}
	in, err := newInventor(v)
	if err != nil {
		return err
	}
	dir := filepath.Join(s.dir, "search")
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if len(s.sizes) > 0 {
		return benchGrowth(ctx, s, in, v, dir, w)
	}
	run := &searchRun{in: in, source: newInventedSource(in, n), asker: newAsker(1, in, n), rounds: max(1, min(4, s.rounds)), w: w}
	size, err := inventedSize(in)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "records   %d, made up of the vocabularies' terms; %s; load average %s\n", n, size, loadAverage())
	run.peer, err = startLucene(ctx, filepath.Join(dir, "lucene"), in)
	switch {
	case errors.Is(err, errNoLucene):
		fmt.Fprintf(w, "peer      none: %v\n", err)
	case err != nil:
		return err
	default:
		fmt.Fprintf(w, "peer      Lucene %s, %s, %s\n", version(ctx, "liblucene8-java"), output(ctx, "javac", "-version"), "-Xmx1g")
		defer func() { err = errors.Join(err, run.peer.stop()) }()
	}
	fmt.Fprintln(w)
	if _, err := run.build(ctx, filepath.Join(dir, "hexi"), v); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.index.Close()) }()
	if err := run.buildPeer(ctx); err != nil {
		return err
	}
	if err := run.lines(ctx); err != nil {
		return err
	}
	return run.busy(ctx)
}

// inventedSize says how large a record is on average, and what it takes to make one,
// which is part of what is measured as indexing.
func inventedSize(in *inventor) (string, error) {
	const sample = 2000
	began := time.Now()
	for n := range sample {
		in.entry(n, 0)
	}
	each := time.Since(began) / sample
	size := 0
	for n := range sample {
		b, err := json.Marshal(in.entry(n, 0).Record)
		if err != nil {
			return "", err
		}
		size += len(b)
	}
	return fmt.Sprintf("%d bytes of JSON each, made in %d µs", size/sample, each.Microseconds()), nil
}

// build makes the index, waits until its files are as they stay, and opens it again. It
// says how many kB of them a record has.
func (run *searchRun) build(ctx context.Context, dir string, v search.Vocabulary) (each float64, err error) {
	opts := search.Options{Vocabulary: v}
	index, err := search.Open(ctx, dir, opts)
	if err != nil {
		return 0, err
	}
	began, cpu := time.Now(), cpuOf(os.Getpid())
	_, err = index.Reindex(ctx, run.source, nil)
	if err == nil {
		each, err = run.built(ctx, "hexi", dir, time.Since(began), os.Getpid(), cpu, true)
	}
	if err := errors.Join(err, index.Close()); err != nil {
		return 0, err
	}
	// What making the index took is given back, to see what serving takes.
	debug.FreeOSMemory()
	began = time.Now()
	if run.index, err = search.Open(ctx, dir, opts); err != nil {
		return 0, err
	}
	opened := time.Since(began)
	began = time.Now()
	if _, err := run.index.Search(ctx, indexQuery(run.asker.searchBox())); err != nil {
		return 0, errors.Join(err, run.index.Close())
	}
	printGoal(run.w, "hexi: opened, and the first search box answered", fmt.Sprintf("%.2f s + %.2f s", opened.Seconds(), time.Since(began).Seconds()), "")
	return each, nil
}

// built prints how fast an index was made by a process, whose processor time was so much
// before, and how large it is once it is as it stays, and
// returns the kB of a record.
func (run *searchRun) built(ctx context.Context, name, dir string, took time.Duration, pid int, before time.Duration, goals bool) (float64, error) {
	cpu := cpuOf(pid) - before
	size, err := settled(ctx, dir)
	if err != nil {
		return 0, err
	}
	n := float64(run.source.count)
	rate, each := n/took.Seconds(), float64(size)/n/1000
	var goalRate, goalSize string
	if goals {
		goalRate, goalSize = atLeast(rate, goalIndexing), atMost(each, goalDisk)
	}
	printGoal(run.w, name+": indexed", fmt.Sprintf("%.0f records/s", rate), goalRate)
	printGoal(run.w, name+": processor time of that", fmt.Sprintf("%.2f ms each", 1000*cpu.Seconds()/n), "")
	printGoal(run.w, name+": and until its files are as they stay", fmt.Sprintf("%.2f ms each", 1000*(cpuOf(pid)-before).Seconds()/n), "")
	printGoal(run.w, name+": on the disk", fmt.Sprintf("%.2f kB each", each), goalSize)
	return each, nil
}

func (run *searchRun) buildPeer(ctx context.Context) error {
	if run.peer == nil {
		return nil
	}
	began, cpu := time.Now(), cpuOf(run.peer.cmd.Process.Pid)
	n := run.source.count
	if _, err := run.peer.do(fmt.Sprintf("index %d", n), run.peer.records(0, n, 0)); err != nil {
		return err
	}
	if _, err := run.built(ctx, "Lucene", run.peer.dir, time.Since(began), run.peer.cmd.Process.Pid, cpu, false); err != nil {
		return err
	}
	_, err := run.peer.do("open", nil)
	return err
}

// engine is one of those that are asked.
type engine struct {
	name string
	searcher
}

func (run *searchRun) engines() []engine {
	out := []engine{{"hexi", indexSearcher{run.index}}}
	if run.peer != nil {
		out = append(out, engine{"Lucene", run.peer})
	}
	return out
}

// lines asks all sorts of questions, one client, the engines in turn.
func (run *searchRun) lines(ctx context.Context) error {
	fmt.Fprintf(run.w, "\none client, %d questions of each sort in %d rounds in turn, none twice but by chance; times in ms; CPU is the mean of all threads\n\n", askedEach, run.rounds)
	fmt.Fprintf(run.w, "%s %8s %8s %8s %8s %9s\n", pad("", 62), "median", "90 %", "99 %", "CPU", "found")
	engines := run.engines()
	for _, l := range askedLines {
		if deep := l.ask(run.asker).page; deep > 0 && run.source.count < deepRecords {
			fmt.Fprintf(run.w, "%s left out: ask among %d records or more\n", pad(l.name, 62), deepRecords)
			continue
		}
		got, err := run.compare(ctx, engines, l, run.each(l), 1)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		for i, e := range engines {
			name, verdict := l.name, l.verdict(got[i])
			if i > 0 {
				name, verdict = "  "+e.name, "hexi / "+e.name+": "+got[0].comparedTo(got[i])
			}
			fmt.Fprintf(run.w, "%s %s %9d   %s\n", pad(name, 62), got[i].columns(), got[i].hits/max(1, len(got[i].took)), verdict)
		}
	}
	return nil
}

// compare asks the engines the same questions in interleaved rounds, after one that does
// not count.
func (run *searchRun) compare(ctx context.Context, engines []engine, l line, each, clients int) ([]*answers, error) {
	got := make([]*answers, len(engines))
	for i := range got {
		got[i] = &answers{}
	}
	for round := warmUp; round < run.rounds; round++ {
		questions := run.asker.questions(l, each)
		for i := range engines {
			which := (round + 1 + i) % len(engines)
			a, err := engines[which].ask(ctx, questions, clients)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", engines[which].name, err)
			}
			if questions[0].page > 0 {
				a.cpu = 0 // it is for the most part that of the way there
			}
			if round != warmUp {
				got[which].merge(a)
			}
		}
	}
	return got, nil
}

// each is how many questions of a line are asked in a round.
func (run *searchRun) each(l line) int {
	n := askedEach / run.rounds
	if l.ask(run.asker).page > 0 {
		n /= following
	}
	return max(1, n)
}

// verdict says how a line stands to its goals.
func (l line) verdict(a *answers) string {
	var out []string
	if l.goal > 0 {
		out = append(out, atMost(inMS(a.below(.5)), l.goal))
	}
	if l.p99 > 0 {
		out = append(out, "99 %: "+atMost(inMS(a.below(.99)), l.p99))
	} else if l.goal > 0 && inMS(a.below(.5)) <= l.goal && inMS(a.below(.99)) > l.goal {
		out = append(out, "by the median, not by 99 %")
	}
	return strings.Join(out, "; ")
}

// below is what a share of the questions stay below, exactly: a share of 0.99 of four
// hundred is the fourth longest.
func (a *answers) below(share float64) time.Duration {
	if len(a.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(a.took))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func (a *answers) cpuEach() time.Duration { return a.cpu / time.Duration(max(1, len(a.took))) }

func (a *answers) columns() string {
	cpu := "–" // not known, or too little to count
	if a.cpu > 0 {
		cpu = fmt.Sprintf("%.2f", inMS(a.cpuEach()))
	}
	return fmt.Sprintf("%8.2f %8.2f %8.2f %s", inMS(a.below(.5)), inMS(a.below(.9)), inMS(a.below(.99)), padLeft(cpu, 8))
}

// padLeft fills a text up to a width in front of it; fmt's own counts bytes.
func padLeft(s string, width int) string {
	return fmt.Sprintf("%*s%s", max(0, width-utf8.RuneCountInString(s)), "", s)
}

// comparedTo says how many times as long an engine took as another.
func (a *answers) comparedTo(other *answers) string {
	out := fmt.Sprintf("%.2f ×", over(a.below(.5), other.below(.5)))
	if a.cpu > 0 && other.cpu > 0 {
		out += fmt.Sprintf(" (CPU %.2f ×)", over(a.cpuEach(), other.cpuEach()))
	}
	return out
}

func inMS(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func over(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }
