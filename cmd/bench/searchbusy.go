package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	followedFor    = 10 * time.Second
	followedAtOnce = 1000 // records, as many as the index takes in one batch
)

// busy measures two clients, what the engines hold meanwhile, and one client while they
// follow changes as fast as they can.
func (run *searchRun) busy(ctx context.Context) error {
	fmt.Fprintln(run.w)
	engines := run.engines()
	runtime.GC()
	got, err := run.compare(ctx, engines, boxLine, askedEach, 2)
	if err != nil {
		return err
	}
	for i, e := range engines {
		goal := ""
		if i == 0 {
			goal = atLeast(got[i].perSecond(), goalBoxes)
		}
		printGoal(run.w, e.name+": search boxes, two clients", fmt.Sprintf("%.0f/s", got[i].perSecond()), goal)
	}
	if len(engines) > 1 {
		printGoal(run.w, "hexi / Lucene", fmt.Sprintf("%.2f ×", got[0].perSecond()/got[1].perSecond()), "")
	}
	hexi := anonymousMB(os.Getpid())
	printGoal(run.w, "hexi: anonymous memory after that", fmt.Sprintf("%d MB", hexi), atMost(float64(hexi), goalAnonymous))
	if run.peer != nil {
		printGoal(run.w, "Lucene: anonymous memory after that", fmt.Sprintf("%d MB", anonymousMB(run.peer.cmd.Process.Pid)), "")
	}
	return run.followed(ctx, engines)
}

// followed measures the search box at rest, and while changes come without a pause.
func (run *searchRun) followed(ctx context.Context, engines []engine) error {
	fmt.Fprintf(run.w, "\n%s %8s %8s %8s %8s\n", pad("", 62), "median", "90 %", "99 %", "CPU")
	for i, e := range engines {
		// A few questions take far longer than all others, so that 99 % can be compared only
		// where the same are asked.
		rest, err := e.ask(ctx, run.sameAsker().questions(boxLine, askedEach), 1)
		if err != nil {
			return err
		}
		change := run.changeIndex
		if i > 0 {
			change = run.changePeer
		}
		during, rate, err := run.meanwhile(ctx, e, change)
		if err != nil {
			return err
		}
		fmt.Fprintf(run.w, "%s %s\n", pad(e.name+": the search box, nothing else", 62), rest.columns())
		fmt.Fprintf(run.w, "%s %s\n", pad(fmt.Sprintf("%s: while %.0f changes/s are followed", e.name, rate), 62), during.columns())
		ratio, goal := over(during.below(.99), rest.below(.99)), ""
		if i == 0 {
			goal = atMost(ratio, goalFollowing)
		}
		printGoal(run.w, e.name+": 99 %, while following / nothing else", fmt.Sprintf("%.2f ×", ratio), goal)
	}
	printGoal(run.w, "hexi: anonymous memory after that", fmt.Sprintf("%d MB", anonymousMB(os.Getpid())), "")
	return nil
}

// sameAsker thinks of the same questions each time.
func (run *searchRun) sameAsker() *asker { return newAsker(2, run.in, run.source.count) }

// meanwhile asks search boxes while changes are made, and says how many of these a second.
func (run *searchRun) meanwhile(ctx context.Context, e engine, change func(context.Context) (stop func() (int, error), err error)) (*answers, float64, error) {
	stop, err := change(ctx)
	if err != nil {
		return nil, 0, err
	}
	all, began, asker := &answers{}, time.Now(), run.sameAsker()
	for err == nil && (len(all.took) < askedEach || time.Since(began) < followedFor) {
		var a *answers
		if a, err = e.ask(ctx, asker.questions(boxLine, 50), 1); err == nil {
			all.merge(a)
		}
	}
	n, stopErr := stop()
	return all, float64(n) / time.Since(began).Seconds(), errors.Join(err, stopErr)
}

// changeIndex changes records at random, and has the index follow, until it is stopped.
func (run *searchRun) changeIndex(ctx context.Context) (func() (int, error), error) {
	var (
		stopped atomic.Bool
		changed int
		failed  error
		done    = make(chan struct{})
	)
	go func() {
		defer close(done)
		d := dice(7)
		for !stopped.Load() && failed == nil {
			numbers := make([]int, followedAtOnce)
			for i := range numbers {
				numbers[i] = d.roll(run.source.count)
			}
			run.source.change(numbers...)
			var n int
			n, failed = run.index.Follow(ctx, run.source)
			changed += n
		}
	}()
	return func() (int, error) {
		stopped.Store(true)
		<-done
		return changed, failed
	}, nil
}

// changePeer has the peer put in records again and again, a thousand at a time.
func (run *searchRun) changePeer(context.Context) (func() (int, error), error) {
	const kept = 20_000 // lines, which the peer was given before
	n := min(kept, run.source.count)
	if _, err := run.peer.do(fmt.Sprintf("changes %d", n), run.peer.records(0, n, 1)); err != nil {
		return nil, err
	}
	if _, err := run.peer.do("follow", nil); err != nil {
		return nil, err
	}
	return func() (int, error) {
		line, err := run.peer.do("stop", nil)
		if err != nil {
			return 0, err
		}
		return strconv.Atoi(line)
	}, nil
}
