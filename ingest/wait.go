package ingest

import (
	"context"
	"fmt"
	"time"

	"hexi/archive"
)

// Received is what a run received and whose jobs are to be waited for.
type Received struct {
	items   map[string]Item // by asset: where it came from
	order   []string
	layered []string        // records whose layers the run knows
	known   map[string]bool // assets that were there before
	place   map[string]int  // of each asset in order

	by               string          // who runs it
	acceptIncomplete bool            // masters that end early are taken as they are…
	accepted         map[string]bool // …or those of these assets
}

// accept has the master of an asset taken as it is if it ends early.
func (r *Received) accept(asset string) {
	if r.accepted == nil {
		r.accepted = map[string]bool{}
	}
	r.accepted[asset] = true
}

func (r *Received) add(receipt Receipt, item Item) {
	if _, ok := r.items[receipt.Asset]; !ok {
		r.order = append(r.order, receipt.Asset)
	}
	r.items[receipt.Asset] = item
	if receipt.Outcome == archive.Unchanged {
		if r.known == nil {
			r.known = map[string]bool{}
		}
		r.known[receipt.Asset] = true
	}
}

// Len is how many assets there are to wait for.
func (r *Received) Len() int { return len(r.order) }

// pollEvery is how often Wait looks.
const pollEvery = 100 * time.Millisecond

// Wait returns when every received asset is ready or refused, or when no job is
// left that could bring it further. It puts what became of them into the
// report. onReady hears how many are finished.
func (p *Pipeline) Wait(ctx context.Context, report *Report, received *Received, onReady func(finished, of int)) error {
	if received.Len() == 0 {
		return nil
	}
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	idle := 0
	for {
		counts, err := p.archive.AssetCounts(ctx, report.Batch)
		if err != nil {
			return err
		}
		unfinished := counts[archive.AssetReceived] + counts[archive.AssetIdentified]
		if onReady != nil {
			onReady(received.Len()-min(unfinished, received.Len()), received.Len())
		}
		if unfinished == 0 {
			accepted, err := p.acceptIncomplete(ctx, report, received)
			if err != nil {
				return err
			}
			if accepted == 0 {
				break
			}
			idle = 0
		}
		jobs, err := p.archive.JobCounts(ctx, "")
		if err != nil {
			return err
		}
		// Assets change just before their job ends: look twice before giving up.
		if jobs[archive.JobWaiting]+jobs[archive.JobRunning]+jobs[archive.JobRetry] == 0 {
			idle++
		} else {
			idle = 0
		}
		if idle > 3 {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return p.collect(ctx, report, received)
}

// acceptIncomplete takes the images as they are that were refused because they end
// early, if that is wanted, and returns how many; each once.
func (p *Pipeline) acceptIncomplete(ctx context.Context, report *Report, received *Received) (accepted int, err error) {
	all, some := received.acceptIncomplete, received.accepted
	received.acceptIncomplete, received.accepted = false, nil
	for _, id := range received.order {
		if !all && !some[id] {
			continue
		}
		asset, err := p.archive.Asset(ctx, id)
		if err != nil {
			return accepted, err
		}
		if !asset.Acceptable() {
			continue
		}
		if err := p.archive.AcceptIncomplete(ctx, received.by, id, report.Batch); err != nil {
			return accepted, err
		}
		delete(received.known, id)
		accepted++
	}
	return accepted, nil
}

// collect reads what became of each asset.
func (p *Pipeline) collect(ctx context.Context, report *Report, received *Received) error {
	for _, id := range received.order {
		asset, err := p.archive.Asset(ctx, id)
		if err != nil {
			return err
		}
		item := received.items[id]
		switch asset.State {
		case archive.AssetReady:
			if received.known[id] {
				report.Assets["unchanged"]++
			} else {
				report.Assets["ready"]++
				if asset.Image == nil { // a text
					break
				}
				if i := asset.Image.Incomplete; i != nil {
					note := item
					note.Code, note.Why = "incomplete", "is shown as it is; "+i.Note+", the others are gray"
					report.note(note)
				}
				if err := p.noteAlike(ctx, report, received, asset); err != nil {
					return err
				}
			}
		case archive.AssetSuperseded:
			report.Assets["unchanged"]++
		case archive.AssetRefused:
			report.Assets["refused"]++
			item.Code, item.Why, item.Do = asset.Failure.Code, asset.Failure.Why, asset.Failure.Do
			if asset.Acceptable() {
				item.Do += " (--accept-incomplete)"
			}
			if asset.PublishBy != "" {
				item.Do += "; its record stays a draft until then"
			}
			report.fail(item)
		default:
			report.Assets["refused"]++
			item.Code, item.Do = "unfinished", "the master is safe; run the same command again, or look at the jobs in the workbench"
			item.Why = p.lastError(ctx, asset)
			report.fail(item)
		}
	}
	return p.noteMisfits(ctx, report, received)
}

// lastError says why an asset's job was given up.
func (p *Pipeline) lastError(ctx context.Context, asset *archive.Asset) string {
	jobs, err := p.archive.Jobs(ctx, archive.JobQuery{Record: asset.Record, State: archive.JobFailed, Limit: 20})
	if err != nil {
		return fmt.Sprintf("its job was given up (%v)", err)
	}
	for _, job := range jobs {
		if job.Asset == asset.ID && job.Error != "" {
			return "its job was given up: " + job.Error
		}
	}
	return "its job was given up"
}
