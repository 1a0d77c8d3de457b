package ingest

import (
	"context"
	"errors"

	"hexi/archive"
)

// saveAttempts is how often rows are saved whose records others change meanwhile.
const saveAttempts = 5

// upon makes the record that is to be saved of what the row says and what is known of
// it, nil for nothing. Where the row is the whole record it stays what it is, unless the
// request has a say in that.
func (r *run) upon(n *row, known *archive.Entry) (err error) {
	if n.whole != nil {
		n.revision = archive.NoRevision
		if known != nil {
			n.revision = known.Revision
		}
		var publish bool
		n.record, publish, err = r.req.Upon(*n.whole, known)
		n.draft = !publish
		return err
	}
	if n.said == nil && !n.folder {
		return nil
	}
	if n.said != nil {
		n.record = n.said.Record
	}
	n.revision = archive.NoRevision
	if known == nil {
		return nil
	}
	n.revision = known.Revision
	if n.folder { // a curator may have described it since: then only the file is new
		n.record = known.Record
	} else {
		n.record = mergeRecord(*n.said, known.Record)
	}
	return nil
}

// save saves rows in one transaction. Those whose records were changed since they were
// looked up are looked up and saved again, so that what others changed stays.
func (r *run) save(ctx context.Context, rows []row) ([]archive.Saved, error) {
	r.ahead.forget()
	saved, err := r.records.SaveAll(ctx, r.req.By, r.drafts(rows))
	if err != nil {
		return nil, err
	}
	for attempt := 1; attempt < saveAttempts; attempt++ {
		var stale []int
		var again []row
		for i := range rows {
			if rows[i].revision == 0 || !errors.Is(saved[i].Err, archive.ErrConflict) {
				continue
			}
			known, err := r.known(ctx, rows[i].record.ID)
			if err != nil {
				return nil, err
			}
			if err := r.upon(&rows[i], known); err != nil {
				return nil, err
			}
			rows[i].hold(r.p.archive.Vocabulary())
			stale, again = append(stale, i), append(again, rows[i])
		}
		if len(again) == 0 {
			break
		}
		results, err := r.records.SaveAll(ctx, r.req.By, r.drafts(again))
		if err != nil {
			return nil, err
		}
		for n, i := range stale {
			saved[i] = results[n]
		}
	}
	return saved, nil
}

func (r *run) drafts(rows []row) []archive.Draft {
	out := make([]archive.Draft, len(rows))
	for i, next := range rows {
		out[i] = archive.Draft{
			Record: next.record, IfRevision: next.revision, Message: "ingest " + r.req.Batch,
			// A record that was made up for an image is published with it, not before.
			Publish: r.req.Publish && !next.folder && !next.draft,
		}
	}
	return out
}
