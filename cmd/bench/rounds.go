package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// contender is one server in one setting, or something else that does the same
// work.
type contender struct {
	name     string
	address  string
	requests []request
	// run measures it once. It is called with warmUp first, and what it then
	// returns does not count. Where there is none, the requests are asked in turn.
	run     func(ctx context.Context, round int) (sample, error)
	samples []sample
}

// warmUp is the round before the first.
const warmUp = -1

// compete warms every contender, then measures them in interleaved rounds, each
// round beginning with another one.
func compete(ctx context.Context, s settings, contenders []*contender) error {
	for _, c := range contenders {
		if c.run == nil {
			c.run = func(ctx context.Context, round int) (sample, error) {
				howLong := s.each
				if round == warmUp {
					howLong = max(s.each, time.Second)
				}
				return load(ctx, c.address, c.requests, s.connections, howLong)
			}
		}
		if _, err := c.run(ctx, warmUp); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for round := range s.rounds {
		for i := range contenders {
			c := contenders[(round+i)%len(contenders)]
			sample, err := c.run(ctx, round)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			c.samples = append(c.samples, sample)
		}
	}
	return nil
}

// median is the middle of a contender's rounds.
func (c *contender) median() sample {
	sorted := slices.SortedFunc(slices.Values(c.samples), func(a, b sample) int {
		switch {
		case a.perSecond() < b.perSecond():
			return -1
		case a.perSecond() > b.perSecond():
			return 1
		}
		return 0
	})
	return sorted[len(sorted)/2]
}

func (c *contender) spread() (low, high float64) {
	low, high = c.samples[0].perSecond(), c.samples[0].perSecond()
	for _, s := range c.samples {
		low, high = min(low, s.perSecond()), max(high, s.perSecond())
	}
	return low, high
}

// pad fills a text up to a width; fmt's own counts bytes.
func pad(s string, width int) string {
	return fmt.Sprintf("%s%*s", s, max(0, width-utf8.RuneCountInString(s)), "")
}

// printContenders prints the middle round of each; unit names what is asked for.
func printContenders(w io.Writer, unit string, contenders []*contender) {
	fmt.Fprintf(w, "%s %10s %17s %8s %9s %9s\n", pad("", 36), unit+"/s", "(least – most)", "MB/s", "median", "99 %")
	for _, c := range contenders {
		m := c.median()
		low, high := c.spread()
		fmt.Fprintf(w, "%s %10.0f %17s %8.0f %9s %9s\n", pad(c.name, 36), m.perSecond(),
			fmt.Sprintf("(%.0f – %.0f)", low, high), float64(m.bytes)/m.elapsed.Seconds()/1e6,
			m.times.below(0.5).Round(time.Microsecond), m.times.below(0.99).Round(time.Microsecond))
	}
	fmt.Fprintln(w)
}

// printRatio prints how many times faster one contender is than another: the
// median of the ratios of each round, in which both met the same machine.
func printRatio(w io.Writer, a, b *contender, goal float64) {
	ratios := make([]float64, len(a.samples))
	for i := range ratios {
		ratios[i] = a.samples[i].perSecond() / b.samples[i].perSecond()
	}
	printGoal(w, a.name+" / "+b.name, fmt.Sprintf("%.2f ×", middle(ratios)), atLeast(middle(ratios), goal))
}

// middle is the median; of an even number, the higher one of the two.
func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// printGoal prints a figure and how it stands to its goal, which may be "".
func printGoal(w io.Writer, name, figure, goal string) {
	if goal != "" {
		goal = "   " + goal
	}
	fmt.Fprintf(w, "%s %12s%s\n", pad(name, 62), figure, goal)
}

// atLeast says how a value stands to a goal that it should reach, 0 for none.
func atLeast(value, goal float64) string {
	if goal == 0 {
		return ""
	}
	return verdict(fmt.Sprintf("goal ≥ %g", goal), value >= goal)
}

// atMost says how a value stands to a goal that it should not pass, 0 for none.
func atMost(value, goal float64) string {
	if goal == 0 {
		return ""
	}
	return verdict(fmt.Sprintf("goal ≤ %g", goal), value <= goal)
}

func verdict(goal string, reached bool) string {
	if reached {
		return goal + ": reached"
	}
	return goal + ": NOT reached"
}
