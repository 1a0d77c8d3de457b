package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// Segments is where the segments of a journal lie.
type Segments interface {
	Segments(ctx context.Context) iter.Seq2[string, error]
	Open(ctx context.Context, name string) (io.ReadCloser, error)
}

// Codec turns rows into lines and back, for the one who keeps the tables.
type Codec struct{}

// AppendRow is the function of that name.
func (Codec) AppendRow(dst []byte, values []any) ([]byte, error) { return AppendRow(dst, values) }

// ParseRow is the function of that name.
func (Codec) ParseRow(line []byte, kinds []string) ([]any, error) { return ParseRow(line, kinds) }

// found is a segment that there is.
type found struct {
	name string
	head segmentHead
}

// Span says which entries are wanted.
type Span struct {
	Line   string // of which catalogue: that of a snapshot
	After  int64  // those that come after this number in it
	UpTo   int64  // the last number; 0 for all
	Branch string // line to lead to where the journal forks; "" if it does not
}

// Read yields the entries of a span in their order and without a gap: those of its
// line, then, where that catalogue was restored and written on, those of its successor.
// A gap, an entry that was altered and two that differ under one number are errors, and
// so is a fork of which the span does not name the branch (ErrForked).
func Read(ctx context.Context, from Segments, s Span) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := readSpan(ctx, from, s, yield); err != nil && !errors.Is(err, errStopped) {
			yield(Entry{}, err)
		}
	}
}

// ErrForeign says that a journal is of other catalogues than the one that is asked for.
var ErrForeign = errors.New("the journal is of another catalogue")

func foreign(all []found, line string) error {
	var lines []string
	for _, f := range all {
		if !slices.Contains(lines, f.head.Line) {
			lines = append(lines, f.head.Line)
		}
	}
	return fmt.Errorf("%w: it holds writes of %s, and none of %s", ErrForeign, strings.Join(lines, ", "), line)
}

func readSpan(ctx context.Context, from Segments, s Span, yield func(Entry, error) bool) error {
	all, err := heads(ctx, from)
	if err != nil {
		return err
	}
	if len(all) > 0 && s.Line != "" && !slices.ContainsFunc(all, func(f found) bool {
		id, _ := f.restoredFrom()
		return f.head.Line == s.Line || id == s.Line
	}) {
		return foreign(all, s.Line)
	}
	way, err := route(ctx, from, all, s)
	if err != nil {
		return err
	}
	after := s.After
	for _, part := range way {
		if err := lineReader(from, all, part.line, after, part.until).run(ctx, yield); err != nil {
			return err
		}
		after = part.until
	}
	return nil
}

// lineReader returns what reads the entries of one line after a number up to another.
func lineReader(from Segments, all []found, line string, after, until int64) *merger {
	m := &merger{from: from, want: after + 1, until: until}
	for _, f := range all {
		if f.head.Line == line {
			m.waiting = append(m.waiting, f)
		}
	}
	return m
}

// errStopped says that who reads wants no more.
var errStopped = errors.New("stopped")

// heads reads the heads of all segments, in the order of their first numbers.
func heads(ctx context.Context, from Segments) (out []found, err error) {
	for name, err := range from.Segments(ctx) {
		if err != nil {
			return nil, err
		}
		r, err := from.Open(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("open segment %s: %w", name, err)
		}
		s, err := openSegment(name, r)
		err = errors.Join(err, r.Close())
		if errors.Is(err, errTorn) || errors.Is(err, io.EOF) {
			continue // its process ended while it began it
		}
		if err != nil {
			return nil, err
		}
		out = append(out, found{name, s.head})
	}
	slices.SortFunc(out, func(a, b found) int {
		if a.head.From != b.head.From {
			return int(max(-1, min(1, a.head.From-b.head.From)))
		}
		return strings.Compare(a.name, b.name)
	})
	return out, nil
}

// merger reads the segments of one line side by side.
type merger struct {
	from    Segments
	waiting []found // in the order of their first numbers
	open    []*cursor
	want    int64
	until   int64 // the last number wanted; 0 for all
}

type cursor struct {
	*segment
	body  io.Closer
	entry Entry
}

func (m *merger) run(ctx context.Context, yield func(Entry, error) bool) (err error) {
	defer func() {
		for _, c := range m.open {
			err = errors.Join(err, c.body.Close())
		}
	}()
	for m.until == 0 || m.want <= m.until {
		if err := ctx.Err(); err != nil {
			return err
		}
		for len(m.waiting) > 0 && m.waiting[0].head.From <= m.want {
			if err := m.openNext(ctx); err != nil {
				return err
			}
		}
		e, err := m.take()
		if err != nil {
			return err
		}
		if e == nil {
			return m.gap()
		}
		if !yield(*e, nil) {
			return errStopped
		}
		m.want++
	}
	return nil
}

func (m *merger) openNext(ctx context.Context) error {
	f := m.waiting[0]
	m.waiting = m.waiting[1:]
	body, err := m.from.Open(ctx, f.name)
	if err != nil {
		return fmt.Errorf("open segment %s: %w", f.name, err)
	}
	s, err := openSegment(f.name, body)
	if err != nil {
		return errors.Join(err, body.Close())
	}
	m.open = append(m.open, &cursor{segment: s, body: body})
	return nil
}

// take returns the entry that is wanted, from whichever segments have it.
func (m *merger) take() (*Entry, error) {
	var out *Entry
	for i := 0; i < len(m.open); {
		c := m.open[i]
		for c.entry.Number < m.want {
			var err error
			if c.entry, err = c.next(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
		}
		switch {
		case c.entry.Number < m.want: // it is at its end
			if err := c.body.Close(); err != nil {
				return nil, err
			}
			m.open = slices.Delete(m.open, i, i+1)
			continue
		case c.entry.Number > m.want:
		case out == nil:
			out = &c.entry
		case out.sum() != c.entry.sum():
			return nil, fmt.Errorf("%w: there are two entries %d that differ, as when an older database was put in the place of a newer one by other means than a restore; up to entry %d all is well",
				ErrDamagedJournal, m.want, m.want-1)
		}
		i++
	}
	return out, nil
}

// gap is nil where nothing comes after what was read.
func (m *merger) gap() error {
	later := int64(0)
	for _, c := range m.open {
		later = max(later, c.entry.Number)
	}
	for _, f := range m.waiting {
		later = max(later, f.head.From)
	}
	if later == 0 || m.until > 0 && later > m.until {
		return nil
	}
	return fmt.Errorf("%w: entry %d is missing, and there are later ones: a segment is missing, or something was written with the journal off; up to entry %d all is well",
		ErrDamagedJournal, m.want, m.want-1)
}
