package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"syscall"

	"hexi/archive"
)

// Copies are what the catalogue would be put back from: snapshots in the object store,
// and the segments of the journal.
type Copies interface {
	// Copies yields them, in any order.
	Copies(ctx context.Context) iter.Seq2[Copy, error]
}

// Copy is one of them. Open opens it for reading, archive.ErrNotFound if it is gone.
// Verify reads it to its end, and says in an ErrAltered what is not as it was written.
type Copy struct {
	Key    string // in the object store, or its path
	Code   Code   // of what is told where it is damaged
	Open   func(ctx context.Context) (io.ReadCloser, error)
	Verify func(r io.Reader) error
}

// ErrAltered says that a copy is not as it was written.
var ErrAltered = errors.New("it is not as it was written")

// factCopies is the fact that holds which copy a sample looked at last.
const factCopies = "check-copies"

// copies reads the copies of the catalogue: all of them, or the next part of them.
func (c *Checker) copies(ctx context.Context, r *Report) error {
	if c.parts.Copies == nil {
		return nil
	}
	var found []Copy
	for one, err := range c.parts.Copies.Copies(ctx) {
		if err != nil {
			return fmt.Errorf("list copies of the catalogue: %w", err)
		}
		found = append(found, one)
	}
	slices.SortFunc(found, func(a, b Copy) int { return strings.Compare(a.Key, b.Key) })
	found, err := c.nextCopies(ctx, found)
	if err != nil {
		return err
	}
	var failed error
	for i, one := range found {
		if i > 0 && r.Sample != nil && c.opts.For > 0 && c.opts.Now().Sub(r.Started) > c.opts.For {
			break
		}
		err := c.copy(ctx, one)
		if errors.Is(err, ErrAltered) {
			err = c.copy(ctx, one) // it may have been written to while it was read
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, archive.ErrNotFound):
			continue // cleared away meanwhile
		case errors.Is(err, ErrAltered), errors.Is(err, syscall.EIO):
			r.add(Difference{Code: one.Code, Key: one.Key, Why: strings.TrimSuffix(err.Error(), ": "+ErrAltered.Error())})
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("read %s: %w", one.Key, err)) // the others are looked at all the same
		}
		r.Looked.Copies++
		if one.Code == JournalDamaged {
			r.Looked.Segments++
		}
		c.opts.Progress("copies", i+1, len(found))
		if r.Sample != nil {
			if err := c.parts.Catalogue.KeepFact(ctx, factCopies, one.Key); err != nil {
				return fmt.Errorf("keep %s: %w", factCopies, err)
			}
		}
	}
	return failed
}

// copy reads one copy, at the pace of the rest.
func (c *Checker) copy(ctx context.Context, one Copy) error {
	body, err := one.Open(ctx)
	if err != nil {
		return err
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	return one.Verify(c.pace.reader(ctx, body))
}

// nextCopies returns those that a sample is to look at: as many of them as of the
// records, from where the last one ended, and round to the first again.
func (c *Checker) nextCopies(ctx context.Context, found []Copy) ([]Copy, error) {
	if c.opts.Percent == 0 || c.opts.Percent == 100 || len(found) == 0 {
		return found, nil
	}
	last, err := c.parts.Catalogue.Fact(ctx, factCopies)
	if err != nil {
		return nil, fmt.Errorf("read which copies were looked at: %w", err)
	}
	from := 0
	for from < len(found) && found[from].Key <= last {
		from++
	}
	n := max(1, int(math.Ceil(float64(len(found))*c.opts.Percent/100)))
	return append(slices.Clone(found[from:]), found[:from]...)[:n], nil
}
