package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

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
	searchRecords  = 100_000
	askedEach      = 400 // questions of each line
	followingMin   = 10 * time.Second
	followedAtOnce = 1000 // records, as many as the index takes in one batch
)

// searchRun is what is measured, and by what.
type searchRun struct {
	in     *inventor
	source *inventedSource
	index  *search.Index
	dir    string
	asker  *asker
	rounds int
}

// benchSearch measures the search index over records that are made up, in this process:
// how fast it is made, what it takes, and what questions take.
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
	run := &searchRun{in: in, source: newInventedSource(in, n), dir: filepath.Join(s.dir, "search"), asker: newAsker(1, in, n), rounds: max(1, min(4, s.rounds))}
	defer func() { err = errors.Join(err, os.RemoveAll(run.dir)) }()
	fmt.Fprintf(w, "records   %d, made up of the vocabularies' terms; %s; load average %s\n", n, inventedSize(in), loadAverage())
	if err := run.build(ctx, v, w); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.index.Close()) }()
	if err := run.lines(ctx, w); err != nil {
		return err
	}
	return run.busy(ctx, w)
}

// inventedSize says how large a record is on average, and what it takes to make one,
// which is part of what is measured as indexing.
func inventedSize(in *inventor) string {
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
			return err.Error()
		}
		size += len(b)
	}
	return fmt.Sprintf("%d bytes of JSON each, made in %d µs", size/sample, each.Microseconds())
}

// build makes the index, waits until its files are as they stay, and opens it again.
func (run *searchRun) build(ctx context.Context, v search.Vocabulary, w io.Writer) error {
	opts := search.Options{Vocabulary: v}
	index, err := search.Open(ctx, run.dir, opts)
	if err != nil {
		return err
	}
	began := time.Now()
	n, err := index.Reindex(ctx, run.source, nil)
	made := time.Since(began)
	var size int64
	if err == nil {
		size, err = settled(ctx, run.dir)
	}
	if err := errors.Join(err, index.Close()); err != nil {
		return err
	}
	rate, each := float64(n)/made.Seconds(), float64(size)/float64(n)/1000
	printGoal(w, "hexi: indexed", fmt.Sprintf("%.0f records/s", rate), atLeast(rate, goalIndexing))
	printGoal(w, "hexi: on the disk", fmt.Sprintf("%.2f kB a record", each), atMost(each, goalDisk))

	// What making the index took is given back, to see what serving takes.
	debug.FreeOSMemory()
	began = time.Now()
	if run.index, err = search.Open(ctx, run.dir, opts); err != nil {
		return err
	}
	opened := time.Since(began)
	began = time.Now()
	if _, err := run.index.Search(ctx, indexQuery(run.asker.searchBox())); err != nil {
		return errors.Join(err, run.index.Close())
	}
	printGoal(w, "hexi: opened, and the first search box answered", fmt.Sprintf("%.2f s + %.2f s", opened.Seconds(), time.Since(began).Seconds()), "")
	return nil
}

// settled waits until nothing in a directory has grown or shrunk for three seconds, and
// says how large it is: engines merge their files for a while.
func settled(ctx context.Context, dir string) (int64, error) {
	const calm = 6
	before, same := int64(-1), 0
	for range 240 {
		size, err := bytesBelow(dir)
		if err != nil {
			return 0, err
		}
		if same++; size != before {
			same = 0
		}
		if before = size; same == calm {
			break
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	return before, nil
}

func bytesBelow(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return ignoreGone(err)
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return ignoreGone(err)
	})
	return size, err
}

// ignoreGone passes over a file that was merged away while it was looked at.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// lines asks all sorts of questions, one client.
func (run *searchRun) lines(ctx context.Context, w io.Writer) error {
	fmt.Fprintf(w, "\none client, %d questions of each sort in %d rounds, none asked twice\n", askedEach, run.rounds)
	fmt.Fprintf(w, "%s %9s %9s %9s %9s\n", pad("", 62), "median", "90 %", "99 %", "found")
	hexi := indexSearcher{run.index}
	for _, l := range askedLines {
		got := &answers{}
		for round := warmUp; round < run.rounds; round++ {
			a, err := hexi.ask(ctx, run.asker.questions(l, run.each(l)), 1)
			if err != nil {
				return fmt.Errorf("%s: %w", l.name, err)
			}
			if round != warmUp {
				got.merge(a)
			}
		}
		fmt.Fprintf(w, "%s %9s %9s %9s %9d   %s\n", pad(l.name, 62), shown(got.below(.5)), shown(got.below(.9)), shown(got.below(.99)), got.hits/len(got.took), l.verdict(got))
	}
	return nil
}

// each is how many questions of a line are asked in a round.
func (run *searchRun) each(l line) int {
	n := askedEach / run.rounds
	if l.ask(run.asker).page > 0 {
		n /= following
	}
	return n
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
// hundred is the fifth longest.
func (a *answers) below(share float64) time.Duration {
	if len(a.took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(a.took))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func inMS(d time.Duration) float64       { return float64(d.Microseconds()) / 1000 }
func shown(d time.Duration) string       { return fmt.Sprintf("%.2f ms", inMS(d)) }
func ratioOf(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

// busy measures two clients, what the process holds meanwhile, and one client while the
// index follows changes as fast as it can.
func (run *searchRun) busy(ctx context.Context, w io.Writer) error {
	fmt.Fprintln(w)
	hexi := indexSearcher{run.index}
	two, anonymous := &answers{}, 0
	for round := range run.rounds {
		a, err := hexi.ask(ctx, run.asker.questions(boxLine, 2*askedEach), 2)
		if err != nil {
			return err
		}
		two.merge(a)
		if round == 0 {
			runtime.GC()
		}
		anonymous = max(anonymous, anonymousMB(os.Getpid()))
	}
	printGoal(w, "hexi: search boxes, two clients", fmt.Sprintf("%.0f/s", two.perSecond()), atLeast(two.perSecond(), goalBoxes))
	printGoal(w, "hexi: anonymous memory while serving, at most", fmt.Sprintf("%d MB", anonymous), atMost(float64(anonymous), goalAnonymous))

	rest, err := hexi.ask(ctx, run.asker.questions(boxLine, askedEach), 1)
	if err != nil {
		return err
	}
	during, rate, err := run.whileFollowing(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s %9s %9s %9s\n", pad("hexi: the search box, nothing else", 62), shown(rest.below(.5)), shown(rest.below(.9)), shown(rest.below(.99)))
	fmt.Fprintf(w, "%s %9s %9s %9s\n", pad(fmt.Sprintf("hexi: the search box, while %.0f changes/s are followed", rate), 62), shown(during.below(.5)), shown(during.below(.9)), shown(during.below(.99)))
	ratio := ratioOf(during.below(.99), rest.below(.99))
	printGoal(w, "hexi: 99 %, while following / nothing else", fmt.Sprintf("%.2f ×", ratio), atMost(ratio, goalFollowing))
	printGoal(w, "hexi: anonymous memory after that", fmt.Sprintf("%d MB", anonymousMB(os.Getpid())), "")
	return nil
}

// whileFollowing asks search boxes while changes come without a pause.
func (run *searchRun) whileFollowing(ctx context.Context) (*answers, float64, error) {
	var (
		stop    atomic.Bool
		changed int
		failed  error
		began   = time.Now()
		done    = make(chan struct{})
	)
	go func() {
		defer close(done)
		d := dice(7)
		for !stop.Load() && failed == nil {
			numbers := make([]int, followedAtOnce)
			for i := range numbers {
				numbers[i] = d.roll(run.source.count)
			}
			run.source.change(numbers...)
			n, err := run.index.Follow(ctx, run.source)
			changed, failed = changed+n, err
		}
	}()
	all := &answers{}
	var err error
	for err == nil && (len(all.took) < askedEach || time.Since(began) < followingMin) {
		var a *answers
		if a, err = (indexSearcher{run.index}).ask(ctx, run.asker.questions(boxLine, 50), 1); err == nil {
			all.merge(a)
		}
	}
	stop.Store(true)
	<-done
	return all, float64(changed) / time.Since(began).Seconds(), errors.Join(err, failed)
}

// anonymousMB is how much memory of a process is no file's: it cannot be given up, as
// that of an index that is mapped can.
func anonymousMB(pid int) int {
	value, _ := procValue("/proc/"+strconv.Itoa(pid)+"/smaps_rollup", "Anonymous")
	kb, _ := strconv.Atoi(strings.TrimSuffix(value, " kB"))
	return kb >> 10
}

// loadAverage is that of the last minute: others may be at work on the machine.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}
