package check

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// The names under which the catalogue keeps what a check remembers.
const (
	factCursor = "check-cursor"
	factReport = "check-report"
)

// cursor is where the samples have come to.
type cursor struct {
	After string    `json:"after"` // the last record that was looked at in this round
	Round int       `json:"round"`
	Since time.Time `json:"since"` // when the round began
}

// begin says from which record on how many are to be looked at.
func (c *Checker) begin(ctx context.Context, r *Report, total int) (after string, count int, err error) {
	if c.opts.Percent == 0 || c.opts.Percent == 100 {
		return "", all, nil
	}
	at, err := c.cursor(ctx)
	if err != nil {
		return "", 0, err
	}
	if at.Round == 0 {
		at = cursor{Round: 1, Since: r.Started}
	}
	r.Sample = &Sample{Percent: c.opts.Percent, After: at.After, Last: at.After, Round: at.Round}
	return at.After, max(1, int(math.Ceil(float64(total)*c.opts.Percent/100))), nil
}

// reached notes that all records up to one were looked at.
func (c *Checker) reached(ctx context.Context, r *Report, last string) error {
	if r.Sample == nil {
		return nil
	}
	at, err := c.cursor(ctx)
	if err != nil {
		return err
	}
	if at.Round != r.Sample.Round {
		at = cursor{Round: r.Sample.Round, Since: r.Started}
	}
	r.Sample.Last, at.After = last, last
	return keepFact(ctx, c.parts.Catalogue, factCursor, at)
}

// end begins the next round if there is nothing after the last record.
func (c *Checker) end(ctx context.Context, r *Report) error {
	if r.Sample == nil {
		return nil
	}
	next, err := c.parts.Catalogue.RecordIDs(ctx, r.Sample.Last, 1)
	if err != nil {
		return fmt.Errorf("list records: %w", err)
	}
	if len(next) > 0 {
		return nil
	}
	r.Sample.Ends = true
	return keepFact(ctx, c.parts.Catalogue, factCursor, cursor{Round: r.Sample.Round + 1, Since: r.Started})
}

func (c *Checker) cursor(ctx context.Context) (at cursor, err error) {
	text, err := c.parts.Catalogue.Fact(ctx, factCursor)
	if err != nil {
		return at, fmt.Errorf("read where the samples have come to: %w", err)
	}
	if text != "" && json.Unmarshal([]byte(text), &at) != nil {
		at = cursor{} // what cannot be read begins anew
	}
	return at, nil
}

// kept is how many differences of a report are kept.
const kept = 500

// keep keeps the report for LastReport.
func (c *Checker) keep(ctx context.Context, r *Report) error {
	short := *r
	short.Differences = slices.Clone(r.Differences)
	if n := len(r.Differences); n > kept {
		short.Differences, short.More = short.Differences[:kept], r.More+n-kept
	}
	if err := c.forgetErased(ctx, &short); err != nil {
		return err
	}
	return keepFact(ctx, c.parts.Catalogue, factReport, short)
}

// keepFact keeps a fact as JSON.
func keepFact(ctx context.Context, catalogue Catalogue, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if err := catalogue.KeepFact(ctx, name, string(b)); err != nil {
		return fmt.Errorf("keep %s: %w", name, err)
	}
	return nil
}

// LastReport returns the report of the last run, its first differences alone; nil if
// there was none.
func LastReport(ctx context.Context, catalogue Catalogue) (*Report, error) {
	text, err := catalogue.Fact(ctx, factReport)
	if err != nil {
		return nil, fmt.Errorf("read last report: %w", err)
	}
	if text == "" {
		return nil, nil
	}
	r := &Report{}
	if err := json.Unmarshal([]byte(text), r); err != nil {
		return nil, fmt.Errorf("read last report: %w", err)
	}
	return r, nil
}
