package oai

import (
	"regexp"
	"time"
)

// Granularity is how exactly a datestamp is told (section 3.3.1). The zero one is that of no
// datestamp.
type Granularity int

// Those of the specification.
const (
	Days    Granularity = iota + 1 // YYYY-MM-DD
	Seconds                        // YYYY-MM-DDThh:mm:ssZ
)

// secondsLayout is how Seconds are written: UTC, and without fractions.
const secondsLayout = "2006-01-02T15:04:05Z"

// time.Parse takes fractions and what it calls a short year; the specification does not.
var dateShape = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$`)

// Datestamp writes a time as answers have it: in UTC, the second begun.
func Datestamp(t time.Time) string { return t.UTC().Format(secondsLayout) }

// parseDate reads a datestamp of a request.
func parseDate(s string) (time.Time, Granularity, bool) {
	m := dateShape.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, 0, false
	}
	layout, granularity := time.DateOnly, Days
	if m[1] != "" {
		layout, granularity = secondsLayout, Seconds
	}
	t, err := time.Parse(layout, s)
	return t, granularity, err == nil
}

// length is how long one unit lasts: an end names the last one that belongs to it.
func (g Granularity) length() time.Duration {
	if g == Days {
		return 24 * time.Hour
	}
	return time.Second
}
