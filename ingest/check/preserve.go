package check

import (
	"context"
	"fmt"
)

// preserve has the packages written that wait to be, where this run may repair, says of
// the differences what became of them, and notes which wait nevertheless.
func (c *Checker) preserve(ctx context.Context, r *Report) error {
	if !c.opts.Repair || c.opts.Preserve == nil {
		if c.waiting > 0 {
			r.note("packages", fmt.Sprintf("%d preservation packages wait to be written by a server or worker, or by hexi check --repair; what they will hold was not compared", c.waiting))
		}
		return nil
	}
	c.opts.Progress("preserve", 0, 0)
	waiting, why, err := c.opts.Preserve(ctx)
	if err != nil {
		return fmt.Errorf("write packages: %w", err)
	}
	for i := range r.Differences {
		d := &r.Differences[i]
		if !d.Mended || d.Repaired != willBeWritten {
			continue
		}
		state, err := c.parts.Notes.PackageState(ctx, d.Record)
		if err != nil {
			return err
		}
		if d.Repaired = "its package was written again"; state.Due {
			d.Repaired, d.Mended = "its package waits to be written: a server or worker does that, or the next hexi check --repair", false
		}
	}
	switch {
	case waiting > 0 && why != "":
		r.note("packages", fmt.Sprintf("%d preservation packages still wait to be written: %s; see to that, then a server, a worker or the next hexi check --repair writes them", waiting, why))
	case waiting > 0:
		r.note("packages", fmt.Sprintf("%d preservation packages still wait to be written: a server, a worker or the next hexi check --repair goes on with them", waiting))
	case c.waiting > 0:
		r.note("packages", fmt.Sprintf("%d preservation packages waited when they were looked at and have been written since; what they hold was not compared: the next hexi check does that", c.waiting))
	}
	return nil
}

// willBeWritten is what a repair says of a package until it is written.
const willBeWritten = "its package will be written again"
