package main

import (
	"math/bits"
	"time"
)

// times counts durations in classes that are an eighth of a power of two wide:
// exact to 12 %, and cheap enough for every request.
type times struct {
	counts [64 * 8]uint32
	total  int
}

func (t *times) add(d time.Duration) {
	t.counts[class(d)]++
	t.total++
}

func (t *times) merge(other *times) {
	for i, n := range other.counts {
		t.counts[i] += n
	}
	t.total += other.total
}

// below is the duration that a share of all stay below, 0.5 for the median.
func (t *times) below(share float64) time.Duration {
	seen := 0
	for i, n := range t.counts {
		if seen += int(n); n > 0 && float64(seen) >= share*float64(t.total) {
			return bound(i)
		}
	}
	return 0
}

// class is the number of the class of a duration: 8 × the place of its highest
// bit, and the three bits behind that.
func class(d time.Duration) int {
	ns := uint64(max(d, 8))
	top := bits.Len64(ns) - 1
	return top*8 + int(ns>>(top-3)&7)
}

// bound is the middle of a class.
func bound(class int) time.Duration {
	top, rest := class/8, class%8
	if top < 3 {
		return 0
	}
	return time.Duration((16 + 2*rest + 1) << top / 16)
}
