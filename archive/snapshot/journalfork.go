package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrForked says that a journal goes on in two ways, as after a restore whose old
// database was put back and written to as well: each has writes that were acknowledged
// and that the other lacks, and only a person knows which are wanted.
var ErrForked = errors.New("the journal goes on in more than one way")

// leg is a part of the way through a journal: a line, up to a number; 0 for all.
type leg struct {
	line  string
	until int64
}

// branch is one of the ways in which a journal goes on after a line.
type branch struct {
	line   string // the line itself, where it was written on
	shared int64  // last number that it has of the line
}

// route finds the lines that a span leads through. Where there is more than one way it
// takes the one to the branch that the span names, and refuses if it names none.
func route(ctx context.Context, from Segments, all []found, s Span) (out []leg, err error) {
	above := ancestors(all, s.Branch)
	if s.Branch != "" && !slices.Contains(above, s.Line) {
		return nil, fmt.Errorf("line %s does not come after line %s of the snapshot in the journal: name another, or take a snapshot that is of it", s.Branch, s.Line)
	}
	for line, after := s.Line, s.After; line != ""; {
		if slices.ContainsFunc(out, func(l leg) bool { return l.line == line }) {
			return nil, fmt.Errorf("line %s comes after itself: %w", line, ErrDamagedJournal)
		}
		ways, err := branches(ctx, from, all, line, after, s.UpTo)
		if err != nil {
			return nil, err
		}
		way := ways[0]
		if len(ways) > 1 {
			i := slices.IndexFunc(ways, func(b branch) bool {
				return s.Branch != "" && b.line != line && slices.Contains(above, b.line)
			})
			if i < 0 && s.Branch == line {
				i = slices.IndexFunc(ways, func(b branch) bool { return b.line == line })
			}
			if i < 0 {
				return nil, forked(ctx, from, all, line, ways)
			}
			way = ways[i]
		}
		switch {
		case way.line == line:
			return append(out, leg{line, s.UpTo}), nil
		case way.shared < after:
			return nil, fmt.Errorf("line %s left line %s at entry %d, and the snapshot holds entry %d of that: take an older snapshot", way.line, line, way.shared, after)
		}
		out = append(out, leg{line, way.shared})
		line, after = way.line, way.shared
	}
	return out, nil
}

// branches returns how a line goes on after a number: in the lines that were restored
// from it, and in itself where it was written on beyond what it shares with them. There
// is always one.
func branches(ctx context.Context, from Segments, all []found, line string, after, upTo int64) (out []branch, err error) {
	shared, itself := int64(0), false
	for _, f := range all {
		id, n := f.restoredFrom()
		if id != line || f.head.Line == line || slices.ContainsFunc(out, func(b branch) bool { return b.line == f.head.Line }) {
			continue
		}
		if upTo > 0 && n >= upTo {
			itself = true // as far as is wanted it is the same
			continue
		}
		shared, itself = max(shared, n), itself || n < after
		out = append(out, branch{f.head.Line, n})
	}
	if len(out) > 0 && !itself {
		n, err := count(ctx, from, all, line, shared)
		if err != nil && !errors.Is(err, ErrDamagedJournal) {
			return nil, err
		}
		itself = n > 0 || err != nil
	}
	if len(out) == 0 || itself {
		out = append(out, branch{line, max(shared, after)})
	}
	return out, nil
}

// restoredFrom returns the line from which that of a segment was restored, and the last
// number that both have; "" for none.
func (f found) restoredFrom() (line string, number int64) {
	id, n, ok := strings.Cut(f.head.After, " ")
	number, err := strconv.ParseInt(n, 10, 64)
	if !ok || err != nil {
		return "", 0
	}
	return id, number
}

// ancestors returns a line and those that it was restored from, one after the other.
func ancestors(all []found, line string) (out []string) {
	for line != "" && !slices.Contains(out, line) {
		out = append(out, line)
		i := slices.IndexFunc(all, func(f found) bool { return f.head.Line == line })
		if i < 0 {
			break
		}
		line, _ = all[i].restoredFrom()
	}
	return out
}

// count returns how many entries a line has after a number, up to a fault of it.
func count(ctx context.Context, from Segments, all []found, line string, after int64) (n int, err error) {
	err = lineReader(from, all, line, after, 0).run(ctx, func(Entry, error) bool {
		n++
		return true
	})
	return n, err
}

// forked tells of the ways that there are.
func forked(ctx context.Context, from Segments, all []found, line string, ways []branch) error {
	var told []string
	for _, b := range ways {
		n, err := count(ctx, from, all, b.line, b.shared)
		if err != nil && !errors.Is(err, ErrDamagedJournal) {
			return err
		}
		var first, last time.Time
		for _, f := range all {
			if f.head.Line != b.line {
				continue
			}
			if first.IsZero() || f.head.At.Before(first) {
				first = f.head.At
			}
			if f.head.At.After(last) {
				last = f.head.At
			}
		}
		way := "restored from it"
		if b.line == line {
			way = "itself written on"
		}
		if err != nil {
			way += ", damaged after that"
		}
		told = append(told, fmt.Sprintf("line %s (%s) has %d entries after %d, in segments begun from %s to %s",
			b.line, way, n, b.shared, first.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339)))
	}
	return fmt.Errorf("after line %s %w: %s", line, ErrForked, strings.Join(told, "; "))
}
