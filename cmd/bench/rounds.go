package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// compete warms every contender, then measures them in interleaved rounds, each
// round beginning with another one.
func compete(ctx context.Context, s settings, contenders []*contender) error {
	for _, c := range contenders {
		if _, err := load(ctx, c.address, c.requests, s.connections, max(s.each, time.Second)); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	for round := range s.rounds {
		for i := range contenders {
			c := contenders[(round+i)%len(contenders)]
			sample, err := load(ctx, c.address, c.requests, s.connections, s.each)
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

func printContenders(w io.Writer, contenders []*contender) {
	fmt.Fprintf(w, "%s %10s %17s %8s %9s %9s\n", pad("", 36), "tiles/s", "(least – most)", "MB/s", "median", "99 %")
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
	slices.Sort(ratios)
	ratio := ratios[len(ratios)/2]
	fmt.Fprintf(w, "%s %10.2f ×", pad(a.name+" / "+b.name, 46), ratio)
	switch {
	case goal == 0:
	case ratio >= goal:
		fmt.Fprintf(w, "   goal %g: reached", goal)
	default:
		fmt.Fprintf(w, "   goal %g: NOT reached", goal)
	}
	fmt.Fprintln(w)
}
